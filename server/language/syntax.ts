/** What the parser makes of a text: statements with their slots, no meaning yet. A tree depends on its text alone. */
import type { QuickFix, Severity, TextRange } from './compilation.ts';
import type { Entry } from './entry.ts';
import type { MeasureForm } from './measures.ts';
import type { Mention } from './mentions.ts';
import type { EncodedStatement } from './semantic-tokens.ts';
import type { Site } from './site.ts';
import type { KeptValues } from './statement-values.ts';
import type { Unit } from './units.ts';

export interface SyntaxTree {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly problems: readonly SyntaxProblem[];
  /** Start and end of every comment, in turn. */
  readonly comments: readonly number[];
}

export interface SyntaxProblem extends TextRange {
  readonly code: string;
  readonly severity?: Severity;
  readonly message: string;
  /** Edits without a URI: they are in this text. */
  readonly fixes: readonly SyntaxFix[];
  /** Set where the declarations decide what is said; the problem's own message holds where they are not all known. */
  readonly firstWord?: FirstWord;
}

/** A line's first word, taken for the host that a step begins with, though no verb follows. */
export interface FirstWord extends TextRange {
  readonly text: string;
  /** What stands in the verb's place (empty at the end of the line), what could, what is said of it by itself, and the verb that was meant. */
  readonly asVerb: TextRange & {
    readonly text: string;
    readonly isWord: boolean;
    readonly help: string;
    readonly message: string;
    readonly meant: string | null;
  };
}

export interface SyntaxFix {
  readonly title: string;
  readonly edits: readonly (TextRange & { readonly text: string })[];
  readonly preferred?: QuickFix['preferred'];
}

/** A statement, or a property within a block. */
export class Statement implements TextRange {
  readonly start: number;
  end: number;
  /** Where the part before the block ends. */
  headEnd: number;
  /** The vocabulary entry it follows; for a broken statement, the likeliest one. */
  entry: Entry | null = null;
  /** False when it could not be parsed to its end. */
  complete = false;
  readonly slots: Record<string, SlotSyntax> = {};
  /** Properties, or the steps of `together`. */
  block: Statement[] | null = null;
  /** The braces and what is between them. */
  braces: TextRange | null = null;
  /** The brace of a block of it was looked for far beyond it, in vain: how it reads hangs on all that follows. */
  reachesEnd = false;
  readonly #known: KnownOfStatement = { values: null, mentions: null, colours: null, nodes: null, site: null };

  /** A statement of which nothing is read yet. */
  constructor(start: number) {
    this.start = start;
    this.end = start;
    this.headEnd = start;
  }

  /** No part of the tree. It lies with the node since looking up each of ten thousand in a WeakMap would take milliseconds at a key. */
  get known(): KnownOfStatement {
    return this.#known;
  }
}

/** What was found out about a statement and holds for as long as it is in a tree; null for what nobody asked for yet. */
export interface KnownOfStatement {
  values: KeptValues | null;
  mentions: readonly Mention[] | null;
  colours: EncodedStatement | null;
  /** Its nodes, to be moved. */
  nodes: { start: number; end: number }[] | null;
  /** Where the last program met it. */
  site: Site | null;
}

export type SlotSyntax = NameSyntax | TextSyntax | Expression | ListSyntax | WordSyntax | PortsSyntax | MeasureSyntax | ValueRangeSyntax;

/** `alice-pc`, `peer[1..n]`. Parts take turns: text, index, text, …; a plain name has `indices` null. */
export interface NameSyntax extends TextRange {
  readonly kind: 'name';
  readonly text: string;
  readonly indices: readonly IndexSyntax[] | null;
}

export interface IndexSyntax extends TextRange {
  readonly before: string;
  readonly first: Expression;
  readonly last: Expression | null;
  /** The text behind the last index. */
  after: string;
}

export interface TextSyntax extends TextRange {
  readonly kind: 'text';
  readonly value: string;
}

/** A word that was chosen among several, or the rest of a line as it stands. */
export interface WordSyntax extends TextRange {
  readonly kind: 'word';
  readonly value: string;
}

/** `80`, or `50000-50010`. */
export interface PortsSyntax extends TextRange {
  readonly kind: 'ports';
  readonly first: Expression;
  /** null: the first one alone. */
  readonly last: QuantitySyntax | null;
}

/** `1..10 step 2` in a list of values. */
export interface ValueRangeSyntax extends TextRange {
  readonly kind: 'values';
  readonly first: Expression;
  /** null: the first one alone. */
  readonly last: Expression | null;
  /** null: 1 of the unit that the last one has. */
  readonly step: Expression | null;
}

/** `congestion window of server to pc`. */
export interface MeasureSyntax extends TextRange {
  readonly kind: 'measure';
  readonly form: MeasureForm;
  readonly slots: Readonly<Record<string, SlotSyntax>>;
}

export interface ListSyntax extends TextRange {
  readonly kind: 'list';
  readonly items: readonly SlotSyntax[];
}

export type Expression = QuantitySyntax | ParameterSyntax | TextSyntax | UnarySyntax | BinarySyntax;

export interface QuantitySyntax extends TextRange {
  readonly kind: 'quantity';
  readonly value: number;
  readonly unit: Unit | null;
}

export interface ParameterSyntax extends TextRange {
  readonly kind: 'parameter';
  readonly name: string;
}

export interface UnarySyntax extends TextRange {
  readonly kind: 'negative';
  readonly operand: Expression;
}

export interface BinarySyntax extends TextRange {
  readonly kind: 'binary';
  readonly operator: '+' | '-' | '*' | '/';
  readonly left: Expression;
  readonly right: Expression;
}
