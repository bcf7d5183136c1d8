/**
 * Sessions of adaptive streaming in the idealised network, ours beside SABRE’s on the same films and traces, in one process each so that
 * no interpreter’s start counts. Where SABRE is there, its output and ours are compared line by line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Movie, readMovie } from '../engines/dash/movie.ts';
import { printedLines } from '../engines/dash/session/printed-for-tests.ts';
import { PUBLISHED, runSession, type SessionOptions } from '../engines/dash/session/session.ts';
import type { Result } from './result.ts';
import { type ReferenceSession, runReference, traceIn, VARIANTS, type Variant } from './sabre/sabre.ts';

/** Folders of traces among SABRE’s examples, and how many of their traces are run: all, or one in so many. */
const FOLDERS = [
  ['3Glogs', 1],
  ['4Glogs', 1],
  ['sd_fs', 1],
  ['hd_fs', 1],
] as const;

interface Job {
  readonly trace: string;
  readonly variant: Variant;
}

/** `sabre`: where it was unpacked; null where it is absent. `thorough`: all traces in all variants; else one in ten, in the four algorithms. */
export function bench(sabre: string | null, thorough = false): Result[] {
  const peerName = 'SABRE';
  const samples = new URL('../samples/video/', import.meta.url).pathname;
  const examples = sabre === null ? null : join(sabre, 'example/mmsys18');
  const film = examples === null ? join(samples, 'big-buck-bunny.json') : join(examples, 'bbb.json');
  const movie = readMovie(readFileSync(film, 'utf8')) as Movie;
  const traces =
    examples === null
      ? ['steps', '3g', '4g-train', 'broadband'].map((name) => join(samples, `traces/${name}.json`))
      : FOLDERS.flatMap(([folder, every]) =>
          readdirSync(join(examples, folder))
            .sort()
            .filter((_, i) => i % (thorough ? every : 10 * every) === 0)
            .map((name) => join(examples, folder, name)),
        );
  const variants = thorough ? VARIANTS : VARIANTS.slice(0, 4);
  const jobs = traces.flatMap((trace) => variants.map((variant): Job => ({ trace, variant })));
  const optionsOf = ({ variant }: Job): SessionOptions => ({ ...PUBLISHED, ...variant.options });
  const read = new Map(traces.map((trace) => [trace, traceIn(trace)]));
  const sessionOf = (job: Job) => runSession(movie, read.get(job.trace)!, optionsOf(job));
  // As of the reference, which keeps no session either, processor time: a busy machine slows neither.
  const sessions = () => jobs.reduce((time, job) => time + sessionOf(job).totalTime, 0);
  const played = sessions();
  for (let warmUp = 1; warmUp < 3; warmUp++) sessions();
  const begun = process.cpuUsage();
  const playedAgain = sessions();
  const used = process.cpuUsage(begun);
  if (playedAgain !== played) throw new Error('the same sessions came to something else');
  const ours = jobs.length / ((used.user + used.system) / 1e6);
  const words = jobs.map(({ trace, variant }) => ['-m', film, '-n', trace, ...variant.words]);
  const timed = sabre === null ? null : runReference(sabre, words, false);
  const name = `sessions a second of processor time: ${jobs.length} of Big Buck Bunny over ${traces.length} traces`;
  const peer = timed === null ? null : timed.length / seconds(timed);
  const results: Result[] = [{ name, unit: '', ours, peer, peerName, moreIsBetter: true }];
  if (sabre === null) return results;
  const told = runReference(sabre, words, true);
  let agreed = 0;
  for (const [i, job] of jobs.entries()) {
    const lines = printedLines(movie, optionsOf(job), sessionOf(job));
    const other = told[i]!.lines;
    const parted = other.findIndex((line, at) => line !== lines[at]);
    if (parted < 0 && lines.length === other.length) agreed++;
    else console.log(`  ${job.trace}, ${job.variant.name}: ${peerName} printed “${other[parted]}”, we “${lines[parted]}”`);
  }
  results.push({
    name: 'of these with the same decisions and sums, to the last digit printed',
    unit: '',
    ours: agreed,
    peer: jobs.length,
    peerName: 'sessions',
    moreIsBetter: true,
  });
  return results;
}

function seconds(sessions: readonly ReferenceSession[]): number {
  return sessions.reduce((sum, one) => sum + one.seconds, 0);
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const at = process.argv.indexOf('--sabre');
  for (const { name, ours, peer } of bench(at < 0 ? null : process.argv[at + 1]!, process.argv.includes('--thorough')))
    console.log(name, ours.toFixed(1), peer?.toFixed(1) ?? 'absent', peer === null ? '' : `× ${(ours / peer).toFixed(2)}`);
}
