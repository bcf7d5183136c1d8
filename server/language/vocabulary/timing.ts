/** When a step happens: the words that may stand before every step, written once. */
import { DAY, MILLISECOND } from '../../../engines/quantities.ts';
import type { Timing } from '../../../engines/scenario.ts';
import { duration, type Entry, entry, type Given, type GivenBlock, optional, type Properties, type Slots } from '../entry.ts';
import type { Site } from '../site.ts';

const moment = duration({ maximum: 100 * DAY, units: ['s', 'ms', 'min'] });

export const timingSlots = {
  TIME: optional(moment),
  DELAY: optional(moment),
  INTERVAL: optional(duration({ minimum: MILLISECOND, maximum: 100 * DAY, units: ['s', 'ms', 'min'] })),
  END: optional(moment),
};

/** What the words that say when a step happens do, for hover and completion. */
export const timingDocs: ReadonlyMap<string, string> = new Map([
  ['at', '`at TIME STEP`: the step begins at this time, counted from the beginning of the run.'],
  ['after', '`after DELAY STEP`: the step begins so long after the step before it is done.'],
  ['then', '`then STEP`: the step begins when the step before it is done, as a step without a word does.'],
  ['every', '`every INTERVAL STEP until END`: the step is begun again and again, one interval apart.'],
  ['until', '`every INTERVAL STEP until END`: no repetition begins at this time, counted from the beginning of the run, or later.'],
]);

interface StepInput<S extends Slots, P extends Properties> {
  readonly id: string;
  /** Begins with the subject host (slot HOST), or a word of its own. */
  readonly pattern: string;
  readonly slots: S;
  readonly properties?: P;
  readonly block?: 'steps' | 'records';
  readonly blockRequired?: boolean;
  readonly doc: string;
  readonly standard?: string;
  readonly example: string;
  readonly remembered?: boolean;
  readonly build: (given: Given<S & typeof timingSlots>, block: GivenBlock<P>, site: Site) => void;
}

/** Writes a step down: `[at T | then | after T] STEP`, or `every T STEP until T`. */
export function step<const S extends Slots, const P extends Properties = Record<never, never>>(input: StepInput<S, P>): Entry {
  const { pattern } = input;
  const made = entry<S & typeof timingSlots, P>({
    ...input,
    role: 'step',
    pattern: `( every INTERVAL ${pattern} until END | [at TIME | after DELAY | then] ${pattern} )`,
    slots: { ...input.slots, ...timingSlots },
  });
  return { ...made, shown: pattern };
}

/** The timing that was written; `then` where none was. */
export function timing(given: Given<typeof timingSlots>, _site: Site): Timing | null {
  if (given.TIME !== null) return { kind: 'at', time: given.TIME };
  if (given.DELAY !== null) return { kind: 'after', delay: given.DELAY };
  if (given.INTERVAL !== null && given.END !== null) return { kind: 'every', interval: given.INTERVAL, until: given.END };
  return { kind: 'then' };
}
