/**
 * Formatting: how a text is laid out, without touching what it says.
 *
 * Theory of operation: the text is cut into pieces (tokens, comments, and what is kept as it stands: names with their indices,
 * the rest of a line, records, broken statements), and only the white space between two pieces is ever replaced. So no comment
 * and no token can be lost, and what is broken stays as its author left it.
 *
 * Layout: blocks are indented, one blank line at most separates lines, one blank separates tokens, two separate the properties of
 * a block on one line. Columns that the author began are kept (`columns.ts`). Records of a zone always have columns (`record-layout.ts`).
 */
import { alignedGaps, type Cell } from './columns.ts';
import type { SourceText, TextRange } from './compilation.ts';
import { cut, type Piece } from './pieces.ts';
import { recordEdits } from './record-layout.ts';
import type { SyntaxTree } from './syntax.ts';
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
    let isWide = false;
    const finish = (): void => {
      if (!isWide) {
        row = [];
        return;
      }
      isWide = false;
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
        else {
          line.push(i);
          isWide ||= piece.start - pieces[i - 1]!.end > gap.length;
        }
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
    const { start, end, kind, begins, statement, part, gluedBefore } = this.#pieces[i]!;
    const before = this.#pieces[i - 1];
    const isLast = this.#pieces[i + 1] === undefined || this.#pieces[i + 1]!.newlines > 0;
    const isColumn =
      before !== undefined && (kind === 'comment' ? isLast && !before.breaks : begins !== 'tight' && !gluedBefore && !before.gluedBehind);
    const written = before ? start - before.end : 0;
    const usual = kind === 'comment' && written > 1 ? 2 : gap.length;
    return {
      width: end - start,
      usual,
      gap: written,
      part: isColumn ? (kind === 'comment' ? '//' : part === '}' ? part : `${statement} ${part}`) : null,
    };
  }

  /** White space within a block of records: they have columns. What cannot be read is moved as it stands. */
  #within(piece: Piece): FormattingEdit[] {
    const { start, end, kind, untouched, depth } = piece;
    if (kind !== 'kept' || untouched || this.#text.charAt(start) !== '{') return [];
    const { tabSize } = this.#options;
    const layout = { indent: this.#indentation(depth + 1), outdent: this.#indentation(depth), tabSize, eol: this.#eol };
    return recordEdits(this.#text, { start, end }, layout) ?? this.#moved(piece);
  }

  /** The lines of a block are moved together, and have no blanks at their ends. */
  #moved({ start, end, depth }: Piece): FormattingEdit[] {
    const text = this.#text;
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
