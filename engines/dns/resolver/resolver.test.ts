import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { arrows, bytesOfMessage, HOSTS, notes, resolver, resolveStep, textbook, UMASS_ZONE, zone } from '../scenario-for-tests.ts';
import { decode } from '../wire/decode.ts';

const at = (seconds: number): Step['timing'] => ({ kind: 'at', time: seconds * SECOND });
const gaia = 'gaia.cs.umass.edu.';
const outcomes = (run: Run): string[] => run.steps.map((step) => step.outcome);
const crash = (host: string, downFor: number | null = null): Step => ({
  parent: -1,
  timing: { kind: 'at', time: 0 },
  action: { kind: 'network.crash', host, downFor },
  text: '',
  at: { source: 0, start: 0, end: 0 },
});
/** TTLs of the answer section of the last message. */
const lastTtls = (run: Run): number[] => {
  const decoded = decode(bytesOfMessage(run, run.messages.rows - 1));
  return decoded.ok ? decoded.message.answers.map((record) => record.ttl) : [];
};
const queriesBy = (run: Run, host: string): number =>
  arrows(run).filter((arrow) => arrow.startsWith(`${host} → `) && arrow.includes('?')).length;
const lastOf = (run: Run, metric: string, subject: string): number | undefined =>
  run.series.find((s) => s.metric === metric && s.subjects[0] === subject)?.values.at(-1);

describe('the cache', () => {
  test('a second lookup takes two messages, and the TTL counts down', () => {
    const run = simulate(textbook([resolveStep(gaia), resolveStep(gaia, 'A', at(100))]));
    expect(run.messages.rows).toBe(10);
    expect(lastTtls(run)).toEqual([3500]);
    expect(lastOf(run, 'cache hit ratio', 'dns.nyu.edu')).toBe(0.5);
    expect(notes(run)).toContain('dns.nyu.edu: answers from its cache, 58 min 20 s left');
  });

  test('once the TTL has run out, the authoritative server is asked again, and only it', () => {
    const run = simulate(textbook([resolveStep(gaia), resolveStep(gaia, 'A', at(3601))]));
    expect(arrows(run).slice(8)).toEqual([
      'engineering.nyu.edu → dns.nyu.edu: gaia.cs.umass.edu A?',
      'dns.nyu.edu → dns.cs.umass.edu: gaia.cs.umass.edu A?',
      'dns.cs.umass.edu → dns.nyu.edu: gaia.cs.umass.edu A 128.119.245.12',
      'dns.nyu.edu → engineering.nyu.edu: gaia.cs.umass.edu A 128.119.245.12',
    ]);
  });

  test('another name of the zone goes straight to the zone’s server', () => {
    const run = simulate(textbook([resolveStep(gaia), resolveStep('short.umass.edu.')]));
    expect(run.messages.rows).toBe(12);
    expect(outcomes(run)).toEqual(['128.119.245.12', '128.119.1.1']);
  });

  test('a capacity of 0 caches nothing; the walk is as long each time', () => {
    const run = simulate(textbook([resolveStep(gaia), resolveStep(gaia)], { cache: 0 }));
    expect(run.messages.rows).toBe(16);
    expect(outcomes(run)).toEqual(['128.119.245.12', '128.119.245.12']);
  });

  test('a full cache drops what was least recently used', () => {
    const run = simulate(textbook([resolveStep(gaia)], { cache: 3 }));
    expect(notes(run).filter((note) => note.includes('evicted'))).toHaveLength(2);
    expect(outcomes(run)).toEqual(['128.119.245.12']);
  });

  test('negative answers are cached for the SOA’s MINIMUM, NXDOMAIN for all types (RFC 2308 §5)', () => {
    const run = simulate(
      textbook([
        resolveStep('no.umass.edu.'),
        resolveStep('no.umass.edu.', 'MX', at(10)),
        resolveStep(gaia, 'MX', at(20)),
        resolveStep(gaia, 'MX', at(30)),
        resolveStep('no.umass.edu.', 'A', at(301)),
      ]),
    );
    expect(outcomes(run)).toEqual(['NXDOMAIN', 'NXDOMAIN', 'NODATA', 'NODATA', 'NXDOMAIN']);
    expect(queriesBy(run, 'dns.nyu.edu')).toBe(3 + 0 + 1 + 0 + 1);
  });

  test('glue and referrals find servers but answer no client (RFC 2181 §5.4.1)', () => {
    const run = simulate(textbook([resolveStep(gaia), resolveStep('dns.cs.umass.edu.')]));
    // Its address came as glue; the authoritative server is asked all the same.
    expect(queriesBy(run, 'dns.nyu.edu')).toBe(4);
  });

  test('the state timeline tells what was cached until when', () => {
    const { states, strings } = simulate(textbook([resolveStep(gaia)]));
    const rows = Array.from({ length: states.rows }, (_, i) => i).filter((i) => strings[states.store[i] as number] === 'cache');
    expect(rows.map((i) => `${strings[states.key[i] as number]} = ${strings[states.value[i] as number]}`)).toEqual([
      'edu NS = a.edu-servers.net',
      'a.edu-servers.net A = 10.0.0.4',
      'umass.edu NS = dns.cs.umass.edu',
      'dns.cs.umass.edu A = 10.0.0.5',
      'gaia.cs.umass.edu A = 128.119.245.12',
    ]);
    const last = rows.at(-1) as number;
    expect((states.expiresAt[last] as number) - (states.at[last] as number)).toBe(3600 * SECOND);
  });
});

describe('kinds of answers, through the resolver', () => {
  test.each([
    ['an alias within the zone', 'www.umass.edu.', 'A', '128.119.245.12'],
    ['a wildcard', 'any.thing.wild.umass.edu.', 'A', '128.119.2.2'],
    ['mail exchangers', 'umass.edu.', 'MX', '10 gaia.cs.umass.edu'],
    ['no such name', 'nothing.umass.edu.', 'A', 'NXDOMAIN'],
    ['no such top-level domain', 'nothing.', 'A', 'NXDOMAIN'],
    ['no such type', gaia, 'TXT', 'NODATA'],
    ['any case', 'GAIA.cs.UMASS.edu.', 'A', '128.119.245.12'],
  ])('%s', (_, name, type, expected) => {
    expect(outcomes(simulate(textbook([resolveStep(name, type)])))).toEqual([expected]);
  });

  test('an alias into another zone is followed from the top, its servers looked up where glue is missing', () => {
    // elsewhere.edu is served by a host in umass.edu: the referral for it can hold glue, but this one does not.
    const edu = `$TTL 1d\n@ SOA a.edu-servers.net. h 1 1 1 1 1\numass NS dns.cs.umass\ndns.cs.umass A 10.0.0.5\nelsewhere NS gaia-ns.umass\n`;
    const scenario = textbook([resolveStep('far.umass.edu.')], {
      hosts: { 'ns.elsewhere.edu': {} },
      services: [zone('elsewhere.edu.', ['ns.elsewhere.edu'], '$TTL 60\n@ SOA a b 1 1 1 1 1\nwww A 192.0.2.80')],
    });
    const services = scenario.services.map((service) => {
      if (service.kind !== 'dns.zone') return service;
      if (service.origin === 'edu.') return zone('edu.', service.servers, edu);
      if (service.origin === 'umass.edu.') return zone('umass.edu.', service.servers, `${UMASS_ZONE}gaia-ns A 10.0.0.6\n`);
      return service;
    });
    const run = simulate({ ...scenario, services });
    expect(outcomes(run)).toEqual(['192.0.2.80']);
    expect(
      arrows(run)
        .filter((arrow) => arrow.startsWith('dns.nyu.edu → '))
        .slice(3),
    ).toEqual([
      'dns.nyu.edu → a.edu-servers.net: www.elsewhere.edu A?',
      'dns.nyu.edu → dns.cs.umass.edu: gaia-ns.umass.edu A?',
      'dns.nyu.edu → ns.elsewhere.edu: www.elsewhere.edu A?',
      'dns.nyu.edu → engineering.nyu.edu: far.umass.edu CNAME www.elsewhere.edu, www.elsewhere.edu A 192.0.2.80',
    ]);
  });

  test('aliases in a circle, and servers known only through themselves, end in SERVFAIL', () => {
    const loops = `${UMASS_ZONE}a CNAME b\nb CNAME a\nlost NS ns.lost\n`;
    const scenario = textbook([resolveStep('a.umass.edu.'), resolveStep('x.lost.umass.edu.')]);
    const services = scenario.services.map((s) =>
      s.kind === 'dns.zone' && s.origin === 'umass.edu.' ? zone(s.origin, s.servers, loops) : s,
    );
    const run = simulate({ ...scenario, services });
    expect(outcomes(run)).toEqual(['SERVFAIL', 'SERVFAIL']);
    expect(notes(run)).toContain('dns.nyu.edu: cannot resolve a.umass.edu A: the aliases of a.umass.edu go in a circle');
    // Nobody is asked for the server's address within the question for it.
    expect(arrows(run).filter((arrow) => arrow.endsWith('ns.lost.umass.edu A?'))).toHaveLength(1);
  });

  test('records out of the bailiwick are not believed', () => {
    // The servers of umass.edu claim to know a host of another domain, in an alias's chain and as a server's address.
    const greedy = `${UMASS_ZONE}bank CNAME www.bank.com.\nsub NS ns.bank.com.\n`;
    const scenario = textbook([resolveStep('bank.umass.edu.'), resolveStep('x.sub.umass.edu.'), resolveStep('www.bank.com.')]);
    const services = scenario.services.flatMap((s) =>
      s.kind === 'dns.zone' && s.origin === 'umass.edu.'
        ? [zone(s.origin, s.servers, greedy), zone('bank.com.', s.servers, '$TTL 1d\nwww A 6.6.6.6\nns A 6.6.6.6')]
        : s,
    );
    const run = simulate({ ...scenario, services });
    expect(outcomes(run)).toEqual(['NXDOMAIN', 'SERVFAIL', 'NXDOMAIN']);
    expect(arrows(run)).toContain('dns.cs.umass.edu → dns.nyu.edu: bank.umass.edu CNAME www.bank.com, www.bank.com A 6.6.6.6');
  });

  test('an address out of the bailiwick that comes with a referral finds no server, and is not cached', () => {
    // bank.com. is served by the same host, so that it adds the address that it claims to the referral for sub.umass.edu.
    const scenario = textbook([resolveStep('x.sub.umass.edu.')], { hosts: { 'ns.bank.com': {} } });
    const services = scenario.services.flatMap((s) =>
      s.kind === 'dns.zone' && s.origin === 'umass.edu.'
        ? [
            zone(s.origin, s.servers, `${UMASS_ZONE}sub NS ns.bank.com.\n`),
            zone('bank.com.', s.servers, '$TTL 1d\nns A 10.0.0.6'),
            zone('sub.umass.edu.', ['ns.bank.com'], '$TTL 60\n@ SOA a b 1 1 1 1 1\nx A 192.0.2.66'),
          ]
        : s,
    );
    const run = simulate({ ...scenario, services });
    expect(outcomes(run)).toEqual(['SERVFAIL']);
    expect(arrows(run).filter((arrow) => arrow.startsWith('dns.nyu.edu → ns.bank.com'))).toEqual([]);
    const keys = Array.from({ length: run.states.rows }, (_, i) => run.strings[run.states.key[i] as number]);
    expect(keys).not.toContain('ns.bank.com. A');
  });

  /** umass.edu. delegates d0 to d`depth` to `width` servers each, all named in the next of them; the last ones are at `last`, if anywhere. */
  const nestedDelegations = (depth: number, width: number, last = '10.0.0.6', cache = 1000) => {
    const servers = Array.from({ length: width }, (_, i) => `n${i}`);
    const levels = Array.from({ length: depth }, (_, i) => i);
    const cuts = levels.flatMap((i) => servers.map((server) => `d${i} NS ${server}.d${i + 1}\n`));
    const umass = `${UMASS_ZONE}${cuts.join('')}${last && servers.map((server) => `${server}.d${depth} A ${last}\n`).join('')}`;
    const own = `$TTL 60\n@ SOA a b 1 1 1 1 1\nx A 192.0.2.66\n${servers.map((server) => `${server} A 10.0.0.6\n`).join('')}`;
    const scenario = textbook([resolveStep('x.d0.umass.edu.')], {
      hosts: { ns: {} },
      cache,
      services: levels.map((i) => zone(`d${i}.umass.edu.`, ['ns'], own)),
    });
    const services = scenario.services.map((s) =>
      s.kind === 'dns.zone' && s.origin === 'umass.edu.' ? zone(s.origin, s.servers, umass) : s,
    );
    return simulate({ ...scenario, services });
  };

  test.each([
    [7, '192.0.2.66'],
    [8, 'SERVFAIL'],
  ])('servers known only by servers known only by others, %i deep: %s', (depth, outcome) => {
    expect(outcomes(nestedDelegations(depth, 1))).toEqual([outcome]);
  });

  test('a question has a budget of queries, those for servers’ addresses counted in (RFC 1034 §5.3.3)', () => {
    const run = nestedDelegations(5, 4, '', 0);
    expect(outcomes(run)).toEqual(['SERVFAIL']);
    expect(queriesBy(run, 'dns.nyu.edu')).toBe(60);
  });

  test('a host that serves a zone and resolves answers from the zone with authority', () => {
    const run = simulate(
      textbook([resolveStep('host.nyu.edu.')], {
        services: [zone('nyu.edu.', ['dns.nyu.edu'], '$TTL 60\n@ SOA a b 1 1 1 1 1\nhost A 192.0.2.1')],
      }),
    );
    expect(run.messages.rows).toBe(2);
    expect(decode(bytesOfMessage(run, 1))).toMatchObject({ message: { authoritative: true, recursionAvailable: true } });
  });

  test('an alias in the resolver’s own zone, a wildcard one even, is followed out of it and back', () => {
    const own = zone('nyu.edu.', ['dns.nyu.edu'], '$TTL 60\n@ SOA a b 1 1 1 1 1\n*.w CNAME back.umass.edu.\nend A 192.0.2.7');
    const scenario = textbook([resolveStep('x.w.nyu.edu.'), resolveStep('y.w.nyu.edu.', 'MX')], { services: [own] });
    const services = scenario.services.map((s) =>
      s.kind === 'dns.zone' && s.origin === 'umass.edu.' ? zone(s.origin, s.servers, `${UMASS_ZONE}back CNAME end.nyu.edu.\n`) : s,
    );
    expect(outcomes(simulate({ ...scenario, services }))).toEqual(['192.0.2.7', 'NODATA']);
  });

  test('a server without recursion refuses what it does not serve, and the stub says so', () => {
    const run = simulate(
      textbook([resolveStep('www.elsewhere.com.', 'A', { kind: 'then' }, null, 'lone')], {
        hosts: { lone: { nameservers: ['10.0.0.5'] } },
      }),
    );
    expect(outcomes(run)).toEqual(['REFUSED']);
  });
});

describe('trouble', () => {
  const twoServers = {
    hosts: { 'dns2.umass.edu': {} },
    umass: ['dns.cs.umass.edu', 'dns2.umass.edu'],
  };
  const withSecondServer = (scenario: ReturnType<typeof textbook>) => ({
    ...scenario,
    services: scenario.services.map((s) =>
      s.kind === 'dns.zone' && s.origin === 'edu.'
        ? { ...s, records: [...s.records, ...zone('edu.', [], '$TTL 1d\numass NS dns2.umass\ndns2.umass A 10.0.0.6').records] }
        : s,
    ),
  });

  test('a server that is down is asked once; the other one answers', () => {
    // Which of the two comes first is a matter of chance: among several seeds both cases occur.
    const lengths = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
      const run = simulate(withSecondServer(textbook([crash('dns.cs.umass.edu'), resolveStep(gaia)], { ...twoServers, seed })));
      expect(run.steps[1]?.outcome).toBe('128.119.245.12');
      return run.messages.rows;
    });
    expect([...new Set(lengths)].sort((a, b) => a - b)).toEqual([8, 9]);
  });

  test('all servers down: retransmission with growing patience, then SERVFAIL, remembered for a while (RFC 9520 §3.2)', () => {
    const run = simulate(textbook([crash('dns.cs.umass.edu'), resolveStep(gaia), resolveStep(gaia)]));
    expect(outcomes(run).slice(1)).toEqual(['SERVFAIL', 'SERVFAIL']);
    const tries = arrows(run).flatMap((arrow, i) =>
      arrow.startsWith('dns.nyu.edu → dns.cs.umass.edu') ? [(run.messages.sentAt[i] as number) / SECOND] : [],
    );
    expect(tries).toHaveLength(3);
    const [first, second, third] = tries as [number, number, number];
    expect(second - first).toBeCloseTo(0.8, 2);
    expect(third - second).toBeCloseTo(1.6, 2);
    expect(notes(run)).toContain('dns.nyu.edu: cannot resolve gaia.cs.umass.edu A: no server of umass.edu answers');
  });

  test.each(['TYPE1', 'type1', 'a'])('a type is known by its number, too (RFC 3597 §5): %s', (type) => {
    const run = simulate(textbook([resolveStep('gaia.cs.umass.edu', type)]));
    expect(run.steps[0]?.outcome).toBe('128.119.245.12');
    expect(arrows(run)[0]).toBe('engineering.nyu.edu → dns.nyu.edu: gaia.cs.umass.edu A?');
  });

  test('the local server down: the stub tries twice and gives up', () => {
    const run = simulate(textbook([crash('dns.nyu.edu'), resolveStep(gaia)]));
    expect(outcomes(run)[1]).toBe('TIMEOUT');
    expect(run.messages.rows).toBe(2);
    expect((run.steps[1]?.endedAt ?? 0) / SECOND).toBeCloseTo(10, 2);
  });

  test('the second local server takes over', () => {
    const run = simulate(
      textbook([crash('dns.nyu.edu'), resolveStep(gaia, 'A', { kind: 'then' }, null, 'client')], {
        hosts: { dns2: {}, client: { nameservers: ['10.0.0.2', '10.0.0.6'] } },
        services: [resolver('dns2')],
      }),
    );
    expect(outcomes(run)[1]).toBe('128.119.245.12');
  });

  test('lost packets are sent again', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const run = simulate(
        textbook([resolveStep(gaia)], { seed, hosts: { 'dns.cs.umass.edu': { loss: 0.4 }, 'a.edu-servers.net': { loss: 0.4 } } }),
      );
      expect(run.steps[0]?.outcome).toMatch(/^128\.119\.245\.12$|^SERVFAIL$/);
      const lost = arrows(run).filter((arrow) => arrow.includes('never arrives')).length;
      expect(run.statistics.packetsLost).toBe(lost);
      // Each loss on the resolver's walk costs one more query.
      if (run.steps[0]?.outcome !== 'SERVFAIL') expect(queriesBy(run, 'dns.nyu.edu')).toBe(3 + lost);
    }
  });

  test('a lame server is passed over', () => {
    // dns2 is named by the delegation but serves nothing of the kind.
    const run = simulate(
      withSecondServer(
        textbook([resolveStep(gaia)], {
          ...twoServers,
          umass: ['dns.cs.umass.edu'],
          services: [zone('other.', ['dns2.umass.edu'], '$TTL 1\n@ SOA a b 1 1 1 1 1')],
          seed: 2,
        }),
      ),
    );
    expect(outcomes(run)).toEqual(['128.119.245.12']);
  });

  test('servers whose names nobody knows cannot be asked, and that is said', () => {
    const lost = zone('edu.', ['a.edu-servers.net'], '$TTL 1h\n@ SOA a b 1 1 1 1 300\n@ NS a.edu-servers.net.\ndead NS ns.gone');
    const run = simulate(textbook([resolveStep('www.dead.edu.')], { services: [lost] }));
    expect(outcomes(run)).toEqual(['SERVFAIL']);
    expect(notes(run)).toContain('dns.nyu.edu: cannot resolve www.dead.edu A: no address of dead.edu’s servers is known');
  });

  test('a crash of the resolver empties its cache, and it serves again after', () => {
    const steps = [resolveStep(gaia), { ...crash('dns.nyu.edu', 5 * SECOND), timing: at(20) }, resolveStep(gaia, 'A', at(30))];
    expect(simulate(textbook(steps)).messages.rows).toBe(16);
  });
});

describe('many clients', () => {
  const clients = Array.from({ length: 5 }, (_, i) => `client${i}`);
  const together: Step = {
    parent: -1,
    timing: { kind: 'then' },
    action: { kind: 'together' },
    text: 'together',
    at: { source: 0, start: 0, end: 0 },
  };
  const asking = clients.map((host): Step => ({ ...resolveStep(gaia, 'A', { kind: 'then' }, null, host), parent: 0 }));
  const hosts = Object.fromEntries(clients.map((name, i) => [name, { nameservers: ['10.0.0.2'], latency: (5 + i) * 1_000_000 }]));

  test('who ask the same at the same time share one resolution, and each answer belongs to its own step', () => {
    const run = simulate(textbook([together, ...asking], { hosts }));
    expect(queriesBy(run, 'dns.nyu.edu')).toBe(3);
    expect(outcomes(run).slice(1)).toEqual(clients.map(() => '128.119.245.12'));
    const steps = new Map<string, number>();
    arrows(run).forEach((arrow, i) => {
      if (arrow.startsWith('dns.nyu.edu → client')) steps.set(arrow.slice(14, 21), run.messages.step[i] as number);
    });
    expect([...steps].sort()).toEqual(clients.map((client, i) => [client, i + 1]));
    expect(lastOf(run, 'queries', 'dns.nyu.edu')).toBe(5);
  });

  test('the same seed gives the same run, another seed other IDs and ports', () => {
    const prints = [1, 1, 2].map((seed) => simulate(textbook([together, ...asking], { hosts, seed })).fingerprint);
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).not.toBe(prints[2]);
  });
});

describe('expectations and metrics', () => {
  const judged = (is: string, name = gaia, type: string | null = null) => {
    const expectation = {
      expected: { kind: 'dns.answer' as const, host: HOSTS[0], name, type, is },
      after: 3,
      text: '',
      at: { source: 0, start: 0, end: 0 },
    };
    return simulate(
      textbook([resolveStep(gaia), resolveStep('umass.edu.', 'MX'), resolveStep('no.umass.edu.')], { expectations: [expectation] }),
    ).checks[0];
  };
  test.each([
    ['128.119.245.12', gaia, null, true, '128.119.245.12'],
    ['128.119.245.13', gaia, null, false, '128.119.245.12'],
    ['10 gaia.cs.umass.edu', 'umass.edu.', 'MX', true, '10 gaia.cs.umass.edu'],
    ['10 gaia.cs.umass.edu.', 'umass.edu.', null, true, '10 gaia.cs.umass.edu'],
    ['NXDOMAIN', 'no.umass.edu.', null, true, 'NXDOMAIN'],
    ['NXDOMAIN', 'never.asked.', null, false, 'never.asked was not looked up on engineering.nyu.edu'],
  ])('answer is %s for %s %s: %s', (is, name, type, passed, measured) => {
    expect(judged(is, name, type)).toMatchObject({ passed, measured });
  });

  test('lookup time runs from the host’s question to its answer', () => {
    const run = simulate(textbook([resolveStep(gaia)]));
    const series = run.series.find((s) => s.metric === 'lookup time');
    expect(series?.subjects).toEqual([HOSTS[0], gaia]);
    expect(series?.values[0]).toBe(run.steps[0]?.endedAt);
  });
});
