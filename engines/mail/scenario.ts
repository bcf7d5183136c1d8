/** What a scenario can say about mail. */
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { Comparison, SourceRange } from '../scenario.ts';
import type { MailFilterService, StreamAction } from './filters/scenario.ts';
import type { WebmailAction, WebmailService } from './webmail/scenario.ts';

/** `alice@crepes.fr`: local part and domain, without angle brackets (RFC 5321 §2.3.11). */
export type MailAddress = string;

/**
 * `classic`: HELO and reply texts as in the textbook's sample interaction.
 * `extended`: EHLO with the service extensions offered (RFC 5321 §2.2).
 */
export type Dialect = 'classic' | 'extended';

export interface MailServerService {
  readonly kind: 'mail.server';
  readonly host: string;
  /** The domains it accepts mail for as the final destination. */
  readonly domains: readonly string[];
  /** Text after `220 `; also the name that it closes with. */
  readonly greeting: string;
  /** The name it gives in HELO or EHLO when it sends. */
  readonly helo: string;
  readonly dialect: Dialect;
  /** Greatest message it takes, told in EHLO (RFC 1870). */
  readonly maximumSize: Bytes;
  /** Waits between delivery attempts of a queued message; the last one repeats (RFC 5321 §4.5.4.1). */
  readonly retry: readonly Nanoseconds[];
  /** A message still queued this long after it was accepted is bounced (RFC 5321 §4.5.4.1). */
  readonly expiry: Nanoseconds;
  readonly at: SourceRange | null;
}

export interface MailboxService {
  readonly kind: 'mail.mailbox';
  readonly address: MailAddress;
  /** The host of the mail server that keeps it. */
  readonly host: string;
  /** UTF-8 octets, one char each. */
  readonly password: string;
  readonly quota: Bytes;
  readonly at: SourceRange | null;
}

export type MailService = MailServerService | MailboxService | MailFilterService | WebmailService;

/** What is sent: composed from parts, or taken as it is from an `.eml` file. */
export type Composition =
  | {
      readonly kind: 'parts';
      /** null: no header section at all, only the body (as the textbook's sample sends it). */
      readonly subject: string | null;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly body: string;
    }
  /** The file's octets, one char each (0–255); line ends already CRLF. */
  | { readonly kind: 'octets'; readonly octets: string };

/**
 * A user agent on `host` submits a message to the sender's mail server. Done when the fate of every recipient is known:
 * delivered to a mailbox, refused or bounced.
 */
export interface SendAction {
  readonly kind: 'mail.send';
  readonly host: string;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
  /** The host name of the mail server to submit to; the user agent looks its address up. */
  readonly server: string;
  readonly message: Composition;
}

export type MailAction = SendAction | StreamAction | WebmailAction;

/** Counts the messages in a mailbox. */
export interface MailboxExpectation {
  readonly kind: 'mail.mailbox';
  readonly address: MailAddress;
  readonly comparison: Comparison;
  readonly messages: number;
}

export type MailExpectation = MailboxExpectation;
