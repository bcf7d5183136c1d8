/** What each policy throws out, and when. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CacheRoom, REPLACEMENT_POLICIES, type ReplacementPolicy } from './replacement.ts';

/** Asks for objects one after the other, each with its size; what is not there is stored. Gives what went, in order. */
function goes(policy: ReplacementPolicy, room: number, asked: readonly (readonly [object: number, size: number])[]): number[] {
  const cache = new CacheRoom(room, policy);
  const gone: number[] = [];
  for (const [object, size] of asked) {
    if (cache.has(object)) cache.use(object);
    else cache.put(object, size, (victim) => gone.push(victim));
  }
  return gone;
}

const ones = (...objects: number[]) => objects.map((object) => [object, 1] as const);

describe('of four, room for three', () => {
  // 0 is asked for first and again last, 1 most often, 2 last of those that nobody asks for again.
  const asked = ones(0, 1, 2, 1, 1, 0, 3);
  test.each<[ReplacementPolicy, number]>([
    ['fifo', 0],
    ['lru', 2],
    ['lfu', 2],
    ['gdsf', 2],
  ])('%s throws out %i', (policy, victim) => expect(goes(policy, 3, asked)).toEqual([victim]));
});

test('of equal frequency, what was used longest ago goes', () => expect(goes('lfu', 3, ones(0, 1, 2, 0, 2, 1, 3))).toEqual([0]));

test('what was popular once ages: newcomers outlive it at last', () => {
  const oncePopular = ones(0, 0, 0, 0, 0);
  const newcomers = Array.from({ length: 6 }, (_, i) => [i + 1, 1] as const);
  // With room for two, each newcomer pushes the one before it out, and L rises by one each time.
  expect(goes('lfu', 2, [...oncePopular, ...newcomers])).toEqual([1, 2, 3, 4, 0]);
});

test('gdsf keeps small objects, for the room of one large one', () => {
  const cache = new CacheRoom(90, 'gdsf');
  cache.put(0, 60);
  cache.put(1, 10);
  cache.put(2, 10);
  const gone: number[] = [];
  cache.put(3, 30, (object) => gone.push(object));
  expect(gone).toEqual([0]);
  expect(cache.used).toBe(50);
});

test('several go for a large one', () => expect(goes('lru', 3, [...ones(0, 1, 2), [3, 2]])).toEqual([0, 1]));

test('what is larger than the room is not stored, and nothing goes for it', () => {
  const cache = new CacheRoom(3, 'lru');
  cache.put(0, 3);
  expect(cache.put(1, 4)).toBe(false);
  expect([cache.has(0), cache.has(1), cache.used]).toEqual([true, false, 3]);
});

test('the safest are told first', () => {
  const cache = new CacheRoom(10, 'lfu');
  for (const object of [5, 6, 7]) cache.put(object, 1);
  cache.use(6);
  expect(cache.safest(2)).toEqual([6, 7]);
});

/** The same, written to be plainly right: all of it is looked through for the least each time. */
class Slow {
  readonly entries: { object: number; size: number; uses: number; usedAt: number; arrivedAt: number; priority: number }[] = [];
  readonly room: number;
  readonly policy: ReplacementPolicy;
  age = 0;
  clock = 0;

  constructor(room: number, policy: ReplacementPolicy) {
    this.room = room;
    this.policy = policy;
  }

  ask(object: number, size: number): void {
    this.clock++;
    const known = this.entries.find((entry) => entry.object === object);
    if (!known && size > this.room) return;
    if (!known) {
      while (this.entries.reduce((sum, entry) => sum + entry.size, 0) + size > this.room) this.evict();
      this.entries.push({ object, size, uses: 0, usedAt: 0, arrivedAt: this.clock, priority: 0 });
    }
    const entry = known ?? (this.entries.at(-1) as Slow['entries'][number]);
    entry.uses++;
    entry.usedAt = this.clock;
    entry.priority = this.age + (this.policy === 'gdsf' ? entry.uses / entry.size : entry.uses);
  }

  evict(): void {
    const key = (entry: Slow['entries'][number]): [number, number] =>
      this.policy === 'fifo' ? [entry.arrivedAt, 0] : this.policy === 'lru' ? [entry.usedAt, 0] : [entry.priority, entry.usedAt];
    this.entries.sort((a, b) => key(a)[0] - key(b)[0] || key(a)[1] - key(b)[1]);
    this.age = (this.entries.shift() as Slow['entries'][number]).priority;
  }
}

test.each(REPLACEMENT_POLICIES)('%s holds what a slow search would hold, and never more than its room', (policy) => {
  const sizes = [1, 2, 3, 5, 8, 13, 21, 40];
  fc.assert(
    fc.property(fc.array(fc.nat({ max: sizes.length - 1 }), { maxLength: 150 }), fc.integer({ min: 1, max: 60 }), (asked, room) => {
      const cache = new CacheRoom(room, policy);
      const slow = new Slow(room, policy);
      for (const object of asked) {
        const size = sizes[object] as number;
        if (cache.has(object)) cache.use(object);
        else cache.put(object, size);
        slow.ask(object, size);
        expect(cache.used).toBeLessThanOrEqual(room);
        expect(sizes.flatMap((_, i) => (cache.has(i) ? [i] : []))).toEqual(slow.entries.map((entry) => entry.object).sort((a, b) => a - b));
      }
    }),
  );
});

test.each(REPLACEMENT_POLICIES)('%s forgets what is removed', (policy) => {
  const cache = new CacheRoom(3, policy);
  for (const object of [0, 1, 2]) cache.put(object, 1);
  cache.remove(1);
  cache.remove(1);
  expect([cache.count, cache.used, cache.has(1)]).toEqual([2, 2, false]);
  const gone: number[] = [];
  cache.put(3, 1, (object) => gone.push(object));
  expect(gone).toEqual([]);
});
