import { describe, expect, test } from 'vitest';
import type { TcpState } from './connection.ts';
import { type Arrival, endForTests, endIn, OPTIONS } from './connection-for-tests.ts';
import { ACK, RST, SYN } from './segment.ts';

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
