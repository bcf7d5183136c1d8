/** The Host of the simulation: what host.ts promises, over the kernel and the simulated network. */
import type { Kernel } from '../kernel/kernel.ts';
import { atOnce, type Process, start, type Task, wait } from '../kernel/process.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { Recorder } from '../recorder.ts';
import type { HostDeclaration } from '../scenario.ts';
import { MemoryDisk } from './disk.ts';
import type { FlowNetwork } from './flows/flow-network.ts';
import { HostFlows } from './flows/host-flows.ts';
import type {
  ConnectFailure,
  Connection,
  ConnectOptions,
  DatagramSocket,
  Disk,
  Endpoint,
  Host,
  Listener,
  ListenFailure,
  MessageInfo,
  Narrator,
} from './host.ts';
import { HostUdp, type UdpDatagram, type UdpNetwork } from './host-udp.ts';
import type { Header } from './middleboxes/header.ts';
import type { Middleboxes } from './middleboxes/middleboxes.ts';
import type { Transport } from './scenario.ts';
import { HostTcp, type TcpNetwork } from './tcp/host-tcp.ts';
import type { Segment } from './tcp/segment.ts';

/** The dynamic ports, 49152 to 65535 (RFC 6335 §6). */
const FIRST_EPHEMERAL_PORT = 49_152;
const EPHEMERAL_PORTS = 16_384;

/** What a host needs of its network. */
export interface HostNetwork extends TcpNetwork, UdpNetwork {
  readonly flows: FlowNetwork | null;
  readonly middleboxes: Middleboxes | null;
  diverted(remote: Endpoint, caller: string): Endpoint;
  send(from: number, to: number, size: Bytes, row: number, packet: Segment | UdpDatagram): void;
}

export class SimulatedHost implements Host {
  readonly name: string;
  readonly address: string;
  readonly nameservers: readonly string[];
  readonly narrator: Narrator;
  /** False from a crash until the host is restored. */
  up = true;
  /** Counts the boots, so that what was meant for an earlier life is known as such. */
  life = 0;

  readonly #kernel: Kernel;
  readonly #network: HostNetwork;
  readonly #disk = new MemoryDisk();
  readonly #tasks = new Set<Task>();
  readonly #tcp: HostTcp | HostFlows;
  readonly #udp: HostUdp;

  constructor(network: HostNetwork, declaration: HostDeclaration, index: number) {
    this.name = declaration.name;
    this.address = declaration.address;
    this.nameservers = declaration.nameservers;
    this.#kernel = network.kernel;
    this.#network = network;
    this.narrator = new SimulatedNarrator(network.kernel, network.recorder, index, () => this.up);
    const { middleboxes } = network;
    // What stands for a host behind its NAT is not the router's own to use.
    const unmapped = (transport: Transport, taken: (port: number) => boolean) =>
      this.#ephemeralPort(middleboxes ? (port) => taken(port) || middleboxes.maps(index, transport, port) : taken);
    const ephemeralPort = (taken: (port: number) => boolean) => unmapped('tcp', taken);
    this.#tcp = network.flows
      ? new HostFlows(network.flows, index, declaration.tcp, ephemeralPort)
      : new HostTcp(network, index, declaration.tcp, ephemeralPort);
    this.#udp = new HostUdp(network, index, (taken) => unmapped('udp', taken));
  }

  now(): Nanoseconds {
    return this.#kernel.now;
  }

  random(purpose: string): RandomStream {
    return this.#kernel.random(`host ${this.name} ${purpose}`);
  }

  sleep(duration: Nanoseconds, options?: { readonly background?: boolean }): Process {
    return wait<void>((resume) => {
      const timer = this.#kernel.schedule(duration, () => resume(), options);
      return () => this.#kernel.cancel(timer);
    });
  }

  spawn<T>(name: string, process: Process<T>): Task<T> {
    if (!this.up) return neverStarted(name);
    let task: Task<T> | undefined;
    let ended = false;
    task = start(name, process, () => {
      ended = true;
      if (task) this.#tasks.delete(task as Task);
    });
    if (!ended) this.#tasks.add(task as Task);
    return task;
  }

  get cause(): number {
    return this.#kernel.cause;
  }

  set cause(step: number) {
    this.#kernel.cause = step;
  }

  get disk(): Disk {
    return this.#disk;
  }

  listen(port: number): Process<Listener | ListenFailure> {
    return atOnce(() => this.#tcp.listen(port));
  }

  connect(remote: Endpoint, options?: ConnectOptions): Process<Connection | ConnectFailure> {
    return this.#tcp.connect(this.#network.diverted(remote, this.address), options);
  }

  bind(port: number): Process<DatagramSocket | ListenFailure> {
    return atOnce(() => this.#udp.bind(port));
  }

  /** A process here waits for such a packet. */
  awaits({ transport, from, fromPort, toPort }: Header): boolean {
    return transport === 'udp' ? this.#udp.usesPort(toPort) : this.#tcp.awaits(toPort, from, fromPort);
  }

  usesPort(transport: Transport, port: number): boolean {
    return (transport === 'udp' ? this.#udp : this.#tcp).usesPort(port);
  }

  /** The firewall in front of it has not let a segment in, and answers. */
  reject(segment: Segment): void {
    if (this.#tcp instanceof HostTcp) this.#tcp.refuse(segment);
  }

  forge(bytes: Uint8Array, source: Endpoint, to: Endpoint, message: MessageInfo): boolean {
    return this.#udp.forge(bytes, source, to, message);
  }

  /** What the network brings. */
  arrive(payload: Segment | UdpDatagram): void {
    if (payload.kind !== 'tcp') this.#udp.arrive(payload);
    else if (this.#tcp instanceof HostTcp) this.#tcp.arrive(payload);
  }

  /** Loses power. Processes are stopped first, unable to send, write or tell anything; then whoever else waits here is told. */
  crash(): void {
    if (!this.up) return;
    this.up = false;
    this.#disk.powered = false;
    this.#tcp.powerOff();
    this.#udp.powerOff();
    for (const task of [...this.#tasks]) task.stop();
    this.#tasks.clear();
    this.#tcp.vanish();
    this.#udp.vanish();
  }

  restore(): void {
    if (this.up) return;
    this.up = true;
    this.life++;
    this.#disk.powered = true;
    this.#tcp.powerOn();
    this.#udp.powerOn();
  }

  /** RFC 6056 §3.3.1: the first free one of the dynamic ports, counted from a random one; null when none is free. */
  #ephemeralPort(taken: (port: number) => boolean): number | null {
    const first = this.random('ephemeral port').below(EPHEMERAL_PORTS);
    for (let i = 0; i < EPHEMERAL_PORTS; i++) {
      const port = FIRST_EPHEMERAL_PORT + ((first + i) % EPHEMERAL_PORTS);
      if (!taken(port)) return port;
    }
    return null;
  }
}

class SimulatedNarrator implements Narrator {
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #host: number;
  readonly #up: () => boolean;

  constructor(kernel: Kernel, recorder: Recorder, host: number, up: () => boolean) {
    this.#kernel = kernel;
    this.#recorder = recorder;
    this.#host = host;
    this.#up = up;
  }

  state(store: string, key: string, value: string | null, details?: { readonly note?: string; readonly expiresAt?: Nanoseconds }): void {
    if (!this.#up()) return;
    this.#recorder.state(this.#kernel.now, this.#host, store, key, value, this.#kernel.cause, details?.note, details?.expiresAt);
  }

  note(text: string): void {
    if (this.#up()) this.#recorder.state(this.#kernel.now, this.#host, '', '', null, this.#kernel.cause, text);
  }

  measure(metric: string, subjects: readonly string[], value: number): void {
    this.#recorder.measure(this.#kernel.now, metric, subjects, value);
  }
}

/** A task on a host that is down. */
function neverStarted<T>(name: string): Task<T> {
  return { name, done: false, result: undefined, whenDone() {}, stop() {} };
}
