/** What can be said of a line that packets travel over: a host's access link, or a link between two hosts. */
import { HOUR } from '../../../engines/quantities.ts';
import type { BandwidthTrace } from '../../../engines/scenario.ts';
import { accessDefaults, linkDefaults } from '../defaults/network.ts';
import { choice, duration, fileName, type GivenBlock, property, rate, ratio, size } from '../entry.ts';
import type { AccessLink } from '../program.ts';
import type { Site } from '../site.ts';
import { readTrace, TRACE_ENDINGS } from '../trace-file.ts';
import { written } from '../units.ts';

const delay = duration({ maximum: HOUR, units: ['ms', 's'] });
const bandwidth = rate({ minimum: 1, maximum: 1e13, units: ['Mbps', 'kbps', 'Gbps'] });
/** A full packet with its Ethernet header, as queues count it, has 1514 bytes. */
const room = size({ minimum: 1514, maximum: 2 ** 40, units: ['KiB', 'MiB'] });

const latency = property(
  'latency LATENCY',
  { LATENCY: delay },
  {
    doc: 'One-way delay of the access link, up to 1 h.',
    default: written(accessDefaults.latency, 'duration'),
    example: 'latency 20 ms',
  },
);
const jitter = property(
  'jitter JITTER',
  { JITTER: delay },
  {
    doc: 'Greatest extra one-way delay, drawn evenly for each packet.',
    default: written(accessDefaults.jitter, 'duration'),
    example: 'jitter 5 ms',
  },
);
const reordering = property(
  'reordering SWITCH',
  { SWITCH: choice(['on', true], ['off', false]) },
  {
    doc: '`on`: jitter lets packets overtake one another; `off`: a packet never arrives before one that was sent earlier.',
    default: accessDefaults.reordering ? 'on' : 'off',
    example: 'reordering on',
  },
);
const loss = property(
  'loss LOSS',
  { LOSS: ratio() },
  {
    doc: 'Share of the packets lost, each way.',
    default: written(accessDefaults.loss, 'ratio'),
    example: 'loss 0.1 %',
  },
);
const duplicates = property(
  'duplicates SHARE',
  { SHARE: ratio() },
  {
    doc: 'Share of the packets that arrive twice, each way.',
    default: written(accessDefaults.duplicates, 'ratio'),
    example: 'duplicates 0.1 %',
  },
);
const queue = property(
  'queue QUEUE',
  { QUEUE: room },
  {
    doc: 'Room of the drop-tail queue in front of the link, each way; packets count with their Ethernet headers. At least 1514 B, one full packet.',
    default: written(accessDefaults.queue, 'size'),
    example: 'queue 64 KiB',
  },
);
const both = property(
  'rate RATE',
  { RATE: bandwidth },
  {
    doc: 'Capacity of the access link, the same both ways.',
    default: written(accessDefaults.up, 'rate'),
    example: 'rate 100 Mbps',
  },
);
const up = property(
  'up RATE',
  { RATE: bandwidth },
  {
    doc: 'Capacity from the host into the network.',
    default: written(accessDefaults.up, 'rate'),
    example: 'up 5 Mbps',
  },
);
const down = property(
  'down RATE',
  { RATE: bandwidth },
  {
    doc: 'Capacity from the network to the host.',
    default: written(accessDefaults.down, 'rate'),
    example: 'down 20 Mbps',
  },
);
const trace = property(
  'trace FILE',
  { FILE: fileName(...TRACE_ENDINGS) },
  {
    doc: 'A bandwidth trace in place of `down`: a CSV file with the columns `duration_ms`, `bandwidth_kbps` and, if wanted, `latency_ms`, or a JSON array of objects with these names. After its last period it begins again.',
    example: 'trace "train.csv"',
  },
);

/** Of the access link of a host. */
export const accessProperties = { latency, rate: both, up, down, trace, jitter, reordering, loss, duplicates, queue };

/** Of a link between two hosts. */
export const linkProperties = {
  latency: { ...latency, doc: 'One-way delay, up to 1 h.', default: written(linkDefaults.latency, 'duration') },
  rate: { ...both, doc: 'Capacity, the same both ways.', default: written(linkDefaults.rate, 'rate') },
  trace: { ...trace, doc: trace.doc.replace('in place of `down`', 'in place of `rate`, both ways') },
  jitter,
  reordering,
  loss,
  duplicates,
  queue,
};

type LineBlock = GivenBlock<Omit<typeof linkProperties, 'rate'>>;

/** What a block says of either; only what it says. `replaced`: the property whose place a trace takes. */
export function lineOf(block: LineBlock, replaced: 'rate' | 'down', site: Site): Partial<Omit<AccessLink, 'up' | 'down'>> {
  const given: Partial<AccessLink> = {};
  if (block.latency) given.latency = block.latency.LATENCY;
  if (block.jitter) given.jitter = block.jitter.JITTER;
  if (block.reordering) given.reordering = block.reordering.SWITCH;
  if (block.loss) given.loss = block.loss.LOSS;
  if (block.duplicates) given.duplicates = block.duplicates.SHARE;
  if (block.queue) given.queue = block.queue.QUEUE;
  for (const property of ['reordering', 'duplicates'] as const)
    if (given[property]) site.program.packetsOnly.push({ property, at: site.place(site.property(property)) });
  const periods: BandwidthTrace | null = block.trace ? readTrace(block.trace.FILE, site) : null;
  if (periods) given.trace = periods;
  if (block.trace && replaced in block)
    site.report('without-effect', site.property(replaced), `The trace takes the place of \`${replaced}\`, which has no effect.`);
  return given;
}

/** Notes what of it a torrent at fidelity `pieces` goes without. `hosts`: whose line it is; null for that of all. */
export function notePacketProperties(block: LineBlock, hosts: readonly string[] | null, site: Site): void {
  for (const property of ['jitter', 'reordering', 'loss', 'duplicates', 'trace'] as const)
    if (block[property]) site.program.packetProperties.push({ property, at: site.place(site.property(property)), hosts });
}

/** What a block says of an access link; `up` and `down` go before `rate`. */
export function accessOf(block: GivenBlock<typeof accessProperties>, site: Site): Partial<AccessLink> {
  const given: Partial<AccessLink> = lineOf(block, 'down', site);
  if (block.rate) given.up = given.down = block.rate.RATE;
  if (block.up) given.up = block.up.RATE;
  if (block.down) given.down = block.down.RATE;
  return given;
}
