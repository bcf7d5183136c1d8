/** Bob's mailbox and a connection whose other end is a script, without a network: for tests and fuzz targets of sessions. */
import type { Content } from '../../content.ts';
import { bytesOf } from '../../content.ts';
import { type Process, start, wait } from '../../kernel/process.ts';
import { MemoryDisk } from '../../network/disk.ts';
import type { Connection, Host } from '../../network/host.ts';
import { octetsOf } from '../../network/octets.ts';
import { Logins } from './logins.ts';
import { MailboxStore } from './mailbox-store.ts';
import type { AccessService, LoginLimits } from './scenario.ts';

export const BOB = 'bob@hamburger.edu';
export const LIMITS: LoginLimits = { delay: 0, perConnection: 3, lockOut: null };
export const SERVICE: Pick<AccessService, 'tls' | 'logins' | 'loginDelay'> = { tls: 'offered', logins: LIMITS, loginDelay: 0 };

export const MESSAGES = [
  'From: Alice <alice@crepes.fr>\r\nTo: bob@hamburger.edu\r\nSubject: Condiments\r\nDate: Thu, 1 Jan 2026 12:00:00 +0000\r\n\r\nDo you like ketchup?\r\n.\r\nHow about pickles?\r\n',
  'From: alice@crepes.fr\r\nSubject: =?utf-8?q?Cr=C3=AApes?=\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nText\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nBody\r\n--b--\r\n',
];

/** A host of which only disk and clock are used; its narrator listens to nothing. */
export function hostForSessions(now: () => number = () => 0): Host {
  const host: Partial<Host> = {
    name: 'server',
    disk: new MemoryDisk(),
    now,
    narrator: { state: () => {}, note: () => {}, measure: () => {} },
    sleep: () => wait<void>(() => () => {}),
  };
  return host as Host;
}

export function mailboxForSessions(host: Host, octets: readonly string[] = MESSAGES): { store: MailboxStore; logins: Logins } {
  const store = new MailboxStore(host.disk);
  store.create(BOB, 1_000_000);
  for (const [i, one] of octets.entries()) store.deliver(BOB, one, i);
  const service = { kind: 'mail.mailbox' as const, address: BOB, host: 'server', password: 'pickles', quota: 1_000_000, at: null };
  return { store, logins: new Logins(host, LIMITS, [service]) };
}

/** Reads the pieces, then the end; keeps what is written. */
export function scripted(pieces: readonly Uint8Array[]): Connection & { written(): string } {
  let at = 0;
  let written = '';
  const endpoint = { address: '10.0.0.1', port: 1 };
  return {
    local: endpoint,
    remote: endpoint,
    number: 0,
    get ending() {
      return at > pieces.length ? ('closed' as const) : null;
    },
    // biome-ignore lint/correctness/useYield: nothing has to be waited for.
    *read(): Process<Content | null> {
      return pieces[at++] ?? null;
    },
    // biome-ignore lint/correctness/useYield: as above.
    *write(content): Process<boolean> {
      written += octetsOf(bytesOf(content));
      return true;
    },
    // biome-ignore lint/correctness/useYield: as above.
    *allAcknowledged(): Process<boolean> {
      return true;
    },
    close: () => {},
    abort: () => {},
    written: () => written,
  };
}

/** The result of a process that never has to wait for longer. */
export function atOnceResult<T>(process: Process<T>): T {
  const task = start('test', process);
  if (!task.done) throw new Error('it waits');
  return task.result as T;
}
