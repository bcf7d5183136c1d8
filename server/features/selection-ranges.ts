/** The ranges that a selection grows to. */
import type { Position, SelectionRange } from 'vscode-languageserver';
import { selectionsAt } from '../language/folding.ts';
import { treeOf } from '../language/trees.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';

export function selectionRanges(programs: Programs, uri: string, positions: readonly Position[]): SelectionRange[] {
  return positions.flatMap((position) => {
    const place = programs.place(uri, position);
    if (!place) return [];
    let range: SelectionRange | null = null;
    for (const { start, end } of selectionsAt(treeOf(place.source), place.offset).reverse()) {
      range = { range: rangeOf(place.document, start, end), ...(range ? { parent: range } : {}) };
    }
    return range ? [range] : [];
  });
}
