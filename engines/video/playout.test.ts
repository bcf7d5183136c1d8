/** The playout buffer: when a film begins, stalls and goes on, whatever the network and the viewer do. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Nanoseconds, SECOND } from '../quantities.ts';
import { Playout, type PlayoutChange, type PlayoutPhase, type PlayoutSettings } from './playout.ts';

const settings: PlayoutSettings = { length: 10 * SECOND, startDelay: 0, startThreshold: 0, resumeThreshold: 0 };
const PHASES: readonly PlayoutPhase[] = ['starting', 'playing', 'stalled', 'seeking', 'paused', 'ended'];

type Call = (playout: Playout, now: Nanoseconds) => void;
const receive =
  (seconds: number): Call =>
  (playout, now) =>
    playout.receive(now, seconds * SECOND);
const pause: Call = (playout, now) => playout.pause(now);
const resume: Call = (playout, now) => playout.resume(now);
const seek =
  (seconds: number): Call =>
  (playout, now) =>
    playout.seek(now, seconds * SECOND);
const speed =
  (of: number): Call =>
  (playout, now) =>
    playout.setSpeed(now, of);

/** What a machine does when it is called at those seconds, and nothing after: `at phase@position`, in seconds. */
function told(given: Partial<PlayoutSettings>, calls: readonly (readonly [number, Call])[], until = 60): string[] {
  const changes: PlayoutChange[] = [];
  const playout = new Playout({ ...settings, ...given }, 0, (change) => changes.push(change));
  for (const [at, call] of calls) call(playout, at * SECOND);
  playout.advance(until * SECOND);
  return changes.map(({ at, phase, position }) => `${at / SECOND} ${phase}@${position / SECOND}`);
}

describe('a film', () => {
  test.each<[string, Partial<PlayoutSettings>, [number, Call][], string[]]>([
    ['plays to its end once it is there', {}, [[2, receive(10)]], ['2 playing@0', '12 ended@10']],
    ['waits for the playout delay', { startDelay: 3 * SECOND }, [[1, receive(10)]], ['4 playing@0', '14 ended@10']],
    [
      'waits for the threshold, and then at once where the delay is over',
      { startDelay: SECOND, startThreshold: 4 * SECOND },
      [
        [1, receive(2)],
        [5, receive(4)],
        [6, receive(10)],
      ],
      ['5 playing@0', '15 ended@10'],
    ],
    [
      'shorter than the threshold plays all the same',
      { startThreshold: 30 * SECOND },
      [
        [1, receive(9)],
        [2, receive(10)],
      ],
      ['2 playing@0', '12 ended@10'],
    ],
    [
      'stalls where nothing is left, until so much is there',
      { resumeThreshold: 2 * SECOND },
      [
        [0, receive(3)],
        [5, receive(4)],
        [6, receive(5)],
        [7, receive(10)],
      ],
      ['0 playing@0', '3 stalled@3', '6 playing@3', '13 ended@10'],
    ],
    [
      'is paused and goes on',
      {},
      [
        [0, receive(10)],
        [4, pause],
        [9, resume],
      ],
      ['0 playing@0', '4 paused@4', '9 playing@4', '15 ended@10'],
    ],
    [
      'is paused in a stall, and goes on with it',
      {},
      [
        [0, receive(3)],
        [4, pause],
        [9, resume],
        [11, receive(10)],
      ],
      ['0 playing@0', '3 stalled@3', '4 paused@3', '9 stalled@3', '11 playing@3', '18 ended@10'],
    ],
    [
      'jumps within what is held',
      {},
      [
        [0, receive(8)],
        [1, seek(5)],
        [2, receive(10)],
      ],
      ['0 playing@0', '6 ended@10'],
    ],
    [
      'jumps beyond it, and waits',
      {},
      [
        [0, receive(3)],
        [1, seek(6)],
        [4, receive(10)],
      ],
      ['0 playing@0', '1 seeking@6', '4 playing@6', '8 ended@10'],
    ],
    [
      'jumps back, and waits: what was played is gone',
      {},
      [
        [0, receive(10)],
        [4, seek(2)],
        [5, receive(10)],
      ],
      ['0 playing@0', '4 seeking@2', '5 playing@2', '13 ended@10'],
    ],
    [
      'jumps beyond its end',
      {},
      [
        [0, receive(3)],
        [1, seek(11)],
      ],
      ['0 playing@0', '1 ended@10'],
    ],
    [
      'plays at another speed, and empties the buffer as much faster',
      {},
      [
        [0, receive(6)],
        [2, speed(2)],
        [5, receive(10)],
      ],
      ['0 playing@0', '4 stalled@6', '5 playing@6', '7 ended@10'],
    ],
  ])('%s', (_, given, calls, expected) => {
    expect(told(given, calls)).toEqual(expected);
  });

  test('tells its startup delay, its stalls and its level', () => {
    const playout = new Playout({ ...settings, startDelay: 2 * SECOND }, 5 * SECOND);
    playout.receive(6 * SECOND, 4 * SECOND);
    playout.advance(7 * SECOND);
    expect(playout.startupDelay).toBeNaN();
    playout.advance(9 * SECOND);
    expect([playout.startupDelay, playout.level]).toEqual([3 * SECOND, 3 * SECOND]);
    playout.pause(13 * SECOND);
    playout.resume(20 * SECOND);
    playout.receive(21 * SECOND, 10 * SECOND);
    playout.advance(60 * SECOND);
    // A pause interrupts the stall, which goes on afterwards: one stall of two seconds.
    expect(playout.stalls).toEqual([{ at: 12 * SECOND, duration: 2 * SECOND, position: 4 * SECOND }]);
    expect(playout.rebuffering).toBeCloseTo(2 / 12, 12);
  });

  test('is called in between without a difference, at any speed', () => {
    const at = (calls: number) => {
      const playout = new Playout(settings, 0);
      playout.receive(0, 10 * SECOND);
      playout.setSpeed(0, 1.3);
      for (let i = 1; i <= calls; i++) playout.advance(Math.floor((i * 7 * SECOND) / calls));
      return playout.position;
    };
    expect(at(1000)).toBe(at(1));
  });
});

/** A script of what network and viewer do: steps of time, each with one call. */
const scripts = fc.array(
  fc.record({
    wait: fc.integer({ min: 0, max: 3 * SECOND }),
    call: fc.oneof(
      { weight: 5, arbitrary: fc.record({ kind: fc.constant('receive' as const), more: fc.integer({ min: 1, max: 2 * SECOND }) }) },
      fc.record({ kind: fc.constantFrom('pause' as const, 'resume' as const, 'stop' as const) }),
      fc.record({ kind: fc.constant('seek' as const), to: fc.integer({ min: 0, max: 12 * SECOND }) }),
      fc.record({ kind: fc.constant('speed' as const), speed: fc.constantFrom(0.5, 1, 1.3, 2) }),
    ),
  }),
  { maxLength: 40 },
);
const anySettings = fc.record({
  length: fc.integer({ min: 1, max: 10 * SECOND }),
  startDelay: fc.integer({ min: 0, max: 3 * SECOND }),
  startThreshold: fc.integer({ min: 0, max: 12 * SECOND }),
  resumeThreshold: fc.integer({ min: 0, max: 3 * SECOND }),
});

describe('whatever is done', () => {
  test('the times of all phases make up the time, no more is played than was received, and changes come in order', () => {
    fc.assert(
      fc.property(anySettings, scripts, (given, script) => {
        const changes: PlayoutChange[] = [];
        const playout = new Playout(given, 0, (change) => changes.push(change));
        let now = 0;
        let received = 0;
        for (const { wait, call } of script) {
          now += wait;
          if (call.kind === 'receive') {
            const before = playout.end;
            playout.receive(now, before + call.more);
            received += playout.end - before;
          } else if (call.kind === 'seek') playout.seek(now, call.to);
          else if (call.kind === 'speed') playout.setSpeed(now, call.speed);
          else playout[call.kind](now);
          expect(playout.played).toBeLessThanOrEqual(received);
          expect(playout.level).toBeGreaterThanOrEqual(0);
          expect(playout.position).toBeLessThanOrEqual(given.length);
          expect(PHASES.reduce((sum, phase) => sum + playout.spent(phase), 0)).toBe(now);
          expect(playout.stalls.reduce((sum, { duration }) => sum + duration, 0)).toBe(playout.spent('stalled'));
          expect(playout.nextChange() ?? now + 1).toBeGreaterThan(now);
        }
        expect(changes.every(({ at }, i) => i === 0 || at >= changes[i - 1]!.at)).toBe(true);
      }),
    );
  });

  test('at normal speed as much is played as time is spent with it', () => {
    fc.assert(
      fc.property(anySettings, scripts, (given, script) => {
        const playout = new Playout(given, 0);
        let now = 0;
        for (const { wait, call } of script) {
          now += wait;
          if (call.kind === 'receive') playout.receive(now, playout.end + call.more);
          if (call.kind === 'pause' || call.kind === 'resume') playout[call.kind](now);
        }
        expect(playout.played).toBe(playout.spent('playing'));
        expect(playout.position).toBe(playout.played);
      }),
    );
  });
});
