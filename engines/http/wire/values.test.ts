/** Values of header fields: dates, ranges, entity tags, cache directives, targets, chunks. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { directivesOf, secondsOf } from './cache-control.ts';
import { chunkSizeLine, decodeChunkSize } from './chunk.ts';
import { formatHttpDate, parseHttpDate } from './date.ts';
import { decodeEntityTag, matchesStrongly, matchesWeakly } from './entity-tag.ts';
import { contentRange, decodeContentRange, decodeRanges } from './range.ts';
import { decodeAuthority, decodeUrl, encodeUrl, resolveReference, type Url } from './request-target.ts';

describe('dates (RFC 9110 §5.6.7)', () => {
  const NOW = 1_767_225_600;
  test.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])('%s', (text) =>
    expect(parseHttpDate(text, NOW)).toBe(784_111_777),
  );
  test('two digits of a year are at most 50 years ahead', () => {
    expect(parseHttpDate('Friday, 01-Jan-27 00:00:00 GMT', NOW)).toBe(Date.UTC(2027, 0, 1) / 1000);
    expect(parseHttpDate('Saturday, 01-Jan-77 00:00:00 GMT', NOW)).toBe(Date.UTC(1977, 0, 1) / 1000);
  });
  test.each([
    '',
    '0',
    'Sun, 06 Nov 1994 08:49:37 +0000',
    'Sun, 6 Nov 1994 08:49:37 GMT',
    'Mon, 06 Nov 1994 08:49:37 GMT',
    'Sun, 31 Feb 1994 08:49:37 GMT',
  ])('%j is none', (text) => expect(parseHttpDate(text, NOW)).toBeNull());
  test('are what Date makes of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_208_988_800, max: 253_402_300_799 }), (instant) => {
        expect(formatHttpDate(instant)).toBe(new Date(instant * 1000).toUTCString());
        expect(parseHttpDate(formatHttpDate(instant), NOW)).toBe(instant);
      }),
    );
  });
});

describe('ranges (RFC 9110 §14)', () => {
  test.each([
    ['bytes=0-499', [[0, 500]]],
    ['bytes=500-', [[500, 1000]]],
    ['bytes=-300', [[700, 1000]]],
    ['bytes=-2000', [[0, 1000]]],
    ['bytes=900-2000', [[900, 1000]]],
    [
      'Bytes= 0-0 , -1',
      [
        [0, 1],
        [999, 1000],
      ],
    ],
    ['bytes=0-1,5000-', [[0, 2]]],
  ] as [string, [number, number][]][])('%s', (value, ranges) =>
    expect(decodeRanges(value, 1000)).toEqual(ranges.map(([start, end]) => ({ start, end }))),
  );
  test.each([
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['lines=0-4', 'ignored'],
    ['bytes=', 'ignored'],
    ['bytes=5-4', 'ignored'],
    ['bytes=a-b', 'ignored'],
    ['bytes=-', 'ignored'],
    // RFC 9110 §17.15: many or overlapping ranges, an attack on the server.
    [`bytes=${Array.from({ length: 21 }, (_, i) => `${i}-${i}`).join(',')}`, 'ignored'],
    ['bytes=0-,0-', 'ignored'],
  ])('%s is %s', (value, what) => expect(decodeRanges(value, 1000)).toBe(what));
  test('lie within the whole', () => {
    const value = fc.array(fc.tuple(fc.option(fc.nat(2000)), fc.option(fc.nat(2000))), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(value, fc.nat(1500), (parts, size) => {
        const ranges = decodeRanges(`bytes=${parts.map(([a, b]) => `${a ?? ''}-${b ?? ''}`).join(',')}`, size);
        if (typeof ranges === 'string') return;
        for (const range of ranges) {
          expect(range.start).toBeLessThan(range.end);
          expect(range.end).toBeLessThanOrEqual(size);
          expect(decodeContentRange(contentRange(range, size))).toEqual({ range, size });
        }
      }),
    );
  });
  test.each(['bytes */1000', 'bytes 5-4/10', 'bytes 0-10/10', 'bytes 0-1', ''])('Content-Range %j names none', (value) =>
    expect(decodeContentRange(value)).toBeNull(),
  );
});

test('entity tags are compared strongly and weakly (RFC 9110 §8.8.3.2)', () => {
  const tag = (text: string) => decodeEntityTag(text)!;
  const cases: [string, string, boolean, boolean][] = [
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
  ];
  for (const [a, b, strongly, weakly] of cases) {
    expect([matchesStrongly(tag(a), tag(b)), matchesWeakly(tag(a), tag(b))]).toEqual([strongly, weakly]);
  }
  for (const text of ['1', '"1', 'w/"1"', '"a"b"', '" "']) expect(decodeEntityTag(text)).toBeNull();
});

test('cache directives (RFC 9111 §5.2)', () => {
  const directives = directivesOf([
    { name: 'Cache-Control', value: 'max-age=60, Private="x, y", no-store, max-age=5' },
    { name: 'cache-control', value: 's-maxage="30", max-stale, min-fresh=soon, big=99999999999' },
  ]);
  expect([...directives.keys()]).toEqual(['max-age', 'private', 'no-store', 's-maxage', 'max-stale', 'min-fresh', 'big']);
  expect(['max-age', 's-maxage', 'min-fresh', 'absent', 'big'].map((name) => secondsOf(directives, name))).toEqual([
    60,
    30,
    0,
    null,
    2 ** 31,
  ]);
  expect(directives.get('max-stale')).toBeNull();
  expect(directivesOf([{ name: 'Pragma', value: 'no-cache' }]).has('no-cache')).toBe(true);
});

describe('references (RFC 3986 §5.4)', () => {
  const base = decodeUrl('http://a/b/c/d;p?q') as Url;
  test.each([
    ['g', 'http://a/b/c/g'],
    ['./g', 'http://a/b/c/g'],
    ['g/', 'http://a/b/c/g/'],
    ['/g', 'http://a/g'],
    ['//g', 'http://g/'],
    ['?y', 'http://a/b/c/d;p?y'],
    ['g?y', 'http://a/b/c/g?y'],
    ['g#s', 'http://a/b/c/g'],
    ['', 'http://a/b/c/d;p?q'],
    ['.', 'http://a/b/c/'],
    ['..', 'http://a/b/'],
    ['../g', 'http://a/b/g'],
    ['../..', 'http://a/'],
    ['../../../g', 'http://a/g'],
    ['/./g', 'http://a/g'],
    ['g;x=1/../y', 'http://a/b/c/y'],
    ['http://x:8080/y', 'http://x:8080/y'],
    ['https://a/', 'https://a/'],
    ['HTTPS://a:443/', 'https://a/'],
    ['https://a:80/', 'https://a:80/'],
  ])('%j', (reference, result) => expect(encodeUrl(resolveReference(base, reference)!)).toBe(result));
  test('what is relative to a URI on https is on https', () => {
    const secure = decodeUrl('https://a:443/b/c') as Url;
    expect(['d', '//e/f'].map((text) => encodeUrl(resolveReference(secure, text)!))).toEqual(['https://a/b/d', 'https://e/f']);
  });
  test.each(['ftp://a/', 'mailto:a@b', 'http://a b/', 'g h', '//a:0/'])('%j leads nowhere', (reference) =>
    expect(resolveReference(base, reference)).toBeNull(),
  );
  test('authorities', () => {
    expect(decodeAuthority('WWW.example.org')).toEqual({ host: 'www.example.org', port: 80 });
    expect(decodeAuthority('a:')).toEqual({ host: 'a', port: 80 });
    expect(decodeAuthority('a', 'https')).toEqual({ host: 'a', port: 443 });
    for (const text of ['', ':80', 'a:b', 'a:65536', 'a/b', 'a@b']) expect(decodeAuthority(text)).toBeNull();
  });
});

describe('chunk sizes (RFC 9112 §7.1)', () => {
  test.each([
    ['0', 0],
    ['1a', 26],
    ['FF', 255],
    ['5;a', 5],
    ['5 ; a = "b;\\"c" ;d=e', 5],
  ])('%s', (line, size) => expect(decodeChunkSize(line)).toBe(size));
  test.each(['', ' 5', '5 ', '0x5', '-5', '+5', '5;', '5;=a', '5;a="b', '5\n', '5;a\n', '1234567890abc', '5 a'])('%j is none', (line) =>
    expect(decodeChunkSize(line)).toBeNull(),
  );
  test('come out as they went in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), (size) => {
        expect(decodeChunkSize(chunkSizeLine(size).slice(0, -2))).toBe(size);
      }),
    );
  });
  test('a long line of quotes or semicolons takes no longer than another', () => {
    for (const part of [';a', ';a="', '"', '\\', ' ', '; ']) expect(decodeChunkSize(`5${part.repeat(2_000)}\0`)).toBeNull();
  });
});
