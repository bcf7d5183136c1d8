/**
 * A man in the middle of SMTP: takes the connections that were meant for a server, and passes on what both sides say, but for the offer
 * of TLS (RFC 3207 §6: an attacker can delete the response). Client and server take each other for old-fashioned.
 *
 * Theory of operation. It goes in step: a line of the client, the server's reply. A group of commands comes to the server one by one;
 * nobody notices. Limits are those of the protocol; what goes beyond them ends both connections.
 */
import { type Process, race } from '../../kernel/process.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { type Bytes, MINUTE } from '../../quantities.ts';
import { RESPONSE_LINE_LIMIT } from '../sasl/exchange.ts';
import { contentLabel } from '../smtp/client.ts';
import { SMTP_PORT } from '../smtp/server.ts';
import { decodeReply, encodeReply, REPLY_LINE_LIMIT, REPLY_LINES_LIMIT, type Reply, replyLabel } from '../smtp/wire/reply.ts';
import type { DeliveryTracker } from '../transfer-agent/delivery-tracker.ts';
import type { Overhearing } from './overhearing.ts';

const CONTENT_LIMIT: Bytes = 64 * 1024 * 1024;
const IDLE_LIMIT = 10 * MINUTE;

/** Serves for as long as the host is up. The reason, where it cannot. */
export function* intercept(host: Host, server: string, overhearing: Overhearing, tracker: DeliveryTracker): Process<string> {
  const listener = yield* host.listen(SMTP_PORT);
  if (failed(listener)) return `port ${SMTP_PORT} is ${listener.failure}`;
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return 'the listener was closed';
    host.spawn('interception', new Interception(host, connection, overhearing, tracker).run(server));
  }
}

class Interception {
  readonly #host: Host;
  readonly #client: Connection;
  readonly #overhearing: Overhearing;
  readonly #tracker: DeliveryTracker;
  #silent = false;

  constructor(host: Host, client: Connection, overhearing: Overhearing, tracker: DeliveryTracker) {
    this.#host = host;
    this.#client = client;
    this.#overhearing = overhearing;
    this.#tracker = tracker;
  }

  *run(address: string): Process {
    const server = yield* this.#host.connect({ address, port: SMTP_PORT });
    if (failed(server)) {
      this.#client.abort();
      return;
    }
    yield* this.#passOn(server);
    this.#tracker.leave(this.#client);
    if (this.#silent) {
      server.abort();
      this.#client.abort();
    } else {
      server.close();
      this.#client.close();
    }
  }

  *#passOn(server: Connection): Process {
    const [fromClient, fromServer] = [new LineReader(this.#client), new LineReader(server)];
    let reply = yield* this.#reply(fromServer);
    while (reply !== null && (yield* this.#answer(reply)) && reply.code !== 221 && reply.code !== 421) {
      if (reply.code === 354) {
        const read = yield* this.#patiently(fromClient.readDotTerminated(CONTENT_LIMIT));
        if (read?.kind !== 'content') return;
        this.#tracker.handOver(server, this.#tracker.takeOver(this.#client));
        yield* this.#forward(server, 'content', `${read.octets}.\r\n`, contentLabel(read.octets));
      } else {
        const read = yield* this.#patiently(fromClient.readLine(RESPONSE_LINE_LIMIT));
        if (read?.kind !== 'line') return;
        yield* this.#forward(server, reply.code === 334 ? 'response' : 'command', `${read.line}\r\n`, read.line);
      }
      reply = yield* this.#reply(fromServer);
    }
  }

  /** What is read; null where a line or a message takes too long to come. */
  *#patiently<Read>(reading: Process<Read>): Process<Read | null> {
    const read = yield* race(reading, this.#host.sleep(IDLE_LIMIT, { background: true }));
    if (read.winner === 'first') return read.value;
    this.#silent = true;
    return null;
  }

  *#forward(server: Connection, kind: string, octets: string, label: string): Process {
    const bytes = bytesOfOctets(octets);
    this.#overhearing.hear(this.#client.number, 'smtp', kind, bytes);
    yield* server.write(bytes, { protocol: 'smtp', kind, label });
  }

  *#reply(server: LineReader): Process<Reply | null> {
    const lines: string[] = [];
    while (lines.length < REPLY_LINES_LIMIT) {
      const read = yield* this.#patiently(server.readLine(REPLY_LINE_LIMIT));
      if (read?.kind !== 'line') return null;
      lines.push(read.line);
      if (read.line[3] !== '-') break;
    }
    const reply = decodeReply(lines);
    return 'error' in reply ? null : reply;
  }

  *#answer(reply: Reply): Process<boolean> {
    const lines = reply.lines.filter((line, i) => i === 0 || line.toUpperCase() !== 'STARTTLS');
    if (lines.length < reply.lines.length) this.#host.narrator.note('takes the offer of TLS out');
    const passed = { ...reply, lines };
    return yield* this.#client.write(encodeReply(passed), { protocol: 'smtp', kind: 'reply', label: replyLabel(passed) });
  }
}
