/** The step in which a crowd uses a CDN: requests without messages (request-level.ts), told as the metrics that messages give, too. */
import { formatCount, formatValue } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host, Narrator } from '../../network/host.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { type CdnCatalogue, theoryOf } from '../catalogue.ts';
import type { LatencyMap } from '../latency-map.ts';
import type { CdnLedger } from '../ledger.ts';
import { upRates } from '../line-rates.ts';
import type { CdnService, CrowdAction } from '../scenario.ts';
import type { CompactNodes, Totals } from './nodes.ts';
import { RequestLevel } from './request-level.ts';

/** `isUp`: whether a node is there now. Looks at the nodes as often as the CDN's health checks do. */
export function* performCrowd(
  world: World,
  service: CdnService,
  catalogue: CdnCatalogue,
  ledger: CdnLedger,
  map: LatencyMap,
  isUp: (node: string) => boolean,
  action: CrowdAction,
): Process<StepOutcome> {
  const host = world.host(service.host);
  const { narrator } = host;
  const began = host.now();
  const upOf = upRates(world.scenario);
  const { crowd } = action;
  const level = new RequestLevel(
    {
      service,
      catalogue,
      latency: (from, to) => map.between(from, to),
      up: upOf,
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
  const counts = new CrowdTelling(narrator, service, ledger, level.nodes);
  ledger.predicted(narrator, predicted, best);
  const end = began + action.duration;
  while (host.now() < end) {
    const next = Math.min(end, host.now() + service.healthCheck);
    const rate = action.viewers * action.rate + (crowd?.rate ?? 0);
    yield* advanceTo(host, next, (SLICE * SECOND) / rate, (time) => level.advance(time, (node) => isUp(service.nodes[node] as string)));
    level.nodes.look(next);
    counts.tell();
  }
  counts.end();
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

/** Tells of what a crowd's nodes do, beside all else that the CDN does, by its metrics. */
export class CrowdTelling {
  readonly #narrator: Narrator;
  readonly #service: CdnService;
  readonly #ledger: CdnLedger;
  readonly #nodes: CompactNodes;
  #told: Totals;
  readonly #requests: number[];

  constructor(narrator: Narrator, service: CdnService, ledger: CdnLedger, nodes: CompactNodes) {
    this.#narrator = narrator;
    this.#service = service;
    this.#ledger = ledger;
    this.#nodes = nodes;
    this.#told = { requests: 0, hits: 0, bytes: 0, hitBytes: 0, fromOrigin: 0, failed: 0 };
    this.#requests = service.nodes.map(() => 0);
  }

  /** What was done since the last time. */
  tell(): void {
    const done = { ...this.#nodes.totals };
    const told = this.#told;
    const requests = new Map<string, number>();
    for (const [i, node] of this.#service.nodes.entries()) {
      const count = this.#nodes.requestsAt(i);
      requests.set(node, count - (this.#requests[i] as number));
      this.#requests[i] = count;
    }
    this.#ledger.crowd(this.#narrator, {
      requests,
      hits: done.hits - told.hits,
      bytes: done.bytes - told.bytes,
      hitBytes: done.hitBytes - told.hitBytes,
      fromOrigin: done.fromOrigin - told.fromOrigin,
      failed: done.failed - told.failed,
    });
    this.#told = done;
    for (const [i, node] of this.#service.nodes.entries()) this.#ledger.load(this.#narrator, node, this, this.#nodes.loadAt(i));
  }

  /** The crowd is gone. */
  end(): void {
    this.#ledger.loadEnds(this);
  }
}
