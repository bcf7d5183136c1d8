import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { textOfOctets } from '../../network/octets.ts';
import { decodeCommand } from './wire/command.ts';

// Modules of its own: those of the other tests are not counted, and theirs do not count.
let textOf: typeof import('../message/mime.ts').textOf;
let matches: typeof import('./search.ts').matches;
beforeAll(async () => {
  vi.resetModules();
  vi.doMock('../message/mime.ts', { spy: true });
  ({ textOf } = await import('../message/mime.ts'));
  ({ matches } = await import('./search.ts'));
});
afterAll(() => {
  vi.doUnmock('../message/mime.ts');
  vi.resetModules();
});

const MESSAGE = {
  uid: 1,
  arrivedAt: 0,
  flags: [],
  octets:
    'Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nOne\r\n--b\r\nContent-Transfer-Encoding: base64\r\n\r\nVHdv\r\n--b--\r\n',
};

test.each([
  ['BODY one BODY two', true],
  ['BODY one NOT BODY three OR BODY four TEXT TWO', true],
  ['BODY two BODY VHdv', false],
  ['TEXT "subject: X" BODY "" TEXT two BODY one', true],
])('however many keys ask, each part of a message is decoded once: %s', (keys, expected) => {
  vi.mocked(textOf).mockClear();
  const decoded = decodeCommand(`t SEARCH ${keys}`);
  if ('error' in decoded || decoded.command.verb !== 'SEARCH') throw new Error(keys);
  const context = { lastSequence: 1, lastUid: 1, text: textOfOctets };
  expect(matches(decoded.command.keys, { message: MESSAGE, sequence: 1, recent: false }, context)).toBe(expected);
  expect(vi.mocked(textOf).mock.calls.length).toBe(2);
});
