/**
 * The Host: all that an engine sees of the world.
 *
 * Protocol roles are written against these interfaces only. The simulated network (this folder) and the live loopback
 * transport (engines/live) both implement them, so one SMTP server is simulated, captured and served to a real mail client
 * without a second line of SMTP. Whatever can take time on a real machine is a process, even where the simulation answers
 * at once. What can fail in the field is a value, never an exception.
 */
import type { Content } from '../content.ts';
import type { Process, Task } from '../kernel/process.ts';
import type { RandomStream } from '../kernel/random.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { TrafficSecret } from '../tls/record-protection.ts';

/** Dotted IPv4. */
export type Address = string;

export interface Endpoint {
  readonly address: Address;
  /** 1 to 65535. */
  readonly port: number;
}

export interface Host {
  readonly name: string;
  /** Behind a NAT, its private one: nobody outside reaches it by that. */
  readonly address: Address;
  /** Local DNS servers in the order to be tried, as in resolv.conf. */
  readonly nameservers: readonly Address[];

  now(): Nanoseconds;
  /** A random stream of its own for each purpose; what one purpose draws never changes what another draws. */
  random(purpose: string): RandomStream;
  /** Done after `duration`. With `background`, the wait alone does not keep a simulation from ending. */
  sleep(duration: Nanoseconds, options?: { readonly background?: boolean }): Process;
  /** Starts a process on this host; it is stopped if the host crashes. */
  spawn<T>(name: string, process: Process<T>): Task<T>;

  /** Index of the step on whose behalf things happen now, or −1. Follows every message, timer and process by itself; set it where work is picked up for another step (a queue). */
  cause: number;
  /** Survives a crash. Everything else a host knows is gone. */
  readonly disk: Disk;
  /** Tells the run what happened inside the host. */
  readonly narrator: Narrator;

  listen(port: number): Process<Listener | ListenFailure>;
  connect(remote: Endpoint, options?: ConnectOptions): Process<Connection | ConnectFailure>;
  /** A UDP socket on that port; 0 draws an unused ephemeral port at random (RFC 6056 §3.3.1). */
  bind(port: number): Process<DatagramSocket | ListenFailure>;
  /**
   * Sends a UDP datagram whose source is a lie, as a raw socket can: `source` need not be this host. It takes this host's way to
   * `to`; whatever is replied goes to `source`. Best effort, as `send`. False where nobody may do that.
   */
  forge(bytes: Uint8Array, source: Endpoint, to: Endpoint, message: MessageInfo): boolean;
}

export interface ConnectOptions {
  /** 0 or absent: ephemeral. */
  readonly localPort?: number;
  /** How long to try; absent: as long as TCP does. */
  readonly timeout?: Nanoseconds;
}

/** Something that did not come about, and why, in the words of the field. */
export interface ListenFailure {
  /** `address in use`: the port is taken, or of the ephemeral ones all are. */
  readonly failure: 'address in use' | 'not permitted';
}
export interface ConnectFailure {
  /** `address in use`: this pair of endpoints has a connection, or no ephemeral port is left for one. */
  readonly failure: 'refused' | 'timed out' | 'unreachable' | 'reset' | 'address in use';
}
/** `const connection = yield* host.connect(…); if (failed(connection)) …` */
export function failed<T extends object>(value: T): value is Extract<T, { readonly failure: string }> {
  return 'failure' in value;
}

export interface Listener {
  readonly local: Endpoint;
  /** The next established connection; null once closed. */
  accept(): Process<Connection | null>;
  /** No new connections; accepted ones live on. */
  close(): void;
}

/** How an application message is told in the run. */
export interface MessageInfo {
  /** `smtp`, `dns`: names the dissector, too. */
  readonly protocol: string;
  /** The protocol's own kind, handed to its dissector: `command`, `reply`, `content`, `query`, `response`. */
  readonly kind: string;
  /** One line for the arrow. */
  readonly label: string;
  /** What it carries under protection, for whoever has the keys. */
  readonly inner?: ProtectedMessage;
}

/** A message inside of protected records, which the one that travels is made of. */
export interface ProtectedMessage {
  readonly protocol: string;
  readonly kind: string;
  readonly label: string;
  /** What the records are opened with. */
  readonly secret: TrafficSecret;
  /** Number of the first record under that secret. */
  readonly sequence: number;
}

/** A reliable ordered byte stream, as TCP gives it to an application. */
export interface Connection {
  readonly local: Endpoint;
  /** As this host knows it: behind a NAT, the other side calls itself otherwise. */
  readonly remote: Endpoint;
  /** Row of the connection in the run: the same at both ends, whatever NATs are between them. */
  readonly number: number;
  /** The next content that has arrived, at least one byte; null when none will come any more: see `ending`. */
  read(): Process<Content | null>;
  /**
   * Hands one application message to the stream; done when it is buffered for sending (the send buffer may make it wait).
   * False when the connection was broken before that. With `unsent`, done as soon as no more than that has not been sent yet: for
   * who would rather decide late what comes next than fill the buffer (TCP_NOTSENT_LOWAT, for this write alone).
   */
  write(content: Content, message: MessageInfo, unsent?: Bytes): Process<boolean>;
  /** Done when the other side has acknowledged all that was written; false when it never will. For who waits for an answer to much. */
  allAcknowledged(): Process<boolean>;
  /** Nothing more to send: FIN after what is buffered. Reading goes on until the other side closes, too. */
  close(): void;
  /** RST: drops what is buffered, both ways. */
  abort(): void;
  /** Why reading ended: null while open; `closed` by the other side's FIN. */
  readonly ending: null | 'closed' | 'reset' | 'timed out';
}

export interface Datagram {
  readonly bytes: Uint8Array;
  /** As NATs on the way have left it. */
  readonly from: Endpoint;
}

export interface DatagramSocket {
  readonly local: Endpoint;
  /** Best effort. Longer than 65,507 bytes is not sent. */
  send(bytes: Uint8Array, to: Endpoint, message: MessageInfo): void;
  /** The next datagram; null once closed. */
  receive(): Process<Datagram | null>;
  close(): void;
}

/** Named plain values. Deep copies go in and out, so nothing on a disk changes behind its back. */
export interface Disk {
  get<T>(name: string): T | undefined;
  set(name: string, value: unknown): void;
  delete(name: string): void;
  /** In the order in which they were first set. */
  names(): readonly string[];
}

export interface Narrator {
  /** Sets an entry of one of this host's stores on the state timeline; `value` null removes it. `note` shows on the diagram. */
  state(store: string, key: string, value: string | null, details?: { readonly note?: string; readonly expiresAt?: Nanoseconds }): void;
  /** A note on this host's lifeline that changes no store. */
  note(text: string): void;
  /** Adds a value to a metric's series; the metric must stand in the engine's catalogue. */
  measure(metric: string, subjects: readonly string[], value: number): void;
}
