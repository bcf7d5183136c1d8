/**
 * How a metric is named where it is plotted: `congestion window of server to pc`, `mean lookup time of client[1..20]`. Made from
 * the engines' catalogue; whoever is left out is everybody.
 */
import { metrics } from '../../engines/metrics.ts';
import type { MetricDefinition, SubjectType } from '../../engines/protocol.ts';
import { STATISTICS, type Statistic } from '../../engines/statistics.ts';
import { clip, domainName, host, mailAddress, type Name, optional, type Slot, torrent, wordChoice } from './entry.ts';
import { automaton, type State } from './pattern.ts';

export interface MeasureForm {
  readonly pattern: string;
  readonly slots: Readonly<Record<string, Slot<unknown>>>;
  readonly doc: string;
  readonly standard: string | null;
  readonly metric: MetricDefinition;
}

export const subjectSlots: Readonly<Record<SubjectType, Slot<Name>>> = {
  host,
  'mail-address': mailAddress,
  'domain-name': domainName,
  clip,
  torrent,
  cdn: domainName,
};
const subjectNames: Readonly<Record<SubjectType, string>> = {
  host: 'HOST',
  'mail-address': 'ADDRESS',
  'domain-name': 'NAME',
  clip: 'CLIP',
  torrent: 'TORRENT',
  cdn: 'CDN',
};

/** The names of the slots for a metric's subjects: `HOST`, and of a second host `HOST-2`. */
export function slotNamesOf(metric: MetricDefinition): readonly string[] {
  return metric.subjects.map(({ type }, i) => {
    const plain = subjectNames[type];
    return metric.subjects.findIndex((other) => other.type === type) < i ? `${plain}-${i + 1}` : plain;
  });
}

const metricNames: ReadonlySet<string> = new Set(metrics.map(({ name }) => name));

/** The statistics that can be asked for of a metric: `mean response time` is a metric of its own. */
export function statisticsOf({ name }: MetricDefinition): readonly Statistic[] {
  return STATISTICS.filter((words) => !metricNames.has(`${words} ${name}`));
}

function formOf(metric: MetricDefinition, withStatistic: boolean): MeasureForm {
  const names = slotNamesOf(metric);
  const slots: Record<string, Slot<unknown>> = withStatistic ? { STATISTIC: optional(wordChoice(...statisticsOf(metric))) } : {};
  metric.subjects.forEach(({ type }, i) => {
    // A list would take the comma that the next metric stands behind: of several, a range.
    slots[names[i]!] = optional({ ...subjectSlots[type], count: 'range' });
  });
  const subjects = metric.subjects.map(({ preposition }, i) => `[${preposition} ${names[i]}]`);
  const pattern = [...(withStatistic ? ['[STATISTIC]'] : []), metric.name, ...subjects].join(' ');
  return { pattern, slots, doc: metric.doc, standard: metric.standard ?? null, metric };
}

/** A metric as it is, or a statistic of it; of a total, a statistic would say nothing. */
export const measureAutomaton: State<MeasureForm> = automaton(metrics.map((metric) => formOf(metric, metric.course !== 'total')));
