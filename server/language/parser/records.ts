/** The records of a zone: everything up to the closing brace, by the lexical rules of master files (RFC 1035 §5.1). */
import type { Statement } from '../syntax.ts';
import { unindentedStarts } from '../vocabulary.ts';
import { nothingExpected, type Reading } from './reading.ts';
import { beginsStep, reportUnclosed } from './recovery.ts';

const NEWLINE = 10;
const QUOTE = 34;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** Reads the records behind the brace at `open`. False when they are never closed. */
export function records(node: Statement, open: number, reading: Reading): boolean {
  const { text, scanner } = reading;
  const { end, closed, unindented } = extent(text, open + 1);
  if (closed) {
    node.braces = { start: open, end: end + 1 };
    scanner.resume(end + 1);
    return true;
  }
  if (end >= text.length && unindented < 0) {
    reading.stopped ??= { ...nothingExpected, records: placeOfRecords(node, open) };
  }
  reportUnclosed(open, reading);
  const line = text.indexOf('\n', open);
  const given = unindented >= 0 ? unindented : line < 0 || end >= text.length ? Math.min(end, text.length) : line;
  node.braces = { start: open, end: given };
  scanner.resume(given);
  scanner.newline = true;
  return false;
}

/** Where the records of a statement begin, and the zone that they lie in. */
export function placeOfRecords({ slots }: Statement, open: number): { readonly start: number; readonly origin: string | null } {
  return { start: open + 1, origin: slots.NAME?.kind === 'name' ? slots.NAME.text : null };
}

/** Where the records end, whether by a closing brace, and the first line within that looks like a statement of its own (or −1). */
function extent(text: string, start: number): { end: number; closed: boolean; unindented: number } {
  let unindented = -1;
  let i = start;
  for (; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case SEMICOLON: {
        const line = text.indexOf('\n', i);
        i = (line < 0 ? text.length : line) - 1;
        break;
      }
      case QUOTE:
        for (i++; i < text.length && text.charCodeAt(i) !== QUOTE && text.charCodeAt(i) !== NEWLINE; i++) {
          if (text.charCodeAt(i) === BACKSLASH) i++;
        }
        if (text.charCodeAt(i) === NEWLINE) i--;
        break;
      case BACKSLASH:
        i++;
        break;
      case NEWLINE:
        if (unindented < 0 && (unindentedStarts.has(wordAt(text, i + 1)) || beginsStep(text, i + 1))) unindented = i + 1;
        break;
      case OPEN:
        return { end: i, closed: false, unindented };
      case CLOSE:
        return { end: i, closed: true, unindented };
    }
  }
  return { end: i, closed: false, unindented };
}

function wordAt(text: string, start: number): string {
  let end = start;
  while (end < start + 40 && /[a-z]/.test(text[end] ?? '')) end++;
  return text.slice(start, end);
}
