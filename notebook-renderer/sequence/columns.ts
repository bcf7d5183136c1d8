/** Where lifelines stand: hosts in order of first appearance, as far apart as the texts between neighbours ask for. */
import type { Part } from '../part.ts';
import { BREAK, MESSAGE, NOTE, OPENING, type RowKind, type Rows, SEGMENT } from './rows.ts';
import { LABEL, textWidth } from './text-width.ts';

export interface Columns {
  /** Indexes of the run's hosts, left to right. */
  readonly hosts: readonly number[];
  /** By place from the left. */
  readonly x: readonly number[];
  /** By host of the run: its place from the left, or −1. */
  readonly place: Int32Array;
  /** Room of a lifeline's head. */
  readonly headWidth: number;
  readonly width: number;
}

/** Least and greatest distance of neighbours, in pixels. */
const LEAST = 86;
const COMFORTABLE = 120;
const GREATEST = 300;
const STRETCHED = 460;
const MARGIN = 8;
const WIDEST_HEAD = 144;

export function placeColumns(part: Part, rows: Rows, gutter: number, width: number): Columns {
  const { run } = part;
  const place = new Int32Array(run.hosts.length).fill(-1);
  const hosts: number[] = [];
  const see = (host: number) => {
    if (host < 0 || place[host] !== -1) return;
    place[host] = hosts.length;
    hosts.push(host);
  };
  for (let row = 0; row < rows.count; row++) {
    const i = rows.subject[row]!;
    switch (rows.kind[row] as RowKind) {
      case MESSAGE:
        see(run.messages.from[i]!);
        see(run.messages.to[i]!);
        break;
      case NOTE:
        see(run.states.host[i]!);
        break;
      case OPENING:
      case BREAK:
        see(run.connections.client[i]!);
        see(run.connections.server[i]!);
        break;
      case SEGMENT:
        see(run.connections.client[run.packets.connection[i]!]!);
        see(run.connections.server[run.packets.connection[i]!]!);
        break;
    }
  }

  const gaps = new Array<number>(Math.max(0, hosts.length - 1)).fill(COMFORTABLE);
  const widths = new Map<number, number>();
  for (const row of rows.messages) {
    const i = rows.subject[row]!;
    const from = place[run.messages.from[i]!]!;
    const to = place[run.messages.to[i]!]!;
    const label = run.messages.label[i]!;
    let wanted = widths.get(label);
    if (wanted === undefined) {
      wanted = Math.min(GREATEST, textWidth(run.strings[label] ?? '', LABEL) + 28);
      widths.set(label, wanted);
    }
    if (Math.abs(from - to) === 1) {
      const gap = Math.min(from, to);
      if (wanted > gaps[gap]!) gaps[gap] = wanted;
    } else if (from === to && from < gaps.length && wanted + 40 > gaps[from]!) gaps[from] = Math.min(GREATEST, wanted + 40);
  }
  // With many hosts, the outer heads are narrow, too.
  const crowded = hosts.length * COMFORTABLE > width - gutter;
  const edge = (crowded ? LEAST : WIDEST_HEAD) / 2 + 2;
  const room = width - gutter - 2 * edge - 2 * MARGIN;
  const wanted = gaps.reduce((sum, gap) => sum + gap, 0);
  const spread = wanted <= room ? enlarge(gaps, room) : shrink(gaps, room);
  const used = spread.reduce((sum, gap) => sum + gap, 0);
  const left = gutter + MARGIN + edge + Math.max(0, (room - used) / 2);
  const x: number[] = [];
  let at = left;
  for (let i = 0; i < hosts.length; i++) {
    x.push(Math.round(at));
    at += spread[i] ?? 0;
  }
  return {
    hosts,
    x,
    place,
    headWidth: spread.reduce((least, gap) => Math.min(least, gap - 4), crowded ? LEAST - 4 : WIDEST_HEAD),
    width: Math.max(width, Math.ceil((x.at(-1) ?? left) + edge + MARGIN)),
  };
}

function enlarge(gaps: readonly number[], room: number): number[] {
  const sum = gaps.reduce((total, gap) => total + gap, 0);
  return gaps.map((gap) => Math.min(STRETCHED, (gap * room) / sum));
}

/** Takes the same share of what each gap has above the least, so that narrow ones stay readable. */
function shrink(gaps: readonly number[], room: number): number[] {
  const spare = gaps.reduce((total, gap) => total + gap - LEAST, 0);
  const missing = gaps.reduce((total, gap) => total + gap, 0) - room;
  const share = spare === 0 ? 1 : Math.min(1, missing / spare);
  return gaps.map((gap) => gap - (gap - LEAST) * share);
}
