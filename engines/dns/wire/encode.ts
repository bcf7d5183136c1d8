/** Messages to bytes (RFC 1035 §4.1). Takes valid data: names in normal form, numbers in range. */
import { decodeBase64 } from '../../base64.ts';
import { ipv4Bytes, ipv6Bytes } from '../ip-address.ts';
import { type FieldKind, formatOf, typeNumber } from '../record-format.ts';
import { type RecordData, recordSets } from '../records.ts';
import { OPT } from './decode.ts';
import { type Edns, IN, type Message, opcodes, responseCodes, type WireRecord } from './message.ts';
import { type WrittenNames, writeName } from './name.ts';
import { encodeTypes } from './type-bitmap.ts';

/** Greatest UDP message without EDNS (RFC 1035 §4.2.1). */
export const UDP_LIMIT = 512;

export function encode(message: Message): Uint8Array {
  const out: number[] = [];
  const written: WrittenNames = new Map();
  const code = responseCodeNumber(message.responseCode);
  uint16(out, message.id);
  out.push(
    (message.response ? 0x80 : 0) |
      (opcodeNumber(message.opcode) << 3) |
      (message.authoritative ? 0x04 : 0) |
      (message.truncated ? 0x02 : 0) |
      (message.recursionDesired ? 0x01 : 0),
    (message.recursionAvailable ? 0x80 : 0) | (message.authenticData ? 0x20 : 0) | (message.checkingDisabled ? 0x10 : 0) | (code & 0xf),
  );
  uint16(out, message.questions.length);
  uint16(out, message.answers.length);
  uint16(out, message.authorities.length);
  uint16(out, message.additionals.length + (message.edns ? 1 : 0));
  for (const question of message.questions) {
    writeName(out, question.name, written, true);
    uint16(out, typeNumber(question.type) ?? 0);
    uint16(out, question.class ?? IN);
  }
  for (const record of message.answers) writeRecord(out, record, written);
  for (const record of message.authorities) writeRecord(out, record, written);
  for (const record of message.additionals) writeRecord(out, record, written);
  if (message.edns) writeOpt(out, message.edns, code);
  return Uint8Array.from(out);
}

/**
 * The message cut down to `limit` bytes: as many whole record sets as fit, in order (RFC 2181 §9: never a part of one). The
 * first set of the answer or the authority that does not fit sets TC and ends the message. Additional data goes silently, but
 * for a referral's glue: without it the referral may lead nowhere (RFC 9471 §3).
 */
export function fitted(message: Message, limit: number): Message {
  if (encode(message).length <= limit) return message;
  const kept = { answers: [] as WireRecord[], authorities: [] as WireRecord[], additionals: [] as WireRecord[] };
  const size = (): number => encode({ ...message, ...kept }).length;
  for (const section of ['answers', 'authorities', 'additionals'] as const) {
    for (const set of recordSets(message[section])) {
      for (const record of set) kept[section].push(record);
      if (size() <= limit) continue;
      kept[section].length -= set.length;
      if (section !== 'additionals') return { ...message, ...kept, truncated: true };
    }
  }
  const referral =
    !message.authoritative && message.answers.length === 0 && message.authorities.some((record) => record.data.type === 'NS');
  return { ...message, ...kept, truncated: message.truncated || referral };
}

function writeRecord(out: number[], record: WireRecord, written: WrittenNames): void {
  writeName(out, record.name, written, true);
  uint16(out, typeNumber(record.data.type) ?? 0);
  uint16(out, record.class ?? IN);
  uint32(out, record.ttl);
  const length = out.length;
  uint16(out, 0);
  writeData(out, record.data, written);
  const size = out.length - length - 2;
  out[length] = size >> 8;
  out[length + 1] = size & 0xff;
}

/** Appends a record's data; with `written`, names of the types of RFC 1035 are compressed. */
export function writeData(out: number[], data: RecordData, written: WrittenNames): void {
  const format = formatOf(data.type);
  if (!format) {
    writeHex(out, (data as { hex: string }).hex);
    return;
  }
  for (const field of format.fields) writeField(out, field.kind, (data as unknown as Record<string, unknown>)[field.key], written);
}

function writeField(out: number[], kind: FieldKind, value: unknown, written: WrittenNames): void {
  switch (kind) {
    case 'ipv4':
      out.push(...(ipv4Bytes(value as string) ?? [0, 0, 0, 0]));
      return;
    case 'ipv6':
      out.push(...(ipv6Bytes(value as string) ?? new Array<number>(16).fill(0)));
      return;
    case 'uint8':
      out.push((value as number) & 0xff);
      return;
    case 'uint16':
      uint16(out, value as number);
      return;
    case 'uint32':
    case 'time':
    case 'timestamp':
      uint32(out, value as number);
      return;
    case 'name':
      writeName(out, value as string, written, true);
      return;
    case 'uncompressed name':
      writeName(out, value as string, written, false);
      return;
    case 'strings':
      for (const text of value as readonly string[]) writeString(out, text);
      return;
    case 'string':
    case 'tag':
      writeString(out, value as string);
      return;
    case 'text':
      writeBytes(out, value as string);
      return;
    case 'type':
      uint16(out, typeNumber(value as string) ?? 0);
      return;
    case 'hex':
      writeHex(out, value as string);
      return;
    case 'base64':
      writeBytes(out, decodeBase64(value as string));
      return;
    case 'types':
      for (const byte of encodeTypes((value as readonly string[]).map((type) => typeNumber(type) ?? 0))) out.push(byte);
  }
}

function writeBytes(out: number[], bytes: string): void {
  for (let i = 0; i < bytes.length; i++) out.push(bytes.charCodeAt(i) & 0xff);
}

function writeHex(out: number[], hex: string): void {
  for (let i = 0; i < hex.length; i += 2) out.push(Number.parseInt(hex.slice(i, i + 2), 16));
}

function writeString(out: number[], text: string): void {
  out.push(text.length);
  writeBytes(out, text);
}

function writeOpt(out: number[], edns: Edns, code: number): void {
  out.push(0);
  uint16(out, OPT);
  uint16(out, edns.payload);
  out.push(code >> 4, edns.version);
  uint16(out, edns.dnssecOk ? 0x8000 : 0);
  uint16(
    out,
    edns.options.reduce((sum, option) => sum + 4 + option.hex.length / 2, 0),
  );
  for (const { code: option, hex } of edns.options) {
    uint16(out, option);
    uint16(out, hex.length / 2);
    writeHex(out, hex);
  }
}

function opcodeNumber(opcode: string): number {
  return opcodes.find(([name]) => name === opcode)?.[1] ?? Number(opcode.slice('OPCODE'.length));
}

export function responseCodeNumber(code: string): number {
  return responseCodes.find(([name]) => name === code)?.[1] ?? Number(code.slice('RCODE'.length));
}

function uint16(out: number[], value: number): void {
  out.push((value >> 8) & 0xff, value & 0xff);
}

function uint32(out: number[], value: number): void {
  out.push(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}
