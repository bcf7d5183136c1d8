/** Dates of cookies, read as leniently as user agents must (RFC 6265 §5.1.1): in any order, of any of the usual forms. */
import { daysOf } from '../../calendar.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DELIMITERS = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/;
/** Each but the time ends with what is no digit, or with the token. */
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/;
const DAY = /^(\d{1,2})(?:\D|$)/;
const YEAR = /^(\d{2,4})(?:\D|$)/;

/** Seconds since 1970-01-01 00:00:00 UTC; null for what is no date. */
export function parseCookieDate(text: string): number | null {
  let time: readonly number[] | null = null;
  let day: number | null = null;
  let month: number | null = null;
  let year: number | null = null;
  for (const token of text.slice(0, 200).split(DELIMITERS)) {
    const clock: RegExpExecArray | null = time === null ? TIME.exec(token) : null;
    const inMonth: RegExpExecArray | null = day === null ? DAY.exec(token) : null;
    const named = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
    const inEra = YEAR.exec(token);
    if (clock) time = [Number(clock[1]), Number(clock[2]), Number(clock[3])];
    else if (inMonth) day = Number(inMonth[1]);
    else if (month === null && named >= 0) month = named + 1;
    else if (year === null && inEra) year = Number(inEra[1]);
  }
  if (time === null || day === null || month === null || year === null) return null;
  if (year >= 70 && year <= 99) year += 1900;
  else if (year <= 69) year += 2000;
  const [hour = 0, minute = 0, second = 0] = time;
  if (day < 1 || day > lengthOf(year, month) || year < 1601 || hour > 23 || minute > 59 || second > 59) return null;
  return daysOf(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
}

/** Days of a month. */
function lengthOf(year: number, month: number): number {
  return daysOf(month === 12 ? year + 1 : year, (month % 12) + 1, 1) - daysOf(year, month, 1);
}
