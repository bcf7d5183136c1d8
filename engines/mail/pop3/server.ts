/** The POP3 server: connections on port 110, and with TLS on 995 (RFC 8314 §3.2), a session each. */
import type { Content } from '../../content.ts';
import { type Process, race } from '../../kernel/process.ts';
import type { Connection, Host } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { type Bytes, MINUTE, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import { secureOrLeave, serveBoth } from '../mailbox/access-listener.ts';
import type { AccessTraffic } from '../mailbox/access-traffic.ts';
import { mailboxesOf } from '../mailbox/host-mailboxes.ts';
import type { Logins } from '../mailbox/logins.ts';
import type { AccessService } from '../mailbox/scenario.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';
import { Maildrops } from './maildrop.ts';
import { type Act, ServerSession } from './server-session.ts';
import { encodeReply, replyLabel } from './wire/reply.ts';

export const POP3_PORT = 110;
export const POP3S_PORT = 995;

/** RFC 1939 §3: an inactivity timer is at least 10 minutes; what it ends has no UPDATE state. */
const IDLE_LIMIT: Nanoseconds = 10 * MINUTE;
/** Of a reply beyond this, much may still be on its way when the server has got rid of it. */
const LARGE: Bytes = 64 * 1024;

export interface ServerSurroundings {
  readonly host: Host;
  readonly service: AccessService;
  readonly logins: Logins;
  readonly traffic: AccessTraffic;
  /** null where the service has no TLS, and only there. */
  readonly secure: Securing | null;
}

/** The role of a server's host: runs from boot to crash. */
export function* pop3Server(surroundings: ServerSurroundings): Process {
  const { host, secure } = surroundings;
  const maildrops = new Maildrops(mailboxesOf(host));
  const ports = { name: 'POP3', clear: POP3_PORT, secured: secure && { port: POP3S_PORT, secure } };
  yield* serveBoth(host, ports, (connection, plain) => new ServedSession(surroundings, maildrops, connection, plain).run());
}

class ServedSession {
  readonly #surroundings: ServerSurroundings;
  readonly #session: ServerSession;
  readonly #plain: Connection;
  #connection: Connection;
  #reader: LineReader;
  /** What was said since the client was last known to have all of it. */
  #large = false;

  constructor(surroundings: ServerSurroundings, maildrops: Maildrops, connection: Connection, plain: Connection) {
    const { host, service, logins } = surroundings;
    this.#surroundings = surroundings;
    this.#plain = plain;
    this.#connection = connection;
    this.#reader = this.#readerOf(connection);
    this.#session = new ServerSession({
      service,
      logins,
      maildrops,
      timestamp: nextTimestamp(host),
      secured: connection !== plain,
      now: () => host.now(),
      lastLogin: (address) => host.disk.get<Nanoseconds>(lastLoginOf(address)) ?? null,
      loggedIn: (address) => host.disk.set(lastLoginOf(address), host.now()),
    });
  }

  *run(): Process {
    const { traffic, host } = this.#surroundings;
    try {
      const greeting: Act = { kind: 'reply', reply: this.#session.greet(), content: null, what: 'reply' };
      if (!(yield* this.#say(greeting))) return;
      for (;;) {
        const result = yield* this.#reader.readLine(this.#session.lineLimit);
        if (result.kind === 'endless') {
          this.#plain.abort();
          return;
        }
        // RFC 1939 §3: an idle session is closed without a word.
        if (result.kind === 'end') break;
        traffic.command();
        const act = this.#session.command(result.kind === 'line' ? result.line : null);
        if (act.kind === 'reply' && act.delay !== undefined && act.delay > 0) yield* host.sleep(act.delay);
        if (!(yield* this.#say(act))) break;
        if (act.kind !== 'reply' || act.next === undefined) continue;
        if (act.next === 'close' || !(yield* this.#secure())) break;
      }
      this.#connection.close();
    } finally {
      this.#session.end();
    }
  }

  #readerOf(connection: Connection): LineReader {
    const { host, traffic } = this.#surroundings;
    const silence = (): Process => this.#silence(host, connection);
    return new LineReader({
      *read(): Process<Content | null> {
        const arrived = yield* race(connection.read(), silence());
        const content = arrived.winner === 'first' ? arrived.value : null;
        if (content) traffic.moved(content.length);
        return content;
      },
    });
  }

  /** A client that is still taking a message is not idle. */
  *#silence(host: Host, connection: Connection): Process {
    if (this.#large) yield* connection.allAcknowledged();
    this.#large = false;
    yield* host.sleep(IDLE_LIMIT, { background: true });
  }

  *#say(act: Act): Process<boolean> {
    const { traffic } = this.#surroundings;
    const bytes = act.kind === 'challenge' ? bytesOfOctets(`+ ${act.line}\r\n`) : encodeReply(act.reply, act.content);
    traffic.moved(bytes.length);
    const kind = act.kind === 'challenge' ? 'challenge' : act.what;
    const label = act.kind === 'challenge' ? `+ ${act.line}` : replyLabel(act.reply);
    if (kind === 'message') traffic.downloaded();
    this.#large ||= bytes.length > LARGE;
    return yield* this.#connection.write(bytes, { protocol: 'pop3', kind, label });
  }

  *#secure(): Process<boolean> {
    // What came in the clear behind STLS is nobody's word (as RFC 3207 §4.2 has it for SMTP).
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

/** RFC 1939 §7: as a message-id, and another one for each greeting. */
function nextTimestamp(host: Host): string {
  const count = (host.disk.get<number>('mail/pop3 greetings') ?? 0) + 1;
  host.disk.set('mail/pop3 greetings', count);
  return `<${count}.${Math.floor(host.now() / SECOND)}@${host.name}>`;
}

function lastLoginOf(address: MailAddress): string {
  return `mail/last pop3 login/${canonicalAddress(address)}`;
}
