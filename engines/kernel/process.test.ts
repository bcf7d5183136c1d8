import { describe, expect, test } from 'vitest';
import { Kernel } from './kernel.ts';
import { all, Channel, type Process, race, start, type Task, wait } from './process.ts';

/** A kernel with processes that sleep on it. */
function clock() {
  const kernel = new Kernel(1);
  const sleep = (duration: number): Process =>
    wait<void>((resume) => {
      const timer = kernel.schedule(duration, () => resume());
      return () => kernel.cancel(timer);
    });
  function* sleepThen<T>(duration: number, value: T): Process<T> {
    yield* sleep(duration);
    return value;
  }
  const finish = (): void => {
    while (kernel.run(100));
  };
  return { kernel, sleep, sleepThen, finish };
}

describe('start', () => {
  test('runs to the first wait, and on when that is over', () => {
    const { kernel, sleep, finish } = clock();
    const times: number[] = [];
    const task = start(
      'sleeper',
      (function* () {
        times.push(kernel.now);
        yield* sleep(10);
        times.push(kernel.now);
        return 'done';
      })(),
    );
    expect([task.done, times]).toEqual([false, [0]]);
    let told: unknown;
    task.whenDone((result) => {
      told = result;
    });
    finish();
    expect([task.done, task.result, told, times]).toEqual([true, 'done', 'done', [0, 10]]);
    task.whenDone((result) => {
      told = `late ${result}`;
    });
    expect(told).toBe('late done');
  });

  test('a hundred thousand waits that are over at once do not deepen the stack', () => {
    const channel = new Channel<number>();
    let sum = 0;
    for (let i = 0; i < 100_000; i++) channel.put(1);
    channel.close();
    const task = start(
      'reader',
      (function* () {
        for (;;) {
          const item = yield* channel.take();
          if (item === null) return sum;
          sum += item;
        }
      })(),
    );
    expect(task.result).toBe(100_000);
  });

  test('an exception goes to whoever resumed the process', () => {
    const { sleep, finish } = clock();
    start(
      'faulty',
      (function* () {
        yield* sleep(1);
        throw new Error('a bug');
      })(),
    );
    expect(finish).toThrow('a bug');
  });
});

describe('stop', () => {
  test('ends a process where it waits: finally runs, the timer is called off, no result comes', () => {
    const { kernel, sleep, finish } = clock();
    const log: string[] = [];
    const task = start(
      'sleeper',
      (function* () {
        try {
          yield* sleep(10);
          log.push('never');
        } finally {
          log.push('finally');
        }
      })(),
      () => log.push('ended'),
    );
    task.whenDone(() => log.push('never told'));
    task.stop();
    task.stop();
    expect(kernel.foreground).toBe(0);
    finish();
    expect(log).toEqual(['finally', 'ended']);
    expect([task.done, task.result]).toEqual([false, undefined]);
  });

  test('a process that stops itself ends at its next wait', () => {
    const { sleep, finish, kernel } = clock();
    const log: string[] = [];
    let task: Task | undefined;
    task = start(
      'self',
      (function* (): Process {
        yield* sleep(1);
        try {
          task?.stop();
          log.push('runs on to its next wait');
          yield* sleep(5);
          log.push('never');
        } finally {
          log.push('finally');
        }
      })(),
    );
    finish();
    expect(log).toEqual(['runs on to its next wait', 'finally']);
    expect(kernel.now).toBe(1);
  });

  test('a process that is stopped while its wait is set up leaves nothing behind', () => {
    const channel = new Channel<string>();
    const { sleep, finish } = clock();
    let task: Task | undefined;
    task = start(
      'taker',
      (function* (): Process {
        yield* sleep(1);
        yield* wait<string | null>((resume) => {
          const inner = start('inner', channel.take());
          task?.stop();
          inner.whenDone(resume);
          return () => inner.stop();
        });
      })(),
    );
    finish();
    // The item is not swallowed by the taker that is gone.
    channel.put('item');
    expect(channel.length).toBe(1);
  });
});

describe('race', () => {
  const table: [string, number, number, unknown][] = [
    ['the first is faster', 1, 2, { winner: 'first', value: 'a' }],
    ['the second is faster', 2, 1, { winner: 'second', value: 'b' }],
    ['both at once', 2, 2, { winner: 'first', value: 'a' }],
  ];
  test.each(table)('%s', (_name, first, second, expected) => {
    const { kernel, sleepThen, finish } = clock();
    const task = start('race', race(sleepThen(first, 'a'), sleepThen(second, 'b')));
    finish();
    expect(task.result).toEqual(expected);
    expect(kernel.now).toBe(Math.min(first, second));
  });

  test('the loser is stopped: its finally runs', () => {
    const { sleepThen, sleep, finish } = clock();
    const log: string[] = [];
    function* loser(): Process {
      try {
        yield* sleep(100);
      } finally {
        log.push('stopped');
      }
    }
    start('race', race(sleepThen(1, 'a'), loser()));
    finish();
    expect(log).toEqual(['stopped']);
  });

  test('stopping the race stops both', () => {
    const { kernel, sleepThen } = clock();
    const task = start('race', race(sleepThen(1, 'a'), sleepThen(2, 'b')));
    expect(kernel.foreground).toBe(2);
    task.stop();
    expect(kernel.foreground).toBe(0);
  });
});

describe('all', () => {
  test('is done with the slowest; results in the order of the processes', () => {
    const { kernel, sleepThen, finish } = clock();
    const task = start('all', all([sleepThen(3, 'a'), sleepThen(1, 'b'), sleepThen(2, 'c')]));
    finish();
    expect(task.result).toEqual(['a', 'b', 'c']);
    expect(kernel.now).toBe(3);
  });

  test('of nothing is done at once', () => {
    expect(start('all', all([])).result).toEqual([]);
  });

  test('stopping it stops the rest', () => {
    const { kernel, sleepThen } = clock();
    const task = start('all', all([sleepThen(3, 'a'), sleepThen(1, 'b')]));
    kernel.run(1);
    task.stop();
    expect(kernel.foreground).toBe(0);
  });
});

describe('Channel', () => {
  test('first in, first out, for takers and items', () => {
    const channel = new Channel<number>();
    const taken: (number | null)[] = [];
    for (let i = 0; i < 3; i++) start('taker', channel.take()).whenDone((item) => taken.push(item));
    for (let i = 0; i < 5; i++) channel.put(i);
    expect([taken, channel.length]).toEqual([[0, 1, 2], 2]);
    start('taker', channel.take()).whenDone((item) => taken.push(item));
    expect(taken).toEqual([0, 1, 2, 3]);
  });

  test('gives what is left after close, then null; takes nothing more', () => {
    const channel = new Channel<number>();
    channel.put(1);
    channel.close();
    channel.put(2);
    expect(start('taker', channel.take()).result).toBe(1);
    expect(start('taker', channel.take()).result).toBe(null);
  });

  test('close wakes those who wait', () => {
    const channel = new Channel<number>();
    const task = start('taker', channel.take());
    channel.close();
    expect([task.done, task.result]).toEqual([true, null]);
  });

  test('a taker that was stopped takes nothing', () => {
    const channel = new Channel<number>();
    const gone = start('gone', channel.take());
    const next = start('next', channel.take());
    gone.stop();
    channel.put(1);
    expect([gone.result, next.result]).toEqual([undefined, 1]);
  });
});
