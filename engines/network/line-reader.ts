/**
 * Reads the lines of a text protocol (SMTP, POP3, IMAP, FTP, HTTP) and the content between them from a connection.
 *
 * Theory of operation. Bytes come in arbitrary pieces; what came behind the part asked for is kept for the next call, so a
 * peer may pipeline. Only CRLF ends a line: a receiver that also takes a bare LF lets a sender smuggle commands through
 * content (RFC 5321 §2.3.8). Every call has a limit; what goes beyond it is dropped while reading, never kept, and the
 * stream stays in step. Any input gives one of the results below, in time linear in its length.
 */
import { bytesOf, type Content, slice } from '../content.ts';
import type { Process } from '../kernel/process.ts';
import type { Bytes } from '../quantities.ts';
import { bytesOfOctets, octetsOf } from './octets.ts';

export interface ContentSource {
  /** The next content, at least one byte; null at the end. */
  read(): Process<Content | null>;
}

export type LineResult =
  /** Without its CRLF; one char an octet. */
  | { readonly kind: 'line'; readonly line: string }
  /** A line beyond the limit was skipped; the next one can be read. */
  | { readonly kind: 'too long' }
  /** So much came without a CRLF that it is no text protocol; the rest of the stream is of no use. */
  | { readonly kind: 'endless' }
  /** The stream ended; what there was of a last line is dropped. */
  | { readonly kind: 'end' };

export type ContentResult =
  | { readonly kind: 'content'; readonly octets: string }
  /** The content was read to its end, and dropped. */
  | { readonly kind: 'too big' }
  | { readonly kind: 'end' };

/** A line of which this much was skipped without finding its end is `endless`. */
const SKIP_LIMIT: Bytes = 1024 * 1024;

export class LineReader {
  readonly #source: ContentSource;
  /** Arrived and not yet asked for. */
  #rest = '';
  /** Arrived behind `#rest`, and kept as it came: bulk stays bulk. */
  #held: Content | null = null;
  #ended = false;

  constructor(source: ContentSource) {
    this.#source = source;
  }

  /** Whether more has arrived than was asked for, so that a call may be served without waiting. */
  get hasMore(): boolean {
    return this.#rest.length > 0 || this.#held !== null;
  }

  /** Whether a whole line has arrived, so that `readLine` may be served without waiting. */
  get hasLine(): boolean {
    return this.#rest.includes('\r\n');
  }

  /** Takes what has arrived and not been asked for. A secured layer must not let it through (RFC 3207 §4.2, RFC 9051 §7.1). */
  takeRest(): string {
    const rest = this.#held === null ? this.#rest : this.#rest + octetsOf(bytesOf(this.#held));
    this.#rest = '';
    this.#held = null;
    return rest;
  }

  /** The next line; `limit` octets with its CRLF. */
  *readLine(limit: Bytes): Process<LineResult> {
    let searched = 0;
    let skipped = 0;
    for (;;) {
      const end = this.#rest.indexOf('\r\n', searched);
      if (end >= 0) {
        const line = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        return skipped + end + 2 > limit ? { kind: 'too long' } : { kind: 'line', line };
      }
      if (skipped + this.#rest.length >= limit) {
        // A CR at the end may be the first half of the CRLF that is waited for.
        const keep = this.#rest.endsWith('\r') ? 1 : 0;
        skipped += this.#rest.length - keep;
        this.#rest = this.#rest.slice(this.#rest.length - keep);
        if (skipped > SKIP_LIMIT) return { kind: 'endless' };
      }
      searched = Math.max(0, this.#rest.length - 1);
      if (!(yield* this.#fill())) return { kind: 'end' };
    }
  }

  /** Exactly `length` octets, as an IMAP literal has them; more than `limit` are skipped. */
  *readCounted(length: Bytes, limit: Bytes): Process<ContentResult> {
    const parts: string[] = [];
    let missing = length;
    for (;;) {
      const part = this.#rest.slice(0, missing);
      this.#rest = this.#rest.slice(part.length);
      missing -= part.length;
      if (length <= limit) parts.push(part);
      if (missing === 0) return length <= limit ? { kind: 'content', octets: parts.join('') } : { kind: 'too big' };
      if (!(yield* this.#fill())) return { kind: 'end' };
    }
  }

  /** What comes next of a content that need not be in memory at once: one byte to `limit` of them; null at the end of the stream. */
  *readSome(limit: Bytes): Process<Content | null> {
    if (this.#rest !== '') {
      const part = this.#rest.slice(0, limit);
      this.#rest = this.#rest.slice(part.length);
      return bytesOfOctets(part);
    }
    const content = yield* this.#next();
    if (content === null || content.length <= limit) return content;
    this.#held = slice(content, limit, content.length);
    return slice(content, 0, limit);
  }

  /**
   * Content up to the line that is a single dot, without that line and with the content's own doubled dots still doubled
   * (RFC 5321 §4.5.2, RFC 1939 §3); `limit` counts the octets as they stand on the wire.
   */
  *readDotTerminated(limit: Bytes): Process<ContentResult> {
    const parts: string[] = [];
    // The line before the content ended in CRLF, so a dot may come at once. These two octets are not of the content.
    let carry = '\r\n';
    let size = -2;
    for (;;) {
      const text = carry + this.takeRest();
      const end = text.indexOf('\r\n.\r\n');
      const keep = end >= 0 ? end + 2 : Math.max(0, text.length - 4);
      size += keep;
      if (size <= limit) parts.push(text.slice(0, keep));
      else parts.length = 0;
      if (end >= 0) {
        this.#rest = text.slice(end + 5);
        return size <= limit ? { kind: 'content', octets: parts.join('').slice(2) } : { kind: 'too big' };
      }
      carry = text.slice(keep);
      if (!(yield* this.#fill())) return { kind: 'end' };
    }
  }

  *#fill(): Process<boolean> {
    const content = yield* this.#next();
    if (content === null) return false;
    this.#rest += octetsOf(bytesOf(content));
    return true;
  }

  *#next(): Process<Content | null> {
    const held = this.#held;
    this.#held = null;
    if (held !== null || this.#ended) return held;
    const content = yield* this.#source.read();
    if (content === null) this.#ended = true;
    return content;
  }
}
