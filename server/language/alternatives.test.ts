/** What the editor knows in the blocks of alternatives: the tables of the one that they belong to. */
import { describe, expect, it, test } from 'vitest';
import { applyFix, compileText } from './annotated-source-for-tests.ts';
import { analyse } from './compile.ts';
import { complete } from './completion.ts';
import { hoverAt } from './hover.ts';
import type { HintKind } from './inlay-hints.ts';
import { inlayHints } from './inlay-hints.ts';

const uri = 'file:///w/a.netscenario';
const WORLDS =
  'host pc\nalternative near {\n  let n = 2 * 2\n  host aa\n  aa crashes\n}\nalternative far {\n  let n = 2 * 3\n  host bb\n  bb crashes\n}\n';

describe('hover', () => {
  test.each([
    ['the host of an alternative that does not hold', WORLDS.replace('bb crashes', 'b|b crashes'), '**Host** `bb`, 10.0.0.'],
    ['its parameter', WORLDS.replace('n = 2 * 3', 'n| = 2 * 3'), '**Parameter** `n` = 6'],
    ['that of the one that holds', WORLDS.replace('n = 2 * 2', 'n| = 2 * 2'), '**Parameter** `n` = 4'],
    ['a host outside of both', WORLDS.replace('host pc', 'host p|c'), '**Host** `pc`'],
    [
      'an alternative in another case',
      WORLDS.replace('alternative far', 'alternative far { }\nalternative FAR').replace('bb crashes', 'b|b crashes'),
      '**Host** `bb`',
    ],
  ])('%s', (_what, marked, wanted) => {
    const analysis = analyse([{ uri, text: marked.replace('|', '') }], new Map());
    expect(hoverAt(analysis, uri, marked.indexOf('|'))?.text).toContain(wanted);
  });
});

describe('completion', () => {
  const labels = (marked: string): string[] => {
    const source = { uri, text: marked.replace('|', '') };
    return complete(analyse([source], new Map()), source, marked.indexOf('|')).map(({ label }) => label);
  };

  test.each<[string, string, readonly string[], readonly string[]]>([
    ['within the one that holds', WORLDS.replace('aa crashes', 'aa crashes\n  |'), ['aa', 'pc'], ['bb']],
    ['within another one', WORLDS.replace('bb crashes', 'bb crashes\n  |'), ['bb', 'pc'], ['aa']],
    ['outside, by the one that holds', `${WORLDS}|`, ['aa', 'pc'], ['bb']],
    ['in a block that is not closed yet', `${WORLDS.slice(0, -2)}  |`, ['bb'], ['aa']],
  ])('%s', (_where, marked, wanted, unwanted) => {
    const found = labels(marked);
    expect(found).toEqual(expect.arrayContaining([...wanted]));
    for (const label of unwanted) expect(found).not.toContain(label);
  });

  it('knows the alternative that is typed in from the text as it is, whatever the names are of', () => {
    const before = analyse([{ uri, text: WORLDS }], new Map());
    const marked = `// a line put in above\n// and another\n${WORLDS.replace('bb crashes', 'bb crashes\n  |')}`;
    const found = complete(before, { uri, text: marked.replace('|', '') }, marked.indexOf('|'));
    expect(found.map(({ label }) => label)).toContain('bb');
  });
});

it('hints tell what each alternative fills in, and once what is outside', () => {
  const kinds = new Set<HintKind>(['addresses', 'values']);
  const hints = inlayHints(analyse([{ uri, text: WORLDS }], new Map()), uri, { start: 0, end: WORLDS.length }, kinds);
  const line = (offset: number) => WORLDS.slice(WORLDS.lastIndexOf('\n', offset - 1) + 1, offset).trim();
  expect(hints.map(({ offset, label }) => `${line(offset)}: ${label}`)).toEqual([
    'host pc: address 10.0.0.1',
    'let n = 2 * 2: = 4',
    'host aa: address 10.0.0.2',
    'let n = 2 * 3: = 6',
    'host bb: address 10.0.0.2',
  ]);
});

it('names that differ only in case are one, which is reported with a way out', () => {
  const text = 'host pc\nalternative Near { pc crashes }\nalternative near { pc crashes }\ncompare Near { }\n';
  const { diagnostics } = compileText(text);
  expect(diagnostics.map(({ code, start, end }) => [code, text.slice(start, end)])).toEqual([['duplicate-declaration', 'near']]);
  expect(diagnostics[0]!.message).toContain('`near` and `Near` are one name');
  const mended = applyFix(text, diagnostics[0]!);
  expect(mended).toBe(text.replace('alternative near', 'alternative Near'));
  expect(compileText(mended).diagnostics).toEqual([]);
});
