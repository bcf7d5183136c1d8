/**
 * What a host does as a user agent: it asks for one resource, or loads a page with all that is embedded in it.
 *
 * Theory of operation. A page is fetched, then its objects, each once, as many side by side as there are connections. How
 * connections are used is the loading's business: a client of its own where they are not the host's kept ones. A browser has a
 * private cache; a plain request has none. What a request brought is remembered, so that the next one can ask whether it has changed.
 */

import { type Contents, lengthOf, literalStart } from '../contents.ts';
import { canonical } from '../dns/domain-name.ts';
import { count, formatDuration, formatSize } from '../format.ts';
import { all, type Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import { octetsOf } from '../network/octets.ts';
import type { StepOutcome } from '../protocol.ts';
import type { Nanoseconds } from '../quantities.ts';
import { HttpCache } from './cache/cache.ts';
import { type ClientRequest, HttpClient } from './client.ts';
import { type IncomingResponse, type RequestFailure, requestFailed } from './connection.ts';
import { embeddedReferences } from './embedded.ts';
import { type Ask, type Fetched, fetchWhole, REDIRECTS_LIMIT } from './fetching.ts';
import { generatedObject } from './page.ts';
import type { Reaching } from './reaching.ts';
import type { BrowseAction, Loading, RequestAction } from './scenario.ts';
import { responseLabel } from './server.ts';
import { type Fields, fieldValue } from './wire/header-field.ts';
import { encodeUrl, resolveReference, type Url } from './wire/request-target.ts';

export class Browser {
  readonly #host: Host;
  readonly #options: Reaching;
  readonly #cache: HttpCache | null;
  /** Clients by how they use connections: each keeps its own. */
  readonly #clients = new Map<string, HttpClient>();
  /** Fields of the last response by URI. */
  readonly #last = new Map<string, Fields>();
  readonly #responseTimes = new Map<string, { sum: Nanoseconds; responses: number }>();
  #bytes = 0;
  #connections = 0;

  /** `cache`: room of its private cache; 0 for none. */
  constructor(host: Host, options: Reaching, cache: number) {
    this.#host = host;
    this.#options = options;
    this.#cache = cache > 0 ? new HttpCache(host, { shared: false, size: cache }) : null;
  }

  *request(action: RequestAction, path: string): Process<StepOutcome> {
    const url = { scheme: action.scheme, host: action.site, port: action.port, path };
    const fields: Fields = action.fields.map(([name, value]) => ({ name, value }));
    const contents = contentsOf(action.content);
    const request = { method: action.method, url, fields, ...(contents === null ? {} : { body: contents }) };
    const client = this.#client({ connections: 'persistent', parallel: 6 });
    // The validators of a resource are not those of one that it redirects to.
    const conditional = (one: ClientRequest) =>
      action.ifChanged ? { ...one, fields: [...one.fields, ...this.#conditions(one.url)] } : one;
    const fetched = yield* this.#timed(request, (one) => this.#counted(client, conditional(one)), action.redirects);
    if ('failure' in fetched) return { outcome: fetched.failure, succeeded: false };
    this.#last.set(encodeUrl(fetched.url), fetched.fields);
    const { status, redirects } = fetched;
    const size = lengthOf(fetched.contents);
    const after = redirects > 0 ? ` after ${count(redirects, 'redirect')}` : '';
    return { outcome: `${responseLabel(status, fetched.reason, size)}${after}`, succeeded: status < 400 };
  }

  *browse(action: BrowseAction): Process<StepOutcome> {
    const began = this.#host.now();
    const client = this.#client(action.loading);
    const forward = (one: ClientRequest) => this.#counted(client, one);
    const ask: Ask = (one) => this.#cache?.fetch(one, forward) ?? forward(one);
    // RFC 9111 §5.2.1.4: a reload wants everything validated.
    const fields: Fields = action.reload ? [{ name: 'Cache-Control', value: 'no-cache' }] : [];
    const url = { scheme: action.scheme, host: action.site, port: action.port, path: action.path };
    const page = yield* this.#timed({ method: 'GET', url, fields }, ask, REDIRECTS_LIMIT);
    if ('failure' in page) return { outcome: page.failure, succeeded: false };
    const objects = yield* all(objectsOf(page).map((object) => this.#timed({ method: 'GET', url: object, fields }, ask, REDIRECTS_LIMIT)));
    const time = this.#host.now() - began;
    const got = [page, ...objects].filter((one): one is Fetched => !('failure' in one) && one.status < 400);
    const size = got.reduce((sum, { contents }) => sum + lengthOf(contents), 0);
    if (page.status >= 400) return { outcome: responseLabel(page.status, page.reason, null), succeeded: false };
    this.#host.narrator.measure('page load time', [this.#host.name, canonical(`${action.site}.`)], time);
    const missing = objects.length + 1 - got.length;
    const lacking = missing > 0 ? `, ${missing} of ${count(objects.length, 'object')} missing` : '';
    const what = objects.length > 0 ? `page with ${count(objects.length, 'object')}` : 'page';
    return { outcome: `${what}, ${formatSize(size)} in ${formatDuration(time)}${lacking}`, succeeded: missing === 0 };
  }

  /** RFC 9110 §13.1.2, §13.1.3: from the validators that the last response stated. */
  #conditions(url: Url): Fields {
    const last = this.#last.get(encodeUrl(url)) ?? [];
    const tag = fieldValue(last, 'ETag');
    const modified = fieldValue(last, 'Last-Modified');
    return [
      ...(tag === null ? [] : [{ name: 'If-None-Match', value: tag }]),
      ...(modified === null ? [] : [{ name: 'If-Modified-Since', value: modified }]),
    ];
  }

  #client({ connections, parallel }: Loading): HttpClient {
    const key = `${connections} ${parallel}`;
    let client = this.#clients.get(key);
    if (!client) {
      client = new HttpClient(this.#host, {
        ...this.#options,
        connections: parallel,
        persistent: connections !== 'non-persistent',
        pipelining: connections === 'pipelined',
        opened: () => this.#host.narrator.measure('web connections', [this.#host.name], ++this.#connections),
      });
      this.#clients.set(key, client);
    }
    return client;
  }

  /** Over the network, with the content counted that comes. */
  *#counted(client: HttpClient, request: ClientRequest): Process<IncomingResponse | RequestFailure> {
    const response = yield* client.request(request);
    if (!requestFailed(response)) {
      response.body.whenEnded(({ received }) => {
        this.#bytes += received;
        this.#host.narrator.measure('web bytes', [this.#host.name], this.#bytes);
      });
    }
    return response;
  }

  /** A whole response, measured. */
  *#timed(request: ClientRequest, ask: Ask, redirects: number): Process<Fetched | RequestFailure> {
    const began = this.#host.now();
    const fetched = yield* fetchWhole(request, ask, redirects);
    if ('failure' in fetched) {
      this.#host.narrator.note(`no response for ${encodeUrl(request.url)}: ${fetched.failure}`);
      return fetched;
    }
    const subjects = [this.#host.name, canonical(`${request.url.host}.`)];
    const time = this.#host.now() - began;
    const times = this.#responseTimes.get(request.url.host) ?? { sum: 0, responses: 0 };
    times.sum += time;
    times.responses++;
    this.#responseTimes.set(request.url.host, times);
    const { narrator } = this.#host;
    narrator.measure('response time', subjects, time);
    narrator.measure('mean response time', subjects, Math.round(times.sum / times.responses));
    narrator.measure('response status', subjects, fetched.status);
    return fetched;
  }
}

/** What a page embeds, by the URI that it was found at; what is on other schemes is left out. */
function objectsOf({ fields, contents, url }: Fetched): Url[] {
  if (!(fieldValue(fields, 'Content-Type') ?? '').toLowerCase().startsWith('text/html')) return [];
  const found = new Map<string, Url>();
  for (const reference of embeddedReferences(octetsOf(literalStart(contents)))) {
    const object = resolveReference(url, reference);
    if (object) found.set(encodeUrl(object), object);
  }
  return [...found.values()];
}

function contentsOf(content: RequestAction['content']): Contents | null {
  if (content === null) return null;
  return content.kind === 'text' ? [new TextEncoder().encode(content.text)] : generatedObject('application/octet-stream', 1, content.size);
}
