/**
 * Files and directories on a host's disk. They survive a crash of the host.
 *
 * What is told of a file (size, time, owner) and what it holds are entries of their own on the disk, so that listing a
 * directory costs what its names cost. Paths are absolute and normal (path.ts); the root always exists.
 */
import { type Contents, joined, lengthOf, sliceOf } from '../contents.ts';
import type { Disk } from '../network/host.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';

import { isWithin, nameOf, parentOf } from './path.ts';

export interface Entry {
  readonly kind: 'file' | 'directory';
  /** Grows from 1, never used again. */
  readonly id: number;
  /** Of a directory: 0. */
  readonly size: Bytes;
  readonly modifiedAt: Nanoseconds;
  readonly owner: string;
}

export interface Named extends Entry {
  readonly path: string;
  readonly name: string;
}

const ENTRY = 'files/entry ';
const CONTENT = 'files/content ';
const NEXT = 'files/next';
const USED = 'files/used';

export class FileSystem {
  readonly #disk: Disk;
  readonly #changed: (path: string, entry: Entry | null) => void;

  /** `changed` is told of what is made, written as a whole, moved and removed (then null); not of what grows, by `extend`. */
  constructor(disk: Disk, changed: (path: string, entry: Entry | null) => void = () => {}) {
    this.#disk = disk;
    this.#changed = changed;
  }

  look(path: string): Entry | null {
    if (path === '/') return { kind: 'directory', id: 0, size: 0, modifiedAt: 0, owner: 'root' };
    return this.#disk.get<Entry>(ENTRY + path) ?? null;
  }

  /** What a file holds; nothing of what is no file. */
  read(path: string): Contents {
    return this.#disk.get<Contents>(CONTENT + path) ?? [];
  }

  /** What lies in a directory itself, in the order of their names' octets. */
  list(directory: string): Named[] {
    return this.#within(directory)
      .filter((path) => path !== directory && parentOf(path) === directory)
      .sort(byOctets)
      .map((path) => ({ ...(this.look(path) as Entry), path, name: nameOf(path) }));
  }

  /** All octets of all files. */
  get used(): Bytes {
    return this.#disk.get<Bytes>(USED) ?? 0;
  }

  /** Makes a file, or gives it another content; directories above it are made where they are missing. */
  write(path: string, content: Contents, owner: string, now: Nanoseconds): void {
    this.#put(path, content, owner, now);
    this.#changed(path, this.look(path));
  }

  #put(path: string, content: Contents, owner: string, now: Nanoseconds): void {
    const known = this.look(path);
    if (parentOf(path) !== '/') this.makeDirectory(parentOf(path), owner, now);
    const { id, owner: firstOwner } = known ?? { id: this.#nextId(), owner };
    const size = lengthOf(content);
    this.#disk.set(USED, this.used + size - (known?.size ?? 0));
    this.#disk.set(CONTENT + path, content);
    this.#disk.set(ENTRY + path, { kind: 'file', id, size, modifiedAt: now, owner: firstOwner } satisfies Entry);
  }

  /** Puts more behind what the file holds, from `offset` on: what lies behind that is gone. */
  extend(path: string, offset: Bytes, more: Contents, owner: string, now: Nanoseconds): void {
    this.#put(path, joined([...sliceOf(this.read(path), 0, offset), ...more], Number.POSITIVE_INFINITY), owner, now);
  }

  /** With those above it; does nothing where it exists. */
  makeDirectory(path: string, owner: string, now: Nanoseconds): void {
    if (this.look(path)) return;
    this.makeDirectory(parentOf(path), owner, now);
    const entry: Entry = { kind: 'directory', id: this.#nextId(), size: 0, modifiedAt: now, owner };
    this.#disk.set(ENTRY + path, entry);
    this.#changed(path, entry);
  }

  /** A file, or a directory with all that is in it. */
  remove(path: string): void {
    for (const gone of this.#within(path)) {
      this.#disk.set(USED, this.used - (this.look(gone)?.size ?? 0));
      this.#forget(gone);
    }
  }

  #forget(path: string): void {
    this.#disk.delete(ENTRY + path);
    this.#disk.delete(CONTENT + path);
    this.#changed(path, null);
  }

  /** Moves a file, or a directory with all that is in it, to a path where nothing is. */
  rename(from: string, to: string): void {
    const paths = this.#within(from);
    for (const path of paths) {
      const moved = to + path.slice(from.length);
      const content = this.#disk.get<Contents>(CONTENT + path);
      this.#disk.set(ENTRY + moved, this.look(path));
      if (content !== undefined) this.#disk.set(CONTENT + moved, content);
      this.#changed(moved, this.look(moved));
    }
    for (const path of paths) this.#forget(path);
  }

  #within(directory: string): string[] {
    return this.#disk
      .names()
      .filter((name) => name.startsWith(ENTRY))
      .map((name) => name.slice(ENTRY.length))
      .filter((path) => isWithin(path, directory));
  }

  #nextId(): number {
    const id = this.#disk.get<number>(NEXT) ?? 1;
    this.#disk.set(NEXT, id + 1);
    return id;
  }
}

const byOctets = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
