/**
 * Whom a peer uploads to.
 *
 * Theory of operation. Every ten seconds the choker decides anew (`round`). A peer that still downloads reciprocates: it unchokes
 * those interested peers that it got most from in the last twenty seconds (the regular ones), and beside them an optimistic one,
 * whatever it sends. The optimistic one is the first interested peer of a list that is not unchoked anyway; every thirty seconds
 * the list is turned so that the next one that is choked stands first. A new peer comes into the list at a random place, at the
 * head three times as likely as anywhere else, as BEP 3 has it. Who sent nothing for a minute although we were interested has
 * snubbed us: it is unchoked only as an optimistic one. Regular slots that nobody has earned go to further optimistic peers
 * (Cohen, Incentives Build Robustness in BitTorrent, §3).
 *
 * With no optimistic slot, those that have earned nothing and have not snubbed us get the regular slots that are left over:
 * somebody has to begin.
 *
 * A seed gets nothing, and gives all slots in turn: each for thirty seconds, then to who has waited longest (`round robin`); or to
 * those that take most in (`fastest`), and one in turn.
 *
 * Between rounds, `fill` gives slots away that have fallen vacant, and takes none but of those that are no longer interested.
 *
 * Peers are small integers, chosen by the caller and used again once removed. Nothing is allocated but for higher ones.
 */
import type { RandomStream } from '../kernel/random.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';

export type SeedChoking = 'round robin' | 'fastest';

export interface ChokerOptions {
  /** Regular slots: 4 where absent. */
  readonly slots?: number;
  /** Optimistic slots beside: 1 where absent. */
  readonly optimistic?: number;
  /** `round robin` where absent. */
  readonly seeding?: SeedChoking;
}

/** BEP 3: ten seconds, as TCP takes some to come to its rate. */
export const ROUND: Nanoseconds = 10 * SECOND;
/** Rounds that an optimistic peer stays the first: thirty seconds, for it to begin to reciprocate. */
export const OPTIMISTIC_ROUNDS = 3;
/** Silence by which a peer snubs. */
export const SNUB_TIME: Nanoseconds = 60 * SECOND;
/** What a seed gives each peer in turn. */
export const SEED_TURN: Nanoseconds = 30 * SECOND;

/** Fields of a peer's row in the table. */
export const FIELDS = 8;
/** Bytes, in this round and in the one before. */
const RECEIVED = 0;
const RECEIVED_BEFORE = 1;
const SENT = 2;
const SENT_BEFORE = 3;
/** The later of: since when we are interested in it, when something came last; infinite while we are not. */
const SILENT_SINCE = 4;
const UNCHOKED_SINCE = 5;
/** When it was unchoked last. */
const SERVED = 6;

const PRESENT = 1;
const INTERESTED = 2;
const UNCHOKED = 4;
const OPTIMISTIC = 8;
/** Chosen by the decision that is being made. */
const CHOSEN = 16;

export class Choker {
  readonly #slots: number;
  readonly #optimistic: number;
  readonly #seeding: SeedChoking;
  readonly #random: RandomStream;
  #table: Float64Array;
  readonly #tableIsOurs: boolean;
  #flags = new Uint8Array(8);
  /** The peers, in the order in which their optimistic turns come. */
  #list = new Int32Array(8);
  #count = 0;
  #rounds = 0;
  /** Unchoked and interested. */
  #busy = 0;
  readonly #best: Int32Array;
  readonly #bestKeys: Float64Array;

  /** The peers that the last `round` or `fill` choked or unchoked; `isUnchoked` tells which. */
  readonly changed: number[] = [];

  /**
   * `table`: where it keeps its rows, FIELDS numbers for each peer, with room for all that will be added. Whoever keeps those of many
   * chokers may count there (`countReceived`, `countSent`, `noteInteresting`), in the place of the methods.
   */
  constructor({ slots = 4, optimistic = 1, seeding = 'round robin' }: ChokerOptions, random: RandomStream, table?: Float64Array) {
    this.#table = table ?? new Float64Array(8 * FIELDS);
    this.#tableIsOurs = table === undefined;
    this.#slots = slots;
    this.#optimistic = optimistic;
    this.#seeding = seeding;
    this.#random = random;
    this.#best = new Int32Array(slots + optimistic);
    this.#bestKeys = new Float64Array(slots + optimistic);
  }

  /** A peer is connected: choked and not interested. */
  add(peer: number): void {
    while (peer >= this.#flags.length) {
      if (this.#tableIsOurs) this.#table = grown(this.#table, new Float64Array(2 * this.#table.length));
      this.#flags = grown(this.#flags, new Uint8Array(2 * this.#flags.length));
      this.#list = grown(this.#list, new Int32Array(2 * this.#list.length));
    }
    if (((this.#flags[peer] as number) & PRESENT) !== 0) throw new RangeError(`peer ${peer} is there already`);
    this.#flags[peer] = PRESENT;
    this.#table.fill(0, peer * FIELDS, (peer + 1) * FIELDS);
    this.#table[peer * FIELDS + SILENT_SINCE] = Number.POSITIVE_INFINITY;
    this.#table[peer * FIELDS + SERVED] = -1;
    const place = Math.max(0, this.#random.below(this.#count + 3) - 2);
    this.#list.copyWithin(place + 1, place, this.#count);
    this.#list[place] = peer;
    this.#count++;
  }

  /** A peer is gone. True when it leaves a slot that `fill` may give away. */
  remove(peer: number): boolean {
    const flags = this.#flags[peer] as number;
    const place = this.#list.subarray(0, this.#count).indexOf(peer);
    this.#list.copyWithin(place, place + 1, this.#count);
    this.#count--;
    this.#flags[peer] = 0;
    const served = (flags & UNCHOKED) !== 0 && (flags & INTERESTED) !== 0;
    if (served) this.#busy--;
    return served;
  }

  /** The peer tells whether it is interested in what we have. True when `fill` has something to do. */
  setInterested(peer: number, interested: boolean): boolean {
    const flags = this.#flags[peer] as number;
    if (((flags & INTERESTED) !== 0) === interested) return false;
    this.#flags[peer] = flags ^ INTERESTED;
    if ((flags & UNCHOKED) !== 0) {
      this.#busy += interested ? 1 : -1;
      return !interested;
    }
    return interested && this.#busy < this.#slots + this.#optimistic;
  }

  /** Whether we are interested in what the peer has. */
  setInteresting(peer: number, interesting: boolean, now: Nanoseconds): void {
    noteInteresting(this.#table, peer, interesting, now);
  }

  /** Bytes of pieces came from the peer. */
  received(peer: number, bytes: Bytes, now: Nanoseconds): void {
    countReceived(this.#table, peer, bytes, now);
  }

  /** Bytes of pieces went to the peer. */
  sent(peer: number, bytes: Bytes): void {
    countSent(this.#table, peer, bytes);
  }

  /** What came from the peer in the last ten to twenty seconds. */
  receivedLately(peer: number): Bytes {
    return (this.#table[peer * FIELDS + RECEIVED] as number) + (this.#table[peer * FIELDS + RECEIVED_BEFORE] as number);
  }

  sentLately(peer: number): Bytes {
    return (this.#table[peer * FIELDS + SENT] as number) + (this.#table[peer * FIELDS + SENT_BEFORE] as number);
  }

  isInterested(peer: number): boolean {
    return ((this.#flags[peer] as number) & INTERESTED) !== 0;
  }

  isUnchoked(peer: number): boolean {
    return ((this.#flags[peer] as number) & UNCHOKED) !== 0;
  }

  /** Unchoked, but not for what it sends. */
  isOptimistic(peer: number): boolean {
    return ((this.#flags[peer] as number) & OPTIMISTIC) !== 0;
  }

  hasSnubbed(peer: number, now: Nanoseconds): boolean {
    return now - (this.#table[peer * FIELDS + SILENT_SINCE] as number) >= SNUB_TIME;
  }

  /** To be called every ROUND. `seed`: we have all pieces. */
  round(now: Nanoseconds, seed: boolean): void {
    this.#rounds++;
    if (this.#rounds % OPTIMISTIC_ROUNDS === 0) this.#turn();
    if (!seed) this.#reciprocate(now);
    else if (this.#seeding === 'fastest') this.#serveFastest();
    else this.#serveInTurn(now);
    this.#conclude(now);
    for (let i = 0; i < this.#count; i++) {
      const at = (this.#list[i] as number) * FIELDS;
      this.#table[at + RECEIVED_BEFORE] = this.#table[at + RECEIVED] as number;
      this.#table[at + RECEIVED] = 0;
      this.#table[at + SENT_BEFORE] = this.#table[at + SENT] as number;
      this.#table[at + SENT] = 0;
    }
  }

  /** Slots that have fallen vacant are given away, before the next round. */
  fill(now: Nanoseconds, seed: boolean): void {
    this.changed.length = 0;
    const list = this.#list;
    const allFlags = this.#flags;
    const most = this.#slots + this.#optimistic;
    // Those that are unchoked and interested stay so.
    for (let i = 0; i < this.#count; i++) {
      const peer = list[i] as number;
      const flags = allFlags[peer] as number;
      if (((flags & INTERESTED) !== 0) === ((flags & UNCHOKED) !== 0)) continue;
      if ((flags & UNCHOKED) !== 0) {
        this.changed.push(peer);
        allFlags[peer] = flags & ~(UNCHOKED | OPTIMISTIC);
        this.#table[peer * FIELDS + SERVED] = now;
      } else if (this.#busy < most && (seed || this.#optimistic > 0 || !this.hasSnubbed(peer, now))) {
        this.#busy++;
        this.changed.push(peer);
        allFlags[peer] = flags | UNCHOKED | OPTIMISTIC;
        this.#table[peer * FIELDS + UNCHOKED_SINCE] = now;
      }
    }
  }

  /** The first peer of the list that is interested and choked comes to the head, all before it to the end. */
  #turn(): void {
    for (let i = 1; i < this.#count; i++) {
      if (((this.#flags[this.#list[i] as number] as number) & (INTERESTED | UNCHOKED)) !== INTERESTED) continue;
      const turned = this.#list.slice(0, i);
      this.#list.copyWithin(0, i, this.#count);
      this.#list.set(turned, this.#count - i);
      return;
    }
  }

  #reciprocate(now: Nanoseconds): void {
    const regular = this.#chooseBest(this.#slots, (peer) => (this.hasSnubbed(peer, now) ? 0 : this.receivedLately(peer)));
    let left = this.#slots + this.#optimistic - regular;
    for (let i = 0; i < this.#count && left > 0; i++) {
      const peer = this.#list[i] as number;
      if (this.#optimistic === 0 && this.hasSnubbed(peer, now)) continue;
      if (this.#choose(peer, OPTIMISTIC)) left--;
    }
  }

  #serveFastest(): void {
    const regular = this.#chooseBest(this.#slots, (peer) => this.sentLately(peer));
    let left = this.#slots + this.#optimistic - regular;
    for (let i = 0; i < this.#count && left > 0; i++) if (this.#choose(this.#list[i] as number, OPTIMISTIC)) left--;
  }

  #serveInTurn(now: Nanoseconds): void {
    this.#chooseBest(this.#slots + this.#optimistic, (peer) => {
      const unchoked = this.isUnchoked(peer);
      if (unchoked && now - (this.#table[peer * FIELDS + UNCHOKED_SINCE] as number) < SEED_TURN) return Number.POSITIVE_INFINITY;
      return unchoked ? 1 : now + 2 - (this.#table[peer * FIELDS + SERVED] as number);
    });
  }

  /** Chooses the interested peers of the highest keys above 0, at most so many, of equal ones the first; how many. */
  #chooseBest(most: number, keyOf: (peer: number) => number): number {
    let chosen = 0;
    for (let i = 0; i < this.#count; i++) {
      const peer = this.#list[i] as number;
      if (((this.#flags[peer] as number) & INTERESTED) === 0) continue;
      const key = keyOf(peer);
      if (key <= 0 || (chosen === most && key <= (this.#bestKeys[most - 1] as number))) continue;
      let place = chosen < most ? chosen++ : most - 1;
      for (; place > 0 && key > (this.#bestKeys[place - 1] as number); place--) {
        this.#best[place] = this.#best[place - 1] as number;
        this.#bestKeys[place] = this.#bestKeys[place - 1] as number;
      }
      this.#best[place] = peer;
      this.#bestKeys[place] = key;
    }
    for (let i = 0; i < chosen; i++) this.#choose(this.#best[i] as number, 0);
    return chosen;
  }

  #choose(peer: number, optimistic: number): boolean {
    const flags = this.#flags[peer] as number;
    if ((flags & INTERESTED) === 0 || (flags & CHOSEN) !== 0) return false;
    this.#flags[peer] = (flags & ~OPTIMISTIC) | CHOSEN | optimistic;
    return true;
  }

  /** Whoever is chosen is unchoked now, and nobody else. */
  #conclude(now: Nanoseconds): void {
    this.changed.length = 0;
    this.#busy = 0;
    for (let i = 0; i < this.#count; i++) {
      const peer = this.#list[i] as number;
      const flags = this.#flags[peer] as number;
      const at = peer * FIELDS;
      if ((flags & CHOSEN) === 0) {
        if ((flags & UNCHOKED) === 0) continue;
        this.changed.push(peer);
        this.#flags[peer] = flags & ~(UNCHOKED | OPTIMISTIC);
        this.#table[at + SERVED] = now;
        continue;
      }
      this.#busy++;
      if ((flags & UNCHOKED) === 0) {
        this.changed.push(peer);
        this.#table[at + UNCHOKED_SINCE] = now;
      }
      this.#flags[peer] = (flags & ~CHOSEN) | UNCHOKED;
    }
  }
}

/** As `setInteresting`, of the peer in that row. */
export function noteInteresting(table: Float64Array, row: number, interesting: boolean, now: Nanoseconds): void {
  const at = row * FIELDS + SILENT_SINCE;
  if ((table[at] !== Number.POSITIVE_INFINITY) !== interesting) table[at] = interesting ? now : Number.POSITIVE_INFINITY;
}

/** As `received`, of the peer in that row. */
export function countReceived(table: Float64Array, row: number, bytes: Bytes, now: Nanoseconds): void {
  const at = row * FIELDS;
  table[at + RECEIVED] = (table[at + RECEIVED] as number) + bytes;
  if (table[at + SILENT_SINCE] !== Number.POSITIVE_INFINITY) table[at + SILENT_SINCE] = now;
}

/** As `sent`, of the peer in that row. */
export function countSent(table: Float64Array, row: number, bytes: Bytes): void {
  const at = row * FIELDS + SENT;
  table[at] = (table[at] as number) + bytes;
}

function grown<A extends Float64Array | Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
