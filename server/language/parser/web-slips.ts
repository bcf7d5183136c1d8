/** Slips of who writes whole URIs, as the address bar of a browser takes them, where a website and a path stand. */
import { TokenKind } from '../scanner.ts';
import { type Reading, replacement } from './reading.ts';
import type { Impasse, Slip } from './slips.ts';

/** What is written behind `start`: `http://www.example.org:8080/a`, `www.example.org/a`. */
interface WrittenUri {
  readonly start: number;
  readonly end: number;
  readonly https: boolean;
  readonly site: string;
  readonly port: string | null;
  /** Without a fragment; empty where there is none. */
  readonly path: string;
}

const LONGEST = 500;

/** A `//` begins a comment to the scanner: URIs are read from the text. Null where there is none, or a mere name. */
function uriAt({ text }: Reading, start: number): WrittenUri | null {
  const written = /^"?(?:(https?):\/\/)?([\w.-]+)(?::(\d{1,5}))?(\/[^\s"{}#]*)?(?:#[^\s"{}]*)?"?/i.exec(text.slice(start, start + LONGEST));
  if (!written) return null;
  const [whole, scheme, site = '', port, path] = written;
  if (scheme === undefined && port === undefined && path === undefined) return null;
  return { start, end: start + whole.length, https: scheme?.toLowerCase() === 'https', site, port: port ?? null, path: path ?? '' };
}

/** What goes on behind it on the line. */
const behind = ({ text }: Reading, { end }: WrittenUri): string => /^[^\n{}]*/.exec(text.slice(end, end + LONGEST))![0];

/** `pc browses http://www.example.org/a`, `pc requests "/a" from www.example.org:8080`. */
export function uriAsWebsite({ node, state, last, reading }: Impasse): Slip | null {
  const { SITE } = node.slots;
  const quoted = reading.scanner.kind === TokenKind.text && state.slots.some(({ name }) => name === 'SITE');
  if (!quoted && (SITE === undefined || SITE !== last || SITE.end !== reading.scanner.previousEnd)) return null;
  const uri = uriAt(reading, quoted ? reading.scanner.start : SITE!.start);
  if (!uri) return null;
  const rest = behind(reading, uri);
  const browses = state.reaches.some((item) => 'id' in item && item.id === 'browse');
  const using = uri.https && !/\busing\b/.test(rest) ? ' using https' : '';
  const page = browses && uri.path.length > 1 && !/\bpage\b/.test(rest) ? ` page "${uri.path}"` : '';
  const mended = `${uri.site}${using}${page}`;
  const what = uri.port === null ? 'not a URI' : 'without a port: it is on port 80, on https on 443';
  return {
    range: { start: uri.start, end: uri.end },
    code: 'expected',
    message: `Here stands the website’s name, ${what}. Write \`${mended}\`.`,
    fixes: [replacement(uri, mended)],
  };
}

/** `pc requests http://www.example.org/a`, with quotes or without: the website stands for itself. */
export function uriAsPath({ node, state, last, reading }: Impasse): Slip | null {
  const { PATH } = node.slots;
  if (PATH === undefined || PATH !== last || !state.words.has('from') || state.words.size !== 1) return null;
  const uri = uriAt(reading, PATH.start);
  if (!uri || uri.path === '' || uri.site === '') return null;
  const path = `"${uri.path}"`;
  const mended = /\bfrom\b/.test(behind(reading, uri)) ? path : `${path} from ${uri.site}${uri.https ? ' using https' : ''}`;
  return {
    range: { start: uri.start, end: uri.end },
    code: 'expected',
    message: `Path and website stand apart, the path in quotes. Write \`${mended}\`.`,
    fixes: [replacement(uri, mended)],
  };
}

/** `page / 20 KiB`, `pc requests /a from www.example.org`. */
export function pathWithoutQuotes({ state, found, reading }: Impasse): Slip | null {
  if (found !== '/' || !state.slots.some(({ slot }) => slot.meaning === 'web-path' || slot.meaning === 'path')) return null;
  const { start } = reading.scanner;
  const path = /^\/[^\s"{}]*/.exec(reading.text.slice(start, start + LONGEST))![0];
  const range = { start, end: start + path.length };
  return { range, code: 'expected', message: `A path stands in quotes: \`"${path}"\`.`, fixes: [replacement(range, `"${path}"`)] };
}

/** `file "/a.txt" "some text"` in a website: its files are real ones. */
export function textAsFile({ blockOf, node, state, found, reading }: Impasse): Slip | null {
  const { scanner, text } = reading;
  const ofFile = state.reaches.some(({ pattern }) => pattern.startsWith('file '));
  if (blockOf?.id !== 'website' || !ofFile || !state.words.has('from') || !node.slots.PATH) return null;
  if (found === null || !(scanner.kind === TokenKind.text || found === 'text')) return null;
  // What is called like a file may be one: the word is missing.
  if (/^"[^\s"]+\.\w+"$/.test(found)) return null;
  const path = text.slice(node.slots.PATH.start, node.slots.PATH.end);
  return {
    range: { start: scanner.start, end: scanner.end },
    code: 'expected',
    message: `A website’s file is a real one: \`file ${path} from "file.txt"\`. What is made up for it is an \`object\` of some size: \`object ${path} 5 kB\`.`,
    fixes: [],
  };
}
