/** `netscenario check`: says what is wrong. */
import { count } from '../../engines/format.ts';
import type { Terminal } from '../command-line.ts';
import { locate, printDiagnostics } from '../diagnostics.ts';
import { loadProgram } from '../program.ts';

export async function check(paths: readonly string[], options: { readonly json: boolean }, terminal: Terminal): Promise<number> {
  let errors = 0;
  const located = [];
  for (const path of paths) {
    const program = await loadProgram(path);
    if (options.json) {
      located.push(...program.compilation.diagnostics.map((diagnostic) => locate(program, diagnostic)));
      errors += program.compilation.diagnostics.filter(({ severity }) => severity === 'error').length;
    } else errors += printDiagnostics(program, terminal);
  }
  if (options.json) terminal.out(`${JSON.stringify(located, null, 2)}\n`);
  else terminal.out(`${count(paths.length, 'file')} checked: ${errors === 0 ? 'no errors' : count(errors, 'error')}\n`);
  return errors === 0 ? 0 : 1;
}
