/**
 * Master files as one meets them, read and written back, with BIND's named-checkzone and NLnet Labs' ldns-read-zone as judges.
 * named-checkzone reads each fixture by itself, too, and must find the same records.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { presentation } from '../presentation.ts';
import type { ResourceRecord } from '../records.ts';
import { readMasterFile } from './master-file.ts';
import { writeMasterFile } from './writer.ts';

const FIXTURES = new URL('./fixtures/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'netscenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** File, origin, number of records. */
const zones: readonly (readonly [file: string, origin: string, records: number])[] = [
  ['isi.edu.zone', 'ISI.EDU.', 14],
  ['university.edu.zone', 'university.edu.', 26],
  ['escapes.example.zone', 'escapes.example.', 17],
  ['types.example.zone', 'types.example.', 24],
  ['dos.example.zone', 'dos.example.', 8],
  ['2.0.192.in-addr.arpa.zone', '2.0.192.in-addr.arpa.', 8],
  ['signed.zone', 'example.test.', 26],
];

const include = (name: string): string => readFileSync(join(FIXTURES, name), 'utf8');

function read(file: string, origin: string): readonly ResourceRecord[] {
  const { records, problems } = readMasterFile(include(file), { origin, include });
  expect(problems).toEqual([]);
  return records;
}

/** Without order and without the case of names, which servers may fold. */
const rows = (records: readonly ResourceRecord[]): string[] =>
  records.map(({ name, ttl, data }) => `${name.toLowerCase()} ${ttl} ${data.type} ${presentation(data, (n) => n.toLowerCase())}`).sort();

const has = (program: string, word: string): boolean => spawnSync(program, [word]).error === undefined;
const bind = has('named-checkzone', '-v');
const ldns = has('ldns-read-zone', '-v');

/** The zone as named-checkzone understands it. */
function dumped(file: string, origin: string): string {
  const out = join(folder, 'dump');
  const words = ['-i', 'none', '-k', 'ignore', '-n', 'ignore', '-r', 'ignore', '-w', FIXTURES, '-D', '-s', 'full', '-o', out];
  execFileSync('named-checkzone', [...words, origin, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  return readFileSync(out, 'utf8');
}

describe.each(zones)('%s', (file, origin, count) => {
  test('is read without a complaint, and written so that it reads the same', () => {
    const records = read(file, origin);
    expect(records).toHaveLength(count);
    const again = readMasterFile(writeMasterFile(records, origin), { origin: '.' });
    expect(again).toMatchObject({ problems: [], records });
  });

  test.skipIf(!bind)('is to named-checkzone what it is to us, as it stands and as we write it', () => {
    const records = read(file, origin);
    const ours = join(folder, 'ours.zone');
    writeFileSync(ours, writeMasterFile(records, origin));
    for (const path of [join(FIXTURES, file), ours]) {
      const theirs = readMasterFile(dumped(path, origin), { origin: '.' });
      expect(theirs.problems).toEqual([]);
      expect(rows(theirs.records)).toEqual(rows(records));
    }
  });

  test.skipIf(!ldns)('is accepted by ldns-read-zone as we write it, record for record', () => {
    const records = read(file, origin);
    const ours = join(folder, 'ours.zone');
    writeFileSync(ours, writeMasterFile(records, origin));
    const printed = execFileSync('ldns-read-zone', [ours], { encoding: 'utf8' });
    expect(printed.trimEnd().split('\n')).toHaveLength(records.length);
    // It prints quotes and dollar signs in names without the backslash with which it reads them.
    if (file !== 'escapes.example.zone') expect(rows(readMasterFile(printed, { origin: '.' }).records)).toEqual(rows(records));
  });
});

test('root hints have no SOA and are read all the same', () => {
  expect(rows(read('root.hints', '.'))).toEqual([
    '. 3600000 NS a.root-servers.net.',
    '. 3600000 NS b.root-servers.net.',
    'a.root-servers.net. 3600000 A 198.41.0.4',
    'a.root-servers.net. 3600000 AAAA 2001:503:ba3e::2:30',
    'b.root-servers.net. 3600000 A 170.247.170.2',
    'b.root-servers.net. 3600000 AAAA 2801:1b8:10::b',
  ]);
});

test('nested included files have origins of their own (RFC 1035 §5.1)', () => {
  const names = read('university.edu.zone', 'university.edu.').flatMap(({ name, data }) => (data.type === 'A' ? [name] : []));
  expect(names.slice(-8)).toEqual([
    'labs.university.edu.',
    'wet.labs.university.edu.',
    'dry.labs.university.edu.',
    'bench.dry.labs.university.edu.',
    'moved.elsewhere.university.edu.',
    'last.labs.university.edu.',
    'after.university.edu.',
    'quick.university.edu.',
  ]);
});
