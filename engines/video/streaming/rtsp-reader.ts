/**
 * Reads what comes over an RTSP connection: messages, and packets between them (RFC 2326 §10.12). Total; after anything but one of
 * these the stream is of no use any more.
 */

import { FIELD_LINE_LIMIT, FIELDS_LIMIT } from '../../http/wire/head.ts';
import type { Fields } from '../../http/wire/header-field.ts';
import type { Process } from '../../kernel/process.ts';
import { type ContentSource, LineReader } from '../../network/line-reader.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { CONTENT_LIMIT, contentLength, INTERLEAVED_MARK, LARGEST_INTERLEAVED } from './wire/rtsp.ts';

export type RtspRead<Head> =
  | { readonly kind: 'message'; readonly head: Head; readonly content: string }
  | { readonly kind: 'packet'; readonly channel: number; readonly bytes: Uint8Array }
  /** It breaks the rules. */
  | { readonly kind: 'malformed'; readonly error: string }
  | { readonly kind: 'end' };

const CUT: RtspRead<never> = { kind: 'malformed', error: 'cut off' };

export class RtspReader<Head extends { readonly fields: Fields }> {
  readonly #lines: LineReader;
  readonly #decode: (lines: readonly string[]) => Head | { readonly error: string };

  constructor(source: ContentSource, decode: (lines: readonly string[]) => Head | { readonly error: string }) {
    this.#lines = new LineReader(source);
    this.#decode = decode;
  }

  *next(): Process<RtspRead<Head>> {
    const first = yield* this.#lines.readCounted(1, 1);
    if (first.kind !== 'content') return { kind: 'end' };
    return first.octets === INTERLEAVED_MARK ? yield* this.#packet() : yield* this.#message(first.octets);
  }

  *#packet(): Process<RtspRead<Head>> {
    const header = yield* this.#lines.readCounted(3, 3);
    if (header.kind !== 'content') return CUT;
    const [channel, high, low] = bytesOfOctets(header.octets) as unknown as [number, number, number];
    const packet = yield* this.#lines.readCounted((high << 8) | low, LARGEST_INTERLEAVED);
    return packet.kind === 'content' ? { kind: 'packet', channel, bytes: bytesOfOctets(packet.octets) } : CUT;
  }

  *#message(first: string): Process<RtspRead<Head>> {
    const lines: string[] = [];
    for (let start = first; ; start = '') {
      const read = yield* this.#lines.readLine(FIELD_LINE_LIMIT);
      if (read.kind === 'end') return CUT;
      if (read.kind !== 'line') return { kind: 'malformed', error: 'a line that is too long' };
      const line = start + read.line;
      if (line === '') break;
      if (lines.push(line) > FIELDS_LIMIT + 1) return { kind: 'malformed', error: `more than ${FIELDS_LIMIT} header fields` };
    }
    const head = this.#decode(lines);
    if ('error' in head) return { kind: 'malformed', error: head.error };
    const length = contentLength(head.fields);
    if (length === null) return { kind: 'malformed', error: 'a Content-Length that is none, or too much' };
    const content = yield* this.#lines.readCounted(length, CONTENT_LIMIT);
    return content.kind === 'content' ? { kind: 'message', head, content: content.octets } : CUT;
  }
}
