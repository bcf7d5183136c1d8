import { describe, expect, test } from 'vitest';
import { EPOCH } from '../quantities.ts';
import { verifyChain } from './certificate/verification.ts';
import { SimulatedTrust } from './simulated-trust.ts';

const trust = new SimulatedTrust(7);
const verified = (certificates: readonly Uint8Array[], serverName: string, roots = trust.roots) =>
  verifyChain(certificates, { trust: roots, serverName, now: EPOCH });

describe('the trust of a simulation', () => {
  test('vouches for all names of a certificate', () => {
    const { certificates } = trust.credentials({ names: ['ftp.example.org', '*.example.com', '10.0.0.7'], flaw: null });
    for (const name of ['ftp.example.org', 'www.example.com', '10.0.0.7'])
      expect(verified(certificates, name)).toHaveProperty('certificate');
    expect(verified(certificates, 'example.org')).toMatchObject({ alert: 'bad_certificate' });
  });

  test.each([
    ['expired', 'certificate_expired'],
    ['self-signed', 'unknown_ca'],
  ] as const)('vouches for none that is %s', (flaw, alert) => {
    const { certificates } = trust.credentials({ names: ['a.example'], flaw });
    expect(verified(certificates, 'a.example')).toMatchObject({ alert });
  });

  test('is the same for a seed, whatever is asked for first, and another for another seed', () => {
    const asked = { names: ['a.example'], flaw: null };
    const again = new SimulatedTrust(7);
    again.credentials({ names: ['b.example'], flaw: null });
    expect(again.credentials(asked)).toEqual(trust.credentials(asked));
    expect(again.credentials(asked)).toBe(again.credentials(asked));
    const other = new SimulatedTrust(8);
    expect(other.credentials(asked)).not.toEqual(trust.credentials(asked));
    expect(verified(trust.credentials(asked).certificates, 'a.example', other.roots)).toHaveProperty('alert');
  });
});
