import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandCases } from './command-cases-for-tests.ts';
import { mayReply, RULES, type State } from './server-rules.ts';
import { now, open, type SessionForTests } from './session-for-tests.ts';
import { COMMANDS, type Verb } from './wire/command.ts';
import { decodeReply, replyLines } from './wire/reply.ts';

function does(session: SessionForTests, line: string): string {
  const special = /^\[(tls|content|respond)(?: ([\s\S]*))?\]$/.exec(line);
  if (!special) return session.say(line);
  const argument = special[2] ?? '';
  if (special[1] === 'content') return session.content(argument);
  if (special[1] === 'respond') return session.respond(argument === 'too long' ? null : argument);
  session.session.secured();
  return '';
}

describe('each command', () => {
  test.each(commandCases.map((one) => [one.section, one.line.slice(0, 60), one] as const))(
    '%s: %s',
    (_section, _line, { verb, before = [], line, answer, service, submission, limits }) => {
      const session = open(service, submission, limits);
      for (const earlier of before) does(session, earlier);
      const found = does(session, line);
      if (typeof answer === 'string') expect(found).toBe(answer);
      else expect(found).toMatch(answer);
      const reply = decodeReply(found.replace(/ \[\w+\]$/, '').split('\n'));
      const spoken = line.split(' ')[0]?.toUpperCase() as Verb;
      expect('code' in reply && mayReply(spoken in COMMANDS ? spoken : verb, reply.code)).toBe(true);
    },
  );

  test('has a case, and each code that the table gives it comes out of one', () => {
    for (const verb of Object.keys(COMMANDS) as Verb[]) {
      const found = new Set<number>();
      for (const one of commandCases) {
        const spoken = one.line.split(' ')[0]?.toUpperCase() as Verb;
        if ((spoken in COMMANDS ? spoken : one.verb) !== verb) continue;
        const session = open(one.service, one.submission, one.limits);
        for (const earlier of one.before ?? []) does(session, earlier);
        found.add(Number(does(session, one.line).slice(0, 3)));
      }
      expect(found.size, verb).toBeGreaterThan(0);
      const known = RULES[verb].replies.filter((code) => code !== 530);
      expect(
        known.filter((code) => !found.has(code)),
        verb,
      ).toEqual([]);
    }
  });

  test('is allowed in the states that the table says, and answered by 503 or 554 in others', () => {
    const before: Readonly<Record<State, readonly string[]>> = {
      connected: [],
      ready: ['EHLO crepes.fr'],
      sender: ['EHLO crepes.fr', 'MAIL FROM:<alice@crepes.fr>'],
      recipients: ['EHLO crepes.fr', 'MAIL FROM:<alice@crepes.fr>', 'RCPT TO:<bob@hamburger.edu>'],
    };
    const line: Partial<Record<Verb, string>> = {
      HELO: 'HELO a.b',
      EHLO: 'EHLO a.b',
      MAIL: 'MAIL FROM:<a@b.c>',
      RCPT: 'RCPT TO:<bob@hamburger.edu>',
      VRFY: 'VRFY bob',
      EXPN: 'EXPN friends',
      AUTH: 'AUTH LOGIN',
    };
    for (const [verb, { states, supported }] of Object.entries(RULES)) {
      if (supported === 'no') continue;
      for (const [state, said] of Object.entries(before)) {
        const { say } = open({ tls: 'offered', authentication: 'offered' });
        for (const earlier of said) say(earlier);
        // Over TLS LOGIN may be used; here it is 538, which is no question of order.
        const code = say(line[verb as Verb] ?? verb).slice(0, 3);
        expect(['503', '554'].includes(code), `${verb} while ${state}: ${code}`).toBe(!(states as readonly string[]).includes(state));
      }
    }
  });
});

test('classic: the textbook’s words', () => {
  const { say, content, session, taken } = open({ dialect: 'classic' });
  expect(replyLines(session.greet())).toEqual(['220 hamburger.edu']);
  expect(say('HELO crepes.fr')).toBe('250 Hello crepes.fr, pleased to meet you');
  expect(say('MAIL FROM: <alice@crepes.fr>')).toBe('250 alice@crepes.fr... Sender ok');
  expect(say('RCPT TO: <bob@hamburger.edu>')).toBe('250 bob@hamburger.edu ... Recipient ok');
  expect(say('DATA')).toBe('354 Enter mail, end with "." on a line by itself [content]');
  expect(content('..dot\r\n')).toBe('250 Message accepted for delivery');
  expect(say('QUIT')).toBe('221 hamburger.edu closing connection [close]');
  expect(taken).toMatchObject([
    { envelope: { reversePath: 'alice@crepes.fr', recipients: [{ address: 'bob@hamburger.edu' }] }, content: '.dot\r\n' },
  ]);
});

test('what the sender wants to be told comes with the message', () => {
  const { say, content, taken } = open();
  say('EHLO crepes.fr');
  say('MAIL FROM:<a@b.c> RET=HDRS ENVID=QQ314159');
  say('RCPT TO:<bob@hamburger.edu> NOTIFY=DELAY,SUCCESS ORCPT=rfc822;Bob@hamburger.edu');
  say('RCPT TO:<bob@burger.org> NOTIFY=NEVER');
  say('RCPT TO:<friends@hamburger.edu>');
  say('DATA');
  content('hi\r\n');
  expect(taken[0]?.envelope).toEqual({
    reversePath: 'a@b.c',
    returned: 'HDRS',
    envelopeId: 'QQ314159',
    recipients: [
      { address: 'bob@hamburger.edu', notify: ['SUCCESS', 'DELAY'], original: 'rfc822;Bob@hamburger.edu' },
      { address: 'bob@burger.org', notify: [], original: null },
      { address: 'friends@hamburger.edu', notify: null, original: null },
    ],
  });
});

test('a message beyond the limit is refused, and the transaction is over', () => {
  const { say, content, taken, refusals } = open();
  for (const tooBig of [null, 'x'.repeat(1001)]) {
    for (const line of ['EHLO crepes.fr', 'MAIL FROM:<a@b.c>', 'RCPT TO:<bob@hamburger.edu>', 'DATA']) say(line);
    expect(content(tooBig)).toBe('552 5.3.4 Message exceeds maximum size of 1000 octets');
    expect(say('DATA')).toMatch(/^503/);
  }
  expect(taken).toEqual([]);
  expect(refusals).toEqual(['message too big', 'message too big']);
});

test('the hundred-and-first recipient is one too many for now', () => {
  const { say } = open();
  say('EHLO crepes.fr');
  say('MAIL FROM:<bob@hamburger.edu>');
  for (let i = 0; i < 100; i++) expect(say(`RCPT TO:<bob+${i}@elsewhere.org>`)).toMatch(/^250/);
  expect(say('RCPT TO:<bob@hamburger.edu>')).toBe('452 4.5.3 Too many recipients');
});

test.each(['RSET', 'EHLO crepes.fr', 'HELO crepes.fr'])('%s forgets sender and recipients', (forget) => {
  const { say, content, taken } = open();
  for (const line of ['EHLO crepes.fr', 'MAIL FROM:<a@b.c> RET=FULL', 'RCPT TO:<bob@hamburger.edu>', forget]) say(line);
  expect(say('DATA')).toMatch(/^503/);
  for (const line of ['MAIL FROM:<c@d.e>', 'RCPT TO:<bob@burger.org>', 'DATA']) say(line);
  content('');
  expect(taken).toMatchObject([{ envelope: { reversePath: 'c@d.e', recipients: [{ address: 'bob@burger.org' }], returned: null } }]);
});

test('a line that is too long gets 500, and the fiftieth thing not understood closes', () => {
  const { say } = open();
  say('EHLO crepes.fr');
  for (let i = 0; i < 49; i++) expect(say(null)).toBe('500 5.5.2 Line too long');
  expect(say('NOOP')).toMatch(/^250/);
  expect(say(null)).toBe('421 4.7.0 hamburger.edu Too many errors, closing connection [close]');
});

test('TLS makes everything said before it unsaid, also who had logged in', () => {
  const { say, session, respond } = open({ tls: 'offered', authentication: 'offered' });
  say('EHLO crepes.fr');
  say('AUTH CRAM-MD5');
  expect(respond('bm9ib2R5IGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw')).toMatch(/^535/);
  session.secured();
  expect(session.client).toEqual({ name: '', extended: false, secured: true, user: null });
});

test('any dialogue gets replies that can stand on the wire, and only DATA after RCPT is followed by content', () => {
  const line = fc.oneof(
    fc.constantFrom('EHLO a.b', 'HELO a.b', 'MAIL FROM:<a@b.c>', 'RCPT TO:<bob@hamburger.edu>', 'RCPT TO:<x@y.z>', 'DATA', 'RSET', 'QUIT'),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.constantFrom('classic' as const, 'extended' as const), fc.array(line, { maxLength: 30 }), (dialect, lines) => {
      const { session } = open({ dialect });
      let recipients = 0;
      for (const said of lines) {
        const step = now(session.command(said));
        for (const text of replyLines(step.reply)) expect(text).toMatch(/^[2-5]\d\d[ -][ -~]{0,506}$/);
        if (step.reply.code === 250) {
          if (said?.startsWith('RCPT')) recipients++;
          else recipients = 0;
        }
        expect(step.next === 'content').toBe(said === 'DATA' && recipients > 0);
        if (step.next === 'content') {
          now(session.content('hi\r\n'));
          recipients = 0;
        }
      }
    }),
  );
});
