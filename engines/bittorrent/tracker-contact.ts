/**
 * How a peer keeps in touch with its tracker: it says that it has come, that it has all of it, that it goes (BEP 3), and asks for others, as
 * often as the tracker wants it, or sooner where its neighbours are few. A tracker that does not answer is asked again, later each time.
 */
import { formatDuration } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import type { Endpoint, Host } from '../network/host.ts';
import { type Nanoseconds, SECOND } from '../quantities.ts';
import { ANNOUNCE_AGAIN, FEW_CONNECTIONS, retryAfter } from './connections.ts';
import type { Announce } from './tracker/announcing.ts';
import type { AnnounceEvent } from './wire/announce.ts';

type Announcement = Parameters<Announce>[1];

/** What it needs of the peer. */
export interface Announcer {
  /** It stopped taking part. */
  readonly left: boolean;
  /** How many it is connected to. */
  readonly connections: number;
  announcement(event: AnnounceEvent | null): Announcement;
  /** The tracker has named these. */
  named(peers: Endpoint[]): void;
}

export class TrackerContact {
  readonly #host: Host;
  readonly #announce: Announce;
  readonly #peer: Announcer;

  constructor(host: Host, announce: Announce, peer: Announcer) {
    this.#host = host;
    this.#announce = announce;
    this.#peer = peer;
  }

  /** Until the peer has left. */
  *onAndOn(): Process {
    let event: AnnounceEvent | null = 'started';
    let vain = 0;
    while (!this.#peer.left) {
      const answer = yield* this.#announce(this.#host, this.#peer.announcement(event));
      if (this.#peer.left) return;
      if ('failure' in answer) {
        const again = retryAfter(vain++);
        this.#host.narrator.note(`tracker: ${answer.failure}; asks again in ${formatDuration(again)}`);
        yield* this.#host.sleep(again, { background: true });
      } else {
        event = null;
        vain = 0;
        this.#peer.named(answer.peers.map(({ address, port }) => ({ address, port })));
        yield* this.#until(Math.max(answer.interval, 1) * SECOND);
      }
    }
  }

  *once(event: AnnounceEvent): Process {
    const answer = yield* this.#announce(this.#host, this.#peer.announcement(event));
    if ('failure' in answer) this.#host.narrator.note(`tracker: ${answer.failure}`);
  }

  /** The tracker’s interval, or less where neighbours are few by then. */
  *#until(interval: Nanoseconds): Process {
    for (let left = interval; left > 0; left -= ANNOUNCE_AGAIN) {
      yield* this.#host.sleep(Math.min(left, ANNOUNCE_AGAIN), { background: true });
      if (this.#peer.left || this.#peer.connections < FEW_CONNECTIONS) return;
    }
  }
}
