/** Collections of messages in files, for a spam filter to learn from. */
import { octetsOf, utf8Octets } from '../../network/octets.ts';
import { readMessageFile } from '../message/eml.ts';

/**
 * The messages of a file, as octets with CRLF: of an mbox (RFC 4155) each, told by the lines that begin with `From `; else the one that
 * the file is. A `>` that stands before such a line in a message's text is taken off.
 * Limit: 20,000 messages. Any bytes are read.
 */
export function messagesIn(bytes: Uint8Array): readonly string[] {
  const octets = octetsOf(bytes);
  if (!octets.startsWith('From ')) return [readMessageFile(bytes).octets];
  const messages: string[] = [];
  let lines: string[] | null = null;
  let blank = true;
  for (const line of octets.split(/\r\n|\r|\n/)) {
    if (blank && line.startsWith('From ')) {
      if (lines) messages.push(joined(lines));
      if (messages.length >= MESSAGES_LIMIT) return messages;
      lines = [];
    } else lines?.push(/^>+From /.test(line) ? line.slice(1) : line);
    blank = line === '';
  }
  // What ends the last line ends no further one.
  if (lines) messages.push(joined(lines.at(-1) === '' ? lines.slice(0, -1) : lines));
  return messages;
}

const MESSAGES_LIMIT = 20_000;

/** Without the empty line that ends a message in an mbox. */
function joined(lines: readonly string[]): string {
  const end = lines.at(-1) === '' ? lines.length - 1 : lines.length;
  return lines
    .slice(0, end)
    .map((line) => `${line}\r\n`)
    .join('');
}

/** A text as a message without header fields. */
export function messageOfText(text: string): string {
  return `\r\n${utf8Octets(text)}\r\n`;
}
