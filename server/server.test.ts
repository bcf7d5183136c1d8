/** The server as any editor meets it: a conversation over streams, as on standard input and output. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createConnection,
  createProtocolConnection,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import type { FileContent } from './language/compilation.ts';
import { serve } from './server.ts';

const bytes = (text: string): FileContent => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) });

let client: ProtocolConnection;
let files: Map<string, FileContent>;
let published: PublishDiagnosticsParams[];

beforeEach(async () => {
  const [up, down] = [new PassThrough(), new PassThrough()];
  files = new Map();
  published = [];
  serve(createConnection(up, down), async (uri) => files.get(uri) ?? { kind: 'unreadable', reason: 'there is no such file' });
  client = createProtocolConnection(down, up);
  client.onNotification('textDocument/publishDiagnostics', (parameters: PublishDiagnosticsParams) => void published.push(parameters));
  client.listen();
  await client.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  await client.sendNotification('initialized', {});
});
afterEach(() => client.dispose());

const open = (uri: string, text: string) =>
  client.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'netscenario', version: 1, text } });
const openNotebook = (uri: string, ...cells: string[]) =>
  client.sendNotification('notebookDocument/didOpen', {
    notebookDocument: {
      uri,
      notebookType: 'netscenario-notebook',
      version: 1,
      cells: cells.map((_, i) => ({ kind: 2, document: cellUri(uri, i) })),
    },
    cellTextDocuments: cells.map((text, i) => ({ uri: cellUri(uri, i), languageId: 'netscenario', version: 1, text })),
  });
const cellUri = (notebook: string, i: number) => `${notebook.replace('file:', 'vscode-notebook-cell:')}#W${i}`;
const change = (uri: string, version: number, text: string) =>
  client.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });

/** Codes of the latest diagnostics of a document, once it has some. */
async function codes(uri: string, settled: (codes: unknown[]) => boolean = () => true): Promise<unknown[]> {
  for (const end = Date.now() + 5000; Date.now() < end; ) {
    const latest = published.filter((each) => each.uri === uri).at(-1);
    const found = latest?.diagnostics.map(({ code }) => code);
    if (found && settled(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`diagnostics of ${uri}: ${JSON.stringify(published)}`);
}

const LOOKUP = 'alice resolves www.example.org A\n';

describe('language server', () => {
  it('tells what is wrong, and takes it back when it is mended or closed', async () => {
    const uri = 'file:///w/a.netscenario';
    await open(uri, LOOKUP);
    expect(await codes(uri)).toEqual(['unknown-host']);
    expect(published.at(-1)!.diagnostics[0]!.range).toEqual({ start: { line: 0, character: 0 }, end: { line: 0, character: 5 } });
    await change(uri, 2, `host alice\n${LOOKUP}`);
    await codes(uri, (found) => found.length === 0);
    await change(uri, 3, LOOKUP);
    await codes(uri, (found) => found.length === 1);
    await client.sendNotification('textDocument/didClose', { textDocument: { uri } });
    await codes(uri, (found) => found.length === 0);
  });

  it('reads cells of a notebook as one program, in order; another notebook sees none of it', async () => {
    const [one, two] = ['file:///w/one.netscenario.md', 'file:///w/two.netscenario.md'];
    await openNotebook(one, LOOKUP, 'host alice\n', LOOKUP);
    await openNotebook(two, LOOKUP);
    expect(await codes(cellUri(one, 0))).toEqual(['declared-below']);
    expect(await codes(cellUri(one, 2))).toEqual([]);
    expect(await codes(cellUri(two, 0))).toEqual(['unknown-host']);
  });

  it('reads named files beside the notebook; an open one counts as it stands in the editor', async () => {
    const notebook = 'file:///w/n.netscenario.md';
    const world = 'file:///w/world.netscenario';
    files.set(world, bytes('host bob\n'));
    await openNotebook(notebook, 'import "world.netscenario"\n', LOOKUP);
    expect(await codes(cellUri(notebook, 1))).toEqual(['unknown-host']);
    await open(world, 'host alice\n');
    await codes(cellUri(notebook, 1), (found) => found.length === 0);
    await change(world, 2, 'host carol\n');
    await codes(cellUri(notebook, 1), (found) => found.length === 1);
  });

  it('a file that changes on disk is read again', async () => {
    const uri = 'file:///w/a.netscenario';
    await open(uri, `import "world.netscenario"\n${LOOKUP}`);
    expect((await codes(uri)).length).toBeGreaterThan(0);
    files.set('file:///w/world.netscenario', bytes('host alice\n'));
    await client.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: 'file:///w/world.netscenario', type: 1 }] });
    await codes(uri, (found) => found.length === 0);
  });

  it('cuts a long list of names to those that fit what is typed, and says so', async () => {
    const uri = 'file:///w/many.netscenario';
    const hosts = Array.from({ length: 2000 }, (_, i) => `host pc-${i}`).join('\n');
    await open(uri, `${hosts}\nlink pc-199`);
    const list = await client.sendRequest<{ isIncomplete: boolean; items: { label: string }[] }>('textDocument/completion', {
      textDocument: { uri },
      position: { line: 2000, character: 11 },
    });
    expect(list.isIncomplete).toBe(true);
    expect(list.items.slice(0, 11).map(({ label }) => label)).toEqual([
      'pc-199',
      ...Array.from({ length: 10 }, (_, i) => `pc-${1990 + i}`),
    ]);
  });

  it('offers fixes, completion and hover', async () => {
    const uri = 'file:///w/a.netscenario';
    await open(uri, 'host alice-pc\nalice-pd resolves www.example.org A\n');
    await codes(uri);
    const { range } = published.at(-1)!.diagnostics[0]!;
    const actions = await client.sendRequest<{ title: string; edit: { changes: Record<string, { newText: string }[]> } }[]>(
      'textDocument/codeAction',
      {
        textDocument: { uri },
        range,
        context: { diagnostics: published.at(-1)!.diagnostics },
      },
    );
    expect(actions.map(({ edit }) => edit.changes[uri]?.[0]?.newText)).toContain('alice-pc');
    const position = { line: 1, character: 3 };
    const { items } = await client.sendRequest<{ items: { label: string }[] }>('textDocument/completion', {
      textDocument: { uri },
      position,
    });
    expect(items.map(({ label }) => label)).toContain('alice-pc');
    expect(await client.sendRequest('textDocument/hover', { textDocument: { uri }, position: { line: 0, character: 1 } })).toMatchObject({
      contents: { kind: 'markdown', value: expect.stringContaining('host') },
    });
  });
});
