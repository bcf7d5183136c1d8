/** The tracker of a swarm without messages: its list, whether its host is up, and when each peer asks it again. */
import type { Kernel } from '../../kernel/kernel.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Nanoseconds } from '../../quantities.ts';
import { ANNOUNCE_AGAIN, FEW_CONNECTIONS, retryAfter } from '../connections.ts';
import { DEFAULT_WANTED, TrackerList, type TrackerOptions } from '../tracker-list.ts';

export class CompactTracker {
  readonly #kernel: Kernel;
  readonly #options: TrackerOptions;
  readonly #random: RandomStream;
  /** The tracker has answered an announce: so many so far. */
  readonly #answered: (announces: number) => void;
  #list: TrackerList;
  #up = true;
  #announces = 0;
  /** Of each peer: when it announced itself last, and how often in a row there was no answer. */
  readonly #announcedAt: Float64Array;
  readonly #vain: Uint8Array;

  constructor(kernel: Kernel, options: TrackerOptions, random: RandomStream, peers: number, answered: (announces: number) => void) {
    this.#kernel = kernel;
    this.#options = options;
    this.#random = random;
    this.#answered = answered;
    this.#list = new TrackerList(options, random);
    this.#announcedAt = new Float64Array(peers);
    this.#vain = new Uint8Array(peers);
  }

  /** Its host is there, or is not. It knows its list by heart. */
  setUp(up: boolean): void {
    this.#up = up;
    if (!up) this.#list = new TrackerList(this.#options, this.#random);
  }

  /** A peer has come, and will announce itself. */
  joined(peer: number): void {
    this.#announcedAt[peer] = this.#kernel.now;
    this.#vain[peer] = 0;
  }

  /** A peer announces itself: whom it is given, in a list that the next announce overwrites; null where nobody answers, and it asks `again` later. */
  announce(peer: number, complete: boolean, again: () => void): readonly number[] | Int32Array | null {
    this.#announcedAt[peer] = this.#kernel.now;
    if (!this.#up) {
      const wait = retryAfter(this.#vain[peer] as number);
      this.#vain[peer] = (this.#vain[peer] as number) + 1;
      this.#kernel.schedule(wait, again, { background: true });
      return null;
    }
    this.#vain[peer] = 0;
    this.#list.announce(peer, 'started', complete ? 0 : 1, DEFAULT_WANTED, this.#kernel.now);
    this.#answered(++this.#announces);
    return this.#list.given;
  }

  /** A peer has all of it now. */
  completed(peer: number): void {
    if (!this.#up) return;
    this.#list.announce(peer, 'completed', 0, 0, this.#kernel.now);
    this.#answered(++this.#announces);
  }

  left(peer: number): void {
    if (this.#up) this.#list.announce(peer, 'stopped', 0, 0, this.#kernel.now);
  }

  /** Whether a peer with so many neighbours asks again now. Who has asked in vain does so at a time of its own. */
  isDue(peer: number, neighbours: number): boolean {
    const since: Nanoseconds = this.#kernel.now - (this.#announcedAt[peer] as number);
    return this.#vain[peer] === 0 && (since >= this.#list.interval || (since >= ANNOUNCE_AGAIN && neighbours < FEW_CONNECTIONS));
  }
}
