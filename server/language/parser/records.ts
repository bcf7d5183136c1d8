/** The records of a zone: everything up to the closing brace, by the lexical rules of master files (RFC 1035 §5.1). */
import type { Statement } from '../syntax.ts';
import { unindentedStarts } from '../vocabulary.ts';
import { nothingExpected, type Reading } from './reading.ts';
import { extentOfRecords } from './record-extent.ts';
import { beginsStep, reportUnclosed } from './recovery.ts';

/** Reads the records behind the brace at `open`. False when they are never closed. */
export function records(node: Statement, open: number, reading: Reading): boolean {
  const { text, scanner } = reading;
  // The first line within that looks like a statement of its own.
  let unindented = -1;
  const { end, closed } = extentOfRecords(text, open + 1, (line) => {
    if (unindented < 0 && (unindentedStarts.has(wordAt(text, line)) || beginsStep(text, line))) unindented = line;
  });
  if (closed) {
    node.braces = { start: open, end: end + 1 };
    scanner.resume(end + 1);
    return true;
  }
  reading.braces.metEnd = true;
  if (end >= text.length && unindented < 0) {
    reading.stopped ??= { ...nothingExpected, records: placeOfRecords(node, open) };
  }
  const line = text.indexOf('\n', open);
  const given = unindented >= 0 ? unindented : line < 0 || end >= text.length ? Math.min(end, text.length) : line;
  reportUnclosed(open, reading, text.slice(0, given).trimEnd().length);
  node.braces = { start: open, end: given };
  scanner.resume(given);
  scanner.newline = true;
  return false;
}

/** Where the records of a statement begin, and the zone that they lie in. */
export function placeOfRecords({ slots }: Statement, open: number): { readonly start: number; readonly origin: string | null } {
  return { start: open + 1, origin: slots.NAME?.kind === 'name' ? slots.NAME.text : null };
}

function wordAt(text: string, start: number): string {
  let end = start;
  while (end < start + 40 && /[a-z]/.test(text[end] ?? '')) end++;
  return text.slice(start, end);
}
