/**
 * A mail server: takes mail in by SMTP, keeps its users' mailboxes, and sends on what is for others.
 *
 * Theory of operation. What it accepts is on its disk before it says 250: in a mailbox if the recipient is a user of its own,
 * else in the queue (RFC 5321 §4.2.5). Between the moment when a message is taken and the moment when all of it is on the disk
 * nothing is waited for, so that a crash finds either all of it or nothing; the same goes for what leaves the queue and the report
 * that takes its place. In the extended dialect it puts a trace line before what it takes (§4.4); in the classic dialect it does
 * not, a deliberate departure: the textbook's transcript shows none, and its message comes out as it went in.
 */
import { all, type Process } from '../../kernel/process.ts';
import type { Address, Connection, Host } from '../../network/host.ts';
import type { SessionStates } from '../../network/session-states.ts';
import type { Nanoseconds } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import { learnFrom, passedOn } from '../end-to-end/curious-server.ts';
import { kept, type MailFilter } from '../filters/mail-filter.ts';
import { INBOX, JUNK } from '../mailbox/folder.ts';
import { mailboxesOf } from '../mailbox/host-mailboxes.ts';
import { Logins } from '../mailbox/logins.ts';
import type { MailboxStore } from '../mailbox/mailbox-store.ts';
import type { LoginLimits } from '../mailbox/scenario.ts';
import { canonicalAddress, domainOf } from '../message/address.ts';
import { virtualDateTime } from '../message/date-time.ts';
import { decodeMessage, foldField, prependFields, withoutFields } from '../message/message-format.ts';
import type { MailAddress, MailboxService, MailServerService } from '../scenario.ts';
import { fromDomainOf } from '../sender-authentication/dmarc.ts';
import type { SenderPolicy, SenderVerdict } from '../sender-authentication/sender-policy.ts';
import { Admission } from '../smtp/admission.ts';
import type { Protection } from '../smtp/client.ts';
import { type Envelope, plainRecipient, type Recipient, wants } from '../smtp/envelope.ts';
import type { ReplyTexts } from '../smtp/reply-texts.ts';
import { SMTP_PORT, SUBMISSION_PORT, serve } from '../smtp/server.ts';
import type { ServerAccount } from '../smtp/server-account.ts';
import type { Client, ServerPolicy } from '../smtp/server-session.ts';
import type { Reply } from '../smtp/wire/reply.ts';
import { Delivery, type DeliveryResult } from './delivery.ts';
import type { DeliveryTracker, EnvelopeNumber } from './delivery-tracker.ts';
import { LocalAddresses } from './local-addresses.ts';
import { MailQueue, type QueuedMessage } from './mail-queue.ts';
import { Reception } from './reception.ts';
import { composeReport, type ReportAction, type ReportedRecipient } from './status-report.ts';

/** RFC 5321 §6.3: at least 100. */
const HOPS_LIMIT = 100;
const BOUNCES = 'mail/bounces';
const DUPLICATES = 'mail/duplicates';

export interface MailServerSurroundings {
  readonly host: Host;
  readonly service: MailServerService;
  readonly mailboxes: readonly MailboxService[];
  /** Of its users' logins. */
  readonly limits: LoginLimits;
  readonly tracker: DeliveryTracker;
  readonly filter: MailFilter | null;
  readonly senderPolicy: SenderPolicy;
  readonly account: ServerAccount;
  readonly states: SessionStates;
  /** null where the service has no TLS. */
  readonly secure: Securing | null;
  protection(server: string): Protection | null;
  /** A host's address as this server sees it. */
  addressOf(host: string): Address;
}

/** The role of a mail server's host: runs from boot to crash. */
export function* mailServer(surroundings: MailServerSurroundings): Process {
  yield* new MailServer(surroundings).run();
}

class MailServer {
  readonly #surroundings: MailServerSurroundings;
  readonly #host: Host;
  readonly #service: MailServerService;
  readonly #tracker: DeliveryTracker;
  readonly #filter: MailFilter | null;
  readonly #store: MailboxStore;
  readonly #queue: MailQueue;
  readonly #delivery: Delivery;
  readonly #addresses: LocalAddresses;
  readonly #admission: Admission;
  readonly #reception: Reception;
  readonly #logins: Logins;

  constructor(surroundings: MailServerSurroundings) {
    const { host, service, mailboxes, limits, tracker, filter, account, addressOf } = surroundings;
    this.#surroundings = surroundings;
    this.#host = host;
    this.#service = service;
    this.#tracker = tracker;
    this.#filter = filter;
    this.#store = mailboxesOf(host);
    this.#addresses = new LocalAddresses(service, mailboxes, this.#store);
    this.#logins = new Logins(host, limits, mailboxes);
    this.#queue = new MailQueue(host);
    this.#admission = new Admission(service.limits);
    this.#delivery = new Delivery({
      host,
      service,
      queue: this.#queue,
      tracker,
      protection: surroundings.protection,
      report: (message, action, results) => this.#report(message, action, results),
    });
    this.#reception = new Reception({
      service,
      addresses: this.#addresses,
      store: this.#store,
      admission: this.#admission,
      account,
      filter,
      now: () => host.now(),
      addressOf,
    });
  }

  /** Until the host crashes. Where it cannot listen, that is told. */
  *run(): Process {
    this.#delivery.resume();
    this.#surroundings.states.reset(this.#host.narrator);
    // The textbook's server is from before submission had a port of its own.
    const ports = this.#service.dialect === 'classic' ? [SMTP_PORT] : [SMTP_PORT, SUBMISSION_PORT];
    yield* all(ports.map((port) => this.#serve(port)));
  }

  *#serve(port: number): Process {
    const { host, service, secure, account, states } = this.#surroundings;
    const submission = port === SUBMISSION_PORT;
    // Other servers have no account here.
    const authentication = !submission && service.authentication === 'required' ? 'offered' : service.authentication;
    const failure = yield* serve(port, {
      host,
      settings: { ...service, authentication },
      secure,
      logins: this.#logins,
      admission: this.#admission,
      account,
      states,
      policyFor: (connection) => this.#policy(connection, submission),
    });
    if (failure) host.narrator.note(`no mail server: port ${port} is ${failure.failure}`);
  }

  #policy(connection: Connection, submission: boolean): ServerPolicy {
    return {
      ...this.#reception.policy(connection, submission),
      message: (envelope, content, client, texts) => this.#accept(envelope, content, client, texts, connection),
      end: () => this.#tracker.leave(connection),
    };
  }

  *#accept(
    envelope: Envelope,
    content: string,
    client: Client,
    texts: ReplyTexts,
    connection: Connection,
  ): Process<Reply | { id: string }> {
    const { account } = this.#surroundings;
    const number = this.#tracker.takeOver(connection);
    const hops = decodeMessage(content).fields.filter(({ name }) => name.toLowerCase() === 'received').length;
    if (hops >= HOPS_LIMIT) {
      account.refused('looping message');
      return texts.loop();
    }
    // Filters are for what comes in; what its users send is theirs.
    const incoming = envelope.recipients.some(({ address }) => this.#addresses.local(address) !== null);
    const sender = yield* this.#authenticate(envelope, content, client, connection);
    if (sender.kind === 'refused') {
      account.refused(sender.reason);
      return sender.reply;
    }
    const judged = this.#filter && incoming ? yield* this.#filter.judge(sender.content) : kept(sender.content);
    if (judged.kind === 'refused') {
      account.refused('filter');
      return judged.reply;
    }
    learnFrom(this.#host, (envelope.reversePath === '' ? 0 : 1) + envelope.recipients.length, judged.content);
    const passed = passedOn(this.#host, judged.content);
    const id = this.#queue.nextId();
    const traced = this.#service.dialect === 'classic' ? passed : prependFields(passed, [this.#trace(id, envelope, client, connection)]);
    this.#take(id, envelope, traced, number, sender.junk || judged.junk);
    return { id };
  }

  /**
   * Signs what its own users send; checks who sends what others bring. Where nobody can log in, a user is who sends from its domains,
   * by the envelope and by the From field: else a stranger would get round the checks with one of the two.
   */
  *#authenticate({ reversePath }: Envelope, content: string, { name, user }: Client, connection: Connection): Process<SenderVerdict> {
    const { senderPolicy, service } = this.#surroundings;
    const { domains } = this.#addresses;
    const anonymous = service.authentication === 'off' || service.dialect === 'classic';
    if (user !== null || (anonymous && domains.has(domainOf(reversePath)) && domains.has(fromDomainOf(content) ?? '')))
      return { kind: 'taken', content: senderPolicy.outgoing(content), junk: false };
    return yield* senderPolicy.incoming(content, { reversePath, helo: name, address: connection.remote.address });
  }

  /** Into mailboxes and queue. On the disk when this returns. */
  #take(id: string, envelope: Envelope, content: string, number: EnvelopeNumber, junk = false): void {
    const { reversePath, returned, envelopeId } = envelope;
    const message: QueuedMessage = {
      id,
      reversePath,
      returned,
      envelopeId,
      content,
      acceptedAt: this.#host.now(),
      envelope: number,
      cause: this.#host.cause,
      destinations: [],
    };
    this.#tracker.stored(number);
    const { single, expanded } = this.#expand(envelope.recipients, number);
    const remote: Recipient[] = [];
    const failures: DeliveryResult[] = [];
    const successes: DeliveryResult[] = [];
    for (const recipient of single) {
      const local = this.#addresses.local(recipient.address);
      if (local === null) {
        remote.push(recipient);
        continue;
      }
      const failure = this.#deliver(local, message, junk);
      if (failure) {
        failures.push({ ...failure, recipient });
        continue;
      }
      if (this.#tracker.settle(number, recipient.address, { kind: 'delivered' })) this.#duplicate(local);
      if (wants(recipient, 'SUCCESS')) successes.push({ recipient, reason: 'it lies in the mailbox', status: '2.0.0', diagnostic: null });
    }
    if (remote.length > 0) this.#delivery.begin(this.#queue.add(message, remote));
    if (failures.length > 0) this.#report(message, 'failed', failures);
    if (successes.length > 0) this.#report(message, 'delivered', successes);
    if (expanded.length > 0) this.#report(message, 'expanded', expanded);
  }

  /** Aliases replaced by who is behind them (RFC 5321 §3.9.1), everybody once; and what is to be told of it (RFC 3461 §5.2.7). */
  #expand(recipients: readonly Recipient[], number: EnvelopeNumber): { single: Recipient[]; expanded: DeliveryResult[] } {
    const found = new Map<string, Recipient>();
    const expanded: DeliveryResult[] = [];
    for (const recipient of recipients) {
      const members = this.#addresses.everybody(recipient.address);
      const several = members.length > 1;
      const alias = this.#addresses.members(recipient.address) !== null;
      if (alias) this.#tracker.expand(number, recipient.address, members);
      if (alias && several && wants(recipient, 'SUCCESS')) {
        expanded.push({ recipient, reason: `${members.length} members`, status: '2.0.0', diagnostic: null });
      }
      const notify = several ? (recipient.notify?.filter((event) => event !== 'SUCCESS') ?? null) : recipient.notify;
      for (const address of members) {
        // Named twice, delivered once.
        if (!found.has(canonicalAddress(address))) found.set(canonicalAddress(address), { ...recipient, address, notify });
      }
    }
    return { single: [...found.values()], expanded };
  }

  /** Final delivery (RFC 5321 §4.4: Return-Path is put in front). What is wrong, if it fails. */
  #deliver(mailbox: MailAddress, message: QueuedMessage, junk: boolean): Omit<DeliveryResult, 'recipient'> | null {
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

  /** A message has arrived that was there: the sender had not heard that it was taken (RFC 5321 §6.1, RFC 1047). */
  #duplicate(mailbox: MailAddress): void {
    this.#host.narrator.note(`a second copy for ${mailbox}`);
    this.#count('duplicates', DUPLICATES, 1);
  }

  #count(metric: string, name: string, more: number): void {
    const total = (this.#host.disk.get<number>(name) ?? 0) + more;
    this.#host.disk.set(name, total);
    this.#host.narrator.measure(metric, [this.#host.name], total);
  }

  /**
   * Tells the sender what became of a message, as far as it wants to be told (RFC 3461 §5.2). A notification itself has nobody to be
   * told (RFC 5321 §6.1).
   */
  #report(message: QueuedMessage, action: ReportAction, results: readonly DeliveryResult[]): void {
    const { reversePath, envelope } = message;
    const reasons = [...new Set(results.map(({ reason }) => reason))].join('; ');
    const silent = action === 'failed' ? results.filter(({ recipient }) => reversePath === '' || !wants(recipient, 'FAILURE')) : [];
    if (silent.length > 0) {
      this.#host.narrator.note(`${reversePath === '' ? 'notification dropped' : 'failed, nobody is told'}: ${reasons}`);
      for (const { recipient, reason } of silent) this.#tracker.settle(envelope, recipient.address, { kind: 'bounced', reason });
    }
    const told = results.filter((result) => !silent.includes(result));
    if (told.length === 0 || reversePath === '') return;
    if (action === 'failed') {
      this.#host.narrator.note(`bounced: ${reasons}`);
      this.#count('bounces', BOUNCES, told.length);
    } else this.#host.narrator.note(`tells the sender: ${action}`);
    const id = this.#queue.nextId();
    const now: Nanoseconds = this.#host.now();
    const reported = told.map(
      ({ recipient, ...result }): ReportedRecipient => ({ address: recipient.address, original: recipient.original, ...result }),
    );
    const { acceptedAt, content, returned, envelopeId } = message;
    const { helo, expiry } = this.#service;
    const notification = composeReport(
      {
        reportedBy: helo,
        id,
        sender: reversePath,
        acceptedAt,
        content,
        returned,
        envelopeId,
        retryUntil: action === 'delayed' ? acceptedAt + expiry : null,
      },
      action,
      reported,
      now,
    );
    const failures = action === 'failed' ? told.map(({ recipient, reason }) => ({ recipient: recipient.address, reason })) : [];
    const number = this.#tracker.notify(envelope, failures, reversePath, now);
    this.#take(id, { reversePath: '', recipients: [plainRecipient(reversePath)], returned: null, envelopeId: null }, notification, number);
  }

  /** RFC 5321 §4.4. The recipient only where there is one: others need not know of each other. */
  #trace(id: string, envelope: Envelope, client: Client, connection: Connection): string {
    const { recipients } = envelope;
    const forWhom = recipients.length === 1 ? ['for', `<${recipients[0]?.address}>;`] : [];
    const last = forWhom.length > 0 ? id : `${id};`;
    const parts = [
      'from',
      client.name,
      `([${connection.remote.address}])`,
      'by',
      this.#service.helo,
      'with',
      transmissionType(client),
      'id',
      last,
    ];
    return foldField('Received', [...parts, ...forWhom, virtualDateTime(this.#host.now())]);
  }
}

/** RFC 3848. */
function transmissionType({ extended, secured, user }: Client): string {
  return extended ? `ESMTP${secured ? 'S' : ''}${user === null ? '' : 'A'}` : 'SMTP';
}

/** RFC 5321 §4.4: of a message there is one, the one of its final delivery. */
function withoutReturnPath(content: string): string {
  return withoutFields(content, ({ name }) => name.toLowerCase() === 'return-path');
}
