/** DYNAMIC of dash.js (MMSys ’18, §5.3): the throughput rule while the buffer is low, BOLA once it is not; each when the other would not be better. */
import type { Milliseconds } from '../movie.ts';
import type { BolaRule } from './bola.ts';
import { type Choice, type Outlook, PlainRule, type Progress } from './rule.ts';
import type { ThroughputRule } from './throughput.ts';

const LOW_BUFFER: Milliseconds = 10_000;

export class DynamicRule extends PlainRule {
  readonly #bola: BolaRule;
  readonly #throughput: ThroughputRule;
  #byBuffer = false;

  constructor(bola: BolaRule, throughput: ThroughputRule) {
    super();
    this.#bola = bola;
    this.#throughput = throughput;
  }

  choose(segment: number, outlook: Outlook): Choice {
    const byBuffer = this.#bola.choose(segment, outlook);
    const byThroughput = this.#throughput.choose(segment, outlook);
    if (this.#byBuffer) {
      if (outlook.level < LOW_BUFFER && byBuffer.rendition < byThroughput.rendition) this.#byBuffer = false;
    } else if (outlook.level > LOW_BUFFER && byBuffer.rendition >= byThroughput.rendition) this.#byBuffer = true;
    return this.#byBuffer ? byBuffer : byThroughput;
  }

  override downloaded(_progress: Progress, _level: Milliseconds, _abandonedTo: number | null, replaces: boolean): void {
    if (replaces) this.#byBuffer = false;
  }

  override sought(segment: number): void {
    this.#bola.sought(segment);
  }

  override abandon(progress: Progress, outlook: Outlook): number | null {
    return this.#throughput.abandon(progress, outlook);
  }
}
