import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bulkBytes, bytesOf, slice } from './content.ts';

describe('bulk content', () => {
  it('has the same bytes however it is cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 0xffffffff }), fc.nat(5000), fc.nat(300), fc.nat(300), (seed, offset, first, second) => {
        const whole = bulkBytes(seed, offset, first + second);
        expect([...bulkBytes(seed, offset, first), ...bulkBytes(seed, offset + first, second)]).toEqual([...whole]);
        const bulk = { seed, offset, length: first + second };
        expect(bytesOf(slice(bulk, first, first + second))).toEqual(bulkBytes(seed, offset + first, second));
      }),
    );
  });

  it('is cut like literal bytes', () => {
    expect(slice(new Uint8Array([1, 2, 3]), 1, 3)).toEqual(new Uint8Array([2, 3]));
  });

  it('looks random: every byte value comes up about equally often, and seeds differ', () => {
    const counts = new Array(256).fill(0);
    for (const byte of bulkBytes(7, 0, 256 * 400)) counts[byte]++;
    expect(Math.min(...counts)).toBeGreaterThan(300);
    expect(Math.max(...counts)).toBeLessThan(500);
    expect(bulkBytes(7, 0, 64)).not.toEqual(bulkBytes(8, 0, 64));
  });

  it('goes on beyond 2^32 bytes', () => {
    expect(bulkBytes(7, 2 ** 33, 8)).not.toEqual(bulkBytes(7, 2 ** 33 + 8, 8));
  });
});
