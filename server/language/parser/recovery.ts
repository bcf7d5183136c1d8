/**
 * What is given up when a statement is broken: the rest of its line and the block that begins on it, no more. A line that
 * begins, without indentation, with a word that only a declaration begins with ends every block that holds no such thing, or
 * that has no `}`; one that begins like a step ends a block of properties.
 */
import type { Property } from '../entry.ts';
import type { State } from '../pattern.ts';
import { TokenKind } from '../scanner.ts';
import type { Statement } from '../syntax.ts';
import { stepStarts, stepVerbs, unindentedStarts } from '../vocabulary.ts';
import type { Reading } from './reading.ts';

const LINE_FEED = 10;
/** How far a verb is looked for: a host's name has 253 characters at most. */
const MAXIMUM_SUBJECT = 300;

/** Skips to the end of the statement's line, over a block that begins on it; within a block, at most to the next property. */
export function giveUp(node: Statement, reading: Reading, properties?: State<Property>): void {
  const { scanner } = reading;
  while (!reading.unwinding && scanner.kind !== TokenKind.end && !reading.at('}')) {
    if (scanner.newline && scanner.start !== node.start) break;
    if (properties && scanner.kind === TokenKind.word && properties.words.has(scanner.slice())) break;
    if (reading.at('{')) {
      skipBlock(reading);
      continue;
    }
    scanner.next();
  }
  node.end = Math.max(node.end, Math.min(scanner.previousEnd, scanner.start));
}

/** Over a block whose `{` stands at `open`, which is the current token or the one before; gives its end. */
export function skipBlock(reading: Reading, open = reading.scanner.start): number {
  const { scanner } = reading;
  const end = reading.braces.endOf(open);
  if (end >= 0) {
    scanner.resume(end + 1);
    return end + 1;
  }
  while (scanner.kind !== TokenKind.end && !atUnindentedStatement(reading)) scanner.next();
  reportUnclosed(open, reading);
  reading.unwinding = true;
  return scanner.previousEnd;
}

/** At a line that begins a statement at column 0, though a block is open. */
export function atUnindentedStatement({ scanner, text }: Reading): boolean {
  if (!scanner.newline || scanner.kind !== TokenKind.word) return false;
  return text.charCodeAt(scanner.start - 1) === 10 && unindentedStarts.has(scanner.slice());
}

/** The same within a block of properties, where steps stand as little as declarations do: `pc resolves …`, `at 5 s …`. */
export function atUnindentedStep({ scanner, text }: Reading, properties: State<Property>): boolean {
  const { start, kind, newline } = scanner;
  if (!newline || kind !== TokenKind.word || text.charCodeAt(start - 1) !== LINE_FEED) return false;
  return !properties.words.has(scanner.slice()) && beginsStep(text, start);
}

/** A line of the text reads like a step: a word of its own begins it, or a host with a step's verb behind it. */
export function beginsStep(text: string, start: number): boolean {
  const match = /^([^\s{}"]+)(?:[ \t]+([a-z]+))?/.exec(text.slice(start, start + MAXIMUM_SUBJECT));
  return match !== null && (stepStarts.has(match[1]!) || (match[2] !== undefined && stepVerbs.has(match[2])));
}

export function reportUnclosed(open: number, reading: Reading): void {
  reading.report({ start: open, end: open + 1 }, 'unclosed-block', 'This block is never closed: write `}` at its end.');
}
