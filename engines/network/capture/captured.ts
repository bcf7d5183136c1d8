/**
 * Which packets a capture holds, and when: what passes one point of the network, in the order of time.
 *
 * Copies that the network itself makes of a packet are seen where they arrive and where they cross a link, and nowhere else:
 * no host sent them.
 */
import type { Nanoseconds } from '../../quantities.ts';
import type { CrossingTable, Run } from '../../run.ts';
import { type FrameTables, hostsOf, type Place } from './frames.ts';

/** A capture that cannot be made of this run; the message says why, in one line for the person who asked. */
export class CaptureRefused extends Error {
  override readonly name = 'CaptureRefused';
}

export type CapturedTables = FrameTables & Partial<Pick<Run, 'links' | 'crossings'>>;

/** Indexes of two hosts: the explicit links between them are the point. */
export type LinkEnds = readonly [a: number, b: number];

/** A packet at the moment when it passes the point, as it reads there. */
export interface Captured {
  readonly packet: number;
  readonly at: Nanoseconds;
  readonly place: Place;
}

/**
 * In the order of time; of one time, what was sent earlier comes first.
 *
 * `host` is the index of a host: what it sends when it sends it, what reaches it when it does, and twice what its NAT translates,
 * before and after. −1: the whole network, every packet when it was sent, lost ones included. With `link`: what crosses that link,
 * either way, when it has left the near end.
 */
export function capturedPackets(run: CapturedTables, host: number, link: LinkEnds | null = null): Captured[] {
  const captured: Captured[] = [];
  if (host >= 0 || link) crossed(run, host, link, captured);
  if (!link) sentAndReceived(run, host, captured);
  // Sorting is stable: what a NAT gets stands before what it makes of it.
  return captured.sort((a, b) => a.at - b.at || a.packet - b.packet);
}

function sentAndReceived(run: CapturedTables, host: number, captured: Captured[]): void {
  const { packets } = run;
  for (let packet = 0; packet < packets.rows; packet++) {
    const sentAt = packets.sentAt[packet] as number;
    const original = (packets.copyOf[packet] as number) < 0;
    if (host < 0) {
      if (original) captured.push({ packet, at: sentAt, place: 'sent' });
      continue;
    }
    const { from, to } = hostsOf(run, packet);
    const receivedAt = packets.receivedAt[packet] as number;
    if (from === host) {
      if (original) captured.push({ packet, at: sentAt, place: 'sent' });
    } else if (to === host && !Number.isNaN(receivedAt)) captured.push({ packet, at: receivedAt, place: 'received' });
  }
}

function crossed({ links = [], crossings }: CapturedTables, host: number, ends: LinkEnds | null, captured: Captured[]): void {
  if (!crossings) return;
  const translations = translationsOf(crossings);
  const translated = new Map<number, number>();
  for (let row = 0; row < crossings.rows; row++) {
    const packet = crossings.packet[row] as number;
    // What is told of a stretch counts for its segments: see segments.ts.
    if (packet < 0) continue;
    const at = crossings.at[row] as number;
    const count = translated.get(packet) ?? 0;
    const all = translations.get(packet) ?? 0;
    const placeAfter = (done: number): Place => (done === 0 ? 'sent' : done < all ? 'between' : 'received');
    const nat = -1 - (crossings.link[row] as number);
    if (nat >= 0) {
      translated.set(packet, count + 1);
      if (nat === host) captured.push({ packet, at, place: placeAfter(count) }, { packet, at, place: placeAfter(count + 1) });
      continue;
    }
    const link = links[crossings.link[row] as number];
    if (!link || !ends) continue;
    const [a, b] = ends;
    if ((link.a === a && link.b === b) || (link.a === b && link.b === a)) captured.push({ packet, at, place: placeAfter(count) });
  }
}

/** How often each packet was translated on its way. */
function translationsOf({ rows, packet, link }: CrossingTable): Map<number, number> {
  const translations = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    if ((link[row] as number) < 0) translations.set(packet[row] as number, (translations.get(packet[row] as number) ?? 0) + 1);
  }
  return translations;
}
