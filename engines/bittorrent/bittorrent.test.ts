/** Swarms over real connections: who gets what from whom, who goes when, and what a stranger or a fault can do to them. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND, MINUTE, SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import { crash, download, leave, PEERS, run } from './swarm-for-tests.ts';

const last = (made: Run, metric: string, ...subjects: string[]): number | undefined =>
  made.series.find((one) => one.metric === metric && subjects.every((subject, i) => one.subjects[i] === subject))?.values.at(-1);
const outcomes = ({ steps }: Run) => steps.map(({ outcome, succeeded }) => [outcome, succeeded]);
const notes = ({ states, strings, hosts }: Run) =>
  Array.from(states.note.subarray(0, states.rows)).flatMap((note, i) =>
    note < 0 ? [] : [`${hosts[states.host[i]!]!.name}: ${strings[note]}`],
  );
const labels = ({ messages, strings }: Run, protocol: string) =>
  Array.from(messages.label.subarray(0, messages.rows)).flatMap((label, i) =>
    strings[messages.protocol[i]!] === protocol ? [strings[label]!] : [],
  );

describe('a swarm', () => {
  test.each(['packets', 'flows'] as const)('gets all of a torrent to everybody: %s', (fidelity) => {
    const made = run([download(PEERS)], {}, {}, { fidelity });
    expect(outcomes(made)).toEqual([[expect.stringMatching(/^4 peers completed in /), true]]);
    const time = last(made, 'completion time', 'film')!;
    // 4 MB leave five hosts at 20 Mbit/s together, and 1 MB the origin at 4 Mbit/s: two seconds.
    expect(last(made, 'distribution bound', 'film')).toBe(2 * SECOND);
    expect(last(made, 'client-server bound', 'film')).toBe(8 * SECOND);
    expect(time).toBeGreaterThan(2 * SECOND);
    expect(time).toBeLessThan(8 * SECOND);
    expect(last(made, 'bound ratio', 'film')).toBeCloseTo(time / (2 * SECOND), 9);
    expect([last(made, 'seeds', 'film'), last(made, 'downloaders', 'film'), last(made, 'availability', 'film')]).toEqual([5, 0, 5]);
    for (const peer of PEERS) expect(last(made, 'bytes downloaded', peer, 'film')).toBeGreaterThanOrEqual(1_000_000);
    // What one has received another has sent.
    const sum = (metric: string) => ['origin', ...PEERS].reduce((total, host) => total + (last(made, metric, host, 'film') ?? 0), 0);
    expect(sum('bytes uploaded')).toBe(sum('bytes downloaded'));
  });

  test('is told of one another by the tracker, which hears of the beginning, the completion and the end', () => {
    const made = run([download(PEERS, { stay: 0 })]);
    // The origin once, the others three times each.
    expect(last(made, 'tracker announces', 'tracker')).toBe(13);
    const asked = labels(made, 'http').filter((label) => label.startsWith('GET'));
    expect(asked.filter((label) => label.includes('event=started'))).toHaveLength(5);
    expect(asked.filter((label) => label.includes('event=completed') && label.includes('left=0'))).toHaveLength(4);
    expect(asked.filter((label) => label.includes('event=stopped'))).toHaveLength(4);
    expect(last(made, 'seeds', 'film')).toBe(1);
  });

  test('is told of one another over UDP as well', () => {
    const made = run([download(PEERS)], { trackerTransport: 'udp' });
    expect(outcomes(made)[0]![1]).toBe(true);
    expect(labels(made, 'udp-tracker').slice(0, 2)).toEqual(['connect', 'connect']);
    expect(labels(made, 'udp-tracker').filter((label) => /^announce, \d peers$/.test(label))).toHaveLength(9);
    expect(labels(made, 'http')).toEqual([]);
  });

  test('has one connection between each two, though both may have called', () => {
    const { connections, strings, hosts } = run([download(PEERS)]);
    const pairs = new Map<string, number>();
    for (let i = 0; i < connections.rows; i++) {
      if (strings[connections.protocol[i]!] !== 'bittorrent') continue;
      const pair = [hosts[connections.client[i]!]!.name, hosts[connections.server[i]!]!.name].sort().join(' ');
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    expect([...pairs.values()].every((count) => count === 1)).toBe(true);
    expect(pairs.size).toBe(10);
  });

  test('is the same with the same seed, and another with another', () => {
    const prints = [1, 1, 2].map((seed) => run([download(PEERS)], {}, {}, { seed }).fingerprint);
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).not.toBe(prints[2]);
  });
});

describe('peers come and go', () => {
  test('one every two seconds', () => {
    const made = run([download(PEERS, { arrival: { kind: 'every', interval: 2 * SECOND } })]);
    const downloaders = made.series.find(({ metric }) => metric === 'downloaders')!;
    expect(downloaders.at[0]).toBeLessThan(SECOND);
    expect(last(made, 'completion time', 'film')).toBeGreaterThan(6 * SECOND);
    expect(last(made, 'download time', 'd', 'film')).toBeLessThan(6 * SECOND);
  });

  test('who leaves in the middle is not waited for', () => {
    const made = run([download(PEERS), leave('b', SECOND)]);
    expect(outcomes(made)).toEqual([
      [expect.stringMatching(/^3 peers completed in .*; b left$/), true],
      ['b leaves', true],
    ]);
    expect(last(made, 'seeds', 'film')).toBe(4);
  });

  test('who stays for a while goes then', () => {
    const made = run([
      download(['a'], { stay: 10 * SECOND }),
      download(['b'], {}, { kind: 'after', delay: 9 * SECOND }),
      download(['c'], {}, { kind: 'after', delay: 5 * SECOND }),
    ]);
    expect(outcomes(made).map(([, succeeded]) => succeeded)).toEqual([true, true, true]);
    // Of the four that had it, `a` has left.
    expect(last(made, 'seeds', 'film')).toBe(3);
  });

  test('without a seed, it ends when patience does', () => {
    const made = run([leave('origin', 0), download(['a', 'b'], { patience: MINUTE }, { kind: 'after', delay: SECOND })]);
    expect(outcomes(made)[1]).toEqual(['nobody has all of it; a gave up; b gave up', false]);
    expect(last(made, 'completion time', 'film')).toBeUndefined();
    expect(notes(made)).toContain('a: gives up: nothing came for 1 min');
    expect(made.duration).toBeLessThan(2 * MINUTE);
  });

  test('what was there before a crash is not downloaded again', () => {
    const made = run([download(PEERS), crash('a', 2 * SECOND, SECOND)]);
    expect(outcomes(made)[0]).toEqual([expect.stringMatching(/^4 peers completed/), true]);
    // Nothing but what was under way: less than half of it twice.
    expect(last(made, 'bytes downloaded', 'a', 'film')).toBeLessThan(1_450_000);
  });

  test.each(['messages', 'pieces'] as const)('a seed that was down calls those whom the tracker names: %s', (fidelity) => {
    const made = run([download(PEERS), crash('origin', SECOND, 5 * SECOND)], { fidelity });
    expect(outcomes(made)[0]).toEqual([expect.stringMatching(/^4 peers completed/), true]);
    expect(last(made, 'completion time', 'film')).toBeGreaterThan(6 * SECOND);
    expect(last(made, 'completion time', 'film')).toBeLessThan(15 * SECOND);
  });

  test('a seed that comes to the tracker last calls the others', () => {
    const made = run([download(PEERS)], {}, { origin: { latency: 60 * MILLISECOND } });
    expect(last(made, 'completion time', 'film')).toBeLessThan(8 * SECOND);
  });

  test('who cannot be reached for a while is called again', () => {
    // Both sides take the connection for dead; nobody announces itself anew for five minutes.
    const made = run([download(['a'], {}), crash('origin', SECOND, 2 * SECOND), crash('tracker', SECOND)], { size: 4_000_000 });
    expect(outcomes(made)[0]).toEqual([expect.stringMatching(/^1 peer completed/), true]);
    expect(last(made, 'completion time', 'film')).toBeLessThan(2 * MINUTE);
  });

  describe.each(['messages', 'pieces'] as const)('after a crash, %s:', (fidelity) => {
    const with_ = { fidelity };

    const early = download(['a', 'b', 'c']);
    const late = download(['d'], {}, { kind: 'at', time: 30 * SECOND });

    test('who has completed and stays is back', () => {
      expect(last(run([early, crash('a', 20 * SECOND, SECOND), late], with_), 'seeds', 'film')).toBe(5);
    });

    test('a seed that has left is not', () => {
      const made = run([early, leave('origin', 20 * SECOND), crash('origin', 21 * SECOND, SECOND), late], with_);
      expect(last(made, 'seeds', 'film')).toBe(4);
    });

    test('a poisoner is back', () => {
      const made = run(
        [download(['d'], { poisons: true }), crash('d', 10, SECOND), download(['a', 'b', 'c'], {}, { kind: 'at', time: 10 * SECOND })],
        with_,
      );
      const corrupt = ['a', 'b', 'c'].map((peer) => last(made, 'corrupt pieces', peer, 'film') ?? 0);
      expect(Math.max(...corrupt)).toBeGreaterThan(0);
    });

    test('a tracker is asked again, and has to be told anew who is there', () => {
      const made = run([crash('tracker', 0, 50 * SECOND), download(PEERS, {}, { kind: 'at', time: SECOND })], with_);
      expect(outcomes(made)[1]).toEqual([expect.stringMatching(/^4 peers completed/), true]);
      expect(last(made, 'download time', 'a', 'film')).toBeGreaterThan(MINUTE - 20 * SECOND);
      expect(last(made, 'download time', 'a', 'film')).toBeLessThan(3 * MINUTE);
    });

    test('without a tracker, nobody finds anybody', () => {
      const made = run([crash('tracker', 0), download(['a'], { patience: 5 * MINUTE }, { kind: 'at', time: SECOND })], with_);
      expect(outcomes(made)[1]).toEqual(['nobody has all of it; a gave up', false]);
      expect(last(made, 'tracker announces', 'tracker')).toBeUndefined();
    });
  });

  test('who is down when it is to come is told', () => {
    const made = run([crash('a', 0), download(['a', 'b'], {}, { kind: 'at', time: SECOND })]);
    expect(outcomes(made)[1]).toEqual([expect.stringMatching(/^1 peer completed in .*; a went down$/), false]);
  });
});

describe.each(['messages', 'pieces'] as const)('the state timeline, %s:', (fidelity) => {
  const { states, strings, hosts } = run([download(PEERS)], { fidelity });
  const told = (host: string, key: string): string[] =>
    Array.from(states.value.subarray(0, states.rows)).flatMap((value, i) =>
      value >= 0 && strings[states.key[i]!] === key && hosts[states.host[i]!]!.name === host ? [strings[value]!] : [],
    );

  test('each peer tells which pieces it has', () => {
    for (const peer of PEERS) {
      expect(told(peer, 'pieces').at(0)).toBe('0'.repeat(16));
      expect(told(peer, 'pieces').at(-1)).toBe('9'.repeat(16));
      expect(told(peer, 'has').at(-1)).toBe('16 of 16');
    }
  });

  test('whom it unchokes, and whom of these by lot', () => {
    expect(told('origin', 'unchokes').some((line) => line.split(', ').sort().join() === 'a,b,c,d')).toBe(true);
    expect(told('a', 'unchokes').length).toBeGreaterThan(0);
    expect(told('a', 'unchokes').join(', ')).toMatch(/^[abcd]( \(optimistic\))?(, [abcd]( \(optimistic\))?)*$/);
  });

  test('and the tracker, for the swarm, how many have each piece', () => {
    expect(told('tracker', 'copies').at(0)).toBe('1'.repeat(16));
    expect(told('tracker', 'copies').some((cells) => /[2-4]/.test(cells))).toBe(true);
    expect(told('tracker', 'copies').at(-1)).toBe('5'.repeat(16));
  });
});

describe('the tracker', () => {
  test('that does not answer is asked again, later and later', () => {
    const made = run([crash('tracker', 0, 50 * SECOND), download(['a'])], { trackerTransport: 'udp' });
    expect(outcomes(made)[1]).toEqual([expect.stringMatching(/^1 peer completed/), true]);
    expect(notes(made).filter((note) => note.startsWith('a: tracker:'))).toEqual(['a: tracker: no answer; asks again in 15 s']);
    expect(last(made, 'download time', 'a', 'film')).toBeGreaterThan(MINUTE);
  });
});

describe('behaviour', () => {
  test('a free rider uploads nothing', () => {
    const made = run([download(['a', 'b']), download(['c'], { freeRider: true }, { kind: 'at', time: 0 })]);
    expect(outcomes(made).map(([, succeeded]) => succeeded)).toEqual([true, true]);
    expect(last(made, 'bytes uploaded', 'c', 'film')).toBeUndefined();
  });

  test('in order, pieces come from the first to the last', () => {
    const made = run([download(['a'], { pick: 'in-order' })]);
    const { states, strings } = made;
    const cells = Array.from({ length: states.rows }, (_, i) => i)
      .filter((i) => strings[states.key[i]!] === 'pieces' && made.hosts[states.host[i]!]!.name === 'a' && states.value[i]! >= 0)
      .map((i) => strings[states.value[i]!]!);
    expect(cells.length).toBeGreaterThan(10);
    for (const row of cells) expect(row).toMatch(/^9*0*$/);
  });

  test('a poisoner is found out by the hash and banned, and the torrent comes all the same', () => {
    const made = run([download(['d'], { poisons: true }), download(['a', 'b', 'c'])]);
    expect(outcomes(made)).toEqual([
      ['1 poisoner joined', true],
      [expect.stringMatching(/^3 peers completed/), true],
    ]);
    for (const peer of ['a', 'b', 'c']) {
      expect(last(made, 'corrupt pieces', peer, 'film')).toBeGreaterThan(0);
      expect(last(made, 'banned peers', peer, 'film')).toBe(1);
    }
    expect(notes(made).some((note) => /^a: piece \d+ is not what its SHA-1 says: d alone sent it, and is banned$/.test(note))).toBe(true);
  });
});
