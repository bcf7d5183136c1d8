/**
 * Consistent hashing (Karger and others, 1997): which member of a group an object belongs to, so that few objects move when a member
 * comes or goes.
 *
 * Members and objects have places on a ring of 2^32, by the first 32 bits of the SHA-256 of their names; an object belongs to the first
 * member that follows it. Each member has many places, so that shares even out, and what one leaves behind falls to all others.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/** Places of one member: shares then differ by some tens of percent at most. */
export const PLACES = 128;

export class HashRing {
  readonly #members: readonly string[];
  /** Places in ascending order, and whose they are. */
  readonly #places: Uint32Array;
  readonly #owners: Int32Array;

  /** At least one member; names differ. */
  constructor(members: readonly string[], places = PLACES) {
    this.#members = members;
    const all = members.flatMap((member, owner) => Array.from({ length: places }, (_, i) => ({ at: placeOf(`${member}#${i}`), owner })));
    // Two on one place are as likely as not among some 80,000: the member declared first has it.
    all.sort((a, b) => a.at - b.at || a.owner - b.owner);
    this.#places = Uint32Array.from(all, ({ at }) => at);
    this.#owners = Int32Array.from(all, ({ owner }) => owner);
  }

  /** The member that an object belongs to; of those for whom `serves` holds, where it is given. null where it holds for none. */
  memberFor(object: string, serves: (member: string) => boolean = () => true): string | null {
    const first = this.#following(placeOf(object));
    for (let i = 0; i < this.#places.length; i++) {
      const member = this.#members[this.#owners[(first + i) % this.#owners.length] as number] as string;
      if (serves(member)) return member;
    }
    return null;
  }

  /** Index of the first place at or behind `at`, around the ring. */
  #following(at: number): number {
    let low = 0;
    let high = this.#places.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#places[middle] as number) < at) low = middle + 1;
      else high = middle;
    }
    return low % this.#places.length;
  }
}

/** 0 to 2^32 − 1. */
function placeOf(name: string): number {
  const [a = 0, b = 0, c = 0, d = 0] = sha256(utf8ToBytes(name));
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
