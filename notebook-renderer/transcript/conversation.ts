/** Which connections a transcript is about. */
import { isDialogue } from '../../engines/network/transcript.ts';
import type { Run } from '../../engines/run.ts';

/** Connections told by one `show transcript`. */
export const MOST_TRANSCRIPTS = 4;

/**
 * TCP connections with messages between two hosts (either way), in the order they were opened: those that are dialogues of lines, where
 * there are such; where there is none at all, their UDP exchanges.
 */
export function connectionsBetween(run: Run, [a, b]: readonly [string, string], messages: Int32Array): number[] {
  const tcp = new Set<number>();
  const udp = new Set<number>();
  for (const i of messages) {
    const connection = run.messages.connection[i]!;
    if (connection < 0) continue;
    const ends = [run.hosts[run.messages.from[i]!]!.name, run.hosts[run.messages.to[i]!]!.name];
    if (!(ends.includes(a) && ends.includes(b))) continue;
    (run.strings[run.connections.transport[connection]!] === 'tcp' ? tcp : udp).add(connection);
  }
  const found = [...(tcp.size > 0 ? tcp : udp)].sort((x, y) => x - y);
  const dialogues = found.filter((connection) => isDialogue(run, connection));
  return dialogues.length > 0 ? dialogues : found;
}
