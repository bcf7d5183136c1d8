/**
 * The canonical form and order of names and records (RFC 4034 §6): what signatures are made over, and the order in which
 * NSEC records go round a zone.
 */
import { canonical, fromLabels, labels } from '../domain-name.ts';
import { formatOf, typeNumber } from '../record-format.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { writeData } from '../wire/encode.ts';
import { IN } from '../wire/message.ts';
import { type WrittenNames, writeName } from '../wire/name.ts';

/**
 * Names come in canonical order where these texts come in the order of their code units (RFC 4034 §6.1): by label from the
 * root on, each as lower-case bytes, a missing label first. A byte is one unit higher than its value, 0 parts the labels.
 */
export function sortKey(name: DomainName): string {
  let key = '';
  for (const label of labels(canonical(name)).reverse()) {
    key += '\0';
    for (let i = 0; i < label.length; i++) key += String.fromCharCode(label.charCodeAt(i) + 1);
  }
  return key;
}

/** Below 0, 0 or above 0 as `a` comes before, is or comes after `b` in canonical order. */
export function compareNames(a: DomainName, b: DomainName): number {
  const first = sortKey(a);
  const second = sortKey(b);
  return first < second ? -1 : first > second ? 1 : 0;
}

/** Labels as signatures count them: neither the root's nor a wildcard's (RFC 4034 §3.1.3). */
export function signedLabels(name: DomainName): number {
  const parts = labels(name);
  return parts[0] === '*' ? parts.length - 1 : parts.length;
}

/** Types whose names are folded to lower case in their data (RFC 4034 §6.2 point 3; RFC 6840 §5.1 takes NSEC off the list). */
const FOLDED: ReadonlySet<string> = new Set(['NS', 'CNAME', 'SOA', 'MX', 'PTR', 'SRV', 'RRSIG', 'DNAME']);

/** Tails that are never found: names are written whole. */
class Uncompressed extends Map<string, number> {
  override set(): this {
    return this;
  }
}
const uncompressed: WrittenNames = new Uncompressed();

/** A record's data in canonical form: names whole, and folded where the type says so. */
export function canonicalData(data: RecordData): Uint8Array {
  const out: number[] = [];
  writeData(out, FOLDED.has(data.type) ? folded(data) : data, uncompressed);
  return Uint8Array.from(out);
}

function folded(data: RecordData): RecordData {
  const copy: Record<string, unknown> = { ...data };
  for (const { key, kind } of formatOf(data.type)?.fields ?? []) {
    if (kind === 'name' || kind === 'uncompressed name') copy[key] = canonical(copy[key] as DomainName);
  }
  return copy as unknown as RecordData;
}

/** A name on the wire, in lower case and not compressed. */
export function canonicalName(name: DomainName): Uint8Array {
  const out: number[] = [];
  writeName(out, canonical(name), uncompressed, false);
  return Uint8Array.from(out);
}

/**
 * A set of records (one name, one type) in canonical form and order (RFC 4034 §6.2, §6.3), each once. `ttl` in seconds and
 * `labels` are those of the signature: with fewer labels than the owner has, the owner is the wildcard that it was made from.
 */
export function canonicalSet(records: readonly ResourceRecord[], ttl: number, labelCount: number): Uint8Array {
  const first = records[0] as ResourceRecord;
  const own = labels(canonical(first.name));
  const owner = canonicalName(own.length > labelCount ? fromLabels(['*', ...own.slice(own.length - labelCount)]) : fromLabels(own));
  const type = typeNumber(first.data.type) ?? 0;
  const all = records.map((record) => canonicalData(record.data)).sort(compareBytes);
  const out: number[] = [];
  for (let i = 0; i < all.length; i++) {
    const data = all[i] as Uint8Array;
    if (i > 0 && compareBytes(data, all[i - 1] as Uint8Array) === 0) continue;
    for (const byte of owner) out.push(byte);
    out.push(type >> 8, type & 0xff, IN >> 8, IN & 0xff, ttl >>> 24, (ttl >>> 16) & 0xff, (ttl >>> 8) & 0xff, ttl & 0xff);
    out.push(data.length >> 8, data.length & 0xff);
    for (const byte of data) out.push(byte);
  }
  return Uint8Array.from(out);
}

/** As left-justified octet strings: a missing octet comes first (RFC 4034 §6.3). */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
