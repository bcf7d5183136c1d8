import { describe, expect, it } from 'vitest';
import type { Field } from '../../engines/field.ts';
import { asciiOf, hexOf, MAXIMUM_NODES, mapFields, runsOfRow } from './field-map.ts';
import { citations } from './standards.ts';

const FIELDS: readonly Field[] = [
  {
    name: 'Header',
    value: '',
    start: 0,
    end: 4,
    children: [
      { name: 'ID', value: '0x1a2b', start: 0, end: 2 },
      { name: 'QR', value: '0', start: 2, end: 3, bits: [0, 1] },
      { name: 'OPCODE', value: '0', start: 2, end: 3, bits: [1, 4] },
    ],
  },
  { name: 'Body', value: '', start: 4, end: 20 },
];

describe('bytes and fields', () => {
  it('know each other: the innermost field of each byte', () => {
    const map = mapFields(FIELDS, 20);
    const nameAt = (byte: number) => map.nodes[map.innermost[byte]!]!.field.name;
    expect([0, 1, 2, 3, 4, 19].map(nameAt)).toEqual(['ID', 'ID', 'QR', 'Header', 'Body', 'Body']);
    expect(map.nodes.map(({ depth, parent }) => [depth, parent])).toEqual([
      [0, -1],
      [1, 0],
      [1, 0],
      [1, 0],
      [0, -1],
    ]);
  });

  it('a row of the dump is cut where fields begin and end', () => {
    const map = mapFields(FIELDS, 20);
    const cut = runsOfRow(map, 0, 16);
    expect(cut.map(({ start, end }) => [start, end])).toEqual([
      [0, 2],
      [2, 3],
      [3, 4],
      [4, 16],
    ]);
    expect(runsOfRow(map, 16, 20)).toEqual([{ start: 16, end: 20, node: 4 }]);
  });

  it('fields beyond the bytes and floods of fields do no harm', () => {
    const map = mapFields([{ name: 'Beyond', value: '', start: 10, end: 99, malformed: true }], 12);
    expect(Array.from(map.innermost.slice(8))).toEqual([-1, -1, 0, 0]);
    const flood = Array.from({ length: MAXIMUM_NODES * 2 }, () => ({ name: 'x', value: '', start: 0, end: 1 }));
    expect(mapFields(flood, 1).nodes.length).toBe(MAXIMUM_NODES);
  });

  it('are written as a dump', () => {
    const bytes = Uint8Array.from([0x48, 0x69, 0x00, 0xff]);
    expect(hexOf(bytes, 0, 4)).toBe('48 69 00 ff');
    expect(asciiOf(bytes, 0, 4)).toBe('Hi··');
  });
});

it.each([
  ['RFC 1035 §4.1.1', ['RFC 1035 §4.1.1|https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1']],
  ['RFC 768', ['RFC 768|https://www.rfc-editor.org/rfc/rfc768']],
  [
    'RFC 1035 §3.1, RFC 2181 §8',
    [
      'RFC 1035 §3.1|https://www.rfc-editor.org/rfc/rfc1035#section-3.1',
      ', |null',
      'RFC 2181 §8|https://www.rfc-editor.org/rfc/rfc2181#section-8',
    ],
  ],
  ['IEEE 802.3', ['IEEE 802.3|null']],
])('%s becomes links', (standard, expected) => {
  expect(citations(standard).map(({ text, href }) => `${text}|${href}`)).toEqual(expected);
});
