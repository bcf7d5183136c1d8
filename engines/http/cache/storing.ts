/** Which responses a cache may store, and for which requests they may be reused (RFC 9111 §3, §4). */
import { directivesOf } from '../wire/cache-control.ts';
import { type Fields, fieldValue, fieldValues, hasMember, membersOf, without } from '../wire/header-field.ts';
import { STATUSES } from '../wire/status.ts';
import { lifetimeOf, type StoredHead } from './freshness.ts';

/** §3, for the response to a GET. What could be neither fresh nor validated is not worth the room. */
export function mayStore(requestFields: Fields, head: StoredHead, shared: boolean): boolean {
  const { status, fields } = head;
  const asked = directivesOf(requestFields);
  const told = directivesOf(fields);
  // Partial contents are not put together, and 304 has none (§3.3, §4.3.4).
  if (status < 200 || status === 206 || status === 304) return false;
  if (told.has('must-understand')) {
    // §5.2.2.3: who understands the status code need not heed no-store.
    if (STATUSES[status] === undefined) return false;
  } else if (told.has('no-store')) return false;
  if (asked.has('no-store')) return false;
  if (shared && told.has('private')) return false;
  const open = told.has('public') || told.has('s-maxage') || told.has('must-revalidate');
  // §3.5
  if (shared && fieldValue(requestFields, 'Authorization') !== null && !open) return false;
  if (hasMember(fields, 'Vary', '*')) return false;
  const lifetime = lifetimeOf(head, shared);
  const validatable = fieldValue(fields, 'ETag') !== null || fieldValue(fields, 'Last-Modified') !== null;
  if (lifetime.explicit) return lifetime.seconds > 0 || validatable;
  return (STATUSES[status]?.heuristic === true || told.has('public') || told.has('private')) && (validatable || lifetime.seconds > 0);
}

/** §3.1: without the fields that are about one connection or one way. */
export function storedFields(fields: Fields): Fields {
  const named = membersOf(fields, 'Connection');
  return without(
    fields,
    'Connection',
    'Keep-Alive',
    'Proxy-Connection',
    'Proxy-Authenticate',
    'TE',
    'Trailer',
    'Transfer-Encoding',
    'Upgrade',
    ...named,
  );
}

/** The fields of the request that the response says it depends on (§4.1), as compared. */
export function variantOf(vary: Fields, requestFields: Fields): string {
  const names = membersOf(vary, 'Vary').map((name) => name.toLowerCase());
  return names
    .sort()
    .map(
      (name) =>
        `${name}: ${fieldValues(requestFields, name)
          .map((value) => value.replace(/[ \t]+/g, ' '))
          .join(', ')}`,
    )
    .join('\n');
}

/** §4.3.4, §3.2: the stored fields with those of a 304 in the place of theirs; what describes the stored content stays. */
export function updatedFields(stored: Fields, fresh: Fields): Fields {
  const taken = without(storedFields(fresh), 'Content-Length', 'Content-Encoding', 'Content-Type', 'Content-Range');
  return [...without(stored, 'Age', ...taken.map(({ name }) => name)), ...taken];
}
