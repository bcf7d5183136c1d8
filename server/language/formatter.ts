/**
 * Formatting: how a text is laid out, without touching what it says.
 *
 * Theory of operation: the text is cut into pieces (tokens, comments, and what is kept as it stands: names with their indices,
 * the rest of a line, records, broken statements), and only the white space between two pieces is ever replaced. So no comment
 * and no token can be lost, and what is broken stays as its author left it.
 *
 * Layout: blocks are indented, one blank line at most separates lines, one blank separates tokens, two separate the properties of
 * a block on one line. Columns that the author began are kept (`columns.ts`). Records of a zone are moved as a block.
 */
import { alignedGaps, type Cell } from './columns.ts';
import type { SourceText, TextRange } from './compilation.ts';
import { Scanner, TokenKind } from './scanner.ts';
import type { SlotSyntax, Statement, SyntaxTree } from './syntax.ts';
import { treeOf } from './trees.ts';

export interface FormattingOptions {
  /** Columns of one level of indentation. */
  readonly tabSize: number;
  readonly insertSpaces: boolean;
  /** Ends a text that is not empty with a line end; otherwise one stays where one is. */
  readonly insertFinalNewline: boolean;
}

export const defaultFormatting: FormattingOptions = { tabSize: 2, insertSpaces: true, insertFinalNewline: false };

export interface FormattingEdit extends TextRange {
  readonly text: string;
}

/** The edits that lay a document out; none where it is laid out already. Only white space is replaced. */
export function format(source: SourceText, options: FormattingOptions = defaultFormatting): FormattingEdit[] {
  const tree = treeOf(source);
  // A text that is not read has no tree.
  if (tree.text !== source.text) return [];
  return new Layout(tree, options).edits();
}

/** The text with edits made. */
export function edited(text: string, edits: readonly FormattingEdit[]): string {
  let made = '';
  let at = 0;
  for (const edit of edits) {
    made += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return made + text.slice(at);
}

/** Those edits that lie within the lines of a range. */
export function editsWithin(edits: readonly FormattingEdit[], text: string, range: TextRange): FormattingEdit[] {
  const start = text.lastIndexOf('\n', range.start - 1);
  const line = text.indexOf('\n', range.end);
  const end = line < 0 ? text.length : line;
  return edits.filter((edit) => edit.start >= Math.max(0, start) && edit.end <= end);
}

/** `column`: where a column can begin; `property`: where a property of a block begins. */
type Begins = 'column' | 'property' | 'tight';

interface Piece extends TextRange {
  readonly kind: 'token' | 'comment' | 'kept';
  /** Line ends in the white space before it. */
  newlines: number;
  /** Levels of blocks around it. */
  depth: number;
  /** It begins a statement or property, closes a block, or is a comment: it can begin a line at its own depth. */
  leads: boolean;
  begins: Begins;
  /** What it is in its statement, where a column begins with it: the statement's kind with a slot's name, a word or a brace. */
  part: string;
  /** No blank stands between it and the piece before, or behind. */
  gluedBefore: boolean;
  gluedBehind: boolean;
  /** The white space around it stays as it is. */
  untouched: boolean;
  /** Its block goes on over several lines: a line ends behind it (`{`), or before it (`}`). */
  breaks: boolean;
}

/** What the tree says of the places of a text, by offset. */
interface Marks {
  /** Where pieces end that are kept whole, by where they start. */
  readonly whole: Map<number, { readonly end: number; readonly broken: boolean }>;
  readonly leads: Map<number, { readonly begins: Begins; readonly kind: string }>;
  /** The names of slots, by where they are filled. */
  readonly slots: Map<number, string>;
  /** Braces of blocks. */
  readonly opens: Set<number>;
  readonly closes: Set<number>;
  /** Where slots are filled: no column begins within one. */
  readonly filled: TextRange[];
}

class Layout {
  readonly #text: string;
  readonly #options: FormattingOptions;
  /** For lines that are new; those that are there keep their line ends. */
  readonly #eol: string;
  readonly #pieces: Piece[];

  constructor(tree: SyntaxTree, options: FormattingOptions) {
    this.#text = tree.text;
    this.#options = options;
    this.#eol = /\r\n/.test(tree.text.slice(0, tree.text.indexOf('\n') + 1)) ? '\r\n' : '\n';
    this.#pieces = cut(tree);
  }

  edits(): FormattingEdit[] {
    const edits: FormattingEdit[] = [];
    const gaps = this.#gaps();
    const text = this.#text;
    let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.#pieces.forEach((piece, i) => {
      const gap = gaps[i]!;
      if (text.slice(at, piece.start) !== gap) edits.push({ start: at, end: piece.start, text: gap });
      edits.push(...this.#within(piece));
      at = piece.end;
    });
    const last = this.#pieces[this.#pieces.length - 1];
    const rest = text.slice(at);
    const eol = rest.includes('\r\n') ? '\r\n' : rest.includes('\n') ? '\n' : this.#options.insertFinalNewline ? this.#eol : '';
    const end = last ? eol : '';
    if (rest !== end && !last?.untouched) edits.push({ start: at, end: text.length, text: end });
    return edits.sort((a, b) => a.start - b.start);
  }

  /** The white space before each piece. */
  #gaps(): string[] {
    const pieces = this.#pieces;
    const text = this.#text;
    const gaps: string[] = [];
    let before: Piece | null = null;
    for (const piece of pieces) {
      if (!before) gaps.push(piece.untouched ? text.slice(text.charCodeAt(0) === 0xfeff ? 1 : 0, piece.start) : '');
      else if (piece.untouched || before.untouched) gaps.push(text.slice(before.end, piece.start));
      else if (breaksBetween(before, piece)) {
        const written = text.slice(before.end, piece.start);
        const eol = !written.includes('\n') ? this.#eol : written.includes('\r\n') ? '\r\n' : '\n';
        const atBrace = (before.breaks && !before.leads) || (piece.breaks && piece.leads);
        const blank = piece.newlines > 1 && !atBrace ? eol : '';
        gaps.push(`${blank}${eol}${this.#indentation(piece.depth + (piece.leads ? 0 : 1))}`);
      } else gaps.push(inline(before, piece, text));
      before = piece;
    }
    this.#align(gaps);
    return gaps;
  }

  #indentation(depth: number): string {
    const { tabSize, insertSpaces } = this.#options;
    return insertSpaces ? ' '.repeat(depth * tabSize) : '\t'.repeat(depth);
  }

  /** Lines in a row, indented alike, have columns in common. */
  #align(gaps: string[]): void {
    const pieces = this.#pieces;
    /** The indices of each line's pieces, line by line of those in a row. */
    let row: number[][] = [];
    const finish = (): void => {
      const lines = row.map((line) => line.map((i, at) => this.#cell(i, at > 0 ? gaps[i]! : '')));
      alignedGaps(lines).forEach((line, l) => {
        line.forEach((gap, c) => {
          if (c > 0) gaps[row[l]![c]!] = ' '.repeat(gap);
        });
      });
      row = [];
    };
    let line: number[] | null = null;
    pieces.forEach((piece, i) => {
      const gap = gaps[i]!;
      if (line && !gap.includes('\n') && !piece.untouched && !pieces[i - 1]!.untouched) {
        // Behind a text of several lines nothing stands below something else.
        if (this.#text.slice(pieces[i - 1]!.start, pieces[i - 1]!.end).includes('\n')) line = null;
        else line.push(i);
        return;
      }
      if (!line && i > 0 && !gap.includes('\n')) return;
      const before = row.length > 0 ? pieces[row[row.length - 1]![0]!] : undefined;
      if (before && (piece.untouched || /\n[^\n]*\n/.test(gap) || before.depth !== piece.depth)) finish();
      line = piece.untouched ? null : [i];
      if (line) row.push(line);
    });
    finish();
  }

  /** `gap`: what stands before it where it is in no column. */
  #cell(i: number, gap: string): Cell {
    const { start, end, kind, begins, part, gluedBefore } = this.#pieces[i]!;
    const before = this.#pieces[i - 1];
    const isLast = this.#pieces[i + 1] === undefined || this.#pieces[i + 1]!.newlines > 0;
    const isColumn =
      before !== undefined && (kind === 'comment' ? isLast && !before.breaks : begins !== 'tight' && !gluedBefore && !before.gluedBehind);
    const written = before ? start - before.end : 0;
    const usual = kind === 'comment' && written > 1 ? 2 : gap.length;
    return { width: end - start, usual, gap: written, part: isColumn ? (kind === 'comment' ? '//' : part) : null };
  }

  /** White space within a block of records: its lines are moved together, and have no blanks at their ends. */
  #within({ start, end, kind, untouched, depth }: Piece): FormattingEdit[] {
    const text = this.#text;
    if (kind !== 'kept' || untouched || text.charAt(start) !== '{') return [];
    const lines = text.slice(start + 1, end - 1).split('\n');
    const edits: FormattingEdit[] = [];
    const replace = (from: number, to: number, by: string): void => {
      if (text.slice(from, to) !== by) edits.push({ start: from, end: to, text: by });
    };
    if (lines.length === 1) {
      const [line] = lines as [string];
      const inner = line.trim();
      const blanks = line.length - line.trimStart().length;
      if (inner === '') replace(start + 1, end - 1, '');
      else {
        replace(start + 1, start + 1 + blanks, ' ');
        replace(start + 1 + blanks + inner.length, end - 1, ' ');
      }
      return edits;
    }
    const inside = lines.slice(1, -1).filter((line) => line.trim() !== '');
    const leading = (line: string): string => line.slice(0, line.length - line.trimStart().length);
    // Records that begin beside the brace, or are indented by tabs, stand as they are.
    if (lines[0]!.trim() !== '' || lines.at(-1)!.trim() !== '' || inside.some((line) => leading(line).includes('\t'))) return [];
    const least = Math.min(...inside.map((line) => leading(line).length));
    const indent = this.#indentation(depth + 1);
    let at = start + 1;
    lines.forEach((line, i) => {
      const blanks = leading(line);
      const body = line.trim();
      if (i === lines.length - 1) replace(at, at + line.length, this.#indentation(depth));
      else if (i > 0 && body !== '') replace(at, at + blanks.length, indent + blanks.slice(least));
      // A carriage return belongs to the line's end.
      const tail = line.endsWith('\r') ? line.length - 1 : line.length;
      const trimmed = line.trimEnd().length;
      if (i < lines.length - 1) replace(at + (body === '' ? 0 : trimmed), at + tail, '');
      at += line.length + 1;
    });
    return edits;
  }
}

function breaksBetween(before: Piece, piece: Piece): boolean {
  if (piece.newlines > 0) return true;
  // A comment behind an opening brace stays on its line.
  return (piece.breaks && piece.leads) || (before.breaks && !before.leads && piece.kind !== 'comment');
}

function inline(before: Piece, piece: Piece, text: string): string {
  if (piece.gluedBefore || before.gluedBehind) return '';
  // An empty block.
  if (text.slice(before.start, before.end) === '{' && text.charAt(piece.start) === '}' && piece.end - piece.start === 1) return '';
  return piece.begins === 'property' && text.slice(before.start, before.end) !== '{' ? '  ' : ' ';
}

/** The pieces of a text, in order. */
function cut(tree: SyntaxTree): Piece[] {
  const { text } = tree;
  const marks: Marks = {
    whole: new Map(),
    leads: new Map(),
    slots: new Map(),
    opens: new Set(),
    closes: new Set(),
    filled: [],
  };
  const unclosed = new Set(tree.problems.filter(({ code }) => code === 'unclosed-block').map(({ start }) => start));
  markStatements(tree.statements, marks, unclosed, 'column');
  const pieces: Piece[] = [];
  const scanner = new Scanner(text);
  let comment = 0;
  let depth = 0;
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  /** The pattern of the statement or property that the scanner is in. */
  let kind = '';
  const filled = marks.filled.sort((a, b) => a.start - b.start);
  let nextFilled = 0;
  const add = (start: number, end: number, more: Partial<Piece> & Pick<Piece, 'kind'>): void => {
    const newlines = linesIn(text, at, start);
    pieces.push({
      start,
      end,
      newlines,
      depth,
      leads: false,
      begins: 'tight',
      part: '',
      gluedBefore: false,
      gluedBehind: false,
      untouched: false,
      breaks: false,
      ...more,
    });
    at = end;
  };
  const comments = (until: number): void => {
    for (; comment < scanner.comments.length && scanner.comments[comment]! < until; comment += 2) {
      const start = scanner.comments[comment]!;
      // Blanks at its end are none of its own: a carriage return is one.
      const { length } = text.slice(start, scanner.comments[comment + 1]!).trimEnd();
      if (start >= at) add(start, start + length, { kind: 'comment', leads: true });
    }
  };
  while (scanner.kind !== TokenKind.end) {
    const { start } = scanner;
    comments(start);
    const whole = marks.whole.get(start);
    const leads = marks.leads.get(start);
    if (leads) kind = leads.kind;
    if (whole) {
      const isBlock = text.charAt(start) === '{';
      add(start, whole.end, {
        kind: 'kept',
        untouched: whole.broken,
        leads: leads !== undefined,
        begins: leads?.begins ?? (isBlock || marks.slots.has(start) ? 'column' : 'tight'),
        part: `${kind} ${isBlock ? '{' : (marks.slots.get(start) ?? '')}`,
      });
      // The comments within a broken statement are part of it.
      scanner.resume(whole.end);
      while (comment < scanner.comments.length && scanner.comments[comment]! < whole.end) comment += 2;
      continue;
    }
    const { end } = scanner;
    const token = text.slice(start, end);
    const opens = marks.opens.has(start);
    const closes = marks.closes.has(start);
    if (closes) depth--;
    while (nextFilled < filled.length && filled[nextFilled]!.end <= start) nextFilled++;
    const isInner = nextFilled < filled.length && filled[nextFilled]!.start < start;
    const known = leads !== undefined || opens || closes || insideStatement(tree.statements, start);
    add(start, end, {
      kind: 'token',
      leads: leads !== undefined || closes,
      begins: leads?.begins ?? (opens || closes || !isInner ? 'column' : 'tight'),
      part: closes ? '}' : `${kind} ${leads ? '' : (marks.slots.get(start) ?? token)}`,
      gluedBefore: token === ',' || token === ')',
      gluedBehind: token === '(' || (token === '-' && isSign(pieces[pieces.length - 1], marks, start, text)),
      untouched: !known,
    });
    if (opens) depth++;
    scanner.next();
  }
  comments(text.length + 1);
  markBreaks(pieces, marks);
  return pieces;
}

/** A minus sign in front of a value, and not between two. */
function isSign(before: Piece | undefined, { slots }: Marks, start: number, text: string): boolean {
  return !before || slots.has(start) || /^[-+*/(,]$/.test(text.slice(before.start, before.end));
}

/** The braces of blocks that go on over several lines. */
function markBreaks(pieces: readonly Piece[], marks: Marks): void {
  const open: { readonly piece: Piece; readonly index: number }[] = [];
  pieces.forEach((piece, index) => {
    if (marks.opens.has(piece.start)) open.push({ piece, index });
    else if (marks.closes.has(piece.start)) {
      const begun = open.pop();
      if (!begun) return;
      const within = pieces.slice(begun.index + 1, index + 1);
      if (within.some(({ newlines }) => newlines > 0)) begun.piece.breaks = piece.breaks = true;
    }
  });
}

function insideStatement(statements: readonly Statement[], offset: number): boolean {
  let low = 0;
  let high = statements.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (statements[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low > 0 && offset < statements[low - 1]!.end;
}

function markStatements(statements: readonly Statement[], marks: Marks, unclosed: ReadonlySet<number>, begins: Begins): void {
  for (const statement of statements) {
    const { start, end, entry, complete, slots, block, braces } = statement;
    marks.leads.set(start, { begins, kind: entry?.pattern ?? '' });
    if (!complete || !entry || isUnclosed(statement, unclosed)) {
      if (end > start) marks.whole.set(start, { end, broken: true });
      continue;
    }
    for (const name in slots) {
      const { start, end } = slots[name]!;
      marks.slots.set(start, name);
      marks.filled.push({ start, end });
      markSlot(slots[name]!, marks);
    }
    if (!braces) continue;
    if (!block) {
      marks.whole.set(braces.start, { end: braces.end, broken: false });
      continue;
    }
    marks.opens.add(braces.start);
    marks.closes.add(braces.end - 1);
    markStatements(block, marks, unclosed, entry.block === 'steps' ? 'column' : 'property');
  }
}

/** The block is never closed, or one within it is not. */
function isUnclosed({ braces, block }: Statement, unclosed: ReadonlySet<number>): boolean {
  return braces !== null && (unclosed.has(braces.start) || (block ?? []).some((item) => isUnclosed(item, unclosed)));
}

function markSlot(syntax: SlotSyntax, marks: Marks): void {
  switch (syntax.kind) {
    case 'list':
      for (const item of syntax.items) markSlot(item, marks);
      break;
    case 'name':
    case 'word':
      // A word of a choice may be the last of several; it is a token like any other.
      marks.whole.set(syntax.start, { end: syntax.end, broken: false });
      break;
    case 'binary':
      markSlot(syntax.left, marks);
      markSlot(syntax.right, marks);
      break;
    case 'negative':
      markSlot(syntax.operand, marks);
      break;
    case 'ports':
      if (syntax.last) marks.whole.set(syntax.start, { end: syntax.end, broken: false });
      else markSlot(syntax.first, marks);
      break;
  }
}

function linesIn(text: string, from: number, to: number): number {
  let lines = 0;
  for (let i = text.indexOf('\n', from); i >= 0 && i < to; i = text.indexOf('\n', i + 1)) lines++;
  return lines;
}
