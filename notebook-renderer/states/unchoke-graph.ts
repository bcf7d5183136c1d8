/** Who uploads to whom in a torrent at one moment: from what each peer says of itself. */
import type { Store } from './fold.ts';

export interface UnchokeGraph {
  readonly torrent: string;
  /** Host names, each with its place on a circle of radius 1. */
  readonly peers: readonly { readonly host: string; readonly x: number; readonly y: number }[];
  /** Indexes of peers. */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly optimistic: boolean; readonly mutual: boolean }[];
}

/** Peers that a graph can still be read with. */
const MOST_PEERS = 24;

/** One a torrent of which somebody unchokes somebody; none where there are too many peers. */
export function unchokeGraphs(stores: readonly Store[]): UnchokeGraph[] {
  const torrents = new Map<string, Map<string, string>>();
  for (const { host, name, entries } of stores) {
    if (!name.startsWith('torrent ') || entries.length === 0) continue;
    const torrent = name.slice('torrent '.length);
    const peers = torrents.get(torrent) ?? new Map<string, string>();
    peers.set(host, entries.find(({ key }) => key === 'unchokes')?.value ?? '');
    torrents.set(torrent, peers);
  }
  return [...torrents].flatMap(([torrent, unchokes]) => {
    const hosts = [...unchokes.keys()];
    const edges = hosts.flatMap((host, from) =>
      (unchokes.get(host) as string).split(', ').flatMap((said) => {
        const optimistic = said.endsWith(' (optimistic)');
        const to = hosts.indexOf(optimistic ? said.slice(0, -' (optimistic)'.length) : said);
        return to < 0 ? [] : [{ from, to, optimistic }];
      }),
    );
    if (edges.length === 0 || hosts.length > MOST_PEERS) return [];
    const both = new Set(edges.map(({ from, to }) => `${from} ${to}`));
    return [
      {
        torrent,
        peers: hosts.map((host, i) => {
          const angle = (2 * Math.PI * i) / hosts.length - Math.PI / 2;
          return { host, x: Math.cos(angle), y: Math.sin(angle) };
        }),
        edges: edges.map((edge) => ({ ...edge, mutual: both.has(`${edge.to} ${edge.from}`) })),
      },
    ];
  });
}
