/** Renaming, from the program before (the cursor is `|`) to the program behind. */
import { describe, expect, test } from 'vitest';
import { analyse, compile } from './compile.ts';
import { rename, renameTarget } from './rename.ts';

const FILES = new Map();

/** The cells with the name at the cursor changed, or the reason why not. */
function renamed(cells: readonly string[], to: string): string[] | string {
  const marked = cells.findIndex((cell) => cell.includes('|'));
  const offset = cells[marked]!.indexOf('|');
  const sources = cells.map((cell, i) => ({ uri: `file:///w/n.md#${i}`, text: cell.replace('|', '') }));
  const { program } = analyse(sources, FILES);
  const target = renameTarget(program, marked, offset);
  if (!target.ok) return target.why;
  const renaming = rename(program, target.name, to, sources[marked]!.uri);
  if (!renaming.ok) return renaming.why;
  const texts = sources.map(({ text }) => text);
  for (const { source, start, end, text } of [...renaming.edits].sort((a, b) => b.start - a.start))
    texts[source] = texts[source]!.slice(0, start) + text + texts[source]!.slice(end);
  // What is renamed whole is the same program, but for the name.
  const codes = (all: typeof sources) => compile(all, FILES).diagnostics.map(({ code }) => code);
  expect(codes(sources.map(({ uri }, i) => ({ uri, text: texts[i]! })))).toEqual(codes(sources));
  return texts;
}

test('a clash elsewhere is told by its cell or file', () => {
  expect(renamed(['host a', 'host b\nhost c', 'a| crashes'], 'c')).toBe('`c` is declared already (cell 2, line 2).');
  const uri = 'file:///w/my%20world.netscenario';
  const { program } = analyse([{ uri, text: 'host a\nhost b' }], FILES);
  const target = renameTarget(program, 0, 5);
  expect(target.ok && rename(program, target.name, 'b', 'file:///w/n.md#0')).toEqual({
    ok: false,
    why: '`b` is declared already (my world.netscenario, line 2).',
  });
});

test.each([
  ['another block of the alternative', 'alternative near { host b }\nalternative near { host a| }', '`b` is declared already (line 1).'],
  ['all alternatives', 'host b\nalternative near { host a| }\nb crashes', '`b` is declared already (line 1).'],
  [
    'an alternative, by what needs it',
    'alternative far { host b }\nalternative near {\n  host a|\n  zone x.org on b\n}',
    '`b` is declared already (line 1).',
  ],
])('a name is taken that holds in %s', (_where, text, why) => {
  expect(renamed([text], 'b')).toBe(why);
});

test('at the cursor, the name is offered as it is declared', () => {
  const { program } = analyse([{ uri: 'file:///w/n.md#0', text: 'host alice\nALICE crashes' }], FILES);
  expect(renameTarget(program, 0, 12)).toMatchObject({ ok: true, name: { text: 'alice', range: { start: 11, end: 16 } } });
});

describe('rename', () => {
  test.each<[what: string, before: string, to: string, after: string]>([
    [
      'a host, where it is declared and used',
      'host a|\nhost b\nlink a <-> b\nA crashes',
      'pc',
      'host pc\nhost b\nlink pc <-> b\npc crashes',
    ],
    [
      'a parameter',
      'let n = 2\nlet m = n| * 3\nhost p[1..n]\nat n * 1 s p[n] crashes',
      'k',
      'let k = 2\nlet m = k * 3\nhost p[1..k]\nat k * 1 s p[k] crashes',
    ],
    [
      'a range, however it is named',
      'let n = 3\nhost peer[1..n]\npe|er[2] crashes\npeer3 crashes\npeer[1..2] crashes',
      'node',
      'let n = 3\nhost node[1..n]\nnode[2] crashes\nnode3 crashes\nnode[1..2] crashes',
    ],
    [
      'a range with a domain behind it',
      'host p[1..2].x.org, q1.x.org\np|1.x.org crashes',
      'r',
      'host r[1..2].x.org, q1.x.org\nr1.x.org crashes',
    ],
    [
      'one host beside a range',
      'host peer1, peer[2..3]\npeer1| crashes\npeer2 crashes',
      'first',
      'host first, peer[2..3]\nfirst crashes\npeer2 crashes',
    ],
    [
      'a mail server, in records too',
      'host m|ail.x.org\nhost pc\nzone x.org on ns.x.org {\n  @ MX 10 mail.x.org\n  mail A 10.0.0.9\n  other MX 5 mail\n  third MX 5 mail.x.org.\n}\nmailbox ann@x.org on mail.x.org\npc resolves mail.x.org',
      'mx.x.org',
      'host mx.x.org\nhost pc\nzone x.org on ns.x.org {\n  @ MX 10 mx.x.org\n  mx A 10.0.0.9\n  other MX 5 mx\n  third MX 5 mx.x.org.\n}\nmailbox ann@x.org on mx.x.org\npc resolves mx.x.org',
    ],
    [
      'a zone, with all that lies in it',
      'host pc\nzone x|.org on ns.x.org { www A 10.0.0.9\n @ MX 10 mail.x.org }\nmailbox ann@x.org on mail.x.org\npc resolves www.x.org\npc resolves x.org MX\npc resolves www.max.org',
      'y.net',
      'host pc\nzone y.net on ns.y.net { www A 10.0.0.9\n @ MX 10 mail.y.net }\nmailbox ann@y.net on mail.y.net\npc resolves www.y.net\npc resolves y.net MX\npc resolves www.max.org',
    ],
    [
      'a mailbox',
      'zone x.org on ns.x.org { @ MX 10 m.x.org }\nmailbox a|nn@x.org, bob@x.org on m.x.org\nhost pc\npc sends mail from ann@x.org to bob@x.org\nexpect mailbox ann@x.org has 0 messages',
      'eve@x.org',
      'zone x.org on ns.x.org { @ MX 10 m.x.org }\nmailbox eve@x.org, bob@x.org on m.x.org\nhost pc\npc sends mail from eve@x.org to bob@x.org\nexpect mailbox eve@x.org has 0 messages',
    ],
    [
      'a website that has its name from a record',
      'host pc\nzone x.org on ns.x.org { www A 10.0.0.80 }\nhost web { address 10.0.0.80 }\nwebsite www|.x.org on web { page "/" 1 KiB }\npc gets "/" from www.x.org',
      'shop.x.org',
      'host pc\nzone x.org on ns.x.org { shop A 10.0.0.80 }\nhost web { address 10.0.0.80 }\nwebsite shop.x.org on web { page "/" 1 KiB }\npc gets "/" from shop.x.org',
    ],
    [
      'what an answer is expected to be',
      'host pc, a.x.org\nzone x.org on ns.x.org { www CNAME a }\npc resolves www.x.org CNAME\nexpect answer of pc for www.x.org CNAME is a|.x.org',
      'b.x.org',
      'host pc, b.x.org\nzone x.org on ns.x.org { www CNAME b }\npc resolves www.x.org CNAME\nexpect answer of pc for www.x.org CNAME is b.x.org',
    ],
    ['a host whose block is broken', 'host a| { upp 5 Mbps }\na crashes', 'b', 'host b { upp 5 Mbps }\nb crashes'],
    [
      'among broken steps',
      'host al|ice\ntogether { alice crashes\n alice resolves }',
      'carol',
      'host carol\ntogether { carol crashes\n carol resolves }',
    ],
    ['beside a text without end', 'mailserver a| { greeting "x }\na crashes', 'b', 'mailserver b { greeting "x }\nb crashes'],
    [
      'from where it is written in another case',
      'host alice\nAL|ICE crashes\nthen Alice restarts',
      'bob',
      'host bob\nbob crashes\nthen bob restarts',
    ],
    [
      'to the case in which it is declared',
      'host alice\nAL|ICE crashes\nthen alice restarts',
      'alice',
      'host alice\nalice crashes\nthen alice restarts',
    ],
    [
      'a range from its index',
      'let n = 3\nhost peer[1..n]\npeer[1|..2] crashes\npeer3 crashes',
      'node',
      'let n = 3\nhost node[1..n]\nnode[1..2] crashes\nnode3 crashes',
    ],
    ['a range from its end', 'host p[1..5]|.x.org\np[2..3].x.org crashes', 'q', 'host q[1..5].x.org\nq[2..3].x.org crashes'],
    ['the parameter within it', 'let n = 3\nhost p[1..n|]\np[n] crashes', 'k', 'let k = 3\nhost p[1..k]\np[k] crashes'],
    ['one of a row, named by its number', 'host a1, a2|\na[2] crashes', 'b', 'host a1, b\nb crashes'],
    [
      'a host of an alternative, as that of another one',
      'host pc\nalternative near {\n  host a\n  a crashes\n}\nalternative far {\n  host b|\n  b crashes\n}',
      'a',
      'host pc\nalternative near {\n  host a\n  a crashes\n}\nalternative far {\n  host a\n  a crashes\n}',
    ],
    ['another case only', 'host Alice|\nalice crashes', 'alice', 'host alice\nalice crashes'],
  ])('%s', (_what, before, to, after) => {
    expect(renamed([before], to)).toEqual([after]);
  });

  test('a mail server in a notebook of five cells, from the last one', () => {
    const cells = [
      'zone x.org on ns.x.org { @ MX 10 mail.x.org }\nzone y.org on ns.y.org { @ MX 10 mail.y.org }',
      'mailserver mail.x.org { greeting "mail.x.org" }\nmailserver mail.y.org',
      'mailbox ann@x.org on mail.x.org\nmailbox bob@y.org on mail.y.org',
      'host pc\npc sends mail from ann@x.org to bob@y.org via mail.x.org',
      'expect bounces of mail.x|.org = 0',
    ];
    expect(renamed(cells, 'out.x.org')).toEqual([
      'zone x.org on ns.x.org { @ MX 10 out.x.org }\nzone y.org on ns.y.org { @ MX 10 mail.y.org }',
      // A text is the author's own.
      'mailserver out.x.org { greeting "mail.x.org" }\nmailserver mail.y.org',
      'mailbox ann@x.org on out.x.org\nmailbox bob@y.org on mail.y.org',
      'host pc\npc sends mail from ann@x.org to bob@y.org via out.x.org',
      'expect bounces of out.x.org = 0',
    ]);
  });

  test.each<[what: string, before: string, to: string, why: RegExp]>([
    ['a name that cannot be one', 'host a|', 'b@c', /`b@c` cannot name a host: it is a mail address/],
    ['a name that is taken', 'host a|\nhost b', 'B', /`b` is declared already \(line 2\)/],
    ['a parameter that begins with a digit', 'let n| = 1', '2n', /cannot name a parameter/],
    ['a mailbox without an @', 'mailbox a|@x.org on m', 'b', /`b` is no mail address: it has no @/],
    ['a word of the language', 'host a|\na crashes', 'host', /`host` would be read as a word of the language \(line 2\)/],
    [
      'a word of the language, where more is wrong',
      'host a| { upp 5 Mbps }\ntogether { a crashes\na foo }',
      'host',
      /`host` would be read as a word/,
    ],
    ['what is filled in', 'host pc\npc resolves x.org\nexpect queries at a.root-ser|vers.net = 1', 'b', /is filled in by the language/],
    ['what is declared nowhere', 'ghos|t crashes', 'b', /declared nowhere/],
    ['the name of what is filled in', 'host pc|\npc resolves x.org', 'a.root-servers.net', /what the language fills in/],
    [
      'out of the zone whose record it is',
      'host w|.x.org\nzone x.org on ns.x.org { w A 10.0.0.1 }',
      'w.y.org',
      /`w\.y\.org` lies outside zone `x\.org\.`.*line 2/,
    ],
    ['one that a range names among others', 'host a1, a|2, a3\na[1..2] crashes', 'b', /`a\[1\.\.2\]` names it among others \(line 2\)/],
    ['and the first of it', 'host a|1, a2, a3\na[1..2] crashes', 'b', /`a\[1\.\.2\]` names it among others \(line 2\)/],
    ['a range of which another host is part', 'host p|[1..2], p3\np[1..3] crashes', 'q', /`p\[1\.\.3\]` names `p3` as well \(line 2\)/],
    ['a range onto a host', 'host p|[1..2], q2\np1 crashes', 'q', /There is a host `q2` already/],
    ['a range by a stem that ends with a digit', 'host p|[1..2]', 'q1', /ends with a digit/],
    ['no name', '// a| comment', 'x', /Here stands no name/],
  ])('refuses %s', (_what, before, to, why) => {
    expect(renamed([before], to)).toMatch(why);
  });
});
