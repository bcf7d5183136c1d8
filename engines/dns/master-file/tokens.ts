/**
 * Tokens and entries of master files (RFC 1035 §5.1): an entry is a line, or several where parentheses hold them together;
 * `;` begins a comment; quotes hold blanks; a backslash takes the meaning from what follows.
 */

export interface Token {
  /** As written, without the quotes; escapes still in it. */
  readonly text: string;
  readonly quoted: boolean;
  /** UTF-16 offsets, quotes included. */
  readonly start: number;
  readonly end: number;
}

export interface Problem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly code: ProblemCode;
  /** The included file it stands in; absent for the file itself. */
  readonly file?: string;
}

export type ProblemCode =
  | 'unclosed-parenthesis'
  | 'unopened-parenthesis'
  | 'unclosed-quote'
  | 'bad-directive'
  | 'bad-include'
  | 'bad-name'
  | 'bad-ttl'
  | 'bad-class'
  | 'bad-type'
  | 'bad-data'
  | 'no-owner'
  | 'no-ttl'
  | 'too-large'
  | 'too-many-problems';

export interface RawEntry {
  readonly tokens: readonly Token[];
  /** True where the line begins with a blank: the owner is the one before. */
  readonly blank: boolean;
  /** Offset after the entry's line end. */
  readonly end: number;
  readonly problem?: Problem;
}

/** Greatest length of one entry in characters; a parenthesis still open after that is taken as forgotten. */
export const MAX_ENTRY = 262_144;

const isBlank = (c: string): boolean => c === ' ' || c === '\t';
const isLineEnd = (c: string): boolean => c === '\n' || c === '\r';

/** The entry that begins at `start`. Where it is broken, its tokens are those before the fault and `end` is the next line. */
export function readEntry(text: string, start: number): RawEntry {
  const tokens: Token[] = [];
  const blank = start < text.length && isBlank(text[start] as string);
  const open: number[] = [];
  let firstLineEnd = -1;
  let i = start;
  while (i < text.length) {
    if (open.length > 0 && i - start > MAX_ENTRY) break;
    const c = text[i] as string;
    if (isLineEnd(c)) {
      const after = c === '\r' && text[i + 1] === '\n' ? i + 2 : i + 1;
      if (firstLineEnd < 0) firstLineEnd = after;
      i = after;
      if (open.length === 0) return { tokens, blank, end: i };
    } else if (isBlank(c)) i++;
    else if (c === ';') while (i < text.length && !isLineEnd(text[i] as string)) i++;
    else if (c === '(') open.push(i++);
    else if (c === ')') {
      if (open.length === 0) {
        const problem: Problem = {
          start: i,
          end: i + 1,
          code: 'unopened-parenthesis',
          message: 'This parenthesis closes none that was opened.',
        };
        return { tokens, blank, end: nextLine(text, i), problem };
      }
      open.pop();
      i++;
    } else if (c === '"') {
      const close = closingQuote(text, i);
      if (close < 0) {
        const end = lineEnd(text, i);
        const problem: Problem = { start: i, end, code: 'unclosed-quote', message: 'This quoted string is not closed on its line.' };
        return { tokens, blank, end: nextLine(text, end), problem };
      }
      tokens.push({ text: text.slice(i + 1, close), quoted: true, start: i, end: close + 1 });
      i = close + 1;
    } else {
      const begin = i;
      while (i < text.length) {
        const d = text[i] as string;
        if (isBlank(d) || isLineEnd(d) || d === ';' || d === '(' || d === ')' || d === '"') break;
        i += d === '\\' && i + 1 < text.length && !isLineEnd(text[i + 1] as string) ? 2 : 1;
      }
      tokens.push({ text: text.slice(begin, i), quoted: false, start: begin, end: i });
    }
  }
  if (open.length === 0) return { tokens, blank, end: text.length };
  const at = open[0] as number;
  const problem: Problem = {
    start: at,
    end: at + 1,
    code: 'unclosed-parenthesis',
    message:
      i < text.length
        ? `This parenthesis is not closed within ${MAX_ENTRY} characters.`
        : 'This parenthesis is never closed; does the file end too early?',
  };
  // What follows on the next lines may be sound: go on there.
  return { tokens: tokens.filter((token) => token.end <= at), blank, end: firstLineEnd < 0 ? text.length : firstLineEnd, problem };
}

function closingQuote(text: string, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '"') return i;
    if (isLineEnd(c)) return -1;
    if (c === '\\') i++;
  }
  return -1;
}

function lineEnd(text: string, from: number): number {
  let i = from;
  while (i < text.length && !isLineEnd(text[i] as string)) i++;
  return i;
}

function nextLine(text: string, from: number): number {
  const i = lineEnd(text, from);
  return text[i] === '\r' && text[i + 1] === '\n' ? i + 2 : Math.min(i + 1, text.length);
}
