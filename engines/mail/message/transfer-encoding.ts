/** MIME's quoted-printable (RFC 2045 §6.7); base64 is engines/base64.ts. Octet strings: one char an octet. */

const HEX = '0123456789ABCDEF';

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
