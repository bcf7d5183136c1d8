/** Extended DNS errors (RFC 8914): an EDNS option that says why there is no answer. */
import type { Field } from '../../field.ts';
import { hex, uint16 } from './decode.ts';

export const EXTENDED_ERROR = 15;

/** RFC 8914 §4: those that have to do with DNSSEC. */
const PURPOSES: ReadonlyMap<number, string> = new Map([
  [5, 'DNSSEC Indeterminate'],
  [6, 'DNSSEC Bogus'],
  [7, 'Signature Expired'],
  [8, 'Signature Not Yet Valid'],
  [9, 'DNSKEY Missing'],
  [10, 'RRSIGs Missing'],
  [12, 'NSEC Missing'],
]);

/** Longer texts are cut: they are for people, and the message must stay small. */
const MAX_TEXT = 200;

/** The option, as a message holds it. `text` is UTF-8 on the wire (RFC 8914 §2). */
export function extendedError(code: number, text: string): { readonly code: number; readonly hex: string } {
  const bytes = [code >> 8, code & 0xff, ...new TextEncoder().encode(text.slice(0, MAX_TEXT))];
  return { code: EXTENDED_ERROR, hex: hex(Uint8Array.from(bytes), 0, bytes.length) };
}

/** The option's field in the inspector; `start` is where its option code stands, `end` where it ends. */
export function extendedErrorField(bytes: Uint8Array, start: number, end: number): Field {
  const standard = 'RFC 8914 §2';
  const name = 'Extended DNS Error';
  const data = start + 4;
  // RFC 8914 §2: too short to say anything. The message is none the worse for it.
  if (data + 2 > end) return { name, value: 'without a reason: an info code has two bytes', start, end, standard };
  const code = uint16(bytes, data);
  const purpose = PURPOSES.get(code) ?? 'a reason that this version has no words for';
  const text = new TextDecoder().decode(bytes.subarray(data + 2, end));
  return {
    name,
    value: `${purpose} (${code})${text === '' ? '' : `: ${text}`}`,
    start,
    end,
    meaning: 'why there is no answer',
    standard,
    children: [
      { name: 'OPTION-CODE', value: String(EXTENDED_ERROR), start, end: start + 2, standard: 'RFC 6891 §6.1.2' },
      { name: 'OPTION-LENGTH', value: `${end - data} B`, start: start + 2, end: data, standard: 'RFC 6891 §6.1.2' },
      { name: 'INFO-CODE', value: `${purpose} (${code})`, start: data, end: data + 2, meaning: 'the reason', standard: 'RFC 8914 §4' },
      { name: 'EXTRA-TEXT', value: text, start: data + 2, end, meaning: 'the reason in words, for people', standard },
    ],
  };
}
