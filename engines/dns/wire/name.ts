/**
 * Names on the wire and their compression (RFC 1035 §4.1.4).
 *
 * A pointer must point to before everything of the name that was read so far. Names built by honest encoders do, and with
 * the limit of 255 bytes it makes reading loop-safe: every jump goes strictly back. Chains of pointers end at as many as a name
 * can have labels, so that a name costs no more than that, however often the message names it.
 */
import { fromLabels, MAX_NAME, ROOT, readEscape } from '../domain-name.ts';
import type { DomainName } from '../scenario.ts';

/** Labels of the longest name, one byte each. An encoder that points back once a label needs no more pointers. */
const MAX_POINTERS = (MAX_NAME - 1) / 2;

export interface NameOnWire {
  readonly ok: true;
  readonly name: DomainName;
  /** Where reading goes on after it. */
  readonly end: number;
  /** Offset of each pointer met and where it points. */
  readonly pointers: readonly { readonly at: number; readonly to: number }[];
}

export interface WireError {
  readonly ok: false;
  readonly error: string;
  readonly offset: number;
}

export function readName(bytes: Uint8Array, start: number, limit = bytes.length): NameOnWire | WireError {
  const found: string[] = [];
  const pointers: { at: number; to: number }[] = [];
  let offset = start;
  let segment = start;
  let end = -1;
  let length = 1;
  for (;;) {
    // Only the name's own bytes are confined to `limit` (the record's data); what a pointer leads to lies before.
    const bound = end < 0 ? limit : bytes.length;
    if (offset >= bound) return { ok: false, error: 'the name runs past the end', offset: start };
    const size = bytes[offset] as number;
    if (size === 0) return { ok: true, name: fromLabels(found), end: end < 0 ? offset + 1 : end, pointers };
    if (size >= 0xc0) {
      if (offset + 2 > bound) return { ok: false, error: 'the compression pointer is cut off', offset };
      const to = ((size & 0x3f) << 8) | (bytes[offset + 1] as number);
      if (to >= segment)
        return { ok: false, error: `the compression pointer to offset ${to} does not point back (RFC 1035 §4.1.4)`, offset };
      if (pointers.length >= MAX_POINTERS)
        return { ok: false, error: `the name has more than ${MAX_POINTERS} compression pointers`, offset: start };
      pointers.push({ at: offset, to });
      if (end < 0) end = offset + 2;
      offset = to;
      segment = to;
      continue;
    }
    if (size > 63)
      return { ok: false, error: `0x${size.toString(16)} begins no label: the first two bits are reserved (RFC 1035 §4.1.4)`, offset };
    if (offset + 1 + size > bound) return { ok: false, error: 'the label runs past the end', offset };
    length += size + 1;
    if (length > MAX_NAME) return { ok: false, error: `the name is longer than ${MAX_NAME} bytes (RFC 1035 §2.3.4)`, offset: start };
    let label = '';
    for (let i = 1; i <= size; i++) label += String.fromCharCode(bytes[offset + i] as number);
    found.push(label);
    offset += 1 + size;
  }
}

/** Where each name tail was written, by its exact spelling: pointing to another case would change the name. */
export type WrittenNames = Map<string, number>;

/** Appends a name. With `compress`, its longest tail that was written before becomes a pointer. Every tail is remembered for later names. */
export function writeName(out: number[], name: DomainName, written: WrittenNames, compress: boolean): void {
  // In normal form, what follows a label's dot is the name of the level above.
  for (let tail = name; tail !== ROOT; ) {
    const before = compress ? written.get(tail) : undefined;
    if (before !== undefined) {
      out.push(0xc0 | (before >> 8), before & 0xff);
      return;
    }
    if (out.length < 0x4000 && !written.has(tail)) written.set(tail, out.length);
    const size = out.length;
    out.push(0);
    let at = 0;
    for (; at < tail.length && tail[at] !== '.'; at++) {
      const escaped = tail[at] === '\\' ? readEscape(tail, at) : undefined;
      out.push((escaped?.char ?? (tail[at] as string)).charCodeAt(0));
      if (escaped) at = escaped.end - 1;
    }
    out[size] = out.length - size - 1;
    tail = tail.slice(at + 1) || ROOT;
  }
  out.push(0);
}
