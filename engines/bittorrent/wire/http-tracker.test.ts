/** Trackers over HTTP: what a peer asks, what a tracker answers, and what is refused. */
import { hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
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
  type HttpAnnounceRequest,
  type HttpAnnounceResponse,
} from './http-tracker.ts';

// The escaping is the example of the BitTorrent specification's wiki.
const hash = hexToBytes('123456789abcdef123456789abcdef123456789a');
const HASH = '%124Vx%9a%bc%de%f1%23Eg%89%ab%cd%ef%124Vx%9a';
const peerId = bytesOfOctets('-NS0100-abcdefghijkl');
const request: HttpAnnounceRequest = {
  infoHash: hash,
  peerId,
  port: 6881,
  uploaded: 0,
  downloaded: 0,
  left: 67_108_864,
  event: 'started',
  numwant: 50,
  key: 0xab,
  address: null,
  compact: true,
  noPeerId: false,
  trackerId: null,
};
const QUERY = `info_hash=${HASH}&peer_id=-NS0100-abcdefghijkl&port=6881&uploaded=0&downloaded=0&left=67108864&compact=1&event=started&numwant=50&key=000000ab`;
const NEEDED = QUERY.slice(0, QUERY.indexOf('&compact'));

describe('an announce', () => {
  test('is a query', () => {
    expect(encodeAnnounceQuery(request)).toBe(QUERY);
    expect(decodeAnnounceQuery(QUERY)).toEqual(request);
  });

  test('without what may be left out', () => {
    const plain = { ...request, event: null, numwant: null, key: null, compact: null };
    expect(decodeAnnounceQuery(NEEDED)).toEqual(plain);
    expect(decodeAnnounceQuery(`${NEEDED}&event=&numwant=-1&key=A%20word&corrupt=0&&supportcrypto=1`)).toEqual(plain);
    expect(encodeAnnounceQuery(plain)).toBe(NEEDED);
  });

  test.each<[string, string]>([
    ['', 'info_hash is missing'],
    [NEEDED.replace('peer_id=', 'peer_id=x'), 'peer_id has 21 bytes, not 20'],
    [NEEDED.replace(HASH, HASH.slice(3)), 'info_hash has 19 bytes, not 20'],
    [NEEDED.replace('&port=6881', ''), 'port is missing'],
    [NEEDED.replace('6881', '0'), 'port is 0: nobody listens there'],
    [NEEDED.replace('6881', '65536'), 'port is no number from 0 to 65535'],
    [NEEDED.replace('left=67108864', 'left=-1'), 'left is no number from 0 to 9007199254740991'],
    [NEEDED.replace('left=67108864', 'left=9007199254740992'), 'left is no number from 0 to 9007199254740991'],
    [`${NEEDED}&port=1`, 'port stands twice'],
    [`${NEEDED}&event=paused`, 'event is none of started, completed, stopped'],
    [`${NEEDED}&x=%4`, 'x is badly escaped'],
    [`${NEEDED}&x=${'a'.repeat(8192)}`, 'a query of more than 8192 octets'],
  ])('%.60s: %s', (query, error) => expect(decodeAnnounceQuery(query)).toEqual({ error }));
});

const response: HttpAnnounceResponse = {
  interval: 1800,
  complete: 1,
  incomplete: 2,
  peers: [
    { address: '10.0.0.1', port: 6881, peerId: null },
    { address: '10.0.0.2', port: 258, peerId: null },
  ],
  minInterval: null,
  trackerId: null,
  warning: null,
};

describe('a response', () => {
  const octets = (answer: Parameters<typeof encodeAnnounceResponse>[0], form: 'compact' | 'list' | 'list with ids') =>
    octetsOf(encodeAnnounceResponse(answer, form));
  const read = (text: string) => decodeAnnounceResponse(bytesOfOctets(text));

  test('in the short form', () => {
    const text = 'd8:completei1e10:incompletei2e8:intervali1800e5:peers12:\n\0\0\x01\x1a\xe1\n\0\0\x02\x01\x02e';
    expect(octets(response, 'compact')).toBe(text);
    expect(read(text)).toEqual(response);
  });

  test('in the long form, with ids and without', () => {
    const [peer] = response.peers;
    const one = { ...response, peers: [{ ...peer!, peerId }] };
    const text = 'd8:completei1e10:incompletei2e8:intervali1800e5:peersld2:ip8:10.0.0.17:peer id20:-NS0100-abcdefghijkl4:porti6881eeee';
    expect(octets(one, 'list with ids')).toBe(text);
    expect(read(text)).toEqual(one);
    expect(octets(one, 'list')).toBe(text.replace('7:peer id20:-NS0100-abcdefghijkl', ''));
  });

  test('with IPv6 (BEP 7)', () => {
    const peers = [
      { address: '10.0.0.1', port: 1, peerId: null },
      { address: '2001:db8::1', port: 2, peerId: null },
    ];
    const bytes = encodeAnnounceResponse({ ...response, peers }, 'compact');
    expect(octetsOf(bytes)).toContain('6:peers618:\x20\x01\r\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\x02');
    expect(decodeAnnounceResponse(bytes)).toMatchObject({ peers });
  });

  test('that is a failure', () => {
    expect(octets({ failure: 'unbekannt: ä' }, 'compact')).toBe('d14:failure reason13:unbekannt: \xc3\xa4e');
    expect(read('d14:failure reason13:unbekannt: \xc3\xa48:intervali1ee')).toEqual({ failure: 'unbekannt: ä' });
  });

  test.each<[string, string]>([
    ['<html>', 'a value begins with i, l, d or a digit'],
    ['le', 'a response is a dictionary'],
    ['de', 'no interval'],
    ['d8:intervali-1ee', 'no interval'],
    ['d8:intervali1e5:peers5:abcdee', 'peers: 5 bytes, where a peer has 6'],
    ['d8:intervali1e5:peersi1ee', 'peers: neither a string nor a list'],
    ['d8:intervali1e5:peersld2:ip1:aeee', 'peers: a peer has an ip and a port'],
    ['d8:intervali1e5:peersld2:ip1:a4:porti0eeee', 'peers: a peer has an ip and a port'],
    ['d8:intervali1e5:peersld2:ip1:a7:peer id1:x4:porti1eeee', 'peers: a peer id of 1 bytes'],
    ['d8:intervali1e6:peers66:abcdefe', 'peers6: 6 bytes, where a peer has 18'],
  ])('%j is none: %s', (text, error) => expect(read(text)).toEqual({ error }));

  test('with a peer that listens nowhere is read without it', () => {
    expect(read('d8:intervali1e5:peers12:\n\0\0\x01\0\0\n\0\0\x02\0\x01e')).toMatchObject({ peers: [{ address: '10.0.0.2', port: 1 }] });
  });

  test('without peers is one', () => expect(read('d8:intervali1ee')).toMatchObject({ interval: 1, complete: null, peers: [] }));
});

describe('a scrape (BEP 48)', () => {
  const counts = new Map([[octetsOf(hash), { complete: 5, downloaded: 50, incomplete: 10 }]]);

  test('asks by hashes and is answered by hashes', () => {
    expect(encodeScrapeQuery([hash])).toBe(`info_hash=${HASH}`);
    expect(decodeScrapeQuery(`info_hash=${HASH}&info_hash=${HASH}`)).toEqual([hash, hash]);
    expect(decodeScrapeQuery('')).toEqual([]);
    const bytes = encodeScrapeResponse(counts);
    expect(octetsOf(bytes)).toBe(`d5:filesd20:${octetsOf(hash)}d8:completei5e10:downloadedi50e10:incompletei10eeee`);
    expect(decodeScrapeResponse(bytes)).toEqual(counts);
    expect(decodeScrapeResponse(encodeScrapeResponse({ failure: 'no' }))).toEqual({ failure: 'no' });
  });

  test('is refused', () => {
    expect(decodeScrapeQuery('info_hash=x')).toEqual({ error: 'info_hash has 1 bytes, not 20' });
    expect(decodeScrapeQuery(new Array(75).fill(`info_hash=${HASH}`).join('&'))).toEqual({ error: 'more than 74 torrents' });
    expect(decodeScrapeResponse(bytesOfOctets('de'))).toEqual({ error: 'no files' });
    expect(decodeScrapeResponse(bytesOfOctets('d5:filesd1:adeee'))).toEqual({ error: 'a file is an info hash with a dictionary' });
  });
});

const some = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const amount = fc.maxSafeNat();
const requests: fc.Arbitrary<HttpAnnounceRequest> = fc.record({
  infoHash: some(20),
  peerId: some(20),
  port: fc.integer({ min: 1, max: 65_535 }),
  uploaded: amount,
  downloaded: amount,
  left: amount,
  event: fc.constantFrom(null, 'started' as const, 'completed' as const, 'stopped' as const),
  numwant: fc.option(fc.nat()),
  key: fc.option(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  address: fc.option(fc.oneof(fc.ipV4(), fc.ipV6())),
  compact: fc.option(fc.boolean()),
  noPeerId: fc.boolean(),
  trackerId: fc.option(fc.uint8Array({ maxLength: 10 })),
});
const responses: fc.Arbitrary<HttpAnnounceResponse> = fc.record({
  interval: fc.nat(),
  complete: fc.option(fc.nat()),
  incomplete: fc.option(fc.nat()),
  minInterval: fc.option(fc.nat()),
  trackerId: fc.option(fc.uint8Array({ maxLength: 10 })),
  warning: fc.option(fc.string({ unit: 'grapheme' })),
  peers: fc.array(fc.record({ address: fc.ipV4(), port: fc.integer({ min: 1, max: 65_535 }), peerId: fc.constant(null) }), {
    maxLength: 5,
  }),
});

test('what is written is read', () => {
  fc.assert(
    fc.property(requests, responses, fc.constantFrom('compact' as const, 'list' as const), (asked, answered, form) => {
      expect(decodeAnnounceQuery(encodeAnnounceQuery(asked))).toEqual(asked);
      expect(decodeAnnounceResponse(encodeAnnounceResponse(answered, form))).toEqual(answered);
    }),
  );
});
