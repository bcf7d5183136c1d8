/**
 * Torrents that are more than a machine does in reason, told before anything runs. At `messages`, the whole content is hashed before the
 * first event; at `pieces`, time and memory grow with peers times pieces.
 */
import { downloadedBy } from '../../engines/bittorrent/downloading.ts';
import { formatCount, formatDuration, formatSize } from '../../engines/format.ts';
import { type Bytes, MICROSECOND, MILLISECOND, MINUTE, type Nanoseconds, SECOND } from '../../engines/quantities.ts';
import type { TextRange } from './compilation.ts';
import type { ProgramTorrent } from './program.ts';
import type { Site } from './site.ts';
import { TORRENT_LIMITS } from './torrent.ts';
import { written } from './units.ts';

const MiB = 2 ** 20;

/** What is hashed within half a minute. */
const SOON_HASHED: Bytes = 4 * 1024 * MiB;
/** See PieceHashes.all. */
const HASHING_A_MEBIBYTE: Nanoseconds = 7 * MILLISECOND;

/** Peers times pieces: what takes some minutes. */
const SOON_SPREAD = 2 ** 24;
/** Peers times pieces: more does not fit into the memory of a process. */
const MOST_SPREAD = 2 ** 31;
/** Of a piece that a peer gets, in large swarms, as the bench measures it. */
const TIME: Nanoseconds = 15 * MICROSECOND;
/** Of each peer and piece: whether the peer has it, as itself and others know, and how many of its neighbours have it. */
const MEMORY: Bytes = 1.5;

/** `given`: where the block says `fidelity`; null where it does not. */
export function warnOfHashing({ name, size, metainfo }: ProgramTorrent, given: TextRange | null, site: Site): void {
  // The hashes of a torrent that was read stand in its file.
  if (metainfo !== null || size <= SOON_HASHED) return;
  const place = site.property('size');
  const takes = roughly((size / MiB) * HASHING_A_MEBIBYTE);
  const edit = given
    ? { start: given.start, end: given.end, text: 'fidelity pieces' }
    : { start: place.end, end: place.end, text: ' fidelity pieces' };
  site.report(
    'takes-long',
    place,
    `All of \`${name}\` is hashed before the run begins, which takes about ${takes}. Write \`fidelity pieces\`, which hashes nothing, or a smaller size.`,
    { fixes: [{ title: 'Simulate it by pieces', edits: [edit], preferred: true }] },
  );
}

/** Once all steps are known. */
export function checkSpread({ name, size, pieceLength, seeds }: ProgramTorrent, site: Site): void {
  const peers = new Set([...seeds, ...downloadedBy(site.program, name)]).size;
  const pieces = Math.ceil(size / pieceLength);
  const spread = peers * pieces;
  if (spread <= SOON_SPREAD) return;
  const fits = spread <= MOST_SPREAD;
  const takes = `about ${roughly(spread * TIME)} and ${formatSize(spread * MEMORY)} of memory`;
  const larger =
    pieceLength * 4 <= TORRENT_LIMITS.greatestPiece ? `larger pieces, such as \`piece ${written(pieceLength * 4, 'size')}\`, ` : '';
  site.report(
    fits ? 'takes-long' : 'out-of-range',
    site.property(site.statement.block?.some(({ entry }) => entry?.pattern.startsWith('from ')) ? 'from' : 'size'),
    `\`${name}\` has ${formatCount(peers)} peers and ${formatCount(pieces)} pieces: ${fits ? 'that takes' : 'that would take'} ${takes}. Write ${larger}a smaller size, or fewer peers.`,
  );
}

function roughly(time: Nanoseconds): string {
  const unit = time < 2 * MINUTE ? SECOND : MINUTE;
  return formatDuration(Math.round(time / unit) * unit);
}
