/** `netscenario report`: the run as one HTML page that needs nothing else. */
import { readFile } from 'node:fs/promises';
import { reportHtml } from '../../notebook-renderer/report.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { runProgram, succeeded, write } from './run.ts';

export async function report(
  path: string,
  options: { readonly out: string; readonly seed: number | null },
  terminal: Terminal,
): Promise<number> {
  const result = await runProgram(path, options.seed, terminal);
  if (!result) return 1;
  await write(options.out, reportHtml({ output: { run: result, focus: null }, rendererScript: await rendererScript() }));
  terminal.out(`${options.out}: ${result.title}\n`);
  return succeeded(result) ? 0 : 1;
}

/** The renderer's bundle lies beside the command's own. */
async function rendererScript(): Promise<string> {
  const place = new URL('../notebook-renderer/main.js', import.meta.url);
  try {
    return await readFile(place, 'utf8');
  } catch {
    throw new Complaint(`the notebook renderer is missing (${place.pathname}): build the product first`);
  }
}
