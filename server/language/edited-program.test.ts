/** What is kept of a program through edits, and what is worked out anew. Whether the outcome is right, the fuzz target `edits` tells. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import type { SourceText } from './compilation.ts';
import { type Analysis, analyse } from './compile.ts';
import { Names, Table } from './table.ts';
import { edited, treeFor } from './trees.ts';

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
  ['a host more', 'host a, b', 'host a, b\nhost c', [true, false, true]],
  ['a host of another name', 'host a, b', 'host a, c', [true]],
  ['a host that it names', 'host a, b', 'host a\nhost b { up 5 Mbps }', [true, false, false]],
  ['the zone that it asks for', 'zone x.org on ns.x.org', 'zone x.org on ns2.x.org', [false, false, true]],
  ['the value of a parameter', '2', '3', [true, false, true]],
  ['the title', 'host a, b', 'scenario "T"\nhost a, b', [true, false, true]],
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

const MAIL = `zone x.org on ns.x.org { @ MX 10 mail.x.org }
mailserver mail.x.org { greeting "x.org" }
host pc { up 5 Mbps }
mailbox ann@x.org on mail.x.org { quota 10 MiB }
mailbox bob@x.org on mail.x.org
pc sends mail from ann@x.org to bob@x.org { subject "Hi" body "Ho" }
expect mailbox bob@x.org has 1 message
`;

/** The objects that the program has of mailboxes and hosts. */
const objects = ({ program }: Analysis): Set<object> => new Set([...program.mailboxes.values(), ...program.hosts.values()]);

test.each<[why: string, replaced: string, by: string, mailboxes: boolean[], pc: boolean, step: boolean]>([
  ['a host among them', 'zone x.org', 'host laptop\nzone x.org', [true, true], true, true],
  ['a host that one is on', 'mailserver mail.x.org', 'mailserver Mail.x.org', [false, false], true, false],
  ['one of them', 'quota 10', 'quota 20', [false, true], true, false],
  ['a NAT in front of a host', 'zone x.org', 'host router\nnat router { inside pc }\nzone x.org', [true, true], true, false],
  ['a name declared twice', 'host pc', 'host PC { down 3 Mbps }\nhost pc', [true, true], false, false],
])('thousands of hosts and mailboxes stay what they are after an edit of %s', (_why, replaced, by, mailboxes, pc, step) => {
  const first: SourceText = { uri, text: MAIL };
  const before = analyse([first], new Map());
  expect(before.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  const known = objects(before);
  const did = new Set(actions(before));
  const now = { uri, text: MAIL.replace(replaced, by) };
  edited(first, now);
  const after = analyse([now], new Map(), before.declared);
  const afresh = analyse([{ ...now }], new Map());
  expect(after.diagnostics).toEqual(afresh.diagnostics);
  expect(after.scenario).toEqual(afresh.scenario);
  expect([...after.program.hosts]).toEqual([...afresh.program.hosts]);
  expect([...after.program.mailboxes.values()].map((mailbox) => known.has(mailbox))).toEqual(mailboxes);
  expect(known.has(after.program.hosts.get('pc')!)).toBe(pc);
  expect(actions(after).map((action) => did.has(action))).toEqual([step]);
});

/** The texts of one document, one after the other; each time all is as if read afresh. */
test.each<[why: string, texts: string[]]>([
  [
    'the line of a host that a mailbox brought with it',
    ['{ up 5 Mbps congestion cubic }', '{ down 7 Mbps }', ''].map(
      (line) => `zone x.org on ns.x.org\nmailbox ann@x.org on pc\nhost q\nq sends mail from ann@x.org to ann@x.org\nhost pc ${line}\n`,
    ),
  ],
  [
    'a step that has servers recurse',
    [' recursively', '', ' recursively'].map(
      (how) => `host a\nzone x.org on ns.x.org\nnameserver ns.x.org { order cyclic }\na resolves www.x.org A${how}\n`,
    ),
  ],
  ['more problems than are kept', ['}\n'.repeat(1_001), '', '}\n'].map((braces) => `host a\nhost a\na crashes\n${braces}`)],
  ['a zone that is signed and not there', ['', '/* x */', ''].map((x) => `host a\ndnssec x.org\na crashes ${x}\nzone y.org on ns.y.org\n`)],
])('%s', (_why, texts) => {
  let source: SourceText = { uri, text: texts[0]! };
  let analysis = analyse([source], new Map());
  for (const text of texts) {
    const next = { uri, text };
    edited(source, next);
    source = next;
    analysis = analyse([source], new Map(), analysis.declared);
    const afresh = analyse([{ ...next }], new Map());
    expect(analysis.diagnostics).toEqual(afresh.diagnostics);
    expect(analysis.scenario).toEqual(afresh.scenario);
  }
});

test('no program is kept but the last one', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const programs: WeakRef<object>[] = [];
  let source: SourceText = { uri, text: `host a\n${TEXT.slice('host a, b\n'.length)}host b\n` };
  let analysis: Analysis | null = analyse([source], new Map());
  for (let i = 0; i < 40; i++) {
    const next: SourceText = { uri, text: source.text.replace(/^host a\d*/, `host a${i}`) };
    edited(source, next);
    source = next;
    analysis = analyse([source], new Map(), analysis!.declared);
    programs.push(new WeakRef(analysis.program));
  }
  // Until its job ends, a reference that was just made holds.
  await new Promise((resolve) => setTimeout(resolve));
  collect();
  expect(programs.filter((program) => program.deref() !== undefined).length).toBeLessThanOrEqual(3);
});

test('tables are called as the fields that hold them', () => {
  const { program } = analyse([{ uri, text: '' }], new Map());
  const tables = Object.entries(program).filter(([, value]) => value instanceof Table || value instanceof Names);
  expect(tables.length).toBeGreaterThan(20);
  expect(tables.map(([, table]) => (table as Table<unknown> | Names).name)).toEqual(tables.map(([field]) => field));
});

test('the tree of an alternative is followed for as long as there is one of that name', () => {
  const text = (name: string) => `host b\nalternative near {\n host c\n}\nalternative ${name} {\n host d\n}\n`;
  const [fa, far, farther] = ['fa', 'far', 'far'].map((name, i): SourceText => ({ uri, text: `${text(name)}${'// x\n'.repeat(i)}` }));
  let { declared } = analyse([fa!], new Map());
  const first = (source: SourceText, name: string) => treeFor(source, name).statements[0];
  const ofFa = first(fa!, 'fa');
  edited(fa!, far!);
  ({ declared } = analyse([far!], new Map(), declared));
  const ofFar = first(far!, 'far');
  edited(far!, farther!);
  analyse([farther!], new Map(), declared);
  expect(first(farther!, 'far')).toBe(ofFar);
  expect(first(farther!, 'fa')).not.toBe(ofFa);
});
