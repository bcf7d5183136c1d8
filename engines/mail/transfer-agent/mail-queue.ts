/**
 * A mail server's queue, on its disk: what is in it survives a crash (RFC 5321 §4.2.5, §4.5.4.1). A message lies there
 * once, with the domains it still has to go to.
 */
import type { Host } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import { domainOf } from '../message/address.ts';
import { subjectOf } from '../message/message-format.ts';
import type { MailAddress } from '../scenario.ts';
import type { Envelope, Recipient } from '../smtp/envelope.ts';
import type { EnvelopeNumber } from './delivery-tracker.ts';

/** The recipients of one domain: they go together. */
export interface Destination {
  readonly domain: string;
  readonly recipients: readonly Recipient[];
  readonly attempts: number;
  readonly nextAttemptAt: Nanoseconds;
  /** Why the last attempt failed; null before the first. */
  readonly problem: { readonly reason: string; readonly status: string } | null;
  /** The sender was told of the delay. */
  readonly warned: boolean;
}

export interface QueuedMessage extends Omit<Envelope, 'recipients'> {
  readonly id: string;
  readonly content: string;
  readonly acceptedAt: Nanoseconds;
  readonly envelope: EnvelopeNumber;
  /** Index of the step on whose behalf it is sent. */
  readonly cause: number;
  readonly destinations: readonly Destination[];
}

const PREFIX = 'mail/queue/';
const NEXT_ID = 'mail/next-id';

export class MailQueue {
  readonly #host: Host;
  readonly #ids: Set<string>;

  constructor(host: Host) {
    this.#host = host;
    const names = host.disk.names().filter((name) => name.startsWith(PREFIX));
    this.#ids = new Set(names.map((name) => name.slice(PREFIX.length)));
  }

  /** A number for a message that this server takes on; never given twice. */
  nextId(): string {
    const id = this.#host.disk.get<number>(NEXT_ID) ?? 1;
    this.#host.disk.set(NEXT_ID, id + 1);
    return String(id);
  }

  /** Stored when this returns. */
  add(message: Omit<QueuedMessage, 'destinations'>, recipients: readonly Recipient[]): QueuedMessage {
    const domains = new Map<string, Recipient[]>();
    for (const recipient of recipients) {
      const domain = domainOf(recipient.address);
      domains.set(domain, [...(domains.get(domain) ?? []), recipient]);
    }
    const destinations = [...domains].map(
      ([domain, members]): Destination => ({
        domain,
        recipients: members,
        attempts: 0,
        nextAttemptAt: message.acceptedAt,
        problem: null,
        warned: false,
      }),
    );
    const queued = { ...message, destinations };
    this.#ids.add(message.id);
    this.#host.disk.set(PREFIX + message.id, queued);
    this.#tell(queued, 'queued');
    this.#measure();
    return queued;
  }

  get(id: string): QueuedMessage | undefined {
    return this.#host.disk.get<QueuedMessage>(PREFIX + id);
  }

  /** Oldest first. */
  messages(): QueuedMessage[] {
    return [...this.#ids].map((id) => this.get(id) as QueuedMessage);
  }

  /** Changes what is left to do for one domain; null when nothing is. A message with nothing left leaves the queue. */
  update(id: string, domain: string, destination: Destination | null, note?: string): void {
    const message = this.get(id);
    if (!message) return;
    const destinations = message.destinations.flatMap((old) => (old.domain !== domain ? [old] : destination ? [destination] : []));
    if (destinations.length > 0) {
      const changed = { ...message, destinations };
      this.#host.disk.set(PREFIX + id, changed);
      this.#tell(changed, note);
      return;
    }
    this.#ids.delete(id);
    this.#host.disk.delete(PREFIX + id);
    this.#host.narrator.state('queue', id, null);
    this.#measure();
  }

  /** An attempt begins. */
  attempt(message: QueuedMessage, domain: string): void {
    this.#tell(message, undefined, domain);
  }

  #tell(message: QueuedMessage, note?: string, attempting?: string): void {
    const parts = message.destinations.map(({ domain, recipients, problem, attempts }) => {
      const names = recipients.map(({ address }) => address).join(', ');
      if (domain === attempting) return `${names} (attempt ${attempts + 1})`;
      return problem ? `${names} (put off: ${problem.reason})` : names;
    });
    const value = `${summary(message.reversePath, message.content)} → ${parts.join(', ')}`;
    this.#host.narrator.state('queue', message.id, value, note === undefined ? undefined : { note });
  }

  #measure(): void {
    this.#host.narrator.measure('queue length', [this.#host.name], this.#ids.size);
  }
}

/** `from alice@crepes.fr: Condiments` */
export function summary(reversePath: MailAddress, content: string): string {
  const subject = subjectOf(content);
  return `from ${reversePath === '' ? '<>' : reversePath}${subject === null ? '' : `: ${subject}`}`;
}
