/**
 * Runs cells. A cell's run is the scenario made of the code cells down to it, from a fresh world; its output depends only on
 * the text above it, never on the order of clicks.
 */
import * as vscode from 'vscode';
import { formatDuration } from '../../engines/format.ts';
import { OUTPUT_MIME } from '../../notebook-renderer/output.ts';
import { readNamedFile } from '../files.ts';
import type { LocatedError, Progress, Summary } from '../run/protocol.ts';
import type { Runner, RunOutcome } from '../run/runner.ts';
import { cellOf, programDownTo, sourceUri } from './program.ts';
import { NOTEBOOK_TYPE } from './serializer.ts';

/** A run shorter than this shows no progress: an output that flickers tells nobody anything. */
const PROGRESS_AFTER = 250;

export class Controller implements vscode.Disposable {
  readonly #runner: Runner;
  readonly #controller: vscode.NotebookController;
  readonly #order = new WeakMap<vscode.NotebookDocument, number>();

  constructor(runner: Runner) {
    this.#runner = runner;
    this.#controller = vscode.notebooks.createNotebookController('netscenario', NOTEBOOK_TYPE, 'netscenario');
    this.#controller.description = 'Runs scenarios in a simulated network';
    this.#controller.supportedLanguages = ['netscenario'];
    this.#controller.supportsExecutionOrder = true;
    this.#controller.executeHandler = async (cells) => {
      // One after the other, as a reader would: each output appears where the eye is.
      const executions = cells.map((cell) => this.#controller.createNotebookCellExecution(cell));
      for (const execution of executions) await this.#execute(execution);
    };
  }

  dispose(): void {
    this.#controller.dispose();
  }

  async #execute(execution: vscode.NotebookCellExecution): Promise<void> {
    const { cell, token } = execution;
    const order = (this.#order.get(cell.notebook) ?? 0) + 1;
    this.#order.set(cell.notebook, order);
    execution.executionOrder = order;
    execution.start(Date.now());
    await execution.clearOutput();
    const started = Date.now();
    let shown: Promise<void> = Promise.resolve();
    let running = true;
    const outcome = await this.#runner.run(
      {
        sources: programDownTo(cell),
        focus: sourceUri(cell),
        maximumEvents: vscode.workspace.getConfiguration('netscenario', cell.notebook.uri).get('run.maximumEvents', 20_000_000),
      },
      {
        cancellation: token,
        readFile: readNamedFile,
        progress: (progress) => {
          if (running && Date.now() - started >= PROGRESS_AFTER) shown = showProgress(execution, progress, Date.now() - started);
        },
      },
    );
    running = false;
    await shown;
    await execution.replaceOutput(outputsOf(outcome, cell));
    execution.end(outcome.kind === 'ran', Date.now());
  }
}

async function showProgress(execution: vscode.NotebookCellExecution, { now, events }: Progress, elapsed: number): Promise<void> {
  const rate = Math.round((events / elapsed) * 1000);
  const text = `running: ${formatDuration(now)} of simulated time, ${grouped(events)} events, ${grouped(rate)} a second`;
  await execution.replaceOutput(new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text(text)]));
}

function outputsOf(outcome: RunOutcome, cell: vscode.NotebookCell): vscode.NotebookCellOutput[] {
  const { NotebookCellOutput, NotebookCellOutputItem } = vscode;
  const failure = (name: string, message: string, details = '') =>
    new NotebookCellOutput([NotebookCellOutputItem.error({ name, message, stack: details })]);
  switch (outcome.kind) {
    case 'ran':
      return [
        ...leftOutNote(outcome.leftOut, cell),
        new NotebookCellOutput(
          [
            new NotebookCellOutputItem(outcome.output, OUTPUT_MIME),
            NotebookCellOutputItem.text(outcome.svg, 'image/svg+xml'),
            NotebookCellOutputItem.text(outcome.text, 'text/plain'),
          ],
          { summary: outcome.summary } satisfies OutputMetadata,
        ),
      ];
    case 'rejected': {
      const { errors } = outcome;
      const lines = errors.map(({ line, message }) => `line ${line}: ${message}`);
      return [
        ...leftOutNote(outcome.leftOut, cell),
        failure('Not run', errors.length === 1 ? 'this cell has an error' : `this cell has ${errors.length} errors`, lines.join('\n')),
      ];
    }
    case 'endless':
      return [
        failure(
          'Stopped',
          `after ${grouped(outcome.progress.events)} events, at ${formatDuration(outcome.progress.now)} of simulated time`,
          'The scenario may never come to an end. A longer run is allowed by the setting netscenario.run.maximumEvents.',
        ),
      ];
    case 'cancelled': {
      const { progress } = outcome;
      const where = progress ? ` at ${formatDuration(progress.now)} of simulated time, after ${grouped(progress.events)} events` : '';
      return [failure('Cancelled', `the run was stopped${where}`)];
    }
    case 'crashed':
      return [failure('Crashed', `the run ended without a result: ${outcome.reason}`, 'The next run starts afresh.')];
    case 'broken':
      return [failure('Fault in netscenario', outcome.message, outcome.stack)];
  }
}

/** Kept with an output, for the cell's status bar. */
export interface OutputMetadata {
  readonly summary: Summary;
}

function leftOutNote(errors: readonly LocatedError[], cell: vscode.NotebookCell): vscode.NotebookCellOutput[] {
  if (errors.length === 0) return [];
  const lines = errors.map(({ uri, line, message }) => {
    const other = cellOf(cell.notebook, uri);
    return `  ${other ? `cell ${other.index + 1}` : uri}, line ${line}: ${message}`;
  });
  const text = `Left out of this run, because of errors above:\n${lines.join('\n')}`;
  return [new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text(text)])];
}

/** 1,234,567: the same on every machine. */
const grouped = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
