/**
 * The queue in front of each full link, as fluid flows see it.
 *
 * Theory of operation. A first-in-first-out queue serves flows in proportion to what they have in it. So where a link is
 * full, a flow's rate is its window over its round trip, W ÷ (T + d), with one queueing delay d for all whom the link
 * holds back; d follows from Σ W ÷ (T + d) = their capacity, and W ÷ (T + d) is the flow's weight in the sharing. Windows
 * grow along straight lines, so the time at which the queue is full is known. Then segments are lost: of the flows in
 * congestion avoidance about as many in all as their windows grow in the round trip until they find out, of one in slow
 * start as many as its window held. Whom they hit is drawn, by the share of the link. That is the saw-tooth: two events for
 * a link at each of its teeth (the queue is full; the windows have fallen), none in between.
 *
 * Time always goes on: between two looks at a queue passes a share of a round trip in proportion to its flows, so that both the looks
 * and what they cost are bounded for each round trip.
 */
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import { type RandomStream, randomStream } from '../../kernel/random.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { LinkDirection } from '../link.ts';
import { MAXIMUM_SEGMENT_SIZE } from '../tcp/parameters.ts';
import type { Allocation } from './allocation.ts';
import { FULL_FRAME } from './route.ts';
import { CHORD, type Sending } from './sending.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** From so many flows in one queue on, one tooth of the saw stands for several: for one to each so many flows. */
const MANY = 16;
const TOOTH = 2;
/** Between two looks at a queue that many flows share passes this share of a round trip for each of them. */
const REST = 6e-3;
/** How far a rate may be from its max-min fair one before a change elsewhere touches it. */
export const FAIR_ENOUGH = 1e-2;
/** Weights of flows that a link only sees pass are brought up to date when they are off by more than this share. */
const SAME_WEIGHT = 0.02;

export class LinkQueues {
  readonly #kernel: Kernel;
  readonly #directions: readonly LinkDirection[];
  readonly #allocation: Allocation;
  readonly #sendings: readonly (Sending | null)[];
  readonly #solve: () => void;
  /** Of each link: the queueing delay now, the longest that its buffer has room for, and no overflow before. */
  readonly #delay: Float64Array;
  readonly #longest: Float64Array;
  readonly #factor: Float64Array;
  readonly #calmUntil: Float64Array;
  /** Of each link: when its queue may be looked at again. */
  readonly #restsUntil: Float64Array;
  readonly #timers: (Timer | null)[];
  readonly #timersAt: Float64Array;
  readonly #random: (RandomStream | null)[];
  readonly #looked: Uint8Array;
  #toLook: number[] = [];
  #spare: number[] = [];
  /** For the link that is looked at: who is held back, and his round trip without its queue. */
  readonly #heldNow: Sending[] = [];
  #bases = new Float64Array(16);
  #lost = new Int32Array(16);
  #shares = new Float64Array(16);

  /** `sendings`: by number in the allocation, as they are at any time. `solve` brings rates up to date when a queue has changed by itself. */
  constructor(
    kernel: Kernel,
    directions: readonly LinkDirection[],
    allocation: Allocation,
    sendings: readonly (Sending | null)[],
    solve: () => void,
  ) {
    const links = directions.length;
    this.#kernel = kernel;
    this.#directions = directions;
    this.#allocation = allocation;
    this.#sendings = sendings;
    this.#solve = solve;
    this.#delay = new Float64Array(links);
    this.#longest = new Float64Array(links);
    this.#factor = new Float64Array(links).fill(1);
    this.#calmUntil = new Float64Array(links);
    this.#restsUntil = new Float64Array(links);
    this.#timersAt = new Float64Array(links).fill(NEVER);
    this.#timers = new Array(links).fill(null);
    this.#random = new Array(links).fill(null);
    this.#looked = new Uint8Array(links);
    for (const direction of directions) this.measure(direction);
  }

  /** How long what comes there now waits. */
  delayAt(link: number): Nanoseconds {
    return this.#delay[link] as number;
  }

  /** The queue of a link is to be looked at with the next solution. */
  look(link: number): void {
    if (link < 0 || this.#looked[link]) return;
    const rested = this.#restsUntil[link] as number;
    if (rested > this.#kernel.now) {
      if ((this.#timersAt[link] as number) > rested) this.#wakeAt(link, rested);
      return;
    }
    this.#looked[link] = 1;
    this.#toLook.push(link);
  }

  /** Whether a queue is to be looked at. */
  get isAny(): boolean {
    return this.#toLook.length > 0;
  }

  /** Looks at each of those. */
  lookAtAll(): void {
    const links = this.#toLook;
    this.#toLook = this.#spare;
    for (let i = 0; i < links.length; i++) {
      const link = links[i] as number;
      this.#looked[link] = 0;
      this.#queueAt(link);
    }
    links.length = 0;
    this.#spare = links;
  }

  /** A window is about to go out at once. What its bottleneck's buffer cannot take of it is lost. */
  burst(sending: Sending, window: Bytes, arrivalRate: number): void {
    const link = sending.bottleneck;
    if (link < 0) return;
    const share = this.#allocation.rate(sending.flow);
    if (!(share < arrivalRate)) return;
    const excess = window * (1 - share / arrivalRate) * (FULL_FRAME / MAXIMUM_SEGMENT_SIZE);
    const rate = this.#allocation.capacity(link);
    const room = (((this.#longest[link] as number) - (this.#delay[link] as number)) * rate) / (8 * SECOND);
    const lost = Math.floor((excess - room) / FULL_FRAME);
    if (lost > 0) sending.overflowed(Math.min(lost, Math.floor(window / MAXIMUM_SEGMENT_SIZE)));
  }

  /** Nobody is held back there any more. */
  empty(link: number): void {
    this.#delay[link] = 0;
    this.#factor[link] = 1;
  }

  /** Works out the queue of a link, the weights that follow from it, and when it is full. */
  #queueAt(link: number): void {
    const allocation = this.#allocation;
    const { now } = this.#kernel;
    const held = this.#held(link);
    if (held.length === 0) {
      this.empty(link);
      (this.#directions[link] as LinkDirection).standingDelay = 0;
      this.#wakeAt(link, NEVER);
      return;
    }
    const before = this.#delay[link] as number;
    const longest = this.#longest[link] as number;
    if (this.#bases.length < held.length) this.#bases = new Float64Array(2 * held.length);
    const bases = this.#bases;
    let count = 0;
    let rate = 0;
    let recovered = 0;
    let windows = 0;
    let shortest = NEVER;
    let farthest = 0;
    for (let i = 0; i < held.length; i++) {
      const sending = held[i] as Sending;
      sending.commit();
      // Its timer has just run out: it waits, and is not held back here any more.
      if (sending.flow < 0) continue;
      if (sending.recoveredAt === now) recovered++;
      rate += sending.rate;
      windows += sending.window.usable;
      const base = sending.roundTrip - before;
      bases[count] = base;
      held[count++] = sending;
      if (base < shortest) shortest = base;
      if (base > farthest) farthest = base;
    }
    held.length = count;
    this.#restsUntil[link] = now + Math.ceil(count * REST * shortest);
    if (rate === 0) {
      this.#wakeAt(link, NEVER);
      return;
    }
    // Exact where all round trips are alike. Elsewhere Newton's method from below: the sum is convex and falls with the delay.
    let delay = windows / rate - farthest;
    if (farthest - shortest > 1) {
      delay = Math.max(delay, 0);
      for (let turn = 0; turn < 20; turn++) {
        let sum = 0;
        let slope = 0;
        for (let i = 0; i < count; i++) {
          const roundTrip = (bases[i] as number) + delay;
          const each = (held[i] as Sending).window.usable / roundTrip;
          sum += each;
          slope += each / roundTrip;
        }
        const step = (sum - rate) / slope;
        if (turn === 0 && step <= 0) break;
        delay += step;
        if (Math.abs(step) < 1) break;
      }
    }
    delay = Math.min(Math.max(delay, 0), longest);
    this.#delay[link] = delay;
    // Datagrams are packets at this fidelity, too: they wait behind the flows.
    (this.#directions[link] as LinkDirection).standingDelay = Math.round(delay);
    // Windows that have just come down, if not by enough, take a round trip to grow by the segment that is too much.
    if (recovered === count) this.#calmUntil[link] = Math.max(this.#calmUntil[link] as number, now + farthest + delay);
    if (delay >= longest * (1 - 1e-6) && now >= (this.#calmUntil[link] as number)) {
      this.#overflow(link, held, delay);
      return;
    }
    const room = longest - delay;
    this.#factor[link] = 1 + delay / shortest;
    if (allocation.population(link) > count) this.#weighOthers(link);
    let growth = 0;
    let next = Math.max(this.#calmUntil[link] as number, now);
    if (next === now) next = NEVER;
    for (let i = 0; i < count; i++) {
      const sending = held[i] as Sending;
      const { window } = sending;
      const base = bases[i] as number;
      const roundTrip = base + delay + room / 2;
      const weight = (window.usable / (base + delay)) * this.#factors(sending.links);
      const known = allocation.weight(sending.flow);
      if (Math.abs(weight - known) > FAIR_ENOUGH * known) allocation.setWeight(sending.flow, weight);
      // Behind a queue the window is no cap: the sharing gives each what its window fetches.
      allocation.setCap(sending.flow, delay > 0 ? NEVER : sending.capForWindow());
      if (sending.recoverAt !== NEVER) {
        sending.growth = 0;
        next = Math.min(next, sending.recoverAt);
      } else if (sending.ahead <= 0) {
        // Everything has left its sender: what stands in the queue is the rest.
        sending.growth = 0;
      } else if (now < sending.growsFrom) {
        sending.growth = 0;
        next = Math.min(next, sending.growsFrom);
      } else {
        sending.growth = window.growth(now, roundTrip, sending.rate, CHORD * roundTrip);
        // Among many, one tooth stands for several: who has how much changes as much, and more slowly.
        if (count >= MANY && !window.slowStart) sending.growth /= count / TOOTH;
        if (window.bends) next = Math.min(next, now + CHORD * roundTrip);
        growth += sending.growth;
        if (window.slowStart && sending.growth > 0) {
          next = Math.min(next, now + Math.max((window.threshold - window.size) / sending.growth, 1));
        }
      }
    }
    if (growth > 0) next = Math.min(next, Math.max(now + (room * rate) / growth, this.#calmUntil[link] as number));
    this.#wakeAt(link, next);
  }

  /** Of all full links on a way, how much longer each makes the shortest round trip behind it. */
  #factors(links: readonly number[]): number {
    let factor = 1;
    for (let i = 0; i < links.length; i++) factor *= this.#factor[links[i] as number] as number;
    return factor;
  }

  /**
   * Flows that cross a link and are held back by another one must not ask less of this one than those who stand in its queue:
   * what they would get here is their window over the round trip with this queue alone.
   */
  #weighOthers(link: number): void {
    const allocation = this.#allocation;
    const flows = allocation.flowsHeldElsewhere(link);
    for (let i = 0; i < flows.length; i++) {
      const flow = flows[i] as number;
      const sending = this.#sendings[flow];
      if (!sending) continue;
      const weight = (sending.window.usable / sending.roundTrip) * this.#factors(sending.links);
      const known = allocation.weight(flow);
      if (Math.abs(weight - known) > SAME_WEIGHT * known) allocation.setWeight(flow, weight);
    }
  }

  #held(link: number): Sending[] {
    const held = this.#heldNow;
    held.length = 0;
    const flows = this.#allocation.flowsHeldBy(link);
    for (let i = 0; i < flows.length; i++) {
      const sending = this.#sendings[flows[i] as number];
      if (sending) held.push(sending);
    }
    return held;
  }

  /** The buffer is full: whoever loses segments is drawn, and told. */
  #overflow(link: number, held: readonly Sending[], delay: Nanoseconds): void {
    const { now } = this.#kernel;
    const random = this.#draws(link);
    const count = held.length;
    if (this.#lost.length < count) {
      this.#lost = new Int32Array(2 * count);
      this.#shares = new Float64Array(2 * count);
    }
    const lost = this.#lost;
    const shares = this.#shares;
    let avoiding = 0;
    let longest = 0;
    let sum = 0;
    for (let i = 0; i < count; i++) {
      const sending = held[i] as Sending;
      lost[i] = 0;
      sum += sending.rate;
      shares[i] = sum;
      if (sending.recoverAt !== NEVER) continue;
      const { ahead } = sending;
      if (ahead <= 0) continue;
      const { window } = sending;
      const roundTrip = (this.#bases[i] as number) + delay;
      if (roundTrip > longest) longest = roundTrip;
      const growth = window.growth(now, roundTrip, sending.rate, roundTrip) * roundTrip;
      if (window.slowStart) lost[i] = Math.max(Math.round(Math.min(growth, window.size, ahead) / MAXIMUM_SEGMENT_SIZE), 1);
      else avoiding += growth / MAXIMUM_SEGMENT_SIZE;
    }
    for (let left = Math.max(Math.round(avoiding), avoiding > 0 ? 1 : 0); left > 0; left--) {
      const point = random.float() * sum;
      let low = 0;
      let high = count - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((shares[middle] as number) > point) high = middle;
        else low = middle + 1;
      }
      lost[low] = (lost[low] as number) + 1;
    }
    if (longest === 0) {
      // All of them are about to make room: until then what comes too much is lost, and found with the rest.
      let recovery = NEVER;
      for (let i = 0; i < count; i++) recovery = Math.min(recovery, (held[i] as Sending).recoverAt);
      this.#calmUntil[link] = recovery === NEVER ? now : recovery;
      this.#wakeAt(link, recovery);
      return;
    }
    this.#calmUntil[link] = now + longest;
    for (let i = 0; i < count; i++) {
      const sending = held[i] as Sending;
      if ((lost[i] as number) > 0 && sending.recoverAt === NEVER) sending.overflowed(lost[i] as number);
    }
    let next = this.#calmUntil[link] as number;
    for (const sending of held) {
      sending.growth = 0;
      if (sending.recoversWithLink) next = Math.max(next, sending.recoverAt);
    }
    this.#calmUntil[link] = next;
    this.#wakeAt(link, next);
  }

  #draws(link: number): RandomStream {
    const known = this.#random[link];
    if (known) return known;
    const random = randomStream(this.#kernel.seed, `link ${this.#directions[link]?.name} overflow`);
    this.#random[link] = random;
    return random;
  }

  #wakeAt(link: number, at: Nanoseconds): void {
    if (at === this.#timersAt[link]) return;
    const timer = this.#timers[link] ?? null;
    if (timer !== null) this.#kernel.cancel(timer);
    this.#timers[link] = null;
    this.#timersAt[link] = at;
    if (at === NEVER) return;
    const { cause } = this.#kernel;
    // Whoever has something under way has an event of his own that is waited for.
    this.#kernel.cause = -1;
    this.#timers[link] = this.#kernel.schedule(
      Math.max(Math.ceil(at) - this.#kernel.now, 0),
      () => {
        this.#timers[link] = null;
        this.#timersAt[link] = NEVER;
        this.look(link);
        this.#solve();
      },
      { background: true },
    );
    this.#kernel.cause = cause;
  }

  /** Its rate is another one. */
  measure(direction: LinkDirection): void {
    const link = direction.index;
    const rate = direction.rateAt(this.#kernel.now);
    this.#allocation.setCapacity(link, rate);
    this.#longest[link] = rate > 0 ? (direction.properties.queue * 8 * SECOND) / rate : 0;
  }
}
