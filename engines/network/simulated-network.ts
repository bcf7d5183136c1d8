/**
 * The simulated network: hosts, the links that join them to the core and to one another, and what happens to both.
 *
 * A packet's size is that of its Ethernet frame without preamble and check sequence: 14 bytes, then IP, TCP or UDP, payload.
 * At each link it waits in the queue, is serialised at the link's rate and travels for the link's latency (link.ts). The
 * core adds nothing. A host that is down forwards and takes nothing; what is under way to it vanishes (transit.ts).
 */
import type { Kernel } from '../kernel/kernel.ts';
import { atOnce, type Process } from '../kernel/process.ts';
import type { PathFigures, StepOutcome } from '../protocol.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { Recorder, Series } from '../recorder.ts';
import type { Action, Scenario } from '../scenario.ts';
import { Faults } from './faults.ts';
import { FlowNetwork } from './flows/flow-network.ts';
import type { Endpoint, Host } from './host.ts';
import { UdpExchanges } from './host-udp.ts';
import type { LinkDirection } from './link.ts';
import { AddressRealms } from './middleboxes/address-realms.ts';
import type { Header } from './middleboxes/header.ts';
import { Middleboxes } from './middleboxes/middleboxes.ts';
import { Partitions } from './partitions.ts';
import type { NetworkAction } from './scenario.ts';
import { SimulatedHost } from './simulated-host.ts';
import { Topology } from './topology.ts';
import { type Packet, Transit } from './transit.ts';
import { type Listener, Wiretap } from './wiretap.ts';

interface Role {
  readonly name: string;
  readonly role: (host: Host) => Process;
}

export class SimulatedNetwork {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly exchanges: UdpExchanges;
  /** TCP at `flows` fidelity; null at `packets`. */
  readonly flows: FlowNetwork | null;
  readonly topology: Topology;
  /** null where there are no NATs and firewalls. */
  readonly middleboxes: Middleboxes | null;
  readonly partitions = new Partitions();
  readonly addressOf: (host: number) => string;
  readonly nameOf = (host: number): string => this.#names[host] as string;
  readonly #transit: Transit;
  readonly #faults: Faults;
  readonly #names: readonly string[];
  /** By pair of hosts: what is measured of TCP from the one to the other. */
  readonly #observed = new Map<number, { readonly subjects: readonly string[]; readonly window: Series; roundTrip: Series | null }>();
  readonly #hosts: SimulatedHost[] = [];
  readonly #indexByName = new Map<string, number>();
  readonly #addresses: AddressRealms;
  readonly #roles: Role[][] = [];
  /** By endpoint: the address that connections to it reach instead. */
  readonly #diversions = new Map<string, string>();

  constructor(kernel: Kernel, scenario: Scenario, recorder: Recorder) {
    this.kernel = kernel;
    this.recorder = recorder;
    this.exchanges = new UdpExchanges(kernel, recorder);
    this.topology = new Topology(scenario, (purpose) => kernel.random(purpose));
    this.#faults = new Faults(this, scenario.links);
    for (const [i, { name }] of scenario.hosts.entries()) this.#indexByName.set(name, i);
    this.#names = scenario.hosts.map(({ name }) => name);
    const addresses = scenario.hosts.map((declaration) => declaration.address);
    this.addressOf = (host) => addresses[host] as string;
    this.middleboxes = Middleboxes.of(scenario, {
      kernel,
      recorder,
      indexOf: (name) => this.indexOf(name),
      addressOf: this.addressOf,
      nameOf: this.nameOf,
      holderOf: (host) => this.#addresses.holderOf(host),
      awaits: (host, header) => (this.#hosts[host] as SimulatedHost).awaits(header),
      usesPort: (host, transport, port) => (this.#hosts[host] as SimulatedHost).usesPort(transport, port),
    });
    this.#addresses = new AddressRealms(addresses, (host) => this.middleboxes?.gatewayOf(host) ?? -1);
    this.#transit = new Transit(kernel, recorder, this.topology, this.partitions, this.middleboxes, {
      // The core is up always.
      isUp: (node) => node === scenario.hosts.length || this.isUp(node),
      arrive: (host, packet) => (this.#hosts[host] as SimulatedHost).arrive(packet),
      translated: (row, packet, header) => this.#translated(row, packet, header),
      reject: (host, packet) => {
        if (packet.kind === 'tcp') (this.#hosts[host] as SimulatedHost).reject(packet);
      },
    });
    this.flows = scenario.fidelity === 'flows' ? new FlowNetwork(this) : null;
    for (const [i, declaration] of scenario.hosts.entries()) {
      this.#hosts.push(new SimulatedHost(this, declaration, i));
      this.#roles.push([]);
    }
    if (this.flows) for (const direction of this.topology.directions) this.#followTrace(this.flows, direction);
  }

  /** Throws for a name that the scenario does not declare. */
  host(name: string): Host {
    return this.#hosts[this.indexOf(name)] as SimulatedHost;
  }

  /**
   * Index of the host that what `from` sends to that address is for; −1 where no host has it, for `from`. Of hosts that share the
   * address (anycast, RFC 4786) it is the nearest by latency that is up and can be reached, the one declared first among equals;
   * the first of all where none can.
   */
  hostAt(address: string, from: number): number {
    const sharing = this.#addresses.hostsAt(address, from);
    return sharing.length > 1 ? this.#nearest(sharing, from) : (sharing[0] ?? -1);
  }

  #nearest(hosts: readonly number[], from: number): number {
    let best = hosts[0] as number;
    let least = Number.POSITIVE_INFINITY;
    for (const host of hosts) {
      const path = host === from ? [] : this.topology.path(from, host);
      if (!path || !this.isUp(host)) continue;
      const latency = path.reduce((sum, { properties }) => sum + properties.latency, 0);
      if (latency >= least) continue;
      best = host;
      least = latency;
    }
    return best;
  }

  /** What the path from one host to another offers at its best; null where none leads there now. */
  path(from: string, to: string): PathFigures | null {
    const path = this.topology.path(this.indexOf(from), this.indexOf(to));
    if (!path) return null;
    let rate = Number.POSITIVE_INFINITY;
    let latency = 0;
    for (const { properties } of path) {
      const periods = properties.trace ?? [{ rate: properties.rate, latency: null }];
      rate = Math.min(
        rate,
        periods.reduce((best, period) => Math.max(best, period.rate), 0),
      );
      latency += periods.reduce((least, period) => Math.min(least, period.latency ?? properties.latency), Number.POSITIVE_INFINITY);
    }
    return { rate, latency };
  }

  /** Throws for a name that the scenario does not declare. */
  indexOf(name: string): number {
    const index = this.#indexByName.get(name);
    if (index === undefined) throw new Error(`no host is called “${name}”`);
    return index;
  }

  /** Runs `role` on that host as an event of this moment, and again after each restore. Roles of a host run in the order given. */
  boot(hostName: string, name: string, role: (host: Host) => Process): void {
    const index = this.indexOf(hostName);
    this.#roles[index]?.push({ name, role });
    this.#start(index, { name, role });
  }

  /** See World.tap. */
  tap(hostName: string, listener: Listener): void {
    this.recorder.wiretap ??= new Wiretap(this.nameOf);
    this.recorder.wiretap.add(this.indexOf(hostName), listener);
  }

  /** See World.divert. As after a forged answer of ARP or DNS: packets then carry the attacker's address. */
  divert(server: string, port: number, attacker: string): void {
    const target = this.addressOf(this.indexOf(server));
    this.#diversions.set(`${target}:${port}`, this.addressOf(this.indexOf(attacker)));
  }

  /** Where a connection to an endpoint ends that a host of that address makes. */
  diverted(remote: Endpoint, caller: string): Endpoint {
    if (this.#diversions.size === 0) return remote;
    const address = this.#diversions.get(`${remote.address}:${remote.port}`);
    return address === undefined || address === caller ? remote : { address, port: remote.port };
  }

  /** False from a crash until the host is restored. */
  isUp(host: number): boolean {
    return (this.#hosts[host] as SimulatedHost).up;
  }

  /** The host loses power: its processes end, its sockets and connections are gone without a word; its disk stays. */
  crash(name: string): void {
    const index = this.indexOf(name);
    this.#hosts[index]?.crash();
    this.middleboxes?.crash(index);
    // Its network interfaces lose power with it.
    for (const direction of this.topology.leaving(index)) direction.drop(this.kernel.now);
    this.topology.setForwarding(index, false);
    this.routesChanged();
  }

  /** The host boots: its roles start anew. Does nothing to a host that is up. */
  restore(name: string): void {
    const index = this.indexOf(name);
    const host = this.#hosts[index] as SimulatedHost;
    if (host.up) return;
    host.restore();
    this.topology.setForwarding(index, true);
    this.routesChanged();
    for (const role of this.#roles[index] as Role[]) this.#start(index, role);
  }

  /** Links, forwarding hosts or partitions have changed. */
  routesChanged(): void {
    this.flows?.routesChanged();
  }

  /** Runs a step of the network's own; undefined for other actions. */
  perform(action: Action): Process<StepOutcome> | undefined {
    return action.kind.startsWith('network.') ? atOnce(() => this.#faults.perform(action as NetworkAction)) : undefined;
  }

  /** What TCP tells of a sender that has something under way. */
  observe(from: number, to: number, window: Bytes, roundTrip: Nanoseconds): void {
    const { kernel, recorder } = this;
    const pair = from * this.#hosts.length + to;
    let observed = this.#observed.get(pair);
    if (!observed) {
      const subjects = [this.#names[from] as string, this.#names[to] as string];
      observed = { subjects, window: recorder.seriesOf('congestion window', subjects), roundTrip: null };
      this.#observed.set(pair, observed);
    }
    recorder.addTo(observed.window, kernel.now, window);
    if (Number.isNaN(roundTrip)) return;
    observed.roundTrip ??= recorder.seriesOf('round-trip time', observed.subjects);
    recorder.addTo(observed.roundTrip, kernel.now, roundTrip);
  }

  /** Sends a packet that is recorded in row `row`; it arrives at host `to`, or nowhere. */
  send(from: number, to: number, size: Bytes, row: number, packet: Packet): void {
    this.#transit.send(from, to, size, row, packet);
  }

  #translated(row: number, packet: Packet, header: Header): Packet {
    if (packet.kind === 'udp') return this.exchanges.translated(row, packet, header);
    if (!packet.fromServer) this.recorder.translateConnection(packet.connection, header);
    return { ...packet, from: header.from, fromPort: header.fromPort, toPort: header.toPort };
  }

  /** Packets ask a line for its rate when they come; flows are told whenever its trace changes it. */
  #followTrace(flows: FlowNetwork, direction: LinkDirection): void {
    const { now } = this.kernel;
    const next = direction.nextChange(now);
    if (next === Number.POSITIVE_INFINITY) return;
    const change = (): void => {
      flows.rateChanged(direction);
      this.#followTrace(flows, direction);
    };
    this.kernel.schedule(next - now, change, { background: true });
  }

  #start(index: number, { name, role }: Role): void {
    const host = this.#hosts[index] as SimulatedHost;
    const life = host.life;
    this.kernel.schedule(0, () => {
      if (host.up && host.life === life) host.spawn(name, role(host));
    });
  }
}
