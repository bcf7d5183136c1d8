/** Times of signatures (RFC 4034 §3.1.5, §3.2): seconds since 1970-01-01 00:00:00 UTC, modulo 2^32; written YYYYMMDDHHmmSS. */

/** The time as master files write it; of the years from 1970 to 2106. */
export function timestampText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace(/[-:T]/g, '');
}

/** For people: `2026-01-31 00:00:00`. */
export function dateText(seconds: number): string {
  return timestampText(seconds).replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3 $4:$5:$6');
}

/** YYYYMMDDHHmmSS, or a plain number of seconds (RFC 4034 §3.2 takes both); undefined for anything else. */
export function parseTimestamp(text: string): number | undefined {
  if (/^[0-9]{1,10}$/.test(text)) return Number(text) <= 0xffffffff ? Number(text) : undefined;
  const parts = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})$/.exec(text);
  if (!parts) return undefined;
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [number, number, number, number, number, number];
  const seconds = Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  // 31 February would be taken as some day of March.
  return seconds >= 0 && timestampText(seconds >= 2 ** 32 ? seconds - 2 ** 32 : seconds) === text ? seconds : undefined;
}

/** Serial-number arithmetic (RFC 1982 §3.2): whether time `a` is after `b`, as long as they lie less than 68 years apart. */
export function isAfter(a: number, b: number): boolean {
  const ahead = (a - b) >>> 0;
  return ahead !== 0 && ahead < 0x80000000;
}
