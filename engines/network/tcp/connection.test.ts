/** One end of a connection between a host that only listens to what it sends and a peer that is this test. */
import { describe, expect, test } from 'vitest';
import type { Content } from '../../content.ts';
import { Kernel } from '../../kernel/kernel.ts';
import { start } from '../../kernel/process.ts';
import { MICROSECOND, SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import type { ConnectFailure } from '../host.ts';
import { message } from '../network-for-tests.ts';
import { tcpForTests } from '../scenario-for-tests.ts';
import { encodeSack, encodeSynOptions } from '../wire/tcp-options.ts';
import { TcpConnection, type TcpState } from './connection.ts';
import { Conversation } from './conversation.ts';
import { ACK, FIN, fromWire, RST, type Segment, SYN, toWire } from './segment.ts';

const OURS = 1_000;
const THEIRS = 4_294_967_000;
const OPTIONS = encodeSynOptions({ maximumSegmentSize: 1460, windowShift: 0, sackPermitted: true });

interface Arrival {
  /** Position in their sequence space. */
  readonly at?: number;
  /** Acknowledged position of ours. */
  readonly ack?: number;
  readonly length?: number;
  readonly window?: number;
  readonly options?: Uint8Array | null;
}

function endForTests(passive: boolean, settings: Partial<typeof tcpForTests> = {}) {
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
  const pass = (time: number): void => {
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
function endIn(state: TcpState, settings: Partial<typeof tcpForTests> = {}) {
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
  expect(end.connection.state).toBe(state);
  end.sent();
  return end;
}

describe('the states (RFC 9293 §3.3.2)', () => {
  test('active open: SYN, SYN and ACK, ACK; the run knows when', () => {
    const end = endForTests(false);
    const outcome = end.open();
    expect(end.sent()).toEqual(['SYN 0']);
    end.pass(SECOND / 2);
    expect(end.answer(SYN | ACK, { ack: 1, options: OPTIONS })).toEqual(['ACK 1 ack 1']);
    expect([outcome.failure, end.connection.state]).toEqual([null, 'ESTABLISHED']);
    expect(end.recorder.tables().connections.establishedAt[0]).toBe(SECOND / 2);
  });

  test('passive open', () => {
    const end = endForTests(true);
    expect(end.acceptSyn()).toEqual(['SYN+ACK 0 ack 1']);
    expect(end.answer(ACK, { at: 1, ack: 1 })).toEqual(['established']);
    expect(end.connection.state).toBe('ESTABLISHED');
    // Only the client's knowledge counts.
    expect(end.recorder.tables().connections.establishedAt[0]).toBe(Number.NaN);
  });

  test('simultaneous open (figure 7)', () => {
    const end = endForTests(false);
    const outcome = end.open();
    end.sent();
    expect(end.answer(SYN, { options: OPTIONS })).toEqual(['SYN+ACK 0 ack 1']);
    expect(end.connection.state).toBe('SYN-RECEIVED');
    expect(end.answer(SYN | ACK, { ack: 1, options: OPTIONS })).toEqual([]);
    expect([outcome.failure, end.connection.state]).toEqual([null, 'ESTABLISHED']);
    expect(end.recorder.tables().connections.establishedAt[0]).toBeGreaterThan(0);
  });

  test('close first: FIN-WAIT-1, FIN-WAIT-2, TIME-WAIT, and gone after two maximum segment lifetimes', () => {
    const end = endIn('ESTABLISHED');
    end.connection.close();
    expect([end.sent(), end.connection.state]).toEqual([['FIN+ACK 1 ack 1'], 'FIN-WAIT-1']);
    expect([end.answer(ACK, { at: 1, ack: 2 }), end.connection.state]).toEqual([[], 'FIN-WAIT-2']);
    // A half-closed connection goes on receiving.
    const read = end.read();
    end.answer(ACK, { at: 1, ack: 2, length: 10 });
    expect(read.content).toBe(undefined);
    expect([end.answer(FIN | ACK, { at: 11, ack: 2 }), end.connection.state]).toEqual([['ACK 2 ack 12'], 'TIME-WAIT']);
    end.pass(59 * SECOND);
    // The last ACK was lost: the FIN comes again, and two more lifetimes pass.
    expect(end.answer(FIN | ACK, { at: 11, ack: 2 })).toEqual(['ACK 2 ack 12']);
    end.pass(59 * SECOND);
    expect(end.forgotten).toBe(false);
    end.pass(2 * SECOND);
    expect([end.forgotten, end.connection.state]).toEqual([true, 'CLOSED']);
  });

  test('close second: CLOSE-WAIT, LAST-ACK, gone', () => {
    const end = endIn('ESTABLISHED');
    expect([end.answer(FIN | ACK, { at: 1, ack: 1 }), end.connection.state]).toEqual([['ACK 1 ack 2'], 'CLOSE-WAIT']);
    end.write(10);
    expect(end.sent()).toEqual(['ACK 1 ack 2 length 10']);
    end.connection.close();
    expect([end.sent(), end.connection.state]).toEqual([['FIN+ACK 11 ack 2'], 'LAST-ACK']);
    expect([end.answer(ACK, { at: 2, ack: 12 }), end.connection.state, end.ending()]).toEqual([[], 'CLOSED', 'closed']);
  });

  test('both close at the same time (figure 13)', () => {
    const end = endIn('FIN-WAIT-1');
    expect([end.answer(FIN | ACK, { at: 1, ack: 1 }), end.connection.state]).toEqual([['ACK 2 ack 2'], 'CLOSING']);
    expect([end.answer(ACK, { at: 2, ack: 2 }), end.connection.state, end.ending()]).toEqual([[], 'TIME-WAIT', 'closed']);
  });

  test('close with data that is still to be sent: the FIN follows it', () => {
    const end = endIn('ESTABLISHED');
    end.answer(ACK, { at: 1, ack: 1, window: 1_460 });
    end.write(1_500);
    end.connection.close();
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 1460']);
    expect(end.answer(ACK, { at: 1, ack: 1_461, window: 1_460 })).toEqual(['FIN+ACK 1461 ack 1 length 40']);
  });
});

describe('an RST that arrives', () => {
  test.each<[TcpState, number, string]>([
    ['SYN-RECEIVED', 1, 'reset'],
    ['ESTABLISHED', 1, 'reset'],
    ['FIN-WAIT-1', 1, 'reset'],
    ['FIN-WAIT-2', 1, 'reset'],
    ['CLOSE-WAIT', 2, 'reset'],
    // §3.10.7.4: where both sides have closed, the connection just ends.
    ['CLOSING', 2, 'closed'],
    ['LAST-ACK', 2, 'closed'],
    ['TIME-WAIT', 2, 'closed'],
  ])('in %s ends the connection, unanswered: at position %i, as %s', (state, at, ending) => {
    const end = endIn(state);
    expect(end.answer(RST, { at })).toEqual([]);
    expect([end.connection.state, end.forgotten, end.ending()]).toEqual(['CLOSED', true, ending]);
    expect(end.connection.ending).toBe(ending);
  });

  test('in SYN-SENT refuses, if it acknowledges the SYN; otherwise it is dropped', () => {
    const end = endForTests(false);
    const outcome = end.open();
    end.sent();
    expect(end.answer(RST, {})).toEqual([]);
    expect(end.answer(RST | ACK, { ack: 7 })).toEqual([]);
    expect([outcome.failure, end.connection.state]).toEqual([undefined, 'SYN-SENT']);
    expect(end.answer(RST | ACK, { ack: 1 })).toEqual([]);
    expect([outcome.failure, end.ending()]).toEqual([{ failure: 'refused' }, 'refused']);
  });

  test('with data unacknowledged in LAST-ACK is a reset: the data may be lost', () => {
    const end = endIn('CLOSE-WAIT');
    end.write(10);
    end.connection.close();
    end.answer(RST, { at: 2 });
    expect(end.ending()).toBe('reset');
  });

  test('ends a read and drops what was not read; a write after it fails', () => {
    const end = endIn('ESTABLISHED');
    const waiting = end.read();
    end.answer(RST, { at: 1 });
    expect([waiting.content, end.connection.ending, end.read().content]).toEqual([null, 'reset', null]);
  });
});

describe('an RST that goes out', () => {
  test('for an ACK of what was never sent: in SYN-SENT and SYN-RECEIVED (§3.10.7.3, §3.10.7.4)', () => {
    for (const state of ['SYN-SENT', 'SYN-RECEIVED'] as const) {
      const end = endIn(state);
      expect(end.answer(ACK, { at: 1, ack: 9 })).toEqual(['RST 9']);
      expect(end.connection.state).toBe(state);
    }
  });

  test.each<[TcpState, string[]]>([
    ['SYN-SENT', []],
    ['SYN-RECEIVED', ['RST+ACK 1 ack 1']],
    ['ESTABLISHED', ['RST+ACK 1 ack 1']],
    ['FIN-WAIT-1', ['RST+ACK 2 ack 1']],
    ['FIN-WAIT-2', ['RST+ACK 2 ack 1']],
    ['CLOSE-WAIT', ['RST+ACK 1 ack 2']],
    ['CLOSING', []],
    ['LAST-ACK', []],
    ['TIME-WAIT', []],
  ])('when the application aborts in %s (§3.10.5): %j', (state, sent) => {
    const end = endIn(state);
    end.connection.abort();
    expect([end.sent(), end.connection.state, end.forgotten]).toEqual([sent, 'CLOSED', true]);
  });

  test('when it aborts in LAST-ACK with data that did not go out yet', () => {
    const end = endIn('CLOSE-WAIT');
    end.answer(ACK, { at: 2, ack: 1, window: 0 });
    end.write(10);
    end.connection.close();
    end.connection.abort();
    expect([end.sent(), end.ending()]).toEqual([['RST+ACK 1 ack 2'], 'reset']);
  });
});

describe('what is not acceptable (§3.10.7.4, RFC 5961)', () => {
  test.each<[string, number, Arrival]>([
    ['data before the window', ACK, { at: 1 - 100, ack: 1, length: 50 }],
    ['data beyond the window', ACK, { at: 1 + 2 ** 20, ack: 1, length: 50 }],
    ['a SYN, even within the window', SYN, { at: 5 }],
    ['a SYN and ACK that comes again', SYN | ACK, { at: 0, ack: 1, options: OPTIONS }],
    ['an ACK of what was never sent', ACK, { at: 1, ack: 2 }],
    ['an ACK older than any window', ACK, { at: 1, ack: -70_000 }],
    ['an RST within the window, but not at its edge', RST, { at: 2 }],
  ])('%s is answered with an ACK, and changes nothing', (_, flags, arrival) => {
    const end = endIn('ESTABLISHED');
    expect(end.answer(flags, arrival)).toEqual(['ACK 1 ack 1']);
    expect([end.connection.state, end.connection.receiver.next]).toEqual(['ESTABLISHED', 1]);
  });

  test.each<[string, number, Arrival]>([
    ['an RST outside of the window', RST, { at: 0 }],
    ['a segment without ACK', 0, { at: 1, length: 10 }],
  ])('%s is dropped', (_, flags, arrival) => {
    const end = endIn('ESTABLISHED');
    expect(end.answer(flags, arrival)).toEqual([]);
    expect([end.connection.state, end.connection.receiver.next]).toEqual(['ESTABLISHED', 1]);
  });

  test('what lies partly in the window is taken as far as it does', () => {
    const end = endIn('ESTABLISHED');
    end.answer(ACK, { at: 1, ack: 1, length: 100 });
    end.answer(ACK, { at: 51, ack: 1, length: 100 });
    expect(end.connection.receiver.next).toBe(151);
  });
});

describe('the options of the SYNs', () => {
  const options = (end: ReturnType<typeof endForTests>): string => {
    const { packets, bytes } = end.recorder.tables();
    return [...bytes.subarray(packets.optionsStart[0], (packets.optionsStart[0] as number) + (packets.optionsLength[0] as number))].join(
      ' ',
    );
  };
  test('are answered in kind: no scaling and no blocks for one who offers neither (RFC 7323 §2.2, RFC 2018 §2)', () => {
    expect(options(endForTests(true))).toBe('');
    const end = endForTests(true);
    end.acceptSyn({ options: null, window: 3_000 });
    end.answer(ACK, { at: 1, ack: 1, window: 3_000 });
    expect(end.connection.sender.window).toBe(3_000);
    // 536 bytes for one who does not say (RFC 9293 §3.7.1).
    end.sent();
    end.write(1_000);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 536', 'ACK 537 ack 1 length 464']);
  });

  test('windows are in the units that the other side said', () => {
    const end = endForTests(false);
    end.open();
    const scaled = encodeSynOptions({ maximumSegmentSize: 1460, windowShift: 7, sackPermitted: false });
    end.answer(SYN | ACK, { ack: 1, options: scaled, window: 1_000 });
    expect(end.connection.sender.window).toBe(1_000);
    end.answer(ACK, { at: 1, ack: 1, window: 1_000 });
    expect(end.connection.sender.window).toBe(128_000);
  });
});

describe('the Nagle algorithm (RFC 9293 §3.7.4)', () => {
  const write = (nagle: boolean, lengths: readonly number[]) => {
    const end = endIn('ESTABLISHED', { nagle });
    for (const length of lengths) end.write(length);
    return end;
  };

  test('off: each write goes out at once', () => {
    expect(write(false, [10, 20, 30]).sent()).toEqual(['ACK 1 ack 1 length 10', 'ACK 11 ack 1 length 20', 'ACK 31 ack 1 length 30']);
  });

  test('on: a small segment waits while others are unacknowledged', () => {
    const end = write(true, [10, 20, 30]);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 10']);
    expect(end.answer(ACK, { at: 1, ack: 11 })).toEqual(['ACK 11 ack 1 length 50']);
  });

  test('on: full segments wait for nothing, nor does the end of the stream', () => {
    const end = write(true, [10, 1_500]);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 10', 'ACK 11 ack 1 length 1460']);
    end.connection.close();
    expect(end.sent()).toEqual(['FIN+ACK 1471 ack 1 length 40']);
  });
});

describe('small windows', () => {
  test('a sender waits for room worth a segment, half the largest window, or all that it has (§3.8.6.2.1)', () => {
    const end = endIn('ESTABLISHED');
    end.answer(ACK, { at: 1, ack: 1, window: 2_000 });
    end.write(4_000);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 1460']);
    // Nothing is out, but the window has only been larger than this before.
    expect(end.answer(ACK, { at: 1, ack: 1_461, window: 400 })).toEqual([]);
    // The override time-out: what fits goes out all the same.
    end.pass(SECOND);
    expect(end.sent()).toEqual(['ACK 1461 ack 1 length 400']);
    expect(end.answer(ACK, { at: 1, ack: 1_861, window: 1_460 })).toEqual(['ACK 1861 ack 1 length 1460']);
  });

  test('a window of nothing is probed with a byte that counts as sent only when it is taken', () => {
    const end = endIn('ESTABLISHED');
    end.answer(ACK, { at: 1, ack: 1, window: 0 });
    end.write(100);
    expect(end.sent()).toEqual([]);
    end.pass(3.5 * SECOND);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 1', 'ACK 1 ack 1 length 1']);
    expect(end.connection.sender.max).toBe(1);
    expect(end.answer(ACK, { at: 1, ack: 2, window: 1_000 })).toEqual(['ACK 2 ack 1 length 99']);
  });

  test('a probe that is never answered breaks the connection, as data would; one that is answered never does', () => {
    const silent = endIn('ESTABLISHED');
    silent.answer(ACK, { at: 1, ack: 1, window: 0 });
    silent.write(100);
    silent.pass(300 * SECOND);
    expect([silent.connection.ending, silent.ending()]).toEqual(['timed out', 'timed out']);
    const answered = endIn('ESTABLISHED');
    answered.answer(ACK, { at: 1, ack: 1, window: 0 });
    answered.write(100);
    for (let i = 0; i < 20; i++) {
      answered.pass(50 * SECOND);
      answered.answer(ACK, { at: 1, ack: 1, window: 0 });
    }
    expect(answered.connection.state).toBe('ESTABLISHED');
  });
});

describe('the retransmission timer (RFC 6298)', () => {
  test('data after a handshake that was repeated waits 3 s (§5.7)', () => {
    const end = endForTests(false);
    end.open();
    end.pass(1.5 * SECOND);
    end.answer(SYN | ACK, { ack: 1, options: OPTIONS });
    expect(end.connection.sender.congestion.window).toBe(1_460);
    end.sent();
    end.write(100);
    end.pass(2.9 * SECOND);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 100']);
    end.pass(0.2 * SECOND);
    expect(end.sent()).toEqual(['ACK 1 ack 1 length 100']);
  });

  test('counts from the last progress, and doubles without any', () => {
    const end = endIn('ESTABLISHED');
    end.write(2_920);
    end.pass(0.9 * SECOND);
    end.answer(ACK, { at: 1, ack: 1_461 });
    end.sent();
    end.pass(0.9 * SECOND);
    expect(end.sent()).toEqual([]);
    end.pass(0.2 * SECOND);
    expect(end.sent()).toEqual(['ACK 1461 ack 1 length 1460']);
    end.pass(1.8 * SECOND);
    expect(end.sent()).toEqual([]);
    end.pass(0.2 * SECOND);
    expect(end.sent()).toEqual(['ACK 1461 ack 1 length 1460']);
  });
});

describe('selective acknowledgments (RFC 6675)', () => {
  const blocks = (...edges: number[]): Uint8Array =>
    encodeSack(
      edges.map((edge) => toWire(OURS, edge)),
      edges.length / 2,
    );
  const at = (segment: number): number => 1 + segment * 1_460;
  const told = (segment: number): string => `ACK ${at(segment)} ack 1 length 1460`;
  const tenSent = (settings = {}) => {
    const end = endIn('ESTABLISHED', settings);
    end.answer(ACK, { at: 1, ack: 1 });
    end.write(20 * 1_460);
    expect(end.sent().length).toBe(10);
    return end;
  };

  test('two blocks let two new segments out, the third has the first hole sent again', () => {
    const end = tenSent();
    expect(end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(2)) })).toEqual([told(10)]);
    expect(end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(3)) })).toEqual([told(11)]);
    expect(end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(4)) })).toEqual([told(0)]);
    // Half of the ten that were out; limited transmit's two do not count.
    expect(end.connection.sender.congestion.threshold).toBe(5 * 1_460);
    expect(end.observed.at(-1)?.[0]).toBe(end.connection.sender.congestion.window);
  });

  test('one ACK is enough where its blocks tell of more than two segments beyond a hole', () => {
    const end = tenSent();
    // Seven of ten have arrived, of which three came with ACKs that were lost.
    expect(end.answer(ACK, { at: 1, ack: 1, options: blocks(at(3), at(10)) })[0]).toBe(told(0));
  });

  test('several holes are repaired within a round trip, each once', () => {
    const end = tenSent();
    const sent: string[] = [];
    for (const options of [
      blocks(at(1), at(2)),
      blocks(at(3), at(4), at(1), at(2)),
      blocks(at(5), at(6), at(3), at(4), at(1), at(2)),
      blocks(at(7), at(8), at(5), at(6), at(3), at(4), at(1), at(2)),
      blocks(at(7), at(9), at(5), at(6), at(3), at(4), at(1), at(2)),
      blocks(at(7), at(10), at(5), at(6), at(3), at(4), at(1), at(2)),
    ]) {
      sent.push(...end.answer(ACK, { at: 1, ack: 1, options }));
    }
    expect(sent.filter((line) => [0, 2, 4, 6].map(told).includes(line))).toEqual([0, 2, 4].map(told));
    sent.push(...end.answer(ACK, { at: 1, ack: at(2), options: blocks(at(7), at(10), at(5), at(6), at(3), at(4)) }));
    expect(sent.filter((line) => line === told(6)).length).toBe(1);
    // All that was out when loss was found: recovery is over, and the window where it was to go.
    end.answer(ACK, { at: 1, ack: at(12) });
    expect(end.connection.sender.congestion.window).toBe(5 * 1_460);
  });

  test('after a time-out only what is missing is sent again', () => {
    const end = tenSent();
    end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(2)) });
    end.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(3)) });
    end.sent();
    end.pass(1.1 * SECOND);
    expect(end.sent()).toEqual([told(0)]);
    expect(end.connection.sender.congestion.window).toBe(1_460);
    expect(end.answer(ACK, { at: 1, ack: at(3) })).toEqual([told(3), told(4)]);
  });

  test('are ignored where they were not agreed upon, and where they make no sense', () => {
    const without = tenSent({ selectiveAcknowledgments: false });
    for (let i = 2; i < 5; i++) without.answer(ACK, { at: 1, ack: 1, options: blocks(at(1), at(i)) });
    // Three duplicate ACKs for NewReno; the blocks said nothing.
    expect(without.connection.sender.congestion.window).toBe(8 * 1_460);
    const end = tenSent();
    for (const options of [
      blocks(at(1), at(99)),
      blocks(at(3), at(2)),
      blocks(-50, -20),
      Uint8Array.of(5, 200),
      Uint8Array.of(5, 3, 1, 0),
    ]) {
      expect(end.answer(ACK, { at: 1, ack: 1, options })).toEqual([]);
    }
  });
});

test('the window and the round trip are told at most once a round trip, and at each loss', () => {
  const end = endIn('ESTABLISHED');
  end.answer(ACK, { at: 1, ack: 1 });
  end.write(300 * 1_460);
  end.observed.length = 0;
  const { sender } = end.connection;
  let ack = 1;
  // An ACK every millisecond; the round trip is a hundred of them.
  for (let i = 0; i < 100; i++) {
    end.pass(SECOND / 1_000);
    ack = Math.min(ack + 1_460, sender.max);
    end.answer(ACK, { at: 1, ack });
  }
  const { smoothed } = sender.roundTripTime;
  expect(end.observed.length).toBeGreaterThan(0);
  expect(end.observed.length).toBeLessThanOrEqual(Math.ceil((0.1 * SECOND) / (smoothed / 10)));
  const before = end.observed.length;
  end.pass(3 * SECOND);
  expect(end.observed.length).toBe(before + 2);
  expect(end.observed.at(-1)).toEqual([1_460, smoothed]);
});
