/** Folding: what the language says can be folded, in whole lines. */
import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver';
import { type Fold, foldsOf } from '../language/folding.ts';
import { treeOf } from '../language/trees.ts';
import type { Programs } from '../programs.ts';
import { rangeOf, START } from '../ranges.ts';

const FOLDS: Record<Fold['kind'], FoldingRangeKind | undefined> = {
  block: undefined,
  comment: FoldingRangeKind.Comment,
  imports: FoldingRangeKind.Imports,
};

/** What lies within one line cannot be folded. A block's closing brace stays in sight. */
export function foldingRanges(programs: Programs, uri: string): FoldingRange[] {
  const place = programs.place(uri, START);
  if (!place) return [];
  return foldsOf(treeOf(place.source)).flatMap(({ kind, start, end }) => {
    const { start: from, end: to } = rangeOf(place.document, start, end);
    const endLine = kind === 'block' ? to.line - 1 : to.line;
    if (endLine <= from.line) return [];
    const range: FoldingRange = { startLine: from.line, endLine };
    const shown = FOLDS[kind];
    return [shown ? { ...range, kind: shown } : range];
  });
}
