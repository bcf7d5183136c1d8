import { expect, it } from 'vitest';
import { describeProgress } from './progress.ts';

it('tells simulated time, events and their rate', () => {
  expect(describeProgress({ now: 1.5e9, events: 12_000 }, 500)).toBe('running: 1.5 s of simulated time, 12,000 events, 24,000 a second');
});
