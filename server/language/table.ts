/**
 * What a program has declared of one kind, by key; it can be noted what is looked up in it.
 *
 * Theory of operation: what a statement comes to hangs on the statement itself and on what it looked up. Where that is noted, what a
 * statement came to goes on to hold while declarations change that it never asked for.
 */

export interface Write {
  readonly table: string;
  readonly key: string;
  readonly value: unknown;
}

/** What was looked up, and entered, in which tables. */
export class Reads {
  /** Name of the table and key, in turn. */
  readonly entries: string[] = [];
  /** What was entered. */
  readonly writes: Write[] = [];
  /** A table was gone through, so that all of it counts. */
  wholeTables = false;

  note(table: string, key: string): void {
    const { entries } = this;
    const { length } = entries;
    // Most ask twice in a row: whether it is there, and for it.
    if (length > 0 && entries[length - 1] === key && entries[length - 2] === table) return;
    entries.push(table, key);
  }
}

/** Shared by the tables of a program. */
export interface ReadsNoted {
  /** Where they are noted; null while they are not. */
  into: Reads | null;
}

export class Table<V> extends Map<string, V> {
  readonly name: string;
  readonly #noted: ReadsNoted;

  constructor(name: string, noted: ReadsNoted) {
    super();
    this.name = name;
    this.#noted = noted;
  }

  override get(key: string): V | undefined {
    this.#noted.into?.note(this.name, key);
    return super.get(key);
  }

  override has(key: string): boolean {
    this.#noted.into?.note(this.name, key);
    return super.has(key);
  }

  override set(key: string, value: V): this {
    this.#noted.into?.writes.push({ table: this.name, key, value });
    return super.set(key, value);
  }

  override get size(): number {
    this.#whole();
    return super.size;
  }

  override keys(): MapIterator<string> {
    this.#whole();
    return super.keys();
  }

  override values(): MapIterator<V> {
    this.#whole();
    return super.values();
  }

  override entries(): MapIterator<[string, V]> {
    this.#whole();
    return super.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  override forEach(visit: (value: V, key: string, map: Map<string, V>) => void): void {
    this.#whole();
    super.forEach(visit);
  }

  #whole(): void {
    const { into } = this.#noted;
    if (into) into.wholeTables = true;
  }
}

/** Names, of which it can be noted which were looked up. Nobody goes through them. */
export class Names extends Set<string> {
  readonly name: string;
  readonly #noted: ReadsNoted;

  constructor(name: string, noted: ReadsNoted) {
    super();
    this.name = name;
    this.#noted = noted;
  }

  override has(key: string): boolean {
    this.#noted.into?.note(this.name, key);
    return super.has(key);
  }
}
