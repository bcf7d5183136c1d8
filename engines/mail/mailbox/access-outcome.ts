/** What a session at a mailbox came to, in one line. */
import { count } from '../../format.ts';
import type { StepOutcome } from '../../protocol.ts';

export const failure = (outcome: string): StepOutcome => ({ outcome, succeeded: false });
export const success = (outcome: string): StepOutcome => ({ outcome, succeeded: true });

/** Up to three in their own words; of more, what failed, or how many there were. */
export function summary(outcomes: readonly StepOutcome[], missed: number): StepOutcome {
  const failed = outcomes.filter(({ succeeded }) => !succeeded);
  const succeeded = failed.length === 0 && missed === 0;
  const untried = missed > 0 ? [`${count(missed, 'operation')} not tried`] : [];
  if (outcomes.length <= 3)
    return { outcome: [...outcomes.map(({ outcome }) => outcome), ...untried].join('; ') || 'logged in', succeeded };
  if (succeeded) return { outcome: `${outcomes.length} operations done`, succeeded };
  return { outcome: [...failed.slice(0, 3).map(({ outcome }) => outcome), ...untried].join('; '), succeeded };
}
