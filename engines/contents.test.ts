import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, type Content } from './content.ts';
import { bytesOfAll, type Contents, joined, lengthOf, literalStart, same, sliceOf } from './contents.ts';

const part: fc.Arbitrary<Content> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
  fc.record({ seed: fc.integer({ min: 1, max: 3 }), offset: fc.nat(50), length: fc.integer({ min: 1, max: 20 }) }),
);
const content: fc.Arbitrary<Contents> = fc.array(part, { maxLength: 6 });
const bytes = (given: Contents): number[] => given.flatMap((one) => [...bytesOf(one)]);

test('cutting and joining are those of the octets', () => {
  fc.assert(
    fc.property(content, content, fc.nat(80), fc.nat(80), (a, b, start, end) => {
      expect(bytes(joined([...a, ...b]))).toEqual([...bytes(a), ...bytes(b)]);
      expect(bytes(sliceOf(a, start, end))).toEqual(bytes(a).slice(start, Math.max(start, end)));
      expect(lengthOf(a)).toBe(bytes(a).length);
      expect([...bytesOfAll(a)]).toEqual(bytes(a));
      const bulk = a.findIndex((one) => !(one instanceof Uint8Array));
      expect([...literalStart(a)]).toEqual(bytes(bulk < 0 ? a : a.slice(0, bulk)));
    }),
  );
});

test('two are the same when their octets are, however they are put together', () => {
  fc.assert(
    fc.property(content, content, fc.nat(80), (a, b, at) => {
      expect(same(a, b)).toBe(bytes(a).join() === bytes(b).join());
      const taken = Uint8Array.from(bytes(a));
      expect(same(a, joined([...sliceOf(a, 0, at), taken.subarray(Math.min(at, taken.length))]))).toBe(true);
    }),
  );
});

test('pieces of one generated file are one part again; others stay apart', () => {
  expect(
    joined([
      { seed: 1, offset: 0, length: 5 },
      { seed: 1, offset: 5, length: 5 },
    ]),
  ).toEqual([{ seed: 1, offset: 0, length: 10 }]);
  expect(
    joined([
      { seed: 1, offset: 0, length: 5 },
      { seed: 1, offset: 6, length: 5 },
    ]),
  ).toHaveLength(2);
  expect(
    joined([
      { seed: 1, offset: 0, length: 5 },
      { seed: 2, offset: 5, length: 5 },
    ]),
  ).toHaveLength(2);
});

test('literal octets become one part up to the limit', () => {
  const parts = [new Uint8Array(3), new Uint8Array(0), new Uint8Array(4), new Uint8Array(2)];
  expect(joined(parts).map(({ length }) => length)).toEqual([9]);
  expect(joined(parts, 7).map(({ length }) => length)).toEqual([7, 2]);
});
