import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../content.ts';
import { type Process, start } from '../kernel/process.ts';
import { type ContentResult, LineReader, type LineResult } from './line-reader.ts';
import { bytesOfOctets, octetsOf } from './octets.ts';

/** A reader over pieces that arrive one by one. */
function readerOf(...pieces: string[]): LineReader {
  const waiting = pieces.filter((piece) => piece !== '').map(bytesOfOctets);
  return new LineReader({
    // biome-ignore lint/correctness/useYield: these bytes are here already.
    *read(): Process<Content | null> {
      return waiting.shift() ?? null;
    },
  });
}

function now<T>(process: Process<T>): T {
  const task = start('test', process);
  expect(task.done).toBe(true);
  return task.result as T;
}

function cut(text: string, cuts: readonly number[]): string[] {
  const places = [...new Set(cuts.map((place) => place % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((place, i, all) => text.slice(place, all[i + 1] ?? text.length));
}

const cuts = fc.array(fc.nat({ max: 5000 }), { maxLength: 12 });
const octet = fc.constantFrom('\r', '\n', '.', 'a', '\0', '\xff');

describe('lines', () => {
  const cases: [pieces: string[], limit: number, results: LineResult[]][] = [
    [['HELO crepes.fr\r\n'], 512, [{ kind: 'line', line: 'HELO crepes.fr' }, { kind: 'end' }]],
    [
      ['NO', 'OP\r', '\nQUIT\r\n'],
      512,
      [
        { kind: 'line', line: 'NOOP' },
        { kind: 'line', line: 'QUIT' },
      ],
    ],
    [['\r\n'], 512, [{ kind: 'line', line: '' }]],
    // Only CRLF ends a line.
    [['a\nb\rc\r\n'], 512, [{ kind: 'line', line: 'a\nb\rc' }]],
    [['no end'], 512, [{ kind: 'end' }, { kind: 'end' }]],
    // The limit counts the CRLF.
    [['123456\r\n1234567\r\n'], 8, [{ kind: 'line', line: '123456' }, { kind: 'too long' }, { kind: 'end' }]],
    [['123456789', '123456789\r', '\nNOOP\r\n'], 8, [{ kind: 'too long' }, { kind: 'line', line: 'NOOP' }]],
    [['x'.repeat(1024 * 1024 + 1)], 512, [{ kind: 'endless' }]],
  ];
  test.each(cases)('%j limit %d', (pieces, limit, results) => {
    const reader = readerOf(...pieces);
    expect(results.map(() => now(reader.readLine(limit)))).toEqual(results);
  });

  test('how the stream is cut into pieces changes nothing', () => {
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 60 }), cuts, (chars, places) => {
        const stream = chars.join('');
        const whole = readerOf(stream);
        const pieces = readerOf(...cut(stream, places));
        for (let i = 0; i < 40; i++) expect(now(pieces.readLine(10))).toEqual(now(whole.readLine(10)));
      }),
    );
  });
});

describe('dot-terminated content', () => {
  const cases: [pieces: string[], result: ContentResult, next: LineResult][] = [
    [['Do you like ketchup?\r\n.\r\nQUIT\r\n'], { kind: 'content', octets: 'Do you like ketchup?\r\n' }, { kind: 'line', line: 'QUIT' }],
    [['.\r\n'], { kind: 'content', octets: '' }, { kind: 'end' }],
    [['..\r\n.', '\r', '\n'], { kind: 'content', octets: '..\r\n' }, { kind: 'end' }],
    // Neither ends the content: smuggled commands stay in it.
    [['a\n.\nMAIL\r\n.\r\n'], { kind: 'content', octets: 'a\n.\nMAIL\r\n' }, { kind: 'end' }],
    [['a\r\n.\r\r\n.\r\n'], { kind: 'content', octets: 'a\r\n.\r\r\n' }, { kind: 'end' }],
    [['1234567890123456789\r\n', '12\r\n.\r\nNOOP\r\n'], { kind: 'too big' }, { kind: 'line', line: 'NOOP' }],
    [['cut off'], { kind: 'end' }, { kind: 'end' }],
  ];
  test.each(cases)('%j', (pieces, result, next) => {
    const reader = readerOf(...pieces);
    expect(now(reader.readDotTerminated(22))).toEqual(result);
    expect(now(reader.readLine(512))).toEqual(next);
  });

  test('how the stream is cut into pieces changes nothing', () => {
    fc.assert(
      fc.property(fc.array(octet, { maxLength: 60 }), cuts, (chars, places) => {
        const stream = `${chars.join('')}\r\n.\r\nrest\r\n`;
        const whole = readerOf(stream);
        const pieces = readerOf(...cut(stream, places));
        expect(now(pieces.readDotTerminated(40))).toEqual(now(whole.readDotTerminated(40)));
        expect(now(pieces.readLine(99))).toEqual(now(whole.readLine(99)));
      }),
    );
  });
});

test('counted content, and what follows it', () => {
  const reader = readerOf('12', '34567\r\n');
  expect(now(reader.readCounted(5, 100))).toEqual({ kind: 'content', octets: '12345' });
  expect(reader.hasMore).toBe(true);
  expect(now(reader.readLine(10))).toEqual({ kind: 'line', line: '67' });
  expect(now(readerOf('12345\r\n').readCounted(5, 4))).toEqual({ kind: 'too big' });
  expect(now(readerOf('123').readCounted(5, 100))).toEqual({ kind: 'end' });
  expect(now(readerOf().readCounted(0, 100))).toEqual({ kind: 'content', octets: '' });
});

describe('content that need not be in memory at once', () => {
  /** A line, a bulk content, a line, in one stream. */
  const mixed = (): LineReader => {
    const waiting: Content[] = [bytesOfOctets('head\r\nab'), { seed: 7, offset: 0, length: 1_000_000 }, bytesOfOctets('c\r\ntail\r\n')];
    return new LineReader({
      // biome-ignore lint/correctness/useYield: these bytes are here already.
      *read(): Process<Content | null> {
        return waiting.shift() ?? null;
      },
    });
  };

  test('comes as it arrived, up to the limit, and bulk stays bulk', () => {
    const reader = mixed();
    expect(now(reader.readLine(100))).toEqual({ kind: 'line', line: 'head' });
    expect(now(reader.readSome(100))).toEqual(bytesOfOctets('ab'));
    expect(now(reader.readSome(400_000))).toEqual({ seed: 7, offset: 0, length: 400_000 });
    expect(reader.hasMore).toBe(true);
    expect(now(reader.readSome(1_000_000))).toEqual({ seed: 7, offset: 400_000, length: 600_000 });
    expect(reader.hasMore).toBe(false);
    expect(now(reader.readSome(1))).toEqual(bytesOfOctets('c'));
    expect(now(reader.readLine(100))).toEqual({ kind: 'line', line: '' });
    expect(now(reader.readLine(100))).toEqual({ kind: 'line', line: 'tail' });
    expect(now(reader.readSome(1))).toBeNull();
  });

  test('may go over into a line, and what is held is taken with the rest', () => {
    const reader = mixed();
    now(reader.readLine(100));
    now(reader.readSome(2));
    now(reader.readSome(999_990));
    expect(reader.takeRest()).toBe(octetsOf(bytesOf({ seed: 7, offset: 999_990, length: 10 })));
    expect(now(reader.readLine(100))).toEqual({ kind: 'line', line: 'c' });
  });
});
