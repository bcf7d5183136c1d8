/** Writes messages in the Internet Message Format (RFC 5322, MIME of RFC 2045 and 2047 where text is beyond ASCII). */
import { utf8Octets } from '../../network/octets.ts';
import type { Composition, Dialect, MailAddress } from '../scenario.ts';
import { encodeUnstructured } from './encoded-word.ts';
import { foldField } from './message-format.ts';
import { domainOfData, encodeQuotedPrintable } from './transfer-encoding.ts';

export interface Heading {
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  /** As RFC 5322 §3.3 writes it. */
  readonly date: string;
  /** With its angle brackets. */
  readonly messageId: string;
}

/**
 * The message's octets, lines ended by CRLF. Fields that the author gave stand instead of the filled-in ones. Without subject
 * and fields, in the classic dialect, it is the body alone, as the textbook's sample has it.
 */
export function composeMessage(composition: Composition, heading: Heading, dialect: Dialect): string {
  if (composition.kind === 'octets') return composition.octets;
  const { subject, headers, body } = composition;
  const lines = body.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  const text = lines.map((line) => `${line}\r\n`).join('');
  const plain = domainOfData(utf8Octets(text)) === '7bit';
  if (subject === null && headers.length === 0 && dialect === 'classic' && plain) return text;

  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  const fields: string[] = [];
  const fill = (name: string, parts: readonly string[]) => {
    if (!given.has(name.toLowerCase())) fields.push(foldField(name, parts));
  };
  fill('From', [heading.from]);
  fill(
    'To',
    heading.to.map((address, i) => (i < heading.to.length - 1 ? `${address},` : address)),
  );
  if (subject !== null) fill('Subject', encodeUnstructured(subject).split(' '));
  fill('Date', [heading.date]);
  fill('Message-ID', [heading.messageId]);
  for (const [name, value] of headers) fields.push(foldField(name, encodeUnstructured(value).split(' ')));
  if (plain) return `${fields.join('\r\n')}\r\n\r\n${text}`;
  fill('MIME-Version', ['1.0']);
  fill('Content-Type', ['text/plain; charset=utf-8']);
  if (given.has('content-transfer-encoding')) return `${fields.join('\r\n')}\r\n\r\n${utf8Octets(text)}`;
  fill('Content-Transfer-Encoding', ['quoted-printable']);
  return `${fields.join('\r\n')}\r\n\r\n${encodeQuotedPrintable(utf8Octets(text))}`;
}
