/** Where the parser stands in a text, and what it has met so far: the one piece of state that all its parts share. */
import type { TextRange } from '../compilation.ts';
import type { Entry, Property, Slot } from '../entry.ts';
import type { MeasureForm } from '../measures.ts';
import type { State } from '../pattern.ts';
import { Scanner, TokenKind } from '../scanner.ts';
import type { FirstWord, SlotSyntax, Statement, SyntaxFix, SyntaxProblem } from '../syntax.ts';
import { Braces } from './braces.ts';

/** What can stand where a text ends. */
export interface Expectation {
  /** Edges that go on from here; empty within a text or comment. */
  readonly states: readonly State<Entry | Property>[];
  /** Within a metric that is named: how it goes on. */
  readonly measures: State<MeasureForm> | null;
  /** A slot that must come: behind the comma of a list, or an operator. */
  readonly slot: Slot<unknown> | null;
  /** Words that no automaton knows: those within values. */
  readonly words: readonly string[];
  /** The text ends behind a bare number of such a slot, so a unit can follow. */
  readonly unitOf: Slot<unknown> | null;
  /** The text ends within the records of a zone: where they begin, and the zone. */
  readonly records: { readonly start: number; readonly origin: string | null } | null;
  /** The entry in whose block of properties the text ends. */
  readonly block: Entry | null;
  /** What that block has already. */
  readonly written: readonly Statement[];
  /** The innermost open block of statements. */
  readonly within: Entry | null;
}

export const nothingExpected: Expectation = {
  states: [],
  measures: null,
  slot: null,
  words: [],
  unitOf: null,
  records: null,
  block: null,
  written: [],
  within: null,
};

export class Reading {
  readonly text: string;
  readonly scanner: Scanner;
  readonly problems: SyntaxProblem[] = [];
  /** Blocks open around the current token. */
  depth = 0;
  /** Set when a block was found unclosed: all blocks around it end too. */
  unwinding = false;
  /** Terms so far of the expression that is being read. */
  terms = 0;
  /** The items so far of the list that is being read: where it breaks off, its names still count as declared. */
  begun: SlotSyntax[] = [];
  /** The first place where the text ended within a statement; null while there is none. */
  stopped: Expectation | null = null;
  /** The innermost block that is open at the end of the text, and what it has so far. */
  innermost: { readonly entry: Entry; readonly items: readonly Statement[] } | null = null;
  /** Open blocks of statements, the innermost last. */
  readonly enclosing: Entry[] = [];
  /** What the value is for that is being read. */
  slot: Slot<unknown> | null = null;
  /** The last number without a unit: where it ends, and what it is for. */
  bare: { readonly slot: Slot<unknown> | null; readonly end: number } | null = null;

  /** Of the whole text, of which `text` may be the beginning. */
  readonly braces: Braces;

  constructor(text: string, whole = text) {
    this.text = text;
    this.braces = new Braces(whole);
    this.scanner = new Scanner(text);
  }

  /** The current token is this sign. */
  at(symbol: string): boolean {
    const { kind, start, end } = this.scanner;
    return kind === TokenKind.symbol && end - start === symbol.length && this.text.startsWith(symbol, start);
  }

  /** The current token is not part of the statement before it: its line, the block or the text has ended. */
  ended(): boolean {
    const { scanner } = this;
    return scanner.newline || scanner.kind === TokenKind.end || this.at('}');
  }

  /** The place behind the token before the current one. */
  behind(): TextRange {
    const { previousEnd } = this.scanner;
    return { start: previousEnd, end: previousEnd };
  }

  /**
   * Notes what was expected, when the text ends here, on the line of the last token or, between parentheses, on any. The first
   * such place counts.
   */
  stop(expected: Partial<Expectation>, acrossLines = false): void {
    const { scanner, stopped } = this;
    if (scanner.kind !== TokenKind.end || (!acrossLines && this.text.indexOf('\n', scanner.previousEnd) >= 0)) return;
    if (stopped) {
      // Behind a metric or values that may be complete, the statement may go on as well.
      const mayEnd = stopped.measures?.accepts || (stopped.words.length > 0 && stopped.states.length === 0);
      if (mayEnd && expected.states) this.stopped = { ...stopped, states: expected.states };
      return;
    }
    const { bare } = this;
    const unitOf = bare && bare.end === scanner.previousEnd ? bare.slot : null;
    this.stopped = { ...nothingExpected, unitOf, within: this.enclosing.at(-1) ?? null, ...expected };
  }

  report(range: TextRange, code: string, message: string, fixes: readonly SyntaxFix[] = [], firstWord?: FirstWord): void {
    const problem = { start: range.start, end: range.end, code, message, fixes };
    this.problems.push(firstWord ? { ...problem, firstWord } : problem);
  }
}

/** A fix that puts another text in the place of a range. */
export function replacement(range: TextRange, text: string): SyntaxFix {
  return { title: `Change to \`${text}\``, edits: [{ start: range.start, end: range.end, text }], preferred: true };
}
