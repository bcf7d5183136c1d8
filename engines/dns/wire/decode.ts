/**
 * Bytes to messages (RFC 1035 §4.1; RFC 3597; RFC 6891).
 *
 * A total function: any bytes give a message or an error, in time proportional to their number. Limits: 65,535 bytes, names
 * of 255 bytes; the number of records is bounded by the bytes there are.
 */
import { encodeBase64 } from '../../base64.ts';
import { ipv4Text, ipv6Text } from '../ip-address.ts';
import { type FieldKind, formatNumbered, typeName } from '../record-format.ts';
import type { RecordData } from '../records.ts';
import {
  type Edns,
  type Header,
  IN,
  type Message,
  NONE,
  type Opcode,
  opcodes,
  type Question,
  type ResponseCode,
  responseCodes,
  type WireRecord,
} from './message.ts';
import { readName, type WireError } from './name.ts';
import { decodeTypes } from './type-bitmap.ts';

export type Decoded =
  | { readonly ok: true; readonly message: Message }
  /** The header, where there are bytes enough for it: a server answers FORMERR with its ID. */
  | (WireError & { readonly header?: Header });

export const OPT = 41;
const MAX_MESSAGE = 65_535;

export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length < 12)
    return { ok: false, error: `a message has a header of 12 bytes (RFC 1035 §4.1.1); here are ${bytes.length}`, offset: bytes.length };
  const header = readHeader(bytes);
  if (bytes.length > MAX_MESSAGE) return { ok: false, error: `a message has at most ${MAX_MESSAGE} bytes`, offset: MAX_MESSAGE, header };
  const counts = [uint16(bytes, 4), uint16(bytes, 6), uint16(bytes, 8), uint16(bytes, 10)] as const;
  let offset = 12;
  const questions: Question[] = [];
  for (let i = 0; i < counts[0]; i++) {
    const name = readName(bytes, offset);
    if (!name.ok) return { ...name, header };
    if (name.end + 4 > bytes.length) return { ok: false, error: 'the question is cut off', offset, header };
    const type = typeName(uint16(bytes, name.end));
    const klass = uint16(bytes, name.end + 2);
    questions.push({ name: name.name, type, ...(klass === IN ? {} : { class: klass }) });
    offset = name.end + 4;
  }
  const sections: WireRecord[][] = [[], [], []];
  let edns: Edns | undefined;
  let extendedCode = 0;
  for (let section = 0; section < 3; section++) {
    const count = counts[section + 1] as number;
    for (let i = 0; i < count; i++) {
      const start = offset;
      const record = readRecord(bytes, start, header.opcode);
      if (!record.ok) return { ...record, header };
      offset = record.end;
      if (record.type !== OPT) {
        sections[section]?.push(record.record);
        continue;
      }
      // RFC 6891 §6.1.1: in the additional section, once, owned by the root.
      if (section !== 2 || edns || record.record.name !== '.')
        return {
          ok: false,
          error: 'an OPT record stands once, in the additional section, with the root as its owner (RFC 6891 §6.1.1)',
          offset: start,
          header,
        };
      const options = readOptions(bytes, record.dataStart, record.end);
      if (!options)
        return { ok: false, error: 'the options of the OPT record are cut off (RFC 6891 §6.1.2)', offset: record.dataStart, header };
      extendedCode = record.rawTtl >>> 24;
      edns = { payload: record.class, version: (record.rawTtl >>> 16) & 0xff, dnssecOk: (record.rawTtl & 0x8000) !== 0, options };
    }
  }
  if (offset < bytes.length)
    return { ok: false, error: `${bytes.length - offset} bytes are left over after the last record`, offset, header };
  const [answers, authorities, additionals] = sections as [WireRecord[], WireRecord[], WireRecord[]];
  const responseCode = edns ? codeName((extendedCode << 4) | ((bytes[3] as number) & 0xf)) : header.responseCode;
  return { ok: true, message: { ...header, responseCode, questions, answers, authorities, additionals, ...(edns ? { edns } : {}) } };
}

/** Needs twelve bytes. */
export function readHeader(bytes: Uint8Array): Header {
  const high = bytes[2] as number;
  const low = bytes[3] as number;
  return {
    id: uint16(bytes, 0),
    response: (high & 0x80) !== 0,
    opcode: opcodeName((high >> 3) & 0xf),
    authoritative: (high & 0x04) !== 0,
    truncated: (high & 0x02) !== 0,
    recursionDesired: (high & 0x01) !== 0,
    recursionAvailable: (low & 0x80) !== 0,
    authenticData: (low & 0x20) !== 0,
    checkingDisabled: (low & 0x10) !== 0,
    responseCode: codeName(low & 0xf),
  };
}

interface RecordOnWire {
  readonly ok: true;
  readonly record: WireRecord;
  readonly type: number;
  readonly class: number;
  readonly rawTtl: number;
  readonly dataStart: number;
  readonly end: number;
}

/**
 * One record. Data of classes other than IN stays raw, but for the records that an update deletes: class NONE, with the data of
 * the zone's class (RFC 2136 §2.5.4).
 */
export function readRecord(bytes: Uint8Array, start: number, opcode: Opcode): RecordOnWire | WireError {
  const name = readName(bytes, start);
  if (!name.ok) return name;
  const fixed = name.end;
  if (fixed + 10 > bytes.length) return { ok: false, error: 'the record is cut off', offset: start };
  const type = uint16(bytes, fixed);
  const klass = uint16(bytes, fixed + 2);
  const rawTtl = uint32(bytes, fixed + 4);
  const dataStart = fixed + 10;
  const end = dataStart + uint16(bytes, fixed + 8);
  if (end > bytes.length) return { ok: false, error: 'the record’s data runs past the end of the message', offset: fixed + 8 };
  const typed = klass === IN || (klass === NONE && opcode === 'UPDATE' && end > dataStart);
  const data = typed ? readData(bytes, type, dataStart, end) : rawData(bytes, type, dataStart, end);
  if (!data.ok) return data;
  // RFC 2181 §8: a TTL with the highest bit set counts as zero.
  const ttl = rawTtl > 0x7fffffff ? 0 : rawTtl;
  return {
    ok: true,
    record: { name: name.name, ttl, data: data.data, ...(klass === IN ? {} : { class: klass }) },
    type,
    class: klass,
    rawTtl,
    dataStart,
    end,
  };
}

export type DataOnWire = { readonly ok: true; readonly data: RecordData } | WireError;

function rawData(bytes: Uint8Array, type: number, start: number, end: number): DataOnWire {
  return { ok: true, data: { type: `TYPE${type}`, hex: hex(bytes, start, end) } };
}

/** Data of class IN: by its type's format, or raw where there is none. */
export function readData(bytes: Uint8Array, type: number, start: number, end: number): DataOnWire {
  const format = formatNumbered(type);
  if (!format) return rawData(bytes, type, start, end);
  const data: Record<string, unknown> = { type: format.type };
  let offset = start;
  for (const field of format.fields) {
    const value = readField(bytes, field.kind, offset, end);
    if (!value.ok) return { ...value, error: `${field.name} of the ${format.type} record: ${value.error}` };
    data[field.key] = value.value;
    offset = value.end;
  }
  if (offset !== end)
    return {
      ok: false,
      error: `${end - offset} bytes are left over in the data of the ${format.type} record (${format.standard})`,
      offset,
    };
  return { ok: true, data: data as unknown as RecordData };
}

/** One field of a record's data; `end` of the data as a whole bounds it. */
export function readField(
  bytes: Uint8Array,
  kind: FieldKind,
  start: number,
  end: number,
): { readonly ok: true; readonly value: unknown; readonly end: number } | WireError {
  const fixed = FIXED_SIZES[kind];
  if (fixed !== undefined && start + fixed > end)
    return { ok: false, error: `${fixed} bytes are needed, ${end - start} are left`, offset: start };
  switch (kind) {
    case 'ipv4':
      return { ok: true, value: ipv4Text(bytes.subarray(start, start + 4)), end: start + 4 };
    case 'ipv6':
      return { ok: true, value: ipv6Text(bytes.subarray(start, start + 16)), end: start + 16 };
    case 'uint8':
      return { ok: true, value: bytes[start], end: start + 1 };
    case 'uint16':
      return { ok: true, value: uint16(bytes, start), end: start + 2 };
    case 'uint32':
    case 'time':
    case 'timestamp':
      return { ok: true, value: uint32(bytes, start), end: start + 4 };
    case 'name':
    case 'uncompressed name': {
      // RFC 3597 §4: compressed names are taken in all types, though only those of RFC 1035 may be sent so.
      const name = readName(bytes, start, end);
      return name.ok ? { ok: true, value: name.name, end: name.end } : name;
    }
    case 'string':
      return readString(bytes, start, end);
    case 'strings': {
      const strings: string[] = [];
      let offset = start;
      do {
        const one = readString(bytes, offset, end);
        if (!one.ok) return one;
        strings.push(one.value);
        offset = one.end;
      } while (offset < end);
      return { ok: true, value: strings, end: offset };
    }
    case 'tag': {
      const tag = readString(bytes, start, end);
      // RFC 8659 §4.1: at least one letter or digit.
      if (tag.ok && !/^[A-Za-z0-9]+$/.test(tag.value)) return { ok: false, error: 'a tag is made of letters and digits', offset: start };
      return tag;
    }
    case 'text':
      return { ok: true, value: byteText(bytes, start, end), end };
    case 'type':
      return { ok: true, value: typeName(uint16(bytes, start)), end: start + 2 };
    case 'hex':
      return { ok: true, value: hex(bytes, start, end), end };
    case 'base64':
      return { ok: true, value: encodeBase64(byteText(bytes, start, end)), end };
    case 'types': {
      const types = decodeTypes(bytes, start, end);
      return typeof types === 'string' ? { ok: false, error: types, offset: start } : { ok: true, value: types.map(typeName), end };
    }
  }
}

const FIXED_SIZES: Partial<Record<FieldKind, number>> = {
  ipv4: 4,
  ipv6: 16,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  time: 4,
  type: 2,
  timestamp: 4,
};

function readString(
  bytes: Uint8Array,
  start: number,
  end: number,
): { readonly ok: true; readonly value: string; readonly end: number } | WireError {
  if (start >= end) return { ok: false, error: 'a string begins with its length byte, and there is none', offset: start };
  const stop = start + 1 + (bytes[start] as number);
  if (stop > end) return { ok: false, error: 'the string runs past the end of the data', offset: start };
  return { ok: true, value: byteText(bytes, start + 1, stop), end: stop };
}

export function readOptions(bytes: Uint8Array, start: number, end: number): { code: number; hex: string }[] | undefined {
  const options: { code: number; hex: string }[] = [];
  let offset = start;
  while (offset < end) {
    if (offset + 4 > end) return undefined;
    const stop = offset + 4 + uint16(bytes, offset + 2);
    if (stop > end) return undefined;
    options.push({ code: uint16(bytes, offset), hex: hex(bytes, offset + 4, stop) });
    offset = stop;
  }
  return options;
}

export function codeName(code: number): ResponseCode {
  return responseCodes.find(([, n]) => n === code)?.[0] ?? `RCODE${code}`;
}

function opcodeName(code: number): Opcode {
  return opcodes.find(([, n]) => n === code)?.[0] ?? `OPCODE${code}`;
}

export function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

export function uint32(bytes: Uint8Array, at: number): number {
  return ((uint16(bytes, at) << 16) | uint16(bytes, at + 2)) >>> 0;
}

/** Two lower-case digits a byte. */
export function hex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < end; i++) text += (bytes[i] as number).toString(16).padStart(2, '0');
  return text;
}

/** One char a byte. */
export function byteText(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}
