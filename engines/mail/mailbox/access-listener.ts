/** What the servers of POP3 and IMAP share: two ports, one in clear and one with TLS from the start, and a session a connection. */
import type { Process } from '../../kernel/process.ts';
import { race } from '../../kernel/process.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';

/** How long a client may take to close a connection that could not be secured. */
const LINGER: Nanoseconds = 10 * SECOND;

export interface Ports {
  readonly name: string;
  readonly clear: number;
  /** null where the server has no TLS. */
  readonly secured: { readonly port: number; readonly secure: Securing } | null;
}

/** `session` is run for each connection; `plain` is the one underneath where TLS is from the start, else the same. */
export function* serveBoth(
  host: Host,
  { name, clear, secured }: Ports,
  session: (connection: Connection, plain: Connection) => Process,
): Process {
  if (secured) {
    host.spawn(
      `${name} server`,
      acceptAll(host, name, secured.port, function* (plain): Process {
        const connection = yield* secureOrLeave(host, plain, secured.secure);
        if (connection) yield* session(connection, plain);
      }),
    );
  }
  yield* acceptAll(host, name, clear, (connection) => session(connection, connection));
}

function* acceptAll(host: Host, name: string, port: number, serve: (connection: Connection) => Process): Process {
  const listener = yield* host.listen(port);
  if (failed(listener)) {
    host.narrator.note(`no ${name} server: port ${port} is ${listener.failure}`);
    return;
  }
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return;
    host.spawn(`${name} session`, serve(connection));
  }
}

/** The secured connection; null where there is none, and then the plain one is of no more use. */
export function* secureOrLeave(host: Host, plain: Connection, secure: Securing): Process<Connection | null> {
  const secured = yield* secure(plain);
  if (!failed(secured)) return secured;
  // The client is to read the alert first; but not to be waited for without end.
  yield* race(readAway(plain), host.sleep(LINGER));
  plain.abort();
  return null;
}

function* readAway(connection: Connection): Process {
  while ((yield* connection.read()) !== null);
}
