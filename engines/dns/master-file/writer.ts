/**
 * Writing master files (RFC 1035 §5), as one would by hand: `$ORIGIN`, `$TTL` for the TTL that most records have, columns that
 * line up, names relative to the origin, an owner left out where it is the one before, the SOA record in parentheses with a
 * comment a number. `readMasterFile` gives the same records again.
 */
import { relativeTo } from '../domain-name.ts';
import { durationText, fieldText, presentation } from '../presentation.ts';
import { formatOf } from '../record-format.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';

/** An owner longer than this does not widen the column of all. */
const WIDEST_OWNER = 40;

/** The records in their order; those of one name, one after another, share its line start. */
export function writeMasterFile(records: readonly ResourceRecord[], origin: DomainName): string {
  const show = (name: DomainName): string => relativeTo(name, origin);
  const usual = usualTtl(records);
  let before: DomainName | undefined;
  const rows = records.map(({ name, ttl, data }) => {
    const owner = name === before ? '' : show(name);
    before = name;
    return { owner, ttl: ttl === usual ? '' : String(ttl), type: data.type, data };
  });
  const owners = widest(rows.map(({ owner }) => owner).filter((owner) => owner.length <= WIDEST_OWNER));
  const ttls = widest(rows.map(({ ttl }) => ttl));
  const types = widest(rows.map(({ type }) => type));
  const lines = rows.map(({ owner, ttl, type, data }) => {
    const start = [owner.padEnd(owners), ...(ttls > 0 ? [ttl.padStart(ttls)] : []), 'IN', type.padEnd(types)].join(' ');
    return `${start} ${data.type === 'SOA' ? authority(data, start.length + 1, show) : presentation(data, show)}`;
  });
  return [`$ORIGIN ${origin}`, ...(usual === undefined ? [] : [`$TTL ${usual}`]), ...lines, ''].join('\n');
}

/** The TTL of most records; the smallest of those that are equally frequent. */
function usualTtl(records: readonly ResourceRecord[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { ttl } of records) counts.set(ttl, (counts.get(ttl) ?? 0) + 1);
  return [...counts].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b)[0]?.[0];
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), 0);
}

/** The numbers of an SOA record, each on a line of its own that says what it is. */
function authority(data: ResourceRecord['data'] & { readonly type: 'SOA' }, indent: number, show: (name: DomainName) => string): string {
  const fields = formatOf('SOA')?.fields ?? [];
  const text = fields.map((field) => fieldText(field, data[field.key as keyof typeof data], show));
  const width = widest(text.slice(2));
  const lines = fields.slice(2).map((field, i) => {
    const number = text[i + 2] as string;
    const time = field.kind === 'time' ? ` (${durationText(Number(number))})` : '';
    return `${' '.repeat(indent)}${number.padEnd(width)} ; ${field.name.toLowerCase()}${time}`;
  });
  return `${text[0]} ${text[1]} (\n${lines.join('\n')}\n${' '.repeat(indent)})`;
}
