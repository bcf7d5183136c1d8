/**
 * Where lifelines stand: hosts in the order in which they are asked for, else of their first appearance, as far apart as their names and the texts between neighbours ask
 * for. Where the page is too narrow for that, long labels give way first; then names are broken over two lines.
 */
import { arrowLabel, isProtected, type Part } from '../part.ts';
import { BREAK, MESSAGE, NOTE, OPENING, type RowKind, type Rows, SEGMENT } from './rows.ts';
import { ADDRESS, breakName, HEAD, LABEL, shorten, textWidth } from './text-width.ts';

export interface Columns {
  /** Indexes of the run's hosts, left to right. */
  readonly hosts: readonly number[];
  /** By place from the left. */
  readonly x: readonly number[];
  /** By host of the run: its place from the left, or −1. */
  readonly place: Int32Array;
  /** Heads of the lifelines, by place: no two touch. */
  readonly heads: readonly Head[];
  /** Pixels: room for the tallest head. */
  readonly headHeight: number;
  readonly width: number;
}

/** A host's name and, below it, its address, in a box in the middle of its column. */
export interface Head {
  /** The name in one line, or in two where the column is too narrow. */
  readonly lines: readonly string[];
  readonly width: number;
}

/** Least and greatest distance of neighbours, in pixels, as far as labels go. */
const LEAST = 86;
const COMFORTABLE = 120;
const GREATEST = 300;
const STRETCHED = 460;
const MARGIN = 8;
/** Within a head beside its text, and between two heads. */
const PADDING = 10;
const BETWEEN = 8;
const LEAST_HEAD = 64;
/** Widest part of a name that is broken over two lines. */
const WIDEST_PART = 150;

/** `asked`: the hosts that alone are to be shown, from left to right; null: all. */
export function placeColumns(part: Part, rows: Rows, gutter: number, width: number, asked: readonly string[] | null = null): Columns {
  const { run } = part;
  const place = new Int32Array(run.hosts.length).fill(-1);
  const hosts: number[] = [];
  const see = (host: number) => {
    if (host < 0 || place[host] !== -1) return;
    place[host] = hosts.length;
    hosts.push(host);
  };
  const c = run.connections;
  /** Routers whose NATs translate the connection stand between its ends. */
  const seeWay = (connection: number, from: number) => {
    if (connection < 0) return;
    const routers = [c.clientSeen[connection]!, c.serverSeen[connection]!].filter(
      (host) => host !== c.client[connection] && host !== c.server[connection],
    );
    if (from !== c.client[connection]) routers.reverse();
    for (const router of routers) if (asked === null || asked.includes(run.hosts[router]!.name)) see(router);
  };
  const seeAll = (connection: number) => {
    see(c.client[connection]!);
    seeWay(connection, c.client[connection]!);
    see(c.server[connection]!);
  };
  for (let row = 0; row < rows.count; row++) {
    const i = rows.subject[row]!;
    switch (rows.kind[row] as RowKind) {
      case MESSAGE:
        see(run.messages.from[i]!);
        seeWay(run.messages.connection[i]!, run.messages.from[i]!);
        see(run.messages.to[i]!);
        break;
      case NOTE:
        see(run.states.host[i]!);
        break;
      case OPENING:
      case BREAK:
        seeAll(i);
        break;
      case SEGMENT:
        seeAll(run.packets.connection[i]!);
        break;
    }
  }
  if (asked !== null && asked.length > 1) {
    const order = new Map(asked.map((name, i) => [name, i]));
    const orderOf = (host: number) => order.get(run.hosts[host]!.name) ?? asked.length;
    hosts.sort((a, b) => orderOf(a) - orderOf(b));
    for (const [i, host] of hosts.entries()) place[host] = i;
  }

  const gaps = new Array<number>(Math.max(0, hosts.length - 1)).fill(COMFORTABLE);
  const widths = new Map<number, number>();
  for (const row of rows.messages) {
    const i = rows.subject[row]!;
    const from = place[run.messages.from[i]!]!;
    const to = place[run.messages.to[i]!]!;
    // A label with a lock is another one than the same without.
    const label = run.messages.label[i]! * 2 + (isProtected(run, i) ? 1 : 0);
    let wanted = widths.get(label);
    if (wanted === undefined) {
      wanted = Math.min(GREATEST, textWidth(arrowLabel(run, i), LABEL) + 28);
      widths.set(label, wanted);
    }
    if (Math.abs(from - to) === 1) {
      const gap = Math.min(from, to);
      if (wanted > gaps[gap]!) gaps[gap] = wanted;
    } else if (from === to && from < gaps.length && wanted + 40 > gaps[from]!) gaps[from] = Math.min(GREATEST, wanted + 40);
  }
  const whole = hosts.map((host) => headOf(run.hosts[host]!, Infinity));
  const narrow = hosts.map((host) => headOf(run.hosts[host]!, 0));
  const apart = (heads: readonly Head[]) => gaps.map((_, i) => Math.max(LEAST, (heads[i]!.width + heads[i + 1]!.width) / 2 + BETWEEN));
  const edges = (heads: readonly Head[]) => [heads[0]?.width ?? 0, heads.at(-1)?.width ?? 0].map((head) => head / 2 + MARGIN);
  const sum = (distances: readonly number[]) => distances.reduce((total, distance) => total + distance, 0);
  // From the most comfortable to the least: the first that fits, or what lies between it and the next one.
  const wholeApart = apart(whole);
  const narrowApart = apart(narrow);
  const wanted = gaps.map((gap, i) => Math.max(gap, wholeApart[i]!));
  const room = width - gutter - sum(edges(whole));
  const narrowRoom = width - gutter - sum(edges(narrow));
  let spread: number[];
  if (sum(wanted) <= room) spread = enlarge(wanted, room);
  else if (sum(wholeApart) <= room) spread = shrink(wanted, wholeApart, room);
  else spread = shrink(wholeApart, narrowApart, narrowRoom);
  const [edge] = edges(sum(wholeApart) <= room ? whole : narrow);
  const used = sum(spread);
  const left = gutter + edge! + Math.max(0, ((sum(wholeApart) <= room ? room : narrowRoom) - used) / 2);
  const x: number[] = [];
  let at = left;
  for (let i = 0; i < hosts.length; i++) {
    x.push(Math.round(at));
    at += spread[i] ?? 0;
  }
  const heads = fitHeads(whole, narrow, x, gutter, width);
  return {
    hosts,
    x,
    place,
    heads,
    headHeight: heads.some(({ lines }) => lines.length > 1) ? 62 : 48,
    width: Math.max(width, Math.ceil((x.at(-1) ?? left) + (heads.at(-1)?.width ?? 0) / 2 + MARGIN)),
  };
}

/** The head of a host whose name is wider than `room` is as narrow as two lines can be. */
function headOf({ name, address }: { readonly name: string; readonly address: string }, room: number): Head {
  const lines = textWidth(name, HEAD) <= room ? [name] : breakName(name).map((line) => shorten(line, WIDEST_PART, HEAD));
  const widest = Math.max(textWidth(address, ADDRESS), ...lines.map((line) => textWidth(line, HEAD)));
  return { lines, width: Math.ceil(Math.max(LEAST_HEAD, widest + 2 * PADDING)) };
}

/** Gives every name one line that has the room for it beside its neighbours, from left to right. */
function fitHeads(whole: readonly Head[], narrow: readonly Head[], x: readonly number[], gutter: number, width: number): Head[] {
  const heads = [...narrow];
  for (let i = 0; i < heads.length; i++) {
    const { width: wanted } = whole[i]!;
    // Places are whole pixels: between two of them, a pixel may be missing.
    const leftEnd = i === 0 ? gutter : x[i - 1]! + heads[i - 1]!.width / 2 + BETWEEN - 1;
    const rightEnd = i === heads.length - 1 ? width : x[i + 1]! - heads[i + 1]!.width / 2 - BETWEEN + 1;
    if (x[i]! - wanted / 2 >= leftEnd && x[i]! + wanted / 2 <= rightEnd) heads[i] = whole[i]!;
  }
  return heads;
}

function enlarge(gaps: readonly number[], room: number): number[] {
  const sum = gaps.reduce((total, gap) => total + gap, 0);
  return gaps.map((gap) => Math.min(STRETCHED, (gap * room) / sum));
}

/** Takes the same share of what each gap has above its least, so that narrow ones stay readable. */
function shrink(gaps: readonly number[], least: readonly number[], room: number): number[] {
  const spare = gaps.reduce((total, gap, i) => total + gap - least[i]!, 0);
  const missing = gaps.reduce((total, gap) => total + gap, 0) - room;
  const share = spare <= 0 ? 1 : Math.max(0, Math.min(1, missing / spare));
  return gaps.map((gap, i) => gap - (gap - least[i]!) * share);
}
