import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dissectListing, FACTS, formatFacts, formatListLine, type ListedHere, listingLines, parseFacts, parseListLine } from './listing.ts';
import { decodeTime, encodeTime } from './time-value.ts';

/** 2026-01-01 00:00:00 UTC. */
const NEW_YEAR = 1_767_225_600;
const readme: ListedHere = {
  name: 'readme.txt',
  kind: 'file',
  size: 12288,
  modified: NEW_YEAR,
  owner: 'ann',
  writable: true,
  movable: true,
  unique: 'U7',
};

const entry: fc.Arbitrary<ListedHere> = fc
  .record({
    name: fc.stringMatching(/^[!-.0-~\x80-\xff][ -.0-~\x80-\xff]{0,30}$/),
    kind: fc.constantFrom('file' as const, 'directory' as const),
    size: fc.integer({ min: 0, max: 10 ** 12 }),
    modified: fc.integer({ min: 0, max: 4_000_000_000 }),
    owner: fc.stringMatching(/^[!-~]{1,20}$/),
    writable: fc.boolean(),
    movable: fc.boolean(),
    unique: fc.nat().map((id) => `U${id}`),
  })
  .map((one) => (one.kind === 'directory' ? { ...one, size: 0 } : one));

describe('LIST', () => {
  test.each<[string, Partial<ListedHere>, string]>([
    ['a file of today', {}, '-rw-r--r--   1 ann      ftp           12288 Jan  1 00:00 readme.txt'],
    ['a directory', { kind: 'directory', size: 0, name: 'pub' }, 'drwxr-xr-x   1 ann      ftp               0 Jan  1 00:00 pub'],
    ['a file that may not be written', { writable: false }, '-r--r--r--   1 ann      ftp           12288 Jan  1 00:00 readme.txt'],
    ['a file of last year', { modified: NEW_YEAR - 200 * 86400 }, '-rw-r--r--   1 ann      ftp           12288 Jun 15  2025 readme.txt'],
  ])('%s', (_what, rest, line) => expect(formatListLine({ ...readme, ...rest }, NEW_YEAR)).toBe(line));

  test('a line is read back: name, kind and size exactly, the time to the minute or the day', () => {
    fc.assert(
      fc.property(entry, fc.integer({ min: 1_000_000_000, max: 4_000_000_000 }), (original, now) => {
        const read = parseListLine(formatListLine(original, now), now);
        const { name, kind, size } = original;
        expect(read).toMatchObject({ name, kind, size });
        const recent = original.modified <= now && now - original.modified < 182 * 86400;
        expect(Math.floor(read!.modified / (recent ? 60 : 86400))).toBe(Math.floor(original.modified / (recent ? 60 : 86400)));
      }),
    );
  });

  test.each([
    'total 4',
    '',
    'lrwxrwxrwx 1 ann ftp 4 Jan  1 00:00 link -> file',
    '-rw-r--r-- 1 ann ftp 12 Foo  1 00:00 x',
    '-rw-r--r-- 1 ann ftp 12 Jan 41 00:00 x',
    '01-01-26  12:00AM  12 dos.txt',
  ])('%j is no line of ours', (line) => expect(parseListLine(line, NEW_YEAR)).toBeNull());
});

describe('facts', () => {
  test('are told in one order, those that were chosen', () => {
    expect(formatFacts(readme, FACTS)).toBe('type=file;size=12288;modify=20260101000000;perm=adfrw;unique=U7; readme.txt');
    expect(formatFacts(readme, ['size'], '/readme.txt')).toBe('size=12288; /readme.txt');
    expect(formatFacts({ ...readme, kind: 'directory', writable: false, movable: false }, FACTS)).toBe(
      'type=dir;modify=20260101000000;perm=el;unique=U7; readme.txt',
    );
    expect(formatFacts({ ...readme, kind: 'directory', movable: false }, ['perm'])).toBe('perm=celmp; readme.txt');
    expect(formatFacts({ ...readme, kind: 'directory' }, ['perm'])).toBe('perm=cdeflmp; readme.txt');
    expect(formatFacts(readme, [])).toBe(' readme.txt');
  });

  test('are read back', () => {
    fc.assert(
      fc.property(entry, (original) => {
        const { name, kind, size, modified } = original;
        expect(parseFacts(formatFacts(original, FACTS))).toEqual({ name, kind, size, modified });
      }),
    );
  });

  test('RFC 3659 §7.7 has these lines', () => {
    expect(parseFacts('Type=cdir;Modify=19981107085215;Perm=el; tmp')).toMatchObject({ kind: 'directory', name: 'tmp' });
    expect(parseFacts('Type=file;Size=25730;Modify=19940728095854;Perm=; cap60.pl198.tar.gz')).toEqual({
      name: 'cap60.pl198.tar.gz',
      kind: 'file',
      size: 25730,
      modified: Date.UTC(1994, 6, 28, 9, 58, 54) / 1000,
    });
  });

  test.each(['', 'no-facts', 'type=file', 'type=file;size=x; a', '=;size=1; a', 'type=file; '])('%j has none', (line) =>
    expect(parseFacts(line)).toBeNull(),
  );
});

describe('times (RFC 3659 §2.3)', () => {
  test('are what JavaScript’s own calendar says', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799 }), (instant) => {
        const text = new Date(instant * 1000).toISOString().replace(/[-:T]|\.000Z/g, '');
        expect(encodeTime(instant)).toBe(text);
        expect(decodeTime(text)).toBe(instant);
      }),
    );
  });
  test.each(['20260230000000', '20261301000000', '20260101240000', '2026010100000', 'yesterday', ''])('%j is none', (text) =>
    expect(decodeTime(text)).toBeNull(),
  );
  test('a fraction is dropped', () => expect(decodeTime('20260101000000.999')).toBe(NEW_YEAR));
});

test('the fields of listings, a line each', () => {
  const shown = (octets: string, kind: string) =>
    dissectListing(octets, kind).map(({ name, value, start, end }) => [name, value, octets.slice(start, end)]);
  const line = formatListLine(readme, NEW_YEAR);
  expect(shown(`${line}\r\n`, 'listing')).toEqual([['file', 'readme.txt', line]]);
  expect(shown('a\r\nb c\r\n', 'names')).toEqual([
    ['name', 'a', 'a'],
    ['name', 'b c', 'b c'],
  ]);
  const facts = formatFacts(readme, FACTS);
  const [field] = dissectListing(`${facts}\r\n`, 'facts');
  expect(field?.children?.map(({ name, value, start, end }) => [name, value, facts.slice(start, end)])).toEqual([
    ['type', 'file', 'type=file'],
    ['size', '12288', 'size=12288'],
    ['modify', '20260101000000', 'modify=20260101000000'],
    ['perm', 'adfrw', 'perm=adfrw'],
    ['unique', 'U7', 'unique=U7'],
    ['name', 'readme.txt', 'readme.txt'],
  ]);
  expect(dissectListing('nonsense\r\n', 'facts')[0]).toMatchObject({ malformed: true });
});

test('lines of a listing; the last one may lack its line end', () => {
  expect(listingLines('a\r\nb')).toEqual(['a', 'b']);
  expect(listingLines('a\r\n\r\n')).toEqual(['a', '']);
  expect(listingLines('')).toEqual([]);
});
