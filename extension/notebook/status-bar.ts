/** What a cell's run came to, below the cell: checks and simulated time. */
import * as vscode from 'vscode';
import { formatDuration } from '../../engines/format.ts';
import type { OutputMetadata } from './controller.ts';

export class CellStatusBar implements vscode.NotebookCellStatusBarItemProvider {
  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const metadata = cell.outputs.map((output) => output.metadata as OutputMetadata | undefined).find((each) => each?.summary);
    if (!metadata?.summary) return [];
    const { checks, passed, duration, seed, events } = metadata.summary;
    const { NotebookCellStatusBarAlignment: Alignment, NotebookCellStatusBarItem: Item } = vscode;
    const time = new Item(`$(watch) ${formatDuration(duration)}`, Alignment.Right);
    time.tooltip = `Simulated time at the end of the run. Seed ${seed}, ${events} events.`;
    if (checks === 0) return [time];
    const icon = passed === checks ? '$(pass)' : '$(error)';
    const result = new Item(`${icon} ${passed} of ${checks} ${checks === 1 ? 'check' : 'checks'}`, Alignment.Right);
    result.tooltip =
      passed === checks ? 'Every expectation of this cell holds.' : `${checks - passed} of this cell’s expectations do not hold.`;
    return [result, time];
  }
}
