/** Access to mail from end to end, in runs: devices, TLS, crashes, and what tshark makes of the captures. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writePcapng } from '../../network/capture/pcapng.ts';
import { HOUR, SECOND } from '../../quantities.ts';
import { simulate } from '../../simulation.ts';
import { accessScenario, BOB, dialogue, guesses, imap, letter, outcomes, pop3, reads } from './access-for-tests.ts';
import type { AccessExpectation } from './scenario.ts';

const folder = (messages: number, rest: Partial<AccessExpectation & { kind: 'mail.folder' }> = {}): AccessExpectation => ({
  kind: 'mail.folder',
  address: BOB,
  folder: 'INBOX',
  set: [],
  unset: [],
  comparison: '=',
  messages,
  ...rest,
});
const copy = (host: string, messages: number): AccessExpectation => ({ kind: 'mail.copy', address: BOB, host, comparison: '=', messages });
const checks = (scenario: Parameters<typeof simulate>[0]) => simulate(scenario).checks.map(({ passed, measured }) => [passed, measured]);

describe('a device', () => {
  test('by POP3 takes what it has not had, and keeps or deletes', () => {
    const steps = [
      letter('One'),
      reads({ keep: true }),
      letter('Two'),
      reads({ keep: true }),
      reads({ host: 'phone' }),
      reads({ host: 'phone' }),
    ];
    const run = simulate(accessScenario(steps));
    expect(outcomes(run).slice(1)).toEqual([
      expect.stringMatching(/^took 1 message \(\d+ B\), kept on the server$/),
      'delivered to bob@hamburger.edu',
      expect.stringMatching(/^took 1 message \(\d+ B\), kept on the server$/),
      expect.stringMatching(/^took 2 messages \(\d+ B\), deleted on the server$/),
      'no new message',
    ]);
    expect(checks(accessScenario(steps, { expectations: [copy('laptop', 2), copy('phone', 2), folder(0)] }))).toEqual([
      [true, '2 messages'],
      [true, '2 messages'],
      [true, '0 messages'],
    ]);
  });

  test('by IMAP holds what the server holds, flags and all', () => {
    const steps = [
      letter('One'),
      letter('Two'),
      reads({ protocol: 'imap' }),
      imap([{ kind: 'select', folder: 'INBOX' }, { kind: 'store', messages: '1', how: 'add', flags: ['\\Deleted'] }, { kind: 'expunge' }], {
        host: 'phone',
      }),
      reads({ protocol: 'imap' }),
    ];
    const run = simulate(
      accessScenario(steps, { expectations: [copy('laptop', 1), folder(1, { set: ['\\Seen'] }), folder(0, { unset: ['\\Seen'] })] }),
    );
    expect(run.checks.map(({ passed }) => passed)).toEqual([true, true, true]);
    expect(outcomes(run).at(-1)).toBe('INBOX has 1 message, 0 unread: nothing new');
  });

  test('looks without touching', () => {
    const steps = [letter('One'), reads({ preview: 1 }), reads({ protocol: 'imap', preview: 0 })];
    const run = simulate(accessScenario(steps, { expectations: [copy('laptop', 0), folder(1, { unset: ['\\Seen'] })] }));
    expect(run.checks.map(({ passed }) => passed)).toEqual([true, true]);
    expect(dialogue(run, 'pop3')).toContain('C: TOP 1 1');
  });

  test('that hangs up has deleted nothing', () => {
    const steps = [letter('One'), pop3([{ kind: 'retrieve', message: 1 }, { kind: 'delete', message: 1 }, { kind: 'hang up' }])];
    const scenario = accessScenario(steps, { expectations: [folder(1), folder(2, { comparison: '<' })] });
    expect(checks(scenario)).toEqual([
      [true, '1 message'],
      [true, '1 message'],
    ]);
    expect(simulate(scenario).checks.map(({ expected }) => expected)).toEqual(['1 message', 'fewer than 2 messages']);
  });

  test.each(['pop3', 'imap'] as const)('by %s waits as long as something comes, over however slow a line', (protocol) => {
    const steps = [letter('One', `${'x'.repeat(70)}\n`.repeat(57_000)), reads({ protocol })];
    for (const fidelity of ['packets', 'flows'] as const) {
      const run = simulate({ ...accessScenario(steps, { hosts: { laptop: { down: 8e3, queue: 2e4 } } }), fidelity });
      expect(run.steps[1]!.succeeded, run.steps[1]!.outcome).toBe(true);
      expect(run.steps[1]!.endedAt - run.steps[1]!.startedAt).toBeGreaterThan(HOUR);
    }
  });

  test('is told in IDLE of what comes', () => {
    const scenario = accessScenario(
      [
        imap([
          { kind: 'select', folder: 'INBOX' },
          { kind: 'idle', duration: 5 * SECOND },
        ]),
        letter('News'),
      ],
      {
        together: true,
      },
    );
    const run = simulate(scenario);
    expect(outcomes(run)).toContain('INBOX has 0 messages; waited 5 s, told of 2 changes');
    expect(dialogue(run, 'imap')).toContain('S: * 1 EXISTS / * 1 RECENT');
  });

  test.each(['password', 'apop', 'plain', 'login', 'cram-md5'] as const)('logs in by %s', (proof) => {
    const steps = [letter('One'), reads({ proof, keep: true }), ...(proof === 'apop' ? [] : [reads({ proof, protocol: 'imap' })])];
    expect(simulate(accessScenario(steps)).steps.every(({ succeeded }) => succeeded)).toBe(true);
  });

  test('tells why it could not', () => {
    const steps = [
      reads({ password: 'wrong' }),
      reads({ password: 'wrong', protocol: 'imap' }),
      reads({ protocol: 'imap', folder: 'nowhere' }),
      reads({ security: 'tls' }),
      reads({ security: 'starttls', protocol: 'imap' }),
    ];
    expect(outcomes(simulate(accessScenario(steps)))).toEqual([
      '-ERR [AUTH] Wrong user name or password',
      'NO [AUTHENTICATIONFAILED] Wrong user name or password',
      'NO [NONEXISTENT] No such folder',
      'connection refused',
      'BAD No such command: STARTTLS',
    ]);
  });
});

describe('TLS', () => {
  const both = [
    reads({ security: 'tls', keep: true }),
    reads({ security: 'starttls', keep: true }),
    reads({ security: 'tls', protocol: 'imap' }),
    reads({ security: 'starttls', protocol: 'imap' }),
  ];

  test('hides all of it, from the start or after a command', () => {
    const run = simulate(accessScenario([letter('One'), ...both], { access: { tls: 'required' } }));
    expect(run.steps.every(({ succeeded }) => succeeded)).toBe(true);
    expect(dialogue(run, 'pop3').filter((line) => line.startsWith('C:'))).toEqual(['C: STLS']);
    expect(dialogue(run, 'imap').filter((line) => line.startsWith('C:'))).toEqual(['C: a1 STARTTLS']);
  });

  test('with a server that cannot be trusted says nothing', () => {
    const certificate = { names: ['mail.hamburger.edu'], flaw: 'expired' as const };
    const run = simulate(accessScenario(both, { access: { tls: 'offered', certificate } }));
    expect(outcomes(run).every((outcome) => outcome.startsWith('TLS failed: '))).toBe(true);
    expect(run.strings.filter((text) => /USER|LOGIN bob/.test(text))).toEqual([]);
  });
});

test('guesses are counted, slowed down, cut off and locked out', () => {
  const words = ['a', 'b', 'c', 'd', 'bob'];
  const logins = { delay: 2 * SECOND, perConnection: 2, lockOut: null };
  const slow = simulate(accessScenario([guesses(words)], { access: { logins } }));
  expect(outcomes(slow)[0]).toMatch(/^found “bob” after 5 guesses in [89]\.\d+ s$/);
  expect(dialogue(slow, 'pop3').filter((line) => line.startsWith('S: +OK POP3'))).toHaveLength(3);
  const locked = simulate(
    accessScenario([guesses(words), guesses(words, { protocol: 'imap' })], {
      access: { logins: { ...logins, lockOut: { after: 3, time: 60 * SECOND } } },
    }),
  );
  expect(outcomes(locked).map((outcome) => outcome.slice(0, 21))).toEqual(['not found: 5 guesses ', 'not found: 5 guesses ']);
  const patient = simulate(accessScenario([guesses(words, { interval: 10 * SECOND, limit: 25 * SECOND })]));
  expect(outcomes(patient)[0]).toMatch(/^gave up: 3 guesses in 30(\.\d+)? s, 2 words not tried$/);
});

describe('a crash of the server', () => {
  test('at any moment of a session loses no message and leaves no half state', () => {
    const steps = [letter('One'), letter('Two'), reads({ host: 'laptop' })];
    const whole = simulate(accessScenario(steps));
    // Just before, at and just behind whatever was said or heard in the session.
    const { messages } = whole;
    const moments = new Set<number>();
    for (let i = 0; i < messages.rows; i++) {
      if (whole.strings[messages.protocol[i] as number] !== 'pop3') continue;
      for (const at of [messages.sentAt[i], messages.receivedAt[i]] as number[]) for (const by of [-1, 0, 1]) moments.add(at + by);
    }
    const held = new Set<string>();
    expect(moments.size).toBeGreaterThan(50);
    for (const at of moments) {
      const scenario = accessScenario(steps, { expectations: [copy('laptop', 2), folder(0)] });
      const [first] = scenario.steps;
      if (!first) throw new Error('no step');
      const action = { kind: 'network.crash', host: 'mail.hamburger.edu', downFor: 20 * SECOND } as const;
      const run = simulate({ ...scenario, steps: [...scenario.steps, { ...first, action, timing: { kind: 'at', time: at } }] });
      const [onDevice, onServer] = run.checks.map(({ measured }) => Number(measured.split(' ')[0])) as [number, number];
      // What is not on the device is on the server; what is on neither is lost.
      expect(onDevice + onServer).toBeGreaterThanOrEqual(2);
      expect([0, 2]).toContain(onServer);
      held.add(`${onDevice} ${onServer}`);
    }
    expect(held.size).toBeGreaterThan(1);
  });
});

describe.skipIf(spawnSync('tshark', ['--version']).status !== 0)('tshark', () => {
  test('has nothing against a session of either, and reads the same commands', () => {
    const run = simulate(
      accessScenario([
        letter('One'),
        pop3([
          { kind: 'status' },
          { kind: 'list' },
          { kind: 'unique-ids' },
          { kind: 'capabilities' },
          { kind: 'top', message: 1, lines: 1 },
          { kind: 'retrieve', message: 1 },
        ]),
        imap([
          { kind: 'create', folder: 'Köche' },
          { kind: 'select', folder: 'INBOX' },
          { kind: 'fetch', messages: '1', what: '(ENVELOPE BODYSTRUCTURE BODY[])' },
          { kind: 'append', folder: 'Köche', flags: ['\\Draft'], message: { kind: 'parts', subject: 'x', headers: [], body: 'y' } },
          { kind: 'idle', duration: SECOND },
        ]),
      ]),
    );
    const directory = mkdtempSync(join(tmpdir(), 'access-'));
    try {
      const file = join(directory, 'run.pcapng');
      writeFileSync(file, writePcapng(run));
      const lines = (...options: string[]) =>
        execFileSync('tshark', ['-r', file, ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
          .split('\n')
          .filter((line) => line !== '');
      expect(lines('-Y', '_ws.malformed || _ws.expert.severity >= warning')).toEqual([]);
      const said = (protocol: string, word: number) =>
        dialogue(run, protocol)
          .filter((line) => line.startsWith('C:'))
          .map((line) => line.split(' ')[word]);
      expect(lines('-Y', 'pop.request', '-T', 'fields', '-e', 'pop.request.command')).toEqual(said('pop3', 1));
      const commands = lines('-Y', 'imap.request.command', '-T', 'fields', '-e', 'imap.request.command').flatMap((line) => line.split(','));
      expect(commands).toEqual(expect.arrayContaining(['LOGIN', 'CREATE', 'SELECT', 'FETCH', 'APPEND', 'IDLE', 'LOGOUT']));
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
