/**
 * The client's side of one connection (RFC 9112 §9): requests in order, responses in the same order.
 *
 * Theory of operation. `request` sends a request and gives the response as soon as its head is there; the body is read by whoever
 * wants it, to its end, or abandoned. Further requests may be sent before that (pipelining): their responses wait for their
 * turn. A response that comes before its request is all sent ends the sending, and the connection; what comes while nothing
 * is asked ends the connection. Works over any Connection, a secured one as well:
 *
 *     const http = new HttpConnection(host, connection);
 *     const response = yield* http.request({ method: 'GET', target, fields: [{ name: 'Host', value: 'www.example.org' }] });
 *     if (requestFailed(response)) …
 *     const contents = yield* response.body.readAll();
 *
 * What can go wrong is a value: `failure` says it in a few words, and `sent` whether the server may have acted on it.
 */
import type { Content } from '../content.ts';
import { Channel, type Process, race, resultOf, type Task } from '../kernel/process.ts';
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
  /** Has an item once the server said `100 Continue`. */
  readonly continued: Channel<100>;
  /** Some of the content was sent. */
  begun: boolean;
  /** The sending of it, until that is given up; its result is null, or why it could not be sent. */
  sending: Task<string | null> | null;
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
  /** Of these, the ones that went out, at least in part: only to them there can be a response. */
  #asked = 0;
  /** The one whose response is being read, or was last. */
  #answered: Exchange | null = null;
  /** A request was not sent to its end: nothing can be sent any more that would not be taken for the rest of it. */
  #cut = false;
  /** Runs while nothing is asked. */
  #watch: Task | null = null;

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
    let exchange: Exchange | null = null;
    let response: IncomingResponse | RequestFailure | null = null;
    try {
      yield* writing.come();
      if (this.#cut) response = { failure: 'connection given up', answered: false };
      else {
        this.#watch?.stop();
        this.#asked++;
        // Asked for where the request is written: the order of the requests is the order of the responses.
        exchange = { request, reading: this.#reading.ask(), continued: new Channel(), begun: false, sending: null };
        response = yield* this.#exchange(exchange, writing);
      }
    } finally {
      if (response === null) this.abort();
      writing.end();
      if (response === null || requestFailed(response)) {
        this.#open--;
        if (exchange) this.#asked--;
        exchange?.sending?.stop();
        exchange?.reading.end();
      }
    }
    if (requestFailed(response)) return response;
    if (!isPersistent(response) || response.body.untilClose) this.#retire();
    response.body.whenEnded(({ problem }) => {
      this.#open--;
      this.#asked--;
      this.#ended(problem);
      exchange?.reading.end();
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

  /** A response was read to its end, or given up for that problem. */
  #ended(problem: string | null): void {
    if (problem !== null) this.abort();
    else if (this.#asked === 0 && this.#reader.hasMore) this.#unasked();
    // What of the content is buffered would still be sent before a FIN.
    else if (this.#cut && this.#answered?.begun) this.connection.abort();
    else if (!this.usable && this.#open === 0) this.connection.close();
    else if (this.usable && this.#asked === 0) this.#watch = this.#host.spawn('idle connection', this.#idle());
  }

  /**
   * RFC 9112 §9.2: what comes while no response is due is none. It must not be taken for the response to the next request, and
   * whoever sent it cannot be trusted with another one.
   */
  #unasked(): void {
    this.#host.narrator.note(`gives up its connection to ${this.connection.remote.address}: what came was not asked for`);
    this.abort();
  }

  /** Watches while nothing is asked: done when the server closes the connection (RFC 9112 §9.5), or sends something. */
  *#idle(): Process {
    const unasked = yield* this.connection.read();
    if (unasked === null) this.close();
    else this.#unasked();
  }

  /** Sends a request, and reads the response at the same time: it may come before all is sent (RFC 9112 §9.5). */
  *#exchange(exchange: Exchange, writing: Turn): Process<IncomingResponse | RequestFailure> {
    const sending = this.#host.spawn('request', this.#send(exchange));
    exchange.sending = sending;
    const answering = this.#host.spawn('response', this.#receive(exchange));
    try {
      const first = yield* race(resultOf(answering), resultOf(sending));
      if (first.winner === 'second') {
        writing.end();
        return first.value === null ? yield* resultOf(answering) : this.#fail(first.value, false);
      }
      if (!sending.done) {
        this.#cutShort(exchange);
        if (requestFailed(first.value)) this.abort();
        else this.#host.narrator.note('sends no more of its request: the response is there');
      }
      return first.value;
    } finally {
      answering.stop();
    }
  }

  /** What is left of the request is not sent, and the connection, which was promised it, of no use any more. */
  #cutShort(exchange: Exchange): void {
    exchange.sending?.stop();
    exchange.sending = null;
    this.#cut = true;
    this.#retire();
  }

  /** null, or why the request could not be sent. */
  *#send(exchange: Exchange): Process<string | null> {
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
      exchange.begun = true;
      return yield* writeMessage(this.connection, head, body ?? null, chunked);
    }
    const problem = yield* writeMessage(this.connection, head, null, false);
    if (problem !== null) return problem;
    yield* race(exchange.continued.take(), this.#host.sleep(CONTINUE_TIMEOUT));
    exchange.begun = true;
    return yield* writeMessage(this.connection, null, body, chunked);
  }

  /** The final response, in its turn. */
  *#receive(exchange: Exchange): Process<IncomingResponse | RequestFailure> {
    yield* exchange.reading.come();
    this.#answered = exchange;
    for (;;) {
      const response = yield* this.#readHead(exchange.request.method);
      if (requestFailed(response) || !isInterim(response.status)) return response;
      if (response.status === 100) exchange.continued.put(100);
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
    const arrived = yield* race(this.connection.read(), this.#silence());
    if (arrived.winner === 'first') return arrived.value;
    this.#timedOut = true;
    return null;
  }

  /** The server has its time from the moment when it has the request: a buffer full of content may take minutes over a slow line. */
  *#silence(): Process {
    const sending = this.#answered?.sending;
    if (sending && !sending.done) yield* resultOf(sending);
    if (this.#answered?.request.body !== undefined) yield* this.connection.allAcknowledged();
    yield* this.#host.sleep(RESPONSE_TIMEOUT);
  }
}
