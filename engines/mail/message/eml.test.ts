import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessageFile } from './eml.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const told = (text: string) =>
  readMessageFile(bytes(text)).problems.map(({ severity, line, message }) => `${severity} ${line}: ${message}`);

const GOOD = 'From: alice@crepes.fr\nDate: Thu, 01 Jan 2026 00:00:00 +0000\nSubject: =?UTF-8?Q?caf=C3=A9?=\n au lait\n\nHello\n';

test('a good file: headers decoded, body, octets with CRLF, no problems', () => {
  const file = readMessageFile(bytes(GOOD));
  expect(file.headers).toEqual([
    ['From', 'alice@crepes.fr'],
    ['Date', 'Thu, 01 Jan 2026 00:00:00 +0000'],
    ['Subject', 'café au lait'],
  ]);
  expect(file.body).toBe('Hello\r\n');
  expect(file.octets).toBe(GOOD.replaceAll('\n', '\r\n'));
  expect(file.problems).toEqual([]);
});

test.each(['\n', '\r\n', '\r'])('line ends %j mean the same', (end) => {
  expect(readMessageFile(bytes(GOOD.replaceAll('\n', end)))).toEqual(readMessageFile(bytes(GOOD)));
});

describe('problems', () => {
  test.each([
    ['', ['error 1: the file is empty']],
    ['just text\n', ['error 1: no header section: a message begins with fields such as “From: alice@crepes.fr”']],
    [`From eve Thu Jan 1 2026\n${GOOD}`, ['warning 1: the “From ” line of a mailbox file was left out']],
    [`\ufeff${GOOD}`, ['warning 1: a byte order mark before the message was left out']],
    ['Subject: x\n\n', ['warning 1: no From field (RFC 5322 §3.6)', 'warning 1: no Date field (RFC 5322 §3.6)']],
    [GOOD.replace('Thu', 'Fri'), ['warning 2: the date is not as RFC 5322 §3.3 writes it']],
    [GOOD.replace('\n\n', '\nnonsense\n\n'), ['warning 5: no header field: a name, a colon, a value']],
    [GOOD.replace('\n\n', '\nfrom: b@c.d\n\n'), ['warning 5: a second from field (RFC 5322 §3.6)']],
    [GOOD.replace('alice', 'ålice'), ['warning 1: From has characters beyond ASCII (RFC 2047 encodes them)']],
    [`${GOOD}${'x'.repeat(999)}\n`, ['warning 7: a line of 999 characters; the limit is 998']],
    [`${GOOD}\0\n`, ['error 7: a NUL: this is no mail message']],
  ])('%j', (text, problems) => expect(told(text)).toEqual(problems));
  test('are told up to a hundred, in a moment, however many there are', () => {
    const file = readMessageFile(bytes(`From: a@b.c\n${'nonsense\n'.repeat(300_000)}`));
    expect(file.problems).toHaveLength(100);
  });
});

test('any bytes are a message: every line ends in CRLF', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (input) => {
      const file = readMessageFile(input);
      expect(file.octets).toMatch(/^([^\r\n]*\r\n)*$/);
      expect(file.octets.endsWith(file.body)).toBe(true);
    }),
  );
});
