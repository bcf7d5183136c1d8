/** Content distribution, as the engines know it: nodes, the name servers that lead to them, and the steps that ask and push. */
import { selectAnswers } from '../dns/server/answer-selection.ts';
import { count, formatSize } from '../format.ts';
import { reachingOf } from '../http/reaching.ts';
import { serveHttp } from '../http/server.ts';
import { all, type Process } from '../kernel/process.ts';
import type { Address, Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import { onHost } from '../on-host.ts';
import type { Installed, Protocol, StepOutcome, World } from '../protocol.ts';
import { CdnCatalogue, theoryOf } from './catalogue.ts';
import { performCrowd } from './compact/crowd.ts';
import { performWatching } from './compact/watching.ts';
import { HashRing } from './hash-ring.ts';
import { LatencyMap } from './latency-map.ts';
import { CdnLedger } from './ledger.ts';
import { upRates } from './line-rates.ts';
import { Mapping } from './mapping.ts';
import { cdnMetrics } from './metrics.ts';
import { CdnNode } from './node.ts';
import type { CdnService, PushAction } from './scenario.ts';
import { keepRequesting } from './users.ts';

export const cdn: Protocol = {
  name: 'cdn',
  metrics: cdnMetrics,
  install,
};

/** A CDN that is set up. */
interface Running {
  readonly service: CdnService;
  readonly ledger: CdnLedger;
  readonly catalogue: CdnCatalogue | null;
  /** Nodes by host name, those whose hosts are up: a crash takes their caches with it. */
  readonly nodes: Map<string, CdnNode>;
}

function install(world: World): Installed {
  const services = world.scenario.services.filter((service): service is CdnService => service.kind === 'cdn.network');
  if (services.length === 0) return {};
  const map = new LatencyMap(world.scenario);
  const reaching = reachingOf(world);
  const running = new Map(services.map((service) => [service.name, setUp(world, service, map)]));
  const found = (name: string): Running => running.get(name) as Running;
  return {
    perform(action) {
      switch (action.kind) {
        case 'cdn.requests': {
          const { service, ledger, catalogue } = found(action.cdn);
          const host = world.host(action.host);
          if (catalogue === null) throw new Error(`${action.cdn} has no catalogue`);
          const { predicted, best } = theoryOf(service, catalogue);
          return (function* (): Process<StepOutcome> {
            ledger.predicted(host.narrator, predicted, best);
            return yield* keepRequesting(host, { service, catalogue, ledger, reaching: reaching(action.host) }, action);
          })();
        }
        case 'cdn.push':
          return push(world, found(action.cdn), action);
        case 'cdn.crowd': {
          const { service, ledger, catalogue, nodes } = found(action.cdn);
          if (catalogue === null) throw new Error(`${action.cdn} has no catalogue`);
          return performCrowd(world, service, catalogue, ledger, map, (node) => nodes.has(node), action);
        }
        case 'cdn.watching': {
          const { service, ledger, nodes } = found(action.cdn);
          return performWatching(world, service, ledger, map, (node) => nodes.has(node), action);
        }
        default:
          return undefined;
      }
    },
  };
}

function setUp(world: World, service: CdnService, map: LatencyMap): Running {
  const { origin, clusters } = service;
  const seen = seenAddresses(world.scenario);
  const addressOf = (name: string, by: string): Address => seen(name, by) ?? world.host(name).address;
  const upOf = upRates(world.scenario);
  const rings = clusters.map((nodes) => ({ nodes, ring: new HashRing(nodes) }));
  const made: Running = {
    service,
    ledger: new CdnLedger(service.name),
    catalogue: service.catalogue && new CdnCatalogue(service.catalogue),
    nodes: new Map(),
  };
  for (const name of service.nodes) {
    const addresses = new Map(service.nodes.map((node) => [node.toLowerCase(), addressOf(node, name)]));
    addresses.set(origin.site, addressOf(origin.host, name));
    const ring = rings.find(({ nodes }) => nodes.includes(name))?.ring ?? null;
    const { ledger } = made;
    let before: CdnNode | null = null;
    world.boot(name, 'cdn node', function* (host): Process {
      before?.lost();
      const node = new CdnNode(host, { service, addresses, ring, up: upOf(name), ledger });
      before = node;
      made.nodes.set(name, node);
      try {
        const failure = yield* serveHttp(host, node.handler);
        if (failure) host.narrator.note(`no node of ${service.name}: port 80 is ${failure.failure}`);
      } finally {
        made.nodes.delete(name);
      }
    });
  }
  const addresses = new Map(service.nodes.map((node) => [node.toLowerCase(), addressOf(node, service.host)]));
  const mapping = new Mapping(service, map, addresses, made.ledger);
  selectAnswers(world.host(service.host), mapping.selection(world.host(service.host)));
  world.boot(service.host, 'cdn health checks', (host) => mapping.watch(host));
  return made;
}

/** Each node by itself, side by side. */
function* push(world: World, { service, nodes }: Running, action: PushAction): Process<StepOutcome> {
  const { catalogue } = service;
  if (catalogue === null) throw new Error(`${service.name} has no catalogue`);
  const total = { objects: 0, bytes: 0 };
  const one = function* (host: Host): Process<StepOutcome> {
    const node = nodes.get(host.name);
    if (!node) return { outcome: `${host.name} is no node`, succeeded: false };
    const { objects, bytes } = yield* node.push(catalogue.objects);
    total.objects += objects;
    total.bytes += bytes;
    return { outcome: '', succeeded: true };
  };
  const outcomes = yield* all(action.nodes.map((name) => onHost(world.host(name), one)));
  const failed = outcomes.find(({ succeeded }) => !succeeded);
  return failed ?? { outcome: `${count(total.objects, 'object')}, ${formatSize(total.bytes)}`, succeeded: true };
}
