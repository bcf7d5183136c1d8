/**
 * Coded pictures. Whatever the bytes: the decoder gives a frame that has exactly the pixels of its picture, or an error; a frame is encoded
 * and decoded to itself; the inspector's fields lie within the bytes.
 */
import { checkFields, type FuzzTarget } from '../../fuzz-target.ts';
import { encodeClip } from './encoder.ts';
import { decodeFrame, dissectFrame, encodeFrame, pictureOf } from './frame.ts';
import { CODINGS, PATTERNS } from './scenario.ts';

const SIZE = { width: 12, height: 8 };
const BEFORE = new Uint8Array(SIZE.width * SIZE.height).fill(77);

const target: FuzzTarget = {
  name: 'clip-frame',
  corpus() {
    const clip = { name: '', ...SIZE, frameRate: 4, duration: 1e9, grain: 1, seed: 1 };
    return PATTERNS.flatMap((pattern) =>
      CODINGS.flatMap((coding) =>
        [1, 16].flatMap((step) => {
          const encoding = { coding, control: { kind: 'constant quality' as const, step }, groupLength: 4 };
          return [...encodeClip({ ...clip, pattern }, encoding)].map(({ bytes }) => bytes);
        }),
      ),
    );
  },
  run(bytes) {
    checkFields(dissectFrame(bytes), bytes.length);
    checkFields(dissectFrame(bytes, SIZE), bytes.length);
    const frame = decodeFrame(bytes, SIZE);
    if ('error' in frame) return frame.error;
    const pixels = frame.runs.reduce((sum, { length }) => sum + length, 0);
    if (pixels !== frame.width * frame.height) throw new Error(`${pixels} pixels in a picture of ${frame.width} × ${frame.height}`);
    const picture = pictureOf(frame, frame.key ? null : BEFORE);
    if (picture.length !== pixels) throw new Error('a picture of another size');
    const again = decodeFrame(encodeFrame(frame), SIZE);
    if (JSON.stringify(again) !== JSON.stringify(frame)) throw new Error('what was decoded is encoded to something else');
    return JSON.stringify(frame);
  },
};

export default target;
