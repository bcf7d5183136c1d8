/** Values and how they are written: examples of BEP 3, what is refused and where, and that nothing is lost on the way. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import { checkFields } from '../../fuzz-target.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import {
  type Bencodable,
  type BencodedDictionary,
  bencodable,
  decodeBencoded,
  decodeBencodedStart,
  dissectBencoded,
  encodeBencoded,
  entryOf,
} from './bencoding.ts';

const decode = (octets: string) => decodeBencoded(bytesOfOctets(octets));
const written = (value: Bencodable) => octetsOf(encodeBencoded(value));

describe('a value', () => {
  test.each<[Bencodable, string]>([
    // BEP 3's own.
    ['spam', '4:spam'],
    [3, 'i3e'],
    [-3, 'i-3e'],
    [0, 'i0e'],
    [['spam', 'eggs'], 'l4:spam4:eggse'],
    [{ cow: 'moo', spam: 'eggs' }, 'd3:cow3:moo4:spam4:eggse'],
    [{ spam: ['a', 'b'] }, 'd4:spaml1:a1:bee'],
    ['', '0:'],
    [[], 'le'],
    [{}, 'de'],
    [2 ** 53 - 1, 'i9007199254740991e'],
    // Sorted by bytes, not by letters; entries without a value are left out.
    [{ b: 1, B: 2, a: undefined, '': 3 }, 'd0:i3e1:Bi2e1:bi1ee'],
    ['Crêpes', '7:Cr\xc3\xaapes'],
    [Uint8Array.of(0xff, 0), '2:\xff\0'],
  ])('%j is written %j', (value, octets) => {
    expect(written(value)).toBe(octets);
    const decoded = decode(octets);
    if ('error' in decoded) throw new Error(decoded.error);
    expect(written(bencodable(decoded))).toBe(octets);
  });

  test('knows its place', () => {
    const dictionary = decode('d1:ali-7e2:xyee');
    if ('error' in dictionary) throw new Error(dictionary.error);
    expect(dictionary).toMatchObject({ start: 0, end: 15 });
    const list = entryOf(dictionary as BencodedDictionary, 'a', 'list');
    expect(list).toMatchObject({ start: 4, end: 14 });
    expect(list?.items).toMatchObject([
      { value: -7, start: 5, end: 9 },
      { start: 9, end: 13 },
    ]);
    expect(entryOf(dictionary as BencodedDictionary, 'a', 'integer')).toBeUndefined();
  });

  test('may have something behind it, for whoever asks for its start', () => {
    expect(decodeBencodedStart(bytesOfOctets('i1erest'))).toEqual({ kind: 'integer', value: 1, start: 0, end: 3 });
  });
});

describe('refused, and where', () => {
  test.each<[string, string, number]>([
    ['', 'it breaks off', 0],
    ['x', 'a value begins with i, l, d or a digit', 0],
    ['ie', 'a digit is missing', 1],
    ['i12', 'it breaks off', 3],
    ['i1x', 'an integer ends with e', 2],
    ['i03e', 'a number with a leading zero', 1],
    ['i-0e', '-0 is no integer', 0],
    ['i-03e', 'a number with a leading zero', 2],
    ['i--1e', 'a digit is missing', 2],
    ['i9007199254740992e', 'a number beyond 2^53 − 1', 1],
    [`i${'9'.repeat(1000)}e`, 'a number beyond 2^53 − 1', 1],
    ['4spam', 'a string’s length ends with a colon', 1],
    ['5:spam', 'a string of 5 bytes; 4 are there', 0],
    ['04:spam', 'a number with a leading zero', 0],
    ['-1:a', 'a value begins with i, l, d or a digit', 0],
    ['9007199254740991:', 'a string of 9007199254740991 bytes; 0 are there', 0],
    ['l4:spam', 'it breaks off', 7],
    ['di1ei2ee', 'a key is a string', 1],
    ['d1:ae', 'a value begins with i, l, d or a digit', 4],
    ['d1:a', 'it breaks off', 4],
    ['d1:bi1e1:ai2ee', 'keys are not sorted', 7],
    ['d1:ai1e1:ai2ee', 'a key stands twice', 7],
    ['i1ei2e', '3 bytes behind the end of the value', 3],
    ['le ', '1 byte behind the end of the value', 2],
    [`${'l'.repeat(65)}${'e'.repeat(65)}`, 'more than 64 levels', 64],
    [`l${'le'.repeat(250_000)}e`, 'more than 250000 values', 499_999],
  ])('%.20j: %s', (octets, error, at) => {
    expect(decode(octets)).toEqual({ error, at });
  });

  test('not what is just within the limits', () => {
    expect(decode(`${'l'.repeat(64)}${'e'.repeat(64)}`)).not.toHaveProperty('error');
    expect(decode(`l${'le'.repeat(249_999)}e`)).not.toHaveProperty('error');
  });
});

const octets = fc.uint8Array({ maxLength: 12 });
const { value: anyValue } = fc.letrec<{ value: Bencodable }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.maxSafeInteger(),
    octets,
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(octets.map(octetsOf), tie('value')), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries.filter(([key]) => key !== '__proto__'))),
  ),
}));

test('what is written is read, and its fields lie within it', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = encodeBencoded(value);
      const decoded = decodeBencoded(bytes);
      if ('error' in decoded) throw new Error(decoded.error);
      expect(bencodable(decoded)).toEqual(value);
      const fields = dissectBencoded(bytes);
      checkFields(fields, bytes.length);
      expect(fields).toMatchObject([{ start: 0, end: bytes.length }]);
    }),
  );
});

test('nothing else is read: a value cut off anywhere is refused', () => {
  fc.assert(
    fc.property(anyValue, fc.nat(), (value, cut) => {
      const bytes = encodeBencoded(value);
      expect(decodeBencoded(bytes.subarray(0, cut % bytes.length))).toHaveProperty('error');
    }),
  );
});

test('fields for the inspector', () => {
  const bytes = bytesOfOctets('d8:intervali1800e5:peers6:\x0a\0\0\x01\x1a\xe1e');
  const keys = { peers: { meaning: 'whom to call', standard: 'BEP 23', show: (peers: Uint8Array) => `${peers.length / 6} peer` } };
  expect(dissectBencoded(bytes, keys)).toEqual([
    {
      name: 'dictionary',
      value: '2 entries',
      start: 0,
      end: bytes.length,
      standard: 'BEP 3',
      children: [
        { name: 'interval', value: '1800', start: 1, end: 17, standard: 'BEP 3' },
        { name: 'peers', value: '1 peer', start: 17, end: 32, meaning: 'whom to call', standard: 'BEP 23' },
      ] satisfies Field[],
    },
  ]);
  expect(dissectBencoded(bytesOfOctets('li1ex'))).toEqual([
    { name: 'bencoding', value: 'a value begins with i, l, d or a digit', start: 4, end: 5, malformed: true, standard: 'BEP 3' },
  ]);
  expect(dissectBencoded(bytesOfOctets(`l${'i1e'.repeat(300)}e`))[0]!.children!.at(-1)).toEqual({
    name: 'further values',
    value: '100',
    start: 601,
    end: 901,
  });
});
