/**
 * Nothing that was accepted is ever lost. Every host loses power between any two events of a delivery, for good or for a while; by
 * what then lies on the disks, each recipient's copy of a message for which the sender has had its 250 was delivered, reported as
 * failed, or still waits in a queue. A second copy is counted as one. This enumerates; it does not sample.
 */
import { describe, expect, test } from 'vitest';
import { MINUTE, type Nanoseconds } from '../../quantities.ts';
import type { Scenario } from '../../scenario.ts';
import { SimulatedTrust, type Trust } from '../../tls/simulated-trust.ts';
import { aliceSends, CREPES, HAMBURGER, type MailTest, mailScenario } from '../scenario-for-tests.ts';
import { type Account, worldOf } from './crash-for-tests.ts';

const ALICE = 'alice@crepes.fr';
const RECIPIENTS = ['bob@hamburger.edu', 'carol@hamburger.edu', 'nobody@hamburger.edu', 'ann@crepes.fr', 'eve@elsewhere.org'];
const REPORTS = { notify: ['SUCCESS', 'FAILURE', 'DELAY'], returned: 'HDRS', envelopeId: 'QQ1' } as const;

const offices = [
  { ...CREPES, users: ['alice', 'ann'] },
  { ...HAMBURGER, users: ['bob', 'carol'] },
  { domain: 'elsewhere.org', host: 'mail.elsewhere.org', users: ['eve'] },
];
const HOSTS = ['alice-pc', 'ns', ...offices.map(({ host }) => host)];
/** Soon given up, so that a run with a server that stays down comes to its end. */
const service = { retry: [2 * MINUTE, 5 * MINUTE], expiry: 20 * MINUTE };

const scenarioOf = (more: Partial<MailTest>): Scenario =>
  mailScenario({ dialect: 'extended', offices, steps: [aliceSends(RECIPIENTS)], ...more, service: { ...service, ...more.service } });

interface Variant {
  readonly name: string;
  readonly scenario: Scenario;
  readonly recipients: readonly string[];
  readonly hosts: readonly string[];
  readonly downFor: readonly (Nanoseconds | null)[];
}

const BOTH = [null, 7 * MINUTE];
const secured = { tls: 'required', authentication: 'required' } as const;

const variants: readonly Variant[] = [
  { name: 'classic', scenario: scenarioOf({ dialect: 'classic' }), recipients: RECIPIENTS, hosts: HOSTS, downFor: BOTH },
  { name: 'extended', scenario: scenarioOf({}), recipients: RECIPIENTS, hosts: HOSTS, downFor: BOTH },
  {
    name: 'with reports of everything',
    scenario: scenarioOf({ steps: [aliceSends(RECIPIENTS, {}, { reports: REPORTS })] }),
    recipients: RECIPIENTS,
    hosts: HOSTS,
    downFor: BOTH,
  },
  {
    name: 'without pipelining and reports, in 7 bits',
    scenario: scenarioOf({ service: { without: ['PIPELINING', 'DSN', '8BITMIME'] } }),
    recipients: RECIPIENTS,
    hosts: HOSTS,
    downFor: BOTH,
  },
  {
    name: 'over TLS, logged in',
    scenario: scenarioOf({ service: secured, steps: [aliceSends(RECIPIENTS.slice(0, 1), {}, { tls: true })] }),
    recipients: RECIPIENTS.slice(0, 1),
    hosts: HOSTS,
    downFor: BOTH,
  },
];

interface Look {
  readonly at: Nanoseconds;
  readonly accounts: readonly Account[];
}

/** A variant with one crash after that many events: what lay on the disks then, ten minutes later, and in the end. */
function crashed({ scenario, recipients }: Variant, trust: Trust, host: string, after: number, downFor: Nanoseconds | null) {
  const world = worldOf(scenario, ALICE, trust);
  if (after > 0) world.run(after);
  world.crash(host, downFor);
  const looks: Look[] = [];
  const look = () => looks.push({ at: world.now, accounts: recipients.map((recipient) => world.account(recipient)) });
  look();
  const later = world.now + 10 * MINUTE;
  while (world.now < later && world.run(1));
  look();
  while (world.run(10_000));
  look();
  return { looks, secondReports: world.secondReports(), acceptedAt: world.acceptedAt() };
}

function eventsOf(scenario: Scenario, trust: Trust): number {
  const world = worldOf(scenario, ALICE, trust);
  let events = 0;
  while (world.run(1)) events++;
  return events;
}

describe.each(variants)('$name', (variant) => {
  const { scenario, recipients, hosts, downFor } = variant;
  const cases = hosts.flatMap((host) => downFor.map((time) => [host, time === null ? 'for good' : 'for 7 min', time] as const));
  test.each(cases)('%s goes down %s, between any two events', { timeout: 300_000 }, (host, _how, time) => {
    const trust = new SimulatedTrust(scenario.seed);
    const events = eventsOf(scenario, trust);
    expect(events).toBeGreaterThan(100);
    let accepted = 0;
    for (let after = 0; after <= events; after++) {
      const { looks, secondReports, acceptedAt } = crashed(variant, trust, host, after, time);
      if (acceptedAt !== null) accepted++;
      for (const { at, accounts } of looks) {
        accounts.forEach(({ delivered, duplicates, queued, bounced }, i) => {
          const what = `${recipients[i]} at ${at} after a crash at event ${after}`;
          if (acceptedAt !== null && at >= acceptedAt) expect(delivered + queued + bounced, what).toBeGreaterThan(0);
          expect(delivered, what).toBeLessThanOrEqual(1 + duplicates);
        });
      }
      if (time === null || acceptedAt === null) continue;
      // Everybody is up again, and everything over: each copy has one fate.
      const { accounts } = looks.at(-1) as Look;
      const fates = accounts.map(({ delivered, queued, bounced }) => [delivered > 0, queued, bounced > 0]);
      expect(fates).toEqual(recipients.map((recipient) => (recipient.startsWith('nobody') ? [false, 0, true] : [true, 0, false])));
      const copies = accounts.reduce((sum, { delivered }) => sum + delivered, 0);
      expect(copies + secondReports).toBe(
        recipients.filter((recipient) => !recipient.startsWith('nobody')).length + (accounts[0]?.duplicates ?? 0),
      );
    }
    // That this was about something.
    expect(accepted).toBeGreaterThan(events / 3);
  });
});
