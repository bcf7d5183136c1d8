/** What a scenario can say about attacks on mail under way, and on mail servers. */
import type { Nanoseconds } from '../../quantities.ts';
import type { MailAddress } from '../scenario.ts';

/** From now on, a host reads what passes another's access line. Done at once. */
export interface EavesdropAction {
  readonly kind: 'mail.eavesdrop';
  readonly host: string;
  readonly victim: string;
}

/**
 * From now on, a host stands between a mail server and whoever connects to its port 25: it passes everything on, but for the offer
 * of TLS, and reads it. Done at once.
 */
export interface InterceptAction {
  readonly kind: 'mail.intercept';
  readonly host: string;
  readonly server: string;
}

/** Connections to port 25 of a server, evenly spaced, all of them held until the last one was made. */
export interface ConnectionFloodAction {
  readonly kind: 'mail.connection-flood';
  readonly host: string;
  readonly server: string;
  /** Connections a second. */
  readonly rate: number;
  readonly duration: Nanoseconds;
}

/** Messages to an address, evenly spaced, each over a connection of its own to port 25 of a server. */
export interface MessageFloodAction {
  readonly kind: 'mail.message-flood';
  readonly host: string;
  readonly server: string;
  readonly to: MailAddress;
  /** Messages a second. */
  readonly rate: number;
  readonly duration: Nanoseconds;
}

export type MailAttackAction = EavesdropAction | InterceptAction | ConnectionFloodAction | MessageFloodAction;
