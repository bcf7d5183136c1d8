/**
 * The recorder: everything that happens in a simulation is told here, once, and becomes the Run's tables.
 * Hosts are their index in the scenario; times are nanoseconds of virtual time.
 */
import { ByteStore, type Column, float64, StringTable, Table } from './column.ts';
import { bytesOf, type Content, isSealed } from './content.ts';
import type { MessageInfo, ProtectedMessage } from './network/host.ts';
import type { Wiretap } from './network/wiretap.ts';
import { plainName } from './plain-name.ts';
import type { MetricDefinition } from './protocol.ts';
import type { Bytes, Nanoseconds } from './quantities.ts';
import {
  type ConnectionTable,
  type CrossingTable,
  type FlowTable,
  type InnerMessageTable,
  type MessageTable,
  type MetricSeries,
  PACKET_FATES,
  type PacketFate,
  type PacketTable,
  type SecretTable,
  type StateTable,
} from './run.ts';
import { CONNECTIONS, CROSSINGS, FLOWS, INNER_MESSAGES, MESSAGES, PACKETS, SECRETS, STATES } from './run-tables.ts';
import type { TrafficSecret } from './tls/record-protection.ts';

export interface ConnectionOpening {
  readonly transport: 'tcp' | 'udp';
  readonly client: number;
  readonly clientPort: number;
  readonly server: number;
  readonly serverPort: number;
  readonly at: Nanoseconds;
  readonly clientIsn?: number;
  /** The address that the client's packets claim to come from, where it is not its own. */
  readonly forgedSource?: string;
}

export type ConnectionEnding = 'closed' | 'reset' | 'refused' | 'timed out';

/** Endpoints behind a translation: indexes of hosts by whose addresses packets go, and ports. */
export interface Translated {
  readonly from: number;
  readonly fromPort: number;
  readonly to: number;
  readonly toPort: number;
}

/** A packet as a host hands it to the network. */
export interface SentPacket {
  /** Row of its connection. */
  readonly connection: number;
  readonly fromServer: boolean;
  /** TCP flags; 0 for UDP, as all of the next five. */
  readonly flags: number;
  /** Wire values, modulo 2^32. */
  readonly sequence: number;
  readonly acknowledgment: number;
  /** The 16-bit field. */
  readonly window: number;
  /** Where the payload begins in its direction of the stream. */
  readonly streamStart: Bytes;
  /** Payload bytes. */
  readonly length: Bytes;
  /** UDP: the row of the message that it carries; TCP: −1. */
  readonly message: number;
  /** These bytes were sent before. */
  readonly retransmission: boolean;
  /** TCP options, padded to four bytes; null for none. */
  readonly options: Uint8Array | null;
}

/** Bytes of one value of a metric: its time and itself. */
const SAMPLE: Bytes = 16;
/** About what an engine needs for a text in a table and an index of it, besides its characters. */
const STRING: Bytes = 80;

const UNDER_WAY = PACKET_FATES.indexOf('under way');
const DELIVERED = PACKET_FATES.indexOf('delivered');

/** A metric's values for one subject, as they are recorded. */
export interface Series {
  readonly definition: MetricDefinition;
  readonly subjects: readonly string[];
  readonly at: Column<Float64Array>;
  readonly values: Column<Float64Array>;
}

export class Recorder {
  readonly strings = new StringTable();
  readonly #bytes = new ByteStore();
  readonly #definitions: ReadonlyMap<string, MetricDefinition>;
  readonly #series = new Map<string, Series>();
  #samples = 0;
  messageBytes = 0;
  /** Told of every message; null while nobody listens. */
  wiretap: Wiretap | null = null;
  packetsLost = 0;
  retransmissions = 0;

  readonly #connections = new Table(CONNECTIONS);
  readonly #messages = new Table(MESSAGES);
  readonly #innerMessages = new Table(INNER_MESSAGES);
  readonly #secrets = new Table(SECRETS);
  /** Rows of secrets; whoever sends keeps one object a secret. */
  readonly #secretRows = new Map<TrafficSecret, number>();
  readonly #packets = new Table(PACKETS);
  readonly #crossings = new Table(CROSSINGS);
  readonly #flows = new Table(FLOWS);
  readonly #states = new Table(STATES);
  readonly #tables = [
    this.#connections,
    this.#messages,
    this.#innerMessages,
    this.#secrets,
    this.#packets,
    this.#crossings,
    this.#flows,
    this.#states,
  ];

  readonly #widths = this.#tables.map((table) => table.width);

  constructor(metrics: readonly MetricDefinition[]) {
    this.#definitions = new Map(metrics.map((metric) => [metric.name, metric]));
  }

  /** The new connection's index. */
  openConnection(opening: ConnectionOpening): number {
    const row = this.#connections.add();
    const c = this.#connections.columns;
    c.transport[row] = this.strings.number(opening.transport);
    c.protocol[row] = -1;
    c.client[row] = opening.client;
    c.clientPort[row] = opening.clientPort;
    c.server[row] = opening.server;
    c.serverPort[row] = opening.serverPort;
    c.clientSeen[row] = opening.client;
    c.clientSeenPort[row] = opening.clientPort;
    c.serverSeen[row] = opening.server;
    c.serverSeenPort[row] = opening.serverPort;
    c.openedAt[row] = opening.at;
    c.establishedAt[row] = Number.NaN;
    c.closedAt[row] = Number.NaN;
    c.ending[row] = this.strings.number('open');
    c.clientIsn[row] = opening.clientIsn ?? 0;
    c.forgedSource[row] = opening.forgedSource === undefined ? -1 : this.strings.number(opening.forgedSource);
    return row;
  }

  /** A NAT has translated what the client sends: from which endpoint it comes now, and to which server it goes. */
  translateConnection(connection: number, { from, fromPort, to, toPort }: Translated): void {
    const c = this.#connections.columns;
    c.clientSeen[connection] = from;
    c.clientSeenPort[connection] = fromPort;
    // The client's own NAT leaves alone whom it calls.
    if (to === c.serverSeen[connection] && toPort === c.serverSeenPort[connection]) return;
    c.server[connection] = to;
    c.serverPort[connection] = toPort;
  }

  /** The host at the other end from the server, or from the client, as far as that is known. */
  otherEnd(connection: number, fromServer: boolean): number {
    const { client, server } = this.#connections.columns;
    return (fromServer ? client : server)[connection] as number;
  }

  setServerIsn(connection: number, isn: number): void {
    this.#connections.columns.serverIsn[connection] = isn;
  }

  /** The client knows that the connection is established. The first time told is kept. */
  establishConnection(connection: number, at: Nanoseconds): void {
    const { establishedAt } = this.#connections.columns;
    if (Number.isNaN(establishedAt[connection])) establishedAt[connection] = at;
  }

  /** The first ending told is kept. */
  closeConnection(connection: number, at: Nanoseconds, ending: ConnectionEnding): void {
    const c = this.#connections.columns;
    if (!Number.isNaN(c.closedAt[connection])) return;
    c.closedAt[connection] = at;
    c.ending[connection] = this.strings.number(ending);
  }

  /** The new message's index. `streamStart`: its place in its direction of a TCP stream. */
  sendMessage(
    at: Nanoseconds,
    from: number,
    to: number,
    connection: number,
    content: Content,
    info: MessageInfo,
    step: number,
    streamStart: Bytes,
  ): number {
    const row = this.#messages.add();
    const m = this.#messages.columns;
    const protocol = this.strings.number(info.protocol);
    const protocols = this.#connections.columns.protocol;
    if ((protocols[connection] as number) < 0) protocols[connection] = protocol;
    m.sentAt[row] = at;
    m.receivedAt[row] = Number.NaN;
    m.from[row] = from;
    m.to[row] = to;
    m.connection[row] = connection;
    m.protocol[row] = protocol;
    m.kind[row] = this.strings.number(info.kind);
    m.label[row] = this.strings.number(info.label);
    m.step[row] = step;
    if (content instanceof Uint8Array) m.start[row] = this.#bytes.add(content);
    // Whoever only passes records on has them in pieces, and cannot say what is in them: what travels is all that there is to tell.
    else if (isSealed(content) && !info.inner) m.start[row] = this.#bytes.add(bytesOf(content));
    else {
      const bulk = isSealed(content) ? content.sealing.inner : content;
      m.start[row] = bulk.offset;
      m.bulk[row] = bulk.seed;
    }
    m.length[row] = content.length;
    m.streamStart[row] = streamStart;
    m.inner[row] = info.inner ? this.#innerMessage(info.inner) : -1;
    this.messageBytes += content.length;
    this.wiretap?.sent(row, from, to, connection, content, info);
    return row;
  }

  #innerMessage({ protocol, kind, label, secret, sequence }: ProtectedMessage): number {
    const row = this.#innerMessages.add();
    const m = this.#innerMessages.columns;
    m.protocol[row] = this.strings.number(protocol);
    m.kind[row] = this.strings.number(kind);
    m.label[row] = this.strings.number(label);
    m.secret[row] = this.#secret(secret);
    m.sequence[row] = sequence;
    return row;
  }

  #secret(told: TrafficSecret): number {
    const known = this.#secretRows.get(told);
    if (known !== undefined) return known;
    const row = this.#secrets.add();
    const s = this.#secrets.columns;
    s.suite[row] = this.strings.number(told.suite);
    s.label[row] = this.strings.number(told.label);
    s.clientRandom[row] = this.strings.number(told.clientRandom);
    s.secret[row] = this.strings.number(told.secret);
    this.#secretRows.set(told, row);
    return row;
  }

  /** A NAT leads a message to another host than the one that it was sent to. */
  leadMessage(message: number, to: number): void {
    this.#messages.columns.to[message] = to;
  }

  receiveMessage(message: number, at: Nanoseconds): void {
    const { receivedAt } = this.#messages.columns;
    if (!Number.isNaN(receivedAt[message])) return;
    receivedAt[message] = at;
    this.wiretap?.received(message, at);
  }

  /** The new packet's index; it counts as under way until `receivePacket` or `losePacket`. */
  sendPacket(packet: SentPacket, at: Nanoseconds, step: number): number {
    const row = this.#packets.add();
    const p = this.#packets.columns;
    p.sentAt[row] = at;
    p.receivedAt[row] = Number.NaN;
    p.copyOf[row] = -1;
    p.droppedBy[row] = -1;
    p.connection[row] = packet.connection;
    p.fromServer[row] = packet.fromServer ? 1 : 0;
    p.flags[row] = packet.flags;
    p.sequence[row] = packet.sequence;
    p.acknowledgment[row] = packet.acknowledgment;
    p.window[row] = packet.window;
    p.streamStart[row] = packet.streamStart;
    p.length[row] = packet.length;
    p.message[row] = packet.message;
    p.step[row] = step;
    if (packet.options) {
      p.optionsStart[row] = this.#bytes.add(packet.options);
      p.optionsLength[row] = packet.options.length;
    }
    if (packet.retransmission) {
      p.retransmission[row] = 1;
      this.retransmissions++;
    }
    return row;
  }

  /** The network itself makes a second packet of one; the copy's index. */
  copyPacket(packet: number, at: Nanoseconds): number {
    const row = this.#packets.add();
    const p = this.#packets.columns;
    for (const column of Object.values(p)) column[row] = column[packet] as number;
    p.sentAt[row] = at;
    p.receivedAt[row] = Number.NaN;
    p.fate[row] = UNDER_WAY;
    p.droppedBy[row] = -1;
    p.copyOf[row] = packet;
    return row;
  }

  receivePacket(packet: number, at: Nanoseconds): void {
    const p = this.#packets.columns;
    p.receivedAt[packet] = at;
    p.fate[packet] = DELIVERED;
  }

  /** It does not arrive, and why; `by`: the host whose firewall or NAT dropped it. */
  losePacket(packet: number, fate: PacketFate, by = -1): void {
    const p = this.#packets.columns;
    p.fate[packet] = PACKET_FATES.indexOf(fate);
    p.droppedBy[packet] = by;
    this.packetsLost++;
  }

  /** A datagram belongs to another exchange than its sender could know. */
  moveDatagram(packet: number, message: number, connection: number): void {
    this.#packets.columns.connection[packet] = connection;
    this.#messages.columns.connection[message] = connection;
  }

  /**
   * A packet has left the near end of an explicit link; `reverse` on the way from the link's `b` to its `a`. Of a stretch, whose
   * row is told as −1 − row, the first bit has.
   */
  crossLink(packet: number, link: number, reverse: boolean, at: Nanoseconds): void {
    const row = this.#crossings.add();
    const c = this.#crossings.columns;
    c.packet[row] = packet;
    c.link[row] = link;
    c.reverse[row] = reverse ? 1 : 0;
    c.at[row] = at;
  }

  /** The same for the NAT on a host that translates it; `inwards` on the way to a host behind it. */
  crossNat(packet: number, nat: number, inwards: boolean, at: Nanoseconds): void {
    this.crossLink(packet, -1 - nat, inwards, at);
  }

  /** A stretch of a stream went out at one rate: see FlowTable. The stretch's row. */
  flow(
    connection: number,
    fromServer: boolean,
    startedAt: Nanoseconds,
    endedAt: Nanoseconds,
    streamStart: Bytes,
    length: Bytes,
    delay: Nanoseconds,
    step: number,
  ): number {
    const row = this.#flows.add();
    const f = this.#flows.columns;
    f.connection[row] = connection;
    f.fromServer[row] = fromServer ? 1 : 0;
    f.startedAt[row] = startedAt;
    f.endedAt[row] = endedAt;
    f.streamStart[row] = streamStart;
    f.length[row] = length;
    f.delay[row] = delay;
    f.step[row] = step;
    return row;
  }

  /** A change of one entry of a store (`value` null removes it), or with an empty store a bare note. */
  state(
    at: Nanoseconds,
    host: number,
    store: string,
    key: string,
    value: string | null,
    step: number,
    note?: string,
    expiresAt?: Nanoseconds,
  ): void {
    const row = this.#states.add();
    const s = this.#states.columns;
    s.at[row] = at;
    s.host[row] = host;
    s.store[row] = this.strings.number(store);
    s.key[row] = this.strings.number(key);
    s.value[row] = value === null ? -1 : this.strings.number(value);
    s.expiresAt[row] = expiresAt ?? Number.NaN;
    s.note[row] = note === undefined ? -1 : this.strings.number(note);
    s.step[row] = step;
  }

  /** Throws for a metric that no catalogue lists: that is a bug of the engine. */
  measure(at: Nanoseconds, metric: string, subjects: readonly string[], value: number): void {
    this.addTo(this.seriesOf(metric, subjects), at, value);
  }

  /** For who measures often: the series, to be kept and handed to `addTo`, for the first time at once: no series is without a value. Throws as `measure`. */
  seriesOf(metric: string, subjects: readonly string[]): Series {
    const definition = this.#definitions.get(metric);
    if (!definition) throw new Error(`metric “${metric}” stands in no catalogue`);
    const name = JSON.stringify([metric, ...subjects]);
    let series = this.#series.get(name);
    if (!series) {
      series = { definition, subjects: [...subjects], at: float64(), values: float64() };
      this.#series.set(name, series);
    }
    return series;
  }

  addTo(series: Series, at: Nanoseconds, value: number): void {
    series.at.push(at);
    series.values.push(value);
    this.#samples++;
  }

  /** The value measured last, if any. Host, domain and mail names are compared without case and without the root's trailing dot. */
  lastValue(metric: string, subjects: readonly string[]): { readonly at: Nanoseconds; readonly value: number } | undefined {
    const wanted = subjects.map(plainName);
    for (const series of this.#series.values()) {
      if (series.definition.name !== metric || series.subjects.length !== wanted.length) continue;
      if (!series.subjects.every((subject, i) => plainName(subject) === wanted[i])) continue;
      const last = series.values.length - 1;
      return { at: series.at.get(last), value: series.values.get(last) };
    }
    return undefined;
  }

  /** All that was measured of a metric, of those subjects that `wanted` takes: names as for `lastValue`. In the order of their first values. */
  seriesWhere(metric: string, wanted: (subjects: readonly string[]) => boolean): Series[] {
    return [...this.#series.values()].filter(({ definition, subjects }) => definition.name === metric && wanted(subjects.map(plainName)));
  }

  /** What is held so far, about: the rows of all tables, the messages' bytes and the texts. */
  get recorded(): Bytes {
    let bytes = this.#samples * SAMPLE + this.#bytes.length + this.strings.length * STRING + this.strings.characters;
    for (const [i, table] of this.#tables.entries()) bytes += table.rows * (this.#widths[i] as number);
    return bytes;
  }

  get messageCount(): number {
    return this.#messages.rows;
  }

  get packetCount(): number {
    return this.#packets.rows;
  }

  /** Everything so far, as views of what is recorded: nothing is copied, and what is recorded afterwards may show in them. */
  tables(): {
    connections: ConnectionTable;
    messages: MessageTable;
    innerMessages: InnerMessageTable;
    secrets: SecretTable;
    packets: PacketTable;
    crossings: CrossingTable;
    flows: FlowTable;
    states: StateTable;
    series: MetricSeries[];
    bytes: Uint8Array;
    strings: string[];
  } {
    return {
      connections: this.#connections.done(),
      messages: this.#messages.done(),
      innerMessages: this.#innerMessages.done(),
      secrets: this.#secrets.done(),
      packets: this.#packets.done(),
      crossings: this.#crossings.done(),
      flows: this.#flows.done(),
      states: this.#states.done(),
      series: [...this.#series.values()].map(({ definition, subjects, at, values }) => ({
        metric: definition.name,
        subjects,
        unit: definition.unit,
        doc: definition.doc,
        at: at.done(),
        values: values.done(),
      })),
      bytes: this.#bytes.done(),
      strings: this.strings.done(),
    };
  }
}
