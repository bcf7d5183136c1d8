import { expect, test } from 'vitest';
import type { ResourceRecord } from '../records.ts';
import { query } from '../wire/message.ts';
import { answer } from './authoritative.ts';
import { loadZone, recordsAt } from './zone.ts';

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
