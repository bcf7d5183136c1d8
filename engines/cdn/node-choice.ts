/** Which node serves a client: of those that are well and not overloaded, the nearest. */
import type { Nanoseconds, Ratio } from '../quantities.ts';

/** A node as its CDN sees it. */
export interface NodeState {
  readonly name: string;
  /** Whether it answered the last health check. */
  readonly healthy: boolean;
  /** Share of its line in use, as it said last. */
  readonly load: Ratio;
}

/**
 * The nearest healthy node whose load is below the limit; where all are beyond it, clients spread over the healthy ones, the more to one
 * the less its load (all to the least loaded one would be too much for that one); where none is healthy, the nearest of all: a wrong
 * answer is no worse than none. Of several that are as good, the one whose turn it is for this
 * client: `client` is a whole number from 0 that stays the same for it, so that it stays with its node. At least one node.
 */
export function chooseNode<N extends NodeState>(
  nodes: readonly N[],
  latency: (node: N) => Nanoseconds,
  loadLimit: Ratio,
  client: number,
): N {
  const least = (some: readonly N[], measure: (node: N) => number): N => {
    const values = some.map(measure);
    const lowest = Math.min(...values);
    const best = some.filter((_, i) => values[i] === lowest);
    return best[client % best.length] as N;
  };
  const healthy = nodes.filter((node) => node.healthy);
  const free = healthy.filter((node) => node.load < loadLimit);
  if (free.length > 0) return least(free, latency);
  const reachable = healthy.filter((node) => Number.isFinite(latency(node)));
  if (reachable.length > 0) return inProportion(reachable, client);
  if (healthy.length > 0) return inProportion(healthy, client);
  return least(nodes, latency);
}

/** A load below that is as good as none. */
const IDLE = 0.01;

/** Multiples of the golden ratio lie evenly between whole numbers, however many there are. */
const GOLDEN = 0.6180339887498949;

function inProportion<N extends NodeState>(nodes: readonly N[], client: number): N {
  const weights = nodes.map(({ load }) => 1 / Math.max(load, IDLE));
  let place = ((client * GOLDEN) % 1) * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, node] of nodes.entries()) {
    place -= weights[i] as number;
    if (place < 0) return node;
  }
  return nodes.at(-1) as N;
}
