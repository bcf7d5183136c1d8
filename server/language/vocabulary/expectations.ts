/** What is expected, and what is shown. The forms of metrics come from the engines' catalogue. */
import { canonical } from '../../../engines/dns/domain-name.ts';
import { isCount, metrics } from '../../../engines/metrics.ts';
import { networkMetrics } from '../../../engines/network/metrics.ts';
import type { MetricDefinition, SubjectType } from '../../../engines/protocol.ts';
import type { Unit } from '../../../engines/run.ts';
import type { Comparison } from '../../../engines/scenario.ts';
import type { Statistic } from '../../../engines/statistics.ts';
import { cdnNamed, checkNode } from '../cdn.ts';
import {
  answer,
  choice,
  count,
  domainName,
  duration,
  type Entry,
  entry,
  host,
  list,
  mailAddress,
  type Name,
  number,
  optional,
  protocolName,
  rate,
  ratio,
  recordType,
  type Slot,
  type Slots,
  size,
  wordChoice,
} from '../entry.ts';
import { clipNamed } from '../films.ts';
import { keptMailbox, usesMailbox } from '../mail-message.ts';
import { slotNamesOf, statisticsOf, subjectSlots } from '../measures.ts';
import { checkMiddlebox } from '../middleboxes.ts';
import { checkProtocols } from '../protocol-names.ts';
import type { Site } from '../site.ts';
import { nearest } from '../spelling.ts';
import { usedTorrent } from '../torrent.ts';
import { checkViewer } from '../viewers.ts';
import { absolute, askedName } from '../zone-records.ts';

/** What a lookup can come to without a record. */
const OUTCOMES = ['NXDOMAIN', 'NODATA', 'SERVFAIL', 'TIMEOUT', 'REFUSED', 'FORMERR', 'NOTIMP'];

export const comparison = wordChoice('<', '<=', '=', '>=', '>', '!=');

const valueSlots: Readonly<Record<Unit, Slot<number>>> = {
  ns: duration({ units: ['ms', 's'] }),
  B: size({ units: ['KiB', 'B'] }),
  'bit/s': rate({ units: ['Mbps', 'kbps'] }),
  ratio: ratio(),
  '': number(),
};
const exampleValue: Readonly<Record<Unit, string>> = { ns: '1 s', B: '1 MiB', 'bit/s': '1 Mbps', ratio: '50 %', '': '5' };
const exampleSubject: Readonly<Record<SubjectType, string>> = {
  host: 'mail.crepes.fr',
  'mail-address': 'alice@crepes.fr',
  'domain-name': 'crepes.fr',
  torrent: 'ubuntu',
  clip: 'bounce',
  cdn: 'kingcdn',
};

/** What a statistic is taken of, for the page of reference. */
function pooled(metric: MetricDefinition): string {
  const counts = metric.course === 'level' ? 'Each value counts for as long as it held' : 'Each value counts once';
  return `A statistic of all values measured by the time that the steps above are done, or since the last of them began. ${counts}; those of several subjects are taken together, and of whoever is left out, everybody’s. Percentiles are the nearest rank. Without any value, it does not hold.`;
}

/** The subjects that an expectation names, as the engines know them; null (and reported) where one is not there. */
export function measuredOf({ name: metric }: MetricDefinition, type: SubjectType, name: Name, site: Site): string | null {
  if (type === 'host') {
    const found = site.host(name);
    if (found === null || !checkMiddlebox(metric, found, name, site) || !checkNode(metric, found, name, site)) return null;
    checkViewer(metric, found, name, site);
    return found;
  }
  if (type === 'cdn') return cdnNamed(name, site)?.name ?? null;
  if (type === 'clip') return clipNamed(name, site)?.name ?? null;
  if (type === 'mail-address') {
    usesMailbox(name, site);
    return name.text;
  }
  if (type === 'torrent') return usedTorrent(name, site)?.name ?? null;
  site.program.usesZone(absolute(name.text), site.place(name));
  // The engines measure by the name as DNS compares it.
  return canonical(absolute(name.text));
}

/** `expect STATISTIC METRIC of SUBJECTS [in the last step] < VALUE`, made from an entry of the catalogue. */
function statisticEntry(metric: MetricDefinition): Entry {
  const names = slotNamesOf(metric);
  const statistics = statisticsOf(metric);
  const slots: Record<string, Slot<unknown>> = {
    STATISTIC: wordChoice(...statistics),
    SINCE: optional(wordChoice('in the last step')),
    COMPARISON: comparison,
    VALUE: valueSlots[metric.unit],
  };
  metric.subjects.forEach(({ type }, i) => {
    const pool = list(subjectSlots[type]);
    slots[names[i]!] = i === 0 ? pool : optional(pool);
  });
  const of = metric.subjects
    .map(({ preposition }, i) => (i === 0 ? `${preposition} ${names[i]}` : `[${preposition} ${names[i]}]`))
    .join(' ');
  return entry<Slots>({
    id: `expect STATISTIC ${metric.name}`,
    remembered: true,
    role: 'expectation',
    pattern: `expect STATISTIC ${metric.name} ${of} [SINCE] COMPARISON VALUE`,
    slots,
    doc: `${metric.doc} ${pooled(metric)}`,
    ...(metric.standard === undefined ? {} : { standard: metric.standard }),
    example: (metric.example ?? metricExample(metric)).replace(
      new RegExp(`\nexpect (?:mean )?(?=${metric.name} )`),
      `\nexpect ${statistics[0]} `,
    ),
    build(given, _block, site) {
      const pools: (readonly string[] | null)[] = [];
      for (const [i, { type }] of metric.subjects.entries()) {
        const several = given[names[i]!] as readonly Name[] | null;
        const pool = several?.map((name) => measuredOf(metric, type, name, site)) ?? null;
        if (pool?.includes(null)) return;
        pools.push(pool as readonly string[] | null);
      }
      site.program.expectations.push({
        expected: {
          kind: 'statistic',
          statistic: given.STATISTIC as Statistic,
          metric: metric.name,
          subjects: pools,
          inLastStep: given.SINCE !== null,
          comparison: given.COMPARISON as Comparison,
          value: given.VALUE as number,
        },
        after: site.stepsAbove,
        text: site.text,
        at: site.at,
      });
    },
  });
}

/** A program in which the metric is expected: of two hosts, while the one transfers to the other; of a middlebox; else of mail. */
export function metricExample(metric: MetricDefinition): string {
  const { name, unit, subjects: measured, example } = metric;
  // A torrent is measured where somebody downloads it.
  if (example !== undefined && measured.some(({ type }) => type === 'torrent')) return example;
  const of = (subject: (type: SubjectType, place: number) => string): string =>
    measured.map(({ preposition, type }, i) => `${preposition} ${subject(type, i)}`).join(' ');
  if (measured.length === 2 && measured.every(({ type }) => type === 'host')) {
    const expected = `expect ${name} ${of((_, i) => ['pc', 'server'][i]!)} ${unit === 'ns' ? '<' : '>'} ${exampleValue[unit]}`;
    return `host pc, server\npc transfers 10 MB to server\n${expected}`;
  }
  if (networkMetrics.includes(metric)) {
    return `host pc, server\nnat home-router { inside pc }\npc transfers 10 MB to server\nexpect ${name} ${of(() => 'home-router')} < ${exampleValue[unit]}`;
  }
  const above = 'zone crepes.fr on ns.crepes.fr\nmailbox alice@crepes.fr on mail.crepes.fr';
  return `${above}\nexpect ${name} ${of((type) => exampleSubject[type])} < ${exampleValue[unit]}`;
}

/** Which of the values that a run measures an expectation judges: metrics of the network are sampled all along, the others when something is over. */
function judged(metric: MetricDefinition): string {
  const last = 'Judged is the last value measured by the time that the steps above are done';
  return networkMetrics.includes(metric)
    ? `${last}: the sample at the end, not the greatest, the smallest or the mean. Without one, it does not hold.`
    : isCount(metric)
      ? `${last}; what has never been counted is 0.`
      : `${last}. Without one, it does not hold.`;
}

/** `expect METRIC of SUBJECT < VALUE`, made from an entry of the catalogue. */
function metricEntry(metric: MetricDefinition): Entry {
  const slots: Record<string, Slot<unknown>> = { COMPARISON: comparison, VALUE: valueSlots[metric.unit] };
  const names = slotNamesOf(metric);
  metric.subjects.forEach(({ type }, i) => {
    slots[names[i]!] = subjectSlots[type];
  });
  const of = metric.subjects.map(({ preposition }, i) => `${preposition} ${names[i]}`).join(' ');
  return entry<Slots>({
    id: `expect ${metric.name}`,
    remembered: true,
    role: 'expectation',
    pattern: `expect ${metric.name} ${of} COMPARISON VALUE`,
    slots,
    doc: `${metric.doc} ${judged(metric)}`,
    ...(metric.standard === undefined ? {} : { standard: metric.standard }),
    example: metric.example ?? metricExample(metric),
    build(given, _block, site) {
      const measured: string[] = [];
      for (let i = 0; i < names.length; i++) {
        const found = measuredOf(metric, metric.subjects[i]!.type, given[names[i]!] as Name, site);
        if (found === null) return;
        measured.push(found);
      }
      site.program.expectations.push({
        expected: {
          kind: 'metric',
          metric: metric.name,
          subjects: measured,
          comparison: given.COMPARISON as Comparison,
          value: given.VALUE as number,
        },
        after: site.stepsAbove,
        text: site.text,
        at: site.at,
      });
    },
  });
}

export const expectationsVocabulary: readonly Entry[] = [
  entry({
    id: 'expect mailbox',
    remembered: true,
    role: 'expectation',
    pattern: 'expect mailbox ADDRESS has [HOW] N NOUN',
    slots: {
      ADDRESS: mailAddress,
      HOW: optional(choice(['at least', '>='], ['at most', '<='], ['more than', '>'], ['fewer than', '<'])),
      N: count({ maximum: 1e9 }),
      NOUN: wordChoice('messages', 'message'),
    },
    doc: 'Expects a number of messages in a mailbox once the steps above are done.',
    example:
      'zone hamburger.edu on ns.hamburger.edu\nmailbox bob@hamburger.edu on mail.hamburger.edu\nexpect mailbox bob@hamburger.edu has 1 message',
    build({ ADDRESS, HOW, N }, _block, site) {
      const mailbox = keptMailbox(ADDRESS, site);
      if (!mailbox) return;
      site.program.expectations.push({
        expected: { kind: 'mail.mailbox', address: mailbox.address, comparison: HOW ?? '=', messages: N },
        after: site.stepsAbove,
        text: site.text,
        at: site.at,
      });
    },
  }),
  entry({
    id: 'expect answer',
    remembered: true,
    role: 'expectation',
    pattern: 'expect answer of HOST for NAME [TYPE] is VALUE',
    slots: { HOST: host, NAME: domainName, TYPE: optional(recordType), VALUE: answer },
    doc: 'Expects the last answer that the host got for a name: data of one of the records (raw data of an unknown type in hex), or NXDOMAIN, NODATA, SERVFAIL or TIMEOUT. A text stands in quotes; a TXT record of several strings is written as in a zone, `"one" "two"`, or as one text with all of them joined.',
    example:
      'host engineering.nyu.edu\nengineering.nyu.edu resolves gaia.cs.umass.edu\nexpect answer of engineering.nyu.edu for gaia.cs.umass.edu A is NXDOMAIN',
    build({ HOST, NAME, TYPE, VALUE }, _block, site) {
      const found = site.host(HOST);
      if (found === null) return;
      const name = askedName(NAME.text, TYPE?.text ?? 'PTR');
      site.program.usesZone(name, site.place(NAME));
      const meant = /^[A-Za-z]{5,}$/.test(VALUE.text) ? nearest(VALUE.text, OUTCOMES) : null;
      if (meant !== null && VALUE.text.toUpperCase() !== meant)
        site.report('expected', VALUE, `\`${VALUE.text}\` is no response code. Did you mean \`${meant}\`?`, {
          fixes: [{ title: `Change to \`${meant}\``, edits: [{ start: VALUE.start, end: VALUE.end, text: meant }], preferred: true }],
        });
      site.program.expectations.push({
        expected: { kind: 'dns.answer', host: found, name, type: TYPE?.text ?? null, is: VALUE.text },
        after: site.stepsAbove,
        text: site.text,
        at: site.at,
      });
    },
  }),
  ...metrics.map(metricEntry),
  ...metrics.filter(({ course }) => course !== 'total').map(statisticEntry),
  entry({
    id: 'show sequence',
    remembered: true,
    role: 'view',
    pattern: 'show sequence [of HOST] [where protocol is PROTOCOL]',
    slots: { HOST: optional(list(host)), PROTOCOL: optional(list(protocolName)) },
    doc: 'Draws the sequence diagram of some hosts, or some protocols, only. Without any `show`, everything is drawn.',
    example:
      'host alice-pc\nmailserver mail.crepes.fr { domain crepes.fr }\nzone crepes.fr on ns.crepes.fr\nshow sequence of alice-pc, mail.crepes.fr where protocol is smtp, dns',
    build({ HOST, PROTOCOL }, _block, site) {
      const hosts = [];
      for (const name of HOST ?? []) {
        const found = site.host(name);
        if (found === null) return;
        hosts.push(found);
      }
      const spoken = checkProtocols(PROTOCOL ?? [], site);
      if (spoken) site.program.views.push({ view: { kind: 'sequence', hosts, protocols: spoken }, at: site.at });
    },
  }),
  entry({
    id: 'show transcript',
    remembered: true,
    role: 'view',
    pattern: 'show transcript of A with B',
    slots: { A: host, B: host },
    doc: 'Shows what two hosts said to each other as text, as the textbook prints it.',
    example: 'host a, b\nshow transcript of a with b',
    build({ A, B }, _block, site) {
      const a = site.host(A);
      const b = site.host(B);
      if (a !== null && b !== null) site.program.views.push({ view: { kind: 'transcript', hosts: [a, b] }, at: site.at });
    },
  }),
];
