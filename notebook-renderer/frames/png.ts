/**
 * A picture as a PNG (W3C PNG specification, third edition) in a data URI: RGBA, and not compressed, as a small one needs no more.
 * Every viewer of pages, SVGs and notebooks shows it.
 */
import { encodeBase64 } from '../../engines/base64.ts';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bytes of a stored block of DEFLATE (RFC 1951 §3.2.4). */
const LARGEST_BLOCK = 0xffff;

/** `rgba`: four bytes a pixel, row by row. */
export function pngDataUri(width: number, height: number, rgba: Uint8Array): string {
  const rows = new Uint8Array(height * (1 + 4 * width));
  // Each row behind its filter: 0 for none.
  for (let row = 0; row < height; row++) rows.set(rgba.subarray(row * 4 * width, (row + 1) * 4 * width), row * (1 + 4 * width) + 1);
  const bytes = [
    ...SIGNATURE,
    ...chunk('IHDR', [...word(width), ...word(height), 8, 6, 0, 0, 0]),
    ...chunk('IDAT', stored(rows)),
    ...chunk('IEND', []),
  ];
  let octets = '';
  for (const byte of bytes) octets += String.fromCharCode(byte);
  return `data:image/png;base64,${encodeBase64(octets)}`;
}

const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];

function chunk(type: string, data: readonly number[]): number[] {
  const body = [...[...type].map((letter) => letter.charCodeAt(0)), ...data];
  return [...word(data.length), ...body, ...word(crc32(body))];
}

/** A zlib stream (RFC 1950) of stored blocks. */
function stored(bytes: Uint8Array): number[] {
  const stream = [0x78, 0x01];
  for (let start = 0; start < bytes.length; start += LARGEST_BLOCK) {
    const block = bytes.subarray(start, start + LARGEST_BLOCK);
    const last = start + block.length === bytes.length ? 1 : 0;
    stream.push(last, block.length & 0xff, block.length >> 8, ~block.length & 0xff, (~block.length >> 8) & 0xff);
    for (const byte of block) stream.push(byte);
  }
  return [...stream, ...word(adler32(bytes))];
}

function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return ((b << 16) | a) >>> 0;
}

function crc32(bytes: readonly number[]): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb8_8320 : 0);
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}
