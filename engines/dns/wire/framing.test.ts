import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dissect as dissectOf } from '../../dissect.ts';
import { atOnce, type Process, start, wait } from '../../kernel/process.ts';
import { message as anyMessage } from '../arbitraries-for-tests.ts';
import { dissect } from './dissect.ts';
import { encode } from './encode.ts';
import { dissectFramed, framed, framedKinds, MessageReader } from './framing.ts';
import { query } from './message.ts';

/** Everything that a reader makes of a stream that comes in such pieces. */
function read(pieces: readonly Uint8Array[]): Uint8Array[] {
  const left = [...pieces];
  const reader = new MessageReader({ read: () => atOnce(() => left.shift() ?? null) });
  const found: Uint8Array[] = [];
  const all = function* (): Process {
    for (let next = yield* reader.next(); next !== null; next = yield* reader.next()) found.push(next.slice());
  };
  start('read', all());
  return found;
}

const messages = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 });

describe('messages behind their length (RFC 1035 §4.2.2)', () => {
  test('two bytes, high one first', () => {
    expect([...framed(new Uint8Array(300)).slice(0, 2)]).toEqual([1, 44]);
  });

  test('read back, whatever pieces they come in', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(300), { maxLength: 12 }), (sent, cuts) => {
        const stream = Uint8Array.from(sent.flatMap((message) => [...framed(message)]));
        const at = [0, ...cuts.map((cut) => Math.min(cut, stream.length)), stream.length].sort((a, b) => a - b);
        const pieces = at.slice(1).map((end, i) => stream.slice(at[i], end));
        expect(read(pieces.filter((piece) => piece.length > 0))).toEqual(sent);
      }),
    );
  });

  test.each([
    ['in the length', [0]],
    ['behind the length', [0, 5]],
    ['in the message', [0, 5, 1, 2]],
  ])('a stream that ends %s: what was whole', (_, rest) => {
    expect(read([framed(Uint8Array.of(7, 8)), Uint8Array.from(rest)])).toEqual([Uint8Array.of(7, 8)]);
  });

  test.each([
    ['in one piece', 1 << 20],
    ['byte by byte', 1],
  ])('a mebibyte of short messages %s takes no time', (_, size) => {
    const count = (1 << 20) / 16;
    const stream = new Uint8Array(count * 16);
    for (let i = 0; i < count; i++) stream[16 * i + 1] = 14;
    let at = 0;
    const piece = (): Uint8Array | null => {
      at += size;
      return at <= stream.length ? stream.subarray(at - size, at) : null;
    };
    const reader = new MessageReader({ read: () => atOnce(piece) });
    const counted = function* (): Process<number> {
      let found = 0;
      while ((yield* reader.next()) !== null) found++;
      return found;
    };
    const began = performance.now();
    expect(start('count', counted()).result).toBe(count);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  test('a reader that is stopped while it waits loses nothing', () => {
    let resume: ((content: Uint8Array | null) => void) | undefined;
    const reader = new MessageReader({
      read: () =>
        wait<Uint8Array | null>((go) => {
          resume = go;
          return () => {};
        }),
    });
    const bytes = framed(Uint8Array.of(1, 2, 3));
    const first = start('first', reader.next());
    resume?.(bytes.slice(0, 3));
    first.stop();
    const second = start('second', reader.next());
    resume?.(bytes.slice(3));
    expect(second.result).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe('in the inspector', () => {
  test('the length, and the message’s own fields behind it', () => {
    const bytes = encode(query(1, { name: 'gaia.cs.umass.edu.', type: 'A' }, true));
    const fields = dissectOf('dns', framedKinds.query, framed(bytes));
    expect(fields[0]).toMatchObject({ name: 'Length', value: `${bytes.length} B`, start: 0, end: 2 });
    expect(fields.slice(1).map(({ name, start, end }) => [name, start, end])).toEqual([
      ['Header', 2, 14],
      ['Question', 14, 2 + bytes.length],
    ]);
  });

  test('every field is that of the message, two bytes further on', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const bytes = encode(message);
        expect(dissectFramed(framed(bytes)).slice(1)).toEqual(dissect(bytes).map((field) => moved(field)));
      }),
      { numRuns: 200 },
    );
  });

  test.each([
    ['a length that is cut off', Uint8Array.of(0)],
    ['a length that is not the message’s', Uint8Array.of(0, 99, ...encode(query(1, { name: '.', type: 'NS' }, true)))],
  ])('%s is malformed', (_, bytes) => {
    expect(dissectFramed(bytes)[0]).toMatchObject({ malformed: true });
  });
});

type Fields = ReturnType<typeof dissect>;
function moved(field: Fields[number]): Fields[number] {
  return { ...field, start: field.start + 2, end: field.end + 2, ...(field.children ? { children: field.children.map(moved) } : {}) };
}
