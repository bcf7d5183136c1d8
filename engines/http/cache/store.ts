/**
 * What a cache has stored: responses by URI, several of one URI where they vary (RFC 9111 §2, §4.1). When the room is used up (by
 * heads as well as contents), the replacement policy says which response goes: unless told otherwise, the one that was used longest ago.
 */

import { type Contents, lengthOf } from '../../contents.ts';
import { formatSize } from '../../format.ts';
import type { Host } from '../../network/host.ts';
import type { Bytes } from '../../quantities.ts';
import { virtualTimeOf } from '../wire/date.ts';
import { encodeResponseHead } from '../wire/head.ts';
import { type Fields, fieldValue } from '../wire/header-field.ts';
import { phraseOf } from '../wire/status.ts';
import { ageOf, lifetimeOf, type StoredHead } from './freshness.ts';
import { CacheRoom, type ReplacementPolicy } from './replacement.ts';
import { variantOf } from './storing.ts';

export interface Stored extends StoredHead {
  /** `http://www.example.org/logo.png`. */
  readonly uri: string;
  readonly variant: string;
  readonly contents: Contents;
}

/** The name of the store on the state timeline. */
const STORE = 'web cache';

export class CacheStore {
  readonly #host: Host;
  readonly #room: CacheRoom;
  readonly #shared: boolean;
  /** By URI and variant. */
  readonly #entries = new Map<string, { readonly stored: Stored; readonly number: number }>();
  readonly #byUri = new Map<string, Set<string>>();
  /** Keys of the entries by their numbers in the room, and numbers that are free. */
  readonly #keys: string[] = [];
  readonly #free: number[] = [];

  constructor(host: Host, room: Bytes, shared: boolean, policy: ReplacementPolicy = 'lru') {
    this.#host = host;
    this.#room = new CacheRoom(room, policy);
    this.#shared = shared;
  }

  /** URIs of what is stored, at most so many, those first that would go last. */
  safest(limit: number): string[] {
    return this.#room.safest(limit).flatMap((number) => this.#entries.get(this.#keys[number] as string)?.stored.uri ?? []);
  }

  /** Bytes of what is stored, heads and contents. */
  get used(): Bytes {
    return this.#room.used;
  }

  /** How many responses are stored. */
  get count(): number {
    return this.#room.count;
  }

  /** What fits a request for that URI with these fields: the newest of several (§4). */
  find(uri: string, requestFields: Fields): Stored | null {
    let found: Stored | null = null;
    for (const stored of this.fitting(uri, requestFields)) if (!found || stored.receivedAt > found.receivedAt) found = stored;
    if (found) this.#room.use(this.#entries.get(keyOf(found))?.number ?? -1);
    return found;
  }

  /** All that fits: what could be chosen for such a request. Not a use of it. */
  fitting(uri: string, requestFields: Fields): Stored[] {
    return [...(this.#byUri.get(uri) ?? [])].flatMap((key) => {
      const stored = this.#entries.get(key)?.stored as Stored;
      return variantOf(stored.fields, requestFields) === stored.variant ? [stored] : [];
    });
  }

  /** Whether there is anything for that URI, for whatever request. */
  has(uri: string): boolean {
    return this.#byUri.has(uri);
  }

  /** In the place of what it has for the same URI and variant. What is larger than the room is not stored. */
  put(stored: Stored): boolean {
    const key = keyOf(stored);
    const size = sizeOf(stored);
    if (size > this.#room.room) return false;
    const before = this.#entries.get(key);
    // Validated, it is what it was: its uses still count.
    const same = before && sizeOf(before.stored) === size;
    if (before && !same) this.#forget(key);
    const number = same ? before.number : (this.#free.pop() ?? this.#keys.length);
    if (!same) this.#room.put(number, size, (evicted) => this.#removed(this.#keys[evicted] as string, 'to make room'));
    this.#entries.set(key, { stored, number });
    this.#keys[number] = key;
    const keys = this.#byUri.get(stored.uri) ?? new Set();
    this.#byUri.set(stored.uri, keys.add(key));
    const lifetime = lifetimeOf(stored, this.#shared).seconds;
    const lapses = virtualTimeOf(stored.receivedAt + lifetime - ageOf(stored, stored.receivedAt));
    const tag = fieldValue(stored.fields, 'ETag');
    this.#host.narrator.state(STORE, key, `${stored.status}, ${formatSize(size)}${tag === null ? '' : `, ${tag}`}`, {
      // What is stale at once is shown as lapsing now.
      expiresAt: Math.max(lapses, this.#host.now()),
    });
    return true;
  }

  /** The same response with other fields: what it varies by may have changed, and with it its place. */
  replace(stored: Stored, updated: Stored): void {
    const key = keyOf(stored);
    if (key !== keyOf(updated)) this.#remove(key, 'since it varies by other fields now');
    this.put(updated);
  }

  remove(stored: Stored, why: string): void {
    this.#remove(keyOf(stored), why);
  }

  /** §4.4: everything of a URI. */
  invalidate(uri: string): void {
    for (const key of [...(this.#byUri.get(uri) ?? [])]) this.#remove(key, 'since it may have changed');
  }

  /** The host had lost all of it with its power: told once it is up again. */
  lost(): void {
    for (const key of this.#entries.keys()) this.#host.narrator.state(STORE, key, null);
  }

  #remove(key: string, why: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#room.remove(entry.number);
    this.#removed(key, why);
  }

  /** It is out of the room: tells so. */
  #removed(key: string, why: string): void {
    const uri = this.#entries.get(key)?.stored.uri;
    this.#drop(key);
    this.#host.narrator.state(STORE, key, null, { note: `drops ${uri} ${why}` });
  }

  /** Takes an entry out without a word, if it is there. */
  #forget(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#room.remove(entry.number);
    this.#drop(key);
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#free.push(entry.number);
    const { uri } = entry.stored;
    const keys = this.#byUri.get(uri);
    keys?.delete(key);
    if (keys?.size === 0) this.#byUri.delete(uri);
  }
}

/** Bytes of a response with that head and so much content as it was received: a store of many small ones is full of heads. */
export function storedSize({ status, fields }: StoredHead, contentLength: Bytes): Bytes {
  return encodeResponseHead({ version: [1, 1], status, reason: phraseOf(status), fields }).length + contentLength;
}

function sizeOf(stored: Stored): Bytes {
  return storedSize(stored, lengthOf(stored.contents));
}

function keyOf({ uri, variant }: Stored): string {
  return variant === '' ? uri : `${uri} (${variant.replaceAll('\n', '; ')})`;
}
