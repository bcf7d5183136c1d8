/** The commands of the palette and the notebook's toolbars. */
import * as vscode from 'vscode';
import { CaptureRefused } from '../engines/network/capture/captured.ts';
import { type CaptureOptions, linkNames, writePcapng } from '../engines/network/capture/pcapng.ts';
import type { Run } from '../engines/run.ts';
import { decodeOutput, OUTPUT_MIME, type Output } from '../notebook-renderer/output.ts';
import { type ReportCell, reportHtml } from '../notebook-renderer/report/report.ts';
import type { FileRun, RunPanels } from './editor/run-panel.ts';
import type { LanguageServer } from './language-client.ts';
import { sourceUri } from './notebook/program.ts';
import { exists, openSample } from './samples.ts';
import { save } from './save.ts';

export function registerCommands(context: vscode.ExtensionContext, server: LanguageServer, panels: RunPanels): vscode.Disposable[] {
  const register = (name: string, run: (...words: unknown[]) => unknown) => vscode.commands.registerCommand(`netscenario.${name}`, run);
  return [
    register('newNotebook', newNotebook),
    register('openSamples', (name) => openSample(context.extensionUri, name)),
    register('run', (uri) => runFile(uri, panels)),
    register('capture', (uri) => captureFile(uri, panels)),
    register('exportCapture', (cell) => exportCapture(panels.active ?? runOf(asCell(cell)))),
    register('exportReport', () => exportReport(context, panels.active ?? runOf(lastRunShown()))),
    register('restartLanguageServer', () => server.restart()),
  ];
}

const TEMPLATE = `scenario "My first scenario"

host alice-pc
zone example.org on ns.example.org { www A 192.0.2.80 }

alice-pc resolves www.example.org A

expect answer of alice-pc for www.example.org is 192.0.2.80`;

async function newNotebook(): Promise<vscode.NotebookDocument> {
  const { NotebookCellData, NotebookCellKind: Kind } = vscode;
  const data = new vscode.NotebookData([
    new NotebookCellData(Kind.Markup, '# A scenario\n\nDeclare hosts and services, say who does what, and run the cell.', 'markdown'),
    new NotebookCellData(Kind.Code, TEMPLATE, 'netscenario'),
  ]);
  // By its name, so that Save proposes one from which it opens as a notebook again.
  const notebook = await vscode.workspace.openNotebookDocument(await newName());
  const edit = new vscode.WorkspaceEdit();
  edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(0, data.cells)]);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showNotebookDocument(notebook);
  return notebook;
}

/** `scenario.netscenario.md`, or with the first number that neither an open notebook nor a file of the workspace has: saving overwrites nothing. */
async function newName(): Promise<vscode.Uri> {
  const open = new Set(vscode.workspace.notebookDocuments.map(({ uri }) => uri.path));
  const folder = vscode.workspace.workspaceFolders?.[0];
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'scenario.netscenario.md' : `scenario-${number}.netscenario.md`;
    const uri = vscode.Uri.from({ scheme: 'untitled', path: name });
    if (!open.has(uri.path) && !(folder && (await exists(vscode.Uri.joinPath(folder.uri, name))))) return uri;
  }
}

/** The menu of a cell hands the cell; the palette means the selected one, or the notebook's last run. */
function asCell(given: unknown): vscode.NotebookCell | undefined {
  const editor = vscode.window.activeNotebookEditor;
  if (typeof given === 'object' && given !== null && 'outputs' in given) return given as vscode.NotebookCell;
  if (!editor) return undefined;
  const selected = editor.notebook.getCells(editor.selection).find((cell) => outputOf(cell));
  return selected ?? lastRun(editor.notebook);
}

const lastRun = (notebook: vscode.NotebookDocument): vscode.NotebookCell | undefined =>
  notebook.getCells().findLast((cell) => outputOf(cell));

function outputOf(cell: vscode.NotebookCell): Output | undefined {
  const item = cell.outputs.flatMap(({ items }) => items).find(({ mime }) => mime === OUTPUT_MIME);
  return item && decodeOutput(item.data);
}

const baseName = (uri: vscode.Uri): string =>
  uri.path.slice(uri.path.lastIndexOf('/') + 1).replace(/(\.netscenario)?\.md$|\.netscenario$/, '') || 'scenario';

/** A run and the document it is of. */
interface ShownRun {
  readonly uri: vscode.Uri;
  readonly output: Output;
}

function runOf(cell: vscode.NotebookCell | undefined): ShownRun | undefined {
  const output = cell && outputOf(cell);
  return output && { uri: cell.notebook.uri, output };
}

function lastRunShown(): vscode.NotebookCell | undefined {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  return notebook && lastRun(notebook);
}

/** The editor's menu hands the file; the palette means the one that is being edited. */
async function scenarioFile(given: unknown): Promise<vscode.TextDocument | undefined> {
  const edited = vscode.window.activeTextEditor?.document;
  // The language server names a file by its URI's text.
  const uri = typeof given === 'string' ? vscode.Uri.parse(given) : given;
  const document = uri instanceof vscode.Uri ? await vscode.workspace.openTextDocument(uri) : edited;
  if (document?.languageId === 'netscenario' && document.uri.scheme !== 'vscode-notebook-cell') return document;
  void vscode.window.showInformationMessage(vscode.l10n.t('Open a .netscenario file first: there is nothing to run.'));
  return undefined;
}

async function runFile(given: unknown, panels: RunPanels): Promise<FileRun | undefined> {
  const document = await scenarioFile(given);
  return document && panels.run(document);
}

/** Runs the file as it stands, and writes what went over its lines. What keeps it from running is told in its panel. */
async function captureFile(given: unknown, panels: RunPanels): Promise<void> {
  const document = await scenarioFile(given);
  if (!document || (await panels.run(document)).kind !== 'ran') return;
  const output = panels.outputOf(document.uri);
  if (output) await exportCapture({ uri: document.uri, output });
}

const NOTHING_RAN = 'Run a cell or a file first: there is no run to export.';

async function exportCapture(shown: ShownRun | undefined): Promise<void> {
  if (!shown) return void vscode.window.showInformationMessage(vscode.l10n.t(NOTHING_RAN));
  const { run } = shown.output;
  const point = await vscode.window.showQuickPick(capturePoints(run), {
    placeHolder: vscode.l10n.t('Capture where?'),
    matchOnDescription: true,
  });
  if (!point) return;
  try {
    await save(`${baseName(shown.uri)}.pcapng`, writePcapng(run, point.options));
  } catch (error) {
    if (!(error instanceof CaptureRefused)) throw error;
    void vscode.window.showErrorMessage(vscode.l10n.t('No capture was written: {0}.', error.message));
  }
}

type CapturePoint = vscode.QuickPickItem & { readonly options: CaptureOptions };

/** Where a run can be captured; what most people want comes first. */
function capturePoints(run: Run): CapturePoint[] {
  const separator = (label: string): CapturePoint => ({ label, kind: vscode.QuickPickItemKind.Separator, options: {} });
  const links = linkNames(run);
  return [
    { label: vscode.l10n.t('Everything'), description: vscode.l10n.t('each packet once, when it was sent'), options: {} },
    ...(run.secrets.rows > 0
      ? [
          {
            label: vscode.l10n.t('Everything, without secrets'),
            description: vscode.l10n.t('as an eavesdropper has it: TLS stays closed'),
            options: { withoutSecrets: true },
          },
        ]
      : []),
    separator(vscode.l10n.t('hosts')),
    ...run.hosts.map(({ name, address }) => ({ label: name, description: address, options: { host: name } })),
    ...(links.length > 0 ? [separator(vscode.l10n.t('links'))] : []),
    ...links.map(([a, b]): CapturePoint => ({ label: `${a} <-> ${b}`, options: { link: [a, b] } })),
  ];
}

async function exportReport(context: vscode.ExtensionContext, shown: ShownRun | undefined): Promise<void> {
  if (!shown) return void vscode.window.showInformationMessage(vscode.l10n.t(NOTHING_RAN));
  const script = vscode.Uri.joinPath(context.extensionUri, 'dist', 'notebook-renderer', 'main.js');
  const rendererScript = new TextDecoder().decode(await vscode.workspace.fs.readFile(script));
  const output = { run: shown.output.run, focus: null };
  const cells = reportCells(shown);
  await save(`${baseName(shown.uri)}.html`, reportHtml({ output, ...(cells ? { cells } : {}), rendererScript }));
}

/** Of the notebook that was run; undefined where a file was. */
function reportCells({ uri, output }: ShownRun): readonly ReportCell[] | undefined {
  const notebook = vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === uri.toString());
  return notebook?.getCells().map((cell): ReportCell => {
    const { kind, document } = cell;
    const text = document.getText();
    if (kind === vscode.NotebookCellKind.Markup) return { kind: 'prose', text };
    return { kind: 'code', text, source: output.run.sources.indexOf(sourceUri(cell)) };
  });
}
