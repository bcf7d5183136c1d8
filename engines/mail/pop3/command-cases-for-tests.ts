/** Commands in every state, with the reply to the last one: what the session is tested with, and what docs/mail-access.md counts. */
import type { Verb } from './wire/command.ts';

export interface CommandCase {
  readonly verb: Verb;
  readonly section: string;
  readonly what: string;
  /** Said one after the other; `IN`: USER and PASS first. */
  readonly say: readonly string[];
  /** The last reply, up to its first line end; `…` at the end stands for anything. */
  readonly reply: string;
  /** What stands behind it, of a reply that has something. */
  readonly content?: string;
  readonly tls?: 'off' | 'required';
}

const IN = ['USER bob', 'PASS pickles'];

export const commandCases: readonly CommandCase[] = [
  { verb: 'USER', section: 'RFC 1939 §7', what: 'a name', say: ['USER bob'], reply: '+OK Password required' },
  {
    verb: 'USER',
    section: 'RFC 1939 §7, §13',
    what: 'a name that nobody has is not told',
    say: ['USER carol'],
    reply: '+OK Password required',
  },
  { verb: 'USER', section: 'RFC 1939 §7', what: 'no name', say: ['USER'], reply: '-ERR USER wants a name' },
  { verb: 'USER', section: 'RFC 1939 §4', what: 'after login', say: [...IN, 'USER bob'], reply: '-ERR Already logged in' },
  {
    verb: 'USER',
    section: 'RFC 2595 §2.2',
    what: 'before TLS that is required',
    say: ['USER bob'],
    reply: '-ERR TLS is needed: say STLS first',
    tls: 'required',
  },
  { verb: 'PASS', section: 'RFC 1939 §7', what: 'the right one', say: IN, reply: '+OK bob@hamburger.edu has 2 messages (…' },
  {
    verb: 'PASS',
    section: 'RFC 3206 §4',
    what: 'a wrong one',
    say: ['USER bob', 'PASS ketchup'],
    reply: '-ERR [AUTH] Wrong user name or password',
  },
  {
    verb: 'PASS',
    section: 'RFC 1939 §7',
    what: 'of nobody',
    say: ['USER carol', 'PASS pickles'],
    reply: '-ERR [AUTH] Wrong user name or password',
  },
  { verb: 'PASS', section: 'RFC 1939 §7', what: 'without USER', say: ['PASS pickles'], reply: '-ERR USER comes first' },
  {
    verb: 'PASS',
    section: 'RFC 1939 §7',
    what: 'not at once behind USER',
    say: ['USER bob', 'CAPA', 'PASS pickles'],
    reply: '-ERR USER comes first',
  },
  {
    verb: 'PASS',
    section: 'RFC 1939 §7',
    what: 'with spaces is one password',
    say: ['USER bob', 'PASS pickles and more'],
    reply: '-ERR [AUTH] Wrong user name or password',
  },
  {
    verb: 'APOP',
    section: 'RFC 1939 §7',
    what: 'the right digest',
    say: ['APOP bob fa7ba5529169bce96deb28857e72b207'],
    reply: '+OK bob@hamburger.edu has 2 messages (…',
  },
  {
    verb: 'APOP',
    section: 'RFC 1939 §7',
    what: 'a wrong one',
    say: ['APOP bob 00000000000000000000000000000000'],
    reply: '-ERR [AUTH] Wrong user name or password',
  },
  {
    verb: 'APOP',
    section: 'RFC 1939 §7',
    what: 'one in capitals is none',
    say: ['APOP bob FA7BA5529169BCE96DEB28857E72B207'],
    reply: '-ERR A name and 32 hexadecimal digits are expected',
  },
  {
    verb: 'AUTH',
    section: 'RFC 5034 §4',
    what: 'with an initial response',
    say: ['AUTH PLAIN AGJvYgBwaWNrbGVz'],
    reply: '+OK bob@hamburger.edu has 2 messages (…',
  },
  {
    verb: 'AUTH',
    section: 'RFC 5034 §4',
    what: 'by challenges',
    say: ['AUTH LOGIN', 'Ym9i', 'cGlja2xlcw=='],
    reply: '+OK bob@hamburger.edu has 2 messages (…',
  },
  { verb: 'AUTH', section: 'RFC 5034 §4', what: 'an empty challenge', say: ['AUTH PLAIN'], reply: '+ ' },
  { verb: 'AUTH', section: 'RFC 5034 §4', what: 'cancelled', say: ['AUTH LOGIN', '*'], reply: '-ERR Authentication cancelled' },
  { verb: 'AUTH', section: 'RFC 5034 §4', what: 'no base64', say: ['AUTH LOGIN', '!'], reply: '-ERR Authentication failed: no base64' },
  {
    verb: 'AUTH',
    section: 'RFC 5034 §4',
    what: 'a mechanism that is not there',
    say: ['AUTH GSSAPI'],
    reply: '-ERR No such mechanism: GSSAPI',
  },
  {
    verb: 'AUTH',
    section: 'RFC 5034 §4',
    what: 'which there are, as older clients ask',
    say: ['AUTH'],
    reply: '+OK Mechanisms follow',
    content: 'PLAIN\r\nLOGIN\r\nCRAM-MD5\r\n',
  },
  { verb: 'AUTH', section: 'RFC 5034 §4', what: 'after login', say: [...IN, 'AUTH PLAIN'], reply: '-ERR Already logged in' },
  { verb: 'QUIT', section: 'RFC 1939 §4', what: 'before login', say: ['QUIT'], reply: '+OK Goodbye' },
  {
    verb: 'QUIT',
    section: 'RFC 1939 §6',
    what: 'after login, with what is marked',
    say: [...IN, 'DELE 1', 'QUIT'],
    reply: '+OK Goodbye, 1 deleted, 1 left',
  },
  { verb: 'STAT', section: 'RFC 1939 §5', what: 'number and size', say: [...IN, 'STAT'], reply: '+OK 2 21' },
  { verb: 'STAT', section: 'RFC 1939 §5', what: 'without what is marked', say: [...IN, 'DELE 1', 'STAT'], reply: '+OK 1 12' },
  { verb: 'STAT', section: 'RFC 1939 §4', what: 'before login', say: ['STAT'], reply: '-ERR Log in first' },
  { verb: 'STAT', section: 'RFC 1939 §3', what: 'an argument', say: [...IN, 'STAT 1'], reply: '-ERR STAT has no argument' },
  {
    verb: 'LIST',
    section: 'RFC 1939 §5',
    what: 'all',
    say: [...IN, 'LIST'],
    reply: '+OK 2 messages (21 octets)',
    content: '1 9\r\n2 12\r\n',
  },
  { verb: 'LIST', section: 'RFC 1939 §5', what: 'one', say: [...IN, 'LIST 2'], reply: '+OK 2 12' },
  { verb: 'LIST', section: 'RFC 1939 §5', what: 'one that is not there', say: [...IN, 'LIST 3'], reply: '-ERR No such message: 3' },
  { verb: 'LIST', section: 'RFC 1939 §5', what: 'one that is marked', say: [...IN, 'DELE 2', 'LIST 2'], reply: '-ERR No such message: 2' },
  { verb: 'RETR', section: 'RFC 1939 §5', what: 'a message', say: [...IN, 'RETR 1'], reply: '+OK 9 octets', content: 'A: b\r\n\r\nc' },
  { verb: 'RETR', section: 'RFC 1939 §5', what: 'one that is not there', say: [...IN, 'RETR 9'], reply: '-ERR No such message: 9' },
  { verb: 'RETR', section: 'RFC 1939 §5', what: 'no number', say: [...IN, 'RETR'], reply: '-ERR A message-number, from 1, is expected' },
  { verb: 'RETR', section: 'RFC 1939 §4', what: 'before login', say: ['RETR 1'], reply: '-ERR Log in first' },
  { verb: 'DELE', section: 'RFC 1939 §5', what: 'a message', say: [...IN, 'DELE 1'], reply: '+OK Message 1 marked as deleted' },
  { verb: 'DELE', section: 'RFC 1939 §5', what: 'one that is marked', say: [...IN, 'DELE 1', 'DELE 1'], reply: '-ERR No such message: 1' },
  { verb: 'NOOP', section: 'RFC 1939 §5', what: 'nothing', say: [...IN, 'NOOP'], reply: '+OK' },
  { verb: 'NOOP', section: 'RFC 1939 §4', what: 'before login', say: ['NOOP'], reply: '-ERR Log in first' },
  { verb: 'RSET', section: 'RFC 1939 §5', what: 'takes marks back', say: [...IN, 'DELE 1', 'RSET'], reply: '+OK 2 messages (21 octets)' },
  {
    verb: 'TOP',
    section: 'RFC 1939 §7',
    what: 'the header section alone',
    say: [...IN, 'TOP 2 0'],
    reply: '+OK 2 octets',
    content: '\r\n',
  },
  {
    verb: 'TOP',
    section: 'RFC 1939 §7',
    what: 'and some lines',
    say: [...IN, 'TOP 2 2'],
    reply: '+OK 9 octets',
    content: '\r\n.x\r\ny\r\n',
  },
  {
    verb: 'TOP',
    section: 'RFC 1939 §7',
    what: 'more lines than there are',
    say: [...IN, 'TOP 1 100'],
    reply: '+OK 9 octets',
    content: 'A: b\r\n\r\nc',
  },
  {
    verb: 'TOP',
    section: 'RFC 1939 §7',
    what: 'without lines',
    say: [...IN, 'TOP 1'],
    reply: '-ERR A message-number and a number of lines are expected',
  },
  {
    verb: 'UIDL',
    section: 'RFC 1939 §7',
    what: 'all',
    say: [...IN, 'UIDL'],
    reply: '+OK Unique-ids follow',
    content: '1 1.1\r\n2 1.2\r\n',
  },
  { verb: 'UIDL', section: 'RFC 1939 §7', what: 'one', say: [...IN, 'UIDL 2'], reply: '+OK 2 1.2' },
  {
    verb: 'CAPA',
    section: 'RFC 2449 §5',
    what: 'before login',
    say: ['CAPA'],
    reply: '+OK Capability list follows',
    content:
      'TOP\r\nUSER\r\nSASL PLAIN LOGIN CRAM-MD5\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\nUIDL\r\nSTLS\r\nIMPLEMENTATION netscenario\r\n',
  },
  {
    verb: 'CAPA',
    section: 'RFC 2595 §2.2',
    what: 'where TLS is required first',
    say: ['CAPA'],
    reply: '+OK Capability list follows',
    content: 'TOP\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nPIPELINING\r\nEXPIRE NEVER\r\nUIDL\r\nSTLS\r\nIMPLEMENTATION netscenario\r\n',
    tls: 'required',
  },
  { verb: 'STLS', section: 'RFC 2595 §4', what: 'before login', say: ['STLS'], reply: '+OK Begin TLS negotiation' },
  { verb: 'STLS', section: 'RFC 2595 §4', what: 'after login', say: [...IN, 'STLS'], reply: '-ERR Already logged in' },
  {
    verb: 'STLS',
    section: 'RFC 2595 §4',
    what: 'where the server has none',
    say: ['STLS'],
    reply: '-ERR No such command: STLS',
    tls: 'off',
  },
];
