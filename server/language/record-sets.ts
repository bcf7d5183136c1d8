/** What each record of a zone says is well formed, and what they say together is not, or is not what was meant. */
import { canonical } from '../../engines/dns/domain-name.ts';
import { ipv4Bytes, ipv6Bytes } from '../../engines/dns/ip-address.ts';
import type { MasterFileEntry, NameRange } from '../../engines/dns/master-file/master-file.ts';
import { presentation } from '../../engines/dns/presentation.ts';
import type { DomainName } from '../../engines/dns/scenario.ts';

export interface SetProblem {
  /** The record that is one too many. */
  readonly entry: MasterFileEntry;
  readonly isError: boolean;
  readonly message: string;
}

/** Signatures and denial of existence stand beside an alias (RFC 4035 §2.5). */
const BESIDE_ALIAS: ReadonlySet<string> = new Set(['RRSIG', 'NSEC']);

/** Names whose alias is not their only record, sets with several TTLs, records that are there twice. At the apex stand SOA and NS in any case. */
export function setProblems(entries: readonly MasterFileEntry[], origin: DomainName): SetProblem[] {
  const problems: SetProblem[] = [];
  const names = new Map<string, Map<string, MasterFileEntry[]>>();
  for (const entry of entries) {
    const { name, data } = entry.record;
    const key = canonical(name);
    const sets = names.get(key) ?? new Map<string, MasterFileEntry[]>();
    if (sets.size === 0) names.set(key, sets);
    const set = sets.get(data.type);
    if (set) set.push(entry);
    else sets.set(data.type, [entry]);
  }
  for (const [name, sets] of names) {
    const alias = sets.get('CNAME')?.[0];
    if (alias) aliasProblem(alias, sets, name === canonical(origin), problems);
    for (const [type, set] of sets) if (set.length > 1) withinSet(type, set, problems);
  }
  return problems;
}

function aliasProblem(
  alias: MasterFileEntry,
  sets: ReadonlyMap<string, readonly MasterFileEntry[]>,
  isApex: boolean,
  problems: SetProblem[],
): void {
  const { name } = alias.record;
  const standard = 'RFC 1034 §3.6.2, RFC 2181 §10.1';
  if (isApex) {
    const message = `\`${name}\` is the zone itself and has SOA and NS records, so it cannot be an alias (${standard}): give it an A record.`;
    problems.push({ entry: alias, isError: true, message });
    return;
  }
  for (const [type, [entry]] of sets) {
    if (type === 'CNAME' || BESIDE_ALIAS.has(type)) continue;
    const [first, second] = before(entry!, alias) ? [type, alias] : ['CNAME', entry!];
    const message = `\`${name}\` has ${first} data, and an alias has nothing but its CNAME (${standard}): leave out one of the two.`;
    problems.push({ entry: second, isError: true, message });
    return;
  }
}

function before(a: MasterFileEntry, b: MasterFileEntry): boolean {
  return a.file === b.file && a.start < b.start;
}

function withinSet(type: string, set: readonly MasterFileEntry[], problems: SetProblem[]): void {
  const seen = new Set<string>();
  const [{ record: first }] = set as readonly [MasterFileEntry, ...MasterFileEntry[]];
  let toldTtl = false;
  for (const entry of set) {
    const { name, ttl, data } = entry.record;
    const text = presentation(data, canonical);
    if (seen.has(text)) {
      const message = `\`${name}\` has this ${type} record already: the second one is dropped (RFC 2181 §5).`;
      problems.push({ entry, isError: false, message });
    } else if (type === 'CNAME' && seen.size > 0) {
      const message = `\`${name}\` has a CNAME record already, and an alias has one canonical name (RFC 2181 §10.1).`;
      problems.push({ entry, isError: true, message });
    } else if (ttl !== first.ttl && type !== 'RRSIG' && !toldTtl) {
      toldTtl = true;
      const message = `The ${type} records of \`${name}\` have TTLs of ${first.ttl} and ${ttl} s; a set has one (RFC 2181 §5.2): the lowest holds.`;
      problems.push({ entry, isError: false, message });
    }
    seen.add(text);
  }
}

/** What to say where a record's data names a host by its address; null where it does not. Where addresses are looked up, names are numbers. */
export function addressInPlaceOfName(entry: MasterFileEntry, written: string, { name }: NameRange): string | null {
  const address = written.endsWith('.') ? written.slice(0, -1) : written;
  if (!ipv4Bytes(address) && !ipv6Bytes(address)) return null;
  if (canonical(name).endsWith('.arpa.')) return null;
  const { type } = entry.record.data;
  const record = ipv4Bytes(address) ? 'A' : 'AAAA';
  if (type === 'CNAME') return `\`${address}\` is an address, and CNAME names a host: write \`${record} ${address}\`.`;
  return `\`${address}\` is an address, and ${type} takes a host name, with an ${record} record of its own: \`${record} ${address}\`.`;
}
