/** What must hold for any bytes that claim to be metainfo: what is taken is consistent, leads out of no folder, and is written to the same. */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { FuzzTarget } from '../../fuzz-target.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../network/octets.ts';
import { type Bencodable, encodeBencoded } from './bencoding.ts';
import { decodeMagnet, encodeMagnet } from './magnet.ts';
import { decodeMetainfo, encodeMetainfo, nameProblem, pieceCount } from './metainfo.ts';
import { decodeTrackerUrl, scrapePath } from './tracker-url.ts';

const pieces = new Uint8Array(60).fill(0x61);
const info = { length: 40_000, name: 'a', 'piece length': 16384, pieces };
const files = [
  { length: 39_999, path: ['b', 'c'] },
  { length: 1, path: ['ä'] },
];

function corpus(): Uint8Array[] {
  const all: Bencodable[] = [
    { info },
    { announce: 'http://a/announce', comment: 'x', 'creation date': 1, 'created by': 'y', info: { ...info, private: 1, source: 'z' } },
    { announce: 'udp://a:1', 'announce-list': [['udp://b:1', 'http://c'], ['http://d']], info },
    { info: { files, name: 'd', 'piece length': 16384, pieces } },
    { info: { 'file tree': {}, 'meta version': 2, name: 'd', 'piece length': 16384 } },
    { info: { length: 1, name: '..', 'piece length': 1, pieces: pieces.subarray(0, 20) } },
  ];
  const links = [
    'magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567&dn=a+b&xl=7&tr=http%3A%2F%2Fa%2Fannounce&x.pe=10.0.0.1:1',
    'magnet:?xt=urn:btih:AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH&tr.1=udp%3A%2F%2Fb%3A1',
    'udp://tracker.example.org:6969/announce?a=b',
  ];
  return [...all.map(encodeBencoded), ...links.map(bytesOfOctets)];
}

function run(bytes: Uint8Array): string {
  return [metainfo(bytes), link(textOfOctets(octetsOf(bytes)))].join('\n');
}

function metainfo(bytes: Uint8Array): string {
  const read = decodeMetainfo(bytes);
  if ('error' in read) {
    if (read.at < 0 || read.at > bytes.length) throw new Error('an error lies outside of the bytes');
    return `${read.error} at ${read.at}`;
  }
  const { infoHash, ...content } = read;
  const names = [read.info.name, ...(read.info.files ?? []).flatMap(({ path }) => path)];
  if (names.some((name) => nameProblem(name) !== null)) throw new Error('a name leads out');
  if (read.info.pieces.length !== 20 * pieceCount(read.info.length, read.info.pieceLength))
    throw new Error('hashes and pieces are not as many');
  const at = octetsOf(bytes).indexOf('4:infod') + '4:info'.length;
  const ends = Array.from({ length: bytes.length - at }, (_, i) => at + i + 1);
  const isOfBytes = bytes.length > 2000 || ends.some((end) => bytesToHex(sha1(bytes.subarray(at, end))) === bytesToHex(infoHash));
  if (!isOfBytes && octetsOf(bytes).indexOf('4:infod', at) < 0) throw new Error('the info hash is of other bytes than those of info');
  const again = decodeMetainfo(encodeMetainfo(content));
  const plain = (value: unknown) => JSON.stringify(value, (key, one) => (key === 'infoHash' ? undefined : one));
  if (plain(again) !== plain(content)) throw new Error('metainfo is not the same after encoding and decoding');
  for (const url of read.trackers.flat()) decodeTrackerUrl(url);
  return plain(read);
}

function link(text: string): string {
  const url = decodeTrackerUrl(text);
  if (url) scrapePath(url.path);
  const magnet = decodeMagnet(text);
  if ('error' in magnet) return magnet.error;
  const again = encodeMagnet(magnet);
  // What is escaped takes more room.
  if (again.length <= 8192 && JSON.stringify(decodeMagnet(again)) !== JSON.stringify(magnet))
    throw new Error('a link is not the same after encoding and decoding');
  return again;
}

const target: FuzzTarget = { name: 'metainfo', corpus, run };
export default target;
