/**
 * Knows which object is of which step, who has opened it, and what its flood has cost. An observer: it stands outside the wire, and peers
 * learn nothing from it.
 */
import { type Process, wait } from '../kernel/process.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { ObjectHash } from './inventory.ts';

interface Flood {
  readonly from: string;
  readonly to: string;
  readonly startedAt: Nanoseconds;
  opened: boolean;
  tell: (() => void) | null;
}

export class FloodLedger {
  readonly #floods = new Map<ObjectHash, Flood>();
  readonly #bytes = new Map<string, Bytes>();

  begin(hash: ObjectHash, from: string, to: string, startedAt: Nanoseconds): void {
    this.#floods.set(hash, { from, to, startedAt, opened: false, tell: null });
  }

  /** Bytes were sent because of that object. Its sender and the sum so far; null for an object of nobody here. */
  spent(hash: ObjectHash, bytes: Bytes): { readonly from: string; readonly total: Bytes } | null {
    const flood = this.#floods.get(hash);
    if (!flood) return null;
    const total = (this.#bytes.get(flood.from) ?? 0) + bytes;
    this.#bytes.set(flood.from, total);
    return { from: flood.from, total };
  }

  /** A peer has opened it: when its sender began, if it is the recipient and the first time. */
  opened(hash: ObjectHash, by: string): { readonly from: string; readonly startedAt: Nanoseconds } | null {
    const flood = this.#floods.get(hash);
    if (!flood || flood.to !== by || flood.opened) return null;
    flood.opened = true;
    flood.tell?.();
    return flood;
  }

  /** Done when the recipient has opened it. */
  opening(hash: ObjectHash): Process {
    return wait<void>((resume) => {
      const flood = this.#floods.get(hash);
      if (!flood || flood.opened) resume();
      else flood.tell = resume;
      return () => {
        if (flood) flood.tell = null;
      };
    });
  }
}
