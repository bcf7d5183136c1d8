/**
 * How old a stored response is, and how old it may become (RFC 9111 §4.2). Pure functions of its head and times; in seconds
 * since 1970, and seconds.
 */
import { dateOf } from '../conditions.ts';
import { directivesOf, secondsOf } from '../wire/cache-control.ts';
import type { Version } from '../wire/head.ts';
import { type Fields, fieldValue, fieldValues } from '../wire/header-field.ts';
import { STATUSES } from '../wire/status.ts';

/** What is kept of an exchange. */
export interface StoredHead {
  /** Of HTTP, in which it was received. */
  readonly version: Version;
  readonly status: number;
  readonly fields: Fields;
  /** When the request was sent, and the response received. */
  readonly requestedAt: number;
  readonly receivedAt: number;
}

export interface Lifetime {
  readonly seconds: number;
  /** Whether the origin said so, or the cache guesses. */
  readonly explicit: boolean;
}

/** §4.2.2: a tenth of the time since the last change; more than a day would call for a warning. */
const HEURISTIC_SHARE = 10;
const HEURISTIC_LIMIT = 86_400;

/** §4.2.1. */
export function lifetimeOf({ status, fields, receivedAt }: StoredHead, shared: boolean): Lifetime {
  const directives = directivesOf(fields);
  const shareable = shared ? secondsOf(directives, 's-maxage') : null;
  if (shareable !== null) return { seconds: shareable, explicit: true };
  const maximumAge = secondsOf(directives, 'max-age');
  if (maximumAge !== null) return { seconds: maximumAge, explicit: true };
  const date = dateOf(fields, 'Date', receivedAt) ?? receivedAt;
  const expires = fieldValues(fields, 'Expires');
  // §5.3: what is no date means the past.
  if (expires.length > 0) return { seconds: Math.max(0, (dateOf(fields, 'Expires', receivedAt) ?? date) - date), explicit: true };
  const modified = dateOf(fields, 'Last-Modified', receivedAt);
  const guessable = STATUSES[status]?.heuristic === true || directives.has('public');
  if (modified === null || !guessable) return { seconds: 0, explicit: false };
  return { seconds: Math.min(HEURISTIC_LIMIT, Math.max(0, Math.floor((date - modified) / HEURISTIC_SHARE))), explicit: false };
}

/** §4.2.3. */
export function ageOf({ fields, requestedAt, receivedAt }: StoredHead, now: number): number {
  const date = dateOf(fields, 'Date', receivedAt) ?? receivedAt;
  const apparent = Math.max(0, receivedAt - date);
  const told = fieldValue(fields, 'Age');
  const age = told !== null && /^\d+$/.test(told) ? Math.min(2 ** 31, Number(told)) : 0;
  const corrected = age + (receivedAt - requestedAt);
  return Math.max(apparent, corrected) + (now - receivedAt);
}
