/**
 * Seeded randomness: one independent stream a purpose, so that adding a host or an engine never changes what another draws.
 * xoshiro128** 1.1 (Blackman and Vigna), its state filled by SplitMix32 from a hash of seed and purpose. Not for secrets.
 */

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
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193) >>> 0;
  const splitMix = (): number => {
    hash = (hash + 0x9e3779b9) >>> 0;
    let z = hash;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = splitMix();
  let b = splitMix();
  let c = splitMix();
  let d = splitMix() | 1; // never all zero
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
      // Rejection keeps every value equally likely.
      const bound = 4294967296 - (4294967296 % limit);
      for (;;) {
        const value = uint32();
        if (value < bound) return value % limit;
      }
    },
    exponential: (mean) => -mean * Math.log(1 - float()),
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let i = 0; i < length; i++) bytes[i] = uint32() & 0xff;
      return bytes;
    },
  };
}
