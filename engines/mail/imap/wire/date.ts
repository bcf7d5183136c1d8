/** Dates as IMAP writes them (RFC 3501 §9 date-time, date). Instants are whole seconds since 1970-01-01 00:00:00 UTC. */
import { civilOf, daysOf } from '../../../calendar.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAY = 86_400;

/** ` 1-Jan-2026 00:00:00 +0000` */
export function formatInternalDate(instant: number): string {
  const { year, month, day } = civilOf(Math.floor(instant / DAY));
  const second = ((instant % DAY) + DAY) % DAY;
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map((part) => String(part).padStart(2, '0'));
  return `${String(day).padStart(2, ' ')}-${MONTHS[month - 1]}-${String(year).padStart(4, '0')} ${clock.join(':')} +0000`;
}

/** null for what is none. */
export function parseInternalDate(text: string): number | null {
  const parts = /^([ \d]\d)-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/.exec(text);
  if (!parts) return null;
  const day = daysIn(parts[1] as string, parts[2] as string, parts[3] as string);
  const [hour, minute, second, zoneHour, zoneMinute] = [4, 5, 6, 8, 9].map((i) => Number(parts[i])) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (day === null || hour > 23 || minute > 59 || second > 60 || zoneMinute > 59) return null;
  return day * DAY + hour * 3600 + minute * 60 + second - (parts[7] === '-' ? -1 : 1) * (zoneHour * 3600 + zoneMinute * 60);
}

/** `1-Jan-2026`, in quotes or not, as days since 1970-01-01; null for what is none. */
export function parseDate(text: string): number | null {
  const parts = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/.exec(text);
  return parts ? daysIn(parts[1] as string, parts[2] as string, parts[3] as string) : null;
}

export function formatDate(days: number): string {
  const { year, month, day } = civilOf(days);
  return `${day}-${MONTHS[month - 1]}-${String(year).padStart(4, '0')}`;
}

function daysIn(dayText: string, monthText: string, yearText: string): number | null {
  const month = MONTHS.findIndex((name) => name.toLowerCase() === monthText.toLowerCase()) + 1;
  const [day, year] = [Number(dayText), Number(yearText)];
  if (month === 0) return null;
  const days = daysOf(year, month, day);
  const civil = civilOf(days);
  return civil.year === year && civil.month === month && civil.day === day ? days : null;
}
