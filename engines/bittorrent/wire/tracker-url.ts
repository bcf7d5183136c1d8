/** Trackers' URLs: `http://tracker.example.org/announce` (BEP 3), `udp://tracker.example.org:6969` (BEP 15). */
import { decodeAuthority, decodeUrl } from '../../http/wire/request-target.ts';
import { URL_LIMIT } from './metainfo.ts';

export interface TrackerUrl {
  readonly transport: 'http' | 'https' | 'udp';
  /** Lower case. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Path and query; of UDP, `/` where there is none. */
  readonly path: string;
}

/** null: no URL, or of another transport; a UDP tracker's must have a port. */
export function decodeTrackerUrl(text: string): TrackerUrl | null {
  if (text.length > URL_LIMIT) return null;
  const udp = /^udp:\/\/([^/?#]*)([^#]*)/i.exec(text);
  if (!udp) {
    const url = decodeUrl(text);
    return url && { transport: url.scheme, host: url.host, port: url.port, path: url.path };
  }
  const [, authority, rest] = udp as unknown as [string, string, string];
  const decoded = /:\d+$/.test(authority) ? decodeAuthority(authority) : null;
  return decoded && { transport: 'udp', ...decoded, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** Where a tracker is asked for counts alone (BEP 48): what follows the last slash must begin with `announce`, which becomes `scrape`; null where it does not. */
export function scrapePath(path: string): string | null {
  const slash = path.lastIndexOf('/') + 1;
  const rest = path.slice(slash);
  return rest.startsWith('announce') ? `${path.slice(0, slash)}scrape${rest.slice('announce'.length)}` : null;
}
