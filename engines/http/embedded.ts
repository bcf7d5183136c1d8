/**
 * What a page embeds: the references that a browser fetches by itself (HTML Living Standard: `src` of images, scripts, frames
 * and media, `href` of style sheets and icons). A reading of tags only, as far as finding references goes; scripts are not run.
 * Limits: the first MiB of a page, 1,000 references.
 */
import { textOfOctets } from '../network/octets.ts';

const SIZE_LIMIT = 1024 * 1024;
const REFERENCES_LIMIT = 1_000;

const EMBEDDING = new Set(['img', 'script', 'iframe', 'audio', 'video', 'source', 'embed', 'track', 'input']);
const LINKED = new Set(['stylesheet', 'icon', 'preload']);

/** References in the order of the page, each once. Any octets are read; what is no tag is text. */
export function embeddedReferences(octets: string): string[] {
  const html = textOfOctets(octets.slice(0, SIZE_LIMIT));
  const found = new Set<string>();
  for (let at = html.indexOf('<'); at >= 0 && found.size < REFERENCES_LIMIT; at = html.indexOf('<', at)) {
    if (html.startsWith('<!--', at)) {
      const end = html.indexOf('-->', at + 4);
      if (end < 0) break;
      at = end + 3;
      continue;
    }
    const end = endOfTag(html, at);
    if (end < 0) break;
    const reference = referenceOf(html.slice(at + 1, end));
    if (reference !== null && reference !== '') found.add(reference);
    at = end + 1;
  }
  return [...found];
}

/** Where the `>` of a tag is; one in quotes ends no tag. −1 where there is none. */
function endOfTag(html: string, start: number): number {
  for (let at = start; at < html.length; at++) {
    const char = html[at];
    if (char === '>') return at;
    if (char !== '"' && char !== "'") continue;
    at = html.indexOf(char, at + 1);
    if (at < 0) return -1;
  }
  return -1;
}

function referenceOf(tag: string): string | null {
  const name = /^[a-z][a-z0-9]*/i.exec(tag)?.[0]?.toLowerCase();
  if (name === undefined) return null;
  if (EMBEDDING.has(name)) return attribute(tag, 'src');
  if (name !== 'link') return null;
  const relations = (attribute(tag, 'rel') ?? '').toLowerCase().split(/\s+/);
  return relations.some((relation) => LINKED.has(relation)) ? attribute(tag, 'href') : null;
}

function attribute(tag: string, wanted: string): string | null {
  for (const [, name = '', double, single, bare] of tag.matchAll(/[\s/]([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi)) {
    if (name.toLowerCase() === wanted) return unescaped((double ?? single ?? bare) as string).trim();
  }
  return null;
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
