/** The confusion matrices of a run: of each host whose filter was tried on messages of which the truth is known. */
import type { Run } from '../../engines/run.ts';
import type { Part } from '../part.ts';

export interface Matrix {
  readonly host: string;
  readonly truePositives: number;
  readonly falseNegatives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
}

const CELLS = {
  'true positives': 'truePositives',
  'false negatives': 'falseNegatives',
  'false positives': 'falsePositives',
  'true negatives': 'trueNegatives',
} as const;

/** Metrics that a matrix shows. */
export const MATRIX_METRICS: ReadonlySet<string> = new Set(Object.keys(CELLS));

/** As they stood at `time`, of hosts where something was judged since the part began. */
export function confusionMatrices({ run, startedAt }: Pick<Part, 'run' | 'startedAt'>, time: number): Matrix[] {
  const hosts = new Map<string, Matrix>();
  for (const { metric, subjects, at } of run.series) {
    const [host] = subjects;
    if (!MATRIX_METRICS.has(metric) || host === undefined || !((at.at(-1) ?? -1) >= startedAt)) continue;
    if (!hosts.has(host)) hosts.set(host, matrixOf(run, host, time));
  }
  return [...hosts.values()];
}

function matrixOf(run: Run, host: string, time: number): Matrix {
  const counts = { host, truePositives: 0, falseNegatives: 0, falsePositives: 0, trueNegatives: 0 };
  for (const { metric, subjects, at, values } of run.series) {
    const cell = CELLS[metric as keyof typeof CELLS];
    if (cell === undefined || subjects[0] !== host) continue;
    const later = at.findIndex((moment) => moment > time);
    counts[cell] = values[(later < 0 ? at.length : later) - 1] ?? 0;
  }
  return counts;
}
