/** Conditional requests (RFC 9110 §13): whether a request goes ahead, given what there is. */

import { parseHttpDate } from './wire/date.ts';
import { decodeEntityTag, type EntityTag, matchesStrongly, matchesWeakly } from './wire/entity-tag.ts';
import { type Fields, fieldValue, fieldValues, membersOf } from './wire/header-field.ts';

/** The representation that there is. */
export interface Validators {
  readonly entityTag: EntityTag | null;
  /** Seconds since 1970; null: not known. */
  readonly lastModified: number | null;
}

/**
 * §13.2.2, in its order of precedence. `current` is null where the resource has no representation; `now` in seconds since 1970.
 * `perform`: go ahead; else the status to answer with.
 */
export function evaluateConditions(method: string, fields: Fields, current: Validators | null, now: number): 'perform' | 304 | 412 {
  const reads = method === 'GET' || method === 'HEAD';
  const ifMatch = fieldValue(fields, 'If-Match');
  const unmodifiedSince = dateOf(fields, 'If-Unmodified-Since', now);
  if (ifMatch !== null) {
    if (!matches(fields, 'If-Match', current, matchesStrongly)) return 412;
  } else if (unmodifiedSince !== null && current && current.lastModified !== null && current.lastModified > unmodifiedSince) {
    return 412;
  }
  const modifiedSince = dateOf(fields, 'If-Modified-Since', now);
  if (fieldValue(fields, 'If-None-Match') !== null) {
    if (matches(fields, 'If-None-Match', current, matchesWeakly)) return reads ? 304 : 412;
  } else if (reads && modifiedSince !== null && current && current.lastModified !== null && current.lastModified <= modifiedSince) {
    return 304;
  }
  return 'perform';
}

/** §13.1.5: whether Range counts, given If-Range. A date must be the very one, and old enough to be strong (§8.8.2.2). */
export function rangeApplies(fields: Fields, current: Validators, now: number): boolean {
  const [value] = fieldValues(fields, 'If-Range');
  if (value === undefined) return true;
  const tag = decodeEntityTag(value);
  if (tag) return current.entityTag !== null && matchesStrongly(tag, current.entityTag);
  const date = parseHttpDate(value, now);
  return date !== null && date === current.lastModified && now - date >= 60;
}

/** The validators that a response states. */
export function validatorsOf(fields: Fields, now: number): Validators {
  return { entityTag: decodeEntityTag(fieldValue(fields, 'ETag') ?? ''), lastModified: dateOf(fields, 'Last-Modified', now) };
}

/** Whether it has a condition of §13.1 other than If-Range. */
export function isConditional(fields: Fields): boolean {
  return ['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since'].some((name) => fieldValue(fields, name) !== null);
}

/** A field that is no date is as good as absent (§13.1.3, §13.1.4). */
export function dateOf(fields: Fields, name: string, now: number): number | null {
  const values = fieldValues(fields, name);
  return values.length === 1 ? parseHttpDate(values[0] as string, now) : null;
}

function matches(fields: Fields, name: string, current: Validators | null, same: (a: EntityTag, b: EntityTag) => boolean): boolean {
  const members = membersOf(fields, name);
  if (members.length === 1 && members[0] === '*') return current !== null;
  const entityTag = current?.entityTag ?? null;
  return (
    entityTag !== null &&
    members.some((member) => {
      const tag = decodeEntityTag(member);
      return tag !== null && same(tag, entityTag);
    })
  );
}
