/** Where the records of a zone end, by the lexical rules of master files (RFC 1035 §5.1): comments, texts and escapes hide a brace. */
const NEWLINE = 10;
const QUOTE = 34;
const SEMICOLON = 59;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

export interface RecordExtent {
  /** Offset of the brace behind the records, or the length of the text. */
  readonly end: number;
  /** Whether that brace is a closing one. */
  readonly closed: boolean;
}

/** From `start`, behind the opening brace. `line` is told where each line behind the first begins. */
export function extentOfRecords(text: string, start: number, line?: (offset: number) => void): RecordExtent {
  let i = start;
  for (; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case SEMICOLON: {
        const lineEnd = text.indexOf('\n', i);
        i = (lineEnd < 0 ? text.length : lineEnd) - 1;
        break;
      }
      case QUOTE:
        for (i++; i < text.length && text.charCodeAt(i) !== QUOTE && text.charCodeAt(i) !== NEWLINE; i++) {
          if (text.charCodeAt(i) === BACKSLASH) i++;
        }
        if (text.charCodeAt(i) === NEWLINE) i--;
        break;
      case BACKSLASH:
        i++;
        break;
      case NEWLINE:
        line?.(i + 1);
        break;
      case OPEN:
        return { end: i, closed: false };
      case CLOSE:
        return { end: i, closed: true };
    }
  }
  return { end: i, closed: false };
}
