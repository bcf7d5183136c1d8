/** What is kept of a program through edits, and what is worked out anew. Whether the outcome is right, the fuzz target `edits` tells. */
import { expect, test } from 'vitest';
import type { SourceText } from './compilation.ts';
import { type Analysis, analyse } from './compile.ts';
import { edited } from './trees.ts';

const uri = 'memory:///typed.netscenario';
const TEXT = 'host a, b\nlet n = 2\nzone x.org on ns.x.org\na resolves www.x.org\nat n * 1 s b crashes\na transfers 5 MB to b\n';

interface Typed {
  readonly before: Analysis;
  /** What its steps did. Its program is used up. */
  readonly did: ReadonlySet<object>;
  readonly after: Analysis;
  readonly afresh: Analysis;
}

function typed(from: string, replaced: string, by: string): Typed {
  const first: SourceText = { uri, text: from };
  const before = analyse([first], new Map());
  const did = new Set(actions(before));
  const now = { uri, text: from.replace(replaced, by) };
  edited(first, now);
  const after = analyse([now], new Map(), before.declared);
  return { before, did, after, afresh: analyse([{ ...now }], new Map()) };
}

const actions = ({ program }: Analysis) => program.steps.map(({ action }) => action);

test.each<[why: string, replaced: string, by: string, kept: boolean[]]>([
  ['another step', '5 MB', '6 MB', [true, false, false]],
  ['a comment in between', 'n * 1 s', 'n /* two */ * 1 s', [true, false, true]],
  ['a host more', 'host a, b', 'host a, b\nhost c', [false, false, false]],
  ['a host of another name', 'host a, b', 'host a, c', [false]],
  ['the value of a parameter', '2', '3', [false, false, false]],
  ['a broken line', 'a resolves www.x.org\n', 'a resolves www.x.org\na foo\n', [true, false, true]],
])('after an edit of %s', (_why, replaced, by, kept) => {
  const { did, after, afresh } = typed(TEXT, replaced, by);
  expect(after.diagnostics).toEqual(afresh.diagnostics);
  expect(after.scenario).toEqual(afresh.scenario);
  expect(actions(after).map((action) => did.has(action))).toEqual(kept);
});

test('an expectation of a viewer looks at the steps of now', () => {
  const text =
    'host tv, server\nvideo film { duration 20 s }\nserver streams film to tv\nb crashes\nexpect rebuffering time of tv < 1 s\nhost b\n';
  const { before, after, afresh } = typed(text, 'server streams film to tv\n', '');
  expect(before.diagnostics).toEqual([]);
  expect(after.diagnostics.map(({ code }) => code)).toContain('plays-nothing');
  expect(after.diagnostics).toEqual(afresh.diagnostics);
});

test('what steps and the language fill in goes when its last cause goes', () => {
  const { after, afresh } = typed('host a, b\na resolves www.x.org\nlocal-dns crashes\nb crashes\n', 'a resolves www.x.org\n', '');
  expect(after.diagnostics).toEqual(afresh.diagnostics);
  expect(after.scenario).toEqual(afresh.scenario);
});

test.each(['a crashes\n', 'www.x.org resolves y.org\n', 'host c\n'])(
  'declarations above which %j is written are where they stand',
  (added) => {
    const text = `${added}${TEXT}`;
    const { after } = typed(`\n${TEXT}`, '\n', added);
    const { program } = analyse([{ uri, text }], new Map());
    expect([...after.program.hosts]).toEqual([...program.hosts]);
    expect(after.program.declared).toEqual(program.declared);
    expect(after.program.recordNames).toEqual(program.recordNames);
    expect(after.program.parameters.get('n')).toMatchObject({ place: program.parameters.get('n')!.place });
  },
);
