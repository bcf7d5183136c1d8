/** The envelope: what is said about a message outside of it (RFC 5321 §2.3.1), with what its sender wants to be told (RFC 3461). */
import type { MailAddress } from '../scenario.ts';

/** RFC 3461 §4.1. */
export type NotifyEvent = 'SUCCESS' | 'FAILURE' | 'DELAY';

export interface Recipient {
  readonly address: MailAddress;
  /** Of what the sender wants to be told; empty: of nothing (`NEVER`); null: nothing was said. */
  readonly notify: readonly NotifyEvent[] | null;
  /** ORCPT as it was said: an address type, `;`, and the address in xtext; null without. */
  readonly original: string | null;
}

/** How much of a message comes back with a report of failure (RFC 3461 §4.3). */
export type Returned = 'FULL' | 'HDRS';

export interface Envelope {
  /** Empty: null reverse-path. */
  readonly reversePath: MailAddress;
  readonly recipients: readonly Recipient[];
  readonly returned: Returned | null;
  /** ENVID as it was said, in xtext; null without. */
  readonly envelopeId: string | null;
}

/** Nothing is said about reports. */
export function plainRecipient(address: MailAddress): Recipient {
  return { address, notify: null, original: null };
}

export function plainEnvelope(reversePath: MailAddress, recipients: readonly MailAddress[]): Envelope {
  return { reversePath, recipients: recipients.map(plainRecipient), returned: null, envelopeId: null };
}

/** RFC 3461 §4.1: where nothing was said, of failures. (Of delay a server may tell then; it is its own choice.) */
export function wants({ notify }: Recipient, event: NotifyEvent): boolean {
  return notify === null ? event === 'FAILURE' : notify.includes(event);
}
