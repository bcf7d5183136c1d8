import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenarioForTests } from './network/scenario-for-tests.ts';
import { decode, decodeRun, encode } from './run-codec.ts';
import { simulate } from './simulation.ts';

describe('encode and decode', () => {
  it('give back plain data with its typed arrays and its numbers that JSON lacks', () => {
    const data = {
      text: 'crêpes',
      never: Number.NaN,
      most: [Number.POSITIVE_INFINITY, -0.5],
      times: new Float64Array([1, Number.NaN, 3]),
      hosts: new Int32Array([-1, 2]),
      isns: new Uint32Array([0xffffffff]),
      windows: new Uint16Array([65535]),
      bytes: new Uint8Array([0, 255]),
      none: null,
    };
    expect(decode(encode(data))).toEqual(data);
  });

  it('are each other’s inverse for any columns', () => {
    fc.assert(
      fc.property(fc.float64Array(), fc.uint8Array(), fc.string(), (values, bytes, text) => {
        expect(decode(encode({ values, inner: [{ bytes, text }] }))).toEqual({ values, inner: [{ bytes, text }] });
      }),
    );
  });

  it('work on bytes that lie anywhere within a larger block', () => {
    const bytes = encode({ column: new Float64Array([1.5]) });
    const block = new Uint8Array(bytes.length + 3);
    block.set(bytes, 3);
    expect(decode(block.subarray(3))).toEqual({ column: new Float64Array([1.5]) });
    // As Node reads a file.
    expect(decode(Buffer.from(block).subarray(3))).toEqual({ column: new Float64Array([1.5]) });
  });

  it.each([
    ['nothing', new Uint8Array(), /does not begin with NSR1/],
    ['something else', new TextEncoder().encode('PK and so on, a zip file'), /does not begin with NSR1/],
    ['half a header', encode({ a: 'long enough' }).subarray(0, 12), /breaks off in its header/],
    ['half the columns', encode({ a: new Float64Array(8) }).subarray(0, 48), /breaks off in its columns/],
  ])('refuse %s', (_name, bytes, message) => {
    expect(() => decode(bytes)).toThrow(message);
  });
});

describe('a saved run', () => {
  const run = simulate(scenarioForTests({ a: {}, b: {} }));

  it('is read as it was', () => {
    expect(decodeRun(encode(run))).toEqual(run);
  });

  it.each([
    ['of another version', { ...run, format: 1 }, 'format 1; this version reads format 3'],
    ['that is none', [1, 2], 'format undefined'],
    ['with nothing but its format', { format: 3 }, 'lacks its sources'],
    ['without a table', { ...run, flows: undefined }, 'lacks its flows'],
    ['without a column', { ...run, packets: { ...run.packets, fate: undefined } }, 'lacks its packets’ column fate'],
    ['with a short column', { ...run, packets: { ...run.packets, rows: 7 } }, 'lacks its packets’ column sentAt'],
    ['with a column of another kind', { ...run, states: { ...run.states, at: new Uint8Array(0) } }, 'lacks its states’ column at'],
  ])('%s is refused', (_name, saved, message) => {
    expect(() => decodeRun(encode(saved))).toThrow(message);
  });
});
