import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import { endIn } from './connection-for-tests.ts';
import { ACK } from './segment.ts';

describe('the Nagle algorithm (RFC 9293 §3.7.4)', () => {
  const write = (nagle: boolean, lengths: readonly number[]) => {
    const end = endIn('ESTABLISHED', { nagle });
    for (const length of lengths) end.write(length);
    return end;
  };

  test('off: each write goes out at once', () => {
    expect(write(false, [10, 20, 30]).sent()).toEqual(['ACK 1 ack 1 length 10', 'ACK 11 ack 1 length 20', 'ACK 31 ack 1 length 30']);
  });

  test('on: a small segment waits while others are unacknowledged', () => {
    const end = write(true, [10, 20, 30]);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 10']);
    expect(end.answer(ACK, { at: 1, ack: 11 })).toEqual(['ACK 11 ack 1 length 50']);
  });

  test('on: full segments wait for nothing, nor does the end of the stream', () => {
    const end = write(true, [10, 1_500]);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 10', 'ACK 11 ack 1 length 1460']);
    end.connection.close();
    expect(end.sent()).toEqual(['FIN+ACK 1471 ack 1 length 40']);
  });
});

describe('small windows', () => {
  test('a sender waits for room worth a segment, half the largest window, or all that it has (§3.8.6.2.1)', () => {
    const end = endIn('ESTABLISHED');
    end.answer(ACK, { at: 1, ack: 1, window: 2_000 });
    end.write(4_000);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 1460']);
    // Nothing is out, but the window has only been larger than this before.
    expect(end.answer(ACK, { at: 1, ack: 1_461, window: 400 })).toEqual([]);
    // The override time-out: what fits goes out all the same.
    end.pass(SECOND);
    expect(end.sent()).toEqual(['ACK 1461 ack 1 length 400']);
    expect(end.answer(ACK, { at: 1, ack: 1_861, window: 1_460 })).toEqual(['ACK 1861 ack 1 length 1460']);
  });

  test('a window of nothing is probed with a byte that counts as sent only when it is taken', () => {
    const end = endIn('ESTABLISHED');
    end.answer(ACK, { at: 1, ack: 1, window: 0 });
    end.write(100);
    expect(end.sent()).toEqual([]);
    end.pass(3.5 * SECOND);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 1', 'ACK 1 ack 1 length 1']);
    expect(end.connection.sender.max).toBe(1);
    expect(end.answer(ACK, { at: 1, ack: 2, window: 1_000 })).toEqual(['ACK 2 ack 1 length 99']);
  });

  test('a probe that is never answered breaks the connection, as data would; one that is answered never does', () => {
    const silent = endIn('ESTABLISHED');
    silent.answer(ACK, { at: 1, ack: 1, window: 0 });
    silent.write(100);
    silent.pass(300 * SECOND);
    expect([silent.connection.ending, silent.ending()]).toEqual(['timed out', 'timed out']);
    const answered = endIn('ESTABLISHED');
    answered.answer(ACK, { at: 1, ack: 1, window: 0 });
    answered.write(100);
    for (let i = 0; i < 20; i++) {
      answered.pass(50 * SECOND);
      answered.answer(ACK, { at: 1, ack: 1, window: 0 });
    }
    expect(answered.connection.state).toBe('ESTABLISHED');
  });
});

test('a window that was not used for longer than the retransmission time-out starts anew (RFC 5681 §4.1)', () => {
  const end = endIn('ESTABLISHED');
  const { sender } = end.connection;
  end.answer(ACK, { at: 1, ack: 1 });
  end.write(40 * 1_460);
  while (sender.una < sender.max) end.answer(ACK, { at: 1, ack: Math.min(sender.una + 2 * 1_460, sender.max) });
  const { window } = sender.congestion;
  expect(window).toBeGreaterThan(20 * 1_460);
  end.pass(0.9 * SECOND);
  end.sent();
  end.write(15 * 1_460);
  expect(end.sent().length).toBe(15);
  end.answer(ACK, { at: 1, ack: sender.max });
  end.pass(1.1 * SECOND);
  end.write(15 * 1_460);
  expect([end.sent().length, sender.congestion.window]).toEqual([10, 10 * 1_460]);
});

test('the window and the round trip are told at most once a round trip, and at each loss', () => {
  const end = endIn('ESTABLISHED');
  end.answer(ACK, { at: 1, ack: 1 });
  end.write(300 * 1_460);
  end.observed.length = 0;
  const { sender } = end.connection;
  let ack = 1;
  // An ACK every millisecond; the round trip is a hundred of them.
  for (let i = 0; i < 100; i++) {
    end.pass(SECOND / 1_000);
    ack = Math.min(ack + 1_460, sender.max);
    end.answer(ACK, { at: 1, ack });
  }
  const { smoothed } = sender.roundTripTime;
  expect(end.observed.length).toBeGreaterThan(0);
  expect(end.observed.length).toBeLessThanOrEqual(Math.ceil((0.1 * SECOND) / (smoothed / 10)));
  const before = end.observed.length;
  end.pass(3 * SECOND);
  expect(end.observed.length).toBe(before + 2);
  expect(end.observed.at(-1)).toEqual([1_460, smoothed]);
});
