/** What is seen in a text without asking: colours, folds, hints, links, lenses, the range that a selection grows to. */
import {
  type CodeLens,
  type DocumentLink,
  type FoldingRange,
  FoldingRangeKind,
  type InlayHint,
  InlayHintKind,
  type Position,
  type Range,
  type SelectionRange,
} from 'vscode-languageserver';
import { linksOf } from '../language/document-links.ts';
import { type Fold, foldsOf, selectionsAt } from '../language/folding.ts';
import { type HintKind, inlayHints } from '../language/inlay-hints.ts';
import { treeOf } from '../language/trees.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from './diagnostics.ts';

const START: Position = { line: 0, character: 0 };

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

export function inlays(programs: Programs, uri: string, range: Range, kinds: ReadonlySet<HintKind>): InlayHint[] {
  const place = programs.place(uri, START);
  if (!place) return [];
  const { document, source, program } = place;
  const offsets = { start: document.offsetAt(range.start), end: document.offsetAt(range.end) };
  return inlayHints(programs.analysis(program), source.uri, offsets, kinds).map(({ kind, offset, label, why }) => ({
    position: document.positionAt(offset),
    label,
    tooltip: why,
    paddingLeft: true,
    ...(kind === 'values' ? { kind: InlayHintKind.Type } : {}),
  }));
}

export function documentLinks(programs: Programs, uri: string): DocumentLink[] {
  const place = programs.place(uri, START);
  return place ? linksOf(place.source).map(({ start, end, uri: target }) => ({ range: rangeOf(place.document, start, end), target })) : [];
}

/** Above a file's title, or its first statement: what runs it. Cells have buttons of their own. */
export function codeLenses(programs: Programs, uri: string, runCommand: string | undefined): CodeLens[] {
  const place = programs.place(uri, START);
  if (!place || runCommand === undefined || place.program.uri !== uri) return [];
  const { statements } = treeOf(place.source);
  const first = statements.find(({ entry }) => entry?.id === 'scenario') ?? statements[0];
  if (!first) return [];
  return [{ range: rangeOf(place.document, first.start, first.headEnd), command: { title: 'Run', command: runCommand, arguments: [uri] } }];
}
