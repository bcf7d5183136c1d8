/**
 * Dynamic updates (RFC 2136) as pure functions of a zone's records and the message: its prerequisites are checked, its changes
 * looked over, and then all of them are made or none.
 *
 * Classes tell what a record of an update means: the zone's class adds, ANY deletes a set or a name, NONE deletes one record
 * (§2.5); in the prerequisites ANY says that something is there, NONE that it is not, the zone's class what it holds (§2.4).
 */
import { canonical, isSubdomain } from '../domain-name.ts';
import { formatOf, typeName, typeNumber } from '../record-format.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import { OPT } from '../wire/decode.ts';
import { ANY, IN, type Message, NONE, type ResponseCode, type WireRecord } from '../wire/message.ts';

export type Updated =
  | { readonly code: Exclude<ResponseCode, 'NOERROR'> }
  /** The zone's records afterwards: the same list where the update changed nothing. */
  | { readonly code: 'NOERROR'; readonly records: readonly ResourceRecord[] };

/** Types that name no data (RFC 2136 §3.4.1.2): OPT, and all that are for questions and messages (RFC 6895 §3.1). */
function isMetaType(type: string): boolean {
  const number = typeNumber(type);
  return number === OPT || (number !== undefined && number >= 128 && number <= 255);
}

/**
 * Applies the prerequisite and update sections of a message to a zone (`origin`, `records`), which are the zone that its zone
 * section names. `permitted`: whether the sender may change the zone (§3.3, asked after the prerequisites).
 */
export function update(origin: string, records: readonly ResourceRecord[], message: Message, permitted: boolean): Updated {
  const zone = new Contents(origin, records);
  const objection = prerequisites(zone, message.answers) ?? (permitted ? prescan(zone, message.authorities) : 'REFUSED');
  if (objection !== undefined) return { code: objection };
  for (const record of message.authorities) change(zone, record);
  return { code: 'NOERROR', records: zone.finished() };
}

/** What the zone section asks for (RFC 2136 §3.1.1): one SOA question; undefined for anything else, a FORMERR. */
export function zoneNamed(message: Message): string | undefined {
  const [zone, second] = message.questions;
  return zone && !second && zone.type === 'SOA' ? zone.name : undefined;
}

/** RFC 2136 §3.2.5. */
function prerequisites(zone: Contents, section: readonly WireRecord[]): Exclude<ResponseCode, 'NOERROR'> | undefined {
  const wanted: ResourceRecord[] = [];
  for (const record of section) {
    const type = typeOf(record);
    if (record.ttl !== 0) return 'FORMERR';
    if (!zone.holds(record.name)) return 'NOTZONE';
    switch (record.class ?? IN) {
      case ANY:
        if (!isEmpty(record)) return 'FORMERR';
        if (type === 'ANY' ? !zone.inUse(record.name) : zone.set(record.name, type).length === 0)
          return type === 'ANY' ? 'NXDOMAIN' : 'NXRRSET';
        break;
      case NONE:
        if (!isEmpty(record)) return 'FORMERR';
        if (type === 'ANY' ? zone.inUse(record.name) : zone.set(record.name, type).length > 0)
          return type === 'ANY' ? 'YXDOMAIN' : 'YXRRSET';
        break;
      case IN:
        wanted.push(record);
        break;
      default:
        return 'FORMERR';
    }
  }
  for (const { name, data } of wanted) {
    const there = zone.set(name, data.type);
    const same = wanted.filter((other) => canonical(other.name) === canonical(name) && other.data.type === data.type);
    if (there.length !== new Set(same.map(contentOf)).size || !there.every((one) => same.some((other) => sameData(one, other))))
      return 'NXRRSET';
  }
  return undefined;
}

/** RFC 2136 §3.4.1.3: nothing is changed where anything is wrong. */
function prescan(zone: Contents, section: readonly WireRecord[]): Exclude<ResponseCode, 'NOERROR'> | undefined {
  for (const record of section) {
    const type = typeOf(record);
    if (!zone.holds(record.name)) return 'NOTZONE';
    const meta = isMetaType(type);
    switch (record.class ?? IN) {
      case IN:
        if (meta) return 'FORMERR';
        break;
      case ANY:
        if (record.ttl !== 0 || !isEmpty(record) || (meta && type !== 'ANY')) return 'FORMERR';
        break;
      case NONE:
        if (record.ttl !== 0 || meta) return 'FORMERR';
        break;
      default:
        return 'FORMERR';
    }
  }
  return undefined;
}

/** RFC 2136 §3.4.2. */
function change(zone: Contents, record: WireRecord): void {
  const type = typeOf(record);
  const apex = zone.isApex(record.name);
  const kept = apex && (type === 'SOA' || type === 'NS');
  switch (record.class ?? IN) {
    case IN:
      zone.add({ name: record.name, ttl: record.ttl, data: record.data });
      return;
    case ANY:
      // §3.4.2.3: a zone keeps its SOA and its name servers.
      if (type === 'ANY') zone.remove(record.name, (there) => !apex || !['SOA', 'NS'].includes(there.data.type));
      else if (!kept) zone.remove(record.name, (there) => there.data.type === type);
      return;
    case NONE:
      // §3.4.2.4: nor does it lose its SOA or its last name server.
      if (type === 'SOA' || (apex && type === 'NS' && zone.set(record.name, 'NS').length <= 1)) return;
      zone.remove(record.name, (there) => sameData(there, record));
  }
}

/** The records of a zone while they change. */
class Contents {
  readonly #origin: string;
  readonly #before: readonly ResourceRecord[];
  #records: ResourceRecord[];
  #changed = false;

  constructor(origin: string, records: readonly ResourceRecord[]) {
    this.#origin = origin;
    this.#before = records;
    this.#records = [...records];
  }

  holds(name: string): boolean {
    return isSubdomain(name, this.#origin);
  }

  isApex(name: string): boolean {
    return canonical(name) === canonical(this.#origin);
  }

  inUse(name: string): boolean {
    return this.#records.some((record) => canonical(record.name) === canonical(name));
  }

  set(name: string, type: string): ResourceRecord[] {
    return this.#records.filter((record) => record.data.type === type && canonical(record.name) === canonical(name));
  }

  /** RFC 2136 §3.4.2.2. */
  add(record: ResourceRecord): void {
    const { name, data } = record;
    const others = this.#records.filter((there) => canonical(there.name) === canonical(name));
    const aliased = others.some((there) => there.data.type === 'CNAME');
    if (data.type === 'CNAME' ? others.length > 0 && !aliased : aliased) return;
    if (data.type === 'SOA') {
      const soa = others.find((there) => there.data.type === 'SOA');
      if (soa?.data.type !== 'SOA' || !isLater(data.serial, soa.data.serial)) return;
    }
    const single = data.type === 'CNAME' || data.type === 'SOA';
    // A record takes the place of the one that it replaces; a new one stands last.
    const at = this.#records.findIndex(
      (there) => canonical(there.name) === canonical(name) && (single ? there.data.type === data.type : sameData(there, record)),
    );
    const there = this.#records[at];
    if (!there) this.#records.push(record);
    else if (there.ttl === record.ttl && sameData(there, record)) return;
    else this.#records[at] = record;
    this.#changed = true;
  }

  remove(name: string, which: (record: ResourceRecord) => boolean): void {
    const left = this.#records.filter((there) => canonical(there.name) !== canonical(name) || !which(there));
    if (left.length === this.#records.length) return;
    this.#records = left;
    this.#changed = true;
  }

  /** RFC 2136 §3.6: a change that did not set the serial itself makes it go up by one. */
  finished(): readonly ResourceRecord[] {
    if (!this.#changed || sameSets(this.#records, this.#before)) return this.#before;
    const serialOf = (records: readonly ResourceRecord[]): ResourceRecord | undefined =>
      records.find((record) => record.data.type === 'SOA' && this.isApex(record.name));
    const before = serialOf(this.#before);
    return this.#records.map((record) =>
      record === before && record.data.type === 'SOA'
        ? { ...record, data: { ...record.data, serial: (record.data.serial + 1) >>> 0 } }
        : record,
    );
  }
}

/** What an update replaces by the same is no change. */
function sameSets(a: readonly ResourceRecord[], b: readonly ResourceRecord[]): boolean {
  const contents = (records: readonly ResourceRecord[]): string[] =>
    records.map((record) => `${canonical(record.name)} ${record.ttl} ${contentOf(record)}`).sort();
  const [first, second] = [contents(a), contents(b)];
  return first.length === second.length && first.every((content, i) => content === second[i]);
}

/** RFC 1982 §3.2: serials go round. */
function isLater(serial: number, than: number): boolean {
  const ahead = (serial - than) >>> 0;
  return ahead !== 0 && ahead < 0x8000_0000;
}

/** Without data the type is all there is; it is kept as a TYPEn. */
function typeOf(record: WireRecord): string {
  const { type } = record.data;
  return type.startsWith('TYPE') ? typeName(Number(type.slice('TYPE'.length))) : type;
}

function isEmpty(record: WireRecord): boolean {
  return 'hex' in record.data && record.data.hex === '';
}

export function sameData(a: ResourceRecord, b: ResourceRecord): boolean {
  return a.data.type === b.data.type && contentOf(a) === contentOf(b);
}

/** Names in data compare without case, as owner names do. */
function contentOf({ data }: { readonly data: RecordData }): string {
  const format = formatOf(data.type);
  if (!format) return JSON.stringify(data);
  const values = data as unknown as Readonly<Record<string, unknown>>;
  const texts = format.fields.map(({ key, kind }) =>
    kind.endsWith('name') ? canonical(values[key] as string) : JSON.stringify(values[key]),
  );
  return [data.type, ...texts].join(' ');
}
