/** A name service of a table, for tests: the policies without a network. */
import type { RecordData } from '../../dns/records.ts';
import type { Lookup } from '../../dns/stub-resolver.ts';
import { atOnce, type Process, start } from '../../kernel/process.ts';
import type { Ask } from './domain-lookup.ts';

/** By name in lower case without the last dot, escapes undone. `'TIMEOUT'`: whatever is asked for and is not there, nobody answers. */
export type Names = Readonly<Record<string, readonly (RecordData | 'TIMEOUT')[]>>;

export function askIn(names: Names): Ask {
  return (name, type) => atOnce(() => find(names, plain(name), type, 0));
}

function find(names: Names, name: string, type: string, level: number): Lookup {
  const here = names[name];
  if (!here) return { kind: 'NXDOMAIN' };
  const records = here.filter((data): data is RecordData => data !== 'TIMEOUT' && data.type === type);
  if (records.length > 0)
    return { kind: 'answer', records: records.map((data) => ({ name, ttl: 60, data })), aliases: [], canonicalName: name };
  if (here.includes('TIMEOUT')) return { kind: 'timeout' };
  const alias = here.find((data) => data !== 'TIMEOUT' && data.type === 'CNAME') as (RecordData & { type: 'CNAME' }) | undefined;
  if (alias && level < 5) return find(names, plain(alias.target), type, level + 1);
  return { kind: 'NODATA' };
}

function plain(name: string): string {
  return name
    .replace(/\.$/, '')
    .replace(/\\([0-9]{3})/g, (_all, code: string) => String.fromCharCode(Number(code)))
    .replace(/\\(.)/g, '$1')
    .toLowerCase();
}

/** The result of a process that waits for nothing that takes time. */
export function finish<T>(process: Process<T>): T {
  const task = start('test', process);
  if (!task.done) throw new Error('it waits for something');
  return task.result as T;
}
