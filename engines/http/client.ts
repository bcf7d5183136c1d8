/**
 * The HTTP client of a host: requests by URI, over connections that it keeps (RFC 9112 §9).
 *
 * Theory of operation. A request is for a URI; the client takes an idle connection to its server (or to the proxy), or looks the
 * server up and opens one, as many side by side as it may (§9.4), and gives the response when its head is there. When the
 * response's body was read to its end, the connection is idle again, or closed. A kept connection that the server closed at that
 * moment costs nothing but a second attempt, for requests that may be repeated (§9.3.1).
 *
 *     const client = new HttpClient(host, { connections: 6 });
 *     const response = yield* client.request({ method: 'GET', url, fields: [] });
 */
import { addressesOf } from '../dns/stub-resolver.ts';
import type { Process } from '../kernel/process.ts';
import { type Address, type ConnectFailure, type Connection, type Endpoint, failed, type Host } from '../network/host.ts';
import { HttpConnection, type IncomingResponse, type OutgoingRequest, type RequestFailure, requestFailed } from './connection.ts';
import { type Body, isSource } from './message-writer.ts';
import { type Turn, Turns } from './turns.ts';
import { type Fields, fieldValue, withField } from './wire/header-field.ts';
import { isIdempotent } from './wire/methods.ts';
import { authorityOf, type Url } from './wire/request-target.ts';

export interface ClientOptions {
  /** Connections to one server at once; 6 by default, as browsers do. */
  readonly connections?: number;
  /** False: asks the server to close after each response. */
  readonly persistent?: boolean;
  /** Sends requests over one connection without waiting for responses (RFC 9112 §9.3.2). */
  readonly pipelining?: boolean;
  /** Where requests go instead of to their servers (RFC 9110 §3.7), those on https excepted: they would need a tunnel. */
  readonly proxy?: Endpoint;
  /** Addresses that are known without a lookup, as in a hosts file; names in lower case. */
  readonly hosts?: ReadonlyMap<string, Address>;
  /** Secures a connection to a server of that name, for https; without it, nothing on https is reached. */
  readonly secure?: (host: Host, connection: Connection, serverName: string) => Process<Connection | { readonly failure: string }>;
  /** How a connection is made; over TCP by default. */
  readonly connect?: (host: Host, remote: Endpoint) => Process<Connection | ConnectFailure>;
  /** Told of each connection that was opened. */
  readonly opened?: () => void;
}

export interface ClientRequest {
  readonly method: string;
  readonly url: Url;
  /** Host is added where it is missing. */
  readonly fields: Fields;
  readonly body?: Body;
}

/** Connections to one server. */
interface Pool {
  readonly authority: Omit<Url, 'path'>;
  /** Where they go: looked up for the first one, and kept while one of them stands. */
  server: Endpoint | null;
  standing: number;
  readonly turns: Turns;
  readonly idle: HttpConnection[];
  /** The one that requests are pipelined on, and its opening. */
  pipe: HttpConnection | null;
  readonly opening: Turns;
}

export class HttpClient {
  readonly #host: Host;
  readonly #options: ClientOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(host: Host, options: ClientOptions = {}) {
    this.#host = host;
    this.#options = options;
  }

  /** Done when the final response's head is there. Its body is to be read to its end, or abandoned. */
  *request(request: ClientRequest): Process<IncomingResponse | RequestFailure> {
    const outgoing = this.#outgoing(request);
    const pool = this.#pool(request.url);
    if (this.#options.pipelining && isIdempotent(request.method)) return yield* this.#pipelined(pool, outgoing);
    const turn = pool.turns.ask();
    let handedOver = false;
    try {
      yield* turn.come();
      const response = yield* this.#exchange(pool, outgoing, turn);
      handedOver = !requestFailed(response);
      return response;
    } finally {
      if (!handedOver) turn.end();
    }
  }

  /** Closes the connections that are idle. */
  close(): void {
    for (const { idle, pipe } of this.#pools.values()) {
      for (const connection of idle.splice(0)) connection.close();
      pipe?.close();
    }
  }

  /** Where it may be reached, in the order to be tried; at least one. */
  *#serversOf(url: Pool['authority']): Process<readonly Endpoint[] | RequestFailure> {
    const proxy = this.#proxyFor(url);
    if (proxy) return [proxy];
    const { hosts } = this.#options;
    const known = hosts?.get(url.host);
    if (known !== undefined) return [{ address: known, port: url.port }];
    const found = yield* addressesOf(this.#host, url.host);
    switch (found.kind) {
      case 'addresses':
        return found.addresses.map((address) => ({ address, port: url.port }));
      case 'NXDOMAIN':
        return notReached(`no such host: ${url.host}`);
      case 'NODATA':
        return notReached(`${url.host} has no address`);
      case 'error':
        return notReached(`DNS lookup of ${url.host} failed: ${found.code}`);
      case 'timeout':
        return notReached(`DNS lookup of ${url.host} got no answer`);
    }
  }

  #proxyFor({ scheme }: Pick<Url, 'scheme'>): Endpoint | null {
    return scheme === 'http' ? (this.#options.proxy ?? null) : null;
  }

  #outgoing({ method, url, fields, body }: ClientRequest): OutgoingRequest {
    // RFC 9110 §7.2: Host comes first, so that it is not far to look.
    const host = fieldValue(fields, 'Host') === null ? [{ name: 'Host', value: authorityOf(url) }, ...fields] : fields;
    return {
      method,
      // RFC 9112 §3.2.2: the whole URI to a proxy.
      target: this.#proxyFor(url) ? { form: 'absolute', url } : { form: 'origin', path: url.path },
      fields: this.#options.persistent === false ? withField(host, 'Connection', 'close') : host,
      ...(body === undefined ? {} : { body }),
    };
  }

  /** By origin; to a proxy, all go over the same connections. */
  #pool(url: Url): Pool {
    const key = this.#proxyFor(url) ? '' : `${url.scheme}://${authorityOf(url)}`;
    let pool = this.#pools.get(key);
    if (!pool) {
      const turns = new Turns(this.#host, this.#options.connections ?? 6);
      const { path: _, ...authority } = url;
      pool = { authority, server: null, standing: 0, turns, idle: [], pipe: null, opening: new Turns(this.#host, 1) };
      this.#pools.set(key, pool);
    }
    return pool;
  }

  /** One request at a time on a connection; the turn ends with the response's body. */
  *#exchange(pool: Pool, request: OutgoingRequest, turn: Turn): Process<IncomingResponse | RequestFailure> {
    for (;;) {
      const kept = takeIdle(pool);
      const connection = kept ?? (yield* this.#open(pool));
      if ('failure' in connection) return connection;
      const response = yield* connection.request(request);
      if (requestFailed(response)) {
        if (kept && mayRepeat(request, response)) continue;
        return response;
      }
      response.body.whenEnded(() => {
        if (connection.usable) pool.idle.push(connection);
        turn.end();
      });
      return response;
    }
  }

  *#pipelined(pool: Pool, request: OutgoingRequest): Process<IncomingResponse | RequestFailure> {
    for (;;) {
      const opening = pool.opening.ask();
      let kept = true;
      let pipe: HttpConnection;
      let place: Turn;
      try {
        yield* opening.come();
        if (!pool.pipe?.usable) {
          kept = false;
          const opened = yield* this.#open(pool);
          if ('failure' in opened) return opened;
          pool.pipe = opened;
        }
        pipe = pool.pipe;
        // Before the next one comes: requests go out in the order in which they were made.
        place = pipe.place();
      } finally {
        opening.end();
      }
      const response = yield* pipe.request(request, place);
      if (requestFailed(response) && kept && mayRepeat(request, response)) continue;
      return response;
    }
  }

  *#open(pool: Pool): Process<HttpConnection | RequestFailure> {
    const servers = pool.server ? [pool.server] : yield* this.#serversOf(pool.authority);
    if ('failure' in servers) return servers;
    let failure = notReached(`${pool.authority.host} has no address`);
    for (const server of servers) {
      const connection = yield* this.#options.connect?.(this.#host, server) ?? this.#host.connect(server);
      if (failed(connection)) {
        failure = notReached(`connection ${connection.failure}`);
        continue;
      }
      const used = pool.authority.scheme === 'https' ? yield* this.#secured(connection as Connection, pool.authority.host) : connection;
      if (failed(used)) return used as RequestFailure;
      pool.server = server;
      pool.standing++;
      this.#options.opened?.();
      return new HttpConnection(this.#host, used as Connection, () => {
        if (--pool.standing === 0) pool.server = null;
      });
    }
    return failure;
  }

  *#secured(connection: Connection, serverName: string): Process<Connection | RequestFailure> {
    const { secure } = this.#options;
    const secured = secure ? yield* secure(this.#host, connection, serverName) : { failure: 'it is not spoken here' };
    if (!failed(secured)) return secured;
    connection.close();
    return notReached(`TLS failed: ${secured.failure}`);
  }
}

/** An idle connection that still stands, the one used last first. */
function takeIdle(pool: Pool): HttpConnection | null {
  for (;;) {
    const kept = pool.idle.pop();
    if (!kept) return null;
    if (kept.usable) return kept;
  }
}

/** RFC 9112 §9.3.1: the server may have closed a kept connection before it saw the request. */
function mayRepeat({ method, body }: OutgoingRequest, { answered }: RequestFailure): boolean {
  return !answered && isIdempotent(method) && !(body !== undefined && isSource(body));
}

function notReached(failure: string): RequestFailure {
  return { failure, answered: false };
}
