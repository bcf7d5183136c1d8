/**
 * The contract out: a Run says what happened.
 *
 * Plain, structured-cloneable, versioned data. Anything that can grow with the run is a table of columns (typed arrays of
 * one length and, for text, indexes into `strings`; −1 is "none"), so that a million messages stay cheap and a viewer can
 * look at a window of them. Times are nanoseconds of virtual time; NaN is "never".
 */
import type { Nanoseconds } from './quantities.ts';
import type { SourceRange, View } from './scenario.ts';

export interface Run {
  readonly format: 3;
  /** Version of the engines that made it. A run's identity is its scenario, seed and engine version. */
  readonly engine: string;
  readonly title: string;
  readonly seed: number;
  readonly fidelity: 'packets' | 'flows';
  /** Virtual time at the end. */
  readonly duration: Nanoseconds;
  readonly sources: readonly string[];
  readonly strings: readonly string[];
  readonly hosts: readonly RunHost[];
  /** Explicit links, as the scenario declares them. */
  readonly links: readonly RunLink[];
  /** What stood there before the first step: hosts, and what runs on them, in the order of the scenario. */
  readonly declared: readonly Declaration[];
  readonly steps: readonly RunStep[];
  readonly connections: ConnectionTable;
  readonly messages: MessageTable;
  readonly innerMessages: InnerMessageTable;
  readonly secrets: SecretTable;
  readonly packets: PacketTable;
  readonly crossings: CrossingTable;
  readonly flows: FlowTable;
  readonly states: StateTable;
  readonly series: readonly MetricSeries[];
  readonly checks: readonly Check[];
  readonly views: readonly View[];
  readonly statistics: Statistics;
  /** The literal bytes of all messages, cut by `messages.start` and `.length`, and of packets' options. */
  readonly bytes: Uint8Array;
  /** Lower-case hex SHA-256 over everything above but `sources` and source ranges. Equal runs have equal fingerprints. */
  readonly fingerprint: string;
}

export interface RunHost {
  readonly name: string;
  readonly address: string;
  readonly implicit: boolean;
}

export interface RunLink {
  /** Indexes into `hosts`. */
  readonly a: number;
  readonly b: number;
}

export interface Declaration {
  /** `host`, the kind of a Service (`dns.zone`, `mail.mailbox`, …), or `network.inside` for the hosts behind a NAT. */
  readonly kind: string;
  /** Of a zone its origin, of a mailbox its address, of hosts behind a NAT its router, of anything else its host. */
  readonly name: string;
  /** Indexes into `hosts`: where it runs. */
  readonly hosts: readonly number[];
  /** True where the language filled it in. */
  readonly implicit: boolean;
  /** Index into `sources` of the document that declared it; −1 where none did. */
  readonly source: number;
}

export interface RunStep {
  readonly text: string;
  readonly at: SourceRange;
  readonly parent: number;
  /** NaN when it never began (its turn never came). */
  readonly startedAt: Nanoseconds;
  /** NaN when it was not done when the run ended. */
  readonly endedAt: Nanoseconds;
  /** One line for the author: `delivered to bob@hamburger.edu`, `128.119.245.12`, `NXDOMAIN`. Empty when it never ended, unless simulated time ended first: it says so then. */
  readonly outcome: string;
  /** False when what the step set out to do did not come about (bounced, refused, no such name, never ended). */
  readonly succeeded: boolean;
}

/** Conversations between two endpoints: TCP connections, and UDP exchanges (one a pair of endpoints). */
export interface ConnectionTable {
  /** Number of rows; every column has as many entries. */
  readonly rows: number;
  /** Index into `strings`: `tcp` or `udp`. */
  readonly transport: Int32Array;
  /** The application protocol, known when its first message is recorded; index into `strings`. */
  readonly protocol: Int32Array;
  /** Index into `hosts` of the side that opened it, and its port. */
  readonly client: Int32Array;
  readonly clientPort: Int32Array;
  readonly server: Int32Array;
  readonly serverPort: Int32Array;
  /**
   * Behind NATs, the endpoints as the other side knows them: the address (that of a host, by its index) and port that the client's
   * packets come from where they arrive, and those that the client sends to. Elsewhere the client's and the server's own.
   */
  readonly clientSeen: Int32Array;
  readonly clientSeenPort: Int32Array;
  readonly serverSeen: Int32Array;
  readonly serverSeenPort: Int32Array;
  readonly openedAt: Float64Array;
  /** TCP: when the client knew that the connection was established (its SYN was answered); NaN for never, and for UDP. */
  readonly establishedAt: Float64Array;
  /** NaN while open. */
  readonly closedAt: Float64Array;
  /** Index into `strings`: `closed`, `reset`, `refused`, `timed out`, `open`. */
  readonly ending: Int32Array;
  /** Initial sequence numbers of client and server (TCP). */
  readonly clientIsn: Uint32Array;
  readonly serverIsn: Uint32Array;
  /** UDP: the address that the client's packets carry as their source, where it is a lie; index into `strings`, −1 for its own. */
  readonly forgedSource: Int32Array;
}

/** Messages of the application layer: one arrow each. */
export interface MessageTable {
  readonly rows: number;
  readonly sentAt: Float64Array;
  /** When its last byte was delivered to the receiving application; NaN when it never was. */
  readonly receivedAt: Float64Array;
  /** Indexes into `hosts`. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly connection: Int32Array;
  /** Index into `strings`: `dns`, `smtp`, … */
  readonly protocol: Int32Array;
  /** Index into `strings`: the protocol's own kind (`query`, `response`, `command`, `reply`, `content`). */
  readonly kind: Int32Array;
  /** Index into `strings`: one line for the arrow, such as `MAIL FROM:<alice@crepes.fr>`. */
  readonly label: Int32Array;
  /** Index into `steps` of the step that caused it, or −1. */
  readonly step: Int32Array;
  /** Where its bytes begin in `Run.bytes`; for bulk content, the offset within that content. */
  readonly start: Float64Array;
  /** Bytes. */
  readonly length: Float64Array;
  /** 0: literal bytes. Otherwise the seed of generated bulk content (see content.ts). */
  readonly bulk: Uint32Array;
  /** Where it begins in its direction of the connection's byte stream (TCP), in bytes from 0. 0 for UDP. */
  readonly streamStart: Float64Array;
  /**
   * Row in `innerMessages` of what it carries under protection, or −1. `start`, `length` and `bulk` are those of the records that travel; of
   * bulk content that is protected, `bulk` and `start` are the content's own, and `length` the records'. See message-content.ts.
   */
  readonly inner: Int32Array;
}

/** What messages carry under protection: only who has the secret can tell. One row a message that is made of protected records. */
export interface InnerMessageTable {
  readonly rows: number;
  /** Indexes into `strings`, as in MessageTable. */
  readonly protocol: Int32Array;
  readonly kind: Int32Array;
  readonly label: Int32Array;
  /** Row in `secrets`: what its records are opened with. */
  readonly secret: Int32Array;
  /** Number of its first record under that secret. */
  readonly sequence: Float64Array;
}

/** The secrets of TLS sessions, each for one direction until its keys change: the key log. All indexes into `strings`. */
export interface SecretTable {
  readonly rows: number;
  /** `TLS_AES_128_GCM_SHA256`. */
  readonly suite: Int32Array;
  /** As key logs call it: `CLIENT_TRAFFIC_SECRET_0`. */
  readonly label: Int32Array;
  /** The random of the session's ClientHello, hexadecimal. */
  readonly clientRandom: Int32Array;
  /** Hexadecimal. */
  readonly secret: Int32Array;
}

/**
 * Packets on the wire: one row a TCP segment or UDP datagram as it was sent, retransmissions included. At `flows` fidelity
 * TCP has no segments: see FlowTable.
 */
export interface PacketTable {
  readonly rows: number;
  readonly sentAt: Float64Array;
  /** NaN: lost on the way; `fate` says how. */
  readonly receivedAt: Float64Array;
  /** What became of it: an index into PACKET_FATES. */
  readonly fate: Uint8Array;
  /** Index into `hosts` of the one whose firewall or NAT dropped it; −1 where none did. */
  readonly droppedBy: Int32Array;
  /** Where the network itself made this packet: the row of the one that it is a copy of; −1 for packets that hosts sent. */
  readonly copyOf: Int32Array;
  readonly connection: Int32Array;
  /** 1 where the server of the connection sent it, else 0. */
  readonly fromServer: Uint8Array;
  /** TCP flags as on the wire (RFC 9293 §3.1: FIN 1, SYN 2, RST 4, PSH 8, ACK 16); 0 for UDP. */
  readonly flags: Uint8Array;
  /** Wire values, modulo 2^32. */
  readonly sequence: Uint32Array;
  readonly acknowledgment: Uint32Array;
  /** The 16-bit field as sent, before scaling. */
  readonly window: Uint16Array;
  /** TCP: where the payload begins in its direction of the stream, in bytes from 0. UDP: 0. */
  readonly streamStart: Float64Array;
  /** Payload bytes. */
  readonly length: Int32Array;
  /** UDP: the message it carries; TCP: −1 (see streamStart). */
  readonly message: Int32Array;
  /** 1 where these bytes were sent before. */
  readonly retransmission: Uint8Array;
  readonly step: Int32Array;
  /** TCP options, padded to four bytes: where they begin in `Run.bytes`, and how many bytes they are, 0 to 40. */
  readonly optionsStart: Uint32Array;
  readonly optionsLength: Uint8Array;
}

/** What can become of a packet, in the order of the numbers in `PacketTable.fate`. */
export const PACKET_FATES = [
  'under way',
  'delivered',
  /** By chance, at the loss ratio of a line. */
  'lost',
  /** The queue in front of a line was full. */
  'queue full',
  /** A line on the way failed. */
  'line down',
  /** The receiver or a host on the way was down, or the sender went down before all of it had arrived. */
  'host down',
  'partitioned',
  /** No way led to the receiver. */
  'unreachable',
  /** A firewall did not let it pass. */
  'firewall',
  /** A NAT had no mapping that would let it pass. */
  'no mapping',
  /** A NAT saw that the source could not lie on the side where it came from. */
  'forged source',
] as const;
export type PacketFate = (typeof PACKET_FATES)[number];

/**
 * When packets left the near end of the explicit links on their way (access links: see `packets.sentAt` and `.receivedAt`), and
 * when NATs translated them; of one packet, in the order of its way.
 */
export interface CrossingTable {
  readonly rows: number;
  /** Row in `packets`; below 0, at `flows` fidelity: the first bit of a stretch, whose row in `flows` is −1 − `packet`. */
  readonly packet: Int32Array;
  /** Index into `links`; below 0: the NAT on host −1 − `link`. */
  readonly link: Int32Array;
  /** 1 on the way from `b` to `a`, or to a host behind the NAT. */
  readonly reverse: Uint8Array;
  /** When the last bit was put on the line, or the packet was translated. */
  readonly at: Float64Array;
}

/**
 * What TCP connections sent at `flows` fidelity: each row is a stretch of one direction's stream that went out at one rate.
 * The stretches of a direction follow each other without a gap in the stream; between two of them time may pass.
 */
export interface FlowTable {
  readonly rows: number;
  readonly connection: Int32Array;
  /** 1 where the server of the connection sends, else 0. */
  readonly fromServer: Uint8Array;
  /** When the first and the last bit of the stretch went out. */
  readonly startedAt: Float64Array;
  readonly endedAt: Float64Array;
  /** Where it begins in the stream, in bytes from 0. */
  readonly streamStart: Float64Array;
  /** Bytes. */
  readonly length: Float64Array;
  /** One-way delay from the sender to the receiver, queues included. */
  readonly delay: Float64Array;
  readonly step: Int32Array;
}

/**
 * What hosts held, when: every row sets (or, with value −1, removes) one entry of one store. Folding the rows up to a
 * time gives the contents of every store at that time.
 */
export interface StateTable {
  readonly rows: number;
  readonly at: Float64Array;
  readonly host: Int32Array;
  /** Indexes into `strings`. Store: `cache`, `queue`, `mailbox bob@hamburger.edu`. */
  readonly store: Int32Array;
  readonly key: Int32Array;
  readonly value: Int32Array;
  /** When the entry lapses by itself; NaN: it does not. */
  readonly expiresAt: Float64Array;
  /** One line for the diagram, or −1 when it is not worth a note there. */
  readonly note: Int32Array;
  readonly step: Int32Array;
}

/** A metric's values over time for one subject. */
export interface MetricSeries {
  /** Name in the engine's catalogue. */
  readonly metric: string;
  readonly subjects: readonly string[];
  readonly unit: Unit;
  readonly doc: string;
  readonly at: Float64Array;
  readonly values: Float64Array;
}

/** `ns` is shown as a duration, `B` as a size, `bit/s` as a rate, `ratio` as a percentage, `` as a bare number. */
export type Unit = 'ns' | 'B' | 'bit/s' | 'ratio' | '';

/** An expectation and what came of it. */
export interface Check {
  readonly text: string;
  readonly at: SourceRange;
  readonly passed: boolean;
  /** For people: what was expected (`< 1 s`) and what was measured (`412 ms`, `no such answer`). */
  readonly expected: string;
  readonly measured: string;
  /** The moment and message that decided it; NaN and −1 where there is none. */
  readonly decidedAt: Nanoseconds;
  readonly message: number;
}

export interface Statistics {
  readonly events: number;
  readonly packets: number;
  readonly packetsLost: number;
  readonly retransmissions: number;
  /** Bytes of all application messages. */
  readonly messageBytes: number;
}
