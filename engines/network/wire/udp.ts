/** UDP datagrams (RFC 768). */
import type { Field } from '../../field.ts';
import { parseIpv4 } from './address.ts';
import { fold, pseudoHeaderSum, sum } from './checksum.ts';
import type { WireError } from './ethernet.ts';
import { UDP } from './ipv4.ts';

export const HEADER_LENGTH = 8;

export interface UdpPacket {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
}

/** The dotted addresses of the IPv4 packet around it; the checksum covers them. */
export interface Addresses {
  readonly source: string;
  readonly destination: string;
}

/** With the right checksum. Throws a RangeError for more than 65,507 bytes or a wrong address. */
export function encode(datagram: UdpPacket, addresses: Addresses): Uint8Array {
  const length = HEADER_LENGTH + datagram.payload.length;
  if (length > 65_515) throw new RangeError(`a UDP datagram of ${length} bytes does not fit into an IPv4 packet`);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, datagram.sourcePort);
  view.setUint16(2, datagram.destinationPort);
  view.setUint16(4, length);
  bytes.set(datagram.payload, HEADER_LENGTH);
  // 0 means “no checksum”; the sum 0 is sent as its other form.
  view.setUint16(6, checksum(bytes, addresses) || 0xffff);
  return bytes;
}

/** Checks the length and, where there is one, the checksum. */
export function decode(bytes: Uint8Array, addresses: Addresses): UdpPacket | WireError {
  if (bytes.length < HEADER_LENGTH) return { error: `a UDP header has 8 bytes; here are ${bytes.length}` };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = view.getUint16(4);
  if (length < HEADER_LENGTH || length > bytes.length) return { error: `a length of ${length} in ${bytes.length} bytes` };
  if (view.getUint16(6) !== 0 && checksum(bytes.subarray(0, length), addresses) !== 0) return { error: 'the checksum is wrong' };
  return { sourcePort: view.getUint16(0), destinationPort: view.getUint16(2), payload: bytes.subarray(HEADER_LENGTH, length) };
}

/** Fields of the header; ranges count from the start of `bytes`. */
export function dissect(bytes: Uint8Array, addresses: Addresses): readonly Field[] {
  if (bytes.length < HEADER_LENGTH) {
    return [{ name: 'UDP header', value: `cut off after ${bytes.length} bytes`, start: 0, end: bytes.length, malformed: true }];
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const standard = 'RFC 768';
  const length = view.getUint16(4);
  const fits = length >= HEADER_LENGTH && length <= bytes.length;
  const told = view.getUint16(6);
  const right = told === 0 || (fits && checksum(bytes.subarray(0, length), addresses) === 0);
  const hexadecimal = `0x${told.toString(16).padStart(4, '0')}`;
  return [
    { name: 'Source Port', value: String(view.getUint16(0)), start: 0, end: 2, meaning: 'the sending process’s port', standard },
    { name: 'Destination Port', value: String(view.getUint16(2)), start: 2, end: 4, meaning: 'the receiving process’s port', standard },
    {
      name: 'Length',
      value: `${length} bytes`,
      start: 4,
      end: 6,
      meaning: 'length of header and data',
      standard,
      ...(fits ? {} : { malformed: true }),
    },
    {
      name: 'Checksum',
      value: told === 0 ? 'none' : `${hexadecimal} (${right ? 'right' : 'wrong'})`,
      start: 6,
      end: 8,
      meaning: 'protects header, data and the addresses of the IPv4 packet',
      standard,
      ...(right ? {} : { malformed: true }),
    },
  ];
}

function checksum(bytes: Uint8Array, { source, destination }: Addresses): number {
  const from = parseIpv4(source);
  const to = parseIpv4(destination);
  if (!from || !to) throw new RangeError(`${source} or ${destination} is no IPv4 address`);
  return fold(sum(bytes, pseudoHeaderSum(from, to, UDP, bytes.length)));
}
