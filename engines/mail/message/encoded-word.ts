/** Text beyond ASCII in header fields: encoded words (RFC 2047). Always UTF-8 when written; UTF-8, US-ASCII and ISO-8859-1 when read. */

import { decodeBase64, encodeBase64 } from '../../base64.ts';
import { textOfOctets, utf8Octets } from '../../network/octets.ts';
import { textIn } from './charset.ts';

/** Greatest length of one encoded word (§2). */
const WORD_LIMIT = 75;

/**
 * A field's value for the wire. ASCII text stays as it is; other text becomes encoded words, one to a line when folded at
 * the spaces between them. Line ends and other control characters become spaces: a value cannot add header fields.
 */
export function encodeUnstructured(text: string): string {
  const clean = text.replace(/[\0-\x1f\x7f]+/g, ' ');
  if (/^[ -~]*$/.test(clean) && !clean.includes('=?')) return clean;
  const room = Math.floor((WORD_LIMIT - '=?UTF-8?B??='.length) / 4) * 3;
  const words: string[] = [];
  let octets = '';
  // By whole characters (§5): a word never ends inside one.
  for (const char of clean) {
    const next = utf8Octets(char);
    if (octets.length + next.length > room) {
      words.push(octets);
      octets = '';
    }
    octets += next;
  }
  words.push(octets);
  return words.map((word) => `=?UTF-8?B?${encodeBase64(word)}?=`).join(' ');
}

const ENCODED_WORD = /=\?([!-)+-<>@-Z\\^-~]{1,40})\?([bBqQ])\?([!->@-~]*)\?=/g;

/** The text that a field's octets stand for. What is no encoded word, or one of an unknown charset, is taken as UTF-8. Total. */
export function decodeUnstructured(octets: string): string {
  // §6.2: white space between encoded words is not shown.
  const joined = octets.replace(/(\?=)[ \t\r\n]+(?==\?[^ ?]{1,40}\?[bBqQ]\?)/g, '$1');
  let text = '';
  let end = 0;
  for (const found of joined.matchAll(ENCODED_WORD)) {
    const [word, charset, encoding, encoded] = found as unknown as [string, string, string, string];
    const decoded = /^b$/i.test(encoding) ? decodeBase64(encoded) : decodeQ(encoded);
    text += textOfOctets(joined.slice(end, found.index)) + (textIn(charset, decoded) ?? word);
    end = found.index + word.length;
  }
  return text + textOfOctets(joined.slice(end));
}

/** §4.2 */
function decodeQ(encoded: string): string {
  return encoded.replace(/_/g, ' ').replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
