/**
 * Whole sessions of SMTP, with a peer that says anything: the server's side with a real policy behind it, and the client's. Whatever
 * comes, each ends; replies can stand on the wire; what is taken was asked for in order; nothing is kept beyond the limits.
 */
import type { FuzzTarget } from '../../fuzz-target.ts';
import { type Process, start, wait } from '../../kernel/process.ts';
import type { Connection, Host } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { ClientSession } from './client.ts';
import { plainEnvelope } from './envelope.ts';
import { ServerSession, type SessionStep } from './server-session.ts';
import { policyForTests, serviceForTests } from './session-for-tests.ts';
import { replyLines } from './wire/reply.ts';

const SERVER = [
  'EHLO crepes.fr\r\nMAIL FROM:<alice@crepes.fr> SIZE=10 BODY=8BITMIME RET=HDRS ENVID=QQ+2B\r\nRCPT TO:<bob@hamburger.edu> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob@x.y\r\nDATA\r\nSubject: x\r\n\r\n..\r\n.\r\nQUIT\r\n',
  'EHLO a.b\r\nAUTH PLAIN AGJvYkBoYW1idXJnZXIuZWR1AHNlY3JldA==\r\nVRFY bob\r\nEXPN friends\r\nHELP\r\nNOOP x\r\nRSET\r\n',
  'EHLO a.b\r\nAUTH LOGIN\r\nYm9i\r\nc2VjcmV0\r\nAUTH CRAM-MD5\r\n*\r\nSTARTTLS\r\nTURN\r\n',
  'HELO [10.0.0.1]\r\nMAIL FROM:<>\r\nRCPT TO:<friends@hamburger.edu>\r\nRCPT TO:<eve@elsewhere.org>\r\nDATA\r\n.\r\n',
];
const CLIENT = [
  '220 x ESMTP\r\n250-x\r\n250-PIPELINING\r\n250-SIZE 1000\r\n250-AUTH PLAIN LOGIN CRAM-MD5\r\n250 DSN\r\n334 PDE+\r\n235 2.7.0 ok\r\n250 ok\r\n250 ok\r\n452 4.5.3 no\r\n354 go\r\n250 2.0.0 taken\r\n221 bye\r\n',
  '220 x\r\n500 what\r\n250 x\r\n250 ok\r\n550 5.1.1 who\r\n251 forwards\r\n354 go\r\n554 no\r\n221 bye\r\n',
  '554 no\r\n221 bye\r\n',
  '421-x\r\n421 gone\r\n',
];

const target: FuzzTarget = {
  name: 'smtp-session',
  shortRun: 600,
  corpus: () => [...SERVER, ...CLIENT].map(bytesOfOctets),
  run: (bytes) => JSON.stringify([serve(bytes), call(bytes)]),
};

export default target;

/** The input as one piece that has arrived, and then the end of the stream. */
function source(bytes: Uint8Array): { read(): Process<Uint8Array | null> } {
  let left: Uint8Array | null = bytes.length > 0 ? bytes.slice() : null;
  return {
    // biome-ignore lint/correctness/useYield: it is all there.
    *read() {
      const content = left;
      left = null;
      return content;
    },
  };
}

function finished<T>(process: Process<T>): T {
  const task = start('fuzz', process);
  if (!task.done) throw new Error('waits for more than there is');
  return task.result as T;
}

const SETTINGS = { ...serviceForTests, authentication: 'offered', verifies: true } as const;
const TAKEN: { content: string }[] = [];
const POLICY = policyForTests(SETTINGS, TAKEN as never, []);
const CALLER = { remote: { address: '10.0.0.1', port: 40_000 } } as Connection;

/** Replies' codes, and how many messages were taken. */
function serve(bytes: Uint8Array): unknown {
  TAKEN.length = 0;
  const session = new ServerSession(SETTINGS, {
    policy: POLICY.policy(CALLER),
    logins: POLICY.logins,
    nonce: () => '<1.2@hamburger.edu>',
    refused: () => {},
  });
  const reader = new LineReader(source(bytes));
  const codes: number[] = [];
  finished(
    (function* (): Process {
      let step: SessionStep = { reply: session.greet(), next: 'command' };
      let recipients = 0;
      for (;;) {
        codes.push(step.reply.code);
        for (const line of replyLines(step.reply)) {
          if (!/^[2-5]\d\d[ -][ -~]{0,506}$/.test(line)) throw new Error('a reply that cannot stand on the wire');
        }
        if (step.next === 'close') return;
        if (step.next === 'secure') throw new Error('TLS where there is none');
        if (step.next === 'content' && recipients === 0) throw new Error('content for nobody');
        recipients = session.envelope.recipients.length;
        if (recipients > 100) throw new Error('more recipients than the limit');
        const read = yield* step.next === 'content' ? reader.readDotTerminated(2000) : reader.readLine(session.lineLimit);
        if (read.kind === 'end' || read.kind === 'endless') return;
        if (step.next === 'content') step = yield* session.content(read.kind === 'content' ? read.octets : null);
        else if (step.next === 'response') step = session.response(read.kind === 'line' ? read.line : null);
        else step = yield* session.command(read.kind === 'line' ? read.line : null);
        recipients = session.envelope.recipients.length;
      }
    })(),
  );
  for (const { content } of TAKEN) if (content.length > 1000) throw new Error('a message beyond the limit');
  return [codes, TAKEN.length];
}

/** What a client makes of replies: a result for each recipient, and an end. */
function call(bytes: Uint8Array): unknown {
  const { read } = source(bytes);
  let closed = false;
  const connection = {
    number: 0,
    local: { address: '10.0.0.1', port: 49_152 },
    remote: { address: '10.0.0.2', port: 25 },
    ending: 'closed',
    read,
    // biome-ignore lint/correctness/useYield: taken at once.
    *write() {
      return true;
    },
    close() {
      closed = true;
    },
    abort() {
      closed = true;
    },
  } as unknown as Connection;
  const host = { sleep: () => wait<void>(() => () => {}), narrator: { note() {} } } as unknown as Host;
  const session = new ClientSession(host, connection, {
    helo: 'crepes.fr',
    dialect: 'extended',
    credentials: { user: 'bob', password: 'secret' },
  });
  const recipients = ['bob@hamburger.edu', 'carol@hamburger.edu'];
  const outcome = finished(
    (function* (): Process<unknown> {
      const problem = yield* session.start();
      if (problem !== null) return problem;
      const results = yield* session.send({ ...plainEnvelope('alice@crepes.fr', recipients), content: 'hi\r\n' });
      yield* session.quit();
      return results;
    })(),
  );
  if (!closed && session.usable) throw new Error('a client that does not leave');
  if (Array.isArray(outcome) && outcome.length !== recipients.length) throw new Error('a recipient without a result');
  return outcome;
}
