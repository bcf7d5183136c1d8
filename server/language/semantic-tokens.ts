/**
 * What each word of a text is, for colours that know more than a grammar of patterns can: a name by what it names, a word by
 * whether it belongs to the language at its place. A tree alone tells.
 */
import { readMasterFile } from '../../engines/dns/master-file/master-file.ts';
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

/** The tokens of a text, or of the part between two offsets. */
export function semanticTokens(tree: SyntaxTree, start = 0, end = tree.text.length): EncodedTokens {
  const statements = tree.statements.filter((statement) => statement.end >= start && statement.start <= end);
  const known = new Map<number, Known>();
  const records = new Map<number, Statement>();
  const firstWords = new Set<number>();
  gather(statements, known, records, firstWords);
  const encoder = new Encoder(tree.text, start, end);
  // Comments come with the scanner, one token late; a token waits for those before it.
  const from = statements[0] ? Math.min(statements[0].start, start) : start;
  const scanner = new Scanner(tree.text);
  if (from > 0) scanner.resume(from);
  let comment = 0;
  const comments = (until: number): void => {
    for (; comment < scanner.comments.length && scanner.comments[comment]! < until; comment += 2) {
      if (scanner.comments[comment]! >= from) encoder.add(scanner.comments[comment]!, scanner.comments[comment + 1]!, 'comment', false);
    }
  };
  while (scanner.kind !== TokenKind.end && scanner.start < end) {
    const at = scanner.start;
    comments(at);
    const zone = records.get(at);
    if (zone) {
      addRecords(zone, tree.text, encoder);
      scanner.resume(zone.braces!.end);
      continue;
    }
    const found = known.get(at);
    if (found) {
      encoder.add(at, found.end, found.type, found.declares);
      // Within a name, indices have their own.
      if (found.end > scanner.end) scanner.resume(found.end);
      else scanner.next();
      continue;
    }
    const type = typeOf(scanner, firstWords);
    if (type) encoder.add(at, scanner.end, type, false);
    scanner.next();
  }
  comments(end);
  return encoder.tokens();
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
      if (block) blocks(block, entry?.block !== 'steps');
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
  readonly #from: number;
  readonly #until: number;
  readonly #numbers: number[] = [];
  /** Of the place that has been counted up to. */
  #line = 0;
  #lineStart = 0;
  #nextLine: number;
  #lastLine = 0;
  #lastCharacter = 0;

  constructor(text: string, from: number, until: number) {
    this.#text = text;
    this.#from = from;
    this.#until = until;
    this.#nextLine = text.indexOf('\n');
  }

  add(start: number, end: number, type: TokenType, declares: boolean): void {
    if (end <= this.#from || start >= this.#until) return;
    while (this.#nextLine >= 0 && this.#nextLine < start) {
      this.#line++;
      this.#lineStart = this.#nextLine + 1;
      this.#nextLine = this.#text.indexOf('\n', this.#lineStart);
    }
    const { length } = this.#text;
    const stop = this.#nextLine < 0 ? length : this.#nextLine;
    const last = Math.min(end, this.#text.charCodeAt(stop - 1) === 13 && end >= stop ? stop - 1 : stop);
    if (last > start) {
      const character = start - this.#lineStart;
      const lines = this.#line - this.#lastLine;
      this.#numbers.push(lines, lines === 0 ? character - this.#lastCharacter : character, last - start, numberOf[type], declares ? 1 : 0);
      this.#lastLine = this.#line;
      this.#lastCharacter = character;
    }
    if (end > stop + 1) this.add(stop + 1, end, type, declares);
  }

  tokens(): EncodedTokens {
    return Uint32Array.from(this.#numbers);
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
