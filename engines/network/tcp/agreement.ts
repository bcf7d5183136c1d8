/**
 * What the SYNs of a connection agree on: where each side's sequence numbers begin (RFC 9293 §3.4.1), in which units windows are told
 * (RFC 7323 §2.2), and whether acknowledgments may be selective (RFC 2018 §2).
 */
import type { Bytes } from '../../quantities.ts';
import type { TcpSettings } from '../../scenario.ts';
import { decodeSynOptions, encodeSynOptions } from '../wire/tcp-options.ts';
import { MAXIMUM_SEGMENT_SIZE } from './parameters.ts';
import { windowShift } from './receiver.ts';
import { fromWire, type Segment, SYN, toWire } from './segment.ts';

export class Agreement {
  readonly #settings: TcpSettings;
  readonly #ours: number;
  #theirs = 0;
  /** Units of the window fields, 2^shift bytes; both 0 unless both SYNs offer to scale. */
  #shift = 0;
  #remoteShift = 0;
  /** What our SYN offers: an answer offers only what was offered to it. */
  #offersScaling = true;
  #offersSelective: boolean;
  #selective = false;

  constructor(settings: TcpSettings, initialSequence: number) {
    this.#settings = settings;
    this.#ours = initialSequence;
    this.#offersSelective = settings.selectiveAcknowledgments;
  }

  /** Both sides' SYNs permit selective acknowledgments. */
  get selective(): boolean {
    return this.#selective;
  }

  /** Options of our SYN. */
  offer(): Uint8Array {
    return encodeSynOptions({
      maximumSegmentSize: MAXIMUM_SEGMENT_SIZE,
      windowShift: this.#offersScaling ? windowShift(this.#settings.receiveBuffer) : -1,
      sackPermitted: this.#offersSelective,
    });
  }

  /** Takes in the other side's SYN; the greatest segment that it takes. */
  take(segment: Segment): Bytes {
    const options = decodeSynOptions(segment.options);
    this.#theirs = segment.sequence;
    this.#offersScaling = options.windowShift >= 0;
    if (this.#offersScaling) {
      this.#shift = windowShift(this.#settings.receiveBuffer);
      this.#remoteShift = options.windowShift;
    }
    this.#offersSelective = this.#settings.selectiveAcknowledgments && options.sackPermitted;
    this.#selective = this.#offersSelective;
    return Math.min(MAXIMUM_SEGMENT_SIZE, options.maximumSegmentSize);
  }

  /** How far our window field's unit is shifted; a SYN's is not. */
  shiftFor(flags: number): number {
    return flags & SYN ? 0 : this.#shift;
  }

  /** The window that the other side's segment tells. */
  windowOf({ flags, window }: Segment): Bytes {
    return window * 2 ** (flags & SYN ? 0 : this.#remoteShift);
  }

  /** Positions count from the SYN, which is at 0. Of what we send, near one that is known. */
  ourPosition(sequence: number, near: number): number {
    return fromWire(this.#ours, sequence, near);
  }

  theirPosition(sequence: number, near: number): number {
    return fromWire(this.#theirs, sequence, near);
  }

  ourSequence(position: number): number {
    return toWire(this.#ours, position);
  }

  theirSequence(position: number): number {
    return toWire(this.#theirs, position);
  }
}
