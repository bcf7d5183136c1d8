/**
 * Messages on a TCP connection: each stands behind its length in two bytes (RFC 1035 §4.2.2, RFC 7766 §8).
 *
 * Theory of operation. Bytes come in arbitrary pieces; what came behind the message asked for is kept for the next call, so a
 * peer may pipeline. A length counts to 65,535 and no further, so a reader never holds more than one message and what the
 * last piece brought with it.
 */
import { bytesOf } from '../../content.ts';
import type { Field } from '../../field.ts';
import type { Process } from '../../kernel/process.ts';
import type { ContentSource } from '../../network/line-reader.ts';
import { dissect } from './dissect.ts';

/** Greatest message on TCP, in bytes: what its length field can say. */
export const TCP_LIMIT = 65_535;

const STANDARD = 'RFC 1035 §4.2.2';
const PREFIX = 2;

/** How a message on TCP is told in the run: its bytes begin with the length. */
export const framedKinds = { query: 'query over TCP', response: 'response over TCP' } as const;

/** The message (at most 65,535 bytes) behind its length: to be written at once (RFC 7766 §8). */
export function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(PREFIX + message.length);
  bytes[0] = message.length >> 8;
  bytes[1] = message.length & 0xff;
  bytes.set(message, PREFIX);
  return bytes;
}

/** The length, and behind it the message's own fields. Total, as `dissect` is. */
export function dissectFramed(bytes: Uint8Array): readonly Field[] {
  if (bytes.length < PREFIX)
    return [{ name: 'Malformed', value: 'the length is cut off', start: 0, end: bytes.length, standard: STANDARD, malformed: true }];
  const length = ((bytes[0] as number) << 8) | (bytes[1] as number);
  const whole = length === bytes.length - PREFIX;
  return [
    {
      name: 'Length',
      value: `${length} B`,
      start: 0,
      end: PREFIX,
      meaning: whole ? 'of the message that follows' : `of the message that follows; here are ${bytes.length - PREFIX} B`,
      standard: STANDARD,
      ...(whole ? {} : { malformed: true }),
    },
    ...dissect(bytes.subarray(PREFIX)).map((field) => moved(field, PREFIX)),
  ];
}

function moved(field: Field, by: number): Field {
  return {
    ...field,
    start: field.start + by,
    end: field.end + by,
    ...(field.children ? { children: field.children.map((child) => moved(child, by)) } : {}),
  };
}

const NONE = new Uint8Array(0);

/** Reads the messages of one connection. A call that is stopped while it waits loses nothing: the next one goes on. */
export class MessageReader {
  readonly #source: ContentSource;
  /** Arrived and not yet taken. */
  readonly #pieces: Uint8Array[] = [];
  #present = 0;
  /** The piece that is read next, and how much of it was taken. */
  #first = 0;
  #offset = 0;
  /** Of the message that comes next; null before its length is there. */
  #length: number | null = null;

  constructor(source: ContentSource) {
    this.#source = source;
  }

  /** The next message, without its length; null when the stream ends, in the middle of a message even. */
  *next(): Process<Uint8Array | null> {
    if (this.#length === null) {
      if (!(yield* this.#has(PREFIX))) return null;
      const [high, low] = this.#take(PREFIX);
      this.#length = ((high as number) << 8) | (low as number);
    }
    if (!(yield* this.#has(this.#length))) return null;
    const message = this.#take(this.#length);
    this.#length = null;
    return message;
  }

  *#has(size: number): Process<boolean> {
    while (this.#present < size) {
      const content = yield* this.#source.read();
      if (content === null) return false;
      this.#pieces.push(bytesOf(content));
      this.#present += content.length;
    }
    return true;
  }

  /** That many of the bytes that are there. Each byte is copied once. */
  #take(size: number): Uint8Array {
    this.#present -= size;
    const taken = new Uint8Array(size);
    let filled = 0;
    while (filled < size) {
      const piece = this.#pieces[this.#first] as Uint8Array;
      const part = piece.subarray(this.#offset, this.#offset + size - filled);
      taken.set(part, filled);
      filled += part.length;
      this.#offset += part.length;
      if (this.#offset === piece.length) this.#drop();
    }
    return taken;
  }

  /** The first piece is used up. Its place goes once half of the places are of such, so that each is moved about once. */
  #drop(): void {
    this.#pieces[this.#first++] = NONE;
    this.#offset = 0;
    if (2 * this.#first < this.#pieces.length) return;
    this.#pieces.splice(0, this.#first);
    this.#first = 0;
  }
}
