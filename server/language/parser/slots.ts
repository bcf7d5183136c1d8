/** What stands in a slot: a name, an expression, a record type, the rest of the line, or a list of them. */
import { typeCalled } from '../../../engines/dns/record-format.ts';
import type { Slot } from '../entry.ts';
import type { State } from '../pattern.ts';
import { isRecordType } from '../record-types.ts';
import { TokenKind } from '../scanner.ts';
import type { ListSyntax, SlotSyntax } from '../syntax.ts';
import { expression, textLiteral } from './expression.ts';
import { measure } from './measures.ts';
import { name, network } from './names.ts';
import { ports } from './ports.ts';
import type { Reading } from './reading.ts';
import { values } from './values.ts';

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
  return slot.form === 'rest-of-line' ? restOfLine(slot, next, reading) : one(slot, reading);
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
