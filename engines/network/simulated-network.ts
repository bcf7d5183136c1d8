/**
 * The simulated network: hosts, their links to the core and to one another, and packets on their way between them.
 *
 * A packet's size is that of its Ethernet frame without preamble and check sequence: 14 bytes, then IP, TCP or UDP, payload.
 * At each link it waits in the queue, is serialised at the link's rate and travels for the link's latency (link.ts). The
 * core adds nothing. Packets of a host to itself take LOOPBACK_DELAY and no link. A host that is down forwards and takes
 * nothing; what is under way to it vanishes.
 */
import { formatDuration } from '../format.ts';
import type { Kernel, Timer } from '../kernel/kernel.ts';
import type { Process } from '../kernel/process.ts';
import type { StepOutcome } from '../protocol.ts';
import { type Bytes, MICROSECOND, type Nanoseconds } from '../quantities.ts';
import type { Recorder } from '../recorder.ts';
import type { Action, Scenario } from '../scenario.ts';
import type { Host } from './host.ts';
import { FlowNetwork } from './flows/flow-network.ts';
import { type UdpDatagram, UdpExchanges } from './host-udp.ts';
import { LOST } from './link.ts';
import type { CrashAction } from './scenario.ts';
import { SimulatedHost } from './simulated-host.ts';
import type { Segment } from './tcp/segment.ts';
import { type Path, Topology } from './topology.ts';

const LOOPBACK_DELAY: Nanoseconds = 10 * MICROSECOND;

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
  readonly #topology: Topology;
  readonly #hosts: SimulatedHost[] = [];
  readonly #indexByName = new Map<string, number>();
  readonly #indexByAddress = new Map<string, number>();
  readonly #roles: Role[][] = [];
  readonly #restoring: (Timer | null)[] = [];

  constructor(kernel: Kernel, scenario: Scenario, recorder: Recorder) {
    this.kernel = kernel;
    this.recorder = recorder;
    this.exchanges = new UdpExchanges(kernel, recorder);
    this.#topology = new Topology(scenario, (purpose) => kernel.random(purpose));
    scenario.hosts.forEach((declaration, i) => {
      this.#indexByName.set(declaration.name, i);
      this.#indexByAddress.set(declaration.address, i);
    });
    const addresses = scenario.hosts.map((declaration) => declaration.address);
    this.addressOf = (host) => addresses[host] as string;
    const directions = 2 * (scenario.hosts.length + scenario.links.length);
    this.flows =
      scenario.fidelity === 'packets'
        ? null
        : new FlowNetwork(
            {
              kernel,
              recorder,
              hostAt: (address) => this.hostAt(address),
              addressOf: this.addressOf,
              path: (from, to) => this.#topology.path(from, to),
              blocked: () => false,
            },
            directions,
          );
    for (const [i, declaration] of scenario.hosts.entries()) {
      this.#hosts.push(new SimulatedHost(this, declaration, i));
      this.#roles.push([]);
      this.#restoring.push(null);
    }
  }

  readonly addressOf: (host: number) => string;

  /** Throws for a name that the scenario does not declare. */
  host(name: string): Host {
    return this.#hosts[this.#indexOf(name)] as SimulatedHost;
  }

  /** Index of the host with that address, or −1. */
  hostAt(address: string): number {
    return this.#indexByAddress.get(address) ?? -1;
  }

  /** Runs `role` on that host as an event of this moment, and again after each restore. Roles of a host run in the order given. */
  boot(hostName: string, name: string, role: (host: Host) => Process): void {
    const index = this.#indexOf(hostName);
    this.#roles[index]?.push({ name, role });
    this.#start(index, { name, role });
  }

  /** The host loses power: its processes end, its sockets and connections are gone without a word; its disk stays. */
  crash(name: string): void {
    const index = this.#indexOf(name);
    this.#cancelRestore(index);
    this.#hosts[index]?.crash();
  }

  /** The host boots: its roles start anew. Does nothing to a host that is up. */
  restore(name: string): void {
    const index = this.#indexOf(name);
    this.#cancelRestore(index);
    const host = this.#hosts[index] as SimulatedHost;
    if (host.up) return;
    host.restore();
    for (const role of this.#roles[index] as Role[]) this.#start(index, role);
  }

  /** Runs a step of the network's own; undefined for other actions. */
  perform(action: Action): Process<StepOutcome> | undefined {
    return action.kind === 'network.crash' ? this.#perform(action) : undefined;
  }

  *#perform({ host: name, downFor }: CrashAction): Process<StepOutcome> {
    this.crash(name);
    if (downFor === null) return { outcome: `${name} is down for the rest of the run`, succeeded: true };
    // The crash has happened, whatever comes of it: the step after it does not wait for the boot.
    const { cause } = this.kernel;
    this.kernel.cause = -1;
    this.#restoring[this.#indexOf(name)] = this.kernel.schedule(downFor, () => {
      this.kernel.cause = cause;
      this.restore(name);
    });
    this.kernel.cause = cause;
    return { outcome: `${name} is down for ${formatDuration(downFor)}`, succeeded: true };
  }

  /** Sends a packet that is recorded in row `row`; it arrives at host `to`, or nowhere. */
  send(from: number, to: number, size: Bytes, row: number, payload: Segment | UdpDatagram): void {
    if (from === to) {
      this.kernel.schedule(LOOPBACK_DELAY, () => this.#deliver(to, row, payload));
      return;
    }
    const path = this.#topology.path(from, to);
    let hop = 0;
    const advance = (): void => {
      if (hop > 0) {
        const node = (path as Path)[hop - 1]?.to as number;
        if (node === to) {
          this.#deliver(to, row, payload);
          return;
        }
        // The core is up always; a host on the way may not be.
        if (this.#hosts[node]?.up === false) {
          this.recorder.losePacket(row, 'host down');
          return;
        }
      }
      const arrival = path[hop++]?.offer(this.kernel.now, size) ?? LOST;
      if (arrival === LOST) this.recorder.losePacket(row, 'lost');
      else this.kernel.schedule(arrival - this.kernel.now, advance);
    };
    advance();
  }

  #deliver(to: number, row: number, payload: Segment | UdpDatagram): void {
    const host = this.#hosts[to] as SimulatedHost;
    if (!host.up) {
      this.recorder.losePacket(row, 'host down');
      return;
    }
    this.recorder.receivePacket(row, this.kernel.now);
    host.arrive(payload);
  }

  #start(index: number, { name, role }: Role): void {
    const host = this.#hosts[index] as SimulatedHost;
    const life = host.life;
    this.kernel.schedule(0, () => {
      if (host.up && host.life === life) host.spawn(name, role(host));
    });
  }

  #cancelRestore(index: number): void {
    const timer = this.#restoring[index] ?? null;
    if (timer !== null) this.kernel.cancel(timer);
    this.#restoring[index] = null;
  }

  #indexOf(name: string): number {
    const index = this.#indexByName.get(name);
    if (index === undefined) throw new Error(`no host is called “${name}”`);
    return index;
  }
}
