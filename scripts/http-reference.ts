/**
 * The tables of docs/http.md, made of the tables that the engine runs on: methods, status codes, header fields, each with what becomes
 * of it and the tests that name it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { HEADER_FIELDS } from '../engines/http/wire/header-fields.ts';
import { METHODS } from '../engines/http/wire/methods.ts';
import { STATUSES } from '../engines/http/wire/status.ts';

const ENGINE = new URL('../engines/http/', import.meta.url);
const PAGE = new URL('../docs/http.md', import.meta.url);
const START = '<!-- Generated from the engine’s tables by `npm run reference`; edit those, not what stands below. -->\n';

export interface Row {
  readonly name: string;
  readonly meaning: string;
  /** null: passed on and shown only. */
  readonly here: string | null;
  readonly standard: string;
  /** Files of tests in which it stands. */
  readonly tests: readonly string[];
}

interface TestFile {
  readonly name: string;
  readonly text: string;
}

function testFiles(): TestFile[] {
  return readdirSync(ENGINE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => ({ name: name.replaceAll('\\', '/'), text: readFileSync(new URL(name.replaceAll('\\', '/'), ENGINE), 'utf8') }));
}

/** Files in which it stands as a code or method by itself, as a field's name in quotes or before a colon. */
function naming(files: readonly TestFile[], word: string, kind: 'word' | 'field' = 'word'): string[] {
  const before = '(?:(?<![\\w.-])|\\\\n)';
  const pattern = new RegExp(`${before}${word}${kind === 'word' ? '(?![\\w.-])' : '[\'":]'}`);
  return files.filter(({ text }) => pattern.test(text)).map(({ name }) => name.replace('.test.ts', ''));
}

export function httpRows(): { methods: Row[]; statuses: Row[]; fields: Row[] } {
  const files = testFiles();
  return {
    methods: Object.entries(METHODS).map(([name, { meaning, here, standard }]) => ({
      name,
      meaning,
      here,
      standard,
      tests: naming(files, name),
    })),
    statuses: Object.entries(STATUSES).map(([code, { phrase, here, standard }]) => ({
      name: code,
      meaning: phrase,
      here,
      standard,
      tests: naming(files, code),
    })),
    fields: Object.values(HEADER_FIELDS).map(({ name, meaning, here, standard }) => ({
      name,
      meaning,
      here,
      standard,
      tests: naming(files, name, 'field'),
    })),
  };
}

/** docs/http.md with its tables as they are now. */
export function httpPage(): string {
  const page = readFileSync(PAGE, 'utf8');
  const { methods, statuses, fields } = httpRows();
  const tables = [
    table('Methods', ['method', 'the client’s wish'], methods),
    table('Status codes', ['code', 'reason'], statuses),
    table('Header fields', ['field', 'what it says'], fields),
  ];
  return `${page.slice(0, page.indexOf(START) + START.length)}\n${tables.join('\n')}`;
}

function table(title: string, [name, meaning]: readonly [string, string], rows: readonly Row[]): string {
  const lines = rows.map(
    (row) =>
      `| \`${row.name}\` | ${row.meaning} | ${row.here ?? 'passed on, and shown'} | ${row.here === null ? '' : row.tests.join(', ')} | ${row.standard} |`,
  );
  return [`## ${title}\n`, `| ${name} | ${meaning} | here | tests | section |`, '|---|---|---|---|---|', ...lines, ''].join('\n');
}
