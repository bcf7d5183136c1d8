/** Chains of trust in whole runs: what a validating resolver makes of zones that are signed, unsigned, and broken in each way. */
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { metrics } from '../../metrics.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { DAY, HOUR, SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import type { Run } from '../../run.ts';
import type { Scenario, Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { SimulatedTrust } from '../../tls/simulated-trust.ts';
import { dns } from '../protocol.ts';
import type { ResourceRecord } from '../records.ts';
import type { SigningService } from '../scenario.ts';
import { arrows, bytesOfMessage, HOSTS, notes, resolver, resolveStep, textbook, zone } from '../scenario-for-tests.ts';
import { loadZone } from '../server/zone.ts';
import { decode } from '../wire/decode.ts';
import { dissect } from '../wire/dissect.ts';
import { encode } from '../wire/encode.ts';
import { type Question, query, response, type WireRecord } from '../wire/message.ts';
import { dsOf, keyPair } from './keys.ts';
import { signSet } from './signature.ts';
import { signZone } from './signed-zone.ts';
import { calendarTime } from './signer.ts';
import { type Fetch, Validation } from './validation.ts';

const gaia = 'gaia.cs.umass.edu.';

function signed(origin: string, properties: Partial<SigningService> = {}): SigningService {
  return {
    kind: 'dns.signing',
    zone: origin,
    algorithm: 13,
    validity: 14 * DAY,
    resign: true,
    ds: 'right',
    implicit: false,
    at: null,
    ...properties,
  };
}

interface World {
  readonly signings?: readonly SigningService[];
  /** Changes the services before the run. */
  readonly change?: (services: Scenario['services']) => Scenario['services'];
  readonly resolver?: Parameters<typeof resolver>[1];
}

const all = ['.', 'edu.', 'umass.edu.'].map((origin) => signed(origin));

function run(steps: readonly Step[], { signings = all, change = (services) => services, ...world }: World = {}): Run {
  const scenario = textbook(steps, { services: signings });
  const services = scenario.services.map((s) => (s.kind === 'dns.resolver' ? resolver(HOSTS[1], { dnssec: true, ...world.resolver }) : s));
  return simulate({ ...scenario, services: change(services) });
}

const checked = (step: Step, checking: 'with dnssec' | 'without validation'): Step => ({
  ...step,
  action: { ...(step.action as Extract<Step['action'], { kind: 'dns.resolve' }>), checking },
});
const ask = (name = gaia, type = 'A', timing?: Step['timing']): Step => checked(resolveStep(name, type, timing), 'with dnssec');
const at = (time: number): Step['timing'] => ({ kind: 'at', time });
const outcomes = (r: Run): string[] => r.steps.map((step) => step.outcome);
const last = (r: Run, metric: string): number | undefined => r.series.find((series) => series.metric === metric)?.values.at(-1);
/** The last message: the answer to the client. */
function answerOf(r: Run) {
  const decoded = decode(bytesOfMessage(r, r.messages.rows - 1));
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.message;
}
/** The extended error that the client got: its code and text. */
function extendedErrorOf(r: Run): string | undefined {
  const fields = dissect(bytesOfMessage(r, r.messages.rows - 1)).flatMap((field) => field.children ?? []);
  return fields.flatMap((field) => field.children ?? []).find(({ name }) => name === 'Extended DNS Error')?.value;
}

describe('secure', () => {
  test('the chain of trust: a DS set in each referral, a DNSKEY set of each zone', () => {
    const r = run([ask()]);
    const between = arrows(r).map((arrow) => arrow.replace(/\d{3,5}/g, 'N'));
    expect(between).toEqual([
      'engineering.nyu.edu → dns.nyu.edu: gaia.cs.umass.edu A?, DO',
      'dns.nyu.edu → a.root-servers.net: gaia.cs.umass.edu A?, DO',
      'a.root-servers.net → dns.nyu.edu: referral: edu NS a.edu-servers.net, edu DS key N, signed',
      'dns.nyu.edu → a.root-servers.net: . DNSKEY?, DO',
      'a.root-servers.net → dns.nyu.edu: . DNSKEY KSK N, ZSK N, signed',
      'dns.nyu.edu → a.edu-servers.net: gaia.cs.umass.edu A?, DO',
      'a.edu-servers.net → dns.nyu.edu: referral: umass.edu NS dns.cs.umass.edu, umass.edu DS key N, signed',
      'dns.nyu.edu → a.edu-servers.net: edu DNSKEY?, DO',
      'a.edu-servers.net → dns.nyu.edu: edu DNSKEY KSK N, ZSK N, signed',
      'dns.nyu.edu → dns.cs.umass.edu: gaia.cs.umass.edu A?, DO',
      'dns.cs.umass.edu → dns.nyu.edu: gaia.cs.umass.edu A N.N.N.12, signed',
      'dns.nyu.edu → dns.cs.umass.edu: umass.edu DNSKEY?, DO',
      'dns.cs.umass.edu → dns.nyu.edu: umass.edu DNSKEY KSK N, ZSK N, signed',
      'dns.nyu.edu → engineering.nyu.edu: gaia.cs.umass.edu A N.N.N.12, signed, validated',
    ]);
    expect(last(r, 'secure answers')).toBe(1);
  });

  test.each([13, 15])('with algorithm %i: positive answers, aliases, wildcards and denials', (algorithm) => {
    const questions: [string, string, string][] = [
      [gaia, 'A', '128.119.245.12'],
      ['www.umass.edu.', 'A', '128.119.245.12'],
      ['x.y.wild.umass.edu.', 'A', '128.119.2.2'],
      ['gaia.old.umass.edu.', 'A', '128.119.245.12'],
      ['nothing.umass.edu.', 'A', 'NXDOMAIN'],
      [gaia, 'MX', 'NODATA'],
      ['cs.umass.edu.', 'A', 'NODATA'],
      ['x.wild.umass.edu.', 'TXT', 'NODATA'],
      ['umass.edu.', 'DNSKEY', expect.stringContaining('257 3') as unknown as string],
      ['umass.edu.', 'DS', expect.stringContaining(' 2 ') as unknown as string],
      ['edu.', 'SOA', expect.stringContaining('hostmaster') as unknown as string],
      ['nothing.', 'A', 'NXDOMAIN'],
    ];
    const r = run(
      questions.map(([name, type]) => ask(name, type)),
      {
        signings: all.map((one) => ({ ...one, algorithm })),
        change: (services) =>
          services.map((s) =>
            s.kind === 'dns.zone' && s.origin === 'umass.edu.'
              ? { ...s, records: [...s.records, { name: 'old.umass.edu.', ttl: 60, data: { type: 'DNAME', target: 'cs.umass.edu.' } }] }
              : s,
          ),
      },
    );
    expect(outcomes(r)).toEqual(questions.map(([, , outcome]) => outcome));
    expect(last(r, 'secure answers')).toBe(questions.length);
    expect(last(r, 'bogus answers')).toBe(0);
  });

  test('from the cache it is still secure, with signatures, and TTLs that count down', () => {
    const r = run([ask(), ask(gaia, 'A', at(100 * SECOND))]);
    expect(r.messages.rows).toBe(16);
    const { authenticData, answers } = answerOf(r);
    expect(authenticData).toBe(true);
    expect(answers.map(({ data, ttl }) => `${data.type} ${ttl}`)).toEqual(['A 3500', 'RRSIG 3500']);
  });

  test('keys and DS sets that are known are not asked for again', () => {
    const r = run([ask(), ask('short.umass.edu.')]);
    expect(arrows(r).slice(14)).toEqual([
      'engineering.nyu.edu → dns.nyu.edu: short.umass.edu A?, DO',
      'dns.nyu.edu → dns.cs.umass.edu: short.umass.edu A?, DO',
      'dns.cs.umass.edu → dns.nyu.edu: short.umass.edu A 128.119.1.1, signed',
      'dns.nyu.edu → engineering.nyu.edu: short.umass.edu A 128.119.1.1, signed, validated',
    ]);
  });

  test('who asks without DO sees no difference but the time that it takes', () => {
    const r = run([resolveStep(gaia)]);
    const plain = simulate(textbook([resolveStep(gaia)]));
    const lastBytes = (one: Run): Uint8Array => bytesOfMessage(one, one.messages.rows - 1).slice(2);
    expect(lastBytes(r)).toEqual(lastBytes(plain));
  });

  test('the AD bit is for those who know it (RFC 6840 §5.8), and signatures for those who want them (RFC 4035 §3.2.1)', () => {
    expect(answerOf(run([resolveStep(gaia)]))).toMatchObject({ authenticData: false, answers: [{ data: { type: 'A' } }] });
    expect(answerOf(run([ask()]))).toMatchObject({ authenticData: true, answers: [{ data: { type: 'A' } }, { data: { type: 'RRSIG' } }] });
  });

  test('a resolver that caches nothing validates all the same', () => {
    const r = run([ask(), ask('nothing.umass.edu.')], { resolver: { dnssec: true, cache: 0 } });
    expect(outcomes(r)).toEqual(['128.119.245.12', 'NXDOMAIN']);
    expect(last(r, 'secure answers')).toBe(2);
  });

  test('a zone whose signatures are made anew in time stays secure for the whole run', () => {
    const days = [0, 5, 12, 30, 77, 100];
    const r = run(days.map((day) => ask(gaia, 'A', at(day * DAY))));
    expect(outcomes(r)).toEqual(days.map(() => '128.119.245.12'));
    expect(last(r, 'secure answers')).toBe(days.length);
  });

  test('two servers of one host, on both sides of a cut', () => {
    const shared = run([ask()], {
      change: (services) =>
        services.map((s) => (s.kind === 'dns.zone' && s.origin === 'edu.' ? { ...s, servers: ['a.root-servers.net'] } : s)),
    });
    // The root’s host answers for edu., too, and refers to umass.edu. at once.
    expect(outcomes(shared)).toEqual(['128.119.245.12']);
    expect(last(shared, 'secure answers')).toBe(1);
  });
});

describe('what DNSSEC adds, asked for itself', () => {
  const withDname = (services: Scenario['services']): Scenario['services'] =>
    services.map((s) =>
      s.kind === 'dns.zone' && s.origin === 'umass.edu.'
        ? { ...s, records: [...s.records, { name: 'old.umass.edu.', ttl: 60, data: { type: 'DNAME', target: 'cs.umass.edu.' } }] }
        : s,
    );
  const rows = (records: readonly WireRecord[]): string[] =>
    records.map(({ name, data }) => `${name} ${data.type}${data.type === 'RRSIG' ? ` ${data.typeCovered}` : ''}`);
  const gaiaAlias = ['old.umass.edu. DNAME', 'old.umass.edu. RRSIG DNAME', 'gaia.old.umass.edu. CNAME', `${gaia} A`, `${gaia} RRSIG A`];

  test.each<[string, string, Step, boolean, string[]]>([
    ['signatures, which nothing signs (RFC 4035 §2.2)', 'NOERROR', ask(gaia, 'RRSIG'), false, [`${gaia} RRSIG A`, `${gaia} RRSIG NSEC`]],
    ['a denial', 'NOERROR', ask(gaia, 'NSEC'), true, [`${gaia} NSEC`, `${gaia} RRSIG NSEC`]],
    [
      'everything, each signature once',
      'NOERROR',
      ask(gaia, 'ANY'),
      true,
      [`${gaia} A`, `${gaia} RRSIG A`, `${gaia} NSEC`, `${gaia} RRSIG NSEC`],
    ],
    ['everything, by who does not know DNSSEC', 'NOERROR', resolveStep(gaia, 'ANY'), false, [`${gaia} A`]],
    ['an alias made from a DNAME record, which is signed (RFC 6672 §5.3.1)', 'NOERROR', ask('gaia.old.umass.edu.'), true, gaiaAlias],
  ])('%s', (_, code, step, authenticData, answers) => {
    const given = answerOf(run([step], { change: withDname }));
    expect(given).toMatchObject({ responseCode: code, authenticData });
    expect(rows(given.answers)).toEqual(answers);
  });

  test('the DNAME record comes along from the cache, too', () => {
    const r = run([ask('gaia.old.umass.edu.'), ask('gaia.old.umass.edu.')], { change: withDname });
    expect(arrows(r).at(-2)).toBe('engineering.nyu.edu → dns.nyu.edu: gaia.old.umass.edu A?, DO');
    expect(rows(answerOf(r).answers)).toEqual(gaiaAlias);
    expect(answerOf(r).authenticData).toBe(true);
  });

  test.each<[string, string, string[], string[]]>([
    ['an answer', gaia, [`${gaia} A`, `${gaia} RRSIG A`], []],
    [
      'a wildcard’s',
      'x.wild.umass.edu.',
      ['x.wild.umass.edu. A', 'x.wild.umass.edu. RRSIG A'],
      ['*.wild.umass.edu. NSEC', '*.wild.umass.edu. RRSIG NSEC'],
    ],
    [
      'a denial',
      'nothing.umass.edu.',
      [],
      [
        'umass.edu. SOA',
        'umass.edu. RRSIG SOA',
        'far.umass.edu. NSEC',
        'far.umass.edu. RRSIG NSEC',
        'umass.edu. NSEC',
        'umass.edu. RRSIG NSEC',
      ],
    ],
  ])('with CD and DO, %s comes unchecked, with its signatures (RFC 4035 §3.2.2)', (_, name, answers, authorities) => {
    const given = askedWithCdAndDo(name);
    expect(given).toMatchObject({ checkingDisabled: true, authenticData: false });
    expect(rows(given.answers)).toEqual(answers);
    expect(rows(given.authorities)).toEqual(authorities);
  });

  /** The answer of the validating resolver. */
  function askedWithCdAndDo(name: string) {
    const scenario = textbook([], { services: all });
    const services = scenario.services.map((s) => (s.kind === 'dns.resolver' ? resolver(HOSTS[1], { dnssec: true }) : s));
    const network = new SimulatedNetwork(new Kernel(1), { ...scenario, services }, new Recorder(metrics));
    const host = (one: string) => network.host(one);
    const trust = new SimulatedTrust(scenario.seed);
    dns.install({
      scenario: { ...scenario, services },
      trust,
      host,
      boot: network.boot.bind(network),
      tap: network.tap.bind(network),
      divert: network.divert.bind(network),
      path: network.path.bind(network),
    });
    const asking = network.host(HOSTS[0]).spawn(
      'asks',
      (function* () {
        const socket = yield* network.host(HOSTS[0]).bind(0);
        if (!('send' in socket)) throw new Error('no port');
        const edns = { payload: 1232, version: 0, dnssecOk: true, options: [] };
        const message = { ...query(5, { name, type: 'A' }, true), edns, checkingDisabled: true };
        socket.send(encode(message), { address: '10.0.0.2', port: 53 }, { protocol: 'dns', kind: 'query', label: 'asks' });
        const datagram = yield* socket.receive();
        return datagram && decode(datagram.bytes);
      })(),
    );
    while (!asking.done && network.kernel.run(1000));
    const decoded = asking.result;
    if (!decoded?.ok) throw new Error('no answer');
    return decoded.message;
  }
});

describe('insecure', () => {
  test.each<[string, readonly SigningService[]]>([
    ['nothing is signed', []],
    ['the root is not', all.slice(1)],
    ['the zone is not: its parent proves it', all.slice(0, 2)],
    ['the zone above is not: an island', [all[0] as SigningService, all[2] as SigningService]],
    ['its parent has no DS set', [...all.slice(0, 2), signed('umass.edu.', { ds: 'missing' })]],
  ])('%s', (_, signings) => {
    const r = run([ask(), ask('nothing.umass.edu.')], { signings });
    expect(outcomes(r)).toEqual(['128.119.245.12', 'NXDOMAIN']);
    expect(answerOf(r).authenticData).toBe(false);
    expect(last(r, 'insecure answers')).toBe(2);
  });

  test('signed with an algorithm that is unknown here (RFC 4035 §5.2), and the run says so', () => {
    const r = run([ask()], {
      change: (services) =>
        services.map((s) =>
          s.kind === 'dns.zone' && s.origin === 'edu.'
            ? {
                ...s,
                records: [
                  ...s.records,
                  { name: 'umass.edu.', ttl: 60, data: { type: 'DS', keyTag: 1, algorithm: 200, digestType: 2, digest: '00' } },
                ],
              }
            : s,
        ),
    });
    expect(outcomes(r)).toEqual(['128.119.245.12']);
    expect(last(r, 'insecure answers')).toBe(1);
    expect(notes(r)).toContain('dns.nyu.edu: takes umass.edu for insecure: signed with algorithms unknown here');
  });
});

describe('bogus', () => {
  const forged = (address = '6.6.6.6', name = gaia): Step => ({
    parent: -1,
    timing: { kind: 'then' },
    action: { kind: 'dns.forge', host: HOSTS[4], name, address },
    text: '',
    at: { source: 0, start: 0, end: 0 },
  });

  test('a forged address, without a signature: SERVFAIL, why, and nothing cached', () => {
    const r = run([forged(), ask()]);
    expect(outcomes(r)[1]).toBe('SERVFAIL');
    expect(extendedErrorOf(r)).toBe('RRSIGs Missing (10): gaia.cs.umass.edu A has no signature, nor a proof that it needs none');
    expect(notes(r)).toContain('dns.nyu.edu: bogus: gaia.cs.umass.edu A has no signature, nor a proof that it needs none');
    expect(last(r, 'bogus answers')).toBe(1);
    const { states, strings } = r;
    const cached = Array.from(
      { length: states.rows },
      (_, i) => `${strings[states.store[i] as number]} ${strings[states.key[i] as number]} ${strings[states.value[i] as number]}`,
    );
    expect(cached.filter((row) => row.includes('6.6.6.6') && row.startsWith('cache'))).toEqual([]);
    expect(cached).toContain('cache gaia.cs.umass.edu A SERVFAIL');
  });

  test('without validation it is believed; with CD it is given on, but not kept', () => {
    const believed = run([forged(), ask()], { resolver: { dnssec: false } });
    expect(outcomes(believed)[1]).toBe('6.6.6.6');
    const unchecked = run([
      forged(),
      checked(resolveStep(gaia), 'without validation'),
      ask(),
      checked(resolveStep(gaia), 'without validation'),
    ]);
    expect(outcomes(unchecked).slice(1)).toEqual(['6.6.6.6', 'SERVFAIL', '6.6.6.6']);
    expect(last(unchecked, 'bogus answers')).toBe(1);
  });

  test('another server of the zone is asked (RFC 4035 §5: bogus data is no answer)', () => {
    for (const seed of [1, 2, 3, 4]) {
      const scenario = textbook([forged(), ask()], {
        services: all,
        hosts: { 'ns2.umass.edu': {} },
        umass: [HOSTS[4], 'ns2.umass.edu'],
        seed,
      });
      const services = scenario.services.map((s) => {
        if (s.kind === 'dns.resolver') return resolver(HOSTS[1], { dnssec: true });
        if (s.kind !== 'dns.zone' || s.origin === '.') return s;
        const extra = s.origin === 'edu.' ? 'umass NS ns2.umass\nns2.umass A 10.0.0.6\n' : '@ NS ns2\nns2 A 10.0.0.6\n';
        return { ...s, records: [...s.records, ...zone(s.origin, [], `$TTL 1h\n${extra}`).records] };
      });
      const r = simulate({ ...scenario, services });
      expect(outcomes(r)[1]).toBe('128.119.245.12');
      expect(last(r, 'secure answers')).toBe(1);
    }
  });

  test('signatures that are not made anew expire', () => {
    const signings = [...all.slice(0, 2), signed('umass.edu.', { resign: false, validity: 2 * DAY })];
    const r = run([ask(gaia, 'A', at(DAY)), ask(gaia, 'A', at(3 * DAY))], { signings });
    expect(outcomes(r)).toEqual(['128.119.245.12', 'SERVFAIL']);
    expect(extendedErrorOf(r)).toBe('Signature Expired (7): the signature of umass.edu DNSKEY expired at 2026-01-03 00:00:00');
  });

  test('what is cached lives no longer than its signature (RFC 4035 §5.3.3)', () => {
    const signings = [...all.slice(0, 2), signed('umass.edu.', { resign: false, validity: 2 * HOUR })];
    const r = run([ask(gaia, 'A', at(2 * HOUR - 60 * SECOND))], { signings });
    expect(answerOf(r).answers.map(({ ttl }) => ttl)).toEqual([60, 60]);
  });

  test('a DS record of another key', () => {
    const r = run([ask()], { signings: [...all.slice(0, 2), signed('umass.edu.', { ds: 'wrong' })] });
    expect(outcomes(r)).toEqual(['SERVFAIL']);
    expect(extendedErrorOf(r)).toMatch(/^DNSKEY Missing \(9\): no key of umass.edu is the one that the DS record means \(key \d+\)$/);
  });

  test('a DS record for a zone that is not signed', () => {
    const r = run([ask()], {
      signings: all.slice(0, 2),
      change: (services) =>
        services.map((s) =>
          s.kind === 'dns.zone' && s.origin === 'edu.'
            ? {
                ...s,
                records: [
                  ...s.records,
                  { name: 'umass.edu.', ttl: 60, data: { type: 'DS', keyTag: 1, algorithm: 13, digestType: 2, digest: '00' } },
                ],
              }
            : s,
        ),
    });
    expect(outcomes(r)).toEqual(['SERVFAIL']);
    expect(extendedErrorOf(r)).toBe('DNSKEY Missing (9): there is a DS record for umass.edu, but its servers know of no key');
  });

  test('a denial whose SOA record is forged: its NSEC records hold, the time that it may be kept for does not', () => {
    const key = (purpose: 'ksk' | 'zsk') => keyPair(1, 'umass.edu.', purpose, 13);
    const [ksk, zsk] = [key('ksk'), key('zsk')];
    const change = (minimum: number) => (services: Scenario['services']) =>
      services.map((s) => {
        if (s.kind !== 'dns.zone') return s;
        const ds = { name: 'umass.edu.', ttl: 60, data: dsOf('umass.edu.', ksk.record) };
        if (s.origin === 'edu.') return { ...s, records: [...s.records, ds] };
        if (s.origin !== 'umass.edu.') return s;
        const begin = calendarTime(0);
        const { nodes } = signZone(loadZone(s.origin, s.records), { ksk, zsk }, { inception: begin - 1, expiration: begin + 86_400 });
        const records = [...nodes.values()].flatMap((types) => [...types.values()].flat());
        return { ...s, records: records.map((r) => (r.data.type === 'SOA' ? { ...r, data: { ...r.data, minimum } } : r)) };
      });
    const asked = (minimum: number) => run([ask('nothing.umass.edu.')], { signings: all.slice(0, 2), change: change(minimum) });
    expect(outcomes(asked(300))).toEqual(['NXDOMAIN']);
    const forgedSoa = asked(301);
    expect(outcomes(forgedSoa)).toEqual(['SERVFAIL']);
    expect(extendedErrorOf(forgedSoa)).toBe('DNSSEC Bogus (6): the signature of umass.edu SOA does not fit');
  });

  test('a DS set is the word of the zone above, whatever the zone has signed itself (RFC 4035 §4.2)', () => {
    const key = (zone: string) => keyPair(1, zone, 'ksk', 13);
    const record = (name: string, data: ResourceRecord['data']): ResourceRecord => ({ name, ttl: 60, data });
    const ds = (zone: string) => record(zone, dsOf(zone, key(zone).record));
    const begin = calendarTime(0);
    const signatureOf = (zone: string) =>
      signSet([ds('umass.edu.')], zone, key(zone), { inception: begin - 1, expiration: begin + 86_400 });
    const known = [record('.', key('.').record), ds('edu.'), record('edu.', key('edu.').record)];
    const asked: string[] = [];
    const fetch = function* ({ name, type }: Question): ReturnType<Fetch> {
      yield* [];
      asked.push(`${name} ${type}`);
      const records = known.filter((one) => one.name === name && one.data.type === type);
      if (records.length === 0) return { kind: 'failure', reason: 'none', fromCache: false };
      return { kind: 'answer', records, credentials: { security: 'secure', signatures: [], proof: [] }, fromCache: false };
    };
    const host = new SimulatedNetwork(new Kernel(1), scenarioForTests({ host: {} }), new Recorder(metrics)).host('host');
    const validation = new Validation(host, [dsOf('.', key('.').record)]);
    const question = { name: 'umass.edu.', type: 'DS' };
    const answers = [ds('umass.edu.'), signatureOf('umass.edu.'), signatureOf('edu.')];
    const message = response(query(1, question, false), 'NOERROR', { authoritative: true, answers });
    const verdict = validation.reply(question, 'edu.', message, fetch).next();
    expect(verdict).toMatchObject({ done: true, value: { ok: true } });
    expect(asked).toEqual(['. DNSKEY', 'edu. DS', 'edu. DNSKEY']);
  });

  test('a failure is remembered for a moment, not asked for again and again (RFC 4035 §4.7)', () => {
    const r = run([forged(), ask(), ask()]);
    expect(arrows(r).slice(-2)).toEqual([
      'engineering.nyu.edu → dns.nyu.edu: gaia.cs.umass.edu A?, DO',
      'dns.nyu.edu → engineering.nyu.edu: SERVFAIL',
    ]);
    expect(extendedErrorOf(r)).toMatch(/^RRSIGs Missing/);
    expect(last(r, 'bogus answers')).toBe(2);
  });

  test('no keys to be had: SERVFAIL, and it is said what cannot be decided', () => {
    const crash: Step = {
      parent: -1,
      timing: at(0),
      action: { kind: 'network.crash', host: HOSTS[3], downFor: null },
      text: '',
      at: { source: 0, start: 0, end: 0 },
    };
    const later = run([ask('nothing.'), { ...crash, timing: { kind: 'then' } }, ask(gaia, 'A', { kind: 'then' })]);
    expect(outcomes(later)[2]).toBe('SERVFAIL');
  });
});
