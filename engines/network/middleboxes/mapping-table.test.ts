/** Mappings are one to one, and keep what RFC 4787 §4.2 says of ports. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { Recorder } from '../../recorder.ts';
import { networkMetrics } from '../metrics.ts';
import type { NatService } from '../scenario.ts';
import { SYN } from '../tcp/segment.ts';
import type { Header } from './header.ts';
import { MappingTable } from './mapping-table.ts';
import { MAXIMUM_SESSIONS, Nat } from './nat.ts';
import { natForTests } from './network-with-nat-for-tests.ts';

const none = () => false;

test.each<[string, number, readonly number[], number | null]>([
  ['a free port is kept', 5000, [], 5000],
  ['the next one of the same parity follows', 5000, [5000, 5002], 5004],
  ['odd ones stay odd', 5001, [5001], 5003],
  ['at the end it goes on from 1024', 65_535, [65_535], 1025],
  ['well-known ports stay well known', 22, [22], 24],
  ['and never become 0', 1022, [1022], 2],
])('%s', (_, wanted, taken, expected) => {
  const table = new MappingTable();
  for (const port of taken) table.add(0, port, port, false);
  expect(table.freePort(wanted, none)).toBe(expected);
});

test('there is an end to ports', () => {
  expect(new MappingTable().freePort(5000, () => true)).toBeNull();
  const odd = new MappingTable();
  expect(odd.freePort(5000, (port) => port % 2 === 0)).toBeNull();
});

test('an endpoint has one mapping, and so has a port', () => {
  const table = new MappingTable();
  table.add(1, 5000, 6000, false);
  expect(() => table.add(1, 5000, 6001, false)).toThrow('one mapping');
  expect(() => table.add(2, 5000, 6000, false)).toThrow('one mapping');
});

/** A NAT on host 0 for hosts 1 to 3, all others outside. */
function natOf(properties: Partial<NatService> = {}) {
  const recorder = new Recorder(networkMetrics);
  const kernel = new Kernel(1);
  const service = natForTests({ host: '0', inside: ['1', '2', '3'], ...properties });
  const surroundings = {
    kernel,
    recorder,
    indexOf: Number,
    addressOf: String,
    nameOf: String,
    holderOf: Number,
    awaits: none,
    usesPort: none,
  };
  return { nat: new Nat(service, surroundings), kernel, recorder };
}

const header = fc.record({
  transport: fc.constantFrom('tcp', 'udp'),
  from: fc.integer({ min: 1, max: 3 }),
  fromPort: fc.integer({ min: 1, max: 65_535 }),
  to: fc.integer({ min: 4, max: 9 }),
  toPort: fc.integer({ min: 1, max: 65_535 }),
});
/** Few ports, so that they are wanted by several. */
const crowded = header.map((one) => ({ ...one, fromPort: 5000 + (one.fromPort % 6), toPort: 80 }));

test('translation is one to one for each transport, and what answers comes back to who has asked', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(header, crowded), { minLength: 1, maxLength: 60 }), (sent) => {
      const { nat } = natOf();
      const outside = new Map<string, string>();
      const inside = new Map<string, string>();
      for (const one of sent) {
        const packet: Header = { ...one, flags: one.transport === 'tcp' ? SYN : 0 } as Header;
        const out = nat.translate(packet);
        if (typeof out === 'string') throw new Error(out);
        expect(out.header).toMatchObject({ from: 0, to: one.to, toPort: one.toPort });
        expect(out.header.fromPort % 2).toBe(one.fromPort % 2);
        expect(out.header.fromPort < 1024).toBe(one.fromPort < 1024);
        const [own, outer] = [`${one.transport} ${one.from}:${one.fromPort}`, `${one.transport} ${out.header.fromPort}`];
        expect(outside.get(own) ?? outer).toBe(outer);
        expect(inside.get(outer) ?? own).toBe(own);
        outside.set(own, outer);
        inside.set(outer, own);
        const { from, fromPort, to, toPort } = out.header;
        const back = nat.translate({ ...packet, from: to, fromPort: toPort, to: from, toPort: fromPort, flags: packet.flags && SYN | 16 });
        if (typeof back === 'string') throw new Error(back);
        expect(back.header).toMatchObject({ from: one.to, fromPort: one.toPort, to: one.from, toPort: one.fromPort });
      }
    }),
  );
});

test('what nobody inside has asked for is dropped, whatever it is', () => {
  fc.assert(
    fc.property(fc.array(header, { maxLength: 20 }), header, fc.integer({ min: 0, max: 63 }), (sent, stray, flags) => {
      const { nat } = natOf();
      for (const one of sent) nat.translate({ ...one, flags: one.transport === 'tcp' ? SYN : 0 } as Header);
      // Host 10 was never spoken to.
      const tcpFlags = stray.transport === 'tcp' ? flags : 0;
      expect(nat.translate({ ...stray, from: 10, to: 0, flags: tcpFlags } as Header)).toBe('dropped');
    }),
  );
});

test('a TCP connection that a NAT does not know passes in no direction', () => {
  const { nat } = natOf();
  const packet: Header = { transport: 'tcp', from: 1, fromPort: 5000, to: 4, toPort: 80, flags: 16 };
  expect(nat.translate(packet)).toBe('dropped');
  expect(nat.translate({ ...packet, flags: SYN })).not.toBe('dropped');
  expect(nat.translate(packet)).not.toBe('dropped');
});

test('a mapping lives as long as one of its sessions', () => {
  const { nat, kernel } = natOf({ timeouts: { udp: 100, established: 1000, transitory: 50 } });
  const to = (host: number): Header => ({ transport: 'udp', from: 1, fromPort: 5000, to: host, toPort: 53, flags: 0 });
  const from = (host: number): Header => ({ transport: 'udp', from: host, fromPort: 53, to: 0, toPort: 5000, flags: 0 });
  nat.translate(to(4));
  kernel.schedule(60, () => nat.translate(to(5)));
  kernel.schedule(110, () => expect([nat.translate(from(4)), nat.maps('udp', 5000)]).toEqual(['dropped', true]));
  kernel.schedule(150, () => expect(nat.translate(from(5))).not.toBe('dropped'));
  kernel.schedule(240, () => expect(nat.maps('udp', 5000)).toBe(true));
  kernel.schedule(260, () => expect([nat.translate(from(5)), nat.maps('udp', 5000)]).toEqual(['dropped', false]));
  kernel.run(100);
  expect(kernel.now).toBe(260);
});

/** UDP and TCP ports 5000 to 5010 lead to ports 6000 to 6010 of host 1. */
const FORWARDS = (['udp', 'tcp'] as const).map((transport) => ({ transport, port: 5000, lastPort: 5010, host: '1', hostPort: 6000 }));

test.each([
  [4999, null],
  [5000, 6000],
  [5007, 6007],
  [5010, 6010],
  [5011, null],
])('a range of ports is forwarded, each port to its own: %i to %s', (port, expected) => {
  const { nat } = natOf({ forwards: FORWARDS });
  const packet: Header = { transport: 'tcp', from: 4, fromPort: 80, to: 0, toPort: port, flags: SYN };
  expect(nat.maps('tcp', port)).toBe(expected !== null);
  const translation = nat.translate(packet);
  expect(typeof translation === 'string' ? null : translation.header).toEqual(expected && { ...packet, to: 1, toPort: expected });
});

test('what a forwarded endpoint sends has the forwarded port, and nobody else gets it', () => {
  const { nat } = natOf({ forwards: FORWARDS });
  const outerPort = (from: number, fromPort: number) => {
    const translation = nat.translate({ transport: 'udp', from, fromPort, to: 4, toPort: 53, flags: 0 });
    return typeof translation === 'string' ? translation : translation.header.fromPort;
  };
  expect([outerPort(2, 5004), outerPort(1, 6004), outerPort(2, 6004)]).toEqual([5012, 5004, 6004]);
});

test('sessions of a forwarded port lapse like others; the port stays forwarded', () => {
  const { nat, kernel } = natOf({ forwards: FORWARDS, timeouts: { udp: 100, established: 1000, transitory: 50 } });
  const call = (flags: number): Header => ({ transport: 'tcp', from: 4, fromPort: 80, to: 0, toPort: 5000, flags });
  nat.translate(call(SYN));
  kernel.schedule(40, () => expect(nat.translate(call(16))).not.toBe('dropped'));
  kernel.schedule(100, () => expect(nat.translate(call(16))).toBe('dropped'));
  kernel.schedule(110, () => expect(nat.translate(call(SYN))).not.toBe('dropped'));
  kernel.schedule(170, () => expect([nat.maps('tcp', 5000), nat.sessions]).toEqual([true, 0]));
  kernel.run(100);
  expect(kernel.now).toBe(170);
});

/** Datagrams from ever new endpoints to a forwarded port, one each `interval`; the sessions kept after each. */
function floodForwardedPort(datagrams: number, interval: number): number[] {
  const { nat, kernel } = natOf({ forwards: FORWARDS, timeouts: { udp: 1000, established: 1000, transitory: 1000 } });
  const kept: number[] = [];
  for (let i = 0; i < datagrams; i++) {
    kernel.schedule(i * interval, () => {
      nat.translate({ transport: 'udp', from: 4 + (i >> 16), fromPort: i & 65_535, to: 0, toPort: 5000, flags: 0 });
      kept.push(nat.sessions);
    });
  }
  kernel.run(10 * datagrams);
  return kept;
}

test('of callers that come and go, those that have gone are not kept', () => {
  // 100 of them are alive at any time.
  expect(Math.max(...floodForwardedPort(20_000, 10))).toBeLessThan(2_100);
});

test('a table has an end', () => {
  const kept = floodForwardedPort(MAXIMUM_SESSIONS + 100, 0);
  expect([kept.at(-101), kept.at(-1)]).toEqual([MAXIMUM_SESSIONS, MAXIMUM_SESSIONS]);
});
