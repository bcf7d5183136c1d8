/**
 * Where a host's DNS queries come from: the IDs and the UDP ports that an off-path attacker has to guess (RFC 5452 §4.3, §4.5).
 *
 * Theory of operation. By default a query goes from a port of its own, drawn from all ephemeral ones, with an ID drawn from all
 * 65,536 (RFC 5452 §9.2). A resolver may be set to fewer of either, as old ones were: its few ports stay open then, and what
 * arrives on one is handed to the query with that ID.
 */
import { type Process, wait } from '../../kernel/process.ts';
import { type Datagram, type DatagramSocket, type Endpoint, failed, type Host } from '../../network/host.ts';
import type { QuerySettings } from '../scenario.ts';

/** The first of the ports that a resolver with few of them uses (RFC 6335 §6: the dynamic ones). */
export const FIRST_SOURCE_PORT = 49_152;
export const ALL_IDS = 0x10000;
/** 49152 to 65535. */
export const ALL_SOURCE_PORTS = 16_384;

/** What one query needs of a UDP socket. */
export type QueryChannel = Pick<DatagramSocket, 'send' | 'receive' | 'close'>;

const sources = new WeakMap<Host, QuerySource>();
/** Replies that matched no query, by host; they count for the whole run. */
const mismatches = new WeakMap<Host, number>();

/** Sets how the host's queries leave from now on: at each boot, since open ports do not outlive a crash. */
export function setQuerySource(host: Host, settings: QuerySettings): void {
  sources.set(host, new QuerySource(host, settings));
}

/** The ID for the next query, 0 to 65535. */
export function drawId(host: Host): number {
  return sources.get(host)?.drawId() ?? host.random('dns id').below(ALL_IDS);
}

/** A way out for the query with that ID, and in for its replies; undefined where no socket can be had. */
export function* openChannel(host: Host, id: number): Process<QueryChannel | undefined> {
  const source = sources.get(host);
  if (source?.sharesPorts) return yield* source.channel(id);
  const socket = yield* host.bind(0);
  return failed(socket) ? undefined : socket;
}

/** How many replies that do not match a query the host puts up with; infinity for any number. */
export function mismatchesAllowed(host: Host): number {
  return sources.get(host)?.tcpAfter ?? Number.POSITIVE_INFINITY;
}

/** Tells how many replies a query got that did not match it. */
export function tellMismatches(host: Host, count: number): void {
  if (count === 0) return;
  const total = (mismatches.get(host) ?? 0) + count;
  mismatches.set(host, total);
  host.narrator.measure('mismatched replies', [host.name], total);
}

class QuerySource {
  readonly #host: Host;
  readonly #settings: QuerySettings;
  readonly #ports = new Map<number, SharedPort>();
  #lastId: number | undefined;

  constructor(host: Host, settings: QuerySettings) {
    this.#host = host;
    this.#settings = settings;
  }

  get sharesPorts(): boolean {
    return this.#settings.ports < ALL_SOURCE_PORTS;
  }

  get tcpAfter(): number | undefined {
    return this.#settings.tcpAfter;
  }

  drawId(): number {
    const { ids, order } = this.#settings;
    const stream = this.#host.random('dns id');
    this.#lastId = order === 'sequential' && this.#lastId !== undefined ? (this.#lastId + 1) % ids : stream.below(ids);
    return this.#lastId;
  }

  *channel(id: number): Process<QueryChannel | undefined> {
    const { ports } = this.#settings;
    const port = FIRST_SOURCE_PORT + this.#host.random('dns source port').below(ports);
    let shared = this.#ports.get(port);
    if (!shared) {
      const socket = yield* this.#host.bind(port);
      if (failed(socket)) return undefined;
      shared = new SharedPort(this.#host, socket);
      this.#ports.set(port, shared);
    }
    return shared.channel(id);
  }
}

/** A port that stays open for all queries that go from it. */
class SharedPort {
  readonly #host: Host;
  readonly #socket: DatagramSocket;
  readonly #channels = new Set<SharedChannel>();

  constructor(host: Host, socket: DatagramSocket) {
    this.#host = host;
    this.#socket = socket;
    host.spawn('replies to queries', this.#dispatch());
  }

  channel(id: number): QueryChannel {
    const channel = new SharedChannel(this.#host, id, this.#socket, () => this.#channels.delete(channel));
    this.#channels.add(channel);
    return channel;
  }

  *#dispatch(): Process {
    for (;;) {
      const datagram = yield* this.#socket.receive();
      if (datagram === null) return;
      const id = datagram.bytes.length < 2 ? -1 : ((datagram.bytes[0] as number) << 8) | (datagram.bytes[1] as number);
      const open = [...this.#channels];
      const meant = open.filter((channel) => channel.id === id);
      if (meant.length > 0) for (const channel of meant) channel.arrive(datagram);
      // It belongs to no query: the oldest one has to look at it, and counts it.
      else if (open[0]) open[0].arrive(datagram);
      else tellMismatches(this.#host, 1);
    }
  }
}

class SharedChannel implements QueryChannel {
  readonly id: number;
  readonly #host: Host;
  readonly #socket: DatagramSocket;
  readonly #closed: () => void;
  readonly #waiting: { readonly datagram: Datagram; readonly cause: number }[] = [];
  #receiver: ((datagram: Datagram | null) => void) | null = null;
  #open = true;

  constructor(host: Host, id: number, socket: DatagramSocket, closed: () => void) {
    this.#host = host;
    this.id = id;
    this.#socket = socket;
    this.#closed = closed;
  }

  send(bytes: Uint8Array, to: Endpoint, message: Parameters<DatagramSocket['send']>[2]): void {
    if (this.#open) this.#socket.send(bytes, to, message);
  }

  receive(): Process<Datagram | null> {
    return wait<Datagram | null>((resume) => {
      const next = this.#waiting.shift();
      if (next || !this.#open) {
        if (next) this.#host.cause = next.cause;
        resume(next?.datagram ?? null);
        return () => {};
      }
      this.#receiver = resume;
      return () => {
        this.#receiver = null;
      };
    });
  }

  arrive(datagram: Datagram): void {
    const receiver = this.#receiver;
    this.#receiver = null;
    if (receiver) receiver(datagram);
    else this.#waiting.push({ datagram, cause: this.#host.cause });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#closed();
    const receiver = this.#receiver;
    this.#receiver = null;
    receiver?.(null);
  }
}
