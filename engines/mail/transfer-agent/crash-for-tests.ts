/** Runs a scenario with a host losing power between any two events, and accounts for every message by what lies on the disks. */
import { Kernel } from '../../kernel/kernel.ts';
import { metrics } from '../../metrics.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { protocols } from '../../protocols.ts';
import type { Nanoseconds } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import type { Scenario } from '../../scenario.ts';
import { Schedule } from '../../schedule.ts';
import type { Trust } from '../../tls/simulated-trust.ts';
import { MailboxStore } from '../mailbox/mailbox-store.ts';
import type { MailboxService } from '../scenario.ts';
import { MailQueue } from './mail-queue.ts';

export interface World {
  /** Up to that many events; true while there is more to do. */
  run(events: number): boolean;
  /** A host loses power now; `downFor` null: for good. */
  crash(host: string, downFor: Nanoseconds | null): void;
  /** What became of a recipient's copy, by the disks. */
  account(recipient: string): Account;
  /** Reports that lie in the sender's mailbox although the same one does already. */
  secondReports(): number;
  readonly now: Nanoseconds;
  /** When the sender's user agent received its server's 250 for the message; null: never. The end: nothing may be run afterwards. */
  acceptedAt(): Nanoseconds | null;
}

export interface Account {
  /** Copies in the mailbox, and how many of them servers say were second ones. */
  readonly delivered: number;
  readonly duplicates: number;
  /** Servers in whose queue it is. */
  readonly queued: number;
  /** Reports of its failure: in the sender's mailbox, or in a queue on the way there. */
  readonly bounced: number;
}

/** `trust` may be shared by worlds of one scenario: keys take time to make. */
export function worldOf(scenario: Scenario, sender: string, trust: Trust): World {
  const kernel = new Kernel(scenario.seed);
  const recorder = new Recorder(metrics);
  const network = new SimulatedNetwork(kernel, scenario, recorder);
  const host = (name: string) => network.host(name);
  const world = {
    scenario,
    trust,
    host,
    boot: network.boot.bind(network),
    tap: network.tap.bind(network),
    divert: network.divert.bind(network),
    path: network.path.bind(network),
  };
  const installed = [network, ...protocols.map((protocol) => protocol.install(world))];
  const schedule = new Schedule(kernel, scenario.steps, (action) => {
    for (const one of installed) {
      const process = one.perform?.(action);
      if (process) return process;
    }
    throw new Error(`no engine performs ${action.kind}`);
  });
  schedule.begin();
  const mailboxes = scenario.services.filter((service): service is MailboxService => service.kind === 'mail.mailbox');
  const servers = scenario.services.flatMap((service) => (service.kind === 'mail.server' ? [service.host] : []));
  const stored = (address: string) => {
    const mailbox = mailboxes.find((one) => one.address === address);
    return mailbox ? new MailboxStore(host(mailbox.host).disk).messages(address).map(({ octets }) => octets) : [];
  };
  const isReport = (octets: string) => octets.includes('report-type=delivery-status');
  return {
    run: (events) => kernel.run(events),
    get now() {
      return kernel.now;
    },
    crash(name, downFor) {
      network.crash(name);
      if (downFor !== null) kernel.schedule(downFor, () => network.restore(name));
    },
    account(recipient) {
      const reports = (octets: string) => octets.includes(`Final-Recipient: rfc822; ${recipient}\r\nAction: failed`);
      const queued = servers.flatMap((name) => new MailQueue(host(name)).messages());
      return {
        delivered: stored(recipient).filter((octets) => !isReport(octets)).length,
        duplicates: servers.reduce((sum, name) => sum + (host(name).disk.get<number>('mail/duplicates') ?? 0), 0),
        queued: queued.filter(
          ({ content, destinations }) =>
            !isReport(content) && destinations.some(({ recipients }) => recipients.some((one) => one.address === recipient)),
        ).length,
        bounced: [...stored(sender), ...queued.map(({ content }) => content)].filter(reports).length,
      };
    },
    secondReports() {
      const ids = stored(sender)
        .filter(isReport)
        .map((octets) => /\r\nMessage-ID: (\S+)/.exec(octets)?.[1]);
      return ids.length - new Set(ids).size;
    },
    acceptedAt() {
      const { messages, innerMessages, strings } = recorder.tables();
      for (let i = 0; i < messages.rows; i++) {
        const inner = messages.inner[i] as number;
        const label = strings[(inner >= 0 ? innerMessages.label[inner] : messages.label[i]) as number] as string;
        const receiver = scenario.hosts[messages.to[i] as number]?.name;
        if (receiver === 'alice-pc' && /^250 .*accepted for delivery/.test(label)) {
          const at = messages.receivedAt[i] as number;
          if (!Number.isNaN(at)) return at;
        }
      }
      return null;
    },
  };
}
