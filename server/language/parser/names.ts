/** Names with their indices: `alice-pc`, `peer[1..n].example.org`. */
import { count } from '../entry.ts';
import { TokenKind } from '../scanner.ts';
import type { Expression, IndexSyntax, NameSyntax } from '../syntax.ts';
import { expression } from './expression.ts';
import type { Reading } from './reading.ts';

const MAXIMUM_INDICES = 4;

/** What an index is. */
const indexSlot = count();

/** `10.0.0.0/8`, where a host is to be named: it is one thing, and what is wrong with it is said of the whole. */
export function network({ scanner, text }: Reading): NameSyntax | null {
  const { start, end } = scanner;
  const length = text.charAt(end) === '/' ? /^\/\d{1,3}(?![\w/])/.exec(text.slice(end, end + 5)) : null;
  if (!length || !/^[\d.]+$/.test(scanner.slice())) return null;
  scanner.resume(end + length[0].length);
  return { kind: 'name', start, end: scanner.previousEnd, text: text.slice(start, scanner.previousEnd), indices: null };
}

/** `peer[1..n].example.org`: indices and what goes on behind them touch the name. */
export function name(reading: Reading): NameSyntax | null {
  const { scanner } = reading;
  const { start } = scanner;
  let before = scanner.slice();
  scanner.next();
  let indices: IndexSyntax[] | null = null;
  while (reading.at('[') && scanner.start === scanner.previousEnd) {
    if ((indices?.length ?? 0) >= MAXIMUM_INDICES) {
      reading.report(scanner, 'too-deep', 'A name has at most four indices.');
      return null;
    }
    const found = index(before, reading);
    if (!found) return null;
    before = '';
    indices = [...(indices ?? []), found];
    // What touches the index belongs to the name.
    if (scanner.previousEnd === reading.text.length) reading.stop({});
  }
  return { kind: 'name', start, end: scanner.previousEnd, text: reading.text.slice(start, scanner.previousEnd), indices };
}

/** `[7]` or `[1..n]`, and the text that touches it from behind. */
function index(before: string, reading: Reading): IndexSyntax | null {
  const { scanner } = reading;
  const { start } = scanner;
  scanner.next();
  reading.slot = indexSlot;
  const first = expression(reading);
  if (!first) return null;
  let last: Expression | null = null;
  if (reading.at('..')) {
    scanner.next();
    last = expression(reading);
    if (!last) return null;
  }
  if (!reading.at(']')) {
    reading.stop({});
    reading.report(reading.behind(), 'expected', 'Expected ] behind the index, as in `peer[7]` or `peer[1..50]`.', [
      { title: 'Close the index', edits: [{ ...reading.behind(), text: ']' }], preferred: true },
    ]);
    return null;
  }
  scanner.next();
  const end = scanner.previousEnd;
  let after = '';
  if (scanner.kind === TokenKind.word && scanner.start === end) {
    after = scanner.slice();
    scanner.next();
  }
  return { before, first, last, after, start, end };
}
