/**
 * Notebooks on disk. Reading refuses what is no text, so that VS Code shows the reason instead of an empty notebook which a
 * save would write over the file. Writing an unedited notebook writes the identical bytes.
 */
import * as vscode from 'vscode';
import { formatSize } from '../../engines/format.ts';
import { MAXIMUM_FILE_SIZE } from '../../server/language/compilation.ts';
import { type Cell, parseNotebook, serializeNotebook } from '../../server/language/notebook.ts';

export const NOTEBOOK_TYPE = 'netscenario-notebook';
const LANGUAGES = { code: 'netscenario', prose: 'markdown' } as const;

export class MarkdownSerializer implements vscode.NotebookSerializer {
  deserializeNotebook(content: Uint8Array): vscode.NotebookData {
    const { head, eol, cells } = parseNotebook(textOf(content));
    const data = new vscode.NotebookData(
      cells.map(({ kind, text, source }) => {
        const cell = new vscode.NotebookCellData(
          kind === 'code' ? vscode.NotebookCellKind.Code : vscode.NotebookCellKind.Markup,
          text,
          LANGUAGES[kind],
        );
        cell.metadata = { source };
        return cell;
      }),
    );
    data.metadata = { head, eol };
    return data;
  }

  serializeNotebook(data: vscode.NotebookData): Uint8Array {
    const { head = '', eol = '\n' } = (data.metadata ?? {}) as { head?: string; eol?: '\n' | '\r\n' };
    const cells = data.cells.map((cell): Cell => {
      const kept: unknown = cell.metadata?.source;
      const source = typeof kept === 'string' ? kept : null;
      if (cell.kind === vscode.NotebookCellKind.Markup) return { kind: 'prose', text: cell.value, source };
      if (cell.languageId === LANGUAGES.code) return { kind: 'code', text: cell.value, source };
      return { kind: 'prose', text: fenced(cell.languageId, cell.value), source };
    });
    return new TextEncoder().encode(serializeNotebook({ head, eol, cells }));
  }
}

/** Code in a language that is not ours stays what it is, as a block of the prose: nothing is lost, and nothing is run. */
function fenced(language: string, text: string): string {
  const longest = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const marks = '`'.repeat(longest + 1);
  return `${marks}${language}\n${text}${text === '' ? '' : '\n'}${marks}`;
}

/** Throws an Error whose message is shown in place of the notebook. */
function textOf(content: Uint8Array): string {
  if (content.length > MAXIMUM_FILE_SIZE) {
    throw new Error(`This notebook is too large: ${formatSize(content.length)}; at most ${formatSize(MAXIMUM_FILE_SIZE)} are read.`);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new Error('This is no notebook: the file is not text in UTF-8.');
  }
  const nul = text.indexOf('\0');
  if (nul >= 0) throw new Error(`This is no notebook: the file holds a NUL byte (at character ${nul + 1}), as binary files do.`);
  return text;
}
