/** Citations of RFCs as links. */

export interface Citation {
  readonly text: string;
  /** null: plain text between citations. */
  readonly href: string | null;
}

/** `RFC 1035 §4.1.1, RFC 2181 §8` cut into links to rfc-editor.org and the text between them. */
export function citations(standard: string): Citation[] {
  const found: Citation[] = [];
  let at = 0;
  for (const match of standard.matchAll(/RFC (\d{1,5})(?:,? §([0-9A-Z]+(?:\.[0-9]+)*))?/g)) {
    if (match.index > at) found.push({ text: standard.slice(at, match.index), href: null });
    const [whole, number, section] = match;
    const anchor = section === undefined ? '' : `#${/^[A-Z]/.test(section) ? 'appendix' : 'section'}-${section}`;
    found.push({ text: whole, href: `https://www.rfc-editor.org/rfc/rfc${number}${anchor}` });
    at = match.index + whole.length;
  }
  if (at < standard.length) found.push({ text: standard.slice(at), href: null });
  return found;
}
