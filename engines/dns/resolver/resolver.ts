/**
 * A recursing server's side of resolution: answers a client's question with RD set by its cache or by asking further
 * (RFC 1034 §4.3.1, §5.3). Clients that ask the same at the same time share one resolution.
 */
import { type Process, resultOf, type Task } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { canonical } from '../domain-name.ts';
import { durationText } from '../presentation.ts';
import type { RecordOrder } from '../record-order.ts';
import type { Walk } from '../scenario.ts';
import type { Zone } from '../server/zone.ts';
import { type Message, type QueryOptions, type Question, response } from '../wire/message.ts';
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
  /** May be switched while the server runs. */
  walk: Walk;
}

/** Questions to a resolver so far. */
export interface RecursionCounts {
  questions: number;
  hits: number;
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
      withoutEdns: new Set(),
      query: settings.query,
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
    const resolution = yield* this.#resolve(question);
    // What wakes us may have happened on behalf of another client's step.
    host.cause = cause;
    this.#counts.questions++;
    if (resolution.fromCache) this.#counts.hits++;
    host.narrator.measure('cache hit ratio', [host.name], this.#counts.hits / this.#counts.questions);
    if (resolution.fromCache && resolution.kind !== 'failure') host.narrator.note(cacheNote(resolution));
    return responseFrom(query, resolution);
  }

  *#resolve(question: Question): Process<Resolution> {
    const { host } = this.#state;
    const key = `${canonical(question.name)} ${question.type}`;
    let task = this.#underway.get(key);
    if (!task) {
      task = host.spawn(`resolve ${key}`, resolve(this.#state, question, this.#settings.walk));
      this.#underway.set(key, task);
      task.whenDone((resolution) => {
        this.#underway.delete(key);
        if (resolution.kind === 'failure') host.narrator.note(`cannot resolve ${key}: ${resolution.reason}`);
      });
    }
    return yield* resultOf(task);
  }
}

function responseFrom(query: Message, resolution: Resolution): Message {
  switch (resolution.kind) {
    case 'answer':
      return response(query, 'NOERROR', { recursionAvailable: true, answers: resolution.records });
    case 'NXDOMAIN':
    case 'NODATA':
      return response(query, resolution.kind === 'NODATA' ? 'NOERROR' : 'NXDOMAIN', {
        recursionAvailable: true,
        answers: resolution.records,
        authorities: resolution.soa ? [resolution.soa] : [],
      });
    case 'failure':
      return response(query, 'SERVFAIL', { recursionAvailable: true });
  }
}

function cacheNote(resolution: Exclude<Resolution, { kind: 'failure' }>): string {
  const records = resolution.kind === 'answer' ? resolution.records : resolution.soa ? [resolution.soa] : [];
  const left = records.reduce((least, record) => Math.min(least, record.ttl), Infinity);
  return `answers from its cache${Number.isFinite(left) ? `, ${durationText(left)} left` : ''}`;
}
