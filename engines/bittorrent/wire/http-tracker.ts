/**
 * Trackers over HTTP (BEP 3): a request is the query of a GET, a response is bencoded. Peers come as six bytes each (BEP 23), IPv6 ones as
 * eighteen (BEP 7), or as a list of dictionaries. Counts alone are asked for with a scrape (BEP 48).
 *
 * Theory of operation. Info hash and peer id are any bytes, percent-escaped: a query is read as octets, never as text. Parameters and
 * keys that are not known are read over. A request that breaks the rules is answered with a failure in words.
 * Limits: queries of 8,192 octets, 74 hashes in a scrape (as many as UDP takes), responses of 2^20 bytes, numbers up to 2^53 − 1.
 */

import { ipv6Bytes, ipv6Text } from '../../dns/ip-address.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../network/octets.ts';
import { formatIpv4, parseIpv4 } from '../../network/wire/address.ts';
import type { Bytes } from '../../quantities.ts';
import {
  ANNOUNCE_EVENTS,
  type AnnounceEvent,
  type AnnounceRequest,
  type AnnounceResponse,
  type ListedPeer,
  type ScrapeCounts,
  type TrackerError,
  type TrackerFailure,
} from './announce.ts';
import { type Bencoded, type BencodedDictionary, decodeBencoded, encodeBencoded, entryOf, textOf } from './bencoding.ts';
import { HASH_LENGTH, PEER_ID_LENGTH } from './handshake.ts';
import { unsigned } from './unsigned.ts';

/** With what HTTP has beside the fields that both transports have. */
export interface HttpAnnounceRequest extends AnnounceRequest {
  /** How the peers are to come (BEP 23); null: the peer does not say. */
  readonly compact: boolean | null;
  /** The peer does without the others' ids; counts for the long form alone. */
  readonly noPeerId: boolean;
  /** What the tracker gave out before. */
  readonly trackerId: Uint8Array | null;
}

export interface HttpAnnounceResponse extends AnnounceResponse {
  /** Seconds: no announce is welcome before. */
  readonly minInterval: number | null;
  readonly trackerId: Uint8Array | null;
  /** Shown to people; all else goes on. */
  readonly warning: string | null;
}

export const QUERY_LIMIT: Bytes = 8192;
export const RESPONSE_LIMIT: Bytes = 2 ** 20;
export const SCRAPE_LIMIT = 74;

/** Parameters of an announce, and what they mean. */
export const ANNOUNCE_PARAMETERS: Readonly<Record<string, { readonly meaning: string; readonly standard: string }>> = {
  info_hash: { meaning: 'which torrent: 20 bytes, escaped', standard: 'BEP 3' },
  peer_id: { meaning: 'who the peer is: 20 bytes, escaped', standard: 'BEP 3' },
  port: { meaning: 'on which the peer listens', standard: 'BEP 3' },
  uploaded: { meaning: 'bytes that the peer has sent to others', standard: 'BEP 3' },
  downloaded: { meaning: 'bytes that the peer has received from others', standard: 'BEP 3' },
  left: { meaning: 'bytes that the peer does not have yet', standard: 'BEP 3' },
  event: { meaning: 'started, completed or stopped; left out by requests at the interval', standard: 'BEP 3' },
  ip: { meaning: 'where the peer is', standard: 'BEP 3' },
  compact: { meaning: '1: peers as six bytes each', standard: 'BEP 23' },
  no_peer_id: { meaning: '1: the peer does without the others’ ids', standard: 'BEP 23' },
  numwant: { meaning: 'how many peers it would like', standard: 'BEP 15' },
  key: { meaning: 'tells the peer when its address changes', standard: 'BEP 7' },
  trackerid: { meaning: 'what the tracker gave out before', standard: 'in use; no BEP' },
};

/** The query of an announce, without its question mark. Total. */
export function decodeAnnounceQuery(query: string): HttpAnnounceRequest | TrackerError {
  const parameters = parametersOf(query);
  if ('error' in parameters) return parameters;
  const seen = new Map<string, string>();
  for (const [name, value] of parameters.list) {
    if (seen.has(name) && Object.hasOwn(ANNOUNCE_PARAMETERS, name)) return { error: `${name} stands twice` };
    seen.set(name, value);
  }
  const problems: string[] = [];
  const bytes = (name: string, length: number): Uint8Array => {
    const value = seen.get(name);
    if (value?.length !== length)
      problems.push(value === undefined ? `${name} is missing` : `${name} has ${value.length} bytes, not ${length}`);
    return bytesOfOctets(value ?? '');
  };
  const whole = (name: string, limit: number): number | null => {
    const value = seen.get(name);
    if (value === undefined) return null;
    const number = /^\d{1,16}$/.test(value) ? Number(value) : Number.POSITIVE_INFINITY;
    if (number > limit) problems.push(`${name} is no number from 0 to ${limit}`);
    return number;
  };
  const needed = (name: string, limit: number): number => {
    if (!seen.has(name)) problems.push(`${name} is missing`);
    return whole(name, limit) ?? 0;
  };
  const event = seen.get('event') ?? '';
  const request: HttpAnnounceRequest = {
    infoHash: bytes('info_hash', HASH_LENGTH),
    peerId: bytes('peer_id', PEER_ID_LENGTH),
    port: needed('port', 65_535),
    uploaded: needed('uploaded', Number.MAX_SAFE_INTEGER),
    downloaded: needed('downloaded', Number.MAX_SAFE_INTEGER),
    left: needed('left', Number.MAX_SAFE_INTEGER),
    event: isEvent(event) ? event : null,
    // Some ask for −1, which UDP has for “as you like”.
    numwant: seen.get('numwant') === '-1' ? null : whole('numwant', 2 ** 31 - 1),
    key: keyOf(seen.get('key')),
    address: seen.get('ip') ?? null,
    compact: flagOf(seen.get('compact')),
    noPeerId: flagOf(seen.get('no_peer_id')) === true,
    trackerId: seen.has('trackerid') ? bytesOfOctets(seen.get('trackerid') as string) : null,
  };
  // In use, `empty` is the same as nothing.
  if (event !== '' && event !== 'empty' && !isEvent(event)) problems.push('event is none of started, completed, stopped');
  if (request.port === 0) problems.push('port is 0: nobody listens there');
  const [problem] = problems;
  return problem === undefined ? request : { error: problem };
}

const isEvent = (text: string): text is AnnounceEvent => (ANNOUNCE_EVENTS as readonly string[]).includes(text);
const flagOf = (value: string | undefined): boolean | null => (value === '1' ? true : value === '0' ? false : null);
/** Eight hexadecimal digits, as most write it; others are of no use here. */
const keyOf = (value: string | undefined): number | null => (value && /^[0-9A-Fa-f]{1,8}$/.test(value) ? Number.parseInt(value, 16) : null);

/** Octets; to follow the question mark. */
export function encodeAnnounceQuery(request: HttpAnnounceRequest): string {
  const parameters: readonly (readonly [string, string | null])[] = [
    ['info_hash', escaped(request.infoHash)],
    ['peer_id', escaped(request.peerId)],
    ['port', String(request.port)],
    ['uploaded', String(request.uploaded)],
    ['downloaded', String(request.downloaded)],
    ['left', String(request.left)],
    ['compact', request.compact === null ? null : request.compact ? '1' : '0'],
    ['no_peer_id', request.noPeerId ? '1' : null],
    ['event', request.event],
    ['numwant', request.numwant === null ? null : String(request.numwant)],
    ['key', request.key === null ? null : request.key.toString(16).padStart(8, '0')],
    ['ip', request.address === null ? null : escaped(bytesOfOctets(request.address))],
    ['trackerid', request.trackerId === null ? null : escaped(request.trackerId)],
  ];
  return parameters.flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`])).join('&');
}

/** The hashes that a scrape asks for; none: all that the tracker has. Total. */
export function decodeScrapeQuery(query: string): readonly Uint8Array[] | TrackerError {
  const parameters = parametersOf(query);
  if ('error' in parameters) return parameters;
  const hashes = parameters.list.flatMap(([name, value]) => (name === 'info_hash' ? [value] : []));
  const odd = hashes.find((hash) => hash.length !== HASH_LENGTH);
  if (odd !== undefined) return { error: `info_hash has ${odd.length} bytes, not ${HASH_LENGTH}` };
  if (hashes.length > SCRAPE_LIMIT) return { error: `more than ${SCRAPE_LIMIT} torrents` };
  return hashes.map(bytesOfOctets);
}

export function encodeScrapeQuery(hashes: readonly Uint8Array[]): string {
  return hashes.map((hash) => `info_hash=${escaped(hash)}`).join('&');
}

function parametersOf(query: string): { readonly list: readonly (readonly [name: string, value: string])[] } | TrackerError {
  if (query.length > QUERY_LIMIT) return { error: `a query of more than ${QUERY_LIMIT} octets` };
  const list: (readonly [string, string])[] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = equals < 0 ? part : part.slice(0, equals);
    const value = unescaped(equals < 0 ? '' : part.slice(equals + 1));
    if (value === null) return { error: `${textOfOctets(name).slice(0, 40)} is badly escaped` };
    list.push([name, value]);
  }
  return { list };
}

/** Octets of which some stand for themselves and others as `%` and two digits; null where digits are missing. */
export function unescaped(text: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  return text.replace(/%(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function escaped(bytes: Uint8Array): string {
  return octetsOf(bytes).replace(/[^A-Za-z0-9._~-]/g, (octet) => `%${octet.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A tracker's response, whichever way it has put its peers. Total. */
export function decodeAnnounceResponse(bytes: Uint8Array): HttpAnnounceResponse | TrackerFailure | TrackerError {
  const read = dictionaryOf(bytes);
  if (!('top' in read)) return read;
  const { top } = read;
  const whole = (key: string): number | null => {
    const value = entryOf(top, key, 'integer')?.value;
    return value !== undefined && value >= 0 ? value : null;
  };
  const interval = whole('interval');
  if (interval === null) return { error: 'no interval' };
  const peers = readPeers(top);
  if ('error' in peers) return peers;
  const warning = entryOf(top, 'warning message', 'string');
  return {
    interval,
    minInterval: whole('min interval'),
    complete: whole('complete'),
    incomplete: whole('incomplete'),
    peers: peers.list,
    trackerId: entryOf(top, 'tracker id', 'string')?.value ?? null,
    warning: warning ? textOfOctets(octetsOf(warning.value)) : null,
  };
}

/** The dictionary that a response is, unless it is a failure or none. */
function dictionaryOf(bytes: Uint8Array): { readonly top: BencodedDictionary } | TrackerFailure | TrackerError {
  if (bytes.length > RESPONSE_LIMIT) return { error: `a response of more than ${RESPONSE_LIMIT} bytes` };
  const top = decodeBencoded(bytes);
  if ('error' in top) return { error: top.error };
  if (top.kind !== 'dictionary') return { error: 'a response is a dictionary' };
  const failure = entryOf(top, 'failure reason', 'string');
  return failure ? { failure: textOfOctets(octetsOf(failure.value)) } : { top };
}

/** Bytes of a peer in the short form: address and port. */
export const COMPACT_LENGTHS = { peers: 6, peers6: 18 } as const;

function readPeers(top: BencodedDictionary): { readonly list: readonly ListedPeer[] } | TrackerError {
  const list: ListedPeer[] = [];
  for (const key of ['peers', 'peers6'] as const) {
    const value = top.entries.get(key)?.value;
    if (value === undefined) continue;
    const found = value.kind === 'string' ? readCompactPeers(value.value, COMPACT_LENGTHS[key]) : readListedPeers(value);
    if ('error' in found) return { error: `${key}: ${found.error}` };
    list.push(...found.list);
  }
  return { list };
}

/** Peers of six bytes (BEP 23) or eighteen (BEP 7) each; those with port 0, where nobody listens, are left out. */
export function readCompactPeers(bytes: Uint8Array, size: 6 | 18): { readonly list: ListedPeer[] } | TrackerError {
  if (bytes.length % size !== 0) return { error: `${bytes.length} bytes, where a peer has ${size}` };
  const list: ListedPeer[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    const port = unsigned(bytes, at + size - 2, 2);
    const address = bytes.subarray(at, at + size - 2);
    if (port !== 0) list.push({ address: size === 6 ? formatIpv4(address) : ipv6Text(address), port, peerId: null });
  }
  return { list };
}

/** BEP 3: a dictionary a peer. */
function readListedPeers(value: Bencoded): { readonly list: ListedPeer[] } | TrackerError {
  if (value.kind !== 'list') return { error: 'neither a string nor a list' };
  const list: ListedPeer[] = [];
  for (const item of value.items) {
    const peer = item.kind === 'dictionary' ? item : null;
    const ip = peer && entryOf(peer, 'ip', 'string');
    const address = ip && ip.value.length <= 255 ? textOf(ip) : null;
    const port = peer && entryOf(peer, 'port', 'integer')?.value;
    if (!peer || !address || !port || port < 1 || port > 65_535) return { error: 'a peer has an ip and a port' };
    const peerId = entryOf(peer, 'peer id', 'string')?.value ?? null;
    if (peerId && peerId.length !== PEER_ID_LENGTH) return { error: `a peer id of ${peerId.length} bytes` };
    list.push({ address, port, peerId });
  }
  return { list };
}

/** How the peers go: in the short form, those whose addresses are names are left out; `with ids` needs those of all. */
export type PeersForm = 'compact' | 'list' | 'list with ids';

export function encodeAnnounceResponse(response: HttpAnnounceResponse | TrackerFailure, form: PeersForm): Uint8Array {
  if ('failure' in response) return encodeBencoded({ 'failure reason': response.failure });
  const { interval, minInterval, complete, incomplete, peers, trackerId, warning } = response;
  const short = form === 'compact' ? { v4: compactPeers(peers, parseIpv4), v6: compactPeers(peers, v6Bytes) } : null;
  return encodeBencoded({
    interval,
    'min interval': minInterval ?? undefined,
    'tracker id': trackerId ?? undefined,
    'warning message': warning ?? undefined,
    complete: complete ?? undefined,
    incomplete: incomplete ?? undefined,
    peers:
      short?.v4 ??
      peers.map(({ address, port, peerId }) => ({
        ip: address,
        port,
        'peer id': form === 'list with ids' ? (peerId ?? undefined) : undefined,
      })),
    peers6: short && short.v6.length > 0 ? short.v6 : undefined,
  });
}

function v6Bytes(address: string): Uint8Array | null {
  const bytes = ipv6Bytes(address);
  return bytes ? Uint8Array.from(bytes) : null;
}

/** Those whose addresses are of that kind. */
export function compactPeers(peers: readonly ListedPeer[], bytesOfAddress: (address: string) => Uint8Array | null): Uint8Array {
  return Uint8Array.from(
    peers.flatMap(({ address, port }) => {
      const bytes = bytesOfAddress(address);
      return bytes ? [...bytes, port >> 8, port & 0xff] : [];
    }),
  );
}

/** Counts by info hash, in octets. Total. */
export function decodeScrapeResponse(bytes: Uint8Array): ReadonlyMap<string, ScrapeCounts> | TrackerFailure | TrackerError {
  const read = dictionaryOf(bytes);
  if (!('top' in read)) return read;
  const files = entryOf(read.top, 'files', 'dictionary');
  if (!files) return { error: 'no files' };
  const found = new Map<string, ScrapeCounts>();
  for (const [hash, { value }] of files.entries) {
    if (hash.length !== HASH_LENGTH || value.kind !== 'dictionary') return { error: 'a file is an info hash with a dictionary' };
    const [complete, downloaded, incomplete] = (['complete', 'downloaded', 'incomplete'] as const).map(
      (key) => entryOf(value, key, 'integer')?.value ?? 0,
    ) as [number, number, number];
    found.set(hash, { complete, downloaded, incomplete });
  }
  return found;
}

export function encodeScrapeResponse(counts: ReadonlyMap<string, ScrapeCounts> | TrackerFailure): Uint8Array {
  if ('failure' in counts) return encodeBencoded({ 'failure reason': counts.failure });
  const files = [...counts].map(([hash, { complete, downloaded, incomplete }]) => [hash, { complete, downloaded, incomplete }] as const);
  return encodeBencoded({ files: Object.fromEntries(files) });
}
