/** What can go wrong between servers, and what becomes of the mail. */
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Action, Scenario, Step, Timing } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { aliceSends, CREPES, HAMBURGER, lastContent, mailScenario } from '../scenario-for-tests.ts';

const BOB = ['bob@hamburger.edu'];
const bobHas = (messages: number) => ({ kind: 'mail.mailbox', address: 'bob@hamburger.edu', comparison: '=', messages }) as const;
const aliceHas = (messages: number) => ({ kind: 'mail.mailbox', address: 'alice@crepes.fr', comparison: '=', messages }) as const;

function outcomes(run: Run): string[] {
  return run.steps.map(({ outcome }) => outcome);
}

function notes(run: Run): string[] {
  return [...run.states.note].filter((note) => note >= 0).map((note) => run.strings[note] as string);
}

function metric(run: Run, name: string, host: string): number[] {
  return [...(run.series.find((one) => one.metric === name && one.subjects[0] === host)?.values ?? [])];
}

/** The scenario with its steps at these times. */
function at(scenario: Scenario, times: readonly number[]): Scenario {
  const steps = scenario.steps.map((step, i): Step => ({ ...step, timing: { kind: 'at', time: times[i] as number } satisfies Timing }));
  return { ...scenario, steps };
}

const crash = (host: string, downFor: number | null): Action => ({ kind: 'network.crash', host, downFor });

describe('what cannot be delivered', () => {
  test('an unknown user at another server: 550 there, a notification in Alice’s mailbox', () => {
    const run = simulate(
      mailScenario({ dialect: 'classic', steps: [aliceSends(['nobody@hamburger.edu'])], expectations: [aliceHas(1), bobHas(0)] }),
    );
    expect(outcomes(run)).toEqual(['bounced: 550 nobody@hamburger.edu... User unknown']);
    expect(run.steps[0]?.succeeded).toBe(false);
    expect(run.checks.every(({ passed }) => passed)).toBe(true);
    expect(notes(run)).toEqual([
      'queued',
      'refused: no such user',
      'bounced: 550 nobody@hamburger.edu... User unknown',
      'delivered to alice@crepes.fr',
    ]);
    expect(metric(run, 'bounces', 'mail.crepes.fr')).toEqual([1]);
  });

  test('an unknown user at one’s own server is refused at once', () => {
    const run = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(['nobody@crepes.fr'])], expectations: [aliceHas(0)] }));
    expect(outcomes(run)).toEqual(['refused: 550 5.1.1 No such user: nobody@crepes.fr']);
    expect(run.checks[0]?.passed).toBe(true);
  });

  test('an unknown domain', () => {
    const run = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(['bob@nowhere.example'])], expectations: [aliceHas(1)] }));
    expect(outcomes(run)).toEqual(['bounced: no such domain: nowhere.example']);
    expect(run.checks[0]?.passed).toBe(true);
  });

  test('a domain that takes no mail', () => {
    const records = [{ name: 'silent.org.', ttl: 60, data: { type: 'MX', preference: 0, exchange: '.' } }] as const;
    const run = simulate(mailScenario({ dialect: 'extended', records, steps: [aliceSends(['bob@silent.org'])] }));
    expect(outcomes(run)).toEqual(['bounced: silent.org takes no mail (null MX)']);
  });

  test('mail that would come back to the same server', () => {
    const records = [{ name: 'loop.org.', ttl: 60, data: { type: 'MX', preference: 0, exchange: 'mail.crepes.fr.' } }] as const;
    const run = simulate(mailScenario({ dialect: 'extended', records, steps: [aliceSends(['bob@loop.org'])] }));
    expect(outcomes(run)).toEqual(['bounced: mail for loop.org loops back to this server']);
  });

  test.each([
    [1, 10],
    [2, 10],
    [3, 10],
    [4, 11],
  ])('a server never hands on to an exchanger that is not preferred to itself (seed %d, preference %d)', (seed, preference) => {
    const records = [
      { name: 'loop.org.', ttl: 60, data: { type: 'MX', preference: 10, exchange: 'mail.crepes.fr.' } },
      { name: 'loop.org.', ttl: 60, data: { type: 'MX', preference, exchange: 'mail.hamburger.edu.' } },
    ] as const;
    const run = simulate(mailScenario({ dialect: 'extended', seed, records, steps: [aliceSends(['bob@loop.org'])] }));
    expect(outcomes(run)).toEqual(['bounced: mail for loop.org loops back to this server']);
  });

  test('the postmaster can be reached, even without a domain', () => {
    const run = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(['postmaster', 'Postmaster@hamburger.edu'])] }));
    expect(outcomes(run)).toEqual(['delivered to postmaster, Postmaster@hamburger.edu']);
  });

  test('relay for strangers is refused', () => {
    const mallory = aliceSends(BOB, {}, { from: 'mallory@evil.example' });
    const run = simulate(mailScenario({ dialect: 'classic', steps: [mallory], expectations: [bobHas(0)] }));
    expect(outcomes(run)).toEqual(['refused: 550 bob@hamburger.edu... Relaying denied']);
    expect(run.checks[0]?.passed).toBe(true);
  });

  test('a message that is too big for the next server', () => {
    const offices = [CREPES, { ...HAMBURGER, service: { maximumSize: 200 } }];
    const run = simulate(mailScenario({ dialect: 'extended', offices, steps: [aliceSends(BOB)] }));
    expect(outcomes(run)).toEqual(['bounced: 552 5.3.4 Message exceeds maximum size of 200 octets']);
  });

  test('a full mailbox is tried again until the message is too old', () => {
    const offices = [CREPES, { ...HAMBURGER, quota: 100 }];
    const service = { expiry: 1 * HOUR };
    const run = simulate(mailScenario({ dialect: 'extended', offices, service, steps: [aliceSends(BOB)] }));
    expect(outcomes(run)).toEqual(['bounced: not delivered in time: 452 4.2.2 Mailbox full: bob@hamburger.edu']);
    expect(metric(run, 'retries', 'mail.crepes.fr')).toEqual([1, 2, 3]);
  });

  test('a message with a hundred trace lines has gone in circles', () => {
    const octets = `${'Received: from a by b; Thu, 01 Jan 2026 00:00:00 +0000\r\n'.repeat(100)}Subject: round\r\n\r\n`;
    const run = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(BOB, {}, { message: { kind: 'octets', octets } })] }));
    expect(outcomes(run)).toEqual(['refused: 554 5.4.6 Too many hops, this mail is looping']);
  });

  test('a notification that cannot be delivered is dropped, not bounced', () => {
    const ghost = aliceSends(['nobody@hamburger.edu'], {}, { from: 'ghost@crepes.fr' });
    const run = simulate(mailScenario({ dialect: 'extended', steps: [ghost] }));
    expect(outcomes(run)).toEqual(['bounced: 550 5.1.1 No such user: nobody@hamburger.edu']);
    expect(notes(run)).toContain('notification dropped: no such user');
    expect(metric(run, 'bounces', 'mail.crepes.fr')).toEqual([1]);
  });

  test('no mail server at all: the user agent says so', () => {
    const nowhere = aliceSends(BOB, {}, { server: 'alice-pc' });
    const lost = aliceSends(BOB, {}, { server: 'mail.nowhere.example' });
    const run = simulate(mailScenario({ dialect: 'extended', steps: [nowhere, lost] }));
    expect(outcomes(run)).toEqual(['refused: connection refused', 'refused: no such domain: mail.nowhere.example']);
  });

  test('the notification is a report that another reader of mail understands', async () => {
    // The receiving server finds the mailbox full only when the message is there, so the notification travels back.
    const offices = [
      { ...CREPES, service: { dialect: 'classic' as const } },
      { ...HAMBURGER, quota: 100 },
    ];
    const run = simulate(
      mailScenario({
        dialect: 'extended',
        offices,
        service: { dialect: 'classic' },
        steps: [aliceSends(BOB)],
        expectations: [aliceHas(1)],
      }),
    );
    expect(outcomes(run)).toEqual(['bounced: the mailbox is full']);
    expect(run.checks[0]?.passed).toBe(true);
    const mail = await simpleParser(Buffer.from(lastContent(run, 'mail.crepes.fr'), 'latin1'));
    expect(mail.subject).toBe('Undelivered mail returned to sender');
    expect(mail.from?.value).toEqual([{ address: 'mailer-daemon@hamburger.edu', name: 'Mail Delivery System' }]);
    expect(mail.headers.get('content-type')).toMatchObject({ value: 'multipart/report', params: { 'report-type': 'delivery-status' } });
    // This reader puts the report for programs behind the one for people.
    expect(mail.text).toContain('<bob@hamburger.edu>\n    the mailbox is full\n');
    expect(mail.text).toContain('Final-Recipient: rfc822; bob@hamburger.edu\nAction: failed\nStatus: 5.2.2\n');
    expect(mail.attachments.map(({ contentType }) => contentType)).toEqual(['message/rfc822']);
    const returned = await simpleParser(mail.attachments[0]?.content as Buffer);
    expect([returned.subject, returned.text]).toEqual(['Condiments', 'Do you like ketchup?\nHow about pickles?\n']);
  });
});

describe('what can be delivered later', () => {
  test('the receiving server is down for a while: tried again by schedule', () => {
    const scenario = mailScenario({
      dialect: 'extended',
      steps: [crash('mail.hamburger.edu', 20 * MINUTE), aliceSends(BOB)],
      expectations: [bobHas(1), aliceHas(0)],
    });
    const run = simulate(at(scenario, [0, 1 * SECOND]));
    expect(run.steps[1]).toMatchObject({ outcome: 'delivered to bob@hamburger.edu', succeeded: true });
    expect(run.checks.every(({ passed }) => passed)).toBe(true);
    expect(metric(run, 'retries', 'mail.crepes.fr').length).toBeGreaterThan(0);
    expect(notes(run).some((note) => note.startsWith('put off: connection '))).toBe(true);
    expect(run.duration).toBeGreaterThan(15 * MINUTE);
  });

  test('the receiving server never comes back: bounced when the message is too old', () => {
    const scenario = mailScenario({
      dialect: 'extended',
      service: { expiry: 4 * HOUR },
      steps: [crash('mail.hamburger.edu', null), aliceSends(BOB)],
      expectations: [aliceHas(1)],
    });
    const run = simulate(at(scenario, [0, 1 * SECOND]));
    expect(run.steps[1]?.outcome).toMatch(/^bounced: not delivered in time: connection /);
    expect(run.checks[0]?.passed).toBe(true);
    expect(run.steps[1]?.endedAt).toBeGreaterThanOrEqual(4 * HOUR);
    expect(run.steps[1]?.endedAt).toBeLessThan(5 * HOUR);
  });

  test('nothing listens at the preferred exchanger: the next one takes it', () => {
    const records = [{ name: 'hamburger.edu.', ttl: 60, data: { type: 'MX', preference: 5, exchange: 'alice-pc.' } }] as const;
    const run = simulate(mailScenario({ dialect: 'extended', records, steps: [aliceSends(BOB)], expectations: [bobHas(1)] }));
    expect(run.steps[0]?.outcome).toBe('delivered to bob@hamburger.edu');
    expect(metric(run, 'retries', 'mail.crepes.fr')).toEqual([]);
    expect([...run.connections.ending].map((ending) => run.strings[ending])).toContain('refused');
  });

  test.each([
    ['the first one cannot be reached for now, the second does not exist', ['alice-pc.', 'gone.example.']],
    ['the first one does not exist, the second cannot be reached for now', ['gone.example.', 'alice-pc.']],
  ])('one exchanger may come back, the other never will: %s, so it is tried again', (_, exchangers) => {
    const records = exchangers.map(
      (exchange, i) => ({ name: 'split.org.', ttl: 60, data: { type: 'MX', preference: 10 * (i + 1), exchange } }) as const,
    );
    const service = { expiry: 1 * HOUR };
    const run = simulate(mailScenario({ dialect: 'extended', service, records, steps: [aliceSends(['eve@split.org'])] }));
    expect(outcomes(run)).toEqual(['bounced: not delivered in time: connection refused']);
    expect(metric(run, 'retries', 'mail.crepes.fr').length).toBeGreaterThan(1);
  });

  test('exchangers of equal preference share the load', () => {
    const shared = (host: string) => ({ domain: 'shared.org', host, users: ['eve'] });
    const offices = [CREPES, shared('mx1.shared.org'), shared('mx2.shared.org')];
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    const chosen = seeds.map((seed) => {
      const run = simulate(mailScenario({ dialect: 'extended', seed, offices, steps: [aliceSends(['eve@shared.org'])] }));
      expect(run.steps[0]?.outcome).toBe('delivered to eve@shared.org');
      return run.hosts[run.messages.to[run.messages.kind.findLastIndex((kind) => run.strings[kind] === 'content')] as number]?.name;
    });
    expect([...new Set(chosen)].sort()).toEqual(['mx1.shared.org', 'mx2.shared.org']);
  });

  test('a domain without MX has its mail at its own address', () => {
    const offices = [CREPES, HAMBURGER, { domain: 'plain.org', host: 'plain.org', users: ['eve'] }];
    const scenario = mailScenario({ dialect: 'extended', offices, steps: [aliceSends(['eve@plain.org'])] });
    const services = scenario.services.map((service) =>
      service.kind === 'dns.zone'
        ? { ...service, records: service.records.filter(({ name, data }) => !(name === 'plain.org.' && data.type === 'MX')) }
        : service,
    );
    expect(outcomes(simulate({ ...scenario, services }))).toEqual(['delivered to eve@plain.org']);
  });

  test('the name server is down for a while', () => {
    const scenario = mailScenario({ dialect: 'extended', steps: [aliceSends(BOB), crash('ns', 10 * MINUTE)], expectations: [bobHas(1)] });
    const run = simulate(at(scenario, [0, 100 * MILLISECOND]));
    expect(run.steps[0]?.outcome).toBe('delivered to bob@hamburger.edu');
    expect(notes(run)).toContain('put off: DNS lookup of hamburger.edu got no answer');
  });

  test('the sending server crashes at any moment: what it accepted arrives', () => {
    const plain = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(BOB)] }));
    const end = plain.steps[0]?.endedAt as number;
    let accepted = 0;
    for (let time = 0; time < end; time += end / 25) {
      const scenario = mailScenario({ dialect: 'extended', steps: [aliceSends(BOB), crash('mail.crepes.fr', 5 * MINUTE)] });
      const run = simulate(at(scenario, [0, Math.round(time)]));
      const told = [...run.messages.label].some((label, i) => {
        const isLast = (run.strings[label] as string).includes('Message accepted');
        return isLast && run.hosts[run.messages.to[i] as number]?.name === 'alice-pc' && !Number.isNaN(run.messages.receivedAt[i]);
      });
      if (told) accepted++;
      const { outcome } = run.steps[0] as { outcome: string };
      if (told) expect(outcome).toBe('delivered to bob@hamburger.edu');
      else expect(outcome).toMatch(/^(delivered|refused)/);
    }
    expect(accepted).toBeGreaterThan(5);
  });

  test('the receiving server crashes at any moment: the message is there once or, unnoticed, twice, and never lost', () => {
    const plain = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(BOB)] }));
    const end = plain.duration;
    for (let time = 0; time < end; time += end / 25) {
      const scenario = mailScenario({
        dialect: 'extended',
        steps: [aliceSends(BOB), crash('mail.hamburger.edu', 5 * MINUTE)],
        expectations: [
          { ...bobHas(1), comparison: '>=' },
          { ...bobHas(2), comparison: '<=' },
        ],
      });
      const run = simulate(at(scenario, [0, Math.round(time)]));
      expect(run.steps[0]?.outcome).toBe('delivered to bob@hamburger.edu');
      expect(run.checks.map(({ passed }) => passed)).toEqual([true, true]);
    }
  });

  test('a user agent that goes down, or is down, has not sent', () => {
    const scenario = mailScenario({ dialect: 'extended', steps: [crash('alice-pc', null), aliceSends(BOB)] });
    expect(simulate(at(scenario, [0, 1 * SECOND])).steps[1]?.outcome).toBe('refused: alice-pc is down');
    expect(simulate(at(scenario, [100 * MILLISECOND, 0])).steps[1]?.outcome).toBe('refused: alice-pc went down before it was sent');
  });
});
