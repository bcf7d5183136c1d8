/** Unsigned numbers, big-endian, as all of BitTorrent's binary formats have them. */
import type { Bytes } from '../../quantities.ts';

/** Of `octets` bytes, which must be there: up to 6 exactly, 7 and 8 exactly up to 2^53. */
export function unsigned(bytes: Uint8Array, at: Bytes, octets: number): number {
  let value = 0;
  for (let i = 0; i < octets; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}

/** Writes a whole number that fits, up to 2^53 − 1. */
export function putUnsigned(bytes: Uint8Array, at: Bytes, octets: number, value: number): void {
  let rest = value;
  for (let i = octets - 1; i >= 0; i--) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}
