/** What stands in a slot: a name, an expression, a record type, the rest of the line, or a list of them. */
import { typeCalled } from '../../../engines/dns/record-format.ts';
import type { Slot, SlotForm } from '../entry.ts';
import type { State } from '../pattern.ts';
import { isRecordType } from '../record-types.ts';
import { TokenKind } from '../scanner.ts';
import { oneOf } from '../spelling.ts';
import type { ListSyntax, SlotSyntax } from '../syntax.ts';
import { expression, textLiteral } from './expression.ts';
import { measure } from './measures.ts';
import { name, network } from './names.ts';
import { ports } from './ports.ts';
import { type Reading, replacement } from './reading.ts';
import { values } from './values.ts';

/** Of a number on each side of a comma. */
const MAXIMUM_DIGITS = 40;

/** What a number can begin. */
const NUMERIC: ReadonlySet<SlotForm> = new Set(['expression', 'values', 'ports', 'rest-of-line']);

/** The current token can begin such a slot. */
export function canStart(slot: Slot<unknown>, reading: Reading): boolean {
  const { kind } = reading.scanner;
  switch (slot.form) {
    case 'name':
    case 'measure':
      return kind === TokenKind.word;
    case 'text':
      return kind === TokenKind.text || kind === TokenKind.word;
    case 'record-type':
      return kind === TokenKind.word && isRecordType(reading.scanner.slice());
    case 'expression':
    case 'values':
    case 'ports':
      return kind === TokenKind.number || kind === TokenKind.word || kind === TokenKind.text || reading.at('(') || reading.at('-');
    case 'rest-of-line':
      return kind === TokenKind.word || kind === TokenKind.number || kind === TokenKind.text;
    case 'choice':
      return false;
  }
}

/** Reads the slot that begins at the current token, `next` being what goes on behind it; null when it is broken (reported). */
export function slotSyntax(slot: Slot<unknown>, next: State<unknown>, reading: Reading): SlotSyntax | null {
  if (slot.count === 'list') return list(slot, reading);
  reading.begun = [];
  if (slot.form === 'rest-of-line') return restOfLine(slot, next, reading);
  const value = one(slot, reading);
  return value && (reportComma(value, reading) || reportGroups(value, next, reading)) ? null : value;
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

/** `0,5 %`: the comma is in the middle of a number, as it is not in a list. True when that was it (reported). */
function reportComma({ start, end }: SlotSyntax, reading: Reading): boolean {
  const { scanner, text } = reading;
  if (!reading.at(',') || scanner.start !== end) return false;
  const before = /\d+$/.exec(text.slice(Math.max(start, end - MAXIMUM_DIGITS), end))?.[0];
  const behind = /^(?:,\d+)+/.exec(text.slice(end, end + MAXIMUM_DIGITS))?.[0];
  if (before === undefined || behind === undefined) return false;
  const range = { start: end - before.length, end: end + behind.length };
  const thousands = /^[1-9]\d{0,2}$/.test(before) && /^(?:,\d{3})+$/.test(behind);
  const meant = [
    ...(thousands ? [before + behind.replaceAll(',', '')] : []),
    ...(behind.lastIndexOf(',') === 0 ? [`${before}.${behind.slice(1)}`] : []),
  ];
  const message = `Numbers have a decimal point, and nothing between thousands${meant.length > 0 ? `: ${oneOf(meant)}` : ''}.`;
  // Where it can be read in two ways, the author chooses.
  const fixes = meant.map((number) => ({ ...replacement(range, number), preferred: meant.length === 1 }));
  reading.report(range, 'expected', message, fixes);
  return true;
}

/** `1 000 kbps`: digits in groups of three, where no further number can stand. True when that was it (reported). */
function reportGroups({ start, end }: SlotSyntax, next: State<unknown>, reading: Reading): boolean {
  const { text } = reading;
  const behind = /^(?:[ \u00a0\u202f'’]\d{3})+(?![\w.])/.exec(text.slice(end, end + MAXIMUM_DIGITS))?.[0];
  if (behind === undefined || next.slots.some(({ slot }) => NUMERIC.has(slot.form))) return false;
  const [before] = /(?<![\w.])[1-9]\d{0,2}$/.exec(text.slice(Math.max(start, end - MAXIMUM_DIGITS), end)) ?? [];
  if (before === undefined) return false;
  const range = { start: end - before.length, end: end + behind.length };
  const meant = before + behind.replace(/\D/g, '');
  reading.report(range, 'expected', `Numbers have nothing between thousands: \`${meant}\`.`, [replacement(range, meant)]);
  return true;
}

function one(slot: Slot<unknown>, reading: Reading): SlotSyntax | null {
  const { scanner } = reading;
  reading.slot = slot;
  switch (slot.form) {
    case 'name':
      return slot.meaning === 'host' ? (network(reading) ?? name(reading)) : name(reading);
    case 'text':
    case 'expression':
      return expression(reading);
    case 'ports':
      return ports(reading);
    case 'measure':
      return measure(slot, reading);
    case 'values':
      return values(reading);
    case 'record-type': {
      const word = { kind: 'word', value: typeCalled(scanner.slice()), start: scanner.start, end: scanner.end } as const;
      scanner.next();
      return word;
    }
    default:
      return null;
  }
}

/** As it is written, up to a word that the statement goes on with. One text that is expected as an answer stands for itself; of several, and in a record's data, the quotes are kept. */
function restOfLine(slot: Slot<unknown>, next: State<unknown>, reading: Reading): SlotSyntax {
  const { scanner, text } = reading;
  const { start } = scanner;
  if (scanner.kind === TokenKind.text && slot.meaning === 'answer') {
    const alone = textLiteral(reading);
    if (reading.ended() || scanner.kind !== TokenKind.text) return { ...alone, kind: 'word' };
  }
  do scanner.next();
  while (!reading.ended() && !reading.at('{') && !(scanner.kind === TokenKind.word && next.words.has(scanner.slice())));
  const end = scanner.previousEnd;
  return { kind: 'word', value: text.slice(start, end), start, end };
}
