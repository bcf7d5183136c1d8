/**
 * Bitmessage’s packets: a header of 24 bytes with a magic number, a command, a length and a checksum, and a payload (“Message
 * structure” in the protocol’s specification).
 * Limit: payloads of 1,600,003 bytes, as there.
 */

import { equalBytes } from '@noble/curves/utils.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { number, type Scanner } from '../../tls/wire/scanner.ts';

export const MAGIC = Uint8Array.of(0xe9, 0xbe, 0xb4, 0xd9);
export const HEADER_LENGTH = 24;
export const PAYLOAD_LIMIT = 1_600_003;

export interface Packet {
  /** As it stands there, without the padding. */
  readonly command: string;
  readonly payload: Uint8Array;
}

export function encodePacket(command: string, payload: Uint8Array): Uint8Array {
  const name = new Uint8Array(12);
  name.set(bytesOfOctets(command));
  return concatBytes(MAGIC, name, number(4, payload.length), checksumOf(payload), payload);
}

const checksumOf = (payload: Uint8Array): Uint8Array => sha512(payload).subarray(0, 4);

/** The command and the length of the payload. */
export function scanHeader(scanner: Scanner): { readonly command: string; readonly length: number; readonly checksum: Uint8Array } {
  const magic = scanner.opaque(4, 'magic', (bytes) => ({ value: bytesToHex(bytes), meaning: 'here a packet of Bitmessage begins' }));
  if (!equalBytes(magic, MAGIC)) scanner.refuse('decode_error', 'no packet begins here');
  const name = octetsOf(scanner.opaque(12, 'command', (bytes) => ({ value: octetsOf(bytes).replace(/\0+$/, '') })));
  const command = name.replace(/\0+$/, '');
  if (!/^[ -~]*$/.test(command)) scanner.refuse('decode_error', 'a command that is padded with something else than zeros');
  const length = scanner.number(4, 'length', (value) => ({ value: `${value} B` }));
  if (length > PAYLOAD_LIMIT) scanner.refuse('decode_error', `a payload of ${length} bytes; ${PAYLOAD_LIMIT} are allowed`);
  const checksum = scanner.opaque(4, 'checksum', (bytes) => ({
    value: bytesToHex(bytes),
    meaning: 'the first bytes of the payload’s SHA-512',
  }));
  return { command, length, checksum };
}

export const checksumFits = (payload: Uint8Array, checksum: Uint8Array): boolean => equalBytes(checksumOf(payload), checksum);
