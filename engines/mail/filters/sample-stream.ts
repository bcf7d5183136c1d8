/** A stream of made-up mail: who sends it, and that the filters' observer knows what each message is. */

import { count } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { StepOutcome } from '../../protocol.ts';
import { virtualDateTime } from '../message/date-time.ts';
import { ClientSession } from '../smtp/client.ts';
import { plainEnvelope } from '../smtp/envelope.ts';
import { nextMessageId, reach, type Submission } from '../smtp/user-agent.ts';
import type { DeliveryTracker } from '../transfer-agent/delivery-tracker.ts';
import type { FilterObserver } from './filter-observer.ts';
import { sampleMail } from './samples/sample-mail.ts';
import type { StreamAction } from './scenario.ts';

/** Messages go over one connection where nothing lies between them, else over one each. Done when the fate of all is known. */
export function* sendStream(
  host: Host,
  action: StreamAction,
  submission: Submission,
  tracker: DeliveryTracker,
  observer: FilterObserver,
): Process<StepOutcome> {
  const { from, to, sample, disguise, interval, messages, server } = action;
  const random = host.random('made-up mail');
  const envelopes: number[] = [];
  let session: ClientSession | null = null;
  let unreached: string | null = null;
  let reached = false;
  for (let i = 0; i < messages; i++) {
    if (i > 0 && interval > 0) yield* host.sleep(interval);
    const messageId = nextMessageId(host);
    observer.knows(messageId, sample);
    const content = sampleMail(sample, { from, to, date: virtualDateTime(host.now()), messageId }, random, disguise);
    const envelope = tracker.begin(from, to, host.now());
    envelopes.push(envelope);
    const settle = (recipient: number, reason: string) => tracker.settle(envelope, to[recipient] as string, { kind: 'refused', reason });
    if (!session?.usable) {
      const opened: ClientSession | { readonly reason: string } = yield* reach(host, server, submission);
      if (!(opened instanceof ClientSession)) {
        to.forEach((_, recipient) => {
          settle(recipient, opened.reason);
        });
        unreached = opened.reason;
        continue;
      }
      session = opened;
      reached = true;
    }
    tracker.handOver(session.connection, envelope);
    const results = yield* session.send({ ...plainEnvelope(from, to), content });
    results.forEach((result, recipient) => {
      if (result.kind !== 'accepted') settle(recipient, result.reason);
    });
    if (interval > 0) {
      yield* session.quit();
      session = null;
    }
  }
  if (session) yield* session.quit();
  if (unreached !== null && !reached) return { outcome: unreached, succeeded: false };
  let delivered = 0;
  for (const envelope of envelopes) if ((yield* tracker.outcome(envelope)).succeeded) delivered++;
  return { outcome: `${count(messages, 'message')} sent, ${delivered} delivered`, succeeded: true };
}
