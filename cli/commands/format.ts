/** `netscenario format`: lays scenarios and the code cells of notebooks out, in place. */
import { count } from '../../engines/format.ts';
import { defaultFormatting, edited, format } from '../../server/language/formatter.ts';
import { parseNotebook, serializeNotebook } from '../../server/language/notebook.ts';
import type { Terminal } from '../command-line.ts';
import { readText } from '../program.ts';
import { write } from './run.ts';

/** With `check`, nothing is written: the exit code is 1 where something would be. */
export async function formatFiles(paths: readonly string[], options: { readonly check: boolean }, terminal: Terminal): Promise<number> {
  let changed = 0;
  for (const path of paths) {
    const text = await readText(path);
    const laidOut = path.endsWith('.md') ? notebook(text) : scenario(text, true);
    if (laidOut === text) continue;
    changed++;
    if (!options.check) await write(path, laidOut);
    terminal.out(`${path}\n`);
  }
  const what = options.check ? 'to be laid out' : 'laid out';
  terminal.out(`${count(paths.length, 'file')} read: ${changed === 0 ? 'all are laid out' : `${count(changed, 'file')} ${what}`}\n`);
  return options.check && changed > 0 ? 1 : 0;
}

function scenario(text: string, insertFinalNewline: boolean): string {
  return edited(text, format({ uri: '', text }, { ...defaultFormatting, insertFinalNewline }));
}

/** Its prose stays as it is, to the byte. */
function notebook(text: string): string {
  const read = parseNotebook(text);
  const cells = read.cells.map((cell) => (cell.kind === 'code' ? { ...cell, text: scenario(cell.text, false) } : cell));
  return serializeNotebook({ ...read, cells });
}
