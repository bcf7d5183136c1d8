/** Times on an axis and counts. Quantities in units come from engines/format.ts, so that a check and a tile never differ. */
import { formatCount } from '../engines/format.ts';

/** A point in virtual time, fine enough to tell neighbours apart: `412.3 µs`, `12.3 ms`, `4.213 s`, `2:05.346`, `1:02:05.346`, `2 d 1:02:05.346`. */
export function formatMoment(nanoseconds: number): string {
  if (Number.isNaN(nanoseconds)) return 'never';
  if (nanoseconds === 0) return '0 ms';
  if (nanoseconds < 999_950) return `${(nanoseconds / 1e3).toFixed(1)} µs`;
  if (nanoseconds < 999_950_000) return `${(nanoseconds / 1e6).toFixed(1)} ms`;
  const milliseconds = Math.round(nanoseconds / 1e6);
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(3)} s`;
  const seconds = ((milliseconds % 60_000) / 1000).toFixed(3).padStart(6, '0');
  const minutes = Math.floor(milliseconds / 60_000) % 60;
  const hours = Math.floor(milliseconds / 3_600_000) % 24;
  const days = Math.floor(milliseconds / 86_400_000);
  if (days === 0 && hours === 0) return `${minutes}:${seconds}`;
  const clock = `${hours}:${String(minutes).padStart(2, '0')}:${seconds}`;
  return days === 0 ? clock : `${days} d ${clock}`;
}

export { formatCount };

/** A metric's name in a title, where the sheet of styles makes its first letter a capital: `buffer`, `CDN hit ratio`. */
export const titleOf = (name: string): string => name.replace(/\bcdn (?=byte |hit |response )/g, 'CDN ');

/** `1 message`, `3,000 messages`. */
export function formatAmount(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
