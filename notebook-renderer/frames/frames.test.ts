/** The pictures of clips, as pages without a program, terminals and the notebook show them. */
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SECOND } from '../../engines/quantities.ts';
import type { Clip, Encoding } from '../../engines/video/coding/scenario.ts';
import { textbookRun } from '../fixtures/recorded-runs.ts';
import { sequenceSvg } from '../static/svg.ts';
import { describeRun } from '../static/text.ts';
import { busiestRow, describeFrame, filmstripOf, rowOf, transmittedRgba } from './filmstrip.ts';
import { pngDataUri } from './png.ts';

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
const encoding = (coding: Encoding['coding'], control: Encoding['control'] = { kind: 'constant quality', step: 1 }): Encoding => ({
  coding,
  control,
  groupLength: 24,
});
const film = filmstripOf(clip, [encoding('raw'), encoding('both'), encoding('both', { kind: 'constant rate', rate: 60_000 })]);
const [raw, both, constant] = film.strips;

describe('a filmstrip', () => {
  it('says what the film is and what each encoding comes to', () => {
    expect(film.title).toBe('bounce: 48 × 32 pixels, 24 pictures a second, 295 kbit/s as they are');
    expect(film.strips.map(({ name }) => name)).toEqual(['raw', 'both', 'both, 60 kbit/s']);
    expect(raw!.summary).toBe('73.9 kB, 296 kbit/s, 0.997 to 1');
    expect([film.count, film.largest]).toEqual([48, 1540]);
  });

  it('shows the first twenty seconds at most, and knows whether there is more', () => {
    const cutOf = (seconds: number) => {
      const { count, isCut } = filmstripOf({ ...clip, duration: seconds * SECOND }, []);
      return [count, isCut];
    };
    expect([cutOf(19), cutOf(20), cutOf(21)]).toEqual([
      [456, false],
      [480, false],
      [480, true],
    ]);
  });

  it('says what is transmitted of a picture, and of one row', () => {
    const [key, second] = both!.frames;
    expect(describeFrame(key!)).toMatch(/^5\d\d B, key frame, \d+ runs, nothing lost$/);
    expect(describeFrame(second!)).toMatch(/^\d+ B, 1,4\d\d of 1,536 pixels as before, \d+ runs, nothing lost$/);
    expect(describeFrame(constant!.frames[0]!)).toContain('B of it stuffing');
    expect(rowOf(key!, 31)).toBe('48 × 44');
    expect(rowOf(second!, 31)).toBe('48 as before');
    expect(rowOf(raw!.frames[0]!, 0)).toMatch(/^(1 × \d+, ){9}… 39 more$/);
    expect(busiestRow(key!)).toBeGreaterThan(0);
  });

  it('leaves transparent what was not sent', () => {
    const alphas = (rgba: Uint8Array) => rgba.filter((_, i) => i % 4 === 3);
    expect(alphas(transmittedRgba(both!.frames[0]!)).every((alpha) => alpha === 255)).toBe(true);
    const sent = alphas(transmittedRgba(both!.frames[1]!)).filter((alpha) => alpha === 255).length;
    const changed = both!.frames[1]!.coded.runs.reduce((sum, { length, level }) => sum + (level === null ? 0 : length), 0);
    expect(sent).toBe(changed);
  });
});

it('a PNG holds its pixels', () => {
  const rgba = Uint8Array.from({ length: 2 * 300 * 200 * 4 }, (_, i) => i % 251);
  const bytes = Buffer.from(pngDataUri(300, 400, rgba).split(',')[1]!, 'base64');
  expect(bytes.subarray(1, 4).toString()).toBe('PNG');
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([300, 400]);
  const length = bytes.readUInt32BE(33);
  // zlib checks its own sum.
  const rows = inflateSync(bytes.subarray(41, 41 + length));
  expect(rows).toHaveLength(400 * 1201);
  expect([...rows.subarray(1201, 1206)]).toEqual([0, ...rgba.subarray(1200, 1204)]);
  expect(bytes.subarray(-12)).toEqual(Buffer.from('0000000049454e44ae426082', 'hex'));
});

describe('a run with a view of pictures', () => {
  const view = { kind: 'frames', clip, encodings: [encoding('both')] } as const;
  const run = { ...textbookRun(), views: [{ view, at: { source: 0, start: 0, end: 0 } }] };

  it('has them in its text', () => {
    const told = describeRun({ run, focus: null });
    expect(told).toContain('\nPictures of bounce: 48 × 32 pixels');
    expect(told).toContain('\n  both: ');
    expect(told).toMatch(/\n {4}█▂+█▂+\n/);
  });

  it('has them in its drawing, which grows by them', () => {
    const heightOf = (svg: string) => Number(/height="(\d+)"/.exec(svg)![1]);
    const svg = sequenceSvg({ run, focus: null });
    expect(svg.match(/<image /g)).toHaveLength(6);
    expect(heightOf(svg)).toBeGreaterThan(heightOf(sequenceSvg({ run: textbookRun(), focus: null })) + 100);
  });
});
