/** In which entries of its tables a program differs from what it was before an edit of its declarations. */
import type { Declarations } from './declarations.ts';
import type { DeclaredState } from './declared-state.ts';
import type { Program } from './program.ts';
import { Names, Table } from './table.ts';

export interface DeclaredChanges {
  /** That of the declarations before. */
  readonly from: Declarations['identity'];
  /** By the table's name. */
  readonly keys: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What no step asks for, what is there only once steps are built, and what is asked for only with a judgement. */
const APART: ReadonlySet<string> = new Set([
  // No step asks for it.
  'sources',
  'diagnostics',
  'title',
  'alternatives',
  'goodDomains',
  'later',
  'notes',
  'recordNames',
  'recordPlaces',
  'packetsOnly',
  'packetProperties',
  'judgements',
  'declarations',
  'changes',
  'before',
  // Looked at by itself.
  'afterSteps',
  // What a step comes to by these is not kept (`Program.judgements`).
  'parameters',
  'files',
  'lookups',
  'missing',
]);

/**
 * Of two programs whose declarations are built, and nothing else; null where more is different than entries of tables. Where
 * something is written does not count.
 */
export function changesBetween(state: DeclaredState, now: Program): DeclaredChanges | null {
  const before = state.program;
  // What a declaration does once the steps are known is not seen yet.
  if (before.afterSteps.length > 0 || now.afterSteps.length > 0) return null;
  const keys = new Map<string, ReadonlySet<string>>();
  for (const [name, value] of Object.entries(now)) {
    if (APART.has(name)) continue;
    const then: unknown = before[name as keyof Program];
    if (value instanceof Table && then instanceof Table) {
      const changed = name === 'hosts' ? changedHosts(state, now) : changedKeys(then, value);
      if (changed.size > 0) keys.set(name, changed);
    } else if (value instanceof Names && then instanceof Names) {
      const changed = new Set([...value].filter((one) => !then.has(one)).concat([...then].filter((one) => !value.has(one))));
      if (changed.size > 0) keys.set(name, changed);
    } else if (!isSame(then, value)) {
      return null;
    }
  }
  return { from: before.declarations.identity, keys };
}

/** One and the same host may have been changed by other declarations. */
function changedHosts(state: DeclaredState, { hosts }: Program): Set<string> {
  const { hosts: before } = state.program;
  const changed = new Set<string>();
  for (const [key, host] of hosts) {
    const then = before.get(key);
    if (then !== undefined && (then === host ? state.isSameHost(key, host) : isSame(then, host))) continue;
    changed.add(key);
  }
  for (const key of before.keys()) if (!hosts.has(key)) changed.add(key);
  return changed;
}

function changedKeys(before: Table<unknown>, now: Table<unknown>): Set<string> {
  const changed = new Set<string>();
  for (const [key, value] of now) if (!before.has(key) || !isSame(before.get(key), value)) changed.add(key);
  for (const key of before.keys()) if (!now.has(key)) changed.add(key);
  return changed;
}

/** Equal, but for where in a document it is written. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (a instanceof Uint8Array) return b instanceof Uint8Array && a.length === b.length && a.every((octet, i) => octet === b[i]);
  if (a instanceof Set) return b instanceof Set && a.size === b.size && [...a].every((item) => b.has(item));
  if (a instanceof Map) {
    return b instanceof Map && a.size === b.size && [...a].every(([key, item]) => b.has(key) && isSame(item, b.get(key)));
  }
  if (Object.getPrototypeOf(a) !== Object.prototype || Object.getPrototypeOf(b) !== Object.prototype) return false;
  const range = 'source' in a && 'start' in a && 'end' in a;
  let count = 0;
  for (const name in a) {
    count++;
    if (range && (name === 'start' || name === 'end')) continue;
    if (!isSame((a as Record<string, unknown>)[name], (b as Record<string, unknown>)[name])) return false;
  }
  for (const _ in b) count--;
  return count === 0;
}
