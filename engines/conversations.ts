/**
 * Rows of a run by who takes part: what is left of the order of events when their times do not count.
 *
 * When one host is slower, independent conversations interleave otherwise, and nothing else has changed. So without times the
 * order counts between each two hosts, and of what a host holds on that host.
 */
import type { Run } from './run.ts';

/** Rows in the order of the run, by a name that is the same in other runs; names in the order of their code units. */
export type Conversations = ReadonlyMap<string, Int32Array>;

/** Messages by the two hosts that they go between. */
export const messagesByHosts = ({ hosts, messages: { rows, from, to } }: Run): Conversations =>
  grouped(rows, hosts.length, (row) => [from[row] as number, to[row] as number], hosts);

/** Connections by the hosts of their two ends. */
export const connectionsByHosts = ({ hosts, connections: { rows, client, server } }: Run): Conversations =>
  grouped(rows, hosts.length, (row) => [client[row] as number, server[row] as number], hosts);

/** Changes of state by host. */
export const statesByHost = ({ hosts, states: { rows, host } }: Run): Conversations =>
  grouped(rows, hosts.length, (row) => [host[row] as number, host[row] as number], hosts);

function grouped(rows: number, width: number, hostsOf: (row: number) => readonly [number, number], hosts: Run['hosts']): Conversations {
  const groups = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const [a, b] = hostsOf(row);
    const pair = Math.min(a, b) * width + Math.max(a, b);
    const group = groups.get(pair);
    if (group) group.push(row);
    else groups.set(pair, [row]);
  }
  const named = [...groups].map(([pair, group]): [string, Int32Array] => {
    const names = [hosts[Math.floor(pair / width)]?.name ?? '', hosts[pair % width]?.name ?? ''];
    return [names.sort(byCodeUnits).join(' '), Int32Array.from(group)];
  });
  return new Map(named.sort(([a], [b]) => byCodeUnits(a, b)));
}

const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** All rows, conversation by conversation. */
export function inOrder(conversations: Conversations): Int32Array {
  const all = [...conversations.values()];
  const rows = new Int32Array(all.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const one of all) {
    rows.set(one, at);
    at += one.length;
  }
  return rows;
}
