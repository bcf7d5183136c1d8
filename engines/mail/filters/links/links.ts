/** The links of a mail's text or HTML part: where each leads, and what is shown for it. Limits: the first 256 KiB of a part, 500 links. */
import { readHtml, SIZE_LIMIT } from './html-text.ts';

export interface Link {
  /** As written. */
  readonly href: string;
  /** Lower case; null for what leads to no host (`mailto:`, `#`). */
  readonly host: string | null;
  /** What stands before an `@` in the authority (RFC 3986 §3.2.1), null for nothing. */
  readonly userInformation: string | null;
  /** What a reader sees. Equal to `href` for a bare URL. */
  readonly shown: string;
}

const BARE = /https?:\/\/[^\s<>"'()[\]{}]+/gi;
const PUNCTUATION = new Set('.,;:!?');
const LINKS_LIMIT = 500;

/** The text as shown, as far as the limit, and its links: of HTML its anchors, of both the URLs that stand in the text (mail readers make links of them). */
export function linksOf(source: string, html: boolean): { readonly text: string; readonly links: readonly Link[] } {
  const { text, anchors } = html ? readHtml(source) : { text: source.slice(0, SIZE_LIMIT), anchors: [] };
  const links = anchors.map(({ href, shown }) => ({ href, shown, ...authorityIn(href) }));
  const known = new Set(anchors.flatMap(({ href, shown }) => [href, ...(shown.match(BARE) ?? [])]));
  for (const [url] of text.matchAll(BARE)) {
    if (links.length >= LINKS_LIMIT) break;
    const href = withoutPunctuation(url);
    if (!known.has(href)) links.push({ href, shown: href, ...authorityIn(href) });
    known.add(href);
  }
  return { text, links };
}

/** Without what ends the sentence that the URL stands in. A loop, since `[.,;:!?]+$` would be tried at every dot. */
function withoutPunctuation(url: string): string {
  let end = url.length;
  while (end > 0 && PUNCTUATION.has(url[end - 1] as string)) end--;
  return url.slice(0, end);
}

/** Of an http or https URI (RFC 3986 §3.2); hosts with other characters than ASCII stay as they are. */
export function authorityIn(uri: string): Pick<Link, 'host' | 'userInformation'> {
  const authority = /^\s*(?:https?:)?[/\\]{2}([^/\\?#]*)/i.exec(uri.slice(0, 2_000))?.[1];
  if (authority === undefined) return { host: null, userInformation: null };
  const at = authority.lastIndexOf('@');
  const host = authority
    .slice(at + 1)
    .replace(/:\d*$/, '')
    .replace(/\.$/, '')
    .toLowerCase();
  return { host: host === '' ? null : host, userInformation: at < 0 ? null : authority.slice(0, at) };
}
