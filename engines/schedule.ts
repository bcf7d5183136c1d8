/**
 * The schedule of a run: which step starts when.
 *
 * Theory of operation. Steps with the same parent form a sequence in the order of the text. An `at` step starts at its time,
 * whatever came before. Every other step starts when the one before it is done and nothing that it set off is under way any
 * more, so that a goodbye on a connection does not run into the next step's story (`after`: when that much time has passed
 * since it was done, too; the first one at once). The steps of a `together` all start with it, side by side, and it is done
 * when they are. What a step does while it runs, and everything that follows from it, has the step as its cause.
 */
import { formatDuration } from './format.ts';
import { END_OF_TIME, type Kernel } from './kernel/kernel.ts';
import { type Process, start } from './kernel/process.ts';
import type { StepOutcome } from './protocol.ts';
import type { Nanoseconds } from './quantities.ts';
import type { RunStep } from './run.ts';
import type { Action, Step } from './scenario.ts';

interface StepRecord {
  startedAt: Nanoseconds;
  endedAt: Nanoseconds;
  outcome: StepOutcome;
}

const NEVER_ENDED: StepOutcome = { outcome: '', succeeded: false };
const END = formatDuration(END_OF_TIME);
const CUT_OFF: StepOutcome = { outcome: `cut off: simulated time ends after ${END}`, succeeded: false };
const BEYOND: StepOutcome = { outcome: `never began: simulated time ends after ${END}`, succeeded: false };

export class Schedule {
  readonly #kernel: Kernel;
  readonly #steps: readonly Step[];
  readonly #perform: (action: Action) => Process<StepOutcome>;
  readonly #records: StepRecord[];
  /** Called when a step is done and has settled, by step. */
  readonly #followers: (() => void)[][];
  readonly #over: boolean[];
  /** All steps before this one are over. */
  #firstOpen = 0;
  /** Who is to be told, by the number of first steps that have to be over. */
  readonly #waitingForAll = new Map<number, (() => void)[]>();
  /** The steps of each `together`, and of −1 those that stand alone. */
  readonly #children = new Map<number, number[]>();

  constructor(kernel: Kernel, steps: readonly Step[], perform: (action: Action) => Process<StepOutcome>) {
    this.#kernel = kernel;
    this.#steps = steps;
    this.#perform = perform;
    this.#records = steps.map(() => ({ startedAt: Number.NaN, endedAt: Number.NaN, outcome: NEVER_ENDED }));
    this.#followers = steps.map(() => []);
    this.#over = steps.map(() => false);
    steps.forEach(({ parent }, i) => {
      append(this.#children, parent, i);
    });
  }

  /** Calls `tell` as soon as the first `steps` steps are done and settled, before any step that waits for them starts. */
  whenOver(steps: number, tell: () => void): void {
    append(this.#waitingForAll, steps, tell);
  }

  /** Plans the first steps. To be called once, before the first event. */
  begin(): void {
    this.#tell(0);
    this.#beginSequence(-1);
  }

  /** When the last of the first `steps` steps that stands in no other began; −1 where there is none. */
  startOfStepAbove(steps: number): Nanoseconds {
    let i = steps - 1;
    while (i >= 0 && this.#steps[i]!.parent >= 0) i = this.#steps[i]!.parent;
    const startedAt = this.#records[i]?.startedAt ?? -1;
    return Number.isNaN(startedAt) ? this.#kernel.now : startedAt;
  }

  report(): RunStep[] {
    return this.#steps.map((step, i) => {
      const { startedAt, endedAt, outcome } = this.#records[i]!;
      const told = this.#kernel.outOfTime && Number.isNaN(endedAt) ? (Number.isNaN(startedAt) ? BEYOND : CUT_OFF) : outcome;
      return { text: step.text, at: step.at, parent: step.parent, startedAt, endedAt, ...told };
    });
  }

  #beginSequence(parent: number): void {
    let previous = -1;
    for (const i of this.#children.get(parent) ?? []) {
      const { timing } = this.#steps[i]!;
      if (timing.kind === 'at') this.#startIn(i, Math.max(0, timing.time - this.#kernel.now));
      else {
        const delay = timing.kind === 'after' ? timing.delay : 0;
        if (previous < 0) this.#startIn(i, delay);
        else {
          const before = this.#records[previous]!;
          this.#followers[previous]!.push(() => this.#startIn(i, Math.max(0, before.endedAt + delay - this.#kernel.now)));
        }
      }
      previous = i;
    }
  }

  #startIn(i: number, delay: Nanoseconds): void {
    const before = this.#kernel.cause;
    this.#kernel.cause = i;
    this.#kernel.schedule(delay, () => this.#start(i));
    this.#kernel.cause = before;
  }

  #start(i: number): void {
    const step = this.#steps[i]!;
    this.#records[i]!.startedAt = this.#kernel.now;
    if (step.action.kind === 'together') this.#startTogether(i);
    else if (step.timing.kind === 'every') this.#repeat(i, step.timing.interval, step.timing.until);
    else start(`step ${i}`, this.#perform(step.action)).whenDone((outcome) => this.#end(i, outcome));
  }

  #startTogether(i: number): void {
    const children = this.#children.get(i) ?? [];
    let missing = children.length;
    if (missing === 0) this.#end(i, { outcome: '', succeeded: true });
    for (const child of children) {
      this.#followers[child]!.push(() => {
        if (--missing > 0) return;
        const failures = children.filter((c) => !this.#records[c]!.outcome.succeeded).length;
        this.#end(i, summary(children.length, failures));
      });
      const { timing } = this.#steps[child]!;
      const delay = timing.kind === 'at' ? timing.time - this.#kernel.now : timing.kind === 'after' ? timing.delay : 0;
      this.#startIn(child, Math.max(0, delay));
    }
  }

  #repeat(i: number, interval: Nanoseconds, until: Nanoseconds): void {
    const { action } = this.#steps[i]!;
    let running = 0;
    let planned = true;
    let rounds = 0;
    let failures = 0;
    let last: StepOutcome = NEVER_ENDED;
    const endIfOver = () => {
      if (!planned && running === 0) this.#end(i, rounds === 1 ? last : summary(rounds, failures));
    };
    const round = () => {
      rounds++;
      running++;
      planned = this.#kernel.now + interval < until;
      if (planned) this.#kernel.schedule(interval, round);
      start(`step ${i}`, this.#perform(action)).whenDone((outcome) => {
        running--;
        last = outcome;
        if (!outcome.succeeded) failures++;
        endIfOver();
      });
    };
    round();
  }

  #tellThatAllAreOver(): void {
    while (this.#over[this.#firstOpen]) this.#tell(++this.#firstOpen);
  }

  #tell(steps: number): void {
    for (const tell of this.#waitingForAll.get(steps) ?? []) tell();
    this.#waitingForAll.delete(steps);
  }

  #end(i: number, outcome: StepOutcome): void {
    const record = this.#records[i]!;
    record.endedAt = this.#kernel.now;
    record.outcome = outcome;
    this.#kernel.whenSettled(i, () => {
      this.#over[i] = true;
      this.#tellThatAllAreOver();
      for (const follow of this.#followers[i]!) follow();
    });
  }
}

function summary(total: number, failures: number): StepOutcome {
  return { outcome: failures === 0 ? `all ${total} done` : `${failures} of ${total} failed`, succeeded: failures === 0 };
}

function append<T>(lists: Map<number, T[]>, key: number, item: T): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
