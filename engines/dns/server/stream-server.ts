/**
 * DNS over TCP, the server's side (RFC 7766): port 53, each message behind its length.
 *
 * Theory of operation. A client may send query after query without waiting (§6.2.1.1); each is answered by a process of its
 * own, so answers leave in the order in which they are ready (§7). An idle connection is closed after a while (§6.2.3), and what
 * a client can take is bounded: connections in all and for one address, queries under way on one connection (those beyond wait
 * in TCP), and how long answers wait for a client that does not read: a connection that makes no progress is cut, or it would be
 * kept for ever. Who sends what is no message is not answered but disconnected: nothing behind it can be trusted to be in step.
 */
import { Channel, type Process, race, resultOf } from '../../kernel/process.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { DNS_PORT } from '../resolver/reply.ts';
import { decode } from '../wire/decode.ts';
import { describe } from '../wire/describe.ts';
import { encode, fitted } from '../wire/encode.ts';
import { framed, framedKinds, MessageReader, TCP_LIMIT } from '../wire/framing.ts';
import type { Message } from '../wire/message.ts';

/** RFC 7766 §6.2.3: of the order of a few seconds. */
export const IDLE_TIMEOUT: Nanoseconds = 10 * SECOND;
/** While answers wait, one of them (65,537 bytes at most) gets into the send buffer in this time, or the connection is cut. */
export const STALL_TIMEOUT: Nanoseconds = 30 * SECOND;
const MAX_CONNECTIONS = 150;
export const MAX_CONNECTIONS_PER_CLIENT = 10;
const MAX_UNDER_WAY = 64;

/** The response to a query; undefined: none. */
export type Answerer = (query: Message, from: { readonly address: string; readonly port: number }) => Process<Message | undefined>;

/** Serves until the listener is closed; ends at once where the port is taken. */
export function* serveStreams(host: Host, answer: Answerer): Process {
  const listener = yield* host.listen(DNS_PORT);
  if (failed(listener)) {
    host.narrator.note(`cannot serve DNS over TCP: ${listener.failure}`);
    return;
  }
  /** Open connections by address. */
  const open = new Map<string, number>();
  let total = 0;
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return;
    const { address } = connection.remote;
    const own = open.get(address) ?? 0;
    if (total >= MAX_CONNECTIONS || own >= MAX_CONNECTIONS_PER_CLIENT) {
      host.narrator.note(`refuses a connection from ${address}: it has ${own}, all have ${total}`);
      connection.abort();
      continue;
    }
    total++;
    open.set(address, own + 1);
    host.spawn('DNS connection', serveConnection(host, connection, answer)).whenDone(() => {
      total--;
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  }
}

function* serveConnection(host: Host, connection: Connection, answer: Answerer): Process {
  const reader = new MessageReader(connection);
  const freed = new Channel<void>();
  let underWay = 0;
  let written = 0;
  let stalled = false;
  /** Done when the bytes are in the send buffer, or the connection is at its end. */
  const send = function* (bytes: Uint8Array, label: string): Process {
    const writing = host.spawn('write an answer', connection.write(bytes, { protocol: 'dns', kind: framedKinds.response, label }));
    for (;;) {
      const before = written;
      const next = yield* race(resultOf(writing), host.sleep(STALL_TIMEOUT, { background: true }));
      if (next.winner === 'first') break;
      if (written > before || stalled) continue;
      stalled = true;
      host.narrator.note(`cuts the connection of ${connection.remote.address}, which takes no answers`);
      connection.abort();
    }
    written++;
  };
  const respond = function* (query: Message): Process {
    const message = yield* answer(query, connection.remote);
    if (!message) return;
    const sent = fitted(message, TCP_LIMIT);
    yield* send(framed(encode(sent)), describe(sent));
  };
  for (;;) {
    const next = yield* race(reader.next(), host.sleep(IDLE_TIMEOUT, { background: true }));
    if (next.winner === 'second') {
      if (underWay > 0) continue;
      break;
    }
    if (next.value === null) break;
    const decoded = decode(next.value);
    if (!decoded.ok) {
      host.narrator.note(`gets a malformed query over TCP and closes the connection: ${decoded.error}`);
      break;
    }
    if (decoded.message.response) {
      host.narrator.note('gets a response over TCP that it did not ask for and closes the connection');
      break;
    }
    underWay++;
    host.spawn('answer a query', respond(decoded.message)).whenDone(() => {
      underWay--;
      freed.put();
    });
    while (underWay >= MAX_UNDER_WAY) yield* freed.take();
  }
  // What was asked before the end is still answered (RFC 7766 §6.2.4).
  while (underWay > 0) yield* freed.take();
  connection.close();
}
