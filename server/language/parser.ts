/**
 * Text in, statements out; any text parses.
 *
 * Theory of operation: a recursive descent over lines. For each statement the parser walks the automaton of the vocabulary:
 * a word edge when the token is that word, else a slot edge when the token can begin such a slot. It never goes back, so
 * the time is linear. A statement ends with its line; a broken one is given up to the end of its line (and its block), and
 * the next one is read afresh. A brace that is never closed costs its own block: a line that begins, without indentation,
 * with a word that only a declaration begins with is taken as the next statement.
 */
import type { TextRange } from './compilation.ts';
import type { Entry, Property, Slot, Slots } from './entry.ts';
import { form, type State, type WordEdge } from './pattern.ts';
import { isRecordType, recordTypeWords } from './record-types.ts';
import { Scanner, TokenKind, textValue, unknownEscape } from './scanner.ts';
import { nearest, oneOf } from './spelling.ts';
import type {
  Expression,
  IndexSyntax,
  ListSyntax,
  NameSyntax,
  SlotSyntax,
  Statement,
  SyntaxFix,
  SyntaxProblem,
  SyntaxTree,
} from './syntax.ts';
import { unitNamed, units } from './units.ts';
import { propertyAutomaton, statementAutomaton, unindentedStarts } from './vocabulary.ts';

/** Blocks within blocks, and parentheses within parentheses, go this deep. */
const MAXIMUM_DEPTH = 64;
/** Terms of one expression. */
const MAXIMUM_TERMS = 256;

/** Never throws. Time and memory are linear in the length of the text. */
export function parse(text: string): SyntaxTree {
  return new Parser(text).program();
}

/** What can stand at the end of a text: where the automaton was when the text ended. */
export interface Expectation {
  /** Edges that go on from here; empty within a text or comment. */
  readonly states: readonly State<Entry | Property>[];
  /** A slot that must come: behind the comma of a list. */
  readonly slot: Slot<unknown> | null;
  /** The text ends behind a bare number of such a slot, so a unit can follow. */
  readonly unitOf: Slot<unknown> | null;
  /** The text ends within the records of a zone. */
  readonly inRecords: boolean;
  /** The innermost open block's entry. */
  readonly block: Entry | null;
}

/** What the language expects behind `text`; for completion. */
export function expectedBehind(text: string): Expectation {
  const parser = new Parser(text);
  parser.program();
  return parser.expectation();
}

class Parser {
  readonly #scanner: Scanner;
  readonly #text: string;
  readonly #problems: SyntaxProblem[] = [];
  /** Blocks open around the current token. */
  #depth = 0;
  #terms = 0;
  /** The items so far of the list that is being read: where it breaks off, its names still count as declared. */
  #begun: SlotSyntax[] = [];
  /** Set when a block was found unclosed: all blocks around it end too. */
  #unwinding = false;

  #stopped: Expectation | null = null;
  #innermost: Entry | null | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#scanner = new Scanner(text);
  }

  expectation(): Expectation {
    const scanner = this.#scanner;
    const nothing = { states: [], slot: null, unitOf: null, inRecords: false, block: null };
    const { comments, problems } = scanner;
    const length = this.#text.length;
    if (problems.some(({ code, start, end }) => code === 'unclosed-text' && (end === length || this.#text.startsWith('"""', start))))
      return nothing;
    if (problems.some(({ code }) => code === 'unclosed-comment')) return nothing;
    if (comments.length > 0 && comments[comments.length - 1] === length && this.#text.startsWith('//', comments[comments.length - 2]))
      return nothing;
    if (this.#stopped) return this.#stopped;
    const block = this.#innermost ?? null;
    const states = block && block.block !== 'steps' ? [propertyAutomaton(block)] : [statementAutomaton];
    return { ...nothing, states, block };
  }

  /** Notes the first place where the text ended within a statement. */
  #stop(states: readonly State<Entry | Property>[], block: Entry | null, more: Partial<Expectation> = {}): void {
    if (this.#scanner.kind !== TokenKind.end || this.#stopped || this.#text.indexOf('\n', this.#scanner.previousEnd) >= 0) return;
    this.#stopped = { states, block, slot: null, unitOf: null, inRecords: false, ...more };
  }

  program(): SyntaxTree {
    const scanner = this.#scanner;
    const statements: Statement[] = [];
    while (scanner.kind !== TokenKind.end) {
      this.#unwinding = false;
      if (this.#at('}')) {
        this.#problem(scanner, 'stray-brace', 'This brace closes nothing. Take it away, or open a block before it.', [
          { title: 'Remove the brace', edits: [{ start: scanner.start, end: scanner.end, text: '' }] },
        ]);
        scanner.next();
        continue;
      }
      statements.push(this.#statement(statementAutomaton));
    }
    for (const { code, start, end } of scanner.problems) {
      this.#problems.push({
        start,
        end,
        code,
        message:
          code === 'unclosed-comment'
            ? 'This comment is never closed: write `*/` at its end.'
            : 'This text is never closed: write `"` at its end.',
        fixes:
          code === 'unclosed-text' && !this.#text.startsWith('"""', start)
            ? [{ title: 'Close the text', edits: [{ start: end, end, text: '"' }], preferred: true }]
            : [],
      });
    }
    return { text: this.#text, statements, problems: this.#problems, comments: scanner.comments };
  }

  #at(symbol: string): boolean {
    const { kind, start, end } = this.#scanner;
    return kind === TokenKind.symbol && end - start === symbol.length && this.#text.startsWith(symbol, start);
  }

  #problem(range: TextRange, code: string, message: string, fixes: readonly SyntaxFix[] = []): void {
    this.#problems.push({ start: range.start, end: range.end, code, message, fixes });
  }

  /** The current token is not part of the statement before it: its line, the block or the text has ended. */
  #ended(): boolean {
    const scanner = this.#scanner;
    return scanner.newline || scanner.kind === TokenKind.end || this.#at('}');
  }

  #statement(start: State<Entry>): Statement {
    const scanner = this.#scanner;
    const node: Statement = {
      start: scanner.start,
      end: scanner.start,
      headEnd: scanner.start,
      entry: null,
      complete: false,
      slots: {},
      block: null,
      braces: null,
    };
    const state = this.#walk(start, node);
    node.headEnd = node.end = Math.max(node.start, scanner.previousEnd);
    if (!state) {
      this.#giveUp(node);
      return node;
    }
    if (scanner.kind === TokenKind.end) this.#stop([state], null, { unitOf: this.#bareQuantity(node, state.reaches) });
    const entry = state.accepts;
    if (!entry) {
      node.entry = state.reaches.length === 1 ? state.reaches[0]! : null;
      this.#expected(state, node);
      this.#giveUp(node);
      return node;
    }
    node.entry = entry;
    const opens = this.#at('{') && !scanner.newline;
    if (opens && entry.block !== 'none') {
      node.complete = this.#block(entry, node);
      node.end = scanner.previousEnd;
    } else if (entry.blockRequired) {
      this.#problem({ start: node.headEnd, end: node.headEnd }, 'expected', `Expected { here: \`${form(entry)}\`.`);
      this.#giveUp(node);
      return node;
    } else node.complete = true;
    if (!this.#unwinding && !this.#ended()) {
      if (opens && entry.block === 'none')
        this.#problem(scanner, 'no-block', `\`${form(entry)}\` takes no block: nothing goes between braces here.`);
      else this.#expected(state, node);
      node.complete = false;
      this.#giveUp(node);
    }
    return node;
  }

  /** Follows edges as far as the tokens go; null when a slot was begun and is broken (the problem is reported). */
  #walk<P extends Entry | Property>(start: State<P>, node: Statement): State<P> | null {
    const scanner = this.#scanner;
    let state = start;
    for (let first = true; first || !this.#ended(); first = false) {
      const { kind } = scanner;
      if ((kind === TokenKind.word || kind === TokenKind.symbol) && state.words.size > 0) {
        const edge = this.#wordEdge(state);
        if (edge) {
          for (const { slot, value } of edge.captures) {
            node.slots[slot] = { kind: 'word', start: scanner.start, end: scanner.end, value };
          }
          state = edge.to;
          scanner.next();
          continue;
        }
      }
      let edge = null;
      for (const candidate of state.slots) {
        if (this.#canStart(candidate.slot)) {
          edge = candidate;
          break;
        }
      }
      if (!edge) break;
      const value = edge.slot.count === 'list' ? this.#list(edge.slot) : this.#one(edge.slot);
      if (!value) {
        if (this.#begun.length > 0)
          node.slots[edge.name] = { kind: 'list', start: this.#begun[0]!.start, end: scanner.previousEnd, items: this.#begun };
        node.entry = (state.reaches.length === 1 ? state.reaches[0]! : null) as Entry | null;
        return null;
      }
      node.slots[edge.name] = value;
      state = edge.to;
    }
    return state;
  }

  #wordEdge<P>(state: State<P>): WordEdge<P> | undefined {
    const scanner = this.#scanner;
    if (!state.fewWords) return state.words.get(scanner.slice());
    const length = scanner.end - scanner.start;
    for (const edge of state.fewWords) if (edge.word.length === length && this.#text.startsWith(edge.word, scanner.start)) return edge;
    return undefined;
  }

  #canStart(slot: Slot<unknown>): boolean {
    const { kind } = this.#scanner;
    switch (slot.form) {
      case 'name':
        return kind === TokenKind.word;
      case 'text':
        return kind === TokenKind.text || kind === TokenKind.word;
      case 'record-type':
        return kind === TokenKind.word && isRecordType(this.#scanner.slice());
      case 'expression':
        return kind === TokenKind.number || kind === TokenKind.word || kind === TokenKind.text || this.#at('(') || this.#at('-');
      case 'rest-of-line':
        return kind === TokenKind.word || kind === TokenKind.number || kind === TokenKind.text;
      case 'choice':
        return false;
    }
  }

  #one(slot: Slot<unknown>): SlotSyntax | null {
    this.#begun = [];
    return this.#slot(slot);
  }

  #list(slot: Slot<unknown>): ListSyntax | null {
    const scanner = this.#scanner;
    const items: SlotSyntax[] = [];
    const { start } = scanner;
    this.#begun = items;
    for (;;) {
      const item = this.#slot(slot);
      if (!item) return null;
      items.push(item);
      if (!this.#at(',') || scanner.newline) break;
      scanner.next();
      if (this.#ended() || !this.#canStart(slot)) {
        this.#stop([], null, { slot });
        this.#problem({ start: scanner.previousEnd, end: scanner.previousEnd }, 'expected', `Expected ${slot.expected} behind the comma.`);
        return null;
      }
    }
    return { kind: 'list', start, end: scanner.previousEnd, items };
  }

  #slot(slot: Slot<unknown>): SlotSyntax | null {
    const scanner = this.#scanner;
    switch (slot.form) {
      case 'name':
        return this.#name();
      case 'text':
      case 'expression':
        this.#terms = 0;
        return this.#sum(0);
      case 'record-type': {
        const word = { kind: 'word', value: scanner.slice().toUpperCase(), start: scanner.start, end: scanner.end } as const;
        scanner.next();
        return word;
      }
      default:
        return this.#restOfLine();
    }
  }

  #textLiteral() {
    const scanner = this.#scanner;
    const { start, end } = scanner;
    const token = scanner.slice();
    const unknown = unknownEscape(token);
    if (unknown) {
      const at = start + unknown.offset;
      this.#problem(
        { start: at, end: at + 2 },
        'unknown-escape',
        `\`\\${unknown.letter}\` is no escape. Known are \\n, \\t, \\" and \\\\.`,
        [{ title: 'Write the backslash itself', edits: [{ start: at, end: at + 1, text: '\\\\' }] }],
      );
    }
    scanner.next();
    return { kind: 'text', value: textValue(token), start, end } as const;
  }

  #restOfLine(): SlotSyntax {
    const scanner = this.#scanner;
    if (scanner.kind === TokenKind.text) {
      const literal = this.#textLiteral();
      return { ...literal, kind: 'word' };
    }
    const { start } = scanner;
    do scanner.next();
    while (!this.#ended() && !this.#at('{'));
    const end = scanner.previousEnd;
    return { kind: 'word', value: this.#text.slice(start, end), start, end };
  }

  /** `peer[1..n].example.org`: indices and what goes on behind them touch the name. */
  #name(): NameSyntax | null {
    const scanner = this.#scanner;
    const { start } = scanner;
    let before = scanner.slice();
    scanner.next();
    let indices: IndexSyntax[] | null = null;
    while (this.#at('[') && scanner.start === scanner.previousEnd) {
      if ((indices?.length ?? 0) >= 4) {
        this.#problem(scanner, 'too-deep', 'A name has at most four indices.');
        return null;
      }
      const open = scanner.start;
      scanner.next();
      this.#terms = 0;
      const first = this.#sum(0);
      if (!first) return null;
      let last: Expression | null = null;
      if (this.#at('..')) {
        scanner.next();
        last = this.#sum(0);
        if (!last) return null;
      }
      if (!this.#at(']')) {
        this.#problem(
          { start: scanner.previousEnd, end: scanner.previousEnd },
          'expected',
          'Expected ] behind the index, as in `peer[7]` or `peer[1..50]`.',
          [{ title: 'Close the index', edits: [{ start: scanner.previousEnd, end: scanner.previousEnd, text: ']' }], preferred: true }],
        );
        return null;
      }
      scanner.next();
      const index: IndexSyntax = { before, first, last, after: '', start: open, end: scanner.previousEnd };
      before = '';
      if (scanner.kind === TokenKind.word && scanner.start === scanner.previousEnd) {
        before = scanner.slice();
        index.after = before;
        scanner.next();
      }
      indices = [...(indices ?? []), index];
    }
    return { kind: 'name', start, end: scanner.previousEnd, text: this.#text.slice(start, scanner.previousEnd), indices };
  }

  // Expressions: sum = term { (+ | -) term }; term = factor { (* | /) factor } ---------------------------------------

  #sum(depth: number): Expression | null {
    const scanner = this.#scanner;
    let left = this.#term(depth);
    while (left && scanner.kind === TokenKind.symbol && !(scanner.newline && depth === 0)) {
      const operator = this.#at('+') ? '+' : this.#at('-') ? '-' : null;
      if (!operator) break;
      scanner.next();
      const right = this.#term(depth);
      if (!right) return null;
      left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #term(depth: number): Expression | null {
    const scanner = this.#scanner;
    let left = this.#factor(depth);
    while (left && scanner.kind === TokenKind.symbol && !(scanner.newline && depth === 0)) {
      const operator = this.#at('*') ? '*' : this.#at('/') ? '/' : null;
      if (!operator) break;
      scanner.next();
      const right = this.#factor(depth);
      if (!right) return null;
      left = { kind: 'binary', operator, left, right, start: left.start, end: right.end };
    }
    return left;
  }

  #factor(depth: number): Expression | null {
    const scanner = this.#scanner;
    if (depth > MAXIMUM_DEPTH || ++this.#terms > MAXIMUM_TERMS) {
      this.#problem(
        scanner,
        'too-deep',
        `This expression is too long or too deep: at most ${MAXIMUM_TERMS} terms and ${MAXIMUM_DEPTH} parentheses within each other.`,
      );
      return null;
    }
    const { start, kind } = scanner;
    if (kind === TokenKind.end || (scanner.newline && depth === 0)) {
      this.#problem(
        { start: scanner.previousEnd, end: scanner.previousEnd },
        'expected',
        'Expected a value here, such as 30, 4 s or a parameter.',
      );
      return null;
    }
    if (kind === TokenKind.number) {
      const value = Number(scanner.slice());
      scanner.next();
      const glued = scanner.start === scanner.previousEnd;
      if ((scanner.kind === TokenKind.word || (glued && this.#at('%')) || this.#at('%')) && !scanner.newline) {
        const unit = unitNamed.get(scanner.slice());
        if (unit) {
          const { end } = scanner;
          scanner.next();
          return { kind: 'quantity', value, unit, start, end };
        }
      }
      return { kind: 'quantity', value, unit: null, start, end: scanner.previousEnd };
    }
    if (kind === TokenKind.word) {
      const word = scanner.slice();
      const { end } = scanner;
      scanner.next();
      const glued = gluedQuantity(word);
      if (glued) return { kind: 'quantity', ...glued, start, end };
      return { kind: 'parameter', name: word, start, end };
    }
    if (kind === TokenKind.text) return this.#textLiteral();
    if (this.#at('-')) {
      scanner.next();
      const operand = this.#factor(depth + 1);
      return operand && { kind: 'negative', operand, start, end: operand.end };
    }
    if (this.#at('(')) {
      scanner.next();
      const inner = this.#sum(depth + 1);
      if (!inner) return null;
      if (!this.#at(')')) {
        this.#problem({ start, end: start + 1 }, 'unclosed-parenthesis', 'This parenthesis is never closed.', [
          { title: 'Close the parenthesis', edits: [{ start: scanner.previousEnd, end: scanner.previousEnd, text: ')' }], preferred: true },
        ]);
        return null;
      }
      scanner.next();
      return inner;
    }
    this.#problem(scanner, 'expected', 'Expected a value here, such as 30, 4 s or a parameter.');
    return null;
  }

  // Blocks -----------------------------------------------------------------------------------------------------------

  /** The block of `entry`, whose `{` is the current token. False when it was never closed. */
  #block(entry: Entry, node: Statement): boolean {
    const scanner = this.#scanner;
    const open = scanner.start;
    if (entry.block === 'records') {
      const start = propertyAutomaton(entry);
      scanner.next();
      const isProperty =
        scanner.kind === TokenKind.word &&
        start.words.has(scanner.slice()) &&
        /^\s*(?:"|$)/.test(this.#text.slice(scanner.end, scanner.end + 40));
      if (!isProperty) return this.#records(node, open);
      scanner.resume(open);
    }
    scanner.next();
    const items: Statement[] = [];
    node.block = items;
    if (++this.#depth > MAXIMUM_DEPTH) {
      this.#problem({ start: open, end: open + 1 }, 'too-deep', `Blocks within blocks go ${MAXIMUM_DEPTH} deep at most.`);
      this.#depth--;
      node.braces = { start: open, end: this.#skipBlock() };
      return false;
    }
    let closed = false;
    while (scanner.kind !== TokenKind.end && !this.#unwinding) {
      if (this.#at('}')) {
        closed = true;
        scanner.next();
        break;
      }
      if (this.#unindentedStatement()) break;
      items.push(entry.block === 'steps' ? this.#statement(statementAutomaton) : this.#property(entry));
    }
    this.#depth--;
    node.braces = { start: open, end: scanner.previousEnd };
    if (!closed && !this.#unwinding) {
      if (scanner.kind === TokenKind.end && this.#innermost === undefined) this.#innermost = entry;
      this.#unclosed(open);
      this.#unwinding = true;
    }
    return true;
  }

  #unclosed(open: number): void {
    this.#problem({ start: open, end: open + 1 }, 'unclosed-block', 'This block is never closed: write `}` at its end.');
  }

  /** At a line that begins a statement at column 0, though a block is open. */
  #unindentedStatement(): boolean {
    const scanner = this.#scanner;
    if (!scanner.newline || scanner.kind !== TokenKind.word) return false;
    return this.#text.charCodeAt(scanner.start - 1) === 10 && unindentedStarts.has(scanner.slice());
  }

  #property(entry: Entry): Statement {
    const scanner = this.#scanner;
    const node: Statement = {
      start: scanner.start,
      end: scanner.start,
      headEnd: scanner.start,
      entry: null,
      complete: false,
      slots: {},
      block: null,
      braces: null,
    };
    const start = propertyAutomaton(entry);
    const state = this.#walk(start, node);
    node.headEnd = node.end = Math.max(node.start, scanner.previousEnd);
    if (!state) {
      this.#giveUp(node);
      return node;
    }
    if (scanner.kind === TokenKind.end) {
      this.#stop(state.accepts ? [state, start] : [state], entry, { unitOf: this.#bareQuantity(node, state.reaches) });
    }
    node.entry = (state.accepts ?? (state.reaches.length === 1 ? state.reaches[0] : null)) as unknown as Entry | null;
    node.complete = state.accepts !== null;
    if (!node.complete) {
      this.#expected(state, node, entry);
      this.#giveUp(node);
    } else if (
      !this.#ended() &&
      scanner.kind === TokenKind.word &&
      !this.#wordEdge(start) &&
      this.#unitMistake(node, state.accepts!.slots)
    ) {
      node.complete = false;
      this.#giveUp(node, start);
    }
    return node;
  }

  /** Records of a zone: everything up to the closing brace, by the lexical rules of master files (RFC 1035 §5.1). */
  #records(node: Statement, open: number): boolean {
    const text = this.#text;
    let lineStart = open + 1;
    let firstUnindented = -1;
    let i = open + 1;
    let closed = false;
    scan: for (; i < text.length; i++) {
      switch (text.charCodeAt(i)) {
        case 59: {
          const line = text.indexOf('\n', i);
          i = (line < 0 ? text.length : line) - 1;
          break;
        }
        case 34:
          for (i++; i < text.length && text.charCodeAt(i) !== 34 && text.charCodeAt(i) !== 10; i++) if (text.charCodeAt(i) === 92) i++;
          if (text.charCodeAt(i) === 10) i--;
          break;
        case 92:
          i++;
          break;
        case 10:
          lineStart = i + 1;
          if (firstUnindented < 0 && unindentedStarts.has(wordAt(text, lineStart))) firstUnindented = lineStart;
          break;
        case 123:
          break scan;
        case 125:
          closed = true;
          break scan;
      }
    }
    if (!closed) {
      if (i >= text.length && firstUnindented < 0) {
        this.#stopped ??= { states: [], slot: null, unitOf: null, inRecords: true, block: node.entry };
      }
      this.#unclosed(open);
      const line = text.indexOf('\n', open);
      i = firstUnindented >= 0 ? firstUnindented : line < 0 || i >= text.length ? Math.min(i, text.length) : line;
      node.braces = { start: open, end: i };
      this.#scanner.resume(i);
      this.#scanner.newline = true;
      return false;
    }
    node.braces = { start: open, end: i + 1 };
    this.#scanner.resume(i + 1);
    return true;
  }

  // Recovery ---------------------------------------------------------------------------------------------------------

  /** Skips to the end of the statement's line, over a block that begins on it; within a block, at most to the next property. */
  #giveUp(node: Statement, properties?: State<Property>): void {
    const scanner = this.#scanner;
    while (!this.#unwinding && scanner.kind !== TokenKind.end && !this.#at('}')) {
      if (scanner.newline && scanner.start !== node.start) break;
      if (properties && scanner.kind === TokenKind.word && properties.words.has(scanner.slice())) break;
      if (this.#at('{')) {
        this.#skipBlock();
        continue;
      }
      scanner.next();
    }
    node.end = Math.max(node.end, Math.min(scanner.previousEnd, scanner.start));
  }

  /** Over a balanced block whose `{` is the current (or last) token; gives its end. */
  #skipBlock(): number {
    const scanner = this.#scanner;
    const open = scanner.start;
    let depth = this.#at('{') ? 0 : 1;
    for (; scanner.kind !== TokenKind.end; scanner.next()) {
      if (scanner.kind === TokenKind.symbol) {
        if (this.#at('{')) depth++;
        else if (this.#at('}') && --depth <= 0) {
          scanner.next();
          return scanner.previousEnd;
        }
      } else if (this.#unindentedStatement()) break;
    }
    if (depth > 0) this.#unclosed(open);
    this.#unwinding = true;
    return scanner.previousEnd;
  }

  // Messages ---------------------------------------------------------------------------------------------------------

  /** Reports what would have been right at the current token. */
  #expected<P extends Entry | Property>(state: State<P>, node: Statement, blockOf?: Entry): void {
    const scanner = this.#scanner;
    const atEnd = this.#ended() && scanner.start !== node.start;
    const words = [...state.words.keys()];
    const expected = [...words.map((word) => `\`${word}\``), ...new Set(state.slots.map((edge) => edge.slot.expected))];
    if (state.accepts && blockOf === undefined) {
      const entry = state.accepts as Entry;
      if (entry.block !== undefined && entry.block !== 'none' && !node.braces) expected.push('{');
      expected.push('the end of the line');
    }
    const forms =
      state.reaches.length <= 2 && scanner.start !== node.start ? ` ${state.reaches.map((item) => `\`${form(item)}\``).join(' or ')}.` : '';
    const found = scanner.slice();
    const candidates = state.slots.some((edge) => edge.slot.form === 'record-type') ? [...words, ...recordTypeWords] : words;
    const known = scanner.kind === TokenKind.word && !atEnd ? nearest(found, candidates) : null;
    const first = scanner.start === node.start;
    // A mistyped first word was taken for the host that a step begins with.
    const subject = node.slots.HOST;
    if (!blockOf && subject && subject.start === node.start && !known && state === statementAutomaton.slots[0]?.to) {
      const word = this.#text.slice(subject.start, subject.end);
      const meant = nearest(word, statementAutomaton.words.keys());
      if (meant) {
        this.#problem(subject, 'unknown-statement', `\`${word}\` begins no statement. Did you mean \`${meant}\`?`, [
          { title: `Change to \`${meant}\``, edits: [{ start: subject.start, end: subject.end, text: meant }], preferred: true },
        ]);
        return;
      }
    }
    if (atEnd) {
      const range = { start: scanner.previousEnd, end: scanner.previousEnd };
      this.#problem(range, 'expected', `Expected ${shortList(expected)} here${forms ? `:${forms}` : '.'}`);
      return;
    }
    if (this.#unitMistake(node, state.reaches[0]?.slots)) return;
    const fixes: SyntaxFix[] = known
      ? [{ title: `Change to \`${known}\``, edits: [{ start: scanner.start, end: scanner.end, text: known }], preferred: true }]
      : [];
    const what = blockOf && first ? `This block has no property \`${found}\`` : `\`${found}\` does not fit here`;
    const list = blockOf && first ? `It has ${shortList(expected, 'and')}` : `Expected ${shortList(expected)}`;
    const code = blockOf && first ? 'unknown-property' : first ? 'unknown-statement' : 'expected';
    this.#problem(scanner, code, `${what}. ${known ? `Did you mean \`${known}\`?` : `${list}${forms ? `:${forms}` : '.'}`}`, fixes);
  }

  /** The slot whose bare number was read last. */
  #bareQuantity(node: Statement, reaches: readonly { readonly slots: Slots }[]): Slot<unknown> | null {
    for (const name in node.slots) {
      const value = node.slots[name]!;
      if (value.kind === 'quantity' && value.unit === null && value.end === this.#scanner.previousEnd)
        return reaches[0]?.slots[name] ?? null;
    }
    return null;
  }

  /**
   * `5 Mbs`: a word that stands where only a unit can, behind a bare number that needs one. In a step, the word was taken
   * for the subject (`at 5 S host crashes`).
   */
  #unitMistake(node: Statement, slots: Slots | undefined): boolean {
    const scanner = this.#scanner;
    if (!slots) return false;
    for (const name in node.slots) {
      const value = node.slots[name]!;
      const dimension = slots[name]?.dimension ?? 'number';
      if (value.kind !== 'quantity' || value.unit !== null || dimension === 'number' || dimension === 'text') continue;
      const subject = node.slots.HOST;
      const isSubject = subject !== undefined && subject.start > value.end && this.#text.slice(value.end, subject.start).trim() === '';
      if (!isSubject && (value.end !== scanner.previousEnd || scanner.kind !== TokenKind.word || scanner.newline)) continue;
      const range = isSubject ? subject : { start: scanner.start, end: scanner.end };
      const found = this.#text.slice(range.start, range.end);
      const known = units.filter((unit) => unit.dimension === dimension && unit.name !== 'us').map((unit) => unit.name);
      const meant = nearest(found, known);
      if (isSubject && !meant) continue;
      this.#problem(
        range,
        'unknown-unit',
        `\`${found}\` is no unit. ${meant ? `Did you mean \`${meant}\`? ` : ''}Units that fit here are ${oneOf(known, 'and')}.`,
        meant ? [{ title: `Change to \`${meant}\``, edits: [{ start: range.start, end: range.end, text: meant }], preferred: true }] : [],
      );
      return true;
    }
    return false;
  }
}

/** `4s` written in one word. */
function gluedQuantity(word: string): { value: number; unit: (typeof units)[number] } | null {
  const c = word.charCodeAt(0);
  if (c < 48 || c > 57) return null;
  const match = /^(\d+(?:\.\d+)?)([A-Za-zµ]+)$/.exec(word);
  const unit = match && unitNamed.get(match[2]!);
  return unit ? { value: Number(match[1]), unit } : null;
}

function wordAt(text: string, start: number): string {
  let end = start;
  while (end < start + 40 && /[a-z]/.test(text[end] ?? '')) end++;
  return text.slice(start, end);
}

function shortList(items: readonly string[], conjunction = 'or'): string {
  return items.length > 14 ? `${items.slice(0, 14).join(', ')}, …` : oneOf(items, conjunction);
}
