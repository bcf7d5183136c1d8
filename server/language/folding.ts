/** What can be folded away, and how a selection grows. */
import type { TextRange } from './compilation.ts';
import type { SlotSyntax, Statement, SyntaxTree } from './syntax.ts';
import { lastFrom } from './tree-slots.ts';

export interface Fold extends TextRange {
  readonly kind: 'block' | 'comment' | 'imports';
}

/** Blocks and texts, comments in a row, imports in a row; those of one line too. */
export function foldsOf({ statements, comments, text }: SyntaxTree): Fold[] {
  const folds: Fold[] = [];
  blocks(statements, folds);
  rows(
    statements.filter(({ entry }) => entry?.id === 'import'),
    text,
    (start, end) => folds.push({ kind: 'imports', start, end }),
  );
  const ranges: TextRange[] = [];
  for (let i = 0; i < comments.length; i += 2) {
    const start = comments[i]!;
    const end = comments[i + 1]!;
    if (text.startsWith('/*', start)) folds.push({ kind: 'comment', start, end });
    // One behind a statement is no row.
    else if (text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim() === '') ranges.push({ start, end });
  }
  rows(ranges, text, (start, end) => folds.push({ kind: 'comment', start, end }));
  return folds;
}

function blocks(statements: readonly Statement[], folds: Fold[]): void {
  for (const { braces, block, slots } of statements) {
    if (braces) folds.push({ kind: 'block', ...braces });
    for (const name in slots)
      if (slots[name]!.kind === 'text') folds.push({ kind: 'block', start: slots[name]!.start, end: slots[name]!.end });
    if (block) blocks(block, folds);
  }
}

/** Ranges with nothing but one line end between them, if more than one. */
function rows(ranges: readonly TextRange[], text: string, found: (start: number, end: number) => void): void {
  for (let first = 0; first < ranges.length; ) {
    let last = first;
    while (last + 1 < ranges.length && /^[ \t\r]*\n[ \t]*$/.test(text.slice(ranges[last]!.end, ranges[last + 1]!.start))) last++;
    if (last > first) found(ranges[first]!.start, ranges[last]!.end);
    first = last + 1;
  }
}

/** Ranges around an offset, the innermost first: a value, its slot, the property, the block, the statement, the text. */
export function selectionsAt({ statements, text }: SyntaxTree, offset: number): TextRange[] {
  const ranges: TextRange[] = [{ start: 0, end: text.length }];
  const holds = ({ start, end }: TextRange): boolean => start <= offset && offset <= end;
  for (let inner: readonly Statement[] | null = statements; inner; ) {
    const statement: Statement | undefined = inner[lastFrom(inner, offset)];
    if (!statement || !holds(statement)) break;
    ranges.push(statement);
    const { braces, headEnd, start, slots }: Statement = statement;
    if (offset <= headEnd) {
      ranges.push({ start, end: headEnd });
      for (const name in slots) if (holds(slots[name]!)) within(slots[name]!, holds, ranges);
      break;
    }
    if (!braces || !holds(braces)) break;
    ranges.push(braces, { start: braces.start + 1, end: Math.max(braces.start + 1, braces.end - 1) });
    inner = statement.block;
  }
  const word = wordAt(text, offset);
  if (word) ranges.push(word);
  // Each lies within the one before, and is smaller.
  const grown: TextRange[] = [];
  for (const { start, end } of ranges) {
    const around = grown[grown.length - 1];
    if (around && (start < around.start || end > around.end || (start === around.start && end === around.end))) continue;
    grown.push({ start, end });
  }
  return grown.reverse();
}

function within(syntax: SlotSyntax, holds: (range: TextRange) => boolean, ranges: TextRange[]): void {
  ranges.push(syntax);
  if (syntax.kind === 'text') ranges.push({ start: syntax.start + 1, end: Math.max(syntax.start + 1, syntax.end - 1) });
  const parts: readonly SlotSyntax[] =
    syntax.kind === 'list'
      ? syntax.items
      : syntax.kind === 'binary'
        ? [syntax.left, syntax.right]
        : syntax.kind === 'negative'
          ? [syntax.operand]
          : [];
  const part = parts.find(holds);
  if (part) within(part, holds, ranges);
}

function wordAt(text: string, offset: number): TextRange | null {
  const isPart = (at: number): boolean => /[\p{L}\p{N}_-]/u.test(text.charAt(at));
  let start = offset;
  while (start > 0 && isPart(start - 1)) start--;
  let end = offset;
  while (end < text.length && isPart(end)) end++;
  return end > start ? { start, end } : null;
}
