/**
 * Weighted max-min fair rates: which share of its links each flow gets.
 *
 * Rates are max-min fair when every flow is either at its cap or has a bottleneck: a link that is full and on which nobody
 * has a higher rate for its weight (D. Bertsekas, R. Gallager, “Data Networks”, 2nd ed., §6.5.2). So none can be raised
 * without lowering one that is as poor or poorer.
 *
 * Theory of operation. A change (a flow comes, goes, gets another weight or cap; a link another capacity) makes flows and
 * links *dirty*. `solve` fills a *region* of flows anew by progressive filling, with all others held as they are: all rates
 * rise together in proportion to their weights; a flow stops at its cap, and all flows of a link stop when it is full. Then
 * the condition above is looked at on every link that the region uses; flows outside that violate it join the region, and
 * it is filled again. So a change costs what it touches; where less than exactness is asked for, each of these rounds may
 * leave more to be wished than the one before, so that a change does not run through a whole criss-cross network. Everything
 * is in typed arrays; flows and their hops are recycled through free lists, so that memory follows the largest number of
 * flows there ever were at one time.
 */

/** No more than rounding. */
const ROUNDING = 1e-9;
const NONE = -1;
/** By how much each wave of a change may leave more to be wished than the one before. */
const COARSER = 4;
/** From `COARSER` times so many flows in its region on, it is by more: in proportion to them. */
const MANY = 16;

export class Allocation {
  readonly #finest: number;
  /** Of this round of the solution. */
  #tolerance: number;
  readonly #capacity: Float64Array;
  /** Sum of the rates on each link. */
  readonly #usage: Float64Array;
  /** First hop of each link's list, and how many flows it has. */
  readonly #first: Int32Array;
  readonly #population: Int32Array;
  /** How many flows have their bottleneck there; while solving, of those outside the region. */
  readonly #bound: Int32Array;

  #weight = new Float64Array(64);
  #cap = new Float64Array(64);
  #rate = new Float64Array(64);
  /** Rate before this solution. */
  #before = new Float64Array(64);
  #bottleneck = new Int32Array(64);
  /** First hop of each flow; of a free one the next free one. */
  #path = new Int32Array(64);
  /** Number of the solution in whose region the flow is, and of the filling that has fixed its rate. */
  #inRegion = new Float64Array(64);
  #fixed = new Float64Array(64);
  #flows = 0;
  #freeFlow = NONE;

  #hopFlow = new Int32Array(128);
  #hopLink = new Int32Array(128);
  #hopNext = new Int32Array(128);
  #linkNext = new Int32Array(128);
  #linkPrevious = new Int32Array(128);
  #hops = 0;
  #freeHop = NONE;

  #region = new Int32Array(64);
  #regionSize = 0;
  readonly #links: Int32Array;
  #linksSize = 0;
  readonly #linkTouched: Float64Array;
  /** Number of the solution from the start of which all whom the link holds back are filled anew. */
  readonly #linkOpened: Float64Array;
  readonly #residual: Float64Array;
  readonly #rising: Float64Array;
  readonly #risingFlows: Int32Array;
  /** How many flows of the region the link holds back. */
  readonly #boundInside: Int32Array;
  readonly #heapLink: Int32Array;
  readonly #heapLevel: Float64Array;
  #heapSize = 0;
  #solution = 0;
  #filling = 0;
  /** Flows of the region whose rates still rise. */
  #left = 0;
  #dirty = false;
  #capped = new Int32Array(64);
  readonly #heldBy: number[] = [];

  /** Flows whose rate the last `solve` changed: the first `changedCount` entries. */
  changed = new Int32Array(64);
  changedCount = 0;
  /** Flows filled by all solutions so far, counted once for each filling: what the work is in proportion to. */
  work = 0;

  /**
   * `links`: how many there are; each has capacity 0 until it is told another. Where links are shared criss-cross, a change
   * runs through the network in ever smaller waves; flows that have what is theirs up to `tolerance`, as a share, are left alone.
   */
  constructor(links: number, tolerance = ROUNDING) {
    this.#finest = tolerance;
    this.#tolerance = tolerance;
    this.#capacity = new Float64Array(links);
    this.#usage = new Float64Array(links);
    this.#first = new Int32Array(links).fill(NONE);
    this.#population = new Int32Array(links);
    this.#bound = new Int32Array(links);
    this.#links = new Int32Array(links);
    this.#linkTouched = new Float64Array(links);
    this.#linkOpened = new Float64Array(links);
    this.#residual = new Float64Array(links);
    this.#rising = new Float64Array(links);
    this.#risingFlows = new Int32Array(links);
    this.#boundInside = new Int32Array(links);
    this.#heapLink = new Int32Array(links);
    this.#heapLevel = new Float64Array(links);
    this.#begin();
  }

  /**
   * A new flow over those links (each once); its number, which may have been a removed flow's before. Its rate is 0 until
   * the next `solve`. `weight` above 0, `cap` 0 or more, Infinity for none.
   */
  add(path: readonly number[], weight: number, cap: number): number {
    const flow = this.#newFlow();
    this.#weight[flow] = weight;
    this.#cap[flow] = cap;
    this.#rate[flow] = 0;
    this.#bottleneck[flow] = NONE;
    this.#path[flow] = NONE;
    for (let i = path.length - 1; i >= 0; i--) this.#addHop(flow, path[i] as number);
    this.#reopen(flow);
    return flow;
  }

  remove(flow: number): void {
    const bottleneck = this.#bottleneck[flow] as number;
    if (bottleneck !== NONE) this.#open(bottleneck);
    this.#unbind(flow);
    if (this.#inRegion[flow] === this.#solution) this.#forget(flow);
    for (let hop = this.#path[flow] as number; hop !== NONE; ) {
      const next = this.#hopNext[hop] as number;
      const link = this.#hopLink[hop] as number;
      this.#touch(link);
      this.#usage[link] = (this.#usage[link] as number) - (this.#rate[flow] as number);
      this.#removeHop(hop, link);
      hop = next;
    }
    this.#dirty = true;
    this.#path[flow] = this.#freeFlow;
    this.#freeFlow = flow;
  }

  setWeight(flow: number, weight: number): void {
    if (weight === this.#weight[flow]) return;
    this.#weight[flow] = weight;
    this.#reopen(flow);
  }

  setCap(flow: number, cap: number): void {
    if (cap === this.#cap[flow]) return;
    // A flow that a link holds back does not care for a cap that is still above its rate.
    const idle = this.#bottleneck[flow] !== NONE && cap > (this.#rate[flow] as number) && this.#inRegion[flow] !== this.#solution;
    this.#cap[flow] = cap;
    if (!idle) this.#reopen(flow);
  }

  setCapacity(link: number, capacity: number): void {
    if (capacity === this.#capacity[link]) return;
    this.#capacity[link] = capacity;
    this.#open(link);
    this.#dirty = true;
  }

  rate(flow: number): number {
    return this.#rate[flow] as number;
  }

  /** The link that holds the flow back; −1 where its cap does. */
  bottleneck(flow: number): number {
    return this.#bottleneck[flow] as number;
  }

  capacity(link: number): number {
    return this.#capacity[link] as number;
  }

  usage(link: number): number {
    return this.#usage[link] as number;
  }

  /** How many flows use the link. */
  population(link: number): number {
    return this.#population[link] as number;
  }

  /** How many flows the link holds back. */
  held(link: number): number {
    return this.#bound[link] as number;
  }

  /** The flows that a link holds back, the one that came last first; valid until the next call. */
  flowsHeldBy(link: number): readonly number[] {
    const held = this.#heldBy;
    held.length = 0;
    for (let hop = this.#first[link] as number; hop !== NONE; hop = this.#linkNext[hop] as number) {
      const flow = this.#hopFlow[hop] as number;
      if (this.#bottleneck[flow] === link) held.push(flow);
    }
    return held;
  }

  /** The flows that cross a link and are held back by another one; valid until the next call. */
  flowsHeldElsewhere(link: number): readonly number[] {
    const held = this.#heldBy;
    held.length = 0;
    for (let hop = this.#first[link] as number; hop !== NONE; hop = this.#linkNext[hop] as number) {
      const flow = this.#hopFlow[hop] as number;
      const bottleneck = this.#bottleneck[flow] as number;
      if (bottleneck !== link && bottleneck !== NONE) held.push(flow);
    }
    return held;
  }

  weight(flow: number): number {
    return this.#weight[flow] as number;
  }

  /** Bytes held in arrays that grow with the flows. */
  get bytes(): number {
    return this.#weight.length * (5 * 8 + 8 + 3 * 4 + 2 * 4) + this.#hopFlow.length * 20;
  }

  /** Brings all rates up to date with the changes since the last call. */
  solve(): void {
    this.changedCount = 0;
    if (!this.#dirty) return;
    this.#dirty = false;
    // Whoever shares a bottleneck with a changed flow will almost surely change, too.
    for (let i = 0, size = this.#linksSize; i < size; i++) {
      const link = this.#links[i] as number;
      if (this.#linkOpened[link] !== this.#solution) continue;
      if ((this.#bound[link] as number) > 0 && this.#population[link] !== 0) this.#includeBound(link);
    }
    this.#tolerance = this.#finest;
    do {
      this.#fill();
    } while (this.#extend());
    for (let i = 0; i < this.#regionSize; i++) {
      const flow = this.#region[i] as number;
      const bottleneck = this.#bottleneck[flow] as number;
      if (bottleneck !== NONE) this.#bound[bottleneck] = (this.#bound[bottleneck] as number) + 1;
      if (this.#rate[flow] === this.#before[flow]) continue;
      if (this.changedCount === this.changed.length) this.changed = grown(this.changed, new Int32Array(2 * this.changedCount));
      this.changed[this.changedCount++] = flow;
    }
    this.#begin();
  }

  /** An empty region: from here on changes are gathered for the next solution. */
  #begin(): void {
    this.#solution++;
    this.#regionSize = 0;
    this.#linksSize = 0;
  }

  #touch(link: number): void {
    if (this.#linkTouched[link] === this.#solution) return;
    this.#linkTouched[link] = this.#solution;
    this.#links[this.#linksSize++] = link;
  }

  /** What the link gives is up for sharing anew. */
  #open(link: number): void {
    this.#touch(link);
    this.#linkOpened[link] = this.#solution;
  }

  /** A flow whose own terms have changed: of whoever shares its bottleneck, or its way if its cap held it back. */
  #reopen(flow: number): void {
    if (this.#inRegion[flow] === this.#solution) return;
    const bottleneck = this.#bottleneck[flow] as number;
    this.#include(flow);
    if (bottleneck !== NONE) this.#open(bottleneck);
    else
      for (let hop = this.#path[flow] as number; hop !== NONE; hop = this.#hopNext[hop] as number) this.#open(this.#hopLink[hop] as number);
  }

  #include(flow: number): void {
    if (flow < 0) throw new RangeError(`a flow ${flow}`);
    if (this.#inRegion[flow] === this.#solution) return;
    this.#inRegion[flow] = this.#solution;
    this.#before[flow] = this.#rate[flow] as number;
    if (this.#regionSize === this.#region.length) {
      this.#region = grown(this.#region, new Int32Array(2 * this.#regionSize));
      this.#capped = new Int32Array(2 * this.#regionSize);
    }
    this.#region[this.#regionSize++] = flow;
    this.#unbind(flow);
    this.#dirty = true;
    for (let hop = this.#path[flow] as number; hop !== NONE; hop = this.#hopNext[hop] as number) this.#touch(this.#hopLink[hop] as number);
  }

  /** A flow that goes before its change was solved. */
  #forget(flow: number): void {
    for (let i = 0; i < this.#regionSize; i++) {
      if (this.#region[i] !== flow) continue;
      this.#region[i] = this.#region[--this.#regionSize] as number;
      break;
    }
    this.#inRegion[flow] = 0;
  }

  #unbind(flow: number): void {
    const bottleneck = this.#bottleneck[flow] as number;
    if (bottleneck === NONE) return;
    this.#bound[bottleneck] = (this.#bound[bottleneck] as number) - 1;
    this.#bottleneck[flow] = NONE;
  }

  #includeBound(link: number): void {
    for (let hop = this.#first[link] as number; hop !== NONE; hop = this.#linkNext[hop] as number) {
      const flow = this.#hopFlow[hop] as number;
      if (this.#bottleneck[flow] === link) this.#include(flow);
    }
  }

  /** Progressive filling of the region. */
  #fill(): void {
    const filling = ++this.#filling;
    this.work += this.#regionSize;
    const rates = this.#rate;
    const weights = this.#weight;
    for (let i = 0; i < this.#linksSize; i++) {
      const link = this.#links[i] as number;
      this.#residual[link] = (this.#capacity[link] as number) - (this.#usage[link] as number);
      this.#rising[link] = 0;
      this.#risingFlows[link] = 0;
      this.#boundInside[link] = 0;
    }
    let capped = 0;
    for (let i = 0; i < this.#regionSize; i++) {
      const flow = this.#region[i] as number;
      for (let hop = this.#path[flow] as number; hop !== NONE; hop = this.#hopNext[hop] as number) {
        const link = this.#hopLink[hop] as number;
        this.#residual[link] = (this.#residual[link] as number) + (rates[flow] as number);
        this.#usage[link] = (this.#usage[link] as number) - (rates[flow] as number);
        this.#rising[link] = (this.#rising[link] as number) + (weights[flow] as number);
        this.#risingFlows[link] = (this.#risingFlows[link] as number) + 1;
      }
      this.#bottleneck[flow] = NONE;
      if (this.#cap[flow] !== Number.POSITIVE_INFINITY) this.#capped[capped++] = flow;
    }
    this.#heapSize = 0;
    for (let i = 0; i < this.#linksSize; i++) {
      const link = this.#links[i] as number;
      if ((this.#risingFlows[link] as number) > 0) this.#pushLink(link, this.#level(link));
    }
    if (capped > 1) this.#sortByCap(capped);
    let nextCapped = 0;
    this.#left = this.#regionSize;
    while (this.#left > 0) {
      while (nextCapped < capped && this.#fixed[this.#capped[nextCapped] as number] === filling) nextCapped++;
      const candidate = nextCapped < capped ? (this.#capped[nextCapped] as number) : NONE;
      const capLevel = candidate === NONE ? Number.POSITIVE_INFINITY : (this.#cap[candidate] as number) / (weights[candidate] as number);
      // Levels only rise while others are fixed: one that is out of date is put back where it belongs now.
      let link = NONE;
      let linkLevel = Number.POSITIVE_INFINITY;
      while (this.#heapSize > 0) {
        const top = this.#heapLink[0] as number;
        if (this.#risingFlows[top] === 0) {
          this.#popLink();
          continue;
        }
        const level = this.#level(top);
        if (level > (this.#heapLevel[0] as number)) {
          this.#popLink();
          this.#pushLink(top, level);
          continue;
        }
        link = top;
        linkLevel = level;
        break;
      }
      if (candidate === NONE && link === NONE) break;
      if (capLevel <= linkLevel) this.#fix(candidate, this.#cap[candidate] as number, NONE);
      else {
        this.#popLink();
        for (let hop = this.#first[link] as number; hop !== NONE; hop = this.#linkNext[hop] as number) {
          const flow = this.#hopFlow[hop] as number;
          if (this.#inRegion[flow] !== this.#solution || this.#fixed[flow] === filling) continue;
          this.#fix(flow, linkLevel * (weights[flow] as number), link);
        }
      }
    }
    // Flows without a link and without a cap are not held back by anything.
    for (let i = 0; i < this.#regionSize; i++) {
      const flow = this.#region[i] as number;
      if (this.#fixed[flow] !== filling) this.#fix(flow, Number.POSITIVE_INFINITY, NONE);
    }
  }

  #level(link: number): number {
    return Math.max(this.#residual[link] as number, 0) / (this.#rising[link] as number);
  }

  #fix(flow: number, rate: number, bottleneck: number): void {
    this.#fixed[flow] = this.#filling;
    this.#left--;
    this.#rate[flow] = rate;
    this.#bottleneck[flow] = bottleneck;
    if (bottleneck !== NONE) this.#boundInside[bottleneck] = (this.#boundInside[bottleneck] as number) + 1;
    const weight = this.#weight[flow] as number;
    for (let hop = this.#path[flow] as number; hop !== NONE; hop = this.#hopNext[hop] as number) {
      const link = this.#hopLink[hop] as number;
      this.#residual[link] = (this.#residual[link] as number) - rate;
      this.#usage[link] = (this.#usage[link] as number) + rate;
      const left = (this.#risingFlows[link] as number) - 1;
      const rising = (this.#rising[link] as number) - weight;
      this.#risingFlows[link] = left;
      // Where a great weight goes, rounding may leave next to nothing of the small ones beside it.
      this.#rising[link] = left > 0 && rising < weight * ROUNDING ? this.#risingOn(link) : rising;
    }
  }

  /** The weights of the flows on a link that are not fixed yet, summed up anew. */
  #risingOn(link: number): number {
    let rising = 0;
    for (let hop = this.#first[link] as number; hop !== NONE; hop = this.#linkNext[hop] as number) {
      const flow = this.#hopFlow[hop] as number;
      if (this.#inRegion[flow] === this.#solution && this.#fixed[flow] !== this.#filling) rising += this.#weight[flow] as number;
    }
    return rising;
  }

  /** Takes in flows that do not have what is theirs while the region has what it has; false when there are none. */
  #extend(): boolean {
    const before = this.#regionSize;
    if (this.#tolerance > ROUNDING) this.#tolerance *= Math.max(COARSER, this.#regionSize / MANY);
    for (let i = 0, size = this.#linksSize; i < size; i++) this.#look(this.#links[i] as number);
    return this.#regionSize > before;
  }

  #look(link: number): void {
    const capacity = this.#capacity[link] as number;
    const tolerance = this.#tolerance;
    if (this.#population[link] === 0) {
      this.#usage[link] = 0;
      return;
    }
    if ((this.#usage[link] as number) < capacity * (1 - tolerance)) {
      if ((this.#bound[link] as number) > 0) this.#includeBound(link);
      return;
    }
    // Full before and after, and of those who changed it holds nobody back: what it gives is as before.
    if (tolerance > ROUNDING && this.#boundInside[link] === 0 && (this.#usage[link] as number) <= capacity) return;
    let usage = 0;
    let highest = 0;
    /** Of the flows of the region that this link holds back. */
    let held = Number.POSITIVE_INFINITY;
    for (let hop = this.#first[link] as number; hop !== NONE; hop = this.#linkNext[hop] as number) {
      const flow = this.#hopFlow[hop] as number;
      const rate = this.#rate[flow] as number;
      const level = rate / (this.#weight[flow] as number);
      usage += rate;
      if (level > highest) highest = level;
      if (this.#inRegion[flow] === this.#solution && this.#bottleneck[flow] === link && level < held) held = level;
    }
    // Summed up anew, so that rounding does not add up over the changes.
    this.#usage[link] = usage;
    const overloaded = usage > capacity * (1 + ROUNDING);
    if (!overloaded && held === Number.POSITIVE_INFINITY && this.#bound[link] === 0) return;
    const poor = highest * (1 - tolerance);
    const rich = held * (1 + tolerance);
    for (let hop = this.#first[link] as number; hop !== NONE; hop = this.#linkNext[hop] as number) {
      const flow = this.#hopFlow[hop] as number;
      if (this.#inRegion[flow] === this.#solution) continue;
      const level = (this.#rate[flow] as number) / (this.#weight[flow] as number);
      if (overloaded || level > rich || (this.#bottleneck[flow] === link && level < poor)) this.#include(flow);
    }
  }

  #newFlow(): number {
    if (this.#freeFlow !== NONE) {
      const flow = this.#freeFlow;
      this.#freeFlow = this.#path[flow] as number;
      this.#inRegion[flow] = 0;
      return flow;
    }
    if (this.#flows === this.#weight.length) {
      const size = this.#flows * 2;
      this.#weight = grown(this.#weight, new Float64Array(size));
      this.#cap = grown(this.#cap, new Float64Array(size));
      this.#rate = grown(this.#rate, new Float64Array(size));
      this.#before = grown(this.#before, new Float64Array(size));
      this.#bottleneck = grown(this.#bottleneck, new Int32Array(size));
      this.#path = grown(this.#path, new Int32Array(size));
      this.#inRegion = grown(this.#inRegion, new Float64Array(size));
      this.#fixed = grown(this.#fixed, new Float64Array(size));
    }
    return this.#flows++;
  }

  #addHop(flow: number, link: number): void {
    let hop = this.#freeHop;
    if (hop !== NONE) this.#freeHop = this.#hopNext[hop] as number;
    else {
      if (this.#hops === this.#hopFlow.length) {
        const size = this.#hops * 2;
        this.#hopFlow = grown(this.#hopFlow, new Int32Array(size));
        this.#hopLink = grown(this.#hopLink, new Int32Array(size));
        this.#hopNext = grown(this.#hopNext, new Int32Array(size));
        this.#linkNext = grown(this.#linkNext, new Int32Array(size));
        this.#linkPrevious = grown(this.#linkPrevious, new Int32Array(size));
      }
      hop = this.#hops++;
    }
    this.#hopFlow[hop] = flow;
    this.#hopLink[hop] = link;
    this.#hopNext[hop] = this.#path[flow] as number;
    this.#path[flow] = hop;
    const first = this.#first[link] as number;
    this.#linkNext[hop] = first;
    this.#linkPrevious[hop] = NONE;
    if (first !== NONE) this.#linkPrevious[first] = hop;
    this.#first[link] = hop;
    this.#population[link] = (this.#population[link] as number) + 1;
  }

  #removeHop(hop: number, link: number): void {
    const next = this.#linkNext[hop] as number;
    const previous = this.#linkPrevious[hop] as number;
    if (previous === NONE) this.#first[link] = next;
    else this.#linkNext[previous] = next;
    if (next !== NONE) this.#linkPrevious[next] = previous;
    this.#population[link] = (this.#population[link] as number) - 1;
    if (this.#population[link] === 0) this.#usage[link] = 0;
    this.#hopNext[hop] = this.#freeHop;
    this.#freeHop = hop;
  }

  /** The first `count` entries of `#capped`, by the level at which they stop: a heap sort, which allocates nothing. */
  #sortByCap(count: number): void {
    const flows = this.#capped;
    const level = (i: number): number => (this.#cap[flows[i] as number] as number) / (this.#weight[flows[i] as number] as number);
    const sink = (start: number, end: number): void => {
      let hole = start;
      for (;;) {
        let child = 2 * hole + 1;
        if (child >= end) return;
        if (child + 1 < end && level(child + 1) > level(child)) child++;
        if (level(child) <= level(hole)) return;
        const held = flows[hole] as number;
        flows[hole] = flows[child] as number;
        flows[child] = held;
        hole = child;
      }
    };
    for (let i = (count >> 1) - 1; i >= 0; i--) sink(i, count);
    for (let end = count - 1; end > 0; end--) {
      const held = flows[0] as number;
      flows[0] = flows[end] as number;
      flows[end] = held;
      sink(0, end);
    }
  }

  #pushLink(link: number, level: number): void {
    let hole = this.#heapSize++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.#heapLevel[parent] as number) <= level) break;
      this.#heapLevel[hole] = this.#heapLevel[parent] as number;
      this.#heapLink[hole] = this.#heapLink[parent] as number;
      hole = parent;
    }
    this.#heapLevel[hole] = level;
    this.#heapLink[hole] = link;
  }

  #popLink(): void {
    const last = --this.#heapSize;
    if (last <= 0) return;
    const level = this.#heapLevel[last] as number;
    const link = this.#heapLink[last] as number;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= last) break;
      if (child + 1 < last && (this.#heapLevel[child + 1] as number) < (this.#heapLevel[child] as number)) child++;
      if ((this.#heapLevel[child] as number) >= level) break;
      this.#heapLevel[hole] = this.#heapLevel[child] as number;
      this.#heapLink[hole] = this.#heapLink[child] as number;
      hole = child;
    }
    this.#heapLevel[hole] = level;
    this.#heapLink[hole] = link;
  }
}

function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
