/**
 * Writes what arrives over a data connection into a file, piece by piece.
 *
 * Theory of operation. What came is put on the disk a block at a time, and at the end: a transfer that breaks off leaves what
 * had come, so that another one can go on from there (RFC 3659 §5); a crash loses at most a block. TYPE A is converted on the
 * way.
 */
import type { Content } from '../content.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import { AsciiReader, type FileContent, joined, lengthOf } from './file-content.ts';
import type { FileSystem } from './file-system.ts';
import type { Representation } from './scenario.ts';

/** What may wait to be put on the disk. */
const BLOCK: Bytes = 256 * 1024;

export class FileWriter {
  readonly #files: FileSystem;
  readonly #path: string;
  readonly #owner: string;
  readonly #now: () => Nanoseconds;
  readonly #ascii: AsciiReader | null;
  #size: Bytes;
  #pending: FileContent = [];

  /** The file exists from now on, with its first `offset` octets as they were. */
  constructor(files: FileSystem, path: string, offset: Bytes, type: Representation, owner: string, now: () => Nanoseconds) {
    this.#files = files;
    this.#path = path;
    this.#owner = owner;
    this.#now = now;
    this.#ascii = type === 'ascii' ? new AsciiReader() : null;
    this.#size = offset;
    files.extend(path, offset, [], owner, now());
  }

  /** Octets of the file so far, those included that are not on the disk yet. */
  get size(): Bytes {
    return this.#size + lengthOf(this.#pending);
  }

  add(content: Content): void {
    this.#pending = joined(this.#pending, [this.#ascii ? this.#ascii.add(content) : content]);
    if (lengthOf(this.#pending) >= BLOCK) this.#flush();
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#ascii) this.#pending = joined(this.#pending, [this.#ascii.end()]);
    this.#flush();
  }

  #flush(): void {
    if (this.#pending.length === 0) return;
    this.#files.extend(this.#path, this.#size, this.#pending, this.#owner, this.#now());
    this.#size += lengthOf(this.#pending);
    this.#pending = [];
  }
}
