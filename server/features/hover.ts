/** Hover: what the language says about a place. */
import type { Hover, HoverParams } from 'vscode-languageserver';
import { type ClientSupport, markup } from '../client-support.ts';
import { hoverAt } from '../language/hover.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';

export function hover(programs: Programs, { textDocument, position }: HoverParams, { markdown }: ClientSupport): Hover | null {
  const place = programs.place(textDocument.uri, position);
  if (!place) return null;
  const found = hoverAt(programs.analysis(place.program), place.source.uri, place.offset);
  return (
    found && {
      contents: markup(found.text, markdown.hover),
      range: rangeOf(place.document, found.range.start, found.range.end),
    }
  );
}
