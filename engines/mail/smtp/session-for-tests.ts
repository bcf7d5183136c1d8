/** A server's session with the policy of a real mail server behind it, and no network: hamburger.edu with bob, full, and a list of friends. */
import { type Process, start } from '../../kernel/process.ts';
import { MemoryDisk } from '../../network/disk.ts';
import type { Connection } from '../../network/host.ts';
import { Logins } from '../mailbox/logins.ts';
import { MailboxStore } from '../mailbox/mailbox-store.ts';
import type { LoginLimits } from '../mailbox/scenario.ts';
import { hostForSessions, LIMITS } from '../mailbox/session-for-tests.ts';
import type { MailboxService, MailServerService } from '../scenario.ts';
import { serverDefaults } from '../scenario-for-tests.ts';
import { LocalAddresses } from '../transfer-agent/local-addresses.ts';
import { Reception } from '../transfer-agent/reception.ts';
import { Admission } from './admission.ts';
import type { Envelope } from './envelope.ts';
import { type ServerPolicy, ServerSession, type SessionStep } from './server-session.ts';
import { replyLines } from './wire/reply.ts';

export const serviceForTests: MailServerService = {
  kind: 'mail.server',
  host: 'mail.hamburger.edu',
  domains: ['hamburger.edu'],
  greeting: 'hamburger.edu',
  helo: 'hamburger.edu',
  dialect: 'extended',
  certificate: { names: ['mail.hamburger.edu'], flaw: null },
  ...serverDefaults,
  maximumSize: 1000,
  aliases: [
    { address: 'friends@hamburger.edu', members: ['bob@hamburger.edu', 'eve@elsewhere.org'] },
    { address: 'all@hamburger.edu', members: ['friends@hamburger.edu', 'full@hamburger.edu', 'all@hamburger.edu'] },
  ],
  at: null,
};

const mailbox = (address: string, quota: number): MailboxService => ({
  kind: 'mail.mailbox',
  address,
  host: 'mail.hamburger.edu',
  password: 'secret',
  quota,
  at: null,
});

/** Users' mailboxes; `full` has no room. */
const MAILBOXES = [mailbox('bob@hamburger.edu', 1e6), mailbox('full@hamburger.edu', 0), mailbox('bob@burger.org', 1e6)];

export interface SessionForTests {
  readonly session: ServerSession;
  readonly taken: { envelope: Envelope; content: string }[];
  readonly refusals: string[];
  /** The reply's lines, and in brackets what comes next where that is no command. */
  say(line: string | null): string;
  content(octets: string | null): string;
  respond(line: string | null): string;
}

/** The policy of such a server, its users, and where what it takes and refuses goes. */
export function policyForTests(
  settings: MailServerService,
  taken: { envelope: Envelope; content: string }[],
  refusals: string[],
  submission = false,
  limits: LoginLimits = LIMITS,
): { policy: (connection: Connection) => ServerPolicy; logins: Logins } {
  const store = new MailboxStore(new MemoryDisk());
  const addresses = new LocalAddresses(settings, MAILBOXES, store);
  const reception = new Reception({
    service: settings,
    addresses,
    store,
    admission: new Admission(settings.limits),
    account: { refused: (reason) => refusals.push(reason) },
    filter: null,
    now: () => 0,
    addressOf: (host) => (host === 'office' ? '10.0.0.1' : '10.0.0.9'),
  });
  const policy = (connection: Connection): ServerPolicy => ({
    ...reception.policy(connection, submission),
    // biome-ignore lint/correctness/useYield: taken at once.
    *message(envelope: Envelope, content: string) {
      taken.push({ envelope, content });
      return { id: String(taken.length) };
    },
  });
  return { policy, logins: new Logins(hostForSessions(), limits, MAILBOXES) };
}

export function open(service: Partial<MailServerService> = {}, submission = false, limits: LoginLimits = LIMITS): SessionForTests {
  const settings = { ...serviceForTests, ...service };
  const taken: { envelope: Envelope; content: string }[] = [];
  const refusals: string[] = [];
  const { policy, logins } = policyForTests(settings, taken, refusals, submission, limits);
  const session = new ServerSession(settings, {
    policy: policy({ remote: { address: '10.0.0.1', port: 40_000 } } as Connection),
    logins,
    nonce: () => '<1.2@hamburger.edu>',
    refused: (reason) => refusals.push(reason),
  });
  const told = ({ reply, next }: SessionStep) => `${replyLines(reply).join('\n')}${next === 'command' ? '' : ` [${next}]`}`;
  return {
    session,
    taken,
    refusals,
    say: (line) => told(now(session.command(line))),
    content: (octets) => told(now(session.content(octets))),
    respond: (line) => told(session.response(line)),
  };
}

export function now<T>(process: Process<T>): T {
  const task = start('test', process);
  if (!task.done) throw new Error('it waits');
  return task.result as T;
}
