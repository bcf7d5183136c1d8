/** What a frame costs: the pictures of clips, coded by what they have in common, within a picture and with the one before. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SECOND } from '../../quantities.ts';
import { simulate } from '../../simulation.ts';
import { BitReader, BitWriter, numberLength } from './bits.ts';
import { frameCount, picturesOf } from './clip.ts';
import { type EncodedFrame, encodeClip, groupBudget } from './encoder.ts';
import { bitsOfRuns, type CodedFrame, changesOf, decodeFrame, dissectFrame, encodeFrame, pictureOf, runsOf } from './frame.ts';
import { LOSSLESS, peakSignalToNoise, squaredError } from './quality.ts';
import { levelBits, levelOf, STEPS, shadeOf } from './quantiser.ts';
import { type Clip, CODINGS, type Coding, type Encoding, PATTERNS } from './scenario.ts';

const clip: Clip = {
  name: 'bounce',
  pattern: 'bouncing ball',
  width: 48,
  height: 32,
  frameRate: 24,
  duration: 2 * SECOND,
  grain: 0,
  seed: 1,
};
const lossless = (coding: Coding, step = 1): Encoding => ({
  coding,
  control: { kind: 'constant quality', step },
  groupLength: 24,
});
const bytesIn = (frames: readonly EncodedFrame[]) => frames.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** Decodes frames as a receiver does, one after the other. */
function decodeAll(frames: readonly Uint8Array[]): Uint8Array[] {
  const pictures: Uint8Array[] = [];
  let before: { width: number; height: number } | null = null;
  for (const bytes of frames) {
    const decoded = decodeFrame(bytes, before);
    if ('error' in decoded) throw new Error(decoded.error);
    pictures.push(pictureOf(decoded, decoded.key ? null : (pictures[pictures.length - 1] ?? null)));
    before = decoded;
  }
  return pictures;
}

const same = (a: readonly Uint8Array[], b: readonly Uint8Array[]) =>
  a.length === b.length && a.every((one, i) => one.length === b[i]!.length && squaredError(one, b[i]!) === 0);

describe('runs', () => {
  // Five pixels of one shade and three of another, as the textbook's row of purple.
  const row = Uint8Array.from([9, 9, 9, 9, 9, 200, 200, 200]);

  test('say how many pixels have which shade', () => {
    expect(runsOf(row, 1)).toEqual([
      { length: 5, level: 9 },
      { length: 3, level: 200 },
    ]);
    // Two lengths of 5 and 3 bits and two shades of 8, for eight pixels of 8 bits.
    expect(bitsOfRuns(runsOf(row, 1), 'runs', 1)).toBe(5 + 8 + 3 + 8);
    expect(bitsOfRuns(runsOf(row, 1, true), 'raw', 1)).toBe(64);
  });

  test('say what is new', () => {
    const next = Uint8Array.from([9, 9, 9, 9, 200, 200, 200, 200]);
    expect(changesOf(next, row, 1)).toEqual([
      { length: 4, level: null },
      { length: 1, level: 200 },
      { length: 3, level: null },
    ]);
    // Skip 4 (5 bits), a shade (8), and a skip of 3 to the end (5).
    expect(bitsOfRuns(changesOf(next, row, 1, true), 'changes', 1)).toBe(18);
    expect(bitsOfRuns(changesOf(next, row, 1), 'changed runs', 1)).toBe(5 + 1 + 1 + 1 + 8 + 3 + 1);
  });

  test('join what a coarse quantiser no longer tells apart', () => {
    expect(runsOf(Uint8Array.from([9, 10, 14, 15, 16]), 16)).toEqual([
      { length: 4, level: 0 },
      { length: 1, level: 1 },
    ]);
    // Within half a step of what is shown already: nothing to say.
    expect(changesOf(Uint8Array.from([9, 10, 14, 15, 17]), new Uint8Array(5).fill(8), 16)).toEqual([
      { length: 4, level: null },
      { length: 1, level: 1 },
    ]);
  });
});

describe('a frame', () => {
  test('is these bytes', () => {
    const frame: CodedFrame = {
      method: 'runs',
      key: true,
      step: 1,
      width: 4,
      height: 2,
      runs: [
        { length: 5, level: 9 },
        { length: 3, level: 200 },
      ],
      stuffing: 2,
    };
    // 00101 (5 − 1), 00001001, 011 (3 − 1), 11001000.
    const bytes = Uint8Array.from([0b01100000, 1, 4, 2, 0b00101000, 0b01001011, 0b11001000, 0, 0]);
    expect(encodeFrame(frame)).toEqual(bytes);
    expect(decodeFrame(bytes, null)).toEqual(frame);
    expect(dissectFrame(bytes).map(({ name, value }) => `${name} ${value}`)).toEqual([
      'method runs',
      'key frame yes',
      'step 1',
      'size 4 × 2',
      'pixels 2 runs',
      'stuffing 2 B',
    ]);
  });

  const size = { width: 2, height: 2 };
  test.each<[string, number[], string]>([
    ['too short', [0x60], 'shorter than a header'],
    ['without a step', [0x60, 0, 2, 2], 'a step of 0'],
    ['with reserved bits', [0x61, 1, 2, 2], 'bits of the header that are not zero'],
    ['a key frame of changes', [0xa0, 1, 2, 2], 'a key frame of changes'],
    ['without pixels', [0x60, 1, 0, 2], 'a picture without pixels'],
    ['cut off', [0x60, 1, 2, 2, 0b01000000], 'cut off at pixel 0'],
    ['too many pixels', [0x60, 1, 2, 2, 0b00101000, 0], '5 pixels or more in a picture of 4'],
    ['a shade that its step has not', [0x60, 128, 1, 1, 0b11000000], ''],
    ['bits that are left over', [0x60, 128, 1, 1, 0b11010000], 'bits behind the last pixel that are not zero'],
    ['stuffing that is none', [0x60, 128, 1, 1, 0b11000000, 0, 7], 'stuffing that is not zero, at byte 6'],
  ])('%s', (_, bytes, error) => {
    const decoded = decodeFrame(Uint8Array.from(bytes), null);
    expect('error' in decoded ? decoded.error : '').toBe(error);
  });

  test('that says what is new needs a picture before', () => {
    const bytes = Uint8Array.from([0xc0, 1, 0b00100_0_00]);
    expect(decodeFrame(bytes, null)).toEqual({ error: 'no picture before this one' });
    expect(decodeFrame(bytes, size)).toMatchObject({ runs: [{ length: 4, level: null }] });
  });

  test('of any runs is decoded to them', () => {
    const frames = fc
      .record({
        method: fc.constantFrom('raw' as const, 'runs' as const, 'changes' as const, 'changed runs' as const),
        step: fc.integer({ min: 1, max: 128 }),
        picture: fc.uint8Array({ minLength: 12, maxLength: 12 }),
        shown: fc.uint8Array({ minLength: 12, maxLength: 12 }),
        stuffing: fc.integer({ min: 0, max: 5 }),
      })
      .map(({ method, step, picture, shown, stuffing }) => {
        const key = method === 'raw' || method === 'runs';
        const runs = key ? runsOf(picture, step, method === 'raw') : changesOf(picture, shown, step, method === 'changes');
        return { coded: { method, key, step, width: 4, height: 3, runs, stuffing } as CodedFrame, picture, shown };
      });
    fc.assert(
      fc.property(frames, ({ coded, picture, shown }) => {
        const bytes = encodeFrame(coded);
        const decoded = decodeFrame(bytes, { width: 4, height: 3 });
        expect(decoded).toEqual(coded);
        // No pixel is further from the original than the quantiser allows.
        const made = pictureOf(coded, coded.key ? null : shown);
        const tolerance = Math.max(1, coded.step / 2);
        expect(made.every((shade, i) => Math.abs(shade - picture[i]!) <= tolerance)).toBe(true);
      }),
    );
  });

  test('of any bytes is decoded or refused, and its fields lie within it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const decoded = decodeFrame(bytes, size);
        if (!('error' in decoded)) expect(decoded.runs.reduce((sum, { length }) => sum + length, 0)).toBe(decoded.width * decoded.height);
        for (const { start, end } of dissectFrame(bytes)) expect(start <= end && end <= bytes.length).toBe(true);
      }),
    );
  });
});

test('numbers are as long as they say', () => {
  for (const value of [0, 1, 2, 3, 6, 7, 65_024, 2 ** 23]) {
    const writer = new BitWriter();
    writer.number(value);
    expect(writer.length).toBe(numberLength(value));
    expect(new BitReader(writer.done()).number()).toBe(value);
  }
});

test('a shade is at most half a step from what stands for it', () => {
  for (const step of STEPS) {
    for (let shade = 0; shade < 256; shade++) {
      const level = levelOf(shade, step);
      expect(level).toBeLessThan(2 ** levelBits(step));
      expect(Math.abs(shadeOf(level, step) - shade)).toBeLessThanOrEqual(step / 2);
    }
  }
});

describe('a clip', () => {
  test.each(PATTERNS)('of %s has as many pictures as its time asks for, the same ones each time', (pattern) => {
    const shown = { ...clip, pattern, grain: 2 };
    const pictures = [...picturesOf(shown)];
    expect([pictures.length, frameCount(shown)]).toEqual([48, 48]);
    expect(same([...picturesOf(shown)], pictures)).toBe(true);
    expect(pictures.every((picture) => picture.length === 48 * 32)).toBe(true);
  });

  test('that is still does not change, and a ball does', () => {
    const [still, ball] = (['still', 'bouncing ball'] as const).map((pattern) => [...picturesOf({ ...clip, pattern })]);
    expect(still!.every((picture) => squaredError(picture, still![0]!) === 0)).toBe(true);
    expect(squaredError(ball![0]!, ball![5]!)).toBeGreaterThan(0);
  });
});

describe('an encoded clip', () => {
  test.each(PATTERNS.flatMap((pattern) => CODINGS.map((coding) => [pattern, coding] as const)))(
    'of %s, %s, is decoded to itself',
    (pattern, coding) => {
      const frames = [...encodeClip({ ...clip, pattern, grain: 1 }, lossless(coding))];
      expect(
        same(
          decodeAll(frames.map(({ bytes }) => bytes)),
          frames.map(({ original }) => original),
        ),
      ).toBe(true);
      expect(frames.every((frame) => frame.squaredError === 0)).toBe(true);
    },
  );

  test('of a ball costs least where both redundancies are used', () => {
    const [raw, spatial, temporal, both] = CODINGS.map((coding) => bytesIn([...encodeClip(clip, lossless(coding))]));
    expect(raw).toBe(48 * (48 * 32 + 4));
    // The wall's stripes take room in every picture by itself, and none where pictures are compared.
    expect(spatial).toBeLessThan(raw! / 2);
    expect(temporal).toBeLessThan(spatial! / 2);
    expect(both).toBeLessThan(temporal! * 0.8);
  });

  test('of noise costs more than no coding at all', () => {
    const [raw, spatial] = CODINGS.map((coding) => bytesIn([...encodeClip({ ...clip, pattern: 'noise' }, lossless(coding))]));
    expect(spatial).toBeGreaterThan(raw!);
  });

  test('takes fewer bits and is worse, the coarser its quantiser is', () => {
    const cuts = { ...clip, pattern: 'scene cuts' as const, duration: 4 * SECOND, grain: 3 };
    const made = [1, 8, 32].map((step) => [...encodeClip(cuts, lossless('both', step))]);
    const sizes = made.map(bytesIn);
    const errors = made.map((frames) => frames.reduce((sum, frame) => sum + frame.squaredError, 0));
    expect(sizes[0]! > sizes[1]! && sizes[1]! > sizes[2]!).toBe(true);
    expect(errors[0]! < errors[1]! && errors[1]! < errors[2]!).toBe(true);
  });

  test('at a constant rate has as many bytes in every group, and decodes', () => {
    const cuts = { ...clip, pattern: 'scene cuts' as const, duration: 4 * SECOND, grain: 2 };
    const rate = 60_000;
    const frames = [...encodeClip(cuts, { coding: 'both', control: { kind: 'constant rate', rate }, groupLength: 24 })];
    const groups = [0, 1, 2, 3].map((group) => frames.slice(group * 24, group * 24 + 24));
    expect(groups.map(bytesIn)).toEqual([7500, 7500, 7500, 7500]);
    expect(groupBudget(24, 24, rate)).toBe(7500);
    // The busier a scene is, the coarser it is quantised.
    expect(groups.map(([first]) => first!.coded.step)).toEqual([...groups.map(([first]) => first!.coded.step)].sort((a, b) => a - b));
    expect(groups[3]![0]!.coded.step).toBeGreaterThan(groups[0]![0]!.coded.step);
    expect(
      same(
        decodeAll(frames.map(({ bytes }) => bytes)),
        frames.map(({ shown }) => shown),
      ),
    ).toBe(true);
  });

  test('keeps a rate as well as its coarsest step can', () => {
    const frames = [
      ...encodeClip({ ...clip, pattern: 'noise' }, { coding: 'both', control: { kind: 'constant rate', rate: 1000 }, groupLength: 24 }),
    ];
    expect(frames[0]!.coded.step).toBe(128);
    expect(bytesIn(frames.slice(0, 24))).toBeGreaterThan(groupBudget(24, 24, 1000));
  });
});

test.each<[number, number, number]>([
  [0, 1, LOSSLESS],
  [65_025 * 7, 7, 0],
  [65_025, 100, 20],
  [65_025, 1000, 30],
])('the signal-to-noise ratio of a squared error of %d over %d pixels is %d dB', (squares, pixels, decibels) => {
  expect(peakSignalToNoise(squares, pixels)).toBeCloseTo(decibels, 10);
});

describe('a camera that codes', () => {
  const run = (encoding: Encoding, duration = 2.5 * SECOND) => {
    const action = { kind: 'video.encode' as const, host: 'camera', clip: { ...clip, duration }, encoding };
    const step = { parent: -1, timing: { kind: 'then' as const }, action, text: '', at: { source: 0, start: 0, end: 0 } };
    return simulate(scenarioForTests({ camera: {} }, { steps: [step] }));
  };
  const seriesOf = (made: ReturnType<typeof run>, metric: string) => made.series.find((one) => one.metric === metric)!;

  test('takes the time of the clip, and tells each picture at its own', () => {
    const made = run(lossless('both'));
    expect(made.duration).toBe(2.5 * SECOND);
    const sizes = seriesOf(made, 'frame size');
    expect([sizes.at.length, sizes.at[24], sizes.subjects]).toEqual([60, SECOND, ['bounce']]);
    expect([...sizes.values]).toEqual(
      [...encodeClip({ ...clip, duration: 2.5 * SECOND }, lossless('both'))].map(({ bytes }) => bytes.length),
    );
    expect(made.steps[0]!.outcome).toMatch(/^60 pictures in [\d.]+ kB, [\d.]+ kbit\/s, 1\d(\.\d)? to 1, nothing lost$/);
  });

  test('tells the rate of each second, the rest included', () => {
    const rates = seriesOf(run({ coding: 'both', control: { kind: 'constant rate', rate: 60_000 }, groupLength: 12 }), 'coded rate');
    expect([...rates.values]).toEqual([60_000, 60_000, 60_000]);
    expect([...rates.at]).toEqual([expect.any(Number), expect.any(Number), 2.5 * SECOND]);
  });

  test('tells what coding saves, and what it costs in quality', () => {
    const made = run(lossless('spatial', 32));
    expect(seriesOf(made, 'compression ratio').values[0]).toBeGreaterThan(5);
    expect(seriesOf(made, 'quality').values[0]).toBeLessThan(40);
  });
});
