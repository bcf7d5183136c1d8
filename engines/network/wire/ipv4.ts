/** IPv4 packets (RFC 791). */
import type { Field } from '../../field.ts';
import { formatIpv4, parseIpv4 } from './address.ts';
import { fold, sum } from './checksum.ts';
import type { WireError } from './ethernet.ts';

export const TCP = 6;
export const UDP = 17;

export interface Ipv4Packet {
  /** Differentiated services and congestion notification, one byte (RFC 2474, RFC 3168). */
  readonly trafficClass: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** Where the payload lies in the whole packet: bytes, a multiple of 8 up to 65,528. */
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: number;
  /** Dotted. */
  readonly source: string;
  readonly destination: string;
  /** Up to 40 bytes, a multiple of 4. */
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
}

/** With the right checksum. Throws a RangeError for a packet that does not fit the format: that is a bug of the caller. */
export function encode(packet: Ipv4Packet): Uint8Array {
  const source = parseIpv4(packet.source);
  const destination = parseIpv4(packet.destination);
  if (!source || !destination) throw new RangeError(`${packet.source} or ${packet.destination} is no IPv4 address`);
  const headerLength = 20 + packet.options.length;
  const totalLength = headerLength + packet.payload.length;
  if (packet.options.length % 4 || headerLength > 60 || totalLength > 65_535 || packet.fragmentOffset % 8) {
    throw new RangeError(`no IPv4 packet has ${headerLength} bytes of header, ${totalLength} in all, offset ${packet.fragmentOffset}`);
  }
  const bytes = new Uint8Array(totalLength);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x40 | (headerLength / 4);
  bytes[1] = packet.trafficClass;
  view.setUint16(2, totalLength);
  view.setUint16(4, packet.identification);
  view.setUint16(6, (packet.dontFragment ? 0x4000 : 0) | (packet.moreFragments ? 0x2000 : 0) | (packet.fragmentOffset / 8));
  bytes[8] = packet.timeToLive;
  bytes[9] = packet.protocol;
  bytes.set(source, 12);
  bytes.set(destination, 16);
  bytes.set(packet.options, 20);
  view.setUint16(10, fold(sum(bytes.subarray(0, headerLength))));
  bytes.set(packet.payload, headerLength);
  return bytes;
}

/** Checks lengths and the header's checksum; bytes after the packet's total length (padding) are left out. */
export function decode(bytes: Uint8Array): Ipv4Packet | WireError {
  if (bytes.length < 20) return { error: `an IPv4 header has at least 20 bytes; here are ${bytes.length}` };
  const version = (bytes[0] as number) >> 4;
  if (version !== 4) return { error: `version ${version}, not 4` };
  const headerLength = ((bytes[0] as number) & 15) * 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const totalLength = view.getUint16(2);
  if (headerLength < 20 || headerLength > totalLength || totalLength > bytes.length) {
    return { error: `a header of ${headerLength} bytes and ${totalLength} in all do not fit into ${bytes.length} bytes` };
  }
  if (fold(sum(bytes.subarray(0, headerLength))) !== 0) return { error: 'the header checksum is wrong' };
  const fragment = view.getUint16(6);
  if (fragment & 0x8000) return { error: 'the reserved flag is set' };
  return {
    trafficClass: bytes[1] as number,
    identification: view.getUint16(4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    timeToLive: bytes[8] as number,
    protocol: bytes[9] as number,
    source: formatIpv4(bytes.subarray(12, 16)),
    destination: formatIpv4(bytes.subarray(16, 20)),
    options: bytes.subarray(20, headerLength),
    payload: bytes.subarray(headerLength, totalLength),
  };
}

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', [TCP]: 'TCP', [UDP]: 'UDP' };
const SECTION = 'RFC 791 §3.1';

/** Fields of the header; ranges count from the start of `bytes`. */
export function dissect(bytes: Uint8Array): readonly Field[] {
  if (bytes.length < 20) {
    return [{ name: 'IPv4 header', value: `cut off after ${bytes.length} bytes`, start: 0, end: bytes.length, malformed: true }];
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const version = (bytes[0] as number) >> 4;
  const headerLength = ((bytes[0] as number) & 15) * 4;
  const totalLength = view.getUint16(2);
  const fragment = view.getUint16(6);
  const checksum = view.getUint16(10);
  const headerFits = headerLength >= 20 && headerLength <= bytes.length;
  const checksumRight = headerFits && fold(sum(bytes.subarray(0, headerLength))) === 0;
  const protocol = bytes[9] as number;
  const fields: Field[] = [
    {
      name: 'Version',
      value: String(version),
      start: 0,
      end: 1,
      bits: [0, 4],
      meaning: 'the version of the Internet Protocol',
      standard: SECTION,
      ...(version === 4 ? {} : { malformed: true }),
    },
    {
      name: 'IHL',
      value: `${headerLength} bytes`,
      start: 0,
      end: 1,
      bits: [4, 4],
      meaning: 'length of the header, in words of four bytes',
      standard: SECTION,
      ...(headerFits ? {} : { malformed: true }),
    },
    {
      name: 'DSCP',
      value: String((bytes[1] as number) >> 2),
      start: 1,
      end: 2,
      bits: [0, 6],
      meaning: 'how routers are asked to treat the packet',
      standard: 'RFC 2474 §3',
    },
    {
      name: 'ECN',
      value: String((bytes[1] as number) & 3),
      start: 1,
      end: 2,
      bits: [6, 2],
      meaning: 'set by routers that are congested',
      standard: 'RFC 3168 §5',
    },
    {
      name: 'Total Length',
      value: `${totalLength} bytes`,
      start: 2,
      end: 4,
      meaning: 'length of header and payload',
      standard: SECTION,
      ...(totalLength >= headerLength && totalLength <= bytes.length ? {} : { malformed: true }),
    },
    {
      name: 'Identification',
      value: `0x${view.getUint16(4).toString(16).padStart(4, '0')}`,
      start: 4,
      end: 6,
      meaning: 'the same in all fragments of a packet',
      standard: SECTION,
    },
    {
      name: 'Don’t Fragment',
      value: fragment & 0x4000 ? 'set' : 'not set',
      start: 6,
      end: 7,
      bits: [1, 1],
      meaning: 'forbids routers to cut the packet into fragments',
      standard: SECTION,
      ...(fragment & 0x8000 ? { malformed: true, value: 'the reserved flag before it is set' } : {}),
    },
    {
      name: 'More Fragments',
      value: fragment & 0x2000 ? 'set' : 'not set',
      start: 6,
      end: 7,
      bits: [2, 1],
      meaning: 'further fragments of the packet follow',
      standard: SECTION,
    },
    {
      name: 'Fragment Offset',
      value: `${(fragment & 0x1fff) * 8} bytes`,
      start: 6,
      end: 8,
      bits: [3, 13],
      meaning: 'where this fragment lies in the packet, in units of eight bytes',
      standard: SECTION,
    },
    {
      name: 'Time to Live',
      value: String(bytes[8]),
      start: 8,
      end: 9,
      meaning: 'routers that the packet may still pass',
      standard: SECTION,
    },
    {
      name: 'Protocol',
      value: PROTOCOLS[protocol] ? `${PROTOCOLS[protocol]} (${protocol})` : String(protocol),
      start: 9,
      end: 10,
      meaning: 'the protocol of the payload',
      standard: SECTION,
    },
    {
      name: 'Header Checksum',
      value: checksumRight ? `0x${checksum.toString(16).padStart(4, '0')} (right)` : `0x${checksum.toString(16).padStart(4, '0')} (wrong)`,
      start: 10,
      end: 12,
      meaning: 'protects the header',
      standard: SECTION,
      ...(checksumRight ? {} : { malformed: true }),
    },
    {
      name: 'Source Address',
      value: formatIpv4(bytes.subarray(12, 16)),
      start: 12,
      end: 16,
      meaning: 'the host that sent the packet',
      standard: SECTION,
    },
    {
      name: 'Destination Address',
      value: formatIpv4(bytes.subarray(16, 20)),
      start: 16,
      end: 20,
      meaning: 'the host that it is for',
      standard: SECTION,
    },
  ];
  if (headerFits && headerLength > 20) {
    fields.push({ name: 'Options', value: `${headerLength - 20} bytes`, start: 20, end: headerLength, standard: SECTION });
  }
  return fields;
}
