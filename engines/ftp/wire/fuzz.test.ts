import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ftpFuzz } from './ftp.fuzz.ts';

test('the parsers hold what they promise on inputs near to well-formed ones', () => {
  const seeds = ftpFuzz.corpus();
  const mutated = fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }), fc.constantFrom('set', 'insert', 'cut')), { maxLength: 6 }),
    )
    .map(([seed, changes]) => {
      const bytes = [...seed];
      for (const [place, value, how] of changes) {
        const at = place % (bytes.length + 1);
        if (how === 'set' && at < bytes.length) bytes[at] = value;
        else if (how === 'insert') bytes.splice(at, 0, value);
        else bytes.splice(at, 1 + (value % 4));
      }
      return Uint8Array.from(bytes);
    });
  fc.assert(
    fc.property(mutated, (bytes) => ftpFuzz.run(bytes)),
    { numRuns: 3000 },
  );
});

test('long inputs take time in proportion', () => {
  const started = process.cpuUsage().user;
  for (const part of ['|', ',', '1,', ' ', '"', '\xff\xf4', '211-\r\n', 'a=;', '-rw-r--r-- ', '(|||']) {
    ftpFuzz.run(Uint8Array.from([...part.repeat(30_000)].map((char) => char.charCodeAt(0))));
  }
  expect((process.cpuUsage().user - started) / 1e6).toBeLessThan(20);
});
