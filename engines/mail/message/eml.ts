/**
 * Message files (`.eml`): RFC 5322 messages as files. Any bytes give a message and the list of what is unusual in it.
 * Limit: problems beyond the hundredth are not told.
 */
import { octetsOf } from '../../network/octets.ts';
import { parseDateTime } from './date-time.ts';
import { decodeUnstructured } from './encoded-word.ts';
import { decodeMessage, fieldOf } from './message-format.ts';

export interface MessageFileProblem {
  /** `error`: it is no mail message; `warning`: it can be sent, but breaks the standard. */
  readonly severity: 'error' | 'warning';
  /** From 1, in the file. */
  readonly line: number;
  readonly message: string;
}

export interface MessageFile {
  /** In their order, values unfolded and decoded. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Octets, not decoded. */
  readonly body: string;
  /** The whole message, one char an octet, every line ended by CRLF. */
  readonly octets: string;
  readonly problems: readonly MessageFileProblem[];
}

const PROBLEMS_LIMIT = 100;
/** RFC 5322 §2.1.1, without CRLF. */
const LINE_LIMIT = 998;

export function readMessageFile(bytes: Uint8Array): MessageFile {
  const problems: MessageFileProblem[] = [];
  const tell = (severity: 'error' | 'warning', line: number | (() => number), message: string) => {
    if (problems.length < PROBLEMS_LIMIT) problems.push({ severity, line: typeof line === 'number' ? line : line(), message });
  };
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if (hasMark) tell('warning', 1, 'a byte order mark before the message was left out');
  const lines = octetsOf(hasMark ? bytes.subarray(3) : bytes).split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  let firstLine = 1;
  if (lines[0]?.startsWith('From ')) {
    tell('warning', 1, 'the “From ” line of a mailbox file was left out');
    lines.shift();
    firstLine = 2;
  }
  const octets = lines.map((line) => `${line}\r\n`).join('');
  const message = decodeMessage(octets);
  // Only counted for problems that are told, so that many of them cost no more than the first hundred.
  const lineAt = (offset: number) => () => firstLine + countLines(octets, offset);

  if (lines.length === 0) tell('error', 1, 'the file is empty');
  else if (octets.includes('\0'))
    tell('error', firstLine + lines.findIndex((line) => line.includes('\0')), 'a NUL: this is no mail message');
  if (lines.length > 0 && message.fields.length === 0)
    tell('error', firstLine, 'no header section: a message begins with fields such as “From: alice@crepes.fr”');
  if (message.fields.length > 0) {
    for (const { start } of message.malformed) tell('warning', lineAt(start), 'no header field: a name, a colon, a value');
    for (const name of ['From', 'Date']) {
      if (!fieldOf(message, name)) tell('warning', firstLine, `no ${name} field (RFC 5322 §3.6)`);
    }
    const date = fieldOf(message, 'Date');
    if (date && parseDateTime(date.value) === null) tell('warning', lineAt(date.start), 'the date is not as RFC 5322 §3.3 writes it');
    const once = new Set<string>();
    for (const { name, value, start } of message.fields) {
      const lower = name.toLowerCase();
      if (ONCE.has(lower) && once.has(lower)) tell('warning', lineAt(start), `a second ${name} field (RFC 5322 §3.6)`);
      once.add(lower);
      if (/[\x80-\xff]/.test(value)) tell('warning', lineAt(start), `${name} has characters beyond ASCII (RFC 2047 encodes them)`);
    }
  }
  for (const [i, line] of lines.entries()) {
    if (line.length > LINE_LIMIT) tell('warning', firstLine + i, `a line of ${line.length} characters; the limit is ${LINE_LIMIT}`);
  }
  return {
    headers: message.fields.map(({ name, value }) => [name, decodeUnstructured(value)] as const),
    body: octets.slice(message.bodyStart),
    octets,
    problems,
  };
}

const ONCE = new Set(['date', 'from', 'sender', 'reply-to', 'to', 'cc', 'bcc', 'message-id', 'in-reply-to', 'references', 'subject']);

function countLines(octets: string, end: number): number {
  let count = 0;
  for (let i = octets.indexOf('\r\n'); i >= 0 && i < end; i = octets.indexOf('\r\n', i + 2)) count++;
  return count;
}
