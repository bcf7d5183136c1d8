/** Where a statement stands, for those who give it meaning: reports problems there, resolves what it names. */
import type { Action, SourceRange, Timing } from '../../engines/scenario.ts';
import type { Code } from './codes.ts';
import type { TextRange } from './compilation.ts';
import type { Name } from './entry.ts';
import { resolveHost } from './hosts.ts';
import { movePlaced, type PlacedValue } from './placed-values.ts';
import type { Program, ReportOptions } from './program.ts';
import { follow } from './statement-values.ts';
import type { Statement } from './syntax.ts';

/** The property of a block, by the values it was given. */
const properties = new WeakMap<object, TextRange>();

export class Site {
  readonly program: Program;
  /** Index of the document in the program. */
  readonly source: number;
  readonly statement: Statement;
  /** Index of the `together` step around it, or −1. */
  readonly parent: number;
  /** How many steps of the program stand above it; known once the steps are built. */
  stepsAbove = 0;
  #placed: PlacedValue[] | null = null;
  /** Ranges that were made here while the program was being declared: they move with the statement. */
  #ranges: { start: number; end: number }[] | null = null;
  /** Where the statement stood when they were right. */
  #start: number;

  constructor(program: Program, source: number, statement: Statement, parent = -1) {
    this.program = program;
    this.source = source;
    this.statement = statement;
    this.parent = parent;
    this.#start = statement.start;
  }

  /** Of a statement outside all blocks of steps: the same one for as long as the program and the statement are. */
  static of(statement: Statement, program: Program, source: number): Site {
    const known = statement.known.site;
    if (known?.program === program && known.source === source) return known;
    const site = new Site(program, source, statement);
    statement.known.site = site;
    return site;
  }

  /** Its statement is about to be built once more: what was made of it counts no more. */
  beginAnew(): void {
    this.#placed = null;
  }

  /** The values made here that say where they stand. */
  get placed(): PlacedValue[] {
    this.#placed ??= [];
    return this.#placed;
  }

  /** Gives a value the place of its node. */
  placing<T extends object>(value: T, node: TextRange): T & TextRange {
    const placed = Object.assign(value, { start: node.start, end: node.end });
    this.placed.push({ value: placed, node });
    return placed;
  }

  get at(): SourceRange {
    return this.place(this.statement);
  }

  /** Of the statement without its block. */
  get head(): SourceRange {
    return this.place({ start: this.statement.start, end: this.statement.headEnd });
  }

  place(range: TextRange): SourceRange {
    const place = { source: this.source, start: range.start, end: range.end };
    if (this.program.declaring) {
      this.#ranges ??= [];
      this.#ranges.push(place);
    }
    return place;
  }

  /** Takes over what was made of the statement for another program, which is used up. */
  takeOver(other: Site): void {
    this.#ranges = other.#ranges;
    this.#start = other.#start;
    this.settle();
  }

  /** An edit elsewhere may have moved the statement: what was made for it moves as far. */
  settle(): void {
    const { start } = this.statement;
    const by = start - this.#start;
    if (by === 0) return;
    this.#start = start;
    for (const range of this.#ranges ?? []) {
      range.start += by;
      range.end += by;
    }
    follow(this.statement);
    movePlaced(this.#placed ?? []);
  }

  /** The range of a slot, or of the statement's head where the slot was left out. */
  slot(name: string): TextRange {
    return this.statement.slots[name] ?? { start: this.statement.start, end: this.statement.headEnd };
  }

  /** The range of a property in the statement's block, or of the head. */
  property(word: string): TextRange {
    const found = this.statement.block?.find((item) => item.entry && item.entry.pattern.split(' ')[0] === word);
    return found ?? { start: this.statement.start, end: this.statement.headEnd };
  }

  /** Notes which property of the block was given these values. */
  notePlace(given: object, property: TextRange): void {
    properties.set(given, property);
  }

  /** Where the property stands that was given these values. */
  placeOf(given: object): TextRange | undefined {
    return properties.get(given);
  }

  /** Values of properties in the order in which they were written, whatever their kinds. */
  asWritten<T extends object>(given: readonly T[]): T[] {
    const startOf = (value: T): number => properties.get(value)?.start ?? 0;
    return [...given].sort((a, b) => startOf(a) - startOf(b));
  }

  report(code: Code, range: TextRange, message: string, options: ReportOptions = {}): void {
    this.program.report(code, this.place(range), message, options);
  }

  /** The declared name of a host that the text refers to; null (and reported) where there is none. */
  host(name: Name): string | null {
    return resolveHost(name, this);
  }

  /** The statement's head on one line. */
  get text(): string {
    const { text } = this.program.sources[this.source]!;
    return onOneLine(text.slice(this.statement.start, this.statement.headEnd));
  }

  /** Runs once all declarations are known. */
  later(check: () => void): void {
    this.program.later.push(check);
  }

  /** Adds a step. */
  addStep(timing: Timing, action: Action): void {
    this.program.steps.push({ parent: this.parent, timing, action, text: this.text, at: this.at });
  }

  /** Adds a step, or, for several subjects, their steps side by side; what repeats is the step of each. */
  step(timing: Timing, subjects: readonly Name[], action: (host: string) => Action | null): void {
    const steps = this.program.steps;
    const hosts: string[] = [];
    for (const name of subjects) {
      const host = this.host(name);
      if (host === null) return;
      hosts.push(host);
    }
    const actions: Action[] = [];
    for (const host of hosts) {
      const made = action(host);
      if (!made) return;
      actions.push(made);
    }
    if (actions.length === 1) {
      this.addStep(timing, actions[0]!);
      return;
    }
    const group = steps.length;
    const repeats = timing.kind === 'every';
    this.addStep(repeats ? { kind: 'then' } : timing, { kind: 'together' });
    const subject = this.slot('HOST');
    const rest = this.program.sources[this.source]!.text.slice(subject.end, this.statement.headEnd);
    actions.forEach((made, i) => {
      steps.push({
        parent: group,
        timing: repeats ? timing : { kind: 'then' },
        action: made,
        text: onOneLine(`${hosts[i]}${rest}`),
        at: this.at,
      });
    });
  }
}

function onOneLine(text: string): string {
  return /[\t\n\r]| {2}/.test(text) ? text.replace(/\s+/g, ' ') : text;
}
