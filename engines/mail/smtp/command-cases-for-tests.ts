/** Each command and what a server makes of it, section by section: run by the session's tests, counted by the documentation. */
import { encodeBase64 } from '../../base64.ts';
import { SECOND } from '../../quantities.ts';
import type { LoginLimits } from '../mailbox/scenario.ts';
import type { MailServerService } from '../scenario.ts';
import type { Verb } from './wire/command.ts';

export interface CommandCase {
  readonly verb: Verb;
  readonly section: string;
  /** Said before; in brackets what is no command: `[tls]` the handshake, `[content X]`, `[respond X]`. */
  readonly before?: readonly string[];
  /** A command; or as above. */
  readonly line: string;
  /** The reply's lines as they go over the wire, joined by \n; in brackets what comes next. */
  readonly answer: string | RegExp;
  readonly service?: Partial<MailServerService>;
  /** On port 587. */
  readonly submission?: boolean;
  /** Of its users' logins. */
  readonly limits?: LoginLimits;
}

type Rest = Omit<Partial<CommandCase>, 'verb' | 'section'>;

function of(
  verb: Verb,
  section: string,
  ...cases: readonly (readonly [line: string, answer: string | RegExp, rest?: Rest])[]
): CommandCase[] {
  return cases.map(([line, answer, rest]) => ({ verb, section, ...rest, line, answer }));
}

const HELLO = ['EHLO crepes.fr'];
const MAIL = [...HELLO, 'MAIL FROM:<alice@crepes.fr>'];
const RCPT = [...MAIL, 'RCPT TO:<bob@hamburger.edu>'];
const FROM_BOB = [...HELLO, 'MAIL FROM:<bob@hamburger.edu>'];
const ready: Rest = { before: HELLO };
const sender: Rest = { before: MAIL };
const recipients: Rest = { before: RCPT };
const classic: Rest = { service: { dialect: 'classic' } };
const auth: Rest = { before: HELLO, service: { authentication: 'offered' } };
const b64 = encodeBase64;
const PLAIN = b64('\0bob@hamburger.edu\0secret');
const WRONG = `AUTH PLAIN ${b64('\0bob@hamburger.edu\0wrong')}`;

export const commandCases: readonly CommandCase[] = [
  ...of(
    'HELO',
    'RFC 5321 §4.1.1.1',
    ['HELO crepes.fr', '250 hamburger.edu greets crepes.fr'],
    ['helo [10.0.0.1]', '250 hamburger.edu greets [10.0.0.1]'],
    ['HELO crepes.fr', '250 Hello crepes.fr, pleased to meet you', classic],
    ['HELO', "501 Syntax error: HELO wants the client's domain or address literal"],
    ['HELO crepes.fr', '530 Must issue a STARTTLS command first', { service: { tls: 'required' } }],
  ),
  ...of(
    'EHLO',
    'RFC 5321 §4.1.1.1, §3.2',
    ['EHLO crepes.fr', '250-hamburger.edu greets crepes.fr\n250-PIPELINING\n250-SIZE 1000\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n250 DSN'],
    [
      'EHLO crepes.fr',
      '250-hamburger.edu greets crepes.fr\n250-SIZE 1000\n250 DSN',
      { service: { without: ['PIPELINING', '8BITMIME', 'ENHANCEDSTATUSCODES'] } },
    ],
    ['EHLO crepes.fr', /^250[ -]/, recipients],
    ['EHLO', "501 Syntax error: EHLO wants the client's domain or address literal"],
    ['EHLO crepes.fr', '500 Command unrecognized: "EHLO"', classic],
  ),
  ...of(
    'MAIL',
    'RFC 5321 §4.1.1.2, §3.3',
    ['MAIL FROM:<alice@crepes.fr>', '250 2.1.0 Sender alice@crepes.fr ok', ready],
    ['mail from: <alice@crepes.fr>', '250 2.1.0 Sender alice@crepes.fr ok', ready],
    ['MAIL FROM:<>', '250 2.1.0 Sender <> ok', ready],
    ['MAIL FROM:<@relay.fr,@other.fr:alice@crepes.fr>', '250 2.1.0 Sender alice@crepes.fr ok', ready],
    ['MAIL FROM:alice', '501 5.5.2 Syntax error: a path stands in angle brackets', ready],
    ['MAIL FROM:<alice@crepes.fr>', '503 Polite people say HELO first'],
    ['MAIL FROM:<alice@crepes.fr>', '503 5.5.1 Sender already specified', sender],
    ['MAIL FROM:<alice@crepes.fr> X=1', '555 5.5.4 Parameter not recognized: X', ready],
    ['MAIL FROM:<alice@crepes.fr> SIZE=1', '555 Parameter not recognized: SIZE', { before: ['HELO crepes.fr'] }],
  ),
  ...of(
    'MAIL',
    'RFC 1870 §6.1',
    ['MAIL FROM:<a@b.c> SIZE=1000', '250 2.1.0 Sender a@b.c ok', ready],
    ['MAIL FROM:<a@b.c> SIZE=1001', '552 5.3.4 Message exceeds maximum size of 1000 octets', ready],
    ['MAIL FROM:<a@b.c> SIZE=99999999999999999999', '552 5.3.4 Message exceeds maximum size of 1000 octets', ready],
    ['MAIL FROM:<a@b.c> SIZE=big', '501 5.5.2 Syntax error: SIZE is a number of octets', ready],
    ['MAIL FROM:<a@b.c> SIZE=1', '555 5.5.4 Parameter not recognized: SIZE', { before: HELLO, service: { without: ['SIZE'] } }],
  ),
  ...of(
    'MAIL',
    'RFC 6152 §2',
    ['MAIL FROM:<a@b.c> BODY=8bitmime', '250 2.1.0 Sender a@b.c ok', ready],
    ['MAIL FROM:<a@b.c> BODY=BINARYMIME', '501 5.5.2 Syntax error: BODY is 7BIT or 8BITMIME', ready],
    ['MAIL FROM:<a@b.c> BODY=7BIT BODY=7BIT', '501 5.5.2 Syntax error: BODY stands there twice', ready],
  ),
  ...of(
    'MAIL',
    'RFC 3461 §4.3, §4.4',
    ['MAIL FROM:<a@b.c> RET=HDRS ENVID=QQ+2B1', '250 2.1.0 Sender a@b.c ok', ready],
    ['MAIL FROM:<a@b.c> RET=SOME', '501 5.5.2 Syntax error: RET is FULL or HDRS', ready],
    ['MAIL FROM:<a@b.c> ENVID=QQ+1', '501 5.5.2 Syntax error: ENVID is xtext of at most 100 octets', ready],
    ['MAIL FROM:<a@b.c> RET=FULL', '555 5.5.4 Parameter not recognized: RET', { before: HELLO, service: { without: ['DSN'] } }],
  ),
  ...of(
    'MAIL',
    'RFC 4954 §5, RFC 6409 §4.3, §6.1',
    ['MAIL FROM:<a@b.c> AUTH=<>', '250 2.1.0 Sender a@b.c ok', auth],
    ['MAIL FROM:<a@b.c> AUTH=<>', '555 5.5.4 Parameter not recognized: AUTH', ready],
    ['MAIL FROM:<bob@hamburger.edu>', '530 5.7.0 Authentication required', { before: HELLO, service: { authentication: 'required' } }],
    ['MAIL FROM:<bob@hamburger.edu>', '250 2.1.0 Sender bob@hamburger.edu ok', { ...ready, submission: true }],
    ['MAIL FROM:<mallory@evil.org>', '550 5.7.1 Not a user of this server: mallory@evil.org', { ...ready, submission: true }],
    [
      'MAIL FROM:<full@hamburger.edu>',
      '550 5.7.1 Not a user of this server: full@hamburger.edu',
      { before: [...HELLO, `AUTH PLAIN ${PLAIN}`], service: { authentication: 'required' }, submission: true },
    ],
  ),
  ...of('MAIL', 'RFC 5321 §7.8', [
    'MAIL FROM:<a@b.c>',
    '450 4.7.1 Too many messages, try again later',
    {
      before: [...MAIL, 'RSET'],
      service: { limits: { sessions: 9, connectionsPerClient: null, messagesPerClient: { count: 1, per: 1 } } },
    },
  ]),
  ...of(
    'RCPT',
    'RFC 5321 §4.1.1.3, §3.3',
    ['RCPT TO:<bob@hamburger.edu>', '250 2.1.5 Recipient bob@hamburger.edu ok', sender],
    ['RCPT TO:<postmaster>', '250 2.1.5 Recipient postmaster ok', sender],
    ['RCPT TO:<friends@hamburger.edu>', '250 2.1.5 Recipient friends@hamburger.edu ok', sender],
    ['RCPT TO:<carol@hamburger.edu>', '550 5.1.1 No such user: carol@hamburger.edu', sender],
    ['RCPT TO:<full@hamburger.edu>', '452 4.2.2 Mailbox full: full@hamburger.edu', { before: [...HELLO, 'MAIL FROM:<a@b.c> SIZE=10'] }],
    ['RCPT TO:<>', '501 5.5.2 Syntax error: a recipient cannot be empty', sender],
    ['RCPT TO:<bob@hamburger.edu> X=1', '555 5.5.4 Parameter not recognized: X', sender],
    ['RCPT TO:<bob@hamburger.edu>', '503 5.5.1 Need MAIL before RCPT or DATA', ready],
    ['RCPT TO:<bob@hamburger.edu>', '503 Polite people say HELO first'],
  ),
  ...of(
    'RCPT',
    'RFC 5321 §3.6.2, §7.9',
    ['RCPT TO:<eve@elsewhere.org>', '550 5.7.1 Relaying denied: eve@elsewhere.org', sender],
    ['RCPT TO:<eve@elsewhere.org>', '250 2.1.5 Recipient eve@elsewhere.org ok', { before: FROM_BOB }],
    ['RCPT TO:<eve@elsewhere.org>', '250 2.1.5 Recipient eve@elsewhere.org ok', { before: MAIL, service: { relayFor: ['office'] } }],
    ['RCPT TO:<eve@elsewhere.org>', '550 5.7.1 Relaying denied: eve@elsewhere.org', { before: MAIL, service: { relayFor: ['branch'] } }],
    ['RCPT TO:<eve@elsewhere.org>', '250 2.1.5 Recipient eve@elsewhere.org ok', { before: MAIL, service: { relayFor: 'anyone' } }],
    [
      'RCPT TO:<eve@elsewhere.org>',
      '250 2.1.5 Recipient eve@elsewhere.org ok',
      { before: MAIL, service: { backupFor: ['Elsewhere.org'] } },
    ],
  ),
  ...of('RCPT', 'RFC 5321 §4.5.3.1.10', [
    'RCPT TO:<bob@burger.org>',
    '452 4.5.3 Too many recipients',
    { before: RCPT, service: { maximumRecipients: 1 } },
  ]),
  ...of(
    'RCPT',
    'RFC 3461 §4.1, §4.2',
    [
      'RCPT TO:<bob@hamburger.edu> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob+2Bx@hamburger.edu',
      '250 2.1.5 Recipient bob@hamburger.edu ok',
      sender,
    ],
    ['RCPT TO:<bob@hamburger.edu> NOTIFY=NEVER', '250 2.1.5 Recipient bob@hamburger.edu ok', sender],
    [
      'RCPT TO:<bob@hamburger.edu> NOTIFY=NEVER,SUCCESS',
      '501 5.5.2 Syntax error: NOTIFY is NEVER, or a list of SUCCESS, FAILURE and DELAY',
      sender,
    ],
    [
      'RCPT TO:<bob@hamburger.edu> ORCPT=bob',
      '501 5.5.2 Syntax error: ORCPT is an address type, a semicolon and an address in xtext',
      sender,
    ],
    [
      'RCPT TO:<bob@hamburger.edu> NOTIFY=NEVER',
      '555 5.5.4 Parameter not recognized: NOTIFY',
      { before: MAIL, service: { without: ['DSN'] } },
    ],
  ),
  ...of(
    'DATA',
    'RFC 5321 §4.1.1.4, §3.3',
    ['DATA', '354 Start mail input; end with <CRLF>.<CRLF> [content]', recipients],
    ['DATA', '354 Enter mail, end with "." on a line by itself [content]', { ...classic, before: ['HELO a.b', ...RCPT.slice(1)] }],
    ['DATA now', '501 5.5.2 Syntax error: DATA has no argument', recipients],
    ['DATA', '554 5.5.1 No valid recipients', sender],
    ['DATA', '503 Need RCPT (recipient)', { ...classic, before: ['HELO a.b', ...MAIL.slice(1)] }],
    ['DATA', '503 5.5.1 Need MAIL before RCPT or DATA', ready],
    ['[content hi\r\n]', '250 2.0.0 Message accepted for delivery as 1', { before: [...RCPT, 'DATA'] }],
  ),
  ...of('DATA', 'RFC 1870 §6.3', [
    `[content ${'x'.repeat(1001)}]`,
    '552 5.3.4 Message exceeds maximum size of 1000 octets',
    { before: [...RCPT, 'DATA'] },
  ]),
  ...of('DATA', 'RFC 5321 §2.4', [
    '[content caf\xe9\r\n]',
    '554 5.6.1 Octets above 127 were not agreed on',
    { before: [...RCPT, 'DATA'], service: { without: ['8BITMIME'] } },
  ]),
  ...of(
    'RSET',
    'RFC 5321 §4.1.1.5',
    ['RSET', '250 2.0.0 Transaction reset', recipients],
    ['RSET', '250 Transaction reset'],
    ['RSET now', '501 Syntax error: RSET has no argument'],
    ['DATA', '503 5.5.1 Need MAIL before RCPT or DATA', { before: [...RCPT, 'RSET'] }],
  ),
  ...of(
    'VRFY',
    'RFC 5321 §3.5, §4.1.1.6, §7.3',
    ['VRFY bob', '252 2.5.0 Cannot VRFY user, but will accept message and attempt delivery', ready],
    ['VRFY full', '250 2.1.5 <full@hamburger.edu>', { before: HELLO, service: { verifies: true } }],
    ['VRFY <bob@burger.org>', '250 2.1.5 <bob@burger.org>', { before: HELLO, service: { verifies: true } }],
    [
      'VRFY bob',
      '553-5.1.4 User ambiguous\n553-5.1.4 <bob@hamburger.edu>\n553 5.1.4 <bob@burger.org>',
      { before: HELLO, service: { verifies: true } },
    ],
    ['VRFY carol', '550 5.1.1 No such user: carol', { before: HELLO, service: { verifies: true } }],
    [
      'VRFY eve@elsewhere.org',
      '251 2.1.5 User not local; will forward to <eve@elsewhere.org>',
      { before: HELLO, service: { verifies: true, backupFor: ['elsewhere.org'] } },
    ],
    ['VRFY', '501 5.5.2 Syntax error: VRFY wants a name', ready],
  ),
  ...of(
    'EXPN',
    'RFC 5321 §3.5, §4.1.1.7, §7.3',
    ['EXPN friends', '252 2.5.0 Cannot VRFY user, but will accept message and attempt delivery', ready],
    ['EXPN friends', '250-2.1.5 <bob@hamburger.edu>\n250 2.1.5 <eve@elsewhere.org>', { before: HELLO, service: { verifies: true } }],
    [
      'EXPN all',
      '250-2.1.5 <bob@hamburger.edu>\n250-2.1.5 <eve@elsewhere.org>\n250 2.1.5 <full@hamburger.edu>',
      { before: HELLO, service: { verifies: true } },
    ],
    ['EXPN full', '550 5.1.1 No such list: full', { before: HELLO, service: { verifies: true } }],
    ['EXPN bob', /^553-5\.1\.4 User ambiguous/, { before: HELLO, service: { verifies: true } }],
  ),
  ...of('HELP', 'RFC 5321 §4.1.1.8', ['HELP', /^214-Commands:\n214 HELO/], ['HELP MAIL', /^214-2\.0\.0 Commands:/, ready]),
  ...of('NOOP', 'RFC 5321 §4.1.1.9', ['NOOP', '250 OK'], ['NOOP anything', '250 2.0.0 OK', recipients]),
  ...of(
    'QUIT',
    'RFC 5321 §4.1.1.10',
    ['QUIT', '221 hamburger.edu closing connection [close]'],
    ['QUIT', '221 2.0.0 hamburger.edu closing connection [close]', recipients],
    ['QUIT now', '501 Syntax error: QUIT has no argument'],
  ),
  ...of(
    'STARTTLS',
    'RFC 3207 §4, §4.2',
    ['STARTTLS', '220 2.0.0 Ready to start TLS [secure]', { before: HELLO, service: { tls: 'offered' } }],
    ['STARTTLS', '502 5.5.1 Command not implemented: "STARTTLS"', ready],
    ['STARTTLS now', '501 5.5.2 Syntax error: STARTTLS has no argument', { before: HELLO, service: { tls: 'offered' } }],
    ['STARTTLS', '503 5.5.1 TLS is there already', { before: [...HELLO, 'STARTTLS', '[tls]', ...HELLO], service: { tls: 'offered' } }],
    ['MAIL FROM:<a@b.c>', '503 Polite people say HELO first', { before: [...HELLO, 'STARTTLS', '[tls]'], service: { tls: 'offered' } }],
    ['DATA', '503 5.5.1 Need MAIL before RCPT or DATA', { before: [...RCPT, 'STARTTLS', '[tls]', ...HELLO], service: { tls: 'offered' } }],
    ['MAIL FROM:<a@b.c>', '530 5.7.0 Must issue a STARTTLS command first', { before: HELLO, service: { tls: 'required' } }],
    ['EHLO crepes.fr', /\n250-8BITMIME\n250-STARTTLS\n250-ENH/, { service: { tls: 'required' } }],
    ['EHLO crepes.fr', /\n250-8BITMIME\n250-ENH/, { before: [...HELLO, 'STARTTLS', '[tls]'], service: { tls: 'required' } }],
  ),
  ...of(
    'AUTH',
    'RFC 4954 §4, §6',
    [`AUTH PLAIN ${PLAIN}`, '235 2.7.0 Authentication succeeded', auth],
    [`auth plain ${b64('\0full\0secret')}`, '235 2.7.0 Authentication succeeded', auth],
    [`AUTH PLAIN ${b64('\0bob\0secret')}`, '535 5.7.8 Authentication credentials invalid', auth],
    [`AUTH PLAIN ${b64('\0bob@hamburger.edu\0wrong')}`, '535 5.7.8 Authentication credentials invalid', auth],
    [
      `AUTH PLAIN ${PLAIN}`,
      '454 4.7.0 Too many failed logins, try again later',
      { ...auth, before: [...HELLO, WRONG, WRONG], limits: { delay: 0, perConnection: 9, lockOut: { after: 2, time: 60 * SECOND } } },
    ],
    [WRONG, /^421 4\.7\.0 .* \[close\]$/, { ...auth, before: [...HELLO, WRONG, WRONG] }],
    ['AUTH PLAIN', '334  [response]', auth],
    [`[respond ${PLAIN}]`, '235 2.7.0 Authentication succeeded', { ...auth, before: [...HELLO, 'AUTH PLAIN'] }],
    ['AUTH PLAIN =', '535 5.7.8 Authentication credentials invalid', auth],
    ['AUTH LOGIN', '334 VXNlcm5hbWU6 [response]', auth],
    ['[respond *]', '501 5.7.0 Authentication cancelled', { ...auth, before: [...HELLO, 'AUTH LOGIN'] }],
    ['[respond a]', '501 5.5.2 Cannot decode the response', { ...auth, before: [...HELLO, 'AUTH LOGIN'] }],
    ['[respond too long]', '500 5.5.6 Authentication exchange line is too long', { ...auth, before: [...HELLO, 'AUTH LOGIN'] }],
    ['AUTH CRAM-MD5', `334 ${b64('<1.2@hamburger.edu>')} [response]`, auth],
    ['AUTH GSSAPI', '504 5.5.4 Unrecognized authentication mechanism: GSSAPI', auth],
    [
      'AUTH LOGIN',
      '504 5.5.4 Unrecognized authentication mechanism: LOGIN',
      { ...auth, service: { authentication: 'offered', mechanisms: ['PLAIN'] } },
    ],
    ['AUTH', '501 5.5.2 Syntax error: AUTH wants a mechanism and perhaps an initial response in base64', auth],
    [`AUTH PLAIN ${PLAIN}`, '503 5.5.1 Already authenticated', { ...auth, before: [...HELLO, `AUTH PLAIN ${PLAIN}`] }],
    [`AUTH PLAIN ${PLAIN}`, '503 5.5.1 Not within a mail transaction', { ...auth, before: MAIL }],
    [`AUTH PLAIN ${PLAIN}`, '502 5.5.1 Command not implemented: "AUTH"', ready],
    [
      `AUTH PLAIN ${PLAIN}`,
      '538 5.7.11 Encryption required for requested authentication mechanism',
      { ...auth, service: { authentication: 'offered', tls: 'offered' } },
    ],
    [
      `AUTH PLAIN ${PLAIN}`,
      '530 5.7.0 Must issue a STARTTLS command first',
      { ...auth, service: { authentication: 'offered', tls: 'required' } },
    ],
    ['EHLO crepes.fr', /\n250-STARTTLS\n250-AUTH CRAM-MD5\n/, { service: { authentication: 'offered', tls: 'offered' } }],
    [
      'EHLO crepes.fr',
      /\n250-AUTH PLAIN LOGIN CRAM-MD5\n/,
      { before: [...HELLO, 'STARTTLS', '[tls]'], service: { authentication: 'offered', tls: 'offered' } },
    ],
    [
      `AUTH PLAIN ${b64('\0a\0b')}`,
      '421 4.7.0 hamburger.edu Too many failed logins, closing connection [close]',
      { ...auth, before: [...HELLO, `AUTH PLAIN ${b64('\0a\0b')}`, `AUTH PLAIN ${b64('\0a\0b')}`] },
    ],
  ),
  ...of('SEND', 'RFC 5321 §F.6', ['SEND FROM:<a@b.c>', '502 5.5.1 Command not implemented: "SEND"', ready]),
  ...of('SOML', 'RFC 5321 §F.6', ['SOML FROM:<a@b.c>', '502 5.5.1 Command not implemented: "SOML"', ready]),
  ...of('SAML', 'RFC 5321 §F.6', ['SAML FROM:<a@b.c>', '502 Command not implemented: "SAML"']),
  ...of('TURN', 'RFC 5321 §F.1', ['TURN', '502 Command not implemented: "TURN"']),
];
