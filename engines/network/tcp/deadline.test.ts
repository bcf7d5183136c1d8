import { expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { Deadline } from './deadline.ts';

function deadlineForTests(background = false) {
  const kernel = new Kernel(1);
  const log: string[] = [];
  const deadline = new Deadline(kernel, () => log.push(`${kernel.now} for ${kernel.cause}`), { background });
  return { kernel, log, deadline };
}

test('is due once, at the time last set, for the cause that set it', () => {
  const { kernel, log, deadline } = deadlineForTests();
  kernel.cause = 3;
  deadline.start(100);
  kernel.schedule(50, () => deadline.start(100));
  kernel.schedule(120, () => deadline.start(10));
  kernel.run(100);
  expect(log).toEqual(['130 for 3']);
  expect(deadline.pending).toBe(false);
});

test('moved later a thousand times costs a few events of the kernel, not a thousand', () => {
  const { kernel, log, deadline } = deadlineForTests();
  for (let at = 1; at <= 1_000; at++) kernel.schedule(at, () => deadline.start(500));
  kernel.run(10_000);
  expect(log).toEqual(['1500 for -1']);
  expect(kernel.events).toBeLessThan(1_005);
});

test('that is called off is not waited for: a step is done at once', () => {
  const { kernel, log, deadline } = deadlineForTests();
  const settled: number[] = [];
  kernel.cause = 1;
  deadline.start(1_000);
  kernel.schedule(10, () => deadline.stop());
  kernel.whenSettled(1, () => settled.push(kernel.now));
  kernel.run(100);
  expect([log, settled, kernel.now]).toEqual([[], [10], 10]);
});

test('set anew for another step is waited for by that one alone', () => {
  const { kernel, log, deadline } = deadlineForTests();
  const settled: string[] = [];
  kernel.cause = 1;
  deadline.start(1_000);
  kernel.whenSettled(1, () => settled.push(`1 at ${kernel.now}`));
  kernel.cause = 2;
  kernel.schedule(10, () => deadline.start(1_000));
  kernel.whenSettled(2, () => settled.push(`2 at ${kernel.now}`));
  kernel.run(100);
  expect(log).toEqual(['1010 for 2']);
  expect(settled).toEqual(['1 at 10', '2 at 1010']);
});

test('in the background keeps no run alive', () => {
  const { kernel, log, deadline } = deadlineForTests(true);
  deadline.start(1_000);
  kernel.schedule(10, () => {});
  kernel.run(100);
  expect([log, kernel.now]).toEqual([[], 10]);
});
