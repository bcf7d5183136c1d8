/**
 * The resolver's cache: record sets and negative answers, each until its TTL runs out (RFC 1034 §5.3.3, RFC 2181 §5.4.1,
 * RFC 2308 §5). When it is full, the set that was least recently used goes.
 */

import type { Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { canonical, displayName } from '../domain-name.ts';
import { durationText, presentation } from '../presentation.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';

/** How far data is to be trusted (RFC 2181 §5.4.1): never replaced by lesser data while it lives. */
export const credibility = {
  /** Additional data, and the authority section of a referral: good for finding servers, never an answer. */
  glue: 1,
  /** Answer section of a reply without AA. */
  answer: 2,
  /** Authority section of a reply with AA. */
  authority: 3,
  /** Answer section of a reply with AA. */
  authoritative: 4,
} as const;
export type Credibility = (typeof credibility)[keyof typeof credibility];

/** RFC 2181 §8 lets a resolver bound what it keeps; a week for data, three hours for negative answers (RFC 2308 §5). */
const MAX_TTL = 604_800;
const MAX_NEGATIVE_TTL = 10_800;
/** How long a failure to resolve is remembered, in seconds (RFC 9520 §3.2: 1 s to 5 min). */
const FAILURE_TTL = 5;

export type NegativeKind = 'NXDOMAIN' | 'NODATA' | 'SERVFAIL';

export type Cached =
  | { readonly kind: 'positive'; readonly records: readonly ResourceRecord[]; readonly credibility: Credibility }
  | { readonly kind: NegativeKind; readonly soa: ResourceRecord | undefined };

interface Entry {
  readonly cached: Cached;
  readonly key: string;
  readonly expiresAt: Nanoseconds;
}

export class Cache {
  readonly #host: Host;
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();

  /** `capacity`: record sets and negative answers at most; 0 caches nothing. */
  constructor(host: Host, capacity: number) {
    this.#host = host;
    this.#capacity = capacity;
  }

  /** Record sets and negative answers at most. */
  get capacity(): number {
    return this.#capacity;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** A record set or negative answer that may be given to a client, TTLs counted down. */
  answer(name: DomainName, type: string): Cached | undefined {
    const denied = this.#live(keyOf(name, 'NXDOMAIN'));
    const entry = denied ?? this.#live(keyOf(name, type));
    if (!entry || (entry.cached.kind === 'positive' && entry.cached.credibility < credibility.answer)) return undefined;
    return this.#aged(entry);
  }

  /** A record set of any credibility, for finding servers. */
  records(name: DomainName, type: string): readonly ResourceRecord[] {
    const entry = this.#live(keyOf(name, type));
    const cached = entry && this.#aged(entry);
    return cached?.kind === 'positive' ? cached.records : [];
  }

  /** Takes a set of records (one name, one type). A TTL of 0 is for this moment only (RFC 1035 §3.2.1). `note`: tell it on the diagram. */
  store(records: readonly ResourceRecord[], trust: Credibility, note = false): void {
    const first = records[0];
    if (!first) return;
    const ttl = records.reduce((least, record) => Math.min(least, record.ttl), MAX_TTL);
    const key = keyOf(first.name, first.data.type);
    const present = this.#live(key);
    if (present?.cached.kind === 'positive' && present.cached.credibility > trust) return;
    this.#put(
      key,
      { kind: 'positive', records, credibility: trust },
      ttl,
      records.map((record) => presentation(record.data)).join(', '),
      note,
    );
    // Data for a name that was said not to exist: the denial is history.
    if (ttl > 0 && trust >= credibility.answer) this.#remove(keyOf(first.name, 'NXDOMAIN'));
  }

  /** RFC 2308 §5: kept for the lesser of the SOA's TTL and MINIMUM; without an SOA it is not kept. */
  storeNegative(name: DomainName, type: string, kind: 'NXDOMAIN' | 'NODATA', soa: ResourceRecord | undefined): void {
    if (soa?.data.type !== 'SOA') return;
    const ttl = Math.min(MAX_NEGATIVE_TTL, soa.ttl, soa.data.minimum);
    this.#put(keyOf(name, kind === 'NXDOMAIN' ? kind : type), { kind, soa }, ttl, kind, true);
  }

  /** RFC 9520 §3.2. */
  storeFailure(name: DomainName, type: string): void {
    this.#put(keyOf(name, type), { kind: 'SERVFAIL', soa: undefined }, FAILURE_TTL, 'SERVFAIL', false);
  }

  #put(key: string, cached: Cached, ttl: number, text: string, note: boolean): void {
    if (this.#capacity === 0 || ttl <= 0) return;
    const expiresAt = this.#host.now() + ttl * SECOND;
    this.#entries.delete(key);
    while (this.#entries.size >= this.#capacity) {
      const [oldest] = this.#entries.keys();
      this.#remove(oldest as string, 'evicted: the cache is full');
    }
    this.#entries.set(key, { cached, key, expiresAt });
    const [name, what] = key.split(' ') as [string, string];
    const subject =
      what === 'NXDOMAIN'
        ? `${displayName(name)}: NXDOMAIN`
        : cached.kind === 'positive'
          ? `${displayName(name)} ${what}`
          : `${displayName(name)} ${what}: ${cached.kind}`;
    this.#host.narrator.state('cache', key, text, { expiresAt, ...(note ? { note: `caches ${subject} for ${durationText(ttl)}` } : {}) });
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAt <= this.#host.now()) {
      this.#remove(key);
      return undefined;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  #remove(key: string, note?: string): void {
    if (this.#entries.delete(key)) this.#host.narrator.state('cache', key, null, note === undefined ? {} : { note });
  }

  /** What is left of the TTLs in whole seconds. */
  #aged({ cached, expiresAt }: Entry): Cached {
    const left = Math.floor((expiresAt - this.#host.now()) / SECOND);
    const age = (record: ResourceRecord): ResourceRecord => ({ ...record, ttl: Math.min(record.ttl, left) });
    return cached.kind === 'positive' ? { ...cached, records: cached.records.map(age) } : { ...cached, soa: cached.soa && age(cached.soa) };
  }
}

function keyOf(name: DomainName, type: string): string {
  return `${canonical(name)} ${type}`;
}
