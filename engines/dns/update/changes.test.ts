/** Zones that change while the run goes on, caches that do not know it, and registration. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import type { Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import type { RegisterAction, UpdateAction } from '../scenario.ts';
import { arrows, bytesOfMessage, HOSTS, notes, resolveStep, textbook, updateStep, zone } from '../scenario-for-tests.ts';
import { decode } from '../wire/decode.ts';
import { dissect } from '../wire/dissect.ts';
import { encode } from '../wire/encode.ts';
import { NONE } from '../wire/message.ts';
import { removing, updateMessage } from './client.ts';

const gaia = 'gaia.cs.umass.edu.';
const at = (seconds: number): Step['timing'] => ({ kind: 'at', time: seconds * SECOND });
const outcomes = (steps: readonly Step[], properties: Parameters<typeof textbook>[1] = {}): string[] =>
  simulate(textbook(steps, properties)).steps.map((step) => step.outcome);
const crash = (host: string, downFor: number, timing: Step['timing']): Step => ({
  ...resolveStep('.'),
  timing,
  action: { kind: 'network.crash', host, downFor },
});
const register = (parts: Partial<RegisterAction> = {}, timing: Step['timing'] = { kind: 'then' }): Step => {
  const servers = [{ name: 'dns.cs.umass.edu.', address: '10.0.0.5' }];
  const action = { kind: 'dns.register', host: HOSTS[3], name: 'networkutopia.edu.', zone: 'edu.', server: HOSTS[3], servers } as const;
  return { ...resolveStep('.'), timing, action: { ...action, ...parts } };
};
const utopia = zone('networkutopia.edu.', [HOSTS[4]], '$TTL 60\n@ SOA a b 1 1 1 1 1\nwww A 212.212.71.4');

describe('a change', () => {
  test('shows at the server at once, and in the cache when the TTL has run out', () => {
    const asked = [at(0), at(100), at(3601)].map((when) => resolveStep(gaia, 'A', when));
    const direct = resolveStep(gaia, 'A', at(60), null, 'lone');
    const hosts = { lone: { nameservers: ['10.0.0.5'] } };
    const steps = [asked[0] as Step, updateStep({}, at(50)), direct, asked[1] as Step, asked[2] as Step];
    expect(outcomes(steps, { hosts })).toEqual(['128.119.245.12', 'umass.edu changed', '192.0.2.99', '128.119.245.12', '192.0.2.99']);
  });

  test('a denial lives in the cache, too, after the name exists (RFC 2308 §5)', () => {
    const added = updateStep({ replaced: [{ name: 'new.umass.edu.', ttl: 60, data: { type: 'A', address: '192.0.2.7' } }] }, at(10));
    const asked = (seconds: number) => resolveStep('new.umass.edu.', 'A', at(seconds));
    expect(outcomes([asked(0), added, asked(20), asked(301)])).toEqual(['NXDOMAIN', 'umass.edu changed', 'NXDOMAIN', '192.0.2.7']);
  });

  test('is told, with the serial that the zone has then', () => {
    const run = simulate(textbook([updateStep(), updateStep({ removed: [{ name: gaia, type: null }], replaced: [] })]));
    expect(notes(run)).toEqual([
      'dns.cs.umass.edu: zone umass.edu changes: serial 2',
      'dns.cs.umass.edu: zone umass.edu changes: serial 3',
    ]);
  });

  const record = (name: string, data: RecordData): ResourceRecord => ({ name: `${name}umass.edu.`, ttl: 60, data });
  const soa = { type: 'SOA', primary: 'dns.cs.umass.edu.', mailbox: 'h.umass.edu.', refresh: 1, retry: 1, expire: 1, minimum: 1 } as const;
  test.each<[Partial<UpdateAction>, string]>([
    [
      { replaced: [record('gaia.cs.', { type: 'CNAME', target: 'b.umass.edu.' })] },
      'gaia.cs.umass.edu has other records, and an alias has none beside it',
    ],
    [{ replaced: [record('www.', { type: 'A', address: '192.0.2.1' })] }, 'www.umass.edu is an alias, which has no other records'],
    [{ replaced: [record('', { ...soa, serial: 1 })] }, 'the serial of the SOA is no later than the zone’s'],
    [{ replaced: [record('short.', { type: 'A', address: '128.119.1.1' })] }, 'the zone says so already'],
    [{ removed: [{ name: 'WWW.umass.edu.', type: 'A' }] }, 'WWW.umass.edu has no A'],
    [{ removed: [{ name: 'nobody.umass.edu.', type: null }] }, 'there is no nobody.umass.edu'],
    [{ removed: [{ name: 'umass.edu.', type: 'SOA' }] }, 'a zone keeps its SOA and its name servers'],
    [{ removed: [{ name: 'umass.edu.', type: 'NS' }] }, 'a zone keeps its SOA and its name servers'],
  ])('that the server passes over in silence is told (RFC 2136 §3.4.2): %j', (parts, reason) => {
    const run = simulate(textbook([updateStep({ replaced: [], ...parts })]));
    expect(run.steps[0]).toMatchObject({ outcome: `nothing changed: ${reason}`, succeeded: false });
    expect(notes(run)).toEqual([]);
  });

  test('that is made in part is told; of all that a zone’s own name has, its SOA and name servers are not meant', () => {
    const half = [record('www.', { type: 'A', address: '192.0.2.1' }), record('new.', { type: 'A', address: '192.0.2.7' })];
    const all = updateStep({ replaced: [], removed: [{ name: 'umass.edu.', type: null }] });
    const run = simulate(textbook([updateStep({ replaced: half }), all, all]));
    expect(run.steps.map(({ outcome, succeeded }) => [outcome, succeeded])).toEqual([
      ['umass.edu changed, but not all of it: www.umass.edu is an alias, which has no other records', false],
      ['umass.edu changed', true],
      ['nothing changed: a zone keeps its SOA and its name servers', false],
    ]);
  });

  test('outlives a crash of the server', () => {
    expect(outcomes([updateStep(), crash(HOSTS[4], SECOND, at(5)), resolveStep(gaia, 'A', at(10))])).toEqual([
      'umass.edu changed',
      expect.anything(),
      '192.0.2.99',
    ]);
  });

  test('is sent again while the server is down, and given up in the end', () => {
    expect(outcomes([crash(HOSTS[4], 5 * SECOND, at(0)), updateStep({ host: HOSTS[3] }, at(1))])[1]).toBe(
      'REFUSED: a.edu-servers.net may not change umass.edu',
    );
    expect(outcomes([crash(HOSTS[4], 60 * SECOND, at(0)), updateStep({ host: HOSTS[3] }, at(1))])[1]).toBe('TIMEOUT');
  });

  test('of more than 512 bytes goes over TCP (RFC 2136 §2)', () => {
    const replaced = Array.from({ length: 60 }, (_, i) => ({
      name: 'farm.umass.edu.',
      ttl: 60,
      data: { type: 'A' as const, address: `192.0.2.${i}` },
    }));
    const run = simulate(textbook([updateStep({ host: HOSTS[4], server: HOSTS[4], replaced }), resolveStep('farm.umass.edu.')]));
    expect(run.strings[run.messages.kind[0] as number]).toBe('query over TCP');
    expect(run.steps[1]?.outcome.split(', ')).toHaveLength(60);
  });

  test('shows on both servers of the zone', () => {
    const servers = [HOSTS[4], 'ns2.umass.edu'];
    const hosts = { 'ns2.umass.edu': {}, lone: { nameservers: ['10.0.0.6'] } };
    expect(outcomes([updateStep(), resolveStep(gaia, 'A', { kind: 'then' }, null, 'lone')], { umass: servers, hosts })[1]).toBe(
      '192.0.2.99',
    );
  });
});

describe('on the wire', () => {
  test('one record is deleted with its data, class NONE (RFC 2136 §2.5.4): decoded, dissected, the same bytes again', () => {
    const record = { name: 'umass.edu.', ttl: 0, class: NONE, data: { type: 'MX' as const, preference: 10, exchange: gaia } };
    const message = updateMessage('umass.edu.', [], [removing(gaia, 'A'), record]);
    const decoded = decode(encode(message));
    expect(decoded).toEqual({ ok: true, message });
    const fields = dissect(encode(message));
    expect(fields.map(({ name, value }) => [name, value])).toEqual([
      ['Header', 'query'],
      ['Zone', '1 zone'],
      ['Update', '2 records'],
    ]);
    const texts = JSON.stringify(fields);
    for (const text of ['UPCOUNT', 'NONE (254)', 'ANY (255)', '10 gaia.cs.umass.edu']) expect(texts).toContain(text);
  });

  test('labels say what becomes of the zone', () => {
    const steps = [
      updateStep(),
      updateStep({
        replaced: [],
        removed: [
          { name: 'www.umass.edu.', type: 'CNAME' },
          { name: 'far.umass.edu.', type: null },
        ],
      }),
    ];
    expect(arrows(simulate(textbook(steps))).map((arrow) => arrow.split(': ').slice(1).join(': '))).toEqual([
      'update umass.edu: gaia.cs.umass.edu A 192.0.2.99',
      'updated',
      'update umass.edu: no www.umass.edu CNAME, no far.umass.edu',
      'updated',
    ]);
  });
});

describe('registration', () => {
  const asked = (seconds: number) => resolveStep('www.networkutopia.edu.', 'A', at(seconds));

  test('before it nobody finds the domain, and who has asked too early has to wait', () => {
    expect(outcomes([asked(0), register({}, at(10)), asked(20), asked(910)], { services: [utopia] })).toEqual([
      'NXDOMAIN',
      'networkutopia.edu registered',
      'NXDOMAIN',
      '212.212.71.4',
    ]);
  });

  test('a name that is taken stays so', () => {
    const taken = register({ servers: [{ name: 'ns.evil.edu.', address: '6.6.6.6' }] });
    expect(outcomes([register(), taken, asked(30)], { services: [utopia] })).toEqual([
      'networkutopia.edu registered',
      'networkutopia.edu is taken',
      '212.212.71.4',
    ]);
  });

  test('glue is entered for servers that lie in the zone above, and for no others', () => {
    const servers = [
      { name: 'ns.networkutopia.edu.', address: '10.0.0.5' },
      { name: 'ns.elsewhere.com.', address: '192.0.2.1' },
    ];
    const run = simulate(textbook([register({ servers })], { services: [utopia] }));
    const decoded = decode(bytesOfMessage(run, 0));
    expect(decoded.ok && decoded.message.authorities.map(({ name, data }) => [name, data.type])).toEqual([
      ['networkutopia.edu.', 'NS'],
      ['networkutopia.edu.', 'NS'],
      ['ns.networkutopia.edu.', 'A'],
    ]);
  });

  test('whoever is no registrar of the zone is refused', () => {
    expect(outcomes([register({ host: HOSTS[0] })])).toEqual(['REFUSED']);
  });
});
