/**
 * Nothing that was accepted is ever lost. Every host loses power between any two events of a delivery, for good or for a while; by
 * what then lies on the disks, each recipient's copy of a message for which the sender has had its 250 was delivered, reported as
 * failed, or still waits in a queue. A second copy is counted as one. This enumerates; it does not sample.
 */
import { describe, expect, test } from 'vitest';
import { MINUTE, type Nanoseconds } from '../../quantities.ts';
import type { Scenario } from '../../scenario.ts';
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

const variants: readonly (readonly [string, Scenario])[] = [
  ['classic', scenarioOf({ dialect: 'classic' })],
  ['extended', scenarioOf({})],
  ['extended, with reports of everything', scenarioOf({ steps: [aliceSends(RECIPIENTS, {}, { reports: REPORTS })] })],
  ['without pipelining and reports, seven bits', scenarioOf({ service: { without: ['PIPELINING', 'DSN', '8BITMIME'] } })],
  [
    'over TLS, logged in',
    scenarioOf({ service: { tls: 'required', authentication: 'required' }, steps: [aliceSends(RECIPIENTS, {}, { tls: true })] }),
  ],
];

interface Look {
  readonly at: Nanoseconds;
  readonly accounts: readonly Account[];
}

/** The same scenario with one crash after that many events: what lay on the disks then, ten minutes later, and in the end. */
function crashed(scenario: Scenario, host: string, after: number, downFor: Nanoseconds | null) {
  const world = worldOf(scenario, ALICE);
  if (after > 0) world.run(after);
  world.crash(host, downFor);
  const looks: Look[] = [];
  const look = () => looks.push({ at: world.now, accounts: RECIPIENTS.map((recipient) => world.account(recipient)) });
  look();
  const later = world.now + 10 * MINUTE;
  while (world.now < later && world.run(1));
  look();
  while (world.run(10_000));
  look();
  return { looks, acceptedAt: world.acceptedAt() };
}

function eventsOf(scenario: Scenario): number {
  const world = worldOf(scenario, ALICE);
  let events = 0;
  while (world.run(1)) events++;
  return events;
}

describe.each(variants)('%s', (_name, scenario) => {
  test.each(
    HOSTS.flatMap((host) => [null, 7 * MINUTE].map((downFor) => [host, downFor === null ? 'for good' : 'for 7 min', downFor] as const)),
  )(
    '%s goes down %s, between any two events',
    (host, _how, downFor) => {
      const events = eventsOf(scenario);
      expect(events).toBeGreaterThan(150);
      let accepted = 0;
      for (let after = 0; after <= events; after++) {
        const { looks, acceptedAt } = crashed(scenario, host, after, downFor);
        if (acceptedAt !== null) accepted++;
        for (const { at, accounts } of looks) {
          accounts.forEach(({ delivered, duplicates, queued, bounced }, i) => {
            const what = `${RECIPIENTS[i]} at ${at} after a crash at event ${after}`;
            if (acceptedAt !== null && at >= acceptedAt) expect(delivered + queued + bounced, what).toBeGreaterThan(0);
            expect(delivered, what).toBeLessThanOrEqual(1 + duplicates);
          });
        }
        // Everybody up again, everything ends: each copy has one fate, but for what was delivered without its sender knowing.
        if (downFor !== null && acceptedAt !== null) {
          const [bob, carol, nobody, ann, eve] = (looks.at(-1) as Look).accounts;
          expect([bob, carol, nobody, ann, eve].map((one) => one?.queued)).toEqual([0, 0, 0, 0, 0]);
          expect([bob, carol, ann, eve].map((one) => Math.min(one?.delivered ?? 0, 1))).toEqual([1, 1, 1, 1]);
          expect([bob, carol, ann, eve].map((one) => one?.bounced)).toEqual([0, 0, 0, 0]);
          expect([nobody?.delivered, (nobody?.bounced ?? 0) > 0]).toEqual([0, true]);
          const copies = [bob, carol, ann, eve].reduce((sum, one) => sum + (one?.delivered ?? 0), 0);
          expect(copies).toBe(4 + (bob?.duplicates ?? 0));
        }
      }
      // That this was about something: of the crashes, most come after the 250.
      expect(accepted).toBeGreaterThan(host === 'mail.crepes.fr' || host === 'alice-pc' || host === 'ns' ? events / 3 : events);
    },
    300_000,
  );
});
