/** A catalogue as simulations ask for it: objects by number, the most popular one first. */
import type { Bytes } from '../quantities.ts';
import { Popularity, zipf } from './popularity.ts';
import { bestStatic, type HitRatios, predicted } from './prediction.ts';
import type { Catalogue, CdnService } from './scenario.ts';

/** Room that the head of a stored response takes in a cache, as an origin sends it: from 205 to 216 bytes. */
export const STORED_HEAD: Bytes = 216;

export class CdnCatalogue {
  readonly paths: readonly string[];
  /** In bytes, by object. */
  readonly sizes: Float64Array;
  readonly shares: Float64Array;
  readonly popularity: Popularity;
  readonly #numbers = new Map<string, number>();

  constructor({ objects, alpha }: Catalogue) {
    this.paths = objects.map(({ path }) => path);
    this.sizes = Float64Array.from(objects, ({ size }) => size);
    this.shares = zipf(objects.length, alpha);
    this.popularity = new Popularity(this.shares);
    for (const [i, { path }] of objects.entries()) this.#numbers.set(path, i);
  }

  /** The object's number; undefined where it is in no catalogue. */
  numberOf(path: string): number | undefined {
    return this.#numbers.get(path);
  }
}

/** Room of the caches that a client of that node has behind it: its own, or that of its whole cluster. */
export function roomBehind({ cache, clusters }: CdnService, node: string): Bytes {
  return cache.size * (clusters.find((nodes) => nodes.includes(node))?.length ?? 1);
}

/** What theory says of a CDN whose nodes are asked alike; `predicted` is null for policies that it does not know. */
export function theoryOf(service: CdnService, { shares, sizes }: CdnCatalogue): { predicted: HitRatios | null; best: HitRatios } {
  const room = roomBehind(service, service.nodes[0] as string);
  const { policy } = service.cache;
  const known = service.fill === 'pull' && (policy === 'lru' || policy === 'fifo') ? policy : null;
  return { predicted: known && predicted(known, shares, sizes, room, STORED_HEAD), best: bestStatic(shares, sizes, room, STORED_HEAD) };
}
