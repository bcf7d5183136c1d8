/**
 * Reads the messages of a connection one after the other, their contents piece by piece (RFC 9112).
 *
 * Theory of operation. A head is read whole, within its limits; its framing then says where the content ends, and
 * `IncomingBody.read` gives what arrives of it until there. The next message can be read once the content was read to its
 * end. Any input gives one of the results below; after anything but a whole message the stream is of no use any more.
 */
import type { Content } from '../content.ts';
import type { Process } from '../kernel/process.ts';
import { type ContentSource, LineReader } from '../network/line-reader.ts';
import type { Bytes } from '../quantities.ts';
import { CHUNK_LINE_LIMIT, decodeChunkSize } from './wire/chunk.ts';
import { type Framing, requestFraming, responseFraming } from './wire/framing.ts';
import {
  decodeHeaderSection,
  decodeRequestHead,
  decodeResponseHead,
  FIELD_LINE_LIMIT,
  FIELDS_LIMIT,
  HEADER_SECTION_LIMIT,
  type HeadError,
  type RequestHead,
  type ResponseHead,
  START_LINE_LIMIT,
} from './wire/head.ts';
import { type Fields, without } from './wire/header-field.ts';

export type MessageRead<Head> =
  | { readonly kind: 'message'; readonly head: Head; readonly body: IncomingBody }
  /** It breaks the rules. */
  | { readonly kind: 'refused'; readonly problem: HeadError }
  /** The stream ended; `cut`: in the middle of a head. */
  | { readonly kind: 'end'; readonly cut: boolean };

/** What an IncomingBody or a generator of content has: length or null where it is not known, and content until null. */
export interface BodySource {
  readonly length: Bytes | null;
  /** The next content, at least one byte; null at the end, and then `problem` says whether all of it came. */
  read(): Process<Content | null>;
  readonly problem: string | null;
}

/** Empty lines before a request that are read over (RFC 9112 §2.2). */
const EMPTY_LINES_LIMIT = 4;

export class MessageReader {
  readonly #lines: LineReader;

  constructor(source: ContentSource) {
    this.#lines = new LineReader(source);
  }

  /** Whether more has arrived than was asked for. */
  get hasMore(): boolean {
    return this.#lines.hasMore;
  }

  /** The next request. The body of the one before was read to its end. */
  *readRequest(): Process<MessageRead<RequestHead>> {
    return yield* this.#read(EMPTY_LINES_LIMIT, decodeRequestHead, requestFraming);
  }

  /** The next response, to a request of that method; interim ones too. */
  *readResponse(method: string): Process<MessageRead<ResponseHead>> {
    return yield* this.#read(0, decodeResponseHead, (head) => responseFraming(head, method));
  }

  *#read<Head>(
    emptyLines: number,
    decode: (lines: readonly string[]) => Head | HeadError,
    framingOf: (head: Head) => Framing | HeadError,
  ): Process<MessageRead<Head>> {
    const lines = yield* readHead(this.#lines, emptyLines);
    if (!Array.isArray(lines)) return 'error' in lines ? { kind: 'refused', problem: lines } : lines;
    const head = decode(lines);
    if (isError(head)) return { kind: 'refused', problem: head };
    const framing = framingOf(head);
    if (isError(framing)) return { kind: 'refused', problem: framing };
    return { kind: 'message', head, body: new IncomingBody(this.#lines, framing) };
  }
}

function isError(value: unknown): value is HeadError {
  return typeof value === 'object' && value !== null && 'error' in value;
}

/** The lines of a head, without the empty one. */
function* readHead(reader: LineReader, emptyLines: number): Process<string[] | HeadError | { kind: 'end'; cut: boolean }> {
  const lines: string[] = [];
  let size = 0;
  for (let skipped = 0; ; ) {
    const result = yield* reader.readLine(lines.length === 0 ? START_LINE_LIMIT : FIELD_LINE_LIMIT);
    if (result.kind === 'end') return { kind: 'end', cut: lines.length > 0 };
    if (result.kind !== 'line') {
      return lines.length === 0
        ? { status: 414, error: `a request line beyond ${START_LINE_LIMIT} octets` }
        : { status: 431, error: `a header field beyond ${FIELD_LINE_LIMIT} octets` };
    }
    if (result.line === '') {
      if (lines.length > 0) return lines;
      if (++skipped > emptyLines) return { status: 400, error: 'an empty line where a message begins' };
      continue;
    }
    // Whoever waits for an end that does not come is not kept waiting: limits hold while lines come in.
    if (lines.length > 0) size += result.line.length + 2;
    if (lines.length > FIELDS_LIMIT || size > HEADER_SECTION_LIMIT) return { status: 431, error: 'a header section that is too large' };
    lines.push(result.line);
  }
}

/** Fields that a trailer section must not have (RFC 9110 §6.5.1): they say how to read what was read already. */
const NOT_IN_TRAILERS = ['Content-Length', 'Transfer-Encoding', 'Host', 'Content-Type', 'Content-Range', 'Trailer'] as const;

/** The content of a message on its way in. To be read to its end before the next message, or its connection given up. */
export class IncomingBody implements BodySource {
  readonly #lines: LineReader;
  readonly #chunked: boolean;
  readonly #untilClose: boolean;
  /** Of the whole content, or of the present chunk. */
  #missing: Bytes;
  /** Where in chunked content it is, besides within a chunk: before a size, before the CRLF behind a chunk, or in the trailer section. */
  #between: 'size' | 'end' | 'trailers' = 'size';
  readonly #trailerLines: string[] = [];
  #trailerSize: Bytes = 0;
  #ended = false;
  readonly #listeners: ((body: IncomingBody) => void)[] = [];
  /** As its head announced it; null where only its end will tell. */
  readonly length: Bytes | null;
  /** Bytes read so far. */
  received: Bytes = 0;
  /** Why it broke off; null while it has not. */
  problem: string | null = null;
  /** The problem is one of the sender's making: chunks that are none. */
  malformed = false;
  /** Fields behind the last chunk. */
  trailers: Fields = [];
  /** Runs before the first content is read: where a client waits for `100 Continue`. */
  beforeFirst: (() => Process) | null = null;

  constructor(lines: LineReader, framing: Framing) {
    this.#lines = lines;
    this.#chunked = framing.kind === 'chunked';
    this.#untilClose = framing.kind === 'until close';
    this.length = framing.kind === 'length' ? framing.length : framing.kind === 'none' ? 0 : null;
    this.#missing = this.length ?? 0;
    if (this.length === 0) this.#ended = true;
  }

  /** Nothing more will come: all of it was read, or `problem` says why not. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Only the end of the connection ends it. */
  get untilClose(): boolean {
    return this.#untilClose;
  }

  /** Calls `listener` once it has ended; at once if it has. */
  whenEnded(listener: (body: IncomingBody) => void): void {
    if (this.#ended) listener(this);
    else this.#listeners.push(listener);
  }

  /** Whoever reads it does not want the rest: it ends with that problem. Its connection is to be given up. */
  abandon(problem: string): void {
    if (this.#ended) return;
    this.problem = problem;
    this.#end();
  }

  *read(): Process<Content | null> {
    if (this.#ended) return null;
    if (this.beforeFirst) {
      const before = this.beforeFirst;
      this.beforeFirst = null;
      yield* before();
    }
    if (this.#chunked && this.#missing === 0) yield* this.#nextChunk();
    if (this.#ended) return null;
    const content = yield* this.#lines.readSome(this.#untilClose ? Number.POSITIVE_INFINITY : this.#missing);
    // It was abandoned while this waited.
    if (this.#ended) return null;
    if (content === null) {
      if (!this.#untilClose) this.problem = 'it broke off';
      this.#end();
      return null;
    }
    this.received += content.length;
    if (!this.#untilClose) this.#missing -= content.length;
    if (!this.#untilClose && !this.#chunked && this.#missing === 0) this.#end();
    return content;
  }

  /** Reads to the end: the whole, or null with `problem` set. More than `limit` is a problem, too. */
  *readAll(limit: Bytes = Number.POSITIVE_INFINITY): Process<readonly Content[] | null> {
    const contents: Content[] = [];
    for (;;) {
      const content = yield* this.read();
      if (content === null) return this.problem === null ? contents : null;
      if (this.received > limit) {
        this.abandon('it is too large');
        return null;
      }
      contents.push(content);
    }
  }

  /** RFC 9112 §7.1: what stands between two chunks' data, and behind the last one. A reader may be stopped in it, and another go on. */
  *#nextChunk(): Process {
    if (this.#between === 'end') {
      const end = yield* this.#lines.readLine(2);
      if (end.kind !== 'line' || end.line !== '') return this.#break(end.kind, 'a chunk longer than its size');
      this.#between = 'size';
    }
    if (this.#between === 'size') {
      const line = yield* this.#lines.readLine(CHUNK_LINE_LIMIT);
      const size = line.kind === 'line' ? decodeChunkSize(line.line) : null;
      if (size === null) return this.#break(line.kind, 'a chunk’s size that is none');
      this.#missing = size;
      this.#between = size > 0 ? 'end' : 'trailers';
      if (size > 0) return;
    }
    for (;;) {
      const trailer = yield* this.#lines.readLine(FIELD_LINE_LIMIT);
      if (trailer.kind !== 'line') return this.#break(trailer.kind, 'a trailer field that is too long');
      if (trailer.line === '') break;
      this.#trailerSize += trailer.line.length + 2;
      const lines = this.#trailerLines.push(trailer.line);
      if (lines > FIELDS_LIMIT || this.#trailerSize > HEADER_SECTION_LIMIT) return this.#break('', 'too many trailer fields');
    }
    const trailers = decodeHeaderSection(this.#trailerLines);
    if ('error' in trailers) return this.#break('', trailers.error);
    this.trailers = without(trailers, ...NOT_IN_TRAILERS);
    this.#end();
  }

  #break(kind: string, problem: string): void {
    this.malformed = kind !== 'end';
    this.problem ??= kind === 'end' ? 'it broke off' : problem;
    this.#end();
  }

  #end(): void {
    this.#ended = true;
    for (const listener of this.#listeners.splice(0)) listener(this);
  }
}
