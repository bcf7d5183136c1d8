/**
 * Ports: a number, or a range of them, `50000-50010`.
 *
 * A range is one word, so its ends are digits; elsewhere an expression may stand, as for any number. How ranges and ports are
 * written in other places is known here, to say how they are written in this one.
 */
import { TokenKind } from '../scanner.ts';
import type { PortsSyntax } from '../syntax.ts';
import { expression } from './expression.ts';
import { type Reading, replacement } from './reading.ts';

/** `port 21`, `ports 1-2`, `ports 1 to 2`. */
const NAMED = /^ports?[ \t]+(\d+)(?:[ \t]*(?:-|–|to\b|\.\.|:)[ \t]*(\d+))?/;
/** `1 - 2`, `1..2`, `1:2`. */
const SPACED = /^(\d+)[ \t]*(?:-|–|\.\.|:)[ \t]*(\d+)/;
/** `80 -> alice-pc`. */
const ARROW = /^(\d+(?:-\d+)?)[ \t]*[-=]>/;

/** null when it is broken (reported). */
export function ports(reading: Reading): PortsSyntax | null {
  const { scanner, text } = reading;
  const { start, end } = scanner;
  const range = scanner.kind === TokenKind.word ? /^(\d+)-(\d+)$/.exec(scanner.slice()) : null;
  if (range) {
    scanner.next();
    const digits = range[1]!.length;
    const quantity = (from: number, to: number) =>
      ({ kind: 'quantity', value: Number(text.slice(from, to)), unit: null, start: from, end: to }) as const;
    return { kind: 'ports', first: quantity(start, start + digits), last: quantity(start + digits + 1, end), start, end };
  }
  if (misspelt(reading)) return null;
  const first = expression(reading);
  return first && { kind: 'ports', first, last: null, start, end: first.end };
}

/** Reports, and reads, what is meant for ports and is written otherwise. */
function misspelt(reading: Reading): boolean {
  const { scanner, text } = reading;
  const { start } = scanner;
  const rest = text.slice(start, start + 80);
  const arrow = ARROW.exec(rest);
  if (arrow) {
    const range = { start: start + arrow[1]!.length, end: start + arrow[0].length };
    reading.report(range, 'expected', 'Between the port and the host stands `to`.', [replacement(range, ' to ')]);
    scanner.resume(range.end);
    return true;
  }
  const named = NAMED.exec(rest);
  const found = named ?? SPACED.exec(rest);
  if (!found) return false;
  const [whole, first, last] = found;
  const range = { start, end: start + whole.length };
  const meant = last === undefined ? first! : `${first}-${last}`;
  const message = last === undefined ? `The port stands by itself: \`${meant}\`.` : `A range of ports is written \`${meant}\`.`;
  reading.report(range, 'expected', message, [replacement(range, meant)]);
  scanner.resume(range.end);
  return true;
}
