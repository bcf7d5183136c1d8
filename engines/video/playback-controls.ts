/**
 * What a viewer can do to a film that plays, whatever brings it: a stream, or segments over HTTP. A host has one screen: the engine
 * whose film is on it keeps others away until it has ended, and the steps `pauses`, `seeks to`, `plays at` find its controls here.
 */

import type { Process } from '../kernel/process.ts';
import type { StepOutcome, World } from '../protocol.ts';
import type { Nanoseconds } from '../quantities.ts';

export interface PlaybackControls {
  /** Of the film; null while it is not known. */
  readonly length: Nanoseconds | null;
  pause(): void;
  resume(): void;
  /** To a position in the film; beyond its end is its end. */
  seek(position: Nanoseconds): void;
  /** Seconds of film in a second, above 0. */
  setSpeed(speed: number): void;
}

interface Shown {
  readonly film: string;
  /** null while there are none. */
  controls: PlaybackControls | null;
}

export class PlaybackRegistry {
  readonly #screens = new Map<string, Shown>();

  /** Plays a film on the host's screen until the process is done, unless another one is on it. */
  *show(host: string, film: string, play: () => Process<StepOutcome>): Process<StepOutcome> {
    const other = this.#screens.get(host);
    if (other) return { outcome: `${host} plays ${other.film} already`, succeeded: false };
    this.#screens.set(host, { film, controls: null });
    try {
      return yield* play();
    } finally {
      this.#screens.delete(host);
    }
  }

  /** What is on the host's screen can be paused and so on from now on. */
  enter(host: string, controls: PlaybackControls): void {
    const shown = this.#screens.get(host);
    if (shown) shown.controls = controls;
  }

  /** Of what is on the host's screen now; null where that is nothing, or has none yet. */
  at(host: string): PlaybackControls | null {
    return this.#screens.get(host)?.controls ?? null;
  }
}

const registries = new WeakMap<World, PlaybackRegistry>();

/** The one registry of a simulation. */
export function playbackIn(world: World): PlaybackRegistry {
  const known = registries.get(world);
  if (known) return known;
  const made = new PlaybackRegistry();
  registries.set(world, made);
  return made;
}
