/**
 * Seeded randomness: one independent stream a purpose, so that adding a host or an engine never changes what another draws.
 * xoshiro128** 1.1 (Blackman and Vigna), its 128 bits of state filled from a hash of seed and purpose of that
 * width, so that two of even a million streams are as good as never alike. Not for secrets.
 */

import { naturalLogarithm } from './elementary-functions.ts';

export interface RandomStream {
  /** 0 to 2^32 − 1. */
  uint32(): number;
  /** 0 (included) to 1 (excluded), 53 bits. */
  float(): number;
  /** An integer from 0 to `limit` − 1, each equally likely; `limit` 1 to 2^32. */
  below(limit: number): number;
  /** Exponentially distributed with that mean. */
  exponential(mean: number): number;
  bytes(length: number): Uint8Array;
}

/** The stream for `purpose` under `seed` (uint32). Equal arguments give equal streams. */
export function randomStream(seed: number, purpose: string): RandomStream {
  let [a, b, c, d] = initialState(seed, purpose);
  const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));

  const uint32 = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotate(d, 11);
    return result;
  };
  const float = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;
  return {
    uint32,
    float,
    below(limit) {
      let value = uint32();
      if (limit === 4294967296) return value;
      // Rejection keeps every value equally likely. Most values lie below any bound that there can be, and need no remainder of 2^32.
      while (value > 4294967296 - limit && value >= 4294967296 - (4294967296 % limit)) value = uint32();
      return value % (limit >>> 0);
    },
    exponential: (mean) => -mean * naturalLogarithm(1 - float()),
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let i = 0; i < length; i++) bytes[i] = uint32() & 0xff;
      return bytes;
    },
  };
}

/** Four lanes over seed and purpose, each a multiplicative hash with a multiplier of its own, mixed with one another at the end. */
function initialState(seed: number, purpose: string): [number, number, number, number] {
  let a = mix(seed ^ 0x9e3779b9);
  let b = mix(a ^ 0x243f6a88);
  let c = mix(b ^ 0xb7e15162);
  let d = mix(c ^ 0x6a09e667);
  for (let i = 0; i < purpose.length; i++) {
    const code = purpose.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193) ^ (b >>> 15);
    b = Math.imul(b ^ code, 0x85ebca6b) ^ (c >>> 13);
    c = Math.imul(c ^ code, 0xc2b2ae35) ^ (d >>> 17);
    d = Math.imul(d ^ code, 0x27d4eb2f) ^ (a >>> 14);
  }
  a = mix(a ^ purpose.length);
  b = mix(b ^ a);
  c = mix(c ^ b);
  d = mix(d ^ c);
  // Never all zero, from which the generator would not come away.
  return [mix(a ^ d), b, c, d | 1];
}

/** A bijection of 32 bits in which every bit depends on every other (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
