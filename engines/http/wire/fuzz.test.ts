/** The fuzz target on its own corpus, and on some mutations of it. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../kernel/random.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { httpFuzz } from './http.fuzz.ts';

/** Bytes that matter to this grammar. */
const PIECES = [
  '\r\n',
  '\n',
  '\r',
  ' ',
  '\t',
  ':',
  ';',
  '"',
  '0',
  'f',
  '\0',
  '\x0b',
  '\xff',
  'chunked',
  'Content-Length: 1\r\n',
  '\r\n\r\n',
  ',',
];

describe('the fuzz target', () => {
  test('holds for its corpus', () => {
    for (const bytes of httpFuzz.corpus()) expect(() => httpFuzz.run(bytes)).not.toThrow();
  });

  test('holds for five thousand mutations', () => {
    const random = randomStream(1, 'mutations');
    const corpus = httpFuzz.corpus();
    for (let i = 0; i < 5_000; i++) {
      let bytes = corpus[random.below(corpus.length)]!;
      for (let times = 1 + random.below(4); times > 0; times--) {
        const at = random.below(bytes.length + 1);
        const skipped = random.below(4);
        const piece = bytesOfOctets(PIECES[random.below(PIECES.length)]!);
        bytes = new Uint8Array([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at + skipped)]);
      }
      httpFuzz.run(bytes);
    }
  });
});
