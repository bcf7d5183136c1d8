import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../../field.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { type Command, commandLine, decodeCommand, dissectCommand, encodeCommand } from './command.ts';

const parameters = (...all: [string, string | null][]) => all.map(([keyword, value]) => ({ keyword, value }));

describe('decoding', () => {
  const cases: [line: string, command: Command][] = [
    ['HELO crepes.fr', { verb: 'HELO', name: 'crepes.fr' }],
    ['ehlo [10.0.0.7]', { verb: 'EHLO', name: '[10.0.0.7]' }],
    ['MAIL FROM:<alice@crepes.fr>', { verb: 'MAIL', path: 'alice@crepes.fr', parameters: [] }],
    // The textbook's space.
    ['MAIL FROM: <alice@crepes.fr>', { verb: 'MAIL', path: 'alice@crepes.fr', parameters: [] }],
    ['mail from:<>', { verb: 'MAIL', path: '', parameters: [] }],
    [
      'MAIL FROM:<a@b.c> SIZE=1000 body=8BITMIME X-FLAG',
      { verb: 'MAIL', path: 'a@b.c', parameters: parameters(['SIZE', '1000'], ['BODY', '8BITMIME'], ['X-FLAG', null]) },
    ],
    // Source routes are read over.
    ['RCPT TO:<@relay.fr,@other.fr:bob@hamburger.edu>', { verb: 'RCPT', path: 'bob@hamburger.edu', parameters: [] }],
    ['RCPT TO:<Postmaster>', { verb: 'RCPT', path: 'Postmaster', parameters: [] }],
    ['RCPT TO:<"bob \\"> smith"@hamburger.edu>', { verb: 'RCPT', path: '"bob \\"> smith"@hamburger.edu', parameters: [] }],
    ['DATA', { verb: 'DATA' }],
    ['QUIT  ', { verb: 'QUIT' }],
    ['NOOP', { verb: 'NOOP', argument: '' }],
    ['VRFY bob', { verb: 'VRFY', argument: 'bob' }],
  ];
  test.each(cases)('%s', (line, command) => expect(decodeCommand(line)).toEqual(command));
});

describe('errors', () => {
  const cases: [line: string, error: string, text: string | RegExp][] = [
    ['', 'unknown command', 'no such command'],
    ['FETCH 1', 'unknown command', 'no such command'],
    ['HELOcrepes.fr', 'unknown command', 'no such command'],
    ['HELO', 'syntax', 'HELO wants the client’s domain or address literal'],
    ['HELO two words', 'syntax', '“two words” is no part of a domain'],
    ['MAIL alice@crepes.fr', 'syntax', 'MAIL FROM:<address> is expected'],
    ['MAIL FROM:alice@crepes.fr', 'syntax', 'a path stands in angle brackets'],
    ['MAIL FROM:<alice>', 'syntax', 'the address has no @'],
    ['MAIL FROM:<a@b.c', 'syntax', 'the path is not closed by >'],
    ['MAIL FROM:<a@b.c>SIZE=1', 'syntax', 'a space is expected before parameters'],
    ['MAIL FROM:<a@b.c> =1', 'syntax', '“=1” is no parameter'],
    ['MAIL FROM:<a..b@c.d>', 'syntax', 'dots in a local part stand between other characters'],
    [`MAIL FROM:<${'a'.repeat(65)}@b.c>`, 'syntax', 'a local part has at most 64 octets'],
    [`MAIL FROM:<a@${'b.'.repeat(130)}c>`, 'syntax', 'a path has at most 256 octets'],
    ['MAIL FROM:<a@-b.c>', 'syntax', '“-b” is no part of a domain'],
    ['RCPT TO:<>', 'syntax', 'a recipient cannot be empty'],
    ['RCPT TO:<bob@>', 'syntax', 'the domain is missing'],
    ['RCPT TO:<b\xe9@c.d>', 'syntax', 'a command is made of printable ASCII characters'],
    ['NOOP \nMAIL FROM:<a@b.c>', 'syntax', 'a command is made of printable ASCII characters'],
    ['DATA now', 'syntax', 'DATA has no argument'],
    ['VRFY', 'syntax', 'VRFY wants a name'],
  ];
  test.each(cases)('%s', (line, error, text) => expect(decodeCommand(line)).toMatchObject({ error, text }));
});

const atom = fc.stringMatching(/^[a-z0-9!#$%&'*+=?^_`{|}~-]{1,12}$/);
const localPart = fc.oneof(
  fc.array(atom, { minLength: 1, maxLength: 3 }).map((atoms) => atoms.join('.')),
  fc.stringMatching(/^[ !#-[\]-~]{0,20}$/).map((text) => `"${text}"`),
);
const domain = fc
  .array(fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/), { minLength: 1, maxLength: 4 })
  .map((labels) => labels.join('.'));
const address = fc.tuple(localPart, domain).map(([local, host]) => `${local}@${host}`);
const parameter = fc.record({
  keyword: fc.stringMatching(/^[A-Z0-9][A-Z0-9-]{0,10}$/),
  value: fc.option(fc.stringMatching(/^[!-<>-~]{1,20}$/)),
});
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ verb: fc.constantFrom('HELO' as const, 'EHLO' as const), name: domain }),
  fc.record({
    verb: fc.constant('MAIL' as const),
    path: fc.oneof(address, fc.constant('')),
    parameters: fc.array(parameter, { maxLength: 4 }),
  }),
  fc.record({ verb: fc.constant('RCPT' as const), path: address, parameters: fc.array(parameter, { maxLength: 4 }) }),
  fc.record({ verb: fc.constantFrom('DATA' as const, 'RSET' as const, 'QUIT' as const) }),
  fc.record({ verb: fc.constantFrom('NOOP' as const, 'HELP' as const), argument: fc.stringMatching(/^([!-~]( ?[!-~]){0,9})?$/) }),
);

test('decoding is the opposite of encoding, with and without the textbook’s space', () => {
  fc.assert(
    fc.property(command, fc.boolean(), (original, spaced) => {
      expect(decodeCommand(commandLine(original, spaced))).toEqual(original);
      expect(octetsOf(encodeCommand(original, spaced))).toBe(`${commandLine(original, spaced)}\r\n`);
    }),
  );
});

test('any octets decode to a command or an error, and dissect into fields inside of them', () => {
  const mutated = fc.tuple(command, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 })).map(([original, at, text]) => {
    const line = commandLine(original);
    const place = at % (line.length + 1);
    return line.slice(0, place) + text + line.slice(place + 1);
  });
  fc.assert(
    fc.property(fc.oneof(mutated, fc.string({ unit: 'binary' })), (line) => {
      const octets = line.replace(/[^\0-\xff]/g, '\xff');
      expect(decodeCommand(octets)).toBeTypeOf('object');
      expectInside(dissectCommand(bytesOfOctets(octets)), 0, octets.length);
    }),
  );
});

test('a long line of brackets, dots or quotes takes no longer than another', () => {
  for (const part of ['<', '.', '"', '\\', '@a,', ' a=', '@']) {
    expect(decodeCommand(`MAIL FROM:<${part.repeat(100_000)}`)).toMatchObject({ error: 'syntax' });
    expect(decodeCommand(`NOOP${' '.repeat(100_000)}${part}`)).toBeTypeOf('object');
  }
});

test('the fields of a command', () => {
  const octets = 'MAIL FROM: <alice@crepes.fr> SIZE=41\r\n';
  const fields = dissectCommand(bytesOfOctets(octets));
  const shown = (field: Field): unknown => [field.name, octets.slice(field.start, field.end), ...(field.children ?? []).map(shown)];
  expect(fields.map(shown)).toEqual([
    ['verb', 'MAIL'],
    ['reverse-path', '<alice@crepes.fr>', ['local part', 'alice'], ['domain', 'crepes.fr']],
    ['parameter SIZE', 'SIZE=41'],
  ]);
  expect(dissectCommand(bytesOfOctets('RCPT TO:bob\r\n'))[1]).toMatchObject({ malformed: true, value: 'a path stands in angle brackets' });
});

/** Every field lies within its parent. */
function expectInside(fields: readonly Field[], start: number, end: number): void {
  for (const field of fields) {
    expect(field.start).toBeGreaterThanOrEqual(start);
    expect(field.end).toBeGreaterThanOrEqual(field.start);
    expect(field.end).toBeLessThanOrEqual(end);
    expectInside(field.children ?? [], field.start, field.end);
  }
}
