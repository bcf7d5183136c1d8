/** What the statements about torrents need to know: torrents by name. */
import { decodeMetainfo } from '../../engines/bittorrent/wire/metainfo.ts';
import { decodeTrackerUrl } from '../../engines/bittorrent/wire/tracker-url.ts';
import type { Name } from './entry.ts';
import { namedFile } from './files.ts';
import type { ProgramTorrent } from './program.ts';
import type { Site } from './site.ts';
import { nearest } from './spelling.ts';

/** The torrent that a statement is about; null (and reported) where there is none. */
export function usedTorrent(name: Name, site: Site): ProgramTorrent | null {
  const { program } = site;
  const key = name.text.toLowerCase();
  const torrent = program.torrents.get(key);
  if (torrent) {
    const place = site.place(name);
    program.occurs('torrent', key, place, false);
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
        edits: [program.declarationEdit(`torrent ${name.text} { size 4 MiB seeds seed }`, 'torrent', site)],
        preferred: !meant,
      },
    ],
  });
  return null;
}

/** What a `.torrent` file says of a torrent. */
export interface TorrentFile {
  readonly length: number;
  readonly pieceLength: number;
  readonly tracker: { readonly HOST: Name; readonly TRANSPORT: 'http' | 'udp' } | null;
  readonly metainfo: Uint8Array;
}

/** A `.torrent` file that a statement names; `missing` where it cannot be had, or is none (reported). */
export function readTorrent(file: Name, site: Site): TorrentFile | 'missing' {
  const found = namedFile(file, site);
  if (!found) return 'missing';
  const metainfo = decodeMetainfo(found.bytes);
  if ('error' in metainfo) {
    site.report('malformed-file', file, `\`${file.text}\` is no torrent: ${metainfo.error} (byte ${metainfo.at}).`);
    return 'missing';
  }
  const { info, trackers } = metainfo;
  let tracker: TorrentFile['tracker'] = null;
  for (const url of trackers.flat()) {
    const decoded = decodeTrackerUrl(url);
    // A tracker goes by a name here: addresses are given to hosts.
    if (!decoded || decoded.transport === 'https' || /^[\d.:[\]]+$/.test(decoded.host)) continue;
    tracker = { HOST: { ...file, text: decoded.host }, TRANSPORT: decoded.transport };
    break;
  }
  return { length: info.length, pieceLength: info.pieceLength, tracker, metainfo: found.bytes };
}
