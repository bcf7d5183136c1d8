/**
 * The receiving half of a connection: which positions have come, what window to offer, and when to acknowledge
 * (RFC 9293 §3.8.6, RFC 5681 §4.2, RFC 2018).
 *
 * An ACK that is due at once is sent at the end of the current moment, after every event of this time had its turn, so
 * that an answer which the application gives at once carries it.
 */
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import type { Bytes } from '../../quantities.ts';
import { Deadline } from './deadline.ts';
import { DELAYED_ACK, MAXIMUM_SEGMENT_SIZE } from './parameters.ts';
import { Ranges } from './ranges.ts';

/** Events of this priority run after all others of their time. */
const END_OF_MOMENT = { priority: 8 };
/** Blocks of a selective acknowledgment that fit into 40 bytes of options (RFC 2018 §3). */
export const MOST_BLOCKS = 4;
/** Blocks of which it is known how recently they changed. */
const REMEMBERED_BLOCKS = 16;

/** RFC 7323 §2.2: the smallest shift with which the 16-bit field can tell that much. */
export function windowShift(buffer: Bytes): number {
  let shift = 0;
  while (shift < 14 && 65_535 * 2 ** shift < buffer) shift++;
  return shift;
}

export class Receiver {
  readonly #kernel: Kernel;
  readonly #acknowledge: () => void;
  readonly #buffer: Bytes;
  /** Next position expected. */
  next = 0;
  /** Right edge of the window as last told. */
  edge = 0;
  finished = false;
  /** Offset in the stream of the next byte that the application will read. */
  readOffset: Bytes = 0;
  /** What came before its turn. */
  readonly #early = new Ranges();
  /** A position of each early block, the block that changed last first. */
  readonly #recent: number[] = [];
  /** Position of the FIN once one has come, in its turn or before it. */
  #finPosition = -1;
  #unacknowledged: Bytes = 0;
  /** Whoever sent what is unacknowledged waits for the ACK, so nobody needs to wait for this timer. */
  readonly #delayed: Deadline;
  #due: Timer | null = null;
  readonly #dueNow = (): void => {
    this.#due = null;
    this.#acknowledge();
  };

  /** `acknowledge` sends an ACK; whatever carries one must call `acknowledged`. `buffer`: what is held for an application that does not read. */
  constructor(kernel: Kernel, buffer: Bytes, acknowledge: () => void) {
    this.#kernel = kernel;
    this.#buffer = buffer;
    this.#acknowledge = acknowledge;
    this.#delayed = new Deadline(kernel, acknowledge, { background: true });
  }

  /** The other side's SYN came. */
  synchronised(): void {
    this.next = 1;
    this.edge = Math.max(this.edge, 1);
  }

  /** Offset in the stream after the last byte that came in order. */
  get streamEnd(): Bytes {
    return this.next - 1 - (this.finished ? 1 : 0);
  }

  /** The window as last told, less what has come since. */
  get window(): Bytes {
    return Math.max(this.edge - this.next, 0);
  }

  /** Data, a FIN, or both at a position. */
  accept(position: number, length: Bytes, fin: boolean): void {
    const dataEnd = position + length;
    if (fin && this.#finPosition < 0) this.#finPosition = dataEnd;
    const before = this.next;
    const from = Math.max(position, before);
    let to = Math.min(dataEnd, Math.max(this.edge, before));
    // The FIN takes no room.
    if (fin && to === dataEnd) to++;
    const hadGap = !this.#early.empty;
    if (to > from) {
      if (hadGap || from > before) this.#acceptEarly(from, to);
      else this.next = to;
      if (this.#finPosition >= 0 && this.next > this.#finPosition) this.finished = true;
    }
    const advanced = this.next - before;
    this.#unacknowledged += advanced;
    // RFC 5681 §4.2: at once for what is out of order, fills a gap, repeats or ends the stream, and for every second segment.
    if (advanced === 0 || hadGap || this.finished || this.#unacknowledged >= 2 * MAXIMUM_SEGMENT_SIZE) this.acknowledgeNow();
    else if (!this.#delayed.pending) this.#delayed.start(DELAYED_ACK);
  }

  /** The application has read up to that offset of the stream. */
  read(offset: Bytes): void {
    this.readOffset = offset;
    // RFC 9293 §3.8.6.2.2: tell of room when the other side is short of it and it grew worth telling; else the next ACK does.
    if (this.window < 2 * MAXIMUM_SEGMENT_SIZE && this.#room - this.window >= this.#worthTelling) this.acknowledgeNow();
  }

  /** An ACK at the end of this moment, unless something carries one before. */
  acknowledgeNow(): void {
    if (this.#due === null) this.#due = this.#kernel.schedule(0, this.#dueNow, END_OF_MOMENT);
  }

  /** The window for a segment that goes out now and carries the acknowledgment of `next`, in units of 2^shift bytes. */
  acknowledged(shift: number): number {
    const unit = 2 ** shift;
    const told = this.edge - this.next;
    const room = this.#room;
    // The right edge never moves back (RFC 7323 §2.4), nor forward by little (RFC 9293 §3.8.6.2.2).
    const grown = room - told >= this.#worthTelling ? Math.floor(room / unit) : 0;
    const window = Math.min(Math.max(grown, Math.ceil(Math.max(told, 0) / unit)), 65_535);
    this.edge = Math.max(this.edge, this.next + window * unit);
    this.#unacknowledged = 0;
    this.#delayed.stop();
    if (this.#due !== null) {
      this.#kernel.cancel(this.#due);
      this.#due = null;
    }
    return window;
  }

  /** RFC 2018 §4: writes both ends of up to four early blocks into `edges`, the block that changed last first; how many they are. */
  selectiveBlocks(edges: Float64Array): number {
    if (this.#early.empty) return 0;
    let blocks = 0;
    for (let i = 0; i < this.#recent.length && blocks < MOST_BLOCKS; i++) {
      const range = this.#early.indexOf(this.#recent[i] as number);
      if (range < 0) continue;
      edges[2 * blocks] = this.#early.start(range);
      edges[2 * blocks + 1] = this.#early.end(range);
      blocks++;
    }
    return blocks;
  }

  stop(): void {
    this.#delayed.stop();
    if (this.#due !== null) this.#kernel.cancel(this.#due);
    this.#due = null;
  }

  /** Free bytes of the buffer. */
  get #room(): Bytes {
    return this.#buffer - (this.streamEnd - this.readOffset);
  }

  get #worthTelling(): Bytes {
    return Math.min(MAXIMUM_SEGMENT_SIZE, this.#buffer / 2);
  }

  #acceptEarly(from: number, to: number): void {
    const early = this.#early;
    early.add(from, to);
    const range = early.indexOf(from);
    const start = early.start(range);
    const end = early.end(range);
    const recent = this.#recent;
    // Blocks that have become one have one entry.
    let kept = 0;
    for (const position of recent) if (position < start || position >= end) recent[kept++] = position;
    recent.length = kept;
    if (start <= this.next) {
      this.next = end;
      early.removeBelow(end);
      return;
    }
    recent.unshift(from);
    if (recent.length > REMEMBERED_BLOCKS) recent.pop();
  }
}
