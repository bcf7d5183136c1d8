/**
 * Sends on what lies in a mail server's queue (RFC 5321 §4.5.4.1, §5.1).
 *
 * Theory of operation. Each domain has its own line of waiting messages and, while that is not empty, one process that finds
 * a mail exchanger and sends them all over the same connection. What fails for now is put off by the service's schedule; what
 * fails for good, or is too old, is handed to `report`, as is what the sender wants to know besides (RFC 3461 §5.2). Every change is on the disk before anything else happens, so a crash
 * loses nothing: `resume` takes up what is there.
 */
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { HOUR, type Nanoseconds } from '../../quantities.ts';
import type { MailServerService } from '../scenario.ts';
import { ClientSession, openSession, type Problem, type Protection, type RecipientResult } from '../smtp/client.ts';
import { type Recipient, wants } from '../smtp/envelope.ts';
import { SMTP_PORT } from '../smtp/server.ts';
import { replyLabel } from '../smtp/wire/reply.ts';
import type { DeliveryTracker } from './delivery-tracker.ts';
import type { Destination, MailQueue, QueuedMessage } from './mail-queue.ts';
import { type Route, routeTo, routeVia } from './mail-routing.ts';
import type { ReportAction } from './status-report.ts';

/** What became of one recipient's copy. */
export interface DeliveryResult {
  readonly recipient: Recipient;
  readonly reason: string;
  /** RFC 3463. */
  readonly status: string;
  /** The other server's reply on one line; null if there was none. */
  readonly diagnostic: string | null;
}

/** What a delivery needs of the server around it. */
export interface DeliverySurroundings {
  readonly host: Host;
  readonly service: MailServerService;
  readonly queue: MailQueue;
  readonly tracker: DeliveryTracker;
  /** How a session with the server of that name is protected; null: not at all. */
  protection(server: string): Protection | null;
  report(message: QueuedMessage, action: ReportAction, results: readonly DeliveryResult[]): void;
}

/** After this long, who asked for it is told of a delay, where the server says nothing else. */
const USUAL_WARNING: Nanoseconds = 4 * HOUR;
const RETRIES = 'mail/retries';

export class Delivery {
  readonly #surroundings: DeliverySurroundings;
  readonly #host: Host;
  readonly #service: MailServerService;
  readonly #queue: MailQueue;
  readonly #tracker: DeliveryTracker;
  /** Ids of messages that wait to be sent now, by domain. */
  readonly #waiting = new Map<string, string[]>();

  constructor(surroundings: DeliverySurroundings) {
    this.#surroundings = surroundings;
    this.#host = surroundings.host;
    this.#service = surroundings.service;
    this.#queue = surroundings.queue;
    this.#tracker = surroundings.tracker;
  }

  /** After boot: everything that lay in the queue goes on where it was. */
  resume(): void {
    for (const message of this.#queue.messages()) this.begin(message);
  }

  begin(message: QueuedMessage): void {
    const before = this.#host.cause;
    this.#host.cause = message.cause;
    for (const { domain, nextAttemptAt } of message.destinations) {
      if (nextAttemptAt > this.#host.now()) this.#host.spawn('mail retry', this.#later(message.id, domain, nextAttemptAt));
      else this.#enqueue(message.id, domain);
    }
    this.#host.cause = before;
  }

  *#later(id: string, domain: string, at: Nanoseconds): Process {
    yield* this.#host.sleep(at - this.#host.now());
    this.#enqueue(id, domain);
  }

  #enqueue(id: string, domain: string): void {
    const waiting = this.#waiting.get(domain);
    if (waiting) {
      waiting.push(id);
      return;
    }
    const line = [id];
    this.#waiting.set(domain, line);
    this.#host.spawn(`mail for ${domain}`, this.#serveDomain(domain, line));
  }

  *#serveDomain(domain: string, line: string[]): Process {
    while (line.length > 0) {
      const id = line[0] as string;
      const first = this.#queue.get(id);
      if (!first || this.#expire(first, domain)) {
        line.shift();
        continue;
      }
      this.#host.cause = first.cause;
      this.#queue.attempt(first, domain);
      const session = yield* this.#reach(domain);
      if (!(session instanceof ClientSession)) {
        // Nobody can be reached: that goes for all that wait.
        for (const waitingId of line.splice(0)) {
          const message = this.#queue.get(waitingId);
          if (message) this.#settle(message, domain, () => session);
        }
        continue;
      }
      for (let next = line[0]; next !== undefined && session.usable; next = line[0]) {
        line.shift();
        const message = this.#queue.get(next);
        const destination = message?.destinations.find((one) => one.domain === domain);
        if (!message || !destination) continue;
        this.#host.cause = message.cause;
        this.#tracker.handOver(session.connection, message.envelope);
        if (next !== id) this.#queue.attempt(message, domain);
        const { reversePath, content, returned, envelopeId } = message;
        const results = yield* session.send({ reversePath, recipients: destination.recipients, content, returned, envelopeId });
        this.#settle(message, domain, (i) => results[i] as RecipientResult);
      }
      yield* session.quit();
    }
    this.#waiting.delete(domain);
  }

  /** A session with the first exchanger of the domain that wants to talk. */
  *#reach(domain: string): Process<ClientSession | Problem> {
    const route = yield* this.#route(domain);
    if ('reason' in route) return route;
    const { helo, dialect, without } = this.#service;
    let problem: Problem | null = null;
    // A transient problem of one exchanger outweighs a permanent one of another: the message may still get through.
    const note = (next: Problem) => {
      if (problem === null || problem.kind === 'permanent') problem = next;
    };
    for (let exchanger = yield* route.next(); exchanger !== null; exchanger = yield* route.next()) {
      if ('reason' in exchanger) note(exchanger);
      else {
        const protection = this.#surroundings.protection(exchanger.name);
        const settings = { helo, dialect, without, ...(protection ? { protection } : {}) };
        for (const address of exchanger.addresses) {
          const session = yield* openSession(this.#host, { address, port: SMTP_PORT }, settings);
          if (session instanceof ClientSession) return session;
          note(session);
        }
      }
    }
    return problem ?? { kind: 'permanent', reason: `no mail exchanger for ${domain}`, reply: null, status: '5.4.4' };
  }

  /** Where mail of others goes: to a smart host, if there is one; never what this server takes as a backup. */
  *#route(domain: string): Process<Route | Problem> {
    const { smartHost, backupFor } = this.#service;
    const backup = backupFor.some((one) => one.toLowerCase() === domain);
    return smartHost !== null && !backup ? routeVia(this.#host, smartHost) : yield* routeTo(this.#host, domain);
  }

  /** Removes what is done, puts off what failed for now, bounces what failed for good. */
  #settle(message: QueuedMessage, domain: string, resultOf: (recipient: number) => RecipientResult): void {
    const destination = message.destinations.find((one) => one.domain === domain) as Destination;
    const left: Recipient[] = [];
    const failures: DeliveryResult[] = [];
    const relayed: DeliveryResult[] = [];
    let problem: Problem | null = null;
    destination.recipients.forEach((recipient, i) => {
      const result = resultOf(i);
      if (result.kind === 'accepted') {
        if (!result.relayed || !wants(recipient, 'SUCCESS')) return;
        const reason = `handed to the mail system of ${domain}`;
        relayed.push({ recipient, reason, status: '2.0.0', diagnostic: replyLabel(result.reply) });
      } else if (result.kind === 'permanent') failures.push(failureOf(recipient, result));
      else {
        left.push(recipient);
        problem = result;
      }
    });
    this.#host.cause = message.cause;
    if (problem === null) this.#queue.update(message.id, domain, null);
    else this.#putOff(message, { ...destination, recipients: left, problem });
    if (failures.length > 0) this.#surroundings.report(message, 'failed', failures);
    if (relayed.length > 0) this.#surroundings.report(message, 'relayed', relayed);
  }

  #putOff(
    message: QueuedMessage,
    destination: Destination & { readonly problem: { readonly reason: string; readonly status: string } },
  ): void {
    const { retry, expiry } = this.#service;
    const attempts = destination.attempts + 1;
    const wait = retry[Math.min(attempts, retry.length) - 1] ?? expiry;
    const nextAttemptAt = Math.min(this.#host.now() + wait, Math.max(this.#host.now(), message.acceptedAt + expiry));
    const { domain, recipients, problem } = destination;
    const { reason, status } = problem;
    const told = destination.warned ? [] : this.#toBeWarned(message, recipients);
    const warned = destination.warned || told.length > 0;
    this.#queue.update(
      message.id,
      domain,
      { domain, recipients, attempts, nextAttemptAt, problem: { reason, status }, warned },
      `put off: ${reason}`,
    );
    if (told.length > 0) {
      const delays = told.map((recipient): DeliveryResult => ({ recipient, reason, status, diagnostic: null }));
      this.#surroundings.report(message, 'delayed', delays);
    }
    const retries = (this.#host.disk.get<number>(RETRIES) ?? 0) + 1;
    this.#host.disk.set(RETRIES, retries);
    this.#host.narrator.measure('retries', [this.#host.name], retries);
    this.#host.spawn('mail retry', this.#later(message.id, domain, nextAttemptAt));
  }

  /** Whose senders are to be told now that it takes its time (RFC 3461 §5.2.6, RFC 5321 §4.5.4.1). */
  #toBeWarned(message: QueuedMessage, recipients: readonly Recipient[]): readonly Recipient[] {
    const { warning } = this.#service;
    if (this.#host.now() < message.acceptedAt + (warning ?? USUAL_WARNING)) return [];
    return recipients.filter((recipient) => wants(recipient, 'DELAY') || (recipient.notify === null && warning !== null));
  }

  /** Gives up a message that lies here for too long. The first attempt is always made. */
  #expire(message: QueuedMessage, domain: string): boolean {
    const destination = message.destinations.find((one) => one.domain === domain);
    if (!destination) return true;
    if (destination.problem === null || this.#host.now() < message.acceptedAt + this.#service.expiry) return false;
    const { recipients, problem } = destination;
    this.#host.cause = message.cause;
    this.#queue.update(message.id, domain, null);
    const failures = recipients.map(
      (recipient): DeliveryResult => ({
        recipient,
        reason: `not delivered in time: ${problem.reason}`,
        status: '5.4.7',
        diagnostic: null,
      }),
    );
    this.#surroundings.report(message, 'failed', failures);
    return true;
  }
}

function failureOf(recipient: Recipient, { reason, reply, status }: Problem): DeliveryResult {
  return { recipient, reason, status, diagnostic: reply === null ? null : replyLabel(reply) };
}
