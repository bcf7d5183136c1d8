/**
 * Bulk content in protected records, sealed when someone asks for the bytes.
 *
 * Theory of operation. Bulk content is cut into full records and a last one, all under one secret, numbered on from the first. So
 * where each record lies is arithmetic, and any stretch of the bytes is made of the records that it touches. Nobody can alter such a
 * content without asking for its bytes: what comes out of that is literal, and opened for real (record-layer.ts).
 */
import type { Bulk } from '../content.ts';
import type { Bytes } from '../quantities.ts';
import { OVERHEAD, seal, type TrafficSecret } from './record-protection.ts';
import { MAXIMUM_PLAINTEXT } from './wire/record.ts';

export interface Sealing {
  readonly secret: TrafficSecret;
  /** Number of the first record under the secret. */
  readonly sequence: number;
  readonly inner: Bulk;
}

/** A full record on the wire. */
export const FULL_RECORD: Bytes = MAXIMUM_PLAINTEXT + OVERHEAD;

/** Records that carry so many bytes. */
export const recordsFor = (inner: Bytes): number => Math.ceil(inner / MAXIMUM_PLAINTEXT);

/** Bytes on the wire of so many bytes of content. */
export const sealedLength = (inner: Bytes): Bytes => inner + recordsFor(inner) * OVERHEAD;

/** The opposite of `sealedLength`. */
export const innerLength = (sealed: Bytes): Bytes => sealed - Math.ceil(sealed / FULL_RECORD) * OVERHEAD;

/** Bytes `offset` to `offset + length` of the records; `generate` gives the inner content's own. */
export function sealedBytes(
  { secret, sequence, inner }: Sealing,
  offset: Bytes,
  length: Bytes,
  generate: (offset: Bytes, length: Bytes) => Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let number = Math.floor(offset / FULL_RECORD); number * FULL_RECORD < offset + length; number++) {
    const from = number * MAXIMUM_PLAINTEXT;
    const content = generate(inner.offset + from, Math.min(MAXIMUM_PLAINTEXT, inner.length - from));
    const record = seal(secret, sequence + number, 'application_data', content);
    const at = number * FULL_RECORD - offset;
    bytes.set(record.subarray(Math.max(-at, 0), length - at), Math.max(at, 0));
  }
  return bytes;
}
