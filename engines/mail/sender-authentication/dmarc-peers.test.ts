/**
 * DMARC beside mailauth, over the same names: who passes, and what is wanted of who fails. Alignment is relaxed: for mailauth 4.13, a
 * strict one is none.
 */
import fc from 'fast-check';
import { dmarc } from 'mailauth/lib/dmarc';
import { expect, test } from 'vitest';
import { checkDmarc } from './dmarc.ts';
import { askIn, finish, type Names } from './names-for-tests.ts';

const domain = fc.constantFrom('bank.com', 'news.bank.com', 'evil.example', 'shop.co.uk', 'www.shop.co.uk', 'other.co.uk');
const record = fc
  .record({
    p: fc.constantFrom('none', 'quarantine', 'reject'),
    sp: fc.option(fc.constantFrom('none', 'quarantine', 'reject'), { nil: undefined }),
  })
  .map(
    (tags) =>
      `v=DMARC1; ${Object.entries(tags)
        .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
        .join('; ')}`,
  );

test('mailauth says the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      domain,
      fc.option(domain),
      fc.option(domain),
      fc.dictionary(domain, record, { noNullPrototype: true }),
      async (from, spf, dkim, records) => {
        const names: Names = Object.fromEntries(
          Object.entries(records).map(([name, text]) => [`_dmarc.${name}`, [{ type: 'TXT', strings: [text] } as const]]),
        );
        const resolver = async (name: string) => {
          const text = records[name.replace('_dmarc.', '')];
          if (name.startsWith('_dmarc.') && text !== undefined) return [[text]];
          throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
        };
        const theirs = await dmarc({
          headerFrom: `ceo@${from}`,
          spfDomains: spf === null ? [] : [spf],
          dkimDomains: dkim === null ? [] : [{ domain: dkim }],
          resolver,
        });
        if (!theirs) throw new Error('mailauth found no author');
        const vouching = {
          spf: { result: spf === null ? ('fail' as const) : ('pass' as const), domain: spf ?? from },
          dkim: dkim === null ? [] : [{ result: 'pass' as const, domain: dkim, selector: 's', reason: '' }],
        };
        const ours = finish(checkDmarc(askIn(names), `From: ceo@${from}\r\n\r\n`, vouching, () => 0));
        expect(ours.result).toBe(theirs.status.result);
        if (ours.result === 'fail') expect(ours.disposition).toBe(theirs.policy);
      },
    ),
    { numRuns: 500 },
  );
});
