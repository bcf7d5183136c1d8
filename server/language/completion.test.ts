import { describe, expect, test } from 'vitest';
import { analyse } from './compile.ts';
import { complete } from './completion.ts';
import { parse } from './parser.ts';
import { Scanner, TokenKind } from './scanner.ts';
import type { Statement } from './syntax.ts';
import { everyday } from './vocabulary/everyday.ts';
import { vocabulary } from './vocabulary.ts';

/** Labels at the place of `|`. */
function labels(annotated: string): string[] {
  const offset = annotated.indexOf('|');
  return itemsAt(annotated.replace('|', ''), offset).map((item) => item.label);
}

function itemsAt(text: string, offset: number) {
  const source = { uri: 'file:///w/a.netscenario', text };
  return complete(analyse([source], new Map()), source, offset);
}

describe('completion', () => {
  const scene = 'let n = 3\nlet pause = 4 s\nhost alice-pc\nzone crepes.fr on ns.crepes.fr\nmailbox alice@crepes.fr on mail.crepes.fr\n';

  test.each<[string, string, readonly string[], readonly string[]]>([
    ['statements and subjects at the start of a line', '|', ['host', 'zone', 'alice-pc', 'at', 'expect'], ['crashes', 'latency']],
    ['and behind a typed beginning', 'ho|', ['host'], []],
    ['what a host does', 'alice-pc |', ['crashes', 'resolves', 'sends'], ['host', 'alice-pc']],
    ['the subject of a timed step', 'at 5 s |', ['alice-pc', 'together'], ['expect', 'host']],
    ['mailboxes where an address is needed', 'alice-pc sends mail from |', ['alice@crepes.fr'], ['alice-pc', 'from']],
    ['what happens to a link', 'link alice-pc <-> ns.crepes.fr |', ['fails', 'recovers'], ['crashes']],
    ['a link where a step is timed', 'at 5 s link |', ['alice-pc'], ['fails']],
    ['both sides of a partition', 'partition alice-pc from |', ['ns.crepes.fr'], ['one-way']],
    ['whether and for how long', 'partition alice-pc from ns.crepes.fr |', ['one-way', 'for'], []],
    ['whom it is transferred to', 'alice-pc transfers 10 MB to |', ['ns.crepes.fr'], ['to']],
    ['a host’s TCP', 'host b { congestion cubic |', ['sack', 'nagle', 'receive-buffer', 'trace'], []],
    ['units behind a number', 'at 5 |', ['ms', 's', 'min'], ['Mbps']],
    ['parameters of the right dimension', 'alice-pc crashes for |', ['pause'], ['n']],
    ['properties in a block', 'host b { |', ['up', 'latency', 'address'], ['host', 'crashes']],
    ['further properties on the line', 'host b { up 5 Mbps |', ['down', 'latency'], ['Mbps']],
    ['properties on the next line', 'host b {\n  up 5 Mbps\n  |', ['down', 'latency'], []],
    ['record types', 'alice-pc resolves crepes.fr |', ['MX', 'AAAA', 'iteratively'], []],
    ['metrics', 'expect delivery |', ['time'], ['length']],
    ['hosts behind a comma', 'resolver r { serves alice-pc, |', ['alice-pc', 'mail.crepes.fr'], ['cache']],
    ['steps in together', 'together {\n  |', ['alice-pc'], []],
    ['record types within a zone', 'zone x.org on ns.x.org {\n  www |', ['A', 'MX'], ['host']],
    ['what holds for the records below, at the start of a line', 'zone x.org on ns.x.org {\n  |', ['$TTL', '$ORIGIN', '@'], []],
    ['and within its word', 'zone x.org on ns.x.org {\n  $T|', ['$TTL'], []],
    ['nowhere else', 'zone x.org on ns.x.org {\n  www |', ['A'], ['$TTL', '$ORIGIN']],
    ['files that a server keeps', 'ftp f { file "pub/a.iso" 1 MB }\nalice-pc gets |', ['"pub/a.iso"'], ['from']],
    ['nothing in a text', 'scenario "ho|', [], ['host']],
    ['nothing in a comment', '// ho|', [], ['host']],
  ])('%s', (_name, line, wanted, unwanted) => {
    const found = labels(scene + line);
    expect(found).toEqual(expect.arrayContaining([...wanted]));
    for (const label of unwanted) expect(found).not.toContain(label);
  });

  test.each<[string, readonly string[]]>([
    ['alice-pc |', ['sends', 'reads', 'browses', 'resolves', 'transfers', 'downloads', 'plays', 'streams']],
    ['at 5 s alice-pc |', ['sends', 'reads', 'browses', 'resolves', 'transfers', 'downloads', 'plays', 'streams']],
    ['expect |', ['mailbox', 'delivery', 'answer', 'lookup', 'page', 'response', 'transfer', 'goodput']],
    ['|', ['scenario', 'seed', 'import', 'let', 'network', 'host', 'link']],
  ])('begins with what is of everyday use: %s', (line, wanted) => {
    expect(labels(scene + line).slice(0, wanted.length)).toEqual(wanted);
  });

  test('what is of everyday use is in the vocabulary', () => {
    const identities = vocabulary.map(({ id }) => id);
    expect(everyday.filter((id) => !identities.includes(id))).toEqual([]);
  });

  test.each<[string, string, string, readonly string[], readonly string[]]>([
    ['a line typed below', 'host alice-pc\n', 'host alice-pc\nal|', ['alice-pc', 'host'], ['crashes']],
    ['a statement gone on with', 'host alice-pc\nalice-pc cr', 'host alice-pc\nalice-pc |', ['crashes'], ['host']],
    [
      'a line put in above',
      'host alice-pc\nat 5 s alice-pc crashes',
      'at 5 |\nhost alice-pc\nat 5 s alice-pc crashes',
      ['s', 'ms'],
      ['host'],
    ],
    ['a block opened', 'host a\nhost b\n', 'host a {\n  l|\nhost b\n', ['latency'], ['host']],
    ['a block closed', 'host a\ntogether {\n  a crashes\n', 'host a\ntogether {\n  a crashes\n}\n|', ['expect', 'host'], []],
    ['a step put into a block', 'host a\ntogether {\n  a crashes\n}', 'host a\ntogether {\n  a crashes\n  a |\n}', ['crashes'], ['host']],
    [
      'a record of an open zone',
      'host a { up 5 Mbps }\n',
      'zone x.org on n {\n  a A 10.0.0.1\n  b |\nhost a { up 5 Mbps }\n',
      ['MX'],
      ['on'],
    ],
    [
      'a record of a zone that is not closed yet',
      'zone x.org on n {\n  a A 10.0.0.1\n\na sends mail from a@x.org to b@x.org { subject "x" }',
      'zone x.org on n {\n  a A 10.0.0.1\n  b |\na sends mail from a@x.org to b@x.org { subject "x" }',
      ['MX'],
      ['sends'],
    ],
  ])('knows the place in a text that is newer than the analysis: %s', (_name, before, annotated, wanted, unwanted) => {
    const uri = 'file:///w/a.netscenario';
    const analysis = analyse([{ uri, text: before }], new Map());
    const offset = annotated.indexOf('|');
    const found = complete(analysis, { uri, text: annotated.replace('|', '') }, offset).map((item) => item.label);
    expect(found).toEqual(expect.arrayContaining([...wanted]));
    for (const label of unwanted) expect(found).not.toContain(label);
  });

  test('of what begins alike, the declaration is inserted', () => {
    const link = itemsAt('lin', 3).find(({ label }) => label === 'link')!;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: tab stops of a snippet
    expect(link).toMatchObject({ insertText: 'link ${1:a} <-> ${2:b}', snippet: true, detail: 'link A <-> B [{ … }]' });
  });

  test('inserts the rest of a form as a snippet', () => {
    const text = 'mailb';
    const item = itemsAt(text, 5).find(({ label }) => label === 'mailbox')!;
    // biome-ignore lint/suspicious/noTemplateCurlyInString: tab stops of a snippet
    expect(item).toMatchObject({ insertText: 'mailbox ${1:address} on ${2:host}', snippet: true, range: { start: 0, end: 5 } });
    expect(item.doc).toContain('RFC 5321');
  });

  test.each(vocabulary.map((entry) => [entry.id, entry.example] as const))('%s: offers every next word of the example', (_id, text) => {
    const covered = new Uint8Array(text.length);
    const cover = (statement: Statement): void => {
      for (const slot of Object.values(statement.slots)) if (slot.kind !== 'word') covered.fill(1, slot.start, slot.end);
      for (const item of statement.block ?? []) cover(item);
      if (statement.braces && !statement.block) covered.fill(1, statement.braces.start, statement.braces.end);
    };
    for (const statement of parse(text).statements) cover(statement);
    const scanner = new Scanner(text);
    let words = 0;
    for (; scanner.kind !== TokenKind.end; scanner.next()) {
      const { start, end } = scanner;
      const word = text.slice(start, end);
      if (scanner.kind !== TokenKind.word || covered[start]) continue;
      words++;
      const found = itemsAt(text, start).map((item) => item.label);
      expect(found, `${text.slice(0, start)}|${word}`).toContain(word);
    }
    expect(words).toBeGreaterThan(0);
  });
});
