/**
 * A web cache: a proxy that answers out of its shared cache what it can, and asks origin servers for the rest (RFC 9110 §3.7,
 * §7.6; RFC 9111).
 *
 * Its clients send it whole URIs (RFC 9112 §3.2.2). Fields about the connection end here, Via tells that it stands between
 * (§7.6.3), and Cache-Status says what it did (RFC 9211). A large content is passed on while it comes in.
 */
import type { Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import { type CachedResponse, HttpCache, MUST_VALIDATE } from './cache/cache.ts';
import { type ClientOptions, type ClientRequest, HttpClient } from './client.ts';
import type { RequestFailure } from './connection.ts';
import type { IncomingBody } from './message-reader.ts';
import { isSource } from './message-writer.ts';
import type { WebCacheService } from './scenario.ts';
import { type Handler, plainResponse, type ServedRequest, type ServedResponse } from './server.ts';
import type { Version } from './wire/head.ts';
import { type Fields, fieldValue, membersOf, withField, without } from './wire/header-field.ts';
import { isKnownMethod } from './wire/methods.ts';

/** The port that its clients find it on: the alternative one for HTTP of IANA's registry. */
export const PROXY_PORT = 8080;

/** Failures that are silence (RFC 9110 §15.6.5, RFC 9111 §5.2.1.7, §5.2.2.2); the others are bad answers or none to be had. */
const LATE = new RegExp(`no answer|timed out|not in the cache|${MUST_VALIDATE}`);

export class WebCache {
  readonly #host: Host;
  readonly #cache: HttpCache;
  readonly #client: HttpClient;

  constructor(host: Host, service: WebCacheService, options: Pick<ClientOptions, 'hosts' | 'proxy'>) {
    this.#host = host;
    this.#cache = new HttpCache(host, { shared: true, size: service.size });
    let opened = 0;
    this.#client = new HttpClient(host, {
      ...options,
      connections: service.connections,
      opened: () => host.narrator.measure('web connections', [host.name], ++opened),
    });
  }

  readonly handler: Handler = (request) => this.#handle(request);

  *#handle(request: ServedRequest): Process<ServedResponse> {
    const { method, target, fields } = request;
    if (target.form !== 'absolute') return plainResponse(403, 'a proxy is asked for whole URIs');
    if (!isKnownMethod(method) || method === 'CONNECT') return plainResponse(501, `${method.slice(0, 40)} is not passed on here`);
    if (target.url.scheme === 'https') return plainResponse(501, 'https URIs are not passed on here');
    if (isLoop(fields, this.#host.name)) return plainResponse(502, 'the request has been here before');
    const hops = fieldValue(fields, 'Max-Forwards');
    // RFC 9110 §7.6.2
    const limited = method === 'OPTIONS' || method === 'TRACE';
    if (limited && hops === '0') {
      const allow: Fields = [{ name: 'Allow', value: 'GET, HEAD, POST, PUT, DELETE, OPTIONS' }];
      return method === 'OPTIONS' ? { status: 204, fields: allow } : plainResponse(405, 'requests are not traced here', allow);
    }
    const passed = passedFields(fields, request.version, this.#host.name);
    const forwarded: ClientRequest = {
      method,
      url: target.url,
      fields: limited && hops !== null && /^\d+$/.test(hops) ? withField(passed, 'Max-Forwards', String(Number(hops) - 1)) : passed,
      ...(hasContent(request.body) ? { body: request.body } : {}),
    };
    const response = yield* this.#cache.fetch(forwarded, (one) => this.#client.request(one));
    if ('failure' in response) {
      this.#host.narrator.note(`cannot pass ${method} on: ${response.failure}`);
      return withoutAnswer(response);
    }
    return answerThrough(response, method, this.#host.name);
  }
}

/** What a gateway says that has nothing to pass on (RFC 9110 §15.6.3, §15.6.5). */
export function withoutAnswer({ failure }: RequestFailure): ServedResponse {
  return plainResponse(LATE.test(failure) ? 504 : 502, failure);
}

/** What a client gets of a cache's response: what was told, and by `name`, that it went through here, and how (RFC 9211). */
export function answerThrough(
  { version, status, reason, fields, body, how }: CachedResponse,
  method: string,
  name: string,
): ServedResponse {
  return {
    status,
    ...(reason === undefined ? {} : { reason }),
    fields: [
      ...without(fields, 'Via', 'Cache-Status'),
      { name: 'Via', value: viaOf(fields, version, name) },
      { name: 'Cache-Status', value: [...membersOf(fields, 'Cache-Status'), `${name}; ${how}`].join(', ') },
    ],
    // What comes from the origin for HEAD has no content to measure: its fields say the length, if it told one.
    ...(method === 'HEAD' && isSource(body) ? {} : { body }),
  };
}

/** Of a request's fields, those that are passed on by `name`. RFC 9110 §7.6.1: what is about this connection is not. */
export function passedFields(fields: Fields, version: Version, name: string): Fields {
  const kept = without(
    fields,
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authorization',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Content-Length',
    'Upgrade',
    'Host',
    'Via',
    'Expect',
    ...membersOf(fields, 'Connection'),
  );
  return [...kept, { name: 'Via', value: viaOf(fields, version, name) }];
}

/** RFC 9110 §7.6.3: who passes a message on adds the version that it was received in, and his name. */
function viaOf(fields: Fields, version: Version, name: string): string {
  return [...membersOf(fields, 'Via'), `${version[0]}.${version[1]} ${name}`].join(', ');
}

/** Whether a request has gone through `name` before (RFC 9110 §7.6.3). */
export function isLoop(fields: Fields, name: string): boolean {
  return membersOf(fields, 'Via').some((member) => member.split(' ')[1]?.toLowerCase() === name.toLowerCase());
}

function hasContent(body: IncomingBody): boolean {
  return !body.ended;
}
