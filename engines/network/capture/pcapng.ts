/**
 * Captures in pcapng (draft-ietf-opsawg-pcapng), as Wireshark reads them: a section header, one interface with
 * nanosecond times, the hosts' names, and one enhanced packet block a frame, whose comment names the step that caused it.
 */
import { type Bytes, EPOCH, type Nanoseconds } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import { parseIpv4 } from '../wire/address.ts';
import { endpointsOf, type FrameTables, framesOf } from './frames.ts';

export type CaptureTables = FrameTables & Pick<Run, 'steps' | 'title'>;

export interface CaptureOptions {
  /**
   * Name of the host at whose interface is captured: what it sends when it sends it, what it gets when it gets it. Absent:
   * the whole network, every packet when it was sent, lost ones included.
   */
  readonly host?: string;
  /** Virtual time 0 in seconds since 1970; the EPOCH of virtual time's calendar when absent. */
  readonly epoch?: number;
}

const LINKTYPE_ETHERNET = 1;

/** Throws an Error for a host that the run does not have. */
export function writePcapng(run: CaptureTables, options: CaptureOptions = {}): Uint8Array {
  const host = options.host === undefined ? -1 : run.hosts.findIndex((one) => one.name === options.host);
  if (options.host !== undefined && host < 0) throw new Error(`no host of this run is called “${options.host}”`);
  const file = new BlockWriter();
  file.block(0x0a0d0d0a, (body) => {
    body.uint32(0x1a2b3c4d);
    body.uint16(1);
    body.uint16(0);
    // Length of the section: not told.
    body.uint32(0xffffffff);
    body.uint32(0xffffffff);
    if (run.title) body.textOption(1, run.title);
    body.textOption(4, 'netscenario');
    body.endOfOptions();
  });
  file.block(1, (body) => {
    body.uint16(LINKTYPE_ETHERNET);
    body.uint16(0);
    body.uint32(0);
    body.textOption(2, options.host ?? 'network');
    body.option(9, Uint8Array.of(9));
    body.endOfOptions();
  });
  file.block(4, (body) => {
    for (const { name, address } of run.hosts) {
      const bytes = parseIpv4(address);
      if (bytes) body.option(1, join(bytes, new TextEncoder().encode(name), Uint8Array.of(0)));
    }
    body.endOfOptions();
  });
  const epoch = BigInt(options.epoch ?? EPOCH) * 1_000_000_000n;
  for (const { packet, at } of capturedPackets(run, host)) {
    const time = epoch + BigInt(at);
    const comment = run.steps[run.packets.step[packet] as number]?.text;
    for (const frame of framesOf(run, packet)) {
      file.block(6, (body) => {
        body.uint32(0);
        body.uint32(Number(time >> 32n));
        body.uint32(Number(time & 0xffffffffn));
        body.uint32(frame.length);
        body.uint32(frame.length);
        body.padded(frame);
        if (comment) {
          body.textOption(1, comment);
          body.endOfOptions();
        }
      });
    }
  }
  return file.done();
}

/** What is captured, in the order of time; of one time, what was sent earlier comes first. `host` −1: the whole network. */
export function capturedPackets(run: FrameTables, host: number): { packet: number; at: Nanoseconds }[] {
  const { packets } = run;
  const captured: { packet: number; at: Nanoseconds }[] = [];
  for (let packet = 0; packet < packets.rows; packet++) {
    const sentAt = packets.sentAt[packet] as number;
    if (host < 0) {
      captured.push({ packet, at: sentAt });
      continue;
    }
    const { from, to } = endpointsOf(run, packet);
    const receivedAt = packets.receivedAt[packet] as number;
    if (from === host) captured.push({ packet, at: sentAt });
    else if (to === host && !Number.isNaN(receivedAt)) captured.push({ packet, at: receivedAt });
  }
  return captured.sort((a, b) => a.at - b.at || a.packet - b.packet);
}

function join(...parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((length, one) => length + one.length, 0));
  let at = 0;
  for (const one of parts) {
    joined.set(one, at);
    at += one.length;
  }
  return joined;
}

/** Blocks of a little-endian section, each with its length before and after. */
class BlockWriter {
  #bytes = new Uint8Array(65_536);
  #view = new DataView(this.#bytes.buffer);
  #length: Bytes = 0;

  block(type: number, write: (body: BlockWriter) => void): void {
    const start = this.#length;
    this.uint32(type);
    this.uint32(0);
    write(this);
    const length = this.#length + 4 - start;
    this.#view.setUint32(start + 4, length, true);
    this.uint32(length);
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value, true);
    this.#length += 2;
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** Padded with zeros to four bytes. */
  padded(bytes: Uint8Array): void {
    const length = Math.ceil(bytes.length / 4) * 4;
    this.#reserve(length);
    this.#bytes.set(bytes, this.#length);
    this.#bytes.fill(0, this.#length + bytes.length, this.#length + length);
    this.#length += length;
  }

  option(code: number, value: Uint8Array): void {
    this.uint16(code);
    this.uint16(value.length);
    this.padded(value);
  }

  /** At most 65,535 bytes of UTF-8; the rest is left out. */
  textOption(code: number, text: string): void {
    const bytes = new TextEncoder().encode(text);
    let end = Math.min(bytes.length, 65_535);
    while (end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--;
    this.option(code, bytes.subarray(0, end));
  }

  endOfOptions(): void {
    this.uint32(0);
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(length: Bytes): void {
    if (this.#length + length <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
