import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { createConnection, createProtocolConnection, type ProtocolConnection } from 'vscode-languageserver/node';
import type { FileContent } from './language/compilation.ts';
import { NamedFiles } from './named-files.ts';
import { serve } from './server.ts';

const content = (text: string): FileContent => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) });
const URI = 'file:///w/a.zone';
const PROGRAM = 'file:///w/n.netscenario.md';

/** Files whose readings end when the test says so, each with its own content. */
function slowFiles(): { files: NamedFiles; readings: ((text: string) => void)[] } {
  const readings: ((text: string) => void)[] = [];
  const files = new NamedFiles(() => new Promise((resolve) => readings.push((text) => resolve(content(text)))));
  return { files, readings };
}

const textOf = (files: NamedFiles): string | undefined => {
  const found = files.tableFor(PROGRAM).get(URI);
  return found?.kind === 'bytes' ? new TextDecoder().decode(found.bytes) : found?.kind === 'unreadable' ? found.reason : undefined;
};

describe('named files', () => {
  it('reads a file once for all who ask meanwhile', async () => {
    const { files, readings } = slowFiles();
    const both = Promise.all([files.fetch([URI]), files.fetch([URI])]);
    readings[0]!('text');
    expect(await both).toEqual([true, true]);
    expect(readings.length).toBe(1);
    expect(textOf(files)).toBe('text');
    expect(await files.fetch([URI])).toBe(false);
  });

  it('a reading that a change on disk made void is dropped; the next one counts', async () => {
    const { files, readings } = slowFiles();
    const first = files.fetch([URI]);
    files.forget(URI);
    const second = files.fetch([URI]);
    readings[0]!('old');
    await first;
    expect(textOf(files)).toBeUndefined();
    readings[1]!('new');
    await second;
    expect(textOf(files)).toBe('new');
  });

  it('what is typed into an open file is not overwritten by a reading that began before', async () => {
    const { files, readings } = slowFiles();
    const reading = files.fetch([URI]);
    expect(files.edited(URI, 'typed')).toBe(true);
    readings[0]!('on disk');
    await reading;
    expect(textOf(files)).toBe('typed');
  });

  it('a file that cannot be read says why', async () => {
    const files = new NamedFiles(() => Promise.reject(new Error('no disk')));
    await files.fetch([URI]);
    expect(textOf(files)).toBe('it cannot be read (Error: no disk)');
  });

  it('keeps what an open program names, and nothing else', async () => {
    const files = new NamedFiles(async (uri) => content(uri));
    const name = (program: string, ...uris: string[]) => {
      const table = files.tableFor(program);
      for (const uri of uris) table.get(uri);
    };
    await files.fetch(['file:///a', 'file:///b', 'file:///c']);
    name('one', 'file:///a', 'file:///b');
    name('two', 'file:///b', 'file:///c');
    files.keepNamed();
    expect(files.known).toEqual(['file:///a', 'file:///b', 'file:///c']);
    name('one', 'file:///a');
    files.closed('two');
    files.keepNamed();
    expect(files.known).toEqual(['file:///a']);
  });
});

describe('the server', () => {
  let client: ProtocolConnection;
  afterEach(() => client.dispose());

  it('watches the file that is named, and not those that were named letter by letter', async () => {
    const [up, down] = [new PassThrough(), new PassThrough()];
    serve(createConnection(up, down), async () => ({ kind: 'unreadable', reason: 'there is no such file' }));
    client = createProtocolConnection(down, up);
    const watched: string[][] = [];
    client.onRequest(
      'client/registerCapability',
      ({ registrations }: { registrations: { registerOptions: { watchers: unknown[] } }[] }) => {
        const watchers = registrations.flatMap(({ registerOptions }) => registerOptions.watchers) as { globPattern: { pattern: string } }[];
        watched.push(watchers.map(({ globPattern }) => globPattern.pattern));
      },
    );
    client.onRequest('client/unregisterCapability', () => {});
    let published = 0;
    client.onNotification('textDocument/publishDiagnostics', () => void published++);
    client.listen();
    await client.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true } } },
    });
    await client.sendNotification('initialized', {});
    const uri = 'file:///w/a.netscenario';
    const names = ['c', 'co', 'com', 'common.netscenario'];
    for (const [i, name] of names.entries()) {
      const text = `import "${name}"\n`;
      if (i === 0) {
        await client.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'netscenario', version: 1, text } });
      } else await client.sendNotification('textDocument/didChange', { textDocument: { uri, version: i + 1 }, contentChanges: [{ text }] });
      for (const end = Date.now() + 5000; published <= i && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    for (const end = Date.now() + 2000; watched.length < names.length && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(watched).toEqual(names.map((name) => [name]));
  });
});
