/**
 * The client's side of one connection (RFC 9112 §9): requests in order, responses in the same order.
 *
 * Theory of operation. `request` sends a request and gives the response as soon as its head is there; the body is read by whoever
 * wants it, to its end, or abandoned. Further requests may be sent before that (pipelining): their responses wait for their
 * turn. Works over any Connection, a secured one as well:
 *
 *     const http = new HttpConnection(host, connection);
 *     const response = yield* http.request({ method: 'GET', target, fields: [{ name: 'Host', value: 'www.example.org' }] });
 *     if (requestFailed(response)) …
 *     const contents = yield* response.body.readAll();
 *
 * What can go wrong is a value: `failure` says it in a few words, and `sent` whether the server may have acted on it.
 */
import type { Content } from '../content.ts';
import { resultOf as ended, type Process, race, type Task } from '../kernel/process.ts';
import type { Connection, Host } from '../network/host.ts';
import { MINUTE, type Nanoseconds, SECOND } from '../quantities.ts';
import { type IncomingBody, MessageReader } from './message-reader.ts';
import { type Body, bodyLength, type Head, writeMessage } from './message-writer.ts';
import { type Turn, Turns } from './turns.ts';
import { isPersistent } from './wire/framing.ts';
import { encodeRequestHead, type ResponseHead } from './wire/head.ts';
import { type Fields, hasMember, withField, without } from './wire/header-field.ts';
import { encodeTarget, type RequestTarget } from './wire/request-target.ts';
import { isInterim } from './wire/status.ts';

export interface OutgoingRequest {
  readonly method: string;
  readonly target: RequestTarget;
  /** With Host. Content-Length or Transfer-Encoding is added. */
  readonly fields: Fields;
  /** A source of unknown length is sent in chunks. */
  readonly body?: Body;
}

export interface IncomingResponse extends ResponseHead {
  /** To be read to its end, or abandoned. */
  readonly body: IncomingBody;
}

export interface RequestFailure {
  /** For people: `connection refused`, `no answer in time`, `the response is malformed: …`. */
  readonly failure: string;
  /** False: nothing of the response came, and the connection broke; the server may not have seen the request. */
  readonly answered: boolean;
}

export function requestFailed(value: IncomingResponse | RequestFailure): value is RequestFailure {
  return 'failure' in value;
}

/** How long a server may take for a response's head, or for going on with its body. */
export const RESPONSE_TIMEOUT: Nanoseconds = 2 * MINUTE;
/** How long a client waits for `100 Continue` before it sends the content anyway (RFC 9110 §10.1.1 wants no endless wait). */
const CONTINUE_TIMEOUT: Nanoseconds = SECOND;

interface Exchange {
  readonly request: OutgoingRequest;
  readonly reading: Turn;
  /** The reading of an answer that may come before the request's content is sent. */
  early: Task<IncomingResponse | RequestFailure> | null;
}

export class HttpConnection {
  readonly connection: Connection;
  readonly #host: Host;
  readonly #reader: MessageReader;
  /** Requests are written one at a time, responses read in the order of the requests. */
  readonly #writing: Turns;
  readonly #reading: Turns;
  #usable = true;
  #over: (() => void) | null;
  #timedOut = false;
  /** Requests whose response was not read to its end. */
  #open = 0;

  /** `over`: told once when no further request can be sent. */
  constructor(host: Host, connection: Connection, over?: () => void) {
    this.#host = host;
    this.#over = over ?? null;
    this.connection = connection;
    this.#reader = new MessageReader({ read: () => this.#readInTime() });
    this.#writing = new Turns(host, 1);
    this.#reading = new Turns(host, 1);
  }

  /** Whether another request may be sent. */
  get usable(): boolean {
    return this.#usable && this.connection.ending === null;
  }

  /** A place in the order of requests, for one that is sent later than it is asked for. */
  place(): Turn {
    return this.#writing.ask();
  }

  /**
   * Sends the request, in its place if it has one; done when the final response's head is there. Stopped before that, it
   * aborts the connection: nobody could tell any more whose response comes next.
   */
  *request(request: OutgoingRequest, place?: Turn): Process<IncomingResponse | RequestFailure> {
    this.#open++;
    if (hasMember(request.fields, 'Connection', 'close')) this.#retire();
    const writing = place ?? this.#writing.ask();
    let reading: Turn | null = null;
    let response: IncomingResponse | RequestFailure | null = null;
    try {
      yield* writing.come();
      // Asked for where the request is written: the order of the requests is the order of the responses.
      reading = this.#reading.ask();
      const exchange: Exchange = { request, reading, early: null };
      const problem = yield* this.#write(exchange);
      writing.end();
      response = problem === null ? yield* this.#response(exchange) : this.#fail(problem, false);
    } finally {
      if (response === null) this.abort();
      if (response === null || requestFailed(response)) {
        writing.end();
        reading?.end();
        this.#open--;
      }
    }
    if (requestFailed(response)) return response;
    if (!isPersistent(response) || response.body.untilClose) this.#retire();
    response.body.whenEnded(({ problem: broken }) => {
      this.#open--;
      if (broken !== null) this.abort();
      else if (!this.usable && this.#open === 0) this.connection.close();
      reading?.end();
    });
    return response;
  }

  /** Nothing more is asked. */
  close(): void {
    this.#retire();
    this.connection.close();
  }

  /** What is under way on it fails. */
  abort(): void {
    this.#retire();
    this.connection.abort();
  }

  #retire(): void {
    this.#usable = false;
    this.#over?.();
    this.#over = null;
  }

  /**
   * Watches an idle connection: done when the server closes it, or sends what nobody asked for (RFC 9112 §9.5). Run it while
   * the connection is idle, and stop it before the next request.
   */
  *watch(): Process {
    const unasked = yield* this.connection.read();
    this.#retire();
    if (unasked === null) this.connection.close();
    else this.connection.abort();
  }

  /** null, or why the request could not be sent. */
  *#write(exchange: Exchange): Process<string | null> {
    const { method, target, body } = exchange.request;
    const length = body === undefined ? null : bodyLength(body);
    const chunked = body !== undefined && length === null;
    let fields = without(exchange.request.fields, 'Content-Length', 'Transfer-Encoding');
    if (body !== undefined) {
      fields = chunked ? withField(fields, 'Transfer-Encoding', 'chunked') : withField(fields, 'Content-Length', String(length));
    }
    const octets = encodeRequestHead({ method, target, version: [1, 1], fields });
    const head: Head = { kind: 'request', octets, label: `${method} ${encodeTarget(target)}` };
    if (body === undefined || !hasMember(fields, 'Expect', '100-continue')) {
      return yield* writeMessage(this.connection, head, body ?? null, chunked);
    }
    const problem = yield* writeMessage(this.connection, head, null, false);
    if (problem !== null) return problem;
    yield* exchange.reading.come();
    exchange.early = this.#host.spawn('early response', this.#readHead(method));
    yield* race(ended(exchange.early), this.#host.sleep(CONTINUE_TIMEOUT));
    const early = exchange.early.result;
    if (early !== undefined && (requestFailed(early) || !isInterim(early.status))) {
      // A final answer: the content is not wanted, and the connection, which promised it, of no use any more.
      this.#retire();
      return null;
    }
    return yield* writeMessage(this.connection, null, body, chunked);
  }

  *#response(exchange: Exchange): Process<IncomingResponse | RequestFailure> {
    let response = exchange.early ? yield* ended(exchange.early) : null;
    if (response === null) yield* exchange.reading.come();
    for (;;) {
      response ??= yield* this.#readHead(exchange.request.method);
      if (requestFailed(response) || !isInterim(response.status)) return response;
      response = null;
    }
  }

  *#readHead(method: string): Process<IncomingResponse | RequestFailure> {
    const read = yield* this.#reader.readResponse(method);
    if (read.kind === 'message') return { ...read.head, body: read.body };
    if (read.kind === 'refused') return this.#fail(`the response is malformed: ${read.problem.error}`, true);
    if (this.#timedOut) return this.#fail('no answer in time', true);
    return this.#fail(`connection ${this.connection.ending ?? 'closed'}`, read.cut);
  }

  #fail(failure: string, answered: boolean): RequestFailure {
    this.#retire();
    if (answered) this.connection.abort();
    else this.connection.close();
    return { failure, answered };
  }

  *#readInTime(): Process<Content | null> {
    const arrived = yield* race(this.connection.read(), this.#host.sleep(RESPONSE_TIMEOUT));
    if (arrived.winner === 'first') return arrived.value;
    this.#timedOut = true;
    return null;
  }
}
