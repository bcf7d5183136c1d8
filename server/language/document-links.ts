/** What a text leads to: files that it names, standards that its comments cite. */
import type { SourceText, TextRange } from './compilation.ts';
import { standardsIn } from './standards.ts';
import { forEachSlot } from './tree-slots.ts';
import { treeOf } from './trees.ts';
import { resolveUri } from './uri.ts';

export interface DocumentLink extends TextRange {
  readonly uri: string;
  readonly kind: 'file' | 'standard';
}

export function linksOf(source: SourceText): DocumentLink[] {
  const { statements, comments, text } = treeOf(source);
  const links: DocumentLink[] = [];
  forEachSlot(statements, (slot, syntax) => {
    if (slot.meaning !== 'file' || syntax.kind !== 'text') return;
    const resolved = resolveUri(source.uri, syntax.value);
    if (resolved.ok) links.push({ kind: 'file', start: syntax.start + 1, end: syntax.end - 1, uri: resolved.uri });
  });
  for (let i = 0; i < comments.length; i += 2) {
    const start = comments[i]!;
    for (const link of standardsIn(text.slice(start, comments[i + 1]!))) {
      links.push({ kind: 'standard', start: start + link.start, end: start + link.end, uri: link.uri });
    }
  }
  return links.sort((a, b) => a.start - b.start);
}
