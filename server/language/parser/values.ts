/** Values that a parameter is swept over: `10`, or `1..10 step 2`. */
import { TokenKind } from '../scanner.ts';
import type { ValueRangeSyntax } from '../syntax.ts';
import { expression } from './expression.ts';
import type { Reading } from './reading.ts';

const STEP = 'step';

/** One item of the list; null when it is broken (reported). */
export function values(reading: Reading): ValueRangeSyntax | null {
  const { scanner } = reading;
  const { start } = scanner;
  const first = expression(reading);
  if (!first) return null;
  if (!reading.at('..') || scanner.newline) return { kind: 'values', first, last: null, step: null, start, end: scanner.previousEnd };
  scanner.next();
  const last = expression(reading);
  if (!last) return null;
  reading.stop({ words: [STEP] });
  if (scanner.kind !== TokenKind.word || scanner.newline || scanner.slice() !== STEP) {
    return { kind: 'values', first, last, step: null, start, end: scanner.previousEnd };
  }
  scanner.next();
  const step = expression(reading);
  return step && { kind: 'values', first, last, step, start, end: scanner.previousEnd };
}
