import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { Admission } from './admission.ts';

describe('a server’s capacity', () => {
  test('of 1000 queries a second gives each its millisecond, one after the other', () => {
    const admission = new Admission({ capacity: 1000, backlog: 10, perClient: null });
    expect([0, 0, 0].map((now) => admission.admit('a', now))).toEqual([1, 2, 3].map((ms) => ms * MILLISECOND));
    // Two of them are done by then.
    expect(admission.admit('a', 2 * MILLISECOND)).toBe(2 * MILLISECOND);
    expect(admission.admit('a', SECOND)).toBe(MILLISECOND);
  });

  test('with a waiting room of 2 drops the fourth at once, and takes one again when one is done', () => {
    const admission = new Admission({ capacity: 1000, backlog: 2, perClient: null });
    expect([0, 0, 0, 0].map((now) => admission.admit('a', now) !== null)).toEqual([true, true, true, false]);
    expect(admission.admit('a', MILLISECOND)).toBe(3 * MILLISECOND);
  });

  test('answers what comes at half its rate, and half of what comes at twice its rate', () => {
    for (const [rate, share] of [
      [500, 1],
      [2000, 0.5],
    ] as const) {
      const admission = new Admission({ capacity: 1000, backlog: 5, perClient: null });
      let admitted = 0;
      const arrivals = rate * 10;
      for (let i = 0; i < arrivals; i++) if (admission.admit('a', Math.round((i * SECOND) / rate)) !== null) admitted++;
      expect(admitted / arrivals).toBeCloseTo(share, 2);
    }
  });
});

describe('a limit for each client', () => {
  test('lets a second’s worth through at once, then as many as the rate allows, and leaves others alone', () => {
    const admission = new Admission({ capacity: null, backlog: 0, perClient: 2 });
    const admitted = (client: string, now: number) => admission.admit(client, now) !== null;
    expect([0, 0, 0].map((now) => admitted('flooder', now))).toEqual([true, true, false]);
    expect(admitted('other', 0)).toBe(true);
    expect([0.4, 0.5, 0.6, 1].map((now) => admitted('flooder', now * SECOND))).toEqual([false, true, false, true]);
  });

  test('remembers 10,000 clients, and forgets the one heard of least recently', () => {
    const admission = new Admission({ capacity: null, backlog: 0, perClient: 1 });
    admission.admit('first', 0);
    for (let i = 0; i < 9_999; i++) admission.admit(`client ${i}`, 0);
    expect(admission.admit('first', 0)).toBeNull();
    admission.admit('one more', 0);
    expect(admission.admit('first', 0)).toBeNull();
    expect(admission.admit('client 0', 0)).toBe(0);
  });
});
