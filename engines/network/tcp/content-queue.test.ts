import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, type Content } from '../../content.ts';
import { ContentQueue } from './content-queue.ts';

test('any appends, drops and takes are those of a byte array; what belongs together is one piece', () => {
  const contents = fc.array(fc.record({ length: fc.nat(40), bulk: fc.boolean() }), { maxLength: 12 });
  fc.assert(
    fc.property(contents, fc.nat(500), fc.array(fc.nat(500), { maxLength: 8 }), (list, dropped, limits) => {
      const queue = new ContentQueue();
      const all: number[] = [];
      for (const [i, { length, bulk }] of list.entries()) {
        const bulky = { seed: i + 1, offset: 3, length };
        queue.append(bulk ? bulky : bytesOf(bulky));
        all.push(...bytesOf(bulky));
      }
      queue.dropBefore(dropped);
      const start = Math.min(dropped, all.length);
      expect([queue.start, queue.end]).toEqual([start, all.length]);
      const rest: Content[] = [];
      for (const limit of [...limits.sort((a, b) => a - b), all.length]) {
        for (let part = queue.take(Math.min(limit, all.length)); part; part = queue.take(Math.min(limit, all.length))) rest.push(part);
        expect(queue.start).toBe(Math.max(start, Math.min(limit, all.length)));
      }
      expect(rest.flatMap((part) => [...bytesOf(part)])).toEqual(all.slice(start));
    }),
  );
  const queue = new ContentQueue();
  for (let offset = 0; offset < 100; offset += 10) queue.append({ seed: 1, offset, length: 10 });
  expect(queue.take(100)).toEqual({ seed: 1, offset: 0, length: 100 });
});
