import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import { encodeSynOptions } from '../wire/tcp-options.ts';
import { endForTests, endIn, OPTIONS } from './connection-for-tests.ts';
import { ACK, FIN, SYN } from './segment.ts';

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
