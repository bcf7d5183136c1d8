/** Segments of one end of a connection, as they go out. */
import type { Bytes } from '../../quantities.ts';
import type { Endpoint } from '../host.ts';
import { encodeSack } from '../wire/tcp-options.ts';
import type { Agreement } from './agreement.ts';
import type { Conversation } from './conversation.ts';
import { MOST_BLOCKS, type Receiver } from './receiver.ts';
import { ACK, RST, type Segment } from './segment.ts';

/** The end that sends; its conversation may become the other side's, where both opened at once. */
export interface SegmentSource {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Index of the other host. */
  readonly remoteHost: number;
  readonly conversation: Conversation;
  readonly isServer: boolean;
}

/** Sequence numbers of the blocks at hand, so that an ACK needs no array of its own. */
const edges = new Float64Array(2 * MOST_BLOCKS);

export class SegmentWriter {
  readonly #source: SegmentSource;
  readonly #hostIndex: number;
  readonly #agreement: Agreement;
  readonly #receiver: Receiver;
  readonly #send: (segment: Segment, to: number) => void;

  /** `hostIndex`: of the host itself; `receiver` says what is acknowledged, and how much more there is room for. */
  constructor(
    source: SegmentSource,
    hostIndex: number,
    agreement: Agreement,
    receiver: Receiver,
    send: (segment: Segment, to: number) => void,
  ) {
    this.#source = source;
    this.#hostIndex = hostIndex;
    this.#agreement = agreement;
    this.#receiver = receiver;
    this.#send = send;
  }

  write(flags: number, position: number, length: Bytes, retransmission: boolean, options: Uint8Array | null): void {
    const agreement = this.#agreement;
    const receiver = this.#receiver;
    const window = receiver.acknowledged(agreement.shiftFor(flags));
    const acknowledgment = flags & ACK ? agreement.theirSequence(receiver.next) : 0;
    const sequence = agreement.ourSequence(position);
    const blocks = agreement.selective && flags === ACK && length === 0 ? this.#selectiveBlocks() : options;
    this.#transmit(flags, sequence, acknowledgment, window, Math.max(position - 1, 0), length, retransmission, blocks);
  }

  /** RST in answer to a segment that acknowledges what was never sent (RFC 9293 §3.10.7.3). */
  writeReset(segment: Segment): void {
    this.#transmit(RST, segment.acknowledgment, 0, 0, 0, 0, false, null);
  }

  #selectiveBlocks(): Uint8Array | null {
    const blocks = this.#receiver.selectiveBlocks(edges);
    if (blocks === 0) return null;
    for (let i = 0; i < 2 * blocks; i++) edges[i] = this.#agreement.theirSequence(edges[i] as number);
    return encodeSack(edges, blocks);
  }

  #transmit(
    flags: number,
    sequence: number,
    acknowledgment: number,
    window: number,
    streamStart: Bytes,
    length: Bytes,
    retransmission: boolean,
    options: Uint8Array | null,
  ): void {
    const { local, remote, remoteHost, conversation, isServer } = this.#source;
    const segment: Segment = {
      kind: 'tcp',
      from: this.#hostIndex,
      fromPort: local.port,
      toPort: remote.port,
      conversation,
      connection: conversation.connection,
      fromServer: isServer,
      flags,
      sequence,
      acknowledgment,
      window,
      streamStart,
      length,
      message: -1,
      retransmission,
      options,
    };
    this.#send(segment, remoteHost);
  }
}
