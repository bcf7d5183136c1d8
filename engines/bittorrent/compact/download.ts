/**
 * A torrent at fidelity `pieces`, in a scenario: the large swarm's driver, its hosts, and the ledger from which the same metrics come
 * as from peers with real connections.
 */
import { count } from '../../format.ts';
import { type Process, wait } from '../../kernel/process.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import type { HostDeclaration } from '../../scenario.ts';
import { downloadedBy, gap, outcomeOf } from '../downloading.ts';
import { MOST_SHOWN, PeerStates } from '../peer-states.ts';
import type { Behaviour, DownloadAction, LeaveAction, TorrentService } from '../scenario.ts';
import { type Member, SwarmLedger } from '../swarm-ledger.ts';
import { CompactSwarm } from './swarm.ts';

export class CompactTorrentSwarm {
  readonly #world: World;
  readonly #service: TorrentService;
  readonly #ledger: SwarmLedger;
  readonly #swarm: CompactSwarm;
  /** Everybody who ever takes part; the swarm knows them by their index. */
  readonly #names: readonly string[];
  readonly #members: Member[] = [];
  readonly #indexes: ReadonlyMap<string, number>;
  readonly #declarations: ReadonlyMap<string, HostDeclaration>;
  /** Of hosts that download: how. */
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #up = new Set<string>();
  /** Hosts that have stopped taking part, and do not go on when they boot. */
  readonly #gone = new Set<string>();
  /** What peers show of themselves; none where there are too many. */
  readonly #states: PeerStates[] = [];

  constructor(world: World, service: TorrentService, declarations: ReadonlyMap<string, HostDeclaration>) {
    this.#world = world;
    this.#service = service;
    this.#declarations = declarations;
    const { name, size, pieceLength } = service;
    const tracker = world.host(service.tracker);
    const pieces = Math.ceil(size / pieceLength);
    this.#ledger = new SwarmLedger({ name, size, pieces }, tracker.narrator, () => tracker.now());
    this.#names = [...new Set([...service.seeds, ...downloadedBy(world.scenario, name)])];
    this.#indexes = new Map(this.#names.map((host, i) => [host, i]));
    const ledger = this.#ledger;
    const member = (peer: number): Member => this.#members[peer] as Member;
    this.#swarm = new CompactSwarm(
      world.kernel,
      {
        name,
        length: size,
        pieceLength,
        hosts: this.#names.map((host) => declarations.get(host) as HostDeclaration),
        choker: { slots: service.uploadSlots, optimistic: service.optimisticUnchoke ? 1 : 0 },
        tracker: { interval: service.interval },
        trackerLatency: declarations.get(service.tracker)?.latency ?? 0,
      },
      {
        joined: (peer, has) => {
          ledger.join(member(peer), has);
          this.#tellPieces(peer);
        },
        moved: (from, to, bytes) => ledger.received(member(from), member(to), bytes),
        gained: (peer, piece) => {
          ledger.gained(member(peer), piece);
          this.#tellPieces(peer);
        },
        corrupt: (peer) => ledger.corrupt(member(peer)),
        banned: (peer) => ledger.banned(member(peer)),
        parted: (peer, ending) => {
          if (ending !== 'down') this.#gone.add(this.#names[peer] as string);
          ledger.part(member(peer), ending);
          this.#states[peer]?.end();
        },
        announced: (announces) => tracker.narrator.measure('tracker announces', [service.tracker], announces),
        decided: () => ledger.sample(),
        choked: (peer) => this.#tellUnchoked(peer),
      },
    );
    for (const seed of service.seeds) this.#enlist(seed, false, false);
    for (const host of this.#names) {
      if (this.#names.length <= MOST_SHOWN) this.#states.push(new PeerStates(world.host(host).narrator, { name, pieces }));
      world.boot(host, `swarm of ${name}`, () => this.#power(host));
    }
    world.boot(service.tracker, `tracker of ${name}`, () => this.#track());
  }

  *download({ hosts, behaviour }: DownloadAction): Process<StepOutcome> {
    const members = hosts.map((host) => this.#enlist(host, !behaviour.poisons, behaviour.poisons));
    this.#ledger.tellBounds();
    const random = this.#world.host(this.#service.tracker).random(`arrivals of ${this.#service.name}`);
    for (const [i, member] of members.entries()) {
      const host = this.#world.host(member.host);
      const delay = gap(behaviour.arrival, i, random);
      if (delay > 0) yield* host.sleep(delay);
      if (member.present || member.ending === 'left') continue;
      this.#behaviours.set(member.host, behaviour);
      this.#gone.delete(member.host);
      if (this.#up.has(member.host)) this.#join(member);
      else this.#ledger.end(member, 'down');
    }
    if (behaviour.poisons) return { outcome: `${count(hosts.length, 'poisoner')} joined`, succeeded: true };
    yield* this.#ledger.ended(members);
    return outcomeOf(members);
  }

  // biome-ignore lint/correctness/useYield: it takes no time to go.
  *leave({ host }: LeaveAction): Process<StepOutcome> {
    const member = this.#ledger.member(host);
    if (member?.present) this.#swarm.leave(this.#indexes.get(host) as number, 'left');
    // It would have arrived later.
    else if (member?.downloads && member.ending === null) this.#ledger.end(member, 'left');
    else if (member && this.#takesPart(host)) this.#gone.add(host);
    else return { outcome: `${host} does not take part`, succeeded: false };
    return { outcome: `${host} leaves`, succeeded: true };
  }

  #enlist(host: string, downloads: boolean, poisons: boolean): Member {
    const member = this.#ledger.enlist(this.#declarations.get(host) as HostDeclaration, downloads, poisons);
    this.#members[this.#indexes.get(host) as number] = member;
    return member;
  }

  /** From the moment when a host has power until it has none any more. What it has stays on its disk. */
  *#power(host: string): Process {
    const peer = this.#indexes.get(host) as number;
    this.#up.add(host);
    const member = this.#ledger.member(host);
    if (member && this.#takesPart(host)) this.#join(member);
    try {
      yield* wait<void>(() => () => {});
    } finally {
      this.#up.delete(host);
      this.#swarm.leave(peer, 'down');
    }
  }

  /** The tracker, as long as its host has power. */
  *#track(): Process {
    this.#swarm.setTrackerUp(true);
    try {
      yield* wait<void>(() => () => {});
    } finally {
      this.#swarm.setTrackerUp(false);
    }
  }

  /** It seeds, or has begun to download or to poison, and has not stopped. */
  #takesPart(host: string): boolean {
    return !this.#gone.has(host) && (this.#service.seeds.includes(host) || this.#behaviours.has(host));
  }

  #tellPieces(peer: number): void {
    const { have, haveCount } = this.#members[peer] as Member;
    this.#states[peer]?.has(have, haveCount);
  }

  #tellUnchoked(peer: number): void {
    const states = this.#states[peer];
    if (!states) return;
    const unchoked: string[] = [];
    this.#swarm.forUnchoked(peer, (other, optimistic) => unchoked.push(`${this.#names[other]}${optimistic ? ' (optimistic)' : ''}`));
    states.unchokes(unchoked);
  }

  #join(member: Member): void {
    const peer = this.#indexes.get(member.host) as number;
    const behaviour = this.#behaviours.get(member.host);
    if (behaviour?.poisons) this.#swarm.poison(peer);
    else if (behaviour) this.#swarm.arrive(peer, behaviour, member.have);
    else this.#swarm.seed(peer);
  }
}
