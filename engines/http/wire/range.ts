/** Byte ranges (RFC 9110 §14): what is asked for, and which part of a whole is sent. */
import type { Bytes } from '../../quantities.ts';
import { separated } from './header-field.ts';

/** End exclusive. */
export interface ByteRange {
  readonly start: Bytes;
  readonly end: Bytes;
}

/** More are taken for an attack, and the field for absent (§14.2, §17.15). */
const RANGES_LIMIT = 20;

/**
 * The ranges of `bytes=0-499, 1000-, -500` within a whole of that size, in the order asked for, each at least one byte.
 * `ignored`: no ranges in bytes, or none that a server should serve; `unsatisfiable`: all of them lie behind the end.
 */
export function decodeRanges(value: string, size: Bytes): readonly ByteRange[] | 'ignored' | 'unsatisfiable' {
  const parts = /^bytes=(.*)$/i.exec(value);
  const specifications = parts ? separated(parts[1] as string, ',') : [];
  if (specifications.length === 0 || specifications.length > RANGES_LIMIT) return 'ignored';
  const ranges: ByteRange[] = [];
  for (const specification of specifications) {
    const numbers = /^(\d{0,15})-(\d{0,15})$/.exec(specification);
    if (!numbers) return 'ignored';
    const [, first = '', last = ''] = numbers;
    if (first === '' && last === '') return 'ignored';
    if (first === '') {
      // §14.1.2: a suffix, the last so many bytes.
      if (Number(last) > 0 && size > 0) ranges.push({ start: Math.max(0, size - Number(last)), end: size });
      continue;
    }
    if (last !== '' && Number(last) < Number(first)) return 'ignored';
    if (Number(first) < size) ranges.push({ start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) });
  }
  if (ranges.length === 0) return 'unsatisfiable';
  // Together no more than the whole: else the whole is the cheaper answer.
  const total = ranges.reduce((sum, { start, end }) => sum + end - start, 0);
  return ranges.length > 1 && total > size ? 'ignored' : ranges;
}

/** `bytes 0-499/1234`; of a range that cannot be had, `bytes *\/1234` (§14.4). */
export function contentRange(range: ByteRange | null, size: Bytes): string {
  return range ? `bytes ${range.start}-${range.end - 1}/${size}` : `bytes */${size}`;
}

/** `size` is null where it was not told. null for what is no Content-Range of bytes with a range. */
export function decodeContentRange(value: string): { readonly range: ByteRange; readonly size: Bytes | null } | null {
  const parts = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(value);
  if (!parts) return null;
  const start = Number(parts[1]);
  const end = Number(parts[2]) + 1;
  const size = parts[3] === '*' ? null : Number(parts[3]);
  return end > start && (size === null || end <= size) ? { range: { start, end }, size } : null;
}
