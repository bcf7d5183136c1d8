/**
 * TCP options (RFC 9293 §3.2): the ones that this TCP sends and reads. Encoded options are padded to four bytes, and each
 * is aligned as in RFC 7323's appendix A and RFC 2018's examples, with No-Operations before it.
 */
import type { Field } from '../../field.ts';

const END = 0;
const NO_OPERATION = 1;
const MAXIMUM_SEGMENT_SIZE = 2;
const WINDOW_SCALE = 3;
const SACK_PERMITTED = 4;
const SACK = 5;

/** What a SYN says of its sender. */
export interface SynOptions {
  /** Largest payload that it takes; 536 where it does not say (RFC 9293 §3.7.1). */
  readonly maximumSegmentSize: number;
  /** 0 to 14; −1: its windows are not scaled, nor does it take scaled ones. */
  readonly windowShift: number;
  readonly sackPermitted: boolean;
}

export function encodeSynOptions({ maximumSegmentSize, windowShift, sackPermitted }: SynOptions): Uint8Array {
  const bytes = [MAXIMUM_SEGMENT_SIZE, 4, maximumSegmentSize >>> 8, maximumSegmentSize & 0xff];
  if (sackPermitted) bytes.push(NO_OPERATION, NO_OPERATION, SACK_PERMITTED, 2);
  if (windowShift >= 0) bytes.push(NO_OPERATION, WINDOW_SCALE, 3, windowShift);
  return Uint8Array.from(bytes);
}

/** Reads as far as the options are well formed. */
export function decodeSynOptions(options: Uint8Array | null): SynOptions {
  let maximumSegmentSize = 536;
  let windowShift = -1;
  let sackPermitted = false;
  for (let at = 0; options !== null && at < options.length; ) {
    const kind = options[at] as number;
    const length = lengthAt(options, at);
    if (length === 0) break;
    if (kind === MAXIMUM_SEGMENT_SIZE && length === 4)
      maximumSegmentSize = ((options[at + 2] as number) << 8) | (options[at + 3] as number);
    // RFC 7323 §2.3: a greater shift counts as 14.
    else if (kind === WINDOW_SCALE && length === 3) windowShift = Math.min(options[at + 2] as number, 14);
    else if (kind === SACK_PERMITTED && length === 2) sackPermitted = true;
    at += length;
  }
  return { maximumSegmentSize, windowShift, sackPermitted };
}

/** RFC 2018 §3: edges are sequence numbers, left and right of each block in turn; one to four blocks. */
export function encodeSack(edges: ArrayLike<number>, blocks: number): Uint8Array {
  const bytes = new Uint8Array(4 + 8 * blocks);
  bytes[0] = NO_OPERATION;
  bytes[1] = NO_OPERATION;
  bytes[2] = SACK;
  bytes[3] = 2 + 8 * blocks;
  for (let i = 0; i < 2 * blocks; i++) writeUint32(bytes, 4 + 4 * i, edges[i] as number);
  return bytes;
}

/** Where in the options the first edge of a SACK option stands, and how many blocks it has, as `at * 8 + blocks`; 0 for none. */
export function findSack(options: Uint8Array): number {
  for (let at = 0; at < options.length; ) {
    const length = lengthAt(options, at);
    if (length === 0) return 0;
    if (options[at] === SACK && length > 2) return (at + 2) * 8 + ((length - 2) >> 3);
    at += length;
  }
  return 0;
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return (
    (((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) >>> 0
  );
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Bytes of the option at `at`; 0 for the end of the list and for what is malformed. */
function lengthAt(options: Uint8Array, at: number): number {
  const kind = options[at] as number;
  if (kind === END) return 0;
  if (kind === NO_OPERATION) return 1;
  const length = options[at + 1] ?? 0;
  return length < 2 || at + length > options.length ? 0 : length;
}

/** The options of a header, which ends where `header` ends. */
export function dissectOptions(header: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 20;
  while (at < header.length) {
    const kind = header[at] as number;
    if (kind === END) {
      fields.push({ name: 'End of Option List', value: '', start: at, end: header.length, standard: 'RFC 9293 §3.2' });
      return fields;
    }
    if (kind === NO_OPERATION) {
      fields.push({ name: 'No-Operation', value: '', start: at, end: at + 1, meaning: 'padding', standard: 'RFC 9293 §3.2' });
      at++;
      continue;
    }
    const length = lengthAt(header, at);
    if (length === 0) {
      const told = `kind ${kind} with length ${header[at + 1] ?? 0}`;
      fields.push({ name: 'Option', value: told, start: at, end: header.length, malformed: true });
      return fields;
    }
    fields.push(describeOption(header, at, length));
    at += length;
  }
  return fields;
}

function describeOption(header: Uint8Array, start: number, length: number): Field {
  const end = start + length;
  const kind = header[start] as number;
  if (kind === MAXIMUM_SEGMENT_SIZE && length === 4) {
    return {
      name: 'Maximum Segment Size',
      value: `${((header[start + 2] as number) << 8) | (header[start + 3] as number)} bytes`,
      start,
      end,
      meaning: 'the longest segment that the sender takes',
      standard: 'RFC 9293 §3.7.1',
    };
  }
  if (kind === WINDOW_SCALE && length === 3) {
    return {
      name: 'Window Scale',
      value: `${header[start + 2]} (times ${2 ** Math.min(header[start + 2] as number, 14)})`,
      start,
      end,
      meaning: 'unit of the window field in the segments after this one',
      standard: 'RFC 7323 §2.2',
    };
  }
  if (kind === SACK_PERMITTED && length === 2) {
    return {
      name: 'SACK Permitted',
      value: '',
      start,
      end,
      meaning: 'the sender takes selective acknowledgments',
      standard: 'RFC 2018 §2',
    };
  }
  if (kind === SACK && length >= 10 && (length - 2) % 8 === 0) return describeSack(header, start, length);
  return { name: 'Option', value: `kind ${kind}, ${length} bytes`, start, end, standard: 'RFC 9293 §3.2' };
}

function describeSack(header: Uint8Array, start: number, length: number): Field {
  const blocks = Array.from({ length: (length - 2) / 8 }, (_, i) => start + 2 + 8 * i);
  const told = (at: number): string => `${readUint32(header, at)} to ${readUint32(header, at + 4)}`;
  return {
    name: 'Selective Acknowledgments',
    value: blocks.map(told).join(', '),
    start,
    end: start + length,
    meaning: 'what arrived beyond the acknowledgment number',
    standard: 'RFC 2018 §3',
    children: blocks.map((at) => ({
      name: 'Block',
      value: told(at),
      start: at,
      end: at + 8,
      meaning: 'its first sequence number, and the one after its last',
      standard: 'RFC 2018 §3',
    })),
  };
}
