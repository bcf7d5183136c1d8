/** A message's fields with their ranges, for the inspector (RFC 1035 §4.1). Total: what cannot be read is one malformed field. */
import type { Field } from '../../field.ts';
import { displayName } from '../domain-name.ts';
import { durationText, fieldText, presentation, quoted } from '../presentation.ts';
import { type FieldFormat, formatNumbered, formatOf, typeName } from '../record-format.ts';
import { dateText } from '../timestamp.ts';
import { byteText, codeName, hex, OPT, readField, readHeader, readOptions, readRecord, uint16, uint32 } from './decode.ts';
import { EXTENDED_ERROR, extendedErrorField } from './extended-error.ts';
import { ANY, IN, NONE, opcodes, type ResponseCode } from './message.ts';
import { type NameOnWire, readName } from './name.ts';

const HEADER = 'RFC 1035 §4.1.1';
const QUESTION = 'RFC 1035 §4.1.2';
const RECORD = 'RFC 1035 §4.1.3';
const COMPRESSION = 'RFC 1035 §4.1.4';

export function dissect(bytes: Uint8Array): readonly Field[] {
  if (bytes.length < 12) return [malformed(bytes, 0, `a header has 12 bytes; here are ${bytes.length}`, HEADER)];
  const fields: Field[] = [headerField(bytes)];
  let offset = 12;
  let optSeen = false;
  const update = readHeader(bytes).opcode === 'UPDATE';
  for (const section of update ? UPDATE_SECTIONS : SECTIONS) {
    const count = uint16(bytes, section.countAt);
    if (count === 0) continue;
    const start = offset;
    const children: Field[] = [];
    let broken = false;
    for (let i = 0; i < count && !broken; i++) {
      let field = section.countAt === 4 ? questionField(bytes, offset) : recordField(bytes, offset);
      if (field.name === OPT_NAME) {
        // RFC 6891 §6.1.1
        if (optSeen || section.countAt !== 10 || field.children?.[0]?.value !== '.') {
          field = { ...field, value: 'an OPT record stands once, in the additional section, owned by the root', malformed: true };
        }
        optSeen = true;
      }
      children.push(field);
      offset = field.end;
      broken = field.malformed === true && field.end === bytes.length;
      // A record whose data alone is bad has a length all the same: the next one can be read.
    }
    fields.push({
      name: section.name,
      value: `${count} ${count === 1 ? section.one : section.many}`,
      start,
      end: offset,
      meaning: section.meaning,
      standard: update ? 'RFC 2136 §2' : 'RFC 1035 §4.1',
      children,
    });
    if (broken) return fields;
  }
  if (offset < bytes.length) fields.push(malformed(bytes, offset, `${bytes.length - offset} bytes after the last record`, 'RFC 1035 §4.1'));
  return fields;
}

/** No domain has this name: displayed names of one label hold no blank. */
const OPT_NAME = 'OPT pseudo-record';

const SECTIONS = [
  { countAt: 4, name: 'Question', one: 'question', many: 'questions', meaning: 'what is asked' },
  { countAt: 6, name: 'Answer', one: 'record', many: 'records', meaning: 'records that answer the question' },
  {
    countAt: 8,
    name: 'Authority',
    one: 'record',
    many: 'records',
    meaning: 'name servers of the domain, or the zone’s SOA when the answer is no',
  },
  {
    countAt: 10,
    name: 'Additional',
    one: 'record',
    many: 'records',
    meaning: 'records that help, such as addresses of the servers named above',
  },
] as const;

/** The same four, as an update has them. */
const UPDATE_SECTIONS = [
  { countAt: 4, name: 'Zone', one: 'zone', many: 'zones', meaning: 'the zone that is changed' },
  { countAt: 6, name: 'Prerequisite', one: 'record', many: 'records', meaning: 'what must hold, or nothing is changed' },
  { countAt: 8, name: 'Update', one: 'record', many: 'records', meaning: 'records to add or to delete' },
  { countAt: 10, name: 'Additional', one: 'record', many: 'records', meaning: 'records that help' },
] as const;

function headerField(bytes: Uint8Array): Field {
  const header = readHeader(bytes);
  const code = (bytes[2] as number) >> 3;
  const flag = (at: number, bit: number, name: string, set: boolean, meaning: string, standard = HEADER): Field => ({
    name,
    value: set ? '1' : '0',
    start: at,
    end: at + 1,
    bits: [bit, 1],
    meaning,
    standard,
  });
  const flags: Field[] = [
    flag(2, 0, 'QR', header.response, header.response ? 'a response' : 'a query'),
    {
      name: 'OPCODE',
      value: `${header.opcode} (${code & 0xf})`,
      start: 2,
      end: 3,
      bits: [1, 4],
      meaning: opcodes.some(([name]) => name === header.opcode) ? 'kind of query' : 'a kind of query that no standard names',
      standard: HEADER,
    },
    flag(
      2,
      5,
      'AA',
      header.authoritative,
      header.authoritative ? 'the server is an authority for the name' : 'not from an authority for the name',
    ),
    flag(2, 6, 'TC', header.truncated, header.truncated ? 'cut off: more than UDP could carry' : 'complete'),
    flag(
      2,
      7,
      'RD',
      header.recursionDesired,
      header.recursionDesired ? 'asks the server to find the answer itself' : 'asks only for what the server knows',
    ),
    flag(3, 0, 'RA', header.recursionAvailable, header.recursionAvailable ? 'the server offers recursion' : 'no recursion offered'),
    flag(3, 1, 'Z', ((bytes[3] as number) & 0x40) !== 0, 'reserved, zero'),
    flag(3, 2, 'AD', header.authenticData, header.authenticData ? 'the server has validated the data' : 'not validated', 'RFC 4035 §3.2.3'),
    flag(
      3,
      3,
      'CD',
      header.checkingDisabled,
      header.checkingDisabled ? 'the asker validates itself' : 'validation is left to the server',
      'RFC 4035 §3.2.2',
    ),
    {
      name: 'RCODE',
      value: `${header.responseCode} (${(bytes[3] as number) & 0xf})`,
      start: 3,
      end: 4,
      bits: [4, 4],
      meaning: MEANINGS[header.responseCode] ?? 'response code',
      standard: HEADER,
    },
  ];
  const count = (at: number, name: string, meaning: string): Field => ({
    name,
    value: String(uint16(bytes, at)),
    start: at,
    end: at + 2,
    meaning,
    standard: HEADER,
  });
  const kind = header.response ? 'response' : 'query';
  return {
    name: 'Header',
    value: header.response ? `${kind}, ${header.responseCode}` : kind,
    start: 0,
    end: 12,
    meaning: 'tells the message apart from others and what follows it',
    standard: HEADER,
    children: [
      { name: 'ID', value: hexNumber(header.id), start: 0, end: 2, meaning: 'the response carries the query’s ID', standard: HEADER },
      { name: 'Flags', value: hexNumber(uint16(bytes, 2)), start: 2, end: 4, standard: HEADER, children: flags },
      ...(header.opcode === 'UPDATE'
        ? [
            count(4, 'ZOCOUNT', 'number of zones, one'),
            count(6, 'PRCOUNT', 'number of prerequisites'),
            count(8, 'UPCOUNT', 'number of records to add or to delete'),
            count(10, 'ADCOUNT', 'number of additional records'),
          ]
        : [
            count(4, 'QDCOUNT', 'number of questions'),
            count(6, 'ANCOUNT', 'number of answer records'),
            count(8, 'NSCOUNT', 'number of authority records'),
            count(10, 'ARCOUNT', 'number of additional records'),
          ]),
    ],
  };
}

const MEANINGS: Partial<Record<ResponseCode, string>> = {
  NOERROR: 'no error',
  FORMERR: 'the server could not read the query',
  SERVFAIL: 'the server could not find the answer',
  NXDOMAIN: 'the name does not exist',
  NOTIMP: 'the server does not know this kind of query',
  REFUSED: 'the server will not answer this query',
  YXDOMAIN: 'a name exists that must not',
  YXRRSET: 'a record set exists that must not',
  NXRRSET: 'a record set that must exist does not',
  NOTAUTH: 'the server is no authority for the zone',
  NOTZONE: 'a name does not lie in the zone',
};

function questionField(bytes: Uint8Array, start: number): Field {
  const name = readName(bytes, start);
  if (!name.ok) return malformed(bytes, start, name.error, QUESTION);
  if (name.end + 4 > bytes.length) return malformed(bytes, start, 'the question is cut off', QUESTION);
  const type = uint16(bytes, name.end);
  return {
    name: displayName(name.name),
    value: `${typeName(type)}?`,
    start,
    end: name.end + 4,
    standard: QUESTION,
    children: [
      nameField(bytes, 'QNAME', start, name, 'the name asked about', QUESTION),
      typeField('QTYPE', type, name.end, QUESTION),
      classField('QCLASS', uint16(bytes, name.end + 2), name.end + 2, QUESTION),
    ],
  };
}

function recordField(bytes: Uint8Array, start: number): Field {
  const name = readName(bytes, start);
  if (!name.ok) return malformed(bytes, start, name.error, RECORD);
  const at = name.end;
  if (at + 10 > bytes.length) return malformed(bytes, start, 'the record is cut off', RECORD);
  const type = uint16(bytes, at);
  const length = uint16(bytes, at + 8);
  const end = at + 10 + length;
  if (end > bytes.length) return malformed(bytes, start, `the record’s data of ${length} bytes runs past the end`, RECORD);
  if (type === OPT) return optField(bytes, start, name, end);
  const klass = uint16(bytes, at + 2);
  const ttl = uint32(bytes, at + 4);
  const record = readRecord(bytes, start, readHeader(bytes).opcode);
  const format = record.ok ? formatOf(record.record.data.type) : klass === IN ? formatNumbered(type) : undefined;
  const data = format?.fields ?? [];
  const children: Field[] = [
    nameField(bytes, 'NAME', start, name, 'the name that the record belongs to', RECORD),
    typeField('TYPE', type, at, RECORD),
    classField('CLASS', klass, at + 2, RECORD),
    { name: 'TTL', value: `${ttl} s`, start: at + 4, end: at + 8, meaning: `may be cached for ${durationText(ttl)}`, standard: RECORD },
    { name: 'RDLENGTH', value: `${length} B`, start: at + 8, end: at + 10, meaning: 'length of the data', standard: RECORD },
  ];
  if (length > 0 || format) {
    const fields = format ? dataFields(bytes, data, at + 10, end, format.standard) : undefined;
    children.push({
      name: 'RDATA',
      value: record.ok ? presentation(record.record.data, displayName) : record.error,
      start: at + 10,
      end,
      ...(format ? { meaning: format.doc } : {}),
      standard: format?.standard ?? RECORD,
      ...(record.ok ? {} : { malformed: true }),
      ...(fields ? { children: fields } : {}),
    });
  }
  return {
    name: displayName(name.name),
    value: record.ok ? `${typeName(type)} ${presentation(record.record.data, displayName)}` : `${typeName(type)}: ${record.error}`,
    start,
    end,
    standard: RECORD,
    ...(record.ok ? {} : { malformed: true }),
    children,
  };
}

function dataFields(bytes: Uint8Array, formats: readonly FieldFormat[], start: number, end: number, standard: string): Field[] {
  const fields: Field[] = [];
  let offset = start;
  for (const format of formats) {
    const value = readField(bytes, format.kind, offset, end);
    if (!value.ok) {
      fields.push({ name: format.name, value: value.error, start: offset, end, standard, malformed: true });
      return fields;
    }
    if (format.kind === 'name' || format.kind === 'uncompressed name') {
      const name = readName(bytes, offset, end);
      if (name.ok) fields.push(nameField(bytes, format.name, offset, name, format.meaning, standard));
    } else
      fields.push({
        name: format.name,
        value: valueText(format, value.value),
        start: offset,
        end: value.end,
        meaning: format.meaning,
        standard,
      });
    offset = value.end;
  }
  if (offset < end) fields.push({ name: 'Surplus', value: hex(bytes, offset, end), start: offset, end, standard, malformed: true });
  return fields;
}

function valueText(format: FieldFormat, value: unknown): string {
  if (format.kind === 'time') return `${value} s`;
  if (format.kind === 'timestamp') return `${dateText(value as number)} UTC`;
  return fieldText(format, value, displayName);
}

/** A name with its labels; where a pointer stands for the rest, where that points. */
function nameField(bytes: Uint8Array, field: string, start: number, name: NameOnWire, meaning: string, standard: string): Field {
  const children: Field[] = [];
  let offset = start;
  while (offset < name.end) {
    const size = bytes[offset] as number;
    if (size >= 0xc0) {
      const target = name.pointers.find((pointer) => pointer.at === offset);
      const rest = target && readName(bytes, target.to);
      children.push({
        name: 'Pointer',
        value: `→ offset ${target?.to}: ${rest?.ok ? displayName(rest.name) : ''}`,
        start: offset,
        end: offset + 2,
        meaning: 'the rest of the name stands there',
        standard: COMPRESSION,
      });
      break;
    }
    const end = offset + 1 + size;
    const label = size === 0 ? 'root' : labelText(bytes, offset + 1, end);
    children.push({
      name: size === 0 ? 'Root' : 'Label',
      value: label,
      start: offset,
      end,
      meaning: size === 0 ? 'ends the name' : `${size} bytes`,
      standard: 'RFC 1035 §3.1',
    });
    offset = end;
  }
  return { name: field, value: displayName(name.name), start, end: name.end, meaning, standard, children };
}

function labelText(bytes: Uint8Array, start: number, end: number): string {
  const text = byteText(bytes, start, end);
  return /^[!-~]+$/.test(text) ? text : quoted(text);
}

/** RFC 6891 §6.1: CLASS and TTL of an OPT record have meanings of their own. */
function optField(bytes: Uint8Array, start: number, name: NameOnWire, end: number): Field {
  const standard = 'RFC 6891 §6.1.2';
  const at = name.end;
  const payload = uint16(bytes, at + 2);
  const version = bytes[at + 5] as number;
  const dnssecOk = ((bytes[at + 6] as number) & 0x80) !== 0;
  const options = readOptions(bytes, at + 10, end);
  const children: Field[] = [
    nameField(bytes, 'NAME', start, name, 'the root', standard),
    typeField('TYPE', OPT, at, standard),
    {
      name: 'UDP payload size',
      value: `${payload} B`,
      start: at + 2,
      end: at + 4,
      meaning: 'greatest UDP message that the sender takes',
      standard,
    },
    {
      name: 'EXTENDED-RCODE',
      value: String(bytes[at + 4]),
      start: at + 4,
      end: at + 5,
      meaning: 'upper eight bits of the response code',
      standard: 'RFC 6891 §6.1.3',
    },
    { name: 'VERSION', value: String(version), start: at + 5, end: at + 6, meaning: 'version of EDNS', standard: 'RFC 6891 §6.1.3' },
    {
      name: 'DO',
      value: dnssecOk ? '1' : '0',
      start: at + 6,
      end: at + 7,
      bits: [0, 1],
      meaning: dnssecOk ? 'DNSSEC records are welcome' : 'no DNSSEC records wanted',
      standard: 'RFC 3225 §3',
    },
    { name: 'RDLENGTH', value: `${end - at - 10} B`, start: at + 8, end: at + 10, meaning: 'length of the options', standard },
  ];
  let offset = at + 10;
  for (const option of options ?? []) {
    const stop = offset + 4 + option.hex.length / 2;
    children.push(
      option.code === EXTENDED_ERROR
        ? extendedErrorField(bytes, offset, stop)
        : { name: `Option ${option.code}`, value: option.hex, start: offset, end: stop, standard },
    );
    offset = stop;
  }
  if (!options) children.push({ name: 'Options', value: 'an option is cut off', start: at + 10, end, standard, malformed: true });
  const code: ResponseCode = codeName((((bytes[at + 4] as number) << 4) | ((bytes[3] as number) & 0xf)) >>> 0);
  return {
    name: OPT_NAME,
    value: `EDNS version ${version}, ${payload} B, ${code}`,
    start,
    end,
    meaning: 'extension of the header, no record of the domain',
    standard,
    ...(options ? {} : { malformed: true }),
    children,
  };
}

function typeField(name: string, type: number, at: number, standard: string): Field {
  const format = formatNumbered(type);
  return {
    name,
    value: `${type === OPT ? 'OPT' : typeName(type)} (${type})`,
    start: at,
    end: at + 2,
    ...(format ? { meaning: format.doc } : {}),
    standard,
  };
}

function classField(name: string, klass: number, at: number, standard: string): Field {
  const known = CLASSES.get(klass);
  return {
    name,
    value: known ? `${known[0]} (${klass})` : `CLASS${klass}`,
    start: at,
    end: at + 2,
    meaning: known?.[1] ?? 'not the Internet',
    standard,
  };
}

const CLASSES: ReadonlyMap<number, readonly [name: string, meaning: string]> = new Map([
  [IN, ['IN', 'the Internet']],
  [NONE, ['NONE', 'in an update: must not exist, or is deleted']],
  [ANY, ['ANY', 'in a question any class; in an update: must exist, or the whole set is deleted']],
]);

function malformed(bytes: Uint8Array, start: number, error: string, standard: string): Field {
  return { name: 'Malformed', value: error, start, end: bytes.length, standard, malformed: true };
}

function hexNumber(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}
