/** A TCP segment as the simulated network carries it: the header's values as on the wire, the payload as content. */
import type { Content } from '../../content.ts';
import type { Bytes } from '../../quantities.ts';
import type { Conversation } from './conversation.ts';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

export interface Segment {
  readonly kind: 'tcp';
  /** Index of the sending host. */
  readonly from: number;
  readonly fromPort: number;
  readonly toPort: number;
  readonly conversation: Conversation;
  readonly fromServer: boolean;
  readonly flags: number;
  /** Modulo 2^32. */
  readonly sequence: number;
  readonly acknowledgment: number;
  /** The 16-bit field. */
  readonly window: number;
  readonly options: SegmentOptions | null;
  readonly payload: readonly Content[];
  /** Payload bytes. */
  readonly length: Bytes;
}

export interface SegmentOptions {
  /** Largest payload that the sender of the option takes. */
  readonly maximumSegmentSize: Bytes;
  /** 0 to 14. */
  readonly windowShift: number;
}

/** The two options of a SYN, padded to four bytes (RFC 9293 §3.2, RFC 7323 §2.2). */
export function encodeOptions({ maximumSegmentSize, windowShift }: SegmentOptions): Uint8Array {
  return Uint8Array.of(2, 4, maximumSegmentSize >>> 8, maximumSegmentSize & 0xff, 1, 3, 3, windowShift);
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
