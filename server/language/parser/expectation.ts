/**
 * What can stand at the end of a text, for completion: where the automaton was when the text ended.
 *
 * Theory of operation: while the parser reads a text that breaks off, it notes the first place where it met the end within a
 * statement. Only the statement around the cursor needs to be read for that: those before it end where the document's
 * syntax tree says.
 */
import { type Entry, holdsStatements } from '../entry.ts';
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
  const { start, within } = before ? entryPoint(before, text, offset) : { start: 0, within: [] };
  const reading = new Reading(text.slice(start, offset), text.slice(start));
  const { scanner, enclosing } = reading;
  enclosing.push(...within);
  while (scanner.kind !== TokenKind.end) {
    if (reading.unwinding) enclosing.length = 0;
    reading.unwinding = false;
    if (reading.at('}')) {
      // A block of statements that was entered in its middle ends.
      enclosing.pop();
      scanner.next();
      reading.stop({});
    } else statement(statementAutomaton, reading);
  }
  if (endsWithinTextOrComment(reading)) return nothingExpected;
  const { stopped, innermost } = reading;
  if (stopped) return stopped.records ? { ...stopped, records: { ...stopped.records, start: start + stopped.records.start } } : stopped;
  if (innermost && !holdsStatements(innermost.entry)) {
    const { entry, items } = innermost;
    return { ...nothingExpected, states: [propertyAutomaton(entry)], block: entry, written: items };
  }
  // Behind what is broken, the next line begins anew.
  if (!atLineStart(reading)) return nothingExpected;
  return { ...nothingExpected, states: [statementAutomaton], within: innermost?.entry ?? enclosing.at(-1) ?? null };
}

/** Nothing stands before the end of the text on its line, or a brace that opens a block. */
function atLineStart({ text, scanner: { previousEnd } }: Reading): boolean {
  return previousEnd === 0 || text.indexOf('\n', previousEnd) >= 0 || text[previousEnd - 1] === '{';
}

/**
 * Where the last statement begins that stands before the offset, in what tree and text have in common, and the blocks of
 * statements that it stands in; within a block of steps, a step.
 */
function entryPoint(tree: SyntaxTree, text: string, offset: number): { readonly start: number; readonly within: readonly Entry[] } {
  const limit = tree.text === text ? offset : Math.min(offset, commonPrefix(tree.text, text));
  const within: Entry[] = [];
  let start = 0;
  for (let statements: readonly Statement[] | null = tree.statements; statements; ) {
    const index = lastFrom(statements, limit);
    if (index < 0) break;
    const zone = unclosedRecords(statements, index);
    if (zone) return { start: zone.start, within };
    const found: Statement = statements[index]!;
    start = found.start;
    const { entry, braces, block } = found;
    statements = entry && holdsStatements(entry) && braces && braces.end > limit ? block : null;
    if (entry && statements && lastFrom(statements, limit) >= 0) within.push(entry);
  }
  return { start, within };
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
