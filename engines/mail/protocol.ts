/** Mail, as the engines know it: SMTP servers and mailboxes, the step that sends, the expectation that counts. */
import { compare } from '../comparison.ts';
import { count } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import type { Installed, Judgement, Protocol, StepOutcome, World } from '../protocol.ts';
import { EPOCH, SECOND } from '../quantities.ts';
import type { Comparison } from '../scenario.ts';
import { KeyRing } from './end-to-end/key-ring.ts';
import { readMail } from './end-to-end/reading.ts';
import { MailboxStore } from './mailbox/mailbox-store.ts';
import { canonicalAddress } from './message/address.ts';
import { subjectOf } from './message/message-format.ts';
import { mailMetrics } from './metrics.ts';
import type { MailboxExpectation, MailboxService, MailServerService, ReadingExpectation, SendAction, TamperAction } from './scenario.ts';
import { submit } from './smtp/user-agent.ts';
import { DeliveryTracker } from './transfer-agent/delivery-tracker.ts';
import { mailServer, TAMPERING } from './transfer-agent/mail-server.ts';

export const mail: Protocol = {
  name: 'mail',
  metrics: mailMetrics,
  install,
};

function install(world: World): Installed {
  const tracker = new DeliveryTracker();
  const ring = new KeyRing(world.scenario.seed, world.trust);
  const servers = world.scenario.services.filter((service): service is MailServerService => service.kind === 'mail.server');
  const mailboxes = world.scenario.services.filter((service): service is MailboxService => service.kind === 'mail.mailbox');
  for (const service of servers) {
    const kept = mailboxes.filter(({ host }) => host === service.host);
    world.boot(service.host, 'mail server', (host) => mailServer(host, service, kept, tracker));
  }
  return {
    perform(action) {
      if (action.kind === 'mail.send') return send(world, servers, tracker, ring, action);
      if (action.kind === 'mail.tamper') return tamperFromNowOn(world, action);
      return undefined;
    },
    judge(expected) {
      if (expected.kind === 'mail.mailbox') return judge(world, mailboxes, expected);
      if (expected.kind === 'mail.reading') return judgeReading(world, mailboxes, ring, expected);
      return undefined;
    },
  };
}

/** Done when the fate of every recipient is known. */
function* send(
  world: World,
  servers: readonly MailServerService[],
  tracker: DeliveryTracker,
  ring: KeyRing,
  action: SendAction,
): Process<StepOutcome> {
  const host = world.host(action.host);
  // The user agent of the textbook's user speaks as the textbook's server does.
  const dialect = servers.find((service) => service.host === action.server)?.dialect ?? 'extended';
  const envelope = tracker.begin(action.from, action.to, host.now());
  let began = false;
  host.spawn(
    'user agent',
    (function* (): Process {
      began = true;
      try {
        yield* submit(host, action, dialect, tracker, envelope, ring);
      } finally {
        tracker.interrupt(envelope, `${host.name} went down before it was sent`);
      }
    })(),
  );
  if (!began) tracker.interrupt(envelope, `${host.name} is down`);
  return yield* tracker.outcome(envelope);
}

function judge(world: World, mailboxes: readonly MailboxService[], { address, comparison, messages }: MailboxExpectation): Judgement {
  const expected = `${WORDS[comparison]}${count(messages, 'message')}`;
  const mailbox = mailboxes.find((one) => canonicalAddress(one.address) === canonicalAddress(address));
  if (!mailbox) return { passed: false, expected, measured: 'no such mailbox' };
  const found = new MailboxStore(world.host(mailbox.host).disk).messages(address);
  const last = found.at(-1);
  const passed = compare(found.length, comparison, messages);
  return { passed, expected, measured: count(found.length, 'message'), ...(last ? { decidedAt: last.arrivedAt } : {}) };
}

// biome-ignore lint/correctness/useYield: it takes no time.
function* tamperFromNowOn(world: World, { host, replace, by }: TamperAction): Process<StepOutcome> {
  world.host(host).disk.set(TAMPERING, { replace, by });
  return { outcome: `${host} alters what it takes from now on`, succeeded: true };
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

const WORDS: Readonly<Record<Comparison, string>> = {
  '=': '',
  '!=': 'not ',
  '<': 'fewer than ',
  '<=': 'at most ',
  '>=': 'at least ',
  '>': 'more than ',
};
