/** What the statements about torrents need to know: torrents by name. */
import { decodeMetainfo, pieceCount } from '../../engines/bittorrent/wire/metainfo.ts';
import { decodeTrackerUrl } from '../../engines/bittorrent/wire/tracker-url.ts';
import type { Bytes } from '../../engines/quantities.ts';
import type { Name } from './entry.ts';
import { namedFile } from './files.ts';
import { hostNameProblem } from './hosts.ts';
import type { ProgramTorrent } from './program.ts';
import type { Site } from './site.ts';
import { nearest } from './spelling.ts';
import { written } from './units.ts';

/** The torrent that a statement is about; null (and reported) where there is none. */
export function usedTorrent(name: Name, site: Site): ProgramTorrent | null {
  const { program } = site;
  const key = name.text.toLowerCase();
  const torrent = program.torrents.get(key);
  if (torrent) {
    const place = site.place(name);
    program.checkAbove('Torrent', torrent.name, torrent.at, place);
    return torrent;
  }
  if (program.incomplete || program.isExcused(key)) return null;
  const names = [...program.torrents.values()].map((one) => one.name);
  const meant = nearest(name.text, names);
  site.report('unknown-torrent', name, `There is no torrent \`${name.text}\`.${meant ? ` Did you mean \`${meant}\`?` : ''}`, {
    fixes: [
      ...(meant ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }] : []),
      {
        title: `Declare torrent \`${name.text}\``,
        edits: [program.declarationEdit(`torrent ${name.text} { size 4 MiB seeds origin }`, 'torrent', site)],
        preferred: !meant,
      },
    ],
  });
  return null;
}

/** What a torrent of a scenario can be: bytes, and pieces. */
export const TORRENT_LIMITS = { size: 2 ** 40, pieces: 2 ** 20, leastPiece: 2 ** 14, greatestPiece: 2 ** 24 } as const;

/** What a `.torrent` file says of a torrent. */
export interface TorrentFile {
  readonly length: Bytes;
  readonly pieceLength: Bytes;
  /** The first one that goes by a name. */
  readonly tracker: { readonly host: string; readonly transport: 'http' | 'udp' } | null;
  /** All of the file. */
  readonly metainfo: Uint8Array;
}

/** A `.torrent` file that a statement names; `missing` where it cannot be had, is none, or is of none that can be (reported). */
export function readTorrent(file: Name, site: Site): TorrentFile | 'missing' {
  const found = namedFile(file, site);
  if (!found) return 'missing';
  const metainfo = decodeMetainfo(found.bytes);
  if ('error' in metainfo) {
    site.report('malformed-file', file, `\`${file.text}\` is no torrent: ${metainfo.error} (byte ${metainfo.at}).`);
    return 'missing';
  }
  const { length, pieceLength } = metainfo.info;
  const problem = limitProblem(length, pieceLength);
  if (problem !== null) {
    site.report('malformed-file', file, `\`${file.text}\` cannot be simulated: ${problem}.`);
    return 'missing';
  }
  return { length, pieceLength, tracker: namedTracker(metainfo.trackers), metainfo: found.bytes };
}

function limitProblem(length: Bytes, pieceLength: Bytes): string | null {
  const { size, pieces, leastPiece, greatestPiece } = TORRENT_LIMITS;
  const count = pieceCount(length, pieceLength);
  if (pieceLength < leastPiece || pieceLength > greatestPiece || (pieceLength & (pieceLength - 1)) !== 0)
    return `its pieces have ${pieceLength} bytes; a power of two from ${written(leastPiece, 'size')} to ${written(greatestPiece, 'size')} will do`;
  if (length > size) return `it has ${length} bytes; ${written(size, 'size')} are the most`;
  return count > pieces ? `it has ${count} pieces; ${pieces} are the most` : null;
}

/** A tracker goes by a name here, since addresses are given to hosts. HTTPS is asked for over HTTP: no tracker has a certificate. */
function namedTracker(tiers: readonly (readonly string[])[]): TorrentFile['tracker'] {
  for (const text of tiers.flat()) {
    const url = decodeTrackerUrl(text);
    if (url && hostNameProblem(url.host) === null) return { host: url.host, transport: url.transport === 'udp' ? 'udp' : 'http' };
  }
  return null;
}
