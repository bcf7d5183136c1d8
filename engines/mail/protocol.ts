/** Mail, as the engines know it: SMTP servers and mailboxes, the step that sends, the expectation that counts. */
import { compare } from '../comparison.ts';
import { count } from '../format.ts';
import { atOnce, type Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import { utf8Octets } from '../network/octets.ts';
import { SessionStates } from '../network/session-states.ts';
import { onHost } from '../on-host.ts';
import type { Installed, Judgement, Protocol, StepOutcome, World } from '../protocol.ts';
import { EPOCH, SECOND } from '../quantities.ts';
import { secureAsClient, secureAsServer } from '../tls/secured-connection.ts';
import { attacks } from './attack/steps.ts';
import { tamperFromNowOn } from './end-to-end/curious-server.ts';
import { KeyRing } from './end-to-end/key-ring.ts';
import { readMail } from './end-to-end/reading.ts';
import { FilterObserver } from './filters/filter-observer.ts';
import { MailFilter } from './filters/mail-filter.ts';
import { sendStream } from './filters/sample-stream.ts';
import type { MailFilterService } from './filters/scenario.ts';
import { expectedMessages, installAccess, judgeAccess, performAccess } from './mailbox/access.ts';
import { loginLimitsOf } from './mailbox/logins.ts';
import { MailboxStore } from './mailbox/mailbox-store.ts';
import { canonicalAddress, domainOf } from './message/address.ts';
import { subjectOf } from './message/message-format.ts';
import { mailMetrics } from './metrics.ts';
import type {
  MailAddress,
  MailboxExpectation,
  MailboxService,
  MailServerService,
  ReadingExpectation,
  SendAction,
  TamperAction,
  TlsPolicy,
} from './scenario.ts';
import type { DkimSigningService, SenderCheckService } from './sender-authentication/scenario.ts';
import { SenderPolicy } from './sender-authentication/sender-policy.ts';
import type { Protection } from './smtp/client.ts';
import { SMTP_PORT, SUBMISSION_PORT } from './smtp/server.ts';
import { ServerAccount } from './smtp/server-account.ts';
import { type Submission, UserAgents } from './smtp/user-agent.ts';
import { DeliveryTracker } from './transfer-agent/delivery-tracker.ts';
import { type MailServerSurroundings, mailServer } from './transfer-agent/mail-server.ts';
import { installWebmail } from './webmail/installation.ts';

export const mail: Protocol = {
  name: 'mail',
  metrics: mailMetrics,
  install,
};

function install(world: World): Installed {
  const tracker = new DeliveryTracker();
  const ring = new KeyRing(world.scenario.seed, world.trust);
  const observer = new FilterObserver();
  const filters = world.scenario.services.filter((service): service is MailFilterService => service.kind === 'mail.filter');
  const servers = world.scenario.services.filter((service): service is MailServerService => service.kind === 'mail.server');
  const mailboxes = world.scenario.services.filter((service): service is MailboxService => service.kind === 'mail.mailbox');
  const agents = new UserAgents(tracker, ring);
  const attack = attacks(world, tracker);
  const seen = seenAddresses(world.scenario);
  for (const service of servers) {
    const host = world.host(service.host);
    const filtering = filters.find((one) => one.host === service.host);
    const surroundings: Omit<MailServerSurroundings, 'host'> = {
      service,
      mailboxes: mailboxes.filter((one) => one.host === service.host),
      limits: loginLimitsOf(world.scenario, service.host),
      tracker,
      filter: filtering ? new MailFilter(host, filtering, world.scenario.seed, observer) : null,
      senderPolicy: senderPolicy(world, host),
      account: new ServerAccount(host),
      states: new SessionStates(),
      secure:
        service.tls === 'off'
          ? null
          : (connection) => secureAsServer(host, connection, { credentials: world.trust.credentials(service.certificate) }),
      protection: (server) => protection(world, host, service.tls, server),
      addressOf: (name) => seen(name, service.host) ?? world.host(name).address,
    };
    world.boot(service.host, 'mail server', (booted) => mailServer({ host: booted, ...surroundings }));
  }
  const submissionOf = (host: Host, wanted: Wanted) => submission(world, servers, mailboxes, host, wanted);
  const webmail = installWebmail(world, mailboxes, tracker, submissionOf);
  installAccess(world);
  return {
    perform(action) {
      switch (action.kind) {
        case 'mail.send':
          return send(world.host(action.host), tracker, agents, submissionOf, action);
        case 'mail.stream':
          return onHost(world.host(action.host), (host) => sendStream(host, action, submissionOf(host, action), tracker, observer));
        case 'mail.webmail':
          return webmail(action);
        case 'mail.tamper':
          return tamper(world, action);
        default:
          return performAccess(world, action) ?? attack(action);
      }
    },
    judge(expected) {
      if (expected.kind === 'mail.mailbox') return judge(world, mailboxes, expected);
      if (expected.kind === 'mail.reading') return judgeReading(world, mailboxes, ring, expected);
      return judgeAccess(world, expected);
    },
  };
}

function senderPolicy({ scenario }: World, host: Host): SenderPolicy {
  const check = scenario.services.find((one): one is SenderCheckService => one.kind === 'mail.sender-check' && one.host === host.name);
  const signings = scenario.services.filter((one): one is DkimSigningService => one.kind === 'mail.dkim' && one.host === host.name);
  return new SenderPolicy(host, check ?? null, signings);
}

/** What a client's sessions with a server are protected by. Without need, whoever the server is will do (RFC 7435). */
function protection(world: World, host: Host, policy: TlsPolicy, server: string): Protection | null {
  if (policy === 'off') return null;
  const trust = policy === 'required' ? world.trust.roots : 'anybody';
  return {
    kind: policy === 'required' ? 'always' : 'if offered',
    secure: (connection) => secureAsClient(host, connection, { serverName: server, trust }),
  };
}

/** What a submission goes by. */
interface Wanted {
  readonly from: MailAddress;
  readonly server: string;
  /** Only over TLS. */
  readonly tls?: boolean;
  /** Octets; without it, the password of the sender's mailbox. */
  readonly password?: string | null;
}

/** How a user agent on a host talks to a server on its user's behalf. */
function submission(
  world: World,
  servers: readonly MailServerService[],
  mailboxes: readonly MailboxService[],
  host: Host,
  { from, server: name, tls, password: given }: Wanted,
): Submission {
  const server = servers.find((service) => service.host === name);
  const mailbox = mailboxes.find(({ address }) => canonicalAddress(address) === canonicalAddress(from));
  const own = server?.domains.some((domain) => domain.toLowerCase() === domainOf(from)) ?? false;
  // The user agent of the textbook's user speaks as the textbook's server does.
  const dialect = server?.dialect ?? 'extended';
  const password = given ?? mailbox?.password ?? null;
  return {
    dialect,
    port: own && dialect === 'extended' ? SUBMISSION_PORT : SMTP_PORT,
    protection: tls ? protection(world, host, 'required', name) : null,
    credentials: own && password !== null ? { user: utf8Octets(from), password } : null,
  };
}

/** Done when the fate of every recipient is known. */
function* send(
  host: Host,
  tracker: DeliveryTracker,
  agents: UserAgents,
  submissionOf: (host: Host, wanted: Wanted) => Submission,
  action: SendAction,
): Process<StepOutcome> {
  const envelope = tracker.begin(action.from, action.to, host.now());
  agents.submit(host, action, submissionOf(host, action), envelope);
  return yield* tracker.outcome(envelope);
}

function judge(world: World, mailboxes: readonly MailboxService[], { address, comparison, messages }: MailboxExpectation): Judgement {
  const expected = expectedMessages(comparison, messages);
  const mailbox = mailboxes.find((one) => canonicalAddress(one.address) === canonicalAddress(address));
  if (!mailbox) return { passed: false, expected, measured: 'no such mailbox' };
  const found = new MailboxStore(world.host(mailbox.host).disk).allMessages(address);
  const last = found.reduce<(typeof found)[number] | null>((a, b) => (a && a.arrivedAt > b.arrivedAt ? a : b), null);
  const passed = compare(found.length, comparison, messages);
  return { passed, expected, measured: count(found.length, 'message'), ...(last ? { decidedAt: last.arrivedAt } : {}) };
}

function tamper(world: World, action: TamperAction): Process<StepOutcome> {
  return atOnce(() => {
    tamperFromNowOn(world.host(action.host), action);
    return { outcome: `${action.host} alters what it takes from now on`, succeeded: true };
  });
}

function judgeReading(
  world: World,
  mailboxes: readonly MailboxService[],
  ring: KeyRing,
  { address, subject, reader, expected }: ReadingExpectation,
): Judgement {
  const wanted = expected.kind === 'says' ? `says “${expected.text}”` : expected.kind === 'signature' ? expected.state : expected.kind;
  const mailbox = mailboxes.find((one) => canonicalAddress(one.address) === canonicalAddress(address));
  const host = mailbox && world.host(mailbox.host);
  const found = host && new MailboxStore(host.disk).messages(address).findLast(({ octets }) => subjectOf(octets) === subject);
  if (!found) return { passed: false, expected: wanted, measured: `no mail “${subject}”` };
  const { text, problem, signature } = readMail(found.octets, reader, ring, EPOCH + Math.floor(host.now() / SECOND));
  const said = text === null ? `unreadable: ${problem}` : `readable: “${text.trim()}”`;
  const decided = { expected: wanted, decidedAt: found.arrivedAt };
  if (expected.kind === 'signature') {
    const detail = signature.kind === 'valid' ? `: by ${signature.by}` : signature.kind === 'invalid' ? `: ${signature.reason}` : '';
    return { ...decided, passed: signature.kind === expected.state, measured: `${signature.kind}${detail}` };
  }
  if (expected.kind === 'says') return { ...decided, passed: text?.includes(expected.text) ?? false, measured: said };
  return { ...decided, passed: (text !== null) === (expected.kind === 'readable'), measured: said };
}
