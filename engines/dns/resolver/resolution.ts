/**
 * The resolver's algorithm (RFC 1034 §5.3.3): finds the answer to a question by walking down the hierarchy.
 *
 * Theory of operation. A resolution keeps to one question and follows its aliases. For the current name it takes the cache's
 * answer if there is one; otherwise it starts at the closest servers that it knows (cache, own zones, root hints) and asks
 * one after the other. A reply either settles the name, is an alias to go on with, leads to servers further down, or is
 * useless; then the next server is asked. Every step goes down the tree or to another server, and the whole has a budget of
 * queries and of time, so it ends.
 *
 * Walking `recursively` differs in one bit: RD is set, so that each server asks the next one itself. A server that offers no
 * recursion answers with a referral all the same, and the walk goes on from there.
 *
 * What a reply means and what of it is believed is read in reading.ts; where a walk begins, in delegation.ts.
 */
import type { Process } from '../../kernel/process.ts';
import type { Address, Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { type Credentials, INSECURE, NOTHING_YET, together } from '../dnssec/credentials.ts';
import type { DsData } from '../dnssec/keys.ts';
import type { Objection } from '../dnssec/signature.ts';
import { type ReplyVerdict, Validation } from '../dnssec/validation.ts';
import { ancestors, canonical, displayName, parent, ROOT, sameName } from '../domain-name.ts';
import { MAX_ALIASES } from '../limits.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName, Walk } from '../scenario.ts';
import { answer } from '../server/authoritative.ts';
import { makes } from '../server/substitution.ts';
import { type Zone, zoneFor } from '../server/zone.ts';
import { type Message, type QueryOptions, type Question, query } from '../wire/message.ts';
import type { Cache } from './cache.ts';
import { closestDelegation, type Delegation } from './delegation.ts';
import { askServer } from './dialogue.ts';
import { askMinimised } from './minimisation.ts';
import { understand } from './reading.ts';
import type { RoundTripTable } from './server-selection.ts';
import type { ServerStreams } from './streams.ts';

export type RootHints = readonly { readonly name: DomainName; readonly address: Address }[];

/** What a resolving server has at hand. */
export interface ResolverState {
  readonly host: Host;
  readonly cache: Cache;
  readonly roundTrips: RoundTripTable;
  readonly streams: ServerStreams;
  /** Servers that turned out not to know EDNS (RFC 6891 §6.2.2), and until when that is believed. */
  readonly withoutEdns: Map<Address, Nanoseconds>;
  /** What its queries say besides the question. */
  readonly query: QueryOptions;
  /** The digests of the root's keys, where replies are validated (RFC 4035 §5); undefined: whatever comes is believed. */
  readonly trustAnchors: readonly DsData[] | undefined;
  /** Asks each server about no more of the name than it needs (RFC 9156). */
  readonly minimise: boolean;
  readonly hints: RootHints;
  /** Zones that this host serves itself, as they are at the moment. */
  readonly zones: readonly Zone[];
  /** True while a root server is asked for the list of them. */
  priming: boolean;
}

/** The end of a resolution. `records`: the aliases followed and, for an answer, the records asked for, in order. */
export type Resolution =
  | {
      readonly kind: 'answer';
      readonly records: readonly ResourceRecord[];
      readonly credentials: Credentials;
      readonly fromCache: boolean;
    }
  | {
      readonly kind: 'NXDOMAIN' | 'NODATA';
      readonly records: readonly ResourceRecord[];
      readonly soa: ResourceRecord | undefined;
      readonly credentials: Credentials;
      readonly fromCache: boolean;
    }
  /** `objection`: validation failed. */
  | { readonly kind: 'failure'; readonly reason: string; readonly objection?: Objection; readonly fromCache: boolean };

/** Queries for one client question, those for name servers' addresses counted in (RFC 1034 §5.3.3: bound the work). */
const MAX_QUERIES = 60;
/** Questions for name servers' addresses within such questions. */
const MAX_NESTING = 6;
/** With questions that validation needs within such questions. */
const MAX_DEPTH = 16;
/** Name servers without a known address that are looked up for one delegation: the bound against NXNSAttack. */
const MAX_SERVER_LOOKUPS = 4;
const ATTEMPTS_PER_SERVER = 3;
/** Below the ten seconds after which common stub resolvers give up. */
const MAX_TIME: Nanoseconds = 8 * SECOND;

/** What the resolutions of one client question share. */
interface Effort {
  queries: number;
  readonly deadline: Nanoseconds;
  readonly walk: Walk;
  /** Questions being resolved, outermost first: a name server below its own delegation must not be waited for. */
  readonly pending: readonly string[];
  /** Absent: whatever comes is believed. */
  readonly validation: Validation | undefined;
}

/** Resolves a question of class IN. `checking`: false where the asker validates itself (RFC 4035 §3.2.2); then nothing is cached. */
export function resolve(state: ResolverState, question: Question, walk: Walk, checking = true): Process<Resolution> {
  const validation = state.trustAnchors && checking ? new Validation(state.host, state.trustAnchors) : undefined;
  const unchecked = state.trustAnchors !== undefined && !checking;
  const effort: Effort = { queries: 0, deadline: state.host.now() + MAX_TIME, walk, pending: [], validation };
  return resolveWithin(unchecked ? { ...state, cache: state.cache.readOnly, zones: state.zones } : state, question, effort);
}

function* resolveWithin(state: ResolverState, question: Question, effort: Effort): Process<Resolution> {
  const { cache } = state;
  const { type } = question;
  const chain: ResourceRecord[] = [];
  let name = question.name;
  let fromCache = true;
  let credentials = NOTHING_YET;
  while (chain.filter(isAlias).length <= MAX_ALIASES) {
    // A zone's keys are what its parent vouches for, whoever serves it.
    const own = effort.validation && (type === 'DS' || type === 'DNSKEY') ? undefined : fromOwnZones(state, name, type);
    const known = own ?? fromCacheOf(cache, name, type);
    let settled = known;
    if (!settled) {
      fromCache = false;
      settled = yield* walkDown(state, { name, type }, effort);
    }
    if (settled.kind === 'failure') {
      // A nested question may have failed only because it was asked within another.
      const { reason, objection } = settled;
      if (!known && effort.pending.length === 0) cache.storeFailure(name, type, objection);
      return { kind: 'failure', reason, ...(objection ? { objection } : {}), fromCache };
    }
    credentials = together(credentials, settled.credentials ?? INSECURE);
    if (settled.kind !== 'records') return { kind: settled.kind, records: chain, soa: settled.soa, credentials, fromCache };
    for (const record of settled.records) chain.push(record);
    if (settled.alias === undefined) return { kind: 'answer', records: chain, credentials, fromCache };
    const next = settled.alias;
    if (chain.some((record) => isAlias(record) && sameName(record.name, next)))
      return { kind: 'failure', reason: `the aliases of ${displayName(question.name)} go in a circle`, fromCache };
    name = next;
  }
  return { kind: 'failure', reason: `more than ${MAX_ALIASES} aliases in a row`, fromCache };
}

function isAlias({ data }: ResourceRecord): boolean {
  return data.type === 'CNAME';
}

/** What a name came to: records (with `alias`, they end in a CNAME to go on with), a denial, or nothing. */
export type Settled =
  | {
      readonly kind: 'records';
      readonly records: readonly ResourceRecord[];
      readonly alias: DomainName | undefined;
      readonly credentials?: Credentials;
    }
  | { readonly kind: 'NXDOMAIN' | 'NODATA'; readonly soa: ResourceRecord | undefined; readonly credentials?: Credentials }
  | { readonly kind: 'failure'; readonly reason: string; readonly objection?: Objection };

function fromCacheOf(cache: Cache, name: DomainName, type: string): Settled | undefined {
  const cached = cache.answer(name, type);
  if (cached?.kind === 'positive') return settledBy(cached.records, type, cached.credentials);
  if (cached?.kind === 'SERVFAIL') return { kind: 'failure', reason: 'it failed a moment ago (RFC 9520)', ...failureDetail(cached) };
  if (cached) return { kind: cached.kind, soa: cached.soa, credentials: cached.credentials };
  const alias = type === 'ANY' ? undefined : cache.answer(name, 'CNAME');
  if (alias?.kind !== 'positive') return undefined;
  const source = sourceOf(cache, alias.records[0] as ResourceRecord);
  if (!source) return settledBy(alias.records, type, alias.credentials);
  const credentials = together(source.credentials ?? INSECURE, alias.credentials ?? INSECURE);
  return settledBy([...source.records, ...alias.records], type, credentials);
}

/** The DNAME set that an alias was made from. */
function sourceOf(cache: Cache, alias: ResourceRecord) {
  for (const ancestor of ancestors(alias.name).slice(1)) {
    const cached = cache.answer(ancestor, 'DNAME');
    if (cached?.kind === 'positive' && makes(cached.records[0] as ResourceRecord, alias)) return cached;
  }
  return undefined;
}

function failureDetail({ objection }: { readonly objection?: Objection }): { readonly objection?: Objection } {
  return objection ? { objection } : {};
}

/** An alias that left our own zones may come back into them. */
function fromOwnZones(state: ResolverState, name: DomainName, type: string): Settled | undefined {
  const own = answer(state.zones, query(0, { name, type }, false));
  if (!own.authoritative) return undefined;
  // A chain that ends below a cut or in nothing is taken as far as it goes; its last name is looked at by itself.
  if (own.answers.length > 0) return settledBy(own.answers, type);
  return { kind: own.responseCode === 'NXDOMAIN' ? 'NXDOMAIN' : 'NODATA', soa: own.authorities[0] };
}

function settledBy(records: readonly ResourceRecord[], type: string, credentials?: Credentials): Settled {
  const last = records[records.length - 1] as ResourceRecord;
  const alias = last.data.type === 'CNAME' && type !== 'CNAME' && type !== 'ANY' ? last.data.target : undefined;
  return { kind: 'records', records, alias, credentials };
}

/** From the closest known servers down until the name is settled. */
function* walkDown(state: ResolverState, question: Question, effort: Effort): Process<Settled> {
  if (needsPriming(state, question, effort)) yield* prime(state, effort);
  // RFC 4035 §4.2: DS sets are the word of the zone above.
  let delegation = closestDelegation(state, question.type === 'DS' ? (parent(question.name) ?? ROOT) : question.name);
  if (!delegation) return { kind: 'failure', reason: 'no root hints' };
  // A server that walks on for us needs the whole name.
  const minimise = state.minimise && effort.walk === 'iteratively';
  // Each referral goes at least one label further down.
  for (;;) {
    const servers: Delegation = delegation;
    const ask = (asked: Question): Process<Settled | Delegation> => askServers(state, asked, servers, effort);
    const outcome: Settled | Delegation = yield* minimise ? askMinimised(question, servers.zone, ask, afterPart) : ask(question);
    if ('kind' in outcome) return outcome;
    delegation = outcome;
  }
}

/** What an answer to a part of the name means for the rest of it. */
function afterPart(outcome: Settled | Delegation): 'referral' | 'goes on' | 'whole question' {
  if (!('kind' in outcome)) return 'referral';
  return outcome.kind === 'records' || outcome.kind === 'NODATA' ? 'goes on' : 'whole question';
}

/**
 * Whether the walk would begin with the hints although they may be out of date (RFC 8109 §3). With one root server there is no
 * list to ask for, and a resolver that hands the walk on leaves that to others. Who comes while it is under way takes the hints.
 */
function needsPriming({ cache, hints, zones, priming }: ResolverState, { name, type }: Question, { walk }: Effort): boolean {
  if (priming || hints.length < 2 || cache.capacity === 0 || walk === 'recursively' || (name === ROOT && type === 'NS')) return false;
  return !zoneFor(zones, name) && ancestors(name).every((ancestor) => cache.records(ancestor, 'NS').length === 0);
}

/** Asks for the root's NS records (RFC 8109 §3.1); where that fails, the hints must do. */
function* prime(state: ResolverState, effort: Effort): Process {
  state.priming = true;
  state.host.narrator.note('primes: asks a root server for the list of all');
  yield* resolveWithin(state, { name: ROOT, type: 'NS' }, nested(effort, `${ROOT} NS`));
  state.priming = false;
}

/** Asks a zone's servers until one helps: with the answer, or with a delegation further down. */
function* askServers(state: ResolverState, question: Question, delegation: Delegation, effort: Effort): Process<Settled | Delegation> {
  const { host, roundTrips } = state;
  const attempts = new Map<Address, number>();
  /** Servers that answered, but to no avail. */
  const useless = new Set<Address>();
  let lookups = 0;
  let objection: Objection | undefined;
  const unresolved = delegation.servers.filter((server) => !delegation.addresses.has(server));
  for (;;) {
    const addresses = [...new Set([...delegation.addresses.values()].flat())].filter((address) => !useless.has(address));
    const untried = addresses.filter((address) => !attempts.has(address));
    // A server without an address costs a resolution of its own: only when those at hand did not help (RFC 1034 §5.3.3).
    if (untried.length === 0 && unresolved.length > 0 && lookups < MAX_SERVER_LOOKUPS) {
      lookups++;
      const server = unresolved.shift() as DomainName;
      const found = yield* serverAddresses(state, server, effort);
      if (found.length > 0) delegation.addresses.set(server, found);
      continue;
    }
    const least = addresses.reduce((fewest, address) => Math.min(fewest, attempts.get(address) ?? 0), Infinity);
    if (addresses.length === 0 || least >= ATTEMPTS_PER_SERVER) {
      return {
        kind: 'failure',
        ...failureDetail({ objection }),
        reason: objection
          ? `bogus: ${objection.reason}`
          : useless.size > 0
            ? `no server of ${displayName(delegation.zone)} gives a usable answer`
            : attempts.size > 0
              ? `no server of ${displayName(delegation.zone)} answers`
              : `no address of ${displayName(delegation.zone)}’s servers is known`,
      };
    }
    // Everybody once, then everybody again with twice the patience.
    const address = roundTrips.choose(addresses.filter((a) => (attempts.get(a) ?? 0) === least));
    const left = effort.deadline - host.now();
    if (left <= 0) return { kind: 'failure', reason: 'it took too long' };
    if (++effort.queries > MAX_QUERIES) return { kind: 'failure', reason: `more than ${MAX_QUERIES} queries` };
    attempts.set(address, least + 1);
    // A server that walks on for us needs the time of the whole walk.
    const patience = effort.walk === 'recursively' ? 2 : 1;
    const timeout = Math.min(left, patience * roundTrips.timeout(address, least));
    const reply = yield* askServer(state, address, question, {
      recursionDesired: effort.walk === 'recursively',
      timeout,
      deadline: effort.deadline,
      spend: () => ++effort.queries <= MAX_QUERIES,
    });
    if (reply.kind !== 'response') {
      roundTrips.silent(address);
      continue;
    }
    roundTrips.answered(address, reply.roundTrip);
    const verdict = yield* validated(state, question, delegation.zone, reply.message, effort);
    if (verdict && !verdict.ok) {
      objection = verdict.objection;
      // What is asked for on the way says so once it has failed.
      if (effort.pending.length === 0 || question.type === 'DNSKEY') effort.validation?.tell(objection);
      useless.add(address);
      continue;
    }
    const understood = understand(state, question, delegation.zone, verdict?.message ?? reply.message, verdict);
    if (typeof understood !== 'string') return understood;
    useless.add(address);
    const elsewhere = addresses.length > 1 || (unresolved.length > 0 && lookups < MAX_SERVER_LOOKUPS);
    host.narrator.note(elsewhere ? `${understood} and asks elsewhere` : understood);
  }
}

/** What validation says of a reply; undefined where nothing is validated, or the reply holds nothing to be believed. */
function* validated(
  state: ResolverState,
  question: Question,
  zone: DomainName,
  message: Message,
  effort: Effort,
): Process<ReplyVerdict | undefined> {
  const code = message.responseCode;
  if (!effort.validation || message.truncated || (code !== 'NOERROR' && code !== 'NXDOMAIN')) return undefined;
  return yield* effort.validation.reply(question, zone, message, (needed) => resolveNeeded(state, needed, effort));
}

/** A question that validation needs answered, within the effort for the client's own. */
function* resolveNeeded(state: ResolverState, question: Question, effort: Effort): Process<Resolution> {
  const key = `${canonical(question.name)} ${question.type}`;
  if (effort.pending.includes(key) || effort.pending.length >= MAX_DEPTH) {
    return { kind: 'failure', reason: `it takes ${key} to find out ${key}`, fromCache: true };
  }
  return yield* resolveWithin(state, question, nested(effort, key));
}

/** The addresses of a name server that came without glue, by a resolution of its own. */
function* serverAddresses(state: ResolverState, server: DomainName, effort: Effort): Process<readonly Address[]> {
  const key = canonical(server);
  if (effort.pending.includes(key) || effort.pending.length >= MAX_NESTING) return [];
  const found = yield* resolveWithin(state, { name: server, type: 'A' }, nested(effort, key));
  return found.kind === 'answer' ? found.records.flatMap((record) => (record.data.type === 'A' ? [record.data.address] : [])) : [];
}

/** A resolution within a resolution. */
function nested(effort: Effort, key: string): Effort {
  return {
    // The budget is one: nested queries count against the whole.
    get queries() {
      return effort.queries;
    },
    set queries(value) {
      effort.queries = value;
    },
    deadline: effort.deadline,
    walk: effort.walk,
    pending: [...effort.pending, key],
    validation: effort.validation,
  };
}
