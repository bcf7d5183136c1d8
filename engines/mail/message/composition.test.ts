import fc from 'fast-check';
import { simpleParser } from 'mailparser';
import { describe, expect, test } from 'vitest';
import { bytesOfOctets } from '../../network/octets.ts';
import type { Composition } from '../scenario.ts';
import { composeMessage } from './composition.ts';
import { contentOf, type Entity, parseMime, textOf } from './mime.ts';

const HEADING = {
  from: 'alice@crepes.fr',
  to: ['bob@hamburger.edu'],
  date: 'Thu, 01 Jan 2026 00:00:00 +0000',
  messageId: '<1.0@alice-pc>',
};
const parts = (given: Partial<Composition & { kind: 'parts' }>): Composition => ({
  kind: 'parts',
  subject: null,
  headers: [],
  body: '',
  ...given,
});
const names = (octets: string) =>
  octets
    .slice(0, octets.indexOf('\r\n\r\n'))
    .split('\r\n')
    .map((line) => line.split(':')[0]);

describe('what a message is made of', () => {
  test.each([
    [
      'classic, body alone',
      parts({ body: 'Do you like ketchup?\nHow about pickles?' }),
      'classic',
      'Do you like ketchup?\r\nHow about pickles?\r\n',
    ],
    ['classic, no body', parts({}), 'classic', ''],
    ['octets', { kind: 'octets', octets: 'A: b\r\n\r\nc\r\n' } as Composition, 'extended', 'A: b\r\n\r\nc\r\n'],
  ] as const)('%s', (_what, composition, dialect, octets) => expect(composeMessage(composition, HEADING, dialect)).toBe(octets));

  const standard = ['From', 'To', 'Date', 'Message-ID'];
  const mime = ['MIME-Version', 'Content-Type', 'Content-Transfer-Encoding'];
  test.each([
    ['extended, body alone', parts({ body: 'hi' }), 'extended', standard],
    ['classic with a subject', parts({ subject: 'x' }), 'classic', ['From', 'To', 'Subject', 'Date', 'Message-ID']],
    ['classic, a body beyond ASCII', parts({ body: 'é' }), 'classic', [...standard, ...mime]],
    ['a line too long for SMTP', parts({ body: 'x'.repeat(999) }), 'extended', [...standard, ...mime]],
    [
      'the author’s own fields',
      parts({
        headers: [
          ['from', 'A <a@b.c>'],
          ['Cc', 'x@y.z'],
        ],
      }),
      'extended',
      ['To', 'Date', 'Message-ID', 'from', 'Cc'],
    ],
  ] as const)('%s', (_what, composition, dialect, fields) => expect(names(composeMessage(composition, HEADING, dialect))).toEqual(fields));
});

test('many recipients are folded, and another reader finds them all', async () => {
  const to = Array.from({ length: 30 }, (_, i) => `user${i}@hamburger.edu`);
  const octets = composeMessage(parts({ subject: 'x' }), { ...HEADING, to }, 'extended');
  for (const line of octets.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  const mail = await simpleParser(Buffer.from(bytesOfOctets(octets)));
  expect((mail.to as { value: { address?: string }[] }).value.map(({ address }) => address)).toEqual(to);
});

test('whatever subject and body: 7 bits, no line too long, no field added, and another reader reads them', async () => {
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).map((text) => text.replace(/[\p{C}\p{Z}]/gu, 'x'));
  const line = fc.array(word, { maxLength: 200 }).map((words) => words.join(' '));
  await fc.assert(
    fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 20 }), fc.array(line, { maxLength: 6 }), async (subject, lines) => {
      const octets = composeMessage(parts({ subject: subject.join(' '), body: lines.join('\n') }), HEADING, 'extended');
      expect(octets).toMatch(/^([\x01-\x09\x0b\x0c\x0e-\x7f]{0,998}\r\n)*$/);
      const mail = await simpleParser(Buffer.from(bytesOfOctets(octets)));
      expect(mail.subject).toBe(subject.join(' '));
      expect(mail.headerLines.length).toBeLessThanOrEqual(8);
      expect((mail.text ?? '').replace(/\n+$/, '')).toBe(lines.join('\n').replace(/\n+$/, ''));
    }),
    { numRuns: 40 },
  );
});

describe('a message of several parts', () => {
  const shape = ({ type, parts: inner }: Entity): string => (inner.length > 0 ? `${type}(${inner.map(shape).join(', ')})` : type);
  const menu = { name: 'menu.txt', source: { kind: 'octets', octets: 'cr\xc3\xaapes' } } as const;
  test.each<[string, Partial<Composition & { kind: 'parts' }>, string]>([
    ['HTML alone', { html: '<p>' }, 'text/html'],
    ['HTML beside text', { body: 'x', html: '<p>' }, 'multipart/alternative(text/plain, text/html)'],
    ['an attachment alone', { attachments: [menu] }, 'multipart/mixed(text/plain)'],
    ['text and attachments', { body: 'x', attachments: [menu, menu] }, 'multipart/mixed(text/plain, text/plain, text/plain)'],
    ['all', { body: 'x', html: 'y', attachments: [menu] }, 'multipart/mixed(multipart/alternative(text/plain, text/html), text/plain)'],
  ])('%s', (_what, given, expected) => expect(shape(parseMime(composeMessage(parts(given), HEADING, 'classic')))).toBe(expected));

  test('files come out as they went in; generated ones differ by message and name', () => {
    const photo = (name: string) => ({ name, source: { kind: 'size', size: 1000 } }) as const;
    const composition = parts({ attachments: [menu, photo('a.jpg'), photo('b.jpg')] });
    const files = (messageId: string) => {
      const octets = composeMessage(composition, { ...HEADING, messageId }, 'extended');
      return parseMime(octets).parts.map((part) => contentOf(octets, part));
    };
    const [text, a, b] = files('<1@x>');
    expect(text).toBe(menu.source.octets);
    expect(a?.length).toBe(1000);
    expect(new Set([a, b, files('<2@x>')[1]]).size).toBe(3);
    expect(files('<1@x>')).toEqual([text, a, b]);
  });

  test.each([
    ['quoted-printable', 'cr\u00eape', 'cr=C3=AApe\r\n'],
    ['base64', 'hi', 'aGkNCg==\r\n'],
    ['8bit', 'cr\u00eape', 'cr\xc3\xaape\r\n'],
    ['8bit', '\u00ea'.repeat(500), undefined],
  ] as const)('encoding %s', (encoding, body, written) => {
    const octets = composeMessage(parts({ body, encoding }), HEADING, 'extended');
    const message = parseMime(octets);
    if (written !== undefined) expect(octets.slice(message.bodyStart)).toBe(written);
    expect(message.encoding).toBe(written === undefined ? 'base64' : encoding);
    expect(textOf(octets, message)).toBe(`${body}\r\n`);
  });
});
