/** What a scenario can say about access to mailboxes: by POP3 and IMAP, from devices, and from those who guess. */
import type { Nanoseconds } from '../../quantities.ts';
import type { Comparison, SourceRange } from '../../scenario.ts';
import type { ServerCertificate } from '../../tls/scenario.ts';
import type { Composition, MailAddress } from '../scenario.ts';

export type AccessProtocol = 'pop3' | 'imap';

/** What a server does against who guesses passwords. */
export interface LoginLimits {
  /** How long a failed login waits for its reply. */
  readonly delay: Nanoseconds;
  /** Failed logins after which a connection is closed. */
  readonly perConnection: number;
  /** Failed logins in a row after which nobody gets into the mailbox for a while, whoever they are; null for never. */
  readonly lockOut: { readonly after: number; readonly time: Nanoseconds } | null;
}

/** A mail server whose mailboxes can be read: POP3 on 110 and 995, IMAP on 143 and 993. */
export interface AccessService {
  readonly kind: 'mail.access';
  readonly host: string;
  readonly protocols: readonly AccessProtocol[];
  /**
   * `off`: in clear alone. `offered`: whoever wants it. `required`: nobody logs in without it. It is what the two ports in clear
   * have; on 995 and 993 TLS is from the start (RFC 8314 §3).
   */
  readonly tls: 'off' | 'offered' | 'required';
  readonly certificate: ServerCertificate;
  readonly logins: LoginLimits;
  /** The least time between two POP3 logins to a mailbox (RFC 2449 §6.5); 0 for none. */
  readonly loginDelay: Nanoseconds;
  readonly at: SourceRange | null;
}

/** In clear; secured on the usual port after a command; secured from the start on a port of its own. */
export type AccessSecurity = 'clear' | 'starttls' | 'tls';

/** How the user proves who they are: USER and PASS or LOGIN; APOP; a SASL mechanism. */
export type Proof = 'password' | 'apop' | 'plain' | 'login' | 'cram-md5';

/** Who reads what, and how they get there. */
interface Access {
  readonly host: string;
  /** The host name of the server, whose address is looked up. */
  readonly server: string;
  readonly address: MailAddress;
  /** Octets. */
  readonly user: string;
  readonly password: string;
  readonly security: AccessSecurity;
  readonly proof: Proof;
}

/**
 * A user agent gets its user's mail. By POP3 it takes what it has not had yet; without `keep` it deletes what it took. By IMAP
 * it brings its copy of a folder up to date, and reads what nobody has read.
 */
export interface ReadAction extends Access {
  readonly kind: 'mail.read';
  readonly protocol: AccessProtocol;
  /** Of POP3. */
  readonly keep: boolean;
  /** Of IMAP. */
  readonly folder: string;
  /** Only header sections and this many lines of bodies: nothing is marked as read, nothing deleted; null for whole messages. */
  readonly preview: number | null;
}

export type Pop3Operation =
  | { readonly kind: 'status' | 'list' | 'unique-ids' | 'capabilities' | 'undelete' }
  | { readonly kind: 'retrieve' | 'delete'; readonly message: number }
  | { readonly kind: 'top'; readonly message: number; readonly lines: number }
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'wait'; readonly duration: Nanoseconds }
  /** The connection breaks instead of QUIT: nothing is deleted (RFC 1939 §6). */
  | { readonly kind: 'hang up' };

/** A POP3 session, command by command; then QUIT. */
export interface Pop3SessionAction extends Access {
  readonly kind: 'mail.pop3';
  readonly operations: readonly Pop3Operation[];
}

export type ImapOperation =
  | { readonly kind: 'select' | 'examine' | 'create' | 'delete' | 'subscribe' | 'unsubscribe' | 'status'; readonly folder: string }
  | { readonly kind: 'rename'; readonly folder: string; readonly to: string }
  | { readonly kind: 'list'; readonly subscribed: boolean; readonly pattern: string }
  /** `messages`: a sequence set; `what`: as FETCH writes it. */
  | { readonly kind: 'fetch'; readonly messages: string; readonly what: string }
  | { readonly kind: 'store'; readonly messages: string; readonly how: 'add' | 'remove' | 'replace'; readonly flags: readonly string[] }
  | { readonly kind: 'copy' | 'move'; readonly messages: string; readonly to: string }
  /** As SEARCH writes it. */
  | { readonly kind: 'search'; readonly what: string }
  | { readonly kind: 'append'; readonly folder: string; readonly message: Composition; readonly flags: readonly string[] }
  | { readonly kind: 'expunge' | 'close' | 'noop' | 'capabilities' | 'check' }
  | { readonly kind: 'idle' | 'wait'; readonly duration: Nanoseconds }
  | { readonly kind: 'command'; readonly line: string }
  | { readonly kind: 'hang up' };

/** An IMAP session, command by command; then LOGOUT. */
export interface ImapSessionAction extends Access {
  readonly kind: 'mail.imap';
  readonly operations: readonly ImapOperation[];
}

/** Tries one password after another, over as many connections as it takes. Done when one was right, or none is left. */
export interface GuessAction {
  readonly kind: 'mail.guess';
  readonly host: string;
  readonly server: string;
  readonly address: MailAddress;
  readonly user: string;
  readonly protocol: AccessProtocol;
  readonly security: AccessSecurity;
  /** Octets. */
  readonly words: readonly string[];
  /** The least time between two guesses. */
  readonly interval: Nanoseconds;
  /** When it gives up; null for never. */
  readonly limit: Nanoseconds | null;
}

export type AccessAction = ReadAction | Pop3SessionAction | ImapSessionAction | GuessAction;

/** Counts messages of a folder that have all the flags of `set` and none of `unset`. */
export interface FolderExpectation {
  readonly kind: 'mail.folder';
  readonly address: MailAddress;
  readonly folder: string;
  readonly set: readonly string[];
  readonly unset: readonly string[];
  readonly comparison: Comparison;
  readonly messages: number;
}

/** Counts the messages of a mailbox that a device holds. */
export interface CopyExpectation {
  readonly kind: 'mail.copy';
  readonly address: MailAddress;
  readonly host: string;
  readonly comparison: Comparison;
  readonly messages: number;
}

export type AccessExpectation = FolderExpectation | CopyExpectation;
