import { expect, it } from 'vitest';
import { textbookRun } from '../fixtures/recorded-runs.ts';
import { storesAt } from './fold.ts';

const run = textbookRun();
const at = (milliseconds: number) =>
  storesAt(run, milliseconds * 1e6).map(
    ({ host, name, entries }) => `${host} ${name}: ${entries.map(({ key, value }) => `${key}=${value}`).join(' ')}`,
  );

it('stores hold what was set and not yet removed or lapsed', () => {
  expect(at(1000)).toEqual([]);
  expect(at(1010)).toEqual(['local-dns cache: mail.crepes.fr. A=10.0.1.1']);
  expect(at(1300)).toEqual(['local-dns cache: mail.crepes.fr. A=10.0.1.1', 'mail.crepes.fr queue: 1=alice@crepes.fr to bob@hamburger.edu']);
  expect(at(1500).slice(1)).toEqual(['mail.crepes.fr queue: ', 'mail.hamburger.edu mailbox bob@hamburger.edu: 1=from alice@crepes.fr']);
  expect(at(1010 + 3_600_000)[0]).toBe('local-dns cache: ');
});

it('an entry tells how long it has left', () => {
  expect(storesAt(run, 2_010e6)[0]!.entries[0]!.remaining).toBe(3_599_000e6);
});
