/** `netscenario check`: says what is wrong. */
import { count } from '../../engines/format.ts';
import type { Terminal } from '../command-line.ts';
import { type LocatedDiagnostic, locateInFile, paintSeverity, printDiagnostics, unreadable } from '../diagnostics.ts';
import { loadProgram, type Program, UnreadableProgram } from '../program.ts';

/** A file that cannot be read is an error of its own, and the others are checked all the same; the exit code is 2 then. */
export async function check(paths: readonly string[], options: { readonly json: boolean }, terminal: Terminal): Promise<number> {
  let errors = 0;
  let warnings = 0;
  let unread = 0;
  const located: LocatedDiagnostic[] = [];
  for (const path of paths) {
    const program = await load(path);
    if (program instanceof UnreadableProgram) {
      errors++;
      unread++;
      const diagnostic = unreadable(program);
      located.push(diagnostic);
      if (!options.json) terminal.error(`${path}: ${paintSeverity('error', terminal)}: ${diagnostic.message} [${diagnostic.code}]\n`);
    } else if (options.json) {
      located.push(...program.compilation.diagnostics.map((diagnostic) => locateInFile(program, diagnostic)));
      errors += program.compilation.diagnostics.filter(({ severity }) => severity === 'error').length;
    } else {
      errors += printDiagnostics(program, terminal);
      warnings += program.compilation.diagnostics.filter(({ severity }) => severity === 'warning').length;
    }
  }
  if (options.json) terminal.out(`${JSON.stringify(located, null, 2)}\n`);
  else {
    const warned = warnings === 0 ? '' : `, ${count(warnings, 'warning')}`;
    terminal.out(`${count(paths.length, 'file')} checked: ${errors === 0 ? 'no errors' : count(errors, 'error')}${warned}\n`);
  }
  return unread > 0 ? 2 : errors > 0 ? 1 : 0;
}

async function load(path: string): Promise<Program | UnreadableProgram> {
  try {
    return await loadProgram(path);
  } catch (error) {
    if (error instanceof UnreadableProgram) return error;
    throw error;
  }
}
