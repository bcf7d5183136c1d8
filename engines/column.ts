/** Growing columns: what a run's tables are recorded into. */

type ColumnArray = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

export class Column<A extends ColumnArray> {
  #array: A;
  #length = 0;
  readonly #make: (length: number) => A;

  constructor(make: (length: number) => A) {
    this.#make = make;
    this.#array = make(64);
  }

  push(value: number): void {
    if (this.#length === this.#array.length) {
      const grown = this.#make(this.#array.length * 2);
      grown.set(this.#array);
      this.#array = grown;
    }
    this.#array[this.#length++] = value;
  }

  set(row: number, value: number): void {
    this.#array[row] = value;
  }

  get(row: number): number {
    return this.#array[row] as number;
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of exactly the rows so far. */
  done(): A {
    return this.#array.slice(0, this.#length) as A;
  }
}

export const float64 = () => new Column((n) => new Float64Array(n));
export const int32 = () => new Column((n) => new Int32Array(n));
export const uint32 = () => new Column((n) => new Uint32Array(n));
export const uint16 = () => new Column((n) => new Uint16Array(n));
export const uint8 = () => new Column((n) => new Uint8Array(n));

/** Bytes end to end in one growing block. */
export class ByteStore {
  #bytes = new Uint8Array(1024);
  #length = 0;

  /** Appends and tells where. */
  add(bytes: Uint8Array): number {
    const start = this.#length;
    if (start + bytes.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, start + bytes.length));
      grown.set(this.#bytes.subarray(0, start));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, start);
    this.#length += bytes.length;
    return start;
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** Each distinct text once, by number. */
export class StringTable {
  readonly #numbers = new Map<string, number>();
  readonly #strings: string[] = [];

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#strings.length;
    this.#strings.push(text);
    this.#numbers.set(text, number);
    return number;
  }

  done(): string[] {
    return [...this.#strings];
  }
}
