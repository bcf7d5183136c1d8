/**
 * Chunked transfer coding (RFC 9112 §7.1): a size in hexadecimal, the data, and so on up to size 0, then trailer fields.
 * Limits: 4,096 octets a size line with its extensions, which are read over (§7.1.1); 2^48 octets a chunk.
 */
import type { Bytes } from '../../quantities.ts';

export const CHUNK_LINE_LIMIT = 4_096;

/** Extensions: `;name`, `;name=token`, `;name="quoted"`. Anything else behind the digits could hide a line end from a lax reader. */
const LINE =
  /^([0-9A-Fa-f]{1,12})((?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+(?:[ \t]*=[ \t]*(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"(?:[^"\\\0-\x08\x0a-\x1f\x7f]|\\[\t -~\x80-\xff])*"))?)*)$/;

/** The size that a line without its CRLF announces; null where it is none. */
export function decodeChunkSize(line: string): Bytes | null {
  // A size of many leading zeros is lawful, and nobody writes one.
  const parts = LINE.exec(line);
  return parts ? Number.parseInt(parts[1] as string, 16) : null;
}

/** The line before a chunk of that many octets, at least one. */
export function chunkSizeLine(size: Bytes): string {
  return `${size.toString(16)}\r\n`;
}
