import { describe, expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { metrics } from '../../metrics.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { Recorder } from '../../recorder.ts';
import type { ResourceRecord } from '../records.ts';
import { type Message, query, response } from '../wire/message.ts';
import { takeAuthority } from './authority.ts';
import { Cache, type Credibility, credibility } from './cache.ts';

const ns = (name: string, server: string): ResourceRecord => ({ name, ttl: 60, data: { type: 'NS', server } });
const a = (name: string, address: string): ResourceRecord => ({ name, ttl: 60, data: { type: 'A', address } });

/** What a cache holds after a reply to `www.bank.org. A?` from a server of bank.org., of the keys asked for: data, or nothing. */
function held(
  parts: Partial<Message>,
  keys: readonly string[],
  before: readonly (readonly [ResourceRecord, Credibility])[] = [],
): string[] {
  const network = new SimulatedNetwork(new Kernel(1), scenarioForTests({ host: {} }), new Recorder(metrics));
  const cache = new Cache(network.host('host'), 100);
  for (const [record, trust] of before) cache.store([record], trust);
  const name = 'www.bank.org.';
  const reply = response(query(1, { name, type: 'A' }, false), 'NOERROR', {
    authoritative: true,
    answers: [a(name, '192.0.2.1')],
    ...parts,
  });
  takeAuthority(cache, 'bank.org.', name, reply);
  return keys.map((key) => {
    const [owner, type] = key.split(' ') as [string, string];
    return cache
      .records(owner, type)
      .map(({ data }) => (data.type === 'NS' ? data.server : data.type === 'A' ? data.address : ''))
      .join(' ');
  });
}

describe('what is taken beside an answer (RFC 2181 §5.4.1)', () => {
  const forged = { authorities: [ns('bank.org.', 'rogue.bank.org.')], additionals: [a('rogue.bank.org.', '6.6.6.6')] };
  const keys = ['bank.org. NS', 'rogue.bank.org. A'];

  test.each<[string, Partial<Message>, string[], string[]]>([
    ['the servers of the zone, and their addresses', forged, keys, ['rogue.bank.org.', '6.6.6.6']],
    ['nothing without AA', { ...forged, authoritative: false }, keys, ['', '']],
    ['no servers of a zone above', { authorities: [ns('org.', 'rogue.bank.org.')] }, ['org. NS'], ['']],
    ['none of a zone beside', { authorities: [ns('shop.org.', 'rogue.bank.org.')] }, ['shop.org. NS'], ['']],
    [
      'none of a zone below that the name does not lie in',
      { authorities: [ns('x.bank.org.', 'rogue.bank.org.')] },
      ['x.bank.org. NS'],
      [''],
    ],
    [
      'no address from outside the zone, not even of its server',
      { authorities: [ns('bank.org.', 'www.shop.org.')], additionals: [a('www.shop.org.', '6.6.6.6')] },
      ['bank.org. NS', 'www.shop.org. A'],
      ['www.shop.org.', ''],
    ],
    ['no address that no server has', { ...forged, additionals: [a('pay.bank.org.', '6.6.6.6')] }, ['pay.bank.org. A'], ['']],
  ])('%s', (_, parts, asked, kept) => {
    expect(held(parts, asked)).toEqual(kept);
  });

  test('replaces a delegation, and not what the zone answered itself', () => {
    const real = ns('bank.org.', 'ns.bank.org.');
    const address = a('rogue.bank.org.', '192.0.2.9');
    expect(held(forged, keys, [[real, credibility.glue]])).toEqual(['rogue.bank.org.', '6.6.6.6']);
    expect(held(forged, keys, [[real, credibility.authoritative]])).toEqual(['ns.bank.org.', '6.6.6.6']);
    expect(held(forged, keys, [[address, credibility.answer]])).toEqual(['rogue.bank.org.', '192.0.2.9']);
  });

  test('once taken, a delegation seen again does not replace it: it ranks lower', () => {
    const { glue, authority } = credibility;
    expect(authority).toBeGreaterThan(glue);
    const network = new SimulatedNetwork(new Kernel(1), scenarioForTests({ host: {} }), new Recorder(metrics));
    const cache = new Cache(network.host('host'), 100);
    const reply = response(query(1, { name: 'www.bank.org.', type: 'A' }, false), 'NOERROR', { authoritative: true, ...forged });
    takeAuthority(cache, 'bank.org.', 'www.bank.org.', reply);
    cache.store([ns('bank.org.', 'ns.bank.org.')], glue);
    expect(cache.records('bank.org.', 'NS').map(({ data }) => data)).toEqual([{ type: 'NS', server: 'rogue.bank.org.' }]);
  });
});
