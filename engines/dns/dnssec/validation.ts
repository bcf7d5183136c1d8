/**
 * Validation (RFC 4035 §5): whether a reply is what the owners of its names have signed.
 *
 * Theory of operation. Trust goes down the tree from the root, whose keys' digests are known beforehand. A zone is secure if
 * the zone above is, has a signed DS set for it, and a key that the DS means signs the zone's keys; it is insecure if the zone
 * above proves that it has no DS set. Whatever else is bogus. What a secure zone says must be signed by its keys, what it
 * denies be proven by its NSEC records.
 *
 * DS and DNSKEY sets are had by the resolver's own resolution, of which this is a part: each such question is again validated,
 * but with the trust of a name further up, so it ends. They come from the cache where they are there; referrals bring DS sets
 * along. A Validation lives as long as one question of a client, remembers what it found of each name, and bounds the work.
 *
 * Not implemented: NSEC3 (RFC 5155). What signed NSEC3 records deny cannot be checked here and counts as insecure; data of such
 * a zone is validated as any other.
 */
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { canonical, depth, displayName, isSubdomain, parent, ROOT, sameName } from '../domain-name.ts';
import { MAX_ALIASES } from '../limits.ts';
import { type ResourceRecord, recordSets } from '../records.ts';
import type { Resolution } from '../resolver/resolution.ts';
import type { DomainName } from '../scenario.ts';
import { makes } from '../server/substitution.ts';
import type { Message, Question, WireRecord } from '../wire/message.ts';
import { type Credentials, INSECURE } from './credentials.ts';
import { allowsWildcard, deniesName, deniesType, isCut, type Nsec, nsecsOf } from './denial.ts';
import { type DnskeyData, type DsData, isSupported } from './keys.ts';
import { secureEntry } from './secure-entry.ts';
import { infoCodes, type Objection, verifySet, type Work } from './signature.ts';
import { calendarTime } from './signer.ts';

/** What is to be thought of names in a zone. */
type Trust =
  | { readonly kind: 'secure'; readonly zone: DomainName; readonly keys: readonly DnskeyData[] }
  | { readonly kind: 'insecure' }
  | { readonly kind: 'bogus'; readonly objection: Objection };

/** What the zone above says of a name: the digests of its keys, that it lies in a zone further up, or that there is no trust to be had. */
type Entry = { readonly kind: 'keys'; readonly ds: readonly DsData[] } | { readonly kind: 'within'; readonly trust: Trust };

/** Resolves a question for us. */
export type Fetch = (question: Question) => Process<Resolution>;

export type ReplyVerdict =
  | {
      readonly ok: true;
      /** The reply, its TTLs no longer than the signatures hold. */
      readonly message: Message;
      /** Of a set in its answer section. */
      credentials(set: readonly ResourceRecord[]): Credentials;
      /** Of its denial. */
      readonly denial: Credentials;
      /** What a referral tells of the zone that it leads to: the DS set, or the proof that there is none (empty). */
      readonly delegation: { readonly ds: readonly ResourceRecord[]; readonly credentials: Credentials } | undefined;
    }
  | { readonly ok: false; readonly objection: Objection };

/** Sets in an answer, and NSEC records in a denial, that are looked at. */
const MAX_SETS = 32;
const MAX_DENIALS = 8;

type SetVerdict =
  | { readonly ok: true; readonly credentials: Credentials; readonly ttl: number }
  | { readonly ok: false; readonly objection: Objection };

export class Validation {
  readonly #host: Host;
  readonly #anchors: readonly DsData[];
  readonly #work: Work = { verifications: 0, digests: 0 };
  /** By canonical name; null while it is being found. */
  readonly #entries = new Map<DomainName, Entry | null>();
  readonly #zones = new Map<DomainName, Trust | null>();
  readonly #told = new Set<string>();

  /** `anchors`: the digests of the root's keys; none: nothing is secure. */
  constructor(host: Host, anchors: readonly DsData[]) {
    this.#host = host;
    this.#anchors = anchors;
  }

  /** Tells the run why something is bogus, once. */
  tell({ reason }: Objection): void {
    if (!this.#told.has(reason)) this.#host.narrator.note(`bogus: ${reason}`);
    this.#told.add(reason);
  }

  /** Judges a reply without error (NOERROR or NXDOMAIN) of a server of `zone`, which may speak of names at or below it only. */
  *reply(question: Question, zone: DomainName, message: Message, fetch: Fetch): Process<ReplyVerdict> {
    const inBailiwick = (record: ResourceRecord): boolean => isSubdomain(record.name, zone);
    const sets = recordSets(message.answers.filter((record) => record.data.type !== 'RRSIG' && inBailiwick(record)));
    if (sets.length > MAX_SETS) return bogus(`more than ${MAX_SETS} record sets in one answer`);
    const judged = new Map<string, { readonly credentials: Credentials; readonly ttl: number }>();
    let name = question.name;
    // RFC 4035 §2.2: signatures are not signed; who asks for them alone gets them as they are.
    let ended =
      question.type === 'RRSIG' && message.answers.some(({ name: owner, data }) => data.type === 'RRSIG' && sameName(owner, name));
    for (let aliases = 0; aliases <= MAX_ALIASES && !ended; aliases++) {
      const here = sets.filter((set) => sameName((set[0] as ResourceRecord).name, name));
      const wanted = here.filter((set) => question.type === 'ANY' || set[0]?.data.type === question.type);
      const alias = here.find((set) => set[0]?.data.type === 'CNAME')?.[0];
      const taken = wanted.length > 0 ? wanted : here.filter((set) => set[0] === alias);
      for (const set of taken) {
        // RFC 6672 §5.3.1: an alias made from a DNAME record has no signature, the DNAME record has.
        const source = sets.find((other) => makes(other[0] as ResourceRecord, set[0] as ResourceRecord) && set.length === 1);
        const verdict = yield* this.#set(source ?? set, message, fetch);
        if (!verdict.ok) return verdict;
        judged.set(setKey(set), source ? { ...verdict, credentials: { ...verdict.credentials, signatures: [], proof: [] } } : verdict);
        if (source) judged.set(setKey(source), verdict);
      }
      ended = wanted.length > 0;
      if (ended || alias?.data.type !== 'CNAME') break;
      name = alias.data.target;
    }
    const result = {
      ok: true,
      message: { ...message, answers: message.answers.map((record) => withTtl(record, judged.get(setKey([record]))?.ttl)) },
      credentials: (set: readonly ResourceRecord[]) => judged.get(setKey(set))?.credentials ?? INSECURE,
      denial: INSECURE,
      delegation: undefined,
    } as const;
    if (ended) return result;
    const soa = message.authorities.find(
      ({ name: owner, data }) => data.type === 'SOA' && isSubdomain(name, owner) && isSubdomain(owner, zone),
    );
    const servers = message.authorities.find(
      (record) => record.data.type === 'NS' && inBailiwick(record) && isSubdomain(name, record.name) && depth(record.name) > depth(zone),
    );
    const denied = message.responseCode === 'NXDOMAIN' || soa !== undefined || (judged.size === 0 && !servers && message.authoritative);
    if (denied && isSubdomain(name, zone)) {
      const denial = yield* this.#denial(name, question.type, message, fetch);
      if (!denial.ok) return denial;
      const authorities = message.authorities.map((record) => withTtl(record, denial.ttl));
      return { ...result, message: { ...result.message, authorities }, denial: denial.credentials };
    }
    if (!servers) return result;
    const delegation = yield* this.#referral(servers.name, message, fetch);
    return delegation && !('ds' in delegation) ? delegation : { ...result, delegation };
  }

  /** A set with what the message has of signatures and proofs. */
  *#set(set: readonly ResourceRecord[], message: Message, fetch: Fetch): Process<SetVerdict> {
    const { name, ttl, data } = set[0] as ResourceRecord;
    const records = [...message.answers, ...message.authorities];
    if (data.type === 'DNSKEY') {
      const entry = yield* this.#entry(name, fetch);
      if (entry.kind === 'keys') return this.#keys(name, set, entry.ds, records);
    }
    const signer = signerOf(name, data.type, records);
    const trust = yield* this.#trust(signer ?? aboveCut(name, data.type), fetch);
    if (trust.kind === 'bogus') {
      // The proof that was not to be had would have been that of an unsigned zone.
      const unsigned = signer === undefined && trust.objection.code === infoCodes.denialMissing;
      const reason = `${displayName(name)} ${data.type} has no signature, nor a proof that it needs none`;
      return { ok: false, objection: unsigned ? { code: infoCodes.signaturesMissing, reason } : trust.objection };
    }
    if (trust.kind === 'insecure') return { ok: true, credentials: INSECURE, ttl };
    const verdict = verifySet(set, records, trust.zone, trust.keys, this.#now, this.#work);
    if (!verdict.ok) return { ok: false, objection: verdict };
    const { signature, wildcard } = verdict;
    const signatures = [withTtl(signature, verdict.ttl)];
    if (!wildcard) return { ok: true, credentials: { security: 'secure', signatures, proof: [] }, ttl: verdict.ttl };
    const labels = signature.data.type === 'RRSIG' ? signature.data.labels : 0;
    const denials = this.#denials(message.authorities, trust);
    if (denials.opaque) return { ok: true, credentials: INSECURE, ttl: verdict.ttl };
    if (allowsWildcard(denials.nsecs, name, labels)) {
      return { ok: true, credentials: { security: 'secure', signatures, proof: denials.proof }, ttl: Math.min(verdict.ttl, denials.ttl) };
    }
    const reason = `${displayName(name)} comes from a wildcard, without proof that no closer name exists`;
    return { ok: false, objection: denials.objection ?? { code: infoCodes.denialMissing, reason } };
  }

  /** The keys of a zone, of which the zone above has the digests: one of those keys must have signed them (RFC 4035 §5.2). */
  #keys(zone: DomainName, set: readonly ResourceRecord[], ds: readonly DsData[], records: readonly ResourceRecord[]): SetVerdict {
    const keys = set.flatMap(({ data }) => (data.type === 'DNSKEY' ? [data] : []));
    const entry = secureEntry(zone, keys, ds, this.#work);
    if (!entry.ok) return entry;
    const verdict = verifySet(set, records, zone, entry.keys, this.#now, this.#work);
    if (!verdict.ok) return { ok: false, objection: verdict };
    return {
      ok: true,
      credentials: { security: 'secure', signatures: [withTtl(verdict.signature, verdict.ttl)], proof: [] },
      ttl: verdict.ttl,
    };
  }

  /** That a name, or its records of a type, do not exist. */
  *#denial(name: DomainName, type: string, message: Message, fetch: Fetch): Process<SetVerdict> {
    const ttl = Number.POSITIVE_INFINITY;
    if (type === 'DNSKEY') {
      const entry = yield* this.#entry(name, fetch);
      if (entry.kind === 'keys') {
        const reason = `there is a DS record for ${displayName(name)}, but its servers know of no key`;
        return { ok: false, objection: { code: infoCodes.keyMissing, reason } };
      }
    }
    const signer = signerOf(name, type, message.authorities);
    const trust = yield* this.#trust(signer ?? aboveCut(name, type), fetch);
    if (trust.kind === 'bogus') return { ok: false, objection: trust.objection };
    if (trust.kind === 'insecure') return { ok: true, credentials: INSECURE, ttl };
    const denials = this.#denials(message.authorities, trust);
    if (denials.soa) return { ok: false, objection: denials.soa };
    if (denials.opaque) return { ok: true, credentials: INSECURE, ttl: denials.ttl };
    const nonexistent = message.responseCode === 'NXDOMAIN';
    if (nonexistent ? deniesName(denials.nsecs, name) : deniesType(denials.nsecs, name, type)) {
      return { ok: true, credentials: { security: 'secure', signatures: [], proof: denials.proof }, ttl: denials.ttl };
    }
    const reason = `there is no proof that ${nonexistent ? displayName(name) : `${displayName(name)} ${type}`} does not exist`;
    return { ok: false, objection: denials.objection ?? { code: infoCodes.denialMissing, reason } };
  }

  /**
   * What the NSEC records among records are worth: those that are signed by the zone, the reason against one that is not, the
   * reason against the SOA record, and whether NSEC3 records hide what is denied.
   */
  #denials(records: readonly ResourceRecord[], trust: Trust & { readonly kind: 'secure' }) {
    const found = {
      nsecs: [] as Nsec[],
      proof: [] as ResourceRecord[],
      ttl: Number.POSITIVE_INFINITY,
      opaque: false,
      objection: undefined as Objection | undefined,
      soa: undefined as Objection | undefined,
    };
    const sets = recordSets(records.filter(({ data }) => data.type === 'NSEC' || data.type === NSEC3 || data.type === 'SOA'));
    for (const set of sets.slice(0, MAX_DENIALS)) {
      const verdict = verifySet(set, records, trust.zone, trust.keys, this.#now, this.#work);
      if (!verdict.ok) {
        found.objection ??= verdict;
        if (set[0]?.data.type === 'SOA') found.soa = verdict;
        continue;
      }
      found.ttl = Math.min(found.ttl, verdict.ttl);
      const shown = [...(set[0]?.data.type === 'SOA' ? [] : set), verdict.signature];
      found.proof.push(...shown.map((record) => withTtl(record, verdict.ttl)));
      found.nsecs.push(...nsecsOf(set));
      if (set[0]?.data.type === NSEC3) found.opaque = true;
    }
    return found;
  }

  /** Undefined where the referral says nothing of it: it is asked for when it is needed. */
  *#referral(cut: DomainName, message: Message, fetch: Fetch) {
    const ds = message.authorities.filter((record) => record.data.type === 'DS' && sameName(record.name, cut));
    if (ds.length > 0) {
      const verdict = yield* this.#set(ds, message, fetch);
      if (!verdict.ok) return verdict;
      return { ds: ds.map((record) => withTtl(record, verdict.ttl)), credentials: verdict.credentials };
    }
    if (!message.authorities.some(({ data }) => data.type === 'NSEC' || data.type === NSEC3)) return undefined;
    const verdict = yield* this.#denial(cut, 'DS', { ...message, responseCode: 'NOERROR' }, fetch);
    return verdict.ok ? { ds: [], credentials: verdict.credentials } : verdict;
  }

  /** Of the zone that a name lies in. */
  *#trust(name: DomainName, fetch: Fetch): Process<Trust> {
    const entry = yield* this.#entry(name, fetch);
    return entry.kind === 'within' ? entry.trust : yield* this.#zone(name, entry.ds, fetch);
  }

  *#entry(name: DomainName, fetch: Fetch): Process<Entry> {
    const key = canonical(name);
    const known = this.#entries.get(key);
    if (known) return known;
    if (known === null) return within({ kind: 'bogus', objection: circle(name) });
    this.#entries.set(key, null);
    const found = yield* this.#findEntry(name, fetch);
    this.#entries.set(key, found);
    return found;
  }

  *#findEntry(name: DomainName, fetch: Fetch): Process<Entry> {
    const up = parent(name);
    if (up === undefined) return this.#anchors.length > 0 ? { kind: 'keys', ds: this.#anchors } : within({ kind: 'insecure' });
    const above = yield* this.#trust(up, fetch);
    if (above.kind !== 'secure') return within(above);
    const found = yield* fetch({ name, type: 'DS' });
    if (found.kind === 'failure')
      return within({ kind: 'bogus', objection: objectionTo(found, `whether ${displayName(name)} is signed cannot be found out`) });
    const { security, proof } = found.credentials;
    if (security !== 'secure') return within({ kind: 'insecure' });
    const ds = found.records.flatMap(({ name: owner, data }) => (data.type === 'DS' && sameName(owner, name) ? [data] : []));
    // Neither a cut nor a zone of its own: the name belongs to the zone above.
    if (ds.length === 0) return within(isCut(nsecsOf(proof), name) ? { kind: 'insecure' } : above);
    // RFC 4035 §5.2: keys of unknown algorithms cannot be checked, so the zone counts as one without.
    const supported = ds.filter(isSupported);
    if (supported.length > 0) return { kind: 'keys', ds: supported };
    this.#host.narrator.note(`takes ${displayName(name)} for insecure: signed with algorithms unknown here`);
    return within({ kind: 'insecure' });
  }

  /** The keys of a zone that has a DS set. */
  *#zone(zone: DomainName, ds: readonly DsData[], fetch: Fetch): Process<Trust> {
    const key = canonical(zone);
    const known = this.#zones.get(key);
    if (known) return known;
    if (known === null) return { kind: 'bogus', objection: circle(zone) };
    this.#zones.set(key, null);
    const found = yield* fetch({ name: zone, type: 'DNSKEY' });
    const trust: Trust =
      found.kind === 'answer' && found.credentials.security === 'secure' && ds.length > 0
        ? { kind: 'secure', zone, keys: found.records.flatMap(({ data }) => (data.type === 'DNSKEY' ? [data] : [])) }
        : { kind: 'bogus', objection: objectionTo(found, `the keys of ${displayName(zone)} cannot be had`) };
    this.#zones.set(key, trust);
    return trust;
  }

  get #now(): number {
    return calendarTime(this.#host.now());
  }
}

/** RFC 5155 §3; its data stays raw. */
const NSEC3 = 'TYPE50';

function within(trust: Trust): Entry {
  return { kind: 'within', trust };
}

function bogus(reason: string): { readonly ok: false; readonly objection: Objection } {
  return { ok: false, objection: { code: infoCodes.bogus, reason } };
}

function circle(name: DomainName): Objection {
  return { code: infoCodes.indeterminate, reason: `what ${displayName(name)} is worth depends on itself` };
}

/** Why a question that we needed came to nothing. */
function objectionTo(found: Resolution, what: string): Objection {
  if (found.kind !== 'failure') return { code: infoCodes.keyMissing, reason: what };
  return found.objection ?? { code: infoCodes.indeterminate, reason: `${what}: ${found.reason}` };
}

/** The zone that claims to have signed a name's records of a type: at or above the name; of DS and what denies it, above. */
function signerOf(name: DomainName, type: string, records: readonly ResourceRecord[]): DomainName | undefined {
  for (const { name: owner, data } of records) {
    if (data.type !== 'RRSIG' || !isSubdomain(name, data.signer)) continue;
    const covers = data.typeCovered === type ? sameName(owner, name) : DENYING.has(data.typeCovered);
    if (covers && (type !== 'DS' || name === ROOT || !sameName(data.signer, name))) return data.signer;
  }
  return undefined;
}

const DENYING: ReadonlySet<string> = new Set(['NSEC', NSEC3, 'SOA']);

/** Where a name's records of a type are to be found: what DS says is the word of the zone above. */
function aboveCut(name: DomainName, type: string): DomainName {
  return type === 'DS' ? (parent(name) ?? name) : name;
}

function setKey(set: readonly ResourceRecord[]): string {
  const { name, data } = set[0] as ResourceRecord;
  return `${canonical(name)} ${data.type}`;
}

function withTtl<R extends WireRecord>(record: R, ttl: number | undefined): R {
  return ttl === undefined || ttl >= record.ttl ? record : { ...record, ttl };
}
