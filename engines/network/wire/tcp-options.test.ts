import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import { dissect, encode } from './tcp.ts';
import { decodeSynOptions, encodeSack, encodeSynOptions, findSack, readUint32 } from './tcp-options.ts';

const addresses = { source: '10.0.0.1', destination: '10.0.0.2' };

function fieldsOf(options: Uint8Array): readonly Field[] {
  const ports = { sourcePort: 1, destinationPort: 2, sequence: 0, acknowledgment: 0, flags: 16, window: 0, urgentPointer: 0 };
  const segment = encode({ ...ports, options, payload: new Uint8Array(0) }, addresses);
  return dissect(segment, addresses).find(({ name }) => name === 'Options')?.children ?? [];
}

test('what a SYN says is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 88, max: 65_535 }), fc.integer({ min: -1, max: 14 }), fc.boolean(), (mss, windowShift, sackPermitted) => {
      const options = { maximumSegmentSize: mss, windowShift, sackPermitted };
      const bytes = encodeSynOptions(options);
      expect(bytes.length % 4).toBe(0);
      expect(decodeSynOptions(bytes)).toEqual(options);
      expect(fieldsOf(bytes).some(({ malformed }) => malformed)).toBe(false);
    }),
  );
});

test('a SYN without options takes 536 bytes, unscaled windows and no blocks', () => {
  expect(decodeSynOptions(null)).toEqual({ maximumSegmentSize: 536, windowShift: -1, sackPermitted: false });
});

test('blocks are read back, wherever the option stands', () => {
  const edge = fc.nat(4294967295);
  fc.assert(
    fc.property(fc.array(edge, { minLength: 2, maxLength: 8 }), fc.nat(2), (list, before) => {
      const blocks = list.length >> 1;
      const bytes = new Uint8Array([...new Array(before).fill(1), ...encodeSack(list, blocks)]);
      const found = findSack(bytes);
      expect(found & 7).toBe(blocks);
      const edges = Array.from({ length: 2 * blocks }, (_, i) => readUint32(bytes, (found >> 3) + 4 * i));
      expect(edges).toEqual(list.slice(0, 2 * blocks));
    }),
  );
});

test('the inspector names each block', () => {
  const [, , sack] = fieldsOf(encodeSack([1_000, 2_460, 4_000, 5_460], 2));
  expect(sack).toMatchObject({ name: 'Selective Acknowledgments', value: '1000 to 2460, 4000 to 5460', start: 22, end: 40 });
  expect(sack?.children?.map(({ value, start, end }) => [value, start, end])).toEqual([
    ['1000 to 2460', 24, 32],
    ['4000 to 5460', 32, 40],
  ]);
});

test('no bytes hang or break the reader', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
      padded.set(bytes);
      decodeSynOptions(padded);
      const found = findSack(padded);
      expect((found >> 3) + 8 * (found & 7)).toBeLessThanOrEqual(padded.length);
      expect(fieldsOf(padded).every(({ start, end }) => start < end)).toBe(true);
    }),
  );
});
