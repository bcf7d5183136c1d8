/**
 * Writes messages to a connection, so that the run tells them as one would: a message and its content are one arrow where the
 * content is small (generated: up to 16 KiB, literal: up to 64 KiB); what is larger has arrows of its own.
 */
import { bytesOf, type Content } from '../content.ts';
import { type Contents, joined, lengthOf } from '../contents.ts';
import { formatSize } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import type { Connection } from '../network/host.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import type { Bytes } from '../quantities.ts';
import type { BodySource } from './message-reader.ts';
import { chunkSizeLine } from './wire/chunk.ts';

/** Protocol of the messages in a run. */
export const PROTOCOL = 'http';

/** A content that is produced while it is sent goes out in chunks of this size, a stream in pieces of up to that. */
const CHUNK: Bytes = 8 * 1024;
const PIECE: Bytes = 64 * 1024;
/** Generated content up to this size is written out with what stands before it: an arrow less. */
const SMALL: Bytes = 16 * 1024;

export interface Head {
  readonly kind: 'request' | 'response';
  /** With the empty line. */
  readonly octets: string;
  /** `GET /index.html`, `200 OK, 20.5 kB`. */
  readonly label: string;
}

/** What a message carries: contents that are there, or a stream of them. */
export type Body = Contents | BodySource;

export function isSource(body: Body): body is BodySource {
  return !Array.isArray(body);
}

/** Bytes; null: only its end will tell. */
export function bodyLength(body: Body): Bytes | null {
  return isSource(body) ? body.length : lengthOf(body);
}

/**
 * Sends a whole message; without a head, the content of one whose head was sent before. `null` when it is buffered; else why not: the connection broke, or the stream did, and then the
 * connection must be given up, since its reader waits for more.
 */
export function* writeMessage(connection: Connection, head: Head | null, body: Body | null, chunked: boolean): Process<string | null> {
  const writer = new Writer(connection, head);
  if (body === null) return yield* writer.finish();
  if (chunked) return yield* writeChunks(writer, body);
  if (!isSource(body)) {
    for (const content of joined(body)) yield* writer.put(content, `content, ${formatSize(content.length)}`);
    return yield* writer.finish();
  }
  const pieces = new Pieces(body);
  for (let piece = yield* pieces.next(); piece.length > 0; piece = yield* pieces.next()) {
    for (const content of joined(piece)) yield* writer.put(content, `content, ${formatSize(content.length)}`);
  }
  const problem = yield* writer.finish();
  return problem ?? body.problem;
}

/** RFC 9112 §7.1. */
function* writeChunks(writer: Writer, body: Body): Process<string | null> {
  const chunk = function* (contents: Contents): Process {
    const size = lengthOf(contents);
    yield* writer.put(bytesOfOctets(chunkSizeLine(size)), `chunk, ${formatSize(size)}`);
    for (const content of joined(contents)) yield* writer.put(content, `chunk, ${formatSize(size)}`);
    yield* writer.put(bytesOfOctets('\r\n'), `chunk, ${formatSize(size)}`);
    // Each is sent when it is there: that is what chunks are for. What frames bulk chunks goes with the next one.
    if (contents.every((content) => content instanceof Uint8Array)) yield* writer.flush();
  };
  if (isSource(body)) {
    const pieces = new Pieces(body);
    for (let piece = yield* pieces.next(); piece.length > 0; piece = yield* pieces.next()) yield* chunk(piece);
    if (body.problem !== null) return body.problem;
  } else {
    for (const content of joined(body)) {
      if (!(content instanceof Uint8Array)) yield* chunk([content]);
      else for (let at = 0; at < content.length; at += CHUNK) yield* chunk([content.subarray(at, at + CHUNK)]);
    }
  }
  yield* writer.put(bytesOfOctets('0\r\n\r\n'), 'last chunk');
  return yield* writer.finish();
}

/** What a source gives, in larger parts: a relay that passed on each segment as it comes would be a message a segment. */
class Pieces {
  readonly #source: BodySource;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** Empty at the end. */
  *next(): Process<Contents> {
    const contents: Content[] = [];
    for (let size = 0; size < PIECE; ) {
      const content = yield* this.#source.read();
      if (content === null) break;
      contents.push(content);
      size += content.length;
    }
    return contents;
  }
}

/** Gathers literal bytes of a message until they are too many or bulk comes, each of which is then a message of the run. */
class Writer {
  readonly #connection: Connection;
  /** Not written yet. */
  #head: Head | null;
  /** Not written yet, of the content. */
  #literal = '';
  #label = '';
  #broken = false;

  constructor(connection: Connection, head: Head | null) {
    this.#connection = connection;
    this.#head = head;
  }

  *put(content: Content, label: string): Process {
    if (this.#literal.length + content.length <= (content instanceof Uint8Array ? PIECE : SMALL)) {
      if (this.#literal === '') this.#label = label;
      this.#literal += octetsOf(bytesOf(content));
      return;
    }
    yield* this.flush();
    if (content instanceof Uint8Array) {
      this.#literal = octetsOf(content);
      this.#label = label;
    } else yield* this.#write(content, 'content', label);
  }

  *flush(): Process {
    const head = this.#head;
    const octets = (head?.octets ?? '') + this.#literal;
    this.#head = null;
    this.#literal = '';
    if (octets !== '') yield* this.#write(bytesOfOctets(octets), head?.kind ?? 'content', head?.label ?? this.#label);
  }

  *finish(): Process<string | null> {
    yield* this.flush();
    return this.#broken ? `connection ${this.#connection.ending ?? 'closed'}` : null;
  }

  *#write(content: Content, kind: string, label: string): Process {
    if (this.#broken) return;
    if (!(yield* this.#connection.write(content, { protocol: PROTOCOL, kind, label }))) this.#broken = true;
  }
}
