/**
 * The pictures of a clip and what each encoding transmits of them, made anew from what the view says: coding is a pure function, so a run
 * carries no pictures.
 */
import { formatRate, formatSize } from '../../engines/format.ts';
import { frameCount, picturesOf } from '../../engines/video/coding/clip.ts';
import { type EncodedFrame, encodeClip, rawRate } from '../../engines/video/coding/encoder.ts';
import { peakSignalToNoise } from '../../engines/video/coding/quality.ts';
import { levelOf, shadeOf } from '../../engines/video/coding/quantiser.ts';
import type { Clip, Encoding } from '../../engines/video/coding/scenario.ts';
import { formatAmount, formatCount } from '../format.ts';

/** Pictures that are shown of a clip, from its beginning on. */
const MOST_FRAMES_SHOWN = 480;
/** Runs that are told of a row. */
const MOST_RUNS = 9;

export interface Strip {
  /** `both, 60 kbit/s`. */
  readonly name: string;
  readonly frames: readonly EncodedFrame[];
  /** Of the frames shown. */
  readonly bytes: number;
  readonly largest: number;
  /** `12.3 kB, 49.2 kbit/s, 13.6 to 1`. */
  readonly summary: string;
}

export interface Filmstrip {
  readonly clip: Clip;
  /** How many pictures are shown. */
  readonly count: number;
  /** The clip has more. */
  readonly isCut: boolean;
  readonly originals: readonly Uint8Array[];
  readonly strips: readonly Strip[];
  /** Of all strips, so that their bars can be compared. */
  readonly largest: number;
  /** `bounce: 48 × 32 pixels, 24 pictures a second, 295 kbit/s as they are`. */
  readonly title: string;
}

export function filmstripOf(clip: Clip, encodings: readonly Encoding[]): Filmstrip {
  const originals = first(picturesOf(clip));
  const strips = encodings.map((encoding) => stripOf(clip, encoding));
  const title = `${clip.name}: ${clip.width} × ${clip.height} pixels, ${clip.frameRate} pictures a second, ${formatRate(rawRate(clip))} as they are`;
  const largest = strips.reduce((most, strip) => Math.max(most, strip.largest), 1);
  return { clip, count: originals.length, isCut: originals.length < frameCount(clip), originals, strips, largest, title };
}

function first<T>(all: Iterable<T>): T[] {
  const some: T[] = [];
  for (const one of all) if (some.push(one) >= MOST_FRAMES_SHOWN) break;
  return some;
}

function stripOf(clip: Clip, encoding: Encoding): Strip {
  const frames = first(encodeClip(clip, encoding));
  const bytes = frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
  const pixels = clip.width * clip.height * frames.length;
  const rate = (bytes * 8 * clip.frameRate) / frames.length;
  return {
    name: nameOf(encoding, clip),
    frames,
    bytes,
    largest: frames.reduce((most, frame) => Math.max(most, frame.bytes.length), 0),
    summary: `${formatSize(bytes)}, ${formatRate(rate)}, ${Number((pixels / bytes).toPrecision(3))} to 1`,
  };
}

const CODING_NAMES: Readonly<Record<Encoding['coding'], string>> = {
  raw: 'raw',
  spatial: 'spatially',
  temporal: 'temporally',
  both: 'both',
};

function nameOf({ coding, control, groupLength }: Encoding, { frameRate }: Clip): string {
  const parts: string[] = [CODING_NAMES[coding]];
  if (control.kind === 'constant rate') parts.push(formatRate(control.rate));
  else if (control.step > 1) parts.push(`quantiser ${control.step}`);
  // One a second is what nobody has to be told.
  if (groupLength !== frameRate) parts.push(`key frame every ${formatAmount(groupLength, 'frame')}`);
  return parts.join(', ');
}

/** `frame 7: 113 B, 904 bits, 56 runs, 1,390 of 1,536 pixels as before`. */
export function describeFrame({ bytes, coded, squaredError, original }: EncodedFrame): string {
  const { key, runs, step, stuffing } = coded;
  const kept = runs.reduce((sum, { length, level }) => sum + (level === null ? length : 0), 0);
  const told = [
    `${formatCount(bytes.length)} B`,
    ...(stuffing > 0 ? [`${formatCount(stuffing)} B of it stuffing`] : []),
    key ? 'key frame' : `${formatCount(kept)} of ${formatCount(original.length)} pixels as before`,
    formatAmount(runs.length, 'run'),
    ...(step > 1 ? [`quantiser ${step}`] : []),
    squaredError === 0 ? 'nothing lost' : `${peakSignalToNoise(squaredError, original.length).toFixed(1)} dB`,
  ];
  return told.join(', ');
}

/** A picture in its shades. */
export function pictureRgba(picture: Uint8Array): Uint8Array {
  const rgba = new Uint8Array(4 * picture.length);
  for (const [i, shade] of picture.entries()) rgba.set([shade, shade, shade, 255], 4 * i);
  return rgba;
}

/** Two tints, so that each run is seen beside the next one. */
const TINTS = [
  [9, 105, 218],
  [219, 109, 40],
] as const;

/** What is transmitted: the runs, in two colours by turns; what is left as it was is transparent. */
export function transmittedRgba({ coded }: EncodedFrame): Uint8Array {
  const { runs, step, width, height } = coded;
  const rgba = new Uint8Array(4 * width * height);
  let at = 0;
  let turn = 0;
  for (const { length, level } of runs) {
    if (level !== null) {
      const shade = shadeOf(level, step);
      const tint = TINTS[turn++ % 2] as (typeof TINTS)[number];
      const colour = tint.map((part) => Math.round(0.55 * shade + 0.45 * part));
      for (let i = at; i < at + length; i++) rgba.set([...colour, 255], 4 * i);
    }
    at += length;
  }
  return rgba;
}

/** What is said of one row: `14 × 64, 5 × 200, 29 as before`. */
export function rowOf({ coded }: EncodedFrame, row: number): string {
  const { runs, step, width } = coded;
  const from = row * width;
  const parts: string[] = [];
  let at = 0;
  for (const { length, level } of runs) {
    const inside = Math.min(at + length, from + width) - Math.max(at, from);
    at += length;
    if (inside <= 0) continue;
    parts.push(level === null ? `${inside} as before` : `${inside} × ${shadeOf(level, step)}`);
  }
  const more = parts.length - MOST_RUNS;
  return more > 0 ? `${parts.slice(0, MOST_RUNS).join(', ')}, … ${more} more` : parts.join(', ');
}

/** The row that says most: that of the picture in which neighbours differ most often. */
export function busiestRow({ original, coded: { width, height, step } }: EncodedFrame): number {
  let busiest = 0;
  let most = -1;
  for (let row = 0; row < height; row++) {
    let changes = 0;
    for (let at = row * width + 1; at < (row + 1) * width; at++)
      if (levelOf(original[at] as number, step) !== levelOf(original[at - 1] as number, step)) changes++;
    if (changes > most) {
      most = changes;
      busiest = row;
    }
  }
  return busiest;
}
