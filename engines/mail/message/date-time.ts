/**
 * Dates of mail messages (RFC 5322 §3.3). Virtual time has a fixed calendar: 0 is 2026-01-01 00:00:00 UTC, a Thursday.
 * Instants are whole seconds since 1970-01-01 00:00:00 UTC without leap seconds.
 */
import { civilOf, daysOf } from '../../calendar.ts';
import { EPOCH, type Nanoseconds, SECOND } from '../../quantities.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const ZONES: Readonly<Record<string, number>> = { UT: 0, GMT: 0, EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7 };

/** `Thu, 01 Jan 2026 00:00:00 +0000` for virtual time. */
export function virtualDateTime(now: Nanoseconds): string {
  return formatDateTime(EPOCH + Math.floor(now / SECOND));
}

/** Years 1900 to 9999. */
export function formatDateTime(instant: number): string {
  const { year, month, day } = civilOf(Math.floor(instant / 86400));
  const second = ((instant % 86400) + 86400) % 86400;
  const clock = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map(two).join(':');
  const weekday = (((Math.floor(instant / 86400) + 4) % 7) + 7) % 7;
  return `${DAYS[weekday]}, ${two(day)} ${MONTHS[month - 1]} ${year} ${clock} +0000`;
}

const DATE_TIME =
  /^(?:([A-Za-z]{3})\s*,\s*)?(\d{1,2})\s+([A-Za-z]{3})\s+(\d{2,4})\s+(\d{2}):(\d{2})(?::(\d{2}))?\s+([+-]\d{4}|[A-Za-z]{1,5})$/;

/** Also in the obsolete forms of §4.3 (years of two digits, zone names). null for what is no date. Comments are read over. */
export function parseDateTime(text: string): number | null {
  const parts = DATE_TIME.exec(
    text
      .slice(0, 200)
      .replace(/\([^()]*\)/g, ' ')
      .trim(),
  );
  if (!parts) return null;
  const month = MONTHS.findIndex((name) => name.toLowerCase() === parts[3]?.toLowerCase()) + 1;
  const day = Number(parts[2]);
  const [hour, minute, second] = [Number(parts[5]), Number(parts[6]), Number(parts[7] ?? 0)];
  let year = Number(parts[4]);
  if (parts[4]?.length === 2) year += year < 50 ? 2000 : 1900;
  else if (parts[4]?.length === 3) year += 1900;
  if (month === 0 || year < 1900 || hour > 23 || minute > 59 || second > 60) return null;
  const days = daysOf(year, month, day);
  const civil = civilOf(days);
  if (civil.day !== day || civil.month !== month) return null;
  if (parts[1] && DAYS[(((days + 4) % 7) + 7) % 7]?.toLowerCase() !== parts[1].toLowerCase()) return null;
  const zone = parts[8] as string;
  const named = ZONES[zone.toUpperCase()] ?? 0; // §4.3: unknown names mean -0000
  const offset = /^[+-]/.test(zone) ? (zone[0] === '-' ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3))) : named * 60;
  return days * 86400 + hour * 3600 + minute * 60 + second - offset * 60;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
