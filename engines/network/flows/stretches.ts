/**
 * The recorded flow: stretches of a stream that went out at one rate, and when each crossed the explicit links on its way and was
 * translated.
 */
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import type { Recorder } from '../../recorder.ts';
import type { Route } from './route.ts';

/** A stretch ends when the rate has changed by more than this share. */
const SAME_RATE = 0.1;

/** The connection whose stream it is. */
export interface Carrier {
  /** Its row. Where both sides opened at once it may become that of the other's. */
  readonly number: number;
  readonly isServer: boolean;
  /** The receiving host. */
  readonly to: number;
  /** Hosts whose NATs translate it. */
  readonly translators: readonly number[];
}

export class Stretches {
  /** Position at which the present one begins. */
  from: Bytes = 0;
  /** When that went out. */
  at: Nanoseconds = 0;
  readonly #recorder: Recorder;
  readonly #carrier: Carrier;
  readonly #isBehind: (host: number, router: number) => boolean;
  #rate = 0;

  /** `isBehind`: whether a host is behind the NAT of another. */
  constructor(recorder: Recorder, carrier: Carrier, isBehind: (host: number, router: number) => boolean) {
    this.#recorder = recorder;
    this.#carrier = carrier;
    this.#isBehind = isBehind;
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
    const { number, isServer, to, translators } = this.#carrier;
    const row = this.#recorder.flow(number, isServer, from, until, position, length, delay, step);
    if (!route) return;
    // When its first bit leaves the explicit links on its way and is translated: where nobody waits, as far as that is told.
    let at = from;
    for (const direction of route.directions) {
      if (direction.link >= 0) this.#recorder.crossLink(-1 - row, direction.link, direction.reverse, at);
      at += direction.latencyAt(from);
      if (translators.includes(direction.to)) this.#recorder.crossNat(-1 - row, direction.to, this.#isBehind(to, direction.to), at);
    }
  }
}
