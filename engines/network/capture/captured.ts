/**
 * Which packets a capture holds, and when: what passes one point of the network, in the order of time.
 *
 * Copies that the network itself makes of a packet are seen where they arrive and where they cross a link, and nowhere else:
 * no host sent them.
 */
import type { Nanoseconds } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import { endpointsOf, type FrameTables } from './frames.ts';

/** A capture that cannot be made of this run; the message says why, in one line for the person who asked. */
export class CaptureRefused extends Error {
  override readonly name = 'CaptureRefused';
}

export type CapturedTables = FrameTables & Partial<Pick<Run, 'links' | 'crossings'>>;

/** Indexes of two hosts: the explicit links between them are the point. */
export type LinkEnds = readonly [a: number, b: number];

/**
 * In the order of time; of one time, what was sent earlier comes first.
 *
 * `host` is the index of a host: what it sends when it sends it, and what reaches it when it does. −1: the whole network, every
 * packet when it was sent, lost ones included. With `link`: what crosses that link, either way, when it has left the near end.
 */
export function capturedPackets(run: CapturedTables, host: number, link: LinkEnds | null = null): { packet: number; at: Nanoseconds }[] {
  if (link) return crossed(run, link);
  const { packets } = run;
  const captured: { packet: number; at: Nanoseconds }[] = [];
  for (let packet = 0; packet < packets.rows; packet++) {
    const sentAt = packets.sentAt[packet] as number;
    const original = (packets.copyOf[packet] as number) < 0;
    if (host < 0) {
      if (original) captured.push({ packet, at: sentAt });
      continue;
    }
    const { from, to } = endpointsOf(run, packet);
    const receivedAt = packets.receivedAt[packet] as number;
    if (from === host) {
      if (original) captured.push({ packet, at: sentAt });
    } else if (to === host && !Number.isNaN(receivedAt)) captured.push({ packet, at: receivedAt });
  }
  return captured.sort((a, b) => a.at - b.at || a.packet - b.packet);
}

function crossed({ links = [], crossings }: CapturedTables, [a, b]: LinkEnds): { packet: number; at: Nanoseconds }[] {
  if (!crossings) return [];
  const captured: { packet: number; at: Nanoseconds }[] = [];
  for (let row = 0; row < crossings.rows; row++) {
    const link = links[crossings.link[row] as number];
    // What is told of a stretch counts for its segments: see segments.ts.
    if (!link || (crossings.packet[row] as number) < 0 || !((link.a === a && link.b === b) || (link.a === b && link.b === a))) continue;
    captured.push({ packet: crossings.packet[row] as number, at: crossings.at[row] as number });
  }
  return captured.sort((x, y) => x.at - y.at || x.packet - y.packet);
}
