/** Which node a client gets. */
import { expect, test } from 'vitest';
import { chooseNode } from './node-choice.ts';

const node = (name: string, latency: number, load = 0, healthy = true) => ({ name, latency, load, healthy });
const chosen = (client: number, ...nodes: ReturnType<typeof node>[]) => chooseNode(nodes, ({ latency }) => latency, 0.8, client).name;

test.each<[string, ReturnType<typeof node>[], string]>([
  ['the nearest', [node('a', 20), node('b', 10), node('c', 30)], 'b'],
  ['the nearest that is up', [node('a', 20), node('b', 10, 0, false), node('c', 30)], 'a'],
  ['the nearest that is not full', [node('a', 20, 0.79), node('b', 10, 0.8), node('c', 30)], 'a'],
  ['where all are full or down, one of those that are up', [node('a', 20, 0.95), node('b', 10, 0, false)], 'a'],
  ['where none is up, the nearest all the same', [node('a', 20, 0, false), node('b', 10, 0, false)], 'b'],
  ['where no way leads to one, another', [node('a', Number.POSITIVE_INFINITY), node('b', 10)], 'b'],
])('%s', (_name, nodes, expected) => expect(chosen(0, ...nodes)).toBe(expected));

test('of equals, clients spread, and each stays with its own', () => {
  const equals = [node('a', 10), node('b', 20), node('c', 10)];
  expect([0, 1, 2, 3, 0].map((client) => chosen(client, ...equals))).toEqual(['a', 'c', 'a', 'c', 'a']);
});

test('where all are full, clients spread, more to what is less loaded, and each stays with its own', () => {
  const full = [node('a', 20, 3), node('b', 10, 1), node('c', Number.POSITIVE_INFINITY, 0.9)];
  const clients = Array.from({ length: 1_000 }, (_, client) => chosen(client, ...full));
  expect(clients.filter((name) => name === 'a').length).toBeGreaterThan(245);
  expect(clients.filter((name) => name === 'a').length).toBeLessThan(255);
  expect(clients).not.toContain('c');
  expect(Array.from({ length: 1_000 }, (_, client) => chosen(client, ...full))).toEqual(clients);
});
