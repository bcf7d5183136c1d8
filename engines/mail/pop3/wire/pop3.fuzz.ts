/**
 * POP3: commands, replies, a server's session and a client's. Whatever the bytes: nothing throws, fields lie within them, what was
 * read is written and read to the same, and a server that is not told the password lets nobody in.
 */
import { decodeBase64 } from '../../../base64.ts';
import { checkFields, type FuzzTarget } from '../../../fuzz-target.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { atOnceResult, hostForSessions, mailboxForSessions, SERVICE, scripted } from '../../mailbox/session-for-tests.ts';
import { ClientSession } from '../client.ts';
import { Maildrops } from '../maildrop.ts';
import { ServerSession } from '../server-session.ts';
import { idsIn } from '../user-session.ts';
import { commandLine, decodeCommand } from './command.ts';
import { dissectPop3 } from './dissect.ts';
import { decodeReply, encodeReply, replyLine } from './reply.ts';

const TEXTS = [
  'USER bob\r\nPASS pickles\r\nSTAT\r\nLIST\r\nUIDL 1\r\nRETR 1\r\nTOP 2 1\r\nDELE 1\r\nRSET\r\nNOOP\r\nCAPA\r\nQUIT\r\n',
  'APOP bob c4c9334bac560ecc979e58001b3e22fb\r\nAUTH\r\nSTLS\r\n',
  'AUTH PLAIN AGJvYgBwaWNrbGVz\r\nDELE 2\r\nQUIT\r\n',
  'AUTH CRAM-MD5\r\ndGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n*\r\n',
  '+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n+OK\r\n+OK 2 messages\r\n',
  '+OK ready\r\n+OK\r\n+OK\r\n+OK ids\r\n1 whqtswO00WBw418f9t5JxYwZ\r\n2 QhdPYR:00WBw1Ph7x7\r\n.\r\n+OK 12 octets\r\n..dot\r\ntext\r\n.\r\n+OK bye\r\n',
  '-ERR [IN-USE] another session\r\n-ERR [SYS/TEMP]\r\n+ PDE4OTY=\r\n',
];

const target: FuzzTarget = {
  name: 'pop3',
  corpus: () => TEXTS.map(bytesOfOctets),
  run(bytes) {
    for (const kind of ['command', 'reply', 'lines', 'message', 'challenge', 'answer', 'other'])
      checkFields(dissectPop3(bytes, kind), bytes.length);
    const octets = octetsOf(bytes);
    const lines = octets.split('\r\n').slice(0, 100);
    for (const line of lines) {
      const command = decodeCommand(line);
      if (!('error' in command)) same(decodeCommand(commandLine(command)), command, 'command');
      const reply = decodeReply(line);
      if (!('error' in reply)) same(decodeReply(replyLine(reply)), reply, 'reply');
    }
    return JSON.stringify([serve(lines), idsIn(octets), listen(bytes)]);
  },
};

export default target;

function serve(lines: readonly string[]): string {
  const host = hostForSessions();
  const { store, logins } = mailboxForSessions(host);
  const surroundings = { service: SERVICE, logins, maildrops: new Maildrops(store), timestamp: '<1.2@server>', secured: false };
  const session = new ServerSession({ ...surroundings, now: () => 0, lastLogin: () => null, loggedIn: () => {} });
  let said = '';
  for (const line of lines) {
    const act = session.command(line);
    if (act.kind === 'challenge') said += act.line;
    else {
      const reply = octetsOf(encodeReply(act.reply, act.content));
      if ('error' in decodeReply(replyLine(act.reply))) throw new Error(`a reply that is none: ${reply}`);
      said += reply;
      if (act.next === 'close') break;
    }
  }
  session.end();
  const passwordSaid = lines.flatMap((line) => [line, ...line.split(' ').map(decodeBase64)]).some((text) => text.includes('pickles'));
  if (store.count('bob@hamburger.edu') < 2 && !passwordSaid) throw new Error('messages went without the password');
  return said;
}

/** What a client makes of it, whatever came from the server. */
function listen(bytes: Uint8Array): string {
  const half = Math.floor(bytes.length / 2);
  const connection = scripted([bytes.subarray(0, half), bytes.subarray(half)].filter(({ length }) => length > 0));
  const session = new ClientSession(hostForSessions(), connection);
  const told: unknown[] = [];
  atOnceResult(
    (function* () {
      told.push(yield* session.greeting());
      told.push(yield* session.logIn('bob', 'pickles', 'password'));
      told.push(yield* session.ask({ verb: 'UIDL', message: null }));
      told.push(yield* session.ask({ verb: 'RETR', message: 1 }));
      told.push(yield* session.logIn('bob', 'pickles', 'cram-md5'));
      told.push(yield* session.leave());
    })(),
  );
  return JSON.stringify(told);
}

function same(again: unknown, first: unknown, what: string): void {
  if (JSON.stringify(again) !== JSON.stringify(first)) throw new Error(`the ${what} is written to something else than was read`);
}
