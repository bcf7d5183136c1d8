/** Names of files, as clients are offered them. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { type CompletionList, createConnection, createProtocolConnection } from 'vscode-languageserver/node';
import type { InitializationOptions } from '../initialization.ts';
import { serve } from '../server.ts';

/** What is offered within the quotes of `import ""`, in a file beside these. */
async function offered(uri: string, names: readonly string[], initializationOptions: InitializationOptions) {
  const entries = names.map((name) => ({ name: name.replace('/', ''), folder: name.endsWith('/') }));
  const [up, down] = [new PassThrough(), new PassThrough()];
  serve(createConnection(up, down), async () => ({ kind: 'folder', entries }));
  const client = createProtocolConnection(down, up);
  client.listen();
  await client.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {}, initializationOptions });
  await client.sendNotification('initialized', {});
  const textDocument = { uri, languageId: 'netscenario', version: 1, text: 'import ""' };
  await client.sendNotification('textDocument/didOpen', { textDocument });
  const position = { line: 0, character: 8 };
  const { items } = await client.sendRequest<CompletionList>('textDocument/completion', { textDocument: { uri }, position });
  client.dispose();
  return items;
}

test('a folder that is taken has the client ask again, where it named its command', async () => {
  const names = ['b.netscenario', 'sub/'];
  const commands = async (options: InitializationOptions) =>
    (await offered('file:///w/a.netscenario', names, options)).map(({ label, command }) => [label, command?.command]);
  expect(await commands({ suggestCommand: 'suggest' })).toEqual([
    ['b.netscenario', undefined],
    ['sub/', 'suggest'],
  ]);
  expect(await commands({})).toEqual([
    ['b.netscenario', undefined],
    ['sub/', undefined],
  ]);
});

test.each(['file:///w/a%20%281%29%27s%21.netscenario', "file:///w/a%20(1)'s!.netscenario"])(
  'a file is not offered to itself, however its name is written: %s',
  async (uri) => {
    const items = await offered(uri, ["a (1)'s!.netscenario", 'a.netscenario'], {});
    expect(items.map(({ label }) => label)).toEqual(['a.netscenario']);
  },
);
