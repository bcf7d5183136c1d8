/**
 * Text in, statements out; any text parses.
 *
 * Theory of operation: a recursive descent over lines, in `parser/`. All of its parts share one `Reading`: the scanner and
 * what was met so far. `statement` walks the vocabulary's automaton, `slots` and `expression` read what fills it, `records`
 * what stands in a zone's block, `recovery` decides what a broken statement costs, `messages` what is said about it. A
 * statement ends with its line; a broken one is given up to the end of its line (and its block), and the next one is read
 * afresh.
 */
import { Reading } from './parser/reading.ts';
import { statement } from './parser/statement.ts';
import { type ScannerProblem, TokenKind } from './scanner.ts';
import type { Statement, SyntaxProblem, SyntaxTree } from './syntax.ts';
import { statementAutomaton } from './vocabulary.ts';

/** Never throws. Time and memory are linear in the length of the text. */
export function parse(text: string): SyntaxTree {
  const reading = new Reading(text);
  const { scanner } = reading;
  const statements: Statement[] = [];
  while (scanner.kind !== TokenKind.end) {
    if (reading.at('}')) reportStrayBrace(reading);
    else statements.push(nextStatement(reading));
  }
  return { text, statements, problems: problemsOf(reading), comments: scanner.comments };
}

/** The statement that begins at the current token, outside all blocks. */
export function nextStatement(reading: Reading): Statement {
  reading.unwinding = false;
  reading.braces.metEnd = false;
  const read = statement(statementAutomaton, reading);
  read.reachesEnd = reading.braces.metEnd;
  return read;
}

/** All that was found wrong, in order, once everything is read. */
export function problemsOf(reading: Reading): SyntaxProblem[] {
  for (const problem of reading.scanner.problems) reportUnclosed(problem, reading);
  return reading.problems.sort((a, b) => a.start - b.start);
}

/** The current token closes no block. */
export function reportStrayBrace(reading: Reading): void {
  const { scanner } = reading;
  reading.report(scanner, 'stray-brace', 'This brace closes nothing. Take it away, or open a block before it.', [
    { title: 'Remove the brace', edits: [{ start: scanner.start, end: scanner.end, text: '' }] },
  ]);
  scanner.next();
}

function reportUnclosed(problem: ScannerProblem, reading: Reading): void {
  const { code, end } = problem;
  if (code === 'unclosed-comment') {
    const line = reading.text.indexOf('\n', problem.start);
    const at = line < 0 ? reading.text.length : reading.text[line - 1] === '\r' ? line - 1 : line;
    reading.report(problem, code, 'This comment is never closed: write `*/` at its end.', [
      { title: 'Close the comment on this line', edits: [{ start: at, end: at, text: ' */' }], preferred: true },
    ]);
    return;
  }
  const fixes = reading.text.startsWith('"""', problem.start)
    ? []
    : [{ title: 'Close the text', edits: [{ start: end, end, text: '"' }], preferred: true }];
  reading.report(problem, code, 'This text is never closed: write `"` at its end.', fixes);
}
