/**
 * The receiving half of a connection: puts the stream together, holds it until the application reads, and decides when to
 * acknowledge (RFC 9293 §3.8.6.3, RFC 5681 §4.2).
 *
 * An ACK that is due at once is sent at the end of the current moment, after every event of this time had its turn, so
 * that an answer which the application gives at once carries it.
 */
import type { Content } from '../../content.ts';
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import type { Bytes } from '../../quantities.ts';
import { ContentQueue } from './content-queue.ts';
import { DELAYED_ACK, MAXIMUM_SEGMENT_SIZE, RECEIVE_BUFFER } from './parameters.ts';
import { cut, lengthOf, Reassembly } from './reassembly.ts';

/** Events of this priority run after all others of their time. */
const END_OF_MOMENT = 8;

export class Receiver {
  readonly #kernel: Kernel;
  readonly #acknowledge: () => void;
  /** Next position expected. */
  next = 0;
  /** Right edge of the window as last told. */
  edge = 0;
  finished = false;
  readonly #queue = new ContentQueue(0);
  readonly #early = new Reassembly();
  /** Position of the FIN once one has come, in its turn or before it. */
  #finPosition = -1;
  #unacknowledged: Bytes = 0;
  #timer: Timer | null = null;
  #dueNow = false;

  /** `acknowledge` sends an ACK; whatever carries one must call `acknowledged`. */
  constructor(kernel: Kernel, acknowledge: () => void) {
    this.#kernel = kernel;
    this.#acknowledge = acknowledge;
  }

  /** Offset in the stream after the last byte that came in order. */
  get streamEnd(): Bytes {
    return this.#queue.end;
  }

  /** Offset in the stream of the next byte that the application will read. */
  get readOffset(): Bytes {
    return this.#queue.start;
  }

  /** Room that can be offered now, never less than was offered before. */
  get window(): Bytes {
    return Math.max(RECEIVE_BUFFER - this.#queue.length, this.edge - this.next, 0);
  }

  /** Data, a FIN, or both at a position. True when the stream advanced. */
  accept(position: number, payload: readonly Content[], length: Bytes, fin: boolean): boolean {
    const end = position + length;
    if (fin && this.#finPosition < 0) this.#finPosition = end;
    const from = Math.max(position, this.next);
    const to = Math.min(end, Math.max(this.edge, this.next));
    const before = this.next;
    const hadGap = !this.#early.empty;
    if (to > from) {
      const fresh = from === position && to === end ? payload : cut(payload, from - position, to - position);
      if (from === this.next && !hadGap) this.#deliver(fresh);
      else {
        this.#early.insert(from, fresh);
        this.#deliver(this.#early.takeFrom(this.next));
      }
    }
    if (this.#finPosition === this.next && !this.finished) {
      this.finished = true;
      this.next++;
    }
    const advanced = this.next > before;
    this.#unacknowledged += this.next - before;
    // RFC 5681 §4.2: at once for what is out of order, fills a gap, repeats or ends the stream, and for every second segment.
    if (!advanced || hadGap || this.finished || this.#unacknowledged >= 2 * MAXIMUM_SEGMENT_SIZE) this.acknowledgeNow();
    else if (this.#timer === null) {
      this.#timer = this.#kernel.schedule(DELAYED_ACK, () => {
        this.#timer = null;
        this.#acknowledge();
      });
    }
    return advanced;
  }

  take(): Content | null {
    const content = this.#queue.take();
    if (content) this.#considerWindowUpdate();
    return content;
  }

  /** An ACK at the end of this moment, unless something carries one before. */
  acknowledgeNow(): void {
    if (this.#dueNow) return;
    this.#cancel();
    this.#dueNow = true;
    this.#timer = this.#kernel.schedule(
      0,
      () => {
        this.#timer = null;
        this.#dueNow = false;
        this.#acknowledge();
      },
      { priority: END_OF_MOMENT },
    );
  }

  /** A segment that goes out now carries the acknowledgment and told the window up to `edge`. */
  acknowledged(edge: number): void {
    this.edge = Math.max(this.edge, edge);
    this.#unacknowledged = 0;
    this.#cancel();
  }

  stop(): void {
    this.#cancel();
  }

  /** Drops what the application has not read. */
  discard(): void {
    this.#queue.dropBefore(this.#queue.end);
  }

  #cancel(): void {
    if (this.#timer !== null) this.#kernel.cancel(this.#timer);
    this.#timer = null;
    this.#dueNow = false;
  }

  #deliver(payload: readonly Content[]): void {
    for (const content of payload) this.#queue.append(content);
    this.next += lengthOf(payload);
  }

  #considerWindowUpdate(): void {
    // RFC 9293 §3.8.6.2.2: tell of room when the other side is short of it and it grew by a segment; else the next ACK does.
    const told = this.edge - this.next;
    if (told < 2 * MAXIMUM_SEGMENT_SIZE && this.window - told >= MAXIMUM_SEGMENT_SIZE) this.acknowledgeNow();
  }
}
