/** What is drawn of the engines' metrics. */
import type { PlottedMetric } from '../../../engines/scenario.ts';
import type { SweptMeasure } from '../../../engines/sweep/plan.ts';
import { entry, list, type Measure, measure, type Name, optional, parameter, wordChoice } from '../entry.ts';
import type { ProgramSweep } from '../program.ts';
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

/** A plot over time, of the run itself. */
function plotRun(measures: readonly Measure[], site: Site): void {
  const curves: PlottedMetric[] = [];
  for (const measure of measures) {
    if (measure.statistic !== null) {
      site.report(
        'not-swept',
        measure,
        `Over time, \`${measure.metric.name}\` is drawn as it is; a \`${measure.statistic}\` is plotted in the block of a sweep.`,
      );
      return;
    }
    const subjects = subjectsOf(measure, site);
    if (subjects === null) return;
    curves.push({ metric: measure.metric.name, subjects });
  }
  site.program.views.push({ view: { kind: 'plot', curves }, at: site.at });
}

/** A plot of a sweep, against one of its parameters; of a comparison, over time. */
function plotSwept(measures: readonly Measure[], parameter: Name | null, withBound: boolean, sweep: ProgramSweep, site: Site): void {
  const { axes } = sweep.plan;
  const [first] = axes;
  const against = parameter ? axes.findIndex((axis) => axis.parameter === parameter.text) : -1;
  if (first && against < 0) {
    const places = parameter ?? { start: site.statement.headEnd, end: site.statement.headEnd };
    site.report(
      'not-swept',
      places,
      parameter
        ? `This sweep is not over \`${parameter.text}\`, but over ${axes.map((axis) => `\`${axis.parameter}\``).join(', ')}.`
        : `Against which parameter? Write \`against ${first.parameter}\`.`,
      {
        fixes: [
          {
            title: parameter ? `Change to \`${first.parameter}\`` : `Insert \`against ${first.parameter}\``,
            edits: [{ ...places, start: places.start, end: places.end, text: parameter ? first.parameter : ` against ${first.parameter}` }],
            preferred: true,
          },
        ],
      },
    );
    return;
  }
  if (parameter && !first) {
    site.report(
      'not-swept',
      parameter,
      'A comparison is drawn over time; against a parameter, alternatives are drawn by `sweep … comparing`.',
    );
    return;
  }
  const [unbounded] = measures;
  if (withBound && unbounded && measures.every(({ metric }) => metric.bound === undefined)) {
    site.report('no-bound', unbounded, `No bound is known for \`${unbounded.metric.name}\`.`);
    return;
  }
  const swept: SweptMeasure[] = [];
  for (const measure of measures) {
    const { metric, statistic, start, end } = measure;
    if (statistic !== null && !first) {
      site.report(
        'not-swept',
        measure,
        `A comparison draws \`${metric.name}\` over time, as it is; a \`${statistic}\` is plotted in the block of a sweep.`,
      );
      return;
    }
    const subjects = subjectsOf(measure, site);
    if (subjects === null) return;
    const label = site.program.sources[site.source]!.text.slice(start, end).replace(/\s+/g, ' ');
    swept.push({ metric: metric.name, subjects, statistic, unit: metric.unit, bound: withBound ? (metric.bound ?? null) : null, label });
  }
  sweep.plots.push({ measures: swept, against, withBound });
}

export const plotsVocabulary = [
  entry({
    id: 'plot',
    remembered: true,
    role: 'view',
    pattern: 'plot METRIC [against PARAMETER] [BOUND]',
    slots: { METRIC: list(measure), PARAMETER: optional(parameter), BOUND: optional(wordChoice('with bound')) },
    doc: 'Draws metrics over time in one plot, a line for each subject; metrics of one unit share an axis, others stand below. A range of subjects stands for several; whoever is left out is everybody. In the block of a sweep it draws the last value of each run, or a statistic such as `mean` of all values of all subjects, against a parameter; `with bound` adds what theory allows, where that is known (see the table of metrics).',
    example:
      'host pc { down 5 Mbps }\nhost server\nserver transfers 2 MB to pc\nplot congestion window of server to pc, round-trip time of server to pc',
    build({ METRIC, PARAMETER, BOUND }, _block, site) {
      if (!fewEnough(METRIC, site)) return;
      const { sweep } = site.program;
      if (sweep) plotSwept(METRIC, PARAMETER, BOUND !== null, sweep, site);
      else if (PARAMETER) {
        const { text } = PARAMETER;
        site.report(
          'not-swept',
          PARAMETER,
          `Against a parameter, a plot stands in the block of a sweep: \`sweep ${text} over … { plot … against ${text} }\`.`,
        );
      } else if (BOUND) {
        const head = { start: site.statement.start, end: site.statement.headEnd };
        site.report('not-swept', head, 'A bound is drawn against a parameter, in the block of a sweep.');
      } else plotRun(METRIC, site);
    },
  }),
];
