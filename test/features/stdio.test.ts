/** The checks over plain standard input and output: the server as Neovim and other editors start it. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type CallHierarchyItem,
  CancellationTokenSource,
  type CodeAction,
  type CodeLens,
  type CompletionList,
  type Diagnostic,
  type DocumentHighlight,
  type DocumentLink,
  type DocumentSymbol,
  type FoldingRange,
  type Hover,
  type InlayHint,
  type Location,
  type MarkupContent,
  type Position,
  type Range,
  type SelectionRange,
  type SemanticTokens,
  type SemanticTokensDelta,
  type SignatureHelp,
  type TextEdit,
  type WorkspaceEdit,
  type WorkspaceSymbol,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type Check, checks, complaint, piecesOf, placeName, type Question, withoutCursor } from './checks.ts';
import { clientKinds, type Opened, StreamClient } from './stream-client.ts';

let client: StreamClient;

const place = (name: string, { start, end }: Range): string => placeName(name, start.line, start.character, end.character);
const isError = ({ severity }: Diagnostic): boolean => severity === 1;
const options = { tabSize: 2, insertSpaces: true };

/** The line that a position is in, without its end. */
const lineAt = (document: TextDocument, { line }: Position): Range => {
  const start = { line, character: 0 };
  const text = document.getText({ start, end: { line: line + 1, character: 0 } });
  return { start, end: { line, character: text.replace(/\r?\n$/, '').length } };
};

function coloursOf(document: TextDocument, data: readonly number[]): string[] {
  const told: string[] = [];
  let line = 0;
  let character = 0;
  for (let i = 0; i < data.length; i += 5) {
    if (data[i]! > 0) character = 0;
    line += data[i]!;
    character += data[i + 1]!;
    const range = { start: { line, character }, end: { line, character: character + data[i + 2]! } };
    told.push(`${client.legend[data[i + 3]!]} ${document.getText(range)}`);
  }
  return told;
}

async function ask(question: Question, document: TextDocument, position: Position, opened: Opened): Promise<string[]> {
  const { uri } = document;
  const textDocument = { uri };
  const here = { textDocument, position };
  const all = { start: { line: 0, character: 0 }, end: document.positionAt(document.getText().length) };
  const send = <T>(method: string, parameters: object = here): Promise<T> => client.request<T>(`textDocument/${method}`, parameters);
  const placesOf = (locations: readonly Location[]): string[] => locations.map((one) => place(opened.nameOf(one.uri), one.range));
  const laidOut = (edits: readonly TextEdit[]): string[] => [TextDocument.applyEdits(document, [...edits])];
  const fixes = () =>
    send<CodeAction[]>('codeAction', {
      textDocument,
      range: { start: position, end: position },
      context: { diagnostics: [], only: ['quickfix'] },
    });
  const problems = async () => (await client.problems(document)).map(({ range }) => place(opened.nameOf(uri), range));
  const hints = async () =>
    (await send<InlayHint[]>('inlayHint', { textDocument, range: all })).map(
      ({ position: at, label }) => `${at.line}:${at.character} ${String(label)}`,
    );
  if (typeof question === 'object') {
    if ('written' in question) return written(document, question.written);
    if ('find' in question)
      return (await client.request<WorkspaceSymbol[]>('workspace/symbol', { query: question.find })).map(({ name }) => name);
    if ('typed' in question) return laidOut(await send('onTypeFormatting', { ...here, ch: question.typed, options }));
    if ('recoloured' in question) return recoloured(document, position, question.recoloured);
    if ('fixed' in question) {
      const action = (await fixes()).find(({ title }) => title === question.fixed);
      if (!action) return ['it is not offered'];
      await apply(action, opened);
      return opened.documents.flat().map((one) => one.getText());
    }
    if ('onDisk' in question) {
      const name = opened.nameOf(opened.documents[0]![0]!.uri);
      client.write(name, question.onDisk);
      await client.tellOfChange(name, document);
      return problems();
    }
    if ('hintsOnDisk' in question) {
      const name = opened.nameOf(opened.documents[0]![0]!.uri);
      client.write(name, question.hintsOnDisk);
      await client.askedForHintsAgain(() => client.tellOfChange(name, document));
      return hints();
    }
    if ('withoutCell' in question) {
      await client.removeCell(opened.documents.flat()[question.withoutCell]!, question.withoutCell);
      return problems();
    }
    if ('turnedOff' in question) {
      await client.set({ inlayHints: { [question.turnedOff]: false } });
      const left = await hints();
      await client.set({});
      return left;
    }
    if ('askedAgain' in question) {
      // What the documents of the check before brought about has come by then.
      await new Promise((resolve) => setTimeout(resolve, 50));
      const before = client.refreshes.get('workspace/diagnostic/refresh') ?? 0;
      await client.change(opened.documents[0]![0]!, { text: question.askedAgain });
      await expect.poll(() => client.refreshes.get('workspace/diagnostic/refresh') ?? 0).toBeGreaterThan(before);
      return (await client.problems(document)).map(({ code }) => String(code));
    }
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
      return problems();
    case 'problems once moved up': {
      const cells = opened.documents.flat();
      await client.moveCellUp(cells, cells.indexOf(document));
      return problems();
    }
    case 'codes':
      return (await client.problems(document)).map(({ code, codeDescription }) => {
        const { href = '' } = codeDescription ?? {};
        return `${code} ${href.slice(href.lastIndexOf('/') + 1)}`;
      });
    case 'pulled twice': {
      const first = await client.pull(uri);
      const codes = first.kind === 'full' ? first.items.map(({ code }) => code).join(' ') : '';
      return [`${first.kind}: ${codes}`, (await client.pull(uri, first.resultId)).kind];
    }
    case 'cancelled':
      return cancelled(here);
    case 'fixes':
      return (await fixes()).map(({ title, isPreferred }) => `${title}${isPreferred ? ', preferred' : ''}`);
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
      return lines(await send<DocumentSymbol[]>('documentSymbol', { textDocument }), '');
    }
    case 'format':
      return laidOut(await send('formatting', { textDocument, options }));
    case 'format line':
      return laidOut(await send('rangeFormatting', { textDocument, range: lineAt(document, position), options }));
    case 'tokens':
      return coloursOf(document, (await send<SemanticTokens>('semanticTokens/full', { textDocument })).data);
    case 'tokens of the line': {
      const range = lineAt(document, position);
      return coloursOf(document, (await send<SemanticTokens>('semanticTokens/range', { textDocument, range })).data);
    }
    case 'folds':
      return (await send<FoldingRange[]>('foldingRange', { textDocument }))
        .map(({ startLine, endLine }) => `${startLine}-${endLine}`)
        .sort();
    case 'selections': {
      const texts: string[] = [];
      const [first] = await send<SelectionRange[]>('selectionRange', { textDocument, positions: [position] });
      for (let range: SelectionRange | undefined = first; range; range = range.parent) texts.push(document.getText(range.range));
      return texts;
    }
    case 'hints':
      return hints();
    case 'signature':
      return (await send<SignatureHelp>('signatureHelp')).signatures.map(({ label }) => label);
    case 'lenses':
      return (await send<CodeLens[]>('codeLens', { textDocument })).map(({ range, command }) => `${range.start.line} ${command!.title}`);
    case 'links':
      return (await send<DocumentLink[]>('documentLink', { textDocument })).map(
        ({ range: { start, end }, target }) =>
          `${start.line}:${start.character}-${end.character} ${target!.startsWith('file:') ? opened.nameOf(target!) : target}`,
      );
    case 'incoming':
    case 'outgoing': {
      const [item] = await send<CallHierarchyItem[]>('prepareCallHierarchy');
      const calls = await client.request<{ from?: CallHierarchyItem; to?: CallHierarchyItem }[]>(`callHierarchy/${question}Calls`, {
        item,
      });
      return calls.map(({ from, to }) => (from ?? to)!.name);
    }
  }
}

/** The colours that the client has once it has made the changes that it was told to those that it had. */
async function recoloured(document: TextDocument, position: Position, text: string): Promise<string[]> {
  const textDocument = { uri: document.uri };
  const { data, resultId } = await client.request<SemanticTokens>('textDocument/semanticTokens/full', { textDocument });
  await client.change(document, { range: { start: position, end: position }, text });
  const changed = await client.request<SemanticTokensDelta | SemanticTokens>('textDocument/semanticTokens/full/delta', {
    textDocument,
    previousResultId: resultId,
  });
  if (!('edits' in changed)) return ['all of them were told again'];
  for (const { start, deleteCount, data: put = [] } of changed.edits.toSorted((a, b) => b.start - a.start))
    data.splice(start, deleteCount, ...put);
  return coloursOf(document, data);
}

/**
 * The server is busy with something large when the request comes, and is told that it is not wanted before it is done. On a machine
 * that is busy itself, the word may come when all is answered: then it is tried again.
 */
async function cancelled(here: object): Promise<string[]> {
  let outcome = ANSWERED;
  for (let attempt = 0; outcome === ANSWERED && attempt < 5; attempt++) outcome = await cancelledOnce(here);
  return [outcome];
}

const ANSWERED = 'it was answered';

async function cancelledOnce(here: object): Promise<string> {
  const large = await client.open([{ name: 'busy.netscenario', texts: ['host   a\n'.repeat(20_000)] }]);
  const busy = client.request('textDocument/formatting', { textDocument: { uri: large.documents[0]![0]!.uri }, options });
  const source = new CancellationTokenSource();
  const asked = client.request('textDocument/hover', here, source.token).then(
    () => ANSWERED,
    (error: Error) => `refused: ${error.message}`,
  );
  source.cancel();
  await busy;
  await large.close();
  return asked;
}

async function apply(action: CodeAction, { documents }: Opened): Promise<void> {
  for (const document of documents.flat()) {
    const edits = action.edit!.changes![document.uri];
    if (edits) await client.replace(document, TextDocument.applyEdits(document, edits));
  }
}

async function mended(opened: Opened): Promise<string[]> {
  const all = opened.documents.flat();
  for (let fixes = 0; fixes < 50; fixes++) {
    const told = await Promise.all(all.map((document) => client.problems(document)));
    const broken = told.findIndex((problems) => problems.some(isError));
    if (broken < 0) break;
    const problem = told[broken]!.find(isError)!;
    const actions = await client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: all[broken]!.uri },
      range: problem.range,
      context: { diagnostics: [problem] },
    });
    const action = actions.find(({ isPreferred }) => isPreferred) ?? actions[0];
    if (!action) return [`nothing mends: ${problem.message}`];
    await apply(action, opened);
  }
  return all.map((document) => document.getText());
}

async function written(document: TextDocument, wanted: string): Promise<string[]> {
  let text = '';
  for (const piece of piecesOf(wanted)) {
    if (piece.taken) {
      await client.replace(document, text);
      const { items } = await client.request<CompletionList>('textDocument/completion', {
        textDocument: { uri: document.uri },
        position: document.positionAt(text.length),
      });
      const item = items.find(({ label }) => label === piece.text);
      if (!item?.textEdit?.newText.startsWith(piece.text)) return [`not offered behind ${JSON.stringify(text)}: ${piece.text}`];
    }
    text += piece.text;
  }
  const problems = await client.replace(document, text);
  return [text, ...problems.filter(isError).map(({ message }) => String(message))];
}

/** Only who asks for problems can be told that they are as they were, or be had to ask again. */
const isPulled = ({ ask }: Check): boolean => ask === 'pulled twice' || (typeof ask === 'object' && 'askedAgain' in ask);

/** Methods that went one way or the other, between any of the clients and the server. */
const exchanged = new Set<string>();

describe.each(clientKinds)('over standard input and output, $name', (kind) => {
  beforeAll(async () => {
    client = new StreamClient(kind, exchanged);
    await client.start();
  }, 60_000);
  afterAll(() => client.dispose());

  const asked = checks.filter((check) => kind.pulls || !isPulled(check));
  test.each(asked.map((check) => [check.name, check] as [string, Check]))('%s', async (_name, check) => {
    const { files, cursor } = withoutCursor(check);
    const opened = await client.open(files);
    const document = opened.documents[cursor.file]![cursor.text]!;
    // What is named and not open has been read when the problems are told.
    if (!check.early) await client.problems(document);
    expect(complaint(check, await ask(check.ask, document, { line: cursor.line, character: cursor.character }, opened))).toBeNull();
    await opened.close();
    expect(client.log).toBe('');
  });

  test('the server ends when it is told to', async () => {
    expect(await client.end()).toBe(0);
  });
});

/** Names under which a server may register several methods; nothing is ever sent under them. */
const NAMES_OF_GROUPS = ['notebookDocument/sync', 'textDocument/semanticTokens'];

test('what the table of features says that we have, is asked here', () => {
  const rows = readFileSync(new URL('../../docs/language-server.md', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.includes('LSP 3.17'))
    .map((line) => line.slice(2, -2).split(' | '));
  const ours = rows
    .filter(([, , has]) => has !== 'no')
    .flatMap(([, methods = '']) => [...methods.matchAll(/`([^`]+)`/g)].map(([, one]) => one!));
  expect(ours.length).toBeGreaterThan(40);
  expect(ours.filter((method) => !exchanged.has(method) && !NAMES_OF_GROUPS.includes(method))).toEqual([]);
});
