import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EventQueue, NEVER } from './event-queue.ts';
import { randomStream } from './random.ts';

/** A list that is searched for its least member: what the queue must agree with. */
class PlainList {
  readonly queue = new EventQueue();
  now = 0;
  #added = 0;
  waiting: { entry: number; time: number; priority: number; number: number }[] = [];

  add(delay: number, priority: number): void {
    const time = Math.min(this.now + delay, Number.MAX_SAFE_INTEGER);
    const entry = this.queue.add(time, priority);
    expect(this.waiting.some((other) => other.entry === entry)).toBe(false);
    this.waiting.push({ entry, time, priority, number: this.#added++ });
  }

  take(): void {
    const first = this.waiting.reduce<(typeof this.waiting)[number] | undefined>(
      (least, one) => (!least || (one.time - least.time || one.priority - least.priority || one.number - least.number) < 0 ? one : least),
      undefined,
    );
    const entry = this.queue.take();
    if (!first) {
      expect(entry).toBeLessThan(0);
      return;
    }
    expect({ entry, now: this.queue.now }).toEqual({ entry: first.entry, now: first.time });
    this.now = first.time;
    this.waiting = this.waiting.filter((one) => one !== first);
  }

  remove(which: number): void {
    const removed = this.waiting[which % this.waiting.length];
    if (!removed) return;
    this.queue.remove(removed.entry);
    this.waiting = this.waiting.filter((one) => one !== removed);
  }
}

/** From the same moment to days ahead. */
const delay = fc.oneof(
  fc.constant(0),
  ...[3, 40, 2_000, 60_000, 1_000_000].map((most) => fc.nat(most)),
  ...[1e9, 60e9, 1e13, Number.MAX_SAFE_INTEGER].map((max) => fc.maxSafeInteger().map((n) => Math.abs(n) % max)),
);
const priority = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -16, max: 15 }) });
const command = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), delay, priority }),
  /** Many in a short span: more than stay in one bucket, or beside the run. */
  fc.record({
    kind: fc.constant('burst' as const),
    delay,
    span: fc.constantFrom(1, 5, 300, 10_000),
    count: fc.integer({ min: 2, max: 60 }),
  }),
  fc.record({ kind: fc.constant('take' as const), count: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ kind: fc.constant('remove' as const), which: fc.nat(), count: fc.constantFrom(1, 1, 1, 90) }),
);

describe('order', () => {
  test('any sequence of additions, removals and takings agrees with a plain list', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        const list = new PlainList();
        for (const one of commands) {
          if (one.kind === 'add') list.add(one.delay, one.priority);
          else if (one.kind === 'burst')
            for (let i = 0; i < one.count; i++) list.add(one.delay + ((i * 7919) % one.span), i % 5 ? 0 : i % 3);
          else if (one.kind === 'take') for (let i = 0; i < one.count; i++) list.take();
          else for (let i = 0; i < one.count; i++) list.remove(one.which + i * 31);
        }
        for (let left = list.waiting.length; left >= 0; left--) list.take();
      }),
      { numRuns: 150 },
    );
  });

  test('a hundred thousand of all magnitudes come out sorted', () => {
    const queue = new EventQueue();
    const random = randomStream(1, 'times');
    const times = Array.from({ length: 100_000 }, () => random.below(2 ** (1 + random.below(31))) * (random.below(4) === 0 ? 2 ** 21 : 1));
    const numbers = times.map((time) => queue.add(time, 0));
    expect(new Set(numbers).size).toBe(times.length);
    // Among equal times, as they came.
    const expected = times.map((_, i) => i).sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
    const taken = expected.map(() => queue.take());
    expect(taken).toEqual(expected.map((i) => numbers[i]));
    expect(queue.take()).toBeLessThan(0);
  });

  test('of one moment: by priority, then as they came, those added meanwhile too', () => {
    const list = new PlainList();
    for (let i = 0; i < 400; i++) list.add(1_000_000, i % 7 === 0 ? (i % 32) - 16 : 0);
    for (let i = 0; i < 300; i++) {
      list.take();
      list.add(0, i % 3 === 0 ? -1 : 0);
    }
    while (list.waiting.length > 0) list.take();
    expect(list.now).toBe(1_000_000);
  });

  test('one far entry does not make the near ones wait in a crowd: a burst after a long silence', () => {
    const list = new PlainList();
    list.add(60e9, 0);
    list.add(61e9, 0);
    list.take();
    for (let i = 0; i < 500; i++) list.add((i * 7919) % 5_000, 0);
    while (list.waiting.length > 0) list.take();
    expect(list.now).toBe(61e9);
  });
});

describe('memory', () => {
  const most = (queue: EventQueue, rounds: number, round: (i: number) => number): number => {
    let highest = 0;
    for (let i = 0; i < rounds; i++) highest = Math.max(highest, round(i));
    while (queue.take() >= 0);
    return highest;
  };

  test('the numbers of those that were taken are used again', () => {
    const queue = new EventQueue();
    for (let i = 0; i < 100; i++) queue.add(i * 1_000, 0);
    const highest = most(queue, 20_000, (i) => {
      queue.take();
      return queue.add(queue.now + ((i * 7919) % 100_000), 0);
    });
    expect(highest).toBe(99);
  });

  test('those of removed ones too, wherever they lie', () => {
    const queue = new EventQueue();
    const delays = [1, 500, 200_000_000, 60_000_000_000, NEVER];
    queue.add(0, 0);
    const highest = most(queue, 20_000, (i) => {
      const entry = queue.add(queue.now + (delays[i % delays.length] as number), 0);
      queue.remove(entry);
      if (i % 10 === 0) {
        queue.take();
        queue.add(queue.now + 1_000, 0);
      }
      return entry;
    });
    expect(highest).toBeLessThan(140);
  });
});

test('what never happens is not taken, but can be removed', () => {
  const queue = new EventQueue();
  const never = queue.add(NEVER, -16);
  const last = queue.add(Number.MAX_SAFE_INTEGER, 15);
  expect(queue.take()).toBe(last);
  expect(queue.now).toBe(Number.MAX_SAFE_INTEGER);
  expect(queue.take()).toBeLessThan(0);
  queue.remove(never);
  expect(queue.add(Number.MAX_SAFE_INTEGER, 0)).toBe(never);
  expect(queue.take()).toBe(never);
});
