import { describe, expect, test } from 'vitest';
import { NewReno } from './congestion.ts';
import { RateReduction, WindowInflation } from './loss-recovery.ts';

const MSS = 1460;

function lost(segments: number): NewReno {
  const congestion = new NewReno(MSS);
  congestion.window = segments * MSS;
  congestion.lost(segments * MSS);
  return congestion;
}

test('NewReno: halves at loss, inflates with duplicate ACKs, deflates by what a partial ACK covers (RFC 6582 §3.2)', () => {
  const congestion = lost(10);
  const inflation = new WindowInflation(congestion, MSS);
  inflation.enter();
  expect([congestion.threshold, congestion.window]).toEqual([5 * MSS, 8 * MSS]);
  inflation.duplicate();
  expect(congestion.window).toBe(9 * MSS);
  inflation.partial(3 * MSS);
  expect(congestion.window).toBe(7 * MSS);
  inflation.exit(MSS);
  expect(congestion.window).toBe(2 * MSS);
});

describe('proportional rate reduction (RFC 9937)', () => {
  /** One ACK of `delivered`; sends what the window lets out beyond the pipe. The segments sent. */
  function step(congestion: NewReno, reduction: RateReduction, delivered: number, pipe: number, progress = false): number {
    reduction.acknowledged(delivered * MSS, pipe * MSS, progress);
    const sent = Math.floor(congestion.window / MSS - pipe);
    reduction.sent(sent * MSS);
    return sent;
  }

  test('one loss of twenty: a segment at once, then one for every second that arrives, down to half the window', () => {
    const congestion = lost(20);
    const reduction = new RateReduction(congestion, MSS);
    reduction.enter(20 * MSS);
    let pipe = 17;
    const sent: number[] = [];
    for (let delivered = 0; delivered < 19; delivered++) {
      const out = step(congestion, reduction, 1, pipe);
      sent.push(out);
      pipe += out - 1;
    }
    // The first one goes out before its share has come.
    expect(sent.slice(0, 8)).toEqual([1, 0, 0, 1, 0, 1, 0, 1]);
    expect(pipe).toBe(9);
    reduction.exit();
    expect(congestion.window).toBe(10 * MSS);
  });

  test('most of a window lost: no burst, one segment for each that arrives, one more while recovery makes progress', () => {
    const congestion = lost(20);
    const reduction = new RateReduction(congestion, MSS);
    reduction.enter(20 * MSS);
    // Three of twenty arrive.
    expect(step(congestion, reduction, 3, 0)).toBe(3);
    expect(step(congestion, reduction, 1, 2)).toBe(1);
    expect(step(congestion, reduction, 1, 2, true)).toBe(2);
    // Never beyond the threshold.
    expect(step(congestion, reduction, 4, 9, true)).toBe(1);
  });
});
