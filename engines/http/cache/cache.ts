/**
 * An HTTP cache (RFC 9111), private or shared, between whoever asks and whoever answers.
 *
 * Theory of operation. `fetch` is given a request and a way to forward it. What is stored, fits and is fresh enough is the answer; what is
 * stale is validated first (§4.3); everything else is forwarded, and stored while its content passes by, if it may be (§3).
 * Requests that change something are forwarded and invalidate what they may have changed (§4.4). When nobody answers,
 * something stale is better than nothing, unless it must not be used (§4.2.4). Requests for the same thing at the same time are each
 * forwarded, unless the cache collapses them: then one is, and its response is for all (§4).
 */
import type { Content } from '../../content.ts';
import { type Contents, joined, lengthOf } from '../../contents.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { Bytes } from '../../quantities.ts';
import type { ClientRequest } from '../client.ts';
import { evaluateConditions, isConditional, rangeApplies, validatorsOf } from '../conditions.ts';
import { type IncomingResponse, type RequestFailure, requestFailed } from '../connection.ts';
import type { IncomingBody } from '../message-reader.ts';
import { type Body, bodyLength, isSource } from '../message-writer.ts';
import { partOf } from '../partial.ts';
import { type Directives, directivesOf, secondsOf } from '../wire/cache-control.ts';
import { formatHttpDate, instantOf } from '../wire/date.ts';
import type { Version } from '../wire/head.ts';
import { type Fields, fieldValue, fieldValues, withField, without } from '../wire/header-field.ts';
import { isSafe } from '../wire/methods.ts';
import { encodeUrl, isSameOrigin, resolveReference } from '../wire/request-target.ts';
import { Filling } from './filling.ts';
import { ageOf, lifetimeOf } from './freshness.ts';
import type { ReplacementPolicy } from './replacement.ts';
import { CacheStore, type Stored, storedSize } from './store.ts';
import { mayStore, storedFields, updatedFields, variantOf } from './storing.ts';

export interface CachedResponse {
  /** Of HTTP, in which it was received: by whoever asks now, or when it was stored. */
  readonly version: Version;
  readonly status: number;
  readonly reason?: string;
  readonly fields: Fields;
  readonly body: Body;
  /** How it came about: the parameters of Cache-Status (RFC 9211 §2). */
  readonly how: string;
}

/** Sends a request on. */
export type Forward = (request: ClientRequest) => Process<IncomingResponse | RequestFailure>;

export interface CacheOptions {
  readonly shared: boolean;
  /** Room for stored responses, heads and contents. */
  readonly size: Bytes;
  /** What goes when it is full; by default what was used longest ago. */
  readonly policy?: ReplacementPolicy;
  /** Of several requests for what it does not have, one alone is forwarded at a time. */
  readonly collapsing?: boolean;
}

/** How one request is to be answered. */
export interface FetchOptions {
  /** False: what has to be fetched is passed on, and not stored. */
  readonly store?: boolean;
}

/** Why there is no answer although something is stored: RFC 9111 §5.2.2.2 has a gateway say 504 then. */
export const MUST_VALIDATE = 'what is stored must be validated';

/** Of Cache-Status (RFC 9211 §2.5), as it is put last. */
const STORED = '; stored';

/** What is known of a response on its way in; `variant`: as it will be stored, null where it will not be. */
type Begun = RequestFailure | (CachedResponse & { readonly variant: string | null });

export class HttpCache {
  readonly #host: Host;
  readonly #shared: boolean;
  readonly #size: Bytes;
  readonly #store: CacheStore;
  readonly #collapsing: boolean;
  /** Responses on their way in, by URI. */
  readonly #fillings = new Map<string, Filling<Begun>>();
  readonly #counts = { requests: 0, hits: 0, bytes: 0, hitBytes: 0 };

  constructor(host: Host, { shared, size, policy, collapsing }: CacheOptions) {
    this.#host = host;
    this.#shared = shared;
    this.#size = size;
    this.#store = new CacheStore(host, size, shared, policy);
    this.#collapsing = collapsing ?? false;
  }

  /** What it holds: how many responses, their bytes, and which of them would go last. */
  get contents(): Pick<CacheStore, 'count' | 'used' | 'safest' | 'lost'> {
    return this.#store;
  }

  *fetch(request: ClientRequest, forward: Forward, { store = true }: FetchOptions = {}): Process<CachedResponse | RequestFailure> {
    const { method } = request;
    if (method !== 'GET' && method !== 'HEAD') return yield* this.#pass(request, forward);
    const uri = encodeUrl(request.url);
    const stored = this.#store.find(uri, request.fields);
    const asked = directivesOf(request.fields);
    const now = instantOf(this.#host.now());
    if (stored && this.#isFreshEnough(stored, asked, now)) {
      this.#host.narrator.note(`has ${uri} in its cache`);
      return this.#hit(request, stored, 'hit');
    }
    // RFC 9111 §5.2.1.7
    if (asked.has('only-if-cached')) return { failure: 'not in the cache', answered: true };
    if (!stored) {
      const why = this.#store.has(uri) ? 'fwd=vary-miss' : 'fwd=uri-miss';
      // A part, or a condition, is for this client alone.
      const plain = method === 'GET' && !isConditional(request.fields) && fieldValue(request.fields, 'Range') === null;
      if (!store || !plain || !this.#collapsing) return yield* this.#miss(request, uri, forward, why, store);
      return yield* this.#collapsed(request, uri, forward, why);
    }
    // Fresh, and the request would not have it; or not fresh any more.
    const why = lifetimeOf(stored, this.#shared).seconds > ageOf(stored, now) ? 'fwd=request' : 'fwd=stale';
    return yield* this.#validate(request, uri, stored, forward, why);
  }

  /** §4: fresh, or stale as far as the request allows. */
  #isFreshEnough(stored: Stored, asked: Directives, now: number): boolean {
    const told = directivesOf(stored.fields);
    if (told.has('no-cache') || asked.has('no-cache')) return false;
    const lifetime = lifetimeOf(stored, this.#shared).seconds;
    const age = ageOf(stored, now);
    const maximumAge = secondsOf(asked, 'max-age');
    if (maximumAge !== null && age > maximumAge) return false;
    const minimumFresh = secondsOf(asked, 'min-fresh') ?? 0;
    if (lifetime >= age + minimumFresh && lifetime > age) return true;
    if (!asked.has('max-stale') || minimumFresh > 0 || this.#mustRevalidate(told)) return false;
    // Without an argument, any age will do (§5.2.1.2).
    const staleness = asked.get('max-stale') === null ? Number.POSITIVE_INFINITY : secondsOf(asked, 'max-stale');
    return age - lifetime <= (staleness ?? 0);
  }

  /** §5.2.2.2, §5.2.2.8, §5.2.2.10 */
  #mustRevalidate(told: Directives): boolean {
    return told.has('must-revalidate') || told.has('no-cache') || (this.#shared && (told.has('proxy-revalidate') || told.has('s-maxage')));
  }

  /** The answer out of the store; a condition or a range of the request is met here (§4.3.2, §3.3). */
  #hit(request: ClientRequest, stored: Stored, how: string): CachedResponse {
    const now = instantOf(this.#host.now());
    const fields = withField(stored.fields, 'Age', String(Math.max(0, ageOf(stored, now))));
    const validators = validatorsOf(stored.fields, now);
    // §4.3.2: the other conditions are for origin servers.
    const asked = without(request.fields, 'If-Match', 'If-Unmodified-Since');
    const condition = stored.status === 200 ? evaluateConditions(request.method, asked, validators, now) : 'perform';
    const whole = { status: stored.status, fields, body: stored.contents };
    const [range, ...more] = fieldValues(request.fields, 'Range');
    const mayBePart = stored.status === 200 && request.method === 'GET' && rangeApplies(request.fields, validators, now);
    const inPart = range !== undefined && more.length === 0 && mayBePart;
    const answer = condition === 304 ? { status: 304, fields, body: [] } : inPart ? partOf(whole, range, `part-${now}`) : whole;
    const body = answer.body ?? [];
    this.#count(request.method === 'HEAD' ? 0 : (bodyLength(body) ?? 0), true);
    return { version: stored.version, status: answer.status, fields: answer.fields, body, how };
  }

  /** §4.3: asks whether what is stored is still right. */
  *#validate(request: ClientRequest, uri: string, stored: Stored, forward: Forward, why: string): Process<CachedResponse | RequestFailure> {
    const tag = fieldValue(stored.fields, 'ETag');
    const modified = fieldValue(stored.fields, 'Last-Modified');
    // A condition of the client's own, or a range, goes on as it is.
    if (
      (tag === null && modified === null) ||
      isConditional(request.fields) ||
      fieldValue(request.fields, 'Range') !== null ||
      request.method === 'HEAD'
    ) {
      return yield* this.#miss(request, uri, forward, why);
    }
    let fields = request.fields;
    if (tag !== null) fields = withField(fields, 'If-None-Match', tag);
    if (modified !== null) fields = withField(fields, 'If-Modified-Since', modified);
    const requestedAt = instantOf(this.#host.now());
    const response = yield* forward({ ...request, fields });
    if (requestFailed(response) || response.status >= 500) return this.#stale(request, stored, response, why);
    if (response.status !== 304) return this.#received(request, uri, response, requestedAt, why);
    yield* response.body.readAll();
    // §4.3.4: it is about another version than the one that is stored.
    const told = fieldValue(response.fields, 'ETag');
    if (told !== null && told !== tag) return yield* this.#miss(request, uri, forward, why);
    return this.#hit(request, this.#freshen(stored, request, response, requestedAt), `${why}; fwd-status=304`);
  }

  /** §4.3.4: what is stored is right, as of this response, whose fields take the place of its own. */
  #freshen(stored: Stored, request: ClientRequest, { version, fields }: IncomingResponse, requestedAt: number): Stored {
    const updated = updatedFields(stored.fields, fields);
    const variant = variantOf(updated, request.fields);
    const fresh = { ...stored, version, fields: updated, variant, requestedAt, receivedAt: instantOf(this.#host.now()) };
    this.#store.replace(stored, fresh);
    return fresh;
  }

  /** §4.3.5: a 200 to HEAD freshens what is stored for GET, where it tells of the same version, and else shows that it is not right any more. */
  #freshenByHead(request: ClientRequest, uri: string, response: IncomingResponse, requestedAt: number): void {
    for (const stored of this.#store.fitting(uri, request.fields)) {
      const agrees = (name: string, known: string | null): boolean => {
        const told = fieldValue(response.fields, name);
        return told === null || told === known;
      };
      const same =
        stored.status === 200 &&
        agrees('ETag', fieldValue(stored.fields, 'ETag')) &&
        agrees('Last-Modified', fieldValue(stored.fields, 'Last-Modified')) &&
        agrees('Content-Length', String(lengthOf(stored.contents)));
      if (same) this.#freshen(stored, request, response, requestedAt);
      else this.#store.remove(stored, 'since HEAD tells of another version');
    }
  }

  /** §4.2.4, §4.3.3: nobody can say whether it is still right. */
  #stale(
    request: ClientRequest,
    stored: Stored,
    response: IncomingResponse | RequestFailure,
    why: string,
  ): CachedResponse | RequestFailure {
    if (this.#mustRevalidate(directivesOf(stored.fields))) {
      if (!requestFailed(response)) return { ...response, how: why };
      // §5.2.2.2: the server that it must be validated with is not to be had.
      return response.answered ? response : { ...response, failure: `${response.failure}, and ${MUST_VALIDATE}` };
    }
    if (!requestFailed(response)) response.body.abandon('a stored response is served instead');
    this.#host.narrator.note(
      `serves ${stored.uri} stale: ${requestFailed(response) ? response.failure : `the server says ${response.status}`}`,
    );
    return this.#hit(request, stored, `${why}; detail=served-stale`);
  }

  *#miss(request: ClientRequest, uri: string, forward: Forward, how: string, store = true): Process<CachedResponse | RequestFailure> {
    const requestedAt = instantOf(this.#host.now());
    const response = yield* forward(request);
    if (requestFailed(response)) return response;
    if (request.method === 'HEAD' && response.status === 200) this.#freshenByHead(request, uri, response, requestedAt);
    return this.#received(request, uri, response, requestedAt, how, store);
  }

  /** Waits with others for the one response that is on its way in; the first one asks for it. */
  *#collapsed(request: ClientRequest, uri: string, forward: Forward, how: string): Process<CachedResponse | RequestFailure> {
    const underWay = this.#fillings.get(uri);
    const filling = underWay ?? new Filling<Begun>();
    if (!underWay) {
      this.#fillings.set(uri, filling);
      this.#host.spawn('fill the cache', this.#fill(filling, request, uri, forward, how));
    }
    const begun = yield* filling.head();
    if ('failure' in begun) return begun;
    const { version, status, fields, variant } = begun;
    const reason = begun.reason === undefined ? {} : { reason: begun.reason };
    if (!underWay) return { version, status, ...reason, fields, body: filling.reader(), how: begun.how };
    // What is not to be stored is for whoever asked, and so is another variant.
    if (variant === null || variantOf(fields, request.fields) !== variant) return yield* this.#miss(request, uri, forward, how);
    const body = filling.reader((length) => this.#count(length, true));
    return { version, status, ...reason, fields, body, how: `${how}; collapsed` };
  }

  /** Not on behalf of the client who asked first: it goes on when that one has gone. */
  *#fill(filling: Filling<Begun>, request: ClientRequest, uri: string, forward: Forward, how: string): Process {
    const response = yield* this.#miss(request, uri, forward, how);
    if ('failure' in response) {
      this.#fillings.delete(uri);
      filling.begin(response, null);
      return;
    }
    const { body, fields } = response;
    const stored = response.how.endsWith(STORED);
    filling.begin({ ...response, variant: stored ? variantOf(fields, request.fields) : null }, bodyLength(body));
    let problem: string | null = null;
    if (isSource(body)) {
      for (let content = yield* body.read(); content !== null; content = yield* body.read()) filling.add(content);
      problem = body.problem;
    } else for (const content of body) filling.add(content);
    this.#fillings.delete(uri);
    filling.end(problem);
  }

  /** Passes a response on, and stores it once its content has gone by. */
  #received(
    request: ClientRequest,
    uri: string,
    response: IncomingResponse,
    requestedAt: number,
    how: string,
    store = true,
  ): CachedResponse {
    const { version, status, reason, body } = response;
    const receivedAt = instantOf(this.#host.now());
    // RFC 9110 §6.6.1: a recipient with a clock adds the date.
    const dated =
      fieldValue(response.fields, 'Date') === null ? withField(response.fields, 'Date', formatHttpDate(receivedAt)) : response.fields;
    const fields = storedFields(dated);
    const head = { version, status, fields, requestedAt, receivedAt };
    // A content of unknown length may turn out not to fit.
    const room = this.#size - storedSize(head, body.length ?? 0);
    const storing = store && request.method === 'GET' && room >= 0 && mayStore(request.fields, head, this.#shared);
    const passing = new Passing(body, storing ? (body.length ?? room) : null, (contents, length) => {
      this.#count(length, false);
      if (contents === null) return;
      this.#store.put({ ...head, uri, variant: variantOf(fields, request.fields), contents });
    });
    return { version, status, reason, fields, body: passing, how: storing ? `${how}${STORED}` : how };
  }

  /** §4.4 */
  *#pass(request: ClientRequest, forward: Forward): Process<CachedResponse | RequestFailure> {
    const response = yield* forward(request);
    if (requestFailed(response)) return response;
    const { version, status, reason, fields, body } = response;
    if (!isSafe(request.method) && status >= 200 && status < 400) {
      this.#store.invalidate(encodeUrl(request.url));
      for (const name of ['Location', 'Content-Location']) {
        const other = resolveReference(request.url, fieldValue(fields, name) ?? '');
        if (other && isSameOrigin(other, request.url)) this.#store.invalidate(encodeUrl(other));
      }
    }
    return { version, status, reason, fields: storedFields(fields), body, how: 'fwd=method' };
  }

  /** A request has been answered, with so much content. */
  #count(bytes: Bytes, hit: boolean): void {
    const counts = this.#counts;
    counts.requests++;
    counts.bytes += bytes;
    if (hit) {
      counts.hits++;
      counts.hitBytes += bytes;
    }
    const { narrator, name } = this.#host;
    narrator.measure('web cache hit ratio', [name], counts.hits / counts.requests);
    if (counts.bytes > 0) narrator.measure('web cache byte hit ratio', [name], counts.hitBytes / counts.bytes);
  }
}

/** A body on its way through a cache: gathered up to a limit (null: not at all), and handed over when all of it has passed; null where it was not kept. */
class Passing {
  readonly #body: IncomingBody;
  readonly #limit: Bytes | null;
  readonly #done: (contents: Contents | null, length: Bytes) => void;
  #gathered: Content[] | null;
  #told = false;

  constructor(body: IncomingBody, limit: Bytes | null, done: (contents: Contents | null, length: Bytes) => void) {
    this.#body = body;
    this.#limit = limit;
    this.#done = done;
    this.#gathered = limit === null ? null : [];
    if (body.ended) this.#tell();
  }

  get length(): Bytes | null {
    return this.#body.length;
  }

  get problem(): string | null {
    return this.#body.problem;
  }

  *read(): Process<Content | null> {
    const content = yield* this.#body.read();
    if (content !== null) {
      if (this.#limit !== null && this.#body.received > this.#limit) this.#gathered = null;
      this.#gathered?.push(content);
    }
    if (this.#body.ended) this.#tell();
    return content;
  }

  #tell(): void {
    if (this.#told) return;
    this.#told = true;
    const whole = this.#body.problem === null ? this.#gathered : null;
    this.#done(whole === null ? null : joined(whole), this.#body.received);
  }
}
