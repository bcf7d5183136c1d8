/** The SMTP server: connections on port 25, a session each. */
import type { Content } from '../../content.ts';
import { type Process, race } from '../../kernel/process.ts';
import { type Connection, failed, type Host, type ListenFailure } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import { MINUTE, type Nanoseconds } from '../../quantities.ts';
import { type ServerPolicy, ServerSession, type SessionSettings, type SessionStep } from './server-session.ts';
import { encodeReply, type Reply, replyLabel } from './wire/reply.ts';

export const SMTP_PORT = 25;

/** How long a server waits for anything more to come (RFC 5321 §4.5.3.2.7: at least 5 minutes). */
const IDLE_LIMIT: Nanoseconds = 5 * MINUTE;

/** What a policy may know about whom it talks to. */
export type PolicyFor = (connection: Connection) => ServerPolicy;

/** Serves until the listener is closed. A failure to listen is the result. */
export function* serve(host: Host, settings: SessionSettings, policyFor: PolicyFor): Process<ListenFailure | null> {
  const listener = yield* host.listen(SMTP_PORT);
  if (failed(listener)) return listener as ListenFailure;
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return null;
    host.spawn('smtp session', serveClient(host, connection, policyFor(connection), settings));
  }
}

function* serveClient(host: Host, connection: Connection, policy: ServerPolicy, settings: SessionSettings): Process {
  try {
    yield* serveConnection(host, connection, new ServerSession(settings, policy), settings);
  } finally {
    policy.end?.();
  }
}

/** One session from greeting to close. */
export function* serveConnection(host: Host, connection: Connection, session: ServerSession, settings: SessionSettings): Process {
  let idle = false;
  const reader = new LineReader({
    *read(): Process<Content | null> {
      const arrived = yield* race(connection.read(), host.sleep(IDLE_LIMIT, { background: true }));
      if (arrived.winner === 'first') return arrived.value;
      idle = true;
      return null;
    },
  });
  let step: SessionStep = { reply: session.greet(), next: 'command' };
  while (yield* write(connection, step.reply)) {
    if (step.next === 'close') break;
    // Stuffed dots add at most a third: a line that is one dot goes from three octets to four.
    const result = yield* step.next === 'content'
      ? reader.readDotTerminated(Math.ceil((settings.maximumSize * 4) / 3) + 4)
      : reader.readLine(session.lineLimit);
    if (result.kind === 'endless') {
      connection.abort();
      return;
    }
    if (result.kind === 'end') {
      if (idle) yield* write(connection, session.timeOut());
      break;
    }
    if (result.kind === 'content') step = yield* session.content(result.octets);
    else if (result.kind === 'too big') step = yield* session.content(null);
    else step = yield* session.command(result.kind === 'line' ? result.line : null);
  }
  connection.close();
}

function* write(connection: Connection, reply: Reply): Process<boolean> {
  return yield* connection.write(encodeReply(reply), { protocol: 'smtp', kind: 'reply', label: replyLabel(reply) });
}
