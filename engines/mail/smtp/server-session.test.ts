import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Process, start } from '../../kernel/process.ts';
import type { Dialect } from '../scenario.ts';
import { type Envelope, ServerSession } from './server-session.ts';
import { replyLines } from './wire/reply.ts';

/** A session that knows bob and relays nothing; what it accepts goes to `taken`. */
function open(dialect: Dialect, maximumSize = 1000) {
  const taken: { envelope: Envelope; content: string }[] = [];
  const session = new ServerSession(
    { greeting: 'hamburger.edu', dialect, maximumSize },
    {
      // biome-ignore lint/correctness/useYield: decided at once.
      *recipient(address, _reversePath, _size, texts) {
        if (!address.endsWith('hamburger.edu')) return texts.relayDenied(address);
        return address.startsWith('bob') ? null : texts.userUnknown(address);
      },
      // biome-ignore lint/correctness/useYield: as above.
      *message(envelope, content) {
        taken.push({ envelope: { ...envelope, recipients: [...envelope.recipients] }, content });
        return { id: String(taken.length) };
      },
    },
  );
  const say = (line: string | null): string => {
    const step = now(session.command(line));
    return step.next === 'command' ? replyLines(step.reply).join('\n') : `${replyLines(step.reply).join('\n')} [${step.next}]`;
  };
  const content = (octets: string | null) => replyLines(now(session.content(octets)).reply).join('\n');
  return { say, content, taken, session };
}

function now<T>(process: Process<T>): T {
  const task = start('test', process);
  expect(task.done).toBe(true);
  return task.result as T;
}

describe.each(['classic', 'extended'] as const)('every state and command, %s', (dialect) => {
  const before: Record<string, string[]> = {
    connected: [],
    ready: ['HELO crepes.fr'],
    sender: ['HELO crepes.fr', 'MAIL FROM:<alice@crepes.fr>'],
    recipients: ['HELO crepes.fr', 'MAIL FROM:<alice@crepes.fr>', 'RCPT TO:<bob@hamburger.edu>'],
  };
  const noRecipient = dialect === 'classic' ? 503 : 554;
  const ehlo = dialect === 'classic' ? 500 : 250;
  const codes: [line: string, connected: number, ready: number, sender: number, recipients: number][] = [
    ['HELO crepes.fr', 250, 250, 250, 250],
    ['EHLO crepes.fr', ehlo, ehlo, ehlo, ehlo],
    ['MAIL FROM:<alice@crepes.fr>', 503, 250, 503, 503],
    ['RCPT TO:<bob@hamburger.edu>', 503, 503, 250, 250],
    ['RCPT TO:<carol@hamburger.edu>', 503, 503, 550, 550],
    ['RCPT TO:<eve@elsewhere.org>', 503, 503, 550, 550],
    ['DATA', 503, 503, noRecipient, 354],
    ['RSET', 250, 250, 250, 250],
    ['NOOP', 250, 250, 250, 250],
    ['HELP', 214, 214, 214, 214],
    ['VRFY bob', 252, 252, 252, 252],
    ['EXPN friends', 502, 502, 502, 502],
    ['QUIT', 221, 221, 221, 221],
    ['TURN', 500, 500, 500, 500],
    ['MAIL FROM:alice', 501, 501, 501, 501],
    ['MAIL FROM:<a@b.c> RET=FULL', 503, 555, 503, 503],
  ];
  test.each(codes)('%s', (line, ...expected) => {
    const states = ['connected', 'ready', 'sender', 'recipients'];
    const found = states.map((state) => {
      const { say } = open(dialect);
      for (const earlier of before[state] as string[]) expect(say(earlier)).toMatch(/^250/);
      return Number(say(line).slice(0, 3));
    });
    expect(found).toEqual(expected);
  });
});

test('classic: the textbook’s words', () => {
  const { say, content, session, taken } = open('classic');
  expect(replyLines(session.greet())).toEqual(['220 hamburger.edu']);
  expect(say('HELO crepes.fr')).toBe('250 Hello crepes.fr, pleased to meet you');
  expect(say('MAIL FROM: <alice@crepes.fr>')).toBe('250 alice@crepes.fr... Sender ok');
  expect(say('RCPT TO: <bob@hamburger.edu>')).toBe('250 bob@hamburger.edu ... Recipient ok');
  expect(say('DATA')).toBe('354 Enter mail, end with "." on a line by itself [content]');
  expect(content('..dot\r\n')).toBe('250 Message accepted for delivery');
  expect(say('QUIT')).toBe('221 hamburger.edu closing connection [close]');
  expect(taken).toEqual([
    { envelope: { reversePath: 'alice@crepes.fr', recipients: ['bob@hamburger.edu'], eightBit: false }, content: '.dot\r\n' },
  ]);
});

describe('extended', () => {
  const hello = 'EHLO crepes.fr';
  test('EHLO offers the extensions; HELO does not, and then none may be used', () => {
    const { say } = open('extended');
    expect(say(hello)).toBe('250-hamburger.edu greets crepes.fr\n250-PIPELINING\n250-SIZE 1000\n250-8BITMIME\n250 ENHANCEDSTATUSCODES');
    expect(say('RCPT TO:<bob@hamburger.edu>')).toBe('503 5.5.1 Need MAIL before RCPT or DATA');
    expect(say('HELO crepes.fr')).toBe('250 hamburger.edu greets crepes.fr');
    expect(say('RCPT TO:<bob@hamburger.edu>')).toBe('503 Need MAIL before RCPT or DATA');
    expect(say('MAIL FROM:<a@b.c> SIZE=1')).toBe('555 Parameter not recognized: SIZE');
  });
  test.each([
    ['MAIL FROM:<a@b.c> SIZE=1000', '250 2.1.0 Sender a@b.c ok'],
    ['MAIL FROM:<a@b.c> SIZE=1001', '552 5.3.4 Message exceeds maximum size of 1000 octets'],
    ['MAIL FROM:<a@b.c> SIZE=99999999999999999999', '552 5.3.4 Message exceeds maximum size of 1000 octets'],
    ['MAIL FROM:<a@b.c> SIZE=big', '501 5.5.2 Syntax error: SIZE is a number of octets'],
    ['MAIL FROM:<a@b.c> BODY=8bitmime', '250 2.1.0 Sender a@b.c ok'],
    ['MAIL FROM:<a@b.c> BODY=BINARYMIME', '501 5.5.2 Syntax error: BODY is 7BIT or 8BITMIME'],
    ['MAIL FROM:<>', '250 2.1.0 Sender <> ok'],
    ['', '500 5.5.1 Command unrecognized: ""'],
    ['\x1b[2J"\xff', '500 5.5.1 Command unrecognized: "?[2J"?"'],
  ])('%s → %s', (line, reply) => {
    const { say } = open('extended');
    say(hello);
    expect(say(line)).toBe(reply);
  });
  test('a message beyond the limit is refused, and the transaction is over', () => {
    const { say, content, taken } = open('extended');
    for (const tooBig of [null, 'x'.repeat(1001)]) {
      for (const line of [hello, 'MAIL FROM:<a@b.c>', 'RCPT TO:<bob@hamburger.edu>', 'DATA']) say(line);
      expect(content(tooBig)).toBe('552 5.3.4 Message exceeds maximum size of 1000 octets');
      expect(say('DATA')).toMatch(/^503/);
    }
    expect(taken).toEqual([]);
  });
  test('the hundred-and-first recipient is one too many for now', () => {
    const { say } = open('extended');
    say(hello);
    say('MAIL FROM:<a@b.c>');
    for (let i = 0; i < 100; i++) expect(say(`RCPT TO:<bob+${i}@hamburger.edu>`)).toMatch(/^250/);
    expect(say('RCPT TO:<bob@hamburger.edu>')).toBe('452 4.5.3 Too many recipients');
  });
  test.each(['RSET', hello, 'HELO crepes.fr'])('%s forgets sender and recipients', (forget) => {
    const { say, content, taken } = open('extended');
    for (const line of [hello, 'MAIL FROM:<a@b.c> BODY=8BITMIME', 'RCPT TO:<bob@hamburger.edu>', forget]) say(line);
    expect(say('DATA')).toMatch(/^503/);
    for (const line of ['MAIL FROM:<c@d.e>', 'RCPT TO:<bob2@hamburger.edu>', 'DATA']) say(line);
    content('');
    expect(taken).toMatchObject([{ envelope: { reversePath: 'c@d.e', recipients: ['bob2@hamburger.edu'], eightBit: false } }]);
  });
  test('a line that is too long gets 500, and the fiftieth thing not understood closes', () => {
    const { say } = open('extended');
    say(hello);
    for (let i = 0; i < 49; i++) expect(say(null)).toBe('500 5.5.2 Line too long');
    expect(say('NOOP')).toMatch(/^250/);
    expect(say(null)).toBe('421 4.7.0 hamburger.edu Too many errors, closing connection [close]');
  });
});

test('any dialogue gets replies that can stand on the wire, and only DATA after RCPT is followed by content', () => {
  const line = fc.oneof(
    fc.constantFrom('EHLO a.b', 'HELO a.b', 'MAIL FROM:<a@b.c>', 'RCPT TO:<bob@hamburger.edu>', 'RCPT TO:<x@y.z>', 'DATA', 'RSET', 'QUIT'),
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) }),
    fc.constant(null),
  );
  fc.assert(
    fc.property(fc.constantFrom('classic' as const, 'extended' as const), fc.array(line, { maxLength: 30 }), (dialect, lines) => {
      const { session } = open(dialect);
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
