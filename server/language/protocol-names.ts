/** The protocols that a view can be limited to. */
import type { Name } from './entry.ts';
import type { Site } from './site.ts';
import { nearest, oneOf } from './spelling.ts';

/** The names, when each is among `site.program.protocols`; null (and reported) otherwise. */
export function checkProtocols(names: readonly Name[], site: Site): string[] | null {
  const known = site.program.protocols;
  const found: string[] = [];
  for (const name of names) {
    const text = name.text.toLowerCase();
    if (!known.includes(text)) {
      const meant = nearest(text, known);
      site.report('unknown-protocol', name, `No engine speaks \`${name.text}\`. Known are ${oneOf(known, 'and')}.`, {
        fixes: meant
          ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }]
          : [],
      });
      return null;
    }
    found.push(text);
  }
  return found;
}
