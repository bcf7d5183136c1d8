/** The checks of the language server's features, through the editor's own commands. */
import * as vscode from 'vscode';
import { type Check, type CheckedFile, checks, complaint, piecesOf, placeName, type Question, withoutCursor } from '../features/checks.ts';
import { eventually, ok } from './assert.ts';
import { closeAll, codeCells, edit, notebookOf, problems, workspaceFile } from './editor.ts';
import { suite, test } from './runner.ts';

interface Opened {
  readonly documents: readonly (readonly vscode.TextDocument[])[];
  /** The file that lies there and is not open, where there is one. */
  readonly closed: vscode.Uri | undefined;
  nameOf(uri: vscode.Uri): string;
}

async function open(files: readonly CheckedFile[]): Promise<Opened> {
  const names = new Map<string, string>();
  const documents: vscode.TextDocument[][] = [];
  let unopened: vscode.Uri | undefined;
  for (const { name, texts, closed } of files) {
    const uri = workspaceFile(name);
    names.set(uri.toString(), name);
    if (name.endsWith('.md')) {
      const cells = codeCells(await notebookOf(name, ...texts)).map(({ document }) => document);
      for (const [i, { uri: cell }] of cells.entries()) names.set(cell.toString(), `${name}[${i}]`);
      documents.push(cells);
      continue;
    }
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(texts[0]!));
    if (closed) {
      unopened = uri;
      documents.push([]);
      continue;
    }
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    documents.push([document]);
  }
  return { documents, closed: unopened, nameOf: (uri) => names.get(uri.toString()) ?? uri.path.slice(uri.path.lastIndexOf('/') + 1) };
}

const place = (name: string, { start, end }: vscode.Range): string => placeName(name, start.line, start.character, end.character);

/** The text with the edits made, the last ones first. */
function edited(document: vscode.TextDocument, edits: readonly vscode.TextEdit[]): string {
  let text = document.getText();
  for (const { range, newText } of [...edits].sort((a, b) => b.range.start.compareTo(a.range.start)))
    text = text.slice(0, document.offsetAt(range.start)) + newText + text.slice(document.offsetAt(range.end));
  return text;
}

async function ask(question: Question, document: vscode.TextDocument, position: vscode.Position, opened: Opened): Promise<string[]> {
  const { uri } = document;
  const all = new vscode.Range(new vscode.Position(0, 0), document.positionAt(document.getText().length));
  const run = async <T>(command: string, ...words: unknown[]): Promise<T> => {
    const found = await vscode.commands.executeCommand<T>(`vscode.${command}`, ...words);
    ok(found !== undefined && found !== null, `an answer to ${command}`);
    return found;
  };
  const options = { tabSize: 2, insertSpaces: true };
  const line = document.lineAt(position.line).range;
  const told = async () => eventually('problems', () => (problems(document).length > 0 ? problems(document) : null));
  const places = async () => (await told()).map(({ range }) => place(opened.nameOf(uri), range));
  const hints = async () =>
    (await run<vscode.InlayHint[]>('executeInlayHintProvider', uri, all)).map(
      ({ position: at, label }) =>
        `${at.line}:${at.character} ${typeof label === 'string' ? label : label.map(({ value }) => value).join('')}`,
    );
  const fixes = async () => {
    await told();
    return run<vscode.CodeAction[]>('executeCodeActionProvider', uri, new vscode.Range(position, position), 'quickfix');
  };
  const colours = async (command: string, ...more: vscode.Range[]) => {
    const legend = await run<vscode.SemanticTokensLegend>('provideDocumentSemanticTokensLegend', uri);
    return coloursOf(document, legend, await run<vscode.SemanticTokens>(command, uri, ...more));
  };
  const placesOf = (locations: readonly vscode.Location[]): string[] => locations.map((one) => place(opened.nameOf(one.uri), one.range));
  if (typeof question === 'object') {
    if ('written' in question) return written(document, question.written);
    if ('find' in question)
      return (await run<vscode.SymbolInformation[]>('executeWorkspaceSymbolProvider', question.find)).map(({ name }) => name);
    if ('typed' in question)
      return [edited(document, await run<vscode.TextEdit[]>('executeFormatOnTypeProvider', uri, position, question.typed, options))];
    if ('fixed' in question) {
      const action = (await fixes()).find(({ title }) => title === question.fixed);
      if (!action?.edit) return [`it is not offered; ${JSON.stringify(opened.documents.flat().map((one) => one.getText()))}`];
      ok(await vscode.workspace.applyEdit(action.edit), 'the fix was refused');
      return opened.documents.flat().map((one) => one.getText());
    }
    if ('onDisk' in question) {
      ok(opened.closed, 'a file that is closed');
      await vscode.workspace.fs.writeFile(opened.closed, new TextEncoder().encode(question.onDisk));
      return places();
    }
    if ('withoutCell' in question) {
      const notebook = vscode.workspace.notebookDocuments.find((one) => one.getCells().some((cell) => cell.document === document));
      const { index } = codeCells(notebook!)[question.withoutCell]!;
      const change = new vscode.WorkspaceEdit();
      change.set(notebook!.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(index, index + 1))]);
      ok(await vscode.workspace.applyEdit(change), 'the cell was not taken away');
      return places();
    }
    if ('turnedOff' in question) return withoutHints(question.turnedOff, hints);
    if (!('rename' in question)) throw new Error('only other editors are asked that');
    try {
      const change = await run<vscode.WorkspaceEdit>('executeDocumentRenameProvider', uri, position, question.rename);
      const texts = opened.documents
        .flat()
        .flatMap((one) => (change.has(one.uri) ? [`${opened.nameOf(one.uri)} ${edited(one, change.get(one.uri))}`] : []));
      return texts.sort();
    } catch (error) {
      return [`refused: ${error instanceof Error ? error.message : String(error)}`];
    }
  }
  switch (question) {
    case 'problems':
      return places();
    case 'problems once moved up': {
      const notebook = vscode.workspace.notebookDocuments.find((one) => one.getCells().some((cell) => cell.document === document))!;
      const { index } = notebook.getCells().find((cell) => cell.document === document)!;
      const selections = [new vscode.NotebookRange(index, index + 1)];
      // Once it has been moved, what is told is waited for.
      if (index > codeCells(notebook)[0]!.index) {
        await vscode.window.showNotebookDocument(notebook, { selections });
        await vscode.commands.executeCommand('notebook.cell.moveUp');
      }
      return places();
    }
    case 'codes':
      return (await told()).map(({ code }) => {
        const { value, target } = code as { value: string; target: vscode.Uri };
        return `${value} ${target.path.slice(target.path.lastIndexOf('/') + 1)}#${target.fragment}`;
      });
    case 'pulled twice':
    case 'cancelled':
      throw new Error('only other editors are asked that');
    case 'fixes':
      return (await fixes()).map(({ title, isPreferred }) => `${title}${isPreferred ? ', preferred' : ''}`);
    case 'mended':
      return mended(opened);
    case 'completion':
      return (await run<vscode.CompletionList>('executeCompletionItemProvider', uri, position)).items.map(({ label }) =>
        typeof label === 'string' ? label : label.label,
      );
    case 'hover':
      return (await run<vscode.Hover[]>('executeHoverProvider', uri, position)).flatMap(({ contents }) =>
        contents.flatMap((one) => (one as vscode.MarkdownString).value.split('\n')),
      );
    case 'definition':
      return placesOf(
        (await run<(vscode.Location | vscode.LocationLink)[]>('executeDefinitionProvider', uri, position)).map((one) =>
          'targetUri' in one ? new vscode.Location(one.targetUri, one.targetSelectionRange ?? one.targetRange) : one,
        ),
      );
    case 'references':
      return placesOf(await run<vscode.Location[]>('executeReferenceProvider', uri, position)).sort();
    case 'highlights':
      return (await run<vscode.DocumentHighlight[]>('executeDocumentHighlights', uri, position)).map(({ range }) =>
        place(opened.nameOf(uri), range),
      );
    case 'symbols': {
      const lines = (symbols: readonly vscode.DocumentSymbol[], indent: string): string[] =>
        symbols.flatMap(({ name, children }) => [indent + name, ...lines(children, `${indent}  `)]);
      return lines(await run<vscode.DocumentSymbol[]>('executeDocumentSymbolProvider', uri), '');
    }
    case 'format':
      return [edited(document, await run<vscode.TextEdit[]>('executeFormatDocumentProvider', uri, options))];
    case 'format line':
      return [edited(document, await run<vscode.TextEdit[]>('executeFormatRangeProvider', uri, line, options))];
    case 'tokens':
      return colours('provideDocumentSemanticTokens');
    case 'tokens of the line':
      return colours('provideDocumentRangeSemanticTokens', line);
    case 'folds':
      return (await run<vscode.FoldingRange[]>('executeFoldingRangeProvider', uri)).map(({ start, end }) => `${start}-${end}`).sort();
    case 'selections': {
      const texts: string[] = [];
      const [first] = await run<vscode.SelectionRange[]>('executeSelectionRangeProvider', uri, [position]);
      for (let range: vscode.SelectionRange | undefined = first; range; range = range.parent) texts.push(document.getText(range.range));
      return texts;
    }
    case 'hints':
      return hints();
    case 'lenses':
      return (await run<vscode.CodeLens[]>('executeCodeLensProvider', uri)).map(
        ({ range, command }) => `${range.start.line} ${command!.title}`,
      );
    case 'signature':
      return (await run<vscode.SignatureHelp>('executeSignatureHelpProvider', uri, position)).signatures.map(({ label }) => label);
    case 'links':
      return (await run<vscode.DocumentLink[]>('executeLinkProvider', uri)).map(({ range: { start, end }, target }) => {
        const shown = target!.scheme.startsWith('http') ? target!.toString(true) : opened.nameOf(target!);
        return `${start.line}:${start.character}-${end.character} ${shown}`;
      });
    case 'incoming':
    case 'outgoing': {
      const [item] = await run<vscode.CallHierarchyItem[]>('prepareCallHierarchy', uri, position);
      if (question === 'incoming')
        return (await run<vscode.CallHierarchyIncomingCall[]>('provideIncomingCalls', item)).map(({ from }) => from.name);
      return (await run<vscode.CallHierarchyOutgoingCall[]>('provideOutgoingCalls', item)).map(({ to }) => to.name);
    }
  }
}

function coloursOf(document: vscode.TextDocument, legend: vscode.SemanticTokensLegend, { data }: vscode.SemanticTokens): string[] {
  const colours: string[] = [];
  let line = 0;
  let character = 0;
  for (let i = 0; i < data.length; i += 5) {
    if (data[i]! > 0) character = 0;
    line += data[i]!;
    character += data[i + 1]!;
    const text = document.getText(new vscode.Range(line, character, line, character + data[i + 2]!));
    colours.push(`${legend.tokenTypes[data[i + 3]!]} ${text}`);
  }
  return colours;
}

/** The hints that are left once a kind is turned off in the user's settings, where it is turned on again. */
async function withoutHints(kind: string, hints: () => Promise<string[]>): Promise<string[]> {
  const settings = vscode.workspace.getConfiguration('netscenario.inlayHints');
  const all = (await hints()).length;
  await settings.update(kind, false, vscode.ConfigurationTarget.Global);
  try {
    return await eventually('fewer hints', async () => {
      const left = await hints();
      return left.length < all ? left : null;
    });
  } finally {
    await settings.update(kind, undefined, vscode.ConfigurationTarget.Global);
  }
}

/** What is wrong, as one text: the server has answered an edit when it changes. */
const wrongIn = (documents: readonly vscode.TextDocument[]): string =>
  JSON.stringify(documents.map((document) => problems(document).map(({ message, range }) => [message, range])));

async function mended({ documents }: Opened): Promise<string[]> {
  const all = documents.flat();
  const broken = (): vscode.TextDocument | undefined => all.find((document) => problems(document).length > 0);
  await eventually('problems', () => broken() !== undefined);
  for (let fixes = 0; fixes < 50; fixes++) {
    const document = broken();
    if (!document) break;
    const [problem] = [...problems(document)].sort((a, b) => a.range.start.compareTo(b.range.start));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem!.range,
      'quickfix',
    );
    const action = actions.find(({ isPreferred }) => isPreferred) ?? actions[0];
    if (!action?.edit) return [`nothing mends: ${problem!.message}`];
    const before = wrongIn(all);
    ok(await vscode.workspace.applyEdit(action.edit), 'the fix was refused');
    await eventually('an answer to the fix', () => wrongIn(all) !== before);
  }
  return all.map((document) => document.getText());
}

async function written(document: vscode.TextDocument, wanted: string): Promise<string[]> {
  let text = '';
  for (const piece of piecesOf(wanted)) {
    if (piece.taken) {
      await edit(document, text);
      const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        document.positionAt(text.length),
      );
      if (!items.some(({ label }) => (typeof label === 'string' ? label : label.label) === piece.text))
        return [`not offered behind ${JSON.stringify(text)}: ${piece.text}`];
    }
    text += piece.text;
  }
  await edit(document, text);
  await eventually('no error', () => problems(document).length === 0);
  return [document.getText()];
}

/** Asked again while the server has not heard of the documents yet. */
async function holds(check: Check): Promise<void> {
  const { files, cursor } = withoutCursor(check);
  const opened = await open(files);
  const document = opened.documents[cursor.file]![cursor.text]!;
  let last = '';
  try {
    await eventually(check.name, async () => {
      try {
        last = complaint(check, await ask(check.ask, document, new vscode.Position(cursor.line, cursor.character), opened)) ?? '';
      } catch (error) {
        last = String(error);
      }
      return last === '';
    });
  } catch {
    throw new Error(last);
  }
}

suite('features', () => {
  for (const check of checks.filter(({ overStreams }) => overStreams === undefined)) test(check.name, () => holds(check));
  test('all editors can be closed', closeAll);
});
