import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import {
  COMMAND_LINE_LIMIT,
  COMMANDS,
  type Command,
  commandLabel,
  commandLine,
  decodeCommand,
  dissectCommand,
  encodeCommand,
  type Verb,
} from './command.ts';

describe('decoding', () => {
  test.each<[line: string, command: Command]>([
    ['USER ann', { verb: 'USER', argument: 'ann' }],
    ['pass two words', { verb: 'PASS', argument: 'two words' }],
    ['PASS', { verb: 'PASS', argument: '' }],
    ['CWD  leading space', { verb: 'CWD', argument: ' leading space' }],
    ['xmkd new', { verb: 'MKD', argument: 'new' }],
    ['PORT 10,0,0,1,192,5', { verb: 'PORT', endpoint: { address: '10.0.0.1', port: 49157 } }],
    ['EPRT |1|10.0.0.1|49157|', { verb: 'EPRT', endpoint: { protocol: 1, address: '10.0.0.1', port: 49157 } }],
    ['EPSV', { verb: 'EPSV', protocol: null }],
    ['EPSV all', { verb: 'EPSV', protocol: 'ALL' }],
    ['EPSV 2', { verb: 'EPSV', protocol: 2 }],
    ['TYPE A N', { verb: 'TYPE', type: 'A', parameter: 'N' }],
    ['type l 8', { verb: 'TYPE', type: 'L', parameter: '8' }],
    ['STRU f', { verb: 'STRU', code: 'F' }],
    ['ALLO 1000 R 80', { verb: 'ALLO', size: 1000, recordSize: 80 }],
    ['REST 1048576', { verb: 'REST', offset: 1_048_576 }],
    ['QUIT  ', { verb: 'QUIT' }],
    // RFC 959 §4.1.3: Telnet "Interrupt Process" and "Synch" may come before ABOR.
    ['\xff\xf4\xff\xf2ABOR', { verb: 'ABOR' }],
    // An option is refused by three octets.
    ['\xff\xfc\x01NOOP', { verb: 'NOOP' }],
  ])('%j', (line, command) => expect(decodeCommand(line)).toEqual(command));
});

describe('errors', () => {
  test.each([
    ['', 'unknown command', 'no such command'],
    ['GET readme.txt', 'unknown command', 'no such command'],
    ['RETRreadme.txt', 'unknown command', 'no such command'],
    ['RETR', 'syntax', 'RETR wants a pathname'],
    ['RETR a\0b', 'syntax', 'an argument holds no NUL, CR, LF or Telnet command'],
    ['RETR a\nDELE b', 'syntax', 'an argument holds no NUL, CR, LF or Telnet command'],
    ['RETR a\xff\xf4', 'syntax', 'an argument holds no NUL, CR, LF or Telnet command'],
    ['PASV now', 'syntax', 'PASV has no argument'],
    ['TYPE', 'syntax', 'A, E (with N, T or C), I or L with a byte size is expected'],
    ['TYPE I 8', 'syntax', 'A, E (with N, T or C), I or L with a byte size is expected'],
    ['TYPE L', 'syntax', 'A, E (with N, T or C), I or L with a byte size is expected'],
    ['MODE SS', 'syntax', 'a code of one letter is expected'],
    ['MODE X', 'syntax', 'one of S, B, C is expected'],
    ['STRU X', 'syntax', 'one of F, R, P is expected'],
    ['PBSZ abc', 'syntax', 'a number from 0 to 4294967295 is expected'],
    ['PBSZ 4294967296', 'syntax', 'a number from 0 to 4294967295 is expected'],
    ['PBSZ -1', 'syntax', 'a number from 0 to 4294967295 is expected'],
    ['REST 1e3', 'syntax', 'a number of octets is expected'],
    [`RETR ${'x'.repeat(COMMAND_LINE_LIMIT)}`, 'syntax', 'a command has at most 4096 octets'],
  ])('%j', (line, error, text) => expect(decodeCommand(line)).toMatchObject({ error, text }));
});

const octet = fc.integer({ min: 0, max: 255 });
const ipv4 = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join('.'));
const port = fc.integer({ min: 1, max: 65535 });
const argument = fc
  .array(
    fc.integer({ min: 1, max: 254 }).filter((code) => code !== 10 && code !== 13),
    { minLength: 1, maxLength: 40 },
  )
  .map((codes) => String.fromCharCode(...codes));
const size = fc.integer({ min: 0, max: 10 ** 15 - 1 });
const verbsOf = (...syntaxes: string[]) =>
  fc.constantFrom(...(Object.keys(COMMANDS) as Verb[]).filter((verb) => syntaxes.includes(COMMANDS[verb].syntax)));

const command = fc.oneof(
  verbsOf('nothing').map((verb) => ({ verb })),
  fc.record({ verb: verbsOf('text', 'path', 'optional text', 'optional path'), argument }),
  fc.record({ verb: verbsOf('optional text', 'optional path'), argument: fc.constant('') }),
  fc.record({ verb: fc.constant('PORT'), endpoint: fc.record({ address: ipv4, port }) }),
  fc.record({ verb: fc.constant('EPRT'), endpoint: fc.record({ protocol: fc.constant(1), address: ipv4, port }) }),
  fc.record({ verb: fc.constant('EPSV'), protocol: fc.constantFrom(null, 'ALL', 1, 2, 99999) }),
  fc.record({ verb: fc.constant('TYPE'), type: fc.constantFrom('A', 'E'), parameter: fc.constantFrom(null, 'N', 'T', 'C') }),
  fc.record({ verb: fc.constant('TYPE'), type: fc.constant('L'), parameter: fc.constantFrom('8', '36') }),
  fc.record({ verb: fc.constant('STRU'), code: fc.constantFrom(...'FRP') }),
  fc.record({ verb: fc.constant('MODE'), code: fc.constantFrom(...'SBC') }),
  fc.record({ verb: fc.constant('PBSZ'), size: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  fc.record({ verb: fc.constant('ALLO'), size, recordSize: fc.option(size) }),
  fc.record({ verb: fc.constant('REST'), offset: size }),
) as fc.Arbitrary<Command>;

test('decoding is the opposite of encoding', () => {
  fc.assert(
    fc.property(command, (original) => {
      expect(decodeCommand(commandLine(original))).toEqual(original);
      expect(octetsOf(encodeCommand(original))).toBe(`${commandLine(original)}\r\n`);
    }),
  );
});

test('a command’s fields lie within it, cover its words, and none is malformed', () => {
  fc.assert(
    fc.property(command, (original) => {
      const fields = dissectCommand(encodeCommand(original));
      expect(fields.some(({ malformed }) => malformed)).toBe(false);
      expect(fields[0]).toMatchObject({ name: 'verb', value: original.verb });
      expectInside(fields, 0, commandLine(original).length);
    }),
  );
});

test('the fields of PORT explain its six numbers', () => {
  const octets = 'PORT 10,0,0,1,192,5\r\n';
  const [verb, hostPort] = dissectCommand(bytesOfOctets(octets));
  expect(verb).toMatchObject({ value: 'PORT', standard: 'RFC 959 §4.1.2' });
  expect(hostPort?.children?.map(({ name, start, end }) => [name, octets.slice(start, end)])).toEqual([
    ['h1', '10'],
    ['h2', '0'],
    ['h3', '0'],
    ['h4', '1'],
    ['p1', '192'],
    ['p2', '5'],
  ]);
  expect(hostPort?.children?.[4]?.meaning).toBe('high octet of the port: 192 × 256 = 49152');
});

test('Telnet commands and broken lines are told as they are', () => {
  expect(dissectCommand(bytesOfOctets('\xff\xf4\xff\xf2ABOR\r\n')).map(({ name, value }) => [name, value])).toEqual([
    ['Telnet', 'Interrupt Process'],
    ['Telnet', 'Data Mark'],
    ['verb', 'ABOR'],
  ]);
  expect(dissectCommand(bytesOfOctets('PORT 1,2,3\r\n'))[1]).toMatchObject({ malformed: true });
  expect(dissectCommand(bytesOfOctets('NOOP'))[1]).toMatchObject({ name: 'CRLF', malformed: true });
  expect(dissectCommand(bytesOfOctets('NOOP\r\nQUIT\r\n'))[1]).toMatchObject({ name: 'rest', malformed: true });
});

test('a label shows a pathname as the text that it is', () => {
  expect(commandLabel({ verb: 'RETR', argument: 'caf\xc3\xa9.txt' })).toBe('RETR café.txt');
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
