/** No adaptation: one rendition, whatever happens. */
import { type Choice, PlainRule } from './rule.ts';

export class FixedRule extends PlainRule {
  readonly #rendition: number;

  constructor(rendition: number) {
    super();
    this.#rendition = rendition;
  }

  override first(): number {
    return this.#rendition;
  }

  choose(): Choice {
    return { rendition: this.#rendition, wait: 0 };
  }
}
