/** The step in which a crowd uses a CDN: requests without messages (request-level.ts), told as the metrics that messages give, too. */
import { count, formatValue } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import { type CdnCatalogue, theoryOf } from '../catalogue.ts';
import type { LatencyMap } from '../latency-map.ts';
import { CdnLedger } from '../ledger.ts';
import type { CdnService, CrowdAction } from '../scenario.ts';
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
  new CdnLedger(service.name).predicted(narrator, predicted, best);
  const end = began + action.duration;
  while (host.now() < end) {
    const next = Math.min(end, host.now() + service.healthCheck);
    yield* host.sleep(next - host.now());
    level.advance(next, (node) => isUp(service.nodes[node] as string));
    const { requests, hits, bytes, hitBytes, fromOrigin, failed } = level.totals;
    if (requests > 0) narrator.measure('cdn hit ratio', [service.name], hits / requests);
    if (bytes > 0) {
      narrator.measure('cdn byte hit ratio', [service.name], hitBytes / bytes);
      narrator.measure('origin offload', [service.name], Math.max(0, 1 - fromOrigin / bytes));
    }
    if (failed > 0) narrator.measure('failed requests', [service.name], failed);
    for (const [i, node] of service.nodes.entries()) {
      narrator.measure('node requests', [node], level.requestsAt(i));
      narrator.measure('node load', [node], level.loadAt(i));
    }
  }
  const { requests, hits } = level.totals;
  const ratio = requests === 0 ? '' : `, ${formatValue(hits / requests, 'ratio')} hits`;
  return { outcome: `${count(requests, 'request')}${ratio}`, succeeded: true };
}
