/** From which server to ask: who fails is left alone for a while, who is slow is left for somebody better. */
import { expect, test } from 'vitest';
import { SECOND } from '../quantities.ts';
import { SERVER_RULES, Servers } from './servers.ts';

const made = () => new Servers([['http://a/'], ['http://b/'], ['http://c/']], 2000);
const current = (servers: Servers) => servers.current.bases[0]![7];

test('the first of the manifest comes first, and stays while it does', () => {
  const servers = made();
  servers.measured(0, 5000);
  expect([current(servers), servers.switches]).toEqual(['a', 0]);
});

test('one that fails is set aside, and the next in the manifest’s order is used at once', () => {
  const servers = made();
  expect(servers.failed(0)).toBe(0);
  expect(current(servers)).toBe('b');
  expect(servers.failed(SECOND)).toBe(SECOND);
  expect([current(servers), servers.switches]).toEqual(['c', 2]);
});

test('where all have failed, the one that failed first is tried again, after a moment', () => {
  const servers = made();
  for (const time of [0, SECOND]) servers.failed(time);
  expect(servers.failed(2 * SECOND)).toBe(3 * SECOND);
  expect(current(servers)).toBe('a');
});

test('one that is set aside is used again later', () => {
  const servers = made();
  servers.failed(0);
  servers.measured(0, 100);
  servers.failed(SECOND);
  expect(current(servers)).toBe('c');
  servers.failed(SERVER_RULES.setAside);
  expect(current(servers)).toBe('a');
});

test('a slow one is left for one of which nothing is known, then for the fastest', () => {
  const servers = made();
  servers.measured(0, 500);
  expect([servers.congested(0), current(servers)]).toEqual([true, 'b']);
  servers.measured(SECOND, 300);
  expect(servers.congested(SECOND)).toBe(false);
  expect([servers.congested(SERVER_RULES.betweenSwitches), current(servers)]).toEqual([true, 'c']);
  servers.measured(11 * SECOND, 350);
  expect([servers.congested(25 * SECOND), current(servers)]).toEqual([true, 'a']);
  servers.measured(26 * SECOND, 480);
  // Nobody is better by a quarter.
  expect([servers.congested(40 * SECOND), current(servers)]).toEqual([false, 'a']);
  // What is known of the others is old by now.
  expect(servers.congested(26 * SECOND + SERVER_RULES.remembered)).toBe(true);
});

test('one that collapses is left, though both were fast and nothing comes from it any more', () => {
  const servers = made();
  servers.measured(0, 2000);
  servers.congested(SECOND);
  servers.measured(2 * SECOND, 2100);
  // Given up, with the little that has come.
  servers.measured(20 * SECOND, 150);
  expect([servers.congested(20 * SECOND), current(servers)]).toEqual([true, 'c']);
  servers.measured(31 * SECOND, 140);
  expect([servers.congested(31 * SECOND), current(servers)]).toEqual([true, 'a']);
});
