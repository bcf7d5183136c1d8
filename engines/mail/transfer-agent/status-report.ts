/**
 * Delivery status notifications: what became of a message, or did not yet. A report for people, one for programs (RFC 3464), and
 * the message or its header section, in a multipart/report (RFC 6522).
 */
import type { Nanoseconds } from '../../quantities.ts';
import { virtualDateTime } from '../message/date-time.ts';
import { decodeMessage, foldField, prependFields } from '../message/message-format.ts';
import type { MailAddress } from '../scenario.ts';
import type { Returned } from '../smtp/envelope.ts';
import { decodeXtext } from '../smtp/wire/xtext.ts';

/** RFC 3464 §2.3.3. `relayed`: handed to a server that will not report; `expanded`: there were several behind that address. */
export type ReportAction = 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';

export interface ReportedRecipient {
  readonly address: MailAddress;
  /** ORCPT as it was said; null without. */
  readonly original: string | null;
  /** What happened, in words. */
  readonly reason: string;
  /** RFC 3463. */
  readonly status: string;
  /** The other server's reply on one line; null if there was none. */
  readonly diagnostic: string | null;
}

export interface ReportedMessage {
  /** The server that reports: its domain, and the number of the notification there. */
  readonly reportedBy: string;
  readonly id: string;
  readonly sender: MailAddress;
  readonly acceptedAt: Nanoseconds;
  readonly content: string;
  readonly returned: Returned | null;
  /** ENVID as it was said; null without. */
  readonly envelopeId: string | null;
  /** Until when a delayed message is tried; null where that is not the matter. */
  readonly retryUntil: Nanoseconds | null;
}

/** Longer messages, and those with octets above 127, are returned as their header section alone. */
const RETURN_LIMIT = 64 * 1024;

const SUBJECTS: Readonly<Record<ReportAction, string>> = {
  failed: 'Undelivered mail returned to sender',
  delayed: 'Delayed mail (still being tried)',
  delivered: 'Your mail was delivered',
  relayed: 'Your mail was passed on',
  expanded: 'Your mail was passed on to a list',
};

const PEOPLE: Readonly<Record<ReportAction, string>> = {
  failed: 'Your message could not be delivered to:',
  delayed: 'Your message could not be delivered yet; there is nothing that you have to do. It is still being tried for:',
  delivered: 'Your message was delivered to:',
  relayed: 'Your message was handed to a mail system that does not report further, for:',
  expanded: 'Your message was passed on to the members of:',
};

/** The notification's octets, 7-bit ASCII. At least one recipient, all with the same fate. */
export function composeReport(
  message: ReportedMessage,
  action: ReportAction,
  recipients: readonly ReportedRecipient[],
  now: Nanoseconds,
): string {
  const { reportedBy, id, sender, content, returned } = message;
  const original = decodeMessage(content);
  // RFC 3461 §5.3: the whole message comes back with failures alone.
  const whole = action === 'failed' && returned !== 'HDRS' && content.length <= RETURN_LIMIT && /^[\0-\x7f]*$/.test(content);
  const header = content.slice(0, original.bodyStart).replace(/[^\0-\x7f]/g, '?');
  const enclosed = whole ? prependFields(content, []) : header.endsWith('\r\n') || header === '' ? header : `${header}\r\n`;
  let boundary = `=_${id}.${reportedBy}`;
  while (enclosed.includes(`--${boundary}`)) boundary += '=';
  const people = [
    `This is the mail system at ${reportedBy}.`,
    '',
    PEOPLE[action],
    '',
    ...recipients.flatMap(({ address, reason }) => [`<${address}>`, ...wrap(reason), '']),
  ];
  const envelopeId = message.envelopeId === null ? null : decodeXtext(message.envelopeId);
  const programs = [
    ...(envelopeId === null ? [] : [`Original-Envelope-Id: ${printable(envelopeId)}`]),
    `Reporting-MTA: dns; ${reportedBy}`,
    `Arrival-Date: ${virtualDateTime(message.acceptedAt)}`,
    ...recipients.flatMap(({ address, original, status, diagnostic }) => [
      '',
      ...(original === null ? [] : [`Original-Recipient: ${originalRecipient(original)}`]),
      `Final-Recipient: rfc822; ${address}`,
      `Action: ${action}`,
      // A bounce is final, also of a failure that was transient each time (RFC 3464 §2.3.4).
      `Status: ${status}`,
      ...(diagnostic === null ? [] : [foldField('Diagnostic-Code', `smtp; ${printable(diagnostic)}`.split(' '))]),
      ...(message.retryUntil === null ? [] : [`Will-Retry-Until: ${virtualDateTime(message.retryUntil)}`]),
    ]),
  ];
  const lines = [
    `From: Mail Delivery System <mailer-daemon@${reportedBy}>`,
    `To: <${sender}>`,
    `Subject: ${SUBJECTS[action]}`,
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
  return `${lines.join('\r\n')}\r\n${enclosed}\r\n--${boundary}--\r\n`;
}

/** RFC 3464 §2.3.1: the type, and the address that xtext stood for. */
function originalRecipient(original: string): string {
  const at = original.indexOf(';');
  return `${original.slice(0, at)}; ${printable(decodeXtext(original.slice(at + 1)) ?? original.slice(at + 1))}`;
}

function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}

/** Indented, in lines of at most 76 columns where words allow. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '   ';
  for (const word of printable(text).split(' ')) {
    if (line.length + 1 + word.length > 76 && line.trim() !== '') {
      lines.push(line);
      line = '   ';
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
