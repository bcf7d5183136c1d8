import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../base64.ts';
import { bytesOfOctets, textOfOctets, utf8Octets } from '../../network/octets.ts';
import { SECOND } from '../../quantities.ts';
import { stuffDots, unstuffDots } from '../smtp/wire/transparency.ts';
import { canonicalAddress, domainOf, parseMailbox } from './address.ts';
import { formatDateTime, parseDateTime, virtualDateTime } from './date-time.ts';
import { dissectContent } from './dissect.ts';
import { decodeUnstructured, encodeUnstructured } from './encoded-word.ts';
import { decodeMessage, foldField, prependFields, subjectOf, withoutFields } from './message-format.ts';
import { decodeQuotedPrintable, encodeQuotedPrintable } from './transfer-encoding.ts';

const octets = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)) });
const mailChars = fc.string({ unit: fc.constantFrom('\r\n', '.', ':', ' ', '\t', 'a', '\xe9', '\r', '\n', 'Subject: '), maxLength: 40 });

describe('header section', () => {
  test('without some of its fields, in time that grows with the message', () => {
    const rest = `b: kept\r\n\r\na: of the body\r\n${'x'.repeat(10_000_000)}`;
    const began = performance.now();
    expect(withoutFields(`${'A: x\r\n y\r\n'.repeat(1_999)}${rest}`, ({ name }) => name === 'A') === rest).toBe(true);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  const sample = 'From: alice@crepes.fr\r\nSubject: Two\r\n  lines\r\nX-Empty:\r\n\r\nbody: text\r\n';
  test('fields, unfolded, with their places', () => {
    const message = decodeMessage(sample);
    expect(message.fields.map(({ name, value }) => [name, value])).toEqual([
      ['From', 'alice@crepes.fr'],
      ['Subject', 'Two  lines'],
      ['X-Empty', ''],
    ]);
    expect(message.fields.map(({ start, end }) => sample.slice(start, end))).toEqual([
      'From: alice@crepes.fr\r\n',
      'Subject: Two\r\n  lines\r\n',
      'X-Empty:\r\n',
    ]);
    expect(sample.slice(message.bodyStart)).toBe('body: text\r\n');
  });
  test.each([
    ['Do you like ketchup?\r\nHow about pickles?\r\n', 0, 0],
    ['', 0, 0],
    ['\r\nonly a body', 0, 2],
    ['A: b', 1, 4],
    ['A: b\r\n', 1, 6],
  ])('%j has its body where it has it', (text, fields, bodyStart) => {
    expect(decodeMessage(text)).toMatchObject({ fields: { length: fields }, bodyStart });
  });
  test('a line that is no field is told, and the rest is read', () => {
    const message = decodeMessage('A: b\r\nnonsense\r\nC: d\r\n\r\n');
    expect(message.fields.map(({ name }) => name)).toEqual(['A', 'C']);
    expect(message.malformed).toEqual([{ start: 6, end: 14 }]);
  });
  test('any octets: fields lie one behind the other before the body', () => {
    fc.assert(
      fc.property(fc.oneof(octets, mailChars), (text) => {
        const message = decodeMessage(text);
        let at = 0;
        for (const field of message.fields) {
          expect(field.start).toBeGreaterThanOrEqual(at);
          expect(field.valueStart).toBeLessThanOrEqual(field.end);
          at = field.end;
        }
        expect(message.bodyStart).toBeGreaterThanOrEqual(at);
        expect(message.bodyStart).toBeLessThanOrEqual(text.length);
      }),
    );
  });
  test('fields put in front are its first ones, the body stays', () => {
    fc.assert(
      fc.property(mailChars, (text) => {
        const longer = prependFields(text, ['X-New: 1']);
        const before = decodeMessage(text);
        const after = decodeMessage(longer);
        expect(after.fields.map(({ name }) => name)).toEqual(['X-New', ...before.fields.map(({ name }) => name)]);
        expect(longer.endsWith(text)).toBe(true);
        expect(longer.slice(after.bodyStart)).toBe(text.slice(before.bodyStart));
      }),
    );
  });
  test('a long field is folded before 78 columns and unfolds to itself', () => {
    const words = fc.array(fc.stringMatching(/^[!-~]{1,30}$/), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(words, (parts) => {
        const field = foldField('Subject', parts);
        for (const line of field.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
        expect(decodeMessage(`${field}\r\n\r\n`).fields[0]?.value).toBe(parts.join(' '));
      }),
    );
  });
});

describe('transparency', () => {
  test.each([
    ['.\r\n', '..\r\n.\r\n'],
    ['a\r\n.b\r\n..c\r\n', 'a\r\n..b\r\n...c\r\n.\r\n'],
    ['no end', 'no end\r\n.\r\n'],
    ['', '.\r\n'],
    ['\n.not a line\r\n', '\n.not a line\r\n.\r\n'],
  ])('%j is sent as %j', (message, wire) => expect(stuffDots(message)).toBe(wire));
  test('what is stuffed has one terminating line, and comes out as it went in', () => {
    fc.assert(
      fc.property(mailChars, (text) => {
        const message = `${text}\r\n`;
        const wire = stuffDots(message);
        expect(`\r\n${wire}`.indexOf('\r\n.\r\n')).toBe(wire.length - 3);
        expect(unstuffDots(wire.slice(0, -3))).toBe(message);
      }),
    );
  });
});

describe('dates', () => {
  test('virtual time begins with the year 2026', () => {
    expect(virtualDateTime(0)).toBe('Thu, 01 Jan 2026 00:00:00 +0000');
    expect(virtualDateTime(59 * 86400 * SECOND + 3_723 * SECOND)).toBe('Sun, 01 Mar 2026 01:02:03 +0000');
  });
  test('agree with the language’s own calendar, and read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2_208_988_800, max: 253_402_300_799 }), (instant) => {
        const text = formatDateTime(instant);
        expect(text).toBe(new Date(instant * 1000).toUTCString().replace('GMT', '+0000'));
        expect(parseDateTime(text)).toBe(instant);
      }),
    );
  });
  test.each([
    ['Thu, 1 Jan 2026 01:00:00 +0100', 1_767_225_600],
    ['1 Jan 26 00:00 GMT', 1_767_225_600],
    ['Wed, 31 Dec 2025 16:00:00 -0800 (PST)', 1_767_225_600],
    ['Fri, 1 Jan 2026 00:00:00 +0000', null],
    ['31 Feb 2026 00:00:00 +0000', null],
    ['tomorrow', null],
  ])('%s is %s', (text, instant) => expect(parseDateTime(text)).toBe(instant));
});

describe('text beyond ASCII', () => {
  test('a subject travels as encoded words of at most 75 characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (text) => {
        const clean = text.replace(/[\0-\x1f\x7f]+/g, ' ').replace(/[\ud800-\udfff](?![\udc00-\udfff])/g, '');
        const encoded = encodeUnstructured(clean);
        expect(encoded).toMatch(/^[ -~]*$/);
        if (encoded !== clean) for (const word of encoded.split(' ')) expect(word.length).toBeLessThanOrEqual(75);
        expect(decodeUnstructured(encoded)).toBe(textOfOctets(utf8Octets(clean)));
      }),
    );
  });
  test('a value cannot add a field', () => expect(encodeUnstructured('a\r\nBcc: eve@x.y')).toBe('a Bcc: eve@x.y'));
  test.each([
    ['=?ISO-8859-1?Q?caf=E9_cr=E8me?=', 'café crème'],
    ['=?utf-8?B?w6k=?= =?utf-8?b?w6k=?= x', 'éé x'],
    ['=?x-unknown?Q?a?=', '=?x-unknown?Q?a?='],
    ['no =? word ?=', 'no =? word ?='],
    ['\xc3\xa9', 'é'],
  ])('%s reads %s', (encoded, text) => expect(decodeUnstructured(encoded)).toBe(text));
  test('transfer encodings come out as they went in', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        expect(decodeBase64(encodeBase64(bytes))).toBe(bytes);
        expect(encodeBase64(bytes)).toBe(Buffer.from(bytes, 'latin1').toString('base64'));
        const encoded = encodeQuotedPrintable(bytes);
        expect(decodeQuotedPrintable(encoded)).toBe(bytes);
        for (const line of encoded.split('\r\n')) expect(line).toMatch(/^[\t -~]{0,76}$/);
      }),
    );
  });
  test('any octets decode', () => {
    fc.assert(
      fc.property(octets, (bytes) => {
        expect(decodeUnstructured(bytes)).toBeTypeOf('string');
        expect(decodeBase64(bytes).length).toBeLessThanOrEqual(bytes.length);
        expect(decodeQuotedPrintable(bytes).length).toBeLessThanOrEqual(bytes.length);
        expect(subjectOf(bytes) ?? '').toBeTypeOf('string');
      }),
    );
  });
});

describe('addresses', () => {
  test.each([
    ['alice@crepes.fr', { localPart: 'alice', domain: 'crepes.fr' }],
    ['"a@b"@crepes.fr', { localPart: '"a@b"', domain: 'crepes.fr' }],
    ['a@[10.0.0.7]', { localPart: 'a', domain: '[10.0.0.7]' }],
    ['.a@b.c', { error: 'dots in a local part stand between other characters' }],
    ['a b@c.d', { error: '“ ” cannot stand in a local part' }],
    ['"a@c.d', { error: 'an address begins with its local part' }],
    ['a@b..c', { error: '““” is no part of a domain'.replace('““”', '“”') }],
    [`a@${'x'.repeat(64)}.c`, { error: 'a part of a domain has at most 63 octets' }],
  ])('%s', (text, result) => expect(parseMailbox(text)).toEqual(result));
  test('one mailbox, several spellings', () => {
    expect(canonicalAddress('"Alice"@Crepes.FR')).toBe('alice@crepes.fr');
    expect(canonicalAddress('"a b"@c.d')).toBe('"a b"@c.d');
    expect(domainOf('"a@b"@Crepes.fr')).toBe('crepes.fr');
    expect(domainOf('postmaster')).toBe('');
  });
});

test('the fields of mail data on the wire', () => {
  const wire = 'Subject: =?UTF-8?Q?caf=C3=A9?=\r\nDate: soon\r\n\r\nhi\r\n..dot\r\n.\r\n';
  const [header, empty, body, end] = dissectContent(bytesOfOctets(wire));
  expect(header).toMatchObject({ name: 'header section', value: '2 fields' });
  expect(header?.children?.map(({ name, value, malformed }) => [name, value, malformed])).toEqual([
    ['Subject', 'café', undefined],
    ['Date', 'soon', true],
  ]);
  expect(empty).toMatchObject({ name: 'empty line' });
  expect(body?.children?.map(({ value, meaning }) => [value, meaning])).toEqual([
    ['hi', undefined],
    ['.dot', 'its leading dot is doubled on the wire'],
  ]);
  expect(end).toMatchObject({ name: 'end of mail data', start: wire.length - 3, end: wire.length });
});
