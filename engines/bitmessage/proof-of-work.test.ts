/** The work that an object needs: what it costs, and that it is checked. */
import { concatBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { expectedTrials, findNonce, isWorthy } from './proof-of-work.ts';

describe('proof of work', () => {
  test('costs more for more bytes, for a longer life, and where more is asked', () => {
    // 1000 bytes more than it has, and as much again for each 2^16 seconds.
    expect(expectedTrials(400, 65_536, 1)).toBe(2800);
    expect(expectedTrials(400, 65_536, 1000)).toBe(2_800_000);
    expect(expectedTrials(400, 4 * 86_400, 1)).toBeGreaterThan(expectedTrials(400, 3600, 1));
    // What has 5 minutes to live, or less, counts as if it had 5 minutes.
    expect(expectedTrials(400, 1, 1)).toBe(expectedTrials(400, 300, 1));
  });

  test('is found after about as many trials as are expected', () => {
    const payloads = Array.from({ length: 60 }, (_, i) => randomStream(i, 'payload').bytes(200));
    const trials = payloads.map((payload) => findNonce(payload, 3600, 1).trials);
    const mean = trials.reduce((sum, one) => sum + one, 0) / trials.length;
    expect(mean / expectedTrials(208, 3600, 1)).toBeGreaterThan(0.7);
    expect(mean / expectedTrials(208, 3600, 1)).toBeLessThan(1.4);
  });

  test('holds for the object that it was done for, and no other', () => {
    const payload = randomStream(1, 'payload').bytes(200);
    const { nonce } = findNonce(payload, 3600, 1);
    expect(isWorthy(concatBytes(nonce, payload), 3600, 1)).toBe(true);
    // Later it has less time to live, and less work would do.
    expect(isWorthy(concatBytes(nonce, payload), 60, 1)).toBe(true);
    let worthy = 0;
    for (let i = 0; i < 200; i++) {
      const altered = Uint8Array.from(payload);
      altered[i] = altered[i]! ^ 1;
      if (isWorthy(concatBytes(nonce, altered), 3600, 1)) worthy++;
    }
    // By luck, one in more than a thousand.
    expect(worthy).toBeLessThan(3);
    expect(isWorthy(new Uint8Array(3), 3600, 1)).toBe(false);
  });
});
