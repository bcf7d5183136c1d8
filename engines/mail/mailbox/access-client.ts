/** What the clients of POP3 and IMAP share: how they get to their server, and what can go wrong. */
import { type Process, race } from '../../kernel/process.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { MINUTE, type Nanoseconds } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import { lookUpServer } from '../transfer-agent/mail-routing.ts';
import type { AccessSecurity } from './scenario.ts';

/** How long a client waits for a reply. */
export const REPLY_LIMIT: Nanoseconds = 2 * MINUTE;

/** Why something did not come about: the server's own words, or what happened to the connection. */
export interface AccessProblem {
  readonly reason: string;
  /** The server refused it, and the session can go on. */
  readonly refused?: true;
}

export const problem = (reason: string): AccessProblem => ({ reason });

export interface OpenedConnection {
  readonly connection: Connection;
  /** Under TLS from the start: the connection that carries it; else the same. */
  readonly plain: Connection;
}

/** By the server's name, at its port in clear or with TLS from the start. The first address that answers. */
export function* openConnection(
  host: Host,
  server: string,
  ports: { readonly clear: number; readonly secured: number },
  security: AccessSecurity,
  secure: Securing,
): Process<OpenedConnection | AccessProblem> {
  const addresses = yield* lookUpServer(host, server);
  if ('reason' in addresses) return problem(addresses.reason);
  let last: AccessProblem = problem(`no address of ${server}`);
  for (const address of addresses) {
    const plain = yield* host.connect({ address, port: security === 'tls' ? ports.secured : ports.clear });
    if (failed(plain)) {
      last = problem(`connection ${plain.failure}`);
      continue;
    }
    if (security !== 'tls') return { connection: plain, plain };
    const connection = yield* secure(plain);
    return failed(connection) ? problem(`TLS failed: ${connection.failure}`) : { connection, plain };
  }
  return last;
}

/** What a read gives, or a problem where it takes too long. */
export function* inTime<T>(host: Host, reading: Process<T>, limit: Nanoseconds = REPLY_LIMIT): Process<T | AccessProblem> {
  const read = yield* race(reading, host.sleep(limit));
  return read.winner === 'first' ? read.value : problem('the server did not reply in time');
}
