/** Folds, selections, hints, forms, links and hierarchies, in texts with the cursor at `|`. */
import { describe, expect, test } from 'vitest';
import { incoming, itemAt, outgoing } from './call-hierarchy.ts';
import { analyse } from './compile.ts';
import { linksOf } from './document-links.ts';
import { foldsOf, selectionsAt } from './folding.ts';
import { type HintKind, inlayHints } from './inlay-hints.ts';
import { declarationsAmong, identityOf, mentionAt, mentionsOfName } from './mentions.ts';
import { parse } from './parser.ts';
import { signaturesAt } from './signature.ts';
import { linked } from './standards.ts';

const uri = 'file:///w/a.netscenario';
const cut = (marked: string): { text: string; offset: number } => ({ text: marked.replace('|', ''), offset: marked.indexOf('|') });

test('folds: blocks, long texts, comments and imports in a row', () => {
  const text = '// one\n// two\n\n// alone\nimport "a"\nimport "b"\nhost a { // behind\n  up 5 Mbps\n}\n/* c\n d */\n';
  expect(foldsOf(parse(text)).map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
    ['block', '"a"'],
    ['block', '"b"'],
    ['block', '{ // behind\n  up 5 Mbps\n}'],
    ['imports', 'import "a"\nimport "b"'],
    ['comment', '/* c\n d */'],
    ['comment', '// one\n// two'],
  ]);
});

test.each<[marked: string, ranges: string[]]>([
  ['host a\nhost b { up 5 M|bps }', ['Mbps', '5 Mbps', 'up 5 Mbps', ' up 5 Mbps ', '{ up 5 Mbps }', 'host b { up 5 Mbps }']],
  ['at (n + 1|) * 2 s a crashes', ['1', '(n + 1)', '(n + 1) * 2 s', 'at (n + 1) * 2 s a crashes']],
  ['scenario "a b|c"', ['bc', 'a bc', '"a bc"', 'scenario "a bc"']],
])('selections grow: %s', (marked, ranges) => {
  const { text, offset } = cut(marked);
  const found = selectionsAt(parse(text), offset).map(({ start, end }) => text.slice(start, end));
  expect(found.slice(0, ranges.length)).toEqual(ranges);
  expect(found.at(-1)).toBe(text);
});

describe('inlay hints', () => {
  const hints = (text: string, ...kinds: HintKind[]): string[] => {
    const analysis = analyse([{ uri, text }], new Map());
    const all = inlayHints(analysis, uri, { start: 0, end: text.length }, new Set(kinds));
    return all.map(({ offset, label }) => `${text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset)}|${label}`);
  };

  test.each<[what: string, text: string, kind: HintKind, hints: string[]]>([
    [
      'addresses that were assigned',
      'host a, b { latency 1 ms }\nhost c { address 10.0.0.1 }',
      'addresses',
      ['host a|address 10.0.0.2', 'host a, b|address 10.0.0.3'],
    ],
    ['those of a range', 'host p[1..9]', 'addresses', ['host p[1..9]|address 10.0.0.1 … 10.0.0.9']],
    [
      'records that were filled in',
      'host a.x.org\nzone x.org on ns.x.org\n',
      'defaults',
      ['host a.x.org|a.x.org. A 10.0.0.1', 'zone x.org on ns.x.org|ns.x.org. A 10.0.0.2'],
    ],
    [
      'values',
      'let n = 2 * 3\nhost p[1..n]\nat n * 1.5 s p1 crashes for 2 s',
      'values',
      ['let n = 2 * 3|= 6', 'host p[1..n]|= 6 names', 'at n * 1.5 s|= 9 s'],
    ],
    ['no values that cannot be known', 'let n = m * 3\nhost p[1..m]', 'values', []],
  ])('%s', (_what, text, kind, wanted) => {
    expect(hints(text, kind)).toEqual(wanted);
    expect(hints(text)).toEqual([]);
  });

  test('the largest range costs no more than its names', () => {
    const analysis = analyse([{ uri, text: 'host p[1..100000]' }], new Map());
    const begun = performance.now();
    const found = inlayHints(analysis, uri, { start: 0, end: 17 }, new Set<HintKind>(['addresses']));
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(found.map(({ label }) => label)).toEqual(['address 10.0.0.1 … 10.1.137.178']);
  });
});

describe('forms of the statement that is being written', () => {
  const shown = (marked: string): string[] => {
    const { text, offset } = cut(marked);
    return signaturesAt({ uri, text }, offset, null).map(({ label, slots, active }) =>
      active === null ? label : `${label} ← ${label.slice(...slots[active]!)}`,
    );
  };
  test.each<[marked: string, wanted: string[]]>([
    ['mailbox |', ['mailbox ADDRESS, … on HOST [{ … }] ← ADDRESS, …']],
    ['mailbox a@x.org on |', ['mailbox ADDRESS, … on HOST [{ … }] ← HOST']],
    ['mailbox a@x.org, |', []],
    ['|', []],
    ['host a { up |', ['up RATE ← RATE']],
    ['host a { |', []],
  ])('%s', (marked, wanted) => {
    expect(shown(marked)).toEqual(wanted);
  });
});

test('links: files that are named, standards that comments cite', () => {
  const text = 'import "common.netscenario"\n// as in RFC 1035 §5.1 and RFC 9110\nzone x on ns { from "https://y/z" }';
  expect(linksOf({ uri, text }).map(({ start, end, uri: to }) => [text.slice(start, end), to])).toEqual([
    ['common.netscenario', 'file:///w/common.netscenario'],
    ['RFC 1035 §5.1', 'https://www.rfc-editor.org/rfc/rfc1035#section-5.1'],
    ['RFC 9110', 'https://www.rfc-editor.org/rfc/rfc9110'],
  ]);
  expect(linked('RFC 1034 §4.2, RFC 1035 §5.1, §6')).toBe(
    '[RFC 1034 §4.2](https://www.rfc-editor.org/rfc/rfc1034#section-4.2), [RFC 1035 §5.1](https://www.rfc-editor.org/rfc/rfc1035#section-5.1), [§6](https://www.rfc-editor.org/rfc/rfc1035#section-6)',
  );
});

describe('call hierarchy', () => {
  const text =
    'host a\nzone org on ns.org\nzone x.org on ns.x.org\nzone y.x.org on ns.y.x.org\ntogether {\n  a crashes\n}\na resolves x.org\n';
  const { program } = analyse([{ uri, text }], new Map());
  const names = (at: string, ask: typeof incoming): string[] => {
    const item = itemAt(program, 0, text.indexOf(at));
    return ask(item!.identity!, program).map((call) => call.item.name);
  };
  test('leads from a zone to those below it, and back', () => {
    expect(names('org on', outgoing)).toEqual(['x.org']);
    expect(names('x.org on', outgoing)).toEqual(['y.x.org']);
    expect(names('y.x.org on', incoming)).toEqual(['x.org']);
  });
  test('leads from the steps to a name', () => {
    expect(names('a\n', incoming)).toEqual(['a crashes', 'a resolves x.org']);
    expect(names('x.org on', incoming)).toEqual(['org', 'a resolves x.org']);
  });
});

describe('names', () => {
  const places = (marked: string, declaring: boolean): string[] => {
    const { text, offset } = cut(marked);
    const { program } = analyse([{ uri, text }], new Map());
    const mention = mentionAt(program, 0, offset);
    if (!mention) return [];
    const found = mentionsOfName(identityOf(mention, program), program);
    return (declaring ? declarationsAmong(found, program) : found).map(({ mention: { start, end } }) => {
      const line = text.lastIndexOf('\n', start - 1) + 1;
      return `${text.slice(line, start)}<${text.slice(start, end)}>`;
    });
  };
  test.each<[what: string, marked: string, definitions: string[], references: string[]]>([
    ['a host of a line', 'host a, b\nb| crashes', ['host a, <b>'], ['host a, <b>', '<b>']],
    ['a host that exists by what it runs', 'zone x.org on ns\nn|s crashes', ['zone x.org on <ns>'], ['zone x.org on <ns>', '<ns>']],
    [
      'a host that a declaration owns',
      'zone x.org on ns\nresolver ns\nn|s crashes',
      ['resolver <ns>'],
      ['zone x.org on <ns>', 'resolver <ns>', '<ns>'],
    ],
    [
      'a name that a record has',
      'host a\nzone x.org on ns { www A 10.0.0.1 }\na resolves www|.x.org',
      ['zone x.org on ns { <www>'],
      ['zone x.org on ns { <www>', 'a resolves <www.x.org>'],
    ],
    ['a parameter', 'let n = 1\nhost p[1..n|]', ['let <n>'], ['let <n>', 'host p[1..<n>']],
    [
      'what is filled in',
      'host a\na resolves x\nexpect queries at a.root|-servers.net = 1',
      [],
      ['expect queries at <a.root-servers.net>'],
    ],
    ['no name', 'ho|st a', [], []],
  ])('%s', (_what, marked, definitions, references) => {
    expect(places(marked, true)).toEqual(definitions);
    expect(places(marked, false)).toEqual(references);
  });
});
