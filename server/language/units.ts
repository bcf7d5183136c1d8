/** The units of the language, listed once: the scanner of values, completion, hover and fixes read them here. */
import { DAY, HOUR, MICROSECOND, MILLISECOND, MINUTE, SECOND } from '../../engines/quantities.ts';

/** What a value measures. Values are held in ns, bit/s and B; a ratio is 0 to 1. */
export type Dimension = 'number' | 'duration' | 'rate' | 'size' | 'ratio' | 'text';

export interface Unit {
  readonly name: string;
  readonly dimension: Dimension;
  /** How many of the dimension's base unit one of these is. */
  readonly factor: number;
  readonly doc: string;
}

export const units: readonly Unit[] = [
  { name: 'ns', dimension: 'duration', factor: 1, doc: 'nanoseconds' },
  { name: 'us', dimension: 'duration', factor: MICROSECOND, doc: 'microseconds' },
  { name: 'µs', dimension: 'duration', factor: MICROSECOND, doc: 'microseconds' },
  { name: 'ms', dimension: 'duration', factor: MILLISECOND, doc: 'milliseconds' },
  { name: 's', dimension: 'duration', factor: SECOND, doc: 'seconds' },
  { name: 'min', dimension: 'duration', factor: MINUTE, doc: 'minutes' },
  { name: 'h', dimension: 'duration', factor: HOUR, doc: 'hours' },
  { name: 'd', dimension: 'duration', factor: DAY, doc: 'days' },
  { name: 'bps', dimension: 'rate', factor: 1, doc: 'bits per second' },
  { name: 'kbps', dimension: 'rate', factor: 1e3, doc: 'thousand bits per second' },
  { name: 'Mbps', dimension: 'rate', factor: 1e6, doc: 'million bits per second' },
  { name: 'Gbps', dimension: 'rate', factor: 1e9, doc: 'thousand million bits per second' },
  { name: 'Tbps', dimension: 'rate', factor: 1e12, doc: 'million million bits per second' },
  { name: 'B', dimension: 'size', factor: 1, doc: 'bytes' },
  { name: 'kB', dimension: 'size', factor: 1e3, doc: 'kilobytes, 1,000 bytes' },
  { name: 'MB', dimension: 'size', factor: 1e6, doc: 'megabytes, 1,000,000 bytes' },
  { name: 'GB', dimension: 'size', factor: 1e9, doc: 'gigabytes, 10^9 bytes' },
  { name: 'TB', dimension: 'size', factor: 1e12, doc: 'terabytes, 10^12 bytes' },
  { name: 'KiB', dimension: 'size', factor: 1024, doc: 'kibibytes, 1,024 bytes' },
  { name: 'MiB', dimension: 'size', factor: 1024 ** 2, doc: 'mebibytes, 1,048,576 bytes' },
  { name: 'GiB', dimension: 'size', factor: 1024 ** 3, doc: 'gibibytes, 2^30 bytes' },
  { name: 'TiB', dimension: 'size', factor: 1024 ** 4, doc: 'tebibytes, 2^40 bytes' },
  { name: '%', dimension: 'ratio', factor: 0.01, doc: 'percent' },
];

export const unitNamed: ReadonlyMap<string, Unit> = new Map(units.map((unit) => [unit.name, unit]));

/** How units are called elsewhere, in lower case. */
export const unitAliases: Readonly<Record<string, string>> = {
  second: 's',
  seconds: 's',
  sec: 's',
  secs: 's',
  minute: 'min',
  minutes: 'min',
  mins: 'min',
  hour: 'h',
  hours: 'h',
  day: 'd',
  days: 'd',
  millisecond: 'ms',
  milliseconds: 'ms',
  msec: 'ms',
  mb: 'Mbps',
  mbit: 'Mbps',
  bit: 'bps',
  bits: 'bps',
  kb: 'kbps',
  kbit: 'kbps',
  gb: 'Gbps',
  gbit: 'Gbps',
  tb: 'Tbps',
  tbit: 'Tbps',
  byte: 'B',
  bytes: 'B',
  percent: '%',
};

/** `1.5 s`, `10 Mbps`, `256 KiB`, `0.5 %`: a value in the largest unit that writes it short and exactly. */
export function written(value: number, dimension: Dimension): string {
  if (dimension === 'number' || dimension === 'text') return String(value);
  if (value < 0) return `-${written(-value, dimension)}`;
  if (dimension === 'ratio') return `${Number((value * 100).toPrecision(12))} %`;
  if (value === 0) return dimension === 'duration' ? '0 s' : dimension === 'rate' ? '0 bps' : '0 B';
  let best = `${value}`;
  let found = false;
  for (const unit of units) {
    if (unit.dimension !== dimension || unit.name === 'us') continue;
    const amount = Number((value / unit.factor).toPrecision(15));
    const text = `${amount} ${unit.name}`;
    const whole = amount * unit.factor === value && amount >= 1;
    if (!found || (whole && String(amount).length <= best.indexOf(' '))) {
      best = text;
      found = true;
    }
  }
  return best;
}
