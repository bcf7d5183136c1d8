/** What a host keeps of a torrent on its disk: it survives a crash, and whoever comes back goes on with it. */
import type { Behaviour } from './scenario.ts';

export interface KeptDownload {
  /** As in a bitfield message. */
  readonly have: Uint8Array;
  readonly behaviour: Behaviour;
  /** It stopped taking part. */
  readonly left: boolean;
}

/** Where a host keeps it. */
export const diskName = (torrent: string): string => `torrent ${torrent}`;
