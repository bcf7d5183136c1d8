/** Films from a server to a viewer: in time, too late, over lossy lines, with the remote control in hand, and what becomes of failures. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Action } from '../../scenario.ts';
import { Assembly, frameOf, SequenceSpace } from './assembly.ts';
import { LostPackets } from './lost-packets.ts';
import { at, clipForTests, encodingForTests, last, run, step, streamForTests, values } from './scenario-for-tests.ts';
import { serveStreams } from './server.ts';

const outcomes = ({ steps }: Run) => steps.map(({ outcome, succeeded }) => [outcome, succeeded]);
const labels = ({ messages, strings }: Run, protocol: string) =>
  Array.from({ length: messages.rows }, (_, i) => i)
    .filter((i) => strings[messages.protocol[i]!] === protocol)
    .map((i) => strings[messages.label[i]!]!);
const requests = (made: Run) =>
  labels(made, 'rtsp')
    .filter((label) => label.includes('rtsp:'))
    .map((label) => label.split(' ')[0]);
const film = { kind: 'film' as const, name: 'madmen', duration: 10 * SECOND, rate: 1_500_000 };

describe('a stream', () => {
  test.each(['udp', 'tcp'] as const)('over %s shows every picture of a clip as it was', (transport) => {
    const made = run([step(streamForTests({ transport }))]);
    expect(outcomes(made)).toEqual([['96 pictures shown, began after 1.16 s', true]]);
    expect(['video sent', 'video received', 'video played', 'missed frames'].map((metric) => last(made, metric))).toEqual([96, 96, 96, 0]);
    expect(values(made, 'picture quality')).toEqual(new Array(96).fill(100));
    expect(requests(made)).toEqual(['DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN']);
  });

  test('begins when the handshake, three requests, the first packet and the playout delay are over', () => {
    // 20 ms one way: 3 1/2 round trips and the way of the first packet.
    const startup = last(run([step(streamForTests({ playoutDelay: 2 * SECOND }))]), 'startup delay')!;
    expect((startup - 2 * SECOND) / MILLISECOND).toBeGreaterThan(160);
    expect((startup - 2 * SECOND) / MILLISECOND).toBeLessThan(162);
  });

  test('is sent at a constant rate, whatever each picture takes', () => {
    const made = run([step(streamForTests({ film, playoutDelay: SECOND }))], { down: 10e6 });
    const sent = made.series.find(({ metric }) => metric === 'video sent')!;
    const [first, end] = [sent.at[1]!, sent.at[240]!];
    expect((end - first) / SECOND).toBeCloseTo((239 * 10) / 240, 1);
    expect(labels(made, 'rtp')).toHaveLength(240 * 6);
  });

  test.each(['packets', 'flows'] as const)('over a line that is too slow stalls, and what is there in time does not: %s', (fidelity) => {
    const slow = run([step(streamForTests({ film, transport: 'tcp', resumeAfter: SECOND }))], { down: 1e6 }, { fidelity });
    expect(last(slow, 'rebufferings')).toBeGreaterThan(1);
    // 15 Mbit take 15 s on the line; 10 s of film and some start-up make up for the rest.
    expect(last(slow, 'rebuffering time')! / SECOND).toBeGreaterThan(3);
    // What comes in a stall does not end it at once: its time is told as it passes.
    expect(values(slow, 'rebuffering time').length).toBeGreaterThan(4 * last(slow, 'rebufferings')!);
    const patient = run([step(streamForTests({ film, transport: 'tcp', playoutDelay: 7 * SECOND }))], { down: 1e6 }, { fidelity });
    expect(last(patient, 'rebufferings')).toBe(0);
    expect(last(patient, 'video played')).toBe(240);
  });

  test('may be watched by several, each with its own session', () => {
    const made = run([
      step({ kind: 'together' }),
      { ...step(streamForTests()), parent: 0 },
      { ...step(streamForTests({ client: 'tablet' })), parent: 0 },
    ]);
    expect(outcomes(made).slice(1)).toEqual([
      ['96 pictures shown, began after 1.16 s', true],
      ['96 pictures shown, began after 1.16 s', true],
    ]);
  });
});

describe('a lossy line', () => {
  const lossy = { loss: 0.05 };

  test('leaves pictures out, and what is wrong stays until the next key frame', () => {
    const made = run([step(streamForTests())], lossy);
    const missed = last(made, 'missed frames')!;
    expect(missed).toBeGreaterThan(2);
    expect(last(made, 'video received')).toBe(96 - missed);
    const quality = values(made, 'picture quality');
    expect(quality).toHaveLength(96);
    expect(quality.filter((decibels) => decibels < 100).length).toBeGreaterThan(missed);
    // Each key frame that has come makes the picture whole again.
    expect(quality.filter((decibels) => decibels === 100).length).toBeGreaterThan(20);
  });

  test('is made up for by sending again, the last packet included', () => {
    for (const seed of [1, 2, 3]) {
      const made = run([step(streamForTests({ loss: 'retransmit' }))], lossy, { seed });
      expect(last(made, 'missed frames'), `seed ${seed}`).toBe(0);
      expect(labels(made, 'rtp').filter((label) => label.endsWith('again')).length).toBeGreaterThan(0);
      expect(labels(made, 'rtcp').some((label) => label.startsWith('lost:'))).toBe(true);
    }
  });

  test('is too slow for sending again without a playout delay', () => {
    const made = run([step(streamForTests({ loss: 'retransmit', playoutDelay: 10 * MILLISECOND }))], lossy);
    expect(last(made, 'late frames')).toBeGreaterThan(0);
    expect(last(made, 'late frames')).toBeLessThanOrEqual(last(made, 'missed frames')!);
  });

  test('is seen less where pictures are interpolated between whole ones', () => {
    // Every picture stands by itself, so that an error is one picture's.
    const alone = { kind: 'clip' as const, clip: clipForTests, encoding: { ...encodingForTests, coding: 'spatial' as const } };
    const mean = (loss: 'skip' | 'interpolate') => {
      const quality = values(run([step(streamForTests({ loss, film: alone }))], lossy), 'picture quality').filter((one) => one < 100);
      return quality.reduce((sum, one) => sum + one, 0) / quality.length;
    };
    expect(mean('interpolate')).toBeGreaterThan(mean('skip') + 2);
  });

  test('is hidden by TCP', () => {
    const made = run([step(streamForTests({ transport: 'tcp', playoutDelay: 3 * SECOND }))], lossy);
    expect([last(made, 'missed frames'), last(made, 'rebufferings')]).toEqual([0, 0]);
  });
});

describe('a viewer', () => {
  const long = streamForTests({
    film: { kind: 'clip', clip: { ...clipForTests, duration: 10 * SECOND }, encoding: encodingForTests },
    resumeAfter: 500 * MILLISECOND,
  });
  const watched = (...acts: readonly (readonly [number, Action])[]) =>
    run([step(long), ...acts.map(([time, act]) => step(act, at(time * SECOND)))]);

  test('pauses: what is held waits, and nothing more is sent', () => {
    const made = watched([3, { kind: 'video.pause', host: 'tv', time: 4 * SECOND }]);
    expect(outcomes(made)).toEqual([
      ['240 pictures shown, began after 1.16 s', true],
      ['paused for 4 s', true],
    ]);
    expect(requests(made)).toEqual(['DESCRIBE', 'SETUP', 'PLAY', 'PAUSE', 'PLAY', 'TEARDOWN']);
    const sent = made.series.find(({ metric }) => metric === 'video sent')!;
    expect(sent.at.some((time) => time > 3.1 * SECOND && time < 7 * SECOND)).toBe(false);
    expect(made.duration / SECOND).toBeCloseTo(1.16 + 10 + 4 + 0.1, 0);
  });

  test('pauses until it resumes', () => {
    const made = watched([3, { kind: 'video.pause', host: 'tv', time: null }], [5, { kind: 'video.resume', host: 'tv' }]);
    expect(outcomes(made)[0]).toEqual(['240 pictures shown, began after 1.16 s', true]);
    expect(last(made, 'rebufferings')).toBe(0);
  });

  test('jumps to what is not held, and sees it after a key frame', () => {
    const made = watched([3, { kind: 'video.seek', host: 'tv', position: 7.6 * SECOND }]);
    // 1.84 s of the beginning, and from the key frame at 7 s on.
    expect(outcomes(made)[0]).toEqual(['117 pictures shown, began after 1.16 s', true]);
    expect(values(made, 'picture quality').every((decibels) => decibels === 100)).toBe(true);
    expect(last(made, 'rebufferings')).toBe(0);
  });

  test('jumps within what is held without asking anybody', () => {
    const made = watched([3, { kind: 'video.seek', host: 'tv', position: 2.5 * SECOND }]);
    expect(requests(made)).toEqual(['DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN']);
    // Pictures after the jump say what has changed since ones that were passed over.
    expect(last(made, 'video played')).toBeLessThan(240);
  });

  test('jumps back', () => {
    const made = watched([6, { kind: 'video.seek', host: 'tv', position: 0 }]);
    expect(last(made, 'video played')).toBeGreaterThan(240 + 100);
    expect(last(made, 'missed frames')).toBe(0);
  });

  test('jumps to the end', () => {
    const made = watched([3, { kind: 'video.seek', host: 'tv', position: 60 * SECOND }]);
    expect(outcomes(made)[0]![1]).toBe(true);
    expect(outcomes(made)[1]).toEqual(['at its end, 10 s', true]);
    expect(made.duration / SECOND).toBeLessThan(4);
  });

  test('has one screen: a second film is not shown while the first one plays, and is after it', () => {
    const made = run([step(long, at(0)), step(streamForTests(), at(5 * SECOND)), step(streamForTests(), at(15 * SECOND))]);
    expect(outcomes(made)).toEqual([
      [expect.stringMatching(/^240 pictures shown/), true],
      ['tv plays bounce already', false],
      [expect.stringMatching(/^96 pictures shown/), true],
    ]);
  });

  test('plays faster: the film is sent and shown faster', () => {
    const made = watched([3, { kind: 'video.speed', host: 'tv', speed: 2 }]);
    expect(last(made, 'video played')).toBe(240);
    expect(last(made, 'missed frames')).toBe(0);
    // 1.84 s of film are over; the rest takes half its time.
    expect(made.duration / SECOND).toBeLessThan(3 + 8.2 / 2 + 0.9);
  });

  test('of nothing does nothing', () => {
    const made = run([step({ kind: 'video.pause', host: 'tv', time: null })]);
    expect(outcomes(made)).toEqual([['tv plays nothing', false]]);
  });
});

describe('a stream that fails', () => {
  const crash = (host: string, time: number) => step({ kind: 'network.crash', host, downFor: null }, at(time));

  test('is told when the server is down', () => {
    expect(outcomes(run([crash('server', 0), step(streamForTests())]))[1]).toEqual(['no connection: timed out', false]);
  });

  test('is told when nothing comes any more, after what is held was shown', () => {
    const [outcome] = outcomes(run([step(streamForTests()), crash('server', 2 * SECOND)]));
    expect(outcome).toEqual([expect.stringMatching(/^nothing came for 30 s: 4\d pictures shown, .*stalled once/), false]);
  });

  test('is told when the viewer goes down', () => {
    expect(outcomes(run([step(streamForTests()), crash('tv', 2 * SECOND)]))[0]).toEqual(['tv went down', false]);
  });
});

describe('pictures', () => {
  test('are put together from fragments in any order, once', () => {
    const assembly = new Assembly(3);
    const bytes = (...of: number[]) => Uint8Array.from(of);
    expect(assembly.add(1, { offset: 2, bytes: bytes(3) }, true)).toBe(false);
    expect(assembly.add(1, { offset: 0, bytes: bytes(1, 2) }, false)).toBe(true);
    expect(assembly.add(1, { offset: 0, bytes: bytes(1, 2) }, false)).toBe(false);
    expect(assembly.picture(1)).toEqual(bytes(1, 2, 3));
    expect(assembly.add(3, { offset: 0, bytes: bytes(1) }, true)).toBe(false);
    expect(assembly.picture(0)).toBeNull();
    assembly.forgetBefore(2);
    expect(assembly.isWhole(1)).toBe(false);
  });

  test('are as large as the greatest rate has them', () => {
    // 1 Gbit/s, one picture a second.
    const assembly = new Assembly(1);
    expect(assembly.add(0, { offset: 0, bytes: new Uint8Array(62_500_000) }, false)).toBe(false);
    expect(assembly.add(0, { offset: 62_500_000, bytes: new Uint8Array(62_500_000) }, true)).toBe(true);
  });

  test('are known by their timestamps, at any scale and over the end of 32 bits', () => {
    const mapping = { sequence: 0, timestamp: 0xffff_ff00, position: SECOND, scale: 1 };
    expect(frameOf(0xffff_ff00, mapping, 24)).toBe(24);
    expect(frameOf((0xffff_ff00 + 3750) >>> 0, mapping, 24)).toBe(25);
    expect(frameOf((0xffff_ff00 + 1875) >>> 0, { ...mapping, scale: 2 }, 24)).toBe(25);
  });
});

describe('sequence numbers', () => {
  test('show gaps, also where they begin anew', () => {
    const numbers = new SequenceSpace();
    numbers.expect(65_534);
    expect(numbers.receive(65_534)).toEqual([]);
    expect(numbers.receive(1)).toEqual([65_536 + 65_535, 2 * 65_536]);
    // One that comes late is no gap.
    expect(numbers.receive(65_535)).toEqual([]);
    expect(numbers.receive(2)).toEqual([]);
  });

  test('far ahead show nothing', () => {
    const numbers = new SequenceSpace();
    numbers.receive(1);
    expect(numbers.receive(20_000)).toEqual([]);
  });
});

test('lost packets are asked for at once, again after a while, and not for ever', () => {
  const lost = new LostPackets();
  lost.miss([5, 6], 3, 100);
  lost.miss([9], 4, 100);
  expect(lost.due(100, 50)).toEqual([5, 6, 9]);
  expect(lost.due(120, 50)).toEqual([]);
  expect([lost.arrive(6), lost.arrive(7)]).toEqual([true, false]);
  expect(lost.nextRequest()).toBe(150);
  lost.giveUpBefore(4);
  expect(lost.due(150, 50)).toEqual([9]);
  for (let turn = 3; turn <= 8; turn++) expect(lost.due(50 + turn * 50, 50)).toEqual([9]);
  expect(lost.due(500, 50)).toEqual([]);
  expect(lost.nextRequest()).toBeNull();
});

test.each([
  ['DESCRIBE * RTSP/1.0\r\nCSeq: 1\r\n\r\n', 'RTSP/1.0 404 Not Found'],
  ['SETUP * RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n', 'RTSP/1.0 404 Not Found'],
  ['OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n', 'RTSP/1.0 200 OK'],
])('a request about the server as a whole: %j', (request, status) => {
  expect(answersTo(request)).toEqual([status]);
});

/** The status lines that a server gives to what comes over a connection. */
function answersTo(text: string): string[] {
  const waiting: (Uint8Array | null)[] = [utf8.encode(text), null];
  const answers: string[] = [];
  const connection = {
    read: () => atOnce(() => waiting.shift() ?? null),
    write: (bytes: Uint8Array) => atOnce(() => answers.push(new TextDecoder().decode(bytes).split('\r\n')[0] as string) > 0),
    close() {},
    local: { address: '10.0.0.1', port: 554 },
    remote: { address: '10.0.0.2', port: 1000 },
  };
  const roles: Iterator<unknown>[] = [];
  const connections = [connection, null];
  const host = {
    listen: () => atOnce(() => ({ accept: () => atOnce(() => connections.shift() ?? null) })),
    spawn: (_name: string, role: Iterator<unknown>) => roles.push(role),
    random: () => ({ uint32: () => 1, below: () => 1 }),
    narrator: { note() {}, state() {}, measure() {} },
    now: () => 0,
  };
  roles.push(serveStreams(host as never, { offers: new Map(), observer: { sent() {} } } as never));
  for (const role of roles) while (!role.next().done);
  return answers;
}

const utf8 = new TextEncoder();

/** A process that waits for nothing. */
function* atOnce<T>(make: () => T) {
  yield* [];
  return make();
}
