/** Runs in a real worker thread, as the extension does on the desktop. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../engines/simulation.ts';
import { decodeOutput } from '../../notebook-renderer/output.ts';
import type { Progress, RunRequest } from './protocol.ts';
import { Runner, type RunWorker, type Watcher } from './runner.ts';

const WORLD = 'host alice-pc\nzone example.org on ns.example.org { www A 192.0.2.80 }\n';
const LOOKUP = 'alice-pc resolves www.example.org A\nexpect answer of alice-pc for www.example.org is 192.0.2.80\n';
const ENDLESS = 'every 1 ms alice-pc resolves www.example.org A until 50 d\n';

const folder = mkdtempSync(join(tmpdir(), 'netscenario-worker-'));
const body = join(folder, 'worker.cjs');
const started: { worker: Worker; exited: Promise<number> }[] = [];
let runner: Runner;

function start(file = body): RunWorker {
  const worker = new Worker(file);
  started.push({ worker, exited: new Promise((resolve) => worker.once('exit', () => resolve(performance.now()))) });
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (receive) => void worker.removeAllListeners('message').on('message', receive),
    onCrash: (crashed) => void worker.on('error', ({ message }) => crashed(message)).on('exit', (code) => crashed(`exit code ${code}`)),
    terminate: () => void worker.terminate(),
  };
}

const request = (...texts: string[]): RunRequest => {
  const sources = texts.map((text, i) => ({ uri: `file:///w/n.netscenario.md#c${i}`, text }));
  return { sources, focus: sources[sources.length - 1]!.uri, limits: { ...DEFAULT_LIMITS, maximumEvents: 1_000_000 } };
};

class Cancellation {
  isCancellationRequested = false;
  readonly #listeners = new Set<() => void>();
  onCancellationRequested(stop: () => void) {
    this.#listeners.add(stop);
    return { dispose: () => void this.#listeners.delete(stop) };
  }
  cancel() {
    this.isCancellationRequested = true;
    for (const stop of this.#listeners) stop();
  }
}

const watcher = (more: Partial<Watcher> = {}): Watcher => ({
  cancellation: new Cancellation(),
  readFile: async () => ({ kind: 'unreadable', reason: 'there is no such file' }),
  ...more,
});

beforeAll(async () => {
  const entry = fileURLToPath(new URL('./worker-node.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile: body, bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent' });
});
afterEach(() => runner.dispose());
afterAll(() => rmSync(folder, { recursive: true }));

describe('runner', () => {
  it('runs cells in a worker that it keeps for the next run', async () => {
    runner = new Runner(start);
    const before = started.length;
    const first = await runner.run(request(WORLD, LOOKUP), watcher());
    const second = await runner.run(request(WORLD, LOOKUP), watcher());
    expect(first).toMatchObject({ kind: 'ran', summary: { checks: 1, passed: 1 }, leftOut: [] });
    if (first.kind !== 'ran' || second.kind !== 'ran') throw new Error('unreachable');
    expect(second.summary.fingerprint).toBe(first.summary.fingerprint);
    expect(decodeOutput(first.output)).toMatchObject({ focus: 1, run: { fingerprint: first.summary.fingerprint } });
    expect(started.length - before).toBe(1);
  });

  it('rejects a cell with errors, with their lines; leaves out those of the cells above', async () => {
    runner = new Runner(start);
    expect(await runner.run(request(WORLD, '\nbob resolves x.org A'), watcher())).toMatchObject({
      kind: 'rejected',
      errors: [{ line: 2, column: 1, code: 'unknown-host' }],
    });
    expect(await runner.run(request(WORLD, 'bob resolves x.org A', LOOKUP), watcher())).toMatchObject({
      kind: 'ran',
      leftOut: [{ uri: 'file:///w/n.netscenario.md#c1', line: 1 }],
    });
  });

  it('asks for the files that the program names, beside the document', async () => {
    runner = new Runner(start);
    const asked: string[] = [];
    const readFile: Watcher['readFile'] = async (uri) => {
      asked.push(uri);
      return { kind: 'bytes', bytes: new TextEncoder().encode(WORLD) };
    };
    expect(await runner.run(request('import "world.netscenario"', LOOKUP), watcher({ readFile }))).toMatchObject({ kind: 'ran' });
    expect(asked).toEqual(['file:///w/world.netscenario']);
    const failing = watcher({ readFile: () => Promise.reject(new Error('no disk')) });
    expect(await runner.run(request('import "world.netscenario"'), failing)).toMatchObject({ kind: 'rejected' });
  });

  it('stops at the limit of events', async () => {
    runner = new Runner(start);
    const limits = { ...DEFAULT_LIMITS, maximumEvents: 5000 };
    const outcome = await runner.run({ ...request(WORLD, ENDLESS), limits }, watcher());
    expect(outcome).toMatchObject({ kind: 'endless', reason: expect.stringContaining('5000 events'), progress: { events: 5000 } });
  });

  it('stops at the limit of what is recorded', async () => {
    runner = new Runner(start);
    const limits = { ...DEFAULT_LIMITS, maximumRecorded: 2 ** 20 };
    const outcome = await runner.run({ ...request(WORLD, ENDLESS), limits }, watcher());
    expect(outcome).toMatchObject({ kind: 'endless', reason: expect.stringContaining('recorded 1 MiB') });
  });

  it('tells 300 messages in the text, and how many more there are', async () => {
    runner = new Runner(start);
    const many = 'every 1 ms alice-pc resolves www.example.org A until 200 ms\n';
    const outcome = await runner.run(request(WORLD, many), watcher());
    if (outcome.kind !== 'ran') throw new Error(JSON.stringify(outcome));
    expect(outcome.text.match(/^ *\d+\. .* → /gm)?.length).toBe(300);
    expect(outcome.text).toMatch(/… and \d+ more messages/);
  });

  it('shows an error of an imported file at its place there', async () => {
    runner = new Runner(start);
    const readFile: Watcher['readFile'] = async () => ({
      kind: 'bytes',
      bytes: new TextEncoder().encode('host a\nhost b { latency 5 }\n'),
    });
    const outcome = await runner.run(request('import "world.netscenario"', LOOKUP.replaceAll('alice-pc', 'a')), watcher({ readFile }));
    expect('leftOut' in outcome && outcome.leftOut).toContainEqual(
      expect.objectContaining({ uri: 'file:///w/world.netscenario', line: 2, column: 18 }),
    );
  });

  it('an answer to another run is not taken for this one’s', async () => {
    const stale = join(folder, 'stale.cjs');
    writeFileSync(
      stale,
      `const { parentPort } = require('node:worker_threads');
       parentPort.on('message', ({ id }) => {
         parentPort.postMessage({ kind: 'finished', id: id - 1, outcome: { kind: 'broken', message: 'stale', stack: '' } });
         parentPort.postMessage({ kind: 'finished', id, outcome: { kind: 'rejected', errors: [], leftOut: [] } });
       });`,
    );
    runner = new Runner(() => start(stale));
    expect(await runner.run(request(WORLD), watcher())).toMatchObject({ kind: 'rejected' });
  });

  it('a busy worker is gone within 100 ms of cancelling, and the next run works', async () => {
    runner = new Runner(start);
    const cancellation = new Cancellation();
    let latest: Progress | undefined;
    let seen = () => {};
    const busy = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const running = runner.run(
      { ...request(WORLD, ENDLESS), limits: { ...DEFAULT_LIMITS, maximumEvents: 1e9 } },
      watcher({
        cancellation,
        progress: (progress) => {
          latest = progress;
          seen();
        },
      }),
    );
    await busy;
    const asked = performance.now();
    cancellation.cancel();
    expect(await running).toEqual({ kind: 'cancelled', progress: latest });
    expect((await started[started.length - 1]!.exited) - asked).toBeLessThan(100);
    expect(await runner.run(request(WORLD, LOOKUP), watcher())).toMatchObject({ kind: 'ran' });
  });

  const SWEPT = `${WORLD}host server\nlet size = 10 kB\nserver transfers size to alice-pc\n`;
  const SWEEP = `sweep size over 1 kB, 10 kB, 100 kB repeat 2 {
  plot goodput against size
  expect goodput of server to alice-pc > 1 bps
}
`;

  it('runs the points of a cell’s sweeps in several workers, with progress', async () => {
    runner = new Runner(start, 3);
    const before = started.length;
    const seen: Progress[] = [];
    const outcome = await runner.run(request(SWEPT, SWEEP), watcher({ progress: (progress) => void seen.push(progress) }));
    if (outcome.kind !== 'ran') throw new Error(JSON.stringify(outcome));
    const { sweeps } = decodeOutput(outcome.output);
    expect(sweeps?.map(({ results }) => results.map(({ point, stopped }) => [point, stopped]))).toEqual([
      [1, 2, 3, 4, 5, 6].map((point) => [point, null]),
    ]);
    expect(outcome.summary).toMatchObject({ checks: 1, passed: 1 });
    expect(outcome.text).toContain('goodput against size');
    expect(seen.map(({ points }) => points).filter(Boolean)).toEqual([1, 2, 3, 4, 5, 6].map((done) => ({ done, of: 6 })));
    // One for the program itself, three for points; those are gone now.
    expect(started.length - before).toBe(4);
    await Promise.all(started.slice(before + 1).map(({ exited }) => exited));
    expect(await runner.run(request(SWEPT), watcher())).toMatchObject({ kind: 'ran' });
    expect(started.length - before).toBe(4);
  });

  it('of several sweeps shows those of the cell, and of a file all', async () => {
    runner = new Runner(start, 2);
    const another = SWEEP.replace('repeat 2', '');
    const sweepsOf = async (asked: RunRequest) => {
      const outcome = await runner.run(asked, watcher());
      return outcome.kind === 'ran' && decodeOutput(outcome.output).sweeps?.map(({ results }) => results.length);
    };
    expect(await sweepsOf(request(SWEPT, SWEEP, another))).toEqual([3]);
    expect(await sweepsOf({ ...request(SWEPT, SWEEP, another), focus: null })).toEqual([6, 3]);
    expect(await sweepsOf(request(SWEPT, SWEEP, LOOKUP))).toBeUndefined();
  });

  it('a sweep is over within 100 ms of cancelling, and so are its workers', async () => {
    runner = new Runner(start, 2);
    const cancellation = new Cancellation();
    const before = started.length;
    let seen = () => {};
    const busy = new Promise<void>((resolve) => {
      seen = resolve;
    });
    const endless = `${WORLD}let n = 1\nevery 1 ms alice-pc resolves www.example.org A until n * 1 ms\n`;
    const many = 'sweep n over 1, 2000000 { plot lookup time against n }\n';
    const running = runner.run(
      { ...request(endless, many), limits: { ...DEFAULT_LIMITS, maximumEvents: 1e9 } },
      watcher({ cancellation, progress: ({ points }) => points && seen() }),
    );
    await busy;
    const asked = performance.now();
    cancellation.cancel();
    expect(await running).toMatchObject({ kind: 'cancelled', progress: { points: { done: 1, of: 2 } } });
    for (const { exited } of started.slice(before)) expect((await exited) - asked).toBeLessThan(100);
    expect(await runner.run(request(WORLD, LOOKUP), watcher())).toMatchObject({ kind: 'ran' });
  });

  it('a worker that crashes is told, and the next run works', async () => {
    const crashing = join(folder, 'crashing.cjs');
    writeFileSync(crashing, `require('node:worker_threads').parentPort.on('message', () => { throw new Error('out of memory'); });`);
    let files = [crashing, body];
    runner = new Runner(() => {
      const [file, ...rest] = files;
      files = rest;
      return start(file);
    });
    expect(await runner.run(request(WORLD), watcher())).toEqual({ kind: 'crashed', reason: 'out of memory' });
    expect(await runner.run(request(WORLD, LOOKUP), watcher())).toMatchObject({ kind: 'ran' });
  });
});
