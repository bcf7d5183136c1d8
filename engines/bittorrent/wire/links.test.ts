/** Where a torrent is to be had: trackers' URLs and magnet links. */
import { bytesToHex } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeMagnet, encodeMagnet } from './magnet.ts';
import { decodeTrackerUrl, scrapePath } from './tracker-url.ts';

describe('a tracker’s URL', () => {
  test.each<[string, ReturnType<typeof decodeTrackerUrl>]>([
    ['http://tracker.example.org/announce', { transport: 'http', host: 'tracker.example.org', port: 80, path: '/announce' }],
    [
      'http://Tracker.example.org:6969/announce?key=1',
      { transport: 'http', host: 'tracker.example.org', port: 6969, path: '/announce?key=1' },
    ],
    ['https://a', { transport: 'https', host: 'a', port: 443, path: '/' }],
    ['udp://tracker.example.org:6969', { transport: 'udp', host: 'tracker.example.org', port: 6969, path: '/' }],
    ['udp://a:1/announce', { transport: 'udp', host: 'a', port: 1, path: '/announce' }],
    ['udp://tracker.example.org', null],
    ['udp://a:0', null],
    ['udp://a:70000', null],
    ['wss://a', null],
    ['tracker.example.org', null],
    [`http://a/${'a'.repeat(2048)}`, null],
  ])('%.60s', (text, url) => expect(decodeTrackerUrl(text)).toEqual(url));
});

test.each<[string, string | null]>([
  ['/announce', '/scrape'],
  ['/x/announce.php', '/x/scrape.php'],
  ['/announce?x=2%0644', '/scrape?x=2%0644'],
  ['/a', null],
  ['/announce?x=2/4', null],
  ['/x%064announce', null],
])('counts of %s are at %s (the examples of BEP 48)', (path, scrape) => expect(scrapePath(path)).toBe(scrape));

describe('a magnet link', () => {
  const hash = '0123456789abcdef0123456789abcdef01234567';

  test('is read', () => {
    const link = `magnet:?xt=urn:btih:${hash.toUpperCase()}&dn=Some+file%C3%A9&xl=700&tr=http%3A%2F%2Fa%2Fannounce&tr.1=udp%3A%2F%2Fb%3A1&x.pe=10.0.0.1:6881&zz=1`;
    const magnet = decodeMagnet(link);
    if ('error' in magnet) throw new Error(magnet.error);
    expect({ ...magnet, infoHash: bytesToHex(magnet.infoHash) }).toEqual({
      infoHash: hash,
      name: 'Some fileé',
      length: 700,
      trackers: ['http://a/announce', 'udp://b:1'],
      peers: ['10.0.0.1:6881'],
    });
  });

  test('in base32, as RFC 4648 has it', () => {
    // Python: base64.b32encode(bytes.fromhex(hash))
    const magnet = decodeMagnet('magnet:?xt=urn:btih:AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH');
    expect('error' in magnet ? magnet : bytesToHex(magnet.infoHash)).toBe(hash);
  });

  test('of version 1 and 2 is taken by its first hash of version 1', () => {
    const link = `magnet:?xt=urn:btmh:1220${'0'.repeat(64)}&xt=urn:btih:${hash}`;
    expect(decodeMagnet(link)).toMatchObject({ name: null });
  });

  test.each<[string, string]>([
    ['http://a', 'no magnet link: it begins with “magnet:?”'],
    ['magnet:?dn=a', '“xt” is missing: it says which torrent'],
    ['magnet:?xt=urn:btih:123', '“xt” is no “urn:btih:” with an info hash'],
    [`magnet:?xt=urn:btih:${hash}&dn=%zz`, '“dn” is badly escaped'],
    [`magnet:?xt=urn:btih:${hash}${'&tr=a'.repeat(201)}`, 'more than 200 trackers or peers'],
    [`magnet:?${'a'.repeat(9000)}`, 'a link of 9008 characters; 8192 are allowed'],
  ])('%.40s is refused', (link, error) => expect(decodeMagnet(link)).toEqual({ error }));

  test('that is written is read', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    const magnets = fc.record({
      infoHash: fc.uint8Array({ minLength: 20, maxLength: 20 }),
      name: fc.option(text),
      length: fc.option(fc.nat()),
      trackers: fc.array(text, { maxLength: 3 }),
      peers: fc.array(text, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(magnets, (magnet) => {
        expect(decodeMagnet(encodeMagnet(magnet))).toEqual(magnet);
      }),
    );
  });
});
