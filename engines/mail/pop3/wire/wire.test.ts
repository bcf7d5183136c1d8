import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFields } from '../../../fuzz-target.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { type Command, commandLine, decodeCommand } from './command.ts';
import { dissectPop3 } from './dissect.ts';
import { decodeReply, encodeReply, replyLine } from './reply.ts';

const word = fc.stringMatching(/^[!-~]{1,40}$/);
const number = fc.integer({ min: 1, max: 999_999_999 });
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.constantFrom<Command>({ verb: 'QUIT' }, { verb: 'STAT' }, { verb: 'NOOP' }, { verb: 'RSET' }, { verb: 'CAPA' }, { verb: 'STLS' }),
  fc.record({ verb: fc.constantFrom('USER' as const, 'PASS' as const), argument: fc.stringMatching(/^[!-~\xa0-\xff][ -~]{0,60}$/) }),
  fc.record({ verb: fc.constantFrom('RETR' as const, 'DELE' as const), message: number }),
  fc.record({ verb: fc.constantFrom('LIST' as const, 'UIDL' as const), message: fc.option(number) }),
  fc.record({ verb: fc.constant('TOP' as const), message: number, lines: fc.nat(9999) }),
  fc.record({ verb: fc.constant('APOP' as const), name: word, digest: fc.stringMatching(/^[0-9a-f]{32}$/) }),
  fc
    .record({ mechanism: fc.stringMatching(/^[A-Z0-9_-]{1,20}$/), initial: fc.option(fc.stringMatching(/^[A-Za-z0-9+/]{1,40}$/)) })
    .map((one): Command => ({ verb: 'AUTH', ...one })),
);

test('commands are read as they were written', () => {
  fc.assert(
    fc.property(command, (one) => {
      expect(decodeCommand(commandLine(one))).toEqual(one);
    }),
  );
});

describe('commands', () => {
  test.each<[string, unknown]>([
    ['retr 1', { verb: 'RETR', message: 1 }],
    ['PASS two words', { verb: 'PASS', argument: 'two words' }],
    ['LIST', { verb: 'LIST', message: null }],
    ['AUTH plain =', { verb: 'AUTH', mechanism: 'PLAIN', initial: '=' }],
    ['RETR 0', { error: 'syntax', word: 'RETR', text: 'a message-number, from 1, is expected' }],
    ['RETR 1 2', { error: 'syntax', word: 'RETR', text: 'a message-number, from 1, is expected' }],
    ['QUIT now', { error: 'syntax', word: 'QUIT', text: 'QUIT has no argument' }],
    ['AUTH PLAIN ', { error: 'syntax', word: 'AUTH', text: 'an empty initial response is written =' }],
    [`USER ${'x'.repeat(260)}`, { error: 'syntax', word: 'USER', text: 'a command has at most 255 octets' }],
    ['USER a\0b', { error: 'syntax', word: 'USER', text: 'an argument holds no NUL, CR or LF' }],
    ['constructor', { error: 'unknown command', word: 'CONSTRUCTOR', text: 'no such command: CONSTRUCTOR' }],
  ])('%j', (line, expected) => {
    expect(decodeCommand(line)).toEqual(expected);
  });
});

describe('replies', () => {
  test.each<[string, unknown]>([
    ['+OK', { status: 'ok', code: null, text: '' }],
    ['+OK 2 320', { status: 'ok', code: null, text: '2 320' }],
    ['-ERR [in-use] busy', { status: 'error', code: 'IN-USE', text: 'busy' }],
    ['-ERR [SYS/TEMP]', { status: 'error', code: 'SYS/TEMP', text: '' }],
    ['+OKAY', { error: '+OK or -ERR is expected' }],
    ['220 hello', { error: '+OK or -ERR is expected' }],
  ])('%j', (line, expected) => {
    expect(decodeReply(line)).toEqual(expected);
  });

  test('are read as they were written', () => {
    const reply = fc.record({
      status: fc.constantFrom('ok' as const, 'error' as const),
      code: fc.option(fc.constantFrom('AUTH', 'IN-USE', 'SYS/PERM')),
      text: fc.stringMatching(/^([!-Z^-~][ -~]{0,40})?$/),
    });
    fc.assert(
      fc.property(reply, (one) => {
        expect(decodeReply(replyLine(one))).toEqual(one);
      }),
    );
  });

  test('have their dots doubled, and an end (RFC 1939 §3)', () => {
    const bytes = encodeReply({ status: 'ok', code: null, text: 'x' }, '.\r\n..a\r\nlast');
    expect(octetsOf(bytes)).toBe('+OK x\r\n..\r\n...a\r\nlast\r\n.\r\n');
    expect(octetsOf(encodeReply({ status: 'ok', code: null, text: 'x' }, ''))).toBe('+OK x\r\n.\r\n');
  });
});

describe('the inspector', () => {
  test('shows the fields of a message with their places', () => {
    const names = (text: string, kind: string) =>
      dissectPop3(bytesOfOctets(text), kind).map(({ name, value, start, end }) => [name, value, start, end]);
    expect(names('TOP 1 5\r\n', 'command')).toEqual([
      ['Command', 'TOP', 0, 3],
      ['message-number', '1', 4, 5],
      ['lines', '5', 6, 7],
    ]);
    expect(names('-ERR [AUTH] no\r\n', 'reply')).toEqual([
      ['Status', '-ERR', 0, 4],
      ['Response code', 'AUTH', 5, 11],
      ['Text', 'no', 12, 14],
    ]);
    expect(names('+OK ids\r\n1 a\r\n.\r\n', 'lines').slice(2)).toEqual([
      ['Line', '1 a', 9, 12],
      ['End', '.', 14, 15],
    ]);
    expect(names('+OK\r\nA: b\r\n\r\nc\r\n.\r\n', 'message').map(([name]) => name)).toEqual([
      'Status',
      'header section',
      'empty line',
      'body',
      'end of mail data',
    ]);
    expect(names('+ Zm9v\r\n', 'challenge')[1]).toEqual(['Challenge', 'Zm9v', 2, 6]);
    expect(names('*\r\n', 'answer')).toEqual([['Response', '* (gives up)', 0, 1]]);
  });

  test('shows fields within any bytes', () => {
    const kinds = fc.constantFrom('command', 'reply', 'lines', 'message', 'challenge', 'answer', 'other');
    fc.assert(
      fc.property(fc.uint8Array(), kinds, (bytes, kind) => {
        checkFields(dissectPop3(bytes, kind), bytes.length);
      }),
    );
  });
});
