/**
 * IMAP: commands, responses, a server's session and a client's. Whatever the bytes: nothing throws, fields lie within them, what
 * was read is written and read to the same, and whatever the server says can be read.
 */
import { checkFields, type FuzzTarget } from '../../../fuzz-target.ts';
import { LineReader } from '../../../network/line-reader.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { atOnceResult, BOB, hostForSessions, mailboxForSessions, SERVICE, scripted } from '../../mailbox/session-for-tests.ts';
import { parseAddressList, soleAddress } from '../../message/address-list.ts';
import { ClientSession } from '../client.ts';
import { readCommand } from '../command-reader.ts';
import { ServerSession } from '../server-session.ts';
import { decodeCommand, encodeCommand } from './command.ts';
import { dissectImap } from './dissect.ts';
import { decodeFolderName, encodeFolderName } from './modified-utf7.ts';
import { decodeResponse, encodeResponse } from './response.ts';

const LOGIN = 'a LOGIN bob pickles\r\nb SELECT inbox\r\n';
const TEXTS = [
  `${LOGIN}c FETCH 1:* (FLAGS ENVELOPE BODYSTRUCTURE RFC822.SIZE UID INTERNALDATE)\r\nd FETCH 2 BODY[2.1.HEADER.FIELDS (Subject)]<0.10>\r\ne UID FETCH 1 FULL\r\n`,
  `${LOGIN}c STORE 1 +FLAGS.SILENT (\\Seen $work)\r\nd UID STORE 2 FLAGS \\Deleted\r\ne EXPUNGE\r\nf CLOSE\r\n`,
  `${LOGIN}c SEARCH CHARSET UTF-8 OR (FROM alice UNSEEN) NOT SINCE 1-Jan-2026 LARGER 10\r\nd UID SEARCH UID 1:* HEADER Subject {3+}\r\ncon\r\n`,
  `${LOGIN}c CREATE K&APY-che/x\r\nd COPY 1 K&APY-che\r\ne MOVE 1 "K&APY-che/x"\r\nf RENAME INBOX old\r\ng LIST "" *%*\r\nh LSUB "" %\r\ni STATUS old (MESSAGES UIDNEXT)\r\n`,
  `${LOGIN}c APPEND INBOX (\\Draft) " 1-Jan-2026 00:00:00 +0100" {14+}\r\nSubject: x\r\n\r\n\r\nd UNSELECT\r\ne DELETE x\r\nf NAMESPACE\r\ng LOGOUT\r\n`,
  'a AUTHENTICATE PLAIN AGJvYgBwaWNrbGVz\r\nb IDLE\r\nDONE\r\nc AUTHENTICATE LOGIN\r\nYm9i\r\n*\r\n',
  '* OK [CAPABILITY IMAP4rev1 LITERAL-] ready\r\na1 OK in\r\n* FLAGS (\\Seen \\*)\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\na2 OK [READ-WRITE] done\r\n* 1 FETCH (UID 7 FLAGS (\\Seen) BODY[HEADER.FIELDS (From "To")]<0> {5}\r\nab\r\nc)\r\na3 OK\r\n+ go\r\n',
  '* LIST (\\Noselect) "/" ~/Mail/foo\r\n* SEARCH 2 3 \r\n* 1 FETCH (ENVELOPE (NIL "x" (("a b" NIL "a" "x.org")(NIL NIL "b" "x.org")) NIL NIL NIL NIL NIL NIL "<1@x>"))\r\n* BYE\r\n',
  'a@x.org, "A, B" <a@x.org> (c (d)), <@r1,@r2:b@y>, team: c@z, d@z;, Last\r\n',
];

const target: FuzzTarget = {
  name: 'imap',
  shortRun: 2000,
  corpus: () => TEXTS.map(bytesOfOctets),
  run(bytes) {
    for (const kind of ['command', 'response', 'message', 'answer', 'literal', 'other'])
      checkFields(dissectImap(bytes, kind), bytes.length);
    const octets = octetsOf(bytes);
    const response = decodeResponse(octets.replace(/\r\n$/, ''));
    if (!('error' in response)) same(decodeResponse(encodeResponse(response)), response, 'response');
    const name = decodeFolderName(octets.split('\r\n', 1)[0] as string);
    if (name !== null) same(decodeFolderName(encodeFolderName(name)), name, 'folder name');
    const addresses = parseAddressList(octets);
    const sole = soleAddress(octets);
    if (sole !== null) same(addresses.map(({ mailbox, host }) => `${mailbox}@${host}`).join(), sole, 'sole address');
    return JSON.stringify([serve(bytes), listen(bytes), addresses]);
  },
};

export default target;

const LIMIT = 10_000;

function serve(bytes: Uint8Array): string {
  const host = hostForSessions();
  const { store, logins } = mailboxForSessions(host);
  const session = new ServerSession({ service: SERVICE, logins, store, nonce: '<1@server>', secured: false, now: () => 0 });
  const reader = new LineReader(scripted([bytes]));
  let said = '';
  const tell = (octets: string) => {
    const response = decodeResponse(octets);
    if ('error' in response) throw new Error(`a response that is none: ${response.error}: ${octets}`);
    said += octets;
  };
  for (;;) {
    const read = session.inExchange ? atOnceResult(reader.readLine(LIMIT)) : atOnceResult(readCommand(reader, LIMIT, proceed));
    if (read.kind === 'end' || read.kind === 'endless') break;
    if (read.kind === 'command') {
      const decoded = decodeCommand(read.octets);
      if (!('error' in decoded)) same(decodeCommand(encodeCommand(decoded)), decoded, 'command');
    }
    const act =
      read.kind === 'command'
        ? session.command(read.octets)
        : read.kind === 'refused'
          ? session.refused(read.tag, read.why)
          : session.answer(read.kind === 'line' ? read.line : null);
    if (act.kind === 'challenge') tell(`+ ${act.line}`);
    if (act.kind === 'idle') {
      const line = atOnceResult(reader.readLine(LIMIT));
      const done = session.doneIdling(line.kind === 'line' ? line.line : null);
      if (done.kind === 'reply') tell(done.tagged);
    }
    if (act.kind !== 'reply') continue;
    for (const one of act.untagged) tell(one.octets);
    tell(act.tagged);
    if (act.next === 'close') break;
  }
  session.end();
  const used = store.allMessages(BOB).reduce((sum, message) => sum + message.octets.length, 0);
  if (used !== store.used(BOB)) throw new Error('the quota is not what is used');
  return said;
}

// biome-ignore lint/correctness/useYield: leave is given at once.
function* proceed() {
  return true;
}

function listen(bytes: Uint8Array): string {
  const half = Math.floor(bytes.length / 2);
  const connection = scripted([bytes.subarray(0, half), bytes.subarray(half)].filter(({ length }) => length > 0));
  const session = new ClientSession(hostForSessions(), connection);
  const told: unknown[] = [];
  atOnceResult(
    (function* () {
      told.push(yield* session.greeting());
      told.push(yield* session.logIn('bob', 'pick les\xff', 'password'));
      told.push(yield* session.ask({ verb: 'SELECT', mailbox: 'INBOX' }));
      told.push(yield* session.askLine('FETCH 1 BODY[]'));
      told.push(yield* session.logIn('bob', 'pickles', 'plain'));
      yield* session.leave();
    })(),
  );
  return JSON.stringify(told);
}

function same(again: unknown, first: unknown, what: string): void {
  if (JSON.stringify(again) !== JSON.stringify(first))
    throw new Error(`the ${what} is written to something else than was read: ${JSON.stringify(first)}`);
}
