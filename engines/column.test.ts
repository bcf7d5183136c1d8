import { describe, expect, test } from 'vitest';
import { ByteStore, float64, StringTable, uint16 } from './column.ts';

describe('a column', () => {
  test('holds what was pushed and set, however many rows', () => {
    const column = uint16();
    for (let i = 0; i < 1_000; i++) column.push(i);
    column.set(7, 65_535);
    expect([column.length, column.width, column.get(6), column.get(7), column.get(999)]).toEqual([1_000, 2, 6, 65_535, 999]);
    const rows = column.done();
    expect([rows.length, rows[999]]).toEqual([1_000, 999]);
  });

  test('hands its rows over without a copy', () => {
    const column = float64();
    for (let i = 0; i < 100; i++) column.push(i);
    expect(column.done().buffer).toBe(column.done().buffer);
  });
});

test('bytes stand end to end, and each tells where', () => {
  const store = new ByteStore();
  expect([store.add(Uint8Array.of(1, 2)), store.add(new Uint8Array(5_000).fill(9)), store.add(Uint8Array.of(3))]).toEqual([0, 2, 5_002]);
  expect(store.length).toBe(5_003);
  const bytes = store.done();
  expect([bytes.length, bytes[1], bytes[2], bytes[5_001], bytes[5_002]]).toEqual([5_003, 2, 9, 9, 3]);
  expect(store.done().buffer).toBe(bytes.buffer);
});

test('a text is kept once', () => {
  const table = new StringTable();
  expect(['dns', 'query', 'dns', ''].map((text) => table.number(text))).toEqual([0, 1, 0, 2]);
  expect([table.length, table.characters, table.done()]).toEqual([3, 8, ['dns', 'query', '']]);
});
