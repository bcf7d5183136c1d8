import fc from 'fast-check';
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
  ['file:///w/a', 'notes/./today.zone', 'file:///w/notes/today.zone'],
  ['file:///w/a', './today:1.zone', 'file:///w/today:1.zone'],
  ['file:///w/a', '100%.zone', 'file:///w/100%25.zone'],
  ['file:///w/a', '100%2.zone', 'file:///w/100%252.zone'],
  ['file:///w/a', '%', 'file:///w/%25'],
  ['file:///w/a', 'b%20c.zone', 'file:///w/b%20c.zone'],
  ['file:///w/a', 'caf%C3%A9.zone', 'file:///w/caf%C3%A9.zone'],
  // Not UTF-8, or a separator within a name: no escape, so the file is called that.
  ['file:///w/a', 'caf%E9.zone', 'file:///w/caf%25E9.zone'],
  ['file:///w/a', 'a%2f..%2Fb%5c%00', 'file:///w/a%252f..%252Fb%255c%2500'],
  ['file:///w/d/a', '%2e%2E/x', 'file:///w/x'],
  ['file:///w%20x/a', '?#', 'file:///w%20x/%3F%23'],
  ['vscode-notebook-cell:/w/n.netscenario.md#X12', 'x.eml', 'file:/w/x.eml'],
  ['vscode-notebook-cell://host/w/n.md#X12', 'x.eml', 'file://host/w/x.eml'],
  ['vscode-vfs://github/o/r/a.netscenario?ref=main', 'x', 'vscode-vfs://github/o/r/x?ref=main'],
  ['vscode-test-web://mount/n.netscenario', 'z.zone', 'vscode-test-web://mount/z.zone'],
  ['untitled:Untitled-1', 'x', 'untitled:x'],
  ['file:///w/a', 'x\ud800', 'file:///w/x%EF%BF%BD'],
])('%s names %s: %s', (base, name, wanted) => {
  expect(resolveUri(base, name)).toEqual({ ok: true, uri: wanted });
});

test.each([
  ['https://example.org/x', 'begins with `https:`'],
  ['file:///etc/passwd', 'begins with `file:`'],
  ['untitled:x', 'begins with `untitled:`'],
  ['//evil/x', 'names another machine'],
  ['\\\\evil\\x', 'names another machine'],
  ['/\\evil/x', 'names another machine'],
  ['', 'is empty'],
  ['  ', 'is empty'],
  ['x\0', 'holds a NUL character'],
])('no document names %s', (name, why) => {
  const resolved = resolveUri('file:///w/a', name);
  expect(resolved.ok ? resolved.uri : resolved.error).toContain(why);
});

test('a name leads to a file beside the document, whatever it is', () => {
  const bases = fc.constantFrom(
    'file:///w/d/a.netscenario',
    'file://host/w/a',
    'vscode-vfs://github/o/r/a?ref=main',
    'vscode-test-web://mount/a',
  );
  const names = fc.array(
    fc.oneof(
      fc.constantFrom('%', '%2', '%2f', '%41', '/', '\\', '..', ':', 'file:', '?', '#'),
      fc.string({ unit: 'binary', maxLength: 3 }),
    ),
  );
  fc.assert(
    fc.property(bases, names, (base, parts) => {
      const resolved = resolveUri(base, parts.join(''));
      if (!resolved.ok) return;
      const root = /^[a-z-]+:\/\/[^/]*\//.exec(base)![0];
      expect(resolved.uri.startsWith(root)).toBe(true);
      const path = resolved.uri.slice(root.length).replace(/\?ref=main$/, '');
      for (const segment of path.split('/')) expect(decodeURIComponent(segment)).not.toMatch(/^\.\.?$|[/\\\0]/);
    }),
  );
});

test.each([
  ['hst', ['host', 'zone'], 'host'],
  ['mbps', ['kbps', 'Mbps'], 'Mbps'],
  ['resovles', ['resolves', 'sends'], 'resolves'],
  ['fro', ['for'], 'for'],
  ['quux', ['host', 'zone'], null],
  ['mi', ['ms', 'min'], 'min'],
  ['ar', ['area'], null],
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
  [-5_000_000, 'duration', '-5 ms'],
  [-0.5, 'ratio', '-50 %'],
] as const)('%d %s is written %s', (value, dimension, wanted) => {
  expect(written(value, dimension)).toBe(wanted);
});
