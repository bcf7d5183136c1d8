/**
 * Trackers over UDP (BEP 15): connect, then announce or scrape with the connection id that the tracker gave; or an error in words.
 *
 * Theory of operation. Each message is a row of fields in a table, from which it is decoded, encoded and dissected, and a tail of bytes or
 * of entries. A message may be longer than its fields: extensions (BEP 41) and later versions add to it, so surplus bytes are read over.
 * Numbers are big-endian. Limits: a datagram; amounts up to 2^53 − 1.
 */
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { Field } from '../../field.ts';
import { count } from '../../format.ts';
import { bytesOfOctets, octetsOf, textOfOctets, utf8Octets } from '../../network/octets.ts';
import { formatIpv4, parseIpv4 } from '../../network/wire/address.ts';
import type { Bytes } from '../../quantities.ts';
import {
  ANNOUNCE_EVENTS,
  type AnnounceRequest,
  type AnnounceResponse,
  type ListedPeer,
  type ScrapeCounts,
  type TrackerError,
  type TrackerFailure,
} from './announce.ts';
import { HASH_LENGTH } from './handshake.ts';
import { COMPACT_LENGTHS, compactPeers, readCompactPeers, SCRAPE_LIMIT } from './http-tracker.ts';
import { clientOf, shownPeerId } from './peer-id.ts';
import { putUnsigned, unsigned } from './unsigned.ts';

/** 32 bits by which a response is matched with its request. */
interface Transaction {
  readonly transaction: number;
}

/** With the 8 bytes that a tracker gave out to that address. */
interface Connected extends Transaction {
  readonly connection: Uint8Array;
}

export type UdpTrackerRequest =
  | ({ readonly kind: 'connect' } & Transaction)
  | ({ readonly kind: 'announce'; readonly announce: AnnounceRequest } & Connected)
  | ({ readonly kind: 'scrape'; readonly hashes: readonly Uint8Array[] } & Connected);

export type UdpTrackerResponse =
  | ({ readonly kind: 'connect' } & Connected)
  | ({
      readonly kind: 'announce';
      readonly response: AnnounceResponse & { readonly complete: number; readonly incomplete: number };
    } & Transaction)
  | ({ readonly kind: 'scrape'; readonly counts: readonly ScrapeCounts[] } & Transaction)
  | ({ readonly kind: 'error' } & TrackerFailure & Transaction);

/** Numbers of the actions. */
export const ACTIONS = { connect: 0, announce: 1, scrape: 2, error: 3 } as const;
type ActionName = keyof typeof ACTIONS;

/** What a connect request begins with. */
const PROTOCOL_ID = bytesOfOctets('\0\0\x04\x17\x27\x10\x19\x80');
export const CONNECTION_LENGTH: Bytes = 8;

type Value = number | Uint8Array;
type Values = Readonly<Record<string, Value>>;

interface FieldFormat {
  readonly name: string;
  readonly octets: number;
  /** `bytes` are kept as they are. */
  readonly type: 'number' | 'bytes';
  readonly meaning: string;
  readonly show?: (value: Value) => string;
}

export interface UdpMessageFormat {
  readonly fields: readonly FieldFormat[];
  /** What follows the fields: bytes of that length each, or of any. */
  readonly tail: { readonly name: string; readonly size: Bytes | null; readonly show: (bytes: Uint8Array) => string } | null;
  readonly meaning: string;
}

const field =
  (type: FieldFormat['type']) =>
  (name: string, octets: number, meaning: string, show?: (value: Value) => string): FieldFormat => ({
    name,
    octets,
    type,
    meaning,
    ...(show ? { show } : {}),
  });
const numberField = field('number');
const bytesField = field('bytes');

const actionName = (value: number): ActionName | undefined =>
  (Object.keys(ACTIONS) as ActionName[]).find((name) => ACTIONS[name] === value);
const hex = (octets: number) => (value: Value) => `0x${(value as number).toString(16).padStart(2 * octets, '0')}`;
const ACTION = numberField('action', 4, 'what it is', (value) => `${actionName(value as number) ?? 'unknown'} (${value})`);
const TRANSACTION = numberField('transaction_id', 4, 'drawn by the peer; the response has it, too', hex(4));
const CONNECTION = bytesField('connection_id', CONNECTION_LENGTH, 'shows that the peer is where it says it is');
const SEEDERS = numberField('seeders', 4, 'peers that have all of it');
const LEECHERS = numberField('leechers', 4, 'peers that do not');

/** The default of BEP 15 for num_want, as it stands on the wire. */
const AS_YOU_LIKE = 0xffffffff;

export const UDP_REQUESTS: Readonly<Record<Exclude<ActionName, 'error'>, UdpMessageFormat>> = {
  connect: {
    fields: [bytesField('protocol_id', 8, 'a fixed number: here a request begins'), ACTION, TRANSACTION],
    tail: null,
    meaning: 'asks for a connection id',
  },
  announce: {
    fields: [
      CONNECTION,
      ACTION,
      TRANSACTION,
      bytesField('info_hash', HASH_LENGTH, 'which torrent'),
      bytesField('peer_id', 20, 'who the peer is', (value) => {
        const client = clientOf(value as Uint8Array);
        return shownPeerId(value as Uint8Array) + (client === null ? '' : ` (${client})`);
      }),
      numberField('downloaded', 8, 'bytes that the peer has received from others'),
      numberField('left', 8, 'bytes that the peer does not have yet'),
      numberField('uploaded', 8, 'bytes that the peer has sent to others'),
      numberField('event', 4, 'why it announces now', (value) => `${eventOf(value as number) ?? 'none'} (${value})`),
      bytesField('IP address', 4, '0.0.0.0: where the datagram comes from', (value) => formatIpv4(value as Uint8Array)),
      numberField('key', 4, 'tells the peer when its address changes', hex(4)),
      numberField('num_want', 4, 'how many peers it would like', (value) => (value === AS_YOU_LIKE ? '−1: as you like' : String(value))),
      numberField('port', 2, 'on which the peer listens'),
    ],
    tail: null,
    meaning: 'tells how far the peer is, asks for others',
  },
  scrape: {
    fields: [CONNECTION, ACTION, TRANSACTION],
    tail: { name: 'info_hash', size: HASH_LENGTH, show: bytesToHex },
    meaning: 'asks how many peers have these torrents',
  },
};

export const UDP_RESPONSES: Readonly<Record<ActionName, UdpMessageFormat>> = {
  connect: { fields: [ACTION, TRANSACTION, CONNECTION], tail: null, meaning: 'gives a connection id, good for a minute' },
  announce: {
    fields: [ACTION, TRANSACTION, numberField('interval', 4, 'seconds until the next announce'), LEECHERS, SEEDERS],
    tail: { name: 'peer', size: COMPACT_LENGTHS.peers, show: (peer) => `${formatIpv4(peer)}:${unsigned(peer, 4, 2)}` },
    meaning: 'tells of other peers',
  },
  scrape: {
    fields: [ACTION, TRANSACTION],
    tail: {
      name: 'torrent',
      size: 12,
      show: (counts) => `seeders ${unsigned(counts, 0, 4)}, completed ${unsigned(counts, 4, 4)}, leechers ${unsigned(counts, 8, 4)}`,
    },
    meaning: 'tells how many peers have them',
  },
  error: {
    fields: [ACTION, TRANSACTION],
    tail: { name: 'message', size: null, show: (text) => textOfOctets(octetsOf(text)) },
    meaning: 'refuses, in words for people',
  },
};

/** As `event` has it; 0 is none. */
const eventOf = (value: number) => ANNOUNCE_EVENTS[value - 1] ?? null;

export type Direction = 'request' | 'response';

/** Where the action stands. */
const ACTION_OFFSETS: Readonly<Record<Direction, Bytes>> = { request: 8, response: 0 };

/** Which message it is; undefined where its action is unknown. */
function formatOf(message: Uint8Array, direction: Direction): { readonly name: ActionName; readonly format: UdpMessageFormat } | undefined {
  const name = actionName(unsigned(message, ACTION_OFFSETS[direction], 4));
  const format = name && (direction === 'request' ? (UDP_REQUESTS as Partial<Record<ActionName, UdpMessageFormat>>) : UDP_RESPONSES)[name];
  return name && format && { name, format };
}

const lengthOfFields = ({ fields }: UdpMessageFormat): Bytes => fields.reduce((sum, { octets }) => sum + octets, 0);

/** A message taken apart: its fields by their names, and what follows them. */
interface ReadMessage {
  readonly name: ActionName;
  number(field: string): number;
  bytes(field: string): Uint8Array;
  readonly tail: readonly Uint8Array[];
}

function readMessage(message: Uint8Array, direction: Direction): ReadMessage | TrackerError {
  const least = ACTION_OFFSETS[direction] + 8;
  if (message.length < least) return { error: `a ${direction} has at least ${least} bytes, not ${message.length}` };
  const known = formatOf(message, direction);
  if (!known) return { error: `no ${direction} has the action ${unsigned(message, ACTION_OFFSETS[direction], 4)}` };
  const { name, format } = known;
  const length = lengthOfFields(format);
  if (message.length < length) return { error: `${name} has at least ${length} bytes, not ${message.length}` };
  const values = new Map<string, Value>();
  let at = 0;
  for (const { name: field, octets, type } of format.fields) {
    const value = type === 'number' ? unsigned(message, at, octets) : message.subarray(at, at + octets);
    if (typeof value === 'number' && value > Number.MAX_SAFE_INTEGER) return { error: `${field} is beyond 2^53 − 1` };
    values.set(field, value);
    at += octets;
  }
  return {
    name,
    number: (field) => values.get(field) as number,
    bytes: (field) => values.get(field) as Uint8Array,
    tail: tailOf(format, message.subarray(at)),
  };
}

/** Whole entries; what is left over is read over. */
function tailOf({ tail }: UdpMessageFormat, rest: Uint8Array): readonly Uint8Array[] {
  if (tail === null) return [];
  if (tail.size === null) return [rest];
  const entries: Uint8Array[] = [];
  for (let at = 0; at + tail.size <= rest.length; at += tail.size) entries.push(rest.subarray(at, at + tail.size));
  return entries;
}

function writeMessage({ fields }: UdpMessageFormat, values: Values, ...tail: readonly Uint8Array[]): Uint8Array {
  const parts = fields.map(({ name, octets, type }) => {
    const value = values[name] as Value;
    return type === 'bytes' ? (value as Uint8Array) : unsignedBytes(value as number, octets);
  });
  return concatBytes(...parts, ...tail);
}

/** What a peer sends. Total. */
export function decodeUdpRequest(message: Uint8Array): UdpTrackerRequest | TrackerError {
  const read = readMessage(message, 'request');
  if ('error' in read) return read;
  const { name, number, bytes, tail } = read;
  const transaction = number('transaction_id');
  if (name === 'connect') {
    const isOurs = PROTOCOL_ID.every((byte, i) => byte === message[i]);
    return isOurs ? { kind: 'connect', transaction } : { error: 'a connect that does not begin with the protocol’s number' };
  }
  const connection = bytes('connection_id');
  if (name === 'scrape') {
    if (tail.length > SCRAPE_LIMIT) return { error: `a scrape of ${tail.length} torrents; ${SCRAPE_LIMIT} are allowed` };
    return { kind: 'scrape', transaction, connection, hashes: tail };
  }
  const event = number('event');
  if (event > ANNOUNCE_EVENTS.length) return { error: `no event has the number ${event}` };
  const address = formatIpv4(bytes('IP address'));
  const wanted = number('num_want');
  const announce: AnnounceRequest = {
    infoHash: bytes('info_hash'),
    peerId: bytes('peer_id'),
    port: number('port'),
    uploaded: number('uploaded'),
    downloaded: number('downloaded'),
    left: number('left'),
    event: eventOf(event),
    // Signed: what is below 0 is no number of peers.
    numwant: wanted < 2 ** 31 ? wanted : null,
    key: number('key') || null,
    address: address === '0.0.0.0' ? null : address,
  };
  return announce.port === 0 ? { error: 'port is 0: nobody listens there' } : { kind: 'announce', transaction, connection, announce };
}

export function encodeUdpRequest(request: UdpTrackerRequest): Uint8Array {
  const values: Values = { action: ACTIONS[request.kind], transaction_id: request.transaction };
  if (request.kind === 'connect') return writeMessage(UDP_REQUESTS.connect, { ...values, protocol_id: PROTOCOL_ID });
  const connected = { ...values, connection_id: request.connection };
  if (request.kind === 'scrape') return writeMessage(UDP_REQUESTS.scrape, connected, ...request.hashes);
  const { announce } = request;
  return writeMessage(UDP_REQUESTS.announce, {
    ...connected,
    info_hash: announce.infoHash,
    peer_id: announce.peerId,
    downloaded: announce.downloaded,
    left: announce.left,
    uploaded: announce.uploaded,
    event: announce.event === null ? 0 : ANNOUNCE_EVENTS.indexOf(announce.event) + 1,
    'IP address': (announce.address === null ? null : parseIpv4(announce.address)) ?? new Uint8Array(4),
    key: announce.key ?? 0,
    num_want: announce.numwant ?? AS_YOU_LIKE,
    port: announce.port,
  });
}

/** What a tracker sends. Total. */
export function decodeUdpResponse(message: Uint8Array): UdpTrackerResponse | TrackerError {
  const read = readMessage(message, 'response');
  if ('error' in read) return read;
  const { name, number, bytes, tail } = read;
  const transaction = number('transaction_id');
  switch (name) {
    case 'connect':
      return { kind: 'connect', transaction, connection: bytes('connection_id') };
    case 'announce': {
      const [interval, complete, incomplete] = [number('interval'), number('seeders'), number('leechers')];
      return { kind: 'announce', transaction, response: { interval, complete, incomplete, peers: tail.flatMap(peersOf) } };
    }
    case 'scrape': {
      const counts = tail.map((entry) => ({
        complete: unsigned(entry, 0, 4),
        downloaded: unsigned(entry, 4, 4),
        incomplete: unsigned(entry, 8, 4),
      }));
      return { kind: 'scrape', transaction, counts };
    }
    case 'error':
      return { kind: 'error', transaction, failure: textOfOctets(octetsOf(tail[0] as Uint8Array)) };
  }
}

function peersOf(entry: Uint8Array): readonly ListedPeer[] {
  const peers = readCompactPeers(entry, COMPACT_LENGTHS.peers);
  return 'error' in peers ? [] : peers.list;
}

export function encodeUdpResponse(response: UdpTrackerResponse): Uint8Array {
  const values: Values = { action: ACTIONS[response.kind], transaction_id: response.transaction };
  const format = UDP_RESPONSES[response.kind];
  switch (response.kind) {
    case 'connect':
      return writeMessage(format, { ...values, connection_id: response.connection });
    case 'announce': {
      const { interval, complete, incomplete, peers } = response.response;
      return writeMessage(format, { ...values, interval, leechers: incomplete, seeders: complete }, compactPeers(peers, parseIpv4));
    }
    case 'scrape': {
      const entries = response.counts.map(({ complete, downloaded, incomplete }) =>
        concatBytes(...[complete, downloaded, incomplete].map((value) => unsignedBytes(value, 4))),
      );
      return writeMessage(format, values, ...entries);
    }
    case 'error':
      return writeMessage(format, values, bytesOfOctets(utf8Octets(response.failure)));
  }
}

const STANDARD = 'BEP 15';
/** Entries of a tail that are shown. */
const SHOWN = 200;

/** The fields of a datagram. Total. */
export function dissectUdpTracker(message: Uint8Array, direction: Direction): readonly Field[] {
  const whole = { start: 0, end: message.length, standard: STANDARD };
  const decoded = direction === 'request' ? decodeUdpRequest(message) : decodeUdpResponse(message);
  const broken = 'error' in decoded ? { value: decoded.error, malformed: true } : {};
  const known = message.length < ACTION_OFFSETS[direction] + 8 ? undefined : formatOf(message, direction);
  if (!known) return [{ name: direction, value: '', ...whole, ...broken }];
  const { name, format } = known;
  const children: Field[] = [];
  let at = 0;
  for (const { name: field, octets, type, meaning, show } of format.fields) {
    if (at + octets > message.length) break;
    const value = type === 'number' ? unsigned(message, at, octets) : message.subarray(at, at + octets);
    const shown = show ? show(value) : typeof value === 'number' ? String(value) : bytesToHex(value);
    children.push({ name: field, value: shown, start: at, end: at + octets, meaning, standard: STANDARD });
    at += octets;
  }
  if (at === lengthOfFields(format)) children.push(...tailFields(format, message, at));
  return [{ name: `${name} ${direction}`, value: '', meaning: format.meaning, ...whole, ...broken, children }];
}

function tailFields(format: UdpMessageFormat, message: Uint8Array, start: Bytes): Field[] {
  const { tail } = format;
  const fields: Field[] = [];
  let at = start;
  for (const entry of tailOf(format, message.subarray(start)).slice(0, SHOWN)) {
    if (tail === null || entry.length === 0) continue;
    fields.push({ name: tail.name, value: tail.show(entry), start: at, end: at + entry.length, standard: STANDARD });
    at += entry.length;
  }
  if (at < message.length) fields.push({ name: 'rest', value: count(message.length - at, 'byte'), start: at, end: message.length });
  return fields;
}

function unsignedBytes(value: number, octets: number): Uint8Array {
  const bytes = new Uint8Array(octets);
  putUnsigned(bytes, 0, octets, value);
  return bytes;
}
