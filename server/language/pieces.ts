/**
 * The pieces that a text is laid out in: tokens, comments, and what is kept as it stands (names with their indices, the rest of a
 * line, records, broken statements). Between two pieces is nothing but white space.
 */
import type { TextRange } from './compilation.ts';
import { holdsStatements } from './entry.ts';
import { Scanner, TokenKind } from './scanner.ts';
import type { SlotSyntax, Statement, SyntaxTree } from './syntax.ts';

/** `column`: where a column can begin; `property`: where a property of a block begins. */
export type Begins = 'column' | 'property' | 'tight';

export interface Piece extends TextRange {
  readonly kind: 'token' | 'comment' | 'kept';
  /** Line ends in the white space before it. */
  readonly newlines: number;
  /** Levels of blocks around it. */
  readonly depth: number;
  /** It begins a statement or property, closes a block, or is a comment: it can begin a line at its own depth. */
  readonly leads: boolean;
  readonly begins: Begins;
  /** The pattern of the statement or property that it is in, and what it is there: a slot's name, a word, a brace, or empty. */
  readonly statement: string;
  readonly part: string;
  /** No blank stands between it and the piece before, or behind. */
  readonly gluedBefore: boolean;
  readonly gluedBehind: boolean;
  /** The white space around it stays as it is. */
  readonly untouched: boolean;
  /** Its block goes on over several lines: a line ends behind it (`{`), or before it (`}`). */
  breaks: boolean;
}

/** What the tree says of a place. */
interface Mark {
  /** Set where a statement or property begins. */
  begins: Begins | null;
  statement: string;
  /** The name of the slot that is filled from here on, and where that ends. */
  slot: string | null;
  slotEnd: number;
  brace: 'opens' | 'closes' | null;
  /** Where a piece ends that is kept whole; −1 for none. */
  keptEnd: number;
  broken: boolean;
}

/** By offset. */
class Marks {
  readonly #index: Int32Array;
  readonly #marks: Mark[] = [];

  constructor(length: number) {
    this.#index = new Int32Array(length + 1);
  }

  at(offset: number): Mark | undefined {
    return this.#marks[this.#index[offset]! - 1];
  }

  mark(offset: number): Mark {
    const known = this.at(offset);
    if (known) return known;
    const mark: Mark = { begins: null, statement: '', slot: null, slotEnd: -1, brace: null, keptEnd: -1, broken: false };
    this.#index[offset] = this.#marks.push(mark);
    return mark;
  }
}

/** The pieces of a text, in order. */
export function cut(tree: SyntaxTree): Piece[] {
  const { text, statements } = tree;
  const marks = new Marks(text.length);
  const unclosed = new Set(tree.problems.filter(({ code }) => code === 'unclosed-block').map(({ start }) => start));
  markStatements(statements, marks, unclosed, 'column');
  const pieces: Piece[] = [];
  const scanner = new Scanner(text);
  let comment = 0;
  let depth = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  let statement = '';
  /** Where the slot ends that the scanner is in. */
  let slotEnd = -1;
  /** The top-level statement that the scanner has come to. */
  let reached = -1;
  const comments = (until: number): void => {
    for (; comment < scanner.comments.length && scanner.comments[comment]! < until; comment += 2) {
      const start = scanner.comments[comment]!;
      if (start < at) continue;
      // Blanks at its end are none of its own: a carriage return is one.
      const end = start + text.slice(start, scanner.comments[comment + 1]!).trimEnd().length;
      const newlines = linesIn(text, at, start);
      pieces.push({
        kind: 'comment',
        start,
        end,
        newlines,
        depth,
        leads: true,
        begins: 'tight',
        statement: '',
        part: '',
        gluedBefore: false,
        gluedBehind: false,
        untouched: false,
        breaks: false,
      });
      at = end;
    }
  };
  while (scanner.kind !== TokenKind.end) {
    const { start } = scanner;
    comments(start);
    const mark = marks.at(start);
    const leads = mark !== undefined && mark.begins !== null;
    if (leads) statement = mark.statement;
    while (reached + 1 < statements.length && statements[reached + 1]!.start <= start) reached++;
    const isKept = mark !== undefined && mark.keptEnd >= 0;
    const end = isKept ? mark.keptEnd : scanner.end;
    const token = isKept ? (text.charAt(start) === '{' ? '{' : '') : text.slice(start, end);
    const closes = mark?.brace === 'closes';
    if (closes) depth--;
    const isInner = start < slotEnd;
    if (mark?.slot) slotEnd = mark.slotEnd;
    const inStatement = reached >= 0 && start < statements[reached]!.end;
    pieces.push({
      kind: isKept ? 'kept' : 'token',
      start,
      end,
      newlines: linesIn(text, at, start),
      depth,
      leads: leads || closes,
      begins: mark?.begins ?? (mark?.brace || !isInner ? 'column' : 'tight'),
      statement,
      part: leads ? '' : (mark?.slot ?? token),
      gluedBefore: token === ',' || token === ')' || token === '..',
      gluedBehind: token === '(' || token === '..' || (token === '-' && isSign(pieces[pieces.length - 1], mark, text)),
      untouched: isKept ? mark.broken : !inStatement,
      breaks: false,
    });
    at = end;
    if (mark?.brace === 'opens') depth++;
    if (!isKept) {
      scanner.next();
      continue;
    }
    // The comments within are part of it.
    scanner.resume(end);
    while (comment < scanner.comments.length && scanner.comments[comment]! < end) comment += 2;
  }
  comments(text.length + 1);
  markBreaks(pieces, marks);
  return pieces;
}

/** A minus sign in front of a value, and not between two. */
function isSign(before: Piece | undefined, mark: Mark | undefined, text: string): boolean {
  return !before || (mark !== undefined && mark.slot !== null) || /^[-+*/(,]$/.test(text.slice(before.start, before.end));
}

/** The braces of blocks that go on over several lines. */
function markBreaks(pieces: readonly Piece[], marks: Marks): void {
  const open: Piece[] = [];
  /** For each open block, whether a line has ended in it. */
  const ended: boolean[] = [];
  for (const piece of pieces) {
    if (piece.newlines > 0) ended.fill(true);
    if (piece.kind !== 'token') continue;
    const brace = marks.at(piece.start)?.brace;
    if (brace === 'opens') {
      open.push(piece);
      ended.push(false);
    } else if (brace === 'closes') {
      const begun = open.pop();
      if (ended.pop() && begun) begun.breaks = piece.breaks = true;
    }
  }
}

function markStatements(statements: readonly Statement[], marks: Marks, unclosed: ReadonlySet<number>, begins: Begins): void {
  for (const statement of statements) {
    const { start, end, entry, complete, slots, block, braces } = statement;
    const first = marks.mark(start);
    first.begins = begins;
    first.statement = entry?.pattern ?? '';
    if (!complete || !entry || isUnclosed(statement, unclosed)) {
      if (end > start) keep(first, end, true);
      continue;
    }
    for (const name in slots) {
      const slot = slots[name]!;
      const mark = marks.mark(slot.start);
      mark.slot = name;
      mark.slotEnd = slot.end;
      markSlot(slot, marks);
    }
    if (!braces) continue;
    const open = marks.mark(braces.start);
    if (!block) {
      keep(open, braces.end, false);
      continue;
    }
    open.brace = 'opens';
    marks.mark(braces.end - 1).brace = 'closes';
    markStatements(block, marks, unclosed, holdsStatements(entry) ? 'column' : 'property');
  }
}

function keep(mark: Mark, end: number, broken: boolean): void {
  mark.keptEnd = end;
  mark.broken = broken;
}

/** The block is never closed, or one within it is not. */
function isUnclosed({ braces, block }: Statement, unclosed: ReadonlySet<number>): boolean {
  if (unclosed.size === 0 || !braces) return false;
  return unclosed.has(braces.start) || (block ?? []).some((item) => isUnclosed(item, unclosed));
}

function markSlot(syntax: SlotSyntax, marks: Marks): void {
  switch (syntax.kind) {
    case 'list':
      for (const item of syntax.items) markSlot(item, marks);
      break;
    case 'name':
    case 'word':
      // A word of a choice may be the last of several; it is a token like any other.
      keep(marks.mark(syntax.start), syntax.end, false);
      break;
    case 'binary':
      markSlot(syntax.left, marks);
      markSlot(syntax.right, marks);
      break;
    case 'negative':
      markSlot(syntax.operand, marks);
      break;
    case 'values':
      for (const part of [syntax.first, syntax.last, syntax.step]) if (part) markSlot(part, marks);
      break;
    case 'measure':
      for (const name in syntax.slots) markSlot(syntax.slots[name]!, marks);
      break;
    case 'ports':
      if (syntax.last) keep(marks.mark(syntax.start), syntax.end, false);
      else markSlot(syntax.first, marks);
      break;
  }
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let i = from; i < to; i++) if (text.charCodeAt(i) === 10) lines++;
  return lines;
}
