import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfAll, lengthOf } from '../contents.ts';
import { MemoryDisk } from '../network/disk.ts';
import { octetsOf } from '../network/octets.ts';
import { SECOND } from '../quantities.ts';
import { mayRead } from './account.ts';
import { type CommandCase, commandCases } from './command-cases-for-tests.ts';
import { literal } from './file-source.ts';
import { FileSystem } from './file-system.ts';
import { FileWriter } from './file-writer.ts';
import type { TlsPolicy } from './scenario.ts';
import { serviceForTests } from './scenario-for-tests.ts';
import { mayReply, RULES } from './server-rules.ts';
import { type Act, ServerSession } from './server-session.ts';
import { Space } from './space.ts';
import { COMMANDS, decodeCommand, type Verb } from './wire/command.ts';
import { decodeReply, type Reply, replyLines } from './wire/reply.ts';

const PASSWORDS = { ann: 'secret', bob: 'hunter2', eve: 'looks', anonymous: 'me@here' };

/** A session with the files of the scenario for tests, from 10.0.0.1. */
function open(tls: TlsPolicy = 'off', files = new FileSystem(new MemoryDisk())): ServerSession {
  for (const { path, source } of serviceForTests.files) {
    files.write(path, source.kind === 'size' ? [{ seed: 7, offset: 0, length: source.size }] : literal(source.octets), 'ftp', 0);
  }
  for (const path of serviceForTests.directories) files.makeDirectory(path, 'ftp', 0);
  return new ServerSession({ ...serviceForTests, tls }, files, new Space(serviceForTests.space, files), '10.0.0.1', () => 0);
}

function logIn(session: ServerSession, user: CommandCase['as']): void {
  if (user === null) return;
  session.command(`USER ${user}`);
  expect(session.command(`PASS ${PASSWORDS[user]}`)).toMatchObject({ reply: { code: 230 } });
}

function told(act: Act): string {
  const lines = (reply: Reply) => replyLines(reply).join('\n');
  switch (act.kind) {
    case 'reply':
      return act.next ? `${lines(act.reply)} [${act.next}]` : lines(act.reply);
    case 'port':
      return `${lines(act.reply)} [port ${act.endpoint.address}:${act.endpoint.port}]`;
    case 'reinitialize':
      return `${lines(act.reply)} [reinitialize${act.clear ? ' in clear' : ''}]`;
    case 'listen':
      return act.extended ? '[listen extended]' : '[listen]';
    case 'abort':
      return '[abort]';
    case 'transfer': {
      const { transfer } = act;
      return transfer.direction === 'out'
        ? `[out ${transfer.kind} ${transfer.what} ${lengthOf(transfer.content)}]`
        : `[in ${transfer.writing.path} from ${transfer.writing.offset}${transfer.writing.afterCr ? ' after CR' : ''}${transfer.unique ? ' uniquely' : ''}]`;
    }
  }
}

describe('each command', () => {
  test.each(commandCases.map((one) => [one.section, one.as ?? 'nobody', one.line.slice(0, 60), one] as const))(
    '%s, as %s: %s',
    (_section, _as, _line, { as, before = [], line, answer, tls }) => {
      const session = open(tls);
      logIn(session, as);
      for (const earlier of before) session.command(earlier);
      const found = told(session.command(line));
      if (typeof answer === 'string') expect(found).toBe(answer);
      else expect(found).toMatch(answer);
    },
  );

  test('has a case, and each case is of its command or prepares it', () => {
    const covered = new Set(commandCases.map(({ verb }) => verb));
    expect(Object.keys(COMMANDS).filter((verb) => !covered.has(verb as Verb))).toEqual([]);
  });

  test('is allowed in the states that the table says, and answered by 530 or 503 in others', () => {
    const before = {
      connected: [],
      named: ['USER ann'],
      ready: ['USER ann', 'PASS secret'],
      renaming: ['USER ann', 'PASS secret', 'RNFR readme.txt'],
    };
    const wellFormed: Partial<Record<Verb, string>> = {
      PORT: 'PORT 10,0,0,1,192,5',
      EPRT: 'EPRT |1|10.0.0.1|49157|',
      TYPE: 'TYPE I',
      MODE: 'MODE S',
      STRU: 'STRU F',
      ALLO: 'ALLO 1',
      REST: 'REST 0',
      EPSV: 'EPSV',
    };
    for (const [verb, { states, supported }] of Object.entries(RULES)) {
      if (supported !== 'yes') continue;
      const line = wellFormed[verb as Verb] ?? (COMMANDS[verb as Verb].syntax === 'nothing' ? verb : `${verb} x`);
      for (const [state, said] of Object.entries(before)) {
        const session = open();
        for (const earlier of said) session.command(earlier);
        const act = session.command(line);
        const refused = act.kind === 'reply' && ['530', '503'].includes(String(act.reply.code));
        // A wrong password is answered by 530, too.
        if (verb === 'PASS' && state === 'named') continue;
        expect(refused, `${verb} while ${state}`).toBe(!(states as readonly string[]).includes(state));
      }
    }
  });
});

test('a wrong password takes five seconds, and the third one ends the session', () => {
  const session = open();
  session.command('USER ann');
  expect(session.command('PASS a')).toMatchObject({ delay: 5e9, reply: { code: 530 } });
  session.command('USER ann');
  session.command('PASS b');
  session.command('USER ann');
  expect(session.command('PASS c')).toMatchObject({ delay: 5e9, reply: { code: 421 }, next: 'close' });
});

test('whether a user exists is not to be learnt from the replies', () => {
  const said = (user: string) => {
    const session = open();
    return [told(session.command(`USER ${user}`)).replace(user, 'X'), told(session.command('PASS guess'))];
  };
  expect(said('ann')).toEqual(said('zoe'));
});

test('what others keep at home does not show in listings', () => {
  const names = (user: CommandCase['as']) => {
    const session = open();
    logIn(session, user);
    session.command('CWD /home');
    const act = session.command('NLST');
    return act.kind === 'transfer' && act.transfer.direction === 'out' ? lengthOf(act.transfer.content) : -1;
  };
  expect(names('bob')).toBe('bob\r\n'.length);
  expect(names('eve')).toBe(0);
});

describe('a home', () => {
  const DIARY = 'Dear diary\n';
  const users = [...serviceForTests.users, { name: 'joe', password: 'inside', home: '/home/bob/joe', writes: true }];
  const path = fc.constantFrom(
    ...[
      '',
      '/',
      '..',
      '.',
      'bob',
      'joe',
      'home',
      '/home',
      '/home/bob',
      '/home/bob/',
      '/home/bob/diary.txt',
      '/home/./bob/../bob/diary.txt',
    ],
    ...[
      'diary.txt',
      'bob/diary.txt',
      'home/bob/diary.txt',
      '/pub',
      '/taken',
      '/taken/bob/diary.txt',
      '/home/bob/joe',
      '/home/bob/joe/x',
      'x',
    ],
  );
  const verb = fc.constantFrom<Verb>(
    ...(['CWD', 'RETR', 'STOR', 'APPE', 'STOU', 'RNFR', 'RNTO', 'RNTO', 'DELE', 'RMD', 'MKD', 'LIST', 'NLST', 'MLSD', 'MLST'] as const),
    ...(['SIZE', 'MDTM', 'STAT', 'PWD', 'CDUP'] as const),
  );
  const bare: readonly Verb[] = ['PWD', 'CDUP'];
  const line = fc.tuple(verb, path).map(([said, at]) => (bare.includes(said) || at === '' ? said : `${said} ${at}`));

  test('is its user’s alone: no sequence of commands of others reads or changes what is in it', () => {
    fc.assert(
      fc.property(fc.constantFrom('ann', 'eve', 'joe', 'anonymous'), fc.array(line, { maxLength: 25 }), (name, lines) => {
        const disk = new MemoryDisk();
        const files = new FileSystem(disk);
        const service = { ...serviceForTests, users, anonymous: 'write' as const };
        files.makeDirectory('/home/bob/joe', 'joe', 0);
        files.makeDirectory('/pub', 'ftp', 0);
        // Nobody else says that name, nor makes anything at that time.
        files.write('/home/bob/diary.txt', literal(DIARY), 'bob', 0);
        files.write('/home/bob/letters', literal(DIARY), 'bob', 3600 * SECOND);
        const held = () =>
          JSON.stringify(
            ['/home/bob', '/home/bob/diary.txt', '/home/bob/letters'].map((at) => [files.look(at), octetsOf(bytesOfAll(files.read(at)))]),
          );
        const before = held();
        const session = new ServerSession(service, files, new Space(service.space, files), '10.0.0.1', () => 1);
        session.command(`USER ${name}`);
        session.command(`PASS ${users.find((user) => user.name === name)?.password ?? ''}`);
        for (const said of lines) {
          const act = session.command(said);
          let shown = 'reply' in act ? replyLines(act.reply).join('\n') : '';
          if (act.kind === 'transfer') {
            const { transfer } = act;
            if (transfer.direction === 'out') shown += octetsOf(bytesOfAll(transfer.content));
            else new FileWriter(files, transfer.writing, () => 1).end();
          }
          expect(shown).not.toMatch(/Dear|letters|modify=20260101010000|Jan {2}1 01:00/);
          if (said.startsWith('SIZE')) expect(shown).not.toMatch(/^213 1[12]$/);
        }
        expect(held()).toBe(before);
        expect(files.list('/home/bob').map((one) => one.name)).toEqual(['diary.txt', 'joe', 'letters']);
      }),
      { numRuns: 2000 },
    );
  });

  test('within another’s is its own user’s, not that one’s', () => {
    const [ann, bob, joe] = ['/', '/home/bob', '/home/bob/joe'].map((home) => ({ name: 'x', home, writes: true }));
    const readers = (at: string) => [ann!, bob!, joe!].map((account) => mayRead(account, at, users));
    expect(readers('/home')).toEqual([true, true, true]);
    expect(readers('/home/bob/diary.txt')).toEqual([false, true, false]);
    expect(readers('/home/bob/joe/x')).toEqual([false, false, true]);
    expect(readers('/home/bobby')).toEqual([true, true, true]);
  });
});

test('REIN forgets who is there, the directory, the type and the facts that were asked for', () => {
  const session = open();
  logIn(session, 'ann');
  for (const line of ['CWD pub', 'TYPE I', 'OPTS MLST size;', 'REST 4', 'REIN']) session.command(line);
  expect(told(session.command('PWD'))).toMatch(/^530/);
  logIn(session, 'ann');
  expect(session.state().filter(([, value]) => value !== null)).toEqual([
    ['user', 'ann'],
    ['directory', '/'],
    ['type', 'ascii'],
  ]);
  expect(told(session.command('FEAT'))).toContain('type*;size*;modify*;perm*;unique*;');
});

test('the fiftieth thing that is not understood ends the session', () => {
  const session = open();
  for (let i = 0; i < 49; i++) expect(told(session.command(null))).toBe('500 Line too long');
  expect(told(session.command('XYZZY'))).toBe('421 Too many errors, closing control connection [close]');
});

test('any dialogue is answered with replies that the table allows, and that can stand on the wire', () => {
  const verbs = Object.keys(COMMANDS) as Verb[];
  const argument = fc.constantFrom(
    '',
    ' x',
    ' readme.txt',
    ' pub',
    ' /',
    ' ..',
    ' A',
    ' I',
    ' F',
    ' S',
    ' 1',
    ' TLS',
    ' P',
    ' 10,0,0,1,192,5',
    ' |1|10.0.0.1|5000|',
    ' -la',
  );
  const line = fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom(...verbs), argument).map(([verb, rest]) => verb + rest) },
    fc.constantFrom('USER ann', 'PASS secret', 'USER bob', 'PASS hunter2'),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }).filter((text) => !text.includes('\r\n')),
  );
  fc.assert(
    fc.property(
      fc.constantFrom<TlsPolicy>('off', 'offered', 'required'),
      fc.boolean(),
      fc.array(line, { maxLength: 30 }),
      (tls, loggedIn, lines) => {
        const session = open(tls);
        if (loggedIn && tls === 'required') session.command('AUTH TLS');
        if (loggedIn) logIn(session, 'ann');
        for (const said of lines) {
          const command = decodeCommand(said);
          const act = session.command(said);
          if (!('reply' in act)) continue;
          expect(decodeReply(replyLines(act.reply))).toEqual(act.reply);
          for (const text of replyLines(act.reply)) expect(text.length).toBeLessThan(4094);
          if ('verb' in command) expect(mayReply(command.verb, act.reply.code), `${act.reply.code} to ${command.verb}`).toBe(true);
          else expect([421, 500, 501, 502]).toContain(act.reply.code);
        }
      },
    ),
  );
});
