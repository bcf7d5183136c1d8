/**
 * What both ends of a recorded connection share: its two byte streams. Content is appended by the sender and taken by the
 * receiver, up to what has arrived in order; what is read is let go.
 */
import type { Content } from '../../content.ts';
import type { Bytes } from '../../quantities.ts';
import { ContentQueue } from './content-queue.ts';

interface StreamMessage {
  /** Offset after its last byte. */
  readonly end: Bytes;
  /** Index in the run's message table. */
  readonly index: number;
  readonly step: number;
}

/** One direction: its content, and which application messages lie where in it. */
export class Stream {
  readonly content = new ContentQueue();
  readonly #messages: StreamMessage[] = [];
  #delivered = 0;

  /** Appends a message that holds at least one byte. */
  write(content: Content, index: number, step: number): void {
    this.content.append(content);
    this.#messages.push({ end: this.content.end, index, step });
  }

  /** Step of the message that holds that byte; −1 where there is none. */
  stepAt(offset: Bytes): number {
    return this.#messages[this.#at(offset)]?.step ?? -1;
  }

  /** True where a message ends after offset `from` and at most at `to`. */
  endsWithin(from: Bytes, to: Bytes): boolean {
    const message = this.#messages[this.#at(from)];
    return message !== undefined && message.end <= to;
  }

  /** Index of the next message that was not told before and of which nothing lies at `offset` or after; −1 for none. */
  nextDelivered(offset: Bytes): number {
    const message = this.#messages[this.#delivered];
    if (!message || message.end > offset) return -1;
    this.#delivered++;
    return message.index;
  }

  /** The first message that ends after `offset`. */
  #at(offset: Bytes): number {
    let low = 0;
    let high = this.#messages.length;
    // Most questions are about what was written last.
    if (high > 1 && (this.#messages[high - 2] as StreamMessage).end <= offset) low = high - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#messages[middle] as StreamMessage).end <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Conversation {
  /** Index in the run's connection table. */
  readonly connection: number;
  readonly fromClient = new Stream();
  readonly fromServer = new Stream();
  /** A listener has taken its SYN: an old duplicate of that SYN changes nothing that was recorded. */
  accepted = false;

  constructor(connection: number) {
    this.connection = connection;
  }
}
