/** Character sets of mail's texts: UTF-8, US-ASCII and ISO-8859-1. Octet strings: one char an octet. */
import { textOfOctets } from '../../network/octets.ts';

/** The text that octets stand for in a charset (a language behind `*` is read over, RFC 2231 §5); null for an unknown charset. */
export function textIn(charset: string, octets: string): string | null {
  switch (charset.split('*', 1)[0]?.toLowerCase()) {
    case 'utf-8':
    case 'utf8':
    case 'us-ascii':
    case 'ascii':
      return textOfOctets(octets);
    case 'iso-8859-1':
    case 'latin1':
      return octets;
    default:
      return null;
  }
}
