/**
 * Reads one side of a connection between peers: the handshake, then messages one after the other (BEP 3).
 *
 * Theory of operation. Contents come in pieces of any size; what came behind the message asked for is kept for the next call. A block
 * that was generated stays so: of it, a reader looks at the thirteen bytes before it. After an error the stream is of no use any more,
 * since nobody knows where the next message begins. A reader holds at most one message (2^20 bytes) and what the last piece brought.
 * A call that is stopped while it waits loses nothing: the next one goes on.
 */
import type { Content } from '../content.ts';
import { bytesOfAll, type Contents, joined } from '../contents.ts';
import type { Process } from '../kernel/process.ts';
import type { ContentSource } from '../network/line-reader.ts';
import type { Bytes } from '../quantities.ts';
import { ContentQueue } from './content-queue.ts';
import { beginsHandshake, decodeHandshake, HANDSHAKE_LENGTH, HANDSHAKE_START, type Handshake } from './wire/handshake.ts';
import {
  decodeBody,
  lengthOfMessage,
  lengthProblem,
  numbersLength,
  PEER_MESSAGES,
  type PeerMessage,
  PREFIX_LENGTH,
} from './wire/peer-message.ts';
import { unsigned } from './wire/unsigned.ts';

export type PeerRead<T> =
  | T
  /** It breaks the rules: the connection is to be closed. */
  | { readonly error: string }
  /** The stream ended; `cut`: in the middle of something. */
  | { readonly kind: 'end'; readonly cut: boolean };

const PIECE = PEER_MESSAGES.piece;
/** Of a piece, what stands before its block: a number that says that it is one, and two more. */
const BLOCK_START: Bytes = 1 + numbersLength(PIECE);

export class PeerReader {
  readonly #source: ContentSource;
  readonly #queue = new ContentQueue();
  #ended = false;
  /** Of the message that comes next; null before its length is there. */
  #length: Bytes | null = null;

  constructor(source: ContentSource) {
    this.#source = source;
  }

  /** The first thing that is read. */
  *handshake(): Process<PeerRead<Handshake>> {
    while (this.#queue.length < HANDSHAKE_LENGTH) {
      // Whoever speaks another protocol may wait for an answer: it is told from the first bytes that there will be none.
      const start = this.#queue.peek(Math.min(this.#queue.length, HANDSHAKE_START.length));
      if (!beginsHandshake(start)) break;
      if (!(yield* this.#fill())) return { kind: 'end', cut: this.#queue.length > 0 };
    }
    return decodeHandshake(this.#queue.take(Math.min(this.#queue.length, HANDSHAKE_LENGTH)));
  }

  /** The next message. Its block is generated if all of it came so. */
  *next(): Process<PeerRead<PeerMessage>> {
    if (this.#length === null) {
      if (!(yield* this.#has(PREFIX_LENGTH))) return { kind: 'end', cut: this.#queue.length > 0 };
      const length = lengthOfMessage(this.#queue.take(PREFIX_LENGTH));
      if (typeof length !== 'number') return length;
      this.#length = length;
    }
    if (!(yield* this.#has(this.#length))) return { kind: 'end', cut: true };
    const length = this.#length;
    this.#length = null;
    if (length === 0 || this.#queue.peek(1)[0] !== PIECE.id) return decodeBody(this.#queue.take(length));
    if (length < BLOCK_START) return { error: lengthProblem('piece', length) };
    const start = this.#queue.take(BLOCK_START);
    const block = this.#queue.takeContents(length - BLOCK_START);
    return { kind: 'piece', index: unsigned(start, 1, 4), begin: unsigned(start, 5, 4), block: inOne(block) };
  }

  *#has(size: Bytes): Process<boolean> {
    while (this.#queue.length < size) if (!(yield* this.#fill())) return false;
    return true;
  }

  *#fill(): Process<boolean> {
    if (this.#ended) return false;
    const content = yield* this.#source.read();
    if (content === null) this.#ended = true;
    else this.#queue.push(content);
    return content !== null;
  }
}

/** Bulk where all of it is one; else its bytes. */
function inOne(contents: Contents): Content {
  const parts = joined(contents);
  return parts.length === 1 ? (parts[0] as Content) : bytesOfAll(parts);
}
