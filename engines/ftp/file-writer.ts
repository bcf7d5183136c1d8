/**
 * Writes what arrives over a data connection into a file, piece by piece.
 *
 * Theory of operation. What came is put on the disk a block at a time, and at the end: a transfer that breaks off leaves what
 * had come, so that another one can go on from there (RFC 3659 §5); a crash loses at most a block. TYPE A is converted on the
 * way.
 */
import type { Content } from '../content.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import { AsciiReader } from './ascii.ts';
import type { FileSystem } from './file-system.ts';
import type { Representation } from './scenario.ts';

/** What may wait to be put on the disk. */
const BLOCK: Bytes = 256 * 1024;

/** Where in a file what comes is put. */
export interface Writing {
  /** Absolute, normal. */
  readonly path: string;
  /** Octets of the file that stay. */
  readonly offset: Bytes;
  /** TYPE A: a CR went before (ascii.ts). */
  readonly afterCr: boolean;
  readonly type: Representation;
  readonly owner: string;
}

export class FileWriter {
  readonly #files: FileSystem;
  readonly #writing: Writing;
  readonly #now: () => Nanoseconds;
  readonly #ascii: AsciiReader | null;
  #size: Bytes;
  #waiting: Content[] = [];
  #waitingOctets: Bytes = 0;

  /** The file exists from now on, with its first `offset` octets as they were. */
  constructor(files: FileSystem, writing: Writing, now: () => Nanoseconds) {
    this.#files = files;
    this.#writing = writing;
    this.#now = now;
    this.#ascii = writing.type === 'ascii' ? new AsciiReader(writing.afterCr) : null;
    this.#size = writing.offset;
    files.extend(writing.path, writing.offset, [], writing.owner, now());
  }

  /** Octets of the file that are not on the disk yet. */
  get waiting(): Bytes {
    return this.#waitingOctets + (this.#ascii?.pending ?? 0);
  }

  /** Octets of the file so far. */
  get size(): Bytes {
    return this.#size + this.waiting;
  }

  /** False, and nothing is taken, where that is more than `free` octets of the disk. */
  add(content: Content, free: Bytes = Number.POSITIVE_INFINITY): boolean {
    const octets = this.#ascii ? this.#ascii.add(content) : content;
    if (octets.length > free) return false;
    this.#take(octets);
    if (this.#waitingOctets >= BLOCK) this.#flush();
    return true;
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#ascii) this.#take(this.#ascii.end());
    this.#flush();
  }

  #take(octets: Content): void {
    if (octets.length === 0) return;
    this.#waiting.push(octets);
    this.#waitingOctets += octets.length;
  }

  #flush(): void {
    if (this.#waitingOctets === 0) return;
    const { path, owner } = this.#writing;
    this.#files.extend(path, this.#size, this.#waiting, owner, this.#now());
    this.#size += this.#waitingOctets;
    this.#waiting = [];
    this.#waitingOctets = 0;
  }
}
