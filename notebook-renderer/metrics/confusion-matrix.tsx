/** A filter's confusion matrix: what messages are against what they were taken for. */
import { formatCount } from '../format.ts';
import type { Part } from '../part.ts';
import { confusionMatrices, type Matrix } from './confusion-matrices.ts';

/** Matrices shown side by side. */
const MOST = 12;

/** As they stood at `time`. */
export function ConfusionMatrices({ part, time }: { readonly part: Part; readonly time: number }) {
  const matrices = confusionMatrices(part, time);
  if (matrices.length === 0) return null;
  return (
    <section class="ns-matrices" aria-label="Confusion matrices">
      {matrices.slice(0, MOST).map((matrix) => (
        <MatrixTable key={matrix.host} matrix={matrix} />
      ))}
    </section>
  );
}

function MatrixTable({ matrix }: { readonly matrix: Matrix }) {
  const { host, truePositives, falseNegatives, falsePositives, trueNegatives } = matrix;
  return (
    <table class="ns-matrix">
      <caption>Filter of {host}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col">taken for unwanted</th>
          <th scope="col">let pass</th>
        </tr>
      </thead>
      <tbody>
        <tr>
          <th scope="row">is unwanted</th>
          <Cell name="true positives" count={truePositives} rest={falseNegatives} right />
          <Cell name="false negatives" count={falseNegatives} rest={truePositives} right={false} />
        </tr>
        <tr>
          <th scope="row">is wanted</th>
          <Cell name="false positives" count={falsePositives} rest={trueNegatives} right={false} />
          <Cell name="true negatives" count={trueNegatives} rest={falsePositives} right />
        </tr>
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly name: string;
  readonly count: number;
  /** The other cell of its row. */
  readonly rest: number;
  /** The filter was right. */
  readonly right: boolean;
}

/** The more of its row, the stronger its colour. */
function Cell({ name, count, rest, right }: CellProps) {
  const share = count + rest === 0 ? 0 : count / (count + rest);
  const percent = count + rest === 0 ? '' : `${Number((share * 100).toPrecision(3))} %`;
  return (
    <td class={right ? 'ns-matrix-right' : 'ns-matrix-wrong'} style={{ '--share': share }}>
      <b>{formatCount(count)}</b> <span class="ns-dim">{percent}</span>
      <div class="ns-dim">{name}</div>
    </td>
  );
}
