/**
 * RTCP, as far as a stream of stored video needs it: the sender's report and farewell at the end (RFC 3550 §6.4.1, §6.5, §6.6), and the
 * receiver's list of lost packets (generic NACK, RFC 4585 §6.2.1), which goes by itself (RFC 5506). Packets stand one behind another in
 * a datagram; others than these are read over. Total, in time linear in the bytes.
 */
import type { Field } from '../../../field.ts';

export type RtcpPacket =
  | {
      readonly kind: 'sender report';
      readonly source: number;
      /** When, as NTP has it: seconds since 1900 and their 2^32nds. */
      readonly seconds: number;
      readonly fraction: number;
      readonly timestamp: number;
      /** Packets and bytes of payload that were sent so far. */
      readonly packets: number;
      readonly bytes: number;
    }
  | { readonly kind: 'description'; readonly source: number; readonly name: string }
  | { readonly kind: 'goodbye'; readonly source: number }
  | { readonly kind: 'nack'; readonly sender: number; readonly source: number; readonly lost: readonly number[] }
  /** Of another type. */
  | { readonly kind: 'other'; readonly type: number };

export interface RtcpError {
  readonly error: string;
}

const TYPES = { 'sender report': 200, description: 202, goodbye: 203, feedback: 205 } as const;
const CNAME = 1;
/** Format of a generic NACK. */
const NACK = 1;

export function encodeRtcp(packets: readonly RtcpPacket[]): Uint8Array {
  const parts = packets.flatMap(encodeOne);
  return Uint8Array.from(parts);
}

function encodeOne(packet: RtcpPacket): number[] {
  switch (packet.kind) {
    case 'sender report': {
      const { source, seconds, fraction, timestamp, packets, bytes } = packet;
      return header(0, TYPES['sender report'], [source, seconds, fraction, timestamp, packets, bytes].flatMap(word));
    }
    case 'description': {
      const name = [...packet.name].map((letter) => letter.charCodeAt(0) & 0xff);
      const items = [...word(packet.source), CNAME, name.length, ...name, 0];
      while (items.length % 4 !== 0) items.push(0);
      return header(1, TYPES.description, items);
    }
    case 'goodbye':
      return header(1, TYPES.goodbye, word(packet.source));
    case 'nack':
      return header(NACK, TYPES.feedback, [...word(packet.sender), ...word(packet.source), ...nackItems(packet.lost).flatMap(word)]);
    case 'other':
      return header(0, packet.type, []);
  }
}

/** Each a packet's number, and which of the 16 behind it are lost, too. `lost` is in the order of the stream. */
function nackItems(lost: readonly number[]): number[] {
  const items: number[] = [];
  for (let i = 0; i < lost.length; ) {
    const first = lost[i++] as number;
    let mask = 0;
    for (; i < lost.length; i++) {
      const behind = ((lost[i] as number) - first) & 0xffff;
      if (behind < 1 || behind > 16) break;
      mask |= 1 << (behind - 1);
    }
    items.push(((first << 16) | mask) >>> 0);
  }
  return items;
}

const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];

function header(count: number, type: number, body: readonly number[]): number[] {
  return [0x80 | count, type, (body.length / 4) >> 8, (body.length / 4) & 0xff, ...body];
}

/** One or more packets; an error where a header or length cannot be. */
export function decodeRtcp(bytes: Uint8Array): readonly RtcpPacket[] | RtcpError {
  const spans = spansOf(bytes);
  if ('error' in spans) return spans;
  const packets: RtcpPacket[] = [];
  for (const span of spans) {
    const packet = decodeOne(bytes, span);
    if ('error' in packet) return packet;
    packets.push(packet);
  }
  return packets;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function spansOf(bytes: Uint8Array): readonly Span[] | RtcpError {
  const spans: Span[] = [];
  for (let start = 0; start < bytes.length; ) {
    if (start + 4 > bytes.length) return { error: 'cut off in a header' };
    if ((bytes[start] as number) >> 6 !== 2) return { error: `version ${(bytes[start] as number) >> 6}` };
    const end = start + 4 + 4 * (((bytes[start + 2] as number) << 8) | (bytes[start + 3] as number));
    if (end > bytes.length) return { error: 'a packet that is longer than the datagram' };
    spans.push({ start, end });
    start = end;
  }
  return spans.length > 0 ? spans : { error: 'an empty datagram' };
}

function decodeOne(bytes: Uint8Array, { start, end }: Span): RtcpPacket | RtcpError {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getUint8(start) & 0x1f;
  const type = view.getUint8(start + 1);
  const words = (end - start) / 4;
  switch (type) {
    case TYPES['sender report']:
      if (words < 7) return { error: 'a sender report that is too short' };
      return {
        kind: 'sender report',
        source: view.getUint32(start + 4),
        seconds: view.getUint32(start + 8),
        fraction: view.getUint32(start + 12),
        timestamp: view.getUint32(start + 16),
        packets: view.getUint32(start + 20),
        bytes: view.getUint32(start + 24),
      };
    case TYPES.description: {
      if (count === 0) return { kind: 'other', type };
      if (words < 3 || view.getUint8(start + 8) !== CNAME) return { error: 'a description without a name' };
      const length = view.getUint8(start + 9);
      if (start + 10 + length > end) return { error: 'a name that is longer than its packet' };
      return {
        kind: 'description',
        source: view.getUint32(start + 4),
        name: String.fromCharCode(...bytes.subarray(start + 10, start + 10 + length)),
      };
    }
    case TYPES.goodbye:
      if (count === 0 || words < 2) return { kind: 'other', type };
      return { kind: 'goodbye', source: view.getUint32(start + 4) };
    case TYPES.feedback: {
      if (count !== NACK) return { kind: 'other', type };
      if (words < 4) return { error: 'a NACK that names nothing' };
      const lost: number[] = [];
      for (let at = start + 12; at < end; at += 4) {
        const first = view.getUint16(at);
        const mask = view.getUint16(at + 2);
        lost.push(first);
        for (let bit = 0; bit < 16; bit++) if (mask & (1 << bit)) lost.push((first + bit + 1) & 0xffff);
      }
      return { kind: 'nack', sender: view.getUint32(start + 4), source: view.getUint32(start + 8), lost };
    }
    default:
      return { kind: 'other', type };
  }
}

const STANDARDS: Readonly<Record<RtcpPacket['kind'], string>> = {
  'sender report': 'RFC 3550 §6.4.1',
  description: 'RFC 3550 §6.5',
  goodbye: 'RFC 3550 §6.6',
  nack: 'RFC 4585 §6.2.1',
  other: 'RFC 3550 §6',
};

/** Total. */
export function dissectRtcp(bytes: Uint8Array): readonly Field[] {
  const spans = spansOf(bytes);
  if ('error' in spans) return [{ name: 'RTCP', value: spans.error, start: 0, end: bytes.length, malformed: true }];
  return spans.map((span): Field => {
    const packet = decodeOne(bytes, span);
    if ('error' in packet) return { name: 'RTCP', value: packet.error, ...span, malformed: true };
    return { name: packet.kind, value: describe(packet), ...span, standard: STANDARDS[packet.kind], children: fieldsOf(packet, span) };
  });
}

function describe(packet: RtcpPacket): string {
  switch (packet.kind) {
    case 'sender report':
      return `${packet.packets} packets, ${packet.bytes} B`;
    case 'description':
      return packet.name;
    case 'goodbye':
      return '';
    case 'nack':
      return packet.lost.join(', ');
    case 'other':
      return `type ${packet.type}`;
  }
}

function fieldsOf(packet: RtcpPacket, { start, end }: Span): Field[] {
  const field = (name: string, value: string, from: number, to: number): Field => ({ name, value, start: start + from, end: start + to });
  const header = [
    { ...field('version', '2', 0, 1), bits: [0, 2] as const },
    field('packet type', String(packet.kind === 'other' ? packet.type : packet.kind), 1, 2),
    field('length', `${(end - start) / 4 - 1} words more`, 2, 4),
  ];
  if (packet.kind === 'sender report') {
    return [
      ...header,
      field('SSRC', String(packet.source), 4, 8),
      field('NTP timestamp', `${packet.seconds} s`, 8, 16),
      field('RTP timestamp', String(packet.timestamp), 16, 20),
      field('packets sent', String(packet.packets), 20, 24),
      field('bytes sent', String(packet.bytes), 24, 28),
    ];
  }
  if (packet.kind === 'nack') {
    return [
      ...header,
      field('SSRC of sender', String(packet.sender), 4, 8),
      field('SSRC of source', String(packet.source), 8, 12),
      field('lost packets', packet.lost.join(', '), 12, end - start),
    ];
  }
  return header;
}
