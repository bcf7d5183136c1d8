/**
 * An HTTP cache (RFC 9111), private or shared, between whoever asks and whoever answers.
 *
 * Theory of operation. `fetch` is given a request and a way to forward it. What is stored, fits and is fresh enough is the answer; what is
 * stale is validated first (§4.3); everything else is forwarded, and stored while its content passes by, if it may be (§3).
 * Requests that change something are forwarded and invalidate what they may have changed (§4.4). When nobody answers,
 * something stale is better than nothing, unless it must not be used (§4.2.4). Requests for the same thing at the same time are each forwarded.
 */
import type { Content } from '../../content.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { Bytes } from '../../quantities.ts';
import type { ClientRequest } from '../client.ts';
import { evaluateConditions, isConditional, rangeApplies, validatorsOf } from '../conditions.ts';
import { type IncomingResponse, type RequestFailure, requestFailed } from '../connection.ts';
import { type Contents, joined } from '../contents.ts';
import type { IncomingBody } from '../message-reader.ts';
import { type Body, bodyLength } from '../message-writer.ts';
import { partOf } from '../partial.ts';
import { type Directives, directivesOf, secondsOf } from '../wire/cache-control.ts';
import { formatHttpDate, instantOf } from '../wire/date.ts';
import { type Fields, fieldValue, fieldValues, withField, without } from '../wire/header-field.ts';
import { isSafe } from '../wire/methods.ts';
import { encodeUrl, isSameOrigin, resolveReference } from '../wire/request-target.ts';
import { ageOf, lifetimeOf } from './freshness.ts';
import { CacheStore, type Stored, storedSize } from './store.ts';
import { mayStore, storedFields, updatedFields, variantOf } from './storing.ts';

export interface CachedResponse {
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
}

export class HttpCache {
  readonly #host: Host;
  readonly #shared: boolean;
  readonly #size: Bytes;
  readonly #store: CacheStore;
  readonly #counts = { requests: 0, hits: 0, bytes: 0, hitBytes: 0 };

  constructor(host: Host, { shared, size }: CacheOptions) {
    this.#host = host;
    this.#shared = shared;
    this.#size = size;
    this.#store = new CacheStore(host, size, shared);
  }

  *fetch(request: ClientRequest, forward: Forward): Process<CachedResponse | RequestFailure> {
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
    if (!stored) return yield* this.#miss(request, uri, forward, this.#store.has(uri) ? 'fwd=vary-miss' : 'fwd=uri-miss');
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
    return { status: answer.status, fields: answer.fields, body, how };
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
    const updatedHead = updatedFields(stored.fields, response.fields);
    const updated: Stored = {
      ...stored,
      fields: updatedHead,
      variant: variantOf(updatedHead, request.fields),
      requestedAt,
      receivedAt: instantOf(this.#host.now()),
    };
    this.#store.replace(stored, updated);
    return this.#hit(request, updated, `${why}; fwd-status=304`);
  }

  /** §4.2.4, §4.3.3: nobody can say whether it is still right. */
  #stale(
    request: ClientRequest,
    stored: Stored,
    response: IncomingResponse | RequestFailure,
    why: string,
  ): CachedResponse | RequestFailure {
    if (this.#mustRevalidate(directivesOf(stored.fields))) {
      return requestFailed(response) ? response : { ...response, how: why };
    }
    if (!requestFailed(response)) response.body.abandon('a stored response is served instead');
    this.#host.narrator.note(
      `serves ${stored.uri} stale: ${requestFailed(response) ? response.failure : `the server says ${response.status}`}`,
    );
    return this.#hit(request, stored, `${why}; detail=served-stale`);
  }

  *#miss(request: ClientRequest, uri: string, forward: Forward, how: string): Process<CachedResponse | RequestFailure> {
    const requestedAt = instantOf(this.#host.now());
    const response = yield* forward(request);
    return requestFailed(response) ? response : this.#received(request, uri, response, requestedAt, how);
  }

  /** Passes a response on, and stores it once its content has gone by. */
  #received(request: ClientRequest, uri: string, response: IncomingResponse, requestedAt: number, how: string): CachedResponse {
    const { status, reason, body } = response;
    const receivedAt = instantOf(this.#host.now());
    // RFC 9110 §6.6.1: a recipient with a clock adds the date.
    const dated =
      fieldValue(response.fields, 'Date') === null ? withField(response.fields, 'Date', formatHttpDate(receivedAt)) : response.fields;
    const fields = storedFields(dated);
    const head = { status, fields, requestedAt, receivedAt };
    // A content of unknown length may turn out not to fit.
    const room = this.#size - storedSize(head, body.length ?? 0);
    const storing = request.method === 'GET' && room >= 0 && mayStore(request.fields, head, this.#shared);
    const passing = new Passing(body, storing ? (body.length ?? room) : null, (contents, length) => {
      this.#count(length, false);
      if (contents === null) return;
      this.#store.put({ ...head, uri, variant: variantOf(fields, request.fields), contents });
    });
    return { status, reason, fields, body: passing, how: storing ? `${how}; stored` : how };
  }

  /** §4.4 */
  *#pass(request: ClientRequest, forward: Forward): Process<CachedResponse | RequestFailure> {
    const response = yield* forward(request);
    if (requestFailed(response)) return response;
    const { status, reason, fields, body } = response;
    if (!isSafe(request.method) && status >= 200 && status < 400) {
      this.#store.invalidate(encodeUrl(request.url));
      for (const name of ['Location', 'Content-Location']) {
        const other = resolveReference(request.url, fieldValue(fields, name) ?? '');
        if (other && isSameOrigin(other, request.url)) this.#store.invalidate(encodeUrl(other));
      }
    }
    return { status, reason, fields: storedFields(fields), body, how: 'fwd=method' };
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
