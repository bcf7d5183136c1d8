/** How much of a message arrived whose end never did. */
import type { Bytes } from '../../quantities.ts';
import { CaptureRefused } from './captured.ts';
import { type FlowTables, withSegments } from './segments.ts';
import { streamIndex } from './streams.ts';

/**
 * Bytes of a message, 0 to its length, that came to the host that it was sent to: each counts once, however often it was sent. At
 * `flows` fidelity, as the segments tell that are put together for a capture; null where these would be too many.
 */
export function arrivedOf(run: FlowTables, message: number): Bytes | null {
  const { connection, streamStart, length } = run.messages;
  let told: FlowTables;
  try {
    told = withSegments(run, { connection: connection[message] as number });
  } catch (error) {
    if (error instanceof CaptureRefused) return null;
    throw error;
  }
  const { packets } = told;
  const start = streamStart[message] as number;
  const end = start + (length[message] as number);
  const carriers = streamIndex(told)
    .packetsOf(message)
    .filter((packet) => !Number.isNaN(packets.receivedAt[packet] as number));
  // A datagram carries its message as a whole.
  if (carriers.some((packet) => packets.message[packet] === message)) return length[message] as number;
  carriers.sort((a, b) => (packets.streamStart[a] as number) - (packets.streamStart[b] as number));
  let arrived = 0;
  let upTo = start;
  for (const packet of carriers) {
    const from = Math.max(packets.streamStart[packet] as number, upTo);
    const to = Math.min((packets.streamStart[packet] as number) + (packets.length[packet] as number), end);
    if (to <= from) continue;
    arrived += to - from;
    upTo = to;
  }
  return arrived;
}
