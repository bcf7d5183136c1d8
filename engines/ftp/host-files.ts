/** The files of a host, told on the state timeline as they come, change their names and go. */
import { formatSize } from '../format.ts';
import type { Host } from '../network/host.ts';
import { textOfOctets } from '../network/octets.ts';
import type { Bytes } from '../quantities.ts';
import { FileSystem } from './file-system.ts';

const STORE = 'files';

export function filesOf(host: Host): FileSystem {
  return new FileSystem(host.disk, (path, entry) => {
    const value = entry === null ? null : entry.kind === 'directory' ? 'directory' : formatSize(entry.size);
    host.narrator.state(STORE, textOfOctets(path), value);
  });
}

/** A transfer has ended, and the file is so long now. */
export function tellTransferred(host: Host, path: string, size: Bytes): void {
  host.narrator.state(STORE, textOfOctets(path), formatSize(size), { note: `has ${textOfOctets(path)} (${formatSize(size)})` });
}
