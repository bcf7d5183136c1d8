import { expect, test } from 'vitest';
import { locate } from './locate.ts';

const sources = [
  { uri: 'file:///w/a', text: 'host a\r\nhost b\n' },
  { uri: 'file:///w/b', text: '\u{1f600} x' },
];

test.each([
  ['file:///w/a', 0, { line: 1, column: 1 }],
  ['file:///w/a', 5, { line: 1, column: 6 }],
  ['file:///w/a', 8, { line: 2, column: 1 }],
  ['file:///w/a', 15, { line: 3, column: 1 }],
  ['file:///w/b', 3, { line: 1, column: 4 }],
  ['file:///w/elsewhere', 3, { line: 1, column: 1 }],
])('%s %d is %j', (uri, start, wanted) => {
  expect(locate({ uri, start }, sources)).toEqual(wanted);
});
