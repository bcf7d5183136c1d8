/** Slips in what is said about torrents: `downloads` is said of files, too. */
import { TokenKind } from '../scanner.ts';
import { replacement } from './reading.ts';
import type { Impasse, Slip } from './slips.ts';

const LONGEST = 500;

/** `pc downloads "a.txt" from f`, `pc downloads a.txt from f`: a file of a server, where a torrent stands. */
export function fileAsTorrent({ node, state, last, found, reading: { scanner, text } }: Impasse): Slip | null {
  const { TORRENT } = node.slots;
  const quoted = scanner.kind === TokenKind.text && state.slots.some(({ name }) => name === 'TORRENT');
  const named = found === 'from' && TORRENT !== undefined && TORRENT === last;
  if (!quoted && !named) return null;
  const file = quoted ? { start: scanner.start, end: scanner.end } : TORRENT!;
  if (!/^[ \t]+from\b/.test(text.slice(file.end, file.end + LONGEST))) return null;
  const verb = /\bdownloads\s+$/.exec(text.slice(node.start, file.start));
  if (!verb) return null;
  const start = node.start + verb.index;
  const path = quoted ? text.slice(file.start, file.end) : `"${text.slice(file.start, file.end)}"`;
  return {
    range: { start, end: start + 'downloads'.length },
    code: 'expected',
    message: 'A torrent is what a host `downloads`; a file of a server, it `gets`: `HOST gets "FILE" from SERVER`.',
    fixes: [replacement({ start, end: file.end }, `gets ${path}`)],
  };
}
