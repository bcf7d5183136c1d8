/** Hover: what the language says about a place. */
import { type Hover, type HoverParams, MarkupKind } from 'vscode-languageserver';
import { hoverAt } from '../language/hover.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from './diagnostics.ts';

export function hover(programs: Programs, { textDocument, position }: HoverParams): Hover | null {
  const place = programs.place(textDocument.uri, position);
  if (!place) return null;
  const found = hoverAt(programs.analysis(place.program), place.source.uri, place.offset);
  return (
    found && {
      contents: { kind: MarkupKind.Markdown, value: found.text },
      range: rangeOf(place.document, found.range.start, found.range.end),
    }
  );
}
