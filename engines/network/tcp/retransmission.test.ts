import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import { encodeSack } from '../wire/tcp-options.ts';
import { type Arrival, endForTests, endIn, OPTIONS, OURS } from './connection-for-tests.ts';
import { ACK, SYN, toWire } from './segment.ts';

describe('the retransmission timer (RFC 6298)', () => {
  test('data after a handshake that was repeated waits 3 s (§5.7)', () => {
    const end = endForTests(false);
    end.open();
    end.pass(1.5 * SECOND);
    end.answer(SYN | ACK, { ack: 1, options: OPTIONS });
    expect(end.connection.sender.congestion.window).toBe(1_460);
    end.sent();
    end.write(100);
    end.pass(2.9 * SECOND);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 100']);
    end.pass(0.2 * SECOND);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 100']);
  });

  test('counts from the last progress, and doubles without any', () => {
    const end = endIn('ESTABLISHED');
    end.write(2_920);
    end.pass(0.9 * SECOND);
    end.answer(ACK, { at: 1, ack: 1_461 });
    end.sent();
    end.pass(0.9 * SECOND);
    expect(end.sent()).toEqual([]);
    end.pass(0.2 * SECOND);
    expect(end.sent()).toEqual(['ACK 1461 ack 1 length 1460']);
    end.pass(1.8 * SECOND);
    expect(end.sent()).toEqual([]);
    end.pass(0.2 * SECOND);
    expect(end.sent()).toEqual(['ACK 1461 ack 1 length 1460']);
  });
});

describe('selective acknowledgments (RFC 6675)', () => {
  const blocks = (...edges: number[]): Uint8Array =>
    encodeSack(
      edges.map((edge) => toWire(OURS, edge)),
      edges.length / 2,
    );
  const at = (segment: number): number => 1 + segment * 1_460;
  const told = (segment: number): string => `ACK ${at(segment)} ack 1 length 1460`;
  const tenSent = (settings = {}) => {
    const end = endIn('ESTABLISHED', settings);
    end.answer(ACK, { at: 1, ack: 1 });
    end.write(20 * 1_460);
    expect(end.sent().length).toBe(10);
    return end;
  };

  test('two blocks let two new segments out, the third has the first hole sent again', () => {
    const end = tenSent();
    expect(end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(2)) })).toEqual([told(10)]);
    expect(end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(3)) })).toEqual([told(11)]);
    expect(end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(4)) })).toEqual([told(0)]);
    // Half of the ten that were out; limited transmit's two do not count.
    expect(end.connection.sender.congestion.threshold).toBe(5 * 1_460);
    expect(end.observed.at(-1)?.[0]).toBe(end.connection.sender.congestion.window);
  });

  test('one ACK is enough where its blocks tell of more than two segments beyond a hole', () => {
    const end = tenSent();
    // Seven of ten have arrived, of which three came with ACKs that were lost.
    expect(end.answer(ACK, { at: 1, ack: 1, options: blocks(at(3), at(10)) })[0]).toBe(told(0));
  });

  test('several holes are repaired within a round trip, each once', () => {
    const end = tenSent();
    const sent: string[] = [];
    for (const options of [
      blocks(at(1), at(2)),
      blocks(at(3), at(4), at(1), at(2)),
      blocks(at(5), at(6), at(3), at(4), at(1), at(2)),
      blocks(at(7), at(8), at(5), at(6), at(3), at(4), at(1), at(2)),
      blocks(at(7), at(9), at(5), at(6), at(3), at(4), at(1), at(2)),
      blocks(at(7), at(10), at(5), at(6), at(3), at(4), at(1), at(2)),
    ]) {
      sent.push(...end.answer(ACK, { at: 1, ack: 1, options }));
    }
    expect(sent.filter((line) => [0, 2, 4, 6].map(told).includes(line))).toEqual([0, 2, 4].map(told));
    sent.push(...end.answer(ACK, { at: 1, ack: at(2), options: blocks(at(7), at(10), at(5), at(6), at(3), at(4)) }));
    expect(sent.filter((line) => line === told(6)).length).toBe(1);
    // All that was out when loss was found: recovery is over, and the window where it was to go.
    end.answer(ACK, { at: 1, ack: at(12) });
    expect(end.connection.sender.congestion.window).toBe(5 * 1_460);
  });

  test('after a time-out only what is missing is sent again', () => {
    const end = tenSent();
    end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(2)) });
    end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(3)) });
    end.sent();
    end.pass(1.1 * SECOND);
    expect(end.sent()).toEqual([told(0)]);
    expect(end.connection.sender.congestion.window).toBe(1_460);
    expect(end.answer(ACK, { at: 1, ack: at(3) })).toEqual([told(3), told(4)]);
  });

  test('are ignored where they were not agreed upon, and where they make no sense', () => {
    const without = tenSent({ selectiveAcknowledgments: false });
    for (let i = 2; i < 5; i++) without.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(i)) });
    // Three duplicate ACKs for NewReno; the blocks said nothing.
    expect(without.connection.sender.congestion.window).toBe(8 * 1_460);
    const end = tenSent();
    for (const options of [
      blocks(at(1), at(99)),
      blocks(at(3), at(2)),
      blocks(-50, -20),
      Uint8Array.of(5, 200),
      Uint8Array.of(5, 3, 1, 0),
    ]) {
      expect(end.answer(ACK, { at: 1, ack: 1, options })).toEqual([]);
    }
  });
});

describe('without selective acknowledgments', () => {
  const at = (segment: number): number => 1 + segment * 1_460;
  const told = (segment: number): string => `ACK ${at(segment)} ack 1 length 1460`;
  const tenSent = () => {
    const end = endIn('ESTABLISHED', { selectiveAcknowledgments: false });
    end.answer(ACK, { at: 1, ack: 1 });
    end.write(20 * 1_460);
    end.sent();
    return end;
  };

  test('two duplicate ACKs let two new segments out, the third has the oldest sent again (RFC 3042, RFC 5681 §3.2)', () => {
    const end = tenSent();
    expect([1, 2, 3, 4].map(() => end.answer(ACK, { at: 1, ack: 1 }))).toEqual([[told(10)], [told(11)], [told(0)], []]);
    expect(end.connection.sender.congestion.threshold).toBe(5 * 1_460);
  });

  test('a partial ACK has the next hole sent again at once (RFC 6582)', () => {
    const end = tenSent();
    for (let i = 0; i < 9; i++) end.answer(ACK, { at: 1, ack: 1 });
    end.sent();
    expect(end.answer(ACK, { at: 1, ack: at(4) })[0]).toBe(told(4));
    end.answer(ACK, { at: 1, ack: end.connection.sender.max });
    expect(end.connection.sender.congestion.window).toBeLessThanOrEqual(5 * 1_460);
  });

  test.each<[string, Arrival]>([
    ['with data', { at: 1, ack: 1, length: 1 }],
    ['with a new window', { at: 1, ack: 1, window: 60_000 }],
  ])('an ACK %s is no duplicate', (_, arrival) => {
    const end = tenSent();
    expect(end.answer(ACK, arrival).filter((line) => line.includes('length'))).toEqual([]);
  });

  test('after a time-out, duplicate ACKs of what was sent before start nothing (RFC 6582 §3.2 step 2)', () => {
    const end = tenSent();
    end.pass(1.1 * SECOND);
    expect(end.sent()).toEqual([told(0)]);
    for (let i = 0; i < 5; i++) expect(end.answer(ACK, { at: 1, ack: 1 })).toEqual([]);
    // All of it goes out again, under slow start.
    expect(end.answer(ACK, { at: 1, ack: at(1) })).toEqual([told(1), told(2)]);
  });
});
