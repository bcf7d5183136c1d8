/**
 * What a server's sessions hold, on the state timeline: told when it changes, a store a session. Outside of the wire: it
 * outlives a crash, so that what was told before it can be taken back when the server is there again.
 */
import type { Narrator } from './host.ts';
import { textOfOctets } from './octets.ts';

/** Octets, one char each; null for what does not hold. */
export type StateEntry = readonly [key: string, value: string | null];

export class SessionStates {
  /** By store: what was told and not taken back. */
  readonly #told = new Map<string, Map<string, string>>();
  readonly #keys = new Map<string, Set<string>>();

  /** The server has booted: no session is there. */
  reset(narrator: Narrator): void {
    for (const [store, keys] of this.#keys) for (const key of keys) narrator.state(store, key, null);
    this.#told.clear();
    this.#keys.clear();
  }

  tell(narrator: Narrator, store: string, entries: readonly StateEntry[]): void {
    const told = getOrAdd(this.#told, store, () => new Map<string, string>());
    const keys = getOrAdd(this.#keys, store, () => new Set<string>());
    for (const [key, value] of entries) {
      if ((told.get(key) ?? null) === value) continue;
      if (value === null) told.delete(key);
      else told.set(key, value);
      keys.add(key);
      narrator.state(store, key, value === null ? null : textOfOctets(value));
    }
  }

  /** The session is over. */
  end(narrator: Narrator, store: string): void {
    const told = this.#told.get(store);
    if (told)
      this.tell(
        narrator,
        store,
        [...told.keys()].map((key) => [key, null]),
      );
  }
}

function getOrAdd<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
