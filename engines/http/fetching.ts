/** What a user agent wants of a request: the final response, whole, redirects followed (RFC 9110 §15.4). */

import type { Contents } from '../contents.ts';
import type { Process } from '../kernel/process.ts';
import type { CachedResponse } from './cache/cache.ts';
import type { ClientRequest } from './client.ts';
import type { IncomingResponse, RequestFailure } from './connection.ts';
import { type Body, isSource } from './message-writer.ts';
import { type Fields, fieldValue, without } from './wire/header-field.ts';
import { resolveReference, type Url } from './wire/request-target.ts';

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

/** Follows up to `limit` redirects; a further one is the result itself. A response that breaks off is a failure. */
export function* fetchWhole(request: ClientRequest, ask: Ask, limit: number): Process<Fetched | RequestFailure> {
  let next = request;
  for (let redirects = 0; ; redirects++) {
    const response = yield* ask(next);
    if ('failure' in response) return response;
    const contents = yield* whole(response.body);
    if (!Array.isArray(contents)) return contents as RequestFailure;
    const { status, fields } = response;
    const to = redirects < limit ? redirected(next, status, fields) : null;
    if (to) next = to;
    else return { status, reason: response.reason ?? '', fields, contents, url: next.url, redirects };
  }
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

/** The request that a redirect asks for; null where it is none. */
function redirected(request: ClientRequest, status: number, fields: Fields): ClientRequest | null {
  const location = fieldValue(fields, 'Location');
  if (location === null || ![301, 302, 303, 307, 308].includes(status)) return null;
  const url = resolveReference(request.url, location);
  if (!url) return null;
  const { method, body } = request;
  // §15.4.2 to §15.4.4: POST becomes GET, as it always did; 303 asks for another resource.
  const reads = method === 'GET' || method === 'HEAD';
  const changes = status === 303 ? !reads : (status === 301 || status === 302) && method === 'POST';
  const kept = without(request.fields, 'Host', ...(changes ? ['Content-Type', 'Expect'] : []));
  if (changes) return { method: 'GET', url, fields: kept };
  // A stream that was sent cannot be sent again.
  if (body !== undefined && isSource(body)) return null;
  return { method, url, fields: kept, ...(body === undefined ? {} : { body }) };
}
