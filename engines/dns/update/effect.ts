/**
 * What an update came to. A server that answers NOERROR may have passed over parts of it in silence (RFC 2136 §3.4.2.2 to
 * §3.4.2.4); the operator looks at the zone afterwards, as it would with a query.
 */
import { canonical, displayName } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { UpdateAction } from '../scenario.ts';
import { sameData } from '../server/update.ts';

type Records = readonly ResourceRecord[];

/** `before`, `after`: the zone's records, the same list where nothing has changed. `reason`: what was passed over, and why; null: nothing was. */
export function effectOf(
  action: UpdateAction,
  before: Records,
  after: Records,
): { readonly changed: boolean; readonly reason: string | null } {
  const changed = before !== after;
  const passedOver =
    action.removed.map((gone) => notRemoved(action.zone, gone, before, after)).find((reason) => reason !== null) ??
    action.replaced.map((record) => notEntered(record, after)).find((reason) => reason !== null) ??
    null;
  return { changed, reason: passedOver ?? (changed ? null : 'the zone says so already') };
}

function notRemoved(zone: string, { name, type }: UpdateAction['removed'][number], before: Records, after: Records): string | null {
  const ofSet = (record: ResourceRecord): boolean =>
    canonical(record.name) === canonical(name) && (type === null || record.data.type === type);
  if (!before.some(ofSet)) return type === null ? `there is no ${displayName(name)}` : `${displayName(name)} has no ${type}`;
  const kept = canonical(name) === canonical(zone) && after.some(ofSet);
  // Of all sets of that name, those two are not meant.
  if (!kept || (type === null && before !== after)) return null;
  return 'a zone keeps its SOA and its name servers';
}

function notEntered(record: ResourceRecord, after: Records): string | null {
  const here = after.filter((there) => canonical(there.name) === canonical(record.name));
  if (here.some((there) => sameData(there, record))) return null;
  const name = displayName(record.name);
  const { type } = record.data;
  if (type === 'SOA') return 'the serial of the SOA is no later than the zone’s';
  if (type === 'CNAME') return `${name} has other records, and an alias has none beside it`;
  if (here.some(({ data }) => data.type === 'CNAME')) return `${name} is an alias, which has no other records`;
  return `${name} ${type} has been changed again`;
}
