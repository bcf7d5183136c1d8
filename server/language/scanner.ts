/**
 * Cuts text into tokens, one at a time, when the parser asks.
 *
 * Theory of operation: nothing is tokenised ahead, because what a character means depends on where it stands (the records
 * of a zone are in master-file syntax). The current token is the scanner's own fields, so a file of ten thousand lines
 * costs no token objects. A word is any run of letters, digits and `_ - . @`, so that `alice-pc`, `mail.crepes.fr`,
 * `alice@crepes.fr` and `10.0.0.7` are one token each; therefore a minus sign between parameters needs spaces.
 */

export const TokenKind = { end: 0, word: 1, number: 2, text: 3, symbol: 4, unknown: 5 } as const;
export type TokenKind = (typeof TokenKind)[keyof typeof TokenKind];

const DIGIT = 1;
const WORD = 2;
const classOf = new Uint8Array(128);
for (let c = 48; c <= 57; c++) classOf[c] = DIGIT | WORD;
for (let c = 65; c <= 90; c++) classOf[c] = WORD;
for (let c = 97; c <= 122; c++) classOf[c] = WORD;
for (const c of '_-.@') classOf[c.charCodeAt(0)] = WORD;

const NEWLINE = 10;
const QUOTE = 34;
const DOT = 46;
const MINUS = 45;
const PLUS = 43;

function isWordCharacter(c: number): boolean {
  return c < 128 ? (classOf[c]! & WORD) !== 0 : c !== 0xa0 && c !== 0x2028 && c !== 0x2029 && c !== 0xfeff && c !== 0x85;
}

export interface ScannerProblem {
  readonly code: 'unclosed-text' | 'unclosed-comment';
  readonly start: number;
  readonly end: number;
}

export class Scanner {
  readonly text: string;
  kind: TokenKind = TokenKind.end;
  start = 0;
  end = 0;
  /** A line end (outside block comments) stands between this token and the one before. */
  newline = true;
  /** Where the token before this one ended. */
  previousEnd = 0;
  /** Start and end of every comment, in turn: trivia for the formatter. */
  readonly comments: number[] = [];
  readonly problems: ScannerProblem[] = [];
  /** No comment end at or after this offset; spares looking again for each unclosed comment. */
  #noCommentEndFrom = Number.POSITIVE_INFINITY;
  /** A run before this offset was searched for `@` in vain. */
  #noAtBefore = 0;

  /** Begins at the start of the text, or at an offset between two tokens. */
  constructor(text: string, start = 0) {
    this.text = text;
    this.end = start === 0 && text.charCodeAt(0) === 0xfeff ? 1 : start;
    this.next();
  }

  /** The text of the current token. */
  slice(): string {
    return this.text.slice(this.start, this.end);
  }

  /** Goes on at `offset`, as if a token had ended there. */
  resume(offset: number): void {
    this.end = offset;
    this.next();
  }

  /** Moves to the next token. */
  next(): void {
    const { text } = this;
    const length = text.length;
    this.previousEnd = this.end;
    let i = this.end;
    this.newline = false;
    let c = 0;
    for (; i < length; i++) {
      c = text.charCodeAt(i);
      if (c === 32 || c === 9 || c === 13) continue;
      if (c === NEWLINE) {
        this.newline = true;
        continue;
      }
      if (c === 47) {
        const after = text.charCodeAt(i + 1);
        if (after === 47) {
          const close = text.indexOf('\n', i);
          const end = close < 0 ? length : close;
          this.comments.push(i, end);
          i = end - 1;
          continue;
        }
        if (after === 42) {
          i = this.#blockComment(i) - 1;
          continue;
        }
      }
      if (c >= 128 && !isWordCharacter(c)) continue;
      break;
    }
    this.start = i;
    if (i >= length) {
      this.kind = TokenKind.end;
      this.start = this.end = length;
      this.newline = true;
      return;
    }
    if (c === QUOTE) {
      this.kind = TokenKind.text;
      this.end = this.#string(i);
    } else if (isWordCharacter(c) && this.#startsWord(i, c)) {
      this.end = this.#word(i);
    } else {
      this.end = this.#symbol(i, c);
    }
  }

  #blockComment(start: number): number {
    const { text } = this;
    const close = start >= this.#noCommentEndFrom ? -1 : text.indexOf('*/', start + 2);
    let end = close + 2;
    if (close < 0) {
      if (this.#noCommentEndFrom > start) this.#noCommentEndFrom = start;
      // Only its own line is lost: the rest of the file still parses.
      const line = text.indexOf('\n', start);
      end = line < 0 ? text.length : line;
      this.problems.push({ code: 'unclosed-comment', start, end: start + 2 });
    }
    this.comments.push(start, end);
    return end;
  }

  #string(start: number): number {
    const { text } = this;
    if (text.startsWith('"""', start)) {
      const close = text.indexOf('"""', start + 3);
      if (close >= 0) return close + 3;
      this.problems.push({ code: 'unclosed-text', start, end: start + 3 });
      const line = text.indexOf('\n', start);
      return line < 0 ? text.length : line;
    }
    for (let i = start + 1; ; i++) {
      const c = text.charCodeAt(i);
      if (c === QUOTE) return i + 1;
      if (c === 92 && i + 1 < text.length && text.charCodeAt(i + 1) !== NEWLINE && text.charCodeAt(i + 1) !== 13) i++;
      else if (c === NEWLINE || i >= text.length || (c === 13 && text.charCodeAt(i + 1) === NEWLINE)) {
        this.problems.push({ code: 'unclosed-text', start, end: i });
        return i;
      }
    }
  }

  #startsWord(i: number, c: number): boolean {
    const { text } = this;
    // `..` is the range sign; `-` begins a word only in a name that goes on behind an index: `peer[1]-a`.
    if (c === DOT) return text.charCodeAt(i + 1) !== DOT;
    if (c === MINUS) return i > 0 && text.charCodeAt(i - 1) === 93 && isWordCharacter(text.charCodeAt(i + 1));
    return true;
  }

  #word(start: number): number {
    const { text } = this;
    const length = text.length;
    let digits = 0;
    let dots = 0;
    let i = start;
    for (; i < length; i++) {
      const c = text.charCodeAt(i);
      if (c < 128) {
        const k = classOf[c]!;
        if ((k & DIGIT) !== 0) digits++;
        else if (c === DOT) {
          if (text.charCodeAt(i + 1) === DOT) break;
          dots++;
        } else if ((k & WORD) === 0) {
          if (c === PLUS && i > start && this.#atFollows(i)) continue;
          break;
        }
      } else if (!isWordCharacter(c)) break;
    }
    const size = i - start;
    const number =
      digits > 0 &&
      (digits === size || (dots === 1 && digits === size - 1 && text.charCodeAt(start) !== DOT && text.charCodeAt(i - 1) !== DOT));
    this.kind = number ? TokenKind.number : TokenKind.word;
    return i;
  }

  /** `ann+lists@example.org`: a plus sign belongs to the word when an `@` follows in the same run. */
  #atFollows(plus: number): boolean {
    const { text } = this;
    if (plus < this.#noAtBefore) return false;
    for (let i = plus + 1; ; i++) {
      const c = text.charCodeAt(i);
      if (c === 64) return true;
      if (i >= text.length || !(c === PLUS || isWordCharacter(c))) {
        this.#noAtBefore = i;
        return false;
      }
    }
  }

  #symbol(i: number, c: number): number {
    const { text } = this;
    this.kind = TokenKind.symbol;
    const second = text.charCodeAt(i + 1);
    switch (c) {
      case 60: // <
        if (second === MINUS && text.charCodeAt(i + 2) === 62) return i + 3;
        return second === 61 ? i + 2 : i + 1;
      case 62: // >
        return second === 61 ? i + 2 : i + 1;
      case 33: // !
        if (second === 61) return i + 2;
        break;
      case DOT:
        return i + 2;
      case 123: // {
      case 125: // }
      case 91: // [
      case 93: // ]
      case 40: // (
      case 41: // )
      case 44: // ,
      case 61: // =
      case PLUS:
      case MINUS:
      case 42: // *
      case 47: // /
      case 37: // %
        return i + 1;
    }
    this.kind = TokenKind.unknown;
    // A whole code point, so that no range cuts a surrogate pair.
    return i + ((text.codePointAt(i) ?? 0) > 0xffff ? 2 : 1);
  }
}

/** The characters that a text token stands for: escapes resolved, long text dedented. */
export function textValue(token: string): string {
  if (token.startsWith('"""')) {
    const inner = token.length >= 6 && token.endsWith('"""') ? token.slice(3, -3) : token.slice(3);
    return dedent(inner.includes('\r') ? inner.replaceAll('\r\n', '\n') : inner);
  }
  const closed = token.length >= 2 && token.endsWith('"');
  const inner = token.slice(1, closed ? -1 : undefined);
  if (!inner.includes('\\')) return inner;
  let value = '';
  for (let i = 0; i < inner.length; i++) {
    const c = inner[i]!;
    if (c !== '\\') {
      value += c;
      continue;
    }
    const escaped = inner[++i];
    value += escaped === 'n' ? '\n' : escaped === 't' ? '\t' : (escaped ?? '');
  }
  return value;
}

/** Offset within the token, and the letter, of the first escape that the language lacks; null when all are known. */
export function unknownEscape(token: string): { offset: number; letter: string } | null {
  if (token.startsWith('"""')) return null;
  for (let i = token.indexOf('\\'); i >= 0; i = token.indexOf('\\', i + 2)) {
    const letter = token[i + 1];
    if (letter !== undefined && !'nt"\\'.includes(letter)) return { offset: i, letter };
  }
  return null;
}

/** Takes the line break after the opening quotes, the indentation that all lines share, and the last line's blanks away. */
function dedent(inner: string): string {
  if (!inner.includes('\n')) return inner;
  const lines = inner.split('\n');
  if (lines[0]!.trim() === '') lines.shift();
  let margin = Number.POSITIVE_INFINITY;
  lines.forEach((line, index) => {
    const indent = line.length - line.trimStart().length;
    // The line of the closing quotes counts too: it lets an author keep an indentation.
    if (line.trim() !== '' || index === lines.length - 1) margin = Math.min(margin, indent);
  });
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(margin))).join('\n');
}
