/**
 * The segments of TCP connections that a run tells as flows: put together, in the form of packets, when someone asks.
 *
 * Theory of operation. At `flows` fidelity a run holds for each direction of a connection the stretches of its stream that went
 * out at one rate, when the connection opened, was established and ended, and its initial sequence numbers. From that alone a
 * conversation of segments is told that TCP could have held: the handshake; full segments spread evenly over stretches that
 * follow each other without a pause, PSH where a message ends; an acknowledgment for every second segment and at the end of
 * each such burst, carried by data where some goes out at that moment; and at the end FIN from both sides, RST, or SYNs that
 * nobody answers. Nothing is lost or sent again, because a flow has no such thing: losses show in its rate.
 *
 * Each direction is a queue: what goes out later arrives later. Of one connection, the next thing to happen is always the
 * earliest of: an arrival at either end, a segment that its stretch sends, an acknowledgment that is due. Rows are therefore in
 * an order in which causes stand before effects, and stay so when captures sort them by time.
 *
 * What the run does not hold is chosen: a window that no flight fills, the side that closes first (the one that sent last), who
 * resets (the other one). All that goes out arrives, but on a connection that timed out: there, of messages that were not received,
 * what was sent in the last round trip is lost.
 */

import { Table } from '../../column.ts';
import { type Bytes, MINUTE, type Nanoseconds, SECOND } from '../../quantities.ts';
import { type CrossingTable, type FlowTable, PACKET_FATES, type PacketTable, type Run } from '../../run.ts';
import { PACKETS } from '../../run-tables.ts';
import { MAXIMUM_SEGMENT_SIZE } from '../tcp/parameters.ts';
import { ACK, FIN, PSH, RST, SYN } from '../tcp/segment.ts';
import { encodeSynOptions } from '../wire/tcp-options.ts';
import { CaptureRefused } from './captured.ts';
import type { FrameTables } from './frames.ts';

/** `fidelity` and `flows` absent: a run whose packets are all recorded. */
export type FlowTables = FrameTables & Partial<Pick<Run, 'fidelity' | 'flows' | 'crossings'>>;

/** Segments put together at most at one time: 63 bytes each here, and up to 1.5 kB each in a capture. */
export const MAXIMUM_SEGMENTS = 2_000_000;

const DELIVERED = PACKET_FATES.indexOf('delivered');
const LOST = PACKET_FATES.indexOf('lost');
const UNDER_WAY = PACKET_FATES.indexOf('under way');

/** Of one run, the view that was asked for last. */
const views = new WeakMap<FlowTable, { readonly key: string; readonly view: FlowTables }>();

/**
 * The run with rows in `packets` for its flows, after those that were recorded; a run at `packets` fidelity is given back as it
 * is. `of`: only of that connection, or of those of that host. Throws a CaptureRefused when it would be more than
 * MAXIMUM_SEGMENTS; the view asked for last is kept as long as the run is.
 */
export function withSegments<Tables extends FlowTables>(run: Tables, of: { connection?: number; host?: number } = {}): Tables {
  const { flows, fidelity = 'packets', connections } = run;
  if (!flows || fidelity === 'packets') return run;
  const isTcp = (connection: number): boolean => run.strings[connections.transport[connection] as number] === 'tcp';
  if (of.connection !== undefined && !isTcp(of.connection)) return run;
  const key = `${of.connection ?? ''} ${of.host ?? ''}`;
  const known = views.get(flows);
  if (known?.key === key) return known.view as Tables;
  const wanted = (connection: number): boolean =>
    isTcp(connection) &&
    (of.connection === undefined || connection === of.connection) &&
    (of.host === undefined || ENDS.some((end) => connections[end][connection] === of.host));
  const estimate = segmentsNeeded(flows, wanted);
  if (estimate > MAXIMUM_SEGMENTS) {
    throw new CaptureRefused(
      `the flows of this run would be about ${millions(estimate)} million segments; at most ${millions(MAXIMUM_SEGMENTS)} million are put together`,
    );
  }
  const view = build(run, flows, wanted);
  views.set(flows, { key, view });
  return view;
}

/** Where a connection names the hosts that see its packets: at its ends, and where a NAT stands for one. */
const ENDS = ['client', 'server', 'clientSeen', 'serverSeen'] as const;

const millions = (count: number): string => (count / 1e6).toFixed(1).replace(/\.0$/, '');

function segmentsNeeded(flows: FlowTable, wanted: (connection: number) => boolean): number {
  let bytes = 0;
  for (let row = 0; row < flows.rows; row++) if (wanted(flows.connection[row] as number)) bytes += flows.length[row] as number;
  return (bytes / MAXIMUM_SEGMENT_SIZE) * 1.5;
}

/** For the way that the segment takes: a stretch of this direction, or where it has none −2 − one of the other; −1 for none. */
const WITH_STRETCH = { ...PACKETS, stretch: Int32Array };
type SegmentTable = Table<{ [K in keyof typeof WITH_STRETCH]: InstanceType<(typeof WITH_STRETCH)[K]> }>;

function build<Tables extends FlowTables>(run: Tables, flows: FlowTable, wanted: (connection: number) => boolean): Tables {
  const table: SegmentTable = new Table(WITH_STRETCH);
  const byDirection = rowsByDirection(run.connections.rows, flows.rows, (row) => {
    const connection = flows.connection[row] as number;
    return wanted(connection) ? connection * 2 + (flows.fromServer[row] as number) : -1;
  });
  byDirection.forEach((rows) => {
    rows?.sort((a, b) => (flows.streamStart[a] as number) - (flows.streamStart[b] as number) || a - b);
  });
  const ends = messagesByDirection(run, wanted);
  for (let connection = 0; connection < run.connections.rows; connection++) {
    if (!wanted(connection)) continue;
    const halves = [0, 1].map((fromServer) => {
      const direction = connection * 2 + fromServer;
      return new Half(flows, byDirection[direction] ?? [], ends[direction] ?? NO_MESSAGES);
    }) as [Half, Half];
    converse(run, connection, halves, table);
  }
  const { order, ...tables } = joined(run, table);
  return { ...run, ...tables, ...(run.crossings ? { crossings: crossed(run.crossings, flows, run.packets.rows, table, order) } : {}) };
}

/**
 * The crossings of packets, and those of segments: as long after a segment was sent as the first bit of its stretch crossed
 * after it went out. What belongs to no stretch goes the way of another one of its direction, or the other direction's way back.
 */
function crossed(told: CrossingTable, flows: FlowTable, before: number, table: SegmentTable, order: Uint32Array): CrossingTable {
  const ways = new Map<number, number[]>();
  for (let row = 0; row < told.rows; row++) {
    const stretch = -1 - (told.packet[row] as number);
    if (stretch < 0) continue;
    const way = ways.get(stretch);
    if (way) way.push(row);
    else ways.set(stretch, [row]);
  }
  if (ways.size === 0) return told;
  const crossings = new Table({ packet: Int32Array, link: Int32Array, reverse: Uint8Array, at: Float64Array });
  const add = (packet: number, link: number, reverse: number, at: Nanoseconds): void => {
    const row = crossings.add();
    const c = crossings.columns;
    c.packet[row] = packet;
    c.link[row] = link;
    c.reverse[row] = reverse;
    c.at[row] = at;
  };
  for (let row = 0; row < told.rows; row++) {
    if ((told.packet[row] as number) < 0) continue;
    add(told.packet[row] as number, told.link[row] as number, told.reverse[row] as number, told.at[row] as number);
  }
  const { sentAt, receivedAt, stretch, connection, fromServer } = table.columns;
  // On a line, too, what was sent first goes first.
  const last = new Map<number, Nanoseconds>();
  for (let i = 0; i < order.length; i++) {
    const row = order[i] as number;
    const back = (stretch[row] as number) < -1;
    const of = back ? -2 - (stretch[row] as number) : (stretch[row] as number);
    const way = ways.get(of) ?? [];
    for (let hop = 0; hop < way.length; hop++) {
      const crossing = way[back ? way.length - 1 - hop : hop] as number;
      const link = told.link[crossing] as number;
      const reverse = (told.reverse[crossing] as number) ^ (back ? 1 : 0);
      const there = Math.max((told.at[crossing] as number) - (flows.startedAt[of] as number), 0);
      // The same way back: what the stretch had still to go.
      const after = Math.round(back ? Math.max((flows.delay[of] as number) - there, 0) : there);
      const arrives = receivedAt[row] as number;
      const latest = Number.isNaN(arrives) ? Number.POSITIVE_INFINITY : arrives;
      const line = ((connection[row] as number) * 2 + (fromServer[row] as number)) * 4_294_967_296 + link * 2 + reverse;
      const at = Math.max(Math.min((sentAt[row] as number) + after, latest), last.get(line) ?? 0);
      last.set(line, at);
      add(before + i, link, reverse, at);
    }
  }
  return crossings.done();
}

/** The rows recorded, then the others in the order of time; with the SYNs' options at the end of the bytes. */
function joined(run: FlowTables, table: SegmentTable): { packets: PacketTable; bytes: Uint8Array; order: Uint32Array } {
  const { columns, rows } = table;
  const order = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) order[i] = i;
  order.sort((a, b) => (columns.sentAt[a] as number) - (columns.sentAt[b] as number) || a - b);
  const bytes = new Uint8Array(run.bytes.length + OPTIONS.length);
  bytes.set(run.bytes);
  bytes.set(OPTIONS, run.bytes.length);
  const before = run.packets.rows;
  const packets: Record<string, unknown> = { rows: before + rows };
  for (const name of Object.keys(PACKETS) as (keyof typeof PACKETS)[]) {
    const from = columns[name];
    const column = new PACKETS[name](before + rows);
    column.set(run.packets[name]);
    const shift = name === 'optionsStart' ? run.bytes.length : 0;
    for (let i = 0; i < rows; i++) column[before + i] = (from[order[i] as number] as number) + shift;
    packets[name] = column;
  }
  return { packets: packets as unknown as PacketTable, bytes, order };
}

/** The options of a SYN for every window scale there is (RFC 7323 §2.3: 0 to 14), end to end. */
const OPTIONS_LENGTH = 8;
const OPTIONS = new Uint8Array(15 * OPTIONS_LENGTH);
for (let shift = 0; shift < 15; shift++) {
  OPTIONS.set(
    encodeSynOptions({ maximumSegmentSize: MAXIMUM_SEGMENT_SIZE, windowShift: shift, sackPermitted: false }),
    shift * OPTIONS_LENGTH,
  );
}
/** The 16-bit field, in every segment but those that end a connection that never was. */
const WINDOW = 65_535;
/** 512 KiB, what hosts offer unless told otherwise. */
const LEAST_SHIFT = 3;

/** Where messages end in a direction's stream, in its order. */
interface MessageEnds {
  readonly ends: Bytes[];
  /** The end of the last one that was received. */
  delivered: Bytes;
  /** The step of the first message. */
  readonly step: number;
}
const NO_MESSAGES: MessageEnds = { ends: [], delivered: 0, step: -1 };

function messagesByDirection({ connections, messages }: FlowTables, wanted: (connection: number) => boolean): MessageEnds[] {
  const found: MessageEnds[] = [];
  for (let row = 0; row < messages.rows; row++) {
    const connection = messages.connection[row] as number;
    if (connection < 0 || !wanted(connection)) continue;
    const start = messages.streamStart[row] as number;
    const client = connections.client[connection];
    let direction = connection * 2 + (messages.from[row] === client ? 0 : 1);
    // A host that talks to itself: the stream that has come to this offset (see streams.ts).
    if (client === connections.server[connection] && (found[direction]?.ends.at(-1) ?? 0) !== start) direction++;
    const told = found[direction] ?? { ends: [], delivered: 0, step: messages.step[row] as number };
    found[direction] = told;
    const end = start + (messages.length[row] as number);
    told.ends.push(end);
    if (!Number.isNaN(messages.receivedAt[row] as number)) told.delivered = end;
  }
  return found;
}

function rowsByDirection(connections: number, rows: number, directionOf: (row: number) => number): (number[] | undefined)[] {
  const grouped: (number[] | undefined)[] = new Array(connections * 2);
  for (let row = 0; row < rows; row++) {
    const direction = directionOf(row);
    if (direction < 0) continue;
    const group = grouped[direction];
    if (group) group.push(row);
    else grouped[direction] = [row];
  }
  return grouped;
}

/**
 * One direction of a connection: what its stretches send next, what is on its way, and what the other end has.
 * Offsets count bytes of the stream from 0.
 */
class Half {
  readonly #flows: FlowTable;
  readonly #rows: readonly number[];
  readonly messages: MessageEnds;
  #stretch = 0;
  #message = 0;
  /** The next byte that goes out. */
  offset: Bytes;
  /** Rows of segments on their way, the oldest at `#arrived`, and whether each is the last of a burst. */
  readonly #sent: number[] = [];
  readonly #endings: boolean[] = [];
  #arrived = 0;
  /** When the last one arrives. */
  lastArrival: Nanoseconds = 0;
  /** The least delay of a stretch; NaN where there is none. */
  readonly delay: Nanoseconds;

  // The other end's view.
  /** Bytes that it has; what it acknowledged last; segments that it has not. */
  received: Bytes = 0;
  acknowledged: Bytes = 0;
  unacknowledged = 0;
  /** It acknowledges at the end of this moment. */
  due = false;
  largestFlight: Bytes = 0;
  /** Of this direction's FIN: whether it went out, and whether it arrived. */
  finSent = false;
  finReceived = false;
  finAcknowledged = false;
  /** Whether the segment taken last ends a burst. */
  #endsBurst = true;
  /** The step that it was sent for. */
  step: number;
  /** The row of its stretch, or before there is one that of the first stretch; −1 for none. */
  stretch: number;

  constructor(flows: FlowTable, rows: readonly number[], messages: MessageEnds) {
    this.#flows = flows;
    this.#rows = rows;
    this.messages = messages;
    this.offset = rows.length > 0 ? Math.round(flows.streamStart[rows[0] as number] as number) : 0;
    this.received = this.offset;
    this.acknowledged = this.offset;
    this.delay = rows.reduce((least, row) => Math.min(least, flows.delay[row] as number), Number.POSITIVE_INFINITY);
    if (rows.length === 0) this.delay = Number.NaN;
    this.stretch = rows[0] ?? -1;
    this.step = rows.length > 0 ? (flows.step[rows[0] as number] as number) : messages.step;
    this.#skipEmpty();
  }

  /** When the next segment goes out; infinity for never. */
  get nextAt(): Nanoseconds {
    const row = this.#rows[this.#stretch];
    return row === undefined ? Number.POSITIVE_INFINITY : this.#timeOf(row, this.offset);
  }

  /** When the last byte of the last stretch goes out; −1 where there is none. */
  get lastAt(): Nanoseconds {
    const row = this.#rows.at(-1);
    return row === undefined ? -1 : Math.round(this.#flows.endedAt[row] as number);
  }

  /** Takes the next segment off the stretches: up to MSS bytes, over those that follow each other without a pause. */
  take(): { start: Bytes; length: Bytes; lastBitAt: Nanoseconds; delay: Nanoseconds; pushes: boolean; step: number } {
    const { startedAt, endedAt } = this.#flows;
    const start = this.offset;
    let row = this.#rows[this.#stretch] as number;
    this.step = this.#flows.step[row] as number;
    this.stretch = row;
    let end = start;
    let lastBitAt = 0;
    this.#endsBurst = false;
    for (;;) {
      const stretchEnd = this.#endOf(row);
      end = Math.min(start + MAXIMUM_SEGMENT_SIZE, stretchEnd);
      lastBitAt = this.#timeOf(row, end);
      this.offset = end;
      if (end < stretchEnd) break;
      this.#stretch++;
      this.#skipEmpty();
      const next = this.#rows[this.#stretch];
      if (next === undefined || (startedAt[next] as number) > (endedAt[row] as number)) {
        this.#endsBurst = true;
        break;
      }
      if (end === start + MAXIMUM_SEGMENT_SIZE) break;
      row = next;
    }
    const { ends } = this.messages;
    let pushes = false;
    while (this.#message < ends.length && (ends[this.#message] as number) <= end) {
      pushes = true;
      this.#message++;
    }
    return { start, length: end - start, lastBitAt, delay: this.#flows.delay[row] as number, pushes, step: this.step };
  }

  /** A segment is on its way. */
  send(row: number): void {
    this.#sent.push(row);
    this.#endings.push(this.#endsBurst);
  }

  /** The row of the segment that arrives next; undefined: nothing is on its way. */
  get arriving(): number | undefined {
    return this.#sent[this.#arrived];
  }

  /** It has arrived; true where it is the last of a burst. */
  arrive(): boolean {
    const ends = this.#endings[this.#arrived++] as boolean;
    if (this.#arrived > 4_096) {
      this.#sent.splice(0, this.#arrived);
      this.#endings.splice(0, this.#arrived);
      this.#arrived = 0;
    }
    return ends;
  }

  #skipEmpty(): void {
    for (let row = this.#rows[this.#stretch]; row !== undefined && this.#endOf(row) <= this.offset; row = this.#rows[this.#stretch]) {
      this.#stretch++;
    }
  }

  #endOf(row: number): Bytes {
    return Math.round((this.#flows.streamStart[row] as number) + (this.#flows.length[row] as number));
  }

  /** When the byte at `offset` of that stretch goes out. */
  #timeOf(row: number, offset: Bytes): Nanoseconds {
    const { startedAt, endedAt, streamStart, length } = this.#flows;
    const from = startedAt[row] as number;
    const share = (offset - (streamStart[row] as number)) / (length[row] as number);
    return Math.round(from + ((endedAt[row] as number) - from) * Math.min(Math.max(share, 0), 1));
  }
}

const NEVER = Number.POSITIVE_INFINITY;
/** RFC 6298 §2: the first retransmission after 1 s, the others after twice the time before, at most a minute. */
const FIRST_TIMEOUT = SECOND;
const LONGEST_TIMEOUT = MINUTE;

type Happening = 'arrival' | 'data' | 'fin' | 'acknowledgment' | 'reset' | 'nothing';
const SIDES = [0, 1] as const;

/** Tells one connection from its SYN to its end. `halves`: what the client sends, what the server sends. */
function converse(run: FlowTables, connection: number, halves: [Half, Half], table: SegmentTable): void {
  const { connections, strings } = run;
  const isn = [connections.clientIsn[connection] as number, connections.serverIsn[connection] as number] as const;
  const openedAt = connections.openedAt[connection] as number;
  const establishedAt = connections.establishedAt[connection] as number;
  const closedAt = connections.closedAt[connection] as number;
  const ending = strings[connections.ending[connection] as number];
  const syns: [number, number] = [-1, -1];

  /** A segment of side `side` (0: client) at a time, arriving at another; NaN: never. Its row. */
  const emit = (side: 0 | 1, at: Nanoseconds, arrives: Nanoseconds, flags: number, sequence: number, step: number): number => {
    const row = table.add();
    const c = table.columns;
    c.sentAt[row] = at;
    c.receivedAt[row] = arrives;
    c.fate[row] = Number.isNaN(arrives) ? LOST : DELIVERED;
    c.copyOf[row] = -1;
    c.droppedBy[row] = -1;
    c.connection[row] = connection;
    c.fromServer[row] = side;
    c.flags[row] = flags;
    c.sequence[row] = modulo(sequence);
    c.message[row] = -1;
    c.step[row] = step;
    c.window[row] = flags & RST ? 0 : WINDOW;
    const [own, other] = side === 0 ? halves : [halves[1], halves[0]];
    c.stretch[row] = own.stretch >= 0 ? own.stretch : -2 - other.stretch;
    if (flags & SYN) {
      syns[side] = row;
      c.optionsStart[row] = LEAST_SHIFT * OPTIONS_LENGTH;
      c.optionsLength[row] = OPTIONS_LENGTH;
    }
    return row;
  };
  const firstStep = halves[0].step >= 0 ? halves[0].step : halves[1].step;

  if (Number.isNaN(establishedAt)) {
    const answered = ending === 'refused' || ending === 'reset';
    const half = Math.floor((closedAt - openedAt) / 2);
    if (answered) {
      emit(0, openedAt, openedAt + half, SYN, isn[0], firstStep);
      const row = emit(1, openedAt + half, closedAt, RST | ACK, 0, firstStep);
      table.columns.acknowledgment[row] = modulo(isn[0] + 1);
      return;
    }
    let timeout = FIRST_TIMEOUT;
    for (let at = openedAt; at === openedAt || at < closedAt; at += timeout, timeout = Math.min(timeout * 2, LONGEST_TIMEOUT)) {
      const row = emit(0, at, Number.NaN, SYN, isn[0], firstStep);
      if (at > openedAt) table.columns.retransmission[row] = 1;
      if (Number.isNaN(closedAt)) {
        table.columns.fate[row] = UNDER_WAY;
        break;
      }
    }
    return;
  }

  const roundTrip = establishedAt - openedAt;
  const there = outbound(roundTrip, halves[0].delay, halves[1].delay);
  const delays = [
    Number.isNaN(halves[0].delay) ? there : halves[0].delay,
    Number.isNaN(halves[1].delay) ? roundTrip - there : halves[1].delay,
  ].map(Math.round) as [number, number];

  emit(0, openedAt, openedAt + there, SYN, isn[0], firstStep);
  const answer = emit(1, openedAt + there, establishedAt, SYN | ACK, isn[1], firstStep);
  table.columns.acknowledgment[answer] = modulo(isn[0] + 1);

  /** An established side's segment: carries the acknowledgment, and arrives after everything before it. */
  const send = (side: 0 | 1, at: Nanoseconds, arrives: Nanoseconds, flags: number, start: Bytes, length: Bytes, step: number): void => {
    const own = halves[side];
    const other = halves[1 - side] as Half;
    const arrival = Number.isNaN(arrives) ? arrives : Math.max(arrives, own.lastArrival, at);
    const sequence = isn[side] + 1 + start + (own.finSent && length === 0 && !(flags & FIN) ? 1 : 0);
    const row = emit(side, at, arrival, flags, sequence, step);
    const c = table.columns;
    if (flags & ACK) {
      c.acknowledgment[row] = modulo((isn[1 - side] as number) + 1 + other.received + (other.finReceived ? 1 : 0));
      other.acknowledged = other.received;
      other.finAcknowledged = other.finReceived;
      other.unacknowledged = 0;
      other.due = false;
    }
    c.streamStart[row] = start;
    c.length[row] = length;
    if (Number.isNaN(arrival)) return;
    own.lastArrival = arrival;
    if (length > 0 || flags & FIN) own.send(row);
  };

  // The third part of the handshake.
  halves[1].lastArrival = establishedAt;
  halves[0].lastArrival = openedAt + there;
  send(0, establishedAt, establishedAt + delays[0], ACK, halves[0].offset, 0, firstStep);

  const closes = ending === 'closed' && !Number.isNaN(closedAt);
  const first: 0 | 1 = halves[1].lastAt > halves[0].lastAt ? 1 : 0;
  const second: 0 | 1 = first === 0 ? 1 : 0;
  const earliest = [establishedAt, openedAt + there] as const;
  const resetAt = ending === 'reset' ? closedAt : NEVER;
  /** The FIN of the side that closes first, so that the other one's arrives when the connection was recorded as closed. */
  const firstFinAt = closes ? Math.max(closedAt - delays[0] - delays[1], earliest[first], halves[first].lastAt) : NEVER;
  const secondFinAt = closes ? Math.max(closedAt - delays[second], earliest[second], halves[second].lastAt) : NEVER;

  /** On a connection that timed out: what goes out later than this, by side. */
  const lostAfter = halves.map(({ lastAt }) => (ending === 'timed out' ? lastAt - delays[0] - delays[1] : NEVER));
  const sendData = (side: 0 | 1, at: Nanoseconds): void => {
    const half = halves[side];
    const { start, length, lastBitAt, delay, pushes, step } = half.take();
    const lost = at > (lostAfter[side] as number) && start >= half.messages.delivered;
    const arrives = lost ? Number.NaN : Math.max(lastBitAt, at) + Math.round(delay);
    send(side, at, arrives, ACK | (pushes ? PSH : 0), start, length, step);
    half.largestFlight = Math.max(half.largestFlight, half.offset - half.acknowledged);
  };

  let now = Math.min(establishedAt, openedAt + there);
  let at = NEVER;
  let what: Happening = 'nothing';
  let side: 0 | 1 = 0;
  const consider = (candidate: Nanoseconds, kind: Happening, of: 0 | 1): void => {
    if (candidate >= at) return;
    at = candidate;
    what = kind;
    side = of;
  };
  const next = (): Happening => {
    // The earliest; of one time arrivals, then data, then what ends the connection well, then acknowledgments that nothing carried.
    at = NEVER;
    what = 'nothing';
    for (const of of SIDES) {
      const row = halves[of].arriving;
      if (row !== undefined) consider(table.columns.receivedAt[row] as number, 'arrival', of);
    }
    for (const of of SIDES) if (!halves[of].finSent) consider(Math.max(halves[of].nextAt, earliest[of], now), 'data', of);
    if (closes) {
      const [active, passive] = [halves[first], halves[second]];
      if (!active.finSent && active.nextAt === NEVER) consider(Math.max(firstFinAt, now), 'fin', first);
      // The second side closes when it knows that the first one has.
      if (!passive.finSent && passive.nextAt === NEVER && active.finReceived) consider(Math.max(secondFinAt, now), 'fin', second);
    }
    for (const of of SIDES) if (halves[1 - of]?.due) consider(now, 'acknowledgment', of);
    consider(Math.max(resetAt, now), 'reset', second);
    return what;
  };

  for (let happening = next(); happening !== 'nothing'; happening = next()) {
    now = at;
    const own = halves[side];
    const other = halves[1 - side] as Half;
    if (happening === 'arrival') {
      const row = own.arriving as number;
      const ends = own.arrive();
      const { length, streamStart, flags } = table.columns;
      if ((flags[row] as number) & FIN) own.finReceived = true;
      else {
        own.received = (streamStart[row] as number) + (length[row] as number);
        own.unacknowledged++;
      }
      if (ends || own.finReceived || own.unacknowledged >= 2) own.due = true;
    } else if (happening === 'data') sendData(side, now);
    else if (happening === 'acknowledgment') {
      other.due = false;
      const news = other.received > other.acknowledged || other.finReceived !== other.finAcknowledged;
      if (news) send(side, now, now + delays[side], ACK, own.offset, 0, other.step);
    } else if (happening === 'fin') {
      send(side, now, now + delays[side], FIN | ACK, own.offset, 0, own.step);
      own.finSent = true;
    } else {
      send(side, now, now + delays[side], RST | ACK, own.offset, 0, own.step);
      // The other side sends on until it knows.
      const peer: 0 | 1 = side === 0 ? 1 : 0;
      const until = own.lastArrival;
      for (let time = other.nextAt; Math.max(time, earliest[peer], now) < until; time = other.nextAt) {
        now = Math.max(time, earliest[peer], now);
        sendData(peer, now);
      }
      break;
    }
  }
  scaleWindows();

  /** Each side offers a window that what the other one had on its way did not fill. */
  function scaleWindows(): void {
    for (const side of [0, 1] as const) {
      const flight = (halves[1 - side] as Half).largestFlight;
      let shift = LEAST_SHIFT;
      while (shift < 14 && WINDOW * 2 ** shift <= flight) shift++;
      if (syns[side] >= 0) table.columns.optionsStart[syns[side]] = shift * OPTIONS_LENGTH;
    }
  }
}

/** What of the handshake's round trip the SYN took: as the delays of the two directions stand to each other, where they are known. */
function outbound(roundTrip: Nanoseconds, there: Nanoseconds, back: Nanoseconds): Nanoseconds {
  if (there + back > 0) return Math.floor((roundTrip * there) / (there + back));
  if (!Number.isNaN(there)) return Math.min(Math.round(there), roundTrip);
  if (!Number.isNaN(back)) return roundTrip - Math.min(Math.round(back), roundTrip);
  return Math.floor(roundTrip / 2);
}

const modulo = (sequence: number): number => ((sequence % 4294967296) + 4294967296) % 4294967296;
