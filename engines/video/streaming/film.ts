/** A film as a server holds it: coded pictures one behind another, each with its time. */
import { bulkBytes } from '../../content.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../../quantities.ts';
import { type EncodedFrame, encodeClip } from '../coding/encoder.ts';
import type { FilmSource } from './scenario.ts';

/** Pictures a second of films that are not clips, as in cinemas. */
export const FILM_FRAME_RATE = 24;

export interface Film {
  readonly name: string;
  readonly frames: number;
  readonly frameRate: number;
  readonly length: Nanoseconds;
  /** Of all pictures. */
  readonly bytes: Bytes;
  /** Where the bytes of each picture begin, and at last where they end. */
  readonly starts: Float64Array;
  /** The coded picture. */
  picture(frame: number): Uint8Array;
  /** The last picture up to that one which can be shown without any before it. */
  keyBefore(frame: number): number;
  /** With the pictures before and after coding; null for a film of which nothing is to be seen. */
  readonly clip: readonly EncodedFrame[] | null;
}

/** `seed`: of the bytes of a film that is no clip, uint32. */
export function filmOf(source: FilmSource, seed: number): Film {
  if (source.kind === 'clip') {
    const clip = [...encodeClip(source.clip, source.encoding)];
    const { name, frameRate } = source.clip;
    const keyBefore = (frame: number): number => {
      let key = frame;
      while (key > 0 && clip[key]?.coded.key !== true) key--;
      return key;
    };
    const picture = (frame: number): Uint8Array => clip[frame]?.bytes ?? new Uint8Array(0);
    return {
      name,
      frameRate,
      ...layOut(
        clip.map(({ bytes }) => bytes.length),
        frameRate,
      ),
      picture,
      keyBefore,
      clip,
    };
  }
  const { name, duration, rate } = source;
  const frames = Math.max(1, Math.round((duration * FILM_FRAME_RATE) / SECOND));
  const bytesUpTo = (frame: number): Bytes => Math.floor((frame * rate) / FILM_FRAME_RATE / 8);
  const laid = layOut(
    Array.from({ length: frames }, (_, frame) => Math.max(1, bytesUpTo(frame + 1) - bytesUpTo(frame))),
    FILM_FRAME_RATE,
  );
  const { starts } = laid;
  const picture = (frame: number): Uint8Array => {
    const start = starts[frame] as number;
    return bulkBytes(seed, start, (starts[frame + 1] as number) - start);
  };
  return { name, frameRate: FILM_FRAME_RATE, ...laid, picture, keyBefore: (frame) => frame, clip: null };
}

function layOut(sizes: readonly Bytes[], frameRate: number): Pick<Film, 'frames' | 'length' | 'bytes' | 'starts'> {
  const starts = new Float64Array(sizes.length + 1);
  for (const [frame, size] of sizes.entries()) starts[frame + 1] = (starts[frame] as number) + size;
  const frames = sizes.length;
  return { frames, length: Math.round((frames * SECOND) / frameRate), bytes: starts[frames] as number, starts };
}

/** The picture that is shown at a position of the film. */
export function frameAt(position: Nanoseconds, { frames, frameRate }: Pick<Film, 'frames' | 'frameRate'>): number {
  // Times of pictures are rounded to nanoseconds: one more, and each lies in its own.
  return Math.min(frames - 1, Math.floor(((position + 1) * frameRate) / SECOND));
}

/** When a picture's turn is, in the film. */
export function timeOf(frame: number, { frameRate }: Pick<Film, 'frameRate'>): Nanoseconds {
  return Math.round((frame * SECOND) / frameRate);
}
