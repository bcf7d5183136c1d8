/** Inlay hints: what the author left to the language. */
import { type InlayHint, InlayHintKind, type Range } from 'vscode-languageserver';
import { type HintKind, inlayHints } from '../language/inlay-hints.ts';
import type { Programs } from '../programs.ts';
import { START } from '../ranges.ts';

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
