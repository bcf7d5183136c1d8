/** The fuzzer finds what it is there to find; and every target holds under a small budget and against all that once broke it. */
import { describe, expect, it } from 'vitest';
import { attempt } from './attempt.ts';
import { inputOf } from './mutations.ts';
import { fuzz } from './runner.ts';
import { findTargets, savedFailures, targetIn } from './targets.ts';

const planted = (name: string): string => new URL(`planted/${name}.ts`, import.meta.url).href;

describe('the fuzzer', () => {
  it('makes the same inputs from the same seed, and others from another', () => {
    const corpus = [Uint8Array.of(1, 2, 3, 4), new TextEncoder().encode('Content-Length: 17\r\n')];
    const inputs = (seed: number) => Array.from({ length: 200 }, (_, i) => inputOf('any', seed, i, corpus).join());
    expect(inputs(1)).toEqual(inputs(1));
    expect(inputs(1)).not.toEqual(inputs(2));
    expect(new Set(inputs(1)).size).toBeGreaterThan(160);
    expect(corpus[0]).toEqual(Uint8Array.of(1, 2, 3, 4));
  });

  it('finds an exception, and the two bytes that it takes', async () => {
    const { failures } = await fuzz(planted('throws'), { count: 50_000, seed: 1 });
    expect(failures).toEqual([{ message: 'no 16 before 238', input: Uint8Array.of(0x10, 0xee) }]);
  });

  it('finds a hang, goes on behind it, and leaves it at a few', { timeout: 60_000 }, async () => {
    const { failures, inputs } = await fuzz(planted('hangs'), { count: 10_000, seed: 1, timeLimit: 250 });
    expect(failures).toEqual([{ message: 'takes longer than its time limit', input: Uint8Array.of(0xff) }]);
    expect(inputs).toBeLessThan(10_000);
  });

  it('finds what takes all memory', { timeout: 60_000 }, async () => {
    const { failures } = await fuzz(planted('exhausts'), { count: 300, seed: 1, memoryLimit: 24 });
    expect(failures).toEqual([{ message: 'takes more memory than its limit', input: Uint8Array.of(0xff) }]);
  });

  it.each([
    ['reads-beyond', /reads outside of its input/],
    ['writes-beyond', /writes outside of its input/],
  ])('finds a target that %s its input', async (name, message) => {
    const { failures } = await fuzz(planted(name), { count: 2000, seed: 1 });
    expect(failures).toEqual([{ message: expect.stringMatching(message), input: expect.any(Uint8Array) }]);
  });
});

describe.each(findTargets())('$name', (found) => {
  it('stands what once broke it', async () => {
    const target = await targetIn(found.url);
    for (const { file, input } of savedFailures(found)) await expect(attempt(target, input), file).resolves.toBeUndefined();
    for (const input of target.corpus()) await expect(attempt(target, input)).resolves.toBeUndefined();
  });

  it('stands a few thousand inputs (npm run fuzz: as many as one likes)', async () => {
    const { shortRun = 3000 } = await targetIn(found.url);
    const { failures } = await fuzz(found.url, { count: shortRun, seed: 1 });
    expect(failures).toEqual([]);
  });
});

it('there are targets', () => expect(findTargets().map(({ name }) => name)).toContain('dns'));
