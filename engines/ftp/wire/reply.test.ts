import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfOctets } from '../../network/octets.ts';
import {
  decodeReply,
  dissectReply,
  encodeReply,
  quotedPath,
  REPLY_LINES_LIMIT,
  type Reply,
  replyLabel,
  replyLines,
  unquotedPath,
} from './reply.ts';

const text = fc.stringMatching(/^[ -~\x80-\xff]{0,40}$/);
const reply: fc.Arbitrary<Reply> = fc.record({
  code: fc
    .tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 9 }))
    .map(([a, b, c]) => a * 100 + b * 10 + c),
  lines: fc.array(text, { minLength: 1, maxLength: 6 }),
});

test('decoding is the opposite of encoding, whatever the lines look like', () => {
  fc.assert(
    fc.property(reply, (original) => {
      expect(decodeReply(replyLines(original))).toEqual(original);
    }),
  );
});

describe('decoding', () => {
  test.each<[lines: string[], result: unknown]>([
    [['226 Transfer complete'], { code: 226, lines: ['Transfer complete'] }],
    [['226'], { code: 226, lines: [''] }],
    [['211-Features:', ' SIZE', '211 End'], { code: 211, lines: ['Features:', 'SIZE', 'End'] }],
    // RFC 959 §4.2 has this example: what stands between is free, even where it begins with digits.
    [
      ['123-First line', 'Second line', '  234 A line beginning with numbers', '123 The last line'],
      { code: 123, lines: ['First line', 'Second line', ' 234 A line beginning with numbers', 'The last line'] },
    ],
    [['214-a', '214-b', '214 c'], { code: 214, lines: ['a', 'b', 'c'] }],
    [['214-a', '215 b', '214 c'], { code: 214, lines: ['a', '215 b', 'c'] }],
    [['220 a', '220 b'], { error: 'text behind the last line' }],
    [['220-a', 'b'], { error: 'the reply breaks off' }],
    [['hello'], { error: 'no reply: a code of three digits, then a space or hyphen, then text' }],
    [['990 x'], { error: 'no reply: a code of three digits, then a space or hyphen, then text' }],
    [[], { error: 'an empty reply' }],
    [['211-x', ...Array(REPLY_LINES_LIMIT).fill('x')], { error: 'a reply has at most 1000 lines' }],
  ])('%j', (lines, result) => expect(decodeReply(lines)).toEqual(result));
});

test('quotes in a pathname are doubled (RFC 959 appendix II)', () => {
  expect(quotedPath('/usr/dm/foo"bar')).toBe('"/usr/dm/foo""bar"');
  fc.assert(
    fc.property(text, (path) => {
      expect(unquotedPath(`${quotedPath(path)} directory created`)).toBe(path);
    }),
  );
  expect(unquotedPath('no quotes')).toBeNull();
});

test('a reply on one line, for an arrow', () => {
  expect(replyLabel({ code: 211, lines: ['Features:', 'SIZE', 'End'] })).toBe('211 Features:, SIZE, End');
});

describe('the fields of a reply', () => {
  const fieldsOf = (octets: string) => dissectReply(bytesOfOctets(octets));
  test('227 has the server’s endpoint', () => {
    const [code, , text] = fieldsOf('227 Entering Passive Mode (10,0,0,2,192,6)\r\n');
    expect(code).toMatchObject({ value: '227', meaning: 'the server listens: address and port' });
    expect(code?.children?.map(({ meaning }) => meaning)).toEqual(['positive completion', 'connections', undefined]);
    expect(text?.children?.[0]).toMatchObject({ name: 'host-port', value: '10.0.0.2 port 49158', start: 27, end: 41 });
  });
  test('229 has a port, 257 a pathname', () => {
    expect(fieldsOf('229 Entering Extended Passive Mode (|||49158|)\r\n')[2]?.children?.[0]).toMatchObject({
      name: 'port',
      value: '49158',
      start: 39,
      end: 44,
    });
    expect(fieldsOf('257 "/pub" is the working directory\r\n')[2]?.children?.[0]).toMatchObject({ value: '/pub', start: 4, end: 10 });
  });
  test('of several lines, the ones between have no code', () => {
    expect(fieldsOf('211-Features:\r\n SIZE\r\n211 End\r\n').map(({ name, value }) => [name, value])).toEqual([
      ['reply code', '211'],
      ['separator', '-'],
      ['text', 'Features:'],
      ['text', ' SIZE'],
      ['reply code', '211'],
      ['separator', 'space'],
      ['text', 'End'],
    ]);
  });
  test.each(['hello\r\n', '220 a\r\n220 b\r\n', '220 a', '211-a\r\n b\r\n'])('%j is malformed', (octets) => {
    expect(fieldsOf(octets).some(({ malformed }) => malformed)).toBe(true);
  });
  test('no encoded reply is', () => {
    fc.assert(
      fc.property(reply, (original) => {
        expect(dissectReply(encodeReply(original)).some(({ malformed }) => malformed)).toBe(false);
      }),
    );
  });
});
