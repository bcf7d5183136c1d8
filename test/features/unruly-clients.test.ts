/**
 * Clients that do what they should not, over standard input and output, byte by byte: the server says what is wrong with one message,
 * lives on, and answers the next; or ends, where nobody is there any more.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CallHierarchyItem } from 'vscode-languageserver/node';

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

/** The server in one file: it is started for many a test, and loads faster. */
const folder = mkdtempSync(join(tmpdir(), 'netscenario-unruly-'));
const SERVER = join(folder, 'server.cjs');
beforeAll(() => {
  const entryPoints = [fileURLToPath(new URL('../../server/main-node.ts', import.meta.url))];
  buildSync({ entryPoints, outfile: SERVER, bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Frames of JSON, and nothing that would make them sound. */
class Wire {
  readonly ended: Promise<number | null>;
  readonly told: { method: string; params: unknown }[] = [];
  errors = '';
  readonly #server: ChildProcess = spawn(process.execPath, [SERVER, '--stdio'], { stdio: 'pipe' });
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #input = Buffer.alloc(0);
  #last = 0;
  /** What it says to each request of the server's; null: nothing, ever. */
  refusal: object | null = { error: { code: -32601, message: 'It is refused.' } };

  constructor() {
    this.ended = new Promise((resolve) => this.#server.once('exit', (code) => resolve(code)));
    // It may be gone.
    this.#server.stdin!.on('error', () => {});
    this.#server.stderr!.on('data', (chunk) => {
      this.errors += String(chunk);
    });
    this.#server.stdout!.on('data', (chunk: Buffer) => {
      this.#input = Buffer.concat([this.#input, chunk]);
      for (let end = this.#input.indexOf('\r\n\r\n'); end >= 0; end = this.#input.indexOf('\r\n\r\n')) {
        const length = Number(/Content-Length: (\d+)/.exec(this.#input.toString('latin1', 0, end))![1]);
        if (this.#input.length < end + 4 + length) break;
        this.#take(JSON.parse(this.#input.toString('utf8', end + 4, end + 4 + length)));
        this.#input = this.#input.subarray(end + 4 + length);
      }
    });
  }

  #take(message: { id?: number; method?: string; params?: unknown } & Answer): void {
    if (message.method === undefined) {
      this.#waiting.get(message.id!)?.(message);
      return;
    }
    this.told.push({ method: message.method, params: message.params });
    if (message.id !== undefined && this.refusal) this.send({ id: message.id, ...this.refusal });
  }

  /** In one piece, so that the server has them all at once. */
  send(...messages: readonly object[]): void {
    const frames = messages.map((message) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      return `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    });
    this.#server.stdin!.write(frames.join(''));
  }

  tell(method: string, params: unknown): void {
    this.send({ method, params });
  }

  async ask(method: string, params: unknown, cancelled = false): Promise<Answer> {
    const id = ++this.#last;
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    this.send({ id, method, params }, ...(cancelled ? [{ method: '$/cancelRequest', params: { id } }] : []));
    return Promise.race([answer, this.ended.then((code) => Promise.reject(new Error(`the server ended with ${code}: ${this.errors}`)))]);
  }

  async initialize(more: object = {}): Promise<this> {
    const { error } = await this.ask('initialize', { processId: null, rootUri: null, capabilities: {}, ...more });
    if (error) throw new Error(error.message);
    this.tell('initialized', {});
    return this;
  }

  close(stream: 'stdin' | 'stdout'): void {
    this.#server[stream]!.destroy();
  }

  kill(): void {
    this.#server.kill();
  }
}

let wire: Wire;

const uri = 'file:///w/a.netscenario';
const textDocument = { uri };
const opened = { textDocument: { uri, languageId: 'netscenario', version: 1, text: 'host a\n' } };
const position = { line: 0, character: 5 };
const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
const item: CallHierarchyItem = { name: 'a', kind: 5, uri, range, selectionRange: range };
const options = { tabSize: 2, insertSpaces: true };

/** All that can be asked, about a document and a place in it. */
const requests = (document: unknown, place: unknown = position): [string, object][] => {
  const here = { textDocument: document, position: place };
  const within = { start: place, end: place };
  return [
    ['textDocument/completion', here],
    ['textDocument/hover', here],
    ['textDocument/signatureHelp', here],
    ['textDocument/definition', here],
    ['textDocument/references', { ...here, context: { includeDeclaration: true } }],
    ['textDocument/documentHighlight', here],
    ['textDocument/documentSymbol', { textDocument: document }],
    ['workspace/symbol', { query: 'a' }],
    ['textDocument/codeAction', { textDocument: document, range: within, context: { diagnostics: [] } }],
    ['textDocument/codeLens', { textDocument: document }],
    ['textDocument/documentLink', { textDocument: document }],
    ['textDocument/formatting', { textDocument: document, options }],
    ['textDocument/rangeFormatting', { textDocument: document, range: within, options }],
    ['textDocument/onTypeFormatting', { ...here, ch: '\n', options }],
    ['textDocument/prepareRename', here],
    ['textDocument/rename', { ...here, newName: 'b' }],
    ['textDocument/foldingRange', { textDocument: document }],
    ['textDocument/selectionRange', { textDocument: document, positions: [place] }],
    ['textDocument/semanticTokens/full', { textDocument: document }],
    ['textDocument/semanticTokens/full/delta', { textDocument: document, previousResultId: 'none' }],
    ['textDocument/semanticTokens/range', { textDocument: document, range: within }],
    ['textDocument/inlayHint', { textDocument: document, range: within }],
    ['textDocument/prepareCallHierarchy', here],
    ['callHierarchy/incomingCalls', { item }],
    ['callHierarchy/outgoingCalls', { item }],
    ['textDocument/diagnostic', { textDocument: document }],
  ];
};
const NOT_A_NAME = 'Here stands no name.';

/** It is alive, and knows the document as it is. */
const knows = async (names: readonly string[]): Promise<void> => {
  const { result } = await wire.ask('textDocument/documentSymbol', { textDocument });
  expect((result as { name: string }[]).map(({ name }) => name)).toEqual(names);
  expect(wire.errors).toBe('');
};

describe('out of turn', () => {
  afterEach(() => wire.kill());

  test('nothing is answered before the server is initialized, and nothing kept that it was told', async () => {
    wire = new Wire();
    for (const [method, params] of requests(textDocument)) {
      expect((await wire.ask(method, params)).error, method).toEqual({ code: -32002, message: 'The server has not been initialized.' });
    }
    wire.tell('textDocument/didOpen', opened);
    await wire.initialize();
    await knows([]);
    wire.tell('textDocument/didOpen', opened);
    await knows(['a']);
  });

  test('it is initialized once', async () => {
    wire = await new Wire().initialize();
    wire.tell('textDocument/didOpen', opened);
    const { error } = await wire.ask('initialize', { processId: null, rootUri: null, capabilities: {} });
    expect(error).toEqual({ code: -32600, message: 'The server has been initialized.' });
    await knows(['a']);
  });

  test('nothing is answered once it has been shut down', async () => {
    wire = await new Wire().initialize();
    expect(await wire.ask('shutdown', undefined)).toMatchObject({ result: null });
    for (const method of ['textDocument/hover', 'shutdown', 'initialize'])
      expect((await wire.ask(method, { textDocument, position })).error?.code, method).toBe(-32600);
    wire.tell('exit', undefined);
    expect(await wire.ended).toBe(0);
  });
});

describe('the end', () => {
  afterEach(() => wire.kill());

  const ends: readonly [string, number, () => Promise<void>][] = [
    ['exit without shutdown', 1, async () => wire.tell('exit', undefined)],
    ['a client that is gone', 1, async () => wire.close('stdin')],
    [
      'a client that is gone behind shutdown',
      0,
      async () => {
        await wire.ask('shutdown', undefined);
        wire.close('stdin');
      },
    ],
    [
      'a client that listens no more, and is gone',
      1,
      async () => {
        wire.close('stdout');
        for (let i = 0; i < 20; i++) wire.tell('textDocument/didOpen', opened);
        wire.close('stdin');
      },
    ],
  ];
  test.each(ends)('%s: code %i', async (_name, code, end) => {
    wire = await new Wire().initialize();
    await end();
    expect(await wire.ended).toBe(code);
    expect(wire.errors).toBe('');
  });

  test('exit before initialize: code 1', async () => {
    wire = new Wire();
    wire.tell('exit', undefined);
    expect(await wire.ended).toBe(1);
  });

  test('a client whose process is no more: code 1', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    wire = await new Wire().initialize({ processId: pid });
    expect(await wire.ended).toBe(1);
  });
});

describe('what clients say of themselves', () => {
  afterEach(() => wire.kill());

  test.each([undefined, null])('capabilities that are %s are refused', async (capabilities) => {
    wire = new Wire();
    expect((await wire.ask('initialize', { processId: null, rootUri: null, capabilities })).error?.code).toBe(-32603);
    expect(wire.errors).toBe('');
  });

  test.each([
    { capabilities: { textDocument: null, workspace: null } },
    {
      capabilities: { textDocument: { hover: null, completion: { completionItem: null }, signatureHelp: { signatureInformation: null } } },
    },
    { capabilities: { textDocument: { hover: { contentFormat: 'markdown' } }, workspace: { configuration: 'yes', inlayHint: 7 } } },
    { initializationOptions: 5 },
    { initializationOptions: ['x'] },
    { initializationOptions: { settings: 'none', readsFilesThroughClient: 'no', runCommand: 7, referenceUri: {} } },
    { initializationOptions: { settings: { inlayHints: 'off' } } },
    { processId: 'x', rootUri: 5 },
  ])('%j', async (more) => {
    wire = await new Wire().initialize(more);
    wire.tell('textDocument/didOpen', opened);
    await knows(['a']);
    for (const [method, params] of requests(textDocument)) expect(await wire.ask(method, params), method).not.toHaveProperty('error');
  });
});

describe('requests', () => {
  // One server for all: it lives on.
  beforeAll(async () => {
    wire = await new Wire().initialize({ capabilities: { textDocument: { diagnostic: {} } } });
  });
  beforeEach(() => wire.tell('textDocument/didOpen', opened));
  afterEach(() => wire.tell('textDocument/didClose', { textDocument }));
  afterAll(() => wire.kill());

  const places = [
    { line: 1e9, character: 1e9 },
    { line: 0, character: 1e300 },
    { line: -1, character: -5 },
    { line: 0.5, character: 1.5 },
    { line: 4294967296, character: 0 },
    { line: 'x', character: null },
    {},
  ];
  test.each(places)('at a place that is in no text: %j', async (place) => {
    for (const [method, params] of requests(textDocument, place)) {
      const { error } = await wire.ask(method, params);
      if (!method.endsWith('ename') || error?.message !== NOT_A_NAME) expect(error, method).toBeUndefined();
    }
    await knows(['a']);
  });

  test.each([{ uri: 'file:///nowhere' }, { uri: 'no URI %%% ' }, { uri: '' }])(
    'about a document that is not open: %j',
    async (document) => {
      for (const [method, params] of requests(document).filter(([, about]) => 'textDocument' in about)) {
        const { result, error } = await wire.ask(method, params);
        expect(error, method).toBeUndefined();
        const { items, data } = (result ?? {}) as { items?: unknown; data?: unknown };
        expect(items ?? data ?? result ?? [], method).toEqual([]);
      }
      await knows(['a']);
    },
  );

  test.each([null, 5, [1], {}, { textDocument: null }, { textDocument, range: null, position: null, positions: null, item: null }])(
    'with parameters that are none get an error, or nothing: %j',
    async (params) => {
      for (const [method] of requests(textDocument)) expect(await wire.ask(method, params), method).toBeDefined();
      await knows(['a']);
    },
  );

  test('that are taken back at once are not begun, whichever they are', async () => {
    for (const [method, params] of requests(textDocument)) {
      expect((await wire.ask(method, params, true)).error, method).toEqual({ code: -32800, message: 'Cancelled before it was begun.' });
    }
    for (const id of [12345, 'x', null]) wire.tell('$/cancelRequest', { id });
    await knows(['a']);
  });

  test('of methods that do not exist are refused', async () => {
    expect((await wire.ask('textDocument/telepathy', {})).error?.code).toBe(-32601);
    expect((await wire.ask('netscenario/refuse', { code: 1, message: 'x' })).error?.code).toBeDefined();
    wire.tell('$/whatever', {});
    wire.tell('workspace/whatever', {});
    await knows(['a']);
  });
});

describe('what clients tell', () => {
  // One server for all: it lives on.
  beforeAll(async () => {
    wire = await new Wire().initialize({ capabilities: { textDocument: { diagnostic: {} } } });
  });
  beforeEach(() => wire.tell('textDocument/didOpen', opened));
  afterEach(() => wire.tell('textDocument/didClose', { textDocument }));
  afterAll(() => wire.kill());

  const change = (contentChanges: unknown, version: unknown = 2) => ({ textDocument: { uri, version }, contentChanges });
  const book = 'file:///w/book.netscenario.md';
  const cells = (more: object) => ({ notebookDocument: { uri: book, version: 2 }, change: { cells: more } });
  const told: readonly [string, unknown, readonly string[]][] = [
    ['textDocument/didOpen', { textDocument: { ...opened.textDocument, text: 'host again\n' } }, ['again']],
    ['textDocument/didChange', { ...change([{ text: 'x' }]), textDocument: { uri: 'file:///nowhere', version: 2 } }, ['a']],
    ['textDocument/didChange', change([{ text: 'host b\n' }], null), ['a']],
    ['textDocument/didChange', change([]), ['a']],
    ['textDocument/didChange', change(undefined), ['a']],
    ['textDocument/didChange', null, ['a']],
    ['textDocument/didChange', change([{ text: 'host old\n' }], -1), ['old']],
    ['textDocument/didChange', change([{ range: null, text: 'x' }]), ['a']],
    [
      'textDocument/didChange',
      change([{ range: { start: { line: 9, character: 9 }, end: { line: 0, character: 0 } }, text: 'host b\n' }]),
      ['b'],
    ],
    [
      'textDocument/didChange',
      change([{ range: { start: { line: -3, character: -9 }, end: { line: 1e9, character: 1e9 } }, text: 'host c\n' }]),
      ['c'],
    ],
    ['textDocument/didClose', { textDocument: { uri: 'file:///nowhere' } }, ['a']],
    ['textDocument/didClose', { textDocument }, []],
    ['textDocument/didSave', { textDocument: { uri: 'file:///nowhere' } }, ['a']],
    ['notebookDocument/didChange', cells({ structure: { array: { start: 0, deleteCount: 5 } } }), ['a']],
    ['notebookDocument/didClose', { notebookDocument: { uri: book }, cellTextDocuments: [{ uri: 'cell:1' }] }, ['a']],
    [
      'notebookDocument/didOpen',
      {
        notebookDocument: { uri: book, notebookType: 'x', version: 1, cells: [{ kind: 2, document: 'cell:absent' }] },
        cellTextDocuments: [{ uri: 'cell:other', languageId: 'netscenario', version: 1, text: 'host z' }],
      },
      ['a'],
    ],
    ['workspace/didChangeConfiguration', null, ['a']],
    ['workspace/didChangeConfiguration', { settings: { netscenario: { inlayHints: 'off' } } }, ['a']],
    ['workspace/didChangeWatchedFiles', { changes: [{ uri: '%%%', type: 99 }] }, ['a']],
    ['workspace/didChangeWatchedFiles', {}, ['a']],
  ];
  test.each(told)('%s %j', async (method, params, names) => {
    wire.tell(method, params);
    await knows(names);
  });
});

describe('clients that the server asks', () => {
  afterEach(() => wire.kill());

  const capabilities = {
    textDocument: { diagnostic: {} },
    workspace: {
      configuration: true,
      didChangeConfiguration: { dynamicRegistration: true },
      didChangeWatchedFiles: { dynamicRegistration: true },
      diagnostics: { refreshSupport: true },
      inlayHint: { refreshSupport: true },
    },
  };
  const answers: readonly [string, object | null][] = [
    ['refuse', { error: { code: -32601, message: 'It is refused.' } }],
    ['say something else than was asked', { result: 'yes' }],
    ['say null', { result: null }],
    ['give a list of nothing', { result: [null] }],
    ['never answer', null],
  ];
  test.each(answers)('may %s', async (_name, answer) => {
    wire = new Wire();
    wire.refusal = answer;
    await wire.initialize({ capabilities, initializationOptions: { readsFilesThroughClient: true } });
    wire.tell('textDocument/didOpen', opened);
    wire.tell('textDocument/didOpen', {
      textDocument: { ...opened.textDocument, uri: 'file:///w/other.netscenario', text: 'import "world.netscenario"\n' },
    });
    wire.send({ id: 'unread', method: 'textDocument/diagnostic', params: { textDocument: { uri: 'file:///w/other.netscenario' } } });
    wire.tell('workspace/didChangeConfiguration', { settings: {} });
    await expect.poll(() => wire.told.map(({ method }) => method)).toContain('netscenario/readFile');
    expect(wire.told.map(({ method }) => method)).toEqual(expect.arrayContaining(['client/registerCapability', 'workspace/configuration']));
    for (const [method, params] of requests(textDocument)) expect(await wire.ask(method, params), method).not.toHaveProperty('error');
    await knows(['a']);
  });
});
