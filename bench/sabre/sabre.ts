/** The published reference simulator beside ours: the same films, traces and options, and what either makes of them. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { comparable } from '../../engines/dash/session/printed-for-tests.ts';
import type { SessionOptions } from '../../engines/dash/session/session.ts';
import { networkOf } from '../../engines/dash/session/trace.ts';
import type { NetworkPeriod } from '../../engines/dash/session/trace-network.ts';
import { parseTrace } from '../../server/language/trace-file.ts';

/** One way to run a session: ours, and as SABRE’s command line says it. */
export interface Variant {
  readonly name: string;
  readonly options: Partial<SessionOptions> & Pick<SessionOptions, 'algorithm'>;
  readonly words: readonly string[];
}

export const VARIANTS: readonly Variant[] = [
  { name: 'throughput', options: { algorithm: 'throughput' }, words: ['-a', 'throughput'] },
  { name: 'bola', options: { algorithm: 'bola' }, words: ['-a', 'bola'] },
  { name: 'bolae', options: { algorithm: 'bolae' }, words: ['-a', 'bolae'] },
  { name: 'dynamic', options: { algorithm: 'dynamic' }, words: ['-a', 'dynamic'] },
  {
    name: 'bola basic, o',
    options: { algorithm: 'bola', variant: 'basic', oscillation: 'o' },
    words: ['-a', 'bola', '-ab', '-ao'],
  },
  {
    name: 'bolae o, without the insufficient-buffer rule',
    options: { algorithm: 'bolae', oscillation: 'o', insufficientBufferRule: false },
    words: ['-a', 'bolae', '-ao', '-noibr'],
  },
  {
    name: 'dynamic basic, o',
    options: { algorithm: 'dynamic', variant: 'basic', oscillation: 'o' },
    words: ['-a', 'dynamic', '-ab', '-ao'],
  },
  { name: 'bolae, replacing left', options: { algorithm: 'bolae', replacing: 'left' }, words: ['-a', 'bolae', '-r', 'left'] },
  { name: 'dynamic, replacing right', options: { algorithm: 'dynamic', replacing: 'right' }, words: ['-a', 'dynamic', '-r', 'right'] },
  {
    name: 'throughput, sliding window, no abandonment',
    options: { algorithm: 'throughput', average: 'sliding', abandonment: false },
    words: ['-a', 'throughput', '-ma', 'sliding', '-noa'],
  },
  {
    name: 'bolae, seeking',
    options: { algorithm: 'bolae', seek: { when: 120_000, to: 180_000 } },
    words: ['-a', 'bolae', '-s', '120', '180'],
  },
  {
    name: 'bola, a buffer of 12 s, gp 8',
    options: { algorithm: 'bola', buffer: 12_000, gp: 8 },
    words: ['-a', 'bola', '-b', '12', '-gp', '8'],
  },
];

export interface ReferenceSession {
  /** Lines that ours are compared with. */
  readonly lines: readonly string[];
  readonly seconds: number;
}

/** Runs SABRE for each job in one process; `told`: with the line of each download. */
export function runReference(sabre: string, jobs: readonly (readonly string[])[], told: boolean): ReferenceSession[] {
  const script = new URL('sessions.py', import.meta.url).pathname;
  const input = jobs.map((words) => `${JSON.stringify(told ? ['-v', ...words] : words)}\n`).join('');
  const output = execFileSync('python3', [script, join(sabre, 'src/sabre.py')], { input, encoding: 'utf8', maxBuffer: 2 ** 30 });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [printed, seconds] = JSON.parse(line) as [string, number];
      return { lines: comparable(printed), seconds };
    });
}

/** Throws for a trace that does not hold. */
export function traceIn(path: string): readonly NetworkPeriod[] {
  const { periods, problems } = parseTrace(readFileSync(path, 'utf8'));
  if (problems.length > 0) throw new Error(`${path}: ${problems[0]?.message}`);
  return networkOf(periods);
}
