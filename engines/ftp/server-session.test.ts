import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MemoryDisk } from '../network/disk.ts';
import { type CommandCase, commandCases } from './command-cases-for-tests.ts';
import { lengthOf, literal } from './file-content.ts';
import { FileSystem } from './file-system.ts';
import type { TlsPolicy } from './scenario.ts';
import { serviceForTests } from './scenario-for-tests.ts';
import { mayReply, RULES } from './server-rules.ts';
import { type Act, ServerSession } from './server-session.ts';
import { COMMANDS, decodeCommand, type Verb } from './wire/command.ts';
import { decodeReply, type Reply, replyLines } from './wire/reply.ts';

const PASSWORDS = { ann: 'secret', bob: 'hunter2', eve: 'looks', anonymous: 'me@here' };

/** A session with the files of the scenario for tests, from 10.0.0.1. */
function open(tls: TlsPolicy = 'off'): ServerSession {
  const files = new FileSystem(new MemoryDisk());
  for (const { path, source } of serviceForTests.files) {
    files.write(path, source.kind === 'size' ? [{ seed: 7, offset: 0, length: source.size }] : literal(source.octets), 'ftp', 0);
  }
  for (const path of serviceForTests.directories) files.makeDirectory(path, 'ftp', 0);
  return new ServerSession({ ...serviceForTests, tls }, files, '10.0.0.1', () => 0);
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
      return `${lines(act.reply)} [reinitialize]`;
    case 'listen':
      return act.extended ? '[listen extended]' : '[listen]';
    case 'abort':
      return '[abort]';
    case 'transfer': {
      const { transfer } = act;
      return transfer.direction === 'out'
        ? `[out ${transfer.kind} ${transfer.what} ${lengthOf(transfer.content)}]`
        : `[in ${transfer.path} from ${transfer.offset}${transfer.unique ? ' uniquely' : ''}]`;
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
          else expect([421, 500, 501]).toContain(act.reply.code);
        }
      },
    ),
  );
});
