/**
 * MIME's content transfer encodings (RFC 2045 §6): how octets are written in what the transport can carry. base64 itself is
 * engines/base64.ts. Octet strings: one char an octet.
 */
import { decodeBase64, encodeBase64 } from '../../base64.ts';

export const transferEncodings = ['7bit', '8bit', 'binary', 'quoted-printable', 'base64'] as const;
export type TransferEncoding = (typeof transferEncodings)[number];

/** A line of mail, without its CRLF (RFC 5322 §2.1.1). */
export const LINE_LIMIT = 998;

/** The least that the octets need to travel unencoded: lines of at most 998 octets and no NUL, no CR or LF alone; 7bit has ASCII only (§2.7–2.9). */
export function domainOfData(octets: string): '7bit' | '8bit' | 'binary' {
  if (octets.includes('\0') || /\r(?!\n)|(?<!\r)\n/.test(octets)) return 'binary';
  for (let at = 0; at <= octets.length; ) {
    const end = octets.indexOf('\r\n', at);
    if ((end < 0 ? octets.length : end) - at > LINE_LIMIT) return 'binary';
    if (end < 0) break;
    at = end + 2;
  }
  return /[\x80-\xff]/.test(octets) ? '8bit' : '7bit';
}

/** Octets in a transfer encoding; 7bit, 8bit and binary write them as they are. base64 has lines of 76 characters (§6.8). */
export function encodeTransfer(octets: string, encoding: TransferEncoding): string {
  if (encoding === 'quoted-printable') return encodeQuotedPrintable(octets);
  return encoding === 'base64' ? encodeBase64Lines(octets) : octets;
}

/** The octets behind an encoded body; null for an unknown encoding, of which nobody knows what it stands for (§6.4). */
export function decodeTransfer(body: string, encoding: string): string | null {
  switch (encoding.toLowerCase()) {
    case 'quoted-printable':
      return decodeQuotedPrintable(body);
    case 'base64':
      return decodeBase64(body);
    case '7bit':
    case '8bit':
    case 'binary':
      return body;
    default:
      return null;
  }
}

function encodeBase64Lines(octets: string): string {
  const lines: string[] = [];
  for (let at = 0; at < octets.length; at += 57) lines.push(`${encodeBase64(octets.slice(at, at + 57))}\r\n`);
  return lines.join('');
}

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

/** What is no valid escape stays as it is (§6.7, note on robust decoding); a soft line break at the end is none. */
export function decodeQuotedPrintable(text: string): string {
  return text
    .split('\r\n')
    .map(trimBlanks)
    .join('\r\n')
    .replace(/=(?:\r\n|$)/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Without the blanks at its end, which transport may have added (§6.7, rule 3). By hand: a regular expression takes quadratic time. */
function trimBlanks(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ' || line[end - 1] === '\t') end--;
  return line.slice(0, end);
}
