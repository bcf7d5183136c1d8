/** Sweeps: on the command line, in threads, and as jobs of the engines that docs/sweeps.md has recipes for. */
import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderForTests, netscenario, on } from './command-line-for-tests.ts';
import { type Slurm, startSlurm, withoutSlurm } from './slurm-for-tests.ts';

const { path: folder, file } = folderForTests();

const run = promisify(execFile);

/** 200 points, each a transfer over a line that loses packets by chance. */
const LESSON = `let rtt = 20 ms
host server { latency rtt / 4 }
host laptop { latency rtt / 4  down 20 Mbps  loss 1 % }
server transfers 100 kB to laptop
sweep rtt over 2 ms..100 ms step 2 ms repeat 4 {
  plot transfer time of server to laptop, mean round-trip time against rtt
  expect transfer time of server to laptop > 40 ms
}
`;
const lesson = file('lesson.netscenario', LESSON);

const SMALL = LESSON.replace('2 ms..100 ms step 2 ms repeat 4', '10 ms, 50 ms repeat 2');

/** Results of all points, made in this process alone. */
let whole = '';
beforeAll(async () => {
  const out = join(folder, 'one-process.jsonl');
  expect(await netscenario('sweep', lesson, '--jobs', '1', '--out', out)).toMatchObject({ code: 0, error: '' });
  whole = readFileSync(out, 'utf8');
}, 120_000);

describe('a sweep of 200 points', () => {
  it('has a result for each, in order', () => {
    const results = whole
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(results.map(({ point }) => point)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(new Set(results.map(({ fingerprint }) => fingerprint)).size).toBe(200);
    expect(results.slice(4, 8).map(({ values, seed }) => [values, seed])).toEqual([1, 2, 3, 4].map((seed) => [[4_000_000], seed]));
  });

  it('gives the same on several threads, with progress', async () => {
    const out = join(folder, 'threads.jsonl');
    const told: string[] = [];
    const status = (line: string) => void told.push(line);
    expect(await on({ status }, 'sweep', lesson, '--jobs', '3', '--out', out)).toMatchObject({ code: 0, error: '' });
    expect(readFileSync(out, 'utf8')).toBe(whole);
    expect(told).toHaveLength(201);
    expect(told[99]).toMatch(/lesson\.netscenario: 100 of 200 points$/);
    expect(told[200]).toBe('');
  }, 120_000);

  it('lists its points without running them', async () => {
    const { out, code } = await netscenario('sweep', lesson, '--list');
    expect(code).toBe(0);
    expect(
      out
        .split('\n')
        .slice(0, 2)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { point: 1, rtt: 2_000_000, repeat: 1, seed: 1 },
      { point: 2, rtt: 2_000_000, repeat: 2, seed: 2 },
    ]);
    expect(out.trimEnd().split('\n')).toHaveLength(200);
  });

  it('runs some of its points by their numbers', async () => {
    const { out, code } = await netscenario('sweep', lesson, '--point', '7,3-4');
    const lines = whole.split('\n');
    expect([out, code]).toEqual([`${[lines[2], lines[3], lines[6]].join('\n')}\n`, 0]);
  });

  it('is shown from results, and what is missing is run', async () => {
    const part = file('part.jsonl', whole.split('\n').slice(3).join('\n'));
    const again = join(folder, 'completed.jsonl');
    const { out, code } = await netscenario('sweep', lesson, '--from', part, '--out', again);
    expect([readFileSync(again, 'utf8') === whole, code]).toEqual([true, 0]);
    expect(out).toMatch(/^sweep rtt over 2 ms\.\.100 ms step 2 ms repeat 4\n200 runs · 4 repeats, 95 % confidence\n/);
    expect(out).toMatch(/\n {2}100 ms +[\d.]+ ms ± [\d.]+ ms +[\d.]+ ms ± [\d.]+ (ms|µs)\n/);
    expect(out).toContain('✓ expect transfer time of server to laptop > 40 ms  (200 of 200 runs)');
  });
});

describe('what a killed sweep leaves', () => {
  it('is what was done, from which another goes on', async () => {
    const all = join(folder, 'stopped-in-between.jsonl');
    const status = (line: string) => {
      if (line.includes(': 30 of 200')) throw new Error('the machine is gone');
    };
    const { code, error } = await on({ status }, 'sweep', lesson, '--jobs', '1', '--out', all);
    expect([code, existsSync(all)]).toEqual([3, false]);
    expect(error).toMatch(/stopped-in-between\.jsonl\.part: the results so far; --from goes on from them\n/);
    const lines = whole.split('\n');
    expect(readFileSync(`${all}.part`, 'utf8')).toBe(`${lines.slice(0, 30).join('\n')}\n`);
    // As a killed command leaves it, in the middle of a line.
    writeFileSync(`${all}.part`, `${lines.slice(0, 20).join('\n')}\n${lines[20]!.slice(0, 60)}`);
    const told: string[] = [];
    const again = await on({ status: (line) => void told.push(line) }, 'sweep', lesson, '--from', `${all}.part`, '--out', all);
    expect([again.code, told[0]]).toEqual([0, expect.stringMatching(/: 21 of 200 points$/)]);
    expect(again.error).toMatch(/\.part:21: left out, it is cut off/);
    expect([readFileSync(all, 'utf8') === whole, existsSync(`${all}.part`)]).toEqual([true, false]);
  }, 120_000);

  it('a point at a limit runs again within others, and its run takes the place', async () => {
    const path = file('long.netscenario', SMALL);
    const [limited, full] = [join(folder, 'limited.jsonl'), join(folder, 'full.jsonl')];
    expect((await netscenario('sweep', path, '--jobs', '1', '--out', full)).code).toBe(0);
    const runs = readFileSync(full, 'utf8');
    expect((await netscenario('sweep', path, '--jobs', '1', '--max-events', '100', '--out', limited)).code).toBe(1);
    expect(await netscenario('merge', '--missing', limited)).toEqual({ code: 1, out: '1-4\n', error: '' });
    expect(await netscenario('merge', limited, '--out', join(folder, 'merged.jsonl'))).toEqual({
      code: 1,
      out: '',
      error: 'without a run: 1-4 (4 of 4 points)\n',
    });
    const two = file('two.jsonl', (await netscenario('sweep', path, '--point', '2')).out);
    expect((await netscenario('merge', limited, two)).error).toBe('without a run: 1,3-4 (3 of 4 points)\n');
    const mended = join(folder, 'mended.jsonl');
    expect((await netscenario('sweep', path, '--from', limited, '--jobs', '1', '--out', mended)).code).toBe(0);
    expect(readFileSync(mended, 'utf8')).toBe(runs);
    expect((await netscenario('merge', limited, full)).out).toBe(runs);
  });
});

describe('netscenario sweep', () => {
  const bare = file('bare.netscenario', 'host a\na crashes\n');
  const two = file('two.netscenario', SMALL + SMALL.slice(SMALL.indexOf('sweep')));
  it.each([
    [['sweep'], /sweep needs a file/],
    [['sweep', bare], /bare\.netscenario has no sweep: write one/],
    [['sweep', two], /two\.netscenario has 2 sweeps: choose one with --sweep\n {2}--sweep 1 {2}sweep rtt/],
    [['sweep', two, '--sweep', '3'], /--sweep takes a number from 1 to 2/],
    [['sweep', lesson, '--point', '0'], /--point takes numbers from 1 to 200/],
    [['sweep', lesson, '--point', '201'], /--point takes numbers from 1 to 200/],
    [['sweep', lesson, '--point', '5-3'], /--point takes numbers from 1 to 200/],
    [['sweep', lesson, '--jobs', '0'], /--jobs takes a whole number from 1/],
    [['sweep', lesson, '--from', join(folder, 'nowhere')], /nowhere cannot be read/],
    [['merge'], /merge needs at least one file/],
    [['merge', bare], /there is no result in it/],
  ])('%j is answered with what to put right', async (words, message) => {
    const { code, error } = await netscenario(...words);
    expect(error).toMatch(message);
    expect(code).toBe(2);
  });

  it('does not run what has errors', async () => {
    const path = file('slip.netscenario', LESSON.replace('against rtt', 'against rrt'));
    const { code, error, out } = await netscenario('sweep', path);
    expect([code, out]).toEqual([1, '']);
    expect(error).toMatch(/slip\.netscenario:6:\d+: error: This sweep is not over `rrt`, but over `rtt`/);
  });

  it('exits with 1 where an expectation fails, and says at which points', async () => {
    const path = file('hope.netscenario', SMALL.replace('> 40 ms', '< 130 ms'));
    const { code, out } = await netscenario('sweep', path);
    expect(code).toBe(1);
    expect(out).toMatch(/✗ expect transfer time of server to laptop < 130 ms {2}\(2 of 4 runs\)\n {6}rtt 50 ms, seed 1: \d+ ms\n/);
    expect((await netscenario('sweep', path, '--point', '3')).code).toBe(1);
  });

  it('tells of a point at a limit, and of one that makes no scenario, and runs the others', async () => {
    const path = file(
      'limits.netscenario',
      SMALL.replace('10 ms, 50 ms repeat 2', '0 ms..600 ms step 300 ms').replace('latency rtt / 4', 'latency 300 ms - rtt'),
    );
    const { code, out } = await netscenario('sweep', path, '--jobs', '1');
    expect(code).toBe(1);
    expect(out).toMatch(/\nWithout a result\n {2}rtt 600 ms: .*out of range/);
    expect(out).toMatch(/\(2 of 2 runs\)/);
    const { out: limited } = await netscenario('sweep', file('small.netscenario', SMALL), '--max-events', '100', '--jobs', '1');
    expect(limited).toMatch(/rtt 10 ms, seed 1: the run did not end within 100 events/);
  });

  it('takes a notebook’s sweep with the cells above it, as the notebook does', async () => {
    const [above, below] = [`scenario "x"\n${SMALL.slice(0, SMALL.indexOf('sweep'))}`, SMALL.slice(SMALL.indexOf('sweep'))];
    const cells = [above, below, 'host other\nserver transfers 5 MB to other'].map((text) => `\`\`\`netscenario\n${text}\n\`\`\`\n`);
    const path = file('lesson.netscenario.md', cells.join('\n'));
    const alone = file('two-cells.netscenario.md', cells.slice(0, 2).join('\n'));
    const [first, second] = [await netscenario('sweep', path, '--point', '1'), await netscenario('sweep', alone, '--point', '1')];
    expect(first.out).toBe(second.out);
    expect(first.out).not.toBe('');
  });
});

describe('merge', () => {
  const lines = () => whole.trimEnd().split('\n');

  it('sorts results, and keeps each once', async () => {
    const a = file('a.jsonl', [...lines().slice(50)].reverse().join('\n'));
    const b = file('b.jsonl', `${lines().slice(0, 80).join('\n')}\n`);
    expect(await netscenario('merge', a, b)).toEqual({ code: 0, out: whole, error: '' });
  });

  it('names what is missing', async () => {
    const path = file(
      'holes.jsonl',
      lines()
        .filter((_, i) => ![0, 4, 5, 6, 199].includes(i))
        .join('\n'),
    );
    const { code, error } = await netscenario('merge', path);
    expect([code, error]).toEqual([1, 'missing: 1,5-7,200 (5 of 200 points)\n']);
    expect(await netscenario('merge', '--missing', path)).toEqual({ code: 1, out: '1,5-7,200\n', error: '' });
  });

  it('leaves out a line that is cut off, as that of a job that was killed', async () => {
    const path = file('killed.jsonl', `${lines().slice(0, 199).join('\n')}\n${lines()[199]!.slice(0, 100)}`);
    const { code, error } = await netscenario('merge', path);
    expect(code).toBe(1);
    expect(error).toMatch(/killed\.jsonl:200: left out, it is cut off, or no JSON\nmissing: 200 \(1 of 200 points\)\n$/);
  });

  it('refuses results of another state of the text', async () => {
    const other = file('other.netscenario', LESSON.replace('1 %', '2 %'));
    const foreign = file('foreign.jsonl', (await netscenario('sweep', other, '--point', '1')).out);
    const { code, error } = await netscenario('merge', file('own.jsonl', lines()[1]!), foreign);
    expect(code).toBe(2);
    expect(error).toMatch(/foreign\.jsonl:1 is of another sweep than .*own\.jsonl:1/);
    expect((await netscenario('sweep', lesson, '--from', foreign)).error).toMatch(/results of another sweep/);
  });

  it('refuses two results of a point that differ', async () => {
    const changed = file('changed.jsonl', lines()[0]!.replace(/"value":\d/, '"value":9'));
    const { code, error } = await netscenario('merge', file('own.jsonl', lines()[0]!), changed);
    expect(code).toBe(2);
    expect(error).toMatch(/are both of point 1, and differ/);
  });

  it('takes the same files from another folder for the same sweep', async () => {
    mkdirSync(join(folder, 'elsewhere'), { recursive: true });
    writeFileSync(join(folder, 'elsewhere', 'renamed.netscenario'), LESSON);
    const { out } = await netscenario('sweep', join(folder, 'elsewhere', 'renamed.netscenario'), '--point', '2');
    // The title goes by the name where no line says it: that is part of the scenario.
    const titled = file('titled.netscenario', `scenario "x"\n${LESSON}`);
    writeFileSync(join(folder, 'elsewhere', 'titled.netscenario'), `scenario "x"\n${LESSON}`);
    const here = await netscenario('sweep', titled, '--point', '2');
    expect((await netscenario('sweep', join(folder, 'elsewhere', 'titled.netscenario'), '--point', '2')).out).toBe(here.out);
    expect(out).not.toBe(here.out);
  });
});

/** The blocks of shell below a heading of the page. */
function recipe(heading: string): string[] {
  const page = readFileSync(new URL('../docs/sweeps.md', import.meta.url), 'utf8');
  const start = page.indexOf(`### ${heading}\n`);
  const section = page.slice(start, page.indexOf('\n### ', start + 4) + 1 || undefined);
  return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text!);
}

/** A folder with the lesson, and the command on the path. */
function workplace(name: string): { readonly cwd: string; readonly env: NodeJS.ProcessEnv } {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'lesson.netscenario'), LESSON);
  return { cwd, env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` } };
}

/** The command as it is shipped, on the path of the jobs. */
beforeAll(async () => {
  const source = (name: string) => fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
  const options = { bundle: true, platform: 'node', format: 'esm', logLevel: 'silent' } as const;
  await build({ ...options, entryPoints: [source('main')], outfile: join(folder, 'bin', 'netscenario.mjs') });
  await build({ ...options, entryPoints: [source('point-worker')], outfile: join(folder, 'bin', 'point-worker.mjs') });
  const command = join(folder, 'bin', 'netscenario');
  writeFileSync(
    command,
    `#!/bin/sh\nexport NODE_COMPILE_CACHE=${join(folder, 'cache')}\nexec ${process.execPath} ${join(folder, 'bin', 'netscenario.mjs')} "$@"\n`,
  );
  chmodSync(command, 0o755);
}, 120_000);

describe('recipes', () => {
  it('the bundled command runs its points on all cores', async () => {
    const place = workplace('bundled');
    await run('netscenario', ['sweep', 'lesson.netscenario', '--out', 'all.jsonl'], place);
    expect(readFileSync(join(place.cwd, 'all.jsonl'), 'utf8')).toBe(whole);
  }, 120_000);

  const parallel = spawnSync('parallel', ['--version']).status === 0;
  if (!parallel) console.warn('skipped: GNU parallel is missing (Debian: apt-get install parallel)');
  it.skipIf(!parallel)(
    'of GNU parallel gives the same, also after a job was killed',
    async () => {
      const place = workplace('parallel');
      const [script] = recipe('GNU parallel');
      expect(script).toContain('parallel --joblog');
      await run('sh', ['-c', script!], place);
      expect(readFileSync(join(place.cwd, 'all.jsonl'), 'utf8')).toBe(whole);
      // As a killed job leaves it: a part of a line, and a log in which it ended by a signal.
      const killed = join(place.cwd, 'results', '17.jsonl');
      writeFileSync(killed, readFileSync(killed, 'utf8').slice(0, 50));
      const log = join(place.cwd, 'results', 'log');
      const before = readFileSync(log, 'utf8');
      writeFileSync(log, before.replace(/^(17\t.*?\t)0\t0(\t\S+ sweep)/m, '$10\t9$2').replace(/^(17\t(?:[^\t]*\t){5})0\t0\t/m, '$10\t9\t'));
      expect(readFileSync(log, 'utf8')).not.toBe(before);
      await run('sh', ['-c', script!], place);
      expect(readFileSync(join(place.cwd, 'all.jsonl'), 'utf8')).toBe(whole);
      expect(readFileSync(log, 'utf8').split('\n').length).toBe(before.split('\n').length + 1);
    },
    300_000,
  );
});

const missing = withoutSlurm();
if (missing !== null) console.warn(`skipped: the Slurm array: ${missing}`);
describe.skipIf(missing !== null)('the recipe of Slurm', () => {
  let slurm: Slurm;
  beforeAll(async () => {
    slurm = await startSlurm(join(folder, 'slurm'));
  }, 60_000);
  afterAll(() => slurm?.stop(), 30_000);

  it('gives the same, also after its array was cancelled on the way and what is missing was run again', async () => {
    const place = workplace('array');
    const env = { ...slurm.environment, PATH: `${place.env.PATH}:/usr/sbin` };
    const results = join(place.cwd, 'results');
    const [batch, submit, again] = recipe('Slurm');
    writeFileSync(join(place.cwd, 'sweep.sbatch'), batch!);
    mkdirSync(results);
    const submitted = run('sh', ['-c', submit!], { cwd: place.cwd, env }).catch(
      (error: { readonly code: number; readonly stderr: string }) => error,
    );
    while (readdirSync(results).length < 60) await new Promise((resolve) => setTimeout(resolve, 50));
    await run('scancel', ['--name=sweep', '--signal=KILL', '--full'], { env });
    await run('scancel', ['--name=sweep'], { env });
    const ended = await submitted;
    expect(ended).toMatchObject({ stderr: expect.stringMatching(/missing: [\d,-]+ \(\d+ of 200 points\)/) });
    const done = readdirSync(results).length;
    expect(done).toBeLessThan(200);
    await run('sh', ['-c', again!], { cwd: place.cwd, env });
    expect(readFileSync(join(place.cwd, 'all.jsonl'), 'utf8')).toBe(whole);
  }, 300_000);
});
