/**
 * A TCP segment as the simulated network carries it: the header's values as on the wire, and no payload.
 *
 * Both ends live in one memory, so the bytes of a stream stay with the conversation (conversation.ts), and a segment only
 * says which of them it carries. What that leaves out: an old duplicate of an earlier incarnation of a connection would
 * carry the bytes of the new one. It makes no difference, because the sequence checks that keep old duplicates out of a
 * new incarnation (RFC 9293 §3.4) look at numbers alone.
 */
import type { Bytes } from '../../quantities.ts';
import type { SentPacket } from '../../recorder.ts';
import type { Conversation } from './conversation.ts';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

export interface Segment extends SentPacket {
  readonly kind: 'tcp';
  /** Index of the sending host. */
  readonly from: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly conversation: Conversation;
}

/** Ethernet, IPv4 and TCP headers without options, in bytes. */
const HEADERS: Bytes = 14 + 20 + 20;

/** Bytes of its frame, without preamble and check sequence. */
export function frameSize(segment: Segment): Bytes {
  return HEADERS + (segment.options === null ? 0 : segment.options.length) + segment.length;
}

/** What the segment takes of the sequence space: its payload, and one each for SYN and FIN (RFC 9293 §3.4). */
export function sequenceLength(segment: Segment): number {
  return segment.length + (segment.flags & SYN ? 1 : 0) + (segment.flags & FIN ? 1 : 0);
}

/** A position (0: the SYN, 1: the first byte) as its wire value. */
export function toWire(initial: number, position: number): number {
  return (initial + position) % 4294967296;
}

/** The position nearest to `near` that a wire value can stand for. */
export function fromWire(initial: number, wire: number, near: number): number {
  return near + ((wire - toWire(initial, near)) | 0);
}
