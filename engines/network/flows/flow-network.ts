/**
 * The network as fluid flows see it: the ways between hosts, who gets which share of their links (allocation.ts), and how long what is
 * sent waits in the queues in front of them (link-queues.ts).
 *
 * Theory of operation. Of several full links on a way the one with the longest queue, next to the round trip, holds the flow back:
 * weights are raised by each queue's share of the shortest round trip behind it, so that of the others the flow asks what its window
 * would fetch there if they were the only ones.
 *
 * Acknowledgments take no room on the line. Rates are brought up to date at events; where the sharing is criss-cross, flows
 * whose due has changed by less than a hundredth keep what they have. A flow of its own takes a step once a round trip at most.
 */
import type { Kernel } from '../../kernel/kernel.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import type { Recorder } from '../../recorder.ts';
import type { LinkDirection } from '../link.ts';
import type { Header } from '../middleboxes/header.ts';
import type { Middleboxes } from '../middleboxes/middleboxes.ts';
import type { Session } from '../middleboxes/session.ts';
import type { Partitions } from '../partitions.ts';
import type { Topology } from '../topology.ts';
import { LOOPBACK_DELAY } from '../transit.ts';
import { Allocation } from './allocation.ts';
import type { HostFlows } from './host-flows.ts';
import { FAIR_ENOUGH, LinkQueues } from './link-queues.ts';
import { FULL_FRAME, failedOn, HEADERS, type Route, routeOver } from './route.ts';
import type { Sending } from './sending.ts';

const NEVER = Number.POSITIVE_INFINITY;
const NOTHING_PASSED: Passed = { sessions: [], translators: [] };

/** What fluid flows need of the simulated network. */
export interface FlowSurroundings {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly topology: Topology;
  readonly partitions: Partitions;
  /** null where there are no NATs and firewalls. */
  readonly middleboxes?: Middleboxes | null;
  /** Index of the host that what `from` sends to that address is for; −1 when there is none. */
  hostAt(address: string, from: number): number;
  addressOf(host: number): string;
  /** Is told of windows and round trips, as at `packets`. */
  observe?(from: number, to: number, window: Bytes, roundTrip: Nanoseconds): void;
}

/** What a connection has passed on its way: conversations of NATs and firewalls, and the hosts whose NATs translate it. */
export interface Passed {
  readonly sessions: readonly Session[];
  readonly translators: readonly number[];
}

export class FlowNetwork {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly allocation: Allocation;
  /** By index of the host. */
  readonly hosts: HostFlows[] = [];
  readonly #surroundings: FlowSurroundings;
  readonly #routes = new Map<number, Route | null>();
  /** Counts the states of the network: what was known of ways in another one is out of date. */
  routeEpoch = 0;
  /** By number in the allocation. */
  readonly #sendings: (Sending | null)[] = [];
  #solving = false;
  readonly #queues: LinkQueues;

  constructor(surroundings: FlowSurroundings) {
    const { directions } = surroundings.topology;
    this.kernel = surroundings.kernel;
    this.recorder = surroundings.recorder;
    this.#surroundings = surroundings;
    this.allocation = new Allocation(directions.length, FAIR_ENOUGH);
    this.#queues = new LinkQueues(this.kernel, directions, this.allocation, this.#sendings, () => this.solve());
  }

  hostAt(address: string, from: number): number {
    return this.#surroundings.hostAt(address, from);
  }

  addressOf(host: number): string {
    return this.#surroundings.addressOf(host);
  }

  observe(from: number, to: number, window: Bytes, roundTrip: Nanoseconds): void {
    this.#surroundings.observe?.(from, to, window, roundTrip);
  }

  /** Whether a host is behind the NAT of another. */
  isBehind(host: number, router: number): boolean {
    return this.#surroundings.middleboxes?.gatewayOf(host) === router;
  }

  // What changes in the network.

  /** The rate or latency of a link has changed. */
  rateChanged(direction: LinkDirection): void {
    const link = direction.index;
    this.#queues.measure(direction);
    this.#routes.clear();
    this.routeEpoch++;
    this.look(link);
    this.solve();
  }

  /** Links, forwarding hosts or partitions: who reaches whom may have changed. */
  routesChanged(): void {
    this.#routes.clear();
    this.routeEpoch++;
    // Nobody's share is worked out before all know their ways: who is not told yet still counts on links that he has left.
    const wasSolving = this.#solving;
    this.#solving = true;
    for (const host of this.hosts) host?.pathsChanged();
    this.#solving = wasSolving;
    this.solve();
  }

  // Ways.

  /** The way from one host to another, two different ones; null where there is none now. */
  route(from: number, to: number): Route | null {
    const key = from * 2 ** 26 + to;
    let route = this.#routes.get(key);
    if (route === undefined) {
      const { middleboxes, partitions, topology } = this.#surroundings;
      const separate = middleboxes ? middleboxes.separate(partitions, from, to) : partitions.separate(from, to);
      const path = separate ? null : topology.path(from, to);
      route = path ? routeOver(path, this.kernel.now) : null;
      this.#routes.set(key, route);
    }
    return route;
  }

  /** The sum of the queueing delays on a way. */
  queueing(route: Route): Nanoseconds {
    let delay = 0;
    const { links } = route;
    for (let i = 0; i < links.length; i++) delay += this.#queues.delayAt(links[i] as number);
    return delay;
  }

  /** How long what is sent now waits until all links on the way carry something: a trace's outage. */
  outage(route: Route): Nanoseconds {
    return Math.max(route.openFrom - this.kernel.now, 0);
  }

  queueingAt(link: number): Nanoseconds {
    return this.#queues.delayAt(link);
  }

  /** One-way delay of a frame of that size now; 0 where there is no way. */
  travel(from: number, to: number, size: Bytes): Nanoseconds {
    if (from === to) return LOOPBACK_DELAY;
    const route = this.route(from, to);
    if (!route) return 0;
    const outage = this.outage(route);
    return (outage === NEVER ? 0 : outage) + this.queueing(route) + route.latency + size * route.perByte;
  }

  /** From a full segment's begin to its acknowledgment. */
  roundTrip(from: number, to: number): Nanoseconds {
    return this.travel(from, to, FULL_FRAME) + this.travel(to, from, HEADERS);
  }

  /** A segment without data: `arriving` is told its delay, or `lost` that it will not arrive. `sender` draws losses. */
  control(
    from: number,
    to: number,
    size: Bytes,
    sender: { random(): RandomStream },
    arriving: (delay: Nanoseconds) => void,
    lost: () => void,
  ): void {
    if (from === to) {
      arriving(LOOPBACK_DELAY);
      return;
    }
    const route = this.route(from, to);
    const outage = route ? this.outage(route) : NEVER;
    if (!route || outage === NEVER || (route.loss > 0 && sender.random().float() < route.loss)) lost();
    else arriving(outage + this.queueing(route) + route.latency + size * route.perByte);
  }

  /** The same for whoever only wants to know when it has arrived: not when a line fails meanwhile. */
  send(from: number, to: number, size: Bytes, sender: { random(): RandomStream }, arrived: () => void): void {
    const route = from === to ? null : this.route(from, to);
    this.control(
      from,
      to,
      size,
      sender,
      (delay) =>
        this.kernel.schedule(delay, () => {
          if (!route || failedOn(route) < 0) arrived();
        }),
      () => {},
    );
  }

  /**
   * The SYN of a connection, leg by leg through the NATs and firewalls on its way: `arrived` is told how it reads where it has come
   * to, and which of their conversations the connection is; `refused`, that one of them has answered RST.
   */
  open(
    connection: number,
    syn: Header,
    size: Bytes,
    sender: { random(): RandomStream },
    arrived: (syn: Header, passed: Passed) => void,
    refused: () => void,
  ): void {
    const { middleboxes } = this.#surroundings;
    if (!middleboxes || syn.from === syn.to) {
      this.send(syn.from, syn.to, size, sender, () => arrived(syn, NOTHING_PASSED));
      return;
    }
    const sessions: Session[] = [];
    const translators: number[] = [];
    middleboxes.leaving(syn.from, syn, sessions);
    const go = (from: number, header: Header): void => {
      const end = middleboxes.nextHop(from, header.to);
      this.send(from, end, size, sender, () => {
        if (!this.hosts[end]?.powered) return;
        const passage = middleboxes.arriving(end, header, sessions);
        if (passage.kind === 'here') arrived(header, { sessions, translators });
        else if (passage.kind === 'onward') {
          translators.push(end);
          this.recorder.translateConnection(connection, passage.header);
          go(end, passage.header);
        } else if (passage.answered) this.send(end, syn.from, HEADERS, sender, refused);
      });
    };
    go(syn.from, syn);
  }

  // Flows.

  join(sending: Sending, route: Route, weight: number, cap: number): void {
    const flow = this.allocation.add(route.links, weight, cap);
    this.#sendings[flow] = sending;
    sending.flow = flow;
  }

  leave(sending: Sending): void {
    const { flow } = sending;
    const bottleneck = this.allocation.bottleneck(flow);
    this.allocation.remove(flow);
    this.#sendings[flow] = null;
    sending.flow = -1;
    this.look(bottleneck);
  }

  /** The queue of a link is to be looked at with the next solution. */
  look(link: number): void {
    this.#queues.look(link);
  }

  /** A window is about to go out at once. What its bottleneck's buffer cannot take of it is lost. */
  burst(sending: Sending, window: Bytes, arrivalRate: number): void {
    this.#queues.burst(sending, window, arrivalRate);
  }

  /** Brings rates and queues up to date, and tells whose rate has changed. */
  solve(): void {
    if (this.#solving) return;
    this.#solving = true;
    this.#share();
    // A queue follows from the rates, and the rates from the queue; where the same flows are held back the two agree at once.
    for (let turn = 0; turn < 3 && this.#queues.isAny; turn++) {
      this.#queues.lookAtAll();
      this.#share(false);
    }
    this.#solving = false;
  }

  #share(look = true): void {
    const { allocation } = this;
    allocation.solve();
    const count = allocation.changedCount;
    for (let i = 0; i < count; i++) {
      const flow = allocation.changed[i] as number;
      const sending = this.#sendings[flow];
      if (!sending) continue;
      const bottleneck = allocation.bottleneck(flow);
      if (bottleneck !== sending.bottleneck && sending.bottleneck >= 0 && allocation.held(sending.bottleneck) === 0)
        this.#queues.empty(sending.bottleneck);
      const rate = allocation.rate(flow);
      if (bottleneck !== sending.bottleneck || (look && sending.differs(rate))) {
        this.look(sending.bottleneck);
        this.look(bottleneck);
      }
      sending.rateChanged(rate, bottleneck);
    }
  }
}
