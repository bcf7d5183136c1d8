import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Stream } from './conversation.ts';

test('finds the step and the end of the message at any byte', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 15 });
  fc.assert(
    fc.property(lengths, (list) => {
      const stream = new Stream();
      const owners: number[] = [];
      for (const [i, length] of list.entries()) {
        stream.write(new Uint8Array(length), 100 + i, i);
        for (let byte = 0; byte < length; byte++) owners.push(i);
        for (const [offset, owner] of owners.entries()) expect(stream.stepAt(offset)).toBe(owner);
        expect(stream.stepAt(owners.length)).toBe(-1);
      }
      for (let from = 0; from < owners.length; from++) {
        for (let to = from + 1; to <= owners.length; to++) {
          const end = owners.slice(from, to).some((owner, i) => owners[from + i + 1] !== owner);
          expect(stream.endsWithin(from, to)).toBe(end);
        }
      }
    }),
    { numRuns: 50 },
  );
});

test('tells each message once, when its last byte has come', () => {
  const stream = new Stream();
  for (const [i, length] of [10, 5, 5].entries()) stream.write(new Uint8Array(length), 7 + i, 0);
  const told = (offset: number): number[] => {
    const rows: number[] = [];
    for (let row = stream.nextDelivered(offset); row >= 0; row = stream.nextDelivered(offset)) rows.push(row);
    return rows;
  };
  expect([9, 10, 19, 20, 20].map(told)).toEqual([[], [7], [8], [9], []]);
});
