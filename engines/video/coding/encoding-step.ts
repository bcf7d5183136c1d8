/** The step that codes a clip: picture by picture, as a camera takes them. */
import { count, formatRate, formatSize } from '../../format.ts';
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { StepOutcome } from '../../protocol.ts';
import { sleepUntil } from '../../sleep-until.ts';
import { type EncodedFrame, encodeClip, frameTime } from './encoder.ts';
import { peakSignalToNoise } from './quality.ts';
import type { Clip, EncodeAction } from './scenario.ts';

/** Takes as long as the clip: what each picture costs is told at its time. */
export function* encode(host: Host, { clip, encoding }: EncodeAction): Process<StepOutcome> {
  const began = host.now();
  const { narrator } = host;
  const pixels = clip.width * clip.height;
  const totals = new Totals(clip);
  for (const frame of encodeClip(clip, encoding)) {
    yield* sleepUntil(host, began + frameTime(totals.frames, clip.frameRate));
    totals.add(frame);
    narrator.measure('frame size', [clip.name], frame.bytes.length);
    narrator.measure('quality', [clip.name], peakSignalToNoise(frame.squaredError, pixels));
    if (totals.frames % clip.frameRate === 0) narrator.measure('coded rate', [clip.name], totals.takeRate());
  }
  yield* sleepUntil(host, began + frameTime(totals.frames, clip.frameRate));
  if (totals.hasRest) narrator.measure('coded rate', [clip.name], totals.takeRate());
  const ratio = (totals.frames * pixels) / totals.bytes;
  narrator.measure('compression ratio', [clip.name], ratio);
  return { outcome: totals.describe(ratio), succeeded: true };
}

/** What has been coded so far. */
class Totals {
  readonly #frameRate: number;
  readonly #pixels: number;
  frames = 0;
  bytes = 0;
  #squaredError = 0;
  /** Since the last value of the rate. */
  #rateFrames = 0;
  #rateBytes = 0;

  constructor({ frameRate, width, height }: Clip) {
    this.#frameRate = frameRate;
    this.#pixels = width * height;
  }

  add({ bytes, squaredError }: EncodedFrame): void {
    this.frames++;
    this.bytes += bytes.length;
    this.#rateFrames++;
    this.#rateBytes += bytes.length;
    this.#squaredError += squaredError;
  }

  get hasRest(): boolean {
    return this.#rateFrames > 0;
  }

  /** In bit/s since it was taken last. */
  takeRate(): number {
    const rate = (this.#rateBytes * 8 * this.#frameRate) / this.#rateFrames;
    this.#rateFrames = 0;
    this.#rateBytes = 0;
    return rate;
  }

  describe(ratio: number): string {
    const seconds = this.frames / this.#frameRate;
    const decibels = peakSignalToNoise(this.#squaredError, this.#pixels * this.frames);
    const quality = this.#squaredError === 0 ? 'nothing lost' : `${Math.round(decibels * 10) / 10} dB`;
    const rate = formatRate((this.bytes * 8) / seconds);
    return `${count(this.frames, 'picture')} in ${formatSize(this.bytes)}, ${rate}, ${Math.round(ratio * 10) / 10} to 1, ${quality}`;
  }
}
