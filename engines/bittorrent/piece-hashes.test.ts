import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Content, slice } from '../content.ts';
import { bytesOfAll, type Contents } from '../contents.ts';
import { PieceHashes } from './piece-hashes.ts';

const sha1 = (bytes: Uint8Array): string => createHash('sha1').update(bytes).digest('hex');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('hashes of pieces', () => {
  const content: Contents = [{ seed: 3, offset: 0, length: 300_000 }, Uint8Array.of(1, 2, 3)];
  const bytes = bytesOfAll(content);
  const hashes = new PieceHashes(content, 131_072);

  test('are those of the bytes, the last piece shorter', () => {
    const expected = [0, 1, 2].map((i) => sha1(bytes.subarray(i * 131_072, (i + 1) * 131_072)));
    expect(hashes.count).toBe(3);
    expect(hex(hashes.hash(1))).toBe(expected[1]);
    expect(hex(hashes.all())).toBe(expected.join(''));
  });

  const first = slice(content[0] as Content, 0, 131_072);
  const altered = bytesOfAll([first]);
  altered[70_000] = (altered[70_000] as number) ^ 1;

  test.each<[string, number, Contents, boolean]>([
    ['the piece itself', 0, [first], true],
    ['it in blocks', 0, [slice(first, 0, 16_384), slice(first, 16_384, 131_072)], true],
    ['its bytes', 0, [bytesOfAll([first])], true],
    ['some of its bytes', 0, [bytesOfAll([slice(first, 0, 5)]), slice(first, 5, 131_072)], true],
    ['the last piece', 2, hashes.piece(2), true],
    ['another piece', 1, [first], false],
    ['a byte that is another', 0, [altered], false],
    ['another content', 0, [{ seed: 4, offset: 0, length: 131_072 }], false],
    ['a part of it', 0, [slice(first, 0, 131_071)], false],
    ['blocks that changed places', 0, [slice(first, 65_536, 131_072), slice(first, 0, 65_536)], false],
    ['nothing', 0, [], false],
  ])('%s', (_, index, received, fits) => expect(hashes.fits(index, received)).toBe(fits));
});

test('a torrent of terabytes costs nothing until somebody asks', () => {
  const hashes = new PieceHashes([{ seed: 1, offset: 0, length: 2 ** 42 }], 2 ** 22);
  expect(hashes.count).toBe(2 ** 20);
  expect(hashes.fits(2 ** 20 - 1, [{ seed: 1, offset: 2 ** 42 - 2 ** 22, length: 2 ** 22 }])).toBe(true);
});
