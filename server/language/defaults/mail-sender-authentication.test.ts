import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Program } from '../program.ts';

const DKIM_KEY = '../../../engines/mail/sender-authentication/dkim-key.ts';

// Modules of its own: what was made in other tests does not count.
let keyRecord: typeof import('../../../engines/mail/sender-authentication/dkim-key.ts').keyRecord;
let complete: typeof import('./mail-sender-authentication.ts').completeSenderAuthentication;
beforeAll(async () => {
  vi.resetModules();
  vi.doMock(DKIM_KEY, { spy: true });
  ({ keyRecord } = await import('../../../engines/mail/sender-authentication/dkim-key.ts'));
  ({ completeSenderAuthentication: complete } = await import('./mail-sender-authentication.ts'));
});
afterAll(() => {
  vi.doUnmock(DKIM_KEY);
  vi.resetModules();
});

/** How many keys are made for domains that sign. */
function made(...domains: readonly string[]): number {
  vi.mocked(keyRecord).mockClear();
  const zone = { origin: 'org.', records: [] };
  const dkimSignings = domains.map((domain) => ({ host: 'mail', domain, selector: 'mail', at: null }));
  const program = {
    senderChecks: new Map(),
    mailServers: new Map([['mail', {}]]),
    dkimSignings,
    zoneAbove: () => zone,
  };
  complete(program as unknown as Program);
  return vi.mocked(keyRecord).mock.calls.length;
}

test('a key is made once, and those of domains that nobody signs for any more are not kept for ever', () => {
  expect(made('a.org', 'b.org')).toBe(2);
  expect(made('a.org', 'b.org')).toBe(0);
  // One for each key that is typed.
  for (let typed = 1; typed <= 999; typed++) made('b.org', `x${typed}.org`);
  expect(made('b.org')).toBe(0);
  expect(made('a.org')).toBe(1);
});
