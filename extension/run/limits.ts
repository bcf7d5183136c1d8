/** Where a run is stopped that never comes to an end, by the settings of its document. */
import * as vscode from 'vscode';
import { DEFAULT_LIMITS, type RunLimits } from '../../engines/simulation.ts';

export function limitsOf(uri: vscode.Uri): RunLimits {
  const settings = vscode.workspace.getConfiguration('netscenario.run', uri);
  return {
    maximumEvents: settings.get('maximumEvents', DEFAULT_LIMITS.maximumEvents),
    maximumRecorded: settings.get('maximumMemory', DEFAULT_LIMITS.maximumRecorded / 2 ** 20) * 2 ** 20,
  };
}
