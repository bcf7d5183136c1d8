/** Partitions: pairs of groups of hosts between which nothing that is sent gets through, whatever links there are. */

export interface Partition {
  readonly from: ReadonlySet<number>;
  readonly to: ReadonlySet<number>;
  readonly oneWay: boolean;
}

export class Partitions {
  readonly #active = new Set<Partition>();

  /** `from` and `to` hold indexes of hosts. */
  add(from: Iterable<number>, to: Iterable<number>, oneWay: boolean): Partition {
    const partition = { from: new Set(from), to: new Set(to), oneWay };
    this.#active.add(partition);
    return partition;
  }

  /** False for one that was healed before. */
  heal(partition: Partition): boolean {
    return this.#active.delete(partition);
  }

  /** Those that are not healed, in the order in which they came. */
  get active(): readonly Partition[] {
    return [...this.#active];
  }

  /** Whether what host `from` sends now is kept from host `to`. */
  separate(from: number, to: number): boolean {
    if (this.#active.size === 0) return false;
    for (const partition of this.#active) {
      if (partition.from.has(from) && partition.to.has(to)) return true;
      if (!partition.oneWay && partition.from.has(to) && partition.to.has(from)) return true;
    }
    return false;
  }
}
