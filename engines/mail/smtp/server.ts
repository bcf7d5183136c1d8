/**
 * The SMTP server: connections on port 25, and on 587 where users submit (RFC 6409); a session each.
 *
 * Theory of operation. The session (server-session.ts) says what to reply; here it is read and written. Replies to a group of
 * commands wait for one another and go out together (RFC 2920 §3.2). STARTTLS puts a secured connection in the place of the plain
 * one; what had come behind it in clear is nobody's word, and costs the connection (RFC 3207 §4.2; CVE-2011-0411).
 */
import type { Content } from '../../content.ts';
import { type Process, race } from '../../kernel/process.ts';
import { type Connection, failed, type Host, type ListenFailure } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import type { SessionStates, StateEntry } from '../../network/session-states.ts';
import { MINUTE, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import type { Logins } from '../mailbox/logins.ts';
import type { Admission } from './admission.ts';
import { replyTexts } from './reply-texts.ts';
import type { ServerAccount } from './server-account.ts';
import { type ServerPolicy, ServerSession, type SessionSettings, type SessionStep } from './server-session.ts';
import { encodeReply, type Reply, replyLabel } from './wire/reply.ts';

/** Between servers. */
export const SMTP_PORT = 25;
/** From users (RFC 6409 §3.1). */
export const SUBMISSION_PORT = 587;

/** How long a server waits for anything more to come (RFC 5321 §4.5.3.2.7: at least 5 minutes). */
const IDLE_LIMIT: Nanoseconds = 5 * MINUTE;
/** How long a client may take to close a connection that could not be secured. */
const LINGER: Nanoseconds = 10 * SECOND;
/** Replies that wait for each other at most. */
const GROUP_LIMIT = 64;

export interface ServerSurroundings {
  readonly host: Host;
  readonly settings: SessionSettings;
  /** null where the settings have no TLS, and only there. */
  readonly secure: Securing | null;
  readonly logins: Logins;
  readonly admission: Admission;
  readonly account: ServerAccount;
  readonly states: SessionStates;
  /** What may be known about whom one talks to. */
  policyFor(connection: Connection): ServerPolicy;
}

/** Serves until the listener is closed. A failure to listen is the result. */
export function* serve(port: number, surroundings: ServerSurroundings): Process<ListenFailure | null> {
  const { host, admission, account } = surroundings;
  const listener = yield* host.listen(port);
  if (failed(listener)) return listener as ListenFailure;
  const places = new Set<number>();
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return null;
    const { address } = connection.remote;
    const refusal = admission.enter(address);
    if (refusal !== null) {
      account.refused(refusal);
      host.spawn('smtp refusal', turnAway(connection, surroundings));
      continue;
    }
    let place = 1;
    while (places.has(place)) place++;
    places.add(place);
    const store = port === SMTP_PORT ? `smtp session ${place}` : `submission ${place}`;
    host.spawn(
      'smtp session',
      serveClient(connection, surroundings, store, () => places.delete(place)),
    );
  }
}

/** RFC 5321 §3.1, §3.8: 421 instead of a greeting. */
function* turnAway(connection: Connection, { settings }: ServerSurroundings): Process {
  const reply = { ...replyTexts[settings.dialect].busy(settings.greeting), enhanced: null };
  yield* connection.write(encodeReply(reply), { protocol: 'smtp', kind: 'reply', label: replyLabel(reply) });
  connection.close();
}

function* serveClient(connection: Connection, surroundings: ServerSurroundings, store: string, leave: () => void): Process {
  const policy = surroundings.policyFor(connection);
  const served = new ServedSession(connection, surroundings, policy, store);
  try {
    yield* served.run();
  } finally {
    leave();
    surroundings.admission.leave(connection.remote.address);
    surroundings.states.end(surroundings.host.narrator, store);
    policy.end?.();
  }
}

class ServedSession {
  readonly #surroundings: ServerSurroundings;
  readonly #session: ServerSession;
  readonly #store: string;
  /** As TCP brought it, and as it is used: the same until STARTTLS. */
  readonly #plain: Connection;
  #connection: Connection;
  #reader: LineReader;
  /** Replies of a group that have not been sent. */
  #held: Reply[] = [];
  #idle = false;

  constructor(connection: Connection, surroundings: ServerSurroundings, policy: ServerPolicy, store: string) {
    const { host, settings, logins, account } = surroundings;
    let challenges = 0;
    const nonce = () =>
      `<${connection.number}.${++challenges}.${host.random('sasl').below(2 ** 32)}@${settings.greeting.split(' ', 1)[0]}>`;
    this.#surroundings = surroundings;
    this.#session = new ServerSession(settings, { policy, logins, nonce, refused: (reason) => account.refused(reason) });
    this.#store = store;
    this.#plain = connection;
    this.#connection = connection;
    this.#reader = this.#readerOf(connection);
  }

  /** From greeting to close. */
  *run(): Process {
    let step: SessionStep = { reply: this.#session.greet(), next: 'command' };
    let grouped = false;
    for (;;) {
      if (step.delay !== undefined && step.delay > 0) yield* this.#surroundings.host.sleep(step.delay);
      this.#tell();
      this.#held.push(step.reply);
      const waits = grouped && step.next === 'command' && this.#reader.hasLine && this.#held.length < GROUP_LIMIT;
      if (!waits && !(yield* this.#flush())) break;
      if (step.next === 'close') break;
      if (step.next === 'secure') {
        if (!(yield* this.#secure())) return;
        this.#tell();
      }
      const { next } = step;
      // Stuffed dots add at most a third: a line that is one dot goes from three octets to four.
      const result = yield* next === 'content'
        ? this.#reader.readDotTerminated(Math.ceil((this.#surroundings.settings.maximumSize * 4) / 3) + 4)
        : this.#reader.readLine(this.#session.lineLimit);
      if (result.kind === 'endless') {
        this.#plain.abort();
        return;
      }
      if (result.kind === 'end') {
        if (this.#idle) yield* this.#say([this.#session.timeOut()]);
        break;
      }
      if (result.kind === 'content') step = yield* this.#session.content(result.octets);
      else if (result.kind === 'too big') step = yield* this.#session.content(null);
      else {
        const line = result.kind === 'line' ? result.line : null;
        grouped = next === 'command' && line !== null && /^(MAIL|RCPT|RSET)\b/i.test(line);
        step = next === 'response' ? this.#session.response(line) : yield* this.#session.command(line);
      }
    }
    this.#connection.close();
  }

  #readerOf(connection: Connection): LineReader {
    const { host, account } = this.#surroundings;
    const session = this;
    const clear = connection === this.#plain;
    return new LineReader({
      *read(): Process<Content | null> {
        const arrived = yield* race(connection.read(), host.sleep(IDLE_LIMIT, { background: true }));
        if (arrived.winner === 'second') session.#idle = true;
        const content = arrived.winner === 'first' ? arrived.value : null;
        if (content && clear) account.clear(content.length);
        return content;
      },
    });
  }

  *#flush(): Process<boolean> {
    return yield* this.#say(this.#held.splice(0));
  }

  *#say(replies: readonly Reply[]): Process<boolean> {
    const pieces = replies.map(encodeReply);
    const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
    let at = 0;
    for (const piece of pieces) {
      bytes.set(piece, at);
      at += piece.length;
    }
    if (this.#connection === this.#plain) this.#surroundings.account.clear(bytes.length);
    return yield* this.#connection.write(bytes, { protocol: 'smtp', kind: 'reply', label: replies.map(replyLabel).join('; ') });
  }

  *#secure(): Process<boolean> {
    const { host, secure, account } = this.#surroundings;
    if (this.#reader.takeRest() !== '') {
      account.refused('commands in clear behind STARTTLS');
      this.#plain.abort();
      return false;
    }
    const secured = yield* (secure as Securing)(this.#plain);
    if (failed(secured)) {
      // The client is to read the alert first; but not to be waited for without end.
      yield* race(readAway(this.#plain), host.sleep(LINGER));
      this.#plain.abort();
      return false;
    }
    this.#connection = secured;
    this.#reader = this.#readerOf(secured);
    this.#session.secured();
    return true;
  }

  /** What has changed since it was told last, on the state timeline. */
  #tell(): void {
    const { address, port } = this.#plain.remote;
    const { client, envelope } = this.#session;
    const { reversePath, recipients } = envelope;
    const entries: StateEntry[] = [
      ['client', `${address}:${port}`],
      ['calls itself', client.name === '' ? null : client.name],
      ['TLS', client.secured ? 'yes' : null],
      ['user', client.user],
      ['from', recipients.length === 0 ? null : reversePath === '' ? '<>' : reversePath],
      ['to', recipients.length === 0 ? null : recipients.map((recipient) => recipient.address).join(', ')],
    ];
    this.#surroundings.states.tell(this.#surroundings.host.narrator, this.#store, entries);
  }
}

function* readAway(connection: Connection): Process {
  while ((yield* connection.read()) !== null);
}
