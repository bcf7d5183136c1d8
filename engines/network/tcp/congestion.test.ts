import { describe, expect, test } from 'vitest';
import { NewReno } from './congestion.ts';

const MSS = 1460;

describe('NewReno', () => {
  test('begins with ten segments (RFC 6928) and doubles each round trip in slow start', () => {
    const congestion = new NewReno(MSS);
    expect(congestion.window).toBe(10 * MSS);
    for (let i = 0; i < 5; i++) congestion.acknowledged(2 * MSS, congestion.window);
    expect(congestion.window).toBe(20 * MSS);
  });

  test('grows by a segment each round trip in congestion avoidance', () => {
    const congestion = new NewReno(MSS);
    congestion.lost(20 * MSS);
    congestion.window = congestion.threshold;
    expect(congestion.threshold).toBe(10 * MSS);
    for (let i = 0; i < 5; i++) congestion.acknowledged(2 * MSS, congestion.window);
    expect(congestion.window).toBe(11 * MSS);
  });

  test('a window that is not used does not grow', () => {
    const congestion = new NewReno(MSS);
    congestion.acknowledged(MSS, MSS);
    expect(congestion.window).toBe(10 * MSS);
  });

  test('falls to one segment at a time-out; the threshold is halved once', () => {
    const congestion = new NewReno(MSS);
    congestion.timedOut(10 * MSS, true);
    congestion.timedOut(MSS, false);
    expect([congestion.window, congestion.threshold]).toEqual([MSS, 5 * MSS]);
  });
});
