import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { END_OF_TIME, Kernel, type Timer } from './kernel.ts';

describe('order', () => {
  test('by time, then priority, then order of scheduling', () => {
    const kernel = new Kernel(1);
    const order: string[] = [];
    kernel.schedule(20, () => order.push('later'));
    kernel.schedule(10, () => order.push('last of its time'), { priority: 8 });
    kernel.schedule(10, () => order.push('second'));
    kernel.schedule(10, () => order.push('third'));
    kernel.schedule(10, () => order.push('first'), { priority: -1 });
    expect(kernel.run(100)).toBe(false);
    expect(order).toEqual(['first', 'second', 'third', 'last of its time', 'later']);
    expect(kernel.now).toBe(20);
    expect(kernel.events).toBe(5);
  });

  test('any schedule and cancellations run as a sorted list would', () => {
    const command = fc.record({
      delay: fc.nat(20),
      priority: fc.integer({ min: -16, max: 15 }),
      cancels: fc.option(fc.nat(400), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 400 }), (commands) => {
        const kernel = new Kernel(1);
        const timers: Timer[] = [];
        const ran: number[] = [];
        const cancelled = new Set<number>();
        for (const [i, { delay, priority, cancels }] of commands.entries()) {
          timers.push(kernel.schedule(delay, () => ran.push(i), { priority }));
          if (cancels !== undefined && cancels <= i) {
            kernel.cancel(timers[cancels] as Timer);
            cancelled.add(cancels);
          }
        }
        const expected = commands
          .map((command, i) => ({ ...command, i }))
          .filter(({ i }) => !cancelled.has(i))
          .sort((a, b) => a.delay - b.delay || a.priority - b.priority || a.i - b.i)
          .map(({ i }) => i);
        expect(kernel.foreground).toBe(expected.length);
        while (kernel.run(7));
        expect(ran).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('events that schedule events: time never goes back', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 300 }), (delays) => {
        const kernel = new Kernel(1);
        const times: number[] = [];
        let next = 0;
        const step = (): void => {
          times.push(kernel.now);
          for (let n = 0; n < 2 && next < delays.length; n++) kernel.schedule(delays[next++] as number, step);
        };
        kernel.schedule(0, step);
        while (kernel.run(10));
        expect(times.length).toBe(delays.length + 1);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
      { numRuns: 60 },
    );
  });
});

test('one function serves many events, each with its number', () => {
  const kernel = new Kernel(1);
  const seen: [number, number][] = [];
  const note = (argument: number): void => {
    seen.push([kernel.now, argument]);
    if (argument > 0) kernel.call(5, note, argument - 0.5);
  };
  for (let i = 0; i < 100; i++) kernel.cancel(kernel.call(1, note, i));
  kernel.call(10, note, 1);
  kernel.schedule(10, () => seen.push([kernel.now, -1]));
  while (kernel.run(10));
  expect(seen).toEqual([
    [10, 1],
    [10, -1],
    [15, 0.5],
    [20, 0],
  ]);
});

describe('cancel', () => {
  test('is safe for timers that ran or were cancelled, even when their place is used again', () => {
    const kernel = new Kernel(1);
    let ran = 0;
    const old = kernel.schedule(1, () => ran++);
    kernel.run(1);
    const fresh = kernel.schedule(1, () => ran++);
    kernel.cancel(old);
    kernel.cancel(old);
    kernel.run(10);
    expect(ran).toBe(2);
    kernel.cancel(fresh);
    expect(kernel.foreground).toBe(0);
    kernel.cancel(Number.MAX_SAFE_INTEGER);
  });

  test('a hundred thousand timers that are set and called off leave no trace', () => {
    const kernel = new Kernel(1);
    let ran = 0;
    for (let i = 0; i < 100_000; i++) kernel.cancel(kernel.schedule(1_000_000 - i, () => ran++));
    kernel.schedule(5, () => ran++);
    expect(kernel.foreground).toBe(1);
    expect(kernel.run(10)).toBe(false);
    expect([ran, kernel.now, kernel.events]).toEqual([1, 5, 1]);
  });

  test('most of a full queue: the rest keep their order', () => {
    const kernel = new Kernel(3);
    const delays = kernel.random('delays');
    const ran: number[] = [];
    const timers = Array.from({ length: 2_000 }, () => {
      const delay = delays.below(1_000);
      return { delay, timer: kernel.schedule(delay, () => ran.push(kernel.now)) };
    });
    const kept = timers.filter(({ timer }, i) => {
      if (i % 5 !== 0) kernel.cancel(timer);
      return i % 5 === 0;
    });
    while (kernel.run(100));
    expect(ran).toEqual(kept.map(({ delay }) => delay).sort((a, b) => a - b));
  });
});

describe('background', () => {
  test('happens in its turn, but keeps no run alive', () => {
    const kernel = new Kernel(1);
    const order: string[] = [];
    kernel.schedule(5, () => order.push('early background'), { background: true });
    kernel.schedule(10, () => order.push('foreground'));
    kernel.schedule(15, () => order.push('late background'), { background: true });
    expect(kernel.run(100)).toBe(false);
    expect(order).toEqual(['early background', 'foreground']);
    expect(kernel.now).toBe(10);
  });
});

test('an event has the cause that held when it was scheduled', () => {
  const kernel = new Kernel(1);
  const causes: number[] = [];
  kernel.cause = 3;
  kernel.schedule(10, () => {
    causes.push(kernel.cause);
    kernel.schedule(10, () => causes.push(kernel.cause));
    kernel.cause = 9;
  });
  kernel.cause = 4;
  kernel.schedule(15, () => causes.push(kernel.cause));
  kernel.run(100);
  expect(causes).toEqual([3, 4, 3]);
  expect(kernel.cause).toBe(-1);
});

test('run executes no more events than asked for', () => {
  const kernel = new Kernel(1);
  let ran = 0;
  for (let i = 0; i < 5; i++) kernel.schedule(i, () => ran++);
  expect(kernel.run(2)).toBe(true);
  expect(ran).toBe(2);
  expect(kernel.run(3)).toBe(false);
  expect(ran).toBe(5);
});

test.each([[-1], [Number.NaN]])('a delay of %s is refused', (delay) => {
  expect(() => new Kernel(1).schedule(delay, () => {})).toThrow(RangeError);
});

describe('the end of time', () => {
  const DAY = 86_400e9;

  test('cuts a run off: what lies beyond never happens', () => {
    const kernel = new Kernel(1);
    const ran: string[] = [];
    kernel.schedule(100 * DAY, () => {
      ran.push('before');
      kernel.schedule(100 * DAY, () => ran.push('beyond'));
      kernel.schedule(Number.POSITIVE_INFINITY, () => ran.push('never'), { priority: -1 });
      kernel.schedule(END_OF_TIME - kernel.now, () => ran.push('the last nanosecond'));
    });
    expect(kernel.outOfTime).toBe(false);
    while (kernel.run(1));
    expect(ran).toEqual(['before', 'the last nanosecond']);
    expect([kernel.now, kernel.events, kernel.outOfTime]).toEqual([END_OF_TIME, 2, true]);
    expect(kernel.run(10)).toBe(false);
    expect(ran.length).toBe(2);
  });

  test('does not come to a run that only a background event outlasts', () => {
    const kernel = new Kernel(1);
    kernel.schedule(2_147_483_647e9, () => {}, { background: true });
    kernel.schedule(5, () => {});
    expect(kernel.run(10)).toBe(false);
    expect([kernel.now, kernel.outOfTime]).toEqual([5, false]);
  });

  test('is called off with the event', () => {
    const kernel = new Kernel(1);
    const beyond = kernel.schedule(200 * DAY, () => {});
    kernel.schedule(5, () => kernel.cancel(beyond));
    expect(kernel.run(10)).toBe(false);
    expect([kernel.now, kernel.outOfTime]).toEqual([5, false]);
  });
});

describe('whenSettled', () => {
  /** Schedules for a cause. */
  const of = (kernel: Kernel, cause: number, delay: number, callback: () => void = () => {}): Timer => {
    const before = kernel.cause;
    kernel.cause = cause;
    const timer = kernel.schedule(delay, callback);
    kernel.cause = before;
    return timer;
  };

  test('tells at the end of the event that leaves nothing of that cause, once', () => {
    const kernel = new Kernel(1);
    const told: string[] = [];
    of(kernel, 3, 10, () => of(kernel, 3, 10));
    of(kernel, 4, 40);
    const late = of(kernel, 5, 50);
    of(kernel, 4, 15, () => kernel.cancel(late));
    kernel.whenSettled(3, () => told.push(`3 at ${kernel.now}`));
    kernel.whenSettled(4, () => told.push(`4 at ${kernel.now}`));
    kernel.whenSettled(5, () => told.push(`5 at ${kernel.now}`));
    kernel.whenSettled(6, () => told.push(`6, of which nothing waited, at ${kernel.now}`));
    while (kernel.run(1));
    expect(told).toEqual(['6, of which nothing waited, at 10', '5 at 15', '3 at 20', '4 at 40']);
  });

  test('tells the watchers of one moment in the order in which they came, and then those they brought', () => {
    const kernel = new Kernel(1);
    const told: string[] = [];
    const timers = [of(kernel, 1, 90), of(kernel, 2, 90)];
    kernel.whenSettled(2, () => {
      told.push('first');
      kernel.whenSettled(7, () => told.push('brought'));
    });
    kernel.whenSettled(1, () => told.push('second'));
    kernel.whenSettled(2, () => told.push('third'));
    of(kernel, 9, 10, () => {
      for (const timer of timers) kernel.cancel(timer);
    });
    kernel.run(10);
    expect(told).toEqual(['first', 'second', 'third', 'brought']);
  });

  test('is told of each of twenty thousand causes, once', () => {
    const kernel = new Kernel(1);
    let told = 0;
    let ran = 0;
    for (let cause = 0; cause < 20_000; cause++) {
      for (let i = 0; i < 5; i++) of(kernel, cause, 1 + cause * 5 + i, () => ran++);
      kernel.whenSettled(cause, () => told++);
    }
    while (kernel.run(1000));
    expect([ran, told]).toEqual([100_000, 20_000]);
  });
});

test('the same purpose gives the same stream', () => {
  const kernel = new Kernel(7);
  expect(kernel.random('a')).toBe(kernel.random('a'));
  expect(kernel.random('a')).not.toBe(kernel.random('b'));
});
