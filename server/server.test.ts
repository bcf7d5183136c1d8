/** The server as any editor meets it: a conversation over streams, as on standard input and output. */
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CallHierarchyItem,
  CancellationTokenSource,
  type CodeLens,
  type CompletionList,
  createConnection,
  createProtocolConnection,
  type DocumentSymbol,
  LSPErrorCodes,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  SymbolKind,
  type TextEdit,
  type WorkspaceSymbol,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { connectionOptions } from './connection-options.ts';
import type { InitializationOptions } from './initialization.ts';
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
  serve(
    createConnection(up, down, connectionOptions()),
    async (uri) => files.get(uri) ?? { kind: 'unreadable', reason: 'there is no such file' },
  );
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
      contents: { kind: 'plaintext', value: expect.stringContaining('host') },
    });
  });

  it('answers a client that asks for diagnostics, and publishes none', async () => {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const told = new Map<string, FileContent>();
    serve(
      createConnection(up, down, connectionOptions()),
      async (uri) => told.get(uri) ?? { kind: 'unreadable', reason: 'there is no such file' },
    );
    const asking = createProtocolConnection(down, up);
    let publications = 0;
    let refreshed = 0;
    asking.onNotification('textDocument/publishDiagnostics', () => void publications++);
    asking.onRequest('workspace/diagnostic/refresh', () => {
      refreshed++;
      return null;
    });
    asking.listen();
    const capabilities = { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } };
    const initialized = await asking.sendRequest<{ capabilities: object }>('initialize', { processId: null, rootUri: null, capabilities });
    expect(initialized.capabilities).toMatchObject({ diagnosticProvider: { interFileDependencies: true } });
    const world = 'file:///w/world.netscenario';
    const uri = 'file:///w/a.netscenario';
    await asking.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'netscenario', version: 1, text: `import "world.netscenario"\n${LOOKUP}` },
    });
    const apart = 'file:///w/apart.netscenario';
    await asking.sendNotification('textDocument/didOpen', {
      textDocument: { uri: apart, languageId: 'netscenario', version: 1, text: 'host a\na crashes\n' },
    });
    const ask = (previousResultId?: string, of = uri) =>
      asking.sendRequest<{ kind: string; resultId: string; items?: { code: string }[] }>('textDocument/diagnostic', {
        textDocument: { uri: of },
        ...(previousResultId === undefined ? {} : { previousResultId }),
      });
    const first = await ask();
    expect(first.items!.map(({ code }) => code)).toContain('missing-file');
    expect(await ask(first.resultId)).toEqual({ kind: 'unchanged', resultId: first.resultId });
    const other = await ask(undefined, apart);
    told.set(world, bytes('host alice\n'));
    await asking.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: world, type: 1 }] });
    expect((await ask(first.resultId)).items).toEqual([]);
    // What names no file is not analysed again because one has changed.
    expect(await ask(other.resultId, apart)).toMatchObject({ kind: 'unchanged' });
    await expect.poll(() => refreshed).toBe(1);
    expect(publications).toBe(0);
    // What is not open is asked for once, not again and again.
    expect(await asking.sendRequest('textDocument/diagnostic', { textDocument: { uri: world } })).toEqual({ kind: 'full', items: [] });
    asking.dispose();
  });

  it('renames in programs whose files have not been read yet, unless a text changes meanwhile', async () => {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const reading: (() => void)[] = [];
    serve(createConnection(up, down, connectionOptions()), async () => {
      await new Promise<void>((resolve) => reading.push(resolve));
      return bytes('host alice\n');
    });
    const asking = createProtocolConnection(down, up);
    asking.listen();
    await asking.sendRequest('initialize', { processId: null, rootUri: null, capabilities: { textDocument: { diagnostic: {} } } });
    const text = `import "world.netscenario"\n${LOOKUP}`;
    const [uri, other] = ['file:///w/a.netscenario', 'file:///w/b.netscenario'];
    for (const one of [uri, other])
      await asking.sendNotification('textDocument/didOpen', { textDocument: { uri: one, languageId: 'netscenario', version: 1, text } });
    const rename = () =>
      asking.sendRequest<{ changes: object }>('textDocument/rename', {
        textDocument: { uri },
        position: { line: 1, character: 2 },
        newName: 'bob',
      });
    const refused = rename().catch(({ code }) => code);
    await expect.poll(() => reading.length).toBe(1);
    await asking.sendNotification('textDocument/didChange', { textDocument: { uri, version: 2 }, contentChanges: [{ text: `${text}\n` }] });
    await asking.sendRequest('textDocument/documentSymbol', { textDocument: { uri } });
    for (const read of reading.splice(0)) read();
    expect(await refused).toBe(LSPErrorCodes.ContentModified);
    const { changes } = await rename();
    expect(Object.keys(changes).sort()).toEqual([uri, other, 'file:///w/world.netscenario']);
    asking.dispose();
  });

  it('tells a client once to ask again, for all programs that may have changed', async () => {
    const [up, down] = [new PassThrough(), new PassThrough()];
    serve(createConnection(up, down, connectionOptions()), async () => bytes('host alice\n'));
    const asking = createProtocolConnection(down, up);
    let told = 0;
    asking.onRequest('workspace/diagnostic/refresh', () => {
      told++;
      return null;
    });
    asking.listen();
    const capabilities = { textDocument: { diagnostic: {} }, workspace: { diagnostics: { refreshSupport: true } } };
    await asking.sendRequest('initialize', { processId: null, rootUri: null, capabilities });
    const ask = (uri: string) => asking.sendRequest<{ items: { code: string }[] }>('textDocument/diagnostic', { textDocument: { uri } });
    const uris = ['a', 'b', 'c'].map((name) => `file:///w/${name}.netscenario`);
    for (const uri of uris) {
      const text = `import "world.netscenario"\n${LOOKUP}`;
      await asking.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'netscenario', version: 1, text } });
      expect((await ask(uri)).items).toEqual([]);
    }
    const world = 'file:///w/world.netscenario';
    await asking.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri: world, type: 2 }] });
    await expect.poll(() => told).toBeGreaterThan(0);
    expect((await ask(uris[0]!)).items).toEqual([]);
    expect(told).toBe(1);
    asking.dispose();
  });

  it('drops what a client does not want to know any more', async () => {
    const uri = 'file:///w/long.netscenario';
    await open(uri, Array.from({ length: 3000 }, (_, i) => `host pc-${i}`).join('\n'));
    const cancelled = new CancellationTokenSource();
    const textDocument = { uri };
    const wanted = client.sendRequest('textDocument/documentSymbol', { textDocument });
    const stale = client.sendRequest('textDocument/semanticTokens/full', { textDocument }, cancelled.token);
    cancelled.cancel();
    await expect(stale).rejects.toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    expect(await wanted).toHaveLength(3000);
  });

  it('shows the hints of the largest range at once', async () => {
    const uri = 'file:///w/large.netscenario';
    await open(uri, 'host p[1..100000]\n');
    const range = { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } };
    const hints = await client.sendRequest<{ label: string }[]>('textDocument/inlayHint', { textDocument: { uri }, range });
    expect(hints.map(({ label }) => label)).toEqual(['address 10.0.0.1 … 10.1.137.178']);
  }, 20_000);

  it('shows only the hints that are wanted', async () => {
    const uri = 'file:///w/hints.netscenario';
    await open(uri, 'let n = 2 * 3\nhost a\n');
    const range = { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } };
    const labels = async () =>
      (await client.sendRequest<{ label: string }[]>('textDocument/inlayHint', { textDocument: { uri }, range })).map(({ label }) => label);
    expect(await labels()).toEqual(['= 6', 'address 10.0.0.1']);
    await client.sendNotification('workspace/didChangeConfiguration', { settings: { netscenario: { inlayHints: { values: false } } } });
    expect(await labels()).toEqual(['address 10.0.0.1']);
  });

  it('tells what has changed in the colours since the last time', async () => {
    const uri = 'file:///w/tokens.netscenario';
    await open(uri, 'host a\nhost b\nhost c\n');
    const textDocument = { uri };
    const { resultId } = await client.sendRequest<{ resultId: string }>('textDocument/semanticTokens/full', { textDocument });
    await change(uri, 2, 'host a\nhost longer\nhost c\n');
    const delta = await client.sendRequest('textDocument/semanticTokens/full/delta', { textDocument, previousResultId: resultId });
    // The fourth token: its length.
    expect(delta).toMatchObject({ edits: [{ start: 15, deleteCount: 5, data: [0, 5, 6, 3, 1] }] });
  });

  it('renames nothing in a text that has changed while the files of another program were read', async () => {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const waiting: (() => void)[] = [];
    serve(createConnection(up, down, connectionOptions()), async () => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return bytes('host z\n');
    });
    const slow = createProtocolConnection(down, up);
    slow.listen();
    await slow.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
    const uri = 'file:///w/own.netscenario';
    for (const [of, text] of [
      [uri, 'host alice\nalice crashes\n'],
      ['file:///w/other.netscenario', 'import "slow.netscenario"\nhost q\n'],
    ] as const) {
      const textDocument = { uri: of, languageId: 'netscenario', version: 1, text };
      await slow.sendNotification('textDocument/didOpen', { textDocument });
    }
    const renamed = slow.sendRequest('textDocument/rename', {
      textDocument: { uri },
      position: { line: 0, character: 6 },
      newName: 'carol',
    });
    const refused = expect(renamed).rejects.toMatchObject({ code: -32801 });
    await expect.poll(() => waiting.length).toBeGreaterThan(0);
    const contentChanges = [{ text: 'host bob\nhost alice\nalice crashes\n' }];
    await slow.sendNotification('textDocument/didChange', { textDocument: { uri, version: 2 }, contentChanges });
    await slow.sendRequest('textDocument/documentSymbol', { textDocument: { uri } });
    for (const go of waiting) go();
    await refused;
    slow.dispose();
  });

  it('tells changes of the colours that add up, edit by edit', async () => {
    const uri = 'file:///w/tokens.netscenario';
    const textDocument = { uri };
    await open(uri, 'host a\n');
    type Tokens = { resultId: string; data: number[] };
    type Edits = { resultId: string; edits: { start: number; deleteCount: number; data?: number[] }[] };
    let { resultId, data } = await client.sendRequest<Tokens>('textDocument/semanticTokens/full', { textDocument });
    const texts = ['host a\nhost b\n', 'host a // x\nhost b\n', 'host b\n', `host b\n${'host c\n'.repeat(50)}`, 'host b\na crashes\n', ''];
    for (const [i, text] of texts.entries()) {
      await change(uri, i + 2, text);
      const delta = await client.sendRequest<Edits>('textDocument/semanticTokens/full/delta', { textDocument, previousResultId: resultId });
      for (const { start, deleteCount, data: put = [] } of delta.edits) data.splice(start, deleteCount, ...put);
      resultId = delta.resultId;
      const whole = { start: { line: 0, character: 0 }, end: { line: 1_000, character: 0 } };
      const range = await client.sendRequest<Tokens>('textDocument/semanticTokens/range', { textDocument, range: whole });
      expect(data).toEqual(range.data);
    }
  });

  it('leads to where else something stands, and mends it there, in a file that is imported', async () => {
    const uri = 'file:///w/a.netscenario';
    files.set('file:///w/world.netscenario', bytes('let n = 5\nhost a\n'));
    await open(uri, 'import "world.netscenario"\nhost a\nat n a crashes\n');
    await codes(uri, (found) => found.length === 2 && !found.includes('missing-file'));
    const { diagnostics } = published.findLast((each) => each.uri === uri)!;
    expect(diagnostics.map(({ code, relatedInformation }) => [code, relatedInformation?.map(({ location }) => location.uri)])).toEqual([
      ['duplicate-declaration', ['file:///w/world.netscenario']],
      ['missing-unit', ['file:///w/world.netscenario']],
    ]);
    const actions = await client.sendRequest<{ title: string; edit: { changes: object } }[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: diagnostics[1]!.range,
      context: { diagnostics },
    });
    const end = { line: 0, character: 9 };
    expect(actions[0]).toMatchObject({
      title: 'Change `n` to 5 s',
      edit: { changes: { 'file:///w/world.netscenario': [{ range: { start: end, end }, newText: ' s' }] } },
    });
  });

  it('sends a client that says nothing of itself plain text, and indices for what stands in evidence', async () => {
    const uri = 'file:///w/a.netscenario';
    await open(uri, 'mailb');
    const at = (character: number) => ({ textDocument: { uri }, position: { line: 0, character } });
    const { items } = await client.sendRequest<{ items: { label: string }[] }>('textDocument/completion', at(5));
    expect(items.find(({ label }) => label === 'mailbox')).toMatchObject({
      insertTextFormat: 1,
      textEdit: { newText: 'mailbox' },
      documentation: { kind: 'plaintext' },
    });
    await change(uri, 2, 'mailbox x@y.z ');
    const help = await client.sendRequest<{ activeParameter: unknown; signatures: { label: string; activeParameter: unknown }[] }>(
      'textDocument/signatureHelp',
      at(14),
    );
    expect(help).toMatchObject({ activeParameter: 2, signatures: [{ activeParameter: 2 }] });
  });

  describe('completes names of files', () => {
    const folder = (...names: string[]): FileContent => ({
      kind: 'folder',
      entries: names.map((name) => ({ name: name.replace('/', ''), folder: name.endsWith('/') })),
    });
    /** The text with each item taken. */
    const taken = async (marked: string): Promise<string[]> => {
      const uri = 'file:///w/n/a.netscenario';
      const text = marked.replace('|', '');
      await open(uri, text);
      const document = TextDocument.create(uri, 'netscenario', 1, text);
      const position = document.positionAt(marked.indexOf('|'));
      const { items } = await client.sendRequest<CompletionList>('textDocument/completion', { textDocument: { uri }, position });
      return items.map(({ textEdit }) => TextDocument.applyEdits(document, [textEdit as TextEdit]));
    };

    it.each<[what: string, marked: string, taken: string[]]>([
      ['that fit, beside the document, and folders', 'import "|"', ['import "b.netscenario"', 'import "sub/"', 'import "Zones/"']],
      ['up to the closing quote', 'import "b|x" // y', ['import "b.netscenario" // y', 'import "sub/" // y', 'import "Zones/" // y']],
      [
        'with the quote that is missing',
        'import "b|\nhost a',
        ['import "b.netscenario"\nhost a', 'import "sub/\nhost a', 'import "Zones/\nhost a'],
      ],
      [
        'in a folder that is named',
        'zone x.org on n { from "Zones/|" }',
        ['zone x.org on n { from "Zones/100%2541.zone" }', 'zone x.org on n { from "Zones/B.ZONE" }'],
      ],
      ['above it', 'host a { trace "../|/x" }', ['host a { trace "../t.csv/x" }']],
      ['from the root', 'host a { trace "/w/|" }', ['host a { trace "/w/t.csv" }']],
      [
        'any, where any fits',
        'ftp f { file "x" from "../|" }',
        ['ftp f { file "x" from "../t.csv" }', 'ftp f { file "x" from "../u.iso" }'],
      ],
      ['folders alone', 'ftp f { from "|" }', ['ftp f { from "sub/" }', 'ftp f { from "Zones/" }']],
      [
        'hidden ones where they are meant',
        'import ".|"',
        ['import ".h.netscenario"', 'import "b.netscenario"', 'import "sub/"', 'import "Zones/"'],
      ],
      [
        'one that begins like a scheme',
        'torrent t { from "|" }',
        ['torrent t { from "./cc:d.torrent" }', 'torrent t { from "sub/" }', 'torrent t { from "Zones/" }'],
      ],
      ['none of a folder that cannot be read', 'import "nowhere/|"', []],
      ['none elsewhere', 'scenario "|"', []],
      ['nor where a server keeps them', 'ftp f { file "|" 1 kB }', []],
      ['nor in a comment', '// import "|"', []],
    ])('%s: %s', async (_what, marked, wanted) => {
      files.set(
        'file:///w/n/',
        folder('.h.netscenario', 'a.netscenario', 'b.netscenario', 'n.netscenario.md', 'x"y.netscenario', 'cc:d.torrent', 'sub/', 'Zones/'),
      );
      files.set('file:///w/n/Zones/', folder('100%41.zone', 'B.ZONE', 'c.csv'));
      files.set('file:///w/', folder('t.csv', 'u.iso'));
      expect(await taken(marked)).toEqual(wanted);
    });
  });

  it('cuts a long list of files to those that fit what is typed before the cursor', async () => {
    const uri = 'file:///w/a.netscenario';
    const entries = Array.from({ length: 400 }, (_, i) => ({ name: `f${i}.csv`, folder: false }));
    files.set('file:///w/', { kind: 'folder', entries });
    await open(uri, 'host a { trace "f39x" }');
    const position = { line: 0, character: 19 };
    const list = await client.sendRequest<CompletionList>('textDocument/completion', { textDocument: { uri }, position });
    expect(list.isIncomplete).toBe(true);
    expect(list.items.slice(0, 2).map(({ label }) => label)).toEqual(['f39.csv', 'f390.csv']);
  });

  it('tells hosts, zones, mailboxes and alternatives apart in the outline', async () => {
    const uri = 'file:///w/a.netscenario';
    await open(uri, 'host a\nzone x.org on a\nmailbox m@x.org on a\nalternative near { let n = 1 }\n');
    const symbols = await client.sendRequest<DocumentSymbol[]>('textDocument/documentSymbol', { textDocument: { uri } });
    const { Variable, Namespace, File, EnumMember, Constant } = SymbolKind;
    expect(symbols.map(({ name, kind }) => [name, kind])).toEqual([
      ['a', Variable],
      ['x.org', Namespace],
      ['m@x.org', File],
      ['near', EnumMember],
    ]);
    expect(symbols[3]!.children!.map(({ kind }) => kind)).toEqual([Constant]);
    const kindsAt = async (line: number, character: number) =>
      (
        await client.sendRequest<CallHierarchyItem[]>('textDocument/prepareCallHierarchy', {
          textDocument: { uri },
          position: { line, character },
        })
      ).map(({ kind }) => kind);
    expect([await kindsAt(0, 5), await kindsAt(1, 6), await kindsAt(2, 9)]).toEqual([[Variable], [Namespace], [File]]);
    const found = await client.sendRequest<WorkspaceSymbol[]>('workspace/symbol', { query: '' });
    expect(found.map(({ name, containerName }) => [name, containerName])).toContainEqual(['n', 'near']);
  });

  it('lays out the lines of a range, and not the one that it ends before', async () => {
    const uri = 'file:///w/a.netscenario';
    await open(uri, 'host  a\nhost  b\nhost  c\n');
    const edits = await client.sendRequest<{ range: { start: { line: number } } }[]>('textDocument/rangeFormatting', {
      textDocument: { uri },
      range: { start: { line: 0, character: 0 }, end: { line: 2, character: 0 } },
      options: { tabSize: 2, insertSpaces: true },
    });
    expect(edits.map(({ range }) => range.start.line)).toEqual([0, 1]);
  });

  it('lays out the block that a brace closes, and no other', async () => {
    const uri = 'file:///w/a.netscenario';
    const text = 'host   a\nhost b{\nup 5 Mbps\n    down 2 Mbps\n}\nhost   c';
    await open(uri, text);
    const edits = await client.sendRequest<TextEdit[]>('textDocument/onTypeFormatting', {
      textDocument: { uri },
      position: { line: 4, character: 1 },
      ch: '}',
      options: { tabSize: 2, insertSpaces: true },
    });
    const document = TextDocument.create(uri, 'netscenario', 1, text);
    expect(TextDocument.applyEdits(document, edits)).toBe('host   a\nhost b {\n  up 5 Mbps\n  down 2 Mbps\n}\nhost   c');
  });

  it('answers about an item of a hierarchy that is none of its own', async () => {
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };
    const item = { name: 'x', kind: 5, uri: 'file:///w/a.netscenario', range, selectionRange: range };
    expect(await client.sendRequest('callHierarchy/incomingCalls', { item })).toEqual([]);
  });

  it('reads named files again when something is saved, where nobody tells of changes on disk', async () => {
    const uri = 'file:///w/a.netscenario';
    await open(uri, `import "world.netscenario"\n${LOOKUP}`);
    await codes(uri, (found) => found.includes('missing-file'));
    files.set('file:///w/world.netscenario', bytes('host alice\n'));
    await client.sendNotification('textDocument/didSave', { textDocument: { uri } });
    await codes(uri, (found) => found.length === 0);
  });
});

describe('clients', () => {
  /** A client of its own kind; `prepare` says what it answers. */
  async function connect(
    capabilities: object,
    prepare: (client: ProtocolConnection) => void,
    referenceUri?: string,
    initializationOptions: InitializationOptions = {},
  ) {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const unreadable = async (): Promise<FileContent> => ({ kind: 'unreadable', reason: 'there is no such file' });
    serve(createConnection(up, down, connectionOptions()), unreadable, referenceUri);
    const other = createProtocolConnection(down, up);
    prepare(other);
    other.listen();
    await other.sendRequest('initialize', { processId: null, rootUri: null, capabilities, initializationOptions });
    await other.sendNotification('initialized', {});
    const opened = (uri: string, text: string) =>
      other.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'netscenario', version: 1, text } });
    return { other, opened };
  }

  it('may refuse whatever the server asks of them', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => void unhandled.push(reason);
    process.on('unhandledRejection', note);
    let asked = 0;
    const { other, opened } = await connect(
      {
        textDocument: { diagnostic: {} },
        workspace: {
          diagnostics: { refreshSupport: true },
          inlayHint: { refreshSupport: true },
          didChangeConfiguration: { dynamicRegistration: true },
          didChangeWatchedFiles: { dynamicRegistration: true },
        },
      },
      (client) => {
        const methods = ['workspace/diagnostic/refresh', 'workspace/inlayHint/refresh', 'client/registerCapability'];
        for (const method of methods)
          client.onRequest(method, () => {
            asked++;
            throw new Error('It is refused.');
          });
      },
    );
    const [world, uri] = ['file:///w/world.netscenario', 'file:///w/a.netscenario'];
    await opened(world, 'host a\n');
    await opened(uri, 'import "world.netscenario"\na crashes\n');
    await other.sendRequest('textDocument/diagnostic', { textDocument: { uri } });
    await other.sendNotification('textDocument/didChange', {
      textDocument: { uri: world, version: 2 },
      contentChanges: [{ text: 'host b\n' }],
    });
    await other.sendNotification('workspace/didChangeConfiguration', { settings: {} });
    await expect.poll(() => asked).toBeGreaterThan(3);
    expect(await other.sendRequest('textDocument/documentSymbol', { textDocument: { uri: world } })).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
    other.dispose();
  });

  it('that ask about a document that is not open are told nothing, once', async () => {
    const { other } = await connect({ textDocument: { diagnostic: {} } }, () => {});
    const report = await other.sendRequest('textDocument/diagnostic', { textDocument: { uri: 'file:///w/closed.netscenario' } });
    expect(report).toEqual({ kind: 'full', items: [] });
    other.dispose();
  });

  it('that can run and capture are offered both above a file, and nothing above a cell', async () => {
    const { other, opened } = await connect({}, () => {}, undefined, { runCommand: 'x.run', captureCommand: 'x.capture' });
    const uri = 'file:///w/a.netscenario';
    await opened(uri, '// First.\nhost a\nscenario "A"\n');
    const lenses = await other.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    expect(lenses.map(({ range, command }) => [range.start.line, command!.title, command!.command, command!.arguments])).toEqual([
      [2, 'Run', 'x.run', [uri]],
      [2, 'Capture', 'x.capture', [uri]],
    ]);
    other.dispose();
    const { other: plain, opened: open } = await connect({}, () => {}, undefined, { captureCommand: 'x.capture' });
    await open(uri, 'host a\n');
    const [lens, ...more] = await plain.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });
    expect([lens?.command?.title, more]).toEqual(['Capture', []]);
    plain.dispose();
  });

  it('are led to the reference page that the server knows, where they name none', async () => {
    const { other, opened } = await connect({ textDocument: { diagnostic: {} } }, () => {}, 'file:///docs/language.md');
    const uri = 'file:///w/a.netscenario';
    await opened(uri, LOOKUP);
    expect(await other.sendRequest('textDocument/diagnostic', { textDocument: { uri } })).toMatchObject({
      items: [{ codeDescription: { href: 'file:///docs/language.md#unknown-host' } }],
    });
    other.dispose();
  });

  it('that know no patterns relative to a folder watch files by their paths', async () => {
    const patterns: unknown[] = [];
    const { other, opened } = await connect({ workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } }, (client) => {
      client.onRequest(
        'client/registerCapability',
        ({ registrations }: { registrations: { registerOptions: { watchers: { globPattern: unknown }[] } }[] }) => {
          for (const { registerOptions } of registrations) patterns.push(...registerOptions.watchers.map(({ globPattern }) => globPattern));
        },
      );
      client.onRequest('client/unregisterCapability', () => {});
    });
    await opened('file:///w/a.netscenario', 'import "b [1]/world.netscenario"\n');
    await expect.poll(() => patterns).toEqual(['/w/b ?1?/world.netscenario']);
    other.dispose();
  });
});
