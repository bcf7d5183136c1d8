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
 * The nearest healthy node whose load is below the limit; where all are beyond it, the healthy one with the least load; where none is
 * healthy, the nearest of all: a wrong answer is no worse than none. Of several that are as good, the one whose turn it is for this
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
  if (healthy.length > 0) return least(healthy, ({ load }) => load);
  return least(nodes, latency);
}
