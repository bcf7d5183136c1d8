/**
 * A server that has followed a person's work answers as one that is started now and shown the same texts: files, notebooks, what
 * they import, open or on disk.
 *
 * An input is a header of two bytes and a list of deeds, `WIDTH` bytes each. Deeds are what editors tell of: edits anywhere in UTF-16 code
 * units (within surrogate pairs, at the borders of cells), several at once, past the end of a line; cells that are added, removed, swapped,
 * split, joined; documents that are closed and opened again; files that change on disk, or are saved. In between, questions
 * are asked that nobody waits for, and some are taken back.
 */
import { PassThrough } from 'node:stream';
import {
  CancellationTokenSource,
  createConnection,
  createProtocolConnection,
  ErrorCodes,
  LSPErrorCodes,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type ResponseError,
} from 'vscode-languageserver/node';
import type { FuzzTarget } from '../engines/fuzz-target.ts';
import { connectionOptions } from './connection-options.ts';
import { cellText, LONGEST, PIECES } from './language/edits.fuzz.ts';
import { serve } from './server.ts';

const WIDTH = 6;
const MOST_DEEDS = 16;

interface Text {
  readonly uri: string;
  version: number;
  text: string;
}

interface Notebook {
  readonly uri: string;
  version: number;
  readonly cells: Text[];
}

/** What a person has in front of them, and what lies on their disk. */
interface World {
  readonly disk: Map<string, string>;
  readonly files: Map<string, Text>;
  readonly notebooks: Map<string, Notebook>;
}

type Position = { readonly line: number; readonly character: number };
type Change = { readonly range?: { readonly start: Position; readonly end: Position }; readonly text: string };

const LINE_END = /\r\n|\r|\n/g;

/** By the protocol's own rule: a line ends with `\r\n`, `\n` or `\r`. */
function positionAt(text: string, offset: number): Position {
  let line = 0;
  let start = 0;
  for (const { index, 0: end } of text.matchAll(LINE_END)) {
    if (index + end.length > offset) break;
    line++;
    start = index + end.length;
  }
  return { line, character: offset - start };
}

/** No position names the place within a `\r\n`. */
const nameable = (text: string, offset: number): number => (text[offset - 1] === '\r' && text[offset] === '\n' ? offset - 1 : offset);

const item = ({ uri, version, text }: Text) => ({ uri, languageId: 'netscenario', version, text });
const cellOf = ({ uri }: Text) => ({ kind: 2, document: uri });

interface ClientKind {
  /** It tells of changes on disk; else the server looks when something is saved. */
  readonly watches: boolean;
  /** It asks for problems; else they are published. */
  readonly pulls: boolean;
}

/** Milliseconds that a publication may be late on a busy machine. */
const LATE = 2_000;

/** An editor and a server of its own. */
class Session {
  readonly #client: ProtocolConnection;
  readonly complaints: string[] = [];
  /** Problems that were published and not taken back, by document. */
  readonly #published = new Map<string, readonly unknown[]>();
  readonly #asked = new Set<Promise<unknown>>();
  /** Colours as the client has them, by document. */
  readonly #colours = new Map<string, { readonly resultId: string; readonly data: number[] }>();

  private constructor(client: ProtocolConnection) {
    this.#client = client;
  }

  static async start(disk: ReadonlyMap<string, string>, { watches, pulls }: ClientKind): Promise<Session> {
    const [up, down] = [new PassThrough(), new PassThrough()];
    const connection = createConnection(up, down, connectionOptions());
    serve(connection, async (uri) => {
      await new Promise((resolve) => setImmediate(resolve));
      const text = disk.get(uri);
      return text === undefined
        ? { kind: 'unreadable', reason: 'there is no such file' }
        : { kind: 'bytes', bytes: new TextEncoder().encode(text) };
    });
    const client = createProtocolConnection(down, up);
    const session = new Session(client);
    client.onNotification('window/logMessage', ({ message }: { message: string }) => void session.complaints.push(message));
    client.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }: PublishDiagnosticsParams) => {
      if (diagnostics.length > 0) session.#published.set(uri, diagnostics);
      else session.#published.delete(uri);
    });
    client.onRequest('client/registerCapability', () => null);
    client.onRequest('client/unregisterCapability', () => null);
    client.listen();
    await client.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      capabilities: {
        textDocument: pulls ? { diagnostic: {} } : {},
        workspace: { didChangeWatchedFiles: { dynamicRegistration: watches } },
      },
      initializationOptions: { runCommand: 'run' },
    });
    await client.sendNotification('initialized', {});
    return session;
  }

  /** When all is answered that was asked: the server may be at it still. */
  async end(): Promise<void> {
    await Promise.allSettled(this.#asked);
    this.#client.dispose();
  }

  tell(method: string, parameters: object): Promise<void> {
    return this.#client.sendNotification(method, parameters);
  }

  openFile(file: Text): Promise<void> {
    return this.tell('textDocument/didOpen', { textDocument: item(file) });
  }

  openNotebook({ uri, version, cells }: Notebook): Promise<void> {
    return this.tell('notebookDocument/didOpen', {
      notebookDocument: { uri, notebookType: 'netscenario-notebook', version, cells: cells.map(cellOf) },
      cellTextDocuments: cells.map(item),
    });
  }

  changeFile({ uri, version }: Text, contentChanges: readonly Change[]): Promise<void> {
    return this.tell('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
  }

  changeNotebook({ uri, version }: Notebook, cells: object): Promise<void> {
    return this.tell('notebookDocument/didChange', { notebookDocument: { uri, version }, change: { cells } });
  }

  /** The answer; why it was refused; null where the text had changed, or the request was taken back. An error of the server's own is thrown. */
  async ask(method: string, parameters: object, takeBack = false): Promise<unknown> {
    const source = new CancellationTokenSource();
    const asked = this.#client.sendRequest<unknown>(method, parameters, source.token);
    this.#asked.add(asked);
    if (takeBack) source.cancel();
    try {
      return await asked;
    } catch (error) {
      const { code, message } = error as ResponseError<unknown>;
      if (code === LSPErrorCodes.RequestCancelled || code === LSPErrorCodes.ContentModified || code === LSPErrorCodes.ServerCancelled)
        return null;
      if (code === ErrorCodes.InvalidRequest && method.endsWith('ename')) return `refused: ${message}`;
      throw new Error(`${method} fails: ${message}`);
    } finally {
      this.#asked.delete(asked);
    }
  }

  /** Problems by document, of those that have some, as they are asked for. */
  async problems(uris: readonly string[]): Promise<ReadonlyMap<string, readonly unknown[]>> {
    const found = new Map<string, readonly unknown[]>();
    for (const uri of uris) {
      const { items } = (await this.ask('textDocument/diagnostic', { textDocument: { uri } })) as { items: unknown[] };
      if (items.length > 0) found.set(uri, items);
    }
    return found;
  }

  /** Those that were published, once they are as wanted, or it is late. */
  async published(wanted: ReadonlyMap<string, readonly unknown[]>): Promise<ReadonlyMap<string, readonly unknown[]>> {
    const end = performance.now() + LATE;
    while (inOrder(this.#published) !== inOrder(wanted) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 2));
    return this.#published;
  }

  /** The colours of a document, by the changes to those that the client has. */
  async colours(uri: string): Promise<readonly number[]> {
    const before = this.#colours.get(uri);
    const textDocument = { uri };
    const told = (await (before
      ? this.ask('textDocument/semanticTokens/full/delta', { textDocument, previousResultId: before.resultId })
      : this.ask('textDocument/semanticTokens/full', { textDocument }))) as {
      resultId: string;
      data?: number[];
      edits?: { start: number; deleteCount: number; data?: number[] }[];
    };
    const data = told.data ?? [...before!.data];
    for (const { start, deleteCount, data: put = [] } of told.edits ?? []) data.splice(start, deleteCount, ...put);
    this.#colours.set(uri, { resultId: told.resultId, data });
    return data;
  }

  forgetColours(uri: string): void {
    this.#colours.delete(uri);
  }
}

const inOrder = (problems: ReadonlyMap<string, unknown>): string => JSON.stringify([...problems].sort(([a], [b]) => (a < b ? -1 : 1)));

const FOLDER = 'file:///w/';
const COMMON = `${FOLDER}common.netscenario`;
const BROKEN = `${FOLDER}broken.netscenario`;
const DISK: readonly (readonly [string, string])[] = [
  [COMMON, 'host pc, server\nlet n = 2\nzone x.org on ns.x.org\n'],
  [BROKEN, 'host pc2\nhost {\npc2 crashes\n'],
];
const DISK_TEXTS = [...DISK.map(([, text]) => text), 'host pc\n', '', 'host server\nhost pc { up 5 Mbps }\r\nlet n = 3 s\n'];

let cellCount = 0;
const newCell = (notebook: string, text: string): Text => ({
  uri: `${notebook.replace('file:', 'vscode-notebook-cell:')}#c${cellCount++}`,
  version: 1,
  text,
});

class Work {
  readonly world: World;
  readonly session: Session;
  readonly #kind: ClientKind;
  /** Questions that nobody has waited for yet. */
  readonly #open: Promise<unknown>[] = [];

  constructor(session: Session, disk: Map<string, string>, kind: ClientKind) {
    this.session = session;
    this.world = { disk, files: new Map(), notebooks: new Map() };
    this.#kind = kind;
  }

  /** Every open text, in the order in which a server that is started now is shown them. */
  get texts(): Text[] {
    return [...this.world.files.values(), ...[...this.world.notebooks.values()].flatMap(({ cells }) => cells)];
  }

  async openFile(uri: string, text: string): Promise<void> {
    const file = { uri, version: 1, text };
    this.world.files.set(uri, file);
    await this.session.openFile(file);
  }

  async openNotebook(uri: string, cells: Text[]): Promise<void> {
    const notebook = { uri, version: 1, cells };
    this.world.notebooks.set(uri, notebook);
    await this.session.openNotebook(notebook);
  }

  async deed([kind, which, high, low, remove, put]: readonly number[]): Promise<void> {
    const share = ((high! << 8) | low!) / 0xffff;
    switch (kind! % 24) {
      case 0:
        return this.#toggleCommon(put!);
      case 1:
        return this.#changeOnDisk(which!, put!);
      case 2:
        return this.#reopen(which!);
      case 3:
      case 4:
      case 5:
      case 6:
      case 7:
        return this.#cells(kind! % 24, which!, share, put!);
      case 8:
      case 9:
      case 10:
        return this.#question(which!, share, put!, remove! % 2 === 0);
      default:
        return this.#edit(which!, share, remove!, put!, kind!);
    }
  }

  /** One to three changes of one text, in one message. */
  async #edit(which: number, share: number, remove: number, put: number, kind: number): Promise<void> {
    const { texts } = this;
    if (texts.length === 0) return;
    const text = texts[which % texts.length]!;
    const changes: Change[] = [];
    for (let i = 0; i < 1 + (kind % 3 === 0 ? remove % 3 : 0); i++) changes.push(changed(text, (share + i / 3) % 1, remove, put + i, kind));
    text.version++;
    const notebook = this.#notebookOf(text);
    if (!notebook) return this.session.changeFile(text, changes);
    notebook.version++;
    return this.session.changeNotebook(notebook, { textContent: [{ document: { uri: text.uri, version: text.version }, changes }] });
  }

  async #cells(kind: number, which: number, share: number, put: number): Promise<void> {
    const notebooks = [...this.world.notebooks.values()];
    if (notebooks.length === 0) return;
    const notebook = notebooks[which % notebooks.length]!;
    const { cells, uri } = notebook;
    const at = Math.min(cells.length, Math.floor(share * (cells.length + 1)));
    notebook.version++;
    const structure = (start: number, deleteCount: number, added: readonly Text[], opened: readonly Text[], closed: readonly Text[]) => ({
      array: { start, deleteCount, cells: added.map(cellOf) },
      didOpen: opened.map(item),
      didClose: closed.map((text) => ({ uri: text.uri })),
    });
    const cell = cells[at];
    if (kind === 3 && cells.length < 6) {
      const added = newCell(uri, cellText(put));
      cells.splice(at, 0, added);
      return this.session.changeNotebook(notebook, { structure: structure(at, 0, [added], [added], []) });
    }
    if (!cell) return;
    if (kind === 4) {
      cells.splice(at, 1);
      this.session.forgetColours(cell.uri);
      return this.session.changeNotebook(notebook, { structure: structure(at, 1, [], [], [cell]) });
    }
    const next = cells[at + 1];
    if (kind === 5 && next) {
      cells.splice(at, 2, next, cell);
      return this.session.changeNotebook(notebook, { structure: structure(at, 2, [next, cell], [], []) });
    }
    // Split at any code unit, joined again: the text of one cell and the list of cells change in one message.
    const whole = cell.text;
    const end = positionAt(whole, whole.length);
    const textContent = (changes: readonly Change[]) => {
      cell.version++;
      return [{ document: { uri: cell.uri, version: cell.version }, changes }];
    };
    if (kind === 6 && cells.length < 6) {
      const cut = nameable(whole, Math.floor((put / 255) * whole.length));
      const added = newCell(uri, whole.slice(cut));
      cell.text = whole.slice(0, cut);
      cells.splice(at + 1, 0, added);
      return this.session.changeNotebook(notebook, {
        structure: structure(at + 1, 0, [added], [added], []),
        textContent: textContent([{ range: { start: positionAt(whole, cut), end }, text: '' }]),
      });
    }
    if (kind === 7 && next) {
      cell.text = `${whole}\n${next.text}`;
      cells.splice(at + 1, 1);
      this.session.forgetColours(next.uri);
      return this.session.changeNotebook(notebook, {
        structure: structure(at + 1, 1, [], [], [next]),
        textContent: textContent([{ range: { start: end, end }, text: `\n${next.text}` }]),
      });
    }
  }

  /** The file that others import is opened, with changes that are not on disk; or closed without saving. */
  async #toggleCommon(put: number): Promise<void> {
    if (!this.world.files.delete(COMMON)) return this.openFile(COMMON, DISK_TEXTS[put % DISK_TEXTS.length]!);
    this.session.forgetColours(COMMON);
    await this.session.tell('textDocument/didClose', { textDocument: { uri: COMMON } });
  }

  async #changeOnDisk(which: number, put: number): Promise<void> {
    const { disk, files, notebooks } = this.world;
    const uri = DISK[which % DISK.length]![0];
    const type = put % 8 === 0 ? 3 : disk.has(uri) ? 2 : 1;
    if (type === 3) disk.delete(uri);
    else disk.set(uri, DISK_TEXTS[put % DISK_TEXTS.length]!);
    if (this.#kind.watches) return this.session.tell('workspace/didChangeWatchedFiles', { changes: [{ uri, type }] });
    // The server looks by itself when something is saved.
    const [file] = files.values();
    if (file) return this.session.tell('textDocument/didSave', { textDocument: { uri: file.uri } });
    const [notebook] = notebooks.values();
    await this.session.tell('notebookDocument/didSave', { notebookDocument: { uri: notebook!.uri } });
  }

  async #reopen(which: number): Promise<void> {
    const { files, notebooks } = this.world;
    const all = [...files.values(), ...notebooks.values()];
    const one = all[which % all.length]!;
    if ('text' in one) {
      this.session.forgetColours(one.uri);
      files.delete(one.uri);
      await this.session.tell('textDocument/didClose', { textDocument: { uri: one.uri } });
      return this.openFile(one.uri, one.text);
    }
    for (const { uri } of one.cells) this.session.forgetColours(uri);
    notebooks.delete(one.uri);
    const cellTextDocuments = one.cells.map(({ uri }) => ({ uri }));
    await this.session.tell('notebookDocument/didClose', { notebookDocument: { uri: one.uri }, cellTextDocuments });
    await this.openNotebook(
      one.uri,
      one.cells.map(({ uri, text }) => ({ uri, version: 1, text })),
    );
  }

  async #question(which: number, share: number, put: number, takeBack: boolean): Promise<void> {
    const { texts } = this;
    const text = texts[which % texts.length];
    if (!text) return;
    const all = questions(text, share);
    const [method, parameters] = all[put % all.length]!;
    const answer = this.session.ask(method, parameters, takeBack);
    answer.catch(() => {});
    this.#open.push(answer);
  }

  #notebookOf(text: Text): Notebook | undefined {
    return [...this.world.notebooks.values()].find(({ cells }) => cells.includes(text));
  }

  /** Throws where an answer is not the one that a server gives which has just been started. */
  async compare(share: number): Promise<void> {
    await Promise.all(this.#open.splice(0));
    const { disk, files, notebooks } = this.world;
    const afresh = await Session.start(disk, { ...this.#kind, pulls: true });
    try {
      for (const file of files.values()) await afresh.openFile(file);
      for (const notebook of notebooks.values()) await afresh.openNotebook(notebook);
      const uris = this.texts.map(({ uri }) => uri);
      const problems = await afresh.problems(uris);
      const told = this.#kind.pulls ? await this.session.problems(uris) : await this.session.published(problems);
      differ('problems', {}, inOrder(told), inOrder(problems));
      // References come first: all that is named has been read when they are told.
      const references = this.texts.flatMap((text) => questions(text, share)).filter(([method]) => method.endsWith('/references'));
      const asked: [string, object][] = [
        ...references,
        ...this.texts.flatMap((text) => questions(text, share)),
        ['workspace/symbol', { query: '' }],
      ];
      for (const [method, parameters] of asked) {
        const [followed, fresh] = await Promise.all([this.session.ask(method, parameters), afresh.ask(method, parameters)]);
        differ(method, parameters, followed, fresh);
      }
      for (const { uri } of this.texts) differ('colours by changes', { uri }, await this.session.colours(uri), await afresh.colours(uri));
      const complaints = [...this.session.complaints, ...afresh.complaints];
      if (complaints.length > 0) throw new Error(`the server complains: ${complaints[0]}`);
    } finally {
      await afresh.end();
    }
  }
}

function differ(method: string, parameters: object, followed: unknown, fresh: unknown): void {
  const [a, b] = [followed, fresh].map((answer) => JSON.stringify(answer, (key, value) => (key === 'resultId' ? undefined : value)));
  if (a === b) return;
  let at = 0;
  while (a![at] === b![at]) at++;
  const from = Math.max(0, at - 100);
  throw new Error(`${method} ${JSON.stringify(parameters)}\nfollowed: …${a!.slice(from, at + 200)}\nafresh: …${b!.slice(from, at + 200)}`);
}

/** All that is asked about a text, at a place in it where there has to be one. */
function questions({ uri, text }: Text, share: number): [string, object][] {
  const textDocument = { uri };
  const position = positionAt(text, nameable(text, Math.floor(share * text.length)));
  const here = { textDocument, position };
  const half = { start: positionAt(text, nameable(text, text.length >> 1)), end: { line: position.line + 1000, character: 0 } };
  const whole = { start: { line: 0, character: 0 }, end: { line: 1_000_000, character: 0 } };
  const options = { tabSize: 2, insertSpaces: true };
  return [
    ['textDocument/documentSymbol', { textDocument }],
    ['textDocument/semanticTokens/range', { textDocument, range: half }],
    ['textDocument/foldingRange', { textDocument }],
    ['textDocument/documentLink', { textDocument }],
    ['textDocument/codeLens', { textDocument }],
    ['textDocument/inlayHint', { textDocument, range: whole }],
    ['textDocument/codeAction', { textDocument, range: whole, context: { diagnostics: [] } }],
    ['textDocument/formatting', { textDocument, options }],
    ['textDocument/rangeFormatting', { textDocument, range: half, options }],
    ['textDocument/selectionRange', { textDocument, positions: [position] }],
    ['textDocument/completion', here],
    ['textDocument/hover', here],
    ['textDocument/signatureHelp', here],
    ['textDocument/definition', here],
    ['textDocument/references', { ...here, context: { includeDeclaration: true } }],
    ['textDocument/documentHighlight', here],
    ['textDocument/prepareRename', here],
    ['textDocument/rename', { ...here, newName: 'renamed' }],
    ['textDocument/prepareCallHierarchy', here],
  ];
}

/** Makes one change of a text, as an editor tells of it. */
function changed(file: Text, share: number, remove: number, put: number, kind: number): Change {
  const { text } = file;
  if (text.length > LONGEST || kind % 13 === 12) {
    file.text = cellText(put);
    return { text: file.text };
  }
  const start = nameable(text, Math.round(share * text.length));
  const end = nameable(text, Math.min(text.length, start + (remove % 4 === 0 ? remove % 40 : remove % 3)));
  const by = kind % 5 === 0 ? String.fromCharCode((remove << 8) | put) : PIECES[put % PIECES.length]!;
  // The end of a line has any character behind it for another name.
  const shown = (offset: number): Position => {
    const { line, character } = positionAt(text, offset);
    const ends = offset === text.length || text[offset] === '\n' || text[offset] === '\r';
    return ends && remove % 7 === 6 ? { line, character: character + 1000 } : { line, character };
  };
  file.text = text.slice(0, start) + by + text.slice(Math.max(start, end));
  return { range: { start: shown(start), end: shown(Math.max(start, end)) }, text: by };
}

const target: FuzzTarget = {
  name: 'language-server',
  shortRun: 10,
  corpus: () => {
    const scripts: Uint8Array[] = [];
    // A linear congruential generator (Numerical Recipes): every script is another one.
    let state = 1;
    for (let i = 0; i < 24; i++) {
      const script = new Uint8Array(2 + WIDTH * MOST_DEEDS);
      for (let byte = 0; byte < script.length; byte++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        script[byte] = state >>> 24;
      }
      script[0] = 11 * i;
      scripts.push(script);
    }
    return scripts;
  },
  async run(bytes) {
    cellCount = 0;
    const [first = 0, second = 0] = bytes;
    const kind: ClientKind = { watches: first % 2 === 0, pulls: first % 4 < 2 };
    const disk = new Map(DISK);
    const session = await Session.start(disk, kind);
    try {
      const work = new Work(session, disk, kind);
      const book = `${FOLDER}book.netscenario.md`;
      const other = `${FOLDER}other.netscenario.md`;
      await work.openFile(`${FOLDER}user.netscenario`, `import "common.netscenario"\npc crashes\n${cellText(first)}`);
      await work.openNotebook(book, [
        newCell(book, 'import "common.netscenario"'),
        newCell(book, cellText(first)),
        newCell(book, cellText(second)),
      ]);
      await work.openNotebook(other, [newCell(other, cellText(second)), newCell(other, '')]);
      for (let i = 2; i + WIDTH <= bytes.length && i < 2 + WIDTH * MOST_DEEDS; i += WIDTH) {
        const deed = [...bytes.subarray(i, i + WIDTH)];
        await work.deed(deed);
        if (deed[0]! >= 224) await work.compare(deed[3]! / 255);
      }
      await work.compare(second / 255);
      return work.texts.map(({ text }) => text).join('\n---\n');
    } finally {
      await session.end();
    }
  },
};

export default target;
