/** Worlds for tests of adaptive streaming: web servers with a film, and somebody who plays it. */
import type { WebResource, WebsiteService } from '../http/scenario.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { Action, HostDeclaration, Scenario, Step, Timing } from '../scenario.ts';
import { simulate } from '../simulation.ts';
import { USUAL } from './abr/algorithms.ts';
import { type Film, filmResources, folderOf, manifestPath } from './film.ts';
import type { PlayAction, PlayerSettings } from './scenario.ts';

/** Twelve segments of 2 s at 500 kbit/s, 1, 2 and 4 Mbit/s. */
export const film: Film = {
  name: 'Madmen',
  movie: { segmentDuration: 2000, bitrates: [500, 1000, 2000, 4000], sizes: Array.from({ length: 12 }, () => [1e6, 2e6, 4e6, 8e6]) },
  duration: 24 * SECOND,
  addressing: 'number',
};

export const settings: PlayerSettings = {
  ...USUAL,
  algorithm: 'throughput',
  buffer: 12 * SECOND,
  startThreshold: null,
  rate: null,
  abandonment: true,
};

export const play = (change: Partial<PlayerSettings> = {}, servers: readonly string[] = ['a']): PlayAction => ({
  kind: 'dash.play',
  host: 'tv',
  film: film.name,
  manifests: servers.map((server) => `http://${server}${manifestPath(film)}`),
  settings: { ...settings, ...change },
});

const AT = { source: 0, start: 0, end: 0 };
export const step = (action: Action, timing: Timing = { kind: 'then' }): Step => ({ parent: -1, timing, action, text: '', at: AT });
export const at = (time: Nanoseconds): Timing => ({ kind: 'at', time });

export const website = (host: string, resources: readonly WebResource[]): WebsiteService => ({
  kind: 'http.website',
  host,
  name: host,
  inDns: false,
  resources,
  redirects: [],
  accepts: [],
  rules: [],
  persistent: true,
  idle: 60 * SECOND,
  https: 'off',
  certificate: { names: [host], flaw: null },
  maximumContent: 1,
  at: null,
});

/** Servers `a` and `b` with the film, and `tv`; a round trip takes 40 ms. */
export function world(
  steps: readonly Step[],
  hosts: Readonly<Record<string, Partial<HostDeclaration>>> = {},
  of: Film = film,
  fidelity: Scenario['fidelity'] = 'packets',
): Run {
  const servers = ['a', 'b'];
  const bases = servers.map((server) => `http://${server}${folderOf(of)}`);
  const services = servers.map((host) => website(host, filmResources(of, bases)));
  const tv = { down: 10e6, latency: 10 * MILLISECOND, ...hosts.tv };
  return simulate(
    scenarioForTests(
      { tv, a: { latency: 10 * MILLISECOND, ...hosts.a }, b: { latency: 10 * MILLISECOND, ...hosts.b } },
      { services, steps: [...steps], fidelity },
    ),
  );
}

/** All values of a metric of the television. */
export const series = (run: Run, metric: string): number[] => [...(run.series.find((one) => one.metric === metric)?.values ?? [])];
export const last = (run: Run, metric: string): number | undefined => series(run, metric).at(-1);

/** What the television asked for: the paths of its requests, without the folder. */
export function asked(run: Run): string[] {
  const { messages, strings } = run;
  return [...messages.kind.keys()].flatMap((row) => {
    if (strings[messages.kind[row]!] !== 'request') return [];
    const path = /^GET \S*\/madmen\/(\S+)/.exec(strings[messages.label[row]!]!)?.[1];
    return path === undefined ? [] : [path];
  });
}
