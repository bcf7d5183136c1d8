/**
 * The record layer (RFC 8446 §5): a stream of content becomes records, opened, and what is to be sent becomes records.
 *
 * Theory of operation. Incoming content is gathered until a whole record is there: its header first, then what the header says. Literal
 * bytes are opened for real. Where a record lies at the front as it was sealed (sealed.ts), by the secret that it is to be opened with and
 * in its turn, opening it can give nothing but the content that was sealed, so that is taken without making the bytes. Everything else,
 * sealed or not, becomes bytes and is opened as such: a tampered or misplaced record is found out as it is in the field.
 *
 * Limits: a record's (wire/record.ts); nothing is held beyond what has arrived.
 */
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { type Bulk, bytesOf, type Content, isSealed, type Sealed, sealed } from '../content.ts';
import { ContentQueue } from '../network/tcp/content-queue.ts';
import type { Bytes } from '../quantities.ts';
import { nextSecret } from './key-schedule.ts';
import { open, seal, type TrafficSecret } from './record-protection.ts';
import { FULL_RECORD, innerLength, recordsFor } from './sealed.ts';
import type { AlertName } from './wire/alert.ts';
import { type ContentType, decodeHeader, HEADER_LENGTH, MAXIMUM_PLAINTEXT, type RecordHeader } from './wire/record.ts';

export type IncomingRecord =
  | { readonly type: ContentType; readonly content: Uint8Array; readonly inClear: boolean }
  /** Many records' worth of bulk content, never empty. */
  | { readonly type: 'application_data'; readonly content: Bulk; readonly inClear: false }
  | { readonly alert: AlertName; readonly text: string };

type HeldHeader = RecordHeader & { readonly bytes: Uint8Array };

export class IncomingRecords {
  readonly #queue = new ContentQueue();
  #header: HeldHeader | null = null;
  #secret: TrafficSecret | null = null;
  #sequence = 0;

  append(content: Content): void {
    this.#queue.append(content);
  }

  /** What has come and was not taken, up to where a content ends that was generated; null for nothing. */
  takeRest(): Content | null {
    return this.#queue.take(Number.POSITIVE_INFINITY);
  }

  /** From the next record on. */
  protect(secret: TrafficSecret): void {
    this.#secret = secret;
    this.#sequence = 0;
  }

  /** After a KeyUpdate of the other side. */
  update(): void {
    if (this.#secret) this.protect(successor(this.#secret));
  }

  /** The next record, or what is wrong with it; null where more has to arrive. After something wrong, nothing more may be asked for. */
  next(): IncomingRecord | null {
    const bulk = this.#header ? null : this.#takeSealed();
    if (bulk) return bulk === 'wait' ? null : bulk;
    const header = this.#header ?? this.#takeHeader();
    if (!header || 'alert' in header) return header;
    if (this.#held < header.length) return null;
    this.#header = null;
    const fragment = this.#take(header.length);
    const { type } = header;
    // §5: change_cipher_spec is never protected, and an alert may come from a side that has no keys yet.
    if (!this.#secret || type !== 'application_data') return { type, content: fragment, inClear: true };
    const opened = open(this.#secret, this.#sequence, concatBytes(header.bytes, fragment));
    if ('alert' in opened) return opened;
    this.#sequence++;
    return { ...opened, inClear: false };
  }

  get #held(): Bytes {
    return this.#queue.end - this.#queue.start;
  }

  #takeHeader(): HeldHeader | null | { readonly alert: AlertName; readonly text: string } {
    if (this.#held < HEADER_LENGTH) return null;
    const bytes = this.#take(HEADER_LENGTH);
    const header = decodeHeader(bytes);
    if ('alert' in header) return header;
    const held = { ...header, bytes };
    this.#header = held;
    return held;
  }

  #take(length: Bytes): Uint8Array {
    const until = this.#queue.start + length;
    const parts: Uint8Array[] = [];
    for (let part = this.#queue.take(until); part; part = this.#queue.take(until)) parts.push(bytesOf(part));
    return concatBytes(...parts);
  }

  /** The whole records at the front that were sealed for this very place; `wait` where not one is whole yet; null where there are none. */
  #takeSealed(): IncomingRecord | 'wait' | null {
    const front = this.#queue.front();
    if (!front || front instanceof Uint8Array || !isSealed(front) || !this.#isNext(front)) return null;
    const { sealing, offset, length } = front;
    const end = offset + length;
    const whole = end === sealed(sealing).length ? length : Math.floor(length / FULL_RECORD) * FULL_RECORD;
    if (whole === 0) return length === this.#held ? 'wait' : null;
    const inner: Bulk = { ...sealing.inner, offset: sealing.inner.offset + innerLength(offset), length: innerLength(whole) };
    this.#queue.dropBefore(this.#queue.start + whole);
    this.#sequence += recordsFor(inner.length);
    return { type: 'application_data', content: inner, inClear: false };
  }

  #isNext({ sealing, offset }: Sealed): boolean {
    const { secret, sequence } = sealing;
    return (
      offset % FULL_RECORD === 0 &&
      secret.secret === this.#secret?.secret &&
      secret.suite === this.#secret.suite &&
      sequence + offset / FULL_RECORD === this.#sequence
    );
  }
}

/** Protected content on its way out. */
export interface Protected {
  readonly content: Content;
  readonly secret: TrafficSecret;
  readonly sequence: number;
}

export class OutgoingRecords {
  #secret: TrafficSecret;
  #sequence = 0;

  constructor(secret: TrafficSecret) {
    this.#secret = secret;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** After a KeyUpdate of this side. */
  update(): void {
    this.#secret = successor(this.#secret);
    this.#sequence = 0;
  }

  /** As many full records as it takes, and one more. Bulk content is sealed when someone asks for the bytes. At least one byte. */
  protect(type: ContentType, content: Uint8Array | Bulk): Protected {
    const secret = this.#secret;
    const sequence = this.#sequence;
    this.#sequence += recordsFor(content.length);
    if (!(content instanceof Uint8Array)) return { content: sealed({ secret, sequence, inner: content }), secret, sequence };
    const records: Uint8Array[] = [];
    for (let at = 0; at < content.length; at += MAXIMUM_PLAINTEXT) {
      records.push(seal(secret, sequence + records.length, type, content.subarray(at, at + MAXIMUM_PLAINTEXT)));
    }
    return { content: concatBytes(...records), secret, sequence };
  }
}

function successor(secret: TrafficSecret): TrafficSecret {
  const label = secret.label.replace(/\d+$/, (number) => String(Number(number) + 1));
  return { ...secret, label, secret: bytesToHex(nextSecret(hexToBytes(secret.secret))) };
}
