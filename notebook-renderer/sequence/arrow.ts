/** The lines and texts of one row, in pixels. */
import { describeLoss } from '../../engines/network/capture/fates.ts';
import type { Run } from '../../engines/run.ts';
import { arrowLabel, fateOf, hostName, text } from '../part.ts';
import { FALL, GUTTER, type Layout, NOTE_DROP } from './layout.ts';
import { MESSAGE, NOTE } from './rows.ts';
import { LABEL, SMALL, shorten, textWidth } from './text-width.ts';

export interface Arrow {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  /** From a host to itself. */
  readonly loop: boolean;
  readonly lost: boolean;
  readonly label: Label;
  /** Where its number stands: beside the tail, on the side that the arrow leaves free. */
  readonly tail: { readonly x: number; readonly y: number; readonly anchor: 'start' | 'end' };
}

export interface Label {
  /** Middle of the text (its start for loops), on the baseline. */
  readonly x: number;
  readonly y: number;
  /** Degrees, clockwise. */
  readonly angle: number;
  readonly anchor: 'middle' | 'start';
  readonly text: string;
  /** Pixels that the text takes at most. */
  readonly width: number;
}

/** Where lost messages end, as a share of their way. */
const LOST_AT = 0.62;
/** Where those end that arrived in part. */
const BROKEN_AT = 0.9;
/** Labels wider than their arrow may reach over other lifelines up to this width, where the page is not narrower than NARROW. */
const LEAST_ROOM = 264;
/** On a page narrower than this, every label keeps to its own arrow: neighbours are too close. */
const NARROW = 500;
/** From a lifeline to a number beside it, clear of an activation bar. */
const TAIL = 7;
/** What a label leaves free at the point of an arrow that it follows. */
const TIP = 12;
/** Arrows whose ends are nearer than this on a lifeline are in the way of each other's labels. */
const CLOSE = 16;
/** Steeper arrows carry a level label, beside their tail. */
const STEEPEST = 22;

export function arrowOf(layout: Layout, row: number): Arrow {
  const { run } = layout.part;
  const { columns, rows, axis, endY } = layout;
  const i = rows.subject[row]!;
  const message = rows.kind[row] === MESSAGE;
  let from: number;
  let to: number;
  let receivedAt: number;
  if (message) {
    from = run.messages.from[i]!;
    to = run.messages.to[i]!;
    receivedAt = run.messages.receivedAt[i]!;
  } else {
    const connection = run.packets.connection[i]!;
    const ends = [run.connections.client[connection]!, run.connections.server[connection]!] as const;
    const back = run.packets.fromServer[i]!;
    from = ends[back as 0 | 1];
    to = ends[(1 - back) as 0 | 1];
    receivedAt = run.packets.receivedAt[i]!;
  }
  const lost = Number.isNaN(receivedAt);
  const x1 = columns.x[columns.place[from]!]!;
  const y1 = axis.y[row]!;
  const fate = message ? fateOf(run, i) : '';
  const broken = fate !== '' && fate !== 'lost';
  const full = message ? `${arrowLabel(run, i)}${broken ? ` · ${fate}` : ''}` : segmentLabel(run, i);
  const font = message ? LABEL : SMALL;

  if (from === to) {
    const y2 = Math.max(y1 + FALL, endY[row]!);
    const end = layout.visibleWidth < NARROW ? (columns.x[columns.place[from]! + 1] ?? layout.width) : layout.width;
    const room = Math.max(40, end - x1 - 44);
    const shown = shorten(oneLine(full), room, font);
    return {
      x1,
      y1,
      x2: x1,
      y2,
      loop: true,
      lost,
      tail: { x: x1 - TAIL, y: y1 + 4, anchor: 'end' },
      label: { x: x1 + 34, y: y1 + 8, angle: 0, anchor: 'start', text: shown, width: textWidth(shown, font) },
    };
  }

  const target = columns.x[columns.place[to]!]!;
  const share = broken ? BROKEN_AT : LOST_AT;
  const x2 = lost ? Math.round(x1 + (target - x1) * share) : target;
  const y2 = lost ? y1 + FALL * share : endY[row]!;
  const span = Math.abs(target - x1) - 18;
  const reach = layout.visibleWidth < NARROW ? 0 : Math.min(LEAST_ROOM, layout.width - GUTTER - 16);
  const shown = shorten(oneLine(full), Math.max(span, reach), font);
  const width = textWidth(shown, font);
  // A label that is wider than its arrow reaches beyond the point, not over the number at the tail.
  const over = Math.max(0, width - span) / 2;
  const centre = (x1 + target) / 2 + Math.sign(target - x1) * over;
  const middle = Math.min(Math.max(centre, GUTTER + 8 + width / 2), layout.width - 8 - width / 2);
  const degrees = (Math.atan2(y2 - y1, Math.abs(x2 - x1)) * 180) / Math.PI;
  const steep = axis.mode === 'time' && degrees > STEEPEST && width + 2 * TAIL <= span;
  const follows = axis.mode === 'time' && degrees > 0.5 && degrees <= STEEPEST && width <= span;
  const rise = message ? 5 : 3;
  const steepness = (y2 - y1) / Math.abs(x2 - x1);
  const along = follows ? labelAlong(layout, row, from, to, Math.abs(target - x1), width, (font.size + rise + 2) / steepness) : 0;
  return {
    x1,
    y1,
    x2,
    y2,
    loop: false,
    lost,
    tail: target > x1 ? { x: x1 - TAIL, y: y1 + 4, anchor: 'end' } : { x: x1 + TAIL, y: y1 + 4, anchor: 'start' },
    label: follows
      ? {
          x: x1 + Math.sign(target - x1) * along,
          y: y1 + along * steepness - rise,
          angle: x2 > x1 ? degrees : -degrees,
          anchor: 'middle',
          text: shown,
          width,
        }
      : {
          x: steep ? x1 + Math.sign(target - x1) * (TAIL + width / 2) : middle,
          y: y1 - rise,
          angle: 0,
          anchor: 'middle',
          text: shown,
          width,
        },
  };
}

/**
 * How far from an arrow's tail the middle of its label stands: half way, but further on where the arrow answers one that comes
 * in at its tail, since the two draw apart only from there. `clear`: where they are as far apart as the label is high, if the
 * other one were level; it falls as steeply, so half of that is enough.
 */
function labelAlong(layout: Layout, row: number, from: number, to: number, length: number, width: number, clear: number): number {
  const middle = length / 2;
  const furthest = length - TIP - width / 2;
  const wanted = comesBack(layout, row, from, to) ? Math.max(middle, Math.min(clear / 2 + width / 2, furthest)) : middle;
  const pills = pillsNear(layout, row);
  if (pills.length === 0) return wanted;
  // The place nearest to that where notes cover the least of it.
  const x1 = layout.columns.x[layout.columns.place[from]!]!;
  const direction = Math.sign(layout.columns.x[layout.columns.place[to]!]! - x1);
  const steepness = (layout.endY[row]! - layout.axis.y[row]!) / length;
  const covered = (along: number): number => {
    let count = 0;
    for (let i = 0; i <= SAMPLES; i++) {
      const at = along + (i / SAMPLES - 0.5) * width;
      const x = x1 + direction * at;
      const y = layout.axis.y[row]! + at * steepness - LABEL.size;
      if (pills.some((pill) => x > pill.x - 4 && x < pill.x + pill.width + 4 && Math.abs(y - pill.y) < PILL)) count++;
    }
    return count;
  };
  let best = wanted;
  let least = covered(wanted);
  for (let shift = 6; shift <= length / 2 && least > 0; shift += 6) {
    for (const along of [wanted + shift, wanted - shift]) {
      if (along < width / 2 + TIP || along > furthest) continue;
      const count = covered(along);
      if (count >= least) continue;
      best = along;
      least = count;
    }
  }
  return best;
}

/** Points of a label that are looked at for notes above them. */
const SAMPLES = 12;
/** Height of a note's pill. */
const PILL = 20;
const WIDEST_NOTE = 300;

/** Where a note stands: in the middle of its host's lifeline, moved in where the page ends. `y` is the middle of the pill. */
export interface Note {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
}

export function noteOf({ part: { run }, columns, axis, rows, width: page }: Layout, row: number): Note {
  const state = rows.subject[row]!;
  const shown = shorten(oneLine(text(run, run.states.note[state]!)), Math.min(WIDEST_NOTE, page - GUTTER - 40), SMALL);
  const width = textWidth(shown, SMALL) + 18;
  const middle = columns.x[columns.place[run.states.host[state]!]!]!;
  return { x: Math.max(GUTTER + 4, Math.min(middle - width / 2, page - 8 - width)), y: axis.y[row]! + NOTE_DROP, width, text: shown };
}

/** Rows looked at around an arrow for notes that may cover its label. */
const ROWS_AROUND = 12;

function pillsNear(layout: Layout, row: number): Note[] {
  const { rows, axis, endY } = layout;
  const pills: Note[] = [];
  for (let near = Math.max(0, row - 3); near < Math.min(rows.count, row + ROWS_AROUND) && axis.y[near]! < endY[row]! + PILL; near++) {
    if (rows.kind[near] === NOTE) pills.push(noteOf(layout, near));
  }
  return pills;
}

/** Rows looked at above one, for an arrow that comes in at its tail. */
const NEAR_ROWS = 4;

/** Whether an arrow from `to` ends at the tail of this one, or closely above. */
function comesBack({ part, rows, axis, endY }: Layout, row: number, from: number, to: number): boolean {
  for (let before = row - 1; before >= Math.max(0, row - NEAR_ROWS); before--) {
    if (rows.kind[before] !== MESSAGE) continue;
    const { messages } = part.run;
    const i = rows.subject[before]!;
    if (messages.from[i] === to && messages.to[i] === from) return Math.abs(endY[before]! - axis.y[row]!) < CLOSE;
  }
  return false;
}

const FLAGS = [
  [2, 'SYN'],
  [1, 'FIN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
] as const;

/** `SYN`, `FIN, ACK`, `PSH, ACK · 27 B · sent again`, `SYN · lost: queue full`. */
export function segmentLabel(run: Run, packet: number): string {
  const p = run.packets;
  const flags = FLAGS.filter(([bit]) => (p.flags[packet]! & bit) !== 0).map(([, name]) => name);
  const parts = [flags.join(', ')];
  if (p.length[packet]! > 0) parts.push(`${p.length[packet]} B`);
  if (p.retransmission[packet] === 1) parts.push('sent again');
  parts.push(describeLoss(run, packet));
  return parts.filter((part) => part !== '').join(' · ');
}

/** Names that are no abbreviations. */
const WORDS: Readonly<Record<string, string>> = { bittorrent: 'BitTorrent', bitmessage: 'Bitmessage' };

/** `TCP · SMTP · port 25`, `UDP · DNS · port 53`, and how NATs on the way have changed its endpoints. */
export function connectionLabel(run: Run, connection: number): string {
  const c = run.connections;
  const protocol = text(run, c.protocol[connection]!);
  const transport = text(run, c.transport[connection]!);
  return [
    transport.toUpperCase(),
    WORDS[protocol] ?? protocol.toUpperCase(),
    `port ${c.serverPort[connection]}`,
    ...translations(run, connection),
  ]
    .filter((part) => part !== '')
    .join(' · ');
}

/** Where NATs put other endpoints in place of a side's own: `comes from home-router:50000`, `called at home-router:80`. */
export function translations(run: Run, connection: number): string[] {
  const { client, clientPort, clientSeen, clientSeenPort, server, serverPort, serverSeen, serverSeenPort } = run.connections;
  const told: string[] = [];
  const differs = (own: Int32Array, ownPort: Int32Array, seen: Int32Array, seenPort: Int32Array): boolean =>
    own[connection] !== seen[connection] || ownPort[connection] !== seenPort[connection];
  if (differs(client, clientPort, clientSeen, clientSeenPort))
    told.push(`comes from ${hostName(run, clientSeen[connection]!)}:${clientSeenPort[connection]}`);
  if (differs(server, serverPort, serverSeen, serverSeenPort))
    told.push(`called at ${hostName(run, serverSeen[connection]!)}:${serverSeenPort[connection]}`);
  return told;
}

/** `connection to mail.crepes.fr:25 refused`. */
export function breakLabel(run: Run, connection: number): string {
  const c = run.connections;
  return `connection to ${hostName(run, c.serverSeen[connection]!)}:${c.serverSeenPort[connection]} ${text(run, c.ending[connection]!)}`;
}

/** Control characters shown as their pictures, so that a label stays one line. */
export function oneLine(label: string): string {
  return label.replace(/[\u0000-\u001f\u007f]/g, (c) => (c === '\u007f' ? '␡' : String.fromCharCode(0x2400 + c.charCodeAt(0))));
}
