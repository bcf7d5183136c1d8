/** Content transfer encodings of MIME: quoted-printable (RFC 2045 §6.7) and base64 (§6.8). Octet strings: one char an octet. */

const HEX = '0123456789ABCDEF';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Lines of `text` end in CRLF and stay lines; encoded ones have at most 76 characters. */
export function encodeQuotedPrintable(octets: string): string {
  return octets.split('\r\n').map(encodeLine).join('\r\n');
}

function encodeLine(line: string): string {
  let encoded = '';
  let width = 0;
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    const blankAtEnd = (code === 32 || code === 9) && i === line.length - 1;
    const plain = (code >= 32 && code <= 126 && code !== 61 && !blankAtEnd) || (code === 9 && !blankAtEnd);
    const part = plain ? (line[i] as string) : hexEscape(code);
    // One column stays free for the = of the soft line break.
    if (width + part.length > 75 && !(i === line.length - 1 && width + part.length <= 76)) {
      encoded += '=\r\n';
      width = 0;
    }
    encoded += part;
    width += part.length;
  }
  return encoded;
}

function hexEscape(code: number): string {
  return `=${HEX[code >> 4]}${HEX[code & 15]}`;
}

/** What is no valid escape stays as it is (§6.7, note on robust decoding). */
export function decodeQuotedPrintable(text: string): string {
  return text
    .split('\r\n')
    .map(trimBlanks)
    .join('\r\n')
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Without the blanks at its end, which transport may have added (§6.7, rule 3). By hand: a regular expression takes quadratic time. */
function trimBlanks(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ' || line[end - 1] === '\t') end--;
  return line.slice(0, end);
}

/** On one line. */
export function encodeBase64(octets: string): string {
  let encoded = '';
  for (let i = 0; i < octets.length; i += 3) {
    const left = octets.length - i;
    const word =
      (octets.charCodeAt(i) << 16) | ((left > 1 ? octets.charCodeAt(i + 1) : 0) << 8) | (left > 2 ? octets.charCodeAt(i + 2) : 0);
    encoded += `${BASE64[word >> 18]}${BASE64[(word >> 12) & 63]}${left > 1 ? BASE64[(word >> 6) & 63] : '='}${left > 2 ? BASE64[word & 63] : '='}`;
  }
  return encoded;
}

/** Characters outside of the alphabet are read over (§6.8); ends at the padding. */
export function decodeBase64(text: string): string {
  const parts: string[] = [];
  let word = 0;
  let bits = 0;
  for (const char of text) {
    if (char === '=') break;
    const value = BASE64.indexOf(char);
    if (value < 0) continue;
    word = ((word << 6) | value) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      parts.push(String.fromCharCode((word >> bits) & 0xff));
    }
  }
  return parts.join('');
}
