/**
 * The name server process: port 53 of a host, UDP (RFC 1035 §4.2.1) and TCP (RFC 7766). It serves the host's zones, takes
 * changes of them, and where recursion is offered it asks further for clients that want it. A malformed message costs its
 * sender an error reply or the connection and nobody else anything.
 */
import type { Process } from '../../kernel/process.ts';
import { type Datagram, type DatagramSocket, type Endpoint, failed, type Host } from '../../network/host.ts';
import { canonical, ROOT } from '../domain-name.ts';
import { AnswerOrder, type RecordOrder } from '../record-order.ts';
import { setQuerySource } from '../resolver/query-source.ts';
import { DNS_PORT } from '../resolver/reply.ts';
import { type RecursionCounts, type RecursionSettings, Resolver } from '../resolver/resolver.ts';
import type { DomainName, QuerySettings, ServerLimits } from '../scenario.ts';
import { decode } from '../wire/decode.ts';
import { describe } from '../wire/describe.ts';
import { encode, fitted, UDP_LIMIT } from '../wire/encode.ts';
import { type Message, type Question, type ResponseCode, response } from '../wire/message.ts';
import { Admission } from './admission.ts';
import { selectionOf } from './answer-selection.ts';
import { answer, ednsObjection, refusal, withEdns } from './authoritative.ts';
import { serveStreams } from './stream-server.ts';
import type { Zone } from './zone.ts';

export interface ServerSettings {
  /** As they are at the moment: a change shows in the next answer. */
  readonly zones: readonly Zone[];
  /** In which order the records of a set of these zones are given; absent: `cyclic`. */
  readonly order?: RecordOrder;
  /** Absent: the server offers no recursion. */
  readonly recursion?: RecursionSettings;
  /** Greatest UDP message with EDNS that it sends and takes, in bytes; null: a server that does not know EDNS. */
  readonly edns: number | null;
  /**
   * What every query gets, of a server that is out of order or not meant for those who ask; null for answers. A code above 15
   * needs a query with EDNS.
   */
  readonly answers: ResponseCode | null;
  /** Changes a zone as a message says (RFC 2136); its response. */
  readonly update: (host: Host, message: Message, from: Endpoint) => Message;
  /** Told of each query that a zone of the server's own answered. */
  readonly answered: (host: Host, query: Message) => void;
  /** Outlive a crash of the host: they count for the whole run. */
  readonly counts: RecursionCounts & { queries: number; dropped: number };
  /** How it asks further. Absent: with all IDs, from all ports, at random. */
  readonly queries?: QuerySettings;
  /** Absent: none. */
  readonly limits?: ServerLimits;
  /** The last query, for who reads the server's log. */
  lastQuery?: LoggedQuery;
}

/** What a server's log says of a query. */
export interface LoggedQuery {
  readonly from: Endpoint;
  readonly id: number;
  readonly name: DomainName;
}

/** Serves for ever; ends at once where the port is taken. */
export function* serve(host: Host, settings: ServerSettings): Process {
  const socket = yield* host.bind(DNS_PORT);
  if (settings.queries) setQuerySource(host, settings.queries);
  if (failed(socket)) {
    host.narrator.note(`cannot serve DNS: ${socket.failure}`);
    return;
  }
  const server = new NameServer(host, settings);
  host.spawn(
    'DNS over TCP',
    serveStreams(host, (query, from) => server.wholeAnswer(query, from)),
  );
  for (;;) {
    const datagram = yield* socket.receive();
    if (datagram === null) return;
    const query = understood(host, socket, datagram);
    if (query) host.spawn('answer a query', respond(server, socket, datagram, query, settings.edns));
  }
}

/** The query that a datagram holds; undefined for anything else, which is answered here if it deserves an answer. */
function understood(host: Host, socket: DatagramSocket, datagram: Datagram): Message | undefined {
  const decoded = decode(datagram.bytes);
  if (decoded.ok) {
    // A response to nobody's query is dropped: answering it could go back and forth for ever.
    if (decoded.message.response) host.narrator.note('ignores a response that it did not ask for');
    return decoded.message.response ? undefined : decoded.message;
  }
  host.narrator.note(`gets a malformed query: ${decoded.error}`);
  if (!decoded.header || decoded.header.response) return undefined;
  const empty: Message = { ...decoded.header, questions: [], answers: [], authorities: [], additionals: [] };
  send(socket, datagram, response(empty, 'FORMERR'));
  return undefined;
}

function* respond(server: NameServer, socket: DatagramSocket, datagram: Datagram, query: Message, edns: number | null): Process {
  const answered = yield* server.answer(query, datagram.from);
  if (!answered) return;
  // RFC 6891 §6.2.3: the lesser of what the client takes and what we send; below 512 counts as 512.
  const limit = query.edns && edns !== null ? Math.max(UDP_LIMIT, Math.min(edns, query.edns.payload)) : UDP_LIMIT;
  // What does not fit was not given: the order is of what is sent. Another order may compress less well.
  const whole = fitted(answered.message, limit);
  send(socket, datagram, answered.order ? fitted(answered.order.apply(whole), limit) : whole);
}

function send(socket: DatagramSocket, datagram: Datagram, sent: Message): void {
  socket.send(encode(sent), datagram.from, { protocol: 'dns', kind: 'response', label: describe(sent) });
}

/** A response, and the order in which the records of its sets are given. */
interface Answered {
  readonly message: Message;
  readonly order?: AnswerOrder;
}

/** What a server answers, by whatever way the query came. */
class NameServer {
  readonly #host: Host;
  readonly #settings: ServerSettings;
  readonly #resolver: Resolver | undefined;
  readonly #admission: Admission | undefined;
  readonly #ownOrder: AnswerOrder;
  readonly #cachedOrder: AnswerOrder;
  readonly #inProgress = new Set<string>();

  constructor(host: Host, settings: ServerSettings) {
    this.#host = host;
    this.#settings = settings;
    this.#ownOrder = new AnswerOrder(settings.order ?? 'cyclic', host.random('dns record order'));
    this.#cachedOrder = new AnswerOrder(settings.recursion?.order ?? 'cyclic', host.random('dns record order of the cache'));
    this.#admission = settings.limits && new Admission(settings.limits);
    if (this.#admission) host.narrator.measure('dropped queries', [host.name], settings.counts.dropped);
    this.#resolver = settings.recursion && new Resolver(host, settings.recursion, settings, settings.counts);
  }

  /** The response; undefined where the same query of that client is being worked on, which gets one response, and where it is dropped. */
  *answer(query: Message, from: Endpoint): Process<Answered | undefined> {
    const { narrator, name } = this.#host;
    const { counts } = this.#settings;
    counts.queries++;
    narrator.measure('queries', [name], counts.queries);
    this.#settings.lastQuery = { from, id: query.id, name: query.questions[0]?.name ?? ROOT };
    const key = queryKey(from, query);
    if (this.#inProgress.has(key)) return undefined;
    const delay = this.#admission ? this.#admission.admit(from.address, this.#host.now()) : 0;
    if (delay === null) {
      counts.dropped++;
      narrator.measure('dropped queries', [name], counts.dropped);
      return undefined;
    }
    this.#inProgress.add(key);
    try {
      if (delay > 0) yield* this.#host.sleep(delay);
      return yield* this.#response(query, from);
    } finally {
      this.#inProgress.delete(key);
    }
  }

  /** For a way that takes messages of any length. */
  *wholeAnswer(query: Message, from: Endpoint): Process<Message | undefined> {
    const answered = yield* this.answer(query, from);
    return answered?.order ? answered.order.apply(answered.message) : answered?.message;
  }

  *#response(query: Message, from: Endpoint): Process<Answered> {
    const { zones, edns, answers, update, answered } = this.#settings;
    const resolver = this.#resolver;
    if (answers !== null) {
      return { message: withEdns(query, response(query, answers, { recursionAvailable: resolver !== undefined }), edns) };
    }
    if (query.opcode === 'UPDATE') {
      return { message: withEdns(query, ednsObjection(query, edns) ?? update(this.#host, query, from), edns) };
    }
    const own = answer(zones, query, { recursionAvailable: resolver !== undefined, edns });
    const inOrder = !refusal(query, edns);
    if (resolver && query.recursionDesired && inOrder && !settles(own, query)) {
      return { message: withEdns(query, yield* resolver.answer(query), edns), order: this.#cachedOrder };
    }
    if (inOrder && own.responseCode !== 'REFUSED') answered(this.#host, query);
    const select = selectionOf(this.#host);
    return { message: select ? select(own, from.address) : own, order: this.#ownOrder };
  }
}

/** False where asking further would bring more: the name lies outside our zones, below a cut, or behind an alias that leads there. */
function settles(own: Message, query: Message): boolean {
  if (own.responseCode === 'REFUSED') return false;
  if (own.responseCode !== 'NOERROR') return true;
  const delegation = own.authorities.some((record) => record.data.type === 'NS');
  if (delegation) return false;
  const question = query.questions[0] as Question;
  const last = own.answers[own.answers.length - 1];
  if (!last) return true;
  return last.data.type !== 'CNAME' || question.type === 'CNAME' || question.type === 'ANY' || own.authorities.length > 0;
}

function queryKey(from: Endpoint, query: Message): string {
  const question = query.questions[0];
  return `${from.address}:${from.port} ${query.id} ${question ? `${canonical(question.name)} ${question.type}` : ''}`;
}
