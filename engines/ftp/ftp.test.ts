/** FTP from end to end: a client and a server on a simulated network. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND, MINUTE, SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { Action, Timing } from '../scenario.ts';
import { simulate } from '../simulation.ts';
import type { DataMode, FtpExpectation, FtpOperation } from './scenario.ts';
import { dataMessages, dialogue, type FtpTest, ftpScenario, get, outcomes, put, session } from './scenario-for-tests.ts';

const run = (given: FtpTest): Run => simulate(ftpScenario(given));
const literal = (octets: string) => ({ source: { kind: 'octets', octets } as const });
const sized = (size: number) => ({ source: { kind: 'size', size } as const });
const series = (made: Run, metric: string, ...subjects: string[]) => {
  const found = made.series.find((one) => one.metric === metric && one.subjects.join() === subjects.join());
  return found ? [...found.values] : [];
};
const same = (path: string, otherPath: string): FtpExpectation => ({
  kind: 'ftp.same-file',
  host: 'client',
  path,
  otherHost: 'server',
  otherPath,
});
const verdicts = ({ checks }: Run) => checks.map(({ passed, measured }) => [passed, measured]);
const at = (time: number, action: Action): { action: Action; timing: Timing } => ({ action, timing: { kind: 'at', time } });
const crash = (host: string, time: number, downFor: number | null = null) => at(time, { kind: 'network.crash', host, downFor });
/** Every connection: who opened it, between which ports; ephemeral ones are told as `*`. */
const connections = ({ connections: c, hosts }: Run) =>
  Array.from({ length: c.rows }, (_, i) => {
    const port = (number: number) => (number >= 49152 ? '*' : String(number));
    return `${hosts[c.client[i]!]!.name}:${port(c.clientPort[i]!)} to ${port(c.serverPort[i]!)}`;
  });

describe('data connections', () => {
  test.each<[DataMode, string, string]>([
    ['active', 'server:20 to *', 'PORT'],
    ['extended active', 'server:20 to *', 'EPRT'],
    ['passive', 'client:* to *', 'PASV'],
    ['extended passive', 'client:* to *', 'EPSV'],
  ])('in %s mode: %s, agreed on by %s', (mode, opened, verb) => {
    for (const fidelity of ['packets', 'flows'] as const) {
      const made = run({
        fidelity,
        steps: [session([get('readme.txt'), get('pub/disk.iso'), put('new.txt', literal('new\n'))], { mode })],
        expectations: [same('/readme.txt', '/readme.txt'), same('/disk.iso', '/pub/disk.iso'), same('/new.txt', '/new.txt')],
      });
      expect(connections(made)).toEqual(['client:* to 21', opened, opened, opened]);
      expect(dialogue(made).filter((line) => line.startsWith(`C: ${verb}`))).toHaveLength(3);
      expect(verdicts(made)).toEqual([
        [true, 'the same'],
        [true, 'the same'],
        [true, 'the same'],
      ]);
      expect(outcomes(made)[0]?.[1]).toBe(true);
      expect(series(made, 'data connections', 'server').at(-1)).toBe(3);
    }
  });

  test('the dialogue of active mode, word for word', () => {
    const made = run({ steps: [session([get('readme.txt')], { mode: 'active' })] });
    expect(dialogue(made).map((line) => line.replace(/,\d+,\d+$/, ',p1,p2'))).toEqual([
      'S: 220 server FTP server ready',
      'C: USER ann',
      'S: 331 Password required for ann',
      'C: PASS secret',
      'S: 230 User ann logged in',
      'C: TYPE I',
      'S: 200 Type set to I',
      'C: PORT 10,0,0,1,p1,p2',
      'S: 200 PORT command successful',
      'C: RETR readme.txt',
      'S: 150 Opening BINARY mode data connection for readme.txt (12 bytes)',
      'S: 226 Transfer complete',
      'C: QUIT',
      'S: 221 Goodbye',
    ]);
    expect(dataMessages(made)).toEqual(['content readme.txt (12 B): 12']);
  });

  test('an empty file is a connection without data, and a file all the same', () => {
    const made = run({
      steps: [session([put('empty', literal('')), get('empty', { as: 'copy' })])],
      expectations: [{ kind: 'ftp.file', host: 'client', path: '/copy', comparison: '=', size: 0 }, same('/copy', '/empty')],
    });
    expect(verdicts(made).map(([passed]) => passed)).toEqual([true, true]);
    expect(dataMessages(made)).toEqual([]);
  });

  test('700 MB are not generated, and arrive', () => {
    const made = run({
      fidelity: 'flows',
      client: { down: 1e9 },
      server: { up: 1e9 },
      service: { files: [{ path: '/big.iso', source: { kind: 'size', size: 700_000_000 } }] },
      steps: [session([get('big.iso')])],
      expectations: [same('/big.iso', '/big.iso')],
    });
    expect(verdicts(made)).toEqual([[true, 'the same']]);
    expect(made.bytes.length).toBeLessThan(100_000);
    expect(series(made, 'goodput', 'server', 'client')[0]).toBeGreaterThan(50e6);
  });
});

describe('files', () => {
  test('TYPE A carries lines: their ends are CRLF on the wire, and the receiver’s own behind it', () => {
    const made = run({
      steps: [session([get('readme.txt'), put('up.txt', literal('a\nb\n\r\n'))], { type: 'ascii' })],
      expectations: [same('/readme.txt', '/readme.txt'), same('/up.txt', '/up.txt')],
    });
    expect(dataMessages(made)).toEqual(['content readme.txt (14 B): 14', 'content up.txt (9 B): 9']);
    expect(verdicts(made).map(([passed]) => passed)).toEqual([true, true]);
  });

  test('are renamed, deleted, appended to; directories made and removed', () => {
    const operations: FtpOperation[] = [
      { kind: 'make directory', path: 'new' },
      { kind: 'rename', path: 'readme.txt', to: 'new/old.txt' },
      put('more.txt', { how: 'append', as: 'new/old.txt', ...literal('!\n') }),
      { kind: 'delete', path: 'pub/disk.iso' },
      { kind: 'remove directory', path: 'pub' },
      { kind: 'change directory', path: 'new' },
      put('z.txt', { how: 'unique', ...literal('z') }),
      { kind: 'list', how: 'names', path: null },
      { kind: 'directory above' },
    ];
    const made = run({
      steps: [session(operations)],
      expectations: [
        { kind: 'ftp.file', host: 'server', path: '/new/old.txt', comparison: '=', size: 14 },
        { kind: 'ftp.file', host: 'server', path: '/new/ftp', comparison: '=', size: 1 },
        { kind: 'ftp.no-file', host: 'server', path: '/pub' },
        { kind: 'ftp.no-file', host: 'server', path: '/readme.txt' },
      ],
    });
    expect(verdicts(made).map(([passed]) => passed)).toEqual([true, true, true, true]);
    expect(outcomes(made)).toEqual([['9 operations done', true]]);
  });

  test('keep what a transfer brought when the server crashes, and what it held before', () => {
    const made = run({
      client: { up: 8e6 },
      steps: [session([put('big', sized(4_000_000))]), session([{ kind: 'size', path: 'big' }, get('readme.txt')])].map((action, i) =>
        i === 0 ? at(0, action) : at(3 * MINUTE, action),
      ),
      expectations: [],
    });
    expect(outcomes(made)[0]?.[1]).toBe(true);
    const broken = run({
      client: { up: 8e6 },
      steps: [
        at(0, session([put('big', sized(4_000_000))])),
        crash('server', 2 * SECOND, SECOND),
        at(5 * MINUTE, session([get('readme.txt')])),
        at(6 * MINUTE, session([put('big', { resume: true })])),
      ],
      expectations: [same('/big', '/big'), same('/readme.txt', '/readme.txt')],
    });
    expect(outcomes(broken).map(([, succeeded]) => succeeded)).toEqual([false, true, true, true]);
    expect(verdicts(broken).map(([passed]) => passed)).toEqual([true, true]);
    const offset = Number(
      dialogue(broken)
        .find((line) => line.startsWith('C: REST'))
        ?.slice(8),
    );
    expect(offset).toBeGreaterThan(1_000_000);
    expect(offset).toBeLessThan(2_000_000);
  });

  test('show on the state timeline where they come, change their names and go', () => {
    const made = run({
      steps: [
        session([
          { kind: 'make directory', path: 'new' },
          { kind: 'rename', path: 'readme.txt', to: 'new/old.txt' },
          { kind: 'delete', path: 'pub/disk.iso' },
          put('x', sized(5000)),
        ]),
      ],
    });
    const { states, strings } = made;
    const held = new Map<string, string>();
    for (let i = 0; i < states.rows; i++) {
      if (states.host[i] !== 1 || strings[states.store[i]!] !== 'files') continue;
      if (states.value[i]! < 0) held.delete(strings[states.key[i]!]!);
      else held.set(strings[states.key[i]!]!, strings[states.value[i]!]!);
    }
    expect(Object.fromEntries(held)).toEqual({
      '/home': 'directory',
      '/home/bob': 'directory',
      '/home/bob/diary.txt': '11 B',
      '/incoming': 'directory',
      '/new': 'directory',
      '/new/old.txt': '12 B',
      '/pub': 'directory',
      '/x': '5 kB',
    });
  });

  test('a client that has no such file says nothing of it to the server', () => {
    const made = run({ steps: [session([put('missing.txt')])] });
    expect(outcomes(made)).toEqual([['missing.txt: no such file on client', false]]);
    expect(dialogue(made)).not.toContain('C: STOR missing.txt');
  });
});

describe('a broken transfer', () => {
  const slow = { down: 8e6 };
  const disconnect = at(1 * SECOND, { kind: 'network.link-failure', a: 'client', b: null, downFor: 4 * MINUTE });
  test('goes on where it broke off', () => {
    const made = run({
      client: slow,
      service: { files: [{ path: '/big', source: { kind: 'size', size: 4_000_000 } }] },
      steps: [at(0, session([get('big')])), disconnect, at(6 * MINUTE, session([get('big', { resume: true })]))],
      expectations: [same('/big', '/big')],
    });
    expect(outcomes(made).map(([outcome]) => outcome)).toEqual([
      expect.stringMatching(/^big: data connection (reset|stalled) after \d+ kB$/),
      expect.anything(),
      expect.stringMatching(/^big: 3\.\d+ MB in/),
    ]);
    expect(verdicts(made)).toEqual([[true, 'the same']]);
    const sent = dataMessages(made);
    expect(sent).toHaveLength(2);
    const offset = Number(
      dialogue(made)
        .find((line) => line.startsWith('C: REST'))
        ?.slice(8),
    );
    expect(sent[1]).toMatch(new RegExp(`: ${4_000_000 - offset}$`));
  });

  test('of text goes on at the same place of the text, whichever way it goes', () => {
    const lines = Array.from({ length: 40_000 }, (_, i) => `line ${i}\n`).join('');
    for (const mode of ['get', 'put'] as const) {
      const operation = (resume: boolean) =>
        mode === 'get' ? get('text', { resume }) : put('text', { resume, ...(resume ? {} : literal(lines)) });
      const step = (resume: boolean) => session([operation(resume)], { type: 'ascii' });
      const made = run({
        client: { down: 1e6, up: 1e6 },
        service: mode === 'get' ? { files: [{ path: '/text', ...literal(lines) }] } : {},
        steps: [
          at(0, step(false)),
          at(2 * SECOND, { kind: 'network.link-failure', a: 'client', b: null, downFor: 6 * MINUTE }),
          at(12 * MINUTE, step(true)),
        ],
        expectations: [same('/text', '/text')],
      });
      expect(outcomes(made).map(([, succeeded]) => succeeded)).toEqual([false, true, true]);
      const offset = Number(/^C: REST (\d+)/.exec(dialogue(made).find((line) => line.startsWith('C: REST'))!)![1]);
      expect(offset).toBeGreaterThan(100_000);
      expect(verdicts(made)).toEqual([[true, 'the same']]);
    }
  });

  test('that a client aborts leaves the session usable', () => {
    const made = run({
      client: slow,
      service: { files: [{ path: '/big', source: { kind: 'size', size: 8_000_000 } }] },
      steps: [session([get('big', { abortAfter: SECOND }), { kind: 'working directory' }])],
    });
    const lines = dialogue(made);
    expect(lines.slice(lines.indexOf('C: ABOR'))).toEqual([
      'C: ABOR',
      'S: 426 Transfer broken off: ABOR',
      'S: 226 ABOR command successful',
      'C: PWD',
      'S: 257 "/" is the working directory',
      'C: QUIT',
      'S: 221 Goodbye',
    ]);
    expect(outcomes(made)[0]?.[1]).toBe(true);
  });

  test('is told as what the client sees of a server that went down: nothing', () => {
    for (const fidelity of ['packets', 'flows'] as const) {
      const big = { path: '/big', source: { kind: 'size', size: 8_000_000 } } as const;
      const steps = [at(0, session([get('big'), { kind: 'working directory' }])), crash('server', 2 * SECOND)];
      const made = run({ fidelity, client: slow, service: { files: [big] }, steps });
      expect(outcomes(made)[0]).toEqual([
        expect.stringMatching(/^big: data connection stalled after 1\.\d+ MB; 1 operation not tried$/),
        false,
      ]);
      // A minute without data, and two without a reply.
      expect(made.steps[0]!.endedAt / SECOND).toBeCloseTo(182, 0);
    }
  });

  test('is told when the client goes down', () => {
    const made = run({ client: slow, steps: [at(0, session([get('pub/disk.iso')])), crash('client', SECOND)] });
    expect(outcomes(made)[0]).toEqual(['client went down', false]);
  });
});

describe('a server', () => {
  test('closes a session in which nothing is said, with 421', () => {
    const made = run({ steps: [session([{ kind: 'wait', duration: 6 * MINUTE }, { kind: 'working directory' }])] });
    expect(dialogue(made)).toContain('S: 421 Idle for too long, closing control connection');
    expect(outcomes(made)[0]?.[1]).toBe(false);
  });

  test('lets in as many at one time as it says', () => {
    const made = run({ service: { sessions: 1 }, together: true, steps: [session([get('pub/disk.iso')]), session([get('readme.txt')])] });
    expect(dialogue(made).filter((line) => line.startsWith('S: 421'))).toEqual(['S: 421 Too many users, try again later']);
    expect(
      outcomes(made)
        .slice(1)
        .map(([, succeeded]) => succeeded)
        .sort(),
    ).toEqual([false, true]);
  });

  test('refuses what it has no room for, before and during a transfer', () => {
    const made = run({ service: { space: 1_100_000 }, steps: [session([put('big', sized(200_000)), get('readme.txt')])] });
    expect(dialogue(made)).toContain('S: 552 Broken off, no room: this server keeps 1.1 MB');
    const full = run({ service: { space: 1000 }, steps: [session([put('small', sized(1))])] });
    expect(outcomes(full)).toEqual([['small: 452 No room: this server keeps 1 kB', false]]);
  });

  test('tells what each session holds, and forgets it at its end', () => {
    const made = run({ steps: [session([{ kind: 'change directory', path: 'pub' }, get('disk.iso')])] });
    const { states, strings } = made;
    const told: string[] = [];
    for (let i = 0; i < states.rows; i++) {
      if (!strings[states.store[i]!]!.startsWith('session ')) continue;
      told.push(`${strings[states.key[i]!]}: ${states.value[i]! < 0 ? 'none' : strings[states.value[i]!]!.replace(/(port |:)\d+/, '$1N')}`);
    }
    expect(told).toEqual([
      'client: 10.0.0.1:N',
      'user: ann',
      'directory: /',
      'type: ascii',
      'directory: /pub',
      'type: binary',
      'data connection: passive, port N',
      'data connection: none',
      'client: none',
      'user: none',
      'directory: none',
      'type: none',
    ]);
  });

  test('takes back what it told of a session that a crash ended', () => {
    const made = run({
      client: { down: 8e6 },
      steps: [at(0, session([get('pub/disk.iso')])), crash('server', SECOND, SECOND), at(5 * MINUTE, session([]))],
    });
    const { states, strings } = made;
    const held = new Map<string, string>();
    for (let i = 0; i < states.rows; i++) {
      if (states.at[i]! < 3 * SECOND && strings[states.store[i]!] === 'session 1') {
        if (states.value[i]! < 0) held.delete(strings[states.key[i]!]!);
        else held.set(strings[states.key[i]!]!, strings[states.value[i]!]!);
      }
    }
    expect([...held]).toEqual([]);
  });

  test('says so where its port is taken', () => {
    const scenario = ftpScenario({ steps: [] });
    const twice = simulate({ ...scenario, services: [...scenario.services, ...scenario.services] });
    const notes = [...twice.states.note].filter((note) => note >= 0).map((note) => twice.strings[note]);
    expect(notes).toEqual(['no FTP server: port 21 is address in use']);
  });
});

describe('metrics', () => {
  test('the time of a transfer is from the question to the receiver’s last octet, either way', () => {
    const made = run({ steps: [session([get('pub/disk.iso'), put('up', sized(100_000))])] });
    const [down] = series(made, 'transfer time', 'server', 'client');
    const [up] = series(made, 'transfer time', 'client', 'server');
    // PASV and its answer, the handshake, RETR, and the file in slow start: one round trip each at least.
    expect(down! / MILLISECOND).toBeGreaterThan(160);
    expect(series(made, 'goodput', 'server', 'client')[0]).toBeCloseTo((8_000_000 * SECOND) / down!, 3);
    // Of a file that is stored, the server's last octet counts, not the reply that comes half a round trip later.
    const { messages, states, strings } = made;
    const asked = [...messages.label].findLastIndex((label) => strings[label] === 'PASV');
    const stored = [...states.key].findIndex((key, i) => strings[key] === '/up' && states.host[i] === 1);
    expect(up).toBe(states.at[stored]! - messages.sentAt[asked]!);
    expect(series(made, 'data bytes', 'server').at(-1)).toBe(1_100_000);
  });

  test('control octets are those of commands and replies', () => {
    const made = run({ steps: [session([get('readme.txt')])] });
    const { messages, strings } = made;
    let octets = 0;
    for (let i = 0; i < messages.rows; i++) if (strings[messages.protocol[i]!] === 'ftp') octets += messages.length[i]!;
    expect(series(made, 'control bytes', 'server').at(-1)).toBe(octets);
  });
});

test('a wrong password, an unknown file, a host that is down and a port where nobody listens are outcomes', () => {
  const refused = ftpScenario({ steps: [session([])] });
  expect(outcomes(run({ steps: [session([], { password: 'guess' })] }))).toEqual([['530 Login incorrect', false]]);
  expect(outcomes(run({ steps: [session([get('nothing')])] }))).toEqual([['nothing: 550 nothing: No such file or directory', false]]);
  expect(outcomes(run({ steps: [crash('client', 0), session([])] }))[1]).toEqual(['client is down', false]);
  expect(outcomes(simulate({ ...refused, services: [] }))).toEqual([['connection refused', false]]);
  expect(outcomes(run({ steps: [session([])] }))).toEqual([['logged in', true]]);
});

test.each(['packets', 'flows'] as const)('over a slow line at %s, a stall counts from the last byte, both ways', (fidelity) => {
  const slow = { up: 30e3, queue: 4e6 };
  const steps = [session([get('pub/disk.iso'), put('up', sized(1e6))])];
  const made = run({ steps, fidelity, client: slow, server: slow });
  expect(outcomes(made)).toEqual([[expect.stringMatching(/^pub\/disk.iso: 1 MB in .*; up: 1 MB in /), true]]);
  expect(made.steps[0]!.endedAt).toBeGreaterThan(9 * MINUTE);
});

test('of several operations, each failure is told, up to ten', () => {
  const failing = (count: number) => run({ steps: [session(Array.from({ length: count }, (_, i) => get(`x${i}`)))] });
  const told = (i: number) => `x${i}: 550 x${i}: No such file or directory`;
  expect(outcomes(failing(5))).toEqual([[[0, 1, 2, 3, 4].map(told).join('; '), false]]);
  expect(outcomes(failing(12))[0]![0]).toMatch(/^x0: .*; x9: 550 x9: No such file or directory; 2 more failed$/);
  const mixed = run({
    steps: [session([get('readme.txt'), put('missing'), put('there', literal('x')), put('pub/x', literal('x')), put('pub')])],
  });
  expect(outcomes(mixed)).toEqual([['missing: no such file on client; pub: a directory on client', false]]);
});

test('the same seed gives the same run', () => {
  const scenario = ftpScenario({
    steps: [session([get('pub/disk.iso'), put('x', sized(5000)), { kind: 'list', how: 'facts', path: 'pub' }])],
  });
  expect(simulate(scenario).fingerprint).toBe(simulate(scenario).fingerprint);
});
