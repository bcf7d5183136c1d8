/** Client and server against peers that do not behave: each is given the other side's words as a script. */
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../content.ts';
import { Kernel } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SessionStates } from '../../network/session-states.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { MINUTE, SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import type { Securing } from '../../tls/securing.ts';
import type { Dialect, MailServerService } from '../scenario.ts';
import { Admission } from './admission.ts';
import { ClientSession, type ClientSettings, openSession, type Problem, type RecipientResult } from './client.ts';
import { type Envelope, plainEnvelope } from './envelope.ts';
import { serve } from './server.ts';
import { ServerAccount } from './server-account.ts';
import { policyForTests, serviceForTests } from './session-for-tests.ts';

function network() {
  const kernel = new Kernel(1);
  const hosts = scenarioForTests({ client: {}, server: {} });
  const net = new SimulatedNetwork(kernel, hosts, new Recorder(metrics));
  return { kernel, client: net.host('client'), server: net.host('server'), run: () => kernel.run(1_000_000) };
}

const RAW = { protocol: 'smtp', kind: 'reply', label: 'raw' };

/** A server that says one thing on connection and then one whenever it has heard a line (or `DATA`, if it pipelines); null closes. */
function* scripted(host: Host, script: readonly (string | null)[], heard: string[]): Process {
  const listener = yield* host.listen(25);
  if (failed(listener)) throw new Error('port 25 is taken');
  const connection = (yield* (listener as Exclude<typeof listener, { failure: string }>).accept()) as Connection;
  for (const line of script) {
    if (line === null) return connection.close();
    yield* connection.write(bytesOfOctets(line), RAW);
    const until = line.includes('PIPELINING') ? 'DATA\r\n' : '\r\n';
    for (let piece = ''; !piece.endsWith(until); ) {
      const content = yield* connection.read();
      if (content === null) return connection.close();
      piece += octetsOf(bytesOf(content));
      heard.push(octetsOf(bytesOf(content)));
    }
  }
}

/** What becomes of one message from a client to a server that follows the script. */
function sendTo(
  script: readonly (string | null)[],
  dialect: Dialect = 'classic',
  recipients = ['bob@hamburger.edu'],
  more: Partial<ClientSettings> = {},
  content = 'hi\r\n',
) {
  const { client, server, run, kernel } = network();
  const heard: string[] = [];
  let results: RecipientResult[] | Problem | undefined;
  server.spawn('script', scripted(server, script, heard));
  client.spawn(
    'client',
    (function* (): Process {
      const session = yield* openSession(client, { address: server.address, port: 25 }, { helo: 'crepes.fr', dialect, ...more });
      if (!(session instanceof ClientSession)) {
        results = session;
        return;
      }
      results = yield* session.send({ ...plainEnvelope('alice@crepes.fr', recipients), content });
      yield* session.quit();
    })(),
  );
  expect(run()).toBe(false);
  return { results, heard, now: kernel.now };
}

const kindAndReason = (one: RecipientResult | Problem) => ('reason' in one ? `${one.kind}: ${one.reason}` : one.kind);

describe('a client', () => {
  const ok = '250 ok\r\n';
  const hello = ['220 hi\r\n', ok];
  const cases: [why: string, script: (string | null)[], result: string[] | string][] = [
    ['all is well', [...hello, ok, ok, '354 go\r\n', ok, '221 bye\r\n'], ['accepted']],
    [
      'a reply of several lines, in pieces',
      ['220-hi\r\n220 there\r\n', '250-a\r\n250-b\r\n250 c\r\n', ok, ok, '354 go\r\n', ok],
      ['accepted'],
    ],
    ['turned away', ['554 no mail here\r\n', '221 bye\r\n'], 'permanent: 554 no mail here'],
    ['turned away for now', ['421 busy\r\n'], 'temporary: 421 busy'],
    ['sender refused', [...hello, '550 not you\r\n', '221 bye\r\n'], ['permanent: 550 not you']],
    ['recipient refused', [...hello, ok, '550 who?\r\n', '221 bye\r\n'], ['permanent: 550 who?']],
    ['recipient refused for now', [...hello, ok, '450 later\r\n', '221 bye\r\n'], ['temporary: 450 later']],
    ['DATA refused', [...hello, ok, ok, '451 later\r\n', '221 bye\r\n'], ['temporary: 451 later']],
    ['message refused', [...hello, ok, ok, '354 go\r\n', '554 spam\r\n', '221 bye\r\n'], ['permanent: 554 spam']],
    ['closed after DATA', [...hello, ok, ok, '354 go\r\n', null], ['temporary: connection closed']],
    ['closed at once', [null], 'temporary: connection closed'],
    ['no SMTP at all', ['\0\x01\x02 HTTP/1.1 400\r\n'], /^temporary: a reply that is none/.source],
    ['an endless line', ['220 '.repeat(300_000)], 'temporary: a reply that is too long'],
    ['an endless reply', ['220-x\r\n'.repeat(101)], 'temporary: a reply that is none: the reply breaks off'],
    ['a code that changes', ['220-a\r\n250 b\r\n'], 'temporary: a reply that is none: the code changes from 220 to 250 within a reply'],
  ];
  test.each(cases)('%s', (_why, script, expected) => {
    const { results } = sendTo(script);
    const found = Array.isArray(results) ? results.map(kindAndReason) : kindAndReason(results as Problem);
    if (typeof expected === 'string' && expected.startsWith('^')) expect(found).toMatch(new RegExp(expected));
    else expect(found).toEqual(expected);
  });

  test('a server that says nothing more is left after the standard’s time', () => {
    const { results, now } = sendTo(['220 hi\r\n', '250 ok\r\n', '']);
    expect(results).toMatchObject([{ kind: 'temporary', reason: 'the server did not reply in time' }]);
    expect(now).toBeGreaterThan(5 * MINUTE);
    expect(now).toBeLessThan(11 * MINUTE);
  });

  test('a server that is about to close is left without another word', () => {
    const { results, heard } = sendTo([...hello, ok, '421 closing\r\n', '221 bye\r\n'], 'classic', ['a@b.c', 'd@e.f']);
    expect((results as RecipientResult[]).map(kindAndReason)).toEqual(['temporary: 421 closing', 'temporary: 421 closing']);
    expect(heard.join('')).toBe('HELO crepes.fr\r\nMAIL FROM: <alice@crepes.fr>\r\nRCPT TO: <a@b.c>\r\n');
  });

  test('nothing listens', () => {
    const { client, server, run } = network();
    const task = client.spawn('client', openSession(client, { address: server.address, port: 25 }, { helo: 'a.b', dialect: 'classic' }));
    run();
    expect(task.result).toMatchObject({ kind: 'temporary', reason: 'connection refused' });
  });

  test('pipelining: one group, and an empty message where the server took nobody', () => {
    const group = '250 ok\r\n550 who?\r\n550 who?\r\n354 go\r\n';
    const { results, heard } = sendTo(
      ['220 hi\r\n', '250-x\r\n250 PIPELINING\r\n', group, '554 no recipients\r\n', '221 bye\r\n'],
      'extended',
      ['a@b.c', 'd@e.f'],
    );
    expect(heard.join('')).toBe(
      'EHLO crepes.fr\r\nMAIL FROM:<alice@crepes.fr>\r\nRCPT TO:<a@b.c>\r\nRCPT TO:<d@e.f>\r\nDATA\r\n.\r\nQUIT\r\n',
    );
    expect((results as RecipientResult[]).map(kindAndReason)).toEqual(['permanent: 550 who?', 'permanent: 550 who?']);
  });
});

/** What a server answers to octets sent as they are; `null` waits for ten minutes. */
function say(pieces: readonly (string | null)[], service: Partial<MailServerService> = {}, secure: Securing | null = null) {
  const { client, server, run, kernel } = network();
  const taken: { envelope: Envelope; content: string }[] = [];
  const settings = { ...serviceForTests, ...service };
  const admission = new Admission(settings.limits);
  const { policy, logins } = policyForTests(settings, taken, []);
  server.spawn(
    'server',
    serve(25, {
      host: server,
      settings,
      secure,
      logins,
      admission,
      account: new ServerAccount(server),
      states: new SessionStates(),
      policyFor: policy,
    }),
  );
  let heard = '';
  let ending: string | null = null;
  client.spawn(
    'client',
    (function* (): Process {
      const connection = yield* client.connect({ address: server.address, port: 25 });
      if (failed(connection)) throw new Error('not connected');
      client.spawn(
        'reader',
        (function* (): Process {
          for (let content = yield* connection.read(); content !== null; content = yield* connection.read())
            heard += octetsOf(bytesOf(content));
          ending = connection.ending;
        })(),
      );
      for (const piece of pieces) {
        if (piece === null) yield* client.sleep(10 * MINUTE);
        else if (!(yield* connection.write(bytesOfOctets(piece), RAW))) return;
      }
      yield* client.sleep(1 * SECOND);
      connection.close();
    })(),
  );
  expect(run()).toBe(false);
  return { replies: heard.split('\r\n').slice(0, -1), taken, ending: ending as string | null, now: kernel.now };
}

const codes = (replies: readonly string[]) => replies.map((line) => line.slice(0, 4)).join(' ');

describe('a server', () => {
  const begin = 'EHLO a.b\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\n';
  test('a whole session in one piece', () => {
    const { replies, taken } = say([`${begin}hi\r\n..\r\n.\r\nQUIT\r\n`]);
    expect(codes(replies)).toBe('220  250- 250- 250- 250- 250- 250  250  250  354  250  221 ');
    expect(taken.map(({ content }) => content)).toEqual(['hi\r\n.\r\n']);
  });
  test('octet by octet', () => {
    const { replies, taken } = say([...`${begin}hi\r\n.\r\nQUIT\r\n`]);
    expect(replies.at(-1)).toBe('221 2.0.0 hamburger.edu closing connection');
    expect(taken.map(({ content }) => content)).toEqual(['hi\r\n']);
  });
  test('a bare LF ends neither a line nor the message: no commands are smuggled in', () => {
    const { replies, taken } = say([`${begin}hi\n.\nMAIL FROM:<evil@b.c>\r\n.\r\nNOOP\nQUIT\r\n`]);
    expect(taken).toMatchObject([{ envelope: { reversePath: 'a@b.c' }, content: 'hi\n.\nMAIL FROM:<evil@b.c>\r\n' }]);
    expect(codes(replies.slice(-1))).toBe('500 ');
  });
  test('a message cut off is not taken', () => {
    expect(say([`${begin}hi\r\n`]).taken).toEqual([]);
  });
  test('too big a message is read over, and the session goes on', () => {
    const { replies, taken } = say([`${begin}${'x'.repeat(5000)}\r\n.\r\n${begin.replace('EHLO a.b\r\n', '')}small\r\n.\r\n`]);
    expect(codes(replies.slice(-5))).toBe('552  250  250  354  250 ');
    expect(taken.map(({ content }) => content)).toEqual(['small\r\n']);
  });
  test('a line too long, then the next one', () => {
    expect(codes(say([`${'x'.repeat(10_000)}\r\nNOOP\r\n`]).replies)).toBe('220  500  250 ');
  });
  test('a line without end is cut off by a reset', () => {
    const { replies, ending } = say(['x'.repeat(1_200_000)]);
    expect(codes(replies)).toBe('220 ');
    expect(ending).toBe('reset');
  });
  test('nonsense closes after a while', () => {
    const { replies, ending } = say(['\xff\xfe\0\r\n'.repeat(200)]);
    expect(replies).toHaveLength(51);
    expect(replies.at(-1)).toBe('421 hamburger.edu Too many errors, closing connection');
    expect(ending).not.toBeNull();
  });
  test('a client that falls silent is told, and left, after five minutes', () => {
    const { replies, ending } = say(['NOOP\r\n', null]);
    expect(replies.at(-1)).toBe('421 hamburger.edu Idle for too long, closing connection');
    expect(ending).toBe('closed');
  });
});

describe('a server that is asked for TLS', () => {
  const failing: Securing = function* (connection) {
    yield* connection.read();
    connection.close();
    return { failure: 'no good' };
  };
  test('drops a client whose words in clear stand behind STARTTLS: anybody could have put them there', () => {
    const { replies, taken, ending } = say(
      ['EHLO a.b\r\nSTARTTLS\r\nMAIL FROM:<evil@b.c>\r\nRCPT TO:<bob@hamburger.edu>\r\nDATA\r\nhi\r\n.\r\n'],
      { tls: 'offered' },
      failing,
    );
    expect(replies.at(-1)).toBe('220 2.0.0 Ready to start TLS');
    expect([taken.length, ending]).toEqual([0, 'reset']);
  });
  test('goes on with nobody who fails to shake hands', () => {
    const { replies, ending } = say(['EHLO a.b\r\nSTARTTLS\r\n', null, 'hello?', 'QUIT\r\n'], { tls: 'offered' }, failing);
    expect(replies.at(-1)).toBe('220 2.0.0 Ready to start TLS');
    expect(ending).not.toBeNull();
  });
});

describe('a server’s limits', () => {
  test('replies to a group go out together, in order, and before anything is waited for', () => {
    const { replies } = say(['EHLO a.b\r\nMAIL FROM:<a@b.c>\r\nRCPT TO:<nobody@hamburger.edu>\r\nRCPT TO:<bob@hamburger.edu>\r\nRS', null]);
    expect(codes(replies.slice(-4))).toBe('250  550  250  421 ');
  });
  test('a login line may be longer than a command, but not without end', () => {
    const service = { authentication: 'offered' } as const;
    expect(codes(say([`EHLO a.b\r\nAUTH PLAIN ${'A'.repeat(8000)}\r\nNOOP\r\n`], service).replies.slice(-2))).toBe('535  250 ');
    expect(say([`EHLO a.b\r\nAUTH LOGIN\r\n${'A'.repeat(13_000)}\r\nNOOP\r\n`], service).replies.slice(-2)).toEqual([
      '500 5.5.6 Authentication exchange line is too long',
      '250 2.0.0 OK',
    ]);
  });
  test.each([
    [{ sessions: 0, connectionsPerClient: null, messagesPerClient: null }],
    [{ sessions: 9, connectionsPerClient: 0, messagesPerClient: null }],
  ])('a connection too many gets 421 for a greeting: %j', (limits) => {
    const { replies, ending } = say(['NOOP\r\n'], { limits });
    expect(replies).toEqual(['421 hamburger.edu Too many connections, closing connection']);
    expect(ending).toBe('closed');
  });
});

describe('a client that logs in', () => {
  const credentials = { user: 'bob', password: 'secret' };
  const offer = (mechanisms: string) => `250-x\r\n250 AUTH ${mechanisms}\r\n`;
  test.each([
    ['PLAIN LOGIN', ['235 ok\r\n'], 'AUTH PLAIN AGJvYgBzZWNyZXQ=\r\n'],
    ['LOGIN', ['334 VXNlcm5hbWU6\r\n', '334 UGFzc3dvcmQ6\r\n', '235 ok\r\n'], 'AUTH LOGIN\r\nYm9i\r\nc2VjcmV0\r\n'],
  ])('by %s', (mechanisms, answers, expected) => {
    const { heard, results } = sendTo(
      ['220 hi\r\n', offer(mechanisms), ...answers, '250 ok\r\n', '250 ok\r\n', '354 go\r\n', '250 ok\r\n', '221 bye\r\n'],
      'extended',
      undefined,
      { credentials },
    );
    expect(heard.join('')).toContain(expected);
    expect((results as RecipientResult[]).map(kindAndReason)).toEqual(['accepted']);
  });
  test('and is refused, leaves', () => {
    const { results } = sendTo(['220 hi\r\n', offer('PLAIN'), '535 no\r\n', '221 bye\r\n'], 'extended', undefined, { credentials });
    expect(kindAndReason(results as Problem)).toBe('permanent: 535 no');
  });
  test('cancels a challenge that it has no answer to', () => {
    const script = ['220 hi\r\n', offer('CRAM-MD5'), '334 !!!\r\n', '501 cancelled\r\n', '221 bye\r\n'];
    const { heard } = sendTo(script, 'extended', undefined, { credentials });
    expect(heard).toContain('*\r\n');
  });
});

describe('a client that wants TLS', () => {
  // biome-ignore lint/correctness/useYield: it fails at once.
  const never: Securing = function* (connection) {
    connection.abort();
    return { failure: 'not to be trusted' };
  };
  const ok = '250 ok\r\n';
  const always = { protection: { kind: 'always', secure: never } } as const;
  const offered = { protection: { kind: 'if offered', secure: never } } as const;
  const offer = '250-x\r\n250 STARTTLS\r\n';
  test.each<[string, (string | null)[], Partial<ClientSettings>, string]>([
    ['always, and gets no offer', ['220 hi\r\n', ok, '221 bye\r\n'], always, 'temporary: the server offers no TLS'],
    ['always, and is refused', ['220 hi\r\n', offer, '454 not now\r\n', '221 bye\r\n'], always, 'temporary: 454 not now'],
    ['always, from somebody else', ['220 hi\r\n', offer, '220 go\r\n'], always, 'temporary: TLS failed: the server cannot be trusted'],
    [
      'if offered, and finds words in clear behind the reply',
      ['220 hi\r\n', offer, '220 go\r\n250-evil\r\n250 AUTH PLAIN\r\n'],
      offered,
      'temporary: words in clear behind the reply to STARTTLS',
    ],
  ])('%s', (_what, script, more, expected) => {
    expect(kindAndReason(sendTo(script, 'extended', undefined, more).results as Problem)).toBe(expected);
  });
  test('if offered, and gets no offer: goes on in clear', () => {
    const { results } = sendTo(['220 hi\r\n', ok, ok, ok, '354 go\r\n', ok, '221 bye\r\n'], 'extended', undefined, offered);
    expect((results as RecipientResult[]).map(kindAndReason)).toEqual(['accepted']);
  });
});

describe('octets above 127', () => {
  const mime = 'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\ncaf\xe9\r\n';
  const script = ['220 hi\r\n', '250 ok\r\n', '250 ok\r\n', '250 ok\r\n', '354 go\r\n', '250 ok\r\n', '221 bye\r\n'];
  test('are encoded for a server that takes none, where MIME says what they are', () => {
    const { heard, results } = sendTo(script, 'extended', undefined, {}, mime);
    expect((results as RecipientResult[]).map(kindAndReason)).toEqual(['accepted']);
    expect(heard.join('')).toContain('Content-Transfer-Encoding: quoted-printable\r\nMIME-Version: 1.0\r\n');
    expect(heard.join('')).toContain('\r\n\r\ncaf=E9\r\n.\r\n');
  });
  test('are not sent, where nothing does', () => {
    const { results } = sendTo(['220 hi\r\n', '250 ok\r\n', '221 bye\r\n'], 'extended', undefined, {}, 'Subject: x\r\n\r\ncaf\xe9\r\n');
    expect((results as RecipientResult[]).map(kindAndReason)).toEqual(['permanent: the receiving server takes 7-bit content only']);
  });
});
