/**
 * What a tracker's messages over HTTP say, in the fields that HTTP has for them: the query's parameters within the request target, the
 * bencoded dictionary within the content. A content is taken for a tracker's if it is a dictionary of such, whatever its type is said to
 * be: trackers call it text/plain.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Dissector, type Field, moved } from '../../field.ts';
import { count } from '../../format.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';
import { decodeBencoded, dissectBencoded, type KeyMeaning } from './bencoding.ts';
import { HASH_LENGTH, PEER_ID_LENGTH } from './handshake.ts';
import { ANNOUNCE_PARAMETERS, COMPACT_LENGTHS, RESPONSE_LIMIT, readCompactPeers, unescaped } from './http-tracker.ts';
import { clientOf, shownPeerId } from './peer-id.ts';

/** The same dissector, but that it looks into what trackers say. Total if it is. */
export const withTrackers =
  (dissect: Dissector): Dissector =>
  (bytes, kind) =>
    dissect(bytes, kind).map((field) => lookInto(field, bytes));

function lookInto(field: Field, bytes: Uint8Array): Field {
  if (field.name === 'request line' && field.children) return { ...field, children: field.children.map((child) => lookInto(child, bytes)) };
  if (field.name === 'request target') {
    const parameters = dissectQuery(octetsOf(bytes.subarray(field.start, field.end)));
    return parameters.length > 0 ? { ...field, children: moved(parameters, field.start) } : field;
  }
  if (field.name !== 'content' || field.end - field.start > RESPONSE_LIMIT) return field;
  const content = bytes.subarray(field.start, field.end);
  return isTrackerResponse(content) ? { ...field, children: moved(dissectBencoded(content, RESPONSE_KEYS), field.start) } : field;
}

/** Keys one of which a tracker's response has. */
const MARKS = ['failure reason', 'interval', 'files'];

function isTrackerResponse(content: Uint8Array): boolean {
  if (content[0] !== 0x64) return false;
  const decoded = decodeBencoded(content);
  return !('error' in decoded) && decoded.kind === 'dictionary' && MARKS.some((key) => decoded.entries.has(key));
}

const endpoints =
  (size: 6 | 18) =>
  (bytes: Uint8Array): string => {
    const peers = readCompactPeers(bytes, size);
    if ('error' in peers) return peers.error;
    const shown = peers.list.slice(0, SHOWN_PEERS).map(({ address, port }) => (size === 6 ? `${address}:${port}` : `[${address}]:${port}`));
    return `${count(peers.list.length, 'peer')}${shown.length > 0 ? `: ${shown.join(', ')}` : ''}${shown.length < peers.list.length ? ', …' : ''}`;
  };
const SHOWN_PEERS = 50;

/** Keys of responses, and what they mean. */
export const RESPONSE_KEYS: Readonly<Record<string, KeyMeaning>> = {
  'failure reason': { meaning: 'why the request is refused, for people', standard: 'BEP 3' },
  'warning message': { meaning: 'for people; the request is served', standard: 'in use; no BEP' },
  interval: { meaning: 'seconds until the next announce', standard: 'BEP 3' },
  'min interval': { meaning: 'seconds: no announce is welcome before', standard: 'in use; no BEP' },
  'tracker id': { meaning: 'to be sent back with the next announce', standard: 'in use; no BEP' },
  complete: { meaning: 'peers that have all of it', standard: 'BEP 48' },
  incomplete: { meaning: 'peers that do not have all of it', standard: 'BEP 48' },
  downloaded: { meaning: 'how often a peer told that it completed', standard: 'BEP 48' },
  peers: { meaning: 'addresses and ports of other peers', standard: 'BEP 23', show: endpoints(COMPACT_LENGTHS.peers) },
  peers6: { meaning: 'the same, with IPv6', standard: 'BEP 7', show: endpoints(COMPACT_LENGTHS.peers6) },
  ip: { meaning: 'where the peer is', standard: 'BEP 3' },
  port: { meaning: 'on which the peer listens', standard: 'BEP 3' },
  'peer id': { meaning: 'who the peer is', standard: 'BEP 3', show: shownPeerId },
  files: { meaning: 'counts by info hash', standard: 'BEP 48' },
};

/** The parameters of an announce or scrape that a target has; none of another. */
function dissectQuery(target: string): readonly Field[] {
  const question = target.indexOf('?');
  if (question < 0 || !/[?&]info_hash=/.test(target)) return [];
  const fields: Field[] = [];
  let at = question + 1;
  for (const part of target.slice(question + 1).split('&')) {
    const end = at + part.length;
    if (part !== '') fields.push(parameterField(part, at, end));
    at = end + 1;
  }
  return fields;
}

function parameterField(part: string, start: Bytes, end: Bytes): Field {
  const equals = part.indexOf('=');
  const name = equals < 0 ? part : part.slice(0, equals);
  const value = equals < 0 ? '' : unescaped(part.slice(equals + 1));
  const known = Object.hasOwn(ANNOUNCE_PARAMETERS, name) ? ANNOUNCE_PARAMETERS[name] : undefined;
  const field = { name: textOfOctets(name).slice(0, 100), start, end, ...known };
  if (value === null) return { ...field, value: 'badly escaped', malformed: true };
  const wanted = name === 'info_hash' ? HASH_LENGTH : name === 'peer_id' ? PEER_ID_LENGTH : value.length;
  if (value.length !== wanted) return { ...field, value: `${count(value.length, 'byte')}, not ${wanted}`, malformed: true };
  const bytes = bytesOfOctets(value);
  if (name === 'info_hash') return { ...field, value: bytesToHex(bytes) };
  if (name === 'peer_id') return { ...field, value: shownPeerId(bytes), meaning: clientOf(bytes) ?? 'who the peer is' };
  return { ...field, value: textOfOctets(value).slice(0, 200) };
}
