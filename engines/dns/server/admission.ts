/**
 * Which queries a server gets round to, and when: its capacity, its waiting room, and its limit for each client.
 *
 * Theory of operation. Queries are worked off one after the other, each taking the same time; those that wait are a number, not a
 * list, because all that counts is when the last of them will be done. A client's limit is a bucket that fills at the limit's
 * rate and holds one second's worth (the idea of response rate limiting). What is beyond either is dropped without a word, as
 * servers do: a client that is owed nothing gets nothing.
 */
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import type { ServerLimits } from '../scenario.ts';

/** Clients remembered at most; of more, those heard of least recently start with a full bucket again. */
const MAXIMUM_CLIENTS = 10_000;

interface Bucket {
  tokens: number;
  filledAt: Nanoseconds;
}

export class Admission {
  readonly #limits: ServerLimits;
  readonly #clients = new Map<string, Bucket>();
  /** When all that was admitted is done. */
  #busyUntil: Nanoseconds = 0;

  constructor(limits: ServerLimits) {
    this.#limits = limits;
  }

  /** How long a query that comes now takes until it is answered, its wait included; null when it is dropped. */
  admit(client: string, now: Nanoseconds): Nanoseconds | null {
    const { capacity, backlog, perClient } = this.#limits;
    if (perClient !== null && !this.#allowed(client, now, perClient)) return null;
    if (capacity === null) return 0;
    const service = SECOND / capacity;
    const waiting = Math.max(0, this.#busyUntil - now) / service;
    // The one that is being answered does not wait.
    if (waiting >= backlog + 1) return null;
    this.#busyUntil = Math.max(now, this.#busyUntil) + service;
    return Math.round(this.#busyUntil - now);
  }

  #allowed(client: string, now: Nanoseconds, perClient: number): boolean {
    const bucket = this.#clients.get(client) ?? { tokens: perClient, filledAt: now };
    bucket.tokens = Math.min(perClient, bucket.tokens + ((now - bucket.filledAt) / SECOND) * perClient);
    bucket.filledAt = now;
    // In the order of last use: the first is the one to forget.
    this.#clients.delete(client);
    this.#clients.set(client, bucket);
    if (this.#clients.size > MAXIMUM_CLIENTS) this.#clients.delete(this.#clients.keys().next().value as string);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }
}
