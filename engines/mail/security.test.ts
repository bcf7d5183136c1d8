/** Mail under TLS, with login, and who listens or stands between: from end to end. */
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { innerContentOf } from '../message-content.ts';
import { octetsOf } from '../network/octets.ts';
import { MINUTE, SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import type { MailServerService, SendAction } from './scenario.ts';
import { aliceSends, CREPES, HAMBURGER, type MailTest, mailScenario } from './scenario-for-tests.ts';

const BOB = ['bob@hamburger.edu'];
const hosts = { mallory: {} };
const last = (run: Run, metric: string, host: string) =>
  run.series.find((one) => one.metric === metric && one.subjects[0] === host)?.values.at(-1);
const outcomes = (run: Run) => run.steps.map(({ outcome }) => outcome);
const notes = (run: Run) => [...run.states.note].filter((note) => note >= 0).map((note) => run.strings[note] as string);

/** Both servers with these settings; Alice sends after the attack has begun. */
function run(
  both: Partial<MailServerService>,
  more: Partial<SendAction> = {},
  attack: MailTest['steps'] = [],
  crepes: Partial<MailServerService> = {},
): Run {
  const offices = [{ ...CREPES, service: crepes }, HAMBURGER];
  return simulate(mailScenario({ dialect: 'extended', hosts, offices, service: both, steps: [...attack, aliceSends(BOB, {}, more)] }));
}

/** Commands and replies on connections to a host, opened where they are under TLS. */
function said(run: Run, to: string, kind: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < run.messages.rows; i++) {
    if (run.hosts[run.messages.to[i] as number]?.name !== to) continue;
    const inner = run.messages.inner[i] as number;
    const own = inner >= 0 ? run.innerMessages.kind[inner] : run.messages.kind[i];
    if (run.strings[own as number] !== kind) continue;
    const content = innerContentOf(run, i);
    const start = run.messages.start[i] as number;
    const bytes = inner >= 0 ? content && bytesOf(content) : run.bytes.subarray(start, start + (run.messages.length[i] as number));
    found.push(octetsOf(bytes ?? new Uint8Array()));
  }
  return found;
}

describe('login', () => {
  test('on port 587, with the mailbox’s password, without saying it where there is no TLS', () => {
    const told = run({ authentication: 'required' });
    expect(outcomes(told)).toEqual(['delivered to bob@hamburger.edu']);
    expect(said(told, 'mail.crepes.fr', 'command')[1]).toBe('AUTH CRAM-MD5\r\n');
    const ports = [...told.connections.serverPort].filter((port) => port === 587 || port === 25);
    expect(ports).toEqual([587, 25]);
  });
  test('with a wrong password', () => {
    expect(outcomes(run({ authentication: 'required' }, { password: 'guess' }))).toEqual([
      'refused: 535 5.7.8 Authentication credentials invalid',
    ]);
  });
  test('in whose name one may send', () => {
    const forged = run({ authentication: 'required' }, { from: 'ann@crepes.fr', password: 'x' });
    expect(outcomes(forged)).toEqual(['refused: 535 5.7.8 Authentication credentials invalid']);
    expect(last(forged, 'refusals', 'mail.crepes.fr')).toBe(1);
  });
  test('over TLS, by PLAIN, as what nobody can read', () => {
    const told = run({ authentication: 'required', tls: 'offered' }, { tls: true });
    expect(outcomes(told)).toEqual(['delivered to bob@hamburger.edu']);
    expect(said(told, 'mail.crepes.fr', 'command')).toContainEqual(expect.stringMatching(/^AUTH PLAIN /));
    const wire = octetsOf(told.bytes);
    expect([wire.includes('ketchup'), wire.includes('AUTH PLAIN AG')]).toEqual([false, false]);
    expect(said(told, 'mail.hamburger.edu', 'content')[0]).toMatch(/with ESMTPSA id[\s\S]*Do you like ketchup\?/);
  });
});

describe('an eavesdropper', () => {
  const listening = [{ kind: 'mail.eavesdrop', host: 'mallory', victim: 'mail.crepes.fr' }] as const;
  const plain = { authentication: 'required', mechanisms: ['PLAIN'] } as const;
  test.each<[string, Partial<MailServerService>, Partial<SendAction>, number, number]>([
    ['reads everything in clear: the message on both ways, the password', plain, {}, 2, 1],
    ['reads the password by LOGIN, too', { authentication: 'required', mechanisms: ['LOGIN'] }, {}, 2, 1],
    ['does not read it by CRAM-MD5', { authentication: 'required' }, {}, 2, 0],
    ['reads nothing but greetings under TLS', { ...plain, tls: 'offered' }, { tls: true }, 0, 0],
  ])('%s', (_what, service, more, messages, passwords) => {
    const told = run(service, more, listening);
    expect(outcomes(told).at(-1)).toBe('delivered to bob@hamburger.edu');
    expect(last(told, 'overheard messages', 'mallory')).toBe(messages);
    expect(last(told, 'overheard passwords', 'mallory')).toBe(passwords);
    const stores = [...told.states.store].map((store, i) => [told.strings[store], told.strings[told.states.value[i] as number]]);
    const knows = stores.some(([store, value]) => store === 'overheard' && value === 'alice');
    expect(knows).toBe(passwords > 0);
  });
});

describe('a man in the middle', () => {
  const between = [{ kind: 'mail.intercept', host: 'mallory', server: 'mail.hamburger.edu' }] as const;
  test('takes the offer of TLS out; who takes TLS where it is offered goes on in clear', () => {
    const told = run({ tls: 'offered' }, {}, between);
    expect(outcomes(told).at(-1)).toBe('delivered to bob@hamburger.edu');
    expect(notes(told)).toContain('takes the offer of TLS out');
    expect(last(told, 'overheard messages', 'mallory')).toBe(1);
    expect(said(told, 'mail.crepes.fr', 'reply').join('')).not.toContain('STARTTLS');
    expect(said(told, 'mallory', 'reply').join('')).toContain('STARTTLS');
  });
  test('gets nothing of a server that sends over TLS only: its mail waits, and comes back in the end', () => {
    const told = run({ tls: 'offered', expiry: 20 * MINUTE, retry: [5 * MINUTE] }, {}, between, { tls: 'required' });
    expect(outcomes(told).at(-1)).toBe('refused: 530 5.7.0 Must issue a STARTTLS command first');
    const again = run({ tls: 'offered', expiry: 20 * MINUTE, retry: [5 * MINUTE] }, { tls: true }, between, { tls: 'required' });
    expect(outcomes(again).at(-1)).toBe('bounced: not delivered in time: the server offers no TLS');
    expect(last(again, 'overheard messages', 'mallory')).toBe(0);
  });
  test('passes on whatever is said: logins, refusals, two messages over a connection', () => {
    const steps = [between[0], aliceSends(BOB), aliceSends(['nobody@hamburger.edu'])];
    const told = simulate(mailScenario({ dialect: 'extended', hosts, steps }));
    expect(outcomes(told).slice(1)).toEqual(['delivered to bob@hamburger.edu', 'bounced: 550 5.1.1 No such user: nobody@hamburger.edu']);
  });
});

describe('what TLS there is between servers', () => {
  test('none where one has none', () => {
    const told = run({ tls: 'offered' }, {}, [], { tls: 'off' });
    expect(last(told, 'bytes in clear', 'mail.hamburger.edu')).toBeGreaterThan(500);
  });
  test('with whoever it is, where it is only offered', () => {
    const told = run({ tls: 'offered', certificate: { names: ['somebody.else'], flaw: 'self-signed' } });
    expect(outcomes(told)).toEqual(['delivered to bob@hamburger.edu']);
    expect(said(told, 'mail.hamburger.edu', 'content')[0]).toContain('ketchup');
    expect(last(told, 'bytes in clear', 'mail.hamburger.edu')).toBeLessThan(400);
  });
  test('with none but the right one, where it is required', () => {
    const service = { tls: 'required', expiry: 10 * MINUTE, retry: [5 * MINUTE] } as const;
    const good = run(service, { tls: true });
    expect(outcomes(good)).toEqual(['delivered to bob@hamburger.edu']);
    const offices = [CREPES, { ...HAMBURGER, service: { certificate: { names: ['mail.hamburger.edu'], flaw: 'expired' } as const } }];
    const bad = simulate(mailScenario({ dialect: 'extended', offices, service, steps: [aliceSends(BOB, {}, { tls: true })] }));
    expect(outcomes(bad)).toEqual(['bounced: not delivered in time: TLS failed: the server cannot be trusted']);
  });
});

describe('floods', () => {
  const flood = { host: 'mallory', server: 'mail.hamburger.edu', rate: 10, duration: 5 * SECOND } as const;
  const limits = { sessions: 20, connectionsPerClient: null, messagesPerClient: null };
  const scenario = (service: Partial<MailServerService>, attack: MailTest['steps'][number]) =>
    mailScenario({ dialect: 'extended', hosts, service, offices: [CREPES, HAMBURGER], steps: [attack] });
  test.each([
    ['connections take all that there are', limits, '50 connections, 20 of them greeted', 30],
    ['a limit for each client leaves room for others', { ...limits, connectionsPerClient: 3 }, '50 connections, 3 of them greeted', 47],
  ])('%s', (_what, own, outcome, refusals) => {
    const told = simulate(scenario({ limits: own }, { kind: 'mail.connection-flood', ...flood }));
    expect(outcomes(told)).toEqual([outcome]);
    expect(last(told, 'refusals', 'mail.hamburger.edu')).toBe(refusals);
  });
  test.each([
    [null, '50 messages, 50 of them taken', undefined],
    [{ count: 10, per: MINUTE }, '50 messages, 10 of them taken', 40],
  ])('messages, of which %j may come', (messagesPerClient, outcome, refusals) => {
    const told = simulate(
      scenario({ limits: { ...limits, messagesPerClient } }, { kind: 'mail.message-flood', ...flood, to: 'bob@hamburger.edu' }),
    );
    expect(outcomes(told)).toEqual([outcome]);
    expect(last(told, 'refusals', 'mail.hamburger.edu')).toBe(refusals);
  });
});
