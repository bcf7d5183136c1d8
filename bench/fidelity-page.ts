/** docs/fidelity.md: the method, the summary, the worst cases and the whole table. */
import type { Compared } from './fidelity.ts';
import { EXPLANATIONS, SPEED_CASE, TRANSFER_CASES, type TransferCase } from './transfer-cases.ts';
import { type CaseFigures, median, quantile, relativeError } from './transfer-figures.ts';

/** Seconds that each simulator took for the case of fifty flows. */
export interface Speeds {
  readonly ns3: number | null;
  readonly packets: number;
  readonly flows: number;
}

/** A case beyond it is explained on the page. */
const PACKETS_WORTH_EXPLAINING = 0.15;
const FLOWS_WORTH_EXPLAINING = 0.3;

interface Row extends Compared {
  readonly subject: TransferCase;
  /** Signed: ours / theirs − 1. */
  readonly packetsError: number | null;
  readonly flowsError: number | null;
}

const difference = (a: CaseFigures | null, b: CaseFigures | null) => (a && b ? a.mean / b.mean - 1 : null);

/** `ns3`: its name and version; undefined where it is absent. */
export function fidelityPage(compared: readonly Compared[], speeds: Speeds, ns3: string | undefined): string {
  const rows: Row[] = compared.map((one) => ({
    ...one,
    subject: TRANSFER_CASES.find(({ id }) => id === one.id)!,
    packetsError: difference(one.packets, one.ns3),
    flowsError: difference(one.flows, one.packets),
  }));
  return [
    '# How near to the real thing\n',
    '<!-- Written by npm run bench. -->\n',
    method(ns3),
    '## Summary\n',
    summary(rows),
    speed(speeds, ns3),
    '## Where they differ most\n',
    explained(rows),
    '## All cases\n',
    table(rows),
  ].join('\n');
}

const method = (
  ns3: string | undefined,
) => `How long a transfer takes over the simulated network is compared with ${ns3 ?? 'ns-3 (absent on the machine that wrote this page)'}, a network
simulator that research relies on; and fidelity \`flows\` is compared with fidelity \`packets\`.

Every case has N senders, each behind a link of its own (1 Gbps, a tenth of the round trip one way), that send so many bytes
each to one receiver over one bottleneck. What counts is the time from a flow's start (its SYN) until the receiver's
application has its last byte: the mean over the flows, and of that the median over the seeds. An error is |ours / theirs − 1|.

The same on both sides:

- rates, latencies, frame sizes (14 bytes of Ethernet beside the IP packet), loss for each frame on the bottleneck, each way;
- a drop-tail queue in bytes before the bottleneck, the only one that fills; a case's number of packets counts the one on the
  line;
- start times: flow after flow by 10 ms, shifted by the seed, so that a median is over many patterns of who meets whom;
- TCP: segments of 1,460 bytes, ten of them at first, selective acknowledgments, no timestamps, acknowledgments for every
  second segment or after 40 ms, a retransmission time-out of at least 1 s, buffers that never bind. ns-3's \`TcpLinuxReno\`
  stands for ours, since it counts acknowledged bytes (RFC 3465) as ours does; its \`TcpNewReno\` counts acknowledgments,
  and so grows half as fast under delayed ones. CUBIC is without HyStart.

What differs: which frames are lost, since each has random numbers of its own (hence seeds and medians: up to 201 where a
run is small); the moment of a first acknowledgment (ns-3's receiver acknowledges the first segment at once and counts in
twos from there); the end of a recovery, after which ns-3's window is a segment or more larger than its threshold; CUBIC's
region in which it behaves as Reno does (RFC 9438 §4.3), which ns-3 does not have.
`;

const percent = (value: number | null, signed = false) =>
  value === null ? '' : `${signed && value > 0 ? '+' : ''}${(value * 100).toFixed(1)} %`.replace('-', '−');

function summaryLine(name: string, rows: readonly Row[]): string {
  const cells = (errors: readonly number[]) =>
    errors.length === 0 ? ['', '', ''] : [percent(median(errors)), percent(quantile(errors, 0.9)), percent(Math.max(...errors))];
  const absolute = (of: (row: Row) => number | null) => rows.flatMap((row) => (of(row) === null ? [] : [Math.abs(of(row)!)]));
  return `| ${[name, rows.length, ...cells(absolute((row) => row.packetsError)), ...cells(absolute((row) => row.flowsError))].join(' | ')} |`;
}

const size = (bytes: number) => (bytes >= 1e6 ? `${bytes / 1e6} MB` : `${bytes / 1e3} kB`);

const AXES: readonly [name: string, value: (subject: TransferCase) => number | string, told: (subject: TransferCase) => string][] = [
  ['size', ({ size }) => size, (subject) => size(subject.size)],
  ['flows', ({ flows }) => flows, ({ flows }) => `${flows} flow${flows > 1 ? 's' : ''}`],
  ['round trip', ({ roundTrip }) => roundTrip, ({ roundTrip }) => `round trip ${Math.round(roundTrip * 1000)} ms`],
  ['queue', ({ queueName }) => queueName, ({ queueName }) => `queue ${queueWords(queueName)}`],
  ['rate', ({ rate }) => rate, ({ rate }) => `${rate / 1e6} Mbps`],
  ['loss', ({ loss }) => loss, ({ loss }) => `loss ${loss * 100} %`],
  ['congestion control', ({ congestionControl }) => congestionControl, ({ congestionControl }) => congestionControl],
];

const queueWords = (name: string) => (name.endsWith('bdp') ? `${name.slice(0, -3)} BDP` : `${name.slice(0, -1)} packets`);

function summary(rows: readonly Row[]): string {
  const lines = [
    '|  | cases | packets beside ns-3: median | 90th percentile | worst | flows beside packets: median | 90th percentile | worst |',
    '|---|---|---|---|---|---|---|---|',
    summaryLine('**all**', rows),
  ];
  for (const [, value, told] of AXES) {
    const values = [...new Set(rows.map(({ subject }) => value(subject)))];
    values.sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : 0));
    for (const one of values) {
      const those = rows.filter(({ subject }) => value(subject) === one);
      lines.push(summaryLine(told(those[0]!.subject), those));
    }
  }
  return `${lines.join('\n')}\n`;
}

function speed({ ns3, packets, flows }: Speeds, ns3Name: string | undefined): string {
  const theirs = ns3 === null ? '' : `${ns3Name} took ${ns3.toFixed(1)} s, `;
  return `
For the case of fifty flows of 10 MB (\`${SPEED_CASE}\`), ${theirs}our packets ${packets.toFixed(2)} s and our flows
${(flows * 1000).toFixed(1)} ms: ${ns3 === null ? '' : `packets are ${(ns3 / packets).toFixed(1)} times as fast as ns-3, `}flows ${Math.round(packets / flows)} times as fast as packets.
`;
}

function explained(rows: readonly Row[]): string {
  const beyond = (value: number | null, bound: number) => value !== null && Math.abs(value) > bound;
  const lines = rows
    .filter((row) => beyond(row.packetsError, PACKETS_WORTH_EXPLAINING) || beyond(row.flowsError, FLOWS_WORTH_EXPLAINING))
    .sort((a, b) => Math.abs(b.packetsError ?? 0) - Math.abs(a.packetsError ?? 0))
    .map((row) => {
      const errors = [
        row.packetsError === null ? '' : `packets ${percent(row.packetsError, true)}`,
        row.flowsError === null ? '' : `flows ${percent(row.flowsError, true)}`,
      ];
      return `- \`${row.id}\` (${errors.filter(Boolean).join(', ')}): ${EXPLANATIONS[row.id] ?? 'no explanation yet.'}`;
    });
  const bounds = `Packets beyond ${percent(PACKETS_WORTH_EXPLAINING)} of ns-3, or flows beyond ${percent(FLOWS_WORTH_EXPLAINING)} of packets:\n`;
  return lines.length === 0 ? 'No case differs by more.\n' : `${bounds}\n${lines.join('\n')}\n`;
}

function table(rows: readonly Row[]): string {
  const seconds = (figures: CaseFigures | null, of: 'mean' | 'last' = 'mean') => (figures ? figures[of].toPrecision(4) : '');
  const last = (a: CaseFigures | null, b: CaseFigures | null) => (a && b ? percent(relativeError(a.last, b.last)) : '');
  return [
    'Times in seconds: the mean completion time of the flows, median over the seeds. The last columns are errors of the moment at',
    'which the last flow is done.\n',
    '| case | seeds | ns-3 | packets | error | flows | error | last: packets | last: flows |',
    '|---|---|---|---|---|---|---|---|---|',
    ...rows.map(
      (row) =>
        `| ${[
          row.id,
          row.subject.seeds,
          seconds(row.ns3),
          seconds(row.packets),
          percent(row.packetsError, true),
          seconds(row.flows),
          percent(row.flowsError, true),
          last(row.packets, row.ns3),
          last(row.flows, row.packets),
        ].join(' | ')} |`,
    ),
    '',
  ].join('\n');
}
