/** TCP of one host at flow level: its listeners and its connections. The same to its host as HostTcp (tcp/host-tcp.ts). */

import type { Process } from '../../kernel/process.ts';
import type { TcpSettings } from '../../scenario.ts';
import { AcceptQueue } from '../accept-queue.ts';
import type { ConnectFailure, Connection, ConnectOptions, Endpoint, Listener, ListenFailure } from '../host.ts';
import type { Header } from '../middleboxes/header.ts';
import { Conversation } from '../tcp/conversation.ts';
import { initialSequence, opened, pairOf } from '../tcp/opening.ts';
import { FlowConnection, type FlowHost } from './connection.ts';
import type { FlowNetwork, Passed } from './flow-network.ts';
import { HEADERS } from './route.ts';

export class HostFlows implements FlowHost {
  readonly network: FlowNetwork;
  readonly hostIndex: number;
  readonly settings: TcpSettings;
  readonly #address: string;
  readonly #ephemeralPort: (taken: (port: number) => boolean) => number | null;
  #powered = true;
  readonly #listeners = new Map<number, AcceptQueue>();
  readonly #connections = new Map<number, FlowConnection>();

  constructor(
    network: FlowNetwork,
    hostIndex: number,
    settings: TcpSettings,
    ephemeralPort: (taken: (port: number) => boolean) => number | null,
  ) {
    this.network = network;
    this.hostIndex = hostIndex;
    this.settings = settings;
    this.#address = network.addressOf(hostIndex);
    this.#ephemeralPort = ephemeralPort;
    network.hosts[hostIndex] = this;
  }

  get powered(): boolean {
    return this.#powered;
  }

  listen(port: number): Listener | ListenFailure {
    if (!this.#powered) return { failure: 'not permitted' };
    const chosen = port === 0 ? this.#ephemeralPort((candidate) => this.#listeners.has(candidate)) : port;
    if (chosen === null || this.#listeners.has(chosen)) return { failure: 'address in use' };
    const { kernel } = this.network;
    const listener = new AcceptQueue({ address: this.#address, port: chosen }, kernel, () => this.#listeners.delete(chosen));
    this.#listeners.set(chosen, listener);
    return listener;
  }

  *connect(remote: Endpoint, options?: ConnectOptions): Process<Connection | ConnectFailure> {
    const { network } = this;
    const { kernel, recorder } = network;
    const remoteHost = network.hostAt(remote.address, this.hostIndex);
    const remoteFlows = network.hosts[remoteHost];
    if (!remoteFlows || !this.#powered) return { failure: 'unreachable' };
    const taken = (port: number): boolean => this.#connections.has(pairOf(port, remoteHost, remote.port)) || this.#listeners.has(port);
    const port = options?.localPort || this.#ephemeralPort(taken);
    if (port === null) return { failure: 'address in use' };
    const known = this.#connections.get(pairOf(port, remoteHost, remote.port));
    // RFC 9293 §3.6.1 allows a new connection out of TIME-WAIT; any other state means that the pair of endpoints is in use.
    if (known && known.state !== 'TIME-WAIT') return { failure: 'address in use' };
    known?.abort();
    const local = { address: this.#address, port };
    const conversation = new Conversation(
      recorder.openConnection({
        transport: 'tcp',
        client: this.hostIndex,
        clientPort: port,
        server: remoteHost,
        serverPort: remote.port,
        at: kernel.now,
        clientIsn: initialSequence(this.network.kernel, local, remote),
      }),
    );
    const connection = new FlowConnection(this, remoteFlows, remoteHost, conversation, false, local, { ...remote });
    this.#connections.set(pairOf(port, remoteHost, remote.port), connection);
    return yield* opened(kernel, connection, options);
  }

  /** A SYN of `client`, which is for this host, as NATs on its way have left it. */
  takeSyn(client: FlowConnection, { from, fromPort, toPort: port }: Header, passed: Passed): void {
    const id = pairOf(port, from, fromPort);
    const known = this.#connections.get(id);
    if (known?.state === 'SYN-RECEIVED' && known.peer !== client) known.supersede();
    else if (known && known.state !== 'TIME-WAIT') {
      if (known.peer === client || known.peer === null) this.#answerAgain(known, client, passed);
      return;
    } else known?.abort();
    if (client.state !== 'SYN-SENT') return;
    const { network } = this;
    if (!this.#listeners.has(port)) {
      network.send(this.hostIndex, client.from, HEADERS, client, () => client.refused());
      return;
    }
    const local = { address: this.#address, port };
    const remote = { address: network.addressOf(from), port: fromPort };
    const { conversation } = client;
    if (!conversation.accepted) network.recorder.setServerIsn(conversation.connection, initialSequence(this.network.kernel, local, remote));
    conversation.accepted = true;
    const accepted = new FlowConnection(this, network.hosts[client.from] as HostFlows, from, conversation, true, local, remote);
    this.#connections.set(id, accepted);
    accepted.answerSyn(client, passed);
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

  /** A SYN that came before, or the other side's where both opened at once (RFC 9293 §3.5, figure 7). */
  #answerAgain(known: FlowConnection, client: FlowConnection, passed: Passed): void {
    if (known.state === 'SYN-SENT' && client.number < known.number) known.join(client.conversation);
    known.answerSyn(client, passed);
  }

  /** Who reaches whom may have changed. */
  pathsChanged(): void {
    for (const connection of [...this.#connections.values()]) connection.sending.pathChanged();
  }

  /** Power fails: from now on nothing is sent. */
  powerOff(): void {
    for (const connection of [...this.#connections.values()]) connection.tellArrived();
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

  established(connection: FlowConnection): void {
    const listener = this.#listeners.get(connection.local.port);
    if (listener) listener.offer(connection);
    else connection.abort();
  }

  forget(connection: FlowConnection): void {
    const id = pairOf(connection.local.port, connection.remoteHost, connection.remote.port);
    if (this.#connections.get(id) === connection) this.#connections.delete(id);
  }
}
