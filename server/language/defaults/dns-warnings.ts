/** What is well formed in DNS, and probably not what was meant. All zones are complete. */
import { canonical, displayName, parent } from '../../../engines/dns/domain-name.ts';
import type { ResourceRecord } from '../../../engines/dns/records.ts';
import type { AnswerExpectation } from '../../../engines/dns/scenario.ts';
import type { SourceRange } from '../../../engines/scenario.ts';
import type { Program } from '../program.ts';
import { nameOf } from './addresses.ts';
import { isSigned } from './dnssec.ts';

export function dnsWarnings(program: Program): void {
  if (program.incomplete || program.missing.size > 0) return;
  serverWarnings(program);
  nobodyWarnings(program);
  validationWarnings(program);
  for (const { expected, at } of program.expectations) {
    if (expected.kind === 'dns.answer') answerWarning(expected, at, program);
    if (expected.kind !== 'metric') continue;
    const [first, second] = expected.subjects as readonly [string, string?];
    if (expected.metric === 'queries' || expected.metric === 'cache hit ratio') serverMetricWarning(expected.metric, first, at, program);
    if (expected.metric === 'load share') loadShareWarning(first, second!, at, program);
  }
}

/** Hosts that serve zones, by lower-case name; those that share an address are servers each. */
function zoneServers(program: Program): Set<string> {
  const servers = new Set<string>();
  for (const zone of program.zones.values()) {
    for (const server of zone.servers) {
      const key = server.toLowerCase();
      servers.add(key);
      for (const instance of program.anycasts.get(key)?.instances ?? []) servers.add(instance.toLowerCase());
    }
  }
  return servers;
}

/** A name server of no zone, to which no record leads either: it is never asked. */
function serverWarnings(program: Program): void {
  const serving = zoneServers(program);
  for (const { records } of program.zones.values()) {
    for (const { data } of records) if (data.type === 'NS') serving.add(canonical(data.server).slice(0, -1));
  }
  for (const [key, { host, at }] of program.nameServers) {
    if (!at || serving.has(key)) continue;
    program.report('without-effect', at, `\`${host}\` serves no zone, so nobody asks it: name it in a \`zone\` line.`);
  }
}

/**
 * What the scenario leads to, and none of whose addresses a host has; that one of several is dead may be the lesson. An address that is
 * only looked up may be anyone's.
 */
function nobodyWarnings(program: Program): void {
  const held = new Set<string>();
  for (const { address } of program.hosts.values()) if (address !== null) held.add(address);
  const records = new Map<string, { readonly record: ResourceRecord; readonly at: SourceRange | null }[]>();
  for (const zone of program.zones.values()) {
    for (const record of zone.records) {
      const key = canonical(record.name);
      const one = { record, at: zone.implicit ? null : (program.recordPlaces.get(record) ?? zone.at) };
      const known = records.get(key);
      if (known) known.push(one);
      else records.set(key, [one]);
    }
  }
  const told = new Set<SourceRange>();
  for (const [what, names] of reachedNames(program)) {
    // Aliases lead on; the set grows while it is gone through.
    const leads = new Set(names);
    const addresses = [];
    for (const name of leads) {
      for (const { record, at } of records.get(name) ?? []) {
        const { data } = record;
        if (data.type === 'CNAME') leads.add(canonical(data.target));
        if (data.type === 'A') addresses.push({ name: record.name, address: data.address, at });
      }
    }
    if (addresses.some(({ address }) => held.has(address))) continue;
    for (const { name, address, at } of addresses) {
      if (at === null || told.has(at)) continue;
      told.add(at);
      program.report('nobody-there', at, `No host has ${address}, and \`${displayName(name)}\` is ${what}: nobody answers there.`);
    }
  }
}

/** What something connects to, with the names, in lower case, that it may go by. */
function reachedNames(program: Program): ReadonlyMap<string, ReadonlySet<string>> {
  const reached = new Map<string, Set<string>>();
  const add = (what: string, name: string): void => {
    const names = reached.get(what);
    if (names) names.add(canonical(name));
    else reached.set(what, new Set([canonical(name)]));
  };
  const sendsMail = program.steps.some(({ action }) => action.kind === 'mail.send');
  for (const { records } of program.zones.values()) {
    for (const { name, data } of records) {
      if (data.type === 'NS') add(`a name server of \`${displayName(name)}\``, data.server);
      if (data.type === 'MX' && sendsMail) add(`where mail for \`${displayName(name)}\` goes`, data.exchange);
    }
  }
  for (const { action } of program.steps) {
    if (action.kind !== 'http.browse' && action.kind !== 'http.request') continue;
    const site = action.site.replace(/:\d+$/, '');
    add(`asked for as website \`${site}\``, nameOf(site));
  }
  return reached;
}

/** What can validate nothing, and what cannot be validated. */
function validationWarnings(program: Program): void {
  for (const { host, dnssec, walk, at } of program.resolvers.values()) {
    if (!at || !dnssec || walk !== 'recursively') continue;
    const message = `\`${host}\` cannot validate: servers on the way of a recursive walk hand no signatures on. Let it walk iteratively.`;
    program.report('without-effect', at, message);
  }
  for (const [key, { at }] of program.signings) {
    if (!at || !program.zones.has(key)) continue;
    for (let above = parent(key); above !== undefined; above = parent(above)) {
      const zone = program.zones.get(above);
      if (!zone || program.signings.has(above) || isSigned(zone)) continue;
      const shown = displayName(zone.origin);
      const start = program.sources[at.source]!.text.lastIndexOf('\n', at.start - 1) + 1;
      program.report('without-effect', at, `\`${shown}\` is not signed, so \`${displayName(key)}\` cannot be validated.`, {
        fixes: [{ title: `Sign \`${shown}\``, edits: [{ start, end: start, text: `dnssec ${shown}\n` }], preferred: true }],
      });
      break;
    }
  }
}

/** Whoever does more than look names up asks for what no statement says, such as the mail exchangers of a domain. */
function asksUnsaid(host: string, program: Program): boolean {
  const key = host.toLowerCase();
  if (program.mailServers.has(key) || program.webCaches.has(key)) return true;
  return program.steps.some(
    ({ action }) => !action.kind.startsWith('dns.') && !action.kind.startsWith('network.') && JSON.stringify(action).includes(`"${host}"`),
  );
}

function answerWarning({ host, name, type }: AnswerExpectation, at: SourceRange, program: Program): void {
  const types = new Set<string>();
  for (const { action } of program.steps) {
    if ((action.kind !== 'dns.resolve' && action.kind !== 'dns.load') || action.host !== host) continue;
    const names = action.kind === 'dns.resolve' ? [action.name] : action.names;
    if (names.some((one) => canonical(one) === canonical(name))) types.add(action.type);
  }
  if ((type === null ? types.size > 0 : types.has(type)) || asksUnsaid(host, program)) return;
  const shown = displayName(name);
  const instead = types.size > 0 ? `; it asks for ${[...types].join(' and ')}` : '';
  const step = `${host} resolves ${shown}${type === null ? '' : ` ${type}`}`;
  program.report('nothing-to-measure', at, `No step has \`${host}\` ask for this: \`${step}\`${instead}.`);
}

function serverMetricWarning(metric: string, host: string, at: SourceRange, program: Program): void {
  const key = host.toLowerCase();
  if (program.resolvers.has(key) || (metric === 'queries' && (zoneServers(program).has(key) || program.nameServers.has(key)))) return;
  if (program.nameServers.get(key)?.recursion) return;
  const what = metric === 'queries' ? 'DNS server' : 'resolver, and only those keep a cache';
  program.report('nothing-to-measure', at, `\`${host}\` is no ${what}.`);
}

function loadShareWarning(name: string, host: string, at: SourceRange, program: Program): void {
  const address = program.hosts.get(host.toLowerCase())?.address;
  if (!address) return;
  const named = new Set<string>([canonical(name)]);
  let found = false;
  let given = false;
  const records = [...program.zones.values()].flatMap((zone) => zone.records);
  for (const { action } of program.steps) if (action.kind === 'dns.update') records.push(...action.replaced);
  // Aliases lead on; a chain is followed once in a pass.
  for (let before = 0; before !== named.size; ) {
    before = named.size;
    for (const { name: owner, data } of records) {
      if (!named.has(canonical(owner))) continue;
      if (data.type === 'CNAME') named.add(canonical(data.target));
      if (data.type !== 'A') continue;
      found = true;
      given ||= data.address === address;
    }
  }
  if (!found || given) return;
  program.report('nothing-to-measure', at, `No record of \`${displayName(name)}\` has ${address}, the address of \`${host}\`.`);
}
