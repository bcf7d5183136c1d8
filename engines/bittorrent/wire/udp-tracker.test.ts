/** Trackers over UDP, byte by byte (the tables of BEP 15), and what is refused. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFields } from '../../fuzz-target.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import {
  decodeUdpRequest,
  decodeUdpResponse,
  dissectUdpTracker,
  encodeUdpRequest,
  encodeUdpResponse,
  type UdpTrackerRequest,
  type UdpTrackerResponse,
} from './udp-tracker.ts';

const connection = hexToBytes('0102030405060708');
const [HASH, ID] = ['aa'.repeat(20), '2d4e53303130302d6162636465666768696a6b6c'];
const infoHash = hexToBytes(HASH);
const peerId = bytesOfOctets('-NS0100-abcdefghijkl');
const announce = {
  infoHash,
  peerId,
  port: 6881,
  uploaded: 3,
  downloaded: 1,
  left: 2 ** 40,
  event: 'started' as const,
  numwant: null,
  key: 0x9abcdef0,
  address: null,
};

describe('a request', () => {
  test.each<[UdpTrackerRequest, string]>([
    [{ kind: 'connect', transaction: 0x12345678 }, '0000041727101980 00000000 12345678'],
    [
      { kind: 'announce', transaction: 1, connection, announce },
      `0102030405060708 00000001 00000001 ${HASH} ${ID} 0000000000000001 0000010000000000 0000000000000003 00000002 00000000 9abcdef0 ffffffff 1ae1`,
    ],
    [
      { kind: 'announce', transaction: 1, connection, announce: { ...announce, event: null, numwant: 50, key: null, address: '10.0.0.9' } },
      `0102030405060708 00000001 00000001 ${HASH} ${ID} 0000000000000001 0000010000000000 0000000000000003 00000000 0a000009 00000000 00000032 1ae1`,
    ],
    [{ kind: 'scrape', transaction: 2, connection, hashes: [infoHash, infoHash] }, `0102030405060708 00000002 00000002 ${HASH} ${HASH}`],
    [{ kind: 'scrape', transaction: 2, connection, hashes: [] }, '0102030405060708 00000002 00000002'],
  ])('%#: $kind', (request, hex) => {
    const bytes = hexToBytes(hex.replaceAll(' ', ''));
    expect(bytesToHex(encodeUdpRequest(request))).toBe(bytesToHex(bytes));
    expect(decodeUdpRequest(bytes)).toEqual(request);
    // BEP 41 and later versions add to messages.
    expect(decodeUdpRequest(Uint8Array.of(...bytes, 2, 1, 47))).toEqual(request);
  });

  const announced = bytesToHex(encodeUdpRequest({ kind: 'announce', transaction: 1, connection, announce }));
  test.each<[string, string]>([
    ['', 'a request has at least 16 bytes, not 0'],
    ['00000417271019800000000012345678'.slice(2), 'a request has at least 16 bytes, not 15'],
    ['0000041727101981 00000000 12345678', 'a connect that does not begin with the protocol’s number'],
    ['0102030405060708 00000003 00000001', 'no request has the action 3'],
    ['0102030405060708 00000009 00000001', 'no request has the action 9'],
    [announced.slice(2), 'no request has the action 256'],
    [announced.slice(0, -2), 'announce has at least 98 bytes, not 97'],
    [`${announced.slice(0, -4)}0000`, 'port is 0: nobody listens there'],
    [announced.replace('0000010000000000', 'ffffffffffffffff'), 'left is beyond 2^53 − 1'],
    [announced.replace('0000000200000000', '0000000400000000'), 'no event has the number 4'],
    [`0102030405060708 00000002 00000002 ${HASH.repeat(75)}`, 'a scrape of 75 torrents; 74 are allowed'],
  ])('%.40s: %s', (hex, error) => {
    const bytes = hexToBytes(hex.replaceAll(' ', ''));
    expect(decodeUdpRequest(bytes)).toEqual({ error });
    expect(dissectUdpTracker(bytes, 'request')).toMatchObject([{ malformed: true, value: error }]);
  });
});

describe('a response', () => {
  const peers = [
    { address: '10.0.0.1', port: 6881, peerId: null },
    { address: '10.0.0.2', port: 1, peerId: null },
  ];
  test.each<[UdpTrackerResponse, string]>([
    [{ kind: 'connect', transaction: 0x12345678, connection }, '00000000 12345678 0102030405060708'],
    [
      { kind: 'announce', transaction: 1, response: { interval: 1800, complete: 3, incomplete: 5, peers } },
      '00000001 00000001 00000708 00000005 00000003 0a0000011ae1 0a0000020001',
    ],
    [
      { kind: 'scrape', transaction: 2, counts: [{ complete: 3, downloaded: 4, incomplete: 5 }] },
      '00000002 00000002 00000003 00000004 00000005',
    ],
    [{ kind: 'error', transaction: 2, failure: 'nö' }, '00000003 00000002 6ec3b6'],
  ])('%#: $kind', (response, hex) => {
    const bytes = hexToBytes(hex.replaceAll(' ', ''));
    expect(bytesToHex(encodeUdpResponse(response))).toBe(bytesToHex(bytes));
    expect(decodeUdpResponse(bytes)).toEqual(response);
    if (response.kind !== 'error') expect(decodeUdpResponse(Uint8Array.of(...bytes, 0, 0, 0))).toEqual(response);
  });

  test.each<[string, string]>([
    ['00000000 000000', 'a response has at least 8 bytes, not 7'],
    ['00000000 00000000 01', 'connect has at least 16 bytes, not 9'],
    ['00000001 00000000 00000000 00000000', 'announce has at least 20 bytes, not 16'],
    ['00000004 00000000', 'no response has the action 4'],
  ])('%s: %s', (hex, error) => {
    const bytes = hexToBytes(hex.replaceAll(' ', ''));
    expect(decodeUdpResponse(bytes)).toEqual({ error });
    expect(dissectUdpTracker(bytes, 'response')).toMatchObject([{ malformed: true, value: error }]);
  });
});

test('fields for the inspector', () => {
  const [field] = dissectUdpTracker(encodeUdpRequest({ kind: 'announce', transaction: 0x1f, connection, announce }), 'request');
  expect(field).toMatchObject({ name: 'announce request', start: 0, end: 98, standard: 'BEP 15' });
  expect(field?.children?.map(({ name, value }) => `${name}: ${value}`)).toEqual([
    'connection_id: 0102030405060708',
    'action: announce (1)',
    'transaction_id: 0x0000001f',
    `info_hash: ${HASH}`,
    'peer_id: -NS0100-abcdefghijkl (netscenario 0.1.0.0)',
    'downloaded: 1',
    'left: 1099511627776',
    'uploaded: 3',
    'event: started (2)',
    'IP address: 0.0.0.0',
    'key: 0x9abcdef0',
    'num_want: −1: as you like',
    'port: 6881',
  ]);
  const answer = hexToBytes('00000001000000010000070800000005000000030a0000011ae1ff');
  const [told] = dissectUdpTracker(answer, 'response');
  expect(told?.children?.slice(-3)).toMatchObject([
    { name: 'seeders', value: '3', start: 16, end: 20 },
    { name: 'peer', value: '10.0.0.1:6881', start: 20, end: 26 },
    { name: 'rest', value: '1 byte', start: 26, end: 27 },
  ]);
});

const some = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const base = { transaction: uint32, connection: some(8) };
const requests: fc.Arbitrary<UdpTrackerRequest> = fc.oneof(
  fc.record({ kind: fc.constant('connect' as const), transaction: uint32 }),
  fc.record({ kind: fc.constant('scrape' as const), ...base, hashes: fc.array(some(20), { maxLength: 4 }) }),
  fc.record({
    kind: fc.constant('announce' as const),
    ...base,
    announce: fc.record({
      infoHash: some(20),
      peerId: some(20),
      port: fc.integer({ min: 1, max: 65_535 }),
      uploaded: fc.maxSafeNat(),
      downloaded: fc.maxSafeNat(),
      left: fc.maxSafeNat(),
      event: fc.constantFrom(null, 'started' as const, 'completed' as const, 'stopped' as const),
      numwant: fc.option(fc.nat()),
      key: fc.option(fc.integer({ min: 1, max: 2 ** 32 - 1 })),
      address: fc.option(fc.ipV4().filter((address) => address !== '0.0.0.0')),
    }),
  }),
);
const responses: fc.Arbitrary<UdpTrackerResponse> = fc.oneof(
  fc.record({ kind: fc.constant('connect' as const), ...base }),
  fc.record({
    kind: fc.constant('announce' as const),
    transaction: uint32,
    response: fc.record({
      interval: uint32,
      complete: uint32,
      incomplete: uint32,
      peers: fc.array(fc.record({ address: fc.ipV4(), port: fc.integer({ min: 1, max: 65_535 }), peerId: fc.constant(null) }), {
        maxLength: 4,
      }),
    }),
  }),
  fc.record({
    kind: fc.constant('scrape' as const),
    transaction: uint32,
    counts: fc.array(fc.record({ complete: uint32, downloaded: uint32, incomplete: uint32 }), { maxLength: 4 }),
  }),
  fc.record({ kind: fc.constant('error' as const), transaction: uint32, failure: fc.string({ unit: 'grapheme' }) }),
);

test('what is written is read', () => {
  fc.assert(
    fc.property(requests, responses, (request, response) => {
      const [asked, answered] = [encodeUdpRequest(request), encodeUdpResponse(response)];
      expect(decodeUdpRequest(asked)).toEqual(request);
      expect(decodeUdpResponse(answered)).toEqual(response);
      checkFields(dissectUdpTracker(asked, 'request'), asked.length);
      checkFields(dissectUdpTracker(answered, 'response'), answered.length);
    }),
  );
});
