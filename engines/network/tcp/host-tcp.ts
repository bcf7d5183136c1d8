/** TCP of one host: its listeners, its connections, and the answer to segments that belong to neither. */

import type { Kernel } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import type { Recorder } from '../../recorder.ts';
import type { TcpSettings } from '../../scenario.ts';
import { AcceptQueue } from '../accept-queue.ts';
import type { ConnectFailure, Connection, ConnectOptions, Endpoint, Listener, ListenFailure } from '../host.ts';
import { type Surroundings, TcpConnection } from './connection.ts';
import { Conversation } from './conversation.ts';
import { initialSequence, opened, pairOf } from './opening.ts';
import { ACK, frameSize, RST, type Segment, SYN, sequenceLength } from './segment.ts';

export interface TcpNetwork {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  /** Index of the host that what `from` sends to that address is for; −1 when there is none. */
  hostAt(address: string, from: number): number;
  addressOf(host: number): string;
  send(from: number, to: number, size: Bytes, row: number, segment: Segment): void;
  /**
   * Where it is there, told of a sender's congestion window and smoothed round-trip time (NaN: none yet): at most once a round
   * trip, and at each loss. The numbers are indexes of hosts.
   */
  observe?(from: number, to: number, window: Bytes, roundTrip: Nanoseconds): void;
}

export class HostTcp implements Surroundings {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly hostIndex: number;
  readonly settings: TcpSettings;
  readonly #network: TcpNetwork;
  readonly #address: string;
  readonly #ephemeralPort: (taken: (port: number) => boolean) => number | null;
  /** False while the host is down: nothing can be opened, nothing is sent. */
  #powered = true;
  readonly #listeners = new Map<number, AcceptQueue>();
  readonly #connections = new Map<number, TcpConnection>();

  constructor(
    network: TcpNetwork,
    hostIndex: number,
    settings: TcpSettings,
    ephemeralPort: (taken: (port: number) => boolean) => number | null,
  ) {
    this.kernel = network.kernel;
    this.recorder = network.recorder;
    this.#network = network;
    this.hostIndex = hostIndex;
    this.settings = settings;
    this.#address = network.addressOf(hostIndex);
    this.#ephemeralPort = ephemeralPort;
  }

  listen(port: number): Listener | ListenFailure {
    if (!this.#powered) return { failure: 'not permitted' };
    const chosen = port === 0 ? this.#ephemeralPort((candidate) => this.#listeners.has(candidate)) : port;
    if (chosen === null || this.#listeners.has(chosen)) return { failure: 'address in use' };
    const listener = new AcceptQueue({ address: this.#address, port: chosen }, this.kernel, () => this.#listeners.delete(chosen));
    this.#listeners.set(chosen, listener);
    return listener;
  }

  *connect(remote: Endpoint, options?: ConnectOptions): Process<Connection | ConnectFailure> {
    const remoteHost = this.#network.hostAt(remote.address, this.hostIndex);
    if (remoteHost < 0 || !this.#powered) return { failure: 'unreachable' };
    const taken = (port: number): boolean => this.#connections.has(pairOf(port, remoteHost, remote.port)) || this.#listeners.has(port);
    const port = options?.localPort || this.#ephemeralPort(taken);
    if (port === null) return { failure: 'address in use' };
    const known = this.#connections.get(pairOf(port, remoteHost, remote.port));
    // RFC 9293 §3.6.1 allows a new connection out of TIME-WAIT; any other state means that the pair of endpoints is in use.
    if (known && known.state !== 'TIME-WAIT') return { failure: 'address in use' };
    known?.abort();
    const local = { address: this.#address, port };
    const sequence = initialSequence(this.kernel, local, remote);
    const conversation = new Conversation(
      this.recorder.openConnection({
        transport: 'tcp',
        client: this.hostIndex,
        clientPort: port,
        server: remoteHost,
        serverPort: remote.port,
        at: this.kernel.now,
        clientIsn: sequence,
      }),
    );
    const connection = new TcpConnection(this, conversation, false, local, { ...remote }, remoteHost, sequence);
    this.#connections.set(pairOf(port, remoteHost, remote.port), connection);
    return yield* opened(this.kernel, connection, options);
  }

  arrive(segment: Segment): void {
    const id = pairOf(segment.toPort, segment.from, segment.fromPort);
    const connection = this.#connections.get(id);
    const opensAnew = (segment.flags & (SYN | ACK | RST)) === SYN;
    if (connection) {
      if (!(opensAnew && connection.mayReopen(segment))) {
        connection.arrive(segment);
        return;
      }
      connection.abort();
    }
    if (segment.flags & RST) return;
    const listener = this.#listeners.get(segment.toPort);
    // RFC 9293 §3.10.7.2: a listener answers an ACK with RST, takes a SYN and drops anything else.
    if (listener && !(segment.flags & (SYN | ACK))) return;
    if (listener && opensAnew) {
      const local = { address: this.#address, port: segment.toPort };
      const remote = { address: this.#network.addressOf(segment.from), port: segment.fromPort };
      const sequence = initialSequence(this.kernel, local, remote);
      const { conversation } = segment;
      if (!conversation.accepted) this.recorder.setServerIsn(conversation.connection, sequence);
      conversation.accepted = true;
      const accepted = new TcpConnection(this, conversation, true, local, remote, segment.from, sequence);
      this.#connections.set(id, accepted);
      accepted.acceptSyn(segment);
      return;
    }
    this.refuse(segment);
  }

  /** Something here waits for segments from that endpoint: an index of a host and a port. */
  awaits(port: number, remoteHost: number, remotePort: number): boolean {
    return this.#listeners.has(port) || this.#connections.has(pairOf(port, remoteHost, remotePort));
  }

  /** A listener or a connection has that port. */
  usesPort(port: number): boolean {
    if (this.#listeners.has(port)) return true;
    for (const { local } of this.#connections.values()) if (local.port === port) return true;
    return false;
  }

  /** Power fails: from now on nothing is sent. */
  powerOff(): void {
    this.#powered = false;
  }

  powerOn(): void {
    this.#powered = true;
  }

  /** Everything is gone at once and without a word. */
  vanish(): void {
    const listeners = [...this.#listeners.values()];
    const connections = [...this.#connections.values()];
    this.#listeners.clear();
    this.#connections.clear();
    for (const listener of listeners) listener.vanish();
    for (const connection of connections) connection.vanish();
  }

  // What connections ask for.

  transmit(segment: Segment, to: number): void {
    if (!this.#powered) return;
    const row = this.recorder.sendPacket(segment, this.kernel.now, this.kernel.cause);
    this.#network.send(this.hostIndex, to, frameSize(segment), row, segment);
  }

  observe(connection: TcpConnection, window: Bytes, roundTrip: Nanoseconds): void {
    const other = this.recorder.otherEnd(connection.number, connection.isServer);
    this.#network.observe?.(this.hostIndex, other, window, roundTrip);
  }

  established(connection: TcpConnection): void {
    const listener = this.#listeners.get(connection.local.port);
    if (listener) listener.offer(connection);
    else connection.abort();
  }

  forget(connection: TcpConnection): void {
    const id = pairOf(connection.local.port, connection.remoteHost, connection.remote.port);
    if (this.#connections.get(id) === connection) this.#connections.delete(id);
  }

  /** RFC 9293 §3.10.7.1: a segment for no connection is answered with RST. */
  refuse(segment: Segment): void {
    const acknowledges = (segment.flags & ACK) !== 0;
    const reset: Segment = {
      kind: 'tcp',
      from: this.hostIndex,
      fromPort: segment.toPort,
      toPort: segment.fromPort,
      conversation: segment.conversation,
      connection: segment.connection,
      fromServer: !segment.fromServer,
      flags: acknowledges ? RST : RST | ACK,
      sequence: acknowledges ? segment.acknowledgment : 0,
      acknowledgment: acknowledges ? 0 : (segment.sequence + sequenceLength(segment)) % 4294967296,
      window: 0,
      streamStart: 0,
      length: 0,
      message: -1,
      retransmission: false,
      options: null,
    };
    this.transmit(reset, segment.from);
  }
}
