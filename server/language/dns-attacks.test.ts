/** Attacks, load, limits and statistics: what is written, and what the engines are given. */
import { describe, expect, test } from 'vitest';
import type { Scenario } from '../../engines/scenario.ts';
import { compile } from './compile.ts';

const WORLD = `
zone bank.org on ns.bank.org { www A 192.0.2.1 }
resolver dns.isp.org { query-ids 256  source-ports 1 }
host a, b[1..3]
`;

function compiled(text: string): { readonly scenario: Scenario; readonly messages: string[] } {
  const { scenario, diagnostics } = compile([{ uri: 'file:///w/a.netscenario', text: WORLD + text }], new Map());
  return { scenario, messages: diagnostics.map(({ message }) => message) };
}
const actions = (text: string) => compiled(text).scenario.steps.map(({ action }) => action);
const service = (text: string, kind: string, host: string) =>
  compiled(text).scenario.services.find((one) => one.kind === kind && 'host' in one && one.host === host);

describe('steps', () => {
  test('poisons: the record, and defaults', () => {
    expect(actions('a poisons dns.isp.org with www.bank.org A 6.6.6.6')).toEqual([
      {
        kind: 'dns.poison',
        host: 'a',
        resolver: 'dns.isp.org',
        name: 'www.bank.org.',
        data: { type: 'A', address: '6.6.6.6' },
        method: 'kaminsky',
        rate: 20_000,
        attempts: 20,
      },
    ]);
  });

  test('poisons: properties, and other types', () => {
    expect(
      actions('at 5 s a poisons dns.isp.org with bank.org MX 10 mail.evil.org. { method classic rate 500 per s attempts 3 }'),
    ).toMatchObject([{ data: { type: 'MX', preference: 10, exchange: 'mail.evil.org.' }, method: 'classic', rate: 500, attempts: 3 }]);
  });

  test.each([
    ['a poisons dns.isp.org with www.bank.org A 6.6.6', /^`6\.6\.6`|IPv4|address/],
    ['a poisons dns.isp.org with www.bank.org A 6.6.6.6 7.7.7.7', /^Nothing may follow the data/],
    ['a poisons a with www.bank.org A 6.6.6.6', /^`a` is not declared as a resolver, and only a resolver has a cache to poison\.$/],
    ['a floods ns.bank.org with dns queries at 0 per s for 1 s', /out of range/],
  ])('%s: is told', (text, message) => {
    expect(compiled(text).messages).toEqual([expect.stringMatching(message)]);
  });

  test('floods: of a range, below a name or for top-level names, forged or not', () => {
    const flood = { kind: 'dns.flood', server: 'ns.bank.org', rate: 100, duration: 5e9 };
    expect(actions('b[1..2] floods ns.bank.org with forged dns queries for bank.org at 100 per s for 5 s')).toMatchObject([
      { kind: 'together' },
      { ...flood, host: 'b1', below: 'bank.org.', forged: true },
      { ...flood, host: 'b2', below: 'bank.org.', forged: true },
    ]);
    expect(actions('a floods ns.bank.org with dns queries at 100 per s for 5 s')).toMatchObject([{ ...flood, below: null, forged: false }]);
  });

  test('keeps resolving: several names, a type, a rate below one', () => {
    expect(actions('a keeps resolving www.bank.org, bank.org MX at 0.5 per s for 1 min')).toEqual([
      { kind: 'dns.load', host: 'a', names: ['www.bank.org.', 'bank.org.'], type: 'MX', rate: 0.5, duration: 60e9 },
    ]);
  });
});

describe('properties', () => {
  test('what is to be guessed of a resolver; nothing for all there is', () => {
    expect(service('', 'dns.resolver', 'dns.isp.org')).toMatchObject({ queries: { ids: 256, order: 'random', ports: 1 } });
    expect(service('resolver dns.new.org', 'dns.resolver', 'dns.new.org')).not.toHaveProperty('queries');
    expect(service('resolver dns.old.org { id-order sequential }', 'dns.resolver', 'dns.old.org')).toMatchObject({
      queries: { ids: 65_536, order: 'sequential', ports: 16_384 },
    });
  });

  test('when a query is asked again over TCP', () => {
    expect(service('resolver r.org { tcp-after 5 mismatches }', 'dns.resolver', 'r.org')).toMatchObject({
      queries: { ids: 65_536, tcpAfter: 5 },
    });
  });

  test('limits of name servers and resolvers', () => {
    const both = 'capacity 20 per s  backlog 7  limit 5 queries per s';
    const limits = { capacity: 20, backlog: 7, perClient: 5 };
    expect(service(`nameserver ns.bank.org { ${both} }`, 'dns.server', 'ns.bank.org')).toMatchObject({ limits, recursion: false });
    expect(service(`resolver r.org { ${both} }`, 'dns.resolver', 'r.org')).toMatchObject({ limits });
    expect(service('nameserver ns.bank.org { limit 5 queries per s }', 'dns.server', 'ns.bank.org')).toMatchObject({
      limits: { capacity: null, perClient: 5 },
    });
  });

  test('a name server with limits offers recursion all the same where something walks recursively', () => {
    const walk = 'a resolves www.bank.org recursively\n';
    expect(service(`${walk}nameserver ns.bank.org { capacity 5 per s }`, 'dns.server', 'ns.bank.org')).toMatchObject({ recursion: true });
    expect(service(`${walk}nameserver ns.bank.org { recursion off }`, 'dns.server', 'ns.bank.org')).toMatchObject({ recursion: false });
  });
});

describe('expectations of statistics', () => {
  const expected = (text: string) => compiled(`a resolves www.bank.org\n${text}`).scenario.expectations.map((one) => one.expected);

  test.each([
    [
      'expect mean lookup time of a for www.bank.org < 50 ms',
      { statistic: 'mean', subjects: [['a'], ['www.bank.org.']], inLastStep: false },
    ],
    ['expect 95th percentile lookup time of b[1..3] < 50 ms', { statistic: '95th percentile', subjects: [['b1', 'b2', 'b3'], null] }],
    [
      'expect greatest lookup time of a, b[1] in the last step < 50 ms',
      { statistic: 'greatest', subjects: [['a', 'b1'], null], inLastStep: true },
    ],
    [
      'expect median lookup time of a for bank.org, www.bank.org in the last step < 50 ms',
      { subjects: [['a'], ['bank.org.', 'www.bank.org.']] },
    ],
  ])('%s', (text, wanted) => {
    expect(expected(text)).toMatchObject([{ kind: 'statistic', metric: 'lookup time', comparison: '<', value: 50e6, ...wanted }]);
  });

  test('totals have no statistics', () => {
    expect(compiled('expect mean queries at ns.bank.org < 5').messages).toEqual([expect.stringMatching(/^`queries` does not fit here/)]);
  });
});
