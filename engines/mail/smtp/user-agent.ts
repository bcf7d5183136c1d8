/**
 * User agents: write messages and submit them to their users' mail servers. They do not queue: what fails is told at once.
 *
 * Theory of operation. What a host has to send to a server at one time goes over one connection, message after message (RFC 5321
 * §3.3, RFC 6409 §3.1): each kind of session has an outbox, which a process on the host empties. What is in it when the host
 * loses power was never sent.
 */
import type { Process } from '../../kernel/process.ts';
import type { Endpoint, Host } from '../../network/host.ts';
import { utf8Octets } from '../../network/octets.ts';
import { EPOCH, SECOND } from '../../quantities.ts';
import type { KeyRing } from '../end-to-end/key-ring.ts';
import { protect, protectionNote } from '../end-to-end/protection.ts';
import { domainProblem } from '../message/address.ts';
import { composeMessage } from '../message/composition.ts';
import { virtualDateTime } from '../message/date-time.ts';
import type { Credentials } from '../sasl/mechanism.ts';
import type { Dialect, MailAddress, SendAction } from '../scenario.ts';
import type { DeliveryTracker } from '../transfer-agent/delivery-tracker.ts';
import { lookUpServer } from '../transfer-agent/mail-routing.ts';
import { ClientSession, openSession, type Problem, type Protection } from './client.ts';
import type { Envelope, Recipient } from './envelope.ts';
import { encodeXtext } from './wire/xtext.ts';

const COMPOSED = 'mail/composed';

/** How a user agent talks to a server. */
export interface Submission {
  readonly dialect: Dialect;
  readonly port: number;
  readonly protection: Protection | null;
  /** null: it has nothing to log in with. */
  readonly credentials: Credentials | null;
}

interface Job {
  readonly action: SendAction;
  /** The number that the tracker gave. */
  readonly envelope: number;
  readonly cause: number;
}

export class UserAgents {
  readonly #tracker: DeliveryTracker;
  readonly #ring: KeyRing;
  readonly #outboxes = new Map<string, Job[]>();

  /** `ring`: the keys that messages are protected with. */
  constructor(tracker: DeliveryTracker, ring: KeyRing) {
    this.#tracker = tracker;
    this.#ring = ring;
  }

  /** Has it sent. The tracker is told what the server refused. */
  submit(host: Host, action: SendAction, submission: Submission, envelope: number): void {
    const { server, tls } = action;
    const key = JSON.stringify([host.name, server, submission.port, tls, submission.credentials]);
    const job: Job = { action, envelope, cause: host.cause };
    const waiting = this.#outboxes.get(key);
    if (waiting) {
      waiting.push(job);
      return;
    }
    const outbox = [job];
    this.#outboxes.set(key, outbox);
    let began = false;
    const interrupt = (reason: string) => {
      this.#outboxes.delete(key);
      for (const { envelope } of outbox.splice(0)) this.#tracker.interrupt(envelope, reason);
    };
    const emptying = this.#empty(host, server, submission, outbox);
    host.spawn(
      'user agent',
      (function* (): Process {
        began = true;
        try {
          yield* emptying;
        } finally {
          interrupt(`${host.name} went down before it was sent`);
        }
      })(),
    );
    if (!began) interrupt(`${host.name} is down`);
  }

  *#empty(host: Host, server: string, submission: Submission, outbox: Job[]): Process {
    while (outbox.length > 0) {
      host.cause = (outbox[0] as Job).cause;
      const session = yield* reach(host, server, submission);
      if (!(session instanceof ClientSession)) {
        for (const job of outbox.splice(0)) this.#refuse(host, job, session);
        return;
      }
      while (outbox.length > 0 && session.usable) {
        const job = outbox[0] as Job;
        host.cause = job.cause;
        yield* this.#send(host, session, submission.dialect, job);
        outbox.shift();
      }
      yield* session.quit();
    }
  }

  *#send(host: Host, session: ClientSession, dialect: Dialect, { action, envelope }: Job): Process {
    const { from, to, message, endToEnd } = action;
    const heading = { from, to, date: virtualDateTime(host.now()), messageId: nextMessageId(host) };
    const composed = composeMessage(message, heading, dialect);
    const time = EPOCH + Math.floor(host.now() / SECOND);
    const content = endToEnd ? protect(composed, endToEnd, to, this.#ring, time, host.random('end-to-end protection')) : composed;
    if (endToEnd) host.narrator.note(protectionNote(endToEnd, to));
    this.#tracker.handOver(session.connection, envelope);
    const results = yield* session.send({ ...envelopeOf(action), content });
    for (const [i, result] of results.entries()) {
      if (result.kind !== 'accepted') this.#settle(envelope, to[i] as string, result);
    }
  }

  #refuse(host: Host, { action, envelope }: Job, problem: Problem): void {
    host.narrator.note(`not sent: ${problem.reason}`);
    for (const recipient of action.to) this.#settle(envelope, recipient, problem);
  }

  #settle(envelope: number, recipient: MailAddress, { reason }: Problem): void {
    this.#tracker.settle(envelope, recipient, { kind: 'refused', reason });
  }
}

/** A session with the first of the server's addresses that wants to talk. */
export function* reach(
  host: Host,
  server: string,
  { dialect, port, protection, credentials }: Submission,
): Process<ClientSession | Problem> {
  const found = yield* lookUpServer(host, server);
  if ('reason' in found) return found;
  let problem: Problem = { kind: 'permanent', reason: `${server} has no address`, reply: null, status: '5.4.4' };
  for (const address of found) {
    const remote: Endpoint = { address, port };
    const session = yield* openSession(host, remote, { helo: nameOf(host), dialect, credentials, ...(protection ? { protection } : {}) });
    if (session instanceof ClientSession) return session;
    problem = session;
  }
  return problem;
}

function envelopeOf({ from, to, reports }: SendAction): Envelope {
  const { notify, returned, envelopeId } = reports;
  const original = (address: MailAddress) => (notify === null ? null : `rfc822;${encodeXtext(utf8Octets(address))}`);
  const recipients = to.map((address): Recipient => ({ address, notify, original: original(address) }));
  return { reversePath: from, recipients, returned, envelopeId: envelopeId === null ? null : encodeXtext(envelopeId) };
}

/** What a client calls itself: its name, or an address literal where that is no domain (RFC 5321 §4.1.4). */
function nameOf(host: Host): string {
  return domainProblem(host.name) === null ? host.name : `[${host.address}]`;
}

/** Unlike any other: counted on the host's disk (RFC 5322 §3.6.4). */
export function nextMessageId(host: Host): string {
  const count = (host.disk.get<number>(COMPOSED) ?? 0) + 1;
  host.disk.set(COMPOSED, count);
  const right = domainProblem(host.name) === null ? host.name : host.address;
  return `<${count}.${Math.floor(host.now() / SECOND)}@${right}>`;
}
