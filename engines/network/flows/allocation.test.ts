import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Allocation } from './allocation.ts';

interface Flow {
  readonly path: readonly number[];
  readonly weight: number;
  readonly cap: number;
}

/** Textbook progressive filling, all at once: the rate of each flow. */
function filled(capacities: readonly number[], flows: readonly Flow[]): number[] {
  const rates = flows.map(() => 0);
  const active = new Set(flows.keys());
  const left = [...capacities];
  while (active.size > 0) {
    // How far all can rise until a link is full or a flow is at its cap.
    let rise = Number.POSITIVE_INFINITY;
    for (const [link, room] of left.entries()) {
      const weight = [...active].reduce((sum, i) => sum + (flows[i]?.path.includes(link) ? (flows[i]?.weight as number) : 0), 0);
      if (weight > 0) rise = Math.min(rise, Math.max(room, 0) / weight);
    }
    for (const i of active) rise = Math.min(rise, ((flows[i] as Flow).cap - (rates[i] as number)) / (flows[i] as Flow).weight);
    for (const i of active) {
      const { path, weight } = flows[i] as Flow;
      rates[i] = (rates[i] as number) + rise * weight;
      for (const link of path) left[link] = (left[link] as number) - rise * weight;
    }
    const full = new Set([...left.keys()].filter((link) => (left[link] as number) <= 1e-9 * (capacities[link] as number)));
    for (const i of active) {
      const { path, cap } = flows[i] as Flow;
      if ((rates[i] as number) >= cap * (1 - 1e-12) || path.some((link) => full.has(link))) active.delete(i);
    }
  }
  return rates;
}

const LINKS = 8;
// Nothing so small that the solution from scratch would never come up to it.
const cap = fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 60, noNaN: true }));
const flow = fc.record({
  path: fc.uniqueArray(fc.nat(LINKS - 1), { minLength: 1, maxLength: 4 }),
  weight: fc.oneof(fc.constant(1), fc.double({ min: 0.1, max: 20, noNaN: true })),
  cap: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), cap),
});
const capacity = fc.oneof(fc.double({ min: 1, max: 100, noNaN: true }), fc.constant(0), fc.constant(10));
const capacities = fc.array(capacity, { minLength: LINKS, maxLength: LINKS });

type Change =
  | { readonly kind: 'add'; readonly flow: Flow }
  | { readonly kind: 'remove'; readonly of: number }
  | { readonly kind: 'solve'; readonly of: number }
  | { readonly kind: 'weight' | 'cap' | 'capacity'; readonly of: number; readonly value: number };
const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('add' as const), flow }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), of: fc.nat(1000) }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('solve' as const), of: fc.constant(0) }) },
  fc.record({ kind: fc.constant('weight' as const), of: fc.nat(1000), value: fc.double({ min: 0.1, max: 20, noNaN: true }) }),
  fc.record({ kind: fc.constant('cap' as const), of: fc.nat(1000), value: cap }),
  fc.record({ kind: fc.constant('capacity' as const), of: fc.nat(1000), value: capacity }),
);

/** An allocation that goes through the changes, and the flows that are left. */
function changed(start: readonly number[], changes: readonly Change[]) {
  const allocation = new Allocation(LINKS);
  const links = [...start];
  for (const [link, value] of links.entries()) allocation.setCapacity(link, value);
  const flows: { id: number; flow: Flow }[] = [];
  const told = new Map<number, number>();
  const solve = (): void => {
    allocation.solve();
    for (let i = 0; i < allocation.changedCount; i++) {
      const id = allocation.changed[i] as number;
      told.set(id, allocation.rate(id));
    }
  };
  for (const step of changes) {
    if (step.kind === 'add') {
      const id = allocation.add(step.flow.path, step.flow.weight, step.flow.cap);
      told.set(id, 0);
      flows.push({ id, flow: step.flow });
    } else if (step.kind === 'solve') solve();
    else if (step.kind === 'capacity') {
      links[step.of % LINKS] = step.value;
      allocation.setCapacity(step.of % LINKS, step.value);
    } else if (flows.length > 0) {
      const at = step.of % flows.length;
      const { id, flow: known } = flows[at] as (typeof flows)[number];
      if (step.kind === 'remove') {
        allocation.remove(id);
        told.delete(id);
        flows.splice(at, 1);
      } else if (step.kind === 'weight') {
        allocation.setWeight(id, step.value);
        flows[at] = { id, flow: { ...known, weight: step.value } };
      } else {
        allocation.setCap(id, step.value);
        flows[at] = { id, flow: { ...known, cap: step.value } };
      }
    }
  }
  solve();
  return { allocation, links, flows, told };
}

const close = (a: number, b: number, scale = 1): boolean => a === b || Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b), scale);

describe('rates by hand', () => {
  test.each<[string, number[], Flow[], number[]]>([
    ['one flow has the link', [10], [{ path: [0], weight: 1, cap: Number.POSITIVE_INFINITY }], [10]],
    ['or its cap', [10], [{ path: [0], weight: 1, cap: 4 }], [4]],
    [
      'what a capped flow leaves is the others’',
      [10],
      [
        { path: [0], weight: 1, cap: 2 },
        { path: [0], weight: 1, cap: Number.POSITIVE_INFINITY },
        { path: [0], weight: 3, cap: Number.POSITIVE_INFINITY },
      ],
      [2, 2, 6],
    ],
    // Bertsekas and Gallager, example 6.3 in kind: a long flow shares the narrow link, the wide ones give the rest away.
    [
      'a flow over two links, and one on each',
      [2, 10],
      [
        { path: [0, 1], weight: 1, cap: Number.POSITIVE_INFINITY },
        { path: [0], weight: 1, cap: Number.POSITIVE_INFINITY },
        { path: [1], weight: 1, cap: Number.POSITIVE_INFINITY },
      ],
      [1, 1, 9],
    ],
    ['a link without capacity', [0], [{ path: [0], weight: 1, cap: 4 }], [0]],
  ])('%s', (_, links, flows, rates) => {
    const allocation = new Allocation(links.length);
    for (const [link, value] of links.entries()) allocation.setCapacity(link, value);
    const ids = flows.map(({ path, weight, cap }) => allocation.add(path, weight, cap));
    allocation.solve();
    expect(ids.map((id) => allocation.rate(id))).toEqual(rates);
  });
});

describe('after any sequence of changes', () => {
  const sequence = fc.array(change, { maxLength: 60 });

  test('no link is used beyond its capacity, and no flow could have more without a poorer one having less', () => {
    fc.assert(
      fc.property(capacities, sequence, (start, changes) => {
        const { allocation, links, flows } = changed(start, changes);
        const level = ({ id, flow: { weight } }: (typeof flows)[number]): number => allocation.rate(id) / weight;
        const usage = links.map((_, link) =>
          flows.reduce((sum, { id, flow: { path } }) => sum + (path.includes(link) ? allocation.rate(id) : 0), 0),
        );
        for (const [link, used] of usage.entries()) {
          expect(used).toBeLessThanOrEqual((links[link] as number) * (1 + 1e-6) + 1e-9);
          expect(close(allocation.usage(link), used)).toBe(true);
        }
        for (const one of flows) {
          expect(allocation.rate(one.id)).toBeLessThanOrEqual(one.flow.cap * (1 + 1e-9));
          if (close(allocation.rate(one.id), one.flow.cap)) continue;
          const bottleneck = one.flow.path.find(
            (link) =>
              close(usage[link] as number, links[link] as number) &&
              flows.every((other) => !other.flow.path.includes(link) || level(other) <= level(one) * (1 + 1e-6) + 1e-9),
          );
          expect(bottleneck, `a bottleneck of flow ${one.id}`).toBeDefined();
        }
      }),
      { numRuns: 300 },
    );
  });

  test('the rates are those of a solution from scratch, and whoever listened to the changes knows them', () => {
    fc.assert(
      fc.property(capacities, sequence, (start, changes) => {
        const { allocation, links, flows, told } = changed(start, changes);
        const expected = filled(
          links,
          flows.map((one) => one.flow),
        );
        flows.forEach(({ id }, i) => {
          expect(close(allocation.rate(id), expected[i] as number), `flow ${i}: ${allocation.rate(id)} or ${expected[i]}`).toBe(true);
          expect(told.get(id)).toBe(allocation.rate(id));
        });
      }),
      { numRuns: 300 },
    );
  });

  test('the order in which flows came matters to nothing but rounding', () => {
    fc.assert(
      fc.property(capacities, fc.array(fc.tuple(flow, fc.nat()), { maxLength: 20 }), (start, keyed) => {
        const flows = keyed.map(([one]) => one);
        const order = keyed.map(([one, key], i) => ({ one, i, key })).sort((a, b) => a.key - b.key);
        const adds = (list: readonly Flow[]): Change[] =>
          list.flatMap((one) => [
            { kind: 'add', flow: one },
            { kind: 'solve', of: 0 },
          ]);
        const given = changed(start, adds(flows));
        const shuffled = changed(start, adds(order.map(({ one }) => one)));
        order.forEach(({ i }, at) => {
          const [a, b] = [given.flows[i]?.id as number, shuffled.flows[at]?.id as number];
          expect(close(given.allocation.rate(a), shuffled.allocation.rate(b))).toBe(true);
        });
      }),
    );
  });

  test('the same changes give the same bits', () => {
    fc.assert(
      fc.property(capacities, sequence, (start, changes) => {
        const rates = () => {
          const { allocation, flows } = changed(start, changes);
          return flows.map(({ id }) => allocation.rate(id));
        };
        expect(rates()).toEqual(rates());
      }),
    );
  });
});

test('a change touches what shares a bottleneck with it, not the whole network', () => {
  // A hundred separate links with ten flows each, and a wide link that all of them cross.
  const allocation = new Allocation(101);
  for (let link = 0; link < 100; link++) allocation.setCapacity(link, 10);
  allocation.setCapacity(100, 1e6);
  for (let i = 0; i < 1_000; i++) allocation.add([i % 100, 100], 1, Number.POSITIVE_INFINITY);
  allocation.solve();
  const before = allocation.work;
  const flow = allocation.add([7, 100], 1, Number.POSITIVE_INFINITY);
  allocation.solve();
  expect(allocation.changedCount).toBe(11);
  expect(allocation.work - before).toBeLessThanOrEqual(22);
  allocation.remove(flow);
  allocation.solve();
  expect(allocation.changedCount).toBe(10);
});

test('memory is that of the flows that were there at one time, however many come and go', () => {
  const allocation = new Allocation(10);
  for (let link = 0; link < 10; link++) allocation.setCapacity(link, 10);
  const flows: number[] = [];
  for (let i = 0; i < 20_000; i++) {
    flows.push(
      allocation.add(
        [i % 10, (i * 7 + 3) % 10].filter((link, at, all) => all.indexOf(link) === at),
        1,
        5,
      ),
    );
    allocation.solve();
    if (flows.length > 50) allocation.remove(flows.shift() as number);
  }
  expect(allocation.bytes).toBeLessThan(20_000);
});
