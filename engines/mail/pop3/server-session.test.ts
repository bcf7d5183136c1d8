import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { hostForSessions, LIMITS, mailboxForSessions } from '../mailbox/session-for-tests.ts';
import { commandCases } from './command-cases-for-tests.ts';
import { Maildrops } from './maildrop.ts';
import { RULES } from './server-rules.ts';
import { type Act, apopDigest, ServerSession, topOf } from './server-session.ts';
import { COMMANDS, type Verb } from './wire/command.ts';
import { replyLine } from './wire/reply.ts';

const MAIL = ['A: b\r\n\r\nc', '\r\n.x\r\ny\r\nzzz'];

function world(tls: 'off' | 'offered' | 'required' = 'offered', now = () => 0) {
  const host = hostForSessions(now);
  const { store, logins } = mailboxForSessions(host, MAIL);
  const maildrops = new Maildrops(store);
  let last: number | null = null;
  const open = (loginDelay = 0, secured = false) =>
    new ServerSession({
      service: { tls, logins: LIMITS, loginDelay },
      logins,
      maildrops,
      timestamp: '<1896.697170952@dbc.mtview.ca.us>',
      secured,
      now,
      lastLogin: () => last,
      loggedIn: () => {
        last = now();
      },
    });
  return { store, open };
}

const said = (act: Act): string => (act.kind === 'challenge' ? `+ ${act.line}` : replyLine(act.reply));
const all = (session: ServerSession, lines: readonly string[]): string[] => lines.map((line) => said(session.command(line)));
const IN = ['USER bob', 'PASS pickles'];

describe('the command table', () => {
  test.each(commandCases.map((one) => [`${one.verb}: ${one.what}`, one] as const))('%s', (_name, { say, reply, content, tls }) => {
    const session = world(tls).open();
    const acts = say.map((line) => session.command(line));
    const last = acts.at(-1) as Act;
    if (reply.endsWith('…')) expect(said(last).startsWith(reply.slice(0, -1))).toBe(true);
    else expect(said(last)).toBe(reply);
    if (last.kind === 'reply') expect(last.content).toBe(content ?? null);
  });

  test('has a case for every command, in every state and out of it, and gives the codes that it says', () => {
    for (const verb of Object.keys(COMMANDS) as Verb[]) {
      const cases = commandCases.filter((one) => one.verb === verb);
      expect(cases.length, verb).toBeGreaterThan(0);
      for (const { reply } of cases) {
        const code = /^-ERR \[([^\]]+)\]/.exec(reply)?.[1];
        if (code !== undefined) expect(RULES[verb].codes).toContain(code);
      }
    }
    // Out of order, whatever the command.
    for (const verb of Object.keys(COMMANDS) as Verb[]) {
      const { states } = RULES[verb];
      const argument =
        { APOP: ' bob 00000000000000000000000000000000', PASS: ' x', USER: ' x', RETR: ' 1', DELE: ' 1', TOP: ' 1 1' }[verb as string] ??
        '';
      const out = said(world().open().command(`${verb}${argument}`));
      const inside = all(world().open(), [...IN, `${verb}${argument}`]).at(-1);
      expect(out === '-ERR Log in first', verb).toBe(!states.includes('authorization'));
      expect(inside === '-ERR Already logged in', verb).toBe(!states.includes('transaction'));
    }
  });

  test('knows nothing else', () => {
    expect(all(world().open(), ['XYZZY', 'EHLO x', '', 'user bob'])).toEqual([
      '-ERR No such command: XYZZY',
      '-ERR No such command: EHLO',
      '-ERR No such command: ',
      '+OK Password required',
    ]);
    expect(said(world().open().command(null))).toBe('-ERR Line too long');
  });
});

test('APOP’s digest is that of RFC 1939 §7', () => {
  expect(apopDigest('<1896.697170952@dbc.mtview.ca.us>', 'tanstaaf')).toBe('c4c9334bac560ecc979e58001b3e22fb');
  expect(apopDigest('<x>', 'y')).toBe(createHash('md5').update('<x>y').digest('hex'));
});

test('a maildrop is one session’s at a time, and what is marked goes with QUIT alone', () => {
  const { store, open } = world();
  const [first, second] = [open(), open()];
  all(first, [...IN, 'DELE 1']);
  expect(all(second, IN).at(-1)).toBe('-ERR [IN-USE] Another session has the maildrop');
  first.end();
  expect(store.count('bob@hamburger.edu')).toBe(2);
  expect(all(second, [...IN, 'DELE 1', 'QUIT']).at(-1)).toBe('+OK Goodbye, 1 deleted, 1 left');
  expect(store.messages('bob@hamburger.edu').map(({ octets }) => octets)).toEqual([MAIL[1]]);
});

test('numbers stay what they are while mail comes and goes', () => {
  const { store, open } = world();
  const session = open();
  all(session, IN);
  store.deliver('bob@hamburger.edu', 'new', 0);
  store.remove('bob@hamburger.edu', 1, [1]);
  expect(all(session, ['STAT', 'RETR 3', 'RETR 1', 'LIST 2', 'QUIT'])).toEqual([
    '+OK 2 21',
    '-ERR No such message: 3',
    '-ERR No such message: 1',
    '+OK 2 12',
    '+OK Goodbye, 2 left',
  ]);
});

test('who logs in too soon, fails too often or makes too many mistakes is told so', () => {
  let now = 0;
  const { open } = world('offered', () => now);
  const [first, second, third] = [open(60e9), open(60e9), open(60e9)];
  all(first, [...IN, 'QUIT']);
  now = 30e9;
  expect(all(second, IN).at(-1)).toBe('-ERR [LOGIN-DELAY] Wait 60 seconds between logins');
  now = 100e9;
  expect(all(third, IN).at(-1)).toMatch(/^\+OK/);
  const guesser = open();
  const acts = Array.from({ length: 3 }, () => all(guesser, ['USER bob']) && guesser.command('PASS x'));
  expect(acts.map((act) => act.kind === 'reply' && act.next)).toEqual([undefined, undefined, 'close']);
  const babbler = open();
  const answers = Array.from({ length: 50 }, () => babbler.command('BLAH'));
  expect(answers.filter((act) => act.kind === 'reply' && act.next === 'close')).toEqual([answers.at(-1)]);
});

test('over TLS, what was required is there', () => {
  const { open } = world('required');
  const session = open();
  session.command('STLS');
  session.secured();
  expect(all(session, [...IN, 'CAPA']).slice(1, 2)).toEqual(['+OK bob@hamburger.edu has 2 messages (21 octets)']);
  expect(all(open(0, true), ['STLS'])).toEqual(['-ERR TLS is there already']);
});

test('the top of a message', () => {
  expect(topOf('no header', 0)).toBe('');
  expect(topOf('A: b\r\n\r\nc\r\nd', 1)).toBe('A: b\r\n\r\nc\r\n');
});
