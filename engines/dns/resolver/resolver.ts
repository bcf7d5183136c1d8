/**
 * A recursing server's side of resolution: answers a client's question with RD set by its cache or by asking further
 * (RFC 1034 §4.3.1, §5.3). Clients that ask the same at the same time share one resolution.
 */
import { type Process, resultOf, type Task } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { DsData } from '../dnssec/keys.ts';
import { canonical, displayName, sameName } from '../domain-name.ts';
import { durationText } from '../presentation.ts';
import type { RecordOrder } from '../record-order.ts';
import { type ResourceRecord, recordSets } from '../records.ts';
import type { Walk } from '../scenario.ts';
import type { Zone } from '../server/zone.ts';
import { extendedError } from '../wire/extended-error.ts';
import { EDNS_PAYLOAD, type Message, type QueryOptions, type Question, response } from '../wire/message.ts';
import { Cache } from './cache.ts';
import { type Resolution, type ResolverState, type RootHints, resolve } from './resolution.ts';
import { RoundTripTable } from './server-selection.ts';
import { ServerStreams } from './streams.ts';

export interface RecursionSettings {
  /** Record sets in the cache; 0 for none. */
  readonly cache: number;
  readonly hints: RootHints;
  /** What its queries say besides the question: EDNS, DO, CD. */
  readonly query: QueryOptions;
  /** Query-name minimisation (RFC 9156). */
  readonly minimise: boolean;
  /** In which order clients get the records of a set; absent: `cyclic`. */
  readonly order?: RecordOrder;
  /** Digests of the root's keys, where replies are validated; absent: they are not. */
  readonly trustAnchors?: readonly DsData[];
  /** May be switched while the server runs. */
  walk: Walk;
}

/** Questions to a resolver so far. */
export interface RecursionCounts {
  questions: number;
  hits: number;
  /** Of those that were validated. */
  secure: number;
  insecure: number;
  bogus: number;
}

export class Resolver {
  readonly #state: ResolverState;
  readonly #settings: RecursionSettings;
  readonly #counts: RecursionCounts;
  readonly #underway = new Map<string, Task<Resolution>>();

  /** `served`: the zones that the host serves itself, as they are whenever it is asked. */
  constructor(host: Host, settings: RecursionSettings, served: { readonly zones: readonly Zone[] }, counts: RecursionCounts) {
    this.#state = {
      host,
      cache: new Cache(host, settings.cache),
      roundTrips: new RoundTripTable(host),
      streams: new ServerStreams(host),
      withoutEdns: new Map(),
      query: settings.query,
      trustAnchors: settings.trustAnchors,
      minimise: settings.minimise,
      hints: settings.hints,
      get zones() {
        return served.zones;
      },
      priming: false,
    };
    this.#settings = settings;
    this.#counts = counts;
  }

  /** The response to a query whose one question is of class IN. */
  *answer(query: Message): Process<Message> {
    const { host } = this.#state;
    const question = query.questions[0] as Question;
    const cause = host.cause;
    const checking = !query.checkingDisabled;
    const resolution = yield* this.#resolve(question, checking);
    // What wakes us may have happened on behalf of another client's step.
    host.cause = cause;
    this.#counts.questions++;
    if (resolution.fromCache) this.#counts.hits++;
    host.narrator.measure('cache hit ratio', [host.name], this.#counts.hits / this.#counts.questions);
    if (this.#settings.trustAnchors && checking) this.#countSecurity(resolution);
    if (resolution.fromCache && resolution.kind !== 'failure') host.narrator.note(cacheNote(resolution));
    return responseFrom(query, resolution);
  }

  #countSecurity(resolution: Resolution): void {
    const counts = this.#counts;
    if (resolution.kind !== 'failure') counts[resolution.credentials.security]++;
    else if (resolution.objection) counts.bogus++;
    const { host } = this.#state;
    for (const security of ['secure', 'insecure', 'bogus'] as const)
      host.narrator.measure(`${security} answers`, [host.name], counts[security]);
  }

  *#resolve(question: Question, checking: boolean): Process<Resolution> {
    const { host } = this.#state;
    const key = `${canonical(question.name)} ${question.type}${checking ? '' : ' unchecked'}`;
    let task = this.#underway.get(key);
    if (!task) {
      task = host.spawn(`resolve ${key}`, resolve(this.#state, question, this.#settings.walk, checking));
      this.#underway.set(key, task);
      task.whenDone((resolution) => {
        this.#underway.delete(key);
        // Why something is bogus was said when it was found.
        if (resolution.kind === 'failure' && !resolution.objection)
          host.narrator.note(`cannot resolve ${displayName(canonical(question.name))} ${question.type}: ${resolution.reason}`);
      });
    }
    return yield* resultOf(task);
  }
}

function responseFrom(query: Message, resolution: Resolution): Message {
  if (resolution.kind === 'failure') {
    // RFC 8914 §3: for those who ask with EDNS.
    const { objection } = resolution;
    const options = objection ? [extendedError(objection.code, objection.reason)] : [];
    const edns = query.edns && { payload: EDNS_PAYLOAD, version: 0, dnssecOk: query.edns.dnssecOk, options };
    return response(query, 'SERVFAIL', { recursionAvailable: true, ...(edns ? { edns } : {}) });
  }
  const { credentials } = resolution;
  const dnssecOk = query.edns?.dnssecOk ?? false;
  // RFC 4035 §3.2.1: what is there for DNSSEC alone is for those who want it, or ask for it.
  const asked = query.questions[0]?.type;
  const records = resolution.records.filter(
    ({ data }) => dnssecOk || data.type === asked || (data.type !== 'NSEC' && data.type !== 'RRSIG'),
  );
  const soa = resolution.kind !== 'answer' && resolution.soa ? [resolution.soa] : [];
  return response(query, resolution.kind === 'NXDOMAIN' ? 'NXDOMAIN' : 'NOERROR', {
    recursionAvailable: true,
    // RFC 4035 §3.2.3, RFC 6840 §5.8: for those who show that they know the bit.
    authenticData: credentials.security === 'secure' && (dnssecOk || query.authenticData),
    answers: dnssecOk ? withSignatures(records, credentials.signatures) : records,
    authorities: dnssecOk ? [...soa, ...credentials.proof] : soa,
  });
}

/** Each record set with its signatures behind it. */
function withSignatures(records: readonly ResourceRecord[], signatures: readonly ResourceRecord[]): ResourceRecord[] {
  return recordSets(records).flatMap((set) => {
    const { name, data } = set[0] as ResourceRecord;
    return [
      ...set,
      ...signatures.filter((one) => one.data.type === 'RRSIG' && one.data.typeCovered === data.type && sameName(one.name, name)),
    ];
  });
}

function cacheNote(resolution: Exclude<Resolution, { kind: 'failure' }>): string {
  const records = resolution.kind === 'answer' ? resolution.records : resolution.soa ? [resolution.soa] : [];
  const left = records.reduce((least, record) => Math.min(least, record.ttl), Infinity);
  return `answers from its cache${Number.isFinite(left) ? `, ${durationText(left)} left` : ''}`;
}
