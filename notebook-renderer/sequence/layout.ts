/**
 * A sequence diagram as data: the interactive diagram, the static SVG and the tests all read this.
 *
 * An arrow starts on its own row. In order it falls a little within that row, but where the receiver did something before the
 * message reached it, the arrow ends below that: along each lifeline, top to bottom is the order of time, always. In time it
 * ends where its arrival lies on the axis.
 */
import { isAnswer, type Part, text } from '../part.ts';
import { type Axis, type AxisMode, BELOW, firstRowAt, placeRows, yOfTime } from './axis.ts';
import { type Columns, placeColumns } from './columns.ts';
import { MESSAGE, NOTE, OPENING, type Rows, SEGMENT, type Told, tellRows } from './rows.ts';

/** Width of the column of times. */
export const GUTTER = 78;
/** How far an arrow falls within its row. */
export const FALL = 8;
/** Middle of a note below its row's line. */
export const NOTE_DROP = 12;
const BAND_LANES = 4;

export interface Layout {
  readonly part: Part;
  readonly rows: Rows;
  readonly columns: Columns;
  readonly axis: Axis;
  /** By row: where the arrow of a message or segment ends; for other rows, its line. */
  readonly endY: Float64Array;
  /** Lowest point of any row before each block of BLOCK rows ends: finds what reaches into a window without looking at all rows. */
  readonly blockEnd: Float64Array;
  readonly bands: readonly Band[];
  readonly activations: readonly Activation[];
  readonly width: number;
  /** What is seen of `width` without scrolling sideways. */
  readonly visibleWidth: number;
  readonly height: number;
}

/** A TCP connection behind its arrows, from opening to end. */
export interface Band {
  readonly connection: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** Baseline of its label. */
  readonly labelY: number;
  readonly open: boolean;
}

/** A host busy with a request until it answers. */
export interface Activation {
  readonly host: number;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

export interface LayoutOptions extends Told {
  /** Pixels to fill. */
  readonly width: number;
  readonly axis: AxisMode;
}

const BLOCK = 256;

export function layOut(part: Part, options: LayoutOptions): Layout {
  const rows = tellRows(part, options);
  const columns = placeColumns(part, rows, GUTTER, options.width, options.filter.hosts);
  const axis = placeRows(rows, options.axis);
  const endY = options.axis === 'order' ? endsInOrder(part, rows, axis) : endsInTime(part, rows, axis);
  const blockEnd = new Float64Array(Math.ceil(rows.count / BLOCK));
  let lowest = axis.height;
  for (let row = 0; row < rows.count; row++) {
    const end = Math.max(endY[row]!, axis.y[row]!) + BELOW[rows.kind[row]!]!;
    const block = Math.floor(row / BLOCK);
    if (end > blockEnd[block]!) blockEnd[block] = end;
    if (end > lowest) lowest = end;
  }
  return {
    part,
    rows,
    columns,
    axis,
    endY,
    blockEnd,
    bands: bandsOf(part, rows, columns, axis, lowest),
    activations: activationsOf(part, rows, columns, axis, endY),
    width: columns.width,
    visibleWidth: Math.min(columns.width, options.width),
    height: Math.ceil(lowest),
  };
}

const sentTo = ({ run }: Part, rows: Rows, row: number): { from: number; to: number; receivedAt: number } => {
  const i = rows.subject[row]!;
  if (rows.kind[row] === MESSAGE) return { from: run.messages.from[i]!, to: run.messages.to[i]!, receivedAt: run.messages.receivedAt[i]! };
  const connection = run.packets.connection[i]!;
  const client = run.connections.client[connection]!;
  const server = run.connections.server[connection]!;
  const back = run.packets.fromServer[i] === 1;
  return { from: back ? server : client, to: back ? client : server, receivedAt: run.packets.receivedAt[i]! };
};

function endsInOrder(part: Part, rows: Rows, axis: Axis): Float64Array {
  const endY = Float64Array.from(axis.y);
  const { run } = part;
  const arrivals: number[] = [];
  const arrivesAt = new Float64Array(rows.count);
  // What each host did itself: rows in order of time.
  const own: number[][] = run.hosts.map(() => []);
  for (let row = 0; row < rows.count; row++) {
    const kind = rows.kind[row]!;
    if (kind === NOTE) own[run.states.host[rows.subject[row]!]!]?.push(row);
    if (kind !== MESSAGE && kind !== SEGMENT) continue;
    const { from, receivedAt } = sentTo(part, rows, row);
    own[from]?.push(row);
    endY[row] = axis.y[row]! + FALL;
    if (Number.isNaN(receivedAt)) continue;
    arrivesAt[row] = receivedAt;
    arrivals.push(row);
  }
  arrivals.sort((a, b) => arrivesAt[a]! - arrivesAt[b]! || a - b);
  const passed = new Int32Array(run.hosts.length);
  const lowest = new Float64Array(run.hosts.length);
  for (const row of arrivals) {
    const { to } = sentTo(part, rows, row);
    const events = own[to]!;
    let next = passed[to]!;
    while (next < events.length && rows.at[events[next]!]! < arrivesAt[row]!) next++;
    passed[to] = next;
    const before = next > 0 ? axis.y[events[next - 1]!]! + FALL : 0;
    const end = Math.max(endY[row]!, before, lowest[to]!);
    endY[row] = end;
    lowest[to] = end;
  }
  return endY;
}

function endsInTime(part: Part, rows: Rows, axis: Axis): Float64Array {
  const endY = Float64Array.from(axis.y);
  for (let row = 0; row < rows.count; row++) {
    const kind = rows.kind[row]!;
    if (kind !== MESSAGE && kind !== SEGMENT) continue;
    const { receivedAt } = sentTo(part, rows, row);
    const end = Number.isNaN(receivedAt) ? 0 : yOfTime(axis, rows, receivedAt);
    endY[row] = Math.max(end, axis.y[row]! + (Number.isNaN(receivedAt) ? FALL : 0));
  }
  return endY;
}

function bandsOf({ run }: Part, rows: Rows, columns: Columns, axis: Axis, bottom: number): Band[] {
  const bands: Band[] = [];
  const lanes = new Map<string, number[]>();
  for (let row = 0; row < rows.count; row++) {
    if (rows.kind[row] !== OPENING) continue;
    const connection = rows.subject[row]!;
    const a = columns.place[run.connections.client[connection]!]!;
    const b = columns.place[run.connections.server[connection]!]!;
    const closedAt = run.connections.closedAt[connection]!;
    const open = Number.isNaN(closedAt);
    const top = axis.y[row]! - 12;
    const end = open ? bottom : endOfBand(rows, axis, closedAt);
    const key = a < b ? `${a} ${b}` : `${b} ${a}`;
    const ends = lanes.get(key) ?? [];
    lanes.set(key, ends);
    let lane = 0;
    while (lane < BAND_LANES && (ends[lane] ?? 0) > top) lane++;
    ends[lane] = end;
    const inset = 7 + Math.min(lane, BAND_LANES) * 5;
    const left = columns.x[Math.min(a, b)]!;
    const right = a === b ? left + 110 : columns.x[Math.max(a, b)]!;
    // In time, an arrow from before may reach the lifeline just where the connection is opened: the label stands below it.
    const labelY = top + (axis.mode === 'time' ? 24 : 14);
    bands.push({ connection, left: left + inset, right: right - inset, top, bottom: Math.max(end, labelY + 6), labelY, open });
  }
  return bands;
}

/** Below the last row that is not later than the end. */
function endOfBand(rows: Rows, axis: Axis, closedAt: number): number {
  let row = firstRowAt(rows, closedAt);
  while (row < rows.count && rows.at[row] === closedAt) row++;
  if (row === 0) return 0;
  const below = axis.y[row - 1]! + BELOW[rows.kind[row - 1]!]! - 3;
  return axis.mode === 'order' ? below : Math.max(below, yOfTime(axis, rows, closedAt));
}

function activationsOf({ run }: Part, rows: Rows, columns: Columns, axis: Axis, endY: Float64Array): Activation[] {
  const found: Activation[] = [];
  /** By connection and asked host: rows of requests that wait for their answer. */
  const waiting = new Map<number, number[]>();
  const m = run.messages;
  for (const row of rows.messages) {
    const i = rows.subject[row]!;
    if (m.connection[i]! < 0 || m.from[i] === m.to[i]) continue;
    if (!isAnswer(text(run, m.kind[i]!))) {
      if (Number.isNaN(m.receivedAt[i]!)) continue;
      const key = m.connection[i]! * run.hosts.length + m.to[i]!;
      const queue = waiting.get(key);
      if (queue) queue.push(row);
      else waiting.set(key, [row]);
      continue;
    }
    const request = waiting.get(m.connection[i]! * run.hosts.length + m.from[i]!)?.shift();
    if (request === undefined) continue;
    const top = endY[request]!;
    const bottom = axis.y[row]!;
    if (bottom - top < 4) continue;
    const host = m.from[i]!;
    found.push({ host, x: columns.x[columns.place[host]!]!, top, bottom });
  }
  return found;
}

/** Rows whose line or arrow touches the window from `top` to `bottom`. */
export function rowsWithin(layout: Layout, top: number, bottom: number): number[] {
  const { rows, axis, endY, blockEnd } = layout;
  const found: number[] = [];
  for (let block = 0; block < blockEnd.length; block++) {
    const first = block * BLOCK;
    if (axis.y[first]! - 40 > bottom) break;
    if (blockEnd[block]! < top) continue;
    const end = Math.min(rows.count, first + BLOCK);
    for (let row = first; row < end; row++) {
      if (axis.y[row]! - 40 > bottom) break;
      if (Math.max(endY[row]!, axis.y[row]!) + 20 >= top) found.push(row);
    }
  }
  return found;
}

/** The place among `rows.messages` of the last message sent at or before a time; −1 when there is none. */
export function messageAtTime({ rows }: Layout, time: number): number {
  let low = 0;
  let high = rows.messages.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows.at[rows.messages[middle]!]! <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
