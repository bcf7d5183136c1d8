/**
 * What a viewer can do to a film that plays, whatever brings it: a stream, or segments over HTTP. Each engine enters what its hosts
 * play, and the steps `pauses`, `seeks to`, `plays at` find it here by the host.
 */

import type { World } from '../protocol.ts';
import type { Nanoseconds } from '../quantities.ts';

export interface PlaybackControls {
  pause(): void;
  resume(): void;
  /** To a position in the film; beyond its end is its end. */
  seek(position: Nanoseconds): void;
  /** Seconds of film in a second, above 0. */
  setSpeed(speed: number): void;
}

export class PlaybackRegistry {
  readonly #playing = new Map<string, PlaybackControls>();

  /** `host` plays; what it played before is forgotten. */
  enter(host: string, controls: PlaybackControls): void {
    this.#playing.set(host, controls);
  }

  /** It has ended, unless something else plays there already. */
  leave(host: string, controls: PlaybackControls): void {
    if (this.#playing.get(host) === controls) this.#playing.delete(host);
  }

  /** What the host plays now; undefined for nothing. */
  at(host: string): PlaybackControls | undefined {
    return this.#playing.get(host);
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
