/**
 * The recorded flow: stretches of a stream that went out at one rate, and when each crossed the explicit links on its way.
 */
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import type { Recorder } from '../../recorder.ts';
import type { Route } from './route.ts';

/** A stretch ends when the rate has changed by more than this share. */
const SAME_RATE = 0.1;

export class Stretches {
  /** Position at which the present one begins. */
  from: Bytes = 0;
  /** When that went out. */
  at: Nanoseconds = 0;
  readonly #recorder: Recorder;
  readonly #connection: number;
  readonly #isServer: boolean;
  #rate = 0;

  constructor(recorder: Recorder, connection: number, isServer: boolean) {
    this.#recorder = recorder;
    this.#connection = connection;
    this.#isServer = isServer;
  }

  /** Something goes out from now on. */
  open(now: Nanoseconds): void {
    this.at = now;
    this.#rate = 0;
  }

  /** Whether so different a rate (bytes a nanosecond) begins a stretch of its own. */
  endsWith(rate: number): boolean {
    return Math.abs(rate - this.#rate) > SAME_RATE * this.#rate || rate === 0;
  }

  /** From here on it is that rate. */
  goOnAt(rate: number): void {
    this.#rate = rate;
  }

  /** Records what went out up to `to` for a step, to arrive `delay` after; the next stretch begins there. `route`: null where there is no way. */
  close(now: Nanoseconds, to: Bytes, delay: Nanoseconds, step: number, route: Route | null): void {
    const length = to - this.from;
    if (length > 0) {
      this.record(this.at, now, this.from, length, delay, step, route);
      this.from = to;
    }
    this.at = now;
  }

  /** Records so many bytes from a position on, sent between two times. */
  record(
    from: Nanoseconds,
    until: Nanoseconds,
    position: Bytes,
    length: Bytes,
    delay: Nanoseconds,
    step: number,
    route: Route | null,
  ): void {
    const row = this.#recorder.flow(this.#connection, this.#isServer, from, until, position, length, delay, step);
    if (!route) return;
    // When its first bit leaves the explicit links on its way: where nobody waits, as far as that is told.
    let at = from;
    for (const direction of route.directions) {
      if (direction.link >= 0) this.#recorder.crossLink(-1 - row, direction.link, direction.reverse, at);
      at += direction.latencyAt(from);
    }
  }
}
