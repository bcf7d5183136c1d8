/** What stores held at a time: the rows of the state table folded up to it. */

import type { Run } from '../../engines/run.ts';
import { text } from '../part.ts';

export interface Store {
  readonly host: string;
  readonly name: string;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly value: string;
  readonly since: number;
  /** Nanoseconds until it lapses by itself; NaN: it does not. */
  readonly remaining: number;
}

/** Every store that ever held something up to `time`, in order of first appearance; entries in the order they were set. O(rows). */
export function storesAt(run: Run, time: number): Store[] {
  const s = run.states;
  const stores = new Map<string, { host: number; store: number; rows: Map<number, number> }>();
  for (let i = 0; i < s.rows; i++) {
    if (s.at[i]! > time) break;
    const name = text(run, s.store[i]!);
    if (name === '') continue;
    const key = `${s.host[i]} ${s.store[i]}`;
    let store = stores.get(key);
    if (!store) {
      store = { host: s.host[i]!, store: s.store[i]!, rows: new Map() };
      stores.set(key, store);
    }
    if (s.value[i]! < 0) store.rows.delete(s.key[i]!);
    else store.rows.set(s.key[i]!, i);
  }
  return [...stores.values()].map(({ host, store, rows }) => ({
    host: run.hosts[host]?.name ?? '',
    name: text(run, store),
    entries: [...rows.values()]
      .filter((i) => !(s.expiresAt[i]! <= time))
      .map((i) => ({
        key: text(run, s.key[i]!),
        value: text(run, s.value[i]!),
        since: s.at[i]!,
        remaining: s.expiresAt[i]! - time,
      })),
  }));
}
