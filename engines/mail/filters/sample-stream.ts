/** A stream of made-up mail: who sends it, and that the filters' observer knows what each message is. */

import { count } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { StepOutcome } from '../../protocol.ts';
import { domainProblem } from '../message/address.ts';
import { virtualDateTime } from '../message/date-time.ts';
import type { Dialect } from '../scenario.ts';
import { ClientSession, openSession } from '../smtp/client.ts';
import { SMTP_PORT } from '../smtp/server.ts';
import type { DeliveryTracker } from '../transfer-agent/delivery-tracker.ts';
import { lookUpServer } from '../transfer-agent/mail-routing.ts';
import type { FilterObserver } from './filter-observer.ts';
import { sampleMail } from './samples/sample-mail.ts';
import type { StreamAction } from './scenario.ts';

/** On the disk of a host: how many made-up messages it has sent. */
const MADE_UP = 'mail/made up';

/** Messages go over one connection where nothing lies between them, else over one each. Done when the fate of all is known. */
export function* sendStream(
  host: Host,
  action: StreamAction,
  dialect: Dialect,
  tracker: DeliveryTracker,
  observer: FilterObserver,
): Process<StepOutcome> {
  const { from, to, sample, disguise, interval, messages, server } = action;
  const random = host.random('made-up mail');
  const helo = domainProblem(host.name) === null ? host.name : `[${host.address}]`;
  const addresses = yield* lookUpServer(host, server);
  if ('reason' in addresses) return { outcome: addresses.reason, succeeded: false };
  const envelopes: number[] = [];
  let session: ClientSession | null = null;
  for (let i = 0; i < messages; i++) {
    if (i > 0 && interval > 0) yield* host.sleep(interval);
    const number = (host.disk.get<number>(MADE_UP) ?? 0) + 1;
    host.disk.set(MADE_UP, number);
    const messageId = `<made-up.${number}@${domainProblem(host.name) === null ? host.name : host.address}>`;
    observer.knows(messageId, sample);
    const content = sampleMail(sample, { from, to, date: virtualDateTime(host.now()), messageId }, random, disguise);
    const envelope = tracker.begin(from, to, host.now());
    envelopes.push(envelope);
    const settle = (recipient: number, reason: string) => tracker.settle(envelope, to[recipient] as string, { kind: 'refused', reason });
    if (!session?.usable) {
      const opened: ClientSession | { readonly reason: string } = yield* openSession(
        host,
        { address: addresses[0] as string, port: SMTP_PORT },
        { helo, dialect },
      );
      if (!(opened instanceof ClientSession)) {
        to.forEach((_, recipient) => {
          settle(recipient, opened.reason);
        });
        continue;
      }
      session = opened;
    }
    tracker.handOver(session.connection, envelope);
    const results = yield* session.send({ reversePath: from, recipients: to, content });
    results.forEach((result, recipient) => {
      if (result.kind !== 'accepted') settle(recipient, result.reason);
    });
    if (interval > 0) {
      yield* session.quit();
      session = null;
    }
  }
  if (session) yield* session.quit();
  let delivered = 0;
  for (const envelope of envelopes) if ((yield* tracker.outcome(envelope)).succeeded) delivered++;
  return { outcome: `${count(messages, 'message')} sent, ${delivered} delivered`, succeeded: true };
}
