/** What became of a packet, in words for comments, lists and diagrams. */
import { PACKET_FATES, type PacketFate, type PacketTable } from '../../run.ts';

export const fateOf = (packets: Pick<PacketTable, 'fate'>, packet: number): PacketFate =>
  PACKET_FATES[packets.fate[packet] as number] ?? 'under way';

/** `lost: by chance`, `lost: queue full`, `under way when the run ended`; nothing for a packet that arrived. */
export function describeLoss(packets: Pick<PacketTable, 'fate' | 'receivedAt'>, packet: number): string {
  if (!Number.isNaN(packets.receivedAt[packet] as number)) return '';
  const fate = fateOf(packets, packet);
  switch (fate) {
    case 'delivered':
      return '';
    case 'under way':
      return 'under way when the run ended';
    case 'lost':
      return 'lost: by chance';
    default:
      return `lost: ${fate}`;
  }
}
