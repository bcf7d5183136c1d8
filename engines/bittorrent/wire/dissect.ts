/** The BitTorrent dissectors: of connections between peers by a message's kind, `handshake` or `message` (one or more); of what pieces carry; of trackers over UDP. */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Dissector, type Field, moved } from '../../field.ts';
import { formatSize } from '../../format.ts';
import type { Bytes } from '../../quantities.ts';
import { decodeBencodedStart, fieldOf, type KeyMeaning } from './bencoding.ts';
import { beginsHandshake, EXTENSION_BITS, HANDSHAKE_LENGTH, HANDSHAKE_PARTS, HANDSHAKE_START } from './handshake.ts';
import { clientOf, shownPeerId } from './peer-id.ts';
import {
  bitsSet,
  decodeBody,
  kindOf,
  lengthOfMessage,
  lengthProblem,
  type MessageFormat,
  NUMBERS,
  type NumberedKind,
  numbersLength,
  PEER_MESSAGES,
  type PeerMessage,
  PREFIX_LENGTH,
  peerMessageLabel,
  TAILS,
} from './peer-message.ts';
import { dissectUdpTracker } from './udp-tracker.ts';
import { unsigned } from './unsigned.ts';

const STANDARD = 'BEP 3';
/** Messages of one write that are shown. */
const SHOWN = 200;

export const dissectBitTorrent: Dissector = (bytes, kind) => {
  switch (kind) {
    case 'handshake':
      return dissectHandshake(bytes);
    case 'message':
      return dissectMessages(bytes, 0);
    default:
      return [{ name: 'message', value: `no kind of BitTorrent message: ${kind}`, start: 0, end: bytes.length, malformed: true }];
  }
};

/** A block that is a message of the run for itself. */
export const dissectBlock: Dissector = (bytes) => [
  { name: 'block', value: `${formatSize(bytes.length)} of the piece`, start: 0, end: bytes.length, standard: STANDARD },
];

/** Kinds `request` and `response`. */
export const dissectUdpTrackerMessage: Dissector = (bytes, kind) => dissectUdpTracker(bytes, kind === 'request' ? kind : 'response');

/** Its fields, and those of messages behind it. */
function dissectHandshake(bytes: Uint8Array): readonly Field[] {
  const malformed = (value: string, start: Bytes): Field => ({
    name: 'handshake',
    value,
    start,
    end: bytes.length,
    standard: STANDARD,
    malformed: true,
  });
  if (!beginsHandshake(bytes)) return [malformed('no handshake of BitTorrent begins here', 0)];
  if (bytes.length < HANDSHAKE_LENGTH) return [malformed(`a handshake has ${HANDSHAKE_LENGTH} bytes, not ${bytes.length}`, 0)];
  const fields: Field[] = [
    { name: 'pstrlen', value: String(bytes[0]), start: 0, end: 1, meaning: 'length of the text that follows', standard: STANDARD },
    {
      name: 'pstr',
      value: 'BitTorrent protocol',
      start: 1,
      end: HANDSHAKE_START.length,
      meaning: 'here a handshake begins',
      standard: STANDARD,
    },
  ];
  let at = HANDSHAKE_START.length;
  for (const { name, length } of HANDSHAKE_PARTS) {
    fields.push(PART_FIELDS[name](bytes.subarray(at, at + length), at));
    at += length;
  }
  return [...fields, ...dissectMessages(bytes, at)];
}

const PART_FIELDS: Readonly<Record<(typeof HANDSHAKE_PARTS)[number]['name'], (part: Uint8Array, at: Bytes) => Field>> = {
  reserved: (part, at) => ({
    name: 'reserved',
    value: bytesToHex(part),
    start: at,
    end: at + part.length,
    meaning: 'extensions that the sender offers',
    standard: STANDARD,
    children: EXTENSION_BITS.map(({ name, octet, bit, standard }) => ({
      name,
      value: String(((part[octet] as number) >> (7 - bit)) & 1),
      start: at + octet,
      end: at + octet + 1,
      bits: [bit, 1],
      standard,
    })),
  }),
  infoHash: (part, at) => ({
    name: 'info_hash',
    value: bytesToHex(part),
    start: at,
    end: at + part.length,
    meaning: 'which torrent it is about: SHA-1 of the metainfo’s info',
    standard: STANDARD,
  }),
  peerId: (part, at) => ({
    name: 'peer_id',
    value: shownPeerId(part),
    start: at,
    end: at + part.length,
    meaning: clientOf(part) ?? 'who the sender is',
    standard: 'BEP 20',
  }),
};

/** Messages one behind the other, from `from` on. */
function dissectMessages(bytes: Uint8Array, from: Bytes): readonly Field[] {
  const fields: Field[] = [];
  let at = from;
  while (at < bytes.length && fields.length < SHOWN) {
    const rest = bytes.subarray(at);
    const length = rest.length < PREFIX_LENGTH ? { error: 'the length is cut off' } : lengthOfMessage(rest);
    if (typeof length !== 'number') {
      fields.push({ name: 'message', value: length.error, start: at, end: bytes.length, standard: STANDARD, malformed: true });
      return fields;
    }
    const end = Math.min(at + PREFIX_LENGTH + length, bytes.length);
    fields.push(messageField(bytes.subarray(at, end), length, at));
    at = end;
  }
  if (at < bytes.length) fields.push({ name: 'further messages', value: formatSize(bytes.length - at), start: at, end: bytes.length });
  return fields;
}

/** A message as a field, without its place and its length. */
interface Told extends Pick<Field, 'name' | 'value' | 'meaning' | 'standard' | 'malformed'> {
  /** Counted from the start of the message. */
  readonly children: readonly Field[];
}

/** One message of `length` bytes behind its length, at most as many of which are there. */
function messageField(bytes: Uint8Array, length: Bytes, at: Bytes): Field {
  const { children, ...told } = tell(bytes, length);
  const prefix: Field = {
    name: 'length',
    value: `${length} B`,
    start: 0,
    end: PREFIX_LENGTH,
    meaning: 'of what follows',
    standard: STANDARD,
  };
  return { start: at, end: at + bytes.length, standard: STANDARD, ...told, children: moved([prefix, ...children], at) };
}

function tell(bytes: Uint8Array, length: Bytes): Told {
  if (length === 0) return { name: 'keep-alive', value: '', meaning: 'so that the connection is not closed for its silence', children: [] };
  const id = bytes[PREFIX_LENGTH];
  if (id === undefined) return { name: 'message', value: BREAKS_OFF, malformed: true, children: [] };
  const missing = PREFIX_LENGTH + length - bytes.length;
  const kind = kindOf(id);
  if (kind !== undefined) return tellKnown(kind, bytes, length, missing);
  return {
    name: 'unknown message',
    value: missing > 0 ? BREAKS_OFF : String(id),
    meaning: 'of an extension: it is read over',
    ...(missing > 0 ? { malformed: true } : {}),
    children: [idField(String(id)), ...bytesField('payload', bytes, PREFIX_LENGTH + 1)],
  };
}

const BREAKS_OFF = 'it breaks off';

function tellKnown(kind: NumberedKind, bytes: Uint8Array, length: Bytes, missing: Bytes): Told {
  const format = PEER_MESSAGES[kind];
  const children = [idField(`${kind} (${format.id})`)];
  const tailStart = PREFIX_LENGTH + 1 + numbersLength(format);
  let at = PREFIX_LENGTH + 1;
  for (const name of format.numbers) {
    const { octets, meaning } = NUMBERS[name];
    const end = at + octets;
    if (end <= bytes.length)
      children.push({ name, value: String(unsigned(bytes, at, octets)), start: at, end, meaning, standard: format.standard });
    at = end;
  }
  if (format.tail !== null) children.push(...tailFields(format, bytes, tailStart));
  const told = { name: kind, meaning: format.meaning, standard: format.standard, children };
  // A block that is generated is a message of the run for itself: here stands what goes before it.
  if (kind === 'piece' && missing > 0 && bytes.length === tailStart) {
    const { index, begin } = decodeBody(bytes.subarray(PREFIX_LENGTH)) as Extract<PeerMessage, { kind: 'piece' }>;
    return { ...told, value: `piece ${index} from ${begin}; the block of ${formatSize(missing)} follows` };
  }
  if (missing > 0) return { ...told, value: BREAKS_OFF, malformed: true };
  const decoded = decodeBody(bytes.subarray(PREFIX_LENGTH));
  if ('error' in decoded) return { ...told, value: lengthProblem(kind, length), malformed: true };
  return { ...told, value: peerMessageLabel(decoded) };
}

const idField = (value: string): Field => ({ name: 'id', value, start: PREFIX_LENGTH, end: PREFIX_LENGTH + 1, standard: STANDARD });

/** What stands from `start` on, if there is something. */
function bytesField(name: string, bytes: Uint8Array, start: Bytes): Field[] {
  if (start >= bytes.length) return [];
  return [{ name, value: formatSize(bytes.length - start), start, end: bytes.length }];
}

function tailFields({ tail, standard }: MessageFormat, bytes: Uint8Array, start: Bytes): Field[] {
  if (tail === null) return [];
  const [field] = bytesField(tail, bytes, start);
  if (field === undefined) return [];
  const rest = bytes.subarray(start);
  const told = { ...field, meaning: TAILS[tail], standard };
  if (tail === 'bitfield') return [{ ...told, value: shownBits(rest) }];
  if (tail === 'block' || bytes[start - 1] !== 0) return [told];
  // BEP 10: the handshake of extensions is a dictionary.
  const decoded = decodeBencodedStart(rest);
  if ('error' in decoded) return [{ ...told, value: decoded.error, malformed: true }];
  return [{ ...told, children: moved([fieldOf(decoded.kind, decoded, EXTENDED_KEYS)], start) }];
}

const EXTENDED_KEYS: Readonly<Record<string, KeyMeaning>> = {
  m: { meaning: 'extensions that the sender has, each with the number that it is to be sent under', standard: 'BEP 10' },
  metadata_size: { meaning: 'of the metainfo’s info, in bytes', standard: 'BEP 9' },
  p: { meaning: 'the port on which the sender listens', standard: 'BEP 10' },
  reqq: { meaning: 'requests that the sender keeps waiting at most', standard: 'BEP 10' },
  v: { meaning: 'the sender’s program', standard: 'BEP 10' },
};

/** Bytes of a bitfield whose bits are shown. */
const SHOWN_BITS: Bytes = 8;

function shownBits(bitfield: Uint8Array): string {
  const bits = Array.from(bitfield.subarray(0, SHOWN_BITS), (byte) => byte.toString(2).padStart(8, '0')).join(' ');
  const more = bitfield.length > SHOWN_BITS ? '…' : '';
  return `${bits}${more} (${bitsSet(bitfield)} set)`;
}
