/**
 * What is asked of the network, and that torrents at fidelity `pieces` do without: their pieces flow over access links, and neither
 * packets nor ways exist. It has no effect where nothing else uses the host, or the network.
 */
import type { Scenario, SourceRange } from '../../../engines/scenario.ts';
import type { Program } from '../program.ts';

export function compactSwarmWarnings(program: Program, scenarioOf: () => Scenario): void {
  const torrents = [...program.torrents.values()].filter(({ fidelity }) => fidelity === 'pieces');
  if (torrents.length === 0 || program.incomplete || program.missing.size > 0) return;
  const { steps, links } = program;
  const asked = steps.some(({ action: { kind } }) => kind === 'network.link-failure' || kind === 'network.partition');
  if (!asked && links.length === 0 && program.packetProperties.length === 0) return;

  const compact = new Set(torrents.map(({ name }) => name));
  const members = new Set(torrents.flatMap(({ seeds, tracker }) => [...seeds, tracker]));
  for (const { action } of steps)
    if (action.kind === 'bittorrent.download' && compact.has(action.torrent)) for (const host of action.hosts) members.add(host);
  if (members.size === 0) return;

  const others = otherUses(program, scenarioOf(), compact);
  /** Nothing travels anywhere but pieces. */
  const alone = others.size === 0;
  const idle = (host: string): boolean => members.has(host) && !others.has(host);
  const told = new Set<string>();
  const report = (at: SourceRange, what: string): void => {
    // Once a statement, of the hosts that a range stands for.
    const place = `${at.source} ${at.start}`;
    if (told.has(place)) return;
    told.add(place);
    program.report('without-effect', at, `This has no effect on torrents at fidelity \`pieces\`, which ${what}, and nothing else uses it.`);
  };
  for (const { at } of links) if (alone && at) report(at, 'go over access links alone');
  for (const { property, at, hosts } of program.packetProperties) {
    const without = property === 'trace' ? 'know no traces' : 'have no packets';
    // Flows have the others: those that fidelityWarnings tells of.
    if (program.fidelity === 'flows' && (property === 'reordering' || property === 'duplicates')) continue;
    if (hosts ? hosts.length > 0 && hosts.every(idle) : alone) report(at, without);
  }
  for (const { action, at } of steps) {
    if (action.kind === 'network.link-failure') {
      if (action.b === null ? idle(action.a) : alone) report(at, 'know no links that fail');
    } else if (action.kind === 'network.partition' && (action.from.every(idle) || action.to.every(idle))) report(at, 'know no partitions');
  }
}

/** Names of hosts that a step or a service mentions, other than torrents at `pieces` and what the network does to hosts. */
function otherUses(program: Program, { services }: Scenario, compact: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') {
      // As it is declared: the type of a record is no host `a`.
      if (program.hosts.get(value.toLowerCase())?.name === value) found.add(value);
    } else if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) Object.values(value).forEach(visit);
  };
  for (const service of services) {
    const isCompact = service.kind === 'bittorrent.torrent' && compact.has(service.name);
    // Whom it would serve, if they asked: that they do, a step says.
    if (!isCompact && !service.kind.startsWith('network.')) visit({ ...service, serves: [] });
  }
  for (const { action } of program.steps) {
    const isCompact = action.kind.startsWith('bittorrent.') && 'torrent' in action && compact.has(action.torrent as string);
    if (!isCompact && !action.kind.startsWith('network.')) visit(action);
  }
  return found;
}
