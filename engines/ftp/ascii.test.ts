import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { type Contents, lengthOf } from '../contents.ts';
import { ASCII_LIMIT, AsciiReader, lineAt, toAscii } from './ascii.ts';
import { literal } from './file-source.ts';

const bytes = (given: Contents): number[] => given.flatMap((one) => [...bytesOf(one)]);

describe('lines of text', () => {
  test.each([
    ['', ''],
    ['a\nb\n', 'a\r\nb\r\n'],
    ['a', 'a'],
    ['a\r\n', 'a\r\r\n'],
    ['\r', '\r'],
  ])('%j is %j on the wire', (here, wire) => {
    expect(bytes(toAscii(literal(here)) as Contents)).toEqual(bytes(literal(wire)));
  });

  test('come back as they went, in whatever pieces they arrive', () => {
    const text = fc.stringMatching(/^[ab\r\n]{0,30}$/);
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), (here, pieces) => {
        const wire = Uint8Array.from(bytes(toAscii(literal(here)) as Contents));
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

  test('go on from any place of the wire, the middle of a line end too', () => {
    const text = fc.stringMatching(/^[ab\r\n]{0,30}$/);
    fc.assert(
      fc.property(text, fc.nat(60), (here, at) => {
        const file = literal(here);
        const wire = Uint8Array.from(bytes(toAscii(file) as Contents));
        const place = lineAt(file, at);
        if (at > wire.length) {
          expect(place).toBeNull();
          return;
        }
        const reader = new AsciiReader(place?.afterCr);
        const rest = [...reader.add(wire.subarray(at)), ...reader.end()];
        expect([...bytes(file).slice(0, place?.kept), ...rest]).toEqual(bytes(file));
      }),
    );
  });

  test('a file beyond the limit is not converted', () => {
    expect(toAscii([{ seed: 1, offset: 0, length: ASCII_LIMIT + 1 }])).toBeNull();
    expect(lineAt([{ seed: 1, offset: 0, length: ASCII_LIMIT + 1 }], 5)).toBeNull();
    expect(lengthOf(toAscii([{ seed: 1, offset: 0, length: 1000 }]) as Contents)).toBeGreaterThanOrEqual(1000);
  });
});
