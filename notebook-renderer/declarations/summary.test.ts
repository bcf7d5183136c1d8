import { expect, test } from 'vitest';
import { type DeclaredHost, rangesOfHosts } from './summary.ts';

const host = (name: string, address: string, role?: string): DeclaredHost => ({
  name,
  address,
  implicit: false,
  roles: role === undefined ? [] : [{ protocol: 'bittorrent', text: role }],
});
const peers = (first: number, last: number, at: number): DeclaredHost[] =>
  Array.from({ length: last - first + 1 }, (_, i) => host(`peer${first + i}`, `10.0.${Math.floor((at + i) / 256)}.${(at + i) % 256}`));

const told = (hosts: readonly DeclaredHost[]): string[] => rangesOfHosts(hosts).map(({ name, address }) => `${name} ${address}`);

test('hosts that run nothing and are numbered on stand in one row, over the end of an octet, too', () => {
  expect(told([host('origin', '10.0.0.1', 'torrent film'), ...peers(1, 300, 2), host('mallory', '10.0.9.9')])).toEqual([
    'origin 10.0.0.1',
    'peer1 … peer300 10.0.0.2 … 10.0.1.45',
    'mallory 10.0.9.9',
  ]);
});

test('few hosts, a gap in names or addresses, and hosts that run something stand for themselves', () => {
  expect(told(peers(1, 4, 2))).toHaveLength(4);
  expect(told([...peers(1, 5, 2), ...peers(7, 11, 7)])).toEqual([
    'peer1 … peer5 10.0.0.2 … 10.0.0.6',
    'peer7 … peer11 10.0.0.7 … 10.0.0.11',
  ]);
  expect(told([...peers(1, 5, 2), ...peers(6, 10, 100)])).toHaveLength(2);
  const serving = peers(1, 6, 2).map((one, i) => (i === 2 ? { ...one, roles: [{ protocol: 'http', text: 'web cache' }] } : one));
  expect(told(serving)).toHaveLength(6);
  expect(told(['a', 'b', 'c', 'd', 'e'].map((name, i) => host(name, `10.0.0.${i + 1}`)))).toHaveLength(5);
});
