/** What stands in a slot: a name with its indices, an expression, a record type, the rest of the line, or a list of them. */
import { typeCalled } from '../../../engines/dns/record-format.ts';
import type { Slot } from '../entry.ts';
import { isRecordType } from '../record-types.ts';
import { TokenKind } from '../scanner.ts';
import type { Expression, IndexSyntax, ListSyntax, NameSyntax, SlotSyntax } from '../syntax.ts';
import { expression, textLiteral } from './expression.ts';
import { ports } from './ports.ts';
import type { Reading } from './reading.ts';

const MAXIMUM_INDICES = 4;

/** The current token can begin such a slot. */
export function canStart(slot: Slot<unknown>, reading: Reading): boolean {
  const { kind } = reading.scanner;
  switch (slot.form) {
    case 'name':
      return kind === TokenKind.word;
    case 'text':
      return kind === TokenKind.text || kind === TokenKind.word;
    case 'record-type':
      return kind === TokenKind.word && isRecordType(reading.scanner.slice());
    case 'expression':
    case 'ports':
      return kind === TokenKind.number || kind === TokenKind.word || kind === TokenKind.text || reading.at('(') || reading.at('-');
    case 'rest-of-line':
      return kind === TokenKind.word || kind === TokenKind.number || kind === TokenKind.text;
    case 'choice':
      return false;
  }
}

/** Reads the slot that begins at the current token; null when it is broken (reported). */
export function slotSyntax(slot: Slot<unknown>, reading: Reading): SlotSyntax | null {
  if (slot.count === 'list') return list(slot, reading);
  reading.begun = [];
  return one(slot, reading);
}

function list(slot: Slot<unknown>, reading: Reading): ListSyntax | null {
  const { scanner } = reading;
  const items: SlotSyntax[] = [];
  const { start } = scanner;
  reading.begun = items;
  for (;;) {
    const item = one(slot, reading);
    if (!item) return null;
    items.push(item);
    if (!reading.at(',') || scanner.newline) break;
    scanner.next();
    if (reading.ended() || !canStart(slot, reading)) {
      reading.stop({ slot });
      reading.report(reading.behind(), 'expected', `Expected ${slot.expected} behind the comma.`);
      return null;
    }
  }
  return { kind: 'list', start, end: scanner.previousEnd, items };
}

function one(slot: Slot<unknown>, reading: Reading): SlotSyntax | null {
  const { scanner } = reading;
  switch (slot.form) {
    case 'name':
      return slot.meaning === 'host' ? (network(reading) ?? name(reading)) : name(reading);
    case 'text':
    case 'expression':
      return expression(reading);
    case 'ports':
      return ports(reading);
    case 'record-type': {
      const word = { kind: 'word', value: typeCalled(scanner.slice()), start: scanner.start, end: scanner.end } as const;
      scanner.next();
      return word;
    }
    default:
      return restOfLine(slot, reading);
  }
}

/** As it is written. One text that is expected as an answer stands for itself; of several, and in a record's data, the quotes are kept. */
function restOfLine(slot: Slot<unknown>, reading: Reading): SlotSyntax {
  const { scanner, text } = reading;
  const { start } = scanner;
  if (scanner.kind === TokenKind.text && slot.meaning === 'answer') {
    const alone = textLiteral(reading);
    if (reading.ended() || scanner.kind !== TokenKind.text) return { ...alone, kind: 'word' };
  }
  do scanner.next();
  while (!reading.ended() && !reading.at('{'));
  const end = scanner.previousEnd;
  return { kind: 'word', value: text.slice(start, end), start, end };
}

/** `10.0.0.0/8`, where a host is to be named: it is one thing, and what is wrong with it is said of the whole. */
function network({ scanner, text }: Reading): NameSyntax | null {
  const { start, end } = scanner;
  const length = text.charAt(end) === '/' ? /^\/\d{1,3}(?![\w/])/.exec(text.slice(end, end + 5)) : null;
  if (!length || !/^[\d.]+$/.test(scanner.slice())) return null;
  scanner.resume(end + length[0].length);
  return { kind: 'name', start, end: scanner.previousEnd, text: text.slice(start, scanner.previousEnd), indices: null };
}

/** `peer[1..n].example.org`: indices and what goes on behind them touch the name. */
function name(reading: Reading): NameSyntax | null {
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
  }
  return { kind: 'name', start, end: scanner.previousEnd, text: reading.text.slice(start, scanner.previousEnd), indices };
}

/** `[7]` or `[1..n]`, and the text that touches it from behind. */
function index(before: string, reading: Reading): IndexSyntax | null {
  const { scanner } = reading;
  const { start } = scanner;
  scanner.next();
  const first = expression(reading);
  if (!first) return null;
  let last: Expression | null = null;
  if (reading.at('..')) {
    scanner.next();
    last = expression(reading);
    if (!last) return null;
  }
  if (!reading.at(']')) {
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
