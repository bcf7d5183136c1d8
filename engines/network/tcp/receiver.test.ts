import { describe, expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { MILLISECOND } from '../../quantities.ts';
import { MAXIMUM_SEGMENT_SIZE as MSS } from './parameters.ts';
import { Receiver, windowShift } from './receiver.ts';

/** After the handshake, with a window of the whole buffer told. Each ACK is logged: `time next window`. */
function receiverForTests(buffer = 100_000) {
  const kernel = new Kernel(1);
  const log: string[] = [];
  const receiver = new Receiver(kernel, buffer, () => {
    const window = receiver.acknowledged(0);
    log.push(`${kernel.now / MILLISECOND} ms ${receiver.next} ${window}`);
  });
  receiver.synchronised();
  receiver.acknowledged(0);
  const blocks = (): number[][] => {
    const edges = new Float64Array(8);
    return Array.from({ length: receiver.selectiveBlocks(edges) }, (_, i) => [edges[2 * i] as number, edges[2 * i + 1] as number]);
  };
  /** Nobody waits for a delayed ACK; the test does. */
  const until = (milliseconds: number): void => {
    kernel.schedule(milliseconds * MILLISECOND - kernel.now, () => {});
    kernel.run(1_000);
  };
  return { kernel, log, receiver, blocks, until };
}

describe('acknowledges (RFC 5681 §4.2)', () => {
  test('one segment after 40 ms, the second at once', () => {
    const { receiver, log, until } = receiverForTests(60_000);
    receiver.accept(1, MSS, false);
    until(100);
    receiver.accept(1 + MSS, MSS, false);
    receiver.accept(1 + 2 * MSS, MSS, false);
    until(200);
    const room = (bytes: number) => 60_000 - bytes;
    expect(log).toEqual([`40 ms ${1 + MSS} ${room(MSS)}`, `100 ms ${1 + 3 * MSS} ${room(3 * MSS)}`]);
  });

  test('at once what is out of order, fills a gap, was there before, or ends the stream', () => {
    const { receiver, log, until } = receiverForTests();
    const steps: [position: number, fin: boolean, next: number][] = [
      [1 + MSS, false, 1],
      [1, false, 1 + 2 * MSS],
      [1, false, 1 + 2 * MSS],
      [1 + 2 * MSS, true, 2 + 3 * MSS],
    ];
    for (const [i, [position, fin, next]] of steps.entries()) {
      receiver.accept(position, MSS, fin);
      until(i + 1);
      expect(log.at(-1)?.split(' ')[2]).toBe(String(next));
      expect(log.length).toBe(i + 1);
    }
    expect([receiver.finished, receiver.streamEnd]).toEqual([true, 3 * MSS]);
  });

  test('a FIN before its turn, when all before it has come', () => {
    const { receiver, blocks } = receiverForTests();
    receiver.accept(1 + MSS, 100, true);
    expect([receiver.finished, blocks()]).toEqual([false, [[1 + MSS, 1 + MSS + 101]]]);
    receiver.accept(1, MSS, false);
    expect([receiver.finished, receiver.next, receiver.streamEnd]).toEqual([true, MSS + 102, MSS + 100]);
  });
});

describe('selective acknowledgments (RFC 2018 §4)', () => {
  const at = (segment: number): number => 1 + segment * MSS;

  test('the block that changed last comes first, then the others by how recently they did, four at most', () => {
    const { receiver, blocks } = receiverForTests();
    for (const segment of [2, 4, 6, 8, 10]) receiver.accept(at(segment), MSS, false);
    const block = (from: number, to = from + 1) => [at(from), at(to)];
    expect(blocks()).toEqual([block(10), block(8), block(6), block(4)]);
    // The first one is always the one that holds the segment at hand, were it there before.
    receiver.accept(at(4), MSS, false);
    expect(blocks()).toEqual([block(4), block(10), block(8), block(6)]);
    receiver.accept(at(5), MSS, false);
    expect(blocks()).toEqual([block(4, 7), block(10), block(8), block(2)]);
    receiver.accept(at(0), 2 * MSS, false);
    expect(receiver.next).toBe(at(3));
    expect(blocks()).toEqual([block(4, 7), block(10), block(8)]);
    receiver.accept(at(3), MSS, false);
    expect(blocks()).toEqual([block(10), block(8)]);
  });

  test('none while everything is in order', () => {
    const { receiver, blocks } = receiverForTests();
    receiver.accept(1, MSS, false);
    expect(blocks()).toEqual([]);
  });
});

describe('the window', () => {
  test.each([
    [1, 0],
    [65_535, 0],
    [65_536, 1],
    [512 * 1024, 4],
    [2 ** 30, 14],
  ])('of a buffer of %i bytes is told with a shift of %i (RFC 7323 §2.2)', (buffer, shift) => {
    expect(windowShift(buffer)).toBe(shift);
    expect(65_535 * 2 ** shift).toBeGreaterThanOrEqual(Math.min(buffer, 65_535 * 2 ** 14));
  });

  test('closes as the buffer fills; its right edge never moves back, nor forward by little (RFC 9293 §3.8.6.2.2)', () => {
    const { receiver, log, until } = receiverForTests(4_000);
    receiver.accept(1, 2_000, false);
    receiver.accept(2_001, 2_000, false);
    // What does not fit is not taken.
    receiver.accept(4_001, 10, false);
    until(1);
    expect(log).toEqual(['0 ms 4001 0']);
    receiver.read(1_000);
    until(2);
    expect(log.length).toBe(1);
    receiver.read(1_460);
    until(3);
    expect(log[1]).toBe('2 ms 4001 1460');
    expect(receiver.edge).toBe(5_461);
  });

  test('opens by half of a buffer that is smaller than two segments', () => {
    const { receiver, log, until } = receiverForTests(1_000);
    receiver.accept(1, 1_000, false);
    until(50);
    receiver.read(499);
    until(51);
    receiver.read(500);
    until(52);
    expect(log.map((line) => line.split(' ').slice(2).join(' '))).toEqual(['1001 0', '1001 500']);
  });

  test('a FIN takes no room in it', () => {
    const { receiver } = receiverForTests(1_000);
    receiver.accept(1, 1_000, true);
    expect([receiver.finished, receiver.streamEnd]).toEqual([true, 1_000]);
  });
});
