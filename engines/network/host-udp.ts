/**
 * UDP of one host (RFC 768). A datagram to a port without a socket is dropped in silence, there at its host: there is no ICMP here.
 *
 * A datagram longer than the MTU travels as its IPv4 fragments would: its size on the wire counts a header for each, and
 * it is lost or arrives as a whole.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { type Process, wait } from '../kernel/process.ts';
import type { Bytes } from '../quantities.ts';
import type { Recorder } from '../recorder.ts';
import type { Datagram, DatagramSocket, Endpoint, ListenFailure, MessageInfo } from './host.ts';
import { endpointOf, type Forgery, type Header } from './middleboxes/header.ts';

export interface UdpDatagram extends Envelope {
  readonly kind: 'udp';
  readonly bytes: Uint8Array;
  /** Index of the message in the run. */
  readonly message: number;
}

/** Whom it says that it comes from, and what it belongs to. */
interface Envelope {
  /** The host whose address its IP header has as source; −1 for a forged one that no host has. */
  readonly from: number;
  readonly fromPort: number;
  /** null where that is true. */
  readonly forged: Forgery | null;
  readonly toPort: number;
  readonly exchange: Exchange;
  /** The exchange's server sent it. */
  readonly fromServer: boolean;
}

/** 65,535 bytes of IPv4 less its header and UDP's. */
export const LONGEST_DATAGRAM: Bytes = 65_507;
/** Payload of one IPv4 fragment: 1,500 bytes less the header, a multiple of 8 (RFC 791 §3.1). */
const FRAGMENT_PAYLOAD: Bytes = 1_480;
/** Ethernet and IPv4 headers of each fragment. */
const FRAGMENT_HEADERS: Bytes = 14 + 20;

/** Bytes on the wire of a datagram with that payload. */
export function datagramSize(payload: Bytes): Bytes {
  const udp = 8 + payload;
  return udp + FRAGMENT_HEADERS * Math.ceil(udp / FRAGMENT_PAYLOAD);
}

export interface UdpNetwork {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  hostAt(address: string, from: number): number;
  addressOf(host: number): string;
  readonly exchanges: UdpExchanges;
  send(from: number, to: number, size: Bytes, row: number, datagram: UdpDatagram): void;
}

/** The endpoints of an exchange, as its client names them. */
interface Parties {
  readonly client: number;
  readonly clientPort: number;
  /** Host and port of the endpoint that the client sends to. */
  readonly calls: number;
  readonly callsPort: number;
  /** The address that the client claims to have; null for its own. */
  readonly forgedSource: string | null;
}

export interface Exchange extends Parties {
  readonly connection: number;
  closed: boolean;
  /** Endpoints that NATs on the way have put in place of the client's, and of the one that it sends to (middleboxes/header.ts); null before. */
  clientSeen: number | null;
  reaches: number | null;
  /** What has begun in its place, under another mapping. */
  successor: Exchange | null;
}

/** The same for both directions. */
function nameOf(from: number, fromPort: number, to: number, toPort: number): string {
  const forward = from < to || (from === to && fromPort <= toPort);
  return forward ? `${from} ${fromPort} ${to} ${toPort}` : `${to} ${toPort} ${from} ${fromPort}`;
}

function keyOf({ client, clientPort, calls, callsPort, forgedSource }: Parties): string {
  if (forgedSource === null) return nameOf(client, clientPort, calls, callsPort);
  return `${client} as ${forgedSource} ${clientPort} ${calls} ${callsPort}`;
}

/** The run's UDP connections, one a pair of endpoints; who sends first is the client. */
export class UdpExchanges {
  readonly #recorder: Recorder;
  readonly #kernel: Kernel;
  readonly #exchanges = new Map<string, Exchange>();

  constructor(kernel: Kernel, recorder: Recorder) {
    this.#kernel = kernel;
    this.#recorder = recorder;
  }

  between(from: number, fromPort: number, to: number, toPort: number): Exchange {
    const name = nameOf(from, fromPort, to, toPort);
    const known = this.#exchanges.get(name);
    // What comes late for a socket that is closed belongs to its exchange; a new socket on that port begins a new one.
    if (known && !(known.closed && known.client === from && known.clientPort === fromPort)) return known;
    return this.#open({ client: from, clientPort: fromPort, calls: to, callsPort: toPort, forgedSource: null });
  }

  /** One a pair of endpoints, too, of which the sender's is a lie: no reply belongs to it. */
  forged(from: number, source: Endpoint, to: number, toPort: number): Exchange {
    const parties = { client: from, clientPort: source.port, calls: to, callsPort: toPort, forgedSource: source.address };
    return this.#exchanges.get(keyOf(parties)) ?? this.#open(parties);
  }

  /**
   * A NAT has rewritten a datagram of an exchange's client, which is recorded in row `row`: datagrams of both sides belong to the
   * exchange, whatever endpoints they name. Where a mapping was forgotten and another one made, a new exchange begins.
   */
  translated(row: number, datagram: UdpDatagram, { from, fromPort, to, toPort, forged = null }: Header): UdpDatagram {
    let { exchange } = datagram;
    if (datagram.fromServer) return { ...datagram, from, fromPort, toPort };
    // Where the source is a lie still, the run has the true sender.
    const sender = forged?.sender ?? from;
    const client = endpointOf(sender, fromPort);
    const server = endpointOf(to, toPort);
    const calls = endpointOf(exchange.calls, exchange.callsPort);
    const before = { client: exchange.clientSeen ?? client, server: exchange.reaches ?? server };
    if (before.client !== client || (server !== calls && before.server !== server)) {
      const begun = this.#open(exchange);
      this.#recorder.moveDatagram(row, datagram.message, begun.connection);
      exchange.successor = begun;
      exchange = begun;
    }
    exchange.clientSeen = client;
    if (server !== calls) {
      exchange.reaches = server;
      this.#recorder.leadMessage(datagram.message, to);
    }
    if (exchange.forgedSource === null) this.#exchanges.set(nameOf(from, fromPort, to, toPort), exchange);
    this.#recorder.translateConnection(exchange.connection, { from: sender, fromPort, to, toPort });
    return { ...datagram, from, fromPort, toPort, forged, exchange };
  }

  #open({ client, clientPort, calls, callsPort, forgedSource }: Parties): Exchange {
    const opening = { transport: 'udp', client, clientPort, server: calls, serverPort: callsPort, at: this.#kernel.now } as const;
    const connection = this.#recorder.openConnection(forgedSource === null ? opening : { ...opening, forgedSource });
    const parties = { client, clientPort, calls, callsPort, forgedSource };
    const exchange: Exchange = { connection, ...parties, closed: false, clientSeen: null, reaches: null, successor: null };
    this.#exchanges.set(keyOf(parties), exchange);
    return exchange;
  }

  close(exchange: Exchange): void {
    if (exchange.successor) this.close(exchange.successor);
    if (exchange.closed) return;
    exchange.closed = true;
    this.#recorder.closeConnection(exchange.connection, this.#kernel.now, 'closed');
  }
}

export class HostUdp {
  readonly #network: UdpNetwork;
  readonly #hostIndex: number;
  readonly #address: string;
  readonly #ephemeralPort: (taken: (port: number) => boolean) => number | null;
  readonly #sockets = new Map<number, UdpSocket>();
  #powered = true;

  constructor(network: UdpNetwork, hostIndex: number, ephemeralPort: (taken: (port: number) => boolean) => number | null) {
    this.#network = network;
    this.#hostIndex = hostIndex;
    this.#address = network.addressOf(hostIndex);
    this.#ephemeralPort = ephemeralPort;
  }

  bind(port: number): DatagramSocket | ListenFailure {
    if (!this.#powered) return { failure: 'not permitted' };
    const chosen = port === 0 ? this.#ephemeralPort((candidate) => this.#sockets.has(candidate)) : port;
    if (chosen === null || this.#sockets.has(chosen)) return { failure: 'address in use' };
    const socket = new UdpSocket(this.#network, this.#hostIndex, { address: this.#address, port: chosen }, () => {
      if (this.#sockets.get(chosen) === socket) this.#sockets.delete(chosen);
    });
    this.#sockets.set(chosen, socket);
    return socket;
  }

  /** A socket has that port. */
  usesPort(port: number): boolean {
    return this.#sockets.has(port);
  }

  forge(bytes: Uint8Array, source: Endpoint, to: Endpoint, info: MessageInfo): boolean {
    const target = this.#network.hostAt(to.address, this.#hostIndex);
    if (!this.#powered) return false;
    if (target < 0 || bytes.length > LONGEST_DATAGRAM) return true;
    const exchange = this.#network.exchanges.forged(this.#hostIndex, source, target, to.port);
    const from = this.#network.hostAt(source.address, this.#hostIndex);
    const forged = { source: source.address, sender: this.#hostIndex };
    const envelope = { from, fromPort: source.port, forged, toPort: to.port, exchange, fromServer: false };
    transmit(this.#network, this.#hostIndex, target, envelope, bytes, info);
    return true;
  }

  arrive(datagram: UdpDatagram): void {
    // It has come as far as its addresses lead, whether or not anybody listens there.
    this.#network.recorder.receiveMessage(datagram.message, this.#network.kernel.now);
    this.#sockets.get(datagram.toPort)?.arrive(datagram);
  }

  powerOff(): void {
    this.#powered = false;
    for (const socket of this.#sockets.values()) socket.powerOff();
  }

  powerOn(): void {
    this.#powered = true;
  }

  vanish(): void {
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    for (const socket of sockets) socket.close();
  }
}

/** Tells a datagram of host `sender` to the run and puts it on its way to the host `to`, whose address it names. */
function transmit(network: UdpNetwork, sender: number, to: number, envelope: Envelope, bytes: Uint8Array, info: MessageInfo): void {
  const { kernel, recorder } = network;
  const { fromServer } = envelope;
  const { connection } = envelope.exchange;
  const own = bytes.slice();
  // Behind a NAT it is another one than the host that has the address.
  const receiver = recorder.otherEnd(connection, fromServer);
  const message = recorder.sendMessage(kernel.now, sender, receiver, connection, own, info, kernel.cause, 0);
  const packet = {
    connection,
    fromServer,
    flags: 0,
    sequence: 0,
    acknowledgment: 0,
    window: 0,
    streamStart: 0,
    length: own.length,
    message,
    retransmission: false,
    options: null,
  };
  const row = recorder.sendPacket(packet, kernel.now, kernel.cause);
  network.send(sender, to, datagramSize(own.length), row, { kind: 'udp', ...envelope, bytes: own, message });
}

class UdpSocket implements DatagramSocket {
  readonly local: Endpoint;
  readonly #network: UdpNetwork;
  readonly #hostIndex: number;
  readonly #closed: () => void;
  readonly #exchanges = new Set<Exchange>();
  readonly #waiting: { readonly datagram: Datagram; readonly cause: number }[] = [];
  readonly #receivers: ((datagram: Datagram | null) => void)[] = [];
  #open = true;
  #powered = true;

  constructor(network: UdpNetwork, hostIndex: number, local: Endpoint, closed: () => void) {
    this.#network = network;
    this.#hostIndex = hostIndex;
    this.local = local;
    this.#closed = closed;
  }

  send(bytes: Uint8Array, to: Endpoint, info: MessageInfo): void {
    const { exchanges } = this.#network;
    const target = this.#network.hostAt(to.address, this.#hostIndex);
    // No such host: there is no route, and the datagram goes nowhere.
    if (!this.#open || !this.#powered || target < 0 || bytes.length > LONGEST_DATAGRAM) return;
    const exchange = exchanges.between(this.#hostIndex, this.local.port, target, to.port);
    const isClient = exchange.client === this.#hostIndex && exchange.clientPort === this.local.port;
    if (isClient) this.#exchanges.add(exchange);
    const envelope = { from: this.#hostIndex, fromPort: this.local.port, forged: null, toPort: to.port, exchange, fromServer: !isClient };
    transmit(this.#network, this.#hostIndex, target, envelope, bytes, info);
  }

  receive(): Process<Datagram | null> {
    return wait<Datagram | null>((resume) => {
      const next = this.#waiting.shift();
      if (next || !this.#open) {
        if (next) this.#network.kernel.cause = next.cause;
        resume(next?.datagram ?? null);
        return () => {};
      }
      this.#receivers.push(resume);
      return () => {
        const i = this.#receivers.indexOf(resume);
        if (i >= 0) this.#receivers.splice(i, 1);
      };
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closed();
    for (const exchange of this.#exchanges) this.#network.exchanges.close(exchange);
    this.#waiting.length = 0;
    for (const receiver of this.#receivers.splice(0)) receiver(null);
  }

  powerOff(): void {
    this.#powered = false;
  }

  arrive(datagram: UdpDatagram): void {
    const { kernel } = this.#network;
    const given = {
      bytes: datagram.bytes,
      from: { address: datagram.forged?.source ?? this.#network.addressOf(datagram.from), port: datagram.fromPort },
    };
    const receiver = this.#receivers.shift();
    if (receiver) receiver(given);
    else this.#waiting.push({ datagram: given, cause: kernel.cause });
  }
}
