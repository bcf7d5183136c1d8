/**
 * The course of one cell's execution: begun, filled, ended. It is ended whatever happens: the notebook may be closed while its
 * cell runs, and then every change of the output is refused.
 */

/** What the editor gives for a cell that is to run (of `vscode.NotebookCellExecution`). */
export interface Execution<O> {
  start(at: number): void;
  end(success: boolean | undefined, at: number): void;
  clearOutput(): PromiseLike<void>;
  replaceOutput(outputs: readonly O[]): PromiseLike<void>;
}

export interface Ending<O> {
  readonly success: boolean;
  readonly outputs: readonly O[];
}

/** `body` may show outputs on its way; the last ones stay. Never rejects. */
export async function execute<O>(execution: Execution<O>, body: (show: (output: O) => void) => Promise<Ending<O>>): Promise<void> {
  let success = false;
  try {
    execution.start(Date.now());
    await execution.clearOutput();
    let shown: Promise<unknown> = Promise.resolve();
    let running = true;
    const ending = await body((output) => {
      // One after the other, and none after the end. One that is refused is the next one's loss, not the run's.
      shown = shown.then(() => (running ? execution.replaceOutput([output]) : undefined)).catch(() => {});
    });
    running = false;
    await shown;
    await execution.replaceOutput(ending.outputs);
    success = ending.success;
  } catch {
    // The notebook is gone; nobody is there to be told.
  } finally {
    try {
      execution.end(success, Date.now());
    } catch {
      // It was ended with the notebook.
    }
  }
}
