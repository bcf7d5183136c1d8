import { describe, expect, test } from 'vitest';
import { ByteStore, Column, float64, StringTable, Table } from './column.ts';

describe('a column', () => {
  test('holds what was pushed and set, however many rows', () => {
    const column = new Column((n) => new Uint16Array(n));
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

test('the columns of a table grow together, and a new row is all zeros', () => {
  const table = new Table({ at: Float64Array, flags: Uint8Array });
  for (let i = 0; i < 500; i++) {
    const row = table.add();
    expect([table.columns.at[row], table.columns.flags[row]]).toEqual([0, 0]);
    table.columns.at[row] = i / 2;
    table.columns.flags[row] = i % 7;
  }
  const { rows, at, flags } = table.done();
  expect([rows, at.length, flags.length, at[499], flags[499], table.width]).toEqual([500, 500, 500, 249.5, 2, 9]);
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
