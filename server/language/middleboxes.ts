/** NATs and firewalls, as their statements declare them: who is behind whom, and what cannot be. */
import type { FilterRule, FilterVerdict, NatService, PortForward, Transport } from '../../engines/network/scenario.ts';
import type { Name, Ports } from './entry.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';

/** A NAT's block; names are resolved when all declarations are known. */
interface NatBlock extends Pick<NatService, 'filtering' | 'hairpinning' | 'unsolicited' | 'timeouts'> {
  readonly inside: readonly Name[];
  readonly forwards: readonly {
    readonly TRANSPORT: Transport | null;
    readonly PORTS: Ports;
    readonly HOST: Name;
    readonly INNER: Ports | null;
  }[];
}

interface FirewallStatement {
  readonly HOST: Name;
  readonly incoming: FilterVerdict;
  readonly rules: readonly (Omit<FilterRule, 'from'> & { readonly from: readonly Name[] })[];
}

/** A NAT on the host called `router`, which the name `at` declares. */
export function declareNat(router: string, block: NatBlock, at: Name, site: Site): void {
  const { program } = site;
  site.later(() => {
    const shared = sharedBy(program, router);
    if (shared !== null) {
      site.report('shared-address', at, `The address of \`${shared}\` is one of several hosts; a NAT needs one of its own.`);
      return;
    }
    const inside = insideOf(router, block.inside, site);
    if (inside.length === 0 && block.inside.length === 0) {
      site.report('empty-nat', at, `Nobody is behind \`${router}\`: name the hosts, as in \`inside alice-pc\`.`);
    }
    const forwards = forwardsOf(router, new Set(inside), block.forwards, site);
    const { filtering, hairpinning, unsolicited, timeouts } = block;
    program.nats.push({ kind: 'network.nat', host: router, inside, forwards, filtering, hairpinning, unsolicited, timeouts, at: site.at });
  });
}

/** The hosts behind it, each once; each of them knows from now on whom it is behind. */
function insideOf(router: string, names: readonly Name[], site: Site): string[] {
  const { program } = site;
  const inside: string[] = [];
  for (const name of names) {
    const found = site.host(name);
    if (found === null) continue;
    const host = program.hosts.get(found.toLowerCase());
    if (!host || inside.includes(found)) continue;
    const other = program.declared.get(`nat ${found.toLowerCase()}`);
    const shared = sharedBy(program, found);
    if (shared !== null)
      site.report('shared-address', name, `\`${found}\` has the address of \`${shared}\`, which behind a NAT nobody else would reach.`);
    else if (found === router) site.report('two-nats', name, `\`${router}\` cannot be behind itself.`);
    else if (other) {
      site.report('two-nats', name, `\`${found}\` is a NAT itself; a NAT behind another one is not simulated.`, {
        related: [{ ...other, message: 'It is declared here.' }],
      });
    } else if (host.behind !== null) site.report('two-nats', name, `\`${found}\` is behind \`${host.behind}\` already.`);
    else {
      host.behind = router;
      inside.push(found);
    }
  }
  return inside;
}

/** The address that a host shares with others, or that it stands for; null for a host with one of its own. */
function sharedBy({ anycasts }: Program, host: string): string | null {
  const key = host.toLowerCase();
  for (const [of, { name, instances }] of anycasts) {
    if (of === key || instances.some((instance) => instance.toLowerCase() === key)) return name;
  }
  return null;
}

function forwardsOf(router: string, inside: ReadonlySet<string>, given: NatBlock['forwards'], site: Site): PortForward[] {
  const forwards: PortForward[] = [];
  for (const { TRANSPORT, PORTS, HOST, INNER } of given) {
    const host = site.host(HOST);
    if (host === null) continue;
    if (!inside.has(host)) {
      site.report('not-inside', HOST, `\`${host}\` is not behind \`${router}\`: a port can be forwarded to ${listed(inside)}.`);
      continue;
    }
    const inner = innerPorts(PORTS, INNER, site);
    if (inner === null) continue;
    const { first: port, last: lastPort } = PORTS;
    for (const transport of TRANSPORT === null ? (['tcp', 'udp'] as const) : [TRANSPORT]) {
      const forward = { transport, port, lastPort, host, hostPort: inner };
      const other = forwards.find((one) => one.transport === transport && overlapOf(one, forward) !== null);
      if (!other) {
        forwards.push(forward);
        continue;
      }
      const { port: shared, outside } = overlapOf(other, forward)!;
      const what = outside ? `port ${shared}` : `port ${shared} of \`${host}\``;
      const where = outside ? `goes to \`${other.host}\`` : `has port ${other.port + shared - other.hostPort} of the router`;
      const at = outside || INNER === null ? PORTS : INNER;
      site.report('duplicate-forward', at, `${transport.toUpperCase()} ${what} ${where} already.`);
      break;
    }
  }
  return forwards;
}

/** The port behind the NAT that the first of some ports leads to; null where there is none (reported). */
function innerPorts({ first, last }: Ports, inner: Ports | null, site: Site): number | null {
  if (inner === null) return first;
  const [ports, others] = [last - first + 1, inner.last - inner.first + 1];
  if (others > 1 && others !== ports) {
    const message = `${ports === 1 ? 'One port leads' : `${ports} ports lead`} to as many, not to ${others}: their first one is enough.`;
    site.report('unequal-ranges', inner, message, {
      fixes: [
        { title: `Change to \`${inner.first}\``, edits: [{ start: inner.start, end: inner.end, text: `${inner.first}` }], preferred: true },
      ],
    });
    return null;
  }
  const end = inner.first + ports - 1;
  if (end <= 65_535) return inner.first;
  site.report('out-of-range', inner, `From ${inner.first} on, ${ports} ports would end with ${end}, beyond the last port, 65535.`);
  return null;
}

/** The first port that two forwards of a transport have in common: of the router, or else of one host behind it; null for none. */
function overlapOf(one: PortForward, other: PortForward): { readonly port: number; readonly outside: boolean } | null {
  const port = Math.max(one.port, other.port);
  if (port <= Math.min(one.lastPort, other.lastPort)) return { port, outside: true };
  const inner = Math.max(one.hostPort, other.hostPort);
  const lastOf = ({ hostPort, port: first, lastPort }: PortForward): number => hostPort + lastPort - first;
  return one.host === other.host && inner <= Math.min(lastOf(one), lastOf(other)) ? { port: inner, outside: false } : null;
}

const listed = (names: ReadonlySet<string>): string => (names.size === 0 ? 'nobody' : [...names].map((name) => `\`${name}\``).join(', '));

/** A firewall may stand in front of a server that the language fills in: it is resolved when these can be. */
export function declareFirewall({ HOST, incoming, rules }: FirewallStatement, site: Site): void {
  const { program } = site;
  program.afterSteps.push(() => {
    const host = site.host(HOST);
    if (host === null || !program.declareOnce(`firewall ${host.toLowerCase()}`, `The firewall of \`${host}\``, site.place(HOST))) return;
    const resolved: FilterRule[] = [];
    for (const { from, ...rule } of rules) {
      const sources: string[] = [];
      for (const name of from) {
        if (anyone(name, from, site)) return;
        const source = site.host(name);
        if (source === null) return;
        checkSource(source, host, name, site);
        sources.push(source);
      }
      resolved.push({ ...rule, from: sources });
    }
    program.firewalls.push({ kind: 'network.firewall', host, incoming, rules: resolved, at: site.at });
  });
}

/** `from any`: what leaving `from` out says. True when that was it (reported). */
function anyone(name: Name, from: readonly Name[], site: Site): boolean {
  if (!['any', 'anyone', 'anywhere', 'all', 'everyone', '*'].includes(name.text) || site.program.hosts.has(name.text)) return false;
  const { text } = site.program.sources[site.source]!;
  const start = text.lastIndexOf('from', name.start);
  site.report('unknown-host', name, `There is no host \`${name.text}\`. A rule without \`from\` is about what comes from anyone.`, {
    fixes: from.length === 1 ? [{ title: 'Leave `from` out', edits: [{ start, end: name.end, text: '' }], preferred: true }] : [],
  });
  return true;
}

/** What a host behind a NAT sends to the outside comes by the router's address. */
function checkSource(source: string, host: string, name: Name, site: Site): void {
  const behind = behindOf(site.program, source);
  if (behind === null || behind === behindOf(site.program, host)) return;
  site.report('hidden-source', name, `What \`${source}\` sends comes here by the address of \`${behind}\`: name that host.`, {
    fixes: [{ title: `Change to \`${behind}\``, edits: [{ start: name.start, end: name.end, text: behind }], preferred: true }],
  });
}

/**
 * The server that a host’s name leads to, by a TCP port that the protocol is known by: a NAT’s router stands for the host that it
 * forwards the port to, where that `runs` one there. The host itself where it is no such router.
 */
export function serverReached({ nats }: Program, host: string, port: number, runs: (host: string) => boolean): string {
  if (runs(host)) return host;
  const forwards = nats.find((nat) => nat.host === host)?.forwards ?? [];
  // The other way, by another port outside than inside, nobody looks for it.
  const forward = forwards.find((one) => one.transport === 'tcp' && one.port <= port && port <= one.lastPort);
  return forward && port - forward.port + forward.hostPort === port && runs(forward.host) ? forward.host : host;
}

/** What to add to the message that a host runs no such server: a router might forward the port. */
export function forwardAdvice({ nats }: Program, host: string, port: number): string {
  const nat = nats.find((one) => one.host === host);
  const behind = nat?.inside[0];
  return behind === undefined
    ? ''
    : ` It is a NAT: what comes for its port ${port} goes to a host behind it by \`forward tcp ${port} to ${behind}\`.`;
}

/** The router of the NAT that a host is behind; null for none. */
export function behindOf(program: Program, host: string): string | null {
  return program.hosts.get(host.toLowerCase())?.behind ?? null;
}

/** Links that lead around a NAT: packets would take them with private addresses. */
export function checkLinksAtNats(program: Program): void {
  for (const { a, b, at } of program.links) {
    const [behindA, behindB] = [behindOf(program, a), behindOf(program, b)];
    if (behindA === behindB || behindA === b || behindB === a || !at) continue;
    const hidden = behindA === null ? b : a;
    program.report('link-around-nat', at, `This link would lead around \`${behindOf(program, hidden)}\`, which \`${hidden}\` is behind.`);
  }
}

/** Whether a host can have the metric at all: only a NAT has mappings, and only a NAT or a firewall drops packets. Reports where not. */
export function checkMiddlebox(metric: string, host: string, name: Name, site: Site): boolean {
  const { program } = site;
  if ((metric !== 'mappings' && metric !== 'packets dropped') || program.incomplete || program.excused.has(host.toLowerCase())) return true;
  const boxes = [...program.nats, ...(metric === 'mappings' ? [] : program.firewalls)].map((box) => box.host);
  if (boxes.includes(host)) return true;
  const [only] = new Set(boxes).size === 1 ? boxes : [];
  const why =
    metric === 'mappings'
      ? `\`${host}\` is no NAT, so it has no mappings.`
      : `\`${host}\` has no firewall and is no NAT, so it drops nothing.`;
  site.report('no-middlebox', name, only === undefined ? why : `${why} Did you mean \`${only}\`?`, {
    fixes:
      only === undefined
        ? []
        : [{ title: `Change to \`${only}\``, edits: [{ start: name.start, end: name.end, text: only }], preferred: true }],
  });
  return false;
}
