import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { MILLISECOND } from '../quantities.ts';
import { lineForTests, scenarioForTests } from './scenario-for-tests.ts';
import { type Path, Topology } from './topology.ts';

type Link = readonly [a: string, b: string, latency: number];

/** Hosts whose way over the core takes `core` ms each, and links with their milliseconds. */
function topology(names: readonly string[], links: readonly Link[], core = 1_000): Topology {
  const hosts = Object.fromEntries(names.map((name) => [name, { latency: core * MILLISECOND }]));
  const properties = { ...lineForTests, rate: 1e9, queue: 1e6, at: null };
  const declared = links.map(([a, b, latency]) => ({ ...properties, a, b, latency: latency * MILLISECOND }));
  return new Topology(scenarioForTests(hosts, { links: declared }), (purpose) => randomStream(1, purpose));
}

const names = (path: Path | null): string => path?.map(({ name }) => name).join(', ') ?? 'none';

describe('the way a packet takes', () => {
  test.each<[string, readonly Link[], string]>([
    [
      'is the one of lowest latency',
      [
        ['s', 't', 3],
        ['s', 'a', 1],
        ['a', 't', 1],
      ],
      's to a, a to t',
    ],
    ['is over the core where that is shorter', [['s', 't', 2_001]], 's up, t down'],
    ['has fewer hops when latencies are equal', [['s', 't', 2_000]], 's to t'],
    [
      'begins with the link that was declared first when the hops are equal, too',
      [
        ['s', 'b', 1],
        ['s', 'a', 1],
        ['a', 't', 1],
        ['b', 't', 1],
      ],
      's to b, b to t',
    ],
    // t is reached over three hosts first; a is as far away and has fewer hops, and from there to t it takes no time.
    [
      'has fewer hops, though a way of more was found first',
      [
        ['s', 'b', 1],
        ['b', 'c', 1],
        ['c', 'd', 1],
        ['d', 't', 27],
        ['s', 'e', 29],
        ['e', 'a', 1],
        ['a', 't', 0],
      ],
      's to e, e to a, a to t',
    ],
  ])('%s', (_, links, expected) => {
    expect(names(topology(['s', 'a', 'b', 'c', 'd', 'e', 't'], links).path(0, 6))).toBe(expected);
  });

  test('is as short as any that there is, and of those has the fewest hops', () => {
    const node = fc.nat(7);
    const links = fc.array(
      fc.tuple(node, node, fc.nat(4)).filter(([a, b]) => a !== b),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(links, fc.nat(8), (declared, core) => {
        const hosts = Array.from({ length: 8 }, (_, i) => `h${i}`);
        const net = topology(
          hosts,
          declared.map(([a, b, latency]) => [`h${a}`, `h${b}`, latency]),
          core,
        );
        const shortest = distances(declared, core);
        for (let from = 0; from < 8; from++) {
          for (let to = 0; to < 8; to++) {
            if (from === to) continue;
            const path = net.path(from, to) as Path;
            const latency = path.reduce((sum, { properties }) => sum + properties.latency, 0) / MILLISECOND;
            expect([latency, path.length]).toEqual(shortest[from]?.[to]);
            expect(path.at(-1)?.to).toBe(to);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('goes around links that failed and hosts that are down, and comes back', () => {
    const links: Link[] = [
      ['s', 'a', 1],
      ['a', 't', 1],
      ['s', 'b', 2],
      ['b', 't', 2],
    ];
    const net = topology(['s', 'a', 'b', 't'], links);
    const now = () => names(net.path(0, 3));
    const change = (link: number, up: boolean) => {
      for (const direction of net.directionsOf(link)) {
        if (up) direction.recover();
        else direction.fail(0);
      }
      net.changed();
    };
    expect(now()).toBe('s to a, a to t');
    change(1, false);
    expect(now()).toBe('s to b, b to t');
    net.setForwarding(2, false);
    expect(now()).toBe('s up, t down');
    // A host that is down is still the end of a way.
    expect(names(net.path(0, 2))).toBe('s to b');
    for (const direction of net.accessOf(3)) direction.fail(0);
    net.changed();
    expect(now()).toBe('none');
    change(1, true);
    expect(now()).toBe('s to a, a to t');
    net.setForwarding(1, false);
    net.setForwarding(2, true);
    expect(now()).toBe('s to b, b to t');
  });

  test('after any failures it is the shortest of what is left', () => {
    const node = fc.nat(7);
    const links = fc.array(
      fc.tuple(node, node, fc.nat(4), fc.boolean()).filter(([a, b]) => a !== b),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(links, (declared) => {
        const hosts = Array.from({ length: 8 }, (_, i) => `h${i}`);
        const named = declared.map(([a, b, latency]) => [`h${a}`, `h${b}`, latency] as const);
        const net = topology(hosts, named, 3);
        // Asked before, so that what was found then is known to be forgotten.
        net.path(0, 1);
        for (const [i, [, , , up]] of declared.entries()) if (!up) for (const direction of net.directionsOf(i)) direction.fail(0);
        net.changed();
        const left = declared.filter(([, , , up]) => up).map(([a, b, latency]) => [a, b, latency] as const);
        const shortest = distances(left, 3);
        for (let to = 1; to < 8; to++) {
          const path = net.path(0, to) as Path;
          const latency = path.reduce((sum, { properties }) => sum + properties.latency, 0) / MILLISECOND;
          expect([latency, path.length]).toEqual(shortest[0]?.[to]);
          expect(path.every(({ up }) => up)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('is found among twenty thousand hosts', () => {
    const hosts = Array.from({ length: 20_000 }, (_, i) => `h${i}`);
    const net = topology(hosts, [['h0', 'h1', 5]]);
    expect(names(net.path(0, 19_999))).toBe('h0 up, h19999 down');
    expect(names(net.path(2, 1))).toBe('h2 up, h1 down');
  });
});

/** Latency and hops from each of eight hosts to each other one, by trying every node as one more stop until nothing gets better (node 8 is the core). */
function distances(links: readonly (readonly [number, number, number])[], core: number): (readonly [number, number])[][] {
  const edges = [...links, ...Array.from({ length: 8 }, (_, i) => [i, 8, core] as const)];
  return Array.from({ length: 8 }, (_, source) => {
    const best: (readonly [number, number])[] = Array.from({ length: 9 }, (_, i) =>
      i === source ? [0, 0] : [Number.POSITIVE_INFINITY, 0],
    );
    for (let round = 0; round < 9; round++) {
      for (const [a, b, latency] of [...edges, ...edges.map(([a, b, latency]) => [b, a, latency] as const)]) {
        const [time, hops] = best[a] as readonly [number, number];
        const [known, knownHops] = best[b] as readonly [number, number];
        if (time + latency < known || (time + latency === known && hops + 1 < knownHops)) best[b] = [time + latency, hops + 1];
      }
    }
    return best;
  });
}
