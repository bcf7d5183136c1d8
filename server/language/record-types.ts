/** Record types that a statement can name, as master files write them. */
import { recordFormats } from '../../engines/dns/record-format.ts';

export const recordTypeWords: readonly string[] = recordFormats.map((format) => format.type).filter((type) => type !== 'OPT');

const known = new Set(recordTypeWords);

/** Types are known in either case, and as TYPE65280 (RFC 3597 §5). */
export function isRecordType(word: string): boolean {
  const upper = word.toUpperCase();
  return known.has(upper) || (upper.startsWith('TYPE') && /^TYPE\d{1,5}$/.test(upper) && Number(upper.slice(4)) < 65536);
}
