/**
 * The recorder: everything that happens in a simulation is told here, once, and becomes the Run's tables.
 * Hosts are their index in the scenario; times are nanoseconds of virtual time.
 */
import { ByteStore, type Column, float64, int32, StringTable, uint8, uint16, uint32 } from './column.ts';
import type { Content } from './content.ts';
import type { MessageInfo } from './network/host.ts';
import type { MetricDefinition } from './protocol.ts';
import type { Bytes, Nanoseconds } from './quantities.ts';
import type { ConnectionTable, MessageTable, MetricSeries, PacketTable, StateTable } from './run.ts';

export interface ConnectionOpening {
  readonly transport: 'tcp' | 'udp';
  readonly client: number;
  readonly clientPort: number;
  readonly server: number;
  readonly serverPort: number;
  readonly at: Nanoseconds;
  readonly clientIsn?: number;
}

export type ConnectionEnding = 'closed' | 'reset' | 'refused' | 'timed out';

export interface PacketSending {
  readonly at: Nanoseconds;
  readonly connection: number;
  readonly fromServer: boolean;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly window: number;
  readonly streamStart: Bytes;
  readonly length: Bytes;
  /** UDP only. */
  readonly message?: number;
  readonly retransmission?: boolean;
  readonly step: number;
  /** TCP options, padded to four bytes. */
  readonly options?: Uint8Array;
}

/** Bytes of one value of a metric: its time and itself. */
const SAMPLE: Bytes = 16;
/** About what an engine needs for a text in a table and an index of it, besides its characters. */
const STRING: Bytes = 80;

export class Recorder {
  readonly strings = new StringTable();
  readonly #bytes = new ByteStore();
  readonly #definitions: ReadonlyMap<string, MetricDefinition>;
  readonly #series = new Map<
    string,
    { definition: MetricDefinition; subjects: readonly string[]; at: Column<Float64Array>; values: Column<Float64Array> }
  >();
  #samples = 0;
  messageBytes = 0;
  packetsLost = 0;
  retransmissions = 0;

  readonly #connections = {
    transport: int32(),
    protocol: int32(),
    client: int32(),
    clientPort: int32(),
    server: int32(),
    serverPort: int32(),
    openedAt: float64(),
    closedAt: float64(),
    ending: int32(),
    clientIsn: uint32(),
    serverIsn: uint32(),
  };
  readonly #messages = {
    sentAt: float64(),
    receivedAt: float64(),
    from: int32(),
    to: int32(),
    connection: int32(),
    protocol: int32(),
    kind: int32(),
    label: int32(),
    step: int32(),
    start: float64(),
    length: float64(),
    bulk: uint32(),
    streamStart: float64(),
  };
  readonly #packets = {
    sentAt: float64(),
    receivedAt: float64(),
    connection: int32(),
    fromServer: uint8(),
    flags: uint8(),
    sequence: uint32(),
    acknowledgment: uint32(),
    window: uint16(),
    streamStart: float64(),
    length: int32(),
    message: int32(),
    retransmission: uint8(),
    step: int32(),
    options: int32(),
  };
  readonly #states = {
    at: float64(),
    host: int32(),
    store: int32(),
    key: int32(),
    value: int32(),
    expiresAt: float64(),
    note: int32(),
    step: int32(),
  };

  readonly #widths = {
    connections: widthOf(this.#connections),
    messages: widthOf(this.#messages),
    packets: widthOf(this.#packets),
    states: widthOf(this.#states),
  };

  constructor(metrics: readonly MetricDefinition[]) {
    this.#definitions = new Map(metrics.map((metric) => [metric.name, metric]));
  }

  /** The new connection's index. */
  openConnection(opening: ConnectionOpening): number {
    const c = this.#connections;
    c.transport.push(this.strings.number(opening.transport));
    c.protocol.push(-1);
    c.client.push(opening.client);
    c.clientPort.push(opening.clientPort);
    c.server.push(opening.server);
    c.serverPort.push(opening.serverPort);
    c.openedAt.push(opening.at);
    c.closedAt.push(Number.NaN);
    c.ending.push(this.strings.number('open'));
    c.clientIsn.push(opening.clientIsn ?? 0);
    c.serverIsn.push(0);
    return c.transport.length - 1;
  }

  setServerIsn(connection: number, isn: number): void {
    this.#connections.serverIsn.set(connection, isn);
  }

  /** The first ending told is kept. */
  closeConnection(connection: number, at: Nanoseconds, ending: ConnectionEnding): void {
    if (!Number.isNaN(this.#connections.closedAt.get(connection))) return;
    this.#connections.closedAt.set(connection, at);
    this.#connections.ending.set(connection, this.strings.number(ending));
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
    const m = this.#messages;
    const protocol = this.strings.number(info.protocol);
    if (this.#connections.protocol.get(connection) < 0) this.#connections.protocol.set(connection, protocol);
    m.sentAt.push(at);
    m.receivedAt.push(Number.NaN);
    m.from.push(from);
    m.to.push(to);
    m.connection.push(connection);
    m.protocol.push(protocol);
    m.kind.push(this.strings.number(info.kind));
    m.label.push(this.strings.number(info.label));
    m.step.push(step);
    if (content instanceof Uint8Array) {
      m.start.push(this.#bytes.add(content));
      m.bulk.push(0);
    } else {
      m.start.push(content.offset);
      m.bulk.push(content.seed);
    }
    m.length.push(content.length);
    m.streamStart.push(streamStart);
    this.messageBytes += content.length;
    return m.sentAt.length - 1;
  }

  receiveMessage(message: number, at: Nanoseconds): void {
    if (Number.isNaN(this.#messages.receivedAt.get(message))) this.#messages.receivedAt.set(message, at);
  }

  /** The new packet's index; it counts as lost until `receivePacket`. */
  sendPacket(packet: PacketSending): number {
    const p = this.#packets;
    p.sentAt.push(packet.at);
    p.receivedAt.push(Number.NaN);
    p.connection.push(packet.connection);
    p.fromServer.push(packet.fromServer ? 1 : 0);
    p.flags.push(packet.flags);
    p.sequence.push(packet.sequence);
    p.acknowledgment.push(packet.acknowledgment);
    p.window.push(packet.window);
    p.streamStart.push(packet.streamStart);
    p.length.push(packet.length);
    p.message.push(packet.message ?? -1);
    p.retransmission.push(packet.retransmission ? 1 : 0);
    p.step.push(packet.step);
    p.options.push(packet.options && packet.options.length > 0 ? this.strings.number(hex(packet.options)) : -1);
    this.packetsLost++;
    if (packet.retransmission) this.retransmissions++;
    return p.sentAt.length - 1;
  }

  receivePacket(packet: number, at: Nanoseconds): void {
    if (!Number.isNaN(this.#packets.receivedAt.get(packet))) return;
    this.#packets.receivedAt.set(packet, at);
    this.packetsLost--;
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
    const s = this.#states;
    s.at.push(at);
    s.host.push(host);
    s.store.push(this.strings.number(store));
    s.key.push(this.strings.number(key));
    s.value.push(value === null ? -1 : this.strings.number(value));
    s.expiresAt.push(expiresAt ?? Number.NaN);
    s.note.push(note === undefined ? -1 : this.strings.number(note));
    s.step.push(step);
  }

  /** Throws for a metric that no catalogue lists: that is a bug of the engine. */
  measure(at: Nanoseconds, metric: string, subjects: readonly string[], value: number): void {
    const definition = this.#definitions.get(metric);
    if (!definition) throw new Error(`metric “${metric}” stands in no catalogue`);
    const name = JSON.stringify([metric, ...subjects]);
    let series = this.#series.get(name);
    if (!series) {
      series = { definition, subjects: [...subjects], at: float64(), values: float64() };
      this.#series.set(name, series);
    }
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

  /** What is held so far, about: the rows of all tables, the messages' bytes and the texts. */
  get recorded(): Bytes {
    const widths = this.#widths;
    return (
      this.#connections.transport.length * widths.connections +
      this.#messages.sentAt.length * widths.messages +
      this.#packets.sentAt.length * widths.packets +
      this.#states.at.length * widths.states +
      this.#samples * SAMPLE +
      this.#bytes.length +
      this.strings.length * STRING +
      this.strings.characters
    );
  }

  get messageCount(): number {
    return this.#messages.sentAt.length;
  }

  get packetCount(): number {
    return this.#packets.sentAt.length;
  }

  /** Everything so far, as views of what is recorded: nothing is copied, and what is recorded afterwards may show in them. */
  tables(): {
    connections: ConnectionTable;
    messages: MessageTable;
    packets: PacketTable;
    states: StateTable;
    series: MetricSeries[];
    bytes: Uint8Array;
    strings: string[];
  } {
    return {
      connections: { rows: this.#connections.transport.length, ...columns(this.#connections) },
      messages: { rows: this.#messages.sentAt.length, ...columns(this.#messages) },
      packets: { rows: this.#packets.sentAt.length, ...columns(this.#packets) },
      states: { rows: this.#states.at.length, ...columns(this.#states) },
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

/** Bytes of one row of a table. */
function widthOf(table: Record<string, { readonly width: number }>): number {
  return Object.values(table).reduce((sum, { width }) => sum + width, 0);
}

type Done<T> = { [K in keyof T]: T[K] extends Column<infer A> ? A : never };

function columns<T extends Record<string, { done(): unknown }>>(table: T): Done<T> {
  return Object.fromEntries(Object.entries(table).map(([name, column]) => [name, column.done()])) as Done<T>;
}

const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}
