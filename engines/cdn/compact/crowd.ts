/** The step in which a crowd uses a CDN: requests without messages (request-level.ts), told as the metrics that messages give, too. */
import { formatCount, formatValue } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host, Narrator } from '../../network/host.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { type CdnCatalogue, theoryOf } from '../catalogue.ts';
import type { LatencyMap } from '../latency-map.ts';
import { CdnLedger } from '../ledger.ts';
import type { CdnService, CrowdAction } from '../scenario.ts';
import type { CompactNodes } from './nodes.ts';
import { RequestLevel } from './request-level.ts';

/** `isUp`: whether a node is there now. Looks at the nodes as often as the CDN's health checks do. */
export function* performCrowd(
  world: World,
  service: CdnService,
  catalogue: CdnCatalogue,
  map: LatencyMap,
  isUp: (node: string) => boolean,
  action: CrowdAction,
): Process<StepOutcome> {
  const host = world.host(service.host);
  const { narrator } = host;
  const began = host.now();
  const upOf = new Map(world.scenario.hosts.map(({ name, up }) => [name, up]));
  const { crowd } = action;
  const level = new RequestLevel(
    {
      service,
      catalogue,
      latency: (from, to) => map.between(from, to),
      up: (node) => upOf.get(node) as number,
      rate: action.viewers * action.rate,
      crowd: crowd && {
        object: catalogue.numberOf(crowd.path) as number,
        from: began + crowd.after,
        until: began + crowd.after + crowd.duration,
        rate: crowd.rate,
      },
      random: (purpose) => host.random(purpose),
    },
    began,
  );
  const { predicted, best } = theoryOf(service, catalogue);
  const ledger = new CdnLedger(service.name);
  ledger.predicted(narrator, predicted, best);
  const end = began + action.duration;
  while (host.now() < end) {
    const next = Math.min(end, host.now() + service.healthCheck);
    const rate = action.viewers * action.rate + (crowd?.rate ?? 0);
    yield* advanceTo(host, next, (SLICE * SECOND) / rate, (time) => level.advance(time, (node) => isUp(service.nodes[node] as string)));
    level.nodes.look(next);
    measureNodes(narrator, service, level.nodes);
  }
  // Once more, so that a plot shows what theory says beside all of the course.
  ledger.predicted(narrator, predicted, best);
  const { requests, hits } = level.nodes.totals;
  const ratio = requests === 0 ? '' : `, ${formatValue(hits / requests, 'ratio')} hits`;
  return { outcome: `${formatCount(requests)} ${requests === 1 ? 'request' : 'requests'}${ratio}`, succeeded: true };
}

/** Requests in one event of the run, about: whoever wants to stop it does not wait for long. */
export const SLICE = 50_000;

/** Comes to that time step by step, each of at most so long; `advance` does what has happened up to a time. */
export function* advanceTo(host: Host, time: Nanoseconds, most: number, advance: (time: Nanoseconds) => void): Process {
  while (host.now() < time) {
    const next = Math.min(time, host.now() + Math.max(1, Math.floor(most)));
    yield* host.sleep(next - host.now());
    advance(next);
  }
}

/** What nodes have done so far, by the CDN's metrics. */
export function measureNodes(narrator: Narrator, { name, nodes }: CdnService, done: CompactNodes): void {
  const { requests, hits, bytes, hitBytes, fromOrigin, failed } = done.totals;
  if (requests > 0) narrator.measure('cdn hit ratio', [name], hits / requests);
  if (bytes > 0) {
    narrator.measure('cdn byte hit ratio', [name], hitBytes / bytes);
    narrator.measure('origin offload', [name], Math.max(0, 1 - fromOrigin / bytes));
  }
  if (failed > 0) narrator.measure('failed requests', [name], failed);
  for (const [i, node] of nodes.entries()) {
    narrator.measure('node requests', [node], done.requestsAt(i));
    narrator.measure('node load', [node], done.loadAt(i));
  }
}
