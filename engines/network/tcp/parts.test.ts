import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content, slice } from '../../content.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { NewReno } from './congestion.ts';
import { ContentQueue } from './content-queue.ts';
import { Reassembly } from './reassembly.ts';
import { RoundTripTime } from './round-trip-time.ts';
import { fromWire, toWire } from './segment.ts';

const MSS = 1460;
const joined = (parts: readonly Content[]): number[] => parts.flatMap((part) => [...bytesOf(part)]);

describe('RoundTripTime (RFC 6298)', () => {
  test('one second before any measurement, and never less', () => {
    const time = new RoundTripTime();
    expect(time.timeout).toBe(SECOND);
    time.measured(40 * MILLISECOND);
    expect([time.smoothed, time.variation, time.timeout]).toEqual([40 * MILLISECOND, 20 * MILLISECOND, SECOND]);
  });

  test('follows a slow path: SRTT + 4 RTTVAR', () => {
    const time = new RoundTripTime();
    time.measured(800 * MILLISECOND);
    expect(time.timeout).toBe(2_400 * MILLISECOND);
    time.measured(1_600 * MILLISECOND);
    // RTTVAR = 3/4 · 400 + 1/4 · 800 = 500; SRTT = 7/8 · 800 + 1/8 · 1600 = 900.
    expect(time.timeout).toBe(2_900 * MILLISECOND);
  });

  test('doubles at each time-out up to a minute; progress ends that', () => {
    const time = new RoundTripTime();
    const timeouts = Array.from({ length: 8 }, () => {
      time.backOff();
      return time.timeout / SECOND;
    });
    expect(timeouts).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    time.progress();
    expect(time.timeout).toBe(SECOND);
  });
});

describe('NewReno', () => {
  test('begins with ten segments (RFC 6928) and doubles each round trip in slow start', () => {
    const congestion = new NewReno(MSS);
    expect(congestion.window).toBe(10 * MSS);
    for (let i = 0; i < 5; i++) congestion.acknowledged(2 * MSS, congestion.window);
    expect(congestion.window).toBe(20 * MSS);
  });

  test('grows by a segment each round trip in congestion avoidance', () => {
    const congestion = new NewReno(MSS);
    congestion.recover(20 * MSS);
    congestion.recovered(20 * MSS);
    expect([congestion.window, congestion.threshold]).toEqual([10 * MSS, 10 * MSS]);
    for (let i = 0; i < 5; i++) congestion.acknowledged(2 * MSS, congestion.window);
    expect(congestion.window).toBe(11 * MSS);
  });

  test('a window that is not used does not grow', () => {
    const congestion = new NewReno(MSS);
    congestion.acknowledged(MSS, MSS);
    expect(congestion.window).toBe(10 * MSS);
  });

  test('halves at loss, inflates with duplicate ACKs, deflates by what a partial ACK covers', () => {
    const congestion = new NewReno(MSS);
    congestion.recover(10 * MSS);
    expect([congestion.threshold, congestion.window]).toEqual([5 * MSS, 8 * MSS]);
    congestion.duplicate();
    expect(congestion.window).toBe(9 * MSS);
    congestion.partiallyAcknowledged(3 * MSS);
    expect(congestion.window).toBe(7 * MSS);
    congestion.recovered(MSS);
    expect(congestion.window).toBe(2 * MSS);
  });

  test('falls to one segment at a time-out; the threshold is halved once', () => {
    const congestion = new NewReno(MSS);
    congestion.timedOut(10 * MSS, true);
    congestion.timedOut(MSS, false);
    expect([congestion.window, congestion.threshold]).toEqual([MSS, 5 * MSS]);
  });
});

test('ContentQueue: any appends, drops and cuts are those of a byte array; what belongs together is one piece', () => {
  const contents = fc.array(fc.record({ length: fc.nat(40), bulk: fc.boolean() }), { maxLength: 12 });
  fc.assert(
    fc.property(contents, fc.nat(500), fc.nat(500), fc.nat(500), (list, a, b, dropped) => {
      const queue = new ContentQueue(0);
      const all: number[] = [];
      for (const [i, { length, bulk }] of list.entries()) {
        const bulky = { seed: i + 1, offset: 3, length };
        queue.append(bulk ? bulky : bytesOf(bulky));
        all.push(...bytesOf(bulky));
      }
      const from = Math.min(a, b, all.length);
      const to = Math.min(Math.max(a, b), all.length);
      expect(joined(queue.cut(from, to))).toEqual(all.slice(from, to));
      queue.dropBefore(dropped);
      const start = Math.min(dropped, all.length);
      expect([queue.start, queue.end, queue.length]).toEqual([start, all.length, all.length - start]);
      const rest: Content[] = [];
      for (let part = queue.take(); part; part = queue.take()) rest.push(part);
      expect(joined(rest)).toEqual(all.slice(start));
      expect(queue.length).toBe(0);
    }),
  );
  const queue = new ContentQueue(0);
  const whole = bytesOf({ seed: 1, offset: 0, length: 100 });
  for (let i = 0; i < 100; i += 10) queue.append(whole.subarray(i, i + 10));
  expect(queue.take()).toEqual(whole);
});

test('Reassembly: segments in any order, overlapping and repeated, come out as the stream', () => {
  const stream = { seed: 5, offset: 0, length: 200 };
  const segments = fc.array(fc.tuple(fc.nat(199), fc.integer({ min: 1, max: 60 })), { maxLength: 30 });
  fc.assert(
    fc.property(segments, (list) => {
      const reassembly = new Reassembly();
      const held = new Uint8Array(200);
      const out: Content[] = [];
      let next = 0;
      for (const [start, length] of list) {
        const end = Math.min(start + length, 200);
        if (end <= next) continue;
        reassembly.insert(start, [slice(stream, start, end)]);
        held.fill(1, start, end);
        const taken = reassembly.takeFrom(next);
        out.push(...taken);
        next += taken.reduce((sum, part) => sum + part.length, 0);
        const gap = held.indexOf(0);
        expect(next).toBe(gap < 0 ? 200 : gap);
      }
      expect(joined(out)).toEqual([...bytesOf(slice(stream, 0, next))]);
    }),
  );
});

test('sequence numbers wrap; positions do not', () => {
  fc.assert(
    fc.property(fc.nat(4294967295), fc.nat(2 ** 40), fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), (initial, near, distance) => {
      const position = near + distance;
      if (position < 0) return;
      expect(fromWire(initial, toWire(initial, position), near)).toBe(position);
    }),
  );
});
