/** A sweep, or a comparison, and what came of it. */
import { useMemo, useState } from 'preact/hooks';
import { allHolds, checksOf, type SweepResults } from '../../engines/sweep/results.ts';
import { Mark } from '../checks/outcomes.tsx';
import { formatCount } from '../format.ts';
import { Plot } from '../metrics/plot.tsx';
import { comparedPlots, comparisonRows, shownRows } from './comparison.ts';
import { Figure } from './figure.tsx';
import { estimateText, figuresOf } from './figures.ts';
import { failuresOf, statusOf, stoppedOf } from './status.ts';

interface Props {
  readonly swept: SweepResults;
  readonly id: string;
  /** Pixels. */
  readonly width: number;
}

/** A comparison's plots go over what was measured. */
const NO_TIME = { startedAt: Number.POSITIVE_INFINITY, endedAt: 0 };

export function Sweep({ swept, id, width }: Props) {
  const figures = useMemo(() => figuresOf(swept), [swept]);
  const compared = useMemo(() => comparedPlots(swept), [swept]);
  const { plan } = swept;
  return (
    <section class="ns-sweep" aria-label={plan.text}>
      <div class="ns-sweep-head">
        <Mark tone={allHolds(swept) ? 'good' : 'bad'} />
        <code>{plan.text}</code>
        <span class="ns-dim">{statusOf(swept).join(' · ')}</span>
      </div>
      {figures.map((figure, i) => (
        <Figure key={`${i} ${figure.name}`} figure={figure} id={`${id}-figure-${i}`} width={width} />
      ))}
      {compared.map(({ name, picture }, i) =>
        picture ? (
          <Plot key={`${i} ${name}`} picture={picture} part={NO_TIME} id={`${id}-compared-${i}`} width={width} time={null} />
        ) : (
          <p class="ns-empty" key={`${i} ${name}`}>
            Nothing was measured to plot of {name}.
          </p>
        ),
      )}
      {plan.axes.length === 0 && <Comparison swept={swept} />}
      <Verdicts swept={swept} />
    </section>
  );
}

function Comparison({ swept }: Pick<Props, 'swept'>) {
  const all = useMemo(() => comparisonRows(swept), [swept]);
  const [whole, setWhole] = useState(false);
  if (all.length === 0) return null;
  const { rows, unshown } = whole ? { rows: all, unshown: 0 } : shownRows(all);
  return (
    <div class="ns-compared">
      <table aria-label="Metrics of the alternatives">
        <thead>
          <tr>
            <th scope="col">Metric</th>
            {swept.plan.alternatives.map((name) => (
              <th scope="col" key={name}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ metric, subject, unit, cells }) => (
            <tr key={`${metric} ${subject}`}>
              <th scope="row">
                {metric} <span class="ns-dim">{subject}</span>
              </th>
              {cells.map((cell, i) => (
                <td key={swept.plan.alternatives[i]}>{cell ? estimateText(cell, unit) : ''}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {unshown > 0 && (
        <button type="button" class="ns-quiet-button" onClick={() => setWhole(true)}>
          Show {formatCount(unshown)} more
        </button>
      )}
    </div>
  );
}

function Verdicts({ swept }: Pick<Props, 'swept'>) {
  const checks = checksOf(swept);
  const stopped = stoppedOf(swept);
  if (checks.length === 0 && stopped.length === 0) return null;
  return (
    <div class="ns-told">
      <section class="ns-outcomes" aria-label="Checks of the sweep">
        <h3>Checks, each in all runs</h3>
        <ul>
          {checks.map((check, i) => (
            <li key={`${i} ${check.text}`} class={check.failed.length === 0 ? '' : 'ns-failed'}>
              <div>
                <Mark tone={check.failed.length === 0 ? 'good' : 'bad'} />
                <span class="ns-outcome-text">{check.text}</span>
                <span class="ns-outcome-measured">
                  {check.passed} of {check.of} runs
                </span>
                <span class="ns-outcome-time" />
                {check.failed.length > 0 && <span class="ns-outcome-detail">{failuresOf(swept, check).join('; ')}</span>}
              </div>
            </li>
          ))}
          {stopped.map((line) => (
            <li key={line} class="ns-failed">
              <div>
                <Mark tone="bad" />
                <span class="ns-outcome-text">no result</span>
                <span class="ns-outcome-measured" />
                <span class="ns-outcome-time" />
                <span class="ns-outcome-detail">{line}</span>
              </div>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}
