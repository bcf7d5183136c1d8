/**
 * The resolver's cache: record sets and negative answers, each until its TTL runs out (RFC 1034 §5.3.3, RFC 2181 §5.4.1,
 * RFC 2308 §5). When it is full, the set that was least recently used goes.
 */

import type { Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import type { Credentials } from '../dnssec/credentials.ts';
import { keyText } from '../dnssec/keys.ts';
import type { Objection } from '../dnssec/signature.ts';
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
  | {
      readonly kind: 'positive';
      readonly records: readonly ResourceRecord[];
      readonly credibility: Credibility;
      /** What validation came to (RFC 4035 §4.5); absent where nothing is validated. */
      readonly credentials?: Credentials;
    }
  | {
      readonly kind: NegativeKind;
      readonly soa: ResourceRecord | undefined;
      readonly credentials?: Credentials;
      /** Of SERVFAIL: why validation failed, where it did. */
      readonly objection?: Objection;
    };

interface Entry {
  readonly cached: Cached;
  readonly key: string;
  readonly expiresAt: Nanoseconds;
}

export class Cache {
  readonly #host: Host;
  readonly #capacity: number;
  /** Least recently used first. */
  readonly #entries: Map<string, Entry>;

  /** `capacity`: record sets and negative answers at most; 0 caches nothing. `entries`: of another cache, to be read. */
  constructor(host: Host, capacity: number, entries = new Map<string, Entry>()) {
    this.#host = host;
    this.#capacity = capacity;
    this.#entries = entries;
  }

  /** The same cache for those whose answers must not get into it. */
  get readOnly(): Cache {
    return new Cache(this.#host, 0, this.#entries);
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
    // A failure may be one of validation, without which those who only read do.
    if (entry?.cached.kind === 'SERVFAIL' && this.#capacity === 0) return undefined;
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
  store(records: readonly ResourceRecord[], trust: Credibility, note = false, credentials?: Credentials): void {
    const first = records[0];
    if (!first) return;
    const ttl = records.reduce((least, record) => Math.min(least, record.ttl), MAX_TTL);
    const key = keyOf(first.name, first.data.type);
    const present = this.#live(key);
    if (present?.cached.kind === 'positive' && present.cached.credibility > trust) return;
    this.#put(
      key,
      { kind: 'positive', records, credibility: trust, ...(credentials ? { credentials } : {}) },
      ttl,
      records.map(({ data }) => keyText(data) ?? presentation(data, displayName)).join(', '),
      note,
    );
    // Data for a name that was said not to exist: the denial is history.
    if (this.#capacity > 0 && ttl > 0 && trust >= credibility.answer) this.#remove(keyOf(first.name, 'NXDOMAIN'));
  }

  /** RFC 2308 §5: kept for the lesser of the SOA's TTL and MINIMUM; without an SOA it is not kept. */
  storeNegative(
    name: DomainName,
    type: string,
    kind: 'NXDOMAIN' | 'NODATA',
    soa: ResourceRecord | undefined,
    credentials?: Credentials,
  ): void {
    if (soa?.data.type !== 'SOA') return;
    const ttl = Math.min(MAX_NEGATIVE_TTL, soa.ttl, soa.data.minimum);
    this.#put(keyOf(name, kind === 'NXDOMAIN' ? kind : type), { kind, soa, ...(credentials ? { credentials } : {}) }, ttl, kind, true);
  }

  /** That a delegation has no DS set, for as long as its proof lives (RFC 4035 §4.5). */
  storeUnsigned(cut: DomainName, credentials: Credentials): void {
    const ttl = credentials.proof.reduce((least, record) => Math.min(least, record.ttl), MAX_NEGATIVE_TTL);
    this.#put(keyOf(cut, 'DS'), { kind: 'NODATA', soa: undefined, credentials }, ttl, 'NODATA', true);
  }

  /** RFC 9520 §3.2. */
  storeFailure(name: DomainName, type: string, objection?: Objection): void {
    this.#put(keyOf(name, type), { kind: 'SERVFAIL', soa: undefined, ...(objection ? { objection } : {}) }, FAILURE_TTL, 'SERVFAIL', false);
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
    const security = 'credentials' in cached ? cached.credentials?.security : undefined;
    const caches = `caches ${subject} for ${durationText(ttl)}${security ? `: ${security}` : ''}`;
    this.#host.narrator.state('cache', shown(key), text, { expiresAt, ...(note ? { note: caches } : {}) });
    if (security) this.#host.narrator.state('validation', shown(key), security, { expiresAt });
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
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#host.narrator.state('cache', shown(key), null, note === undefined ? {} : { note });
    if (entry.cached.credentials) this.#host.narrator.state('validation', shown(key), null);
  }

  /** What is left of the TTLs in whole seconds. */
  #aged({ cached, expiresAt }: Entry): Cached {
    const left = Math.floor((expiresAt - this.#host.now()) / SECOND);
    const age = (record: ResourceRecord): ResourceRecord => ({ ...record, ttl: Math.min(record.ttl, left) });
    const credentials = cached.credentials && {
      ...cached.credentials,
      signatures: cached.credentials.signatures.map(age),
      proof: cached.credentials.proof.map(age),
    };
    const aged =
      cached.kind === 'positive' ? { ...cached, records: cached.records.map(age) } : { ...cached, soa: cached.soa && age(cached.soa) };
    return credentials ? { ...aged, credentials } : aged;
  }
}

function keyOf(name: DomainName, type: string): string {
  return `${canonical(name)} ${type}`;
}

/** For people. */
function shown(key: string): string {
  const [name, what] = key.split(' ') as [string, string];
  return `${displayName(name)} ${what}`;
}
