import { expect, test } from 'vitest';
import type { ResourceRecord } from '../records.ts';
import { query } from '../wire/message.ts';
import { answer } from './authoritative.ts';
import { loadZone, recordsAt, zoneFor } from './zone.ts';

const a = (address: string, ttl = 60): ResourceRecord => ({ name: 'farm.t.', ttl, data: { type: 'A', address } });

test('records of one set get the lowest TTL among them, duplicates go (RFC 2181 §5, §5.2)', () => {
  const zone = loadZone('t.', [a('192.0.2.1', 90), a('192.0.2.2', 60), a('192.0.2.1', 30)]);
  expect(recordsAt(zone, 'FARM.t.', 'A')).toEqual([a('192.0.2.1'), a('192.0.2.2')]);
});

test('a set of 130,000 records is loaded and answered', () => {
  const records = Array.from({ length: 130_000 }, (_, i) => a(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`, i === 77_777 ? 5 : 60));
  const zone = loadZone('t.', [...records, ...records]);
  const { answers } = answer([zone], query(1, { name: 'farm.t.', type: 'A' }, false));
  expect(answers).toHaveLength(130_000);
  expect(answers[0]?.ttl).toBe(5);
});

test.each([
  ['WWW.a.t.', 'a.t.'],
  ['a.t.', 'a.t.'],
  ['b.t.', 't.'],
  ['xa.t.', 't.'],
  ['a\\.t.', '.'],
])('%s lies in the zone %s', (name, origin) => {
  const zones = ['t.', 'A.t.', '.', 'b.a.t.'].map((apex) => loadZone(apex, []));
  expect(zoneFor(zones, name)?.origin.toLowerCase()).toBe(origin);
  expect(zoneFor([], name)).toBeUndefined();
});

test('a list of zones is gone through once, not for every name', () => {
  let reads = 0;
  const zones = Array.from({ length: 1000 }, (_, i) => ({
    get origin() {
      reads++;
      return `z${i}.t.`;
    },
  }));
  expect(zoneFor(zones, 'www.z7.t.')).toBe(zones[7]);
  const once = reads;
  expect(zoneFor(zones, 'www.z8.t.')).toBe(zones[8]);
  expect(reads).toBe(once);
});
