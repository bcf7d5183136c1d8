/** What stands where before anything happens: what the output of a cell without steps shows. */
import type { Declaration } from '../../engines/run.ts';
import { formatAmount } from '../format.ts';
import type { Output } from '../output.ts';

export interface DeclaredHost {
  /** `peer1 … peer20` where several stand in one row. */
  readonly name: string;
  /** `10.0.0.2 … 10.0.0.21` then. */
  readonly address: string;
  /** Filled in by the language. */
  readonly implicit: boolean;
  /** What runs there; empty for a host that only asks others. */
  readonly roles: readonly Role[];
}

export interface Role {
  /** `dns`, `mail`: the first part of the declaration's kind. */
  readonly protocol: string;
  readonly text: string;
}

/** How kinds of declarations are counted and told, in this order. A kind that is not here is told by its own name. */
const KINDS: Readonly<Record<string, { readonly one: string; readonly role: (name: string) => string }>> = {
  host: { one: 'host', role: () => '' },
  'dns.zone': { one: 'zone', role: (origin) => (origin === '.' ? 'root zone' : `zone ${origin.replace(/(.)\.$/, '$1')}`) },
  // A setting of a zone, wherever it is served.
  'dns.signing': { one: 'signed zone', role: () => '' },
  'dns.resolver': { one: 'local DNS server', role: () => 'local DNS server' },
  // A setting of a host that serves zones: the zones say what it does.
  'dns.server': { one: '', role: () => '' },
  // What a mail server does beside its work.
  'mail.sender-check': { one: '', role: () => '' },
  'mail.dkim': { one: '', role: () => '' },
  'mail.server': { one: 'mail server', role: () => 'mail server' },
  'mail.webmail': { one: 'webmail site', role: (name) => `webmail ${name}` },
  // A setting of a mail server.
  'mail.filter': { one: '', role: () => '' },
  'mail.access': { one: '', role: () => '' },
  'bitmessage.peer': { one: 'Bitmessage peer', role: () => 'Bitmessage peer' },
  'bittorrent.torrent': { one: 'torrent', role: (name) => `torrent ${name}` },
  'ftp.server': { one: 'FTP server', role: () => 'FTP server' },
  'http.website': { one: 'website', role: (name) => `website ${name}` },
  'http.cache': { one: 'web cache', role: () => 'web cache' },
  // A setting of a host that browses.
  'http.browser': { one: '', role: () => '' },
  'cdn.network': { one: 'CDN', role: (name) => `node of ${name}` },
  'network.access-network': { one: 'access network', role: () => 'access network' },
  'network.nat': { one: 'NAT', role: () => 'NAT' },
  // Told by the NAT, or the access network.
  'network.inside': { one: '', role: (router) => `behind ${router}` },
  'network.firewall': { one: 'firewall', role: () => 'firewall' },
  'mail.mailbox': { one: 'mailbox', role: (address) => `mailbox ${address}` },
};

/** Explicit declarations of the output's cell, or of all cells. */
function explicit({ run, focus }: Output): Declaration[] {
  return run.declared.filter(({ implicit, source }) => !implicit && (focus === null || source === focus));
}

/** `5 hosts, 2 zones, 2 mail servers, 2 mailboxes declared; 4 hosts filled in`. */
export function declaredInShort(output: Output): string {
  const counts = new Map(Object.keys(KINDS).map((kind) => [kind, 0]));
  for (const { kind } of explicit(output)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const told = [...counts].flatMap(([kind, count]) => {
    const one = KINDS[kind]?.one ?? kind;
    return count === 0 || one === '' ? [] : [formatAmount(count, one, one.endsWith('x') ? `${one}es` : `${one}s`)];
  });
  if (told.length === 0) return output.focus === null ? 'There is no step to run.' : 'This cell has no step to run.';
  const filledIn = output.run.hosts.filter(({ implicit }) => implicit).length;
  return `${told.join(', ')} declared${filledIn === 0 ? '' : `; ${formatAmount(filledIn, 'host')} filled in`}`;
}

/** The hosts that the output's cell declares or sets something up on, in the scenario's order; then those that were filled in. */
export function declaredHosts(output: Output): DeclaredHost[] {
  const { run } = output;
  const touched = new Set(explicit(output).flatMap(({ hosts }) => hosts));
  if (touched.size === 0) return [];
  const roles = run.hosts.map((): Role[] => []);
  for (const { kind, name, hosts } of run.declared) {
    const text = KINDS[kind]?.role(name) ?? `${kind} ${name}`;
    if (text === '') continue;
    for (const host of hosts) roles[host]?.push({ protocol: kind.split('.')[0]!, text });
  }
  const told = run.hosts.flatMap(({ name, address, implicit }, i) =>
    implicit || touched.has(i) ? [{ name, address, implicit, roles: roles[i]! }] : [],
  );
  return rangesOfHosts([...told.filter(({ implicit }) => !implicit), ...told.filter(({ implicit }) => implicit)]);
}

/** Hosts from which on a range stands in one row. */
const RANGE = 5;

/** Those that run nothing and are numbered on, in name and in address, as `peer[1..20]` declares them, become one. */
export function rangesOfHosts(hosts: readonly DeclaredHost[]): DeclaredHost[] {
  const told: DeclaredHost[] = [];
  for (let at = 0; at < hosts.length; ) {
    let end = at + 1;
    while (end < hosts.length && follows(hosts[end]!, hosts[end - 1]!)) end++;
    const range = hosts.slice(at, end);
    const [first, last] = [range[0]!, range.at(-1)!];
    if (range.length < RANGE) told.push(...range);
    else told.push({ ...first, name: `${first.name} … ${last.name}`, address: `${first.address} … ${last.address}` });
    at = end;
  }
  return told;
}

function follows(host: DeclaredHost, before: DeclaredHost): boolean {
  if (host.roles.length > 0 || before.roles.length > 0 || host.implicit !== before.implicit) return false;
  const [name, previous] = [numbered(host.name), numbered(before.name)];
  return (
    name !== null &&
    previous !== null &&
    name.word === previous.word &&
    name.number === previous.number + 1 &&
    addressOf(host) === addressOf(before) + 1
  );
}

function numbered(name: string): { readonly word: string; readonly number: number } | null {
  const found = /^(.*?)(0|[1-9]\d*)$/.exec(name);
  return found && { word: found[1]!, number: Number(found[2]) };
}

function addressOf({ address }: DeclaredHost): number {
  return address.split('.').reduce((sum, octet) => 256 * sum + Number(octet), 0);
}
