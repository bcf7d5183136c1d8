import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { dissectSmtp } from './dissect.ts';
import { meaningOfEnhancedStatus } from './enhanced-status.ts';
import { decodeReply, dissectReply, encodeReply, type Reply, replyLabel, replyLines } from './reply.ts';

const text = fc.stringMatching(/^[a-zA-Z<][ -~]{0,30}$/);
const digit = fc.integer({ min: 0, max: 9 });
const reply: fc.Arbitrary<Reply> = fc
  .tuple(fc.constantFrom(2, 3, 4, 5), fc.integer({ min: 0, max: 5 }), digit, fc.boolean(), fc.array(text, { minLength: 1, maxLength: 5 }))
  .map(([severity, category, detail, enhanced, lines]) => ({
    code: severity * 100 + category * 10 + detail,
    enhanced: enhanced && severity !== 3 ? `${severity}.${category}.${detail}` : null,
    lines,
  }));

test('decoding is the opposite of encoding', () => {
  fc.assert(
    fc.property(reply, (original) => {
      expect(decodeReply(replyLines(original))).toEqual(original);
    }),
  );
});

describe('decoding', () => {
  const cases: [lines: string[], result: unknown][] = [
    [['250 Message accepted for delivery'], { code: 250, enhanced: null, lines: ['Message accepted for delivery'] }],
    [['250-crepes.fr', '250 SIZE 1000'], { code: 250, enhanced: null, lines: ['crepes.fr', 'SIZE 1000'] }],
    [['550 5.1.1 No such user'], { code: 550, enhanced: '5.1.1', lines: ['No such user'] }],
    // An enhanced code of another class is text.
    [['250 5.1.1 is a version'], { code: 250, enhanced: null, lines: ['5.1.1 is a version'] }],
    // The text may be missing, even the space.
    [['354'], { code: 354, enhanced: null, lines: [''] }],
    [['250-a', '251 b'], { error: 'the code changes from 250 to 251 within a reply' }],
    [['250-a'], { error: 'the reply breaks off' }],
    [['250 a', '250 b'], { error: 'text behind the last line' }],
    [['hello'], { error: 'no reply line: a code of three digits, then a space or hyphen, then text' }],
    [['199 x'], { error: 'no reply line: a code of three digits, then a space or hyphen, then text' }],
    [[], { error: 'an empty reply' }],
    [[...Array(100).fill('250-x'), '250 x'], { error: 'a reply has at most 100 lines' }],
  ];
  test.each(cases)('%j', (lines, result) => expect(decodeReply(lines)).toEqual(result));
});

test('a reply on one line, for an arrow', () => {
  expect(replyLabel({ code: 250, enhanced: null, lines: ['crepes.fr greets alice-pc', 'PIPELINING', '8BITMIME'] })).toBe(
    '250 crepes.fr greets alice-pc, PIPELINING, 8BITMIME',
  );
  expect(replyLabel({ code: 354, enhanced: null, lines: [''] })).toBe('354');
});

test('the fields of a reply', () => {
  const octets = '550 5.1.1 No such user\r\n';
  const fields = dissectReply(bytesOfOctets(octets));
  expect(fields.map(({ name, value, meaning }) => [name, value, meaning])).toEqual([
    ['reply code', '550', 'permanent negative completion: do not repeat'],
    ['separator', 'space', 'the last line of the reply'],
    ['enhanced status code', '5.1.1', 'permanent failure: bad destination mailbox address'],
    ['text', 'No such user', undefined],
  ]);
  expect(fields[0]?.children?.map(({ name, meaning }) => [name, meaning])).toEqual([
    ['severity', 'permanent negative completion: do not repeat'],
    ['category', 'mail system'],
    ['specification', undefined],
  ]);
});

test('the fields of an encoded reply cover it, and none is malformed', () => {
  fc.assert(
    fc.property(reply, (original) => {
      const bytes = encodeReply(original);
      const fields = dissectReply(bytes);
      expect(fields.some((field) => field.malformed)).toBe(false);
      expect(fields.map((field) => octetsOf(bytes.subarray(field.start, field.end))).join('').length).toBeGreaterThan(3);
    }),
  );
});

test('any bytes of any kind give fields inside of them', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom('command', 'reply', 'content', 'other'), (bytes, kind) => {
      for (const field of dissectSmtp(bytes, kind)) {
        expect(field.start).toBeGreaterThanOrEqual(0);
        expect(field.end).toBeLessThanOrEqual(bytes.length);
      }
    }),
  );
});

test.each([
  ['2.0.0', 'success: other or undefined'],
  ['4.4.7', 'persistent transient failure: delivery time expired'],
  ['5.1.10', 'permanent failure: recipient address has null MX'],
  ['5.7.99', 'permanent failure: security or policy'],
  ['3.0.0', undefined],
  ['5.01.1', undefined],
])('enhanced status code %s: %s', (code, meaning) => expect(meaningOfEnhancedStatus(code)).toBe(meaning));
