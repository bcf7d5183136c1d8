/**
 * The name server process: UDP port 53 of a host (RFC 1035 §4.2.1). It serves the host's zones, and where recursion is offered
 * it asks further for clients that want it. A malformed message costs its sender an error reply and nobody else anything.
 */
import type { Process } from '../../kernel/process.ts';
import { type Datagram, type DatagramSocket, type Endpoint, failed, type Host } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import { canonical, ROOT } from '../domain-name.ts';
import { DNS_PORT } from '../resolver/exchange.ts';
import { setQuerySource } from '../resolver/query-source.ts';
import { type RecursionCounts, type RecursionSettings, Resolver } from '../resolver/resolver.ts';
import type { DomainName, QuerySettings, ServerLimits } from '../scenario.ts';
import { decode } from '../wire/decode.ts';
import { describe } from '../wire/describe.ts';
import { encode, fitted, UDP_LIMIT } from '../wire/encode.ts';
import { EDNS_PAYLOAD, type Message, type Question, response } from '../wire/message.ts';
import { Admission } from './admission.ts';
import { answer, refusal, withEdns } from './authoritative.ts';
import type { Zone } from './zone.ts';

export interface ServerSettings {
  /** As they are at the moment: a change shows in the next answer. */
  readonly zones: readonly Zone[];
  /** Absent: the server offers no recursion. */
  readonly recursion?: RecursionSettings;
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
  const resolver = settings.recursion && new Resolver(host, settings.recursion, settings, settings.counts);
  const admission = settings.limits && new Admission(settings.limits);
  if (admission) host.narrator.measure('dropped queries', [host.name], settings.counts.dropped);
  const inProgress = new Set<string>();
  for (;;) {
    const datagram = yield* socket.receive();
    if (datagram === null) return;
    const query = understood(host, socket, datagram);
    if (!query) continue;
    settings.counts.queries++;
    host.narrator.measure('queries', [host.name], settings.counts.queries);
    const { from } = datagram;
    settings.lastQuery = { from, id: query.id, name: query.questions[0]?.name ?? ROOT };
    // A client that repeats its query while we work on it gets one response.
    const key = queryKey(datagram, query);
    if (inProgress.has(key)) continue;
    const delay = admission ? admission.admit(from.address, host.now()) : 0;
    if (delay === null) {
      settings.counts.dropped++;
      host.narrator.measure('dropped queries', [host.name], settings.counts.dropped);
      continue;
    }
    inProgress.add(key);
    const task = host.spawn('answer a query', respond(host, socket, datagram, query, settings, resolver, delay));
    task.whenDone(() => inProgress.delete(key));
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
  send(socket, datagram, empty, response(empty, 'FORMERR'));
  return undefined;
}

function* respond(
  host: Host,
  socket: DatagramSocket,
  datagram: Datagram,
  query: Message,
  settings: ServerSettings,
  resolver: Resolver | undefined,
  delay: Nanoseconds,
): Process {
  if (delay > 0) yield* host.sleep(delay);
  const own = answer(settings.zones, query, { recursionAvailable: resolver !== undefined });
  const recursive = resolver && query.recursionDesired && !refusal(query) && !settles(own, query);
  const message = recursive ? withEdns(query, yield* resolver.answer(query)) : own;
  send(socket, datagram, query, message);
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

function send(socket: DatagramSocket, datagram: Datagram, query: Message, message: Message): void {
  const limit = query.edns ? Math.max(UDP_LIMIT, Math.min(EDNS_PAYLOAD, query.edns.payload)) : UDP_LIMIT;
  const sent = fitted(message, limit);
  socket.send(encode(sent), datagram.from, { protocol: 'dns', kind: 'response', label: describe(sent) });
}

function queryKey({ from }: Datagram, query: Message): string {
  const question = query.questions[0];
  return `${from.address}:${from.port} ${query.id} ${question ? `${canonical(question.name)} ${question.type}` : ''}`;
}
