/** Lookups as sender authentication needs them: by names made of whatever octets a message holds. */
import { fromLabels } from '../../dns/domain-name.ts';
import type { RecordData } from '../../dns/records.ts';
import type { Lookup } from '../../dns/stub-resolver.ts';
import type { Process } from '../../kernel/process.ts';

/** Asks the host’s resolver; `name` is absolute, in presentation form. */
export type Ask = (name: string, type: string) => Process<Lookup>;

/** What there is; `void`: no such name, or nothing of that type; `temporary`: nobody could say. */
export type Found<T extends RecordData['type']> =
  | { readonly kind: 'records'; readonly records: readonly Extract<RecordData, { type: T }>[] }
  | { readonly kind: 'void' | 'temporary' };

/** Records of one type. A name that DNS cannot have is void. */
export function* recordsOf<T extends RecordData['type']>(ask: Ask, domain: string, type: T): Process<Found<T>> {
  const name = absoluteName(domain);
  if (name === null) return { kind: 'void' };
  const found = yield* ask(name, type);
  switch (found.kind) {
    case 'answer': {
      const records = found.records.flatMap(({ data }) => (data.type === type ? [data as Extract<RecordData, { type: T }>] : []));
      return records.length > 0 ? { kind: 'records', records } : { kind: 'void' };
    }
    case 'NXDOMAIN':
    case 'NODATA':
      return { kind: 'void' };
    default:
      return { kind: 'temporary' };
  }
}

/** The texts of the TXT records at a name, each with its strings joined (RFC 7208 §3.3, RFC 6376 §3.6.2.2). */
export function* textsAt(ask: Ask, domain: string): Process<readonly string[] | 'temporary'> {
  const found = yield* recordsOf(ask, domain, 'TXT');
  if (found.kind === 'temporary') return 'temporary';
  return found.kind === 'records' ? found.records.map(({ strings }) => strings.join('')) : [];
}

/** With a dot at the end and what needs it escaped; null where a label is empty or longer than 63 octets, or all of it is than 253. */
export function absoluteName(domain: string): string | null {
  const bare = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  const labels = bare.split('.');
  if (bare.length > 253 || labels.some((label) => label === '' || label.length > 63)) return null;
  return fromLabels(labels);
}
