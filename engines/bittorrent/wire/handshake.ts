/**
 * How a connection between peers begins, each way (BEP 3): a fixed text, eight reserved bytes in which extensions set bits, the info hash
 * of the torrent that it is about, and who one is. Always 68 bytes.
 */
import { equalBytes } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { bytesOfOctets } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';

export interface Handshake {
  /** 8 bytes. */
  readonly reserved: Uint8Array;
  /** 20 bytes: the SHA-1 of the metainfo's `info`. */
  readonly infoHash: Uint8Array;
  /** 20 bytes: peer-id.ts. */
  readonly peerId: Uint8Array;
}

export const HASH_LENGTH: Bytes = 20;
export const PEER_ID_LENGTH: Bytes = 20;
export const HANDSHAKE_LENGTH: Bytes = 68;

const PROTOCOL = bytesOfOctets('BitTorrent protocol');
/** The length of the text, and the text. */
export const HANDSHAKE_START = concatBytes(Uint8Array.of(PROTOCOL.length), PROTOCOL);

/** Parts behind the start, in their order. */
export const HANDSHAKE_PARTS = [
  { name: 'reserved', length: 8 },
  { name: 'infoHash', length: HASH_LENGTH },
  { name: 'peerId', length: PEER_ID_LENGTH },
] as const;

/** Bits of the reserved bytes that have a meaning. */
export const EXTENSION_BITS = [
  { name: 'extension protocol', octet: 5, bit: 3, standard: 'BEP 10' },
  { name: 'fast extension', octet: 7, bit: 5, standard: 'BEP 6' },
  { name: 'DHT', octet: 7, bit: 7, standard: 'BEP 5' },
] as const;

/** Total. */
export function decodeHandshake(bytes: Uint8Array): Handshake | { readonly error: string } {
  if (!beginsHandshake(bytes)) return { error: 'no handshake of BitTorrent begins here' };
  if (bytes.length !== HANDSHAKE_LENGTH) return { error: `a handshake has ${HANDSHAKE_LENGTH} bytes, not ${bytes.length}` };
  const parts: Partial<Record<keyof Handshake, Uint8Array>> = {};
  let at = HANDSHAKE_START.length;
  for (const { name, length } of HANDSHAKE_PARTS) {
    parts[name] = bytes.subarray(at, at + length);
    at += length;
  }
  return parts as Handshake;
}

export function encodeHandshake(handshake: Handshake): Uint8Array {
  return concatBytes(HANDSHAKE_START, ...HANDSHAKE_PARTS.map(({ name }) => handshake[name]));
}

/** Whether these bytes, if there are as many, are those that a handshake begins with. */
export function beginsHandshake(bytes: Uint8Array): boolean {
  const there = Math.min(bytes.length, HANDSHAKE_START.length);
  return equalBytes(bytes.subarray(0, there), HANDSHAKE_START.subarray(0, there));
}
