/**
 * Knows what became of every message that a step sent. An observer: it stands outside the wire and changes nothing that the
 * hosts do. A message carries its envelope's number beside it in queues, never in its bytes; between hosts the sender leaves
 * the number under the connection that the message travels on, and the receiver picks it up there. Mail that came from
 * elsewhere has none (null) and is not tracked.
 */
import { type Process, wait } from '../../kernel/process.ts';
import type { Connection } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import { canonicalAddress } from '../message/address.ts';
import type { MailAddress } from '../scenario.ts';

export type EnvelopeNumber = number | null;

export type Fate =
  | { readonly kind: 'delivered' }
  /** The sender's own mail server did not take it, or could not be reached. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'bounced'; readonly reason: string };

export interface Failure {
  readonly recipient: MailAddress;
  readonly reason: string;
}

interface Tracked {
  readonly from: MailAddress;
  readonly startedAt: Nanoseconds;
  /** As the author wrote them, by canonical address. */
  readonly recipients: Map<string, MailAddress>;
  readonly fates: Map<string, Fate>;
  /** A mail server has received it. */
  taken: boolean;
  readonly whenKnown: (() => void)[];
}

export interface Outcome {
  readonly outcome: string;
  readonly succeeded: boolean;
}

export class DeliveryTracker {
  readonly #envelopes: Tracked[] = [];
  /** By row of the connection in the run: behind a NAT its two ends go by different endpoints. */
  readonly #travelling = new Map<number, EnvelopeNumber>();

  begin(from: MailAddress, recipients: readonly MailAddress[], startedAt: Nanoseconds): number {
    const named = new Map(recipients.map((address) => [canonicalAddress(address), address]));
    this.#envelopes.push({ from, startedAt, recipients: named, fates: new Map(), taken: false, whenKnown: [] });
    return this.#envelopes.length - 1;
  }

  /** Connections that a message travels on, or did. */
  get travelling(): number {
    return this.#travelling.size;
  }

  /** The client is about to send it over this connection of its own. */
  handOver(connection: Connection, envelope: EnvelopeNumber): void {
    this.#travelling.set(connection.number, envelope);
  }

  /** The server has received a message over this connection of its own. */
  takeOver(connection: Connection): EnvelopeNumber {
    // It stays there: a message with many recipients may take several transactions.
    return this.#travelling.get(connection.number) ?? null;
  }

  /** It is on a server's disk: whatever becomes of its sender now, somebody answers for it. */
  stored(envelope: EnvelopeNumber): void {
    if (envelope !== null) (this.#envelopes[envelope] as Tracked).taken = true;
  }

  /** Behind the address of a recipient there are others, whose fates count from now on. */
  expand(envelope: EnvelopeNumber, address: MailAddress, members: readonly MailAddress[]): void {
    if (envelope === null) return;
    const { recipients, fates } = this.#envelopes[envelope] as Tracked;
    const name = canonicalAddress(address);
    if (!recipients.has(name) || fates.has(name)) return;
    recipients.delete(name);
    for (const member of members) if (!recipients.has(canonicalAddress(member))) recipients.set(canonicalAddress(member), member);
  }

  /** The server's session over this connection of its own has ended, in whatever way: nothing more will be received. */
  leave(connection: Connection): void {
    this.#travelling.delete(connection.number);
  }

  /** The sender's host went down before it was told what became of its submission. */
  interrupt(envelope: number, reason: string): void {
    const { taken, recipients } = this.#envelopes[envelope] as Tracked;
    if (taken) return;
    for (const recipient of recipients.values()) this.settle(envelope, recipient, { kind: 'refused', reason });
  }

  /** When its sender began to submit it, and who that was; null if unknown. */
  origin(envelope: EnvelopeNumber): { readonly from: MailAddress; readonly startedAt: Nanoseconds } | null {
    return envelope === null ? null : (this.#envelopes[envelope] as Tracked);
  }

  /** A recipient's first fate is kept: a copy that comes late changes nothing. True for a copy of what was delivered before. */
  settle(envelope: EnvelopeNumber, recipient: MailAddress, fate: Fate): boolean {
    if (envelope === null) return false;
    const { recipients, fates, whenKnown } = this.#envelopes[envelope] as Tracked;
    const name = canonicalAddress(recipient);
    const known = fates.get(name);
    if (!recipients.has(name) || known) return known?.kind === 'delivered' && fate.kind === 'delivered';
    fates.set(name, fate);
    if (fates.size === recipients.size) for (const tell of whenKnown.splice(0)) tell();
    return false;
  }

  /** A notification goes back to `sender`; once it has arrived or was dropped, the recipients count as bounced. Its own number. */
  notify(envelope: EnvelopeNumber, failures: readonly Failure[], sender: MailAddress, now: Nanoseconds): EnvelopeNumber {
    if (envelope === null) return null;
    const notification = this.begin('', [sender], now);
    (this.#envelopes[notification] as Tracked).whenKnown.push(() => {
      for (const { recipient, reason } of failures) this.settle(envelope, recipient, { kind: 'bounced', reason });
    });
    return notification;
  }

  /** Done when every recipient's fate is known. */
  *outcome(envelope: number): Process<Outcome> {
    const tracked = this.#envelopes[envelope] as Tracked;
    if (tracked.fates.size < tracked.recipients.size) {
      yield* wait<void>((resume) => {
        const tell = () => resume();
        tracked.whenKnown.push(tell);
        return () => {
          const i = tracked.whenKnown.indexOf(tell);
          if (i >= 0) tracked.whenKnown.splice(i, 1);
        };
      });
    }
    return describe(tracked);
  }
}

/** `delivered to bob@hamburger.edu`, `bounced: 550 …`; with several recipients, each failed one is named. */
function describe({ recipients, fates }: Tracked): Outcome {
  const delivered: string[] = [];
  const failed: string[] = [];
  for (const [name, address] of recipients) {
    const fate = fates.get(name) as Fate;
    if (fate.kind === 'delivered') delivered.push(address);
    else failed.push(`${fate.kind}${recipients.size > 1 ? ` for ${address}` : ''}: ${fate.reason}`);
  }
  const parts = delivered.length > 0 ? [`delivered to ${delivered.join(', ')}`, ...failed] : failed;
  return { outcome: parts.join('; '), succeeded: failed.length === 0 };
}
