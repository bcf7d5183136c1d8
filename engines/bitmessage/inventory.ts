/**
 * The objects that a peer holds, on its disk: until they expire everybody has all of them. By the hash that lists name them with: the
 * first half of a double SHA-512.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Disk } from '../network/host.ts';

/** Hexadecimal. */
export type ObjectHash = string;

export interface KeptObject {
  readonly bytes: Uint8Array;
  /** Seconds since 1970. */
  readonly expires: number;
}

const FOLDER = 'bitmessage/object/';

export const hashOf = (bytes: Uint8Array): ObjectHash => bytesToHex(sha512(sha512(bytes)).subarray(0, 32));

export class Inventory {
  readonly #disk: Disk;
  readonly #hashes: Set<ObjectHash>;

  constructor(disk: Disk) {
    this.#disk = disk;
    this.#hashes = new Set(disk.names().flatMap((name) => (name.startsWith(FOLDER) ? [name.slice(FOLDER.length)] : [])));
  }

  /** In the order in which they came. */
  get hashes(): readonly ObjectHash[] {
    return [...this.#hashes];
  }

  has(hash: ObjectHash): boolean {
    return this.#hashes.has(hash);
  }

  get(hash: ObjectHash): KeptObject | null {
    return this.#disk.get<KeptObject>(FOLDER + hash) ?? null;
  }

  keep(hash: ObjectHash, object: KeptObject): void {
    this.#disk.set(FOLDER + hash, object);
    this.#hashes.add(hash);
  }

  drop(hash: ObjectHash): void {
    this.#disk.delete(FOLDER + hash);
    this.#hashes.delete(hash);
  }
}
