import { expect, test } from 'vitest';
import { nearest } from './spelling.ts';
import { written } from './units.ts';
import { resolveUri } from './uri.ts';

test.each([
  ['file:///w/a.netscenario', 'b.zone', 'file:///w/b.zone'],
  ['file:///w/d/a.netscenario', '../b c.zone', 'file:///w/b%20c.zone'],
  ['file:///a', '../../x', 'file:///x'],
  ['file:///c%3A/w/a', 'sub\\x', 'file:///c%3A/w/sub/x'],
  ['file:///w/a', '/etc/x', 'file:///etc/x'],
  ['file:///w/a', 'https://example.org/x', 'https://example.org/x'],
  ['vscode-notebook-cell:/w/n.netscenario.md#X12', 'x.eml', 'file:/w/x.eml'],
  ['vscode-notebook-cell://host/w/n.md#X12', 'x.eml', 'file://host/w/x.eml'],
  ['vscode-vfs://github/o/r/a.netscenario?ref=main', 'x', 'vscode-vfs://github/o/r/x?ref=main'],
  ['vscode-test-web://mount/n.netscenario', 'z.zone', 'vscode-test-web://mount/z.zone'],
  ['untitled:Untitled-1', 'x', 'untitled:x'],
  ['file:///w/a', 'x\ud800', 'file:///w/x%EF%BF%BD'],
])('%s names %s: %s', (base, name, wanted) => {
  expect(resolveUri(base, name)).toBe(wanted);
});

test.each([
  ['hst', ['host', 'zone'], 'host'],
  ['mbps', ['kbps', 'Mbps'], 'Mbps'],
  ['resovles', ['resolves', 'sends'], 'resolves'],
  ['fro', ['for'], 'for'],
  ['quux', ['host', 'zone'], null],
  ['a', ['b'], null],
])('%s is meant for one of %j: %s', (word, known, wanted) => {
  expect(nearest(word, known)).toBe(wanted);
});

test.each([
  [1_500_000_000, 'duration', '1.5 s'],
  [3_600_000_000_000, 'duration', '1 h'],
  [10e6, 'rate', '10 Mbps'],
  [262144, 'size', '256 KiB'],
  [10 * 2 ** 20, 'size', '10 MiB'],
  [0, 'duration', '0 s'],
  [0.001, 'ratio', '0.1 %'],
] as const)('%d %s is written %s', (value, dimension, wanted) => {
  expect(written(value, dimension)).toBe(wanted);
});
