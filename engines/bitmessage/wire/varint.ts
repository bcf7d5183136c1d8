/** Bitmessage’s numbers of variable length, and those of 64 bits, big-endian all. Numbers above 2^53 − 1 are refused. */
import { concatBytes } from '@noble/hashes/utils.js';
import { type FieldDetails, number, type Scanner } from '../../tls/wire/scanner.ts';

const LARGEST = 2 ** 53 - 1;

/** A number in as few bytes as there can be: more are malformed. */
export function readVarint(scanner: Scanner, name: string, details: (value: number) => FieldDetails = () => ({})): number {
  const first = scanner.left > 0 ? (scanner.bytes[scanner.at] as number) : 0;
  const octets = first < 0xfd ? 1 : 1 + 2 ** (first - 0xfc);
  const available = scanner.bytes.subarray(scanner.at, Math.min(scanner.at + octets, scanner.end));
  const value = octets === 1 ? first : unsignedOf(available.subarray(1));
  scanner.opaque(octets, name, () => ({ value: String(value), ...details(value) }));
  if (value > LARGEST) scanner.refuse('decode_error', `${name} is beyond all measure`);
  if (encodeVarint(value).length !== octets) scanner.refuse('decode_error', `${name} could be shorter`);
  return value;
}

export function encodeVarint(value: number): Uint8Array {
  if (value < 0xfd) return Uint8Array.of(value);
  if (value <= 0xffff) return concatBytes(Uint8Array.of(0xfd), number(2, value));
  if (value <= 0xffffffff) return concatBytes(Uint8Array.of(0xfe), number(4, value));
  return concatBytes(Uint8Array.of(0xff), encodeWide(value));
}

/** A number of 64 bits. */
export function readWide(scanner: Scanner, name: string, details: (value: number) => FieldDetails = () => ({})): number {
  const value = unsignedOf(scanner.bytes.subarray(scanner.at, Math.min(scanner.at + 8, scanner.end)));
  scanner.opaque(8, name, () => ({ value: String(value), ...details(value) }));
  if (value > LARGEST) scanner.refuse('decode_error', `${name} is beyond all measure`);
  return value;
}

/** In 64 bits; 0 to 2^53 − 1. */
export const encodeWide = (value: number): Uint8Array => concatBytes(number(4, Math.floor(value / 2 ** 32)), number(4, value % 2 ** 32));

const unsignedOf = (bytes: Uint8Array): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);
