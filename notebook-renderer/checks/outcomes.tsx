/** What the steps came to, and whether the author's expectations hold. */
import { formatDuration } from '../../engines/format.ts';
import { formatMoment } from '../format.ts';
import { outcomeOf, type Part } from '../part.ts';
import { ROW_CLASS, type Tone, toneOf } from '../tone.ts';

export function Checks({ part, onJump }: { readonly part: Part; readonly onJump: (time: number, message: number) => void }) {
  const { run, checks } = part;
  if (checks.length === 0) return null;
  return (
    <section class="ns-outcomes" aria-label="Checks">
      <h3>Checks</h3>
      <ul>
        {checks.map((i) => {
          const check = run.checks[i]!;
          const decided = !Number.isNaN(check.decidedAt) || check.message >= 0;
          const content = (
            <>
              <Mark tone={check.passed ? 'good' : 'bad'} />
              <span class="ns-outcome-text">{check.text}</span>
              <span class="ns-outcome-measured">{check.measured}</span>
              <span class="ns-outcome-time">{Number.isNaN(check.decidedAt) ? '' : formatMoment(check.decidedAt)}</span>
              {!check.passed && (
                <span class="ns-outcome-detail">
                  expected {check.expected}, measured {check.measured}
                </span>
              )}
            </>
          );
          return (
            <li key={i} class={check.passed ? '' : 'ns-failed'}>
              {decided ? (
                <button type="button" title="Show the moment that decided it" onClick={() => onJump(check.decidedAt, check.message)}>
                  {content}
                </button>
              ) : (
                <div>{content}</div>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}

export function Steps({
  part,
  onReveal,
  onShow,
}: {
  readonly part: Part;
  readonly onReveal: ((step: number) => void) | null;
  readonly onShow: (step: number) => void;
}) {
  const { run, steps } = part;
  if (steps.length === 0) return null;
  return (
    <section class="ns-outcomes" aria-label="Steps">
      <h3>Steps</h3>
      <ul>
        {steps.map((i) => {
          const step = run.steps[i]!;
          const began = !Number.isNaN(step.startedAt);
          const outcome = outcomeOf(step);
          return (
            <li key={i} class={ROW_CLASS[toneOf(step)]}>
              <button
                type="button"
                title={onReveal ? 'Show in the scenario' : 'Show in the diagram'}
                onClick={() => {
                  if (began) onShow(i);
                  onReveal?.(i);
                }}
              >
                <Mark tone={toneOf(step)} />
                <span class="ns-outcome-text">{step.text}</span>
                <span class="ns-outcome-measured">{outcome}</span>
                <span class="ns-outcome-time">{!Number.isNaN(step.endedAt) ? formatDuration(step.endedAt - step.startedAt) : ''}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** A check or step: whether it came out as it should, where that can be told. */
export function Mark({ tone }: { readonly tone: Tone }) {
  return (
    <span class={`ns-mark ns-${tone}`} role="img" aria-label={tone === 'good' ? 'passed' : 'failed'}>
      {tone === 'good' ? '✓' : '✗'}
    </span>
  );
}
