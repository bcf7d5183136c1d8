/** The language's reference page (docs/language.md), made of the tables that the parser and the checker run on. */
import { metrics } from '../../engines/metrics.ts';
import { codes } from './codes.ts';
import type { Entry, Role } from './entry.ts';
import { form } from './pattern.ts';
import { MAXIMUM_PERIODS } from './trace-file.ts';
import { units } from './units.ts';
import { vocabulary } from './vocabulary.ts';

const INTRODUCTION = `# The \`.netscenario\` language

<!-- Generated from the vocabulary by \`npm run reference\`. Edit server/language/vocabulary/, not this page. -->

A scenario is a list of statements, one a line, that read like sentences: what there is, who does what when, and what is
expected of it. A block stands in \`{ … }\`. Comments are \`//\` to the end of the line, or between \`/*\` and \`*/\`. An error stays
within its statement; everything else is still checked and run.

Words in capitals stand for what the author fills in; \`[ … ]\` may be left out; \`|\` separates choices.

## Values

| value | written |
|---|---|
| duration | \`250 ms\`, \`4 s\`, \`10 min\`, \`1 h\`, \`2 d\` |
| rate | \`56 kbps\`, \`10 Mbps\`, \`1.5 Gbps\` |
| size | \`512 B\`, \`256 KiB\`, \`700 MB\` (decimal and binary units are distinct) |
| ratio | \`0.5 %\`, \`0.8\` |
| text | \`"one line"\` with \`\\n\`, \`\\t\`, \`\\"\`, \`\\\\\`; long text between \`"""\` and \`"""\` |
| names | \`alice-pc\`, \`mail.crepes.fr\`, \`alice@crepes.fr\`, \`peer[7]\`; \`peer[1..50]\` stands for fifty of them |
| parameters | \`let n = 30\`, then \`n\` wherever a value is expected; \`+ - * / ( )\`, with units checked |

## Files

Files are named by their path from the document, and have up to 16 MiB.

| file | named by | format |
|---|---|---|
| scenario | \`import "common.netscenario"\` | this language |
| zone | \`zone … { from "crepes.fr.zone" }\` | master file (RFC 1035 §5) |
| message | \`… sends mail … { from "newsletter.eml" }\` | RFC 5322 |
| what an FTP server keeps, or a client sends | \`file "readme.txt" from "real.txt"\` in the block of \`ftp\`; \`from "real.txt"\` where a file is put | any |
| anything | \`file "/logo.png" from "logo.png"\` in the block of a website | its bytes are served as they are; the media type goes by the end of its name |
| folder | \`website … { from "site" }\`, \`ftp … { from "archive" }\` | its files, and those of the folders in it: up to 1,000, 16 folders deep |
| bandwidth trace | \`trace "train.csv"\` in the block of a host, a link or the network | CSV with a header line \`duration_ms,bandwidth_kbps,latency_ms\`, one period a row; or JSON, \`[{ "duration_ms": 1000, "bandwidth_kbps": 5000, "latency_ms": 50 }, …]\`. The latency may be left out, other columns are ignored. Up to ${MAXIMUM_PERIODS / 1000},000 periods of 1 ms to 100 d, which is also what they may last together, at least one with a bandwidth above 0 |
`;

const CHAPTERS: readonly (readonly [role: Role, title: string, text: string])[] = [
  ['setting', 'The scenario as a whole', ''],
  [
    'declaration',
    'What there is',
    'What is not written down is filled in: a host’s link and address, a zone’s SOA, NS and host addresses, root and top-level servers with their delegations, a local DNS server.',
  ],
  [
    'step',
    'Who does what, when',
    'Before any step may stand `at TIME` (of the run), `then` (when the step before it is done; also where nothing stands), `after DURATION` (that long after it), or `every INTERVAL … until TIME` (again and again).',
  ],
  [
    'expectation',
    'What is expected',
    'An expectation is judged when the steps above it are done; one of a metric, by the last value measured until then.',
  ],
  [
    'view',
    'What is shown',
    'Without a view, everything is shown. A sweep, and a comparison, run the scenario several times; [more on them](sweeps.md).',
  ],
];

/** The whole page, in Markdown. */
export function referencePage(): string {
  const parts = [INTRODUCTION];
  for (const [role, title, text] of CHAPTERS) {
    parts.push(`## ${title}\n`);
    if (text) parts.push(`${text}\n`);
    for (const entry of vocabulary) if (entry.role === role) parts.push(statement(entry));
  }
  parts.push(metricsTable(), unitsTable(), diagnosticsList());
  return `${parts.join('\n').trimEnd()}\n`;
}

function statement(entry: Entry): string {
  const lines = [`### ${entry.id}\n`, '```netscenario', form(entry), '```\n', standard(entry.doc, entry.standard)];
  if (entry.properties) {
    lines.push('', '| property | what it says | when it is left out |', '|---|---|---|');
    for (const property of Object.values(entry.properties)) {
      lines.push(
        `| \`${cell(property.pattern)}\` | ${cell(standard(property.doc, property.standard))} | ${cell(property.default ?? '')} |`,
      );
    }
  }
  lines.push('', '```netscenario', entry.example, '```\n');
  return lines.join('\n');
}

function metricsTable(): string {
  const rows = metrics.map(({ name, subjects, unit, doc, bound, standard: source }) => {
    const shown = [name, ...subjects.map(({ preposition, type }) => `${preposition} ${type.toUpperCase()}`)].join(' ');
    return `| \`${shown}\` | ${unit === '' ? 'a number' : unit === 'ns' ? 'a duration' : unit} | ${cell(standard(doc, source ?? null))}${bound === undefined ? '' : ` Bound: \`${bound}\`.`} |`;
  });
  return [
    '## Metrics\n',
    'What `expect` can compare, and `plot` can draw.\n',
    '| metric | unit | what it is |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function unitsTable(): string {
  const rows = units.map(({ name, dimension, doc }) => `| \`${name}\` | ${dimension} | ${doc} |`);
  return ['## Units\n', '| unit | measures | |', '|---|---|---|', ...rows, ''].join('\n');
}

/** Each code is a heading: diagnostics link to it. */
function diagnosticsList(): string {
  const parts = Object.entries(codes).map(([code, { severity, doc }]) => `### ${code}\n\n*${severity}* · ${doc}\n`);
  return ['## Diagnostics\n', ...parts].join('\n');
}

const standard = (doc: string, source: string | null): string => (source ? `${doc} (${source})` : doc);
const cell = (text: string): string => text.replace(/\|/g, '\\|').replace(/\n/g, ' ');
