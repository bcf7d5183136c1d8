/** What the language says about changes of zones, registration, EDNS and servers that are out of order. */
import { describe, expect, test } from 'vitest';
import type { DnsService } from '../../engines/dns/scenario.ts';
import { applyFix, compileText } from './annotated-source-for-tests.ts';

const compiled = (text: string) => {
  const { scenario, diagnostics } = compileText(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return scenario;
};
const zoneOf = (text: string, origin: string) =>
  (compiled(text).services as DnsService[]).flatMap((one) => (one.kind === 'dns.zone' && one.origin === origin ? [one] : []))[0]!;
const actions = (text: string) => compiled(text).steps.map(({ action }) => action);

const AMAZON = 'host bob.au\nhost admin.amazon.com\nzone amazon.com on dns1.amazon.com, dns2.amazon.com { www 300 A 205.251.242.103 }\n';
const UTOPIA = 'host registrar\nzone networkutopia.com on dns1.networkutopia.com unregistered { www A 212.212.71.4 }\n';

describe('changes of zones', () => {
  test('records in master-file order, to the zone’s first server', () => {
    expect(actions(`${AMAZON}admin.amazon.com updates zone amazon.com {\n  www 60 A 10.0.0.9\n  @ MX 10 mail\n}`)).toEqual([
      {
        kind: 'dns.update',
        host: 'admin.amazon.com',
        zone: 'amazon.com.',
        server: 'dns1.amazon.com',
        replaced: [
          { name: 'www.amazon.com.', ttl: 60, data: { type: 'A', address: '10.0.0.9' } },
          { name: 'amazon.com.', ttl: 60, data: { type: 'MX', preference: 10, exchange: 'mail.amazon.com.' } },
        ],
        removed: [],
      },
    ]);
  });

  test.each([
    ['one type', 'www.amazon.com A', { name: 'www.amazon.com.', type: 'A' }],
    ['all types', 'WWW.amazon.com', { name: 'WWW.amazon.com.', type: null }],
    ['the zone’s own name', 'amazon.com mx', { name: 'amazon.com.', type: 'MX' }],
    ['a type by its number', 'www.amazon.com TYPE28', { name: 'www.amazon.com.', type: 'AAAA' }],
    ['a type without a name', 'www.amazon.com type65280', { name: 'www.amazon.com.', type: 'TYPE65280' }],
  ])('removing %s', (_, written, removed) => {
    expect(actions(`${AMAZON}dns1.amazon.com removes records of ${written}`)).toMatchObject([
      { kind: 'dns.update', zone: 'amazon.com.', server: 'dns1.amazon.com', replaced: [], removed: [removed] },
    ]);
  });

  test.each([
    ['its servers and the hosts in its domain', '', ['dns1.amazon.com', 'dns2.amazon.com', 'admin.amazon.com']],
    [
      'those that its first server takes changes from',
      'nameserver dns1.amazon.com { updates from bob.au }',
      ['dns1.amazon.com', 'dns2.amazon.com', 'bob.au', 'admin.amazon.com'],
    ],
    [
      'not the hosts of a zone below it',
      'host pc.aws.amazon.com\nzone aws.amazon.com on ns.aws.amazon.com',
      ['dns1.amazon.com', 'dns2.amazon.com', 'admin.amazon.com'],
    ],
  ])('may be made by %s', (_, line, operators) => {
    expect([...zoneOf(`${AMAZON}${line}`, 'amazon.com.').operators].sort()).toEqual([...operators].sort());
  });
});

describe('registration', () => {
  test('an unregistered zone is served, and not delegated', () => {
    expect(zoneOf(UTOPIA, 'networkutopia.com.').servers).toEqual(['dns1.networkutopia.com']);
    expect(
      zoneOf(UTOPIA, 'com.')
        .records.filter(({ data }) => data.type === 'NS')
        .map(({ name }) => name),
    ).toEqual(['com.']);
  });

  test('a registrar enters it into the zone above, whose changes it may make', () => {
    const text = `${UTOPIA}registrar registers networkutopia.com { server dns1.networkutopia.com 212.212.212.1 }`;
    expect(actions(text)).toEqual([
      {
        kind: 'dns.register',
        host: 'registrar',
        name: 'networkutopia.com.',
        zone: 'com.',
        server: 'a.gtld-servers.net',
        servers: [{ name: 'dns1.networkutopia.com.', address: '212.212.212.1' }],
      },
    ]);
    expect(zoneOf(text, 'com.').operators).toEqual(['a.gtld-servers.net', 'registrar']);
    expect(compiled(text).hosts.find(({ name }) => name === 'dns1.networkutopia.com')?.address).toBe('212.212.212.1');
  });

  test('two servers on one line, their addresses left out', () => {
    const text = `${UTOPIA.replace(' unreg', ', dns2.networkutopia.com unreg')}registrar registers networkutopia.com { server dns1.networkutopia.com server dns2.networkutopia.com }`;
    expect(actions(text)).toMatchObject([{ servers: [{ name: 'dns1.networkutopia.com.' }, { name: 'dns2.networkutopia.com.' }] }]);
  });

  test('an address that is left out is the host’s', () => {
    expect(actions(`${UTOPIA}registrar registers networkutopia.com { server dns1.networkutopia.com }`)).toMatchObject([
      {
        servers: [
          { name: 'dns1.networkutopia.com.', address: compiled(UTOPIA).hosts.find(({ name }) => name.startsWith('dns1'))?.address },
        ],
      },
    ]);
  });
});

describe('settings of servers', () => {
  const settings = (block: string) =>
    (compiled(`host pc\nzone x.org on ns.x.org\n${block}\npc resolves x.org`).services as DnsService[]).find(
      ({ kind }) => kind === (block.startsWith('resolver') ? 'dns.resolver' : 'dns.server'),
    );

  test.each([
    ['resolver r', { edns: null, minimise: false }],
    ['resolver r { minimise on }', { minimise: true }],
    ['resolver r { edns on }', { edns: 1232 }],
    ['resolver r { edns 4096 B }', { edns: 4096 }],
    ['resolver r { edns off }', { edns: null }],
    ['nameserver ns.x.org', { edns: 1232, answers: null, recursion: false }],
    ['nameserver ns.x.org { edns off }', { edns: null }],
    ['nameserver ns.x.org { edns 512 B answers servfail }', { edns: 512, answers: 'SERVFAIL' }],
    ['nameserver ns.x.org { answers REFUSED }', { answers: 'REFUSED' }],
  ])('%s', (block, expected) => {
    expect(settings(block)).toMatchObject(expected);
  });

  test('a name server of which something else is said offers recursion all the same where the scenario walks recursively', () => {
    const text = 'host pc\nzone x.org on ns.x.org\nnameserver ns.x.org { edns off }\npc resolves x.org A recursively';
    expect((compiled(text).services as DnsService[]).find((one) => one.kind === 'dns.server' && one.host === 'ns.x.org')).toMatchObject({
      recursion: true,
      edns: null,
    });
  });
});

describe('what is wrong', () => {
  test.each<[string, string, string, string | null]>([
    [
      `${AMAZON}bob.au updates zone amazon.org { www A 10.0.0.9 }`,
      'amazon.org',
      'No zone is declared that `amazon.org` lies in: declare it by a `zone` line.',
      null,
    ],
    [
      `${AMAZON}bob.au updates zone www.amazon.com { @ A 10.0.0.9 }`,
      'www.amazon.com',
      'There is no zone `www.amazon.com`: its records stand in zone `amazon.com`.',
      `${AMAZON}bob.au updates zone amazon.com { @ A 10.0.0.9 }`,
    ],
    [`${AMAZON}bob.au updates zone amazon.com { www A }`, 'A', 'A needs ADDRESS; ADDRESS (IPv4 address of the host) is missing.', null],
    [
      `${AMAZON}bob.au updates zone amazon.com { }`,
      'amazon.com',
      'Nothing would change: write the records that `amazon.com` shall have.',
      null,
    ],
    [
      `${UTOPIA}registrar registers utopia.museum { server dns1.networkutopia.com }`,
      'utopia.museum',
      'There is no zone that `utopia.museum` could be registered in: declare it by a `zone` line.',
      null,
    ],
    [
      `${UTOPIA}registrar registers networkutopia.com { }`,
      'networkutopia.com',
      'Say which name servers `networkutopia.com` has: `server HOST` in the block.',
      null,
    ],
    [
      `host registrar\n${AMAZON}registrar registers amazon.com { server dns1.amazon.com }`,
      'amazon.com',
      '`amazon.com` is taken from the beginning: its zone is not declared `unregistered`.',
      `host registrar\n${AMAZON.replace('dns2.amazon.com {', 'dns2.amazon.com unregistered {')}registrar registers amazon.com { server dns1.amazon.com }`,
    ],
    [
      `host registrar, a { address 10.0.0.4 }\n${UTOPIA.slice(UTOPIA.indexOf('zone'))}registrar registers networkutopia.com { server a 10.0.0.5 }`.replace(
        'host registrar, a {',
        'host registrar\nhost a {',
      ),
      '10.0.0.5',
      '`a` has address 10.0.0.4; the registrar is told 10.0.0.5.',
      null,
    ],
  ])('%s', (text, place, message, mended) => {
    const [first] = compileText(text).diagnostics.filter(({ severity }) => severity === 'error' || severity === 'warning');
    expect(first).toBeDefined();
    expect(text.slice(first!.start, first!.end)).toBe(place);
    expect(first!.message).toBe(message);
    if (mended !== null) expect(applyFix(text, first!)).toBe(mended);
  });
});
