/** The room that a server has for files. What is under way counts as well, so that uploads side by side cannot take it twice. */
import type { Bytes } from '../quantities.ts';
import type { FileSystem } from './file-system.ts';
import type { FileWriter } from './file-writer.ts';

export class Space {
  /** Room for so much, all files together. */
  readonly limit: Bytes;
  readonly #files: FileSystem;
  readonly #writers = new Set<FileWriter>();

  constructor(limit: Bytes, files: FileSystem) {
    this.limit = limit;
    this.#files = files;
  }

  /** Octets that still fit; below 0 where the scenario put more there. */
  get free(): Bytes {
    let used = this.#files.used;
    for (const writer of this.#writers) used += writer.waiting;
    return this.limit - used;
  }

  began(writer: FileWriter): void {
    this.#writers.add(writer);
  }

  ended(writer: FileWriter): void {
    this.#writers.delete(writer);
  }
}
