/** `netscenario report`: the run as one HTML page that needs nothing else. */
import { readFile } from 'node:fs/promises';
import { reportHtml } from '../../notebook-renderer/report.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { type RunSettings, runProgram, succeeded, write } from './run.ts';

export interface ReportOptions extends RunSettings {
  readonly out: string;
}

export async function report(path: string, options: ReportOptions, terminal: Terminal): Promise<number> {
  const result = await runProgram(path, options, terminal);
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
