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

export interface UdpDatagram {
  readonly kind: 'udp';
  /** What its IP header says. */
  readonly fromAddress: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly bytes: Uint8Array;
  /** Index of the message in the run. */
  readonly message: number;
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

interface Exchange {
  readonly connection: number;
  readonly client: number;
  readonly clientPort: number;
  closed: boolean;
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
    const forward = from < to || (from === to && fromPort <= toPort);
    const name = forward ? `${from} ${fromPort} ${to} ${toPort}` : `${to} ${toPort} ${from} ${fromPort}`;
    const known = this.#exchanges.get(name);
    // What comes late for a socket that is closed belongs to its exchange; a new socket on that port begins a new one.
    if (known && !(known.closed && known.client === from && known.clientPort === fromPort)) return known;
    const exchange = {
      connection: this.#recorder.openConnection({
        transport: 'udp',
        client: from,
        clientPort: fromPort,
        server: to,
        serverPort: toPort,
        at: this.#kernel.now,
      }),
      client: from,
      clientPort: fromPort,
      closed: false,
    };
    this.#exchanges.set(name, exchange);
    return exchange;
  }

  /** One a pair of endpoints, too, of which the sender's is a lie: no reply belongs to it. */
  forged(from: number, source: Endpoint, to: number, toPort: number): Exchange {
    const name = `${from} as ${source.address} ${source.port} ${to} ${toPort}`;
    let exchange = this.#exchanges.get(name);
    if (!exchange) {
      const connection = this.#recorder.openConnection({
        transport: 'udp',
        client: from,
        clientPort: source.port,
        server: to,
        serverPort: toPort,
        at: this.#kernel.now,
        forgedSource: source.address,
      });
      exchange = { connection, client: from, clientPort: source.port, closed: false };
      this.#exchanges.set(name, exchange);
    }
    return exchange;
  }

  close(exchange: Exchange): void {
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

  forge(bytes: Uint8Array, source: Endpoint, to: Endpoint, info: MessageInfo): boolean {
    const target = this.#network.hostAt(to.address, this.#hostIndex);
    if (!this.#powered) return false;
    if (target < 0 || bytes.length > LONGEST_DATAGRAM) return true;
    const exchange = this.#network.exchanges.forged(this.#hostIndex, source, target, to.port);
    transmit(this.#network, this.#hostIndex, exchange, true, source, target, to.port, bytes, info);
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

/** Tells a datagram to the run and puts it on its way. */
function transmit(
  network: UdpNetwork,
  from: number,
  { connection }: Exchange,
  fromClient: boolean,
  source: Endpoint,
  to: number,
  toPort: number,
  bytes: Uint8Array,
  info: MessageInfo,
): void {
  const { kernel, recorder } = network;
  const own = bytes.slice();
  const message = recorder.sendMessage(kernel.now, from, to, connection, own, info, kernel.cause, 0);
  const packet = {
    connection,
    fromServer: !fromClient,
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
  network.send(from, to, datagramSize(own.length), row, {
    kind: 'udp',
    fromAddress: source.address,
    fromPort: source.port,
    toPort,
    bytes: own,
    message,
  });
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
    transmit(this.#network, this.#hostIndex, exchange, isClient, this.local, target, to.port, bytes, info);
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
      from: { address: datagram.fromAddress, port: datagram.fromPort },
    };
    const receiver = this.#receivers.shift();
    if (receiver) receiver(given);
    else this.#waiting.push({ datagram: given, cause: kernel.cause });
  }
}
