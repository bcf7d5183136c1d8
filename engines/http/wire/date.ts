/**
 * HTTP dates (RFC 9110 §5.6.7): seconds since 1970-01-01 00:00:00 UTC. The preferred form is a subset of mail's (RFC 5322 §3.3),
 * so both share one calendar; the two old forms are only read.
 */
import { formatDateTime, parseDateTime } from '../../mail/message/date-time.ts';
import { EPOCH, type Nanoseconds, SECOND } from '../../quantities.ts';

/** `Thu, 01 Jan 2026 00:00:00 GMT`. Years 1900 to 9999. */
export function formatHttpDate(instant: number): string {
  return formatDateTime(instant).replace('+0000', 'GMT');
}

/** The second that virtual time is in. */
export function instantOf(now: Nanoseconds): number {
  return EPOCH + Math.floor(now / SECOND);
}

/** The moment in virtual time; before its beginning, negative. */
export function virtualTimeOf(instant: number): Nanoseconds {
  return (instant - EPOCH) * SECOND;
}

const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
const RFC_850 = /^[A-Z][a-z]+day, (\d{2})-([A-Z][a-z]{2})-(\d{2}) (\d{2}:\d{2}:\d{2}) GMT$/;
const ASCTIME = /^([A-Z][a-z]{2}) ([A-Z][a-z]{2}) ([ \d]\d) (\d{2}:\d{2}:\d{2}) (\d{4})$/;

/** null for what is no date. A year of two digits is the one from 50 years before to 50 years after `now` (seconds as the result). */
export function parseHttpDate(text: string, now: number): number | null {
  if (IMF_FIXDATE.test(text)) return parseDateTime(text);
  const old = RFC_850.exec(text);
  if (old) {
    const year = 1970 + Math.floor(now / 31_556_952);
    let guess = Math.floor(year / 100) * 100 + Number(old[3]);
    if (guess > year + 50) guess -= 100;
    return parseDateTime(`${old[1]} ${old[2]} ${guess} ${old[4]} GMT`);
  }
  const unix = ASCTIME.exec(text);
  return unix ? parseDateTime(`${unix[1]}, ${(unix[3] as string).trim()} ${unix[2]} ${unix[5]} ${unix[4]} GMT`) : null;
}
