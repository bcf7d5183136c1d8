/**
 * Opens a copy of a sample: what is installed is not edited, and may be on a web server.
 *
 * A sample that stands alone becomes a document without a name. One that names files needs them beside it, so it is put with them
 * into a folder of its own in the workspace, or where no folder is open in one that the person chooses.
 */
import * as vscode from 'vscode';
import { MarkdownSerializer, NOTEBOOK_TYPE } from './notebook/serializer.ts';

/** As the build lists them in `dist/samples.json`. */
interface Sample {
  /** Its path in the folder of samples. */
  readonly name: string;
  readonly title: string;
  /** What it names, by paths from its own folder. */
  readonly files: readonly string[];
}

type Opened = vscode.NotebookDocument | vscode.TextDocument;

/** `name`: of the sample to open; without it, the person picks one. undefined where nothing was opened. */
export async function openSample(extension: vscode.Uri, name?: unknown): Promise<Opened | undefined> {
  const list = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extension, 'dist', 'samples.json'));
  const samples = JSON.parse(new TextDecoder().decode(list)) as Sample[];
  const sample = samples.find((one) => one.name === name) ?? (await pick(samples));
  if (!sample) return undefined;
  const home = vscode.Uri.joinPath(extension, 'samples', ...sample.name.split('/').slice(0, -1));
  return sample.files.length > 0 ? openBesideFiles(sample, home) : openUnnamed(sample, home);
}

async function pick(samples: readonly Sample[]): Promise<Sample | undefined> {
  const items = samples.map((sample) => ({ label: sample.title, description: sample.name, sample }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: vscode.l10n.t('Which sample?'), matchOnDescription: true });
  return picked?.sample;
}

const fileNameOf = ({ name }: Sample): string => name.slice(name.lastIndexOf('/') + 1);

async function openUnnamed(sample: Sample, home: vscode.Uri): Promise<Opened> {
  const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(home, fileNameOf(sample)));
  if (sample.name.endsWith('.md')) {
    const data = new MarkdownSerializer().deserializeNotebook(bytes);
    return show(await vscode.workspace.openNotebookDocument(NOTEBOOK_TYPE, data));
  }
  const content = new TextDecoder().decode(bytes);
  return show(await vscode.workspace.openTextDocument({ language: 'netscenario', content }));
}

async function openBesideFiles(sample: Sample, home: vscode.Uri): Promise<Opened | undefined> {
  const parent = await parentFolder();
  if (!parent) return undefined;
  const folder = await freshFolder(parent, fileNameOf(sample).replace(/\.netscenario(\.md)?$/, ''));
  const paths = [fileNameOf(sample), ...sample.files];
  try {
    for (const path of paths) {
      // Written, not copied: the two may lie in different file systems.
      const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(home, ...path.split('/')));
      await vscode.workspace.fs.writeFile(vscode.Uri.joinPath(folder, ...path.split('/')), bytes);
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      vscode.l10n.t('The sample needs {0} beside it, and they cannot be written: {1}', sample.files.join(', '), reason),
    );
    return undefined;
  }
  const uri = vscode.Uri.joinPath(folder, paths[0]!);
  if (sample.name.endsWith('.md')) return show(await vscode.workspace.openNotebookDocument(uri));
  return show(await vscode.workspace.openTextDocument(uri));
}

/** Where the sample's folder goes; undefined when the person has thought better of it. */
async function parentFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 1) return folders[0]!.uri;
  if (folders.length > 1) {
    const picked = await vscode.window.showWorkspaceFolderPick({ placeHolder: vscode.l10n.t('Into which folder does the sample go?') });
    return picked?.uri;
  }
  const chosen = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    openLabel: vscode.l10n.t('Put the Sample Here'),
    title: vscode.l10n.t('The sample reads files beside it: into which folder does it go?'),
  });
  return chosen?.[0];
}

/** `02-faults` in that folder, or with the first number that is free: nothing is overwritten. */
async function freshFolder(parent: vscode.Uri, name: string): Promise<vscode.Uri> {
  for (let number = 1; ; number++) {
    const folder = vscode.Uri.joinPath(parent, number === 1 ? name : `${name}-${number}`);
    if (!(await exists(folder))) return folder;
  }
}

export async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}

async function show<T extends Opened>(opened: T): Promise<T> {
  if ('cellCount' in opened) await vscode.window.showNotebookDocument(opened);
  else await vscode.window.showTextDocument(opened);
  return opened;
}
