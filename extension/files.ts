/** Reads the files that a scenario names, through VS Code, so that it works in any workspace, virtual ones too. */
import * as vscode from 'vscode';
import { formatSize } from '../engines/format.ts';
import { type FileContent, folderContent, MAXIMUM_FILE_SIZE } from '../server/language/compilation.ts';

/**
 * A URI that ends in a slash is a folder's. Never throws: what cannot be read says why, in one line for the author. An open document counts as it stands in the editor.
 *
 * Whoever wrote a workspace that is not trusted must not make this machine's other files readable: there, only files of the
 * workspace's own folders are read, and no symbolic link is followed.
 */
export async function readNamedFile(uri: string): Promise<FileContent> {
  try {
    const parsed = vscode.Uri.parse(uri, true);
    const refused = vscode.workspace.isTrusted ? null : await distrusted(parsed);
    if (refused !== null) return unreadable(refused);
    if (uri.endsWith('/')) return await folder(parsed);
    const open = vscode.workspace.textDocuments.find((document) => document.isDirty && document.uri.toString() === parsed.toString());
    if (open) return { kind: 'bytes', bytes: new TextEncoder().encode(open.getText()) };
    const { type, size } = await vscode.workspace.fs.stat(parsed);
    if (type & vscode.FileType.Directory) return unreadable('this is a folder, not a file');
    // Pipes and devices never end.
    if (!(type & vscode.FileType.File)) return unreadable('this is not a regular file');
    if (size > MAXIMUM_FILE_SIZE) return unreadable(tooLarge(size));
    const bytes = await vscode.workspace.fs.readFile(parsed);
    // Some file systems do not know a size before they read.
    if (bytes.length > MAXIMUM_FILE_SIZE) return unreadable(tooLarge(bytes.length));
    return { kind: 'bytes', bytes };
  } catch (error) {
    return unreadable(reasonOf(error));
  }
}

async function folder(uri: vscode.Uri): Promise<FileContent> {
  const { type } = await vscode.workspace.fs.stat(uri);
  if (!(type & vscode.FileType.Directory)) return unreadable('this is a file, not a folder');
  const entries = await vscode.workspace.fs.readDirectory(uri);
  return folderContent(entries.map(([name, kind]) => ({ name, folder: (kind & vscode.FileType.Directory) !== 0 })));
}

const REMEDY = 'this workspace is not trusted (see “Manage Workspace Trust”)';

async function distrusted(uri: vscode.Uri): Promise<string | null> {
  const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri;
  if (!folder) return `it lies outside the workspace, and ${REMEDY}`;
  const below = uri.path.slice(folder.path.length).split('/').filter(Boolean);
  for (let depth = 1; depth <= below.length; depth++) {
    const { type } = await vscode.workspace.fs.stat(vscode.Uri.joinPath(folder, ...below.slice(0, depth)));
    if (type & vscode.FileType.SymbolicLink) return `it lies behind a symbolic link, and ${REMEDY}`;
  }
  return null;
}

const unreadable = (reason: string): FileContent => ({ kind: 'unreadable', reason });

const tooLarge = (size: number) => `the file is too large: ${formatSize(size)}; at most ${formatSize(MAXIMUM_FILE_SIZE)} are read`;

function reasonOf(error: unknown): string {
  const code = error instanceof vscode.FileSystemError ? error.code : '';
  const reasons: Record<string, string> = {
    FileNotFound: 'there is no such file',
    FileIsADirectory: 'this is a folder, not a file',
    NoPermissions: 'no permission to read it',
    Unavailable: 'its file system is not available',
  };
  return reasons[code] ?? `it cannot be read (${error instanceof Error ? error.message : String(error)})`;
}
