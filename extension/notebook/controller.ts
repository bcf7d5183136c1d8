/**
 * Runs cells. A cell's run is the scenario made of the code cells down to it, from a fresh world; its output depends only on
 * the text above it, never on the order of clicks.
 */
import * as vscode from 'vscode';
import { OUTPUT_MIME } from '../../notebook-renderer/output.ts';
import { describeProgress } from '../../notebook-renderer/static/progress.ts';
import { readNamedFile } from '../files.ts';
import { failureOf } from '../run/failure.ts';
import { limitsOf } from '../run/limits.ts';
import type { LocatedError, Progress, Summary } from '../run/protocol.ts';
import type { Runner, RunOutcome } from '../run/runner.ts';
import { execute } from './execution.ts';
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
    await execute<vscode.NotebookCellOutput>(
      {
        start: (at) => execution.start(at),
        end: (success, at) => execution.end(success, at),
        clearOutput: () => execution.clearOutput(),
        replaceOutput: (outputs) => execution.replaceOutput([...outputs]),
      },
      async (show) => {
        const started = Date.now();
        let asked = Number.NaN;
        token.onCancellationRequested(() => {
          asked = performance.now();
        });
        const outcome = await this.#runner.run(
          { sources: programDownTo(cell), focus: sourceUri(cell), limits: limitsOf(cell.notebook.uri) },
          {
            cancellation: token,
            readFile: readNamedFile,
            progress: (progress) => {
              const elapsed = Date.now() - started;
              if (elapsed >= PROGRESS_AFTER) show(progressOutput(progress, elapsed));
            },
          },
        );
        return { success: outcome.kind === 'ran', outputs: outputsOf(outcome, cell, performance.now() - asked) };
      },
    );
  }
}

function progressOutput(progress: Progress, elapsed: number): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text(describeProgress(progress, elapsed))]);
}

/** `stoppedIn`: milliseconds from the wish to stop to the outcome. */
function outputsOf(outcome: RunOutcome, cell: vscode.NotebookCell, stoppedIn: number): vscode.NotebookCellOutput[] {
  const { NotebookCellOutput, NotebookCellOutputItem } = vscode;
  const leftOut = 'leftOut' in outcome ? leftOutNote(outcome.leftOut, cell) : [];
  if (outcome.kind === 'ran') {
    const items = [
      new NotebookCellOutputItem(outcome.output, OUTPUT_MIME),
      NotebookCellOutputItem.text(outcome.svg, 'image/svg+xml'),
      NotebookCellOutputItem.text(outcome.text, 'text/plain'),
    ];
    return [...leftOut, new NotebookCellOutput(items, { summary: outcome.summary } satisfies OutputMetadata)];
  }
  const { name, message, details } = failureOf(outcome, 'cell');
  const output = new NotebookCellOutput([NotebookCellOutputItem.error({ name, message, stack: details })]);
  if (outcome.kind === 'cancelled') output.metadata = { stoppedIn } satisfies OutputMetadata;
  return [...leftOut, output];
}

/** Kept with an output; the cell's status bar tells the summary. */
export interface OutputMetadata {
  readonly summary?: Summary;
  /** Of a run that was cancelled: milliseconds until it was over. */
  readonly stoppedIn?: number;
}

function leftOutNote(errors: readonly LocatedError[], cell: vscode.NotebookCell): vscode.NotebookCellOutput[] {
  if (errors.length === 0) return [];
  const lines = errors.map(({ uri, line, message }) => {
    const other = cellOf(cell.notebook, uri);
    return `  ${other ? `cell ${other.index + 1}` : vscode.workspace.asRelativePath(vscode.Uri.parse(uri))}, line ${line}: ${message}`;
  });
  const text = `Left out of this run, because of errors above:\n${lines.join('\n')}`;
  return [new vscode.NotebookCellOutput([vscode.NotebookCellOutputItem.text(text)])];
}
