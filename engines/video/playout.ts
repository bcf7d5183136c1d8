/**
 * The playout buffer of a client: what has arrived waits there until it is played at the rate of the film.
 *
 * Theory of operation. Two clocks: the time of the run, and the position in the film; both in nanoseconds. The network moves the end of
 * what is held forward (`receive`), playing moves the position behind it. Whoever drives the machine tells it the time with every call;
 * the machine first does what has happened since the last one, at the exact moments at which it happened: the position caught up with
 * the end of what is held (a stall), the playout delay was over, the film ended. `nextChange` says when it will change by itself, so a
 * driver sleeps until then; calls in between change nothing. It does no I/O, and reads no clock.
 *
 * Phases. `starting` until enough is held and the playout delay is over; `playing`; `stalled` when nothing is left to play, until
 * `resumeThreshold` is held again; `seeking` the same after a jump to what is not held; `paused` by the viewer, whatever was before;
 * `ended`. At every moment exactly one of them, so the times spent in them add up to the time since the beginning.
 */
import type { Nanoseconds, Ratio } from '../quantities.ts';

export type PlayoutPhase = 'starting' | 'playing' | 'stalled' | 'seeking' | 'paused' | 'ended';

export interface PlayoutSettings {
  /** Of the whole film; above 0. */
  readonly length: Nanoseconds;
  /** From the first arrival to the first picture, at least. */
  readonly startDelay: Nanoseconds;
  /** How much has to be held before the first picture; less where the film is shorter. At least 1 ns always is. */
  readonly startThreshold: Nanoseconds;
  /** The same after a stall, and after a jump. */
  readonly resumeThreshold: Nanoseconds;
}

/** The machine came into a phase. */
export interface PlayoutChange {
  readonly at: Nanoseconds;
  readonly phase: PlayoutPhase;
  /** In the film. */
  readonly position: Nanoseconds;
  /** What is held beyond the position. */
  readonly level: Nanoseconds;
}

export interface Stall {
  readonly at: Nanoseconds;
  /** So far; pauses left out. */
  duration: Nanoseconds;
  /** Where in the film. */
  readonly position: Nanoseconds;
}

export class Playout {
  readonly #settings: PlayoutSettings;
  readonly #changed: (change: PlayoutChange) => void;
  readonly #spent: Record<PlayoutPhase, Nanoseconds> = { starting: 0, playing: 0, stalled: 0, seeking: 0, paused: 0, ended: 0 };
  readonly #stalls: Stall[] = [];
  #phase: PlayoutPhase = 'starting';
  /** What a pause interrupted. */
  #interrupted: PlayoutPhase = 'starting';
  /** The last call. */
  #time: Nanoseconds;
  /** As of the last call. */
  #position: Nanoseconds = 0;
  /** Where playing began to go along a line, and when: no rounding adds up, however often the machine is called. */
  #anchor: { at: Nanoseconds; position: Nanoseconds };
  #end: Nanoseconds = 0;
  #speed = 1;
  /** NaN until something has arrived. */
  #firstArrival = Number.NaN;
  #begun = false;
  #played: Nanoseconds = 0;

  /** `changed` is told of each change of phase, in the order of time, and at its time. */
  constructor(settings: PlayoutSettings, now: Nanoseconds, changed: (change: PlayoutChange) => void = () => {}) {
    this.#settings = settings;
    this.#time = now;
    this.#anchor = { at: now, position: 0 };
    this.#changed = changed;
  }

  get phase(): PlayoutPhase {
    return this.#phase;
  }

  /** Of the film, as of the last call. */
  get position(): Nanoseconds {
    return this.#position;
  }

  /** Up to where the film is held. */
  get end(): Nanoseconds {
    return this.#end;
  }

  /** What is held and not yet played: nanoseconds of film, not of time at another speed. */
  get level(): Nanoseconds {
    return this.#end - this.#position;
  }

  /** Seconds of film in a second. */
  get speed(): number {
    return this.#speed;
  }

  /** From the beginning to the first picture, pauses left out; NaN until then. */
  get startupDelay(): Nanoseconds {
    return this.#begun ? this.#spent.starting : Number.NaN;
  }

  /** Film that was played, jumps left out. */
  get played(): Nanoseconds {
    return this.#played;
  }

  /** In the order of time. */
  get stalls(): readonly Readonly<Stall>[] {
    return this.#stalls;
  }

  /** How long it has been in that phase, all in all, up to the last call. */
  spent(phase: PlayoutPhase): Nanoseconds {
    return this.#spent[phase];
  }

  /** Stalled time over the time in which something was to be seen: that of playing and of stalls. NaN before the first picture. */
  get rebuffering(): Ratio {
    return this.#spent.stalled / (this.#spent.playing + this.#spent.stalled);
  }

  /** When it will change by itself, if nothing is told before; null where it will not. */
  nextChange(): Nanoseconds | null {
    if (this.#phase === 'playing')
      return Math.max(this.#time, this.#anchor.at + Math.ceil((this.#end - this.#anchor.position) / this.#speed));
    if (this.#phase !== 'starting' || !this.#holds(this.#settings.startThreshold)) return null;
    return Math.max(this.#time, this.#firstArrival + this.#settings.startDelay);
  }

  /** Does what has happened up to `now`, which is not before the last call. */
  advance(now: Nanoseconds): void {
    for (let next = this.nextChange(); next !== null && next <= now; next = this.nextChange()) {
      this.#pass(next);
      if (this.#phase === 'starting') {
        this.#enter('playing');
        continue;
      }
      this.#moveTo(this.#end);
      if (this.#end >= this.#settings.length) this.#enter('ended');
      else {
        this.#stalls.push({ at: next, duration: 0, position: this.#position });
        this.#enter('stalled');
      }
    }
    this.#pass(now);
  }

  /** The film is held without a gap up to `end`: what is missing in between is given up. Less than what is held already changes nothing. */
  receive(now: Nanoseconds, end: Nanoseconds): void {
    this.advance(now);
    const held = Math.min(end, this.#settings.length);
    if (held <= this.#end) return;
    if (Number.isNaN(this.#firstArrival)) this.#firstArrival = now;
    this.#end = held;
    this.#resume();
    this.advance(now);
  }

  /** By the viewer. */
  pause(now: Nanoseconds): void {
    this.advance(now);
    if (this.#phase === 'paused' || this.#phase === 'ended') return;
    this.#interrupted = this.#phase;
    this.#enter('paused');
  }

  /** By the viewer; goes on with what the pause interrupted. */
  resume(now: Nanoseconds): void {
    this.advance(now);
    if (this.#phase !== 'paused') return;
    this.#enter(this.#interrupted);
    this.#resume();
    this.advance(now);
  }

  /**
   * A jump to `position` of the film, by the viewer. True where that is held: it goes on from there. False where it is not: what was
   * held is dropped, and the film has to be received from `position` on. Film that was played is not held.
   */
  seek(now: Nanoseconds, position: Nanoseconds): boolean {
    this.advance(now);
    const to = Math.max(0, Math.min(position, this.#settings.length));
    const held = to >= this.#position && to < this.#end;
    this.#position = to;
    this.#anchor = { at: now, position: to };
    if (!held) this.#end = to;
    if (to >= this.#settings.length) {
      if (this.#phase !== 'ended') this.#enter('ended');
      return true;
    }
    if (held) return true;
    if (this.#phase === 'paused') {
      if (this.#interrupted !== 'starting') this.#interrupted = 'seeking';
    } else if (this.#phase !== 'starting' && this.#phase !== 'seeking') this.#enter('seeking');
    return false;
  }

  /** `speed` above 0: seconds of film in a second. */
  setSpeed(now: Nanoseconds, speed: number): void {
    this.advance(now);
    this.#anchor = { at: now, position: this.#position };
    this.#speed = speed;
  }

  /** Nothing more will be played, wherever it is. */
  stop(now: Nanoseconds): void {
    this.advance(now);
    if (this.#phase !== 'ended') this.#enter('ended');
  }

  #holds(threshold: Nanoseconds): boolean {
    return this.level > 0 && this.#end >= Math.min(this.#position + threshold, this.#settings.length);
  }

  #resume(): void {
    const waits = this.#phase === 'stalled' || this.#phase === 'seeking';
    if (waits && this.#holds(this.#settings.resumeThreshold)) this.#enter('playing');
  }

  /** Time goes on within a phase. */
  #pass(now: Nanoseconds): void {
    const time = now - this.#time;
    this.#time = now;
    this.#spent[this.#phase] += time;
    const stall = this.#stalls[this.#stalls.length - 1];
    if (this.#phase === 'stalled' && stall) stall.duration += time;
    if (this.#phase !== 'playing') return;
    this.#moveTo(Math.min(this.#end, this.#anchor.position + Math.floor((now - this.#anchor.at) * this.#speed)));
  }

  #moveTo(position: Nanoseconds): void {
    this.#played += position - this.#position;
    this.#position = position;
  }

  #enter(phase: PlayoutPhase): void {
    if (phase === 'playing') {
      this.#begun = true;
      this.#anchor = { at: this.#time, position: this.#position };
    }
    this.#phase = phase;
    this.#changed({ at: this.#time, phase, position: this.#position, level: this.level });
  }
}
