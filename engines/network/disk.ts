/** A disk in memory: named plain values, copied on their way in and out. */
import type { Disk } from './host.ts';

export class MemoryDisk implements Disk {
  readonly #values = new Map<string, unknown>();
  /** False while the host is down: whatever a dying process still tries to write does not reach the disk. */
  powered = true;

  get<T>(name: string): T | undefined {
    return plainCopy(this.#values.get(name)) as T | undefined;
  }

  /** Throws a TypeError for a value that is not plain data (a function, an instance of a class). */
  set(name: string, value: unknown): void {
    if (this.powered) this.#values.set(name, plainCopy(value));
  }

  delete(name: string): void {
    if (this.powered) this.#values.delete(name);
  }

  names(): readonly string[] {
    return [...this.#values.keys()];
  }
}

function plainCopy(value: unknown): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`a disk holds plain data, no ${typeof value}`);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(plainCopy);
  if (value instanceof Uint8Array) return value.slice();
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [plainCopy(key), plainCopy(item)]));
  if (value instanceof Set) return new Set([...value].map(plainCopy));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError('a disk holds plain data, no instances of classes');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainCopy(item)]));
}
