import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import { formatIpv4, formatMac, parseIpv4, parseMac } from './address.ts';
import { fold, sum } from './checksum.ts';
import * as ethernet from './ethernet.ts';
import * as ipv4 from './ipv4.ts';
import * as tcp from './tcp.ts';
import * as udp from './udp.ts';

const hex = (text: string): Uint8Array => Uint8Array.from(text.trim().split(/\s+/), (byte) => Number.parseInt(byte, 16));

const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const words = (maxWords: number) => fc.uint8Array({ maxLength: maxWords * 4 }).map((array) => array.slice(0, array.length & ~3));
const address = fc.uint8Array({ minLength: 4, maxLength: 4 }).map(formatIpv4);
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map(formatMac);
const port = fc.nat(65_535);

const frames = fc.record({ destination: mac, source: mac, type: fc.integer({ min: 0x600, max: 0xffff }), payload: bytes(100) });
const packets = fc.record({
  trafficClass: fc.nat(255),
  identification: fc.nat(65_535),
  dontFragment: fc.boolean(),
  moreFragments: fc.boolean(),
  fragmentOffset: fc.nat(8191).map((units) => units * 8),
  timeToLive: fc.nat(255),
  protocol: fc.nat(255),
  source: address,
  destination: address,
  options: words(10),
  payload: bytes(100),
});
const addresses = fc.record({ source: address, destination: address });
const datagrams = fc.record({ sourcePort: port, destinationPort: port, payload: bytes(100) });
const segments = fc.record({
  sourcePort: port,
  destinationPort: port,
  sequence: fc.nat(4294967295),
  acknowledgment: fc.nat(4294967295),
  flags: fc.nat(255),
  window: fc.nat(65_535),
  urgentPointer: fc.nat(65_535),
  options: words(10),
  payload: bytes(100),
});

describe('decode takes apart what encode put together', () => {
  test('Ethernet', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        expect(ethernet.decode(ethernet.encode(frame))).toEqual(frame);
      }),
    );
  });
  test('IPv4', () => {
    fc.assert(
      fc.property(packets, (packet) => {
        expect(ipv4.decode(ipv4.encode(packet))).toEqual(packet);
      }),
    );
  });
  test('UDP', () => {
    fc.assert(
      fc.property(datagrams, addresses, (datagram, around) => {
        expect(udp.decode(udp.encode(datagram, around), around)).toEqual(datagram);
      }),
    );
  });
  test('TCP', () => {
    fc.assert(
      fc.property(segments, addresses, (segment, around) => {
        expect(tcp.decode(tcp.encode(segment, around), around)).toEqual(segment);
      }),
    );
  });
});

describe('a changed bit is noticed', () => {
  const flipped = (original: Uint8Array, position: number): Uint8Array => {
    const changed = original.slice();
    const bit = position % (changed.length * 8);
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (128 >> (bit & 7));
    return changed;
  };
  test('in an IPv4 header', () => {
    fc.assert(
      fc.property(packets, fc.nat(), (packet, position) => {
        const header = ipv4.encode({ ...packet, payload: new Uint8Array(0) });
        expect(ipv4.decode(flipped(header, position))).toHaveProperty('error');
      }),
    );
  });
  test('anywhere in a TCP segment', () => {
    fc.assert(
      fc.property(segments, addresses, fc.nat(), (segment, around, position) => {
        expect(tcp.decode(flipped(tcp.encode(segment, around), position), around)).toHaveProperty('error');
      }),
    );
  });
});

describe('any bytes at all', () => {
  const ranges = (fields: readonly Field[]): Field[] => fields.flatMap((field) => [field, ...ranges(field.children ?? [])]);
  const whole = { source: '10.0.0.1', destination: '10.0.0.2' };
  test.each([
    ['Ethernet', (input: Uint8Array) => [ethernet.decode(input), ethernet.dissect(input)] as const],
    ['IPv4', (input: Uint8Array) => [ipv4.decode(input), ipv4.dissect(input)] as const],
    ['UDP', (input: Uint8Array) => [udp.decode(input, whole), udp.dissect(input, whole)] as const],
    ['TCP', (input: Uint8Array) => [tcp.decode(input, whole), tcp.dissect(input, whole)] as const],
  ])('%s: decoded or refused, and dissected within bounds', (_name, look) => {
    fc.assert(
      fc.property(bytes(120), (input) => {
        const [decoded, fields] = look(input);
        expect(typeof decoded).toBe('object');
        expect(fields.length).toBeGreaterThan(0);
        for (const { start, end } of ranges(fields)) expect(start >= 0 && start <= end && end <= input.length).toBe(true);
      }),
    );
  });
});

describe('known bytes', () => {
  test('the IPv4 header of the checksum example that everybody computes', () => {
    const header = hex('45 00 00 73 00 00 40 00 40 11 b8 61 c0 a8 00 01 c0 a8 00 c7');
    expect(fold(sum(header))).toBe(0);
    expect(ipv4.dissect(header).find(({ name }) => name === 'Header Checksum')?.value).toBe('0xb861 (right)');
    expect(ipv4.encode({ ...(ipv4.decode(Uint8Array.of(...header, ...new Uint8Array(95))) as ipv4.Ipv4Packet) }).subarray(0, 20)).toEqual(
      header,
    );
  });

  test('the checksum of RFC 1071 §3', () => {
    expect(fold(sum(hex('00 01 f2 03 f4 f5 f6 f7')))).toBe(~0xddf2 & 0xffff);
  });

  test('a UDP checksum of zero is sent as 0xffff', () => {
    // The payload makes the sum come out as 0xffff.
    const around = { source: '0.0.0.0', destination: '0.0.0.0' };
    const rest = 0xffff - (17 + 10 + 10);
    const datagram = udp.encode({ sourcePort: 0, destinationPort: 0, payload: Uint8Array.of(rest >> 8, rest & 255) }, around);
    expect([datagram[6], datagram[7]]).toEqual([0xff, 0xff]);
    expect(udp.decode(datagram, around)).not.toHaveProperty('error');
  });

  test('the options of a SYN, by name', () => {
    const around = { source: '10.0.0.1', destination: '10.0.0.2' };
    const syn = tcp.encode(
      {
        sourcePort: 50_000,
        destinationPort: 25,
        sequence: 1,
        acknowledgment: 0,
        flags: 2,
        window: 65_535,
        urgentPointer: 0,
        options: hex('02 04 05 b4 01 03 03 03'),
        payload: new Uint8Array(0),
      },
      around,
    );
    const fields = tcp.dissect(syn, around);
    expect(fields.find(({ name }) => name === 'Control Bits')?.value).toBe('SYN');
    expect(fields.find(({ name }) => name === 'Options')?.children?.map(({ name, value }) => `${name} ${value}`.trim())).toEqual([
      'Maximum Segment Size 1460 bytes',
      'No-Operation',
      'Window Scale 3 (times 8)',
    ]);
  });
});

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['256.0.0.1', null],
  ['1.2.3', null],
  ['01.2.3.4', null],
  ['1.2.3.4.5', null],
  ['a.b.c.d', null],
])('address %s', (text, expected) => {
  const parsed = parseIpv4(text);
  expect(parsed && formatIpv4(parsed)).toBe(expected);
});

test('MAC addresses', () => {
  expect(formatMac(parseMac('02:00:00:00:0a:ff') as Uint8Array)).toBe('02:00:00:00:0a:ff');
  expect(parseMac('02:00:00:00:0a')).toBe(null);
});
