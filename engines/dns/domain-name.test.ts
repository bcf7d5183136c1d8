import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainName } from './arbitraries-for-tests.ts';
import { ancestors, fromLabels, isSubdomain, labels, parent, parseName, relativeTo, sameName, wireLength } from './domain-name.ts';
import { ipv4Bytes, ipv6Bytes, ipv6Text } from './ip-address.ts';

describe('domain names', () => {
  test.each([
    ['www', 'umass.edu.', 'www.umass.edu.'],
    ['www.umass.edu.', 'nyu.edu.', 'www.umass.edu.'],
    ['@', 'umass.edu.', 'umass.edu.'],
    ['.', 'umass.edu.', '.'],
    ['a\\.b', '.', 'a\\.b.'],
    ['\\097\\046', '.', 'a\\..'],
    ['Gaia', '.', 'Gaia.'],
  ])('%s within %s is %s', (text, origin, name) => {
    expect(parseName(text, origin)).toEqual({ ok: true, name });
  });

  test.each(['', 'a..b', '.a', 'a b', 'é', 'a\\', 'a\\25x', '\\256', 'x'.repeat(64), `${'x'.repeat(63)}.`.repeat(4)])(
    '“%s” is no name',
    (text) => {
      expect(parseName(text)).toMatchObject({ ok: false });
    },
  );

  test('the longest name takes 255 bytes (RFC 1035 §2.3.4)', () => {
    const name = `${`${'x'.repeat(63)}.`.repeat(3)}${'x'.repeat(61)}.`;
    expect(wireLength(name)).toBe(255);
    expect(parseName(name)).toEqual({ ok: true, name });
    expect(parseName(`x${name}`)).toMatchObject({ ok: false });
  });

  test('above and below', () => {
    expect(ancestors('gaia.cs.umass.edu.')).toEqual(['gaia.cs.umass.edu.', 'cs.umass.edu.', 'umass.edu.', 'edu.', '.']);
    expect(parent('.')).toBeUndefined();
    expect(isSubdomain('a.EDU.', 'edu.')).toBe(true);
    expect(isSubdomain('xedu.', 'edu.')).toBe(false);
    expect(isSubdomain('x\\.edu.', 'edu.')).toBe(false);
    expect(sameName('Edu.', 'eDU.')).toBe(true);
  });

  test('labels and names are two forms of one thing', () => {
    fc.assert(
      fc.property(domainName, domainName, (name, origin) => {
        expect(fromLabels(labels(name))).toBe(name);
        expect(parseName(name)).toEqual({ ok: true, name });
        expect(parseName(relativeTo(name, origin), origin)).toEqual({ ok: true, name });
      }),
    );
  });
});

describe('addresses', () => {
  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1::', '1::'],
  ])('%s is written %s (RFC 5952 §4)', (text, written) => {
    expect(ipv6Text(ipv6Bytes(text) ?? [])).toBe(written);
  });

  test.each(['', ':', ':::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '1::2::3', '12345::', 'g::', '::1.2.3', '1:2:3:4:5:6:7:8::'])(
    '“%s” is no IPv6 address',
    (text) => {
      expect(ipv6Bytes(text)).toBeUndefined();
    },
  );

  test.each(['', '1.2.3', '1.2.3.4.5', '256.0.0.1', '01.2.3.4', '1.2.3.x', '1..2.3'])('“%s” is no IPv4 address', (text) => {
    expect(ipv4Bytes(text)).toBeUndefined();
  });
});
