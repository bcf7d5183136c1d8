import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../content.ts';
import { ASCII_LIMIT, AsciiReader, cut, type FileContent, joined, lengthOf, literal, same, toAscii } from './file-content.ts';

const part: fc.Arbitrary<Content> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 20 }),
  fc.record({ seed: fc.integer({ min: 1, max: 3 }), offset: fc.nat(50), length: fc.integer({ min: 1, max: 20 }) }),
);
const content: fc.Arbitrary<FileContent> = fc.array(part, { maxLength: 6 });
const bytes = (given: FileContent): number[] => given.flatMap((one) => [...bytesOf(one)]);

test('cutting and joining are those of the octets', () => {
  fc.assert(
    fc.property(content, content, fc.nat(80), fc.nat(80), (a, b, start, end) => {
      expect(bytes(joined(a, b))).toEqual([...bytes(a), ...bytes(b)]);
      expect(bytes(cut(a, start, end))).toEqual(bytes(a).slice(start, Math.max(start, end)));
      expect(lengthOf(a)).toBe(bytes(a).length);
    }),
  );
});

test('two are the same when their octets are, however they are put together', () => {
  fc.assert(
    fc.property(content, content, fc.nat(80), (a, b, at) => {
      expect(same(a, b)).toBe(bytes(a).join() === bytes(b).join());
      const taken = Uint8Array.from(bytes(a));
      expect(same(a, joined(cut(a, 0, at), [taken.subarray(Math.min(at, taken.length))]))).toBe(true);
    }),
  );
});

test('pieces of one generated file are one part again; others stay apart', () => {
  expect(joined([{ seed: 1, offset: 0, length: 5 }], [{ seed: 1, offset: 5, length: 5 }])).toEqual([{ seed: 1, offset: 0, length: 10 }]);
  expect(joined([{ seed: 1, offset: 0, length: 5 }], [{ seed: 1, offset: 6, length: 5 }])).toHaveLength(2);
  expect(joined([{ seed: 1, offset: 0, length: 5 }], [{ seed: 2, offset: 5, length: 5 }])).toHaveLength(2);
});

describe('lines of text', () => {
  test.each([
    ['', ''],
    ['a\nb\n', 'a\r\nb\r\n'],
    ['a', 'a'],
    ['a\r\n', 'a\r\r\n'],
    ['\r', '\r'],
  ])('%j is %j on the wire', (here, wire) => {
    expect(bytes(toAscii(literal(here)) as FileContent)).toEqual(bytes(literal(wire)));
  });

  test('come back as they went, in whatever pieces they arrive', () => {
    const text = fc.stringMatching(/^[ab\r\n]{0,30}$/);
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (here, pieces) => {
        const wire = Uint8Array.from(bytes(toAscii(literal(here)) as FileContent));
        const reader = new AsciiReader();
        const found: number[] = [];
        for (let at = 0, i = 0; at < wire.length; i++) {
          const size = pieces[i % pieces.length] as number;
          found.push(...reader.add(wire.subarray(at, at + size)));
          at += size;
        }
        found.push(...reader.end());
        expect(found).toEqual(bytes(literal(here)));
      }),
    );
  });

  test('a file beyond the limit is not converted', () => {
    expect(toAscii([{ seed: 1, offset: 0, length: ASCII_LIMIT + 1 }])).toBeNull();
    expect(lengthOf(toAscii([{ seed: 1, offset: 0, length: 1000 }]) as FileContent)).toBeGreaterThanOrEqual(1000);
  });
});
