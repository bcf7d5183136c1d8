/** The lines and texts of one row, in pixels. */
import type { Run } from '../../engines/run.ts';
import { hostName, text } from '../part.ts';
import { FALL, GUTTER, type Layout } from './layout.ts';
import { MESSAGE } from './rows.ts';
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
/** Labels wider than their arrow may reach over other lifelines up to this width. */
const LEAST_ROOM = 264;
/** From a lifeline to a number beside it, clear of an activation bar. */
const TAIL = 7;
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
  const full = message ? text(run, run.messages.label[i]!) : segmentLabel(run, i);
  const font = message ? LABEL : SMALL;

  if (from === to) {
    const y2 = Math.max(y1 + FALL, endY[row]!);
    const room = Math.max(60, layout.width - x1 - 44);
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
  const x2 = lost ? Math.round(x1 + (target - x1) * LOST_AT) : target;
  const y2 = lost ? y1 + FALL * LOST_AT : endY[row]!;
  const span = Math.abs(target - x1) - 18;
  const shown = shorten(oneLine(full), Math.max(span, Math.min(LEAST_ROOM, layout.width - GUTTER - 16)), font);
  const width = textWidth(shown, font);
  const middle = Math.min(Math.max((x1 + target) / 2, GUTTER + 8 + width / 2), layout.width - 8 - width / 2);
  const degrees = (Math.atan2(y2 - y1, Math.abs(x2 - x1)) * 180) / Math.PI;
  const steep = axis.mode === 'time' && degrees > STEEPEST && width + 2 * TAIL <= span;
  const follows = axis.mode === 'time' && degrees > 0.5 && degrees <= STEEPEST && width <= span;
  const rise = message ? 5 : 3;
  return {
    x1,
    y1,
    x2,
    y2,
    loop: false,
    lost,
    tail: target > x1 ? { x: x1 - TAIL, y: y1 + 4, anchor: 'end' } : { x: x1 + TAIL, y: y1 + 4, anchor: 'start' },
    label: follows
      ? { x: middle, y: (y1 + y2) / 2 - rise, angle: x2 > x1 ? degrees : -degrees, anchor: 'middle', text: shown, width }
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

const FLAGS = [
  [2, 'SYN'],
  [1, 'FIN'],
  [4, 'RST'],
  [8, 'PSH'],
  [16, 'ACK'],
] as const;

/** `SYN`, `FIN, ACK`, `PSH, ACK · 27 B · sent again`. */
export function segmentLabel(run: Run, packet: number): string {
  const p = run.packets;
  const flags = FLAGS.filter(([bit]) => (p.flags[packet]! & bit) !== 0).map(([, name]) => name);
  const parts = [flags.join(', ')];
  if (p.length[packet]! > 0) parts.push(`${p.length[packet]} B`);
  if (p.retransmission[packet] === 1) parts.push('sent again');
  if (Number.isNaN(p.receivedAt[packet]!)) parts.push('lost');
  return parts.filter((part) => part !== '').join(' · ');
}

/** `TCP · SMTP · port 25`. */
export function connectionLabel(run: Run, connection: number): string {
  const c = run.connections;
  const protocol = text(run, c.protocol[connection]!);
  return ['TCP', protocol.toUpperCase(), `port ${c.serverPort[connection]}`].filter((part) => part !== '').join(' · ');
}

/** `connection to mail.crepes.fr:25 refused`. */
export function breakLabel(run: Run, connection: number): string {
  const c = run.connections;
  return `connection to ${hostName(run, c.server[connection]!)}:${c.serverPort[connection]} ${text(run, c.ending[connection]!)}`;
}

/** Control characters shown as their pictures, so that a label stays one line. */
export function oneLine(label: string): string {
  return label.replace(/[\u0000-\u001f\u007f]/g, (c) => (c === '\u007f' ? '␡' : String.fromCharCode(0x2400 + c.charCodeAt(0))));
}
