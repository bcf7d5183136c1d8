/** What a scenario can say about mail. */
import type { FileSource } from '../file-source.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { Comparison, SourceRange } from '../scenario.ts';
import type { ServerCertificate } from '../tls/scenario.ts';
import type { MailAttackAction } from './attack/scenario.ts';
import type { MailFilterService, StreamAction } from './filters/scenario.ts';
import type { AccessAction, AccessExpectation, AccessService } from './mailbox/scenario.ts';
import type { MechanismName } from './sasl/exchange.ts';
import type { DkimSigningService, SenderCheckService } from './sender-authentication/scenario.ts';
import type { NotifyEvent, Returned } from './smtp/envelope.ts';
import type { OptionalExtension } from './smtp/extensions.ts';
import type { WebmailAction, WebmailService } from './webmail/scenario.ts';

/** `alice@crepes.fr`: local part and domain, without angle brackets (RFC 5321 §2.3.11). */
export type MailAddress = string;

/**
 * `classic`: HELO and reply texts as in the textbook's sample interaction.
 * `extended`: EHLO with the service extensions offered (RFC 5321 §2.2).
 */
export type Dialect = 'classic' | 'extended';

/**
 * What a server has of TLS, both when it is called and when it calls (RFC 3207). `offered`: for who asks, and asked for where it is
 * offered, whoever the other is; where that fails, it is done without. `required`: nothing without it, and only with a server
 * that can be trusted.
 */
export type TlsPolicy = 'off' | 'offered' | 'required';

/** Whether users prove who they are when they submit mail (RFC 4954, RFC 6409 §4.3). */
export type Authentication = 'off' | 'offered' | 'required';

/** All addresses that mail for this one goes to. */
export interface Alias {
  readonly address: MailAddress;
  readonly members: readonly MailAddress[];
}

export interface MailServerLimits {
  /** Connections at one time; further ones get 421. */
  readonly sessions: number;
  /** The same, of one client address; null: any number. */
  readonly connectionsPerClient: number | null;
  /** Messages that are taken of one client address in a time; null: any number. */
  readonly messagesPerClient: { readonly count: number; readonly per: Nanoseconds } | null;
}

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
  /** Of one message (RFC 5321 §4.5.3.1.8). */
  readonly maximumRecipients: number;
  /** Extensions that it neither offers nor uses. */
  readonly without: readonly OptionalExtension[];
  readonly tls: TlsPolicy;
  /** What it shows to clients that ask for TLS. */
  readonly certificate: ServerCertificate;
  readonly authentication: Authentication;
  /** Those that it offers, in that order. */
  readonly mechanisms: readonly MechanismName[];
  /** Hosts that may send anywhere through it; `anyone`: an open relay. */
  readonly relayFor: readonly string[] | 'anyone';
  /** Domains whose mail it takes though others keep it: it hands it on to their preferred exchangers (RFC 5321 §5.1). */
  readonly backupFor: readonly string[];
  /** Takes all that is for others, instead of their exchangers; null: none. */
  readonly smartHost: string | null;
  readonly aliases: readonly Alias[];
  /** Answers VRFY and EXPN (RFC 5321 §3.5, §7.3). */
  readonly verifies: boolean;
  readonly limits: MailServerLimits;
  /** After this long in the queue the sender is told of the delay; null: after 4 h, and only who asked for it (RFC 3461 §4.1). */
  readonly warning: Nanoseconds | null;
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

export type MailService =
  | MailServerService
  | MailboxService
  | MailFilterService
  | SenderCheckService
  | DkimSigningService
  | WebmailService
  | AccessService;

export interface Attachment {
  /** Its media type goes by the ending. */
  readonly name: string;
  readonly source: FileSource;
}

/** `8bit` needs servers with 8BITMIME all the way (RFC 6152). */
export type TextEncoding = 'quoted-printable' | 'base64' | '8bit';

/** What is sent: composed from parts, or taken as it is from an `.eml` file. */
export type Composition =
  | {
      readonly kind: 'parts';
      /** null: no header section at all, only the body (as the textbook's sample sends it). */
      readonly subject: string | null;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly body: string;
      /** The same as HTML; a reader chooses (RFC 2046 §5.1.4). */
      readonly html?: string;
      readonly attachments?: readonly Attachment[];
      /** Of body and HTML; chosen by what is in them where it is left out. */
      readonly encoding?: TextEncoding;
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
  /** Only over TLS, to a server that can be trusted. */
  readonly tls: boolean;
  /** Octets; null: the password of the sender's mailbox, if it is one. */
  readonly password: string | null;
  readonly reports: ReportRequest;
  /** Absent: sent as it is. */
  readonly endToEnd?: EndToEndProtection;
}

/** What the sender wants to be told (RFC 3461). */
export interface ReportRequest {
  /** null: nothing is said (failures, then); empty: nothing is wanted. */
  readonly notify: readonly NotifyEvent[] | null;
  /** How much of the message is to come back; null: nothing is said. */
  readonly returned: Returned | null;
  /** What the sender calls the message, octets; null: nothing. */
  readonly envelopeId: string | null;
}

/** S/MIME (RFC 8551) or OpenPGP (RFC 3156). */
export type ProtectionFormat = 'smime' | 'openpgp';

/** What the user agent does to a message before it sends it. */
export interface EndToEndProtection {
  /** With whose key: the sender’s, as a rule. */
  readonly sign: { readonly format: ProtectionFormat; readonly by: MailAddress } | null;
  /** For all recipients. */
  readonly encrypt: ProtectionFormat | null;
}

/** From now on the mail server on `host` alters each message that it takes. */
export interface TamperAction {
  readonly kind: 'mail.tamper';
  readonly host: string;
  /** UTF-8 octets, one char each; at least one. */
  readonly replace: string;
  readonly by: string;
}

export type MailAction = SendAction | StreamAction | WebmailAction | TamperAction | MailAttackAction | AccessAction;

/** Counts the messages in a mailbox. */
export interface MailboxExpectation {
  readonly kind: 'mail.mailbox';
  readonly address: MailAddress;
  readonly comparison: Comparison;
  readonly messages: number;
}

/** What `reader` makes of the last message with this subject in a mailbox. */
export interface ReadingExpectation {
  readonly kind: 'mail.reading';
  readonly address: MailAddress;
  readonly subject: string;
  /** Whose keys are tried. */
  readonly reader: MailAddress;
  readonly expected:
    | { readonly kind: 'readable' | 'unreadable' }
    | { readonly kind: 'says'; readonly text: string }
    | { readonly kind: 'signature'; readonly state: 'valid' | 'invalid' | 'missing' };
}

export type MailExpectation = MailboxExpectation | ReadingExpectation | AccessExpectation;
