import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DUPLICATE_THRESHOLD, Scoreboard } from './scoreboard.ts';

const MSS = 4;
const SENT = 80;

/** RFC 6675 §4, octet by octet, as its text has it. */
class Octets {
  readonly sacked = new Array<boolean>(SENT).fill(false);
  readonly resent = new Array<boolean>(SENT).fill(false);
  una = 0;
  givenUp = 0;

  isLost(octet: number): boolean {
    if (octet < this.givenUp) return true;
    let bytes = 0;
    let blocks = 0;
    for (let above = octet + 1; above < SENT; above++) {
      if (!this.sacked[above]) continue;
      bytes++;
      if (!this.sacked[above - 1]) blocks++;
    }
    return blocks >= DUPLICATE_THRESHOLD || bytes > (DUPLICATE_THRESHOLD - 1) * MSS;
  }

  get pipe(): number {
    let pipe = 0;
    for (let octet = this.una; octet < SENT; octet++) {
      if (this.sacked[octet]) continue;
      if (!this.isLost(octet)) pipe++;
      if (this.resent[octet]) pipe++;
    }
    return pipe;
  }

  get nextLost(): number {
    for (let octet = this.una; octet < SENT; octet++)
      if (!this.sacked[octet] && !this.resent[octet]) return this.isLost(octet) ? octet : -1;
    return -1;
  }
}

const operation = fc.oneof(
  fc.record({ kind: fc.constant('sack' as const), at: fc.nat(SENT - 2), length: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ kind: fc.constant('acknowledge' as const), at: fc.nat(SENT - 2), length: fc.constant(0) }),
  fc.record({ kind: fc.constant('resend' as const), at: fc.constant(0), length: fc.constant(0) }),
  fc.record({ kind: fc.constant('time-out' as const), at: fc.constant(0), length: fc.constant(0) }),
);

test('tells loss, pipe and the next segment as RFC 6675 does octet by octet', () => {
  let resends = 0;
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const board = new Scoreboard(MSS);
      const octets = new Octets();
      for (const { kind, at, length } of operations) {
        if (kind === 'sack') {
          // Never the oldest one: an acknowledgment would cover it.
          const start = Math.max(at, octets.una + 1);
          const end = Math.min(start + length, SENT);
          if (end <= start) continue;
          let fresh = 0;
          for (let octet = start; octet < end; octet++) {
            if (!octets.sacked[octet]) fresh++;
            octets.sacked[octet] = true;
          }
          expect(board.sack(start, end)).toBe(fresh);
        } else if (kind === 'acknowledge') {
          let ack = Math.max(at, octets.una);
          while (octets.sacked[ack]) ack++;
          let fresh = 0;
          for (let octet = octets.una; octet < ack; octet++) if (!octets.sacked[octet]) fresh++;
          octets.una = ack;
          expect(board.acknowledge(ack)).toBe(fresh);
        } else if (kind === 'resend') {
          const start = board.nextLost;
          if (start < 0) continue;
          resends++;
          const end = board.endOfSegment(start, Math.min(board.lostBelow, SENT));
          expect(end - start).toBeLessThanOrEqual(MSS);
          for (let octet = start; octet < end; octet++) {
            expect([octets.sacked[octet], octets.resent[octet]]).toEqual([false, false]);
            octets.resent[octet] = true;
          }
          board.resent(start, end);
        } else {
          octets.givenUp = SENT;
          octets.resent.fill(false);
          board.forgetResent();
          board.giveUp(SENT);
        }
        expect(board.pipe(SENT)).toBe(octets.pipe);
        expect(board.nextLost).toBe(octets.nextLost);
        expect(board.sackedBytes).toBe(octets.sacked.filter((sacked, octet) => sacked && octet >= octets.una).length);
      }
    }),
    { numRuns: 500 },
  );
  expect(resends).toBeGreaterThan(100);
});

test('the rescue is one segment, and ends with the highest byte that is missing', () => {
  const board = new Scoreboard(MSS);
  board.acknowledge(10);
  expect([board.startOfSegment(board.endOfMissing(30)), board.endOfMissing(30)]).toEqual([26, 30]);
  board.sack(22, 30);
  expect([board.startOfSegment(board.endOfMissing(30)), board.endOfMissing(30)]).toEqual([18, 22]);
  board.sack(12, 20);
  expect([board.startOfSegment(board.endOfMissing(30)), board.endOfMissing(30)]).toEqual([20, 22]);
});
