/** What an expectation's comparison means. */
import type { Comparison } from './scenario.ts';

/** Whether `value` stands in that relation to `bound`: `compare(2, '<', 3)` is true. */
export function compare(value: number, comparison: Comparison, bound: number): boolean {
  switch (comparison) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '=':
      return value === bound;
    case '>=':
      return value >= bound;
    case '>':
      return value > bound;
    case '!=':
      return value !== bound;
  }
}
