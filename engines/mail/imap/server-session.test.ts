import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MailboxStore } from '../mailbox/mailbox-store.ts';
import { BOB, hostForSessions, mailboxForSessions, SERVICE } from '../mailbox/session-for-tests.ts';
import { commandCases } from './command-cases-for-tests.ts';
import { RULES, type State } from './server-rules.ts';
import { type Act, ServerSession } from './server-session.ts';
import { COMMANDS, type Verb } from './wire/command.ts';
import { decodeResponse } from './wire/response.ts';

function world(tls: 'off' | 'offered' | 'required' = 'offered', messages?: readonly string[]) {
  const host = hostForSessions();
  const { store, logins } = mailboxForSessions(host, messages);
  const open = () => new ServerSession({ service: { ...SERVICE, tls }, logins, store, nonce: '<1@server>', secured: false, now: () => 0 });
  return { store, open };
}

/** The responses to one line of a client; the tag of the tagged one left out. */
function say(session: ServerSession, line: string, idling = false): string[] {
  const act: Act = idling ? session.doneIdling(line) : session.inExchange ? session.answer(line) : session.command(`t ${line}`);
  if (act.kind === 'idle') return ['idling'];
  if (act.kind === 'challenge') return [`+ ${act.line}`];
  return [...act.untagged.map(({ octets }) => octets), act.tagged.replace(/^t /, '')];
}

function talk(session: ServerSession, lines: readonly string[]): string[] {
  let last: string[] = [];
  for (const line of lines) last = say(session, line, last[0] === 'idling');
  return last;
}

const OPEN = ['LOGIN bob pickles', 'SELECT INBOX'];

describe('the command table', () => {
  test.each(commandCases.map((one) => [`${one.verb}: ${one.what}`, one] as const))('%s', (_name, { say: lines, responses, tls }) => {
    const got = talk(world(tls).open(), lines);
    expect(got.map((one, i) => (responses[i]?.endsWith('…') ? `${one.slice(0, responses[i].length - 1)}…` : one))).toEqual(responses);
  });

  test('has a case for every command, and names the untagged responses and codes that they bring', () => {
    for (const verb of Object.keys(COMMANDS) as Verb[]) {
      const cases = commandCases.filter((one) => one.verb === verb);
      expect(cases.length, verb).toBeGreaterThan(0);
      for (const one of cases.filter(({ say: lines }) => lines.at(-1)?.replace(/^UID /, '').startsWith(verb))) {
        for (const response of one.responses) {
          const decoded = decodeResponse(response.startsWith('*') ? response : `t ${response.replace('…', ']')}`);
          if ('error' in decoded || decoded.kind === 'continuation') throw new Error(response);
          if (decoded.kind === 'status' && decoded.code) expect(RULES[verb].codes, one.what).toContain(decoded.code.name);
          const news = decoded.kind === 'data' && ['EXISTS', 'RECENT', 'EXPUNGE'].includes(decoded.name);
          if (decoded.kind === 'data' && !news) expect(RULES[verb].untagged).toContain(decoded.name);
        }
      }
    }
  });

  test('says BAD in every state that a command is not for', () => {
    const states: Readonly<Record<State, readonly string[]>> = { 'not authenticated': [], authenticated: OPEN.slice(0, 1), selected: OPEN };
    const rest: Partial<Record<Verb, string>> = {
      AUTHENTICATE: ' PLAIN',
      LOGIN: ' a b',
      RENAME: ' a b',
      LIST: ' "" *',
      LSUB: ' "" *',
      STATUS: ' a (MESSAGES)',
      APPEND: ' a {1}\r\nx',
      SEARCH: ' ALL',
      FETCH: ' 1 FLAGS',
      STORE: ' 1 FLAGS ()',
      COPY: ' 1 a',
      MOVE: ' 1 a',
    };
    for (const verb of Object.keys(COMMANDS) as Verb[]) {
      if (verb === 'UID') continue;
      for (const state of Object.keys(states) as State[]) {
        const argument = rest[verb] ?? (COMMANDS[verb].syntax === 'mailbox' ? ' a' : '');
        const last = talk(world().open(), [...states[state], `${verb}${argument}`]).at(-1);
        expect(last === `BAD ${verb} is not for the state ${state}`, `${verb} ${state}`).toBe(!RULES[verb].states.includes(state));
      }
    }
  });

  test('knows nothing else, and answers what has no tag without one', () => {
    const session = world().open();
    expect(say(session, 'XYZZY')).toEqual(['BAD No such command: XYZZY']);
    expect(session.command('')).toMatchObject({ tagged: '* BAD A tag and a command are expected' });
    expect(session.refused('t', 'too big')).toMatchObject({ tagged: 't NO [TOOBIG] More than the server takes' });
    expect(session.refused(null, 'too long')).toMatchObject({ tagged: '* BAD The command is too long', next: 'close' });
    const answers = Array.from({ length: 50 }, () => session.command('t BLAH'));
    expect(answers.filter((act) => act.kind === 'reply' && act.next === 'close').length).toBeGreaterThan(0);
  });
});

test('every message of a large folder may be asked for at once, but not again and again', () => {
  const host = hostForSessions();
  const store = new MailboxStore(host.disk);
  store.create(BOB, 1_000_000_000);
  const octets = `A: b\r\n\r\n${'x'.repeat(900_000)}`;
  for (let i = 0; i < 200; i++) store.deliver(BOB, octets, 0);
  const { logins } = mailboxForSessions(hostForSessions(), []);
  const session = new ServerSession({ service: SERVICE, logins, store, nonce: '<1@server>', secured: false, now: () => 0 });
  talk(session, OPEN);
  const once = say(session, 'FETCH 1:* RFC822');
  expect([once.length, once.at(-1)]).toEqual([201, 'OK FETCH completed']);
  const twice = say(session, 'FETCH 1:* (RFC822 BODY.PEEK[])');
  expect([twice.length, twice.at(-1)]).toEqual([150, 'NO [LIMIT] FETCH: more than the server tells at once']);
});

describe('two sessions at one folder', () => {
  function both() {
    const { open, store } = world();
    const [one, other] = [open(), open()];
    talk(one, OPEN);
    talk(other, OPEN);
    return { one, other, store };
  }

  test('are told of each other’s flags, and each of its own at once', () => {
    const { one, other } = both();
    expect(say(one, 'STORE 2 +FLAGS (\\Flagged)')).toEqual(['* 2 FETCH (FLAGS (\\Flagged \\Recent))', 'OK STORE completed']);
    expect(say(other, 'NOOP')).toEqual(['* 2 FETCH (FLAGS (\\Flagged))', 'OK NOOP completed']);
    expect(say(other, 'NOOP')).toEqual(['OK NOOP completed']);
  });

  test('are told that messages are gone only where numbers cannot be mistaken (RFC 3501 §7.4.1)', () => {
    const { one, other } = both();
    talk(one, ['STORE 1 +FLAGS.SILENT (\\Deleted)', 'EXPUNGE']);
    expect(say(other, 'FETCH 2 UID')).toEqual(['* 2 FETCH (UID 2)', 'OK FETCH completed']);
    expect(say(other, 'FETCH 1 UID').at(-1)).toBe('NO [EXPUNGEISSUED] FETCH: some of the messages are gone');
    expect(say(other, 'COPY 1 INBOX').slice(-1)).toEqual(['NO [EXPUNGEISSUED] COPY: some of the messages are gone']);
    expect(say(other, 'FETCH 1 UID')).toEqual(['* 1 FETCH (UID 2)', 'OK FETCH completed']);
  });

  test('are told of what comes, which is recent for one of them', () => {
    const { one, other, store } = both();
    store.deliver(BOB, 'new', 0);
    expect(say(one, 'NOOP')).toEqual(['* 3 EXISTS', '* 3 RECENT', 'OK NOOP completed']);
    expect(say(other, 'NOOP')).toEqual(['* 3 EXISTS', '* 0 RECENT', 'OK NOOP completed']);
  });

  test('of what came and went meanwhile, nothing is told', () => {
    const { one, store } = both();
    store.deliver(BOB, 'new', 0);
    store.remove(BOB, 1, [3]);
    expect(say(one, 'NOOP')).toEqual(['OK NOOP completed']);
  });
});

/** What a client knows from what it was told: UIDs and flags by sequence number. */
class Follower {
  uids: (number | null)[] = [];
  told(responses: readonly string[]): void {
    for (const response of responses.slice(0, -1)) {
      const exists = /^\* (\d+) EXISTS$/.exec(response);
      const gone = /^\* (\d+) EXPUNGE$/.exec(response);
      if (exists) while (this.uids.length < Number(exists[1])) this.uids.push(null);
      if (gone) this.uids.splice(Number(gone[1]) - 1, 1);
      const fetch = /^\* (\d+) FETCH \(.*UID (\d+)/.exec(response);
      if (fetch) {
        const index = Number(fetch[1]) - 1;
        expect(index).toBeLessThan(this.uids.length);
        expect([null, Number(fetch[2])]).toContain(this.uids[index] ?? null);
        this.uids[index] = Number(fetch[2]);
      }
    }
  }
}

test('whatever several clients and the mail server do, all end with one view, and each was told of every change', () => {
  const client = fc.nat(2);
  const set = fc.constantFrom('1', '2', '1:2', '2:*', '*', '1:*');
  const act = fc.oneof(
    fc.record({ kind: fc.constant('say' as const), client, line: set.map((one) => `UID STORE ${one} +FLAGS (\\Deleted)`) }),
    fc.record({
      kind: fc.constant('say' as const),
      client,
      line: fc.constantFrom('EXPUNGE', 'NOOP', 'CHECK', 'UID SEARCH ALL', 'SEARCH UNSEEN'),
    }),
    fc.record({ kind: fc.constant('say' as const), client, line: set.map((one) => `UID FETCH ${one} (FLAGS BODY[])`) }),
    fc.record({ kind: fc.constant('say' as const), client, line: set.map((one) => `FETCH ${one} UID`) }),
    fc.record({ kind: fc.constant('say' as const), client, line: set.map((one) => `UID COPY ${one} INBOX`) }),
    fc.record({ kind: fc.constant('say' as const), client, line: set.map((one) => `STORE ${one} -FLAGS.SILENT (\\Deleted \\Seen)`) }),
    fc.record({ kind: fc.constant('say' as const), client, line: fc.constant('APPEND INBOX {3}\r\nabc') }),
    fc.record({ kind: fc.constant('deliver' as const) }),
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
      const { open, store } = world('offered', ['one', 'two', 'three']);
      const sessions = [open(), open(), open()];
      const followers = sessions.map((session) => {
        talk(session, OPEN.slice(0, 1));
        const follower = new Follower();
        follower.told(say(session, OPEN[1] as string));
        return follower;
      });
      for (const one of acts) {
        if (one.kind === 'deliver') store.deliver(BOB, 'more', 0);
        else followers[one.client]?.told(say(sessions[one.client] as ServerSession, one.line));
      }
      const uids = store.messages(BOB).map(({ uid }) => uid);
      for (const [i, session] of sessions.entries()) {
        followers[i]?.told(say(session, 'NOOP'));
        expect(followers[i]?.uids.length).toBe(uids.length);
        if (uids.length > 0) followers[i]?.told(say(session, 'FETCH 1:* (UID FLAGS)'));
        expect(followers[i]?.uids).toEqual(uids);
        expect(say(session, 'NOOP')).toEqual(['OK NOOP completed']);
      }
    }),
  );
});
