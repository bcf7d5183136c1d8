/** What a scenario can say about webmail. */
import type { Scheme } from '../../http/wire/request-target.ts';
import type { Nanoseconds } from '../../quantities.ts';
import type { SourceRange } from '../../scenario.ts';
import type { ServerCertificate } from '../../tls/scenario.ts';
import type { MailAddress } from '../scenario.ts';

/** A website in front of the mailboxes of the mail server on the same host. */
export interface WebmailService {
  readonly kind: 'mail.webmail';
  /** The host of the mail server. */
  readonly host: string;
  /** The website's name, lower case. */
  readonly name: string;
  /** False: the name lies in no zone; hosts know its address as from a hosts file. */
  readonly inDns: boolean;
  /** False: in clear on port 80. True: on port 443, and port 80 sends everybody there. */
  readonly https: boolean;
  readonly certificate: ServerCertificate;
  /** A session that is not used for so long is over. */
  readonly session: Nanoseconds;
  readonly at: SourceRange | null;
}

export type WebmailTask =
  /** Opens every message of the inbox that is new. */
  | { readonly kind: 'read' }
  | { readonly kind: 'send'; readonly to: readonly MailAddress[]; readonly subject: string; readonly body: string }
  /** The message at that place of the inbox, from 1, the oldest first. */
  | { readonly kind: 'delete'; readonly place: number };

/** A person with a browser does something in webmail; logs in where the browser has no session any more. */
export interface WebmailAction {
  readonly kind: 'mail.webmail';
  readonly host: string;
  readonly site: string;
  readonly scheme: Scheme;
  readonly port: number;
  readonly address: MailAddress;
  /** UTF-8 octets. */
  readonly password: string;
  readonly task: WebmailTask;
  /** Logs out in the end. */
  readonly logOut: boolean;
}
