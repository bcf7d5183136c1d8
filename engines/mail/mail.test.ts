/** Mail from end to end: scenarios in, what people see out. */
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { bytesOfOctets } from '../network/octets.ts';
import { transcript, transcriptText } from '../network/transcript.ts';
import { MINUTE } from '../quantities.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { aliceSends, CREPES, HAMBURGER, lastContent, mailScenario } from './scenario-for-tests.ts';

/** The dialogues between two hosts, one a connection. */
function dialogues(run: Run, client: string, server: string): string[] {
  const name = (host: number | undefined) => run.hosts[host as number]?.name;
  const found: string[] = [];
  for (let i = 0; i < run.connections.rows; i++) {
    if (run.strings[run.connections.transport[i] as number] !== 'tcp') continue;
    if (name(run.connections.client[i]) !== client || name(run.connections.server[i]) !== server) continue;
    found.push(transcriptText(transcript(run, i)));
  }
  return found;
}

function notes(run: Run): string[] {
  return [...run.states.note].filter((note) => note >= 0).map((note) => run.strings[note] as string);
}

/** Labels of the messages of a kind from one host to another. */
function labels(run: Run, kind: string, from: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < run.messages.rows; i++) {
    if (run.strings[run.messages.protocol[i] as number] !== 'smtp') continue;
    if (run.strings[run.messages.kind[i] as number] !== kind || run.hosts[run.messages.from[i] as number]?.name !== from) continue;
    found.push(run.strings[run.messages.label[i] as number] as string);
  }
  return found;
}

function series(run: Run, metric: string, ...subjects: string[]): number[] {
  const found = run.series.find((one) => one.metric === metric && one.subjects.join() === subjects.join());
  return [...(found?.values ?? [])];
}

const parse = (octets: string): Promise<ParsedMail> => simpleParser(Buffer.from(bytesOfOctets(octets)));

const SERVER_TO_SERVER = `S: 220 hamburger.edu
C: HELO crepes.fr
S: 250 Hello crepes.fr, pleased to meet you
C: MAIL FROM: <alice@crepes.fr>
S: 250 alice@crepes.fr... Sender ok
C: RCPT TO: <bob@hamburger.edu>
S: 250 bob@hamburger.edu ... Recipient ok
C: DATA
S: 354 Enter mail, end with "." on a line by itself
C: Do you like ketchup?
C: How about pickles?
C: .
S: 250 Message accepted for delivery
C: QUIT
S: 221 hamburger.edu closing connection
`;

describe('classic dialect', () => {
  const run = simulate(
    mailScenario({
      dialect: 'classic',
      steps: [aliceSends(['bob@hamburger.edu'], { subject: null })],
      expectations: [
        { kind: 'mail.mailbox', address: 'Bob@hamburger.edu', comparison: '=', messages: 1 },
        { kind: 'mail.mailbox', address: 'bob@hamburger.edu', comparison: '>', messages: 1 },
        { kind: 'mail.mailbox', address: 'carol@hamburger.edu', comparison: '=', messages: 0 },
        { kind: 'metric', metric: 'delivery time', subjects: ['alice@crepes.fr', 'bob@hamburger.edu'], comparison: '<', value: 1e9 },
      ],
    }),
  );
  test('the textbook’s sample interaction, word for word, between the two servers', () => {
    expect(dialogues(run, 'mail.crepes.fr', 'mail.hamburger.edu')).toEqual([SERVER_TO_SERVER]);
  });
  test('the user agent talks to its own server in the same way', () => {
    expect(dialogues(run, 'alice-pc', 'mail.crepes.fr')).toEqual([
      SERVER_TO_SERVER.replaceAll('HELO crepes.fr', 'HELO alice-pc')
        .replace('Hello crepes.fr', 'Hello alice-pc')
        .replace('220 hamburger.edu', '220 crepes.fr')
        .replace('221 hamburger.edu', '221 crepes.fr'),
    ]);
  });
  test('the step ends when the message lies in the mailbox', () => {
    expect(run.steps[0]).toMatchObject({ outcome: 'delivered to bob@hamburger.edu', succeeded: true });
    expect(notes(run)).toEqual(['queued', 'delivered to bob@hamburger.edu']);
    expect(series(run, 'queue length', 'mail.crepes.fr')).toEqual([1, 0]);
    expect(series(run, 'delivery time', 'alice@crepes.fr', 'bob@hamburger.edu')).toEqual([run.steps[0]?.endedAt]);
  });
  test('expectations of the mailbox', () => {
    expect(run.checks.map(({ passed, expected, measured }) => [passed, expected, measured])).toEqual([
      [true, '1 message', '1 message'],
      [false, 'more than 1 message', '1 message'],
      [false, '0 messages', 'no such mailbox'],
      [true, '< 1 s', expect.stringMatching(/ms$/)],
    ]);
  });
  test('arrows are labelled with the lines themselves', () => {
    expect(labels(run, 'command', 'alice-pc')).toEqual([
      'HELO alice-pc',
      'MAIL FROM: <alice@crepes.fr>',
      'RCPT TO: <bob@hamburger.edu>',
      'DATA',
      'QUIT',
    ]);
    expect(labels(run, 'content', 'mail.crepes.fr')).toEqual(['message (42 B)']);
  });
  test('the same seed gives the same run', () => {
    const scenario = mailScenario({ dialect: 'classic', steps: [aliceSends(['bob@hamburger.edu'], { subject: null })], seed: 7 });
    expect(simulate(scenario).fingerprint).toBe(simulate(scenario).fingerprint);
  });
});

describe('extended dialect', () => {
  test('extensions are offered and used, commands pipelined, the trace is kept', () => {
    const run = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(['bob@hamburger.edu'])] }));
    expect(dialogues(run, 'mail.crepes.fr', 'mail.hamburger.edu')).toEqual([
      `S: 220 hamburger.edu ESMTP
C: EHLO crepes.fr
S: 250-hamburger.edu greets crepes.fr
S: 250-PIPELINING
S: 250-SIZE 10485760
S: 250-8BITMIME
S: 250-ENHANCEDSTATUSCODES
S: 250 DSN
C: MAIL FROM:<alice@crepes.fr> SIZE=304
C: RCPT TO:<bob@hamburger.edu>
C: DATA
S: 250 2.1.0 Sender alice@crepes.fr ok
S: 250 2.1.5 Recipient bob@hamburger.edu ok
S: 354 Start mail input; end with <CRLF>.<CRLF>
C: Received: from alice-pc ([10.0.0.2]) by crepes.fr with ESMTP id 1 for
C:  <bob@hamburger.edu>; Thu, 01 Jan 2026 00:00:00 +0000
C: From: alice@crepes.fr
C: To: bob@hamburger.edu
C: Subject: Condiments
C: Date: Thu, 01 Jan 2026 00:00:00 +0000
C: Message-ID: <1.0@alice-pc>
C: 
C: Do you like ketchup?
C: How about pickles?
C: .
S: 250 2.0.0 Message accepted for delivery as 1
C: QUIT
S: 221 2.0.0 hamburger.edu closing connection
`,
    ]);
    expect(labels(run, 'content', 'mail.crepes.fr')).toEqual(['message: Condiments (304 B)']);
    expect(labels(run, 'reply', 'mail.hamburger.edu')[1]).toBe(
      '250 hamburger.edu greets crepes.fr, PIPELINING, SIZE 10485760, 8BITMIME, ENHANCEDSTATUSCODES, DSN',
    );
  });

  test('an extended client falls back to HELO with a classic server', () => {
    const offices = [CREPES, { ...HAMBURGER, service: { dialect: 'classic' as const } }];
    const run = simulate(mailScenario({ dialect: 'extended', offices, steps: [aliceSends(['bob@hamburger.edu'])] }));
    expect(run.steps[0]?.outcome).toBe('delivered to bob@hamburger.edu');
    expect(dialogues(run, 'mail.crepes.fr', 'mail.hamburger.edu')[0]?.split('\n').slice(0, 6)).toEqual([
      'S: 220 hamburger.edu',
      'C: EHLO crepes.fr',
      'S: 500 Command unrecognized: "EHLO"',
      'C: HELO crepes.fr',
      'S: 250 Hello crepes.fr, pleased to meet you',
      'C: MAIL FROM:<alice@crepes.fr>',
    ]);
  });

  test('another reader of mail agrees on headers and text', async () => {
    const body = '.leading dot\n..two\n.\n \nÆther — naïve ☕\n\ttab at end\t\nlast line without end';
    const message = { subject: 'Ketchup ☕ und Senf für alle, die es gerne scharf mögen', body, headers: [['X-Mood', 'grün']] as const };
    const run = simulate(mailScenario({ dialect: 'extended', steps: [aliceSends(['bob@hamburger.edu'], message)] }));
    expect(run.steps[0]?.succeeded).toBe(true);
    const mail = await parse(lastContent(run, 'mail.hamburger.edu'));
    expect(mail.subject).toBe(message.subject);
    expect(mail.text?.replace(/\n$/, '')).toBe(body);
    expect(mail.from?.value).toEqual([{ address: 'alice@crepes.fr', name: '' }]);
    expect((mail.to as AddressObject).value).toEqual([{ address: 'bob@hamburger.edu', name: '' }]);
    expect(mail.date?.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    expect(mail.messageId).toBe('<1.0@alice-pc>');
    expect(mail.headerLines.find(({ key }) => key === 'x-mood')?.line).toBe('X-Mood: =?UTF-8?B?Z3LDvG4=?=');
    expect(mail.headerLines.map(({ key }) => key)).toContain('received');
  });

  test('several recipients of two domains: one message to each domain', () => {
    const offices = [CREPES, { ...HAMBURGER, users: ['bob', 'carol'] }, { domain: 'pickles.org', host: 'mx.pickles.org', users: ['dave'] }];
    const to = ['bob@hamburger.edu', 'carol@hamburger.edu', 'dave@pickles.org', 'alice@crepes.fr'];
    const run = simulate(mailScenario({ dialect: 'extended', offices, steps: [aliceSends(to)] }));
    expect(run.steps[0]?.outcome).toBe(`delivered to ${to.join(', ')}`);
    expect(labels(run, 'content', 'mail.crepes.fr')).toHaveLength(2);
    expect(dialogues(run, 'mail.crepes.fr', 'mail.hamburger.edu')[0]).toContain('C: RCPT TO:<carol@hamburger.edu>');
  });

  test('several messages go over one persistent connection', () => {
    const steps = Array.from({ length: 4 }, (_, i) => aliceSends(['bob@hamburger.edu'], { subject: `No. ${i + 1}` }));
    const run = simulate(mailScenario({ dialect: 'extended', steps, together: true }));
    expect(run.steps[0]).toMatchObject({ outcome: 'all 4 done', succeeded: true });
    const connections = dialogues(run, 'mail.crepes.fr', 'mail.hamburger.edu');
    expect(connections).toHaveLength(1);
    expect(connections[0]?.match(/^C: MAIL FROM/gm)).toHaveLength(4);
    expect(connections[0]?.match(/^C: EHLO/gm)).toHaveLength(1);
  });

  test('each message’s arrows belong to the step that sent it', () => {
    const steps = [aliceSends(['bob@hamburger.edu'], { subject: 'one' }), aliceSends(['bob@hamburger.edu'], { subject: 'two' })];
    const run = simulate(mailScenario({ dialect: 'extended', steps, together: true }));
    const causes = [...run.messages.label]
      .map((label, i) => [run.strings[label] as string, run.messages.step[i]] as const)
      .filter(([label]) => label.startsWith('message: '))
      .map(([label, step]) => `${label.slice(9, 12)} ${step}`);
    expect(causes.sort()).toEqual(['one 1', 'one 1', 'two 2', 'two 2']);
  });

  test('a user agent on the mail server’s own host', () => {
    const run = simulate(
      mailScenario({ dialect: 'classic', steps: [aliceSends(['alice@crepes.fr'], { subject: null }, { host: 'mail.crepes.fr' })] }),
    );
    expect(run.steps[0]?.outcome).toBe('delivered to alice@crepes.fr');
    expect(dialogues(run, 'mail.crepes.fr', 'mail.crepes.fr')[0]?.split('\n').slice(0, 3)).toEqual([
      'S: 220 crepes.fr',
      'C: HELO mail.crepes.fr',
      'S: 250 Hello mail.crepes.fr, pleased to meet you',
    ]);
  });

  test.each(['classic', 'extended'] as const)('more recipients than one transaction takes, %s', (dialect) => {
    const users = Array.from({ length: 120 }, (_, i) => `user${i}`);
    const run = simulate(
      mailScenario({
        dialect,
        offices: [CREPES, { ...HAMBURGER, users }],
        steps: [aliceSends(users.map((user) => `${user}@hamburger.edu`))],
        expectations: [{ kind: 'mail.mailbox', address: 'user119@hamburger.edu', comparison: '=', messages: 1 }],
      }),
    );
    expect(run.steps[0]?.succeeded).toBe(true);
    expect(run.checks[0]?.passed).toBe(true);
    expect(labels(run, 'content', 'mail.crepes.fr').length).toBeGreaterThan(1);
  });

  test('octets of a message file arrive as they are', async () => {
    const octets = 'From: "Alice" <alice@crepes.fr>\r\nSubject: caf\xc3\xa9\r\n\r\n\xe9 in Latin 1\r\n.\r\n';
    const run = simulate(
      mailScenario({ dialect: 'extended', steps: [aliceSends(['bob@hamburger.edu'], {}, { message: { kind: 'octets', octets } })] }),
    );
    expect(run.steps[0]?.succeeded).toBe(true);
    expect(lastContent(run, 'mail.hamburger.edu').endsWith(octets)).toBe(true);
    expect(labels(run, 'command', 'mail.crepes.fr')[1]).toMatch(/ BODY=8BITMIME; RCPT /);
    expect(labels(run, 'content', 'mail.crepes.fr')[0]).toMatch(/^message: café/);
  });

  test('octets above 127 are not sent to a server that takes 7 bits', () => {
    const offices = [CREPES, { ...HAMBURGER, service: { dialect: 'classic' as const } }];
    const message = { kind: 'octets' as const, octets: 'Subject: x\r\n\r\n\xe9\r\n' };
    const run = simulate(mailScenario({ dialect: 'extended', offices, steps: [aliceSends(['bob@hamburger.edu'], {}, { message })] }));
    expect(run.steps[0]?.outcome).toBe('bounced: the receiving server takes 7-bit content only');
  });
});

test.each(['packets', 'flows'] as const)(
  'over a slow line at %s, a message may take longer than a server waits for the next of it',
  (fidelity) => {
    const body = `${'x'.repeat(70)}\n`.repeat(14_000);
    const scenario = mailScenario({
      dialect: 'extended',
      steps: [aliceSends(['bob@hamburger.edu'], { body })],
      hosts: { 'alice-pc': { up: 25e3, queue: 4e6 } },
    });
    const run = simulate({ ...scenario, fidelity });
    expect(run.steps.map(({ outcome }) => outcome)).toEqual(['delivered to bob@hamburger.edu']);
    expect(run.steps[0]!.endedAt).toBeGreaterThan(5 * MINUTE);
  },
);
