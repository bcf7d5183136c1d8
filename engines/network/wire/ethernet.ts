/** Ethernet II frames, without preamble and frame check sequence, as captures hold them (IEEE 802.3 §3.1.1). */
import type { Field } from '../../field.ts';
import { formatMac, parseMac } from './address.ts';

export const IPV4 = 0x0800;
export const HEADER_LENGTH = 14;

export interface EthernetFrame {
  /** `02:00:00:00:00:01`. */
  readonly destination: string;
  readonly source: string;
  /** EtherType, 0x0600 or more. */
  readonly type: number;
  readonly payload: Uint8Array;
}

export interface WireError {
  readonly error: string;
}

/** Throws a RangeError for a MAC address that is none: that is a bug of the caller. */
export function encode(frame: EthernetFrame): Uint8Array {
  const destination = parseMac(frame.destination);
  const source = parseMac(frame.source);
  if (!destination || !source) throw new RangeError(`${frame.destination} or ${frame.source} is no MAC address`);
  const bytes = new Uint8Array(HEADER_LENGTH + frame.payload.length);
  bytes.set(destination, 0);
  bytes.set(source, 6);
  bytes[12] = frame.type >>> 8;
  bytes[13] = frame.type & 0xff;
  bytes.set(frame.payload, HEADER_LENGTH);
  return bytes;
}

export function decode(bytes: Uint8Array): EthernetFrame | WireError {
  if (bytes.length < HEADER_LENGTH) return { error: `an Ethernet header has 14 bytes; here are ${bytes.length}` };
  const type = ((bytes[12] as number) << 8) | (bytes[13] as number);
  if (type < 0x0600) return { error: `0x${type.toString(16)} is a length of IEEE 802.3, not an EtherType` };
  return {
    destination: formatMac(bytes.subarray(0, 6)),
    source: formatMac(bytes.subarray(6, 12)),
    type,
    payload: bytes.subarray(HEADER_LENGTH),
  };
}

/** Fields of the header; ranges count from the start of `bytes`. */
export function dissect(bytes: Uint8Array): readonly Field[] {
  if (bytes.length < HEADER_LENGTH) {
    return [{ name: 'Ethernet header', value: `cut off after ${bytes.length} bytes`, start: 0, end: bytes.length, malformed: true }];
  }
  const type = ((bytes[12] as number) << 8) | (bytes[13] as number);
  const standard = 'IEEE 802.3 §3.2';
  return [
    {
      name: 'Destination Address',
      value: formatMac(bytes.subarray(0, 6)),
      start: 0,
      end: 6,
      meaning: 'the network interface that the frame is for',
      standard,
    },
    {
      name: 'Source Address',
      value: formatMac(bytes.subarray(6, 12)),
      start: 6,
      end: 12,
      meaning: 'the network interface that sent it; the second hexadecimal digit 2 marks a locally administered address',
      standard,
    },
    {
      name: 'EtherType',
      value: type === IPV4 ? 'IPv4 (0x0800)' : `0x${type.toString(16).padStart(4, '0')}`,
      start: 12,
      end: 14,
      meaning: 'the protocol of what follows',
      standard,
      ...(type < 0x0600 ? { malformed: true } : {}),
    },
  ];
}
