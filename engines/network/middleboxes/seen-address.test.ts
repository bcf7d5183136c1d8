import { expect, test } from 'vitest';
import { homeScenario, natForTests } from './network-with-nat-for-tests.ts';
import { seenAddresses } from './seen-address.ts';

const scenario = homeScenario('packets', [natForTests({ inside: ['alice', 'bob'] }), natForTests({ host: 'web', inside: ['other'] })]);

test.each([
  ['alice', 'bob', '192.168.0.2'],
  ['alice', 'alice', '192.168.0.2'],
  ['alice', 'router', '192.168.0.2'],
  ['alice', 'web', '203.0.113.1'],
  ['alice', 'other', '203.0.113.1'],
  ['other', 'alice', '198.51.100.1'],
  ['router', 'alice', '203.0.113.1'],
  ['router', 'web', '203.0.113.1'],
  ['nobody', 'web', undefined],
])('%s is seen by %s as %s', (of, by, expected) => expect(seenAddresses(scenario)(of, by)).toBe(expected));
