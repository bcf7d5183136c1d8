/**
 * A mail server: takes mail in by SMTP, keeps its users' mailboxes, and sends on what is for others.
 *
 * Theory of operation. What it accepts is on its disk before it says 250: in a mailbox if the recipient is a user of its own,
 * else in the queue. It relays only what a user of its own domains sends (submission); anything else for a foreign domain is
 * refused (RFC 5321 §3.6.2, §7.9). In the extended dialect it puts a trace line before what it takes (§4.4); in the classic
 * dialect it does not, a deliberate departure: the textbook's transcript shows none, and its message comes out as it went in.
 */
import type { Process } from '../../kernel/process.ts';
import type { Connection, Host } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import { kept, type MailFilter } from '../filters/mail-filter.ts';
import { INBOX } from '../mailbox/folder.ts';
import { mailboxesOf } from '../mailbox/host-mailboxes.ts';
import type { MailboxStore } from '../mailbox/mailbox-store.ts';
import { canonicalAddress, domainOf } from '../message/address.ts';
import { virtualDateTime } from '../message/date-time.ts';
import { decodeMessage, foldField, prependFields } from '../message/message-format.ts';
import type { MailAddress, MailboxService, MailServerService } from '../scenario.ts';
import type { ReplyTexts } from '../smtp/reply-texts.ts';
import { serve } from '../smtp/server.ts';
import type { Client, Envelope, ServerPolicy } from '../smtp/server-session.ts';
import type { Reply } from '../smtp/wire/reply.ts';
import { composeBounce, type FailedRecipient } from './bounce.ts';
import { Delivery, type DeliveryFailure } from './delivery.ts';
import type { DeliveryTracker, EnvelopeNumber } from './delivery-tracker.ts';
import { MailQueue, type QueuedMessage } from './mail-queue.ts';

/** Where a filter puts messages aside; the name that users know (RFC 6154 calls its use \\Junk). */
const JUNK = 'Junk';
/** RFC 5321 §6.3: at least 100. */
const HOPS_LIMIT = 100;
const BOUNCES = 'mail/bounces';

/** The role of a mail server's host: runs from boot to crash. */
export function* mailServer(
  host: Host,
  service: MailServerService,
  mailboxes: readonly MailboxService[],
  tracker: DeliveryTracker,
  filter: MailFilter | null = null,
): Process {
  const server = new MailServer(host, service, mailboxes, tracker, filter);
  const failure = yield* server.run();
  if (failure) host.narrator.note(`no mail server: port 25 is ${failure}`);
}

class MailServer {
  readonly #host: Host;
  readonly #service: MailServerService;
  readonly #tracker: DeliveryTracker;
  readonly #filter: MailFilter | null;
  readonly #store: MailboxStore;
  readonly #queue: MailQueue;
  readonly #delivery: Delivery;
  readonly #domains: ReadonlySet<string>;

  constructor(
    host: Host,
    service: MailServerService,
    mailboxes: readonly MailboxService[],
    tracker: DeliveryTracker,
    filter: MailFilter | null,
  ) {
    this.#host = host;
    this.#service = service;
    this.#tracker = tracker;
    this.#filter = filter;
    this.#store = mailboxesOf(host);
    for (const { address, quota } of mailboxes) this.#store.create(address, quota);
    this.#domains = new Set([
      ...service.domains.map((domain) => domain.toLowerCase()),
      ...mailboxes.map(({ address }) => domainOf(address)),
    ]);
    // RFC 5321 §4.5.1: a postmaster can always be reached.
    for (const domain of this.#domains) this.#store.create(`postmaster@${domain}`, service.maximumSize * 10);
    this.#queue = new MailQueue(host);
    this.#delivery = new Delivery(host, service, this.#queue, tracker, (message, failures) => this.#bounce(message, failures));
  }

  /** Until the host crashes. The reason, if it cannot listen. */
  *run(): Process<string | null> {
    this.#delivery.resume();
    const failure = yield* serve(this.#host, this.#service, (connection) => this.#policy(connection));
    return failure?.failure ?? null;
  }

  #policy(connection: Connection): ServerPolicy {
    return {
      recipient: (address, reversePath, size, texts) => this.#recipient(address, reversePath, size, texts, connection),
      message: (envelope, content, client, texts) => this.#accept(envelope, content, client, texts, connection),
      end: () => this.#tracker.leave(connection),
    };
  }

  *#recipient(
    address: MailAddress,
    reversePath: MailAddress,
    size: number,
    texts: ReplyTexts,
    connection: Connection,
  ): Process<Reply | null> {
    const blocked = this.#filter ? yield* this.#filter.client(connection.remote.address) : null;
    if (blocked) return blocked;
    const local = this.#local(address);
    if (local !== null) {
      if (this.#store.find(local) === null) return texts.userUnknown(address);
      return this.#store.hasRoom(local, size) ? null : texts.mailboxFull(address);
    }
    return this.#domains.has(domainOf(reversePath)) ? null : texts.relayDenied(address);
  }

  *#accept(
    envelope: Envelope,
    content: string,
    client: Client,
    texts: ReplyTexts,
    connection: Connection,
  ): Process<Reply | { id: string }> {
    const number = this.#tracker.takeOver(connection);
    const hops = decodeMessage(content).fields.filter(({ name }) => name.toLowerCase() === 'received').length;
    if (hops >= HOPS_LIMIT) return texts.loop();
    // Filters are for what comes in; what its users send is theirs.
    const incoming = envelope.recipients.some((recipient) => this.#local(recipient) !== null);
    const judged = this.#filter && incoming ? yield* this.#filter.judge(content) : kept(content);
    if (judged.kind === 'refused') return judged.reply;
    const id = this.#queue.nextId();
    const traced =
      this.#service.dialect === 'classic' ? judged.content : prependFields(judged.content, [this.#trace(id, envelope, client, connection)]);
    this.#take(id, envelope.reversePath, envelope.recipients, traced, number, judged.junk);
    return { id };
  }

  /** Into mailboxes and queue. On the disk when this returns. */
  #take(
    id: string,
    reversePath: MailAddress,
    recipients: readonly MailAddress[],
    content: string,
    envelope: EnvelopeNumber,
    junk = false,
  ): void {
    const message = { id, reversePath, content, acceptedAt: this.#host.now(), envelope, cause: this.#host.cause };
    const seen = new Set<string>();
    const remote: MailAddress[] = [];
    const failures: DeliveryFailure[] = [];
    for (const recipient of recipients) {
      const name = canonicalAddress(recipient);
      if (seen.has(name)) continue; // named twice, delivered once
      seen.add(name);
      const local = this.#local(recipient);
      if (local === null) {
        remote.push(recipient);
        continue;
      }
      const failure = this.#deliver(local, message, junk);
      if (failure) failures.push({ ...failure, recipient });
      else this.#tracker.settle(envelope, recipient, { kind: 'delivered' });
    }
    if (remote.length > 0) this.#delivery.begin(this.#queue.add(message, remote));
    if (failures.length > 0) this.#bounce({ ...message, destinations: [] }, failures);
  }

  /** Final delivery (RFC 5321 §4.4: Return-Path is put in front). What is wrong, if it fails. */
  #deliver(mailbox: MailAddress, message: Omit<QueuedMessage, 'destinations'>, junk: boolean): Omit<DeliveryFailure, 'recipient'> | null {
    const { reversePath, content, envelope } = message;
    const address = this.#store.find(mailbox);
    if (address === null) return { reason: 'no such user', status: '5.1.1', diagnostic: null };
    const stored = this.#store.deliver(
      address,
      prependFields(withoutReturnPath(content), [`Return-Path: <${reversePath}>`]),
      this.#host.now(),
      junk ? JUNK : INBOX,
    );
    if (stored === null) return { reason: 'the mailbox is full', status: '5.2.2', diagnostic: null };
    const origin = this.#tracker.origin(envelope);
    if (origin && origin.from !== '') {
      this.#host.narrator.measure('delivery time', [origin.from, address], this.#host.now() - origin.startedAt);
    }
    return null;
  }

  /** Tells the sender of a message that it could not be delivered. A notification itself is never bounced (RFC 5321 §6.1). */
  #bounce(message: QueuedMessage, failures: readonly DeliveryFailure[]): void {
    const { reversePath, envelope } = message;
    const reasons = [...new Set(failures.map(({ reason }) => reason))].join('; ');
    if (reversePath === '') {
      this.#host.narrator.note(`notification dropped: ${reasons}`);
      for (const { recipient, reason } of failures) this.#tracker.settle(envelope, recipient, { kind: 'bounced', reason });
      return;
    }
    this.#host.narrator.note(`bounced: ${reasons}`);
    const total = (this.#host.disk.get<number>(BOUNCES) ?? 0) + failures.length;
    this.#host.disk.set(BOUNCES, total);
    this.#host.narrator.measure('bounces', [this.#host.name], total);
    const id = this.#queue.nextId();
    const now: Nanoseconds = this.#host.now();
    const reported: FailedRecipient[] = failures.map(({ recipient, ...failure }) => ({ address: recipient, ...failure }));
    const { acceptedAt, content } = message;
    const notification = composeBounce({ reportedBy: this.#service.helo, id, sender: reversePath, acceptedAt, content }, reported, now);
    this.#take(id, '', [reversePath], notification, this.#tracker.notify(envelope, failures, reversePath, now));
  }

  /** The address of a user of its own domains, the bare `postmaster` completed; null for others. */
  #local(address: MailAddress): MailAddress | null {
    const domain = domainOf(address);
    if (domain === '') return `${address}@${[...this.#domains][0] ?? this.#service.helo}`;
    return this.#domains.has(domain) ? address : null;
  }

  /** RFC 5321 §4.4. The recipient only where there is one: others need not know of each other. */
  #trace(id: string, envelope: Envelope, client: Client, connection: Connection): string {
    const { recipients } = envelope;
    const forWhom = recipients.length === 1 ? ['for', `<${recipients[0]}>;`] : [];
    const last = forWhom.length > 0 ? id : `${id};`;
    const parts = [
      'from',
      client.name,
      `([${connection.remote.address}])`,
      'by',
      this.#service.helo,
      'with',
      client.extended ? 'ESMTP' : 'SMTP',
      'id',
      last,
    ];
    return foldField('Received', [...parts, ...forWhom, virtualDateTime(this.#host.now())]);
  }
}

/** RFC 5321 §4.4: of a message there is one, the one of its final delivery. */
function withoutReturnPath(content: string): string {
  let rest = content;
  for (const { name, start, end } of decodeMessage(content).fields.toReversed()) {
    if (name.toLowerCase() === 'return-path') rest = rest.slice(0, start) + rest.slice(end);
  }
  return rest;
}
