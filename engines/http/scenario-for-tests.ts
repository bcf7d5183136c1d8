/** The web for tests: a server and clients 10 ms from the core each, so that a round trip takes 40 ms; names are known without DNS. */
import { bytesOf, type Content } from '../content.ts';
import { octetsOf } from '../network/octets.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MINUTE, SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { Action, HostDeclaration, Scenario, Service, Step, Timing } from '../scenario.ts';
import { generatedType, typeOf } from './page.ts';
import type { BrowseAction, RequestAction, WebResource, WebsiteService } from './scenario.ts';

export function website(name: string, resources: readonly WebResource[], more: Partial<WebsiteService> = {}): WebsiteService {
  return {
    kind: 'http.website',
    host: name,
    name,
    inDns: false,
    resources,
    redirects: [],
    accepts: [],
    rules: [],
    persistent: true,
    idle: MINUTE,
    maximumContent: 1_000_000,
    https: 'off',
    certificate: { names: [name], flaw: null },
    at: null,
    ...more,
  };
}

export function resource(path: string, size: number, more: Partial<WebResource> = {}): WebResource {
  const type = typeOf(path).startsWith('text/html') ? typeOf(path) : generatedType(path, size);
  return { path, type, content: { kind: 'generated', size }, embeds: [], dynamic: false, ...more };
}

/** `pc` asks `www` for a resource. */
export function request(path: string, more: Partial<RequestAction> = {}): RequestAction {
  return {
    kind: 'http.request',
    host: 'pc',
    site: 'www',
    scheme: 'http',
    port: 80,
    method: 'GET',
    paths: [path],
    fields: [],
    content: null,
    ifChanged: false,
    redirects: 10,
    ...more,
  };
}

export function browse(path: string, more: Partial<BrowseAction> = {}): BrowseAction {
  const loading = { connections: 'persistent', parallel: 1 } as const;
  return { kind: 'http.browse', host: 'pc', site: 'www', scheme: 'http', port: 80, path, loading, reload: false, ...more };
}

export const AT = { source: 0, start: 0, end: 0 };

export function step(action: Action, timing: Timing = { kind: 'then' }): Step {
  return { parent: -1, timing, action, text: action.kind, at: AT };
}

/** Hosts `pc` and `www`, and others. */
export function webScenario(
  services: readonly Service[],
  steps: readonly (Action | Step)[],
  hosts: Readonly<Record<string, Partial<HostDeclaration>>> = {},
  more: Partial<Scenario> = {},
): Scenario {
  return scenarioForTests(
    { pc: {}, www: {}, ...hosts },
    { services, steps: steps.map((one) => ('action' in one ? one : step(one))), ...more },
  );
}

/** Wait a while: a step that does nothing but take time, by the timing of the next one. */
export const after = (seconds: number, action: Action): Step => step(action, { kind: 'after', delay: seconds * SECOND });

export const outcomes = ({ steps }: Run): string[] => steps.map(({ outcome }) => outcome);

/** `pc → www GET /`: the messages of HTTP by label. */
export function dialogue({ messages, hosts, strings }: Run): string[] {
  const lines: string[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (strings[messages.protocol[i] as number] !== 'http') continue;
    const name = (index: number) => hosts[index]?.name;
    lines.push(`${name(messages.from[i] as number)} → ${name(messages.to[i] as number)} ${strings[messages.label[i] as number]}`);
  }
  return lines;
}

/** The octets of messages of a kind. */
export function octetsSent({ messages, strings, bytes }: Run, kind: string): string[] {
  const found: string[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (strings[messages.kind[i] as number] !== kind || strings[messages.protocol[i] as number] !== 'http') continue;
    const start = messages.start[i] as number;
    const length = messages.length[i] as number;
    const seed = messages.bulk[i] as number;
    const content: Content = seed === 0 ? bytes.subarray(start, start + length) : { seed, offset: start, length };
    found.push(octetsOf(bytesOf(content)));
  }
  return found;
}

export function lastOf(run: Run, metric: string, subjects: readonly string[]): number | undefined {
  return run.series.find((one) => one.metric === metric && one.subjects.join() === subjects.join())?.values.at(-1);
}
