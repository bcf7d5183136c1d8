/** Hosts: declared by a line of their own, owned by what they run, filled in, or referred to. */
import { ipv4Bytes } from '../../engines/dns/ip-address.ts';
import type { SourceRange } from '../../engines/scenario.ts';
import type { Name } from './entry.ts';
import type { AccessLink, Program, ProgramHost } from './program.ts';
import type { Site } from './site.ts';
import { nearest } from './spelling.ts';

/** A `host` line. */
export function declareHost(name: Name, site: Site): ProgramHost | null {
  const { program } = site;
  const place = site.place(name);
  if (!checkHostName(name, site)) return null;
  const key = name.text.toLowerCase();
  if (!program.declareOnce(`host ${key}`, `Host \`${name.text}\``, place)) return null;
  const known = program.hosts.get(key);
  if (known) {
    known.declaration = place;
    // What it comes to hangs on the other declaration.
    program.judgements++;
    return known;
  }
  return addHost(program, name.text, place, place, false);
}

/** A declaration that a host owns (`zone … on HOST`): the host exists by it. Gives the host's name. */
export function ownHost(name: Name, site: Site): string | null {
  const { program } = site;
  const key = name.text.toLowerCase();
  const known = program.hosts.get(key);
  if (!known && !checkHostName(name, site)) return null;
  const host = known ?? addHost(program, name.text, null, site.place(name), false);
  host.used = true;
  return host.name;
}

/** Declared hosts, for suggestions; none when there are too many to compare with. */
export function hostNames(program: Program): string[] {
  const names: string[] = [];
  if (program.hosts.size <= 5000) for (const { name, implicit } of program.hosts.values()) if (!implicit) names.push(name);
  return names;
}

/** A host that the language fills in. */
export function implicitHost(program: Program, name: string, address: string | null, access: Partial<AccessLink> = {}): ProgramHost {
  const known = program.hosts.get(name.toLowerCase());
  if (known) {
    // The author declared it, for its access link say: it is the same server all the same.
    known.address ??= address;
    known.used = true;
    return known;
  }
  const host = addHost(program, name, null, null, true);
  Object.assign(host.access, access);
  host.address = address;
  host.used = true;
  return host;
}

function addHost(program: Program, name: string, declaration: SourceRange | null, at: SourceRange | null, implicit: boolean): ProgramHost {
  const host: ProgramHost = {
    name,
    declaration,
    at,
    access: {},
    tcp: {},
    behind: null,
    address: null,
    addressAt: null,
    used: false,
    implicit,
  };
  program.hosts.set(name.toLowerCase(), host);
  return host;
}

function checkHostName(name: Name, site: Site): boolean {
  const { text } = name;
  const why = hostNameProblem(text);
  if (why === null) return true;
  site.program.excused.add(text.toLowerCase());
  site.report('malformed-name', name, `\`${text}\` cannot name a host: ${why}.`);
  return false;
}

/** Why a text cannot name a host (RFC 1035 §2.3.1); null when it can. */
export function hostNameProblem(text: string): string | null {
  // Most names, at a glance.
  if (text.length <= 63 && /^[A-Za-z][A-Za-z0-9]*(?:[.-][A-Za-z][A-Za-z0-9]*|-[0-9]+)*$/.test(text)) return null;
  const plain = text.endsWith('.') ? text.slice(0, -1) : text;
  const labels = plain.split('.');
  if (text.includes('@')) return 'it is a mail address; a host name has no @';
  if (text.endsWith('.')) return 'it ends with a dot; leave the dot out';
  if (plain.length > 253) return 'it is longer than 253 characters';
  if (labels.some((label) => label === '')) return 'it has two dots in a row, or one at its start';
  if (labels.some((label) => label.length > 63)) return 'the text between two dots is longer than 63 characters';
  if (!/^[A-Za-z0-9_.-]*$/.test(plain))
    return 'it has other characters than letters, digits, hyphens and dots (write an international name in its xn-- form)';
  if (labels.some((label) => label.startsWith('-') || label.endsWith('-'))) return 'a label begins or ends with a hyphen';
  if (/^\d+$/.test(labels[labels.length - 1]!)) return 'it reads like an address: its last label is a number';
  return null;
}

export function resolveHost(name: Name, site: Site): string | null {
  const { program } = site;
  const key = name.text.toLowerCase();
  // A server that DNS brings with it may be named where nothing else asks for DNS.
  if (!program.hosts.has(key) && program.fillIn?.names().has(key)) program.fillIn.now();
  const host = program.hosts.get(key);
  const shared = program.anycasts.get(key);
  if (shared) {
    site.report(
      'shared-address',
      name,
      `\`${shared.name}\` is an address that several hosts share. Name one of them: ${shared.instances.map((one) => `\`${one}\``).join(', ')}.`,
    );
    return null;
  }
  if (host) {
    host.used = true;
    program.lookedUp?.push(key);
    const place = site.place(name);
    program.checkAbove('Host', host.name, host.at, place);
    return host.name;
  }
  if (program.incomplete || program.isFull(site.source) || program.isExcused(key)) return null;
  if (reportAddress(name, site) || !checkHostName(name, site)) return null;
  program.excused.add(key);
  const range = declaredRange(name, site);
  const meant = range === null ? nearest(name.text, hostNames(program)) : null;
  const guess = range !== null ? `Declared is \`${range}\`.` : meant ? `Did you mean \`${meant}\`?` : 'Declare it by a `host` line.';
  site.report('unknown-host', name, `There is no host \`${name.text}\`. ${guess}`, {
    fixes: [
      ...(meant ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }] : []),
      {
        title: `Declare host \`${name.text}\``,
        edits: [program.declarationEdit(`host ${name.text}`, 'host', site)],
        preferred: !meant && range === null,
      },
    ],
  });
  return null;
}

/** An address, or a network, where a host is to be named. True when that was it (reported). */
function reportAddress(name: Name, site: Site): boolean {
  const { text } = name;
  const [address, length] = text.split('/') as [string, string?];
  if (!ipv4Bytes(address)) return false;
  const holder = length === undefined ? [...site.program.hosts.values()].find((host) => host.address === address) : undefined;
  const what = length === undefined ? 'an address' : 'a network';
  const instead = holder
    ? ` Did you mean \`${holder.name}\`, which has it?`
    : length === undefined
      ? ' Name the host that has it.'
      : ' Name the hosts of it, with commas between them.';
  site.report('malformed-name', name, `\`${text}\` is ${what}; here stands the name of a host.${instead}`, {
    fixes: holder
      ? [{ title: `Change to \`${holder.name}\``, edits: [{ start: name.start, end: name.end, text: holder.name }], preferred: true }]
      : [],
  });
  return true;
}

/** `peer[1..300]`, for a `peer[301]` that it leaves out; null where no such range, from 0 or 1 on, is declared. */
function declaredRange(name: Name, { program, source }: Site): string | null {
  const written = program.sources[source]!.text.slice(name.start, name.end);
  const indexed = (index: string): string => written.replace(/\[[^\]]*\]/, index).toLowerCase();
  const declaration = (program.hosts.get(indexed('1')) ?? program.hosts.get(indexed('0')))?.declaration;
  if (!written.includes('[') || !declaration) return null;
  const range = program.sources[declaration.source]!.text.slice(declaration.start, declaration.end);
  return range.includes('[') ? range : null;
}
