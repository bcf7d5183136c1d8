/** `netscenario report`: the run, and its sweeps, as one HTML page that needs nothing else. */
import { readFile } from 'node:fs/promises';
import type { Run } from '../../engines/run.ts';
import { allHolds } from '../../engines/sweep/results.ts';
import { type ReportCell, reportHtml } from '../../notebook-renderer/report/report.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { loadProgram, type Program } from '../program.ts';
import { type RunSettings, runLoaded, succeeded, write } from './run.ts';
import { sweepsOf } from './sweep.ts';

export interface ReportOptions extends RunSettings {
  readonly out: string;
}

export async function report(path: string, options: ReportOptions, terminal: Terminal): Promise<number> {
  const program = await loadProgram(path);
  const result = runLoaded(program, options, terminal);
  if (!result) return 1;
  const cells = cellsOf(program, result);
  const sweeps = await sweepsOf(program, options.limits, terminal);
  const output = { run: result, focus: null, ...(sweeps.length > 0 ? { sweeps } : {}) };
  await write(options.out, reportHtml({ output, ...(cells ? { cells } : {}), rendererScript: await rendererScript() }));
  terminal.out(`${options.out}: ${result.title}\n`);
  return succeeded(result) && sweeps.every(allHolds) ? 0 : 1;
}

/** Of a notebook; null for a scenario’s file. */
function cellsOf({ cells, sources }: Program, run: Run): readonly ReportCell[] | null {
  let code = 0;
  return (
    cells?.map(({ kind, text }) =>
      kind === 'prose' ? { kind, text } : { kind, text, source: run.sources.indexOf(sources[code++]!.uri) },
    ) ?? null
  );
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
