/**
 * RTP packets (RFC 3550 §5.1): the header as a table of fields, and what stands behind it.
 *
 *      0                   1                   2                   3
 *     |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *     |                           timestamp                           |
 *     |           synchronization source (SSRC) identifier            |
 *     |            contributing source (CSRC) identifiers             |
 *
 * The decoder is total, in time that does not depend on the payload's length.
 */
import type { Field } from '../../../field.ts';
import { dissectFrame } from '../../coding/frame.ts';
import { FRAGMENT_HEADER, PAYLOAD_TYPES, payloadName, RETRANSMISSION_HEADER } from './payload.ts';

export interface RtpPacket {
  /** The last packet of a picture, as the profile for video has it (RFC 3551 §5). */
  readonly marker: boolean;
  /** 0 to 127. */
  readonly payloadType: number;
  /** 0 to 65535. */
  readonly sequence: number;
  /** uint32. */
  readonly timestamp: number;
  /** uint32. */
  readonly source: number;
  /** At most 15, uint32 each. */
  readonly contributors: readonly number[];
  /** Between header and payload, for profiles that want it; null for none. Its data is whole 32-bit words. */
  readonly extension: { readonly profile: number; readonly data: Uint8Array } | null;
  readonly payload: Uint8Array;
  /** Bytes behind the payload that are none of it, the last one (which says how many) included; 0 to 255. */
  readonly padding: number;
}

export interface RtpError {
  readonly error: string;
}

const HEADER = 12;

/** A packet of a plain stream: no contributors, extension or padding. */
export function packetOf(packet: Pick<RtpPacket, 'marker' | 'payloadType' | 'sequence' | 'timestamp' | 'source' | 'payload'>): RtpPacket {
  return { ...packet, contributors: [], extension: null, padding: 0 };
}

export function encodeRtp(packet: RtpPacket): Uint8Array {
  const { contributors, extension, payload, padding } = packet;
  const extensionLength = extension ? 4 + extension.data.length : 0;
  const start = HEADER + 4 * contributors.length + extensionLength;
  const bytes = new Uint8Array(start + payload.length + padding);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x80 | (padding > 0 ? 0x20 : 0) | (extension ? 0x10 : 0) | contributors.length);
  view.setUint8(1, (packet.marker ? 0x80 : 0) | packet.payloadType);
  view.setUint16(2, packet.sequence);
  view.setUint32(4, packet.timestamp);
  view.setUint32(8, packet.source);
  contributors.forEach((contributor, i) => {
    view.setUint32(HEADER + 4 * i, contributor);
  });
  if (extension) {
    const at = HEADER + 4 * contributors.length;
    view.setUint16(at, extension.profile);
    view.setUint16(at + 2, extension.data.length / 4);
    bytes.set(extension.data, at + 4);
  }
  bytes.set(payload, start);
  if (padding > 0) bytes[bytes.length - 1] = padding;
  return bytes;
}

export function decodeRtp(bytes: Uint8Array): RtpPacket | RtpError {
  if (bytes.length < HEADER) return { error: `an RTP header has 12 bytes; here are ${bytes.length}` };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const first = view.getUint8(0);
  if (first >> 6 !== 2) return { error: `version ${first >> 6}` };
  const contributors: number[] = [];
  let at = HEADER;
  for (let i = 0; i < (first & 0x0f); i++, at += 4) {
    if (at + 4 > bytes.length) return { error: 'cut off in the contributing sources' };
    contributors.push(view.getUint32(at));
  }
  let extension: RtpPacket['extension'] = null;
  if (first & 0x10) {
    if (at + 4 > bytes.length) return { error: 'cut off in the header extension' };
    const length = 4 * view.getUint16(at + 2);
    if (at + 4 + length > bytes.length) return { error: 'a header extension that is longer than the packet' };
    extension = { profile: view.getUint16(at), data: bytes.subarray(at + 4, at + 4 + length) };
    at += 4 + length;
  }
  const padding = first & 0x20 ? (bytes[bytes.length - 1] as number) : 0;
  if (first & 0x20 && (padding === 0 || at + padding > bytes.length)) return { error: `padding of ${padding} bytes` };
  const second = view.getUint8(1);
  return {
    marker: (second & 0x80) !== 0,
    payloadType: second & 0x7f,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    source: view.getUint32(8),
    contributors,
    extension,
    payload: bytes.subarray(at, bytes.length - padding),
    padding,
  };
}

const STANDARD = 'RFC 3550 §5.1';

/** Total. */
export function dissectRtp(bytes: Uint8Array): readonly Field[] {
  const packet = decodeRtp(bytes);
  if ('error' in packet) return [{ name: 'RTP', value: packet.error, start: 0, end: bytes.length, malformed: true, standard: STANDARD }];
  const { contributors, extension, payload, padding } = packet;
  const bit = (name: string, value: string, start: number, bits: readonly [number, number], meaning: string): Field => ({
    name,
    value,
    start,
    end: start + 1,
    bits,
    meaning,
    standard: STANDARD,
  });
  const fields: Field[] = [
    bit('version', '2', 0, [0, 2], 'of RTP'),
    bit('padding', padding > 0 ? 'yes' : 'no', 0, [2, 1], 'bytes behind the payload that are none of it'),
    bit('extension', extension ? 'yes' : 'no', 0, [3, 1], 'a further header'),
    bit('CSRC count', String(contributors.length), 0, [4, 4], 'sources that a mixer has put together'),
    bit('marker', packet.marker ? 'yes' : 'no', 1, [0, 1], 'the last packet of a picture'),
    bit('payload type', `${packet.payloadType} (${payloadName(packet.payloadType)})`, 1, [1, 7], 'what the payload is'),
    {
      name: 'sequence number',
      value: String(packet.sequence),
      start: 2,
      end: 4,
      meaning: 'one more each packet: a gap is a loss',
      standard: STANDARD,
    },
    {
      name: 'timestamp',
      value: String(packet.timestamp),
      start: 4,
      end: 8,
      meaning: 'when it is to be shown, in 90,000ths of a second',
      standard: STANDARD,
    },
    { name: 'SSRC', value: hexadecimal(packet.source), start: 8, end: 12, meaning: 'which stream it is of', standard: STANDARD },
  ];
  contributors.forEach((contributor, i) => {
    fields.push({ name: 'CSRC', value: hexadecimal(contributor), start: HEADER + 4 * i, end: HEADER + 4 * i + 4, standard: STANDARD });
  });
  const end = bytes.length - padding;
  const start = end - payload.length;
  if (extension) {
    const value = `profile ${extension.profile}, ${extension.data.length} B`;
    fields.push({ name: 'header extension', value, start: HEADER + 4 * contributors.length, end: start, standard: 'RFC 3550 §5.3.1' });
  }
  fields.push(...payloadFields(bytes, start, end, packet.payloadType));
  if (padding > 0) fields.push({ name: 'padding', value: `${padding} B`, start: end, end: bytes.length, standard: STANDARD });
  return fields;
}

function payloadFields(bytes: Uint8Array, from: number, end: number, type: number): Field[] {
  const fields: Field[] = [];
  let start = from;
  if (type === PAYLOAD_TYPES.retransmission && end - start >= RETRANSMISSION_HEADER) {
    const value = String(((bytes[start] as number) << 8) | (bytes[start + 1] as number));
    fields.push({
      name: 'OSN',
      value,
      start,
      end: start + 2,
      meaning: 'sequence number of the packet that is sent again',
      standard: 'RFC 4588 §4',
    });
    start += RETRANSMISSION_HEADER;
  }
  if (payloadName(type) !== 'unknown' && end - start >= FRAGMENT_HEADER) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const offset = view.getUint32(start);
    fields.push({
      name: 'fragment offset',
      value: String(offset),
      start,
      end: start + FRAGMENT_HEADER,
      meaning: 'where in the coded picture its bytes stand',
    });
    start += FRAGMENT_HEADER;
    const frame = offset === 0 && type === PAYLOAD_TYPES.clip ? dissectFrame(bytes.subarray(start, end)) : [];
    // A picture that goes on in other packets cannot be looked into.
    const whole = frame.length > 0 && !frame.some(({ malformed }) => malformed);
    fields.push({
      name: 'coded picture',
      value: `${end - start} B`,
      start,
      end,
      ...(whole ? { children: frame.map((field) => ({ ...field, start: field.start + start, end: field.end + start })) } : {}),
    });
  } else fields.push({ name: 'payload', value: `${end - start} B`, start, end });
  return fields;
}

const hexadecimal = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;
