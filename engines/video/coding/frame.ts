/**
 * A coded picture as bytes, in a format made for looking at: no standard, but what standards do in small.
 *
 * Theory of operation. A frame is runs of pixels, row by row: so many of one shade, or so many that are left as they were in the
 * picture before. How the runs are written is the frame's method: `raw` writes every pixel; `runs` writes each run's length and shade
 * (spatial coding); `changes` writes how many pixels to skip and then one new shade, pixel by pixel (temporal coding); `changed runs`
 * writes runs of either sort (both). A key frame has no pixels that are left; it needs no other and tells its size.
 *
 *     byte 0   method (2 bits), key frame (1), zero (5)
 *     byte 1   step of the quantiser, 1 to 128
 *     bytes 2, 3  of a key frame: width and height, 1 to 255 each
 *     then bits: as the method has them, zero bits up to a whole byte, and any number of zero bytes (stuffing)
 *
 * The decoder is total: up to 65,025 pixels, in time linear in them and in the bytes. It refuses what has more or fewer pixels than the
 * picture, shades beyond the step's last one, what is left where nothing was before, and stuffing that is not zero.
 */
import type { Field } from '../../field.ts';
import { count, formatSize } from '../../format.ts';
import { BitReader, BitWriter, numberLength } from './bits.ts';
import { COARSEST_STEP, levelBits, levelOf, shadeOf } from './quantiser.ts';

export const METHODS = ['raw', 'runs', 'changes', 'changed runs'] as const;
export type Method = (typeof METHODS)[number];

/** So many pixels of one level; `level` null: as they were. */
export interface PixelRun {
  readonly length: number;
  readonly level: number | null;
}

export interface CodedFrame {
  readonly method: Method;
  readonly key: boolean;
  readonly step: number;
  /** Of a key frame its own, of others that of the picture before. */
  readonly width: number;
  readonly height: number;
  readonly runs: readonly PixelRun[];
  /** Zero bytes at the end. */
  readonly stuffing: number;
}

export interface FrameError {
  readonly error: string;
}

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

const KEY_BIT = 0x20;
const HEADER = 2;
const KEY_HEADER = 4;

/** Bits that the runs take, without header and stuffing. */
export function bitsOfRuns(runs: readonly PixelRun[], method: Method, step: number): number {
  const writer = new Counter();
  writeRuns(runs, method, step, writer);
  return writer.length;
}

export function encodeFrame(frame: CodedFrame): Uint8Array {
  const { method, key, step, width, height, runs, stuffing } = frame;
  const writer = new BitWriter();
  writer.bits(METHODS.indexOf(method), 2);
  writer.bits(key ? KEY_BIT : 0, 6);
  writer.bits(step, 8);
  if (key) {
    writer.bits(width, 8);
    writer.bits(height, 8);
  }
  writeRuns(runs, method, step, writer);
  const coded = writer.done();
  if (stuffing === 0) return coded;
  const bytes = new Uint8Array(coded.length + stuffing);
  bytes.set(coded);
  return bytes;
}

/** `before`: the size of the picture before, for frames that are none of their own; null where there was none. */
export function decodeFrame(bytes: Uint8Array, before: PictureSize | null): CodedFrame | FrameError {
  const header = decodeHeader(bytes, before);
  if ('error' in header) return header;
  const { method, key, step, width, height } = header;
  const reader = new BitReader(bytes, 8 * (key ? KEY_HEADER : HEADER));
  const runs = readRuns(reader, method, key, step, width * height);
  if ('error' in runs) return runs;
  const filler = reader.bits((8 - (reader.at % 8)) % 8);
  if (filler !== 0) return { error: 'bits behind the last pixel that are not zero' };
  const end = reader.at / 8;
  for (let at = end; at < bytes.length; at++) if (bytes[at] !== 0) return { error: `stuffing that is not zero, at byte ${at}` };
  return { method, key, step, width, height, runs, stuffing: bytes.length - end };
}

type Header = Pick<CodedFrame, 'method' | 'key' | 'step' | 'width' | 'height'>;

function decodeHeader(bytes: Uint8Array, before: PictureSize | null): Header | FrameError {
  const [first, step, ownWidth, ownHeight] = bytes;
  if (first === undefined || step === undefined) return { error: 'shorter than a header' };
  const method = METHODS[first >> 6] as Method;
  const key = (first & KEY_BIT) !== 0;
  if ((first & 0x1f) !== 0) return { error: 'bits of the header that are not zero' };
  if (step < 1 || step > COARSEST_STEP) return { error: `a step of ${step}` };
  if (key && (method === 'changes' || method === 'changed runs')) return { error: `a key frame of ${method}` };
  if (!key) return before ? { method, key, step, ...sizeOf(before) } : { error: 'no picture before this one' };
  if (!ownWidth || !ownHeight) return { error: 'a picture without pixels' };
  return { method, key, step, width: ownWidth, height: ownHeight };
}

const sizeOf = ({ width, height }: PictureSize): PictureSize => ({ width, height });

/** The picture that the frame makes of the one before (which a key frame needs none of); a new array. */
export function pictureOf({ runs, step, width, height }: CodedFrame, before: Uint8Array | null): Uint8Array {
  const picture = before ? before.slice() : new Uint8Array(width * height);
  let at = 0;
  for (const { length, level } of runs) {
    if (level !== null) picture.fill(shadeOf(level, step), at, at + length);
    at += length;
  }
  return picture;
}

/** The runs of a picture by itself. `single`: each pixel one of its own. */
export function runsOf(picture: Uint8Array, step: number, single = false): PixelRun[] {
  const runs: PixelRun[] = [];
  for (let at = 0; at < picture.length; ) {
    const level = levelOf(picture[at] as number, step);
    let end = at + 1;
    while (!single && end < picture.length && levelOf(picture[end] as number, step) === level) end++;
    runs.push({ length: end - at, level });
    at = end;
  }
  return runs;
}

/**
 * The runs that make the picture of what was shown before. A pixel that lies within half a step of what is shown is left as it is:
 * at step 1, one that has not changed. `single`: each changed pixel one of its own.
 */
export function changesOf(picture: Uint8Array, shown: Uint8Array, step: number, single = false): PixelRun[] {
  const runs: PixelRun[] = [];
  const tolerance = step >> 1;
  const kept = (at: number) => Math.abs((picture[at] as number) - (shown[at] as number)) <= tolerance;
  for (let at = 0; at < picture.length; ) {
    let end = at + 1;
    if (kept(at)) {
      while (end < picture.length && kept(end)) end++;
      runs.push({ length: end - at, level: null });
    } else {
      const level = levelOf(picture[at] as number, step);
      while (!single && end < picture.length && !kept(end) && levelOf(picture[end] as number, step) === level) end++;
      runs.push({ length: end - at, level });
    }
    at = end;
  }
  return runs;
}

/** Counts what a BitWriter would write. */
class Counter {
  length = 0;

  bits(_value: number, count: number): void {
    this.length += count;
  }

  number(value: number): void {
    this.length += numberLength(value);
  }
}

function writeRuns(runs: readonly PixelRun[], method: Method, step: number, writer: BitWriter | Counter): void {
  const width = levelBits(step);
  let skipped = 0;
  for (const { length, level } of runs) {
    switch (method) {
      case 'raw':
        for (let i = 0; i < length; i++) writer.bits(level ?? 0, width);
        break;
      case 'runs':
        writer.number(length - 1);
        writer.bits(level ?? 0, width);
        break;
      case 'changes':
        if (level === null) skipped += length;
        else {
          for (let i = 0; i < length; i++) {
            writer.number(skipped);
            writer.bits(level, width);
            skipped = 0;
          }
        }
        break;
      case 'changed runs':
        writer.number(length - 1);
        writer.bits(level === null ? 0 : 1, 1);
        if (level !== null) writer.bits(level, width);
        break;
    }
  }
  // What is left at the end: a skip that nothing follows.
  if (method === 'changes' && skipped > 0) writer.number(skipped);
}

function readRuns(reader: BitReader, method: Method, key: boolean, step: number, pixels: number): PixelRun[] | FrameError {
  const width = levelBits(step);
  const levels = Math.ceil(256 / step);
  const runs: PixelRun[] = [];
  for (let at = 0; at < pixels; ) {
    let skip = 0;
    let length: number | null = 1;
    let changed: number | null = 1;
    if (method === 'changes') {
      const skipped = reader.number();
      if (skipped === null) return cutOff(at);
      if (at + skipped > pixels) return beyond(at + skipped, pixels);
      skip = skipped;
      if (skip > 0) runs.push({ length: skip, level: null });
      at += skip;
      if (at === pixels) break;
    }
    if (method === 'runs' || method === 'changed runs') {
      const read = reader.number();
      length = read === null ? null : read + 1;
    }
    if (method === 'changed runs') changed = reader.bits(1);
    if (length === null || changed === null) return cutOff(at);
    if (at + length > pixels) return beyond(at + length, pixels);
    if (changed === 0) {
      if (key) return { error: 'pixels left as they were in a key frame' };
      runs.push({ length, level: null });
    } else {
      const level = reader.bits(width);
      if (level === null) return cutOff(at);
      if (level >= levels) return { error: `shade ${level} of ${levels}, at pixel ${at}` };
      runs.push({ length, level });
    }
    at += length;
  }
  return runs;
}

const cutOff = (at: number): FrameError => ({ error: `cut off at pixel ${at}` });
const beyond = (at: number, pixels: number): FrameError => ({ error: `${at} pixels or more in a picture of ${pixels}` });

/** The fields of a frame. Total. */
export function dissectFrame(bytes: Uint8Array, before: PictureSize | null = null): readonly Field[] {
  const header = decodeHeader(bytes, before ?? { width: 0, height: 0 });
  if ('error' in header) return [{ name: 'frame', value: header.error, start: 0, end: bytes.length, malformed: true }];
  const { method, key, step, width, height } = header;
  const start = key ? KEY_HEADER : HEADER;
  const fields: Field[] = [
    { name: 'method', value: method, start: 0, end: 1, bits: [0, 2], meaning: MEANINGS[method] },
    {
      name: 'key frame',
      value: key ? 'yes' : 'no',
      start: 0,
      end: 1,
      bits: [2, 1],
      meaning: key ? 'needs no other picture' : 'says what is new since the picture before',
    },
    {
      name: 'step',
      value: String(step),
      start: 1,
      end: 2,
      meaning: step === 1 ? 'all 256 shades' : `${count(Math.ceil(256 / step), 'shade')}`,
    },
  ];
  if (key) fields.push({ name: 'size', value: `${width} × ${height}`, start: 2, end: 4 });
  const body: Field = { name: 'pixels', value: formatSize(bytes.length - start), start, end: bytes.length };
  // Without the picture before, how many pixels there are is not known: what they say cannot be checked.
  if (!key && !before) return [...fields, body];
  const decoded = decodeFrame(bytes, before);
  if ('error' in decoded) return [...fields, { ...body, value: decoded.error, malformed: true }];
  const end = bytes.length - decoded.stuffing;
  fields.push({ ...body, value: count(decoded.runs.length, 'run'), end });
  if (decoded.stuffing > 0) fields.push({ name: 'stuffing', value: `${decoded.stuffing} B`, start: end, end: bytes.length });
  return fields;
}

const MEANINGS: Readonly<Record<Method, string>> = {
  raw: 'every pixel',
  runs: 'how many pixels, and their shade',
  changes: 'how many pixels are as before, and one new shade',
  'changed runs': 'how many pixels, whether they are new, and their shade',
};
