/** Times of files as MDTM and the fact `modify` write them: `20260101093000`, in UTC (RFC 3659 §2.3). Total. */
import { civilOf, daysOf } from '../../calendar.ts';

const TIME = /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(?:\.\d{1,9})?$/;

/** `instant`: whole seconds since 1970-01-01 00:00:00 UTC; years 1970 to 9999. */
export function encodeTime(instant: number): string {
  const { year, month, day, hour, minute, second } = clockOf(instant);
  return [String(year).padStart(4, '0'), ...[month, day, hour, minute, second].map(two)].join('');
}

/** Whole seconds since 1970-01-01 00:00:00 UTC, fractions dropped; null for what is no time. */
export function decodeTime(text: string): number | null {
  const parts = TIME.exec(text)?.slice(1).map(Number);
  if (!parts) return null;
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return null;
  const days = daysOf(year, month, day);
  const civil = civilOf(days);
  if (civil.day !== day || civil.month !== month) return null;
  return days * 86400 + hour * 3600 + minute * 60 + second;
}

export interface Clock {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

export function clockOf(instant: number): Clock {
  const days = Math.floor(instant / 86400);
  const rest = instant - days * 86400;
  return { ...civilOf(days), hour: Math.floor(rest / 3600), minute: Math.floor(rest / 60) % 60, second: rest % 60 };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
