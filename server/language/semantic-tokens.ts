/**
 * What each word of a text is, for colours that know more than a grammar of patterns can: a name by what it names, a word by
 * whether it belongs to the language at its place. A tree alone tells.
 */
import { readMasterFile } from '../../engines/dns/master-file/master-file.ts';
import { holdsStatements } from './entry.ts';
import { spaceOf } from './mentions.ts';
import { Scanner, TokenKind } from './scanner.ts';
import type { SlotSyntax, Statement, SyntaxTree } from './syntax.ts';
import { forEachParameter, forEachSlot } from './tree-slots.ts';

/** Names of the protocol's standard token types, in the order of their numbers. */
export const tokenTypes = [
  'keyword',
  'property',
  'enumMember',
  'variable',
  'namespace',
  'class',
  'parameter',
  'number',
  'string',
  'comment',
  'operator',
  'type',
] as const;
export type TokenType = (typeof tokenTypes)[number];
export const tokenModifiers = ['declaration'] as const;

/** Five numbers a token, as the protocol has them: lines and characters since the token before, length, type, modifiers. */
export type EncodedTokens = Uint32Array;

const numberOf = Object.fromEntries(tokenTypes.map((type, i) => [type, i])) as Record<TokenType, number>;

/** What is known of a place before the text is gone through, by offset. */
interface Known {
  readonly type: TokenType;
  readonly end: number;
  readonly declares: boolean;
}

/** The tokens of one statement, encoded from its start on. */
export interface EncodedStatement {
  readonly numbers: readonly number[];
  /** Where its last token begins: lines below the statement's start, and characters from there or from the line's start. */
  readonly line: number;
  readonly character: number;
}

/**
 * The tokens of a text, or of the statements and comments that reach into the part between two offsets. `into`: memory for them where
 * it is enough; what was made there before is lost.
 */
export function semanticTokens(
  { text, statements, comments }: SyntaxTree,
  start = 0,
  end = text.length,
  into: EncodedTokens = new Uint32Array(64),
): EncodedTokens {
  const returns = text.includes('\r');
  const encoder = new Encoder(text, 0, returns, into);
  let comment = 0;
  const between = (until: number): void => {
    for (; comment < comments.length && comments[comment]! < until; comment += 2) {
      const from = comments[comment]!;
      const to = comments[comment + 1]!;
      if (to > start && from < end) encoder.add(from, to, 'comment', false);
    }
  };
  for (const statement of statements) {
    between(statement.start);
    // Those within are the statement's.
    while (comment < comments.length && comments[comment]! < statement.end) comment += 2;
    if (statement.end < start || statement.start > end) continue;
    statement.known.colours ??= chunkOf(statement, text, returns);
    encoder.append(statement.known.colours, statement.start);
  }
  between(end);
  return encoder.tokens();
}

function chunkOf(statement: Statement, text: string, returns: boolean): EncodedStatement {
  const known = new Map<number, Known>();
  const records = new Map<number, Statement>();
  const firstWords = new Set<number>();
  gather([statement], known, records, firstWords);
  const { start, end } = statement;
  const encoder = new Encoder(text, start, returns, new Uint32Array(64));
  const scanner = new Scanner(text, start);
  let comment = 0;
  const comments = (until: number): void => {
    for (; comment < scanner.comments.length && scanner.comments[comment]! < until; comment += 2)
      encoder.add(scanner.comments[comment]!, scanner.comments[comment + 1]!, 'comment', false);
  };
  while (scanner.kind !== TokenKind.end && scanner.start < end) {
    const at = scanner.start;
    comments(at);
    const zone = records.get(at);
    const found = known.get(at);
    if (zone) {
      addRecords(zone, text, encoder);
      scanner.resume(zone.braces!.end);
    } else if (found) {
      encoder.add(at, found.end, found.type, found.declares);
      // Within a name, indices have their own.
      if (found.end > scanner.end) scanner.resume(found.end);
      else scanner.next();
    } else {
      const type = typeOf(scanner, firstWords);
      if (type) encoder.add(at, scanner.end, type, false);
      scanner.next();
    }
  }
  comments(end);
  return encoder.chunk();
}

function typeOf({ kind, start, end, text }: Scanner, firstWords: ReadonlySet<number>): TokenType | null {
  switch (kind) {
    case TokenKind.word:
      return firstWords.has(start) ? 'property' : 'keyword';
    case TokenKind.number:
      return 'number';
    case TokenKind.text:
      return 'string';
    case TokenKind.symbol:
      return /^[{}()[\],]$/.test(text.slice(start, end)) ? null : 'operator';
    default:
      return null;
  }
}

function gather(
  statements: readonly Statement[],
  known: Map<number, Known>,
  records: Map<number, Statement>,
  firstWords: Set<number>,
): void {
  forEachSlot(statements, (slot, syntax) => {
    const space = spaceOf(slot.meaning);
    const declares = slot.meaning.startsWith('new-');
    const put = ({ start, end }: { start: number; end: number }, type: TokenType): void => {
      known.set(start, { type, end, declares: declares && type !== 'parameter' });
    };
    if (syntax.kind === 'name') {
      const type: TokenType =
        space === 'domain'
          ? slot.meaning.endsWith('host')
            ? 'variable'
            : 'namespace'
          : slot.meaning === 'new-parameter'
            ? 'parameter'
            : space
              ? 'class'
              : 'enumMember';
      putName(syntax, type, known, declares);
    } else if (syntax.kind === 'word') {
      put(syntax, slot.form === 'choice' ? 'enumMember' : slot.meaning === 'record-type' ? 'type' : 'string');
    } else putQuantities(syntax, put);
    forEachParameter(syntax, (parameter) => put(parameter, 'parameter'));
  });
  const blocks = (inner: readonly Statement[], within: boolean): void => {
    for (const { start, entry, block, braces } of inner) {
      if (within) firstWords.add(start);
      if (entry?.block === 'records' && braces && !block) records.set(braces.start, inner.find((one) => one.start === start)!);
      if (block) blocks(block, !entry || !holdsStatements(entry));
    }
  };
  blocks(statements, false);
}

/** A name, and within its brackets nothing but numbers and parameters. */
function putName(
  { start, end, indices }: Extract<SlotSyntax, { kind: 'name' }>,
  type: TokenType,
  known: Map<number, Known>,
  declares: boolean,
): void {
  if (!indices) {
    known.set(start, { type, end, declares });
    return;
  }
  known.set(start, { type, end: indices[0]!.start, declares });
  for (const index of indices) if (index.after !== '') known.set(index.end, { type, end: index.end + index.after.length, declares });
}

/** A number with its unit is one token. */
function putQuantities(syntax: SlotSyntax, put: (range: { start: number; end: number }, type: TokenType) => void): void {
  switch (syntax.kind) {
    case 'quantity':
      put(syntax, 'number');
      break;
    case 'binary':
      putQuantities(syntax.left, put);
      putQuantities(syntax.right, put);
      break;
    case 'negative':
      putQuantities(syntax.operand, put);
      break;
    case 'values':
      for (const part of [syntax.first, syntax.last, syntax.step]) if (part) putQuantities(part, put);
      break;
    case 'ports':
      put(syntax.last ? syntax : syntax.first, 'number');
      break;
  }
}

/** Owners, types and names within the records of a block; comments behind their semicolon. */
function addRecords({ braces }: Statement, text: string, encoder: Encoder): void {
  const base = braces!.start + 1;
  const inner = text.slice(base, braces!.end - 1);
  const marks: [start: number, end: number, type: TokenType][] = [];
  for (const { owner, type, names } of readMasterFile(inner, { origin: '.', defaultTtl: 0, indented: true }).entries) {
    if (owner) marks.push([owner.start, owner.end, 'namespace']);
    marks.push([type.start, type.end, 'type']);
    for (const name of names) marks.push([name.start, name.end, 'namespace']);
  }
  for (const match of inner.matchAll(/;[^\n]*/g)) {
    // Not one within quotes.
    const line = inner.slice(inner.lastIndexOf('\n', match.index) + 1, match.index);
    if ((line.match(/"/g)?.length ?? 0) % 2 === 0) marks.push([match.index, match.index + match[0].trimEnd().length, 'comment']);
  }
  for (const [start, end, type] of marks.sort((a, b) => a[0] - b[0])) encoder.add(base + start, base + end, type, false);
}

/** Writes tokens down in order; one of several lines becomes one a line. */
class Encoder {
  readonly #text: string;
  readonly #returns: boolean;
  /** Grows as it fills. */
  #numbers: EncodedTokens;
  #count = 0;
  /** Of the place that has been counted up to. */
  #line = 0;
  #lineStart: number;
  #nextLine: number;
  #lastLine = 0;
  #lastCharacter = 0;

  /** Lines and characters are counted from `start` on. `returns`: the text has some; `into` is used where it is long enough. */
  constructor(text: string, start: number, returns: boolean, into: EncodedTokens) {
    this.#text = text;
    this.#returns = returns;
    this.#numbers = into;
    this.#lineStart = start;
    this.#nextLine = this.#lineEnd(start);
  }

  add(start: number, end: number, type: TokenType, declares: boolean): void {
    for (let from = start; from < end; ) {
      this.#goTo(from);
      const stop = this.#nextLine < 0 ? this.#text.length : this.#nextLine;
      const last = Math.min(end, this.#text.charCodeAt(stop - 1) === 13 && end >= stop ? stop - 1 : stop);
      if (last > from) {
        this.#step(this.#line, from - this.#lineStart);
        this.#room(3);
        this.#numbers[this.#count++] = last - from;
        this.#numbers[this.#count++] = numberOf[type];
        this.#numbers[this.#count++] = declares ? 1 : 0;
      }
      from = stop + 1;
    }
  }

  /** The tokens of a statement that begins at `start`. */
  append({ numbers, line, character }: EncodedStatement, start: number): void {
    if (numbers.length === 0) return;
    this.#goTo(start);
    const firstLine = this.#line;
    const column = start - this.#lineStart;
    const onFirst = numbers[0] === 0;
    this.#step(firstLine + numbers[0]!, numbers[1]! + (onFirst ? column : 0));
    this.#room(numbers.length);
    const all = this.#numbers;
    let count = this.#count;
    for (let i = 2; i < numbers.length; i++) all[count++] = numbers[i]!;
    this.#count = count;
    this.#lastLine = firstLine + line;
    this.#lastCharacter = line === 0 ? column + character : character;
  }

  chunk(): EncodedStatement {
    return { numbers: Array.from(this.#numbers.subarray(0, this.#count)), line: this.#lastLine, character: this.#lastCharacter };
  }

  tokens(): EncodedTokens {
    return this.#numbers.subarray(0, this.#count);
  }

  #room(more: number): void {
    if (this.#count + more <= this.#numbers.length) return;
    const numbers = new Uint32Array(2 * (this.#count + more));
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }

  #goTo(offset: number): void {
    while (this.#nextLine >= 0 && this.#nextLine < offset) {
      this.#line++;
      this.#lineStart = this.#nextLine + 1;
      this.#nextLine = this.#lineEnd(this.#lineStart);
    }
  }

  /** Where the line ends that `start` lies in, by a line feed or by a carriage return alone; −1 for the last one. */
  #lineEnd(start: number): number {
    const text = this.#text;
    if (!this.#returns) return text.indexOf('\n', start);
    for (let i = start; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 10 || (c === 13 && text.charCodeAt(i + 1) !== 10)) return i;
    }
    return -1;
  }

  /** The first two numbers of a token. */
  #step(line: number, character: number): void {
    const lines = line - this.#lastLine;
    this.#room(2);
    this.#numbers[this.#count++] = lines;
    this.#numbers[this.#count++] = lines === 0 ? character - this.#lastCharacter : character;
    this.#lastLine = line;
    this.#lastCharacter = character;
  }
}

export interface TokenEdit {
  readonly start: number;
  readonly deleteCount: number;
  readonly data: EncodedTokens;
}

/** What turns the tokens of before into those of now: one edit, of whole tokens; null where they are the same. */
export function tokenChange(before: EncodedTokens, now: EncodedTokens): TokenEdit | null {
  const least = Math.min(before.length, now.length);
  let start = 0;
  while (start < least && before[start] === now[start]) start++;
  if (start === before.length && start === now.length) return null;
  start -= start % 5;
  let end = 0;
  while (end < least - start && before[before.length - 1 - end] === now[now.length - 1 - end]) end++;
  end -= end % 5;
  return { start, deleteCount: before.length - start - end, data: now.slice(start, now.length - end) };
}
