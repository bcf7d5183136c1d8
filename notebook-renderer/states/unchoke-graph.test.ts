import { expect, test } from 'vitest';
import type { Store } from './fold.ts';
import { unchokeGraphs } from './unchoke-graph.ts';

const peer = (host: string, unchokes: string | null, torrent = 'film'): Store => ({
  host,
  name: `torrent ${torrent}`,
  entries: [
    { key: 'pieces', value: '900', since: 0, remaining: Number.NaN },
    ...(unchokes === null ? [] : [{ key: 'unchokes', value: unchokes, since: 0, remaining: Number.NaN }]),
  ],
});

test('arrows go from who unchokes to who is unchoked, and know of those that come back', () => {
  const [graph, ...others] = unchokeGraphs([peer('origin', 'a, b'), peer('a', 'b, c (optimistic)'), peer('b', 'a'), peer('c', null)]);
  expect(others).toEqual([]);
  expect(graph!.torrent).toBe('film');
  expect(graph!.peers.map(({ host }) => host)).toEqual(['origin', 'a', 'b', 'c']);
  const named = graph!.edges.map(({ from, to, optimistic, mutual }) => [
    graph!.peers[from]!.host,
    graph!.peers[to]!.host,
    optimistic,
    mutual,
  ]);
  expect(named).toEqual([
    ['origin', 'a', false, false],
    ['origin', 'b', false, false],
    ['a', 'b', false, true],
    ['a', 'c', true, false],
    ['b', 'a', false, true],
  ]);
  // The first one stands at the top of the circle.
  expect([graph!.peers[0]!.x, graph!.peers[0]!.y].map((at) => Math.round(at * 1000))).toEqual([0, -1000]);
});

test('there is none where nobody unchokes anybody, who is gone is left out, and torrents are told apart', () => {
  expect(unchokeGraphs([peer('a', null), peer('b', null)])).toEqual([]);
  expect(unchokeGraphs([{ host: 'a', name: 'torrent film', entries: [] }, peer('b', 'a')])).toEqual([]);
  const graphs = unchokeGraphs([peer('a', 'b'), peer('b', null), peer('a', 'c', 'song'), peer('c', null, 'song')]);
  expect(graphs.map(({ torrent, edges }) => [torrent, edges.length])).toEqual([
    ['film', 1],
    ['song', 1],
  ]);
});

test('there is none of more peers than can be told apart', () => {
  const many = Array.from({ length: 25 }, (_, i) => peer(`p${i}`, 'p0'));
  expect(unchokeGraphs(many)).toEqual([]);
  expect(unchokeGraphs(many.slice(1))).toEqual([]);
  expect(unchokeGraphs(many.slice(0, 24))).toHaveLength(1);
});
