/** Growing columns: what a run's tables are recorded into. */

export type ColumnArray = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

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

  /** Bytes of one row. */
  get width(): number {
    return this.#array.BYTES_PER_ELEMENT;
  }

  /** The rows so far: a view, not a copy, for which later rows and changes make no promise. */
  done(): A {
    return this.#array.subarray(0, this.#length) as A;
  }
}

export const float64 = () => new Column((n) => new Float64Array(n));

/** A growing table: columns of one length that grow together, so that a row costs one look at the room there is. */
export class Table<Columns extends Record<string, ColumnArray>> {
  /** The columns, longer than the table has rows; anew whenever the table grows. A new row's values are 0 until set. */
  columns: Columns;
  rows = 0;
  #capacity = 64;
  readonly #kinds: { readonly [K in keyof Columns]: new (length: number) => Columns[K] };

  constructor(kinds: { readonly [K in keyof Columns]: new (length: number) => Columns[K] }) {
    this.#kinds = kinds;
    this.columns = this.#each((name) => new kinds[name](this.#capacity));
  }

  /** The new row's number. */
  add(): number {
    if (this.rows === this.#capacity) this.#grow();
    return this.rows++;
  }

  /** Bytes of one row. */
  get width(): number {
    return Object.values(this.columns).reduce((sum, column) => sum + column.BYTES_PER_ELEMENT, 0);
  }

  /** The rows so far: views, not copies, for which later rows and changes make no promise. */
  done(): { rows: number } & Columns {
    return { rows: this.rows, ...this.#each((name) => (this.columns[name] as ColumnArray).subarray(0, this.rows) as never) };
  }

  #grow(): void {
    this.#capacity *= 2;
    this.columns = this.#each((name) => {
      const kind = this.#kinds[name];
      const grown = new kind(this.#capacity);
      grown.set(this.columns[name] as ArrayLike<number>);
      return grown;
    });
  }

  #each(column: <K extends keyof Columns>(name: K) => Columns[K]): Columns {
    return Object.fromEntries(Object.keys(this.#kinds).map((name) => [name, column(name)])) as unknown as Columns;
  }
}

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

  get length(): number {
    return this.#length;
  }

  /** The bytes so far: a view, as a column's. */
  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Each distinct text once, by number. */
export class StringTable {
  readonly #numbers = new Map<string, number>();
  readonly #strings: string[] = [];
  #characters = 0;

  /** Distinct texts so far. */
  get length(): number {
    return this.#strings.length;
  }

  /** UTF-16 units of them all. */
  get characters(): number {
    return this.#characters;
  }

  number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#strings.length;
    this.#strings.push(text);
    this.#characters += text.length;
    this.#numbers.set(text, number);
    return number;
  }

  /** The texts so far: later ones are appended to the same array. */
  done(): string[] {
    return this.#strings;
  }
}
