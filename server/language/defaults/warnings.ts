/** What is well formed, and probably not what was meant. */
import { canonical, isSubdomain } from '../../../engines/dns/domain-name.ts';
import type { LinkFailureAction, LinkRecoveryAction } from '../../../engines/network/scenario.ts';
import type { SourceRange } from '../../../engines/scenario.ts';
import { transferMetrics } from '../../../engines/transfer/metrics.ts';
import { linkKey } from '../links.ts';
import type { Program, ProgramZone } from '../program.ts';
import { nameOf } from './addresses.ts';

/** A mail server whose name lies in no declared zone: nobody finds its address. */
export function mailHostWarnings(program: Program): void {
  if (program.incomplete || program.missing.size > 0) return;
  for (const server of program.mailServers.values()) {
    const host = program.hosts.get(server.host.toLowerCase());
    if (!host?.at) continue;
    const name = canonical(nameOf(server.host));
    let found = false;
    for (const zone of program.zones.values()) if (zone.origin !== '.' && isSubdomain(name, zone.origin)) found = true;
    if (found) continue;
    const dot = server.host.indexOf('.');
    const domain = server.domains[0] ?? (dot > 0 ? server.host.slice(dot + 1) : null);
    const lies = domain !== null && isSubdomain(name, canonical(nameOf(domain)));
    const { source } = host.at;
    const { text } = program.sources[source]!;
    const at = text.lastIndexOf('\n', host.at.start - 1) + 1;
    program.report(
      'zone-without-address',
      host.at,
      `\`${server.host}\` runs a mail server, and its name lies in no declared zone: it will not resolve.${lies ? '' : ' Give it a name in a zone, such as mail.example.org.'}`,
      {
        fixes: lies
          ? [
              {
                title: `Declare zone \`${domain}\``,
                edits: [{ start: at, end: at, text: `zone ${domain} on ns.${domain} { @ MX 10 ${server.host} }\n` }],
                preferred: true,
              },
            ]
          : [],
      },
    );
  }
}

/** Name servers of zones whose address no zone gives: nobody who is sent to them finds them. All zones are complete. */
export function zoneServerWarnings(program: Program): void {
  if (program.incomplete || program.missing.size > 0) return;
  const found = new Set<string>();
  for (const { records } of program.zones.values()) {
    for (const { name, data } of records) if (data.type === 'A' || data.type === 'AAAA') found.add(canonical(name));
  }
  const told = new Set<string>();
  for (const zone of program.zones.values()) {
    for (const server of zone.servers) {
      const name = canonical(nameOf(server));
      const at = program.hosts.get(server.toLowerCase())?.at ?? zone.at;
      if (!zone.at || !at || found.has(name) || told.has(name)) continue;
      told.add(name);
      const dot = server.indexOf('.');
      const domain = dot > 0 ? server.slice(dot + 1) : null;
      const declared = domain === null || program.zones.has(canonical(nameOf(domain)));
      const advice =
        domain === null
          ? `name it in the zone, such as \`${server}.${shown(zone)}\``
          : declared
            ? `write an A record for it`
            : `declare zone \`${domain}\``;
      const start = program.sources[at.source]!.text.lastIndexOf('\n', at.start - 1) + 1;
      const line = { start, end: start, text: `zone ${domain} on ${server}\n` };
      program.report(
        'zone-without-address',
        at,
        `No zone gives the address of \`${server}\`, so nobody finds the servers of \`${shown(zone)}\`: ${advice}.`,
        { fixes: declared ? [] : [{ title: `Declare zone \`${domain}\``, edits: [line], preferred: true }] },
      );
    }
  }
}

function shown({ origin }: ProgramZone): string {
  return origin.length > 1 ? origin.slice(0, -1) : origin;
}

/** Steps that end what no step begins. */
export function mendingWarnings(program: Program): void {
  if (program.incomplete || program.missing.size > 0) return;
  const begun = new Set<string>();
  for (const { action } of program.steps) {
    if (action.kind === 'network.crash') begun.add(`crash ${action.host}`);
    else if (action.kind === 'network.link-failure') begun.add(failureKey(action));
    else if (action.kind === 'network.partition') begun.add('partition');
  }
  let told = '';
  for (const { action, at } of program.steps) {
    let message: string | null = null;
    if (action.kind === 'network.restart' && !begun.has(`crash ${action.host}`))
      message = `Nothing to restart: no step says \`${action.host} crashes\`.`;
    else if (action.kind === 'network.link-recovery' && !begun.has(failureKey(action)))
      message =
        action.b === null
          ? `Nothing to reconnect: no step says \`${action.a} disconnects\`.`
          : `Nothing to recover from: no step says \`link ${action.a} <-> ${action.b} fails\`.`;
    else if (action.kind === 'network.healing' && !begun.has('partition')) message = 'Nothing to heal: no step makes a partition.';
    if (message === null) continue;
    // Once a statement, of the hosts that a range stands for.
    const place = `${at.source} ${at.start}`;
    if (place === told) continue;
    told = place;
    program.report('nothing-to-mend', at, message);
  }
}

/** Expectations of a transfer that no step makes. */
export function transferWarnings(program: Program): void {
  if (program.incomplete || program.missing.size > 0) return;
  const made = new Set<string>();
  for (const { action } of program.steps) {
    if (action.kind === 'transfer.send') made.add(`${action.from} ${action.to}`);
    if (action.kind !== 'ftp.session') continue;
    for (const { kind } of action.operations) {
      if (kind === 'get') made.add(`${action.server} ${action.host}`);
      else if (kind === 'put') made.add(`${action.host} ${action.server}`);
    }
  }
  for (const { expected, at } of program.expectations) {
    if (expected.kind !== 'metric' || !transferMetrics.some(({ name }) => name === expected.metric)) continue;
    const [from, to] = expected.subjects;
    if (made.has(`${from} ${to}`)) continue;
    const guess = made.has(`${to} ${from}`) ? ` Did you mean ${expected.metric} of \`${to}\` to \`${from}\`?` : '';
    program.report('nothing-to-measure', at, `No step transfers anything from \`${from}\` to \`${to}\`.${guess}`);
  }
}

/** What is asked of a network whose TCP connections are flows, and that flows do not have. Datagrams travel one by one all the same. */
export function fidelityWarnings(program: Program): void {
  if (program.fidelity !== 'flows') return;
  for (const { property, at } of program.packetsOnly) {
    const message =
      property === 'nagle'
        ? 'This has no effect at fidelity `flows`, where TCP has no segments.'
        : 'This has no effect on TCP at fidelity `flows`, only on UDP datagrams.';
    program.report('without-effect', at, message);
  }
}

function failureKey({ a, b }: LinkFailureAction | LinkRecoveryAction): string {
  return b === null ? `access ${a}` : linkKey(a, b);
}

/** Hosts that a `host` line declares and nothing mentions; once a statement, and only when none of its hosts is used. */
export function hostHints(program: Program): void {
  if (program.incomplete) return;
  let unused = false;
  for (const { declaration, used } of program.hosts.values()) unused ||= declaration !== null && !used;
  if (!unused) return;
  const byPlace = new Map<string, { used: boolean; host: string; at: SourceRange }>();
  for (const host of program.hosts.values()) {
    const at = host.declaration;
    // What an imported file declares is there for others, too.
    if (!at || program.sources[at.source]!.imported) continue;
    const key = `${at.source} ${at.start}`;
    const known = byPlace.get(key);
    if (known) known.used ||= host.used;
    else byPlace.set(key, { used: host.used, host: host.name, at });
  }
  for (const host of program.hosts.values()) {
    const at = host.declaration;
    if (!at) continue;
    const entry = byPlace.get(`${at.source} ${at.start}`);
    if (!entry || entry.used || entry.host !== host.name) continue;
    program.report(
      'unused-host',
      at,
      `\`${program.sources[at.source]!.text.slice(at.start, at.end)}\` does nothing, and nothing mentions it.`,
    );
  }
}

/** A comparison always has its table; a sweep shows what its block asks for. */
export function sweepWarnings(program: Program): void {
  for (const { plan, plots, expectations } of program.sweeps) {
    if (plan.axes.length === 0 || plots.length + expectations.length > 0) continue;
    const { parameter } = plan.axes[0]!;
    program.report(
      'without-effect',
      plan.at,
      `This sweep shows nothing. Write \`plot … against ${parameter}\`, or an \`expect\`, in its block.`,
    );
  }
}

export function parameterHints(program: Program): void {
  for (const parameter of program.parameters.values()) {
    if (parameter.used) continue;
    if (parameter.swept) {
      program.report('without-effect', parameter.swept, `Nothing uses \`${parameter.name}\`: each of its values gives the same run.`);
      continue;
    }
    if (program.sources[parameter.place.source]!.imported) continue;
    const { source, start, end } = parameter.statement;
    program.report('unused-parameter', parameter.place, `\`${parameter.name}\` is used nowhere.`, {
      fixes: [{ title: 'Remove it', edits: [{ source, start, end, text: '' }] }],
    });
  }
}
