/** The textbook's world for tests of DNS: engineering.nyu.edu asks for gaia.cs.umass.edu, and what it needs for that. */
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MILLISECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { HostDeclaration, Scenario, Service, Step } from '../scenario.ts';
import { readMasterFile } from './master-file/master-file.ts';
import type { ResourceRecord } from './records.ts';
import type { NameServerService, ResolveAction, ResolverService, UpdateAction, Walk, ZoneService } from './scenario.ts';

/** Hosts get these addresses in this order: 10.0.0.1 and so on. */
export const HOSTS = ['engineering.nyu.edu', 'dns.nyu.edu', 'a.root-servers.net', 'a.edu-servers.net', 'dns.cs.umass.edu'] as const;
const LOCAL = '10.0.0.2';
const ROOT_SERVER = { name: 'a.root-servers.net.', address: '10.0.0.3' };

const ROOT_ZONE = `
$TTL 1d
@                   SOA  a.root-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400
@                   NS   a.root-servers.net.
a.root-servers.net. A    10.0.0.3
edu.                2d NS a.edu-servers.net.
a.edu-servers.net.  2d A  10.0.0.4
`;
const EDU_ZONE = `
$TTL 2d
@                 SOA a.edu-servers.net. hostmaster 1 1800 900 604800 900
@                 NS  a.edu-servers.net.
umass             NS  dns.cs.umass
dns.cs.umass      A   10.0.0.5
`;
export const UMASS_ZONE = `
$TTL 1h
@          SOA   dns.cs hostmaster 1 1h 15m 1w 5m
@          NS    dns.cs
dns.cs     A     10.0.0.5
gaia.cs    A     128.119.245.12
www        CNAME gaia.cs
far        CNAME www.elsewhere.edu.
@          MX    10 gaia.cs
short 60   A     128.119.1.1
*.wild     A     128.119.2.2
`;

export function zone(origin: string, servers: readonly string[], text: string): ZoneService {
  const { records, problems } = readMasterFile(text, { origin });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return { kind: 'dns.zone', origin, servers, records, operators: servers, implicit: false, at: null };
}

export function resolver(host: string, properties: Partial<ResolverService> = {}): ResolverService {
  const settings = { cache: 1000, walk: 'iteratively', dnssec: false, edns: null, minimise: false, hints: [ROOT_SERVER] } as const;
  return { kind: 'dns.resolver', host, ...settings, implicit: false, at: null, ...properties };
}

export function nameServer(host: string, properties: Partial<NameServerService> = {}): NameServerService {
  const settings = { recursion: false, edns: 1232, answers: null, hints: [ROOT_SERVER] } as const;
  return { kind: 'dns.server', host, ...settings, implicit: false, at: null, ...properties };
}

export function recursing(host: string): NameServerService {
  return nameServer(host, { recursion: true });
}

export function resolveStep(
  name: string,
  type = 'A',
  timing: Step['timing'] = { kind: 'then' },
  walk: Walk | null = null,
  host: string = HOSTS[0],
): Step {
  const action: ResolveAction = { kind: 'dns.resolve', host, name, type, walk, checking: null };
  return { parent: -1, timing, action, text: `${host} resolves ${name} ${type}`, at: { source: 0, start: 0, end: 0 } };
}

/** dns.cs.umass.edu gives gaia.cs.umass.edu another address. */
export function updateStep(parts: Partial<UpdateAction> = {}, timing: Step['timing'] = { kind: 'then' }): Step {
  const replaced: ResourceRecord[] = [{ name: 'gaia.cs.umass.edu.', ttl: 60, data: { type: 'A', address: '192.0.2.99' } }];
  const action: UpdateAction = {
    kind: 'dns.update',
    host: HOSTS[4],
    zone: 'umass.edu.',
    server: HOSTS[4],
    replaced,
    removed: [],
    ...parts,
  };
  return { parent: -1, timing, action, text: `${action.host} updates zone umass.edu`, at: { source: 0, start: 0, end: 0 } };
}

/** The five hosts of the walk, with 10 ms from host to host. */
export function textbook(
  steps: readonly Step[],
  properties: {
    readonly hosts?: Readonly<Record<string, Partial<HostDeclaration>>>;
    readonly services?: readonly Service[];
    readonly walk?: Walk;
    readonly cache?: number;
    readonly seed?: number;
    readonly expectations?: Scenario['expectations'];
    readonly umass?: readonly string[];
  } = {},
): Scenario {
  const hosts: Record<string, Partial<HostDeclaration>> = {};
  for (const name of HOSTS) hosts[name] = { latency: 5 * MILLISECOND, nameservers: [LOCAL] };
  return scenarioForTests(
    { ...hosts, ...properties.hosts },
    {
      seed: properties.seed ?? 1,
      services: [
        resolver(HOSTS[1], { walk: properties.walk ?? 'iteratively', cache: properties.cache ?? 1000 }),
        zone('.', [HOSTS[2]], ROOT_ZONE),
        zone('edu.', [HOSTS[3]], EDU_ZONE),
        zone('umass.edu.', properties.umass ?? [HOSTS[4]], UMASS_ZONE),
        ...(properties.services ?? []),
      ],
      steps,
      expectations: properties.expectations ?? [],
    },
  );
}

/** Each message in the order of sending: `from → to: label`. */
export function arrows(run: Run): string[] {
  const { messages, strings, hosts } = run;
  return Array.from({ length: messages.rows }, (_, i) => {
    const lost = Number.isNaN(messages.receivedAt[i]) ? ' (never arrives)' : '';
    return `${hosts[messages.from[i] as number]?.name} → ${hosts[messages.to[i] as number]?.name}: ${strings[messages.label[i] as number]}${lost}`;
  });
}

/** The bytes of a message. */
export function bytesOfMessage(run: Run, row: number): Uint8Array {
  const start = run.messages.start[row] as number;
  return run.bytes.slice(start, start + (run.messages.length[row] as number));
}

/** The notes of all hosts in order: `host: note`. */
export function notes(run: Run): string[] {
  const { states, strings, hosts } = run;
  const found: string[] = [];
  for (let i = 0; i < states.rows; i++) {
    const note = states.note[i] as number;
    if (note >= 0) found.push(`${hosts[states.host[i] as number]?.name}: ${strings[note]}`);
  }
  return found;
}
