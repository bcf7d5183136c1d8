/** BitTorrent, as the engines know it: trackers and seeds from the beginning, and the steps in which others download and leave. */
import { count } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import type { Installed, Protocol, StepOutcome, World } from '../protocol.ts';
import type { HostDeclaration } from '../scenario.ts';
import { BittorrentClient } from './client.ts';
import { CompactTorrentSwarm } from './compact/download.ts';
import { gap, outcomeOf } from './downloading.ts';
import { diskName, type KeptDownload } from './kept-download.ts';
import { bittorrentMetrics } from './metrics.ts';
import { Peer } from './peer.ts';
import { fromWire, fullSet, type PieceSet, pieceSet } from './piece-set.ts';
import type { Behaviour, DownloadAction, LeaveAction, TorrentService } from './scenario.ts';
import { type Member, SwarmLedger } from './swarm-ledger.ts';
import { Torrent } from './torrent.ts';
import { type Announce, overHttp, overUdp } from './tracker/announcing.ts';
import { Tracker } from './tracker/tracker.ts';

export const bittorrent: Protocol = {
  name: 'bittorrent',
  metrics: bittorrentMetrics,
  install,
};

/** Seeds that are there from the beginning. */
const SEEDING: Behaviour = { arrival: { kind: 'at once' }, stay: null, freeRider: false, pick: 'rarest', poisons: false, patience: 0 };

function install(world: World): Installed {
  const services = world.scenario.services.filter((service): service is TorrentService => service.kind === 'bittorrent.torrent');
  if (services.length === 0) return {};
  const declarations = new Map(world.scenario.hosts.map((declaration) => [declaration.name, declaration]));
  const clients = new Map<string, BittorrentClient>();
  const swarms = new Map(
    services.flatMap((service) =>
      service.fidelity === 'messages' ? [[service.name, new Swarm(world, service, clients, declarations)] as const] : [],
    ),
  );
  const compact = new Map(
    services.flatMap((service) =>
      service.fidelity === 'pieces' ? [[service.name, new CompactTorrentSwarm(world, service, declarations)] as const] : [],
    ),
  );

  const trackers = new Map<string, Swarm[]>();
  const hosts = new Set<string>();
  for (const swarm of swarms.values()) {
    const { tracker, trackerTransport, seeds } = swarm.service;
    const key = `${trackerTransport} ${tracker}`;
    trackers.set(key, [...(trackers.get(key) ?? []), swarm]);
    for (const seed of seeds) hosts.add(seed);
  }
  for (const { action } of world.scenario.steps)
    if (action.kind === 'bittorrent.download' && swarms.has(action.torrent)) for (const host of action.hosts) hosts.add(host);

  for (const tracked of trackers.values()) {
    const [{ service }] = tracked as [Swarm];
    const torrents = tracked.map(({ torrent, service: { interval } }) => ({ name: torrent.name, infoHash: torrent.infoHash, interval }));
    world.boot(service.tracker, 'tracker', function* (host): Process {
      const tracker = new Tracker(host, torrents);
      yield* service.trackerTransport === 'udp' ? tracker.serveUdp() : tracker.serveHttp();
    });
  }
  for (const name of hosts) {
    // biome-ignore lint/correctness/useYield: a role that waits for nothing itself.
    world.boot(name, 'bittorrent', function* (host): Process {
      clients.set(name, new BittorrentClient(host));
      for (const swarm of swarms.values()) swarm.boot(host);
    });
  }
  return {
    perform(action) {
      if (action.kind === 'bittorrent.download') return (swarms.get(action.torrent) ?? compact.get(action.torrent))!.download(action);
      if (action.kind === 'bittorrent.leave') return (swarms.get(action.torrent) ?? compact.get(action.torrent))!.leave(action);
      return undefined;
    },
  };
}

/** All that take part in one torrent, over real connections. */
class Swarm {
  readonly service: TorrentService;
  readonly torrent: Torrent;
  readonly #world: World;
  readonly #clients: ReadonlyMap<string, BittorrentClient>;
  readonly #declarations: ReadonlyMap<string, HostDeclaration>;
  readonly #ledger: SwarmLedger;
  readonly #addressOf: (of: string, by: string) => string | undefined;
  /** What poisoners send in the place of the content. */
  readonly #poison: number;

  constructor(
    world: World,
    service: TorrentService,
    clients: ReadonlyMap<string, BittorrentClient>,
    declarations: ReadonlyMap<string, HostDeclaration>,
  ) {
    this.service = service;
    this.#world = world;
    this.#clients = clients;
    this.#declarations = declarations;
    const tracker = world.host(service.tracker);
    this.torrent = new Torrent(service, world.scenario.seed);
    this.#poison = 1 + tracker.random(`poison of ${service.name}`).below(2 ** 32 - 1);
    this.#ledger = new SwarmLedger(this.torrent, tracker.narrator, () => tracker.now());
    this.#addressOf = seenAddresses(world.scenario);
    for (const seed of service.seeds) this.#ledger.enlist(declarations.get(seed)!, false);
  }

  /** A host has power: what it took part in before goes on. */
  boot(host: Host): void {
    const kept = host.disk.get<KeptDownload>(diskName(this.torrent.name));
    if (kept?.left) return;
    const { pieces } = this.torrent;
    if (kept) this.#start(host, kept.behaviour, fromWire(kept.have, pieces) ?? pieceSet(pieces));
    else if (this.service.seeds.includes(host.name)) this.#start(host, SEEDING, fullSet(pieces));
  }

  *download({ hosts, behaviour }: DownloadAction): Process<StepOutcome> {
    const { downloads, poisons } = { downloads: !behaviour.poisons, poisons: behaviour.poisons };
    const members = hosts.map((name) => this.#ledger.enlist(this.#declarations.get(name)!, downloads, poisons));
    this.#ledger.tellBounds();
    const random = this.#world.host(this.service.tracker).random(`arrivals of ${this.torrent.name}`);
    for (const [i, member] of members.entries()) {
      const host = this.#world.host(member.host);
      const wait = gap(behaviour.arrival, i, random);
      if (wait > 0) yield* host.sleep(wait);
      this.#arrive(host, member, behaviour);
    }
    if (poisons) return { outcome: `${count(hosts.length, 'poisoner')} joined`, succeeded: true };
    yield* this.#ledger.ended(members);
    return outcomeOf(members);
  }

  // biome-ignore lint/correctness/useYield: it takes no time to go.
  *leave({ host }: LeaveAction): Process<StepOutcome> {
    const peer = this.#clients.get(host)?.peer(this.torrent.infoHash);
    const member = this.#ledger.member(host);
    if (peer) peer.leave('left');
    // It would have arrived later.
    else if (member?.downloads && member.ending === null) this.#ledger.end(member, 'left');
    else return { outcome: `${host} does not take part`, succeeded: false };
    return { outcome: `${host} leaves`, succeeded: true };
  }

  #arrive(host: Host, member: Member, behaviour: Behaviour): void {
    const { infoHash, pieces, name } = this.torrent;
    if (member.present || member.ending === 'left') return;
    // Whoever takes part already goes on.
    if (this.#clients.get(host.name)?.peer(infoHash)) return;
    let began = false;
    host.spawn(
      'bittorrent arrival',
      // biome-ignore lint/correctness/useYield: a process that waits for nothing, but runs only where the host is up.
      (function* (): Process {
        began = true;
      })(),
    );
    if (!began) {
      this.#ledger.end(member, 'down');
      return;
    }
    const kept = host.disk.get<KeptDownload>(diskName(name));
    this.#start(host, behaviour, (kept && fromWire(kept.have, pieces)) ?? pieceSet(pieces));
  }

  #start(host: Host, behaviour: Behaviour, have: PieceSet): void {
    const { torrent, service } = this;
    const member = this.#ledger.enlist(this.#declarations.get(host.name)!, false, behaviour.poisons);
    const around = {
      torrent,
      service,
      ledger: this.#ledger,
      member,
      announce: this.#announceOf(host.name),
      poison: behaviour.poisons ? this.#poison : null,
    };
    this.#clients.get(host.name)!.start(torrent.infoHash, new Peer(host, around, behaviour, have));
  }

  #announceOf(host: string): Announce {
    const { tracker, trackerInDns, trackerTransport } = this.service;
    const known = this.#addressOf(tracker, host) ?? this.#world.host(tracker).address;
    const address = { name: tracker, address: trackerInDns ? null : known };
    return trackerTransport === 'udp' ? overUdp(address) : overHttp(address);
  }
}
