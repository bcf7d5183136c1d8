/**
 * What goes when a cache is full: the replacement policies, over objects of different sizes that share so much room.
 *
 * Theory of operation. Objects are small whole numbers, so that a simulation of millions of requests and an HTTP cache that numbers its
 * entries use the same machine. `lru` and `fifo` keep a list in the order of last use, or of arrival, and take its first. `lfu` and `gdsf`
 * keep a heap by priority and take its least:
 *
 *     lfu   priority = L + uses           LFU with dynamic aging (LFU-DA)
 *     gdsf  priority = L + uses / size    GreedyDual-Size with frequency, every miss at the same cost
 *
 * L is the priority of what went last (Arlitt, Cherkasova and others, "Evaluating content management techniques for Web proxy caches",
 * 2000). It ages what was popular once: without it, such objects would never go. Uses are counted while an object is stored. Of equal
 * priorities, what was used longest ago goes.
 */
import type { Bytes } from '../../quantities.ts';

export const REPLACEMENT_POLICIES = ['lru', 'lfu', 'gdsf', 'fifo'] as const;
export type ReplacementPolicy = (typeof REPLACEMENT_POLICIES)[number];

const NONE = -1;

/** Room of so many bytes, and the objects in it. What is done to one costs constant time (`lru`, `fifo`), or logarithmic in their number. */
export class CacheRoom {
  readonly room: Bytes;
  readonly #order: Order;
  /** By object; 0: not stored, or of no size: see #stored. */
  #sizes = new Float64Array(16);
  #stored = new Uint8Array(16);
  #used: Bytes = 0;
  #count = 0;

  constructor(room: Bytes, policy: ReplacementPolicy) {
    this.room = room;
    this.#order = policy === 'lru' || policy === 'fifo' ? new ListOrder(policy === 'lru') : new PriorityOrder(policy === 'gdsf');
  }

  /** Bytes of what is stored. */
  get used(): Bytes {
    return this.#used;
  }

  /** How many objects are stored. */
  get count(): number {
    return this.#count;
  }

  /** `object`: a whole number from 0. Numbers are places in tables: let them be dense. */
  has(object: number): boolean {
    return this.#stored[object] === 1;
  }

  /** A stored object is asked for. */
  use(object: number): void {
    if (this.has(object)) this.#order.use(object, this.#sizes[object] as Bytes);
  }

  /**
   * Stores an object that is not stored; `evicted` is told of each one that goes for it, in order, while it still counts as used. False
   * where it is larger than the room: then nothing goes.
   */
  put(object: number, size: Bytes, evicted?: (object: number) => void): boolean {
    if (size > this.room) return false;
    while (this.#used + size > this.room) {
      const victim = this.#order.first();
      evicted?.(victim);
      this.#order.evict(victim);
      this.#forget(victim);
    }
    this.#grow(object);
    this.#sizes[object] = size;
    this.#stored[object] = 1;
    this.#used += size;
    this.#count++;
    this.#order.add(object, size);
    return true;
  }

  /** Takes an object out, for another reason than want of room. Safe for one that is not stored. */
  remove(object: number): void {
    if (!this.has(object)) return;
    this.#order.remove(object);
    this.#forget(object);
  }

  /** What would go first, second and so on comes last: the stored objects from the one that is safest, at most so many. */
  safest(limit: number): number[] {
    return this.#order.safest(limit);
  }

  #forget(object: number): void {
    this.#used -= this.#sizes[object] as Bytes;
    this.#stored[object] = 0;
    this.#count--;
  }

  #grow(object: number): void {
    if (object < this.#stored.length) return;
    this.#sizes = grown(this.#sizes, object, new Float64Array(capacityFor(object)));
    this.#stored = grown(this.#stored, object, new Uint8Array(capacityFor(object)));
  }
}

/** The order in which objects go. */
interface Order {
  add(object: number, size: Bytes): void;
  use(object: number, size: Bytes): void;
  /** What goes next; there is something. */
  first(): number;
  /** Takes out what `first` gave, for want of room. */
  evict(object: number): void;
  remove(object: number): void;
  safest(limit: number): number[];
}

/** A doubly linked list in the order of arrival, or of last use. */
class ListOrder implements Order {
  readonly #byUse: boolean;
  #previous = new Int32Array(16);
  #next = new Int32Array(16);
  #head = NONE;
  #tail = NONE;

  constructor(byUse: boolean) {
    this.#byUse = byUse;
  }

  add(object: number): void {
    if (object >= this.#next.length) {
      this.#previous = grown(this.#previous, object, new Int32Array(capacityFor(object)));
      this.#next = grown(this.#next, object, new Int32Array(capacityFor(object)));
    }
    this.#previous[object] = this.#tail;
    this.#next[object] = NONE;
    if (this.#tail === NONE) this.#head = object;
    else this.#next[this.#tail] = object;
    this.#tail = object;
  }

  use(object: number): void {
    if (!this.#byUse || this.#tail === object) return;
    this.remove(object);
    this.add(object);
  }

  first(): number {
    return this.#head;
  }

  evict(object: number): void {
    this.remove(object);
  }

  remove(object: number): void {
    const before = this.#previous[object] as number;
    const after = this.#next[object] as number;
    if (before === NONE) this.#head = after;
    else this.#next[before] = after;
    if (after === NONE) this.#tail = before;
    else this.#previous[after] = before;
  }

  safest(limit: number): number[] {
    const found: number[] = [];
    for (let at = this.#tail; at !== NONE && found.length < limit; at = this.#previous[at] as number) found.push(at);
    return found;
  }
}

/** A binary heap by priority, the least on top. */
class PriorityOrder implements Order {
  readonly #bySize: boolean;
  /** L. */
  #age = 0;
  #clock = 0;
  #uses = new Float64Array(16);
  #priority = new Float64Array(16);
  /** When it was used last, counted in uses of anything. */
  #usedAt = new Float64Array(16);
  #place = new Int32Array(16);
  readonly #heap: number[] = [];

  constructor(bySize: boolean) {
    this.#bySize = bySize;
  }

  add(object: number, size: Bytes): void {
    if (object >= this.#place.length) {
      this.#uses = grown(this.#uses, object, new Float64Array(capacityFor(object)));
      this.#priority = grown(this.#priority, object, new Float64Array(capacityFor(object)));
      this.#usedAt = grown(this.#usedAt, object, new Float64Array(capacityFor(object)));
      this.#place = grown(this.#place, object, new Int32Array(capacityFor(object)));
    }
    this.#uses[object] = 0;
    this.#rank(object, size);
    this.#heap.push(object);
    this.#rise(this.#heap.length - 1);
  }

  use(object: number, size: Bytes): void {
    // L never falls, so a priority only rises with a use.
    this.#rank(object, size);
    this.#sink(this.#place[object] as number);
  }

  first(): number {
    return this.#heap[0] as number;
  }

  evict(object: number): void {
    this.#age = this.#priority[object] as number;
    this.remove(object);
  }

  remove(object: number): void {
    const place = this.#place[object] as number;
    const last = this.#heap.pop() as number;
    if (last === object) return;
    this.#heap[place] = last;
    this.#place[last] = place;
    this.#rise(place);
    this.#sink(this.#place[last] as number);
  }

  safest(limit: number): number[] {
    return [...this.#heap].sort((a, b) => (this.#before(a, b) ? 1 : -1)).slice(0, limit);
  }

  #rank(object: number, size: Bytes): void {
    const uses = (this.#uses[object] as number) + 1;
    this.#uses[object] = uses;
    this.#priority[object] = this.#age + (this.#bySize ? uses / Math.max(1, size) : uses);
    this.#usedAt[object] = ++this.#clock;
  }

  #before(a: number, b: number): boolean {
    const [first, second] = [this.#priority[a] as number, this.#priority[b] as number];
    return first === second ? (this.#usedAt[a] as number) < (this.#usedAt[b] as number) : first < second;
  }

  #rise(from: number): void {
    const object = this.#heap[from] as number;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent] as number;
      if (!this.#before(object, above)) break;
      this.#heap[place] = above;
      this.#place[above] = place;
      place = parent;
    }
    this.#heap[place] = object;
    this.#place[object] = place;
  }

  #sink(from: number): void {
    const object = this.#heap[from] as number;
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#before(this.#heap[child + 1] as number, this.#heap[child] as number)) child++;
      const below = this.#heap[child] as number;
      if (!this.#before(below, object)) break;
      this.#heap[place] = below;
      this.#place[below] = place;
      place = child;
    }
    this.#heap[place] = object;
    this.#place[object] = place;
  }
}

function capacityFor(object: number): number {
  return Math.max(16, 2 * (object + 1));
}

function grown<T extends Float64Array | Int32Array | Uint8Array>(table: T, object: number, larger: T): T {
  if (object < table.length) return table;
  larger.set(table);
  return larger;
}
