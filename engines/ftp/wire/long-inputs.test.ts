import { expect, test } from 'vitest';
import { bytesOfOctets } from '../../network/octets.ts';
import target from './ftp.fuzz.ts';

// Where a parser took quadratic time, the test would not come to its end within the runner's limit.
test.each(['|', ',', '1,', ' ', '"', '\xff\xf4', '211-\r\n', 'a=;', '-rw-r--r-- ', '(|||'])('thirty thousand times %j', (part) => {
  expect(() => target.run(bytesOfOctets(part.repeat(30_000)))).not.toThrow();
});
