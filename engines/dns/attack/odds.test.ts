import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { oddsOfAttempt, oddsOfAttempts, oddsText } from './odds.ts';

describe('odds of poisoning (RFC 5452 §7)', () => {
  test.each([
    // §7.2’s example: 4,500 answers a second, 0.1 s, 65,536 IDs, 2.5 servers’ worth, one port.
    [{ servers: 1, ports: 1, ids: 65_536 }, 4_500, 100 * MILLISECOND, 450 / 65_536],
    [{ servers: 2, ports: 1, ids: 65_536 }, 4_500, 100 * MILLISECOND, 225 / 65_536],
    [{ servers: 1, ports: 16_384, ids: 65_536 }, 4_500, 100 * MILLISECOND, 450 / 2 ** 30],
    [{ servers: 1, ports: 1, ids: 100 }, 1_000, SECOND, 1],
    [{ servers: 1, ports: 1, ids: 100 }, 1_000, 0, 0],
    // Neither the one at the beginning of the window nor the one after its end.
    [{ servers: 1, ports: 1, ids: 64 }, 1_000, 20 * MILLISECOND, 20 / 64],
    [{ servers: 1, ports: 1, ids: 64 }, 1_000, 20.9 * MILLISECOND, 20 / 64],
  ])('%j at %d a second for %d ns', (unknowns, rate, window, odds) => {
    expect(oddsOfAttempt(unknowns, rate, window)).toBeCloseTo(odds, 12);
  });

  test.each([
    [0.5, 1, 0.5],
    [0.5, 3, 0.875],
    [0.01, 100, 1 - 0.99 ** 100],
    [1, 5, 1],
    [0, 5, 0],
  ])('%d an attempt, %d attempts', (odds, attempts, all) => {
    expect(oddsOfAttempts(odds, attempts)).toBeCloseTo(all, 12);
  });

  test.each([
    [0.125, '12.5 %'],
    [0.00123, '0.123 %'],
    [1 / 2 ** 30, '1 in 1,073,741,824'],
    [1, '100 %'],
    [0, 'none'],
  ])('%d reads %s', (odds, text) => {
    expect(oddsText(odds)).toBe(text);
  });
});
