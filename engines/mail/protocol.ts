/** Mail, as the engines know it: SMTP servers and mailboxes, the step that sends, the expectation that counts. */
import { compare } from '../comparison.ts';
import { count } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import { onHost } from '../on-host.ts';
import type { Installed, Judgement, Protocol, StepOutcome, World } from '../protocol.ts';
import type { Comparison } from '../scenario.ts';
import { FilterObserver } from './filters/filter-observer.ts';
import { MailFilter } from './filters/mail-filter.ts';
import { sendStream } from './filters/sample-stream.ts';
import type { MailFilterService } from './filters/scenario.ts';
import { MailboxStore } from './mailbox/mailbox-store.ts';
import { canonicalAddress } from './message/address.ts';
import { mailMetrics } from './metrics.ts';
import type { Dialect, MailboxExpectation, MailboxService, MailServerService, SendAction } from './scenario.ts';
import { submit } from './smtp/user-agent.ts';
import { DeliveryTracker } from './transfer-agent/delivery-tracker.ts';
import { mailServer } from './transfer-agent/mail-server.ts';
import { installWebmail } from './webmail/installation.ts';

export const mail: Protocol = {
  name: 'mail',
  metrics: mailMetrics,
  install,
};

function install(world: World): Installed {
  const tracker = new DeliveryTracker();
  const observer = new FilterObserver();
  const filters = world.scenario.services.filter((service): service is MailFilterService => service.kind === 'mail.filter');
  const servers = world.scenario.services.filter((service): service is MailServerService => service.kind === 'mail.server');
  const mailboxes = world.scenario.services.filter((service): service is MailboxService => service.kind === 'mail.mailbox');
  for (const service of servers) {
    const kept = mailboxes.filter(({ host }) => host === service.host);
    const filtering = filters.find(({ host }) => host === service.host);
    const filter = filtering ? new MailFilter(world.host(service.host), filtering, observer) : null;
    world.boot(service.host, 'mail server', (host) => mailServer(host, service, kept, tracker, filter));
  }
  const dialectOf = (server: string): Dialect => servers.find(({ host }) => host === server)?.dialect ?? 'extended';
  const webmail = installWebmail(world, mailboxes, tracker, dialectOf);
  return {
    perform(action) {
      switch (action.kind) {
        case 'mail.send':
          return send(world, servers, tracker, action);
        case 'mail.webmail':
          return webmail(action);
        case 'mail.stream':
          return onHost(world.host(action.host), (host) => sendStream(host, action, dialectOf(action.server), tracker, observer));
        default:
          return undefined;
      }
    },
    judge: (expected) => (expected.kind === 'mail.mailbox' ? judge(world, mailboxes, expected) : undefined),
  };
}

/** Done when the fate of every recipient is known. */
function* send(world: World, servers: readonly MailServerService[], tracker: DeliveryTracker, action: SendAction): Process<StepOutcome> {
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
        yield* submit(host, action, dialect, tracker, envelope);
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

const WORDS: Readonly<Record<Comparison, string>> = {
  '=': '',
  '!=': 'not ',
  '<': 'fewer than ',
  '<=': 'at most ',
  '>=': 'at least ',
  '>': 'more than ',
};
