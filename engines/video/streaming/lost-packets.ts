/**
 * Which lost packets are asked for again, and when: at once when a gap is seen, and again while nothing comes, as long as there is time
 * (RFC 4585 §3.5 leaves that to the application). A pure machine; packets go by their extended sequence numbers.
 */
import type { Nanoseconds } from '../../quantities.ts';

/** Times that one packet is asked for. */
const MOST_REQUESTS = 8;

interface Lost {
  requests: number;
  askAt: Nanoseconds;
  /** The picture of the packet that showed the gap: when that one's time has come, this one's has. */
  readonly frame: number;
}

export class LostPackets {
  readonly #lost = new Map<number, Lost>();

  /** Packets that are missing before one of the picture `frame`. */
  miss(sequences: readonly number[], frame: number, now: Nanoseconds): void {
    for (const sequence of sequences) this.#lost.set(sequence, { requests: 0, askAt: now, frame });
  }

  /** True where it was missing. */
  arrive(sequence: number): boolean {
    return this.#lost.delete(sequence);
  }

  /** Those to be asked for now, in order; they will be asked for again after `patience`. */
  due(now: Nanoseconds, patience: Nanoseconds): number[] {
    const asked: number[] = [];
    for (const [sequence, lost] of this.#lost) {
      if (lost.askAt > now) continue;
      if (lost.requests++ >= MOST_REQUESTS) {
        this.#lost.delete(sequence);
        continue;
      }
      lost.askAt = now + patience;
      asked.push(sequence);
    }
    return asked.sort((a, b) => a - b);
  }

  /** What stands before that picture is too late. */
  giveUpBefore(frame: number): void {
    for (const [sequence, lost] of this.#lost) if (lost.frame < frame) this.#lost.delete(sequence);
  }

  giveUp(): void {
    this.#lost.clear();
  }

  /** When `due` will have something; null for never. */
  nextRequest(): Nanoseconds | null {
    let next: Nanoseconds | null = null;
    for (const { askAt } of this.#lost.values()) next = next === null ? askAt : Math.min(next, askAt);
    return next;
  }
}
