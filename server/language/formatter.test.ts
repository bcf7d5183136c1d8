/** Formatting: texts before and behind; and of any text, that nothing but white space is ever replaced. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { propertyExamples } from './examples-for-tests.ts';
import { defaultFormatting, edited, editsWithin, type FormattingOptions, format } from './formatter.ts';
import { parseNotebook } from './notebook.ts';
import { vocabulary } from './vocabulary.ts';

const uri = 'file:///w/a.netscenario';

function formatted(text: string, options?: FormattingOptions): string {
  return edited(text, format({ uri, text }, options));
}

describe('format', () => {
  test.each<[what: string, before: string, after: string]>([
    ['blanks and blank lines', '\n\nhost   a  ,b\n\n\n\n  host c  \n\n', 'host a, b\n\nhost c\n'],
    [
      'values',
      'let n=3*( 4 -1 )+2\nnetwork{loss 1%\nlatency 5   ms}\nlet m = - 4 s',
      'let n = 3 * (4 - 1) + 2\nnetwork {\n  loss 1 %\n  latency 5 ms\n}\nlet m = -4 s',
    ],
    [
      'names with indices as they stand',
      'host p[1..3].x.org , q\nfirewall q { drop from 10.0.0.0/8 }',
      'host p[1..3].x.org, q\nfirewall q { drop from 10.0.0.0/8 }',
    ],
    ['properties on one line, set apart', 'host a {up 5 Mbps down 2 Mbps}\nhost b {}', 'host a { up 5 Mbps  down 2 Mbps }\nhost b {}'],
    ['a block over several lines', 'host a { up 5 Mbps\n      down 2 Mbps }', 'host a {\n  up 5 Mbps\n  down 2 Mbps\n}'],
    [
      'blocks within blocks',
      'together {\na crashes\n\n\n   together {\n b crashes }\n\n}',
      'together {\n  a crashes\n\n  together {\n    b crashes\n  }\n}',
    ],
    [
      'sweeps and alternatives',
      'sweep n over 1 .. 5   step 2,9 and  rtt over 1 ms ..3 ms {\n plot   mean goodput  of a against n\n   expect goodput of a to b>1 bps }\nalternative x {\n host a {up 1 Mbps} }',
      'sweep n over 1..5 step 2, 9 and rtt over 1 ms..3 ms {\n  plot   mean goodput of a against n\n  expect goodput of a to b > 1 bps\n}\nalternative x {\n  host a { up 1 Mbps }\n}',
    ],
    [
      'comments, wherever they stand',
      '// first\nhost a   // behind\nhost bcd     // behind, too\nhost /* within */ e{ // at the brace\n// in it\nup 5 Mbps // of it\n// last in it\n}\n/* and\n   long */\n',
      '// first\nhost a    // behind\nhost bcd  // behind, too\nhost /* within */ e { // at the brace\n  // in it\n  up 5 Mbps // of it\n  // last in it\n}\n/* and\n   long */\n',
    ],
    [
      'columns that the author began',
      'host a   { up 5 Mbps }\nhost bcd { up 5 Mbps }\nhost longer { up 5 Mbps }',
      'host a      { up 5 Mbps }\nhost bcd    { up 5 Mbps }\nhost longer { up 5 Mbps }',
    ],
    [
      'columns across kinds of statements',
      'expect bounces of a = 0\nshow   sequence of a, b',
      'expect bounces of a = 0\nshow   sequence of a, b',
    ],
    [
      'no column that nothing else is in',
      'host a     { up 5 Mbps }\n\nhost bcd { up 5 Mbps }',
      'host a { up 5 Mbps }\n\nhost bcd { up 5 Mbps }',
    ],
    [
      'records, in columns',
      'zone x.org on ns {\n@ MX 10 m   \n    MX 20 n ; spare\nm   A 10.0.0.1\n   }',
      'zone x.org on ns {\n  @ MX 10 m\n    MX 20 n ; spare\n  m A  10.0.0.1\n}',
    ],
    ['records on one line', 'zone x.org on ns {@   MX 10 m}\nzone y.org on ns { }', 'zone x.org on ns { @ MX 10 m }\nzone y.org on ns {}'],
    [
      'TTLs and classes before the types, comments behind',
      'zone x.org on ns {\n  $TTL   1h\n  @ NS ns ;the server\n  www 60 IN A 10.0.0.1   ; quick\n  ; all others\n  mail.long A 10.0.0.2\n}',
      'zone x.org on ns {\n  $TTL 1h\n  @               NS ns        ;the server\n  www       60 IN A  10.0.0.1  ; quick\n  ; all others\n  mail.long       A  10.0.0.2\n}',
    ],
    [
      'records beside the braces',
      'zone x.org on ns { ; all of it\n  @ MX 10 m\n\n\n\n  m A 10.0.0.1 }\nzone y.org on ns { @ NS a\n  a A 10.0.0.1\n}',
      'zone x.org on ns { ; all of it\n  @ MX 10 m\n\n  m A  10.0.0.1\n}\nzone y.org on ns {\n  @ NS a\n  a A  10.0.0.1\n}',
    ],
    [
      'owners that could be types, and numbers that are owners',
      'zone x.org on ns {\n  ns A 10.0.0.1\n  mx 60 A 10.0.0.2\n  longer TXT "a   b"\n  MX 10 a\n}\nzone 0.0.10.in-addr.arpa on ns {\n  7 PTR a.x.org.\n  12 PTR b.x.org.\n}',
      'zone x.org on ns {\n  ns        A   10.0.0.1\n  mx     60 A   10.0.0.2\n  longer    TXT "a   b"\n            MX  10 a\n}\nzone 0.0.10.in-addr.arpa on ns {\n  7  PTR a.x.org.\n  12 PTR b.x.org.\n}',
    ],
    [
      'what may be a name or a class where it stands',
      'zone x.org on ns {\n  www A 10.0.0.1\n  in A 10.0.0.2\n      in A 10.0.0.3\n}',
      'zone x.org on ns {\n  www    A 10.0.0.1\n  in     A 10.0.0.2\n      in A 10.0.0.3\n}',
    ],
    [
      'owners that look like a TTL, or a class',
      'zone x.org on ns {\n  7 1h AAAA ::1\n  1h 60 MX 10 m\n  IN 60 IN TXT "a"\n      IN MX 10 m\n}',
      'zone x.org on ns {\n  7  1h    AAAA ::1\n  1h 60    MX   10 m\n  IN 60 IN TXT  "a"\n     IN    MX   10 m\n}',
    ],
    [
      'records in several parentheses',
      'zone x.org on ns {\n      @ SOA ns h (\n          1 2\n          3 4 5 ) ; done\n      www A 10.0.0.1\n}',
      'zone x.org on ns {\n  @   SOA ns h (\n      1 2\n      3 4 5 ) ; done\n  www A   10.0.0.1\n}',
    ],
    [
      'records that are broken as they stand, moved together',
      'zone x.org on ns {\n      @ MX  10 m\n        m A ( 10.0.0.1\n  }',
      'zone x.org on ns {\n  @ MX  10 m\n    m A ( 10.0.0.1\n}',
    ],
    ['a broken statement as it stands', 'host   a\nhost   b {  up   }\n a   crashes', 'host a\nhost b {  up   }\na crashes'],
    ['what is behind an unclosed block as it stands', 'host a {\n   up   5 Mbps\n', 'host a {\n   up   5 Mbps\n'],
    [
      'a long text as it stands',
      'host a\na sends mail from x@y to z@y {\nbody """\n     Dear\n       all  \n   """\n}',
      'host a\na sends mail from x@y to z@y {\n  body """\n     Dear\n       all  \n   """\n}',
    ],
    ['the rest of a line as it stands', 'expect   answer of a for b.c is   10.0.0.1', 'expect answer of a for b.c is 10.0.0.1'],
    ['line ends of Windows', 'host   a\r\n\r\n\r\n\r\nhost b { up 5 Mbps\r\n}\r\n', 'host a\r\n\r\nhost b {\r\n  up 5 Mbps\r\n}\r\n'],
    ['other white space', '\ufeffhost\u00a0a', '\ufeffhost a'],
    [
      'values that are swept over, and what is plotted',
      'let n=1\nsweep n over 1 ..9   step 2,10{\n plot   lookup time of pc[1..3],  goodput of a to b   against n }',
      'let n = 1\nsweep n over 1..9 step 2, 10 {\n  plot lookup time of pc[1..3], goodput of a to b against n\n}',
    ],
    ['nothing', '  \n \n', ''],
  ])('%s', (_what, before, after) => {
    expect(formatted(before)).toBe(after);
    expect(formatted(after)).toBe(after);
  });

  test('tabs, or more blanks, where the editor says so; a last line end where it wants one', () => {
    const text = 'host a {\nup 5 Mbps\n}';
    expect(formatted(text, { ...defaultFormatting, insertSpaces: false })).toBe('host a {\n\tup 5 Mbps\n}');
    const zone = 'zone x.org on n {\n\t@ SOA n h (\n\t\t1 2 3 4 5 )\n\twww A 10.0.0.1\n}';
    const laidOut = 'zone x.org on n {\n\t@   SOA n h (\n\t  1 2 3 4 5 )\n\twww A   10.0.0.1\n}';
    expect(formatted(zone, { ...defaultFormatting, insertSpaces: false })).toBe(laidOut);
    expect(formatted(laidOut, { ...defaultFormatting, insertSpaces: false })).toBe(laidOut);
    expect(formatted(text, { ...defaultFormatting, tabSize: 4 })).toBe('host a {\n    up 5 Mbps\n}');
    expect(formatted(text, { ...defaultFormatting, insertFinalNewline: true })).toBe('host a {\n  up 5 Mbps\n}\n');
  });

  test('of a range, its lines alone', () => {
    const text = 'host   a\nhost   b\nhost   c\n';
    const edits = editsWithin(format({ uri, text }), text, { start: 12, end: 12 });
    expect(edited(text, edits)).toBe('host   a\nhost b\nhost   c\n');
  });
});

const folder = new URL('../../samples/', import.meta.url);
const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.netscenario(\.md)?$/.test(name))
  .sort()
  .flatMap((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    return name.endsWith('.md') ? parseNotebook(text).cells.flatMap((cell) => (cell.kind === 'code' ? [cell.text] : [])) : [text];
  });

/** Without white space, which is all that formatting changes. */
const marks = (text: string): string => text.replace(/[\s\u00a0\ufeff\u0085]/g, '');

/** What a text means, wherever it stands in it. */
function meaning(text: string): unknown {
  const { scenario, diagnostics } = compile([{ uri, text }], new Map());
  const withoutPlaces = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(withoutPlaces);
    if (typeof value !== 'object' || value === null)
      return typeof value === 'string' ? value.replace(/\s+/g, ' ').replace(/ (?=[,)}])|(?<=[({]) /g, '') : value;
    const all = Object.entries(value);
    return Object.fromEntries(
      all.filter(([key]) => !['source', 'start', 'end', 'sources', 'text'].includes(key)).map(([key, one]) => [key, withoutPlaces(one)]),
    );
  };
  return { scenario: withoutPlaces(scenario), codes: diagnostics.map(({ code }) => code) };
}

test('what people learn from is laid out: every sample', () => {
  for (const text of samples) expect(formatted(text)).toBe(text);
});

test('and every example of the vocabulary', () => {
  for (const { example } of vocabulary) expect(formatted(example)).toBe(example);
  for (const { text } of propertyExamples()) expect(formatted(text)).toBe(text);
});

test('a sample means the same when it is laid out', () => {
  for (const text of samples) expect(meaning(formatted(text))).toEqual(meaning(text));
});

const runs = Number(process.env.FUZZ_RUNS ?? 300);
const junk = fc.constantFrom(
  '  ',
  '\n',
  '\n\n\n',
  '\t',
  ' // c\n',
  '/* d */',
  '{',
  '}',
  '"',
  ',',
  '[',
  '(',
  '"""',
  'é',
  '\r\n',
  '/*',
  '\u00a0',
  ';',
  'host ',
  ' at 5 s ',
  '}\n',
);

test('of any text, nothing but white space is replaced, and what was laid out stays', () => {
  fc.assert(
    fc.property(
      fc.nat(samples.length - 1),
      fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), junk, fc.nat(20)), { maxLength: 12 }),
      (sample, changes) => {
        let text = samples[sample]!;
        for (const [at, insert, remove] of changes) {
          const start = Math.floor(at * text.length);
          text = text.slice(0, start) + insert + text.slice(start + (remove > 15 ? remove : 0));
        }
        const edits = format({ uri, text });
        for (const { start, end, text: by } of edits) expect(marks(text.slice(start, end) + by)).toBe('');
        const once = edited(text, edits);
        expect(marks(once)).toBe(marks(text));
        expect(formatted(once)).toBe(once);
        expect(compile([{ uri, text: once }], new Map()).diagnostics.map(({ code }) => code)).toEqual(
          compile([{ uri, text }], new Map()).diagnostics.map(({ code }) => code),
        );
      },
    ),
    { numRuns: runs, seed: Number(process.env.FUZZ_SEED ?? 1) },
  );
}, 600_000);

test('white space between tokens changes nothing in what comes out', () => {
  fc.assert(
    fc.property(
      fc.nat(samples.length - 1),
      fc.array(fc.constantFrom('', ' ', '   ', '\t'), { minLength: 40, maxLength: 40 }),
      (sample, blanks) => {
        const text = samples[sample]!;
        let i = 0;
        // Blanks at the ends of lines are no column.
        const spaced = text.replace(/\n/g, () => `${blanks[i++ % blanks.length]}\n`);
        if (/"""/.test(text)) return;
        expect(formatted(spaced)).toBe(formatted(text));
      },
    ),
    { numRuns: 50, seed: 1 },
  );
});
