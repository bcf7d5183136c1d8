/** The network: hosts, links and what happens to them. */
import { DAY, HOUR, MICROSECOND } from '../../../engines/quantities.ts';
import { accessDefaults, linkDefaults } from '../defaults/network.ts';
import {
  address,
  duration,
  entry,
  type GivenBlock,
  host,
  list,
  newHost,
  optional,
  property,
  rate,
  ratio,
  size,
  subject,
  wordChoice,
} from '../entry.ts';
import { declareHost } from '../hosts.ts';
import type { AccessLink } from '../program.ts';
import type { Site } from '../site.ts';
import { written } from '../units.ts';
import { step, timing } from './timing.ts';

const delay = duration({ maximum: HOUR, units: ['ms', 's'] });
const bandwidth = rate({ minimum: 1, maximum: 1e13, units: ['Mbps', 'kbps', 'Gbps'] });
const room = size({ minimum: 1500, maximum: 2 ** 40, units: ['KiB', 'MiB'] });

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
const loss = property(
  'loss LOSS',
  { LOSS: ratio() },
  {
    doc: 'Share of the packets lost, each way.',
    default: written(accessDefaults.loss, 'ratio'),
    example: 'loss 0.1 %',
  },
);
const queue = property(
  'queue QUEUE',
  { QUEUE: room },
  {
    doc: 'Room of the drop-tail queue in front of the link, each way; at least 1500 B, one packet.',
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

const access = { latency, rate: both, up, down, jitter, loss, queue };

/** What a block says about an access link; `up` and `down` go before `rate`. */
function accessOf(block: GivenBlock<typeof access>): Partial<AccessLink> {
  const given: Partial<AccessLink> = {};
  if (block.rate) given.up = given.down = block.rate.RATE;
  if (block.up) given.up = block.up.RATE;
  if (block.down) given.down = block.down.RATE;
  if (block.latency) given.latency = block.latency.LATENCY;
  if (block.jitter) given.jitter = block.jitter.JITTER;
  if (block.loss) given.loss = block.loss.LOSS;
  if (block.queue) given.queue = block.queue.QUEUE;
  return given;
}

/** The fix writes `every` on the steps inside, where none says on its own when it happens. */
function reportRepeatedTogether(site: Site): void {
  const { statement } = site;
  const { text } = site.program.sources[site.source]!;
  const { start, headEnd } = statement;
  const [every, until] = text.slice(start, headEnd).split(/\s+together\s+/);
  const steps = statement.block ?? [];
  const plain = steps.every(
    ({ entry, complete, start, slots }) => complete && entry?.role === 'step' && entry.block !== 'steps' && slots.HOST?.start === start,
  );
  site.report('repeated-together', { start, end: headEnd }, 'A `together` runs once; write `every` on the steps inside it.', {
    fixes:
      plain && every !== undefined && until !== undefined
        ? [
            {
              title: 'Write `every` on the steps',
              edits: [
                { start, end: headEnd, text: 'together' },
                ...steps.flatMap((step) => [
                  { start: step.start, end: step.start, text: `${every} ` },
                  { start: step.headEnd, end: step.headEnd, text: ` ${until}` },
                ]),
              ],
              preferred: true,
            },
          ]
        : [],
  });
}

export const networkVocabulary = [
  entry({
    id: 'network',
    role: 'setting',
    pattern: 'network',
    properties: {
      ...access,
      fidelity: property(
        'fidelity FIDELITY',
        { FIDELITY: wordChoice('packets', 'flows') },
        {
          doc: 'How closely the network is simulated. `packets`: every segment.',
          default: 'packets',
          example: 'fidelity packets',
        },
      ),
    },
    blockRequired: true,
    doc: 'What holds for the access link of every host that does not say otherwise.',
    example: 'network { latency 20 ms rate 100 Mbps fidelity packets }',
    build(_given, block, site) {
      if (!site.program.declareOnce('network', 'The network', { ...site.at, end: site.statement.headEnd }, 'duplicate-setting')) return;
      Object.assign(site.program.network, accessOf(block));
      if (block.fidelity?.FIDELITY === 'flows') {
        const { end } = site.property('fidelity');
        site.report(
          'not-in-this-version',
          { start: end - 'flows'.length, end },
          'Fidelity `flows` is not in this version yet; `packets` is.',
          {
            fixes: [{ title: 'Change to `packets`', edits: [{ start: end - 'flows'.length, end, text: 'packets' }], preferred: true }],
          },
        );
      }
    },
  }),
  entry({
    id: 'host',
    role: 'declaration',
    pattern: 'host NAME',
    slots: { NAME: list(newHost) },
    properties: {
      ...access,
      address: property(
        'address ADDRESS',
        { ADDRESS: address },
        {
          doc: 'The host’s IPv4 address.',
          default: 'the address record in a declared zone, or the next free one from 10.0.0.1 on',
          example: 'address 10.0.0.7',
        },
      ),
    },
    doc: 'Declares hosts and their access links to the network. `peer[1..50]` declares fifty.',
    example: 'host alice-pc { up 5 Mbps down 20 Mbps latency 10 ms loss 0.1 % jitter 5 ms address 10.0.0.7 }\nalice-pc crashes',
    build({ NAME }, block, site) {
      const given = accessOf(block);
      if (block.address && NAME.length > 1) {
        site.report('one-name', block.address.ADDRESS, `${NAME.length} hosts cannot share one address.`);
      }
      for (const name of NAME) {
        const declared = declareHost(name, site);
        if (!declared) continue;
        Object.assign(declared.access, given);
        if (block.address && NAME.length === 1) {
          declared.address = block.address.ADDRESS.text;
          declared.addressAt = site.place(block.address.ADDRESS);
        }
      }
    },
  }),
  entry({
    id: 'link',
    role: 'declaration',
    pattern: 'link A <-> B',
    slots: { A: host, B: host },
    properties: {
      latency: { ...latency, doc: 'One-way delay, up to 1 h.', default: written(linkDefaults.latency, 'duration') },
      rate: { ...both, doc: 'Capacity, the same both ways.', default: written(linkDefaults.rate, 'rate') },
      jitter,
      loss,
      queue,
    },
    doc: 'Joins two hosts directly, beside their access links. Packets take the way of the lowest latency.',
    example: 'host a, b\nlink a <-> b { rate 10 Mbps latency 5 ms loss 1 % queue 64 KiB }',
    build({ A, B }, block, site) {
      site.later(() => {
        const a = site.host(A);
        const b = site.host(B);
        if (a === null || b === null) return;
        if (a === b) {
          site.report('self-link', B, 'A link joins two different hosts.');
          return;
        }
        const ends = [a, b].sort((x, y) => (x < y ? -1 : 1)).join(' ');
        if (!site.program.declareOnce(`link ${ends}`, `The link between \`${a}\` and \`${b}\``, site.place({ start: A.start, end: B.end })))
          return;
        site.program.links.push({
          a,
          b,
          ...linkDefaults,
          rate: block.rate?.RATE ?? linkDefaults.rate,
          latency: block.latency?.LATENCY ?? linkDefaults.latency,
          jitter: block.jitter?.JITTER ?? linkDefaults.jitter,
          loss: block.loss?.LOSS ?? linkDefaults.loss,
          queue: block.queue?.QUEUE ?? linkDefaults.queue,
          at: site.at,
        });
      });
    },
  }),
  step({
    id: 'together',
    pattern: 'together',
    slots: {},
    block: 'steps',
    blockRequired: true,
    doc: 'Runs the steps in its block side by side; it is done when all of them are.',
    example: 'host a, b\ntogether {\n  a crashes for 1 s\n  b crashes for 1 s\n}',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (when?.kind === 'every') reportRepeatedTogether(site);
      else if (when)
        site.program.steps.push({ parent: site.parent, timing: when, action: { kind: 'together' }, text: site.text, at: site.at });
    },
  }),
  step({
    id: 'crash',
    pattern: 'HOST crashes [for T]',
    slots: { HOST: subject, T: optional(duration({ minimum: MICROSECOND, maximum: 100 * DAY, units: ['s', 'min'] })) },
    doc: 'The host loses power: its processes and connections are gone, its disk stays. It boots again after T, or stays down.',
    example: 'host mail.example.org\nat 2 min mail.example.org crashes for 5 min',
    build(given, _block, site: Site) {
      const when = timing(given, site);
      if (when) site.step(when, given.HOST, (name) => ({ kind: 'network.crash', host: name, downFor: given.T }));
    },
  }),
];
