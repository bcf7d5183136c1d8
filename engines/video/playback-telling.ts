/**
 * Tells the run what a viewer sees of a Playout: its phase and level in the store `playout` on the state timeline, and the metrics of
 * playback. Hand `changed` to the Playout, which must be driven so that it changes at the host's own time, and call `sample` whenever
 * something has arrived.
 */
import { formatDuration } from '../format.ts';
import type { Narrator } from '../network/host.ts';
import { type Nanoseconds, SECOND } from '../quantities.ts';
import type { Playout, PlayoutChange, PlayoutPhase } from './playout.ts';

const STORE = 'playout';
/** Between two samples of the level; more would not be seen. */
const SAMPLE_INTERVAL: Nanoseconds = SECOND / 8;

const NOTES: Readonly<Record<PlayoutPhase, string>> = {
  starting: 'waits for the film',
  playing: 'plays',
  stalled: 'stalls: the playout buffer is empty',
  seeking: 'waits for the film at its new place',
  paused: 'pauses',
  ended: 'ends',
};

export class PlaybackTelling {
  readonly #host: string;
  readonly #film: string;
  readonly #narrator: Narrator;
  #sampledAt = Number.NEGATIVE_INFINITY;
  #started = false;
  #stalls = 0;

  /** `film`: its name, for the timeline. */
  constructor(host: string, film: string, narrator: Narrator) {
    this.#host = host;
    this.#film = film;
    this.#narrator = narrator;
    narrator.state(STORE, film, 'waits for the film');
    this.#measure('rebufferings', 0);
    this.#measure('rebuffering time', 0);
  }

  /** A change of the playout, at the time at which it happens. */
  changed(change: PlayoutChange, playout: Playout): void {
    const { phase, position, level } = change;
    const place = phase === 'ended' ? '' : ` at ${formatDuration(position)}`;
    this.#narrator.state(STORE, this.#film, `${NOTES[phase]}${place}, ${formatDuration(level)} held`, { note: `${NOTES[phase]}${place}` });
    this.#measure('buffer', level);
    this.#sampledAt = change.at;
    if (phase === 'playing' && !this.#started) {
      this.#started = true;
      this.#measure('startup delay', playout.startupDelay);
    }
    if (playout.stalls.length !== this.#stalls) {
      this.#stalls = playout.stalls.length;
      this.#measure('rebufferings', this.#stalls);
    }
    this.#tellStalls(playout);
  }

  #tellStalls(playout: Playout): void {
    const ratio = playout.rebuffering;
    if (Number.isNaN(ratio)) return;
    this.#measure('rebuffering', ratio);
    this.#measure('rebuffering time', playout.spent('stalled'));
  }

  /** The level now, and how long the present stall has lasted, if that was not told just before. */
  sample(now: Nanoseconds, playout: Playout): void {
    if (now - this.#sampledAt < SAMPLE_INTERVAL) return;
    this.#sampledAt = now;
    this.#measure('buffer', playout.level);
    if (playout.phase === 'stalled') this.#tellStalls(playout);
  }

  /** The session is over: the timeline holds nothing of it any more. */
  end(): void {
    this.#narrator.state(STORE, this.#film, null);
  }

  #measure(metric: string, value: number): void {
    this.#narrator.measure(metric, [this.#host], value);
  }
}
