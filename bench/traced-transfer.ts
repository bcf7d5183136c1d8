/**
 * What a transfer costs with its trace: ten flows of 10 MB over 100 Mbps, every message and packet recorded in the run's
 * tables, and then written as a capture of the receiver; beside ns-3, which writes a capture at the receiver, too.
 *
 * The two count other things as events (our queues need none for a packet that waits), so the megabytes that a second of
 * computing carries say more.
 */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ns3Program, ns3Version } from './ns3/ns3.ts';
import { runNs3 } from './ns3/transfer.ts';
import type { Result } from './result.ts';
import { TRANSFER_CASES } from './transfer-cases.ts';
import { median } from './transfer-figures.ts';
import { captureOf, runTransfers } from './transfer-run.ts';

const ROUNDS = 3;

export async function bench(): Promise<Result[]> {
  const subject = TRANSFER_CASES.find(({ id }) => id === '10MB-x10-100Mbps-20ms-1bdp')!;
  const megabytes = (subject.size * subject.flows) / 1e6;
  const folder = mkdtempSync(join(tmpdir(), 'netscenario-bench-'));
  try {
    runTransfers(subject, 1, 'packets');
    const recorded: number[] = [];
    const captured: number[] = [];
    let events = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const run = runTransfers(subject, 1, 'packets');
      const begun = performance.now();
      writeFileSync(join(folder, 'ours.pcapng'), captureOf(run, 'receiver'));
      recorded.push(run.wall);
      captured.push(run.wall + (performance.now() - begun) / 1000);
      events = run.events;
    }
    const program = ns3Program('transfers');
    const theirs: { plain: number[]; captured: number[]; events: number } = { plain: [], captured: [], events: 0 };
    if (program !== undefined) {
      for (let round = 0; round < ROUNDS; round++) {
        theirs.plain.push((await runNs3(program, subject, 1)).wall);
        const run = await runNs3(program, subject, 1, { pcap: join(folder, 'theirs') });
        theirs.captured.push(run.wall);
        theirs.events = run.events;
      }
      if (statSync(join(folder, 'theirs-1-1.pcap')).size < megabytes * 1e6) throw new Error('ns-3 wrote no whole capture');
    }
    const name = '10 flows of 10 MB';
    const peerName = ns3Version() ?? 'ns-3';
    const beside = (peer: () => number) => ({ peer: program === undefined ? null : peer(), moreIsBetter: true });
    return [
      {
        name: `${name}, packets recorded; ns-3 without any trace`,
        unit: 'MB/s',
        ours: megabytes / median(recorded),
        peerName,
        ...beside(() => megabytes / median(theirs.plain)),
      },
      {
        name: `${name}, packets recorded and the receiver’s capture written`,
        unit: 'MB/s',
        ours: megabytes / median(captured),
        peerName,
        ...beside(() => megabytes / median(theirs.captured)),
      },
      {
        name: `${name}, packets recorded; ns-3 with a capture`,
        unit: 'million events/s',
        ours: events / median(recorded) / 1e6,
        peerName,
        ...beside(() => theirs.events / median(theirs.captured) / 1e6),
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
