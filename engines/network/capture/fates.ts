/** What became of a packet, in words for comments, lists and diagrams. */
import { PACKET_FATES, type PacketFate, type PacketTable, type RunHost } from '../../run.ts';

export const fateOf = (packets: Pick<PacketTable, 'fate'>, packet: number): PacketFate =>
  PACKET_FATES[packets.fate[packet] as number] ?? 'under way';

/** What is to be known of packets for that. */
export interface FateTables {
  readonly packets: Pick<PacketTable, 'fate' | 'receivedAt' | 'droppedBy'>;
  readonly hosts: readonly Pick<RunHost, 'name'>[];
}

/** `lost: by chance`, `dropped: firewall of web.example.org`, `under way when the run ended`; nothing for a packet that arrived. */
export function describeLoss({ packets, hosts }: FateTables, packet: number): string {
  if (!Number.isNaN(packets.receivedAt[packet] as number)) return '';
  const fate = fateOf(packets, packet);
  const by = hosts[packets.droppedBy[packet] as number]?.name ?? '';
  switch (fate) {
    case 'delivered':
      return '';
    case 'under way':
      return 'under way when the run ended';
    case 'lost':
      return 'lost: by chance';
    case 'firewall':
      return `dropped: firewall of ${by}`;
    case 'no mapping':
      return `dropped: ${by} has no mapping for it`;
    case 'forged source':
      return `dropped: ${by} lets no such source pass`;
    default:
      return `lost: ${fate}`;
  }
}
