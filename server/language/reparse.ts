/**
 * The tree of an edited text, made of the tree of the text before.
 *
 * Theory of operation: a statement depends on its own text and the beginning of the next one, so what stands before the one in
 * front of the edit is as it was, and so is all that follows once the parser comes to a place behind the edit where a statement
 * began before. Only offsets are different there: the nodes are moved, not copied, and the tree of before is used up. How a block
 * reads that is never closed may hang on all that follows it: an edit behind it has it read again. A comment or a long text that is
 * never closed may stand between statements: then the whole is read afresh.
 */

import type { TextRange } from './compilation.ts';
import { Reading } from './parser/reading.ts';
import { nextStatement, parse, problemsOf, reportStrayBrace } from './parser.ts';
import { TokenKind } from './scanner.ts';
import type { SlotSyntax, Statement, SyntaxProblem, SyntaxTree } from './syntax.ts';
import { lastFrom } from './tree-slots.ts';

/** Equal to `parse(text)`. `before` must not be used any more. */
export function reparse(before: SyntaxTree, text: string): SyntaxTree {
  return before.text === text ? before : (continued(before, text) ?? parse(text));
}

/** Its end was looked for beyond its line. */
const isFarUnclosed = ({ code, start }: Pick<SyntaxProblem, 'code' | 'start'>, text: string): boolean =>
  code === 'unclosed-comment' || (code === 'unclosed-text' && text.startsWith(LONG_QUOTES, start));
const LONG_QUOTES = '"""';

function continued(before: SyntaxTree, text: string): SyntaxTree | null {
  const { statements: old, problems, comments } = before;
  if (old.length === 0 || problems.some((problem) => isFarUnclosed(problem, before.text))) return null;
  const from = commonStart(before.text, text);
  const same = commonEnd(before.text, text, from);
  const editEnd = text.length - same;
  const moved = text.length - before.text.length;

  const reading = new Reading(text);
  const { scanner } = reading;
  const reaching = old.findIndex(({ reachesEnd }) => reachesEnd);
  const touched = Math.max(0, lastFrom(old, from) - 1);
  const first = reaching < 0 ? touched : Math.min(touched, reaching);
  const start = first === 0 ? 0 : old[first]!.start;
  if (first > 0) {
    scanner.problems.length = 0;
    scanner.resume(old[first - 1]!.end);
    // Something else stands between the statements.
    if (scanner.start !== start) return null;
    scanner.comments.length = 0;
  }
  const read: Statement[] = [];
  let next = old.length;
  let end = text.length + 1;
  while (scanner.kind !== TokenKind.end) {
    if (scanner.start > editEnd) {
      const at = lastFrom(old, scanner.start - moved);
      if (at >= 0 && old[at]!.start === scanner.start - moved) {
        next = at;
        end = scanner.start;
        break;
      }
    }
    if (reading.at('}')) reportStrayBrace(reading);
    else read.push(sameAs(old[first + read.length], nextStatement(reading), from));
  }
  if (scanner.problems.some((problem) => isFarUnclosed(problem, text))) return null;

  const oldEnd = end - moved;
  const tail = old.slice(next);
  if (moved !== 0) for (const one of tail) moveStatement(one, moved);
  const made: number[] = [];
  for (const [i, offset] of comments.entries()) if (comments[i - (i % 2)]! < start) made.push(offset);
  for (const [i, offset] of scanner.comments.entries()) if (scanner.comments[i - (i % 2)]! < end) made.push(offset);
  for (const [i, offset] of comments.entries()) if (comments[i - (i % 2)]! >= oldEnd) made.push(offset + moved);
  return {
    text,
    statements: [...old.slice(0, first), ...read, ...tail],
    problems: [
      ...problems.filter((problem) => problem.start < start),
      ...problemsOf(reading).filter((problem) => problem.start < end),
      ...problems.filter((problem) => problem.start >= oldEnd).map((problem) => movedProblem(problem, moved)),
    ],
    comments: made,
  };
}

/** The node of before where it stands in front of the edit and has ended as it did then: what is known of it goes on to hold. */
function sameAs(before: Statement | undefined, read: Statement, from: number): Statement {
  const same =
    before?.complete &&
    read.complete &&
    before.reachesEnd === read.reachesEnd &&
    before.start === read.start &&
    before.end === read.end &&
    read.end <= from;
  return same ? before : read;
}

/** How many characters two texts have in common from their beginning. */
function commonStart(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  // Comparing slices is so much faster than comparing characters that blocks pay.
  let at = 0;
  for (const step of [65_536, 1_024, 32]) while (at + step <= most && a.slice(at, at + step) === b.slice(at, at + step)) at += step;
  while (at < most && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}

/** …from their end, without the first `from` characters of either. */
function commonEnd(a: string, b: string, from: number): number {
  const most = Math.min(a.length, b.length) - from;
  let at = 0;
  for (const step of [65_536, 1_024, 32]) {
    while (at + step <= most && a.slice(a.length - at - step, a.length - at) === b.slice(b.length - at - step, b.length - at)) at += step;
  }
  while (at < most && a.charCodeAt(a.length - at - 1) === b.charCodeAt(b.length - at - 1)) at++;
  return at;
}

type Movable = { start: number; end: number };

function moveStatement(node: Statement, by: number): void {
  node.known.nodes ??= nodesOf(node);
  for (const one of node.known.nodes) {
    one.start += by;
    one.end += by;
  }
  moveHeads(node, by);
}

function moveHeads(node: Statement, by: number): void {
  node.headEnd += by;
  if (node.block) for (const inner of node.block) moveHeads(inner, by);
}

/** All nodes of a statement, its own among them. To go through the tree at each key would take longer than to move them. */
function nodesOf(statement: Statement): Movable[] {
  const nodes: Movable[] = [];
  const add = (node: TextRange): void => {
    nodes.push(node as Movable);
  };
  const ofStatement = (node: Statement): void => {
    add(node);
    for (const name in node.slots) ofSlot(node.slots[name]!, add);
    if (node.block) for (const inner of node.block) ofStatement(inner);
    if (node.braces) add(node.braces);
  };
  ofStatement(statement);
  return nodes;
}

function ofSlot(node: SlotSyntax, add: (node: TextRange) => void): void {
  add(node);
  switch (node.kind) {
    case 'list':
      for (const item of node.items) ofSlot(item, add);
      break;
    case 'name':
      if (!node.indices) break;
      for (const index of node.indices) {
        add(index);
        ofSlot(index.first, add);
        if (index.last) ofSlot(index.last, add);
      }
      break;
    case 'negative':
      ofSlot(node.operand, add);
      break;
    case 'binary':
      ofSlot(node.left, add);
      ofSlot(node.right, add);
      break;
    case 'values':
      for (const part of [node.first, node.last, node.step]) if (part) ofSlot(part, add);
      break;
    case 'measure':
      for (const name in node.slots) ofSlot(node.slots[name]!, add);
      break;
    case 'ports':
      ofSlot(node.first, add);
      if (node.last) ofSlot(node.last, add);
      break;
  }
}

function movedProblem(problem: SyntaxProblem, by: number): SyntaxProblem {
  const moved = <T extends Movable>(range: T): T => ({ ...range, start: range.start + by, end: range.end + by });
  const { fixes, firstWord } = problem;
  return {
    ...moved(problem),
    fixes: fixes.map((fix) => ({ ...fix, edits: fix.edits.map(moved) })),
    ...(firstWord ? { firstWord: { ...moved(firstWord), asVerb: moved(firstWord.asVerb) } } : {}),
  };
}
