/** A user agent: writes a message and submits it to its user's mail server. It does not queue: what fails is told at once. */
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { SECOND } from '../../quantities.ts';
import { domainProblem } from '../message/address.ts';
import { composeMessage } from '../message/composition.ts';
import { virtualDateTime } from '../message/date-time.ts';
import type { Dialect, SendAction } from '../scenario.ts';
import type { DeliveryTracker } from '../transfer-agent/delivery-tracker.ts';
import { lookUpServer } from '../transfer-agent/mail-routing.ts';
import { ClientSession, openSession, type Problem } from './client.ts';
import { SMTP_PORT } from './server.ts';

const COMPOSED = 'mail/composed';

/** Done when the server took the message or refused it; what it refused is told to the tracker. */
export function* submit(host: Host, action: SendAction, dialect: Dialect, tracker: DeliveryTracker, envelope: number): Process {
  const { from, to, message, server } = action;
  const heading = { from, to, date: virtualDateTime(host.now()), messageId: nextMessageId(host) };
  const content = composeMessage(message, heading, dialect);
  const refuse = (problem: Problem) => {
    host.narrator.note(`not sent: ${problem.reason}`);
    for (const recipient of to) tracker.settle(envelope, recipient, { kind: 'refused', reason: problem.reason });
  };
  const addresses = yield* lookUpServer(host, server);
  if ('reason' in addresses) return refuse(addresses);
  let problem: Problem | null = null;
  for (const address of addresses) {
    const session = yield* openSession(host, { address, port: SMTP_PORT }, { helo: nameOf(host), dialect });
    if (!(session instanceof ClientSession)) {
      problem = session;
      continue;
    }
    tracker.handOver(session.connection, envelope);
    const results = yield* session.send({ reversePath: from, recipients: to, content });
    for (const [i, result] of results.entries()) {
      if (result.kind !== 'accepted') tracker.settle(envelope, to[i] as string, { kind: 'refused', reason: result.reason });
    }
    yield* session.quit();
    return;
  }
  if (problem) refuse(problem);
}

/** What a client calls itself: its name, or an address literal where that is no domain (RFC 5321 §4.1.4). */
function nameOf(host: Host): string {
  return domainProblem(host.name) === null ? host.name : `[${host.address}]`;
}

/** Unlike any other: counted on the host's disk (RFC 5322 §3.6.4). */
function nextMessageId(host: Host): string {
  const count = (host.disk.get<number>(COMPOSED) ?? 0) + 1;
  host.disk.set(COMPOSED, count);
  const right = domainProblem(host.name) === null ? host.name : host.address;
  return `<${count}.${Math.floor(host.now() / SECOND)}@${right}>`;
}
