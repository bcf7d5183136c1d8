/**
 * An editor that talks to the server over its standard input and output, with what it says it can do, and what it does then: the
 * protocol alone, nothing of ours. It notes every method that goes one way or the other.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'vitest';
import {
  type CancellationToken,
  createProtocolConnection,
  type DataCallback,
  type Diagnostic,
  type Disposable,
  type DocumentDiagnosticReport,
  LSPErrorCodes,
  type Message,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { CheckedFile } from './checks.ts';

export interface ClientKind {
  readonly name: string;
  readonly capabilities: object;
  /** It asks for diagnostics; else they are published. */
  readonly pulls: boolean;
  /** It tells of changes on disk, and answers questions about settings; else the server hears of what is saved or set. */
  readonly watches: boolean;
}

const markdown = { textDocument: { hover: { contentFormat: ['markdown'] } } };

export const clientKinds: readonly ClientKind[] = [
  { name: 'a client that can do little', capabilities: markdown, pulls: false, watches: false },
  {
    name: 'a client that can do all',
    capabilities: {
      textDocument: { ...markdown.textDocument, diagnostic: {} },
      workspace: {
        configuration: true,
        diagnostics: { refreshSupport: true },
        didChangeConfiguration: { dynamicRegistration: true },
        didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
        inlayHint: { refreshSupport: true },
      },
    },
    pulls: true,
    watches: true,
  },
];

export interface Opened {
  readonly documents: readonly (readonly TextDocument[])[];
  nameOf(uri: string): string;
  close(): Promise<void>;
}

const isCell = (uri: string): boolean => uri.startsWith('vscode-notebook-cell:');
const notebookOf = (cell: string): string => cell.slice(0, cell.indexOf('#')).replace('vscode-notebook-cell:', 'file:');

const CHANGED = 2;
const WAIT = { timeout: 10_000 };

export class StreamClient {
  readonly kind: ClientKind;
  readonly methods: Set<string>;
  readonly connection: ProtocolConnection;
  legend: readonly string[] = [];
  /** What the server wrote where nothing should be. */
  log = '';
  /** How often it had the client ask again, by method. */
  readonly refreshes = new Map<string, number>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'netscenario-features-'));
  readonly #server: ChildProcess;
  readonly #published = new Map<string, PublishDiagnosticsParams>();
  #settings: object = {};

  constructor(kind: ClientKind, methods: Set<string>) {
    this.kind = kind;
    this.methods = methods;
    this.#server = spawn(process.execPath, [new URL('../../server/main-node.ts', import.meta.url).pathname, '--stdio'], { stdio: 'pipe' });
    this.#server.stderr!.on('data', (chunk) => {
      this.log += String(chunk);
    });
    this.connection = createProtocolConnection(
      new NotingReader(this.#server.stdout!, methods),
      new NotingWriter(this.#server.stdin!, methods),
    );
    this.connection.onNotification('textDocument/publishDiagnostics', (told: PublishDiagnosticsParams) => {
      this.#published.set(told.uri, told);
    });
    this.connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) => items.map(() => this.#settings));
    for (const method of ['client/registerCapability', 'client/unregisterCapability']) this.connection.onRequest(method, () => null);
    for (const method of ['workspace/diagnostic/refresh', 'workspace/inlayHint/refresh']) {
      this.connection.onRequest(method, () => {
        this.refreshes.set(method, (this.refreshes.get(method) ?? 0) + 1);
        return null;
      });
    }
    this.connection.listen();
  }

  async start(): Promise<void> {
    const { capabilities } = await this.connection.sendRequest<{
      capabilities: { semanticTokensProvider: { legend: { tokenTypes: string[] } } };
    }>('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities: this.kind.capabilities,
      initializationOptions: { runCommand: 'run' },
    });
    this.legend = capabilities.semanticTokensProvider.legend.tokenTypes;
    await this.connection.sendNotification('initialized', {});
  }

  /** Ends the server; its exit code. */
  async end(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.#server.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    return ended;
  }

  dispose(): void {
    this.connection.dispose();
    this.#server.kill();
    rmSync(this.#folder, { recursive: true });
  }

  request<T>(method: string, parameters: object, token?: CancellationToken): Promise<T> {
    return token ? this.connection.sendRequest<T>(method, parameters, token) : this.connection.sendRequest<T>(method, parameters);
  }

  /** Opens files as an editor does; a notebook's cells have URIs of their own. */
  async open(files: readonly CheckedFile[]): Promise<Opened> {
    const names = new Map<string, string>();
    const closing: (() => Promise<void>)[] = [];
    const documents: TextDocument[][] = [];
    for (const { name, texts, closed } of files) {
      const uri = this.#uriOf(name);
      this.write(name, texts.join('\n'));
      names.set(uri, name);
      const isNotebook = name.endsWith('.md');
      const own = texts.map((text, i) =>
        TextDocument.create(isNotebook ? `${uri.replace('file:', 'vscode-notebook-cell:')}#W${i}` : uri, 'netscenario', 1, text),
      );
      documents.push(own);
      if (closed) continue;
      const items = own.map((document) => ({ uri: document.uri, languageId: 'netscenario', version: 1, text: document.getText() }));
      if (isNotebook) {
        for (const [i, document] of own.entries()) names.set(document.uri, `${name}[${i}]`);
        await this.connection.sendNotification('notebookDocument/didOpen', {
          notebookDocument: {
            uri,
            notebookType: 'netscenario-notebook',
            version: 1,
            cells: own.map((document) => ({ kind: 2, document: document.uri })),
          },
          cellTextDocuments: items,
        });
        const cellTextDocuments = own.map((document) => ({ uri: document.uri }));
        closing.push(() => this.connection.sendNotification('notebookDocument/didClose', { notebookDocument: { uri }, cellTextDocuments }));
      } else {
        await this.connection.sendNotification('textDocument/didOpen', { textDocument: items[0] });
        closing.push(() => this.connection.sendNotification('textDocument/didClose', { textDocument: { uri } }));
      }
    }
    return {
      documents,
      nameOf: (uri) => names.get(uri) ?? uri.slice(uri.lastIndexOf('/') + 1),
      close: async () => {
        for (const one of closing) await one();
        this.#published.clear();
      },
    };
  }

  /** What is wrong in a document as it is now. */
  async problems({ uri, version }: TextDocument): Promise<readonly Diagnostic[]> {
    if (this.kind.pulls) {
      const report = await this.pull(uri);
      return report.kind === 'full' ? report.items : [];
    }
    await expect.poll(() => this.#published.get(uri)?.version, WAIT).toBe(version);
    return this.#published.get(uri)!.diagnostics;
  }

  /** Asked again where the server says that the text has changed meanwhile. */
  async pull(uri: string, previousResultId?: string): Promise<DocumentDiagnosticReport> {
    try {
      return await this.request('textDocument/diagnostic', { textDocument: { uri }, previousResultId });
    } catch (error) {
      if ((error as ResponseError<unknown>).code !== LSPErrorCodes.ServerCancelled) throw error;
      return this.pull(uri, previousResultId);
    }
  }

  /** Puts a text in the place of a document's; gives what is wrong with it. */
  async replace(document: TextDocument, text: string): Promise<readonly Diagnostic[]> {
    await this.change(document, { text });
    return this.problems(document);
  }

  /** One change: of the whole text, or of a range of it. */
  async change(document: TextDocument, change: Parameters<typeof TextDocument.update>[1][number]): Promise<void> {
    const version = document.version + 1;
    TextDocument.update(document, [change], version);
    const { uri } = document;
    this.#published.clear();
    if (!isCell(uri)) {
      return this.connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [change] });
    }
    return this.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebookOf(uri), version },
      change: { cells: { textContent: [{ document: { uri, version }, changes: [change] }] } },
    });
  }

  async removeCell({ uri }: TextDocument, index: number): Promise<void> {
    this.#published.clear();
    await this.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebookOf(uri), version: 2 },
      change: { cells: { structure: { array: { start: index, deleteCount: 1 }, didClose: [{ uri }] } } },
    });
  }

  /** The cells that change places stay open. */
  async moveCellUp(cells: readonly TextDocument[], index: number): Promise<void> {
    this.#published.clear();
    const { uri } = cells[index]!;
    const moved = [cells[index]!, cells[index - 1]!].map((cell) => ({ kind: 2, document: cell.uri }));
    await this.connection.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebookOf(uri), version: 2 },
      change: { cells: { structure: { array: { start: index - 1, deleteCount: 2, cells: moved } } } },
    });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.#folder, name), text);
  }

  /** Tells of a file that changed on disk; a client that watches none saves a document, when the server looks by itself. */
  async tellOfChange(name: string, { uri }: TextDocument): Promise<void> {
    this.#published.clear();
    if (this.kind.watches) {
      const changes = [{ uri: this.#uriOf(name), type: CHANGED }];
      return this.connection.sendNotification('workspace/didChangeWatchedFiles', { changes });
    }
    if (isCell(uri)) return this.connection.sendNotification('notebookDocument/didSave', { notebookDocument: { uri: notebookOf(uri) } });
    return this.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
  }

  /** Settings behind `netscenario`; done when the server has taken them. */
  async set(settings: object): Promise<void> {
    this.#settings = settings;
    const { watches } = this.kind;
    const before = this.refreshes.get('workspace/inlayHint/refresh') ?? 0;
    await this.connection.sendNotification('workspace/didChangeConfiguration', { settings: watches ? null : { netscenario: settings } });
    if (watches) await expect.poll(() => this.refreshes.get('workspace/inlayHint/refresh') ?? 0, WAIT).toBeGreaterThan(before);
  }

  #uriOf(name: string): string {
    return pathToFileURL(join(this.#folder, name)).href;
  }
}

const methodOf = (message: Message): string | undefined => (message as { method?: string }).method;

class NotingWriter extends StreamMessageWriter {
  readonly #methods: Set<string>;

  constructor(stream: NodeJS.WritableStream, methods: Set<string>) {
    super(stream);
    this.#methods = methods;
  }

  override write(message: Message): Promise<void> {
    const method = methodOf(message);
    if (method !== undefined) this.#methods.add(method);
    return super.write(message);
  }
}

class NotingReader extends StreamMessageReader {
  readonly #methods: Set<string>;

  constructor(stream: NodeJS.ReadableStream, methods: Set<string>) {
    super(stream);
    this.#methods = methods;
  }

  override listen(callback: DataCallback): Disposable {
    return super.listen((message) => {
      const method = methodOf(message);
      if (method !== undefined) this.#methods.add(method);
      callback(message);
    });
  }
}
