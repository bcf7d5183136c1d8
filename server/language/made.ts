/**
 * What the building of a declaration came to, so that it need not be built again while others are edited.
 *
 * Theory of operation: of `host` and `mailbox`, of which there may be thousands, building does no more than to add entries to tables
 * and to refer to hosts that are there (a `host` line that says more of one that is there counts as a judgement, and is not kept). Where nothing was reported, the very objects that were added are kept with the statement's
 * values, and entered again into the program that is made of the texts after an edit: they are taken over from the program of before,
 * which is used up. What other declarations did to a host in the meantime is undone.
 */
import type { Program, ProgramHost } from './program.ts';
import type { Site } from './site.ts';
import { Reads, type Table, type Write } from './table.ts';

export interface Made {
  /** Who has the ranges, of the program that has the objects. */
  site: Site;
  /** Hosts that it referred to, as they were called. */
  readonly hosts: readonly { readonly key: string; readonly name: string }[];
  readonly entries: readonly Write[];
  readonly added: readonly AddedHost[];
  readonly needsDns: boolean;
  readonly packetsOnly: Program['packetsOnly'];
  readonly packetProperties: Program['packetProperties'];
}

/** A host as the declaration left it. */
interface AddedHost {
  readonly host: ProgramHost;
  readonly state: Pick<ProgramHost, 'used' | 'behind' | 'declaration' | 'access' | 'tcp' | 'address' | 'addressAt'>;
}

/** Builds, and gives what was made if it can be kept. */
export function madeBy(site: Site, build: () => void): Made | null {
  const { program } = site;
  const { judgements, packetsOnly, packetProperties, needsDns } = program;
  const first = { only: packetsOnly.length, properties: packetProperties.length };
  const before = traces(program);
  program.needsDns = false;
  const reads = new Reads();
  program.noting(reads, build);
  const did = program.needsDns;
  program.needsDns ||= needsDns;
  if (reads.wholeTables || program.judgements !== judgements || traces(program) !== before) return null;
  const entries = reads.writes;
  const own = new Set(entries.map(({ table, key }) => `${table} ${key}`));
  const hosts: { key: string; name: string }[] = [];
  for (let i = 0; i < reads.entries.length; i += 2) {
    const [table, key] = [reads.entries[i]!, reads.entries[i + 1]!];
    if (own.has(`${table} ${key}`)) continue;
    const host = table === 'hosts' ? program.hosts.get(key) : undefined;
    if (!host) return null;
    hosts.push({ key, name: host.name });
  }
  return {
    site,
    hosts,
    entries,
    added: entries.flatMap(({ table, value }) => (table === 'hosts' ? [added(value as ProgramHost)] : [])),
    needsDns: did,
    packetsOnly: packetsOnly.slice(first.only),
    packetProperties: packetProperties.slice(first.properties),
  };
}

function added(host: ProgramHost): AddedHost {
  const { used, behind, declaration, access, tcp, address, addressAt } = host;
  return { host, state: { used, behind, declaration, access, tcp, address, addressAt } };
}

function traces({ later, afterSteps, missing, excused, notes, zones, links }: Program): number {
  return later.length + afterSteps.length + missing.size + excused.size + notes.length + zones.size + links.length;
}

/** Enters into the program what was made for the one before it; false where it does not hold there, and nothing was done. */
export function enterMade(made: Made, site: Site): boolean {
  const { program } = site;
  if (program.before === null || made.site.program !== program.before || made.site.source !== site.source) return false;
  for (const { key, name } of made.hosts) if (program.hosts.get(key)?.name !== name) return false;
  for (const { table, key } of made.entries) if (tableOf(program, table).has(key)) return false;
  site.takeOver(made.site);
  made.site = site;
  for (const { host, state } of made.added) {
    host.used = state.used;
    host.behind = state.behind;
    host.declaration = state.declaration;
    host.access = state.access;
    host.tcp = state.tcp;
    host.address = state.address;
    host.addressAt = state.addressAt;
  }
  for (const { key } of made.hosts) program.hosts.get(key)!.used = true;
  for (const { table, key, value } of made.entries) tableOf(program, table).set(key, value);
  if (made.needsDns) program.needsDns = true;
  for (const one of made.packetsOnly) program.packetsOnly.push(one);
  for (const one of made.packetProperties) program.packetProperties.push(one);
  return true;
}

const tableOf = (program: Program, name: string): Table<unknown> => program[name as 'hosts'] as Table<unknown>;
