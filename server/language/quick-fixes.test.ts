/**
 * Quick fixes, held to what they promise: taken, the problem is gone. The examples of the vocabulary are spoilt in all the ways that
 * hands slip, word by word, and each fix that is offered then is taken.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { codes } from './codes.ts';
import type { Diagnostic } from './compilation.ts';
import { compile } from './compile.ts';
import { vocabulary } from './vocabulary.ts';

const uri = 'file:///w/a.netscenario';
const problemsOf = (text: string): readonly Diagnostic[] => compile([{ uri, text }], new Map()).diagnostics;

function taken(text: string, { edits }: Diagnostic['fixes'][number]): string {
  return [...edits]
    .sort((a, b) => b.start - a.start)
    .reduce((mended, edit) => mended.slice(0, edit.start) + edit.text + mended.slice(edit.end), text);
}

/** What hands do to a word: forget it, forget a letter, write it twice. */
function* slips(text: string): Generator<string> {
  for (const { index, 0: word } of text.matchAll(/[^\s{}",]+/g)) {
    const end = index + word.length;
    yield text.slice(0, index) + text.slice(end).replace(/^ /, '');
    if (word.length > 3) yield text.slice(0, index + 1) + text.slice(index + 2);
    yield `${text.slice(0, end)} ${word}${text.slice(end)}`;
  }
  for (const { index } of text.matchAll(/[{}"]/g)) yield text.slice(0, index) + text.slice(index + 1);
}

/** Where a place is once a fix was taken. */
const moved = (offset: number, { edits }: Diagnostic['fixes'][number]): number =>
  edits.filter(({ end }) => end <= offset).reduce((at, { start, end, text }) => at + text.length - (end - start), offset);

const fixed = new Set<string>();

describe.each(vocabulary.map((entry) => [entry.id, entry.example] as const))('%s', (_id, example) => {
  test('each fix of what is spoilt takes its problem away', () => {
    const wrong: string[] = [];
    for (const spoilt of slips(example)) {
      const problems = problemsOf(spoilt);
      for (const problem of problems) {
        for (const fix of problem.fixes) {
          const mended = taken(spoilt, fix);
          fixed.add(problem.code);
          const stays = problemsOf(mended).some(
            (other) => other.code === problem.code && other.message === problem.message && other.start === moved(problem.start, fix),
          );
          if (stays) wrong.push(`${spoilt}\n  ${problem.code}: ${problem.message}\n  ${fix.title}\n${mended}`);
        }
      }
    }
    expect(wrong.slice(0, 3).join('\n\n'), `${wrong.length} fixes`).toBe('');
  });
});

/** Codes of the problems that the sources give fixes with: the calls that report them, read as text. */
function codesWithFixes(): Set<string> {
  const here = new URL('.', import.meta.url).pathname;
  const found = new Set<string>();
  for (const file of readdirSync(here, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
    const source = readFileSync(join(here, file), 'utf8');
    for (const { index } of source.matchAll(/\breport\(/g)) {
      let depth = 0;
      let end = index;
      do {
        end = source.slice(end).search(/[()]/) + end;
        depth += source[end] === '(' ? 1 : -1;
        end++;
      } while (depth > 0);
      const call = source.slice(index, end);
      const [code] = [...call.matchAll(/'([a-z-]+)'/g)].map(([, word]) => word!).filter((word) => word in codes);
      if (code && /\bfix|title:|replacement\(/.test(call)) found.add(code);
    }
  }
  return found;
}

/** What no slip of a hand in an example leads to: code, text, and the text that its fix makes. */
const cases: readonly (readonly [code: string, text: string, mended: string])[] = [
  ['missing-file', 'import common', 'import "common"'],
  ['not-an-ftp-server', 'host a, b\na gets "x" from b', 'host a, b\nftp b\na gets "x" from b'],
  ['malformed-name', 'host a\na resolves ann@x.org', 'host a\na resolves x.org'],
  [
    'unequal-ranges',
    'host a\nnat r { inside a forward udp 80-90 to a port 1000-1001 }',
    'host a\nnat r { inside a forward udp 80-90 to a port 1000 }',
  ],
  [
    'hidden-source',
    'host a, web\nnat r { inside a }\nfirewall web { block incoming allow tcp 9 from a }',
    'host a, web\nnat r { inside a }\nfirewall web { block incoming allow tcp 9 from r }',
  ],
  [
    'unknown-host',
    'host web\nfirewall web { block incoming allow tcp 80 from anyone }',
    'host web\nfirewall web { block incoming allow tcp 80  }',
  ],
  ['no-middlebox', 'host a\nnat r { inside a }\nexpect mappings of a = 1', 'host a\nnat r { inside a }\nexpect mappings of r = 1'],
  [
    'one-name',
    'host a[1..3]\nzone x.org on ns.x.org\na[1..3] resolves x.org\nexpect lookup time of a[1..3] for x.org < 5 s',
    'host a[1..3]\nzone x.org on ns.x.org\na[1..3] resolves x.org\nexpect mean lookup time of a[1..3] for x.org < 5 s',
  ],
  ['range-descends', 'host a[3..1]', 'host a[1..3]'],
  ['duplicate-declaration', 'host a, a2\nhost a', 'host a, a2\nhost a3'],
  ['duplicate-declaration', 'host p[1..3], p2', 'host p[1..3], p4'],
  [
    'duplicate-declaration',
    'host ns, m.x.org\nzone x.org on ns\nmailbox a@x.org on m.x.org\nmailbox a@x.org, b@x.org on m.x.org',
    'host ns, m.x.org\nzone x.org on ns\nmailbox a@x.org on m.x.org\nmailbox a2@x.org, b@x.org on m.x.org',
  ],
  [
    'duplicate-declaration',
    'alternative X { let n = 1 }\nalternative x { let n = 2 }',
    'alternative X { let n = 1 }\nalternative X { let n = 2 }',
  ],
  ['duplicate-declaration', 'host a, b\nlink a <-> b\n  link a  <-> b // again?\nhost c', 'host a, b\nlink a <-> b\n   // again?\nhost c'],
  ['duplicate-declaration', 'host r\nresolver r\nresolver r', 'host r\nresolver r'],
  ['duplicate-declaration', 'host a, b\nwebbrowser a, b, a', 'host a, b\nwebbrowser a, b'],
  ['duplicate-setting', 'seed 1\nseed 2', 'seed 1\n'],
  [
    'redirect-to-nobody',
    'website www.x.org { page "/" 1 kB redirect "/old" to "http://wwww.x.org/a" }',
    'website www.x.org { page "/" 1 kB redirect "/old" to "http://www.x.org/a" }',
  ],
  [
    'unknown-resource',
    'zone x.org on ns.x.org\nwebsite www.x.org on web.x.org { page "/index.html" 1 kB }\nhost pc\nweb.x.org publishes "/indx.html" on www.x.org',
    'zone x.org on ns.x.org\nwebsite www.x.org on web.x.org { page "/index.html" 1 kB }\nhost pc\nweb.x.org publishes "/index.html" on www.x.org',
  ],
  [
    'address-differs',
    'host ns.x.org { address 10.0.0.9 }\nzone x.org on ns.x.org { ns A 10.0.0.8 }\nhost pc\npc resolves x.org',
    'host ns.x.org { address 10.0.0.8 }\nzone x.org on ns.x.org { ns A 10.0.0.8 }\nhost pc\npc resolves x.org',
  ],
  [
    'takes-long',
    'host a, b\ntorrent t { size 8 GiB piece 1 MiB seeds a }\nb downloads t',
    'host a, b\ntorrent t { size 8 GiB fidelity pieces piece 1 MiB seeds a }\nb downloads t',
  ],
  ['unused-parameter', 'let n = 3\nhost a\na crashes', '\nhost a\na crashes'],
  ['wrong-dimension', 'host a { up 10 MB }\na crashes', 'host a { up 80 Mbps }\na crashes'],
  ['unclosed-parenthesis', 'let n = (3 + 4', 'let n = (3 + 4)'],
  ['unknown-escape', 'scenario "a\\qb"', 'scenario "a\\\\qb"'],
  [
    'not-swept',
    'let n = 1 MB\nhost a, b\na transfers n to b\nsweep n over 1 MB, 2 MB {\n  plot goodput of a to b\n}',
    'let n = 1 MB\nhost a, b\na transfers n to b\nsweep n over 1 MB, 2 MB {\n  plot goodput of a to b against n\n}',
  ],
  [
    'repeated-together',
    'host a, b\nevery 5 s together until 20 s {\n  a crashes\n}',
    'host a, b\ntogether {\n  every 5 s a crashes until 20 s\n}',
  ],
];

test.each(cases)('%s: %j', (code, text, mended) => {
  const problem = problemsOf(text).find((one) => one.code === code && one.fixes.length > 0);
  expect(problem && taken(text, problem.fixes[0]!)).toBe(mended);
  fixed.add(code);
});

describe('what is missing is declared in the alternative that lacks it', () => {
  const near = 'alternative near {\n  host alice\n  alice crashes\n}\n';
  test.each<[string, string, string]>([
    [
      'behind the last of its kind in the block',
      'alternative far {\n  host bob // their host\n  dora crashes\n}',
      'alternative far {\n  host bob // their host\n  host dora\n  dora crashes\n}',
    ],
    [
      'before the step, where none is',
      'alternative far {\n  seed 2\n  together {\n    dora crashes\n  }\n}',
      'alternative far {\n  seed 2\n  host dora\n  together {\n    dora crashes\n  }\n}',
    ],
    ['on the line that opens it', 'alternative far { dora crashes }', 'alternative far { host dora\ndora crashes }'],
    [
      'before the brace that closes it',
      'alternative far {\n  dora crashes\n  host bob }',
      'alternative far {\n  dora crashes\n  host bob\n  host dora }',
    ],
  ])('%s', (_where, text, mended) => {
    const problem = problemsOf(near + text).find(({ code }) => code === 'unknown-host')!;
    const fix = problem.fixes.find(({ title }) => title.startsWith('Declare host'))!;
    expect(taken(near + text, fix)).toBe(near + mended);
  });
});

test('declared-below: the declaration moves to the cell that uses it, and the message tells where it is', () => {
  const cells = [
    'host a\n\ntogether {\n  a resolves b.x.org\n}',
    'host spare',
    '// The zone.\nzone x.org on ns.x.org { b A 10.0.0.9 } // theirs\nseed 1',
  ];
  const sources = cells.map((text, i) => ({ uri: `file:///w/n.md#${i}`, text }));
  const problem = compile(sources, new Map()).diagnostics.find(({ code }) => code === 'declared-below')!;
  expect(problem.message).toContain('in cell 3,');
  const [fix] = problem.fixes;
  const mended = sources.map(({ uri, text }) => ({
    uri,
    text: taken(text, { ...fix!, edits: fix!.edits.filter((edit) => edit.uri === uri) }),
  }));
  expect(mended.map(({ text }) => text)).toEqual([
    'host a\n\nzone x.org on ns.x.org { b A 10.0.0.9 } // theirs\ntogether {\n  a resolves b.x.org\n}',
    'host spare',
    '// The zone.\nseed 1',
  ]);
  expect(compile(mended, new Map()).diagnostics.map(({ code }) => code)).not.toContain('declared-below');
  fixed.add('declared-below');
});

test('each code that has a fix was mended by one', () => {
  expect([...codesWithFixes()].filter((code) => !fixed.has(code))).toEqual([]);
});
