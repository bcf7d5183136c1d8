/**
 * What a cache has stored: responses by URI, several of one URI where they vary (RFC 9111 §2, §4.1). When the room is used up (by
 * heads as well as contents), the response that was used longest ago goes.
 */

import { formatSize } from '../../format.ts';
import type { Host } from '../../network/host.ts';
import type { Bytes } from '../../quantities.ts';
import { type Contents, lengthOf } from '../contents.ts';
import { virtualTimeOf } from '../wire/date.ts';
import { encodeResponseHead } from '../wire/head.ts';
import { type Fields, fieldValue } from '../wire/header-field.ts';
import { phraseOf } from '../wire/status.ts';
import { ageOf, lifetimeOf, type StoredHead } from './freshness.ts';
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
  readonly #room: Bytes;
  readonly #shared: boolean;
  /** By URI and variant, the one used longest ago first. */
  readonly #entries = new Map<string, Stored>();
  readonly #byUri = new Map<string, Set<string>>();
  /** Bytes of what is stored, heads and contents. */
  #used: Bytes = 0;

  constructor(host: Host, room: Bytes, shared: boolean) {
    this.#host = host;
    this.#room = room;
    this.#shared = shared;
  }

  /** What fits a request for that URI with these fields: the newest of several (§4). */
  find(uri: string, requestFields: Fields): Stored | null {
    let found: Stored | null = null;
    for (const key of this.#byUri.get(uri) ?? []) {
      const stored = this.#entries.get(key) as Stored;
      if (variantOf(stored.fields, requestFields) === stored.variant && (!found || stored.receivedAt > found.receivedAt)) found = stored;
    }
    if (found) this.#touch(found);
    return found;
  }

  /** Whether there is anything for that URI, for whatever request. */
  has(uri: string): boolean {
    return this.#byUri.has(uri);
  }

  /** In the place of what it has for the same URI and variant. What is larger than the room is not stored. */
  put(stored: Stored): boolean {
    const key = keyOf(stored);
    const size = sizeOf(stored);
    if (size > this.#room) return false;
    const before = this.#entries.get(key);
    if (before) this.#forget(key, before);
    for (const [oldest, other] of this.#entries) {
      if (this.#used + size <= this.#room) break;
      this.#remove(oldest, other, 'to make room');
    }
    this.#entries.set(key, stored);
    const keys = this.#byUri.get(stored.uri) ?? new Set();
    this.#byUri.set(stored.uri, keys.add(key));
    this.#used += size;
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
    if (key !== keyOf(updated) && this.#entries.has(key)) this.#remove(key, stored, 'since it varies by other fields now');
    this.put(updated);
  }

  /** §4.4: everything of a URI. */
  invalidate(uri: string): void {
    for (const key of [...(this.#byUri.get(uri) ?? [])]) this.#remove(key, this.#entries.get(key) as Stored, 'since it may have changed');
  }

  #touch(stored: Stored): void {
    const key = keyOf(stored);
    this.#entries.delete(key);
    this.#entries.set(key, stored);
  }

  #remove(key: string, stored: Stored, why: string): void {
    this.#forget(key, stored);
    this.#host.narrator.state(STORE, key, null, { note: `drops ${stored.uri} ${why}` });
  }

  #forget(key: string, stored: Stored): void {
    this.#entries.delete(key);
    this.#used -= sizeOf(stored);
    const keys = this.#byUri.get(stored.uri);
    keys?.delete(key);
    if (keys?.size === 0) this.#byUri.delete(stored.uri);
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
