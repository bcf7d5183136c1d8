/** The IMAP server: connections on port 143, and with TLS on 993 (RFC 8314 §3.2), a session each. */
import type { Content } from '../../content.ts';
import { type Process, race } from '../../kernel/process.ts';
import type { Connection, Host } from '../../network/host.ts';
import { LineReader, type LineResult } from '../../network/line-reader.ts';
import { type Bytes, MINUTE, type Nanoseconds } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import { secureOrLeave, serveBoth } from '../mailbox/access-listener.ts';
import type { AccessTraffic } from '../mailbox/access-traffic.ts';
import { mailboxesOf } from '../mailbox/host-mailboxes.ts';
import type { Logins } from '../mailbox/logins.ts';
import type { MailboxStore } from '../mailbox/mailbox-store.ts';
import type { AccessService } from '../mailbox/scenario.ts';
import { RESPONSE_LINE_LIMIT } from '../sasl/exchange.ts';
import { COMMAND_LIMIT, readCommand } from './command-reader.ts';
import { type Act, ServerSession } from './server-session.ts';
import { responseBytes, responseLabel } from './wire/response.ts';

export const IMAP_PORT = 143;
export const IMAPS_PORT = 993;

/** RFC 3501 §5.4: an autologout timer is at least 30 minutes. */
const IDLE_LIMIT: Nanoseconds = 30 * MINUTE;
/** Before anybody is logged in. */
const LOGIN_LIMIT: Nanoseconds = 3 * MINUTE;

export interface ServerSurroundings {
  readonly host: Host;
  readonly service: AccessService;
  readonly logins: Logins;
  readonly traffic: AccessTraffic;
  /** Greatest message that APPEND may put in. */
  readonly maximumSize: Bytes;
  /** null where the service has no TLS, and only there. */
  readonly secure: Securing | null;
}

/** The role of a server's host: runs from boot to crash. */
export function* imapServer(surroundings: ServerSurroundings): Process {
  const { host, secure } = surroundings;
  const store = mailboxesOf(host);
  const ports = { name: 'IMAP', clear: IMAP_PORT, secured: secure && { port: IMAPS_PORT, secure } };
  yield* serveBoth(host, ports, (connection, plain) => new ServedSession(surroundings, store, connection, plain).run());
}

class ServedSession {
  readonly #surroundings: ServerSurroundings;
  readonly #session: ServerSession;
  readonly #plain: Connection;
  #connection: Connection;
  #reader: LineReader;
  #idle = false;

  constructor(surroundings: ServerSurroundings, store: MailboxStore, connection: Connection, plain: Connection) {
    const { host, service, logins } = surroundings;
    this.#surroundings = surroundings;
    this.#plain = plain;
    this.#connection = connection;
    this.#reader = this.#readerOf(connection);
    this.#session = new ServerSession({
      service,
      logins,
      store,
      nonce: nextNonce(host),
      secured: connection !== plain,
      now: () => host.now(),
    });
  }

  *run(): Process {
    try {
      if (!(yield* this.#write([this.#session.greet()], 'response'))) return;
      if (!(yield* this.#serve())) return;
      if (this.#idle) yield* this.#write([this.#session.bye('Idle for too long')], 'response');
      this.#connection.close();
    } finally {
      this.#session.end();
    }
  }

  /** False where the connection is of no more use. */
  *#serve(): Process<boolean> {
    for (;;) {
      const act = yield* this.#next();
      if (act === 'end') return true;
      if (act === 'endless') {
        this.#plain.abort();
        return false;
      }
      const done = act.kind === 'idle' ? yield* this.#idling() : act;
      if (done === null) return true;
      if (done.kind === 'reply' && done.delay !== undefined && done.delay > 0) yield* this.#surroundings.host.sleep(done.delay);
      if (!(yield* this.#say(done))) return true;
      if (done.kind !== 'reply' || done.next === undefined) continue;
      if (done.next === 'close') return true;
      if (!(yield* this.#secure())) return false;
    }
  }

  *#next(): Process<Act | 'end' | 'endless'> {
    const { traffic, maximumSize } = this.#surroundings;
    if (this.#session.inExchange) {
      const line = yield* this.#reader.readLine(RESPONSE_LINE_LIMIT);
      if (line.kind === 'end' || line.kind === 'endless') return line.kind;
      return this.#session.answer(line.kind === 'line' ? line.line : null);
    }
    const read = yield* readCommand(this.#reader, maximumSize, () => this.#write(['+ Go on'], 'response'));
    if (read.kind === 'end' || read.kind === 'endless') return read.kind;
    traffic.command();
    return read.kind === 'command' ? this.#session.command(read.octets) : this.#session.refused(read.tag, read.why);
  }

  /** RFC 2177: the news as they come, until DONE. null: the connection ended. */
  *#idling(): Process<Act | null> {
    if (!(yield* this.#write(['+ idling'], 'response'))) return null;
    const { selected } = this.#session;
    for (;;) {
      const line = this.#reader.readLine(COMMAND_LIMIT);
      if (!selected) return this.#idleDone(yield* line);
      const event = yield* race(line, selected.whenNews());
      if (event.winner === 'first') return this.#idleDone(event.value);
      const news = selected.news(true);
      if (news.length > 0 && !(yield* this.#write(news, 'response'))) return null;
    }
  }

  #idleDone(line: LineResult): Act | null {
    if (line.kind === 'end' || line.kind === 'endless') return null;
    return this.#session.doneIdling(line.kind === 'line' ? line.line : null);
  }

  #readerOf(connection: Connection): LineReader {
    const { host, traffic } = this.#surroundings;
    const session = this;
    return new LineReader({
      *read(): Process<Content | null> {
        const limit = session.#session?.loggedIn === true ? IDLE_LIMIT : LOGIN_LIMIT;
        const arrived = yield* race(connection.read(), host.sleep(limit, { background: true }));
        if (arrived.winner === 'second') session.#idle = true;
        const content = arrived.winner === 'first' ? arrived.value : null;
        if (content) traffic.moved(content.length);
        return content;
      },
    });
  }

  /** A message's text goes by itself; all else of a command as one message. */
  *#say(act: Act): Process<boolean> {
    if (act.kind === 'challenge') return yield* this.#write([`+ ${act.line}`], 'response');
    if (act.kind === 'idle') return true;
    let together: string[] = [];
    for (const { octets, brings } of act.untagged) {
      if (!brings) {
        together.push(octets);
        continue;
      }
      if (together.length > 0 && !(yield* this.#write(together, 'response'))) return false;
      together = [];
      this.#surroundings.traffic.downloaded();
      if (!(yield* this.#write([octets], 'message'))) return false;
    }
    return yield* this.#write([...together, act.tagged], 'response');
  }

  *#write(responses: readonly string[], kind: 'response' | 'message'): Process<boolean> {
    const bytes = responseBytes(responses);
    this.#surroundings.traffic.moved(bytes.length);
    return yield* this.#connection.write(bytes, { protocol: 'imap', kind, label: responseLabel(responses) });
  }

  *#secure(): Process<boolean> {
    // RFC 3501 §6.2.1, and RFC 9051 §7.1: what came in the clear behind STARTTLS is nobody's word.
    if (this.#reader.takeRest() !== '') {
      this.#plain.abort();
      return false;
    }
    const secured = yield* secureOrLeave(this.#surroundings.host, this.#plain, this.#surroundings.secure as Securing);
    if (!secured) return false;
    this.#connection = secured;
    this.#reader = this.#readerOf(secured);
    this.#session.secured();
    return true;
  }
}

function nextNonce(host: Host): string {
  const count = (host.disk.get<number>('mail/imap greetings') ?? 0) + 1;
  host.disk.set('mail/imap greetings', count);
  return `<${count}.${host.now()}@${host.name}>`;
}
