/**
 * The encoder: pictures in, frames out.
 *
 * Theory of operation. Pictures come in groups; the first of each is a key frame, so that whoever tunes in, or has lost something, can
 * begin there. Within a group each frame says what is new since the picture that the decoder shows (not since the original: errors do not
 * add up). Constant quality (VBR) codes every picture with one step of the quantiser, and takes the bits that that takes. Constant rate
 * (CBR) takes for each group, of the steps at which it fits its share of the rate, the one that is nearest to the originals, and fills it up
 * with stuffing, evenly over its frames, so that every group has as many bits as any other: the price is a picture that is worse where more happens, and bits for
 * nothing where less does.
 */
import { SECOND } from '../../quantities.ts';
import { type Picture, picturesOf } from './clip.ts';
import { type CodedFrame, changesOf, encodeFrame, type Method, pictureOf, runsOf } from './frame.ts';
import { squaredError } from './quality.ts';
import { STEPS } from './quantiser.ts';
import type { Clip, Coding, Encoding } from './scenario.ts';

export interface EncodedFrame {
  readonly coded: CodedFrame;
  readonly bytes: Uint8Array;
  readonly original: Picture;
  /** What the decoder shows. */
  readonly shown: Picture;
  /** Of `shown` from the original. */
  readonly squaredError: number;
}

const KEY_METHODS: Readonly<Record<Coding, Method>> = { raw: 'raw', spatial: 'runs', temporal: 'raw', both: 'runs' };
const METHODS_BETWEEN: Readonly<Record<Coding, Method>> = { raw: 'raw', spatial: 'runs', temporal: 'changes', both: 'changed runs' };

/** All frames of the clip, in order; a group is coded when its first frame is asked for. */
export function* encodeClip(clip: Clip, encoding: Encoding): Generator<EncodedFrame> {
  let group: Picture[] = [];
  for (const picture of picturesOf(clip)) {
    group.push(picture);
    if (group.length < encoding.groupLength) continue;
    yield* encodeGroup(group, clip, encoding);
    group = [];
  }
  if (group.length > 0) yield* encodeGroup(group, clip, encoding);
}

function encodeGroup(group: readonly Picture[], clip: Clip, { coding, control }: Encoding): EncodedFrame[] {
  if (control.kind === 'constant quality') return codeAt(group, clip, coding, control.step) as EncodedFrame[];
  const budget = groupBudget(group.length, clip.frameRate, control.rate);
  let best: EncodedFrame[] | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const step of STEPS) {
    // A finer step is mostly nearer, but not where it only keeps more of the grain that wavers about its bounds.
    const coded = codeAt(group, clip, coding, step, { bytes: budget, error: least });
    if (coded === null) continue;
    least = errorOf(coded);
    best = coded;
  }
  // The coarsest is as small as it gets: more than the rate, and told by the metrics.
  return best ? stuffed(best, budget) : (codeAt(group, clip, coding, STEPS.at(-1) as number) as EncodedFrame[]);
}

/** Bytes of so many frames at a rate. */
export function groupBudget(frames: number, frameRate: number, rate: number): number {
  return Math.floor((frames * rate) / frameRate / 8);
}

/** null as soon as it has more bytes than that, or as much of an error. */
function codeAt(
  group: readonly Picture[],
  { width, height }: Clip,
  coding: Coding,
  step: number,
  most: { readonly bytes: number; readonly error: number } | null = null,
): EncodedFrame[] | null {
  const frames: EncodedFrame[] = [];
  let shown: Picture | null = null;
  let bytes = 0;
  let error = 0;
  for (const [i, original] of group.entries()) {
    // Where each picture stands by itself, all are key frames.
    const key = i === 0 || coding === 'raw' || coding === 'spatial';
    const method = key ? KEY_METHODS[coding] : METHODS_BETWEEN[coding];
    const runs = key ? runsOf(original, step, method === 'raw') : changesOf(original, shown as Picture, step, method === 'changes');
    const coded: CodedFrame = { method, key, step, width, height, runs, stuffing: 0 };
    shown = pictureOf(coded, key ? null : shown);
    const frame = { coded, bytes: encodeFrame(coded), original, shown, squaredError: squaredError(original, shown) };
    bytes += frame.bytes.length;
    error += frame.squaredError;
    if (most && (bytes > most.bytes || error >= most.error)) return null;
    frames.push(frame);
  }
  return frames;
}

const sizeOf = (frames: readonly EncodedFrame[]): number => frames.reduce((sum, { bytes }) => sum + bytes.length, 0);
const errorOf = (frames: readonly EncodedFrame[]): number => frames.reduce((sum, frame) => sum + frame.squaredError, 0);

/** Filled up to exactly `budget` bytes. */
function stuffed(frames: readonly EncodedFrame[], budget: number): EncodedFrame[] {
  const missing = budget - sizeOf(frames);
  return frames.map((frame, i) => {
    const stuffing = Math.floor((missing * (i + 1)) / frames.length) - Math.floor((missing * i) / frames.length);
    const coded = { ...frame.coded, stuffing };
    return { ...frame, coded, bytes: encodeFrame(coded) };
  });
}

/** Of a clip that is not coded: a byte a pixel. In bits a second. */
export function rawRate({ width, height, frameRate }: Clip): number {
  return width * height * 8 * frameRate;
}

/** When the picture is to be seen, from the beginning of the film. */
export function frameTime(frame: number, frameRate: number): number {
  return Math.round((frame * SECOND) / frameRate);
}
