/** TCP segments (RFC 9293 §3.1). */
import type { Field } from '../../field.ts';
import { parseIpv4 } from './address.ts';
import { fold, pseudoHeaderSum, sum } from './checksum.ts';
import type { WireError } from './ethernet.ts';
import { TCP } from './ipv4.ts';
import { dissectOptions } from './tcp-options.ts';
import type { Addresses } from './udp.ts';

export interface TcpPacket {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  readonly flags: number;
  readonly window: number;
  readonly urgentPointer: number;
  /** Up to 40 bytes, a multiple of 4. */
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
}

/** With the right checksum. Throws a RangeError for options that do not fit or a wrong address. */
export function encode(segment: TcpPacket, addresses: Addresses): Uint8Array {
  const headerLength = 20 + segment.options.length;
  if (segment.options.length % 4 || headerLength > 60) throw new RangeError(`TCP options of ${segment.options.length} bytes`);
  const bytes = new Uint8Array(headerLength + segment.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, segment.sourcePort);
  view.setUint16(2, segment.destinationPort);
  view.setUint32(4, segment.sequence);
  view.setUint32(8, segment.acknowledgment);
  bytes[12] = (headerLength / 4) << 4;
  bytes[13] = segment.flags;
  view.setUint16(14, segment.window);
  view.setUint16(18, segment.urgentPointer);
  bytes.set(segment.options, 20);
  bytes.set(segment.payload, headerLength);
  view.setUint16(16, checksum(bytes, addresses));
  return bytes;
}

/** Checks the data offset, the reserved bits and the checksum. */
export function decode(bytes: Uint8Array, addresses: Addresses): TcpPacket | WireError {
  if (bytes.length < 20) return { error: `a TCP header has at least 20 bytes; here are ${bytes.length}` };
  const headerLength = ((bytes[12] as number) >> 4) * 4;
  if (headerLength < 20 || headerLength > bytes.length) return { error: `a header of ${headerLength} bytes in ${bytes.length}` };
  if ((bytes[12] as number) & 15) return { error: 'reserved bits are set' };
  if (checksum(bytes, addresses) !== 0) return { error: 'the checksum is wrong' };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    sequence: view.getUint32(4),
    acknowledgment: view.getUint32(8),
    flags: bytes[13] as number,
    window: view.getUint16(14),
    urgentPointer: view.getUint16(18),
    options: bytes.subarray(20, headerLength),
    payload: bytes.subarray(headerLength),
  };
}

const SECTION = 'RFC 9293 §3.1';
const FLAGS: readonly (readonly [name: string, meaning: string])[] = [
  ['CWR', 'the sender has reduced its congestion window'],
  ['ECE', 'congestion was reported'],
  ['URG', 'the urgent pointer counts'],
  ['ACK', 'the acknowledgment number counts'],
  ['PSH', 'hand the data to the application now'],
  ['RST', 'the connection is broken off'],
  ['SYN', 'synchronise sequence numbers: the connection opens'],
  ['FIN', 'no more data from the sender'],
];

/** `SYN, ACK`. */
export function flagNames(flags: number): string {
  return FLAGS.filter((_, i) => flags & (128 >> i))
    .map(([name]) => name)
    .join(', ');
}

/** Fields of the header; ranges count from the start of `bytes`. */
export function dissect(bytes: Uint8Array, addresses: Addresses): readonly Field[] {
  if (bytes.length < 20) {
    return [{ name: 'TCP header', value: `cut off after ${bytes.length} bytes`, start: 0, end: bytes.length, malformed: true }];
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const headerLength = ((bytes[12] as number) >> 4) * 4;
  const fits = headerLength >= 20 && headerLength <= bytes.length;
  const flags = bytes[13] as number;
  const right = checksum(bytes, addresses) === 0;
  const told = `0x${view.getUint16(16).toString(16).padStart(4, '0')}`;
  const fields: Field[] = [
    { name: 'Source Port', value: String(view.getUint16(0)), start: 0, end: 2, meaning: 'the sending process’s port', standard: SECTION },
    {
      name: 'Destination Port',
      value: String(view.getUint16(2)),
      start: 2,
      end: 4,
      meaning: 'the receiving process’s port',
      standard: SECTION,
    },
    {
      name: 'Sequence Number',
      value: String(view.getUint32(4)),
      start: 4,
      end: 8,
      meaning: 'number of the first byte of data; with SYN, the initial sequence number',
      standard: SECTION,
    },
    {
      name: 'Acknowledgment Number',
      value: String(view.getUint32(8)),
      start: 8,
      end: 12,
      meaning: 'number of the next byte that the sender expects',
      standard: SECTION,
    },
    {
      name: 'Data Offset',
      value: `${headerLength} bytes`,
      start: 12,
      end: 13,
      bits: [0, 4],
      meaning: 'length of the header, in words of four bytes',
      standard: SECTION,
      ...(fits ? {} : { malformed: true }),
    },
    {
      name: 'Control Bits',
      value: flagNames(flags) || 'none',
      start: 13,
      end: 14,
      standard: SECTION,
      children: FLAGS.map(([name, meaning], i) => ({
        name,
        value: flags & (128 >> i) ? 'set' : 'not set',
        start: 13,
        end: 14,
        bits: [i, 1] as const,
        meaning,
        standard: SECTION,
      })),
    },
    {
      name: 'Window',
      value: String(view.getUint16(14)),
      start: 14,
      end: 16,
      meaning: 'room that the sender has for data, in units of its window scale (in bytes in a SYN)',
      standard: 'RFC 7323 §2.2',
    },
    {
      name: 'Checksum',
      value: `${told} (${right ? 'right' : 'wrong'})`,
      start: 16,
      end: 18,
      meaning: 'protects header, data and the addresses of the IPv4 packet',
      standard: SECTION,
      ...(right ? {} : { malformed: true }),
    },
    {
      name: 'Urgent Pointer',
      value: String(view.getUint16(18)),
      start: 18,
      end: 20,
      meaning: 'end of urgent data; counts only with URG',
      standard: SECTION,
    },
  ];
  if (fits && headerLength > 20) {
    fields.push({
      name: 'Options',
      value: `${headerLength - 20} bytes`,
      start: 20,
      end: headerLength,
      standard: 'RFC 9293 §3.2',
      children: dissectOptions(bytes.subarray(0, headerLength)),
    });
  }
  return fields;
}

function checksum(bytes: Uint8Array, { source, destination }: Addresses): number {
  const from = parseIpv4(source);
  const to = parseIpv4(destination);
  if (!from || !to) throw new RangeError(`${source} or ${destination} is no IPv4 address`);
  return fold(sum(bytes, pseudoHeaderSum(from, to, TCP, bytes.length)));
}
