/**
 * Quantities for people to read, the same on every machine: no locale. The unit is chosen so that at least one and at most
 * about three digits stand before the point; trailing zeros are dropped.
 */
import { DAY, HOUR, MICROSECOND, MILLISECOND, MINUTE, type Nanoseconds, SECOND } from './quantities.ts';
import type { Unit } from './run.ts';

/** `412 ms`, `1.25 s`, `2 min 5 s`, `never` for NaN. */
export function formatDuration(time: Nanoseconds): string {
  if (Number.isNaN(time)) return 'never';
  if (time < 0) return `−${formatDuration(-time)}`;
  if (time === 0) return '0 s';
  if (time < MICROSECOND) return `${time} ns`;
  // A value that rounds up to the next unit is told in that one: 999,999 µs are 1 s.
  if (rounded(time / MICROSECOND) < 1000) return `${rounded(time / MICROSECOND)} µs`;
  if (rounded(time / MILLISECOND) < 1000) return `${rounded(time / MILLISECOND)} ms`;
  if (rounded(time / SECOND) < 60) return `${rounded(time / SECOND)} s`;
  if (Math.round(time / SECOND) < 3600) return pair(time, MINUTE, 'min', SECOND, 's');
  if (Math.round(time / MINUTE) < 24 * 60) return pair(time, HOUR, 'h', MINUTE, 'min');
  return pair(time, DAY, 'd', HOUR, 'h');
}

/** Decimal sizes: `512 B`, `1.5 kB`, `700 MB`. */
export function formatSize(bytes: number): string {
  return scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
}

/** `56 kbit/s`, `10 Mbit/s`. */
export function formatRate(bitsPerSecond: number): string {
  return scaled(bitsPerSecond, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s']);
}

/** A value in a metric's unit. */
export function formatValue(value: number, unit: Unit): string {
  switch (unit) {
    case 'ns':
      return formatDuration(value);
    case 'B':
      return formatSize(value);
    case 'bit/s':
      return formatRate(value);
    case 'ratio':
      return `${rounded(value * 100)} %`;
    case '':
      return String(rounded(value));
  }
}

/** An exact whole number in groups of three: `100,000`. */
export function formatCount(count: number): string {
  return String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 message`, `2 messages`. */
export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : plural}`;
}

function pair(time: Nanoseconds, large: Nanoseconds, largeName: string, small: Nanoseconds, smallName: string): string {
  const smalls = Math.round(time / small);
  const whole = Math.floor((smalls * small) / large);
  const rest = Math.round((smalls * small - whole * large) / small);
  return rest === 0 ? `${whole} ${largeName}` : `${whole} ${largeName} ${rest} ${smallName}`;
}

function scaled(value: number, units: readonly string[]): string {
  let i = 0;
  let rest = value;
  while (Math.abs(rounded(rest)) >= 1000 && i < units.length - 1) {
    rest /= 1000;
    i++;
  }
  return `${rounded(rest)} ${units[i]}`;
}

/** Three significant digits, more only before the point. */
function rounded(value: number): number {
  if (!Number.isFinite(value)) return value;
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return Number(value.toFixed(digits));
}
