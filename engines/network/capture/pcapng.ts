/**
 * Captures in pcapng (draft-ietf-opsawg-pcapng), as Wireshark reads them: a section header, one interface with
 * nanosecond times, the hosts' names, the secrets of TLS sessions, and one enhanced packet block a frame. Its comments name the step
 * that caused it and, where it did not arrive, say what became of it.
 */
import { type Bytes, EPOCH } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import { keyLog } from '../../tls/key-log.ts';
import { parseIpv4 } from '../wire/address.ts';
import { type CapturedTables, CaptureRefused, capturedPackets, type LinkEnds } from './captured.ts';
import { describeLoss } from './fates.ts';
import { framesOf } from './frames.ts';
import { type FlowTables, withSegments } from './segments.ts';

export { capturedPackets } from './captured.ts';

export type CaptureTables = CapturedTables & FlowTables & Pick<Run, 'steps' | 'title'>;

export interface CaptureOptions {
  /**
   * Name of the host at whose interface is captured: what it sends when it sends it, what it gets when it gets it. Without
   * `host` and `link`: the whole network, every packet that a host sent when it was sent, lost ones included.
   */
  readonly host?: string;
  /** Names of two hosts: what crosses the explicit link between them, either way, when it has left the near end. */
  readonly link?: readonly [a: string, b: string];
  /** Leaves out the secrets of TLS sessions, so that the capture shows what an eavesdropper has. */
  readonly withoutSecrets?: boolean;
  /** Virtual time 0 in seconds since 1970; the EPOCH of virtual time's calendar when absent. */
  readonly epoch?: number;
}

/** A longer file is not written; it is put together in memory. */
export const MAXIMUM_CAPTURE: Bytes = 2 ** 30;

const LINKTYPE_ETHERNET = 1;
/** “TLSK”. */
const TLS_KEY_LOG = 0x544c534b;

/**
 * Throws a CaptureRefused for a host or link that the run does not have, for more than MAXIMUM_CAPTURE or MAXIMUM_SEGMENTS,
 * and for a link where a run at `flows` fidelity does not tell which way its connections went.
 */
export function writePcapng(tables: CaptureTables, options: CaptureOptions = {}): Uint8Array {
  const { host, link } = pointOf(tables, options);
  const run = withSegments(tables, host < 0 ? {} : { host });
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
    body.textOption(2, options.host ?? options.link?.join(' <-> ') ?? 'network');
    body.option(9, Uint8Array.of(9));
    body.endOfOptions();
  });
  file.block(4, (body) => {
    const taken = new Map<string, number>();
    for (const { address } of run.hosts) taken.set(address, (taken.get(address) ?? 0) + 1);
    for (const { name, address } of run.hosts) {
      // An address that hosts share, or that hosts behind different NATs have: it names none of them.
      if ((taken.get(address) as number) > 1) continue;
      const bytes = parseIpv4(address);
      if (bytes) body.option(1, join(bytes, new TextEncoder().encode(name), Uint8Array.of(0)));
    }
    body.endOfOptions();
  });
  const log = options.withoutSecrets ? '' : keyLog(run);
  if (log !== '') {
    // Decryption Secrets Block, §4.7: before the packets that it opens.
    file.block(10, (body) => {
      const bytes = new TextEncoder().encode(log);
      body.uint32(TLS_KEY_LOG);
      body.uint32(bytes.length);
      body.padded(bytes);
    });
  }
  const epoch = BigInt(options.epoch ?? EPOCH) * 1_000_000_000n;
  for (const { packet, at, place } of capturedPackets(run, host, link)) {
    const time = epoch + BigInt(at);
    const step = run.steps[run.packets.step[packet] as number]?.text ?? '';
    const comments = [step, describeLoss(run, packet)].filter((comment) => comment !== '');
    if (file.length > MAXIMUM_CAPTURE) {
      throw new CaptureRefused(`the capture would be longer than ${MAXIMUM_CAPTURE / 2 ** 30} GiB; a host or a link has less to capture`);
    }
    for (const frame of framesOf(run, packet, place)) {
      file.block(6, (body) => {
        body.uint32(0);
        body.uint32(Number(time >> 32n));
        body.uint32(Number(time & 0xffffffffn));
        body.uint32(frame.length);
        body.uint32(frame.length);
        body.padded(frame);
        for (const comment of comments) body.textOption(1, comment);
        if (comments.length > 0) body.endOfOptions();
      });
    }
  }
  return file.done();
}

function pointOf(run: CaptureTables, options: CaptureOptions): { host: number; link: LinkEnds | null } {
  const indexOf = (name: string): number => {
    const index = run.hosts.findIndex((one) => one.name === name);
    if (index < 0) throw new CaptureRefused(`there is no host “${name}” in this run`);
    return index;
  };
  if (options.host !== undefined && options.link) throw new CaptureRefused('a capture is of a host or of a link, not of both');
  if (!options.link) return { host: options.host === undefined ? -1 : indexOf(options.host), link: null };
  const [a, b] = options.link.map(indexOf) as [number, number];
  const { links = [] } = run;
  if (!links.some((link) => (link.a === a && link.b === b) || (link.a === b && link.b === a))) {
    const known = linkNames(run).map((names) => names.join(','));
    throw new CaptureRefused(
      `there is no link between “${options.link[0]}” and “${options.link[1]}” in this run; ${known.length === 0 ? 'it has no links' : `its links are ${known.join(' and ')}`}`,
    );
  }
  return { host: -1, link: [a, b] };
}

/** The explicit links of a run, by the names of their ends. */
export function linkNames({ hosts, links = [] }: Pick<CaptureTables, 'hosts' | 'links'>): [a: string, b: string][] {
  return links.map(({ a, b }) => [hosts[a]?.name ?? '', hosts[b]?.name ?? '']);
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

  get length(): Bytes {
    return this.#length;
  }

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
