/**
 * What can stand at the end of a text, for completion: where the automaton was when the text ended.
 *
 * Theory of operation: while the parser reads a text that breaks off, it notes the first place where it met the end within a
 * statement. Only the statement around the cursor needs to be read for that: those before it end where the document's
 * syntax tree says.
 */
import { holdsStatements } from '../entry.ts';
import { TokenKind } from '../scanner.ts';
import type { Statement, SyntaxTree } from '../syntax.ts';
import { lastFrom } from '../tree-slots.ts';
import { propertyAutomaton, statementAutomaton } from '../vocabulary.ts';
import { type Expectation, nothingExpected, Reading } from './reading.ts';
import { statement } from './statement.ts';

/**
 * What the language expects at `offset` of `text`, all behind it left aside. `before` is a syntax tree of the text, or of an
 * earlier state of it: what both have in common is not read again.
 */
export function expectedAt(text: string, offset: number, before: SyntaxTree | null): Expectation {
  const start = before ? entryPoint(before, text, offset) : 0;
  const reading = new Reading(text.slice(start, offset), text.slice(start));
  const { scanner } = reading;
  while (scanner.kind !== TokenKind.end) {
    reading.unwinding = false;
    // A block of steps that was entered in its middle ends: outside it the same can stand.
    if (reading.at('}')) scanner.next();
    else statement(statementAutomaton, reading);
  }
  if (endsWithinTextOrComment(reading)) return nothingExpected;
  if (reading.stopped) return reading.stopped;
  const block = reading.innermost;
  return { ...nothingExpected, states: block && !holdsStatements(block) ? [propertyAutomaton(block)] : [statementAutomaton], block };
}

/** Where the last statement begins that stands before the offset, in what tree and text have in common; within a block of steps, a step. */
function entryPoint(tree: SyntaxTree, text: string, offset: number): number {
  const limit = tree.text === text ? offset : Math.min(offset, commonPrefix(tree.text, text));
  let start = 0;
  for (let statements: readonly Statement[] | null = tree.statements; statements; ) {
    const index = lastFrom(statements, limit);
    if (index < 0) break;
    const zone = unclosedRecords(statements, index);
    if (zone) return zone.start;
    const found: Statement = statements[index]!;
    start = found.start;
    statements = found.entry && holdsStatements(found.entry) && found.braces && found.braces.end > limit ? found.block : null;
  }
  return start;
}

/** A zone whose records are being written, not closed yet: the broken statements below it are its records. */
function unclosedRecords(statements: readonly Statement[], index: number): Statement | null {
  for (let i = index; i >= 0 && !statements[i]!.complete; i--) {
    const { entry, braces } = statements[i]!;
    if (entry?.block === 'records' && braces) return statements[i]!;
  }
  return null;
}

/** How many characters two texts have in common from their beginning. */
function commonPrefix(a: string, b: string): number {
  let low = 0;
  let high = Math.min(a.length, b.length);
  // Comparing slices is so much faster than comparing characters that halving pays.
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (a.slice(low, middle) === b.slice(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

function endsWithinTextOrComment({ scanner, text }: Reading): boolean {
  const { comments, problems } = scanner;
  const { length } = text;
  for (const { code, start, end } of problems) {
    if (code === 'unclosed-comment' || end === length || text.startsWith('"""', start)) return true;
  }
  return comments.length > 0 && comments[comments.length - 1] === length && text.startsWith('//', comments[comments.length - 2]);
}
