/** References to RFCs in texts, as links to their sections. */
import type { TextRange } from './compilation.ts';

export interface StandardLink extends TextRange {
  readonly uri: string;
}

/** `RFC 5321 §4.5.2`; of further sections behind a comma, each is one of the same RFC. */
const REFERENCE = /\bRFC (\d{1,5})\b(?:,? §\s?(\d+(?:\.\d+)*))?|(?<=,) §\s?(\d+(?:\.\d+)*)/g;

export function standardsIn(text: string): StandardLink[] {
  const links: StandardLink[] = [];
  let rfc: string | null = null;
  for (const { 0: found, 1: number, 2: section, 3: further, index } of text.matchAll(REFERENCE)) {
    rfc = number ?? rfc;
    if (rfc === null) continue;
    const at = section ?? further;
    const blanks = found.length - found.trimStart().length;
    links.push({
      start: index + blanks,
      end: index + found.length,
      uri: `https://www.rfc-editor.org/rfc/rfc${rfc}${at ? `#section-${at}` : ''}`,
    });
  }
  return links;
}

/** The text as Markdown, its references as links. */
export function linked(text: string): string {
  let made = '';
  let at = 0;
  for (const { start, end, uri } of standardsIn(text)) {
    made += `${text.slice(at, start)}[${text.slice(start, end)}](${uri})`;
    at = end;
  }
  return made + text.slice(at);
}
