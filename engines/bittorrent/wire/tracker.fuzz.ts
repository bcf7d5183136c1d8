/** What must hold for any bytes that come from a tracker or go to one, over HTTP and UDP: total, in step with the encoders, fields inside. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { checkFields, type FuzzTarget } from '../../fuzz-target.ts';
import { dissectHttp } from '../../http/wire/dissect.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import {
  decodeAnnounceQuery,
  decodeAnnounceResponse,
  decodeScrapeQuery,
  decodeScrapeResponse,
  encodeAnnounceQuery,
  encodeAnnounceResponse,
  encodeScrapeQuery,
  encodeScrapeResponse,
} from './http-tracker.ts';
import { withTrackers } from './http-tracker-fields.ts';
import { decodeUdpRequest, decodeUdpResponse, dissectUdpTracker, encodeUdpRequest, encodeUdpResponse } from './udp-tracker.ts';

const QUERY =
  'info_hash=%124Vx%9a%bc%de%f1%23Eg%89%ab%cd%ef%124Vx%9a&peer_id=-NS0100-abcdefghijkl&port=6881&uploaded=0&downloaded=0&left=1&compact=1&event=started&numwant=50&key=000000ab';
const COMPACT =
  'd8:completei1e10:incompletei2e8:intervali1800e5:peers12:\n\0\0\x01\x1a\xe1\n\0\0\x02\x01\x026:peers618:abcdefghijklmnopqre';
const LIST = 'd8:intervali1800e5:peersld2:ip8:10.0.0.17:peer id20:-NS0100-abcdefghijkl4:porti6881eeee';
const [HASH, ID] = ['aa'.repeat(20), '2d4e53303130302d6162636465666768696a6b6c'];

function corpus(): Uint8Array[] {
  const http = [
    QUERY,
    'info_hash=%124Vx%9a%bc%de%f1%23Eg%89%ab%cd%ef%124Vx%9a&info_hash=aaaaaaaaaaaaaaaaaaaa',
    COMPACT,
    LIST,
    'd14:failure reason2:noe',
    'd5:filesd20:aaaaaaaaaaaaaaaaaaaad8:completei5e10:downloadedi50e10:incompletei10eeee',
    `GET /announce?${QUERY} HTTP/1.1\r\nHost: a\r\n\r\n`,
    `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n${COMPACT}`,
  ].map(bytesOfOctets);
  const udp = [
    '00000417271019800000000012345678',
    `01020304050607080000000100000001${HASH}${ID}00000000000000010000010000000000000000000000000300000002000000009abcdef0ffffffff1ae1`,
    `01020304050607080000000200000002${HASH}${HASH}`,
    '00000000123456780102030405060708',
    '000000010000000100000708000000050000000 30a0000011ae10a0000020001'.replace(' ', ''),
    '0000000200000002000000030000000400000005',
    '00000003000000026ec3b6',
  ].map(hexToBytes);
  return [...http, ...udp];
}

function run(bytes: Uint8Array): string {
  const octets = octetsOf(bytes);
  const dissect = withTrackers(dissectHttp);
  for (const kind of ['request', 'response', 'content']) checkFields(dissect(bytes, kind), bytes.length);
  for (const direction of ['request', 'response'] as const) checkFields(dissectUdpTracker(bytes, direction), bytes.length);
  return [
    stable('a query', octets, decodeAnnounceQuery, encodeAnnounceQuery),
    stable('a scrape’s query', octets, decodeScrapeQuery, encodeScrapeQuery),
    // The long form takes whatever the short one does.
    stable('a response', bytes, decodeAnnounceResponse, (response) => encodeAnnounceResponse(response, 'list with ids')),
    stable('a scrape’s response', bytes, decodeScrapeResponse, encodeScrapeResponse),
    stable('a UDP request', bytes, decodeUdpRequest, encodeUdpRequest),
    stable('a UDP response', bytes, decodeUdpResponse, encodeUdpResponse),
  ].join('\n');
}

/** What is read is written, and read to the same. */
function stable<Form, Value extends object>(
  name: string,
  input: Form,
  decode: (input: Form) => Value | { readonly error: string },
  encode: (value: Value) => Form,
): string {
  const value = decode(input);
  if ('error' in value) return value.error;
  const again = plain(decode(encode(value)));
  if (again !== plain(value)) throw new Error(`${name} is not the same after encoding and decoding`);
  return again;
}

const plain = (value: unknown): string =>
  JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? bytesToHex(one) : one instanceof Map ? [...one] : one));

const target: FuzzTarget = { name: 'tracker', corpus, run };
export default target;
