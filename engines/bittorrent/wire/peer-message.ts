/**
 * The peer wire protocol's messages (BEP 3, “peer messages”; BEP 5's `port`, BEP 10's `extended`): a length in four bytes, a number that
 * says which message it is, numbers of fixed size, and perhaps a tail of bytes. Numbers are big-endian. A length of 0 keeps the
 * connection alive. Messages of other numbers are read over: extensions bring them.
 * Limits: 2^20 bytes behind the length.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { bytesOf, type Content } from '../../content.ts';
import type { Contents } from '../../contents.ts';
import { count, formatSize } from '../../format.ts';
import type { Bytes } from '../../quantities.ts';
import { putUnsigned, unsigned } from './unsigned.ts';

export type PeerMessage =
  | { readonly kind: 'keep-alive' }
  | { readonly kind: 'choke' | 'unchoke' | 'interested' | 'not interested' }
  | { readonly kind: 'have'; readonly index: number }
  | { readonly kind: 'bitfield'; readonly bitfield: Uint8Array }
  | { readonly kind: 'request' | 'cancel'; readonly index: number; readonly begin: Bytes; readonly length: Bytes }
  | { readonly kind: 'piece'; readonly index: number; readonly begin: Bytes; readonly block: Content }
  | { readonly kind: 'port'; readonly port: number }
  | { readonly kind: 'extended'; readonly extension: number; readonly payload: Uint8Array }
  | { readonly kind: 'unknown'; readonly id: number; readonly payload: Uint8Array };

export interface PeerMessageError {
  readonly error: string;
}

/** What peers ask for at a time (BEP 3: requests for more are refused by closing the connection). */
export const BLOCK_LENGTH: Bytes = 2 ** 14;
export const MESSAGE_LIMIT: Bytes = 2 ** 20;
export const PREFIX_LENGTH: Bytes = 4;

/** Numbers in a message: bytes, from the first one on, and what they say. */
export const NUMBERS = {
  index: { octets: 4, meaning: 'which piece, from 0' },
  begin: { octets: 4, meaning: 'offset within the piece, in bytes' },
  length: { octets: 4, meaning: 'of the block, in bytes' },
  port: { octets: 2, meaning: 'UDP port of the peer’s DHT node' },
  extension: { octets: 1, meaning: '0 for the handshake of extensions, else a number that the receiver gave out there' },
} as const;

/** Bytes behind the numbers. */
export const TAILS = {
  bitfield: 'a bit a piece, the first one in the highest bit of the first byte; 1: the peer has it',
  block: 'part of the piece',
  payload: 'as the extension has it',
} as const;

export interface MessageFormat {
  readonly id: number;
  readonly numbers: readonly (keyof typeof NUMBERS)[];
  readonly tail: keyof typeof TAILS | null;
  readonly meaning: string;
  readonly standard: string;
}

export type NumberedKind = Exclude<PeerMessage['kind'], 'keep-alive' | 'unknown'>;

/** In the order of their numbers. */
export const PEER_MESSAGES: Readonly<Record<NumberedKind, MessageFormat>> = {
  choke: format(0, [], null, 'no requests will be served; those that were not are forgotten'),
  unchoke: format(1, [], null, 'requests will be served'),
  interested: format(2, [], null, 'the peer has pieces that the sender wants'),
  'not interested': format(3, [], null, 'the peer has no piece that the sender wants'),
  have: format(4, ['index'], null, 'the sender has got this piece, and its hash fits'),
  bitfield: format(5, [], 'bitfield', 'which pieces the sender has; only the first message can be one'),
  request: format(6, ['index', 'begin', 'length'], null, 'asks for a block of a piece'),
  piece: format(7, ['index', 'begin'], 'block', 'a block of a piece'),
  cancel: format(8, ['index', 'begin', 'length'], null, 'a block that was asked for is not wanted any more'),
  port: format(9, ['port'], null, 'the sender has a DHT node', 'BEP 5'),
  extended: format(20, ['extension'], 'payload', 'a message of an extension', 'BEP 10'),
};

function format(
  id: number,
  numbers: MessageFormat['numbers'],
  tail: MessageFormat['tail'],
  meaning: string,
  standard = 'BEP 3',
): MessageFormat {
  return { id, numbers, tail, meaning, standard };
}

const BY_ID: readonly (NumberedKind | undefined)[] = Object.entries(PEER_MESSAGES).reduce<(NumberedKind | undefined)[]>(
  (all, [kind, { id }]) => {
    all[id] = kind as NumberedKind;
    return all;
  },
  [],
);

export const kindOf = (id: number): NumberedKind | undefined => BY_ID[id];

export const numbersLength = ({ numbers }: MessageFormat): Bytes => numbers.reduce((sum, name) => sum + NUMBERS[name].octets, 0);

/** One whole message, its length included. Total. */
export function decodePeerMessage(bytes: Uint8Array): PeerMessage | PeerMessageError {
  if (bytes.length < PREFIX_LENGTH) return { error: 'the length is cut off' };
  const length = lengthOfMessage(bytes);
  if (typeof length !== 'number') return length;
  if (length !== bytes.length - PREFIX_LENGTH) return { error: `a message of ${length} bytes; ${bytes.length - PREFIX_LENGTH} are there` };
  return decodeBody(bytes.subarray(PREFIX_LENGTH));
}

/** What the first four bytes, which must be there, say of the bytes that follow. */
export function lengthOfMessage(prefix: Uint8Array): Bytes | PeerMessageError {
  const length = unsigned(prefix, 0, PREFIX_LENGTH);
  return length <= MESSAGE_LIMIT ? length : { error: `a message of ${length} bytes; ${MESSAGE_LIMIT} are allowed` };
}

/** A message without its length. Total. */
export function decodeBody(body: Uint8Array): PeerMessage | PeerMessageError {
  const id = body[0];
  if (id === undefined) return { kind: 'keep-alive' };
  const kind = kindOf(id);
  if (kind === undefined) return { kind: 'unknown', id, payload: body.subarray(1) };
  const message = PEER_MESSAGES[kind];
  const tailStart = 1 + numbersLength(message);
  if (body.length < tailStart || (body.length > tailStart && message.tail === null)) return { error: lengthProblem(kind, body.length) };
  const decoded: Record<string, unknown> = { kind };
  let at = 1;
  for (const name of message.numbers) {
    decoded[name] = unsigned(body, at, NUMBERS[name].octets);
    at += NUMBERS[name].octets;
  }
  if (message.tail !== null) decoded[message.tail] = body.subarray(at);
  return decoded as PeerMessage;
}

/** What is wrong with a message that has so many bytes behind its length. */
export function lengthProblem(kind: NumberedKind, length: Bytes): string {
  const message = PEER_MESSAGES[kind];
  return `${kind} has ${message.tail === null ? '' : 'at least '}${count(1 + numbersLength(message), 'byte')}, not ${length}`;
}

/** All bytes of it, those of a generated block, too. Numbers must fit in their fields. */
export function encodePeerMessage(message: PeerMessage): Uint8Array {
  return concatBytes(...contentsOfMessage(message).map(bytesOf));
}

/** As it is handed to a connection: a block that is generated stays so. */
export function contentsOfMessage(message: PeerMessage): Contents {
  if (message.kind === 'keep-alive') return [new Uint8Array(PREFIX_LENGTH)];
  if (message.kind === 'unknown') return [start(message.id, [], message.payload.length), message.payload];
  const { id, numbers, tail } = PEER_MESSAGES[message.kind];
  const values = message as unknown as Readonly<Record<string, number>>;
  const content = tail === null ? null : (message as unknown as Readonly<Record<string, Content>>)[tail];
  const bytes = start(
    id,
    numbers.map((name) => [NUMBERS[name].octets, values[name] as number]),
    content?.length ?? 0,
  );
  return content && content.length > 0 ? [bytes, content] : [bytes];
}

/** Everything before the tail. */
function start(id: number, numbers: readonly (readonly [octets: number, value: number])[], tail: Bytes): Uint8Array {
  const size = numbers.reduce((sum, [octets]) => sum + octets, 1);
  const bytes = new Uint8Array(PREFIX_LENGTH + size);
  putUnsigned(bytes, 0, PREFIX_LENGTH, size + tail);
  bytes[PREFIX_LENGTH] = id;
  let at = PREFIX_LENGTH + 1;
  for (const [octets, value] of numbers) {
    putUnsigned(bytes, at, octets, value);
    at += octets;
  }
  return bytes;
}

/** One line for an arrow. */
export function peerMessageLabel(message: PeerMessage): string {
  switch (message.kind) {
    case 'have':
      return `have ${message.index}`;
    case 'bitfield':
      return `bitfield, ${count(bitsSet(message.bitfield), 'piece')}`;
    case 'request':
    case 'cancel':
      return `${message.kind} ${message.index} from ${message.begin}, ${formatSize(message.length)}`;
    case 'piece':
      return `piece ${message.index} from ${message.begin}, ${formatSize(message.block.length)}`;
    case 'port':
      return `port ${message.port}`;
    case 'extended':
      return message.extension === 0 ? 'extended handshake' : `extended ${message.extension}`;
    case 'unknown':
      return `message ${message.id}`;
    default:
      return message.kind;
  }
}

/** Why a bitfield does not fit a torrent of so many pieces; null if it does (BEP 3: of its length, spare bits 0). */
export function bitfieldProblem(bitfield: Uint8Array, pieces: number): string | null {
  const length = Math.ceil(pieces / 8);
  if (bitfield.length !== length) return `a bitfield of ${bitfield.length} bytes; ${pieces} pieces take ${length}`;
  const spare = length * 8 - pieces;
  if (spare > 0 && ((bitfield[length - 1] as number) & ((1 << spare) - 1)) !== 0) return 'a bitfield with spare bits that are set';
  return null;
}

export const bitOf = (bitfield: Uint8Array, index: number): boolean => (((bitfield[index >> 3] ?? 0) >> (7 - (index & 7))) & 1) === 1;

/** Of the pieces that `has` says are there. */
export function bitfieldOf(pieces: number, has: (index: number) => boolean): Uint8Array {
  const bitfield = new Uint8Array(Math.ceil(pieces / 8));
  for (let i = 0; i < pieces; i++) if (has(i)) bitfield[i >> 3] = (bitfield[i >> 3] as number) | (0x80 >> (i & 7));
  return bitfield;
}

export function bitsSet(bitfield: Uint8Array): number {
  let bits = 0;
  for (let byte of bitfield) for (; byte > 0; byte &= byte - 1) bits++;
  return bits;
}
