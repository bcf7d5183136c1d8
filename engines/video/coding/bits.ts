/** Bits one behind another, the most significant of a byte first, and the numbers that are written with them. */

export class BitWriter {
  readonly #bytes: number[] = [];
  #current = 0;
  #filled = 0;

  /** Bits so far. */
  get length(): number {
    return this.#bytes.length * 8 + this.#filled;
  }

  /** A number of 0 to 2^`count` − 1; `count` 0 to 24. */
  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      this.#current = (this.#current << 1) | ((value >> i) & 1);
      if (++this.#filled < 8) continue;
      this.#bytes.push(this.#current);
      this.#current = 0;
      this.#filled = 0;
    }
  }

  /** 0 and up to 2^23, small ones short: an Exp-Golomb code, as ue(v) of ITU-T H.264 §9.1. */
  number(value: number): void {
    const length = bitLength(value + 1);
    this.bits(0, length - 1);
    this.bits(value + 1, length);
  }

  /** With zero bits up to a whole byte. */
  done(): Uint8Array {
    if (this.#filled > 0) this.bits(0, 8 - this.#filled);
    return Uint8Array.from(this.#bytes);
  }
}

export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;

  /** From that bit on. */
  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Bits read so far, those before the first one included. */
  get at(): number {
    return this.#at;
  }

  /** `count` 0 to 24; null where so many are not left. */
  bits(count: number): number | null {
    if (this.#at + count > this.#bytes.length * 8) return null;
    let value = 0;
    for (let i = 0; i < count; i++, this.#at++)
      value = (value << 1) | (((this.#bytes[this.#at >> 3] as number) >> (7 - (this.#at & 7))) & 1);
    return value;
  }

  /** The counterpart of BitWriter.number; null where none ends here, or it is above 2^23. */
  number(): number | null {
    let zeros = 0;
    for (;;) {
      const bit = this.bits(1);
      if (bit === null || zeros > 23) return null;
      if (bit === 1) break;
      zeros++;
    }
    const rest = this.bits(zeros);
    return rest === null ? null : (1 << zeros) + rest - 1;
  }
}

/** Bits that a number of at least 1 takes. */
export function bitLength(value: number): number {
  return 32 - Math.clz32(value);
}

/** What BitWriter.number takes, in bits. */
export function numberLength(value: number): number {
  return 2 * bitLength(value + 1) - 1;
}
