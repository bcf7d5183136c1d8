/** Servers among each other: reports, aliases, backups, smart hosts, and user agents that send several messages. */
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { HOUR, MINUTE } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import { simulate } from '../../simulation.ts';
import type { MailServerService, ReportRequest } from '../scenario.ts';
import { aliceSends, CREPES, HAMBURGER, lastContent, mailScenario } from '../scenario-for-tests.ts';

const BOB = ['bob@hamburger.edu'];
const outcomes = (run: Run) => run.steps.map(({ outcome }) => outcome);
const notes = (run: Run) => [...run.states.note].filter((note) => note >= 0).map((note) => run.strings[note] as string);
const reports = (more: Partial<ReportRequest>) => ({ reports: { notify: null, returned: null, envelopeId: null, ...more } });
const crash = (host: string, downFor: number | null) => ({ kind: 'network.crash', host, downFor }) as const;
const contents = (run: Run, to: string) =>
  [...run.messages.kind].filter((kind, i) => run.strings[kind] === 'content' && run.hosts[run.messages.to[i] as number]?.name === to)
    .length;

describe('reports', () => {
  test('of success, with what the sender calls it, and no more of the message than its header', async () => {
    const asked = reports({ notify: ['SUCCESS'], envelopeId: 'order 66' });
    const run = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(BOB, {}, asked)] }));
    expect(notes(run)).toEqual([
      'queued',
      'delivered to bob@hamburger.edu',
      'tells the sender: delivered',
      'queued',
      'delivered to alice@crepes.fr',
    ]);
    const mail = await simpleParser(Buffer.from(lastContent(run, 'mail.crepes.fr'), 'latin1'));
    expect(mail.subject).toBe('Your mail was delivered');
    expect(mail.text).toContain('Original-Envelope-Id: order 66\nReporting-MTA: dns; hamburger.edu');
    expect(mail.text).toContain(
      'Original-Recipient: rfc822; bob@hamburger.edu\nFinal-Recipient: rfc822; bob@hamburger.edu\nAction: delivered\nStatus: 2.0.0',
    );
    expect(lastContent(run, 'mail.crepes.fr')).not.toContain('ketchup');
  });

  test('of success by the last server that knows how', () => {
    const offices = [CREPES, { ...HAMBURGER, service: { without: ['DSN'] as const } }];
    const run = simulate(mailScenario({ dialect: 'extended', offices, steps: [aliceSends(BOB, {}, reports({ notify: ['SUCCESS'] }))] }));
    expect(notes(run)).toContain('tells the sender: relayed');
    expect(contents(run, 'mail.crepes.fr')).toBe(1); // Alice's own: the report is made where it is to go
  });

  test('of nothing, also where it fails', () => {
    const run = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(['nobody@hamburger.edu'], {}, reports({ notify: [] }))] }));
    expect(outcomes(run)).toEqual(['bounced: 550 5.1.1 No such user: nobody@hamburger.edu']);
    expect(notes(run)).toContain('failed, nobody is told: 550 5.1.1 No such user: nobody@hamburger.edu');
    expect(notes(run)).not.toContain('delivered to alice@crepes.fr');
  });

  test.each<[string, Partial<MailServerService>, Partial<ReportRequest>, boolean]>([
    ['of a delay, to who asked for it', {}, { notify: ['FAILURE', 'DELAY'] }, true],
    ['of a delay, to nobody else', {}, {}, false],
    ['of a delay, to all, where the server says so', { warning: 1 * HOUR }, {}, true],
    ['of a delay, to all but who does not want to know', { warning: 1 * HOUR }, { notify: ['FAILURE'] }, false],
  ])('%s', (_what, service, asked, told) => {
    const steps = [crash('mail.hamburger.edu', 6 * HOUR), aliceSends(BOB, {}, reports(asked))];
    const run = simulate(mailScenario({ dialect: 'extended', service, steps }));
    expect(outcomes(run).at(-1)).toBe('delivered to bob@hamburger.edu');
    // Once, however often it is tried.
    expect(notes(run).filter((note) => note === 'tells the sender: delayed').length).toBe(told ? 1 : 0);
  });

  test('with the header section alone, where the sender wants no more', () => {
    const full = HAMBURGER;
    const run = (returned: 'FULL' | 'HDRS') => {
      const scenario = mailScenario({
        dialect: 'extended',
        offices: [CREPES, full, { domain: 'pizza.it', host: 'mail.pizza.it', users: ['gino'], quota: 100, service: { without: ['SIZE'] } }],
        steps: [aliceSends(['gino@pizza.it'], {}, reports({ returned }))],
      });
      return lastContent(simulate(scenario), 'mail.crepes.fr');
    };
    expect([run('FULL').includes('ketchup'), run('HDRS').includes('ketchup')]).toEqual([true, false]);
  });
});

describe('an alias', () => {
  const aliases = [{ address: 'sales@crepes.fr', members: ['alice@crepes.fr', 'bob@hamburger.edu', 'sales@crepes.fr'] }];
  const offices = [{ ...CREPES, service: { aliases } }, HAMBURGER];
  test('stands for others, here and elsewhere, each of whom gets one copy', () => {
    const run = simulate(mailScenario({ dialect: 'extended', offices, steps: [aliceSends(['sales@crepes.fr', 'bob@hamburger.edu'])] }));
    expect(outcomes(run)).toEqual(['delivered to bob@hamburger.edu, alice@crepes.fr']);
    expect(contents(run, 'mail.hamburger.edu')).toBe(1);
  });
  test('with several members is reported as such', () => {
    const run = simulate(
      mailScenario({ dialect: 'extended', offices, steps: [aliceSends(['sales@crepes.fr'], {}, reports({ notify: ['SUCCESS'] }))] }),
    );
    expect(notes(run).filter((note) => note.startsWith('tells'))).toEqual(['tells the sender: expanded']);
  });
});

describe('a backup', () => {
  const records = [{ name: 'hamburger.edu.', ttl: 60, data: { type: 'MX', preference: 20, exchange: 'mail2.hamburger.edu.' } }] as const;
  const backup = (service: Partial<MailServerService>) => [
    CREPES,
    HAMBURGER,
    { domain: 'backup.example', host: 'mail2.hamburger.edu', users: [], service },
  ];
  test('takes the mail of a server that is down, and hands it on', () => {
    const steps = [crash('mail.hamburger.edu', 20 * MINUTE), aliceSends(BOB)];
    const run = simulate(mailScenario({ dialect: 'extended', records, offices: backup({ backupFor: ['hamburger.edu'] }), steps }));
    expect(outcomes(run).at(-1)).toBe('delivered to bob@hamburger.edu');
    expect([contents(run, 'mail2.hamburger.edu'), contents(run, 'mail.hamburger.edu')]).toEqual([1, 1]);
  });
  test('that nobody told so refuses it', () => {
    const steps = [crash('mail.hamburger.edu', 20 * MINUTE), aliceSends(BOB)];
    const run = simulate(mailScenario({ dialect: 'extended', records, offices: backup({}), steps }));
    expect(outcomes(run).at(-1)).toBe('bounced: 550 5.7.1 Relaying denied: bob@hamburger.edu');
  });
});

test('a smart host gets all that is for others', () => {
  const provider = { domain: 'provider.net', host: 'mail.provider.net', users: [], service: { relayFor: ['mail.crepes.fr'] } };
  const offices = [{ ...CREPES, service: { smartHost: 'mail.provider.net' } }, HAMBURGER, provider];
  const run = simulate(mailScenario({ dialect: 'extended', offices, steps: [aliceSends(BOB), aliceSends(['nobody@hamburger.edu'])] }));
  expect(outcomes(run)).toEqual(['delivered to bob@hamburger.edu', 'bounced: 550 5.1.1 No such user: nobody@hamburger.edu']);
  expect(contents(run, 'mail.provider.net')).toBe(2);
});

test('what a user agent has to send at one time goes over one connection; what it has later, over another', () => {
  const connections = (together: boolean) => {
    const run = simulate(mailScenario({ dialect: 'extended', together, steps: [aliceSends(BOB), aliceSends(BOB), aliceSends(BOB)] }));
    expect(run.steps.every(({ succeeded }) => succeeded)).toBe(true);
    return [...run.connections.serverPort].filter((port) => port === 587).length;
  };
  expect([connections(true), connections(false)]).toEqual([1, 3]);
});

test('more recipients than a server takes in one transaction get a second one', () => {
  const users = Array.from({ length: 7 }, (_, i) => `user${i}`);
  const offices = [CREPES, { ...HAMBURGER, users, service: { maximumRecipients: 3 } }];
  const run = simulate(mailScenario({ dialect: 'extended', offices, steps: [aliceSends(users.map((user) => `${user}@hamburger.edu`))] }));
  expect(run.steps[0]?.succeeded).toBe(true);
  expect(contents(run, 'mail.hamburger.edu')).toBe(3);
});
