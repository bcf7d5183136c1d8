/**
 * Values: numbers with units, texts, parameters, and the arithmetic between them.
 *
 *     sum = term { (+ | -) term }      term = factor { (* | /) factor }      factor = value | - factor | ( sum )
 *
 * An expression ends with its line, except between parentheses.
 */
import { TokenKind, textValue, unknownEscape } from '../scanner.ts';
import type { Expression, TextSyntax } from '../syntax.ts';
import { type Unit, unitNamed } from '../units.ts';
import type { Reading } from './reading.ts';

/** Parentheses within each other. */
const MAXIMUM_DEPTH = 64;
/** Terms of one expression. */
const MAXIMUM_TERMS = 256;

/** null when it is broken (reported). */
export function expression(reading: Reading): Expression | null {
  reading.terms = 0;
  return sum(reading, 0);
}

function sum(reading: Reading, depth: number): Expression | null {
  const { scanner } = reading;
  let left = term(reading, depth);
  while (left && scanner.kind === TokenKind.symbol && !(scanner.newline && depth === 0)) {
    const operator = reading.at('+') ? '+' : reading.at('-') ? '-' : null;
    if (!operator) break;
    scanner.next();
    const right = term(reading, depth);
    if (!right) return null;
    left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  }
  return left;
}

function term(reading: Reading, depth: number): Expression | null {
  const { scanner } = reading;
  let left = factor(reading, depth);
  while (left && scanner.kind === TokenKind.symbol && !(scanner.newline && depth === 0)) {
    const operator = reading.at('*') ? '*' : reading.at('/') ? '/' : null;
    if (!operator) break;
    scanner.next();
    const right = factor(reading, depth);
    if (!right) return null;
    left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
  }
  return left;
}

function factor(reading: Reading, depth: number): Expression | null {
  const { scanner } = reading;
  if (depth > MAXIMUM_DEPTH || ++reading.terms > MAXIMUM_TERMS) {
    reading.report(
      scanner,
      'too-deep',
      `This expression is too long or too deep: at most ${MAXIMUM_TERMS} terms and ${MAXIMUM_DEPTH} parentheses within each other.`,
    );
    return null;
  }
  if (scanner.kind === TokenKind.end || (scanner.newline && depth === 0)) {
    reading.stop({ slot: reading.slot }, depth > 0);
    reading.report(reading.behind(), 'expected', 'Expected a value here, such as 30, 4 s or a parameter.');
    return null;
  }
  switch (scanner.kind) {
    case TokenKind.number:
      return quantity(reading);
    case TokenKind.word:
      return word(reading);
    case TokenKind.text:
      return textLiteral(reading);
  }
  const { start } = scanner;
  if (reading.at('-')) {
    scanner.next();
    const operand = factor(reading, depth + 1);
    return operand && { kind: 'negative', operand, start, end: operand.end };
  }
  if (reading.at('(')) return parenthesis(reading, depth);
  reading.report(scanner, 'expected', 'Expected a value here, such as 30, 4 s or a parameter.');
  return null;
}

function quantity(reading: Reading): Expression {
  const { scanner } = reading;
  const { start } = scanner;
  const value = Number(scanner.slice());
  scanner.next();
  if ((scanner.kind === TokenKind.word || reading.at('%')) && !scanner.newline) {
    const unit = unitNamed.get(scanner.slice());
    if (unit) {
      const { end } = scanner;
      scanner.next();
      return { kind: 'quantity', value, unit, start, end };
    }
  }
  reading.bare = { slot: reading.slot, end: scanner.previousEnd };
  return { kind: 'quantity', value, unit: null, start, end: scanner.previousEnd };
}

function word({ scanner }: Reading): Expression {
  const { start, end } = scanner;
  const name = scanner.slice();
  scanner.next();
  const glued = gluedQuantity(name);
  return glued ? { kind: 'quantity', ...glued, start, end } : { kind: 'parameter', name, start, end };
}

/** `4s` written in one word. */
function gluedQuantity(name: string): { value: number; unit: Unit } | null {
  const c = name.charCodeAt(0);
  if (c < 48 || c > 57) return null;
  const match = /^(\d+(?:\.\d+)?)([A-Za-zµ]+)$/.exec(name);
  const unit = match && unitNamed.get(match[2]!);
  return unit ? { value: Number(match[1]), unit } : null;
}

function parenthesis(reading: Reading, depth: number): Expression | null {
  const { scanner } = reading;
  const { start } = scanner;
  scanner.next();
  const inner = sum(reading, depth + 1);
  if (!inner) return null;
  if (!reading.at(')')) {
    reading.stop({}, true);
    reading.report({ start, end: start + 1 }, 'unclosed-parenthesis', 'This parenthesis is never closed.', [
      { title: 'Close the parenthesis', edits: [{ ...reading.behind(), text: ')' }], preferred: true },
    ]);
    return null;
  }
  scanner.next();
  // A single value is where it is; what is computed reaches from one parenthesis to the other.
  return inner.kind === 'binary' || inner.kind === 'negative' ? { ...inner, start, end: scanner.previousEnd } : inner;
}

/** The text in quotes that is the current token. */
export function textLiteral(reading: Reading): TextSyntax {
  const { scanner } = reading;
  const { start, end } = scanner;
  const token = scanner.slice();
  const unknown = unknownEscape(token);
  if (unknown) {
    const at = start + unknown.offset;
    reading.report(
      { start: at, end: at + 2 },
      'unknown-escape',
      `\`\\${unknown.letter}\` is no escape. Known are \\n, \\t, \\" and \\\\.`,
      [{ title: 'Write the backslash itself', edits: [{ start: at, end: at + 1, text: '\\\\' }] }],
    );
  }
  scanner.next();
  return { kind: 'text', value: textValue(token), start, end };
}
