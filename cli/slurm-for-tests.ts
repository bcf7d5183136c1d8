/** A Slurm of one node, for tests: its daemons run in a folder of their own, and end with the tests. Needs root. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface Slurm {
  /** What its commands need. */
  readonly environment: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** Why there is none; null where one can be started. */
export function withoutSlurm(): string | null {
  if (process.getuid?.() !== 0) return 'Slurm’s daemons need root here';
  for (const program of ['munged', 'slurmctld', 'slurmd', 'sbatch']) {
    if (spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${program}`]).status !== 0)
      return `${program} is missing (Debian: apt-get install slurm-wlm)`;
  }
  return null;
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Resolves when the node takes jobs; rejects with what the daemons said where it does not within half a minute. */
export async function startSlurm(folder: string): Promise<Slurm> {
  for (const name of ['state', 'spool']) mkdirSync(join(folder, name), { recursive: true });
  const key = join(folder, 'munge.key');
  writeFileSync(key, randomBytes(128));
  chmodSync(key, 0o400);
  chmodSync(folder, 0o755);
  const socket = join(folder, 'munge.sock');
  const configuration = join(folder, 'slurm.conf');
  writeFileSync(configuration, slurmConf(folder, socket, await freePort(), await freePort()));
  const environment = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin`, SLURM_CONF: configuration };
  const said: string[] = [];
  const daemons: ChildProcess[] = [];
  const daemon = (program: string, ...words: string[]): void => {
    const child = spawn(program, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => said.push(`${program}: ${text}`));
    daemons.push(child);
  };
  const stop = async (): Promise<void> => {
    // The last one started first: the others would miss it.
    for (const child of daemons.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await Promise.race([ended, pause(5_000).then(() => child.kill('SIGKILL'))]);
    }
  };
  const files = ['pid', 'log', 'seed'].map((name) => `--${name}-file=${join(folder, `munge.${name}`)}`);
  daemon('munged', '--foreground', '--force', `--key-file=${key}`, `--socket=${socket}`, ...files);
  await pause(500);
  daemon('slurmctld', '-D', '-f', configuration);
  daemon('slurmd', '-D', '-f', configuration, '-N', hostname());
  for (let tries = 0; tries < 60; tries++) {
    await pause(500);
    const { stdout } = spawnSync('sinfo', ['--noheader', '--format=%t'], { env: environment, encoding: 'utf8', timeout: 5_000 });
    if (stdout?.trim() === 'idle') return { environment, stop };
  }
  await stop();
  throw new Error(`Slurm did not start:\n${said.join('')}`);
}

/** More processors than the machine has: the scheduler starts so many tasks a second, and the machine shares itself out. */
const PROCESSORS = 16;

function slurmConf(folder: string, socket: string, controller: number, node: number): string {
  return `ClusterName=test
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${socket}
CredType=cred/munge
StateSaveLocation=${join(folder, 'state')}
SlurmdSpoolDir=${join(folder, 'spool')}
SlurmctldPidFile=${join(folder, 'slurmctld.pid')}
SlurmdPidFile=${join(folder, 'slurmd.pid')}
SlurmctldPort=${controller}
SlurmdPort=${node}
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/builtin
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0,sched_interval=1
ReturnToService=2
MpiDefault=none
SwitchType=switch/none
MaxArraySize=10001
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
NodeName=${hostname()} NodeAddr=127.0.0.1 CPUs=${PROCESSORS} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES State=UP MaxTime=INFINITE
`;
}
