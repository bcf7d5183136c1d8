/**
 * What the packets of a stream carry: pieces of coded pictures, each behind its place in the picture, so that a receiver knows which
 * bytes are missing (as RFC 2435 §3.1 does for JPEG). A packet that is sent again has the sequence number of the first one in front
 * (RFC 4588 §4). No standard payload format: the pictures' coding is none either.
 */

/** Dynamic ones (RFC 3551 §3): a clip's coded pictures, a film whose pictures are made of nothing, packets sent again. */
export const PAYLOAD_TYPES = { clip: 96, film: 97, retransmission: 98 } as const;

export const FRAGMENT_HEADER = 4;
export const RETRANSMISSION_HEADER = 2;
/** Bytes of a picture in one packet, so that with all headers it fits into 1,500 bytes of IPv4. */
export const LARGEST_FRAGMENT = 1_400;
/** Ticks of the timestamp in a second, as for all video (RFC 3551 §5). */
export const CLOCK_RATE = 90_000;

export function payloadName(type: number): string {
  if (type === PAYLOAD_TYPES.clip) return 'clip';
  if (type === PAYLOAD_TYPES.film) return 'film';
  return type === PAYLOAD_TYPES.retransmission ? 'retransmission' : 'unknown';
}

/** A piece of a coded picture. */
export interface Fragment {
  /** Where in the picture it begins, in bytes. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export function encodeFragment({ offset, bytes }: Fragment): Uint8Array {
  const payload = new Uint8Array(FRAGMENT_HEADER + bytes.length);
  new DataView(payload.buffer).setUint32(0, offset);
  payload.set(bytes, FRAGMENT_HEADER);
  return payload;
}

/** null for what is too short. */
export function decodeFragment(payload: Uint8Array): Fragment | null {
  if (payload.length < FRAGMENT_HEADER) return null;
  const offset = new DataView(payload.buffer, payload.byteOffset, payload.length).getUint32(0);
  return { offset, bytes: payload.subarray(FRAGMENT_HEADER) };
}

/** The payload of a packet that is sent again, and of which it is one (RFC 4588 §4). */
export function encodeRetransmission(sequence: number, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RETRANSMISSION_HEADER + payload.length);
  new DataView(bytes.buffer).setUint16(0, sequence);
  bytes.set(payload, RETRANSMISSION_HEADER);
  return bytes;
}

/** null for what is too short. */
export function decodeRetransmission(payload: Uint8Array): { readonly sequence: number; readonly payload: Uint8Array } | null {
  if (payload.length < RETRANSMISSION_HEADER) return null;
  const sequence = new DataView(payload.buffer, payload.byteOffset, payload.length).getUint16(0);
  return { sequence, payload: payload.subarray(RETRANSMISSION_HEADER) };
}
