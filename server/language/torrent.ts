/** What the statements about torrents need to know: torrents by name. */
import type { Name } from './entry.ts';
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
