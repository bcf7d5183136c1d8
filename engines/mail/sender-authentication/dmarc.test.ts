import { describe, expect, test } from 'vitest';
import type { DkimVerdict } from './dkim.ts';
import { checkDmarc, fromDomainOf, parseDmarcRecord } from './dmarc.ts';
import { askIn, finish, type Names } from './names-for-tests.ts';
import type { SpfResult } from './spf.ts';

test.each([
  ['alice@crepes.fr', 'crepes.fr'],
  ['"ceo@bank.com" <mallory@evil.example>', 'evil.example'],
  ['Alice (the <boss>) <alice@Crepes.fr>', 'crepes.fr'],
  ['a@crepes.fr, b@crepes.fr', 'crepes.fr'],
  ['a@crepes.fr, b@bank.com', null],
  ['"a,b" <alice@crepes.fr>', 'crepes.fr'],
  ['nobody', null],
  ['ceo@bank.com.', 'bank.com'],
  ['ceo @ bank . com', 'bank.com'],
  ['Board: a@bank.com;', 'bank.com'],
  ['ceo@bank.com <mallory@evil.example>', null],
  [`${'x'.repeat(20_000)} <ceo@bank.com>`, null],
])('the author %s is of %s', (value, domain) => expect(fromDomainOf(`From: ${value}\r\n\r\n`)).toBe(domain));

test('two From fields have no author', () => expect(fromDomainOf('From: a@b.c\r\nFrom: a@b.c\r\n\r\n')).toBeNull());

test.each([
  ['v=DMARC1; p=reject', { policy: 'reject', subdomainPolicy: 'reject', percent: 100, strictDkim: false, strictSpf: false }],
  [
    'v=DMARC1; p=reject; sp=none; pct=20; adkim=s; aspf=s',
    { policy: 'reject', subdomainPolicy: 'none', percent: 20, strictDkim: true, strictSpf: true },
  ],
  ['v=DMARC1; p=maybe; rua=mailto:a@b.c', { policy: 'none' }],
  ['v=DMARC1; p=maybe', null],
  ['v=DMARC1; p=none; pct=200; x=y', { policy: 'none', percent: 100 }],
])('the record %s', (text, expected) => {
  if (expected === null) expect(parseDmarcRecord(text)).toBeNull();
  else expect(parseDmarcRecord(text)).toMatchObject(expected);
});

describe('a message from bank.com', () => {
  interface Case {
    readonly from?: string;
    readonly spf?: readonly [SpfResult, string];
    readonly dkim?: readonly [DkimVerdict['result'], string];
    readonly policy: string;
    readonly draw?: number;
  }
  test.each<[string, Case, string]>([
    ['nobody vouches', { policy: 'p=reject' }, 'fail reject'],
    ['a policy that only watches', { policy: 'p=none' }, 'fail none'],
    ['no policy', { policy: '' }, 'none none'],
    ['SPF for it', { spf: ['pass', 'bank.com'], policy: 'p=reject' }, 'pass none'],
    ['SPF for another domain', { spf: ['pass', 'evil.example'], policy: 'p=reject' }, 'fail reject'],
    ['SPF fails for it', { spf: ['fail', 'bank.com'], policy: 'p=reject' }, 'fail reject'],
    ['SPF for a subdomain', { spf: ['pass', 'news.bank.com'], policy: 'p=reject' }, 'pass none'],
    ['SPF for a subdomain, strictly', { spf: ['pass', 'news.bank.com'], policy: 'p=reject; aspf=s' }, 'fail reject'],
    ['DKIM for it', { dkim: ['pass', 'bank.com'], policy: 'p=reject' }, 'pass none'],
    ['DKIM of another domain', { dkim: ['pass', 'evil.example'], policy: 'p=reject' }, 'fail reject'],
    ['DKIM fails', { dkim: ['fail', 'bank.com'], policy: 'p=quarantine' }, 'fail quarantine'],
    ['DKIM of a subdomain, strictly', { dkim: ['pass', 'news.bank.com'], policy: 'p=reject; adkim=s' }, 'fail reject'],
    ['a subdomain’s author', { from: 'news.bank.com', policy: 'p=reject; sp=quarantine' }, 'fail quarantine'],
    ['a policy for half, the other half', { policy: 'p=reject; pct=50', draw: 50 }, 'fail quarantine'],
    ['a policy for half, this half', { policy: 'p=reject; pct=50', draw: 49 }, 'fail reject'],
  ])('%s', (_what, { from = 'bank.com', spf = ['none', 'bank.com'], dkim, policy, draw = 0 }, expected) => {
    const names: Names = policy === '' ? {} : { '_dmarc.bank.com': [{ type: 'TXT', strings: [`v=DMARC1; ${policy}`] } as const] };
    const vouching = {
      spf: { result: spf[0], domain: spf[1] },
      dkim: dkim ? [{ result: dkim[0], domain: dkim[1], selector: 's', reason: '' }] : [],
    };
    const { result, disposition } = finish(checkDmarc(askIn(names), `From: ceo@${from}\r\n\r\n`, vouching, () => draw));
    expect(`${result} ${disposition}`).toBe(expected);
  });

  test.each([
    ['From: ceo@bank.com, mallory@evil.example', 'fail reject bank.com'],
    ['From: mallory@evil.example\r\nFrom: ceo@bank.com', 'fail reject bank.com'],
    ['From: ceo@bank.com.', 'fail reject bank.com'],
    ['From: ceo@bank.com <mallory@evil.example>', 'fail reject bank.com'],
    ['From: <ceo@bank.com> <mallory@evil.example>', 'fail reject bank.com'],
    ['From: mallory@evil.example', 'pass none evil.example'],
    ['From: mallory@evil.example, a@b.example', 'none none b.example'],
    ['From: mallory@evil.example\r\nFrom: mallory@evil.example', 'fail reject null'],
    ['Subject: x', 'fail reject null'],
    ['From: "ceo@bank.com', 'fail quarantine null'],
    ['From: nobody:;', 'fail quarantine null'],
    [`From: ${Array.from({ length: 11 }, (_, i) => `a@x${i}.example`).join(',')}`, 'fail quarantine null'],
  ])('%j is not got round', (header, expected) => {
    const text = (policy: string) => [{ type: 'TXT', strings: [`v=DMARC1; p=${policy}`] } as const];
    const ask = askIn({ '_dmarc.bank.com': text('reject'), '_dmarc.evil.example': text('none') });
    const vouching = { spf: { result: 'pass', domain: 'evil.example' }, dkim: [] } as const;
    const { result, disposition, fromDomain } = finish(checkDmarc(ask, `${header}\r\n\r\n`, vouching, () => 0));
    expect(`${result} ${disposition} ${fromDomain}`).toBe(expected);
  });

  test.each([
    ['nothing', [], 'fail reject'],
    ['another text', ['v=spf1 -all'], 'fail reject'],
    ['two records', ['v=DMARC1; p=none', 'v=DMARC1; p=reject'], 'none none'],
    ['one without a policy', ['v=DMARC1; p=maybe'], 'permerror none'],
  ])('with %s at its subdomain', (_what, texts, expected) => {
    const record = (text: string) => ({ type: 'TXT', strings: [text] }) as const;
    const ask = askIn({ '_dmarc.bank.com': [record('v=DMARC1; p=reject')], '_dmarc.news.bank.com': texts.map(record) });
    const vouching = { spf: { result: 'none', domain: '' }, dkim: [] } as const;
    const { result, disposition } = finish(checkDmarc(ask, 'From: ceo@news.bank.com\r\n\r\n', vouching, () => 0));
    expect(`${result} ${disposition}`).toBe(expected);
  });

  test('two policies are as good as none, and a lookup that fails is told', () => {
    const text = { type: 'TXT', strings: ['v=DMARC1; p=reject'] } as const;
    const vouching = { spf: { result: 'none', domain: 'bank.com' }, dkim: [] } as const;
    const check = (records: readonly (typeof text | 'TIMEOUT')[]) =>
      finish(checkDmarc(askIn({ '_dmarc.bank.com': records }), 'From: ceo@bank.com\r\n\r\n', vouching, () => 0)).result;
    expect([check([text]), check([text, text]), check(['TIMEOUT'])]).toEqual(['fail', 'none', 'temperror']);
  });
});
