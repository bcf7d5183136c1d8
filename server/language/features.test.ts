import { describe, expect, test } from 'vitest';
import { analyse } from './compile.ts';
import { hoverAt } from './hover.ts';
import { symbolsOf } from './symbols.ts';
import { type TextMateRule, textMateGrammar } from './textmate.ts';

const uri = 'file:///w/a.netscenario';

describe('hover', () => {
  test.each<[string, string, RegExp | null]>([
    ['a host', 'host al|ice { up 5 Mbps address 10.9.9.9 }', /\*\*Host\*\* `alice`, 10\.9\.9\.9\n\nup 5 Mbps/],
    ['a host where it is used', 'host a\na|  crashes', /\*\*Host\*\* `a`, 10\.0\.0\.1/],
    [
      'a host with a link and a TCP of its own',
      'network { congestion cubic }\nhost a| { receive-buffer 64 KiB }\nhost b\nlink b <-> a',
      /TCP: congestion cubic, receive-buffer 64 KiB\n\nLink to `b`\./,
    ],
    ['a link', 'host a, b\nli|nk a <-> b', /link A <-> B \[{ … }\].*Joins two hosts/s],
    ['a link that fails', 'host a, b\nlink a <-> b\nat 5 s link a <-> b fa|ils', /link A <-> B fails \[for T\].*Packets take another way/s],
    ['a metric between hosts', 'expect goo|dput of a to b > 1 Mbps', /goodput of HOST to HOST-2.*RFC 2647/s],
    ['a quantity', 'host a { latency 1|500 ms }', /1500 ms = 1\.5 s/],
    [
      'a metric, with the value that is judged',
      'host a, b\na transfers 1 MB to b\nexp|ect congestion window of a to b > 1 MiB',
      /once a round trip.*Judged is the last value measured.*the sample at the end, not the greatest/s,
    ],
    ['a property', 'host a { lat|ency 1500 ms }', /latency LATENCY.*One-way delay.*Default: 10 ms/s],
    ['a statement', 'hos|t a', /host NAME, ….*Declares hosts/s],
    ['a verb', 'host a\na crash|es', /HOST crashes \[for T\]/],
    ['a parameter', 'let n = 2 * 4 s\nhost a\nat |n a crashes', /\*\*Parameter\*\* `n` = 8 s/],
    ['a record type', 'host a\na resolves x.org M|X', /\*\*MX\*\*.*RFC 1035/s],
    ['a directive among records', 'zone x.org on ns { $TT|L 60\n }', /\*\*\$TTL\*\*.*RFC 2308 §4/s],
    ['a mailbox', 'mailbox bob|@x.org on m', /\*\*Mailbox\*\* `bob@x.org` on m, up to 10 MiB/],
    ['a metric', 'expect bou|nces of x < 1', /bounces of HOST.*RFC 5321 §6\.1/s],
    ['an empty line', 'host a\n|\n', null],
  ])('%s', (_name, annotated, wanted) => {
    const offset = annotated.indexOf('|');
    const text = annotated.replace('|', '');
    const hover = hoverAt(analyse([{ uri, text }], new Map()), uri, offset);
    if (wanted === null) expect(hover).toBeNull();
    else {
      expect(hover?.text).toMatch(wanted);
      expect(hover!.range.start).toBeLessThanOrEqual(offset);
      expect(hover!.range.end).toBeGreaterThanOrEqual(offset);
    }
  });
});

test('the outline names what is declared, and tells steps as they are written', () => {
  const text = 'scenario "T"\nhost a, b\ntogether {\n  a crashes\n  b   crashes for 1 s\n}\nhost {';
  const symbols = symbolsOf({ uri, text });
  expect(symbols.map(({ name, kind, children }) => [name, kind, children.map((child) => child.name)])).toEqual([
    ['scenario "T"', 'scenario', []],
    ['a', 'host', []],
    ['b', 'host', []],
    ['together', 'together', ['a crashes', 'b crashes for 1 s']],
    ['host', 'host', []],
  ]);
});

describe('the TextMate grammar', () => {
  const grammar = textMateGrammar();
  const rules = (list: readonly TextMateRule[]): TextMateRule[] => list.flatMap((rule) => [rule, ...rules(rule.patterns ?? [])]);
  const all = [...rules(grammar.patterns), ...Object.values(grammar.repository).flatMap((group) => rules(group.patterns))];

  // Editors’ engines know `\G`, where a line begins within a list; JavaScript does not.
  const expression = (source: string, flags: string) => new RegExp(source.replaceAll('\\G', '^'), flags);

  test('begins lines where a list within Markdown has them begin, too', () => {
    for (const source of all.flatMap(({ match, begin, end }) => [match, begin, end]).filter((one) => one !== undefined))
      expect(source.replaceAll('(?:^|\\G)', '').replaceAll(/\[\^|(?<=\|)\^\)/g, '')).not.toContain('^');
  });

  test('has only expressions that compile, and includes that exist', () => {
    for (const rule of all) {
      for (const source of [rule.match, rule.begin, rule.end])
        if (source !== undefined) expect(() => expression(source, 'u')).not.toThrow();
      if (rule.include !== undefined) expect(Object.keys(grammar.repository)).toContain(rule.include.slice(1));
    }
  });

  test.each<[string, string, string]>([
    ['host alice-pc', 'keyword.control.netscenario', 'host'],
    ['alice-pc resolves x', 'keyword.other.verb.netscenario', 'resolves'],
    ['every 5 s', 'keyword.control.timing.netscenario', 'every'],
    ['mail from alice@crepes.fr to', 'variable.other.mail-address.netscenario', 'alice@crepes.fr'],
    ['a sends mail from a', 'keyword.other.netscenario', 'mail'],
    [' walk recursively', 'constant.language.netscenario', 'recursively'],
    ['at 5 s link a <-> b fails', 'keyword.other.netscenario', 'link'],
    ['partition a from b one-way', 'constant.language.netscenario', 'one-way'],
    ['{ receive-buffer 64 KiB', 'support.type.property-name.netscenario', 'receive-buffer'],
    ['{ latency 5 ms', 'support.type.property-name.netscenario', 'latency'],
  ])('%s: %s', (line, name, word) => {
    const matches = all.filter((rule) => rule.name === name).map((rule) => expression(rule.match!, 'mu').exec(line)?.[0].trim());
    expect(matches).toContain(word);
  });
});
