import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFields } from '../../../fuzz-target.ts';
import { bytesOfOctets } from '../../../network/octets.ts';
import { parseAddressList } from '../../message/address-list.ts';
import { folderPattern } from '../folder-pattern.ts';
import { type Command, decodeCommand, encodeCommand, STATUS_ITEMS } from './command.ts';
import { formatInternalDate, parseDate, parseInternalDate } from './date.ts';
import { dissectImap } from './dissect.ts';
import type { FetchItem } from './fetch-item.ts';
import { decodeFolderName, encodeFolderName } from './modified-utf7.ts';
import { decodeResponse, encodeResponse, type Response, responseSpans } from './response.ts';
import type { SearchKey } from './search-key.ts';
import { formatSequenceSet, inSet, LAST, parseSequenceSet, type SequenceSet, setOf } from './sequence-set.ts';
import { atom, type Value } from './value.ts';

const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)), maxLength: 30 });
const number = fc.integer({ min: 1, max: 2 ** 32 - 1 });
const set: fc.Arbitrary<SequenceSet> = fc.array(fc.tuple(fc.oneof(number, fc.constant(LAST)), fc.oneof(number, fc.constant(LAST))), {
  minLength: 1,
  maxLength: 4,
});
const mailbox = fc.string({ unit: 'binary', maxLength: 20 }).filter((name) => !/[\ud800-\udfff]/.test(name));
const flag = fc.constantFrom('\\Seen', '\\Deleted', '$work', 'later');
const day = fc.integer({ min: 0, max: 30_000 });
const keyword = fc.constantFrom('work', '$later');
const key: fc.Arbitrary<SearchKey> = fc.letrec<{ key: SearchKey }>((tie) => ({
  key: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<SearchKey>({ key: 'ALL' }, { key: 'UNSEEN' }, { key: 'NEW' }),
    fc.record({ key: fc.constantFrom('FROM' as const, 'BODY' as const), text: octets }),
    fc.record({ key: fc.constant('HEADER' as const), field: fc.constant('X-Field'), text: octets }),
    fc.record({ key: fc.constantFrom('SINCE' as const, 'SENTON' as const), day }),
    fc.record({ key: fc.constant('LARGER' as const), size: number }),
    fc.record({ key: fc.constant('KEYWORD' as const), flag: keyword }),
    fc.record({ key: fc.constantFrom('UID' as const, 'sequence set' as const), set }),
    fc.record({ key: fc.constant('NOT' as const), operand: tie('key') }),
    fc.record({ key: fc.constant('OR' as const), first: tie('key'), second: tie('key') }),
    fc.record({ key: fc.constant('AND' as const), all: fc.array(tie('key'), { minLength: 1, maxLength: 3 }) }),
  ),
})).key;
const part = fc.array(fc.integer({ min: 1, max: 99 }), { maxLength: 3 });
const item: fc.Arbitrary<FetchItem> = fc.oneof(
  fc.constantFrom<FetchItem>({ item: 'ENVELOPE' }, { item: 'BODY' }, { item: 'RFC822.SIZE' }, { item: 'UID' }),
  fc
    .record({
      part,
      text: fc.constantFrom('HEADER' as const, 'TEXT' as const, 'HEADER.FIELDS' as const, null),
      peek: fc.boolean(),
      partial: fc.option(fc.record({ offset: fc.nat(9999), length: fc.integer({ min: 1, max: 9999 }) })),
    })
    .map(({ part: numbers, text, peek, partial }): FetchItem => {
      const fields = text === 'HEADER.FIELDS' ? ['Subject', 'X-y'] : [];
      return { item: 'BODY[]', section: { part: numbers, text, fields }, peek, partial };
    }),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom<Command>({ verb: 'NOOP' }, { verb: 'IDLE' }, { verb: 'EXPUNGE', set: null }, { verb: 'CLOSE' }),
  fc.record({ verb: fc.constantFrom('SELECT' as const, 'CREATE' as const), mailbox }),
  fc.record({ verb: fc.constant('RENAME' as const), mailbox, to: mailbox }),
  fc.record({ verb: fc.constant('LOGIN' as const), user: octets, password: octets }),
  fc.record({ verb: fc.constantFrom('LIST' as const, 'LSUB' as const), reference: mailbox, pattern: mailbox }),
  fc.record({ verb: fc.constant('STATUS' as const), mailbox, items: fc.subarray([...STATUS_ITEMS], { minLength: 1 }) }),
  fc.record({ verb: fc.constant('APPEND' as const), mailbox, flags: fc.array(flag), date: fc.option(fc.nat(2 ** 31)), octets }),
  fc.record({
    verb: fc.constant('SEARCH' as const),
    uid: fc.boolean(),
    charset: fc.option(fc.constant('UTF-8')),
    keys: fc.array(key, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ verb: fc.constant('FETCH' as const), uid: fc.boolean(), set, items: fc.array(item, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    verb: fc.constant('STORE' as const),
    uid: fc.boolean(),
    set,
    how: fc.constantFrom('replace' as const, 'add' as const, 'remove' as const),
    silent: fc.boolean(),
    flags: fc.array(flag),
  }),
  fc.record({ verb: fc.constantFrom('COPY' as const, 'MOVE' as const), uid: fc.boolean(), set, mailbox }),
);

test('commands are read as they were written, literals and all', () => {
  fc.assert(
    fc.property(command, (one) => {
      expect(decodeCommand(encodeCommand({ tag: 'a1', command: one }))).toEqual({ tag: 'a1', command: one });
    }),
  );
});

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    octets,
    fc.constantFrom<Value>(atom('FLAGS'), atom('\\Seen'), atom(12), atom('BODY[1.HEADER.FIELDS (From)]<0>')),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
})).value;

test('responses are read as they were written', () => {
  const response: fc.Arbitrary<Response> = fc.oneof(
    fc.record({
      kind: fc.constant('status' as const),
      tag: fc.option(fc.constant('a1')),
      status: fc.constantFrom('OK' as const, 'NO' as const, 'BAD' as const),
      code: fc.option(fc.constantFrom({ name: 'UIDNEXT', argument: '7' }, { name: 'READ-ONLY', argument: '' })),
      text: fc.stringMatching(/^[a-z ]{1,20}[a-z]$/).map((text) => text.trim()),
    }),
    fc.record({
      kind: fc.constant('data' as const),
      name: fc.constantFrom('FETCH', 'LIST'),
      number: fc.option(number),
      values: fc.array(value, { maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('continuation' as const), text: fc.stringMatching(/^[!-~]{0,20}$/) }),
  );
  fc.assert(
    fc.property(response, (one) => {
      expect(decodeResponse(encodeResponse(one))).toEqual(one);
    }),
  );
});

describe('sequence sets', () => {
  test('are read as they were written', () => {
    fc.assert(
      fc.property(set, (one) => {
        expect(parseSequenceSet(formatSequenceSet(one))).toEqual(one.map(([from, to]) => [from, to]));
      }),
    );
  });

  test.each<[string, number[], number[]]>([
    ['1:3', [1, 2, 3, 4], [1, 2, 3]],
    ['3:1', [1, 2, 3, 4], [1, 2, 3]],
    ['*', [2, 5, 9], [9]],
    ['12:*', [2, 5, 9], [9]],
    ['2,9,2', [2, 5, 9], [2, 9]],
    ['1:*', [], []],
  ])('%s of %j is %j', (text, numbers, expected) => {
    expect(inSet(parseSequenceSet(text) as SequenceSet, numbers)).toEqual(expected);
  });

  test.each(['', '0', '1:', 'a', '1,,2', '4294967296', '1:2:3'])('%j is none', (text) => {
    expect(parseSequenceSet(text)).toBeNull();
  });

  test('are made of numbers', () => {
    expect(formatSequenceSet(setOf([1, 2, 3, 7, 9, 10]))).toBe('1:3,7,9:10');
  });
});

describe('folder names (RFC 3501 §5.1.3)', () => {
  test.each([
    ['~peter/mail/台北/日本語', '~peter/mail/&U,BTFw-/&ZeVnLIqe-'],
    ['Entwürfe', 'Entw&APw-rfe'],
    ['a&b', 'a&-b'],
    ['😀', '&2D3eAA-'],
  ])('%s is %s', (name, written) => {
    expect(encodeFolderName(name)).toBe(written);
    expect(decodeFolderName(written)).toBe(name);
  });

  test.each(['&', 'a&b', '&Jjo!', '&U,BTFw', '&U,BTFw-&ZeVnLIqe-', '&AGE-', 'ü', '&AAA'])('%j is not encoded so', (written) => {
    expect(decodeFolderName(written)).toBeNull();
  });

  test('patterns: * is anything, % is one level, and no pattern takes long', () => {
    const fits = (pattern: string, name: string) => folderPattern(pattern)(name);
    expect([
      fits('*', 'a/b'),
      fits('%', 'a/b'),
      fits('%/%', 'a/b'),
      fits('a*b', 'a/x/b'),
      fits('a%b', 'a/b'),
      fits('inbox', 'INBOX'),
    ]).toEqual([true, false, true, true, false, true]);
    expect(fits('*a'.repeat(120), `${'a'.repeat(250)}b`)).toBe(false);
    expect(fits('x'.repeat(5000), 'x'.repeat(255))).toBe(false);
  });
});

test('dates', () => {
  expect(formatInternalDate(1_767_225_600)).toBe(' 1-Jan-2026 00:00:00 +0000');
  expect(parseInternalDate('01-Jan-2026 01:30:00 +0130')).toBe(1_767_225_600);
  expect(parseInternalDate('31-Feb-2026 00:00:00 +0000')).toBeNull();
  expect(parseDate('1-Jan-1970')).toBe(0);
  expect(parseDate('1-Foo-1970')).toBeNull();
});

test.each<[string, unknown[]]>([
  ['alice@x.org', [{ name: null, route: null, mailbox: 'alice', host: 'x.org' }]],
  [
    '"A, \\"B\\"" <a@x.org>, b@y.org (Bee)',
    [
      { name: 'A, "B"', route: null, mailbox: 'a', host: 'x.org' },
      { name: 'Bee', route: null, mailbox: 'b', host: 'y.org' },
    ],
  ],
  ['Alice Crepe <@r1,@r2:a@x.org>', [{ name: 'Alice Crepe', route: '@r1,@r2', mailbox: 'a', host: 'x.org' }]],
  [
    'team: a@x, b@y;',
    [
      { name: null, route: null, mailbox: 'team', host: null },
      { name: null, route: null, mailbox: 'a', host: 'x' },
      { name: null, route: null, mailbox: 'b', host: 'y' },
      { name: null, route: null, mailbox: null, host: null },
    ],
  ],
  ['', []],
])('the addresses of %j', (text, expected) => {
  expect(parseAddressList(text)).toEqual(expected);
});

describe('the inspector', () => {
  test('shows fields with their places', () => {
    const names = (text: string, kind = 'command') =>
      dissectImap(bytesOfOctets(text), kind).map(({ name, value, start, end }) => [name, value, start, end]);
    expect(names('a1 UID FETCH 1:2 (FLAGS BODY[])\r\n')).toEqual([
      ['Tag', 'a1', 0, 2],
      ['Command', 'UID FETCH', 3, 12],
      ['UIDs', '1:2', 13, 16],
      ['Items', '(FLAGS BODY[])', 17, 31],
    ]);
    expect(names('a LOGIN bob {7}\r\n')).toEqual([
      ['Tag', 'a', 0, 1],
      ['Command', 'LOGIN', 2, 7],
      ['User name', 'bob', 8, 11],
      ['Literal', '7 octets follow', 12, 15],
    ]);
    const [fetch, tagged] = dissectImap(bytesOfOctets('* 1 FETCH (UID 7 BODY[] {3}\r\nabc)\r\na OK done\r\n'), 'response');
    expect([fetch?.name, fetch?.start, fetch?.end, tagged?.name, tagged?.start]).toEqual(['FETCH', 0, 33, 'Status', 35]);
    expect(fetch?.children?.at(-1)?.children?.map(({ name, value: shown }) => [name, shown])).toEqual([
      ['UID', '7'],
      ['BODY[]', 'abc'],
    ]);
  });

  test('shows fields within any bytes', () => {
    const kinds = fc.constantFrom('command', 'response', 'message', 'answer', 'literal', 'other');
    fc.assert(
      fc.property(fc.uint8Array(), kinds, (bytes, kind) => {
        checkFields(dissectImap(bytes, kind), bytes.length);
      }),
    );
  });

  test('tells several responses apart', () => {
    expect(responseSpans('* 1 X {4}\r\na\r\nb)\r\n* 2\r\n')).toEqual([
      { start: 0, end: 16 },
      { start: 18, end: 21 },
    ]);
  });
});
