/**
 * Bitmessage’s messages, protocol version 3: `version`, `verack`, `addr`, `inv`, `getdata`, `object`. One scan gives what a packet says
 * and its fields with their places. Commands that are not known are read over, as the specification has it.
 * Limits: 50,000 hashes in a list, 1,000 addresses, a user agent of 5,000 bytes, 160,000 streams, objects of 2^18 bytes.
 */
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { Field } from '../../field.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../network/octets.ts';
import { formatIpv4, parseIpv4 } from '../../network/wire/address.ts';
import { timeText } from '../../tls/certificate/der.ts';
import { number, Scanner } from '../../tls/wire/scanner.ts';
import { checksumFits, encodePacket, HEADER_LENGTH, scanHeader } from './packet.ts';
import { encodeVarint, encodeWide, readVarint, readWide } from './varint.ts';

export const PROTOCOL_VERSION = 3;
export const HASH_LENGTH = 32;
export const LIST_LIMIT = 50_000;
export const OBJECT_LIMIT = 2 ** 18;

export interface NetworkAddress {
  /** Dotted IPv4. */
  readonly address: string;
  readonly port: number;
}

export interface VersionMessage {
  readonly command: 'version';
  readonly version: number;
  /** Seconds since 1970. */
  readonly time: number;
  readonly receiver: NetworkAddress;
  readonly sender: NetworkAddress;
  /** 8 bytes, by which a peer knows a connection to itself. */
  readonly nonce: Uint8Array;
  /** UTF-8 octets. */
  readonly userAgent: string;
  readonly streams: readonly number[];
}

export interface ListMessage {
  readonly command: 'inv' | 'getdata';
  /** 32 bytes each. */
  readonly hashes: readonly Uint8Array[];
}

export const OBJECT_TYPES = { getpubkey: 0, pubkey: 1, msg: 2, broadcast: 3 } as const;

export interface ObjectMessage {
  readonly command: 'object';
  /** 8 bytes, what the proof of work found. */
  readonly nonce: Uint8Array;
  /** Seconds since 1970. */
  readonly expires: number;
  readonly type: number;
  readonly version: number;
  readonly stream: number;
  /** What is in it, by its type; of a `msg`, encrypted. */
  readonly content: Uint8Array;
  /** All of it. */
  readonly bytes: Uint8Array;
}

export type BitmessageMessage =
  | VersionMessage
  | ListMessage
  | ObjectMessage
  | { readonly command: 'verack' }
  | { readonly command: 'other'; readonly name: string };

/** One whole packet. Total. */
export function decodeMessage(bytes: Uint8Array): BitmessageMessage | { readonly error: string } {
  const scanned = Scanner.scan(bytes, scanMessage);
  return 'refusal' in scanned ? { error: scanned.refusal.text } : scanned.value;
}

export const dissectMessage = (bytes: Uint8Array): readonly Field[] => Scanner.scan(bytes, scanMessage).fields;

/** What is sent: an object goes as its bytes, whatever is in it. */
export type SentMessage = VersionMessage | ListMessage | Pick<ObjectMessage, 'command' | 'bytes'> | { readonly command: 'verack' };

export function encodeMessage(message: SentMessage): Uint8Array {
  return encodePacket(message.command, payloadOf(message));
}

function payloadOf(message: SentMessage): Uint8Array {
  switch (message.command) {
    case 'version':
      return concatBytes(
        number(4, message.version),
        SERVICES,
        encodeWide(message.time),
        encodeAddress(message.receiver),
        encodeAddress(message.sender),
        message.nonce,
        encodeVarint(message.userAgent.length),
        bytesOfOctets(message.userAgent),
        encodeVarint(message.streams.length),
        ...message.streams.map(encodeVarint),
      );
    case 'verack':
      return new Uint8Array(0);
    case 'inv':
    case 'getdata':
      return concatBytes(encodeVarint(message.hashes.length), ...message.hashes);
    case 'object':
      return message.bytes;
  }
}

/** NODE_NETWORK: a normal node. */
const SERVICES = encodeWide(1);
const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

function encodeAddress({ address, port }: NetworkAddress): Uint8Array {
  return concatBytes(SERVICES, MAPPED, parseIpv4(address) ?? new Uint8Array(4), number(2, port));
}

/** What the proof of work is about: an object without its nonce. */
export function encodeObjectHeader({
  expires,
  type,
  version,
  stream,
}: Omit<ObjectMessage, 'command' | 'nonce' | 'content' | 'bytes'>): Uint8Array {
  return concatBytes(encodeWide(expires), number(4, type), encodeVarint(version), encodeVarint(stream));
}

function scanMessage(scanner: Scanner): BitmessageMessage {
  const { command, length, checksum } = scanner.part(HEADER_LENGTH, 'header', scanHeader, (header) => ({
    value: header.command,
    standard: SPECIFICATION,
  }));
  if (length !== scanner.left) scanner.refuse('decode_error', `${command} says ${length} bytes; ${scanner.left} are there`);
  if (!checksumFits(scanner.bytes.subarray(scanner.at, scanner.end), checksum)) scanner.refuse('decode_error', 'the checksum does not fit');
  if (length === 0) return scanPayload(scanner, command);
  return scanner.part(
    length,
    command === '' ? 'payload' : command,
    (inner) => scanPayload(inner, command),
    () => ({ standard: SPECIFICATION }),
  );
}

const SPECIFICATION = 'Bitmessage protocol v3';

function scanPayload(scanner: Scanner, command: string): BitmessageMessage {
  switch (command) {
    case 'version':
      return scanVersion(scanner);
    case 'verack':
      scanner.finish();
      return { command };
    case 'inv':
    case 'getdata': {
      const count = readVarint(scanner, 'count');
      if (count > LIST_LIMIT) scanner.refuse('decode_error', `${count} hashes; ${LIST_LIMIT} are allowed`);
      if (count * HASH_LENGTH !== scanner.left) scanner.refuse('decode_error', `${count} hashes in ${scanner.left} bytes`);
      return { command, hashes: scanner.each(() => scanner.opaque(HASH_LENGTH, 'hash', (hash) => ({ value: bytesToHex(hash) }))) };
    }
    case 'object':
      return scanObject(scanner);
    default:
      if (scanner.left > 0) scanner.opaque(scanner.left, 'payload');
      return { command: 'other', name: command };
  }
}

function scanVersion(scanner: Scanner): VersionMessage {
  const version = scanner.number(4, 'version');
  scanner.opaque(8, 'services');
  const time = readWide(scanner, 'timestamp');
  const receiver = scanAddress(scanner, 'addr_recv');
  const sender = scanAddress(scanner, 'addr_from');
  const nonce = scanner.opaque(8, 'nonce', () => ({ meaning: 'tells a connection to oneself' }));
  const length = readVarint(scanner, 'user agent length');
  if (length > 5000) scanner.refuse('decode_error', `a user agent of ${length} bytes; 5000 are allowed`);
  const userAgent = octetsOf(scanner.opaque(length, 'user agent', (bytes) => ({ value: textOfOctets(octetsOf(bytes)) })));
  const count = readVarint(scanner, 'stream count');
  if (count > 160_000 || count > scanner.left) scanner.refuse('decode_error', `${count} streams in ${scanner.left} bytes`);
  const streams = Array.from({ length: count }, () => readVarint(scanner, 'stream'));
  return { command: 'version', version, time, receiver, sender, nonce, userAgent, streams };
}

function scanAddress(scanner: Scanner, name: string): NetworkAddress {
  return scanner.part(
    26,
    name,
    (inner) => {
      inner.opaque(8, 'services');
      const bytes = inner.opaque(16, 'IPv6/4');
      return { address: formatIpv4(bytes.subarray(12)), port: inner.number(2, 'port') };
    },
    ({ address, port }) => ({ value: `${address}:${port}` }),
  );
}

const TYPE_NAMES: Readonly<Record<number, string>> = { 0: 'getpubkey', 1: 'pubkey', 2: 'msg', 3: 'broadcast' };

function scanObject(scanner: Scanner): ObjectMessage {
  const { left } = scanner;
  if (left > OBJECT_LIMIT) scanner.refuse('decode_error', `an object of ${left} bytes; ${OBJECT_LIMIT} are allowed`);
  const bytes = scanner.bytes.subarray(scanner.at, scanner.end);
  const nonce = scanner.opaque(8, 'nonce', () => ({ meaning: 'the proof of work: this one took many trials to find' }));
  const expires = readWide(scanner, 'expiresTime', (time) => ({
    ...(time < 2 ** 40 ? { value: timeText(time) } : {}),
    meaning: 'until then peers keep it',
  }));
  const type = scanner.number(4, 'objectType', (value) => ({ value: `${TYPE_NAMES[value] ?? 'reserved'} (${value})` }));
  const version = readVarint(scanner, 'version');
  const stream = readVarint(scanner, 'stream number', () => ({ meaning: 'the part of the network that it floods' }));
  const content = scanner.bytes.subarray(scanner.at, scanner.end);
  if (type === OBJECT_TYPES.msg) scanSealed(scanner);
  else if (scanner.left > 0) scanner.opaque(scanner.left, 'objectPayload');
  return { command: 'object', nonce, expires, type, version, stream, content, bytes };
}

/** The parts of an encrypted payload (“Encrypted payload”); one that is too short is told as it is, and opened by nobody. */
function scanSealed(scanner: Scanner): void {
  if (scanner.left < SEALED_OVERHEAD) {
    if (scanner.left > 0) scanner.opaque(scanner.left, 'encrypted', () => ({ meaning: 'too short to hold anything' }));
    return;
  }
  scanner.part(
    scanner.left,
    'encrypted',
    (inner) => {
      inner.opaque(16, 'IV');
      inner.opaque(SEALED_KEY_LENGTH, 'R', () => ({ meaning: 'the sender’s key for this message alone' }));
      inner.opaque(inner.left - 32, 'cipher text', () => ({ meaning: 'sender, recipient and text are in here' }));
      inner.opaque(32, 'MAC', () => ({ meaning: 'fits for the recipient’s key alone: so he knows that it is for him' }));
    },
    () => ({ meaning: 'nobody can tell for whom, or by whom' }),
  );
}

/** Curve type, and X and Y with their lengths. */
export const SEALED_KEY_LENGTH = 2 + 2 + 32 + 2 + 32;
export const SEALED_OVERHEAD = 16 + SEALED_KEY_LENGTH + 32;
