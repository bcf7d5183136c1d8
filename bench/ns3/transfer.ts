/** Runs a case of ../transfer-cases.ts in ns-3. */
import { ACCESS_RATE, FULL_FRAME, starts, type TransferCase } from '../transfer-cases.ts';
import { runProgram } from './ns3.ts';

export interface Ns3Run {
  /** Of each flow: seconds from its start until the receiver's application has its last byte. */
  readonly completions: readonly number[];
  /** Seconds that the run took, without the program's start. */
  readonly wall: number;
  readonly events: number;
}

/**
 * ns-3's congestion control for ours. TcpLinuxReno counts acknowledged segments, as ours does (RFC 3465); TcpNewReno adds one
 * segment for each acknowledgment, however much it covers.
 */
export const CONGESTION_CONTROLS = { newreno: 'TcpLinuxReno', cubic: 'TcpCubic' } as const;

export type Ns3Options = Readonly<Record<string, string | number | boolean>>;

/** `more`: options of transfers.cc that differ from the comparison's. */
export function runNs3(program: string, subject: TransferCase, seed: number, more: Ns3Options = {}): Promise<Ns3Run> {
  return runProgram<Ns3Run>(program, {
    size: subject.size,
    rate: subject.rate,
    accessRate: ACCESS_RATE,
    latency: (subject.roundTrip / 2) * 0.8,
    accessLatency: (subject.roundTrip / 2) * 0.2,
    // Neither side's queue counts the frame on the line.
    queue: (subject.queue - 1) * FULL_FRAME,
    loss: subject.loss,
    starts: starts(subject, seed).join(','),
    congestion: CONGESTION_CONTROLS[subject.congestionControl],
    run: seed,
    ...more,
  });
}
