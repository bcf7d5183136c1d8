/**
 * The text of an HTML mail as a reader sees it, and where its links lead. A reading of tags alone (HTML Living Standard §13.2.5, as far
 * as text goes): comments leave no gap, scripts and styles are left out, blocks and breaks end a line, character references are resolved.
 * Any text is read; a tag that does not end is text. Limits: the first 256 KiB, 500 links, of each 2,000 characters shown.
 */

export interface Anchor {
  /** As written, references resolved. */
  readonly href: string;
  /** The text between the tags, white space put together. */
  readonly shown: string;
}

export interface HtmlText {
  readonly text: string;
  readonly anchors: readonly Anchor[];
}

/** Of a part, in characters; what stands behind is not looked at. */
export const SIZE_LIMIT = 256 * 1024;
const ANCHORS_LIMIT = 500;
const SHOWN_LIMIT = 2_000;
const LINE_ENDS = new Set(['br', 'p', 'div', 'tr', 'li', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'blockquote', 'title', 'hr']);
const HIDDEN = new Set(['script', 'style']);

export function readHtml(source: string): HtmlText {
  const html = source.slice(0, SIZE_LIMIT);
  const pieces: string[] = [];
  const anchors: Anchor[] = [];
  let open: { readonly href: string; readonly from: number } | null = null;
  const close = () => {
    if (open && anchors.length < ANCHORS_LIMIT) {
      const shown = pieces.slice(open.from).join('').slice(0, SHOWN_LIMIT).replace(/\s+/g, ' ').trim();
      anchors.push({ href: open.href, shown });
    }
    open = null;
  };
  let at = 0;
  while (at < html.length) {
    const start = html.indexOf('<', at);
    if (start < 0) break;
    if (start > at) pieces.push(resolved(html.slice(at, start)));
    if (html.startsWith('<!--', start)) {
      const end = html.indexOf('-->', start + 4);
      at = end < 0 ? html.length : end + 3;
      continue;
    }
    if (!/[a-z/!?]/i.test(html[start + 1] ?? '')) {
      pieces.push('<');
      at = start + 1;
      continue;
    }
    const end = endOfTag(html, start);
    if (end < 0) {
      // To the end it stands within this tag: the rest is text, and read only once.
      at = start;
      break;
    }
    const tag = html.slice(start + 1, end);
    at = end + 1;
    const name = /^\/?([a-z][a-z0-9]*)/i.exec(tag)?.[1]?.toLowerCase() ?? '';
    if (LINE_ENDS.has(name)) pieces.push('\n');
    if (name === 'a') {
      close();
      const href = tag.startsWith('/') ? null : attribute(tag, 'href');
      if (href !== null) open = { href, from: pieces.length };
    }
    if (HIDDEN.has(name) && !tag.startsWith('/')) {
      const closing = new RegExp(`</${name}`, 'gi');
      closing.lastIndex = at;
      at = closing.exec(html)?.index ?? html.length;
    }
  }
  if (at < html.length) pieces.push(resolved(html.slice(at)));
  close();
  return { text: pieces.join(''), anchors };
}

/** Where the `>` of a tag is; one in the quotes of an attribute's value, behind a `=` and maybe white space, ends no tag. −1 where there is none. */
function endOfTag(html: string, start: number): number {
  let previous = '';
  for (let at = start + 1; at < html.length; at++) {
    const char = html[at] as string;
    if (char === '>') return at;
    const opens = (char === '"' || char === "'") && previous === '=';
    if (!/\s/.test(char)) previous = char;
    if (!opens) continue;
    const end = html.indexOf(char, at + 1);
    if (end < 0) return html.indexOf('>', at);
    at = end;
  }
  return -1;
}

/** The value of a tag's attribute; null where it has none. */
export function attribute(tag: string, wanted: string): string | null {
  for (const [, name = '', double, single, bare] of tag.matchAll(/[\s/"']([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi)) {
    if (name.toLowerCase() === wanted) return resolved((double ?? single ?? bare) as string).trim();
  }
  return null;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', shy: '' };

/** With its character references resolved: numeric ones, and the named ones that mail lives by. */
export function resolved(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,6}));/gi, (all, decimal?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name.toLowerCase()] ?? all;
    const code = decimal !== undefined ? Number(decimal) : Number.parseInt(hex as string, 16);
    return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? '\ufffd' : String.fromCodePoint(code);
  });
}
