/**
 * SMTP replies (RFC 5321 §4.2): a three-digit code and text, on one line or more.
 * Limits: 512 octets a line with its CRLF (§4.5.3.1.5), 100 lines.
 */
import type { Field } from '../../../field.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { ENHANCED_STATUS, meaningOfEnhancedStatus } from './enhanced-status.ts';

export interface Reply {
  /** 200 to 599, the second digit 0 to 5. */
  readonly code: number;
  /** `5.1.1`, told at the beginning of every line (RFC 2034 §4); null without. Its class is the code's first digit. */
  readonly enhanced: string | null;
  /** At least one, without the codes. */
  readonly lines: readonly string[];
}

export interface ReplyError {
  readonly error: string;
}

export const REPLY_LINE_LIMIT = 512;
export const REPLY_LINES_LIMIT = 100;

/** Those that this engine knows, with what they mean. */
export const REPLY_CODES: Readonly<Record<number, readonly [meaning: string, standard: string]>> = {
  211: ['system status, or help', 'RFC 5321 §4.2.2'],
  214: ['help', 'RFC 5321 §4.2.2'],
  220: ['ready: the greeting, or for TLS', 'RFC 5321 §4.2.2, RFC 3207 §4'],
  221: ['closing', 'RFC 5321 §4.2.2'],
  235: ['authentication succeeded', 'RFC 4954 §6'],
  250: ['done', 'RFC 5321 §4.2.2'],
  251: ['the user is elsewhere, and the server forwards', 'RFC 5321 §3.4'],
  252: ['not verified, but mail is taken', 'RFC 5321 §3.5.3'],
  334: ['the mechanism’s challenge', 'RFC 4954 §4'],
  354: ['the message may come', 'RFC 5321 §4.2.2'],
  421: ['the server closes the connection', 'RFC 5321 §3.8'],
  432: ['a new password is needed', 'RFC 4954 §6'],
  450: ['not now: the mailbox cannot be used', 'RFC 5321 §4.2.2'],
  451: ['not now: something went wrong in the server', 'RFC 5321 §4.2.2'],
  452: ['not now: no room, or too many recipients', 'RFC 5321 §4.2.2, §4.5.3.1.10'],
  454: ['not now: TLS or authentication does not work', 'RFC 3207 §4, RFC 4954 §6'],
  455: ['not now: parameters cannot be honoured', 'RFC 5321 §4.2.2'],
  500: ['not understood, or too long', 'RFC 5321 §4.2.2'],
  501: ['an argument that is none', 'RFC 5321 §4.2.2'],
  502: ['not implemented', 'RFC 5321 §4.2.4'],
  503: ['out of order', 'RFC 5321 §4.2.2'],
  504: ['a parameter that is not implemented', 'RFC 5321 §4.2.2, RFC 4954 §4'],
  521: ['no mail is taken here at all', 'RFC 7504 §3'],
  530: ['TLS or authentication comes first', 'RFC 3207 §4, RFC 4954 §6'],
  534: ['the mechanism is too weak', 'RFC 4954 §6'],
  535: ['not these credentials', 'RFC 4954 §6'],
  538: ['this mechanism only over TLS', 'RFC 4954 §6'],
  550: ['no: no such mailbox, or a policy', 'RFC 5321 §4.2.2'],
  551: ['the user is elsewhere; the client may try there', 'RFC 5321 §3.4'],
  552: ['no: too big, or no room', 'RFC 5321 §4.2.2, RFC 1870 §6'],
  553: ['no mailbox that there can be, or several', 'RFC 5321 §3.5.1, §4.2.2'],
  554: ['no', 'RFC 5321 §4.2.2'],
  555: ['a parameter that is not known', 'RFC 5321 §4.1.1.11'],
  556: ['the domain takes no mail', 'RFC 7504 §4'],
};

const SEVERITIES: Readonly<Record<string, string>> = {
  '2': 'positive completion',
  '3': 'positive intermediate: the server waits for more',
  '4': 'transient negative completion: try again later',
  '5': 'permanent negative completion: do not repeat',
};

const CATEGORIES: Readonly<Record<string, string>> = {
  '0': 'syntax',
  '1': 'information',
  '2': 'connection',
  '3': 'unspecified',
  '4': 'unspecified',
  '5': 'mail system',
};

/** A line without its CRLF. `last` is false where another line of the same reply follows. */
export interface ReplyLine {
  readonly code: number;
  readonly last: boolean;
  readonly text: string;
}

const LINE = /^([2-5][0-5][0-9])(?:([ -])([\t -~\x80-\xff]*))?$/;

export function decodeReplyLine(line: string): ReplyLine | ReplyError {
  const parts = LINE.exec(line);
  if (!parts) return { error: 'no reply line: a code of three digits, then a space or hyphen, then text' };
  return { code: Number(parts[1]), last: parts[2] !== '-', text: parts[3] ?? '' };
}

/** A whole reply from its lines, without their CRLFs. */
export function decodeReply(lines: readonly string[]): Reply | ReplyError {
  const texts: string[] = [];
  let code = 0;
  for (const [i, line] of lines.entries()) {
    const decoded = decodeReplyLine(line);
    if ('error' in decoded) return decoded;
    if (i === 0) code = decoded.code;
    // §4.2.1: the code is the same on every line.
    if (decoded.code !== code) return { error: `the code changes from ${code} to ${decoded.code} within a reply` };
    if (decoded.last !== (i === lines.length - 1)) return { error: decoded.last ? 'text behind the last line' : 'the reply breaks off' };
    texts.push(decoded.text);
  }
  if (texts.length === 0) return { error: 'an empty reply' };
  if (texts.length > REPLY_LINES_LIMIT) return { error: `a reply has at most ${REPLY_LINES_LIMIT} lines` };
  const enhanced = enhancedOf(texts[0] as string, code);
  if (enhanced && texts.every((text) => enhancedOf(text, code) === enhanced)) {
    return { code, enhanced, lines: texts.map((text) => text.slice(enhanced.length + 1)) };
  }
  return { code, enhanced: null, lines: texts };
}

/** The enhanced status code at the beginning of a line's text, if its class fits the reply's code. */
function enhancedOf(text: string, code: number): string | null {
  const word = text.split(' ', 1)[0] as string;
  return ENHANCED_STATUS.test(word) && word.startsWith(String(code)[0] as string) ? word : null;
}

/** The lines without their CRLFs. */
export function replyLines(reply: Reply): string[] {
  const status = reply.enhanced ? `${reply.enhanced} ` : '';
  return reply.lines.map((text, i) => `${reply.code}${i < reply.lines.length - 1 ? '-' : ' '}${status}${text}`);
}

export function encodeReply(reply: Reply): Uint8Array {
  return bytesOfOctets(
    replyLines(reply)
      .map((line) => `${line}\r\n`)
      .join(''),
  );
}

/** All on one line, for an arrow or an outcome: `250 crepes.fr greets alice-pc, PIPELINING, 8BITMIME`. */
export function replyLabel(reply: Reply): string {
  return `${reply.code} ${reply.enhanced ? `${reply.enhanced} ` : ''}${reply.lines.join(', ')}`.trimEnd();
}

/** The fields of a reply's bytes, CRLFs included. Total. */
export function dissectReply(bytes: Uint8Array): Field[] {
  const octets = octetsOf(bytes);
  const fields: Field[] = [];
  let start = 0;
  while (start < octets.length) {
    const crlf = octets.indexOf('\r\n', start);
    const end = crlf < 0 ? octets.length : crlf;
    const next = crlf < 0 ? octets.length : crlf + 2;
    fields.push(...dissectLine(octets.slice(start, end), start));
    if (crlf < 0) fields.push({ name: 'CRLF', value: 'missing', start: end, end, malformed: true });
    start = next;
  }
  return fields;
}

function dissectLine(line: string, at: number): Field[] {
  const decoded = decodeReplyLine(line);
  if ('error' in decoded) return [{ name: 'reply line', value: decoded.error, start: at, end: at + line.length, malformed: true }];
  const [first, second, third] = line as unknown as [string, string, string];
  const fields: Field[] = [
    {
      name: 'reply code',
      value: String(decoded.code),
      start: at,
      end: at + 3,
      meaning: SEVERITIES[first] as string,
      standard: 'RFC 5321 §4.2.1',
      children: [
        { name: 'severity', value: first, start: at, end: at + 1, meaning: SEVERITIES[first] as string },
        { name: 'category', value: second, start: at + 1, end: at + 2, meaning: CATEGORIES[second] as string },
        { name: 'specification', value: third, start: at + 2, end: at + 3 },
      ],
    },
  ];
  if (line.length > 3) {
    const meaning = decoded.last ? 'the last line of the reply' : 'more lines of this reply follow';
    fields.push({ name: 'separator', value: decoded.last ? 'space' : '-', start: at + 3, end: at + 4, meaning });
  }
  let text = at + 4;
  const enhanced = enhancedOf(decoded.text, decoded.code);
  if (enhanced) {
    const meaning = meaningOfEnhancedStatus(enhanced) as string;
    fields.push({ name: 'enhanced status code', value: enhanced, start: text, end: text + enhanced.length, meaning, standard: 'RFC 3463' });
    text += enhanced.length + 1;
  }
  if (text < at + line.length) fields.push({ name: 'text', value: line.slice(text - at), start: text, end: at + line.length });
  return fields;
}
