/**
 * Notifications of mail that could not be delivered: a report for people, one for programs (RFC 3464), and the message or
 * its header section, in a multipart/report (RFC 6522).
 */
import type { Nanoseconds } from '../../quantities.ts';
import { virtualDateTime } from '../message/date-time.ts';
import { decodeMessage, foldField, prependFields } from '../message/message-format.ts';
import type { MailAddress } from '../scenario.ts';

export interface FailedRecipient {
  readonly address: MailAddress;
  /** What happened, in words. */
  readonly reason: string;
  /** RFC 3463. */
  readonly status: string;
  /** The other server's reply on one line; null if there was none. */
  readonly diagnostic: string | null;
}

export interface FailedMessage {
  /** The server that gives up: its domain, and the number of the notification there. */
  readonly reportedBy: string;
  readonly id: string;
  readonly sender: MailAddress;
  readonly acceptedAt: Nanoseconds;
  readonly content: string;
}

/** Longer messages, and those with octets above 127, are returned as their header section alone. */
const RETURN_LIMIT = 64 * 1024;

/** The notification's octets, 7-bit ASCII. At least one recipient. */
export function composeBounce(message: FailedMessage, failed: readonly FailedRecipient[], now: Nanoseconds): string {
  const { reportedBy, id, sender, content } = message;
  const original = decodeMessage(content);
  const whole = content.length <= RETURN_LIMIT && /^[\0-\x7f]*$/.test(content);
  const header = content.slice(0, original.bodyStart).replace(/[^\0-\x7f]/g, '?');
  const returned = whole ? prependFields(content, []) : header.endsWith('\r\n') || header === '' ? header : `${header}\r\n`;
  let boundary = `=_${id}.${reportedBy}`;
  while (returned.includes(`--${boundary}`)) boundary += '=';
  const people = [
    `This is the mail system at ${reportedBy}.`,
    '',
    'Your message could not be delivered to:',
    '',
    ...failed.flatMap(({ address, reason }) => [`<${address}>`, ...wrap(reason), '']),
  ];
  const programs = [
    `Reporting-MTA: dns; ${reportedBy}`,
    `Arrival-Date: ${virtualDateTime(message.acceptedAt)}`,
    ...failed.flatMap(({ address, status, diagnostic }) => [
      '',
      `Final-Recipient: rfc822; ${address}`,
      'Action: failed',
      // A bounce is final, also of a failure that was transient each time (RFC 3464 §2.3.4).
      `Status: ${status}`,
      ...(diagnostic === null ? [] : [foldField('Diagnostic-Code', `smtp; ${diagnostic}`.replace(/[^ -~]/g, '?').split(' '))]),
    ]),
  ];
  const lines = [
    `From: Mail Delivery System <mailer-daemon@${reportedBy}>`,
    `To: <${sender}>`,
    'Subject: Undelivered mail returned to sender',
    `Date: ${virtualDateTime(now)}`,
    `Message-ID: <bounce.${id}@${reportedBy}>`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status;',
    ` boundary="${boundary}"`,
    '',
    'This is a MIME-encapsulated message.',
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    ...people,
    `--${boundary}`,
    'Content-Type: message/delivery-status',
    '',
    ...programs,
    '',
    `--${boundary}`,
    `Content-Type: ${whole ? 'message/rfc822' : 'text/rfc822-headers'}`,
    '',
  ];
  return `${lines.join('\r\n')}\r\n${returned}\r\n--${boundary}--\r\n`;
}

/** Indented, in lines of at most 76 columns where words allow. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '   ';
  for (const word of text.replace(/[^ -~]/g, '?').split(' ')) {
    if (line.length + 1 + word.length > 76 && line.trim() !== '') {
      lines.push(line);
      line = '   ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
