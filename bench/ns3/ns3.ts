/** ns-3 as a peer: compiles a program of this folder against Debian's libns3-dev, once for each text of it, and runs it. */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const LIBRARIES = ['core', 'network', 'internet', 'point-to-point', 'applications', 'traffic-control', 'stats', 'bridge'];

/** Where programs are kept between runs: outside of the tree. */
const cache = join(tmpdir(), 'netscenario-bench');

/** `ns-3.37`; undefined where it, or a compiler for it, is absent. */
export function ns3Version(): string | undefined {
  if (spawnSync('sh', ['-c', 'command -v g++ && command -v pkg-config']).status !== 0) return undefined;
  const asked = spawnSync('pkg-config', ['--modversion', 'ns3-internet'], { encoding: 'utf8' });
  if (asked.status !== 0) return undefined;
  const version = asked.stdout.trim();
  return `ns-3${version ? ` ${version}` : ''}`;
}

/** The path of the program made of `NAME.cc`; undefined where ns-3 is absent. Throws when it does not compile. */
export function ns3Program(name: string): string | undefined {
  if (ns3Version() === undefined) return undefined;
  const source = new URL(`${name}.cc`, import.meta.url).pathname;
  const hash = createHash('sha256').update(readFileSync(source)).update(process.arch).digest('hex').slice(0, 16);
  const program = join(cache, `${name}-${hash}`);
  if (existsSync(program)) return program;
  mkdirSync(cache, { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  const words = ['-O3', '-DNDEBUG', '-std=c++17', '-o', unfinished, source, ...LIBRARIES.map((library) => `-lns3-${library}`)];
  const { status, stderr } = spawnSync('g++', words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name}.cc does not compile:\n${stderr}`);
  renameSync(unfinished, program);
  return program;
}

/** Runs a program of ours to its end and gives the JSON that it prints. */
export function runProgram<T>(program: string, options: Readonly<Record<string, string | number | boolean>>): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      program,
      Object.entries(options).map(([name, value]) => `--${name}=${value}`),
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    let complaint = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (complaint += data));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) resolve(JSON.parse(output) as T);
      else reject(new Error(`${program} ended with ${signal ?? code}: ${complaint.slice(0, 2000)}`));
    });
  });
}
