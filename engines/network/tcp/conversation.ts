/** What both ends of a recorded connection share: which application messages lie where in its two streams. */
import type { Bytes } from '../../quantities.ts';

export interface StreamMessage {
  readonly start: Bytes;
  readonly end: Bytes;
  /** Index in the run's message table. */
  readonly index: number;
  readonly step: number;
}

/** The messages of one direction, in the order of the stream. */
export class MessageStream {
  readonly #messages: StreamMessage[] = [];
  #delivered = 0;

  add(message: StreamMessage): void {
    this.#messages.push(message);
  }

  /** Step of the message that holds that byte; −1 where there is none. */
  stepAt(offset: Bytes): number {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#messages[middle] as StreamMessage).end <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#messages[low]?.step ?? -1;
  }

  /** Messages whose last byte lies before `offset` and that were not told before. */
  *deliveredUpTo(offset: Bytes): Iterable<StreamMessage> {
    for (;;) {
      const message = this.#messages[this.#delivered];
      if (!message || message.end > offset) return;
      this.#delivered++;
      yield message;
    }
  }
}

export class Conversation {
  /** Index in the run's connection table. */
  readonly connection: number;
  readonly fromClient = new MessageStream();
  readonly fromServer = new MessageStream();

  constructor(connection: number) {
    this.connection = connection;
  }
}
