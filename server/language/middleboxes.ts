/** NATs and firewalls, as their statements declare them: who is behind whom, and what cannot be. */
import type { FilterRule, FilterVerdict, NatService, PortForward, Transport } from '../../engines/network/scenario.ts';
import type { Name } from './entry.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';

/** A NAT's block; names are resolved when all declarations are known. */
interface NatBlock extends Pick<NatService, 'filtering' | 'hairpinning' | 'unsolicited' | 'timeouts'> {
  readonly inside: readonly Name[];
  readonly forwards: readonly {
    readonly TRANSPORT: Transport | null;
    readonly PORT: number;
    readonly HOST: Name;
    readonly INNER: number | null;
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
  for (const { TRANSPORT, PORT, HOST, INNER } of given) {
    const host = site.host(HOST);
    if (host === null) continue;
    if (!inside.has(host)) {
      site.report('not-inside', HOST, `\`${host}\` is not behind \`${router}\`: a port can be forwarded to ${listed(inside)}.`);
      continue;
    }
    const hostPort = INNER ?? PORT;
    for (const transport of TRANSPORT === null ? (['tcp', 'udp'] as const) : [TRANSPORT]) {
      const same = forwards.find(
        (one) => one.transport === transport && (one.port === PORT || (one.host === host && one.hostPort === hostPort)),
      );
      if (!same) {
        forwards.push({ transport, port: PORT, host, hostPort });
        continue;
      }
      const what = same.port === PORT ? `port ${PORT}` : `port ${hostPort} of \`${host}\``;
      const where = same.port === PORT ? `goes to \`${same.host}\`` : `has port ${same.port} of the router`;
      site.report('duplicate-forward', HOST, `${transport.toUpperCase()} ${what} ${where} already.`);
      break;
    }
  }
  return forwards;
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

/** Reports rules for ports from a larger number down to a smaller one; `ranges` of all rules that hold, in order. */
export function checkPortRanges(ranges: readonly (readonly [number, number])[], site: Site): void {
  const written = (site.statement.block ?? []).filter(({ complete, slots }) => complete && slots.FIRST && slots.LAST);
  // Where one of them does not hold, that was reported.
  if (written.length !== ranges.length) return;
  for (const [i, [first, last]] of ranges.entries()) {
    if (first <= last) continue;
    const { FIRST, LAST } = written[i]!.slots;
    const range = { start: FIRST!.start, end: LAST!.end };
    site.report('range-descends', range, `The ports go from ${first} down to ${last}; write the smaller one first.`, {
      fixes: [{ title: 'Swap them', edits: [{ ...range, text: `${last} to ${first}` }], preferred: true }],
    });
  }
}

/** What a host behind a NAT sends to the outside comes by the router's address. */
function checkSource(source: string, host: string, name: Name, site: Site): void {
  const behind = behindOf(site.program, source);
  if (behind === null || behind === behindOf(site.program, host)) return;
  site.report('hidden-source', name, `What \`${source}\` sends comes here by the address of \`${behind}\`: name that host.`, {
    fixes: [{ title: `Change to \`${behind}\``, edits: [{ start: name.start, end: name.end, text: behind }], preferred: true }],
  });
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
