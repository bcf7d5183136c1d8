/** BitTorrent: torrents, who downloads them and how, who leaves. */
import { BLOCK } from '../../../engines/bittorrent/block-requests.ts';
import type { Arrival, Behaviour } from '../../../engines/bittorrent/scenario.ts';
import { DAY, MILLISECOND, SECOND } from '../../../engines/quantities.ts';
import { torrentDefaults } from '../defaults/bittorrent.ts';
import { choice, count, duration, entry, fileName, host, list, newTorrent, optional, property, size, subject, torrent } from '../entry.ts';
import { implicitHost, ownHost } from '../hosts.ts';
import type { ProgramTorrent } from '../program.ts';
import type { Site } from '../site.ts';
import { readTorrent, TORRENT_LIMITS, usedTorrent } from '../torrent.ts';
import { checkSpread, warnOfHashing } from '../torrent-work.ts';
import { written } from '../units.ts';
import { step, timing } from './timing.ts';

/** Message protocols that views can be limited to: what peers say, the blocks that follow it, and trackers over UDP. */
export const bittorrentProtocols = ['bittorrent', 'bittorrent-data', 'udp-tracker'] as const;

const wait = { units: ['s', 'min', 'ms'] as const };
const example = 'host origin, peer[1..3]\ntorrent ubuntu { size 1 MiB  seeds origin }\npeer[1..3] downloads ubuntu';

export const bittorrentVocabulary = [
  entry({
    id: 'torrent',
    role: 'declaration',
    pattern: 'torrent NAME',
    slots: { NAME: newTorrent },
    properties: {
      size: property(
        'size SIZE',
        { SIZE: size({ minimum: 1, maximum: TORRENT_LIMITS.size, units: ['MiB', 'GiB', 'MB'] }) },
        {
          doc: 'The size of the one file in it.',
          default: written(torrentDefaults.size, 'size'),
          standard: 'BEP 3',
          example: 'size 64 MiB',
        },
      ),
      piece: property(
        'piece SIZE',
        { SIZE: size({ minimum: TORRENT_LIMITS.leastPiece, maximum: TORRENT_LIMITS.greatestPiece, units: ['KiB', 'MiB'] }) },
        {
          doc: 'The size of its pieces, the last one excepted: a power of two.',
          default: written(torrentDefaults.pieceLength, 'size'),
          standard: 'BEP 3',
          example: 'piece 64 KiB',
        },
      ),
      tracker: property(
        'tracker HOST [TRANSPORT]',
        { HOST: host, TRANSPORT: optional(choice(['udp', 'udp'], ['http', 'http'])) },
        {
          doc: 'The host that knows who takes part, asked over HTTP or UDP, at port 6969. A name in a declared zone is looked up by DNS.',
          default: `a host \`${torrentDefaults.tracker}\`, over HTTP`,
          standard: 'BEP 3, BEP 15',
          example: 'tracker tracker.example.org udp',
        },
      ),
      interval: property(
        'interval TIME',
        { TIME: duration({ minimum: SECOND, maximum: DAY, units: ['min', 's'] }) },
        {
          doc: 'After how long the tracker wants to hear of a peer again.',
          default: written(torrentDefaults.interval, 'duration'),
          standard: 'BEP 3',
          example: 'interval 5 min',
        },
      ),
      seeds: property(
        'seeds HOST',
        { HOST: list(host) },
        { doc: 'The hosts that have all of it when the run begins, and upload it.', default: 'none', example: 'seeds origin' },
      ),
      slots: property(
        'slots N',
        { N: count({ minimum: 1, maximum: 100 }) },
        {
          doc: 'To how many peers each peer uploads at once, besides the optimistic unchoke: those that upload most to it.',
          default: String(torrentDefaults.uploadSlots),
          standard: 'BEP 3',
          example: 'slots 2',
        },
      ),
      optimistic: property(
        'optimistic unchoke MODE',
        { MODE: choice(['on', true], ['off', false]) },
        {
          doc: 'Whether each peer uploads to one more, whatever that one gave, and to another one every 30 s.',
          default: 'on',
          standard: 'BEP 3',
          example: 'optimistic unchoke off',
        },
      ),
      from: property(
        'from FILE',
        { FILE: fileName('.torrent') },
        {
          doc: 'What a `.torrent` file says: size, piece size, and the tracker’s name, unless the block says another. It has the file’s info hash; its content is made up. Several files are one, end to end.',
          standard: 'BEP 3',
          example: 'from "ubuntu.torrent"',
        },
      ),
      fidelity: property(
        'fidelity LEVEL',
        { LEVEL: choice(['messages', 'messages'], ['pieces', 'pieces']) },
        {
          doc: 'How it is simulated: by real messages over connections, or, for swarms of hundreds and thousands of peers, by whole pieces that flow over access links without any message. Peers decide alike in both.',
          default: 'messages',
          example: 'fidelity pieces',
        },
      ),
    },
    doc: 'Declares a torrent: a file that peers distribute among themselves in pieces, the tracker that tells them of one another, and who has it at the beginning. Peers listen on port 6881.',
    standard: 'BEP 3',
    example: `${example}\nexpect completion time of ubuntu < 2 min`,
    build({ NAME }, block, site) {
      const { program } = site;
      const key = NAME.text.toLowerCase();
      if (!program.declareOnce(`torrent ${key}`, `Torrent \`${NAME.text}\``, site.place(NAME))) return;
      const read = block.from ? readTorrent(block.from.FILE, site) : null;
      if (read === 'missing') {
        program.excused.add(key);
        return;
      }
      if (read) warnOfSizes(block, site);
      const tracker = block.tracker ? ownHost(block.tracker.HOST, site) : '';
      const length = read?.length ?? block.size?.SIZE ?? torrentDefaults.size;
      const pieceLength = read?.pieceLength ?? block.piece?.SIZE ?? torrentDefaults.pieceLength;
      if (tracker === null || !checkPieces(length, pieceLength, site)) {
        program.excused.add(key);
        return;
      }
      const seeds: string[] = [];
      const declared: ProgramTorrent = {
        kind: 'bittorrent.torrent',
        name: NAME.text,
        size: length,
        pieceLength,
        tracker,
        trackerTransport: block.tracker ? (block.tracker.TRANSPORT ?? 'http') : (read?.tracker?.transport ?? 'http'),
        trackerInDns: false,
        interval: block.interval?.TIME ?? torrentDefaults.interval,
        seeds,
        fidelity: block.fidelity?.LEVEL ?? 'messages',
        uploadSlots: block.slots?.N ?? torrentDefaults.uploadSlots,
        optimisticUnchoke: block.optimistic?.MODE ?? true,
        metainfo: read?.metainfo ?? null,
        at: site.at,
      };
      program.torrents.set(key, declared);
      if (declared.fidelity === 'messages') warnOfHashing(declared, block.fidelity ? site.property('fidelity') : null, site);
      else program.afterSteps.push(() => checkSpread(declared, site));
      site.later(() => {
        if (declared.tracker === '' && read?.tracker) declared.tracker = implicitHost(program, read.tracker.host, null).name;
        for (const name of block.seeds?.HOST ?? []) {
          const seed = site.host(name);
          if (seed === null) {
            program.excused.add(`seeds of torrent ${key}`);
            continue;
          }
          if (
            program.declareOnce(`torrent ${key} seed ${seed.toLowerCase()}`, `The seed \`${seed}\` of \`${NAME.text}\``, site.place(name))
          )
            seeds.push(seed);
        }
      });
    },
  }),
  step({
    id: 'download',
    pattern: 'HOST downloads TORRENT',
    slots: { HOST: subject, TORRENT: torrent },
    properties: {
      arrive: property(
        'arrive ( at once | at MOMENT | every TIME | poisson every MEAN )',
        {
          MOMENT: optional(list(duration({ minimum: 0, maximum: 100 * DAY, ...wait }))),
          TIME: optional(duration({ minimum: MILLISECOND, maximum: DAY, ...wait })),
          MEAN: optional(duration({ minimum: MILLISECOND, maximum: DAY, ...wait })),
        },
        {
          doc: 'When the peers of a range arrive: all at once; each at a moment of its own, counted from the beginning of the step, as in a trace; one every so often; or at random moments, so far apart on average.',
          default: 'at once',
          example: 'arrive every 2 s',
        },
      ),
      leave: property(
        'leave when complete',
        {},
        { doc: 'They go as soon as they have all of it.', default: 'they stay for good', example: 'leave when complete' },
      ),
      stay: property(
        'stay [for TIME]',
        { TIME: optional(duration({ minimum: MILLISECOND, maximum: 100 * DAY, units: ['min', 's', 'h'] })) },
        { doc: 'They go on uploading when they have all of it, for good or for so long.', default: 'for good', example: 'stay for 10 min' },
      ),
      freeRider: property('free rider', {}, { doc: 'They take and never upload.', example: 'free rider' }),
      pick: property(
        'pick STRATEGY',
        { STRATEGY: choice(['rarest', 'rarest'], ['random', 'random'], ['in-order', 'in-order']) },
        {
          doc: 'Which piece they ask for next: the one that the fewest of their neighbours have (after a random first piece), any, or the first.',
          default: 'rarest',
          standard: 'BEP 3',
          example: 'pick in-order',
        },
      ),
      poisons: property(
        'poisons',
        {},
        {
          doc: 'They download nothing, say that they have all of it, and send other bytes, which fail the check of their piece.',
          example: 'poisons',
        },
      ),
      patience: property(
        'give up after TIME',
        { TIME: duration({ minimum: SECOND, maximum: 100 * DAY, units: ['min', 'h', 's'] }) },
        {
          doc: 'They leave when they have received nothing for so long.',
          default: written(torrentDefaults.patience, 'duration'),
          example: 'give up after 5 min',
        },
      ),
    },
    doc: 'The hosts join the swarm of a torrent and download it: they ask the tracker for peers, connect to them, and exchange pieces. What a host had on its disk from before it crashed or left, it keeps. The step is done when each of them has all of it, has left, or has given up.',
    standard: 'BEP 3',
    example: `host origin, peer[1..5]\ntorrent ubuntu { size 4 MiB  piece 64 KiB  seeds origin }\npeer[1..5] downloads ubuntu { arrive every 2 s  leave when complete }\nexpect completion time of ubuntu < 10 min`,
    build(given, block, site) {
      const when = timing(given, site);
      const found = usedTorrent(given.TORRENT, site);
      if (!when || !found) return;
      const hosts: string[] = [];
      const { TIME = null, MEAN = null, MOMENT = null } = block.arrive ?? {};
      if (MOMENT !== null && !checkMoments(MOMENT, given.HOST.length, site)) return;
      const moments: number[] = [];
      for (const [i, name] of given.HOST.entries()) {
        const peer = site.host(name);
        if (peer === null) return;
        if (found.seeds.includes(peer)) {
          site.report('without-effect', name, `\`${peer}\` is a seed of \`${found.name}\`: it has all of it already.`);
          continue;
        }
        hosts.push(peer);
        if (MOMENT !== null) moments.push(MOMENT[i]!);
      }
      const arrival: Arrival =
        MOMENT !== null
          ? { kind: 'trace', moments }
          : TIME !== null
            ? { kind: 'every', interval: TIME }
            : MEAN !== null
              ? { kind: 'poisson', mean: MEAN }
              : { kind: 'at once' };
      if (block.leave && block.stay)
        site.report('without-effect', site.property('stay'), 'Who leaves when complete does not stay: write one of the two.');
      checkPoison(block, site);
      if (found.trackerInDns) site.program.needsDns = true;
      if (hosts.length === 0) return;
      if (found.seeds.length === 0 && !site.program.excused.has(`seeds of torrent ${found.name.toLowerCase()}`)) {
        const message = `Nobody has \`${found.name}\` at the beginning, so nobody can get it: write \`seeds HOST\` in the block of \`torrent ${found.name}\`.`;
        site.report('no-seed', given.TORRENT, message);
      }
      const behaviour: Behaviour = {
        arrival,
        stay: block.leave ? 0 : (block.stay?.TIME ?? null),
        freeRider: block.freeRider !== undefined,
        pick: block.pick?.STRATEGY ?? 'rarest',
        poisons: block.poisons !== undefined,
        patience: block.patience?.TIME ?? torrentDefaults.patience,
      };
      site.addStep(when, { kind: 'bittorrent.download', torrent: found.name, hosts, behaviour });
    },
  }),
  step({
    id: 'leave',
    pattern: 'HOST leaves TORRENT',
    slots: { HOST: subject, TORRENT: torrent },
    doc: 'The host stops taking part in a torrent: it aborts its download, or stops seeding. It tells the tracker, and closes its connections; what it has stays on its disk.',
    standard: 'BEP 3',
    example: `${example}\npeer[1] leaves ubuntu\nexpect seeds of ubuntu = 3`,
    build(given, _block, site) {
      const when = timing(given, site);
      const found = usedTorrent(given.TORRENT, site);
      if (!when || !found) return;
      site.step(when, given.HOST, (leaver) => ({ kind: 'bittorrent.leave', torrent: found.name, host: leaver }));
    },
  }),
];

function warnOfSizes(block: { readonly size?: object; readonly piece?: object }, site: Site): void {
  for (const [word, given] of [
    ['size', block.size],
    ['piece', block.piece],
  ] as const) {
    if (given) site.report('without-effect', site.property(word), 'The `.torrent` file says it already.');
  }
}

function checkPieces(length: number, pieceLength: number, site: Site): boolean {
  let power = BLOCK;
  while (power * 1.5 < pieceLength) power *= 2;
  if (power !== pieceLength) {
    site.report('out-of-range', site.property('piece'), `Pieces have a power of two of bytes, such as ${written(power, 'size')}.`);
    return false;
  }
  const pieces = Math.ceil(length / pieceLength);
  if (pieces <= TORRENT_LIMITS.pieces) return true;
  const place = site.property('size');
  site.report('out-of-range', place, `These are ${pieces} pieces; a torrent has up to ${TORRENT_LIMITS.pieces}. Make them larger.`);
  return false;
}

function checkMoments(moments: readonly number[], peers: number, site: Site): boolean {
  const place = site.property('arrive');
  if (moments.length !== peers) {
    const one = peers === 1 ? 'One peer arrives' : `${peers} peers arrive`;
    site.report(
      'out-of-range',
      place,
      `${one}, and there ${moments.length === 1 ? 'is 1 moment' : `are ${moments.length} moments`}: write one for each.`,
    );
    return false;
  }
  if (moments.every((moment, i) => i === 0 || moment >= moments[i - 1]!)) return true;
  site.report(
    'out-of-range',
    place,
    'Peers arrive in the order in which they stand there: write the moments in that order, none before the one before it.',
  );
  return false;
}

function checkPoison(block: { readonly poisons?: object; readonly freeRider?: object; readonly pick?: object }, site: Site): void {
  if (!block.poisons) return;
  if (block.freeRider) site.report('without-effect', site.property('free'), 'Who never uploads poisons nobody: write one of the two.');
  if (block.pick) site.report('without-effect', site.property('pick'), 'Who poisons downloads nothing, so there is nothing to pick.');
}
