/**
 * Sends on what lies in a mail server's queue (RFC 5321 §4.5.4.1, §5.1).
 *
 * Theory of operation. Each domain has its own line of waiting messages and, while that is not empty, one process that finds
 * a mail exchanger and sends them all over the same connection. What fails for now is put off by the service's schedule; what
 * fails for good, or is too old, is handed to `bounce`. Every change is on the disk before anything else happens, so a crash
 * loses nothing: `resume` takes up what is there.
 */
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { Nanoseconds } from '../../quantities.ts';
import type { MailAddress, MailServerService } from '../scenario.ts';
import { ClientSession, openSession, type Problem, type RecipientResult } from '../smtp/client.ts';
import { SMTP_PORT } from '../smtp/server.ts';
import { replyLabel } from '../smtp/wire/reply.ts';
import type { DeliveryTracker } from './delivery-tracker.ts';
import type { Destination, MailQueue, QueuedMessage } from './mail-queue.ts';
import { routeTo } from './mail-routing.ts';

export interface DeliveryFailure {
  readonly recipient: MailAddress;
  readonly reason: string;
  /** RFC 3463, class 5. */
  readonly status: string;
  /** The other server's reply on one line; null if there was none. */
  readonly diagnostic: string | null;
}

const RETRIES = 'mail/retries';

export class Delivery {
  readonly #host: Host;
  readonly #service: MailServerService;
  readonly #queue: MailQueue;
  readonly #tracker: DeliveryTracker;
  readonly #bounce: (message: QueuedMessage, failures: readonly DeliveryFailure[]) => void;
  /** Ids of messages that wait to be sent now, by domain. */
  readonly #waiting = new Map<string, string[]>();

  constructor(
    host: Host,
    service: MailServerService,
    queue: MailQueue,
    tracker: DeliveryTracker,
    bounce: (message: QueuedMessage, failures: readonly DeliveryFailure[]) => void,
  ) {
    this.#host = host;
    this.#service = service;
    this.#queue = queue;
    this.#tracker = tracker;
    this.#bounce = bounce;
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
        const { reversePath, content } = message;
        const results = yield* session.send({ reversePath, recipients: destination.recipients, content });
        this.#settle(message, domain, (i) => results[i] as RecipientResult);
      }
      yield* session.quit();
    }
    this.#waiting.delete(domain);
  }

  /** A session with the first exchanger of the domain that wants to talk. */
  *#reach(domain: string): Process<ClientSession | Problem> {
    const route = yield* routeTo(this.#host, domain);
    if ('reason' in route) return route;
    let problem: Problem | null = null;
    // A transient problem of one exchanger outweighs a permanent one of another: the message may still get through.
    const note = (next: Problem) => {
      if (problem === null || problem.kind === 'permanent') problem = next;
    };
    for (let addresses = yield* route.next(); addresses !== null; addresses = yield* route.next()) {
      if ('reason' in addresses) note(addresses);
      else {
        for (const address of addresses) {
          const session = yield* openSession(this.#host, { address, port: SMTP_PORT }, this.#service);
          if (session instanceof ClientSession) return session;
          note(session);
        }
      }
    }
    return problem ?? { kind: 'permanent', reason: `no mail exchanger for ${domain}`, reply: null, status: '5.4.4' };
  }

  /** Removes what is done, puts off what failed for now, bounces what failed for good. */
  #settle(message: QueuedMessage, domain: string, resultOf: (recipient: number) => RecipientResult): void {
    const destination = message.destinations.find((one) => one.domain === domain) as Destination;
    const left: MailAddress[] = [];
    const failures: DeliveryFailure[] = [];
    let problem: Problem | null = null;
    destination.recipients.forEach((recipient, i) => {
      const result = resultOf(i);
      if (result.kind === 'permanent') failures.push(failureOf(recipient, result));
      else if (result.kind === 'temporary') {
        left.push(recipient);
        problem = result;
      }
    });
    this.#host.cause = message.cause;
    if (problem === null) this.#queue.update(message.id, domain, null);
    else this.#putOff(message, { ...destination, recipients: left, problem });
    if (failures.length > 0) this.#bounce(message, failures);
  }

  #putOff(
    message: QueuedMessage,
    destination: Destination & { readonly problem: { readonly reason: string; readonly status: string } },
  ): void {
    const { retry, expiry } = this.#service;
    const attempts = destination.attempts + 1;
    const wait = retry[Math.min(attempts, retry.length) - 1] ?? expiry;
    const nextAttemptAt = Math.min(this.#host.now() + wait, Math.max(this.#host.now(), message.acceptedAt + expiry));
    const { domain, recipients } = destination;
    const { reason, status } = destination.problem;
    this.#queue.update(
      message.id,
      domain,
      { domain, recipients, attempts, nextAttemptAt, problem: { reason, status } },
      `put off: ${reason}`,
    );
    const retries = (this.#host.disk.get<number>(RETRIES) ?? 0) + 1;
    this.#host.disk.set(RETRIES, retries);
    this.#host.narrator.measure('retries', [this.#host.name], retries);
    this.#host.spawn('mail retry', this.#later(message.id, domain, nextAttemptAt));
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
      (recipient): DeliveryFailure => ({
        recipient,
        reason: `not delivered in time: ${problem.reason}`,
        status: '5.4.7',
        diagnostic: null,
      }),
    );
    this.#bounce(message, failures);
    return true;
  }
}

function failureOf(recipient: MailAddress, { reason, reply, status }: Problem): DeliveryFailure {
  return { recipient, reason, status, diagnostic: reply === null ? null : replyLabel(reply) };
}
