/** One end of a connection, between a host that only listens to what it sends and a peer that is the test. */
import type { Content } from '../../content.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { start } from '../../kernel/process.ts';
import { MICROSECOND, type Nanoseconds } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import type { TcpSettings } from '../../scenario.ts';
import type { ConnectFailure } from '../host.ts';
import { message } from '../network-for-tests.ts';
import { tcpForTests } from '../scenario-for-tests.ts';
import { encodeSynOptions } from '../wire/tcp-options.ts';
import { TcpConnection, type TcpState } from './connection.ts';
import { Conversation } from './conversation.ts';
import { ACK, FIN, fromWire, RST, type Segment, SYN, toWire } from './segment.ts';

/** Initial sequence numbers. */
export const OURS = 1_000;
export const THEIRS = 4_294_967_000;
export const OPTIONS = encodeSynOptions({ maximumSegmentSize: 1460, windowShift: 0, sackPermitted: true });

export interface Arrival {
  /** Position in their sequence space. */
  readonly at?: number;
  /** Acknowledged position of ours. */
  readonly ack?: number;
  readonly length?: number;
  readonly window?: number;
  readonly options?: Uint8Array | null;
}

export function endForTests(passive: boolean, settings: Partial<TcpSettings> = {}) {
  const kernel = new Kernel(1);
  const recorder = new Recorder([]);
  const opening = { transport: 'tcp' as const, client: 0, clientPort: 1, server: 1, serverPort: 2, at: 0 };
  const conversation = new Conversation(recorder.openConnection(opening));
  const log: string[] = [];
  const observed: [window: number, roundTrip: number][] = [];
  let forgotten = false;
  const connection = new TcpConnection(
    {
      kernel,
      recorder,
      hostIndex: passive ? 1 : 0,
      settings: { ...tcpForTests, ...settings },
      transmit: (segment) => log.push(told(segment)),
      established: () => log.push('established'),
      forget: () => {
        forgotten = true;
      },
      observe: (_, window, roundTrip) => observed.push([window, roundTrip]),
    },
    conversation,
    passive,
    { address: '10.0.0.1', port: passive ? 2 : 1 },
    { address: '10.0.0.2', port: passive ? 1 : 2 },
    passive ? 0 : 1,
    OURS,
  );

  /** `FLAGS position ack acknowledged` and the length, if any; positions as in the RFC's figures, the SYN's is 0. */
  function told({ flags, sequence, acknowledgment, length }: Segment): string {
    const names = [
      [SYN, 'SYN'],
      [FIN, 'FIN'],
      [RST, 'RST'],
      [ACK, 'ACK'],
    ] as const;
    const text = names.filter(([bit]) => flags & bit).map(([, name]) => name);
    const from = fromWire(OURS, sequence, 0);
    const acknowledged = flags & ACK ? ` ack ${fromWire(THEIRS, acknowledgment, 0)}` : '';
    return `${text.join('+')} ${from}${acknowledged}${length > 0 ? ` length ${length}` : ''}`;
  }

  function segment(flags: number, { at = 0, ack = 0, length = 0, window = 65_535, options = null }: Arrival): Segment {
    return {
      kind: 'tcp',
      from: connection.remoteHost,
      fromPort: connection.remote.port,
      toPort: connection.local.port,
      conversation,
      connection: conversation.connection,
      fromServer: !passive,
      flags,
      sequence: toWire(THEIRS, at),
      acknowledgment: flags & ACK ? toWire(OURS, ack) : 0,
      window,
      streamStart: 0,
      length,
      message: -1,
      retransmission: false,
      options,
    };
  }

  /** Runs until `time` after now. */
  const pass = (time: Nanoseconds): void => {
    let over = false;
    kernel.schedule(time, () => {
      over = true;
    });
    while (!over) kernel.run(1);
  };
  const end = {
    kernel,
    recorder,
    connection,
    observed,
    pass,
    get forgotten() {
      return forgotten;
    },
    ending: (): string => {
      const { connections, strings } = recorder.tables();
      return strings[connections.ending[0] as number] as string;
    },
    /** What it has sent since the last time. */
    sent: (): string[] => log.splice(0),
    /** What it sends at once in answer to a segment. */
    answer(flags: number, arrival: Arrival = {}): string[] {
      connection.arrive(segment(flags, arrival));
      pass(MICROSECOND);
      return log.splice(0);
    },
    acceptSyn(arrival: Arrival = { options: OPTIONS }): string[] {
      connection.acceptSyn(segment(SYN, arrival));
      pass(MICROSECOND);
      return log.splice(0);
    },
    open(): { failure: ConnectFailure | null | undefined } {
      const outcome: { failure: ConnectFailure | null | undefined } = { failure: undefined };
      connection.open((failure) => {
        outcome.failure = failure;
      });
      return outcome;
    },
    write(length: number): void {
      // What is sent must be there to be read by the other end, which is not there.
      start('writer', connection.write(new Uint8Array(length), message));
    },
    /** What a reader gets who waits from now on; undefined while it waits. */
    read(): { content: Content | null | undefined } {
      const got: { content: Content | null | undefined } = { content: undefined };
      start('reader', connection.read()).whenDone((content) => {
        got.content = content;
      });
      return got;
    },
  };
  return end;
}

/** An active end brought to a state; positions: ours 1 and theirs 1 are next, but for FINs that were sent or taken. */
export function endIn(state: TcpState, settings: Partial<TcpSettings> = {}) {
  const passive = state === 'SYN-RECEIVED';
  const end = endForTests(passive, settings);
  if (passive) end.acceptSyn();
  else {
    end.open();
    if (state !== 'SYN-SENT') end.answer(SYN | ACK, { ack: 1, options: OPTIONS });
  }
  if (state === 'CLOSE-WAIT' || state === 'LAST-ACK') end.answer(FIN | ACK, { at: 1, ack: 1 });
  if (['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'TIME-WAIT', 'LAST-ACK'].includes(state)) end.connection.close();
  if (state === 'CLOSING') end.answer(FIN | ACK, { at: 1, ack: 1 });
  if (state === 'FIN-WAIT-2') end.answer(ACK, { at: 1, ack: 2 });
  if (state === 'TIME-WAIT') end.answer(FIN | ACK, { at: 1, ack: 2 });
  if (end.connection.state !== state) throw new Error(`${end.connection.state}, not ${state}`);
  end.sent();
  return end;
}
