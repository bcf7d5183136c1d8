/**
 * Reads the pieces that IMAP's commands and responses are made of (RFC 3501 §4, §9) from octets, literals included:
 * `{5}`, CRLF, five octets. Wherever something else stands, nothing is read and the result is null; where the scanner
 * is then says where it went wrong.
 */

/** RFC 3501 §9 ATOM-CHAR: what an atom is made of; `]` may stand in an astring. */
const ATOM = /[^\0-\x20\x7f-\xff(){%*"\\\]]+/y;
const ASTRING = /[^\0-\x20\x7f-\xff(){%*"\\]+/y;
const LIST_MAILBOX = /[^\0-\x20\x7f-\xff(){"\\]+/y;
const TAG = /[^\0-\x20\x7f-\xff(){%*"\\+\]]+/y;
const NUMBER = /\d{1,10}(?!\d)/y;
/** RFC 3501 §9 QUOTED-CHAR; octets above 127 are taken, as many a client sends them. */
const QUOTED = /"((?:[^\0\r\n"\\]|\\["\\])*)"/y;
/** The sign is LITERAL+'s and LITERAL-'s (RFC 7888), the tilde literal8's (RFC 3516). */
const LITERAL = /\{(\d{1,10})\+?\}\r\n/y;

export interface Span {
  readonly start: number;
  readonly end: number;
}

export class Scanner {
  readonly octets: string;
  at: number;

  constructor(octets: string, at = 0) {
    this.octets = octets;
    this.at = at;
  }

  get atEnd(): boolean {
    return this.at >= this.octets.length;
  }

  /** Exactly this text; letters have no case. */
  word(text: string): boolean {
    if (this.octets.slice(this.at, this.at + text.length).toUpperCase() !== text.toUpperCase()) return false;
    this.at += text.length;
    return true;
  }

  space(): boolean {
    return this.word(' ');
  }

  tag(): string | null {
    return this.#match(TAG)?.[0] ?? null;
  }

  atom(): string | null {
    return this.#match(ATOM)?.[0] ?? null;
  }

  number(): number | null {
    const digits = this.#match(NUMBER)?.[0];
    return digits === undefined ? null : Number(digits);
  }

  quoted(): string | null {
    const found = this.#match(QUOTED);
    return found ? (found[1] as string).replace(/\\(.)/g, '$1') : null;
  }

  literal(): string | null {
    const start = this.at;
    const length = this.#match(LITERAL)?.[1];
    if (length === undefined) return null;
    const end = this.at + Number(length);
    if (end > this.octets.length) {
      this.at = start;
      return null;
    }
    const octets = this.octets.slice(this.at, end);
    this.at = end;
    return octets;
  }

  string(): string | null {
    return this.quoted() ?? this.literal();
  }

  astring(): string | null {
    return this.#match(ASTRING)?.[0] ?? this.string();
  }

  /** A mailbox name in which `%` and `*` may stand (§6.3.8). */
  pattern(): string | null {
    return this.#match(LIST_MAILBOX)?.[0] ?? this.string();
  }

  match(pattern: RegExp): RegExpExecArray | null {
    return this.#match(pattern);
  }

  /** `(`, items with one space between, `)`; null where an item is none. */
  list<T>(item: () => T | null, least = 0): T[] | null {
    if (!this.word('(')) return null;
    const items: T[] = [];
    if (least === 0 && this.word(')')) return items;
    for (;;) {
      const one = item();
      if (one === null) return null;
      items.push(one);
      if (this.word(')')) return items;
      if (!this.space()) return null;
    }
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.octets);
    if (found) this.at = pattern.lastIndex;
    return found;
  }
}

/** The text as an atom where it may be one, else quoted, else a literal. */
export function writeAstring(octets: string): string {
  // Brackets and NIL would stand for themselves; but not every reader knows.
  return /^[A-Za-z0-9&+,./:;=?@^_`|~$!#'-]+$/.test(octets) && !/^nil$/i.test(octets) ? octets : writeString(octets);
}

export function writeString(octets: string): string {
  if (octets.length > 1000 || /[\0\r\n\x80-\xff]/.test(octets)) return writeLiteral(octets);
  return `"${octets.replace(/["\\]/g, '\\$&')}"`;
}

export function writeLiteral(octets: string): string {
  return `{${octets.length}}\r\n${octets}`;
}
