/** What is drawn of the engines' metrics. */
import type { PlottedMetric } from '../../../engines/scenario.ts';
import { entry, list, type Measure, metric } from '../entry.ts';
import type { Site } from '../site.ts';
import { measuredOf } from './expectations.ts';

/** Lines that one plot can be asked for by name. */
const MAXIMUM_CURVES = 16;

/** The subjects as the engines know them; null (and reported) where one is not there. */
export function subjectsOf({ metric, subjects }: Measure, site: Site): PlottedMetric['subjects'] | null {
  const pools: (readonly string[] | null)[] = [];
  for (const [i, { type }] of metric.subjects.entries()) {
    const pool = subjects[i]?.map((name) => measuredOf(metric, type, name, site)) ?? null;
    if (pool?.includes(null)) return null;
    pools.push(pool as readonly string[] | null);
  }
  return pools;
}

/** Reports a list that no plot has room for. */
export function fewEnough(measures: readonly Measure[], site: Site): boolean {
  if (measures.length <= MAXIMUM_CURVES) return true;
  const { start } = measures[MAXIMUM_CURVES]!;
  const { end } = measures[measures.length - 1]!;
  site.report('out-of-range', { start, end }, `A plot has room for ${MAXIMUM_CURVES} metrics; give the others a plot of their own.`);
  return false;
}

export const plotsVocabulary = [
  entry({
    id: 'plot',
    role: 'view',
    pattern: 'plot METRIC',
    slots: { METRIC: list(metric) },
    doc: 'Draws metrics over time in one plot, a line for each subject; metrics of one unit share an axis, others stand below, over the same time. A range of subjects stands for several; whoever is left out is everybody.',
    example:
      'host pc { down 5 Mbps }\nhost server\nserver transfers 2 MB to pc\nplot congestion window of server to pc, round-trip time of server to pc',
    build({ METRIC }, _block, site) {
      if (!fewEnough(METRIC, site)) return;
      const curves: PlottedMetric[] = [];
      for (const measure of METRIC) {
        const subjects = subjectsOf(measure, site);
        if (subjects === null) return;
        curves.push({ metric: measure.metric.name, subjects });
      }
      site.program.views.push({ view: { kind: 'plot', curves }, at: site.at });
    },
  }),
];
