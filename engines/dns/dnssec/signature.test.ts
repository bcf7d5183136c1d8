/** The examples of the standards, and what is wrong with a signature. */
import { describe, expect, test } from 'vitest';
import { readMasterFile } from '../master-file/master-file.ts';
import type { ResourceRecord } from '../records.ts';
import { parseTimestamp } from '../timestamp.ts';
import { algorithmNumbered } from './algorithms.ts';
import { type DnskeyData, type DsData, dsOf, keyPair, keyTag, vouchesFor } from './keys.ts';
import { MAX_DIGESTS, secureEntry } from './secure-entry.ts';
import { infoCodes, MAX_VERIFICATIONS, signSet, verifySet } from './signature.ts';

function read(text: string): ResourceRecord[] {
  const { records, problems } = readMasterFile(text, { origin: '.' });
  expect(problems).toEqual([]);
  return [...records];
}
const ofType = (records: readonly ResourceRecord[], type: string): ResourceRecord[] => records.filter(({ data }) => data.type === type);
const time = (text: string): number => parseTimestamp(text) as number;

/** RFC 8080 §6.1; RFC 6605 §6.1 and §6.2; RFC 5702 §6.1. */
const examples = [
  {
    standard: 'RFC 8080 §6.1',
    now: 1_439_000_000,
    tag: 3613,
    text: `
example.com. 3600 IN DNSKEY 257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=
example.com. 3600 IN DS 3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b
example.com. 3600 IN MX 10 mail.example.com.
example.com. 3600 IN RRSIG MX 15 2 3600 1440021600 1438207200 3613 example.com. oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==
`,
  },
  {
    standard: 'RFC 6605 §6.1',
    now: time('20100901000000'),
    tag: 55648,
    text: `
example.net. 3600 IN DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==
example.net. 3600 IN DS 55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17
www.example.net. 3600 IN A 192.0.2.1
www.example.net. 3600 IN RRSIG A 13 3 3600 20100909100439 20100812100439 55648 example.net. qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==
`,
  },
  {
    standard: 'RFC 6605 §6.2',
    now: time('20100901000000'),
    tag: 10771,
    text: `
example.net. 3600 IN DNSKEY 257 3 14 xKYaNhWdGOfJ+nPrL8/arkwf2EY3MDJ+SErKivBVSum1w/egsXvSADtNJhyem5RCOpgQ6K8X1DRSEkrbYQ+OB+v8/uX45NBwY8rp65F6Glur8I/mlVNgF6W/qTI37m40
example.net. 3600 IN DS 10771 14 4 72d7b62976ce06438e9c0bf319013cf801f09ecc84b8d7e9495f27e305c6a9b0563a9b5f4d288405c3008a946df983d6
www.example.net. 3600 IN A 192.0.2.1
www.example.net. 3600 IN RRSIG A 14 3 3600 20100909102025 20100812102025 10771 example.net. /L5hDKIvGDyI1fcARX3z65qrmPsVz73QD1Mr5CEqOiLP95hxQouuroGCeZOvzFaxsT8Glr74hbavRKayJNuydCuzWTSSPdz7wnqXL5bdcJzusdnI0RSMROxxwGipWcJm
`,
  },
  {
    standard: 'RFC 5702 §6.1',
    now: time('20260101000000'),
    tag: 9033,
    text: `
example.net. 3600 IN DNSKEY 256 3 8 AwEAAcFcGsaxxdgiuuGmCkVImy4h99CqT7jwY3pexPGcnUFtR2Fh36BponcwtkZ4cAgtvd4Qs8PkxUdp6p/DlUmObdk=
www.example.net. 3600 IN A 192.0.2.91
www.example.net. 3600 IN RRSIG A 8 3 3600 20300101000000 20000101000000 9033 example.net. kRCOH6u7l0QGy9qpC9l1sLncJcOKFLJ7GhiUOibu4teYp5VE9RncriShZNz85mwlMgNEacFYK/lPtPiVYP4bwg==
`,
  },
];

describe.each(examples)('the example of $standard', ({ now, tag, text }) => {
  const records = read(text);
  const key = ofType(records, 'DNSKEY')[0]?.data as DnskeyData;
  const zone = ofType(records, 'DNSKEY')[0]?.name as string;
  const signatures = ofType(records, 'RRSIG');
  const set = records.filter(({ data }) => data.type === 'A' || data.type === 'MX');

  test('has that key tag and that DS', () => {
    expect(keyTag(key)).toBe(tag);
    for (const { data } of ofType(records, 'DS')) expect(data.type === 'DS' && vouchesFor(data, zone, key)).toBe(true);
  });

  test('verifies, and not with one bit more', () => {
    expect(verifySet(set, signatures, zone, [key], now, { verifications: 0, digests: 0 })).toMatchObject({
      ok: true,
      wildcard: false,
      ttl: 3600,
    });
    const other = set.map((record) => ({
      ...record,
      data: record.data.type === 'A' ? { ...record.data, address: '192.0.2.3' } : { ...record.data, preference: 11 },
    })) as ResourceRecord[];
    expect(verifySet(other, signatures, zone, [key], now, { verifications: 0, digests: 0 })).toMatchObject({
      ok: false,
      code: infoCodes.bogus,
    });
  });
});

const keys = [13, 15].map((algorithm) => keyPair(1, 'example.', 'zsk', algorithm));
const set = read('www.example. 60 A 192.0.2.1\nwww.example. 60 A 192.0.2.2\n');
const validity = { inception: 1000, expiration: 2000 };

describe.each(keys.map((key) => ({ name: key.algorithm.name, key })))('$name', ({ key }) => {
  const signature = signSet(set, 'example.', key, validity);
  const check = (now: number, given = set, signatures = [signature], records = [key.record]) =>
    verifySet(given, signatures, 'example.', records, now, { verifications: 0, digests: 0 });

  test('verifies what it signed, in whatever order and case the records come', () => {
    const shouted = [...set].reverse().map((record) => ({ ...record, name: 'WWW.Example.', ttl: 7 }));
    expect(check(1500, shouted)).toMatchObject({ ok: true, ttl: 7 });
  });

  test('is made anew each time the same', () => {
    const algorithm = algorithmNumbered(key.algorithm.number);
    const data = Uint8Array.of(1, 2, 3);
    expect(algorithm?.signing?.sign(key.secretKey, data)).toEqual(algorithm?.signing?.sign(key.secretKey, data));
    expect(keyPair(1, 'EXAMPLE.', 'zsk', key.algorithm.number).record).toEqual(key.record);
    const others = [
      keyPair(2, 'example.', 'zsk', 15),
      keyPair(1, 'examples.', 'zsk', 15),
      keyPair(1, 'example.', 'ksk', 15),
      keyPair(1, 'example.', 'zsk', 15, 2),
    ];
    expect(new Set([key, ...others].map(({ record }) => record.publicKey)).size).toBe(5);
  });

  test.each([
    ['before its inception', 999, infoCodes.notYetValid, 'the signature of www.example A is valid only from 1970-01-01 00:16:40 on'],
    ['after its expiration', 2001, infoCodes.expired, 'the signature of www.example A expired at 1970-01-01 00:33:20'],
  ])('%s', (_, now, code, reason) => expect(check(now)).toEqual({ ok: false, code, reason }));

  test('at both ends of its time it holds, and a cache may keep it no longer', () => {
    expect(check(1000)).toMatchObject({ ok: true, ttl: 60 });
    expect(check(1990)).toMatchObject({ ok: true, ttl: 10 });
    expect(check(2000)).toMatchObject({ ok: true, ttl: 0 });
  });

  test('a record more, a record less, another name: it does not fit', () => {
    expect(check(1500, set.slice(1))).toMatchObject({ code: infoCodes.bogus, reason: 'the signature of www.example A does not fit' });
    expect(check(1500, [...set, ...read('www.example. 60 A 192.0.2.3')])).toMatchObject({ code: infoCodes.bogus });
    expect(check(1500, read('ww.example. 60 A 192.0.2.1\nww.example. 60 A 192.0.2.2'))).toMatchObject({
      code: infoCodes.signaturesMissing,
    });
  });

  test('without signatures, or with one of a key that the zone does not have', () => {
    expect(check(1500, set, [])).toMatchObject({ code: infoCodes.signaturesMissing, reason: 'www.example A has no signature of example' });
    const stranger = keyPair(2, 'example.', 'zsk', key.algorithm.number);
    expect(check(1500, set, [signature], [stranger.record])).toMatchObject({ code: infoCodes.keyMissing });
  });

  test('a key of another purpose, protocol or fate verifies nothing (RFC 4034 §2.1, RFC 5011 §2.1)', () => {
    for (const change of [{ flags: 0 }, { protocol: 2 }, { flags: 0x0180 }]) {
      expect(check(1500, set, [signature], [{ ...key.record, ...change }])).toMatchObject({ ok: false, code: infoCodes.keyMissing });
    }
  });

  test('a name made from a wildcard verifies by the wildcard’s labels (RFC 4035 §5.3.2)', () => {
    const wild = read('*.example. 60 A 192.0.2.1\n');
    const made = wild.map((record) => ({ ...record, name: 'any.thing.example.' }));
    const wildSignature = { ...signSet(wild, 'example.', key, validity), name: 'any.thing.example.' };
    expect(check(1500, made, [wildSignature])).toMatchObject({ ok: true, wildcard: true });
    expect(check(1500, wild, [{ ...wildSignature, name: '*.example.' }])).toMatchObject({ ok: true, wildcard: false });
  });
});

test('many keys of one tag and many signatures cost little (CVE-2023-50387)', () => {
  const key = keys[1] as (typeof keys)[number];
  const good = signSet(set, 'example.', key, validity);
  const wrong = (i: number): ResourceRecord => ({
    ...good,
    data: { ...good.data, signature: `${'AAAA'.repeat(20)}AAAA${String(i).padStart(2, '0')}==` } as typeof good.data,
  });
  const work = { verifications: 0, digests: 0 };
  const verdict = verifySet(
    set,
    Array.from({ length: 30 }, (_, i) => wrong(i)),
    'example.',
    Array.from({ length: 50 }, () => key.record),
    1500,
    work,
  );
  expect(verdict).toMatchObject({ ok: false, reason: 'www.example A has too many signatures and keys to try' });
  expect(work.verifications).toBe(8);
  expect(verifySet(set, [good], 'example.', [key.record], 1500, { verifications: MAX_VERIFICATIONS, digests: 0 })).toMatchObject({
    ok: false,
    reason: 'too many signatures to check',
  });
});

test('a thousand signatures by keys of a thousand: no key is looked at more than once', () => {
  const key = keys[1] as (typeof keys)[number];
  const good = signSet(set, 'example.', key, validity);
  const other = { ...good, data: { ...good.data, keyTag: (key.tag + 1) & 0xffff } as typeof good.data };
  const counted = countingKeys(1000, key.record);
  const work = { verifications: 0, digests: 0 };
  expect(verifySet(set, Array(1000).fill(other), 'example.', counted.keys, 1500, work)).toMatchObject({
    ok: false,
    reason: 'www.example A has more than 32 signatures',
  });
  expect(work.verifications).toBe(0);
  expect(counted.reads).toBeLessThanOrEqual(1000);
  expect(verifySet(set, [...Array(31).fill(other), good], 'example.', [key.record], 1500, work)).toMatchObject({ ok: true });
});

/** Copies of a key that count how often their bytes are read. */
function countingKeys(length: number, key: DnskeyData) {
  const counted = { keys: [] as DnskeyData[], reads: 0 };
  for (let i = 0; i < length; i++) {
    counted.keys.push({
      ...key,
      get publicKey() {
        counted.reads++;
        return key.publicKey;
      },
    });
  }
  return counted;
}

describe('the keys that a zone’s parent vouches for', () => {
  const { record } = keyPair(1, 'example.', 'ksk', 15);
  const right = dsOf('example.', record);
  const wrong = { ...right, digest: '00'.repeat(32) };
  const entry = (given: readonly DnskeyData[], ds: readonly DsData[], work = { verifications: 0, digests: 0 }) => ({
    ...secureEntry('example.', given, ds, work),
    digests: work.digests,
  });

  test('are those of which one DS record has the digest', () => {
    const others = [keyPair(1, 'example.', 'zsk', 15).record, { ...record, flags: 0 }];
    expect(entry([...others, record], [wrong, right])).toEqual({ ok: true, keys: [record], digests: 2 });
    expect(entry(others, [right])).toMatchObject({ ok: false, objection: { code: infoCodes.keyMissing }, digests: 0 });
  });

  test('a thousand keys, or a thousand DS records: none is looked at', () => {
    const counted = countingKeys(1000, record);
    expect(entry(counted.keys, [right])).toMatchObject({ ok: false, objection: { reason: 'example has more than 32 keys' }, digests: 0 });
    expect(counted.reads).toBe(0);
    expect(entry([record], Array(1000).fill(wrong))).toMatchObject({
      ok: false,
      objection: { reason: 'example has more than 32 DS records' },
      digests: 0,
    });
  });

  test('as many as are looked at, all of one tag: the digests are bounded, each tag is computed once', () => {
    const counted = countingKeys(32, record);
    expect(entry(counted.keys, Array(32).fill(wrong))).toMatchObject({
      ok: false,
      objection: { reason: 'too many digests of keys to compute' },
      digests: MAX_DIGESTS + 1,
    });
    expect(counted.reads).toBeLessThanOrEqual(32 + MAX_DIGESTS);
  });

  test('what the question has cost before counts', () => {
    expect(entry([record], [right], { verifications: 0, digests: MAX_DIGESTS })).toMatchObject({ ok: false });
  });
});

test('a DS of an unknown digest vouches for nothing', () => {
  const { record } = keys[0] as (typeof keys)[number];
  expect(vouchesFor(dsOf('example.', record), 'example.', record)).toBe(true);
  expect(vouchesFor(dsOf('example.', record, 4), 'example.', record)).toBe(true);
  expect(vouchesFor({ ...dsOf('example.', record), digestType: 1 }, 'example.', record)).toBe(false);
  expect(vouchesFor(dsOf('example.', record), 'examples.', record)).toBe(false);
});
