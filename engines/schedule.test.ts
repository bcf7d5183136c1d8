import { describe, expect, it } from 'vitest';
import { Kernel } from './kernel/kernel.ts';
import { type Process, wait } from './kernel/process.ts';
import type { StepOutcome } from './protocol.ts';
import { SECOND } from './quantities.ts';
import type { Action, Step, Timing } from './scenario.ts';
import { Schedule } from './schedule.ts';

/** A step in a test: its timing, how long it takes, and how long something of it is still under way afterwards. */
interface Told {
  readonly timing: Timing;
  readonly takes?: number;
  readonly trails?: number;
  readonly parent?: number;
  readonly together?: boolean;
  readonly fails?: boolean;
}

/** Runs steps that only let time pass; when each started and ended, in seconds. */
function run(told: readonly Told[], overs: readonly number[] = []) {
  const kernel = new Kernel(1);
  const steps = told.map(({ timing, parent = -1, together }, i): Step => {
    // The action's only use here is to find the test's own row again.
    const action = (together ? { kind: 'together' } : { kind: 'test', row: i }) as Action;
    return { parent, timing, action, text: `step ${i}`, at: { source: 0, start: 0, end: 0 } };
  });
  const starts: [step: number, at: number, cause: number][] = [];
  function* perform(action: Action): Process<StepOutcome> {
    const row = (action as unknown as { row: number }).row;
    const { takes = 0, trails = 0, fails = false } = told[row]!;
    starts.push([row, kernel.now / SECOND, kernel.cause]);
    yield* wait<void>((resume) => {
      const timer = kernel.schedule(takes * SECOND, () => resume());
      return () => kernel.cancel(timer);
    });
    if (trails > 0) kernel.schedule(trails * SECOND, () => {});
    return { outcome: `done ${row}`, succeeded: !fails };
  }
  const schedule = new Schedule(kernel, steps, perform);
  const over: number[] = [];
  overs.forEach((steps, i) => {
    schedule.whenOver(steps, () => {
      over[i] = kernel.now / SECOND;
    });
  });
  schedule.begin();
  while (kernel.run(1000));
  return {
    starts,
    over,
    report: schedule
      .report()
      .map(({ startedAt, endedAt, outcome, succeeded }) => [startedAt / SECOND, endedAt / SECOND, outcome, succeeded]),
  };
}

const then: Timing = { kind: 'then' };
const at = (seconds: number): Timing => ({ kind: 'at', time: seconds * SECOND });
const waiting = (seconds: number): Timing => ({ kind: 'after', delay: seconds * SECOND });
const every = (seconds: number, until: number): Timing => ({ kind: 'every', interval: seconds * SECOND, until: until * SECOND });

describe('the schedule', () => {
  it('starts each step when the one before it is done', () => {
    expect(
      run([
        { timing: then, takes: 2 },
        { timing: then, takes: 3 },
      ]).report,
    ).toEqual([
      [0, 2, 'done 0', true],
      [2, 5, 'done 1', true],
    ]);
  });

  it('lets what a step set off come to its end before the next one begins', () => {
    expect(run([{ timing: then, takes: 2, trails: 4 }, { timing: then }]).report).toEqual([
      [0, 2, 'done 0', true],
      [6, 6, 'done 1', true],
    ]);
  });

  it('counts `after` from the end of the step before, and never starts early', () => {
    expect(
      run([{ timing: then, takes: 2, trails: 4 }, { timing: waiting(1) }, { timing: waiting(10) }]).starts.map(([, time]) => time),
    ).toEqual([0, 6, 16]);
  });

  it('starts `at` steps at their time, whatever went before; `then` follows them', () => {
    expect(run([{ timing: then, takes: 60 }, { timing: at(10), takes: 5 }, { timing: then }]).starts).toEqual([
      [0, 0, 0],
      [1, 10, 1],
      [2, 15, 2],
    ]);
  });

  it('repeats `every` steps from their start until the given time', () => {
    const { starts, report } = run([{ timing: then, takes: 1 }, { timing: every(10, 31), takes: 25 }, { timing: then }]);
    expect(starts.map(([step, time]) => [step, time])).toEqual([
      [0, 0],
      [1, 1],
      [1, 11],
      [1, 21],
      [2, 46],
    ]);
    expect(report[1]).toEqual([1, 46, 'all 3 done', true]);
  });

  it('runs the steps of a `together` side by side; it is done when they are, and fails when one does', () => {
    const { report } = run([
      { timing: then, together: true },
      { timing: then, parent: 0, takes: 5 },
      { timing: waiting(3), parent: 0, takes: 4, fails: true },
      { timing: then },
    ]);
    expect(report).toEqual([
      [0, 7, '1 of 2 failed', false],
      [0, 5, 'done 1', true],
      [3, 7, 'done 2', false],
      [7, 7, 'done 3', true],
    ]);
  });

  it('an empty `together` is done at once', () => {
    expect(run([{ timing: then, together: true }, { timing: then }]).report[1]).toEqual([0, 0, 'done 1', true]);
  });

  it('tells when the first steps are all over, before the next one starts', () => {
    const { over, starts } = run(
      [
        { timing: then, takes: 2, trails: 1 },
        { timing: at(10), takes: 1 },
        { timing: then, takes: 1 },
      ],
      [0, 1, 2, 3],
    );
    expect(over).toEqual([0, 3, 11, 12]);
    expect(starts.map(([, time]) => time)).toEqual([0, 10, 11]);
  });

  it('repeats an `every` step of a `together` on its own, beside the others', () => {
    const { starts, report } = run([
      { timing: then, together: true },
      { timing: every(10, 25), parent: 0, takes: 1 },
      { timing: every(10, 15), parent: 0, takes: 30, fails: true },
      { timing: then, parent: 0, takes: 2 },
      { timing: then },
    ]);
    expect(starts.map(([step, time, cause]) => [step, time, cause])).toEqual([
      [1, 0, 1],
      [2, 0, 2],
      [3, 0, 3],
      [1, 10, 1],
      [2, 10, 2],
      [1, 20, 1],
      [4, 40, 4],
    ]);
    expect(report.slice(0, 4)).toEqual([
      [0, 40, '1 of 3 failed', false],
      [0, 21, 'all 3 done', true],
      [0, 40, '2 of 2 failed', false],
      [0, 2, 'done 3', true],
    ]);
  });

  describe('at the end of time, 104 days', () => {
    const DAYS = 86_400;
    const cutOff = 'cut off: simulated time ends after 104 d 6 h';
    const neverBegan = 'never began: simulated time ends after 104 d 6 h';

    it('says of each step whether it was cut off or never began', () => {
      const { starts, report } = run([{ timing: at(100 * DAYS), takes: 1 }, { timing: waiting(100 * DAYS), takes: 1 }, { timing: then }]);
      expect(starts.map(([step]) => step)).toEqual([0]);
      expect(report).toEqual([
        [100 * DAYS, 100 * DAYS + 1, 'done 0', true],
        [Number.NaN, Number.NaN, neverBegan, false],
        [Number.NaN, Number.NaN, neverBegan, false],
      ]);
    });

    it('cuts off what takes longer, a `together` and an `every` among them', () => {
      const { report } = run([
        { timing: at(104 * DAYS), together: true },
        { timing: then, parent: 0, takes: 10 * DAYS },
        { timing: every(DAYS / 2, 300 * DAYS), parent: 0, takes: 1 },
        { timing: then, parent: 0, takes: 5 },
      ]);
      expect(report.map(([, , outcome, succeeded]) => [outcome, succeeded])).toEqual([
        [cutOff, false],
        [cutOff, false],
        [cutOff, false],
        ['done 3', true],
      ]);
    });

    it('says nothing of the kind when it was not reached', () => {
      expect(run([{ timing: at(104 * DAYS), takes: 1, trails: 2 }, { timing: then }]).report.map(([, , outcome]) => outcome)).toEqual([
        'done 0',
        'done 1',
      ]);
    });
  });

  it('goes through twenty thousand steps, one after the other or all at their times', () => {
    const takes = 0.000_5;
    const told = Array.from({ length: 20_000 }, (_, i) => ({ timing: i % 2 ? then : at(i * 0.001), takes, trails: takes }));
    const { report, over } = run(
      told,
      told.map((_, i) => i),
    );
    const { report: together } = run([{ timing: then, together: true }, ...told.map((one) => ({ ...one, parent: 0 }))]);
    expect(report.every(([, , , succeeded]) => succeeded)).toBe(true);
    expect(over.length).toBe(20_000);
    expect(together[0]?.[2]).toBe('all 20000 done');
  });
});
