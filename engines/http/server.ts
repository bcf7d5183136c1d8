/**
 * The HTTP/1.1 server (RFC 9112): connections on a port, requests one after the other, an answer to each from a handler.
 *
 * Theory of operation. `serveHttp(host, handler)` listens and runs a session for every connection; `serveHttpConnection`
 * runs one over any Connection (a secured one is as good). A handler is a process: it is given a request and returns a response; it may
 * read the request's body, wait, look things up or make requests itself. The session does the rest: it refuses what is
 * malformed, asks for an expected body when the handler reads it, frames the response, leaves the content out for HEAD, keeps
 * the connection or closes it. Requests that came before their turn (pipelining) wait in the stream and are answered in order.
 *
 *     yield* serveHttp(host, function* ({ method, url, body }) {
 *       return { status: 200, fields: [{ name: 'Content-Type', value: 'text/plain' }], body: [bytes] };
 *     });
 */
import type { Content } from '../content.ts';
import { formatSize } from '../format.ts';
import { type Process, race } from '../kernel/process.ts';
import { type Connection, type Endpoint, failed, type Host, type ListenFailure } from '../network/host.ts';
import { bytesOfOctets } from '../network/octets.ts';
import { type Bytes, MINUTE, type Nanoseconds, SECOND } from '../quantities.ts';
import type { SecuredConnection, TlsFailure, TlsSession } from '../tls/secured-connection.ts';
import { type IncomingBody, MessageReader } from './message-reader.ts';
import { type Body, bodyLength, PROTOCOL, writeMessage } from './message-writer.ts';
import { formatHttpDate, instantOf } from './wire/date.ts';
import { isPersistent } from './wire/framing.ts';
import { encodeResponseHead, type RequestHead, statusLine, type Version } from './wire/head.ts';
import { type Fields, fieldValue, hasMember, membersOf, withField, without } from './wire/header-field.ts';
import { decodeAuthority, HTTP_PORT, HTTPS_PORT, type RequestTarget, type Scheme, type Url } from './wire/request-target.ts';
import { phraseOf } from './wire/status.ts';

/** A request as a handler gets it. */
export interface ServedRequest {
  readonly method: string;
  readonly target: RequestTarget;
  /** What the request is for (RFC 9112 §3.3); null for `OPTIONS *` and CONNECT. */
  readonly url: Url | null;
  readonly version: Version;
  readonly fields: Fields;
  /** What is not read is read away, or costs the connection. */
  readonly body: IncomingBody;
  /** Who asks. */
  readonly remote: Endpoint;
  /** Of the connection that it came over; null: in clear. */
  readonly tls: TlsSession | null;
}

/** A handler's answer. The session adds Date, the framing and Connection. */
export interface ServedResponse {
  /** 200 to 599. */
  readonly status: number;
  /** The status code's own phrase where it is left out. */
  readonly reason?: string;
  /** Of these, Content-Length counts only for an answer without a body to HEAD, which says nothing of a length without it. */
  readonly fields: Fields;
  /** Absent: no content. A source of unknown length is sent in chunks. */
  readonly body?: Body;
  /** Sends the content in chunks although its length is known, as if it were produced while it is sent. */
  readonly chunked?: boolean;
}

export type Handler = (request: ServedRequest) => Process<ServedResponse>;

export interface ServerOptions {
  /** By default 80, of a secured one 443. */
  readonly port?: number;
  /** Secures each connection before anything is read from it. */
  readonly secure?: (connection: Connection) => Process<SecuredConnection | TlsFailure>;
  /** How long a connection may be without a request, or a request without going on; 1 min by default. */
  readonly idle?: Nanoseconds;
  /** False: closes after each response, as HTTP/1.0 did. */
  readonly persistent?: boolean;
}

/** Content of a request that nobody wanted is read away up to here; for more, closing is cheaper (RFC 9112 §9.3). */
const READ_AWAY_LIMIT: Bytes = 64 * 1024;
/** How long a closed connection is read on, so that the last answer is not lost to a reset (RFC 9112 §9.6). */
const LINGER: Nanoseconds = 10 * SECOND;

/** Serves until the listener is closed. A failure to listen is the result. */
export function* serveHttp(host: Host, handler: Handler, options: ServerOptions = {}): Process<ListenFailure | null> {
  const { secure, port = secure ? HTTPS_PORT : HTTP_PORT } = options;
  const listener = yield* host.listen(port);
  if (failed(listener)) return listener as ListenFailure;
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return null;
    const serve = secure
      ? serveSecured(secure(connection), host, handler, options)
      : serveHttpConnection(host, connection, handler, options);
    host.spawn('http session', serve);
  }
}

function* serveSecured(secured: Process<SecuredConnection | TlsFailure>, host: Host, handler: Handler, options: ServerOptions): Process {
  const connection = yield* secured;
  if (!failed(connection)) yield* serveHttpConnection(host, connection, handler, options);
}

/** One connection from its first request to its end. */
export function* serveHttpConnection(host: Host, connection: Connection, handler: Handler, options: ServerOptions = {}): Process {
  yield* new Session(host, connection, handler, options).run();
}

class Session {
  readonly #host: Host;
  readonly #connection: Connection;
  readonly #tls: TlsSession | null;
  readonly #handler: Handler;
  readonly #options: ServerOptions;
  readonly #reader: MessageReader;
  /** The time limit ran out while it read. */
  #idle = false;

  constructor(host: Host, connection: Connection, handler: Handler, options: ServerOptions) {
    this.#host = host;
    this.#connection = connection;
    this.#tls = 'session' in connection ? (connection as SecuredConnection).session : null;
    this.#handler = handler;
    this.#options = options;
    this.#reader = new MessageReader({ read: () => this.#readInTime() });
  }

  *run(): Process {
    for (;;) {
      const read = yield* this.#reader.readRequest();
      if (read.kind === 'end') {
        if (this.#idle && read.cut) yield* this.#refuse({ status: 408, error: 'the request does not go on' });
        break;
      }
      if (read.kind === 'refused') {
        yield* this.#refuse(read.problem);
        break;
      }
      if (!(yield* this.#serve(read.head, read.body))) break;
    }
    this.#connection.close();
    yield* race(this.#readAway(), this.#host.sleep(LINGER, { background: true }));
  }

  /** True when the connection serves on. */
  *#serve(head: RequestHead, body: IncomingBody): Process<boolean> {
    if (!(yield* this.#meetsExpectation(head, body))) return false;
    const request = {
      ...head,
      url: effectiveUrl(head, this.#connection, this.#tls ? 'https' : 'http'),
      body,
      remote: this.#connection.remote,
      tls: this.#tls,
    };
    const response = yield* this.#handler(request);
    // A client that still waits for 100 sends no content any more once it has the answer; or does: nobody knows.
    const unclear = body.beforeFirst !== null && !body.ended;
    body.beforeFirst = null;
    if (!unclear && (yield* readAway(body, READ_AWAY_LIMIT))) {
      const keep = this.#options.persistent !== false && isPersistent(head) && !hasMember(response.fields, 'Connection', 'close');
      return yield* this.#answer(head, response, keep);
    }
    // RFC 9112 §11.2: what the handler made of a request that is malformed is of no account.
    if (body.malformed) yield* this.#refuse({ status: 400, error: body.problem ?? '' });
    else yield* this.#answer(head, response, false);
    return false;
  }

  /** RFC 9110 §10.1.1: `100 Continue` goes out when the content is wanted. */
  *#meetsExpectation(head: RequestHead, body: IncomingBody): Process<boolean> {
    const expected = membersOf(head.fields, 'Expect');
    if (expected.length === 0 || head.version[1] === 0) return true;
    if (expected.length > 1 || expected[0]?.toLowerCase() !== '100-continue') {
      yield* this.#refuse({ status: 417, error: 'the only expectation that can be met is 100-continue' });
      return false;
    }
    if (!body.ended) body.beforeFirst = () => this.#continue();
    return true;
  }

  *#continue(): Process {
    const head = { version: [1, 1] as const, status: 100, reason: phraseOf(100), fields: [] };
    yield* this.#connection.write(bytesOfOctets(encodeResponseHead(head)), {
      protocol: PROTOCOL,
      kind: 'response',
      label: responseLabel(100, head.reason, null),
    });
  }

  *#refuse({ status, error }: { readonly status: number; readonly error: string }): Process {
    this.#host.narrator.note(`refuses a request: ${error}`);
    yield* this.#answer(null, plainResponse(status, error), false);
  }

  /** True when the connection can be used on. */
  *#answer(request: RequestHead | null, response: ServedResponse, keep: boolean): Process<boolean> {
    const { status } = response;
    let fields = without(response.fields, 'Connection', 'Keep-Alive', 'Transfer-Encoding');
    if (fieldValue(fields, 'Date') === null) fields = [{ name: 'Date', value: formatHttpDate(instantOf(this.#host.now())) }, ...fields];
    const toHead = request?.method === 'HEAD';
    // A handler that has no content at hand for HEAD says in the fields how long it would be, or leaves it open (RFC 9110 §8.6).
    const contentless = status === 204 || status === 304 || (toHead && response.body === undefined);
    const body = contentless ? null : (response.body ?? []);
    const length = body === null ? null : bodyLength(body);
    const old = request?.version[1] === 0;
    let chunked = false;
    let close = !keep;
    if (body !== null && (length === null || (response.chunked && !old))) {
      fields = without(fields, 'Content-Length');
      // RFC 9112 §6.3: a client of HTTP/1.0 knows no chunks; for it, the end of the connection is the end.
      if (old) close = true;
      else {
        chunked = true;
        fields = withField(fields, 'Transfer-Encoding', 'chunked');
      }
    } else if (body !== null) fields = withField(fields, 'Content-Length', String(length));
    else if (status === 204) fields = without(fields, 'Content-Length');
    if (close) fields = withField(fields, 'Connection', 'close');
    const head = { version: [1, 1] as const, status, reason: response.reason ?? phraseOf(status), fields };
    const sent = toHead ? null : body;
    const label = responseLabel(status, head.reason, sent === null ? null : chunked ? 'chunked' : length);
    const problem = yield* writeMessage(this.#connection, { kind: 'response', octets: encodeResponseHead(head), label }, sent, chunked);
    if (problem === null) return !close;
    // RFC 9112 §8: only a broken connection tells the client that this was not all.
    this.#connection.abort();
    return false;
  }

  *#readInTime(): Process<Content | null> {
    const arrived = yield* race(this.#connection.read(), this.#host.sleep(this.#options.idle ?? MINUTE, { background: true }));
    if (arrived.winner === 'first') return arrived.value;
    this.#idle = true;
    return null;
  }

  *#readAway(): Process {
    while ((yield* this.#connection.read()) !== null);
  }
}

/** True when all of the body was read. */
function* readAway(body: IncomingBody, limit: Bytes): Process<boolean> {
  for (let size = 0; !body.ended; ) {
    if (size >= limit || (body.length !== null && body.length - body.received > limit)) {
      body.abandon('more of it than is read away');
      return false;
    }
    size += (yield* body.read())?.length ?? 0;
  }
  return body.problem === null;
}

/** RFC 9112 §3.3. An HTTP/1.0 request without Host is for the address that it came to. */
function effectiveUrl({ target, fields }: RequestHead, { local }: Connection, scheme: Scheme): Url | null {
  if (target.form === 'absolute') return target.url;
  if (target.form !== 'origin') return null;
  const authority = decodeAuthority(fieldValue(fields, 'Host') ?? '', scheme) ?? { host: local.address, port: local.port };
  return { scheme, ...authority, path: target.path };
}

/** A response that says in a line what is wrong. */
export function plainResponse(status: number, text: string, fields: Fields = []): ServedResponse {
  const octets = `${status} ${phraseOf(status)}: ${text}\n`;
  return {
    status,
    fields: [...fields, { name: 'Content-Type', value: 'text/plain; charset=utf-8' }],
    body: [new TextEncoder().encode(octets)],
  };
}

/** `200 OK, 20.5 kB`, `304 Not Modified`, `200 OK, chunked`. */
export function responseLabel(status: number, reason: string, content: Bytes | 'chunked' | null): string {
  const line = statusLine({ version: [1, 1], status, reason })
    .slice('HTTP/1.1 '.length)
    .trimEnd();
  if (content === null || content === 0) return line;
  return `${line}, ${content === 'chunked' ? content : formatSize(content)}`;
}
