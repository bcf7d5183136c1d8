import { expect, it } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { SECOND } from '../quantities.ts';
import { gap } from './downloading.ts';
import type { Arrival } from './scenario.ts';

it.each<[Arrival, number[]]>([
  [{ kind: 'at once' }, [0, 0, 0]],
  [{ kind: 'every', interval: 2 * SECOND }, [0, 2 * SECOND, 2 * SECOND]],
  [{ kind: 'trace', moments: [SECOND, 4 * SECOND, 4 * SECOND] }, [SECOND, 3 * SECOND, 0]],
])('peers arrive so long after one another: %j', (arrival, gaps) => {
  const random = randomStream(1, 'arrivals');
  expect([0, 1, 2].map((i) => gap(arrival, i, random))).toEqual(gaps);
});
