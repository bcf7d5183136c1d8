/** What a torrent is where the author says nothing. */
import { canonical } from '../../../engines/dns/domain-name.ts';
import { MINUTE } from '../../../engines/quantities.ts';
import { implicitHost } from '../hosts.ts';
import type { Program } from '../program.ts';
import { nameOf } from './addresses.ts';

const KiB = 1024;
const MiB = 1024 * KiB;

export const torrentDefaults = {
  size: 16 * MiB,
  pieceLength: 256 * KiB,
  /** The host that tracks torrents of which nobody said who does. */
  tracker: 'tracker',
  interval: 30 * MINUTE,
  uploadSlots: 4,
  patience: 30 * MINUTE,
};

/** The tracker that is filled in, and whether the names of trackers are looked up: those in a declared zone are. */
export function completeTorrents(program: Program): void {
  for (const torrent of program.torrents.values()) {
    if (torrent.tracker === '') torrent.tracker = implicitHost(program, torrentDefaults.tracker, null).name;
    torrent.trackerInDns = program.zoneAbove(canonical(nameOf(torrent.tracker))) !== null;
  }
}
