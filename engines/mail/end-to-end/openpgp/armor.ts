/**
 * OpenPGP in ASCII (RFC 9580 §6, RFC 4880 §6.2): base64 between two lines that say what it is, with a checksum. Octet strings: one char
 * an octet. Limit: the first block is read; 64 header lines.
 */
import { decodeBase64, encodeBase64 } from '../../../base64.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';

export const ARMORS = ['MESSAGE', 'SIGNATURE', 'PUBLIC KEY BLOCK', 'PRIVATE KEY BLOCK'] as const;
export type Armor = (typeof ARMORS)[number];

/** Where its parts lie, for the inspector: ranges, end exclusive. */
export interface Armored {
  readonly type: Armor;
  readonly bytes: Uint8Array;
  readonly header: readonly [number, number];
  readonly data: readonly [number, number];
  readonly checksum: readonly [number, number] | null;
  readonly tail: readonly [number, number];
}

/** Lines of 64 characters, each ended by CRLF. */
export function encodeArmor(type: Armor, bytes: Uint8Array): string {
  const data = encodeBase64(octetsOf(bytes)).replace(/.{64}(?!$)/g, '$&\r\n');
  return `-----BEGIN PGP ${type}-----\r\n\r\n${data}\r\n=${encodeBase64(octetsOf(crc24(bytes)))}\r\n-----END PGP ${type}-----\r\n`;
}

/** Total. */
export function decodeArmor(octets: string): Armored | { readonly error: string } {
  const start = octets.indexOf('-----BEGIN PGP ');
  if (start < 0) return { error: 'no line that begins an armored block' };
  const firstEnd = endOfLine(octets, start);
  const type = ARMORS.find((one) => octets.slice(start, firstEnd).trimEnd() === `-----BEGIN PGP ${one}-----`);
  if (!type) return { error: 'a block of a kind that is not known' };
  const tailStart = octets.indexOf(`-----END PGP ${type}-----`, firstEnd);
  if (tailStart < 0) return { error: 'the armored block has no end' };
  let at = nextLine(octets, firstEnd);
  for (let headers = 0; at < tailStart; headers++) {
    const end = endOfLine(octets, at);
    const empty = octets.slice(at, end).trim() === '';
    if (!empty && (headers >= 64 || !octets.slice(at, end).includes(': '))) return { error: 'no empty line before the data' };
    at = nextLine(octets, end);
    if (empty) break;
  }
  if (at > tailStart) return { error: 'no data between its lines' };
  // The checksum stands on the last line, which begins with =.
  const lastLine = octets.slice(at, tailStart).trimEnd();
  const from = Math.max(lastLine.lastIndexOf('\n') + 1, 0);
  const hasChecksum = lastLine[from] === '=' && lastLine.length === from + 5;
  const dataEnd = hasChecksum ? at + from : tailStart;
  const bytes = bytesOfOctets(decodeBase64(octets.slice(at, dataEnd)));
  const checksum = hasChecksum ? ([at + from, tailStart] as const) : null;
  if (checksum && decodeBase64(lastLine.slice(from + 1)) !== octetsOf(crc24(bytes))) return { error: 'the checksum does not fit the data' };
  return {
    type,
    bytes,
    header: [start, at],
    data: [at, dataEnd],
    checksum,
    tail: [tailStart, tailStart + `-----END PGP ${type}-----`.length],
  };
}

function endOfLine(octets: string, start: number): number {
  const end = octets.indexOf('\n', start);
  return end < 0 ? octets.length : end;
}

const nextLine = (octets: string, end: number): number => Math.min(end + 1, octets.length);

/** RFC 4880 §6.1. */
function crc24(bytes: Uint8Array): Uint8Array {
  let crc = 0xb704ce;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let i = 0; i < 8; i++) {
      crc <<= 1;
      if (crc & 0x1000000) crc ^= 0x1864cfb;
    }
  }
  return Uint8Array.of(crc >> 16, crc >> 8, crc);
}
