/** Why there is no run to show, for the person at the editor. */
import { formatDuration } from '../../engines/format.ts';
import { formatCount } from '../../notebook-renderer/format.ts';
import type { RunOutcome } from './runner.ts';

export interface Failure {
  readonly name: string;
  readonly message: string;
  /** Lines; may be empty. */
  readonly details: string;
}

/** `what` was to be run: `cell`, `file`. */
export function failureOf(outcome: Exclude<RunOutcome, { kind: 'ran' }>, what: string): Failure {
  switch (outcome.kind) {
    case 'rejected': {
      const { errors } = outcome;
      return {
        name: 'Not run',
        message: errors.length === 1 ? `this ${what} has an error` : `this ${what} has ${errors.length} errors`,
        details: errors.map(({ line, message }) => `line ${line}: ${message}`).join('\n'),
      };
    }
    case 'endless':
      return {
        name: 'Stopped',
        message: outcome.reason,
        details: `After ${formatCount(outcome.progress.events)} events. The limits are the settings netscenario.run.maximumEvents and netscenario.run.maximumMemory.`,
      };
    case 'cancelled': {
      const { progress } = outcome;
      const where = progress ? ` at ${formatDuration(progress.now)} of simulated time, after ${formatCount(progress.events)} events` : '';
      return { name: 'Cancelled', message: `the run was stopped${where}`, details: '' };
    }
    case 'crashed':
      return { name: 'Crashed', message: `the run ended without a result: ${outcome.reason}`, details: 'The next run starts afresh.' };
    case 'broken':
      return { name: 'Fault in netscenario', message: outcome.message, details: outcome.stack };
  }
}
