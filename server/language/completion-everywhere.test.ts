/**
 * At every place of every example of the vocabulary, completion offers what the grammar allows there and nothing else. What it
 * allows is read a second time, without the parser (`grammar-for-tests.ts`). Of signs, only `{` and those that are words of a
 * form are items; those that a value or a list goes on with (`,`, `+`, `..`, `[`), and `}`, are not.
 */
import { describe, expect, test } from 'vitest';
import { recordFormats } from '../../engines/dns/record-format.ts';
import { type Analysis, analyse } from './compile.ts';
import { type CompletionItem, complete } from './completion.ts';
import type { Slot } from './entry.ts';
import { type Allowed, allowedAfter, formsOf } from './grammar-for-tests.ts';
import { hoverAt } from './hover.ts';
import { parse } from './parser.ts';
import type { SyntaxProblem } from './syntax.ts';
import { units } from './units.ts';
import { vocabulary } from './vocabulary.ts';

/** One declaration of whatever can be named, so that there are names of the wrong kind to offer by mistake. */
const declarations = `let zz-count = 3
let zz-time = 4 s
let zz-size = 2 MB
let zz-rate = 3 Mbps
let zz-share = 10 %
let zz-text = "x"
host zz-host
zone zz.example on zz-ns { www A 10.200.0.1 }
mailbox zz@zz.example on zz-mail
ftp zz-ftp { file "zz/file.iso" 1 MB }
torrent zz-torrent { tracker zz-tracker seeds zz-host }
clip zz-clip
video zz-video
website zz-site on zz-web { page "/zz.html" 1 kB }
`;

const recordTypes = recordFormats.map(({ type }) => type).filter((type) => type !== 'OPT');

/** What can be named in a slot, by what the slot is for. */
function namesFor({ meaning, dimension }: Slot<unknown>, { program }: Analysis): string[] {
  const hosts = [...program.hosts.values()].filter(({ implicit }) => !implicit).map(({ name }) => name);
  const films = [...program.films.values()];
  const parameters = [...program.parameters.values()];
  const fitting = parameters.filter(({ value }) => {
    const own = value?.dimension;
    return dimension === null || own === undefined || own === dimension || (dimension === 'ratio' && own === 'number');
  });
  switch (meaning) {
    case 'host':
      return hosts;
    case 'domain-name':
    case 'new-zone': {
      const zones = [...program.zones.values()].filter(({ implicit }) => !implicit);
      const owners =
        meaning === 'new-zone'
          ? []
          : zones.flatMap(({ records }) =>
              records.filter(({ data }) => ['A', 'AAAA', 'CNAME'].includes(data.type)).map(({ name }) => name.slice(0, -1)),
            );
      const sites = [...program.websites.values(), ...program.webmails.values(), ...program.cdns.values()].map(({ name }) => name);
      return [
        ...zones.map(({ origin }) => (origin === '.' ? '.' : origin.slice(0, -1))),
        ...owners,
        ...hosts,
        ...(meaning === 'new-zone' ? [] : sites),
      ];
    }
    case 'mail-address':
      return [...program.mailboxes.values()].map(({ address }) => address);
    case 'torrent':
      return [...program.torrents.values()].map(({ name }) => name);
    case 'film':
      return films.map(({ name }) => name);
    case 'clip':
      return films.filter(({ clip }) => clip).map(({ name }) => name);
    case 'record-type':
      return recordTypes;
    case 'answer':
      return ['NXDOMAIN', 'NODATA', 'SERVFAIL', 'TIMEOUT'];
    case 'record-data':
      return [...program.hosts.values()].flatMap(({ address }) => address ?? []);
    case 'protocol':
      return [...program.protocols];
    case 'parameter':
      return parameters.map(({ name }) => name);
    case 'alternative':
      return [...program.alternatives.keys()];
    case 'quantity':
    case 'any-value':
    case 'text':
    case 'quoted-name':
    case 'file':
      return fitting.map(({ name }) => name);
    case 'path':
    case 'web-path': {
      const paths =
        meaning === 'path'
          ? [...program.ftpServers.values()].flatMap(({ files }) => files.map(({ path }) => path.slice(1)))
          : [...program.websites.values()].flatMap(({ resources }) => resources.map(({ path }) => path));
      return [...paths.map((path) => `"${path}"`), ...fitting.map(({ name }) => name)];
    }
    default:
      return [];
  }
}

const unitsFor = ({ dimension }: Slot<unknown>): string[] =>
  units.filter((unit) => unit.name !== 'us' && (dimension === null || unit.dimension === dimension)).map(({ name }) => name);

/** By the kind of the field, for a record's data. */
function namesInRecords({ part, type, field, zone }: NonNullable<Allowed['records']>, analysis: Analysis): string[] {
  const hosts = namesFor({ meaning: 'host' } as Slot<unknown>, analysis);
  switch (part) {
    case 'owner':
      return ['@', ...hosts.filter((name) => name === zone || name.endsWith(`.${zone}`)), ...recordTypes, '$ORIGIN', '$TTL'];
    case 'type':
      return recordTypes;
    case 'data':
      if (type === 'A' && field === 0) return namesFor({ meaning: 'record-data' } as Slot<unknown>, analysis);
      return (type === 'MX' && field === 1) || (['NS', 'CNAME', 'PTR'].includes(type!) && field === 0) ? hosts : [];
  }
}

function labelsOf({ words, slots, units: numbers, records }: Allowed, analysis: Analysis): Set<string> {
  const labels = new Set(words);
  if (records) for (const name of namesInRecords(records, analysis)) labels.add(name);
  for (const slot of slots) for (const name of namesFor(slot, analysis)) labels.add(name);
  for (const slot of numbers) for (const unit of unitsFor(slot)) labels.add(unit);
  return labels;
}

/** Where the word begins that is being written at the end of a text; null within a text or a comment. */
function beginningOfWord(text: string): number | null {
  const whole = text.replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\/\/.*(?=\n)|\/\*[\s\S]*?\*\//g, (found) =>
    found.includes('\n') ? found.replace(/[^\n]/g, '_') : `${'_'.repeat(found.length - 1)} `,
  );
  if (/"|\/\/|\/\*/.test(whole)) return null;
  const run = /(?:[\p{L}\p{N}_@-]|\.(?!\.)(?<!\.\.))+$|[<>=!-]+$|%$/u.exec(text);
  return run ? run.index : text.length;
}

/** What stands there once an item is taken: in its tab stops, what they say until it is written over. */
function taken({ insertText, snippet }: CompletionItem): string {
  if (!snippet) return insertText;
  return insertText
    .replace(/\$\{\d+\|([^,|]*)[^|]*\|\}/g, '$1')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\d/g, '');
}

/** Problems of a text that is still being written, but for those at its end, and blocks that are open; what begins a line may be a host. */
function problemsWithin(text: string): readonly SyntaxProblem[] {
  return parse(text).problems.filter(
    ({ start, end, code, firstWord }) => code !== 'unclosed-block' && !firstWord && !(start === end && end >= text.trimEnd().length),
  );
}

const uri = 'file:///w/a.netscenario';
const declared = analyse([{ uri, text: declarations }], new Map());

/** What is missing among the items at a place of a text below the declarations, and what is too many; empty where nothing is. */
function mistakes(text: string, at: number, analysis: Analysis): string[] {
  const before = text.slice(0, at);
  const word = beginningOfWord(before);
  const wanted = word === null ? new Set<string>() : labelsOf(allowedAfter(before.slice(0, word)), analysis);
  const offered = complete(analysis, { uri, text: declarations + text }, declarations.length + at);
  const labels = new Set(offered.map(({ label }) => label));
  const missing = [...wanted].filter((label) => !labels.has(label));
  const surplus = [...labels].filter((label) => !wanted.has(label));
  const misplaced = offered.some(({ range }) => range.start !== declarations.length + word! || range.end !== declarations.length + at);
  if (missing.length === 0 && surplus.length === 0 && !misplaced) return [];
  const lines = [
    `${before}|${text.slice(at)}`,
    `  missing: ${missing.slice(0, 8).join(' ')}`,
    `  surplus: ${surplus.slice(0, 8).join(' ')}`,
  ];
  return [[...lines, ...(misplaced ? ['  in another place'] : [])].join('\n')];
}

describe.each(vocabulary.map((entry) => [entry.id, entry] as const))('%s', (_id, entry) => {
  const { example } = entry;
  const source = { uri, text: declarations + example };
  const analysis = analyse([source], new Map());

  test('completion offers what the grammar allows, at each place of the example', () => {
    const wrong: string[] = [];
    for (let at = 0; at <= example.length; at++) wrong.push(...mistakes(example, at, analysis));
    expect(wrong.slice(0, 3).join('\n'), `${wrong.length} places`).toBe('');
  });

  test('and between the words of each form', () => {
    const wrong: string[] = [];
    for (const text of formsOf(entry))
      for (const { index } of text.matchAll(/(?<=\s)\S|$/g)) wrong.push(...mistakes(text, index, declared));
    expect(wrong.slice(0, 3).join('\n'), `${wrong.length} places`).toBe('');
  });

  test('what is offered can be taken: the text holds', () => {
    const wrong: string[] = [];
    for (let at = 0; at <= example.length; at++) {
      // Within a word the same is offered as where it begins.
      if (/[\w"]/.test(example[at - 1] ?? ' ')) continue;
      const before = example.slice(0, at);
      const known = new Set(problemsWithin(before).map(({ start, code }) => `${start} ${code}`));
      for (const item of complete(analysis, source, declarations.length + at)) {
        // Of a line that ends with one, the parser says that texts stand in quotes: it knows no declarations.
        if (item.label === 'zz-text') continue;
        const text = before.slice(0, item.range.start - declarations.length) + taken(item);
        const added = problemsWithin(text).filter(({ start, code }) => !known.has(`${start} ${code}`));
        if (added.length > 0) wrong.push(`${text}|\n  ${item.label}: ${added[0]!.message}`);
      }
    }
    expect(wrong.slice(0, 3).join('\n'), `${wrong.length} items`).toBe('');
  });

  test('every word is explained under the cursor', () => {
    const silent: string[] = [];
    for (const { index, 0: word } of example.matchAll(
      /"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|\/\/.*|(?:[\p{L}\p{N}@_-]|\.(?!\.))+|[<>=!]+|<->|%/gu,
    )) {
      if (word.startsWith('//')) continue;
      // What is said of a word names it, but where a file that declares it is not there.
      const named = /^[a-z][a-z-]*$/.test(word) && analysis.missing.length === 0 ? word : '';
      for (const at of [index, index + (word.length >> 1)])
        if (!hoverAt(analysis, uri, declarations.length + at)?.text.match(named || /\S/))
          silent.push(`${example.slice(0, at)}|${example.slice(at)}`);
    }
    expect(silent.slice(0, 3).join('\n'), `${silent.length} places`).toBe('');
  });
});

test.each(['at 4 s', 'after 4 s', 'then', 'every 4 s'])('hover tells when a step happens: %s', (timing) => {
  const repeated = timing.startsWith('every');
  const text = `${declarations}${timing} zz-host crashes${repeated ? ' until 9 s' : ''}`;
  const analysis = analyse([{ uri, text }], new Map());
  for (const word of [timing.split(' ')[0]!, ...(repeated ? ['until'] : [])]) {
    const at = text.lastIndexOf(word);
    const hover = hoverAt(analysis, uri, at + 1);
    expect(hover).toMatchObject({ range: { start: at, end: at + word.length } });
    expect(hover!.text).toContain(`${word} `);
  }
});
