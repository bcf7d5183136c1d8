/** What a user agent wants of a request: the final response, whole, redirects followed (RFC 9110 §15.4). */

import type { Contents } from '../contents.ts';
import type { Process } from '../kernel/process.ts';
import type { CachedResponse } from './cache/cache.ts';
import type { ClientRequest } from './client.ts';
import type { IncomingResponse, RequestFailure } from './connection.ts';
import { type Body, isSource } from './message-writer.ts';
import { type Fields, fieldValue, without } from './wire/header-field.ts';
import { encodeUrl, isSameOrigin, resolveReference, type Url } from './wire/request-target.ts';

export interface Fetched {
  readonly status: number;
  readonly reason: string;
  readonly fields: Fields;
  readonly contents: Contents;
  /** Where it was in the end. */
  readonly url: Url;
  readonly redirects: number;
}

/** How one request is answered: by a server, a proxy or a cache. */
export type Ask = (request: ClientRequest) => Process<IncomingResponse | CachedResponse | RequestFailure>;

/** Redirects that a browser follows before it takes them for a loop (Fetch Standard). */
export const REDIRECTS_LIMIT = 20;

/**
 * Follows up to `limit` redirects; a further one is a failure, in a circle or not. With a limit of 0 nothing is followed, and a redirect is
 * a response like others. A response that breaks off is a failure, and so is a redirect to where nothing can be asked for.
 */
export function* fetchWhole(request: ClientRequest, ask: Ask, limit: number): Process<Fetched | RequestFailure> {
  const asked = new Set<string>();
  let next = request;
  for (let redirects = 0; ; redirects++) {
    asked.add(nameOf(next));
    const response = yield* ask(next);
    if ('failure' in response) {
      return redirects === 0 ? response : { ...response, failure: `redirected to ${encodeUrl(next.url)}: ${response.failure}` };
    }
    const contents = yield* whole(response.body);
    if (!Array.isArray(contents)) return contents as RequestFailure;
    const { status, fields } = response;
    const to = limit === 0 ? null : redirected(next, status, fields);
    if (to === null) return { status, reason: response.reason ?? '', fields, contents, url: next.url, redirects };
    if ('failure' in to) return to;
    if (redirects === limit) {
      const what = asked.has(nameOf(to)) ? 'redirects in a circle' : 'too many redirects';
      return { failure: `${what}: ${limit} followed, and the next is to ${encodeUrl(to.url)}`, answered: true };
    }
    next = to;
  }
}

function nameOf({ method, url }: ClientRequest): string {
  return `${method} ${encodeUrl(url)}`;
}

function* whole(body: Body): Process<Contents | RequestFailure> {
  if (!isSource(body)) return body;
  const contents = [];
  for (;;) {
    const content = yield* body.read();
    if (content === null) break;
    contents.push(content);
  }
  return body.problem === null ? contents : { failure: `the response is not whole: ${body.problem}`, answered: true };
}

/** What describes a content, and goes where that does (RFC 9110 §15.4). */
const OF_CONTENT = [
  'Content-Type',
  'Content-Encoding',
  'Content-Language',
  'Content-Location',
  'Content-Range',
  'Content-Digest',
  'Digest',
  'Repr-Digest',
  'Last-Modified',
  'Expect',
] as const;

/** What is for the eyes of one origin, or says where the client comes from (RFC 9110 §15.4). */
const OF_ORIGIN = ['Authorization', 'Proxy-Authorization', 'Cookie', 'Referer', 'Origin'] as const;

/** The request that a redirect asks for; null where the response is none; or why it cannot be followed. */
export function redirected(request: ClientRequest, status: number, fields: Fields): ClientRequest | RequestFailure | null {
  const location = fieldValue(fields, 'Location');
  if (location === null || ![301, 302, 303, 307, 308].includes(status)) return null;
  const url = resolveReference(request.url, location);
  if (!url) return { failure: `redirected to ${location}, which is no URI of the web`, answered: true };
  const { method, body } = request;
  // §15.4.2 to §15.4.4: POST becomes GET, as it always did; 303 asks for another resource.
  const reads = method === 'GET' || method === 'HEAD';
  const changes = status === 303 ? !reads : (status === 301 || status === 302) && method === 'POST';
  const kept = without(request.fields, 'Host', ...(changes ? OF_CONTENT : []), ...(isSameOrigin(request.url, url) ? [] : OF_ORIGIN));
  if (changes) return { method: 'GET', url, fields: kept };
  if (body !== undefined && isSource(body)) {
    return { failure: `redirected to ${encodeUrl(url)}: the content went by, and cannot be sent again`, answered: true };
  }
  return { method, url, fields: kept, ...(body === undefined ? {} : { body }) };
}
