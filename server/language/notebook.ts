/**
 * A notebook as Markdown: `NAME.netscenario.md` to cells and back, byte for byte.
 *
 * Theory of operation. Fenced code blocks (CommonMark §4.5) whose info string begins with `netscenario` are code cells; what
 * stands between them is prose. The text is cut at line ends into cells, and every cell keeps the exact text it was cut from
 * (`source`), so that the cells of an unedited notebook, one after the other, are the file again. Blank lines belong to the
 * cell before them. A cell that was edited, moved next to another kind, or is new, is written afresh; no other cell changes.
 * Blank lines around prose are not part of its cell: what stands before its first and behind its last line is dropped when
 * the cell is written afresh. A line that holds nothing but spaces, tabs and byte order marks (which nobody sees) is blank.
 *
 * Two cells of prose with nothing between them are kept apart by a line `<!-- cell -->`, which no Markdown viewer shows.
 * A fence inside a list item or a quotation is prose: a cell is a block of the document itself.
 */

export interface NotebookText {
  /** Byte order mark and blank lines before the first cell. */
  readonly head: string;
  /** The document's line end, for lines that are new. */
  readonly eol: '\n' | '\r\n';
  readonly cells: readonly ParsedCell[];
}

export interface Cell {
  readonly kind: 'code' | 'prose';
  /** What the editor shows: code without its fence, prose without the blank lines after it. */
  readonly text: string;
  /** The exact text that a cell was cut from; null for a cell that never was in a file. */
  readonly source: string | null;
}

export interface ParsedCell extends Cell {
  readonly source: string;
  /** Lines of the file before the first line of `text`. */
  readonly line: number;
}

const CELL_MARK = '<!-- cell -->';
const BLANK = /^[ \t\ufeff]*$/;

interface Fence {
  readonly indent: number;
  readonly mark: '`' | '~';
  readonly length: number;
  readonly info: string;
}

/** CommonMark §4.5: up to three spaces, three or more marks, an info string that, after backticks, holds no backtick. */
function openingFence(line: string): Fence | null {
  const match = /^( {0,3})(`{3,}|~{3,})(.*)$/s.exec(line);
  if (!match) return null;
  const mark = match[2]![0] as '`' | '~';
  if (mark === '`' && match[3]!.includes('`')) return null;
  return { indent: match[1]!.length, mark, length: match[2]!.length, info: match[3]!.trim() };
}

function closes(fence: Fence, line: string): boolean {
  const match = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line);
  return match !== null && match[1]![0] === fence.mark && match[1]!.length >= fence.length;
}

const isScenario = (fence: Fence): boolean => /^netscenario(?![\w-])/i.test(fence.info);

/** A line without its end, and the end. */
interface Line {
  readonly text: string;
  readonly end: string;
}

function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (const match of text.matchAll(/([^\r\n]*)(\r\n|\n|\r|$)/g)) {
    if (match[0] === '') break;
    lines.push({ text: match[1]!, end: match[2]! });
  }
  return lines;
}

const whole = (lines: readonly Line[]): string => lines.map(({ text, end }) => text + end).join('');
/** The lines' text without the last line end. */
const inner = (lines: readonly Line[]): string => lines.map(({ text, end }, i) => (i === lines.length - 1 ? text : text + end)).join('');
const isGap = (line: Line): boolean => BLANK.test(line.text) || line.text === CELL_MARK;

/** Total: any text is a notebook. */
export function parseNotebook(text: string): NotebookText {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : '';
  const lines = linesOf(text.slice(mark.length));
  const { gap, cells } = cut(lines);
  return { head: mark + gap, eol: lines[0]?.end === '\r\n' ? '\r\n' : '\n', cells };
}

function cut(lines: readonly Line[]): { readonly gap: string; readonly cells: readonly ParsedCell[] } {
  const cells: ParsedCell[] = [];
  let at = 0;
  const skipGap = () => {
    while (at < lines.length && isGap(lines[at]!)) at++;
  };
  skipGap();
  const gap = whole(lines.slice(0, at));
  while (at < lines.length) {
    const start = at;
    const fence = openingFence(lines[at]!.text);
    if (fence && isScenario(fence)) {
      at++;
      while (at < lines.length && !closes(fence, lines[at]!.text)) at++;
      const content = lines.slice(start + 1, at).map(({ text, end }) => ({ text: unindent(text, fence.indent), end }));
      if (at < lines.length) at++; // the closing fence
      skipGap();
      cells.push({ kind: 'code', text: inner(content), source: whole(lines.slice(start, at)), line: start + 1 });
      continue;
    }
    let end = start;
    let open: Fence | null = null;
    for (; at < lines.length; at++) {
      const line = lines[at]!;
      if (open) {
        if (closes(open, line.text)) open = null;
      } else {
        const opening = openingFence(line.text);
        if (opening && isScenario(opening)) break;
        if (line.text === CELL_MARK) break;
        open = opening;
      }
      if (open || !BLANK.test(line.text)) end = at + 1;
    }
    skipGap();
    cells.push({ kind: 'prose', text: inner(lines.slice(start, end)), source: whole(lines.slice(start, at)), line: start });
  }
  return { gap, cells };
}

/** Removes up to that many spaces, as the content of an indented fence is read. */
function unindent(line: string, indent: number): string {
  let spaces = 0;
  while (spaces < indent && line[spaces] === ' ') spaces++;
  return line.slice(spaces);
}

/** Editors keep texts with one kind of line end and without a byte order mark; texts that differ in no more are the same. */
export function sameText(a: string, b: string): boolean {
  const normal = (text: string) => text.replace(/^\ufeff+/, '').replace(/\r\n|\r/g, '\n');
  return normal(a) === normal(b);
}

/** The cells as Markdown. Cells whose text still is what their source says come out as that source. */
export function serializeNotebook(notebook: {
  readonly head: string;
  readonly eol: '\n' | '\r\n';
  readonly cells: readonly Cell[];
}): string {
  const { eol } = notebook;
  const cells = notebook.cells.filter(
    (cell) => cell.kind === 'code' || !linesOf(cell.text).every(isGap) || keptSource(cell, true) !== null,
  );
  let written = notebook.head;
  let previous: Cell | null = null;
  cells.forEach((cell, i) => {
    const last = i === cells.length - 1;
    const kept = keptSource(cell, last);
    if (previous) {
      if (!/[\r\n]$/.test(written)) written += eol;
      const added = cell.source === null || previous.source === null;
      if (added && !/(^|\n|\r)[ \t]*(\r\n|\n|\r)$/.test(written)) written += eol;
      // Otherwise the next reading would see one cell of prose.
      if (cell.kind === 'prose' && previous.kind === 'prose' && !endsWithMark(previous, written)) {
        written += /(\r\n|\n|\r)[ \t]*(\r\n|\n|\r)$/.test(written) ? CELL_MARK + eol + eol : eol + CELL_MARK + eol + eol;
      }
    }
    written += kept ?? rewritten(cell, eol);
    previous = cell;
  });
  return written;
}

const endsWithMark = (cell: Cell, written: string): boolean =>
  cell.source !== null &&
  written.endsWith(cell.source) &&
  linesOf(cell.source).some(({ text }, i, all) => text === CELL_MARK && all.slice(i).every(isGap));

/** The source, where it still says what the cell holds and does not swallow what comes after it. */
function keptSource(cell: Cell, last: boolean): string | null {
  if (cell.source === null) return null;
  const [parsed, more] = cut(linesOf(cell.source)).cells;
  if (!parsed || more || parsed.kind !== cell.kind || !sameText(parsed.text, cell.text)) return null;
  if (!last && leftOpen(cell.source)) return null;
  return cell.source;
}

/** The fence that a text leaves open at its end. */
function leftOpen(text: string): Fence | null {
  let open: Fence | null = null;
  for (const line of linesOf(text)) {
    if (!open) open = openingFence(line.text);
    else if (closes(open, line.text)) open = null;
  }
  return open;
}

function rewritten(cell: Cell, eol: string): string {
  const text = cell.text.replace(/\r\n|\r|\n/g, eol);
  // What stood after the cell stays: its blank lines, or none at the end of the file.
  const old = cell.source === null ? [] : linesOf(cell.source);
  let gap = old.length;
  // Blank lines after an open fence are its content.
  const open = cell.source !== null && leftOpen(cell.source) !== null;
  while (!open && gap > 0 && isGap(old[gap - 1]!)) gap--;
  const after = whole(old.slice(gap));
  const end = cell.source === null || gap === 0 || old[gap - 1]!.end !== '' ? eol : '';
  if (cell.kind === 'prose') {
    const lines = linesOf(text);
    while (lines.length > 0 && BLANK.test(lines[0]!.text)) lines.shift();
    const fence = leftOpen(text);
    const prose = whole(lines).replace(/[ \t\r\n]+$/, (space) => (fence ? space : /^[ \t]*/.exec(space)![0]));
    return prose + (fence ? `${/[\r\n]$/.test(prose) ? '' : eol}${fence.mark.repeat(fence.length)}` : '') + end + after;
  }
  const first = old[0] ? openingFence(old[0].text) : null;
  const fence = first && isScenario(first) ? first : { indent: 0, mark: '`' as const, length: 3, info: 'netscenario' };
  const runs = text.match(fence.mark === '`' ? /`+/g : /~+/g) ?? [];
  const length = Math.max(fence.length, ...runs.map((run) => run.length + 1).filter((needed) => needed > 3));
  const indent = ' '.repeat(fence.indent);
  const body = linesOf(text).map(({ text, end }) => (text === '' ? '' : indent + text) + end);
  // A text that ends with a line end has one more, empty line.
  const content = text === '' ? '' : body.join('') + eol;
  const opening =
    length === fence.length && first && isScenario(first) ? old[0]!.text : `${indent}${fence.mark.repeat(length)}${fence.info}`;
  return `${opening}${eol}${content}${indent}${fence.mark.repeat(length)}${end}${after}`;
}
