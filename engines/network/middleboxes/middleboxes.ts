/**
 * What stands between hosts: NATs and firewalls, and the realms of addresses that NATs make.
 *
 * Theory of operation. Hosts behind a NAT form a realm: their addresses are known to one another and to the NAT's router, and to
 * nobody else. A packet goes in legs: from a host to the router in front of it, from there to the host whose address it is for, or
 * to the router that has this address. At the end of each leg the middlebox there says what becomes of it. Packets
 * (transit.ts) and the segments that open flows (flows/flow-network.ts) ask the same questions.
 */
import type { Kernel } from '../../kernel/kernel.ts';
import type { Recorder, Series } from '../../recorder.ts';
import type { PacketFate } from '../../run.ts';
import type { Scenario } from '../../scenario.ts';
import type { Partitions } from '../partitions.ts';
import type { Transport } from '../scenario.ts';
import { SYN } from '../tcp/segment.ts';
import { endpointOf, type Header } from './header.ts';
import { Nat, type NatSurroundings } from './nat.ts';
import { PacketFilter } from './packet-filter.ts';
import type { Session } from './session.ts';

/** What becomes of a packet where a leg ends. */
export type Passage =
  /** It is for the host there. */
  | { readonly kind: 'here' }
  /** It goes on, with other endpoints. `inwards`: to a host behind the NAT there. */
  | { readonly kind: 'onward'; readonly header: Header; readonly inwards: boolean }
  | Dropped;

interface Dropped {
  readonly kind: 'dropped';
  readonly fate: PacketFate;
  /** A TCP segment gets RST for an answer. */
  readonly answered: boolean;
}

const HERE: Passage = { kind: 'here' };
const NO_MAPPING: Dropped = { kind: 'dropped', fate: 'no mapping', answered: false };
const FORGED: Dropped = { kind: 'dropped', fate: 'forged source', answered: false };
const BLOCKED: Dropped = { kind: 'dropped', fate: 'firewall', answered: false };
const REJECTED: Dropped = { kind: 'dropped', fate: 'firewall', answered: true };

/** What a host's middleboxes have dropped. */
interface DroppedSoFar {
  count: number;
  readonly series: Series;
  /** Callers whose SYN was dropped, by the port that it was for: it is told once. */
  readonly told: Set<number>;
}

export interface MiddleboxSurroundings extends NatSurroundings {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
}

export class Middleboxes {
  readonly #surroundings: MiddleboxSurroundings;
  readonly #nats = new Map<number, Nat>();
  readonly #filters = new Map<number, PacketFilter>();
  /** By host: the router of the NAT that it is behind. */
  readonly #gateways = new Map<number, number>();
  /** By host. */
  readonly #dropped = new Map<number, DroppedSoFar>();

  private constructor(surroundings: MiddleboxSurroundings) {
    this.#surroundings = surroundings;
  }

  /** null where the scenario has none. */
  static of({ services }: Scenario, surroundings: MiddleboxSurroundings): Middleboxes | null {
    const boxes = new Middleboxes(surroundings);
    for (const service of services) {
      if (service.kind === 'network.nat') {
        const nat = new Nat(service, surroundings);
        boxes.#nats.set(nat.host, nat);
        for (const host of nat.inside) boxes.#gateways.set(host, nat.host);
      } else if (service.kind === 'network.firewall') {
        const filter = new PacketFilter(service, surroundings);
        boxes.#filters.set(filter.host, filter);
      }
    }
    for (const host of new Set([...boxes.#nats.keys(), ...boxes.#filters.keys()])) {
      const series = surroundings.recorder.seriesOf('packets dropped', [surroundings.nameOf(host)]);
      surroundings.recorder.addTo(series, surroundings.kernel.now, 0);
      boxes.#dropped.set(host, { count: 0, series, told: new Set() });
    }
    return boxes.#nats.size + boxes.#filters.size > 0 ? boxes : null;
  }

  /** The router in front of a host; −1 for one that is behind no NAT. */
  gatewayOf(host: number): number {
    return this.#gateways.get(host) ?? -1;
  }

  /** True for a port of a host that stands for an endpoint behind its NAT. */
  maps(host: number, transport: Transport, port: number): boolean {
    return this.#nats.get(host)?.maps(transport, port) ?? false;
  }

  /** Where the leg ends that takes a packet from host `from` towards host `to`, whose address it goes to. */
  nextHop(from: number, to: number): number {
    const gateway = this.gatewayOf(from);
    return gateway < 0 || to === gateway || this.gatewayOf(to) === gateway ? to : gateway;
  }

  /**
   * A packet is about to leave a host, its own or translated. `passed` collects the conversations that it belongs to; with a forged
   * source it belongs to none of the host's.
   */
  leaving(host: number, header: Header, passed?: Session[]): void {
    if (header.forged) return;
    const session = this.#filters.get(host)?.leaving(header, this.#surroundings.kernel.now);
    if (session) passed?.push(session);
  }

  /** A leg has ended at a host. */
  arriving(host: number, header: Header, passed?: Session[]): Passage {
    const nat = this.#nats.get(host);
    const filter = this.#filters.get(host);
    // A router's firewall stands on its outer side.
    if (filter && !nat?.faces(header)) {
      const { verdict, session } = filter.arriving(header, this.#surroundings.kernel.now);
      if (verdict !== 'allow') return this.#drop(host, header, verdict === 'reject' ? REJECTED : BLOCKED);
      if (session) passed?.push(session);
    }
    if (!nat) return HERE;
    const translation = nat.translate(header);
    if (translation === 'own') return HERE;
    if (translation === 'dropped') return this.#drop(host, header, NO_MAPPING);
    if (translation === 'forged') return this.#drop(host, header, FORGED);
    passed?.push(...translation.sessions);
    const inwards = nat.inside.has(translation.header.to);
    if (!inwards) this.leaving(host, translation.header, passed);
    return { kind: 'onward', header: translation.header, inwards };
  }

  /** A host lost power: what its middleboxes knew of conversations is gone. */
  crash(host: number): void {
    this.#nats.get(host)?.crash();
    this.#filters.get(host)?.crash();
  }

  /** Whether a partition keeps what one host sends, or the router in front of it sends for it, from another or the router in front of that. */
  separate(partitions: Partitions, from: number, to: number): boolean {
    if (partitions.separate(from, to)) return true;
    const [before, behind] = [this.gatewayOf(from), this.gatewayOf(to)];
    if (before === behind) return false;
    if (before >= 0 && before !== to && partitions.separate(before, to)) return true;
    if (behind >= 0 && behind !== from && partitions.separate(from, behind)) return true;
    return before >= 0 && behind >= 0 && partitions.separate(before, behind);
  }

  #drop(host: number, header: Header, passage: Dropped): Dropped {
    const { kernel, recorder, nameOf } = this.#surroundings;
    const dropped = this.#dropped.get(host) as DroppedSoFar;
    recorder.addTo(dropped.series, kernel.now, ++dropped.count);
    const caller = endpointOf(header.from, header.toPort);
    if (header.transport === 'tcp' && header.flags === SYN && !dropped.told.has(caller)) {
      dropped.told.add(caller);
      const note = `${passage.answered ? 'refuses' : 'drops'} SYN of ${nameOf(header.from)} to port ${header.toPort}: ${passage.fate}`;
      recorder.state(kernel.now, host, '', '', null, kernel.cause, note);
    }
    return passage;
  }
}
