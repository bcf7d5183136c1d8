/** The checks over plain standard input and output: the server as Neovim and other editors start it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CallHierarchyItem,
  type CodeAction,
  type CompletionList,
  createProtocolConnection,
  type DocumentHighlight,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  type Hover,
  type InlayHint,
  type Location,
  type MarkupContent,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type Range,
  type SelectionRange,
  type SemanticTokens,
  type SignatureHelp,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
  type WorkspaceEdit,
  type WorkspaceSymbol,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Check, type CheckedFile, checks, complaint, piecesOf, placeName, type Question, withoutCursor } from './checks.ts';

const folder = mkdtempSync(join(tmpdir(), 'netscenario-features-'));
let server: ChildProcess;
let client: ProtocolConnection;
let legend: readonly string[] = [];
let log = '';
const published = new Map<string, PublishDiagnosticsParams>();

beforeAll(async () => {
  server = spawn(process.execPath, [new URL('../../server/main-node.ts', import.meta.url).pathname, '--stdio'], { stdio: 'pipe' });
  server.stderr!.on('data', (chunk) => {
    log += String(chunk);
  });
  client = createProtocolConnection(new StreamMessageReader(server.stdout!), new StreamMessageWriter(server.stdin!));
  client.onNotification('textDocument/publishDiagnostics', (told: PublishDiagnosticsParams) => void published.set(told.uri, told));
  client.listen();
  const { capabilities } = await client.sendRequest<{ capabilities: { semanticTokensProvider: { legend: { tokenTypes: string[] } } } }>(
    'initialize',
    {
      processId: process.pid,
      rootUri: null,
      capabilities: { textDocument: { hover: { contentFormat: ['markdown'] } } },
    },
  );
  legend = capabilities.semanticTokensProvider.legend.tokenTypes;
  await client.sendNotification('initialized', {});
}, 60_000);
afterAll(() => {
  client.dispose();
  server.kill();
  rmSync(folder, { recursive: true });
});

interface Opened {
  readonly documents: readonly (readonly TextDocument[])[];
  nameOf(uri: string): string;
  close(): Promise<void>;
}

/** Opens files as an editor does; a notebook's cells have URIs of their own. */
async function open(files: readonly CheckedFile[]): Promise<Opened> {
  const names = new Map<string, string>();
  const closing: (() => Promise<void>)[] = [];
  const documents: TextDocument[][] = [];
  for (const { name, texts, closed } of files) {
    const uri = pathToFileURL(join(folder, name)).href;
    writeFileSync(join(folder, name), texts.join('\n'));
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
      await client.sendNotification('notebookDocument/didOpen', {
        notebookDocument: {
          uri,
          notebookType: 'netscenario-notebook',
          version: 1,
          cells: own.map((document) => ({ kind: 2, document: document.uri })),
        },
        cellTextDocuments: items,
      });
      const cellTextDocuments = own.map((document) => ({ uri: document.uri }));
      closing.push(() => client.sendNotification('notebookDocument/didClose', { notebookDocument: { uri }, cellTextDocuments }));
    } else {
      await client.sendNotification('textDocument/didOpen', { textDocument: items[0] });
      closing.push(() => client.sendNotification('textDocument/didClose', { textDocument: { uri } }));
    }
  }
  return {
    documents,
    nameOf: (uri) => names.get(uri) ?? uri.slice(uri.lastIndexOf('/') + 1),
    close: async () => {
      for (const one of closing) await one();
    },
  };
}

const place = (name: string, { start, end }: Range): string => placeName(name, start.line, start.character, end.character);

async function ask(
  question: Question,
  document: TextDocument,
  position: { line: number; character: number },
  opened: Opened,
): Promise<string[]> {
  const { uri } = document;
  const here = { textDocument: { uri }, position };
  const all = { start: { line: 0, character: 0 }, end: document.positionAt(document.getText().length) };
  const send = <T>(method: string, parameters: object = here): Promise<T> => client.sendRequest<T>(`textDocument/${method}`, parameters);
  const placesOf = (locations: readonly Location[]): string[] => locations.map((one) => place(opened.nameOf(one.uri), one.range));
  if (typeof question === 'object') {
    if ('written' in question) return written(document, question.written);
    if ('find' in question)
      return (await client.sendRequest<WorkspaceSymbol[]>('workspace/symbol', { query: question.find })).map(({ name }) => name);
    try {
      await send('prepareRename');
      const { changes = {} } = await send<WorkspaceEdit>('rename', { ...here, newName: question.rename });
      const texts = opened.documents
        .flat()
        .flatMap((one) => (changes[one.uri] ? [`${opened.nameOf(one.uri)} ${TextDocument.applyEdits(one, changes[one.uri]!)}`] : []));
      return texts.sort();
    } catch (error) {
      return [`refused: ${(error as Error).message}`];
    }
  }
  switch (question) {
    case 'problems':
      return expect
        .poll(() => published.get(uri))
        .toBeDefined()
        .then(() => published.get(uri)!.diagnostics.map(({ range }) => place(opened.nameOf(uri), range)));
    case 'codes':
      return expect
        .poll(() => published.get(uri))
        .toBeDefined()
        .then(() => published.get(uri)!.diagnostics.map(({ code }) => String(code)));
    case 'fixes':
      return (
        await send<CodeAction[]>('codeAction', { ...here, range: { start: position, end: position }, context: { diagnostics: [] } })
      ).map(({ title }) => title);
    case 'mended':
      return mended(opened);
    case 'completion':
      return (await send<CompletionList>('completion')).items.map(({ label }) => label);
    case 'hover':
      return ((await send<Hover>('hover')).contents as MarkupContent).value.split('\n');
    case 'definition':
      return placesOf(await send<Location[]>('definition'));
    case 'references':
      return placesOf(await send<Location[]>('references', { ...here, context: { includeDeclaration: true } }));
    case 'highlights':
      return (await send<DocumentHighlight[]>('documentHighlight')).map(({ range }) => place(opened.nameOf(uri), range));
    case 'symbols': {
      const lines = (symbols: readonly DocumentSymbol[], indent: string): string[] =>
        symbols.flatMap(({ name, children = [] }) => [indent + name, ...lines(children, `${indent}  `)]);
      return lines(await send<DocumentSymbol[]>('documentSymbol'), '');
    }
    case 'format':
      return [
        TextDocument.applyEdits(document, await send<TextEdit[]>('formatting', { ...here, options: { tabSize: 2, insertSpaces: true } })),
      ];
    case 'tokens': {
      const { data } = await send<SemanticTokens>('semanticTokens/full');
      const told: string[] = [];
      let line = 0;
      let character = 0;
      for (let i = 0; i < data.length; i += 5) {
        if (data[i]! > 0) character = 0;
        line += data[i]!;
        character += data[i + 1]!;
        const range = { start: { line, character }, end: { line, character: character + data[i + 2]! } };
        told.push(`${legend[data[i + 3]!]} ${document.getText(range)}`);
      }
      return told;
    }
    case 'folds':
      return (await send<FoldingRange[]>('foldingRange')).map(({ startLine, endLine }) => `${startLine}-${endLine}`).sort();
    case 'selections': {
      const texts: string[] = [];
      const [first] = await send<SelectionRange[]>('selectionRange', { ...here, positions: [position] });
      for (let range: SelectionRange | undefined = first; range; range = range.parent) texts.push(document.getText(range.range));
      return texts;
    }
    case 'hints':
      return (await send<InlayHint[]>('inlayHint', { ...here, range: all })).map(
        ({ position: at, label }) => `${at.line}:${at.character} ${String(label)}`,
      );
    case 'signature':
      return (await send<SignatureHelp>('signatureHelp')).signatures.map(({ label }) => label);
    case 'links':
      return (await send<DocumentLink[]>('documentLink')).map(
        ({ range: { start, end }, target }) =>
          `${start.line}:${start.character}-${end.character} ${target!.startsWith('file:') ? opened.nameOf(target!) : target}`,
      );
    case 'incoming':
    case 'outgoing': {
      const [item] = await send<CallHierarchyItem[]>('prepareCallHierarchy');
      const calls = await client.sendRequest<{ from?: CallHierarchyItem; to?: CallHierarchyItem }[]>(`callHierarchy/${question}Calls`, {
        item,
      });
      return calls.map(({ from, to }) => (from ?? to)!.name);
    }
  }
}

const ERROR = 1;

/** Puts a text in the place of a document's, and waits for what is said of it. */
async function replace(document: TextDocument, text: string): Promise<PublishDiagnosticsParams> {
  const version = document.version + 1;
  TextDocument.update(document, [{ text }], version);
  const { uri } = document;
  published.delete(uri);
  if (uri.startsWith('vscode-notebook-cell:')) {
    const notebook = uri.slice(0, uri.indexOf('#')).replace('vscode-notebook-cell:', 'file:');
    await client.sendNotification('notebookDocument/didChange', {
      notebookDocument: { uri: notebook, version },
      change: { cells: { textContent: [{ document: { uri, version }, changes: [{ text }] }] } },
    });
  } else await client.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
  await expect.poll(() => published.has(uri), { timeout: 10_000 }).toBe(true);
  return published.get(uri)!;
}

async function mended({ documents }: Opened): Promise<string[]> {
  const all = documents.flat();
  for (let fixes = 0; fixes < 50; fixes++) {
    const broken = all.find(({ uri }) => published.get(uri)?.diagnostics.some(({ severity }) => severity === ERROR));
    if (!broken) break;
    const { uri } = broken;
    const problem = published.get(uri)!.diagnostics.find(({ severity }) => severity === ERROR)!;
    const actions = await client.sendRequest<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri },
      range: problem.range,
      context: { diagnostics: [problem] },
    });
    const action = actions.find(({ isPreferred }) => isPreferred) ?? actions[0];
    if (!action) return [`nothing mends: ${problem.message}`];
    for (const document of all) {
      const edits = action.edit!.changes![document.uri];
      if (edits) await replace(document, TextDocument.applyEdits(document, edits));
    }
  }
  return all.map((document) => document.getText());
}

async function written(document: TextDocument, wanted: string): Promise<string[]> {
  let text = '';
  for (const piece of piecesOf(wanted)) {
    if (piece.taken) {
      await replace(document, text);
      const { items } = await client.sendRequest<CompletionList>('textDocument/completion', {
        textDocument: { uri: document.uri },
        position: document.positionAt(text.length),
      });
      const item = items.find(({ label }) => label === piece.text);
      if (!item?.textEdit?.newText.startsWith(piece.text)) return [`not offered behind ${JSON.stringify(text)}: ${piece.text}`];
    }
    text += piece.text;
  }
  const { diagnostics } = await replace(document, text);
  return [text, ...diagnostics.filter(({ severity }) => severity === ERROR).map(({ message }) => String(message))];
}

describe('over standard input and output', () => {
  test.each(checks.map((check) => [check.name, check] as [string, Check]))('%s', async (_name, check) => {
    const { files, cursor } = withoutCursor(check);
    const opened = await open(files);
    const document = opened.documents[cursor.file]![cursor.text]!;
    // What is named and not open has been read when the problems are told.
    await expect.poll(() => published.has(document.uri), { timeout: 10_000 }).toBe(true);
    expect(complaint(check, await ask(check.ask, document, cursor, opened))).toBeNull();
    await opened.close();
    expect(log).toBe('');
  });
});
