/**
 * DNSSEC against other implementations: BIND's and NLnet Labs' signers make zones that we serve and validate, dnspython validates
 * what we sent, tshark reads it. Needs bind9-utils, ldnsutils, python3-dnspython, python3-cryptography and tshark.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePcapng } from '../../network/capture/pcapng.ts';
import { DAY, SECOND } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { domainName } from '../arbitraries-for-tests.ts';
import { readMasterFile } from '../master-file/master-file.ts';
import type { ResourceRecord } from '../records.ts';
import type { SigningService } from '../scenario.ts';
import { bytesOfMessage, HOSTS, resolver, resolveStep, textbook, UMASS_ZONE } from '../scenario-for-tests.ts';
import { compareNames } from './canonical-form.ts';
import { calendarTime } from './signer.ts';

const installed = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;
/** Debian’s packages are those of Debian’s Python, which need not be the first on the path. */
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import dns.dnssec, cryptography']).status === 0);

const folder = mkdtempSync(join(tmpdir(), 'dnssec-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = (tool: string, ...words: string[]): string =>
  execFileSync(tool, words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

const signed = (zone: string): SigningService => ({
  kind: 'dns.signing',
  zone,
  algorithm: 13,
  validity: 14 * DAY,
  resign: true,
  ds: 'right',
  implicit: false,
  at: null,
});
const questions: readonly (readonly [name: string, type: string, outcome: string])[] = [
  ['gaia.cs.umass.edu.', 'A', '128.119.245.12'],
  ['www.umass.edu.', 'A', '128.119.245.12'],
  ['umass.edu.', 'MX', '10 gaia.cs.umass.edu'],
  ['x.wild.umass.edu.', 'A', '128.119.2.2'],
  ['nothing.umass.edu.', 'A', 'NXDOMAIN'],
  ['gaia.cs.umass.edu.', 'TXT', 'NODATA'],
  ['cs.umass.edu.', 'A', 'NODATA'],
];

function ask([name, type]: readonly [string, string, string], timing: Step['timing'] = { kind: 'then' }): Step {
  const step = resolveStep(name, type, timing);
  return { ...step, action: { ...(step.action as Extract<Step['action'], { kind: 'dns.resolve' }>), checking: 'with dnssec' } };
}

/** A run in which umass.edu. holds these records, below a signed root and a signed edu.; `ds`: what edu. says of it. */
function serve(records: readonly ResourceRecord[], steps: readonly Step[], ds?: readonly ResourceRecord[]): Run {
  const scenario = textbook(steps, { services: [signed('.'), signed('edu.')] });
  const services = scenario.services.map((s) => {
    if (s.kind === 'dns.resolver') return resolver(HOSTS[1], { dnssec: true });
    if (s.kind === 'dns.zone' && s.origin === 'umass.edu.') return { ...s, records };
    return s.kind === 'dns.zone' && s.origin === 'edu.' && ds ? { ...s, records: [...s.records, ...ds] } : s;
  });
  return simulate({ ...scenario, services });
}
const outcomes = (r: Run): string[] => r.steps.map(({ outcome }) => outcome);
const last = (r: Run, metric: string): number | undefined => r.series.find((series) => series.metric === metric)?.values.at(-1);

/** Begins before the run does, and ends long after. */
const [START, END] = ['20251220000000', '20261220000000'];

/** The zone as a tool signs it, read back from its master file. */
function signedBy(tool: 'dnssec-signzone' | 'ldns-signzone', algorithm: string, end = END): ResourceRecord[] {
  const name = `${tool}-${algorithm}-${end}`;
  const out = join(folder, `${name}.signed`);
  writeFileSync(join(folder, name), `$ORIGIN umass.edu.\n${UMASS_ZONE}`);
  if (tool === 'dnssec-signzone') {
    const bits = algorithm.startsWith('RSA') ? ['-b', '2048'] : [];
    const keys = [['-f', 'KSK'], []].map((flags) => run('dnssec-keygen', '-a', algorithm, ...bits, ...flags, 'umass.edu'));
    for (const key of keys) writeFileSync(join(folder, name), readFileSync(join(folder, `${key}.key`)), { flag: 'a' });
    const [ksk, zsk] = keys as [string, string];
    run('dnssec-signzone', '-s', START, '-e', end, '-o', 'umass.edu', '-f', out, '-k', ksk, name, zsk);
  } else {
    const bits = algorithm.startsWith('RSA') ? ['-b', '2048'] : [];
    const keys = [['-k'], []].map((flags) => run('ldns-keygen', '-a', algorithm, ...bits, ...flags, 'umass.edu'));
    run('ldns-signzone', '-i', START, '-e', end, '-o', 'umass.edu', '-f', out, name, ...keys);
  }
  const { records, problems } = readMasterFile(readFileSync(out, 'utf8'), { origin: 'umass.edu.' });
  expect(problems).toEqual([]);
  return [...records];
}

const algorithms = ['RSASHA256', 'ECDSAP256SHA256', 'ECDSAP384SHA384', 'ED25519'];

describe.each(['dnssec-signzone', 'ldns-signzone'] as const)('a zone signed by %s', (tool) => {
  test.skipIf(!installed(tool)).each(algorithms)('with %s is served, and secure', (algorithm) => {
    const r = serve(
      signedBy(tool, algorithm),
      questions.map((question) => ask(question)),
    );
    expect(outcomes(r)).toEqual(questions.map(([, , outcome]) => outcome));
    expect(last(r, 'secure answers')).toBe(questions.length);
  });
});

describe.skipIf(!installed('dnssec-signzone'))('a zone signed by dnssec-signzone, broken', () => {
  let good: ResourceRecord[] = [];
  beforeAll(() => {
    good = signedBy('dnssec-signzone', 'ECDSAP256SHA256');
  });
  const [positive, , , wildcard, nonexistent] = questions as typeof questions & { readonly length: 7 };
  const of = (record: ResourceRecord, covered: string): boolean => record.data.type === 'RRSIG' && record.data.typeCovered === covered;

  test.each<[string, (records: ResourceRecord[]) => ResourceRecord[], (typeof questions)[number]]>([
    [
      'a bit of a signature',
      (records) =>
        records.map((record) =>
          of(record, 'A') && record.data.type === 'RRSIG'
            ? {
                ...record,
                data: { ...record.data, signature: `${record.data.signature[0] === 'A' ? 'B' : 'A'}${record.data.signature.slice(1)}` },
              }
            : record,
        ),
      positive as (typeof questions)[number],
    ],
    [
      'an address',
      (records) =>
        records.map((record) =>
          record.data.type === 'A' && record.name.startsWith('gaia') ? { ...record, data: { ...record.data, address: '6.6.6.6' } } : record,
        ),
      positive as (typeof questions)[number],
    ],
    ['a signature that is missing', (records) => records.filter((record) => !of(record, 'A')), positive as (typeof questions)[number]],
    [
      'denials that are missing: NXDOMAIN',
      (records) => records.filter(({ data }) => data.type !== 'NSEC'),
      nonexistent as (typeof questions)[number],
    ],
    [
      'denials that are missing: a wildcard',
      (records) => records.filter(({ data }) => data.type !== 'NSEC'),
      wildcard as (typeof questions)[number],
    ],
    ['a denial without signature', (records) => records.filter((record) => !of(record, 'NSEC')), nonexistent as (typeof questions)[number]],
    ['keys without signature', (records) => records.filter((record) => !of(record, 'DNSKEY')), positive as (typeof questions)[number]],
  ])('%s: bogus', (_, change, question) => {
    const r = serve(change(good), [ask(question)]);
    expect(outcomes(r)).toEqual(['SERVFAIL']);
    expect(last(r, 'bogus answers')).toBe(1);
  });

  const ds = (change: object): ResourceRecord[] => [
    { name: 'umass.edu.', ttl: 3600, data: { type: 'DS', keyTag: 1, algorithm: 13, digestType: 2, digest: '00'.repeat(32), ...change } },
  ];
  test('a DS record of another key: bogus', () => {
    const r = serve(good, [ask(questions[0] as (typeof questions)[number])], ds({}));
    expect(outcomes(r)).toEqual(['SERVFAIL']);
    expect(last(r, 'bogus answers')).toBe(1);
  });
  test.each([{ algorithm: 16 }, { digestType: 1 }])('a DS record that is not known here (%o): insecure', (change) => {
    const r = serve(good, [ask(questions[0] as (typeof questions)[number])], ds(change));
    expect(outcomes(r)).toEqual(['128.119.245.12']);
    expect(last(r, 'insecure answers')).toBe(1);
  });
});

// dnssec-signzone makes no signature that has expired by the machine's clock.
test.skipIf(!installed('ldns-signzone'))('signed by ldns-signzone until 5 January: secure, and bogus from that moment on', () => {
  const records = signedBy('ldns-signzone', 'ECDSAP256SHA256', '20260105000000');
  const question = questions[0] as (typeof questions)[number];
  const r = serve(records, [ask(question), ask(question, { kind: 'at', time: 4 * DAY + 2 * SECOND })]);
  expect(outcomes(r)).toEqual(['128.119.245.12', 'SERVFAIL']);
  expect([last(r, 'secure answers'), last(r, 'bogus answers')]).toEqual([1, 1]);
});

/** A run with every kind of answer, of zones that we sign. */
function ownRun(algorithm: number): Run {
  const services = ['.', 'edu.', 'umass.edu.'].map((zone) => ({ ...signed(zone), algorithm }));
  const scenario = textbook(
    questions.map((question) => ask(question)),
    { services },
  );
  return simulate({
    ...scenario,
    services: scenario.services.map((s) => (s.kind === 'dns.resolver' ? resolver(HOSTS[1], { dnssec: true }) : s)),
  });
}

const VALIDATE = `
import sys, json, dns.flags, dns.message, dns.dnssec, dns.rdatatype
given = json.load(sys.stdin)
messages = [dns.message.from_wire(bytes.fromhex(text)) for text in given['messages']]
keys, ds, validated = {}, {}, 0
for message in messages:
    for rrset in message.answer + message.authority:
        if rrset.rdtype == dns.rdatatype.DNSKEY: keys[rrset.name] = rrset
        if rrset.rdtype == dns.rdatatype.DS: ds[rrset.name] = rrset
delegations = {rrset.name for message in messages if not message.flags & dns.flags.AA for rrset in message.authority if rrset.rdtype == dns.rdatatype.NS}
for message in messages:
    if not message.ednsflags & dns.flags.DO: continue
    for section in (message.answer, message.authority):
        for rrset in section:
            signed = any(one.rdtype == dns.rdatatype.RRSIG and one.name == rrset.name and one.covers == rrset.rdtype for one in section)
            unsigned = rrset.rdtype == dns.rdatatype.RRSIG or (rrset.rdtype == dns.rdatatype.NS and rrset.name in delegations)
            assert signed or unsigned, 'without signature: %s' % rrset
            for signature in section:
                if signature.rdtype == dns.rdatatype.RRSIG and signature.name == rrset.name and signature.covers == rrset.rdtype:
                    dns.dnssec.validate(rrset, signature, keys, None, given['now'])
                    validated += 1
for name, rrset in ds.items():
    assert any(dns.dnssec.make_ds(name, key, 'SHA256') in rrset for key in keys[name])
print(validated, len(ds))
`;

describe.skipIf(!python)('dnspython', () => {
  const interpreter = python as string;
  const validate = (r: Run, change: (hex: string) => string = (hex) => hex): string => {
    const messages = Array.from({ length: r.messages.rows }, (_, row) => change(Buffer.from(bytesOfMessage(r, row)).toString('hex')));
    return execFileSync(interpreter, ['-c', VALIDATE], {
      input: JSON.stringify({ messages, now: calendarTime(0) }),
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  };

  test.each([13, 15])('validates every signature of a run (algorithm %i), and both DS sets', (algorithm) => {
    const [validated, dsSets] = validate(ownRun(algorithm)).split(' ').map(Number) as [number, number];
    expect(validated).toBeGreaterThan(30);
    expect(dsSets).toBe(2);
  });

  test('refuses the run in which a set has lost its signature', () => {
    // The RRSIG records of A sets become ones of a type that nobody reads.
    expect(() => validate(ownRun(13), (hex) => hex.replace(/002e0001(.{12})0001/g, 'ff000001$10001'))).toThrow(/without signature/);
  });

  test('refuses the run with another address in it', () => {
    expect(() => validate(ownRun(13), (hex) => hex.replace('8077f50c', '8077f50d'))).toThrow(/ValidationFailure/);
  });

  test('orders names as we do (RFC 4034 §6.1)', () => {
    const sort =
      'import sys, json, dns.name\nprint(json.dumps([n.to_text() for n in sorted(dns.name.from_text(t) for t in json.load(sys.stdin))]))';
    const names = fc
      .sample(domainName, { numRuns: 400, seed: 1 })
      .concat([
        'example.',
        'a.example.',
        'yljkjljk.a.example.',
        'Z.a.example.',
        'zABC.a.EXAMPLE.',
        'z.example.',
        '\\001.z.example.',
        '*.z.example.',
        '\\200.z.example.',
      ]);
    const theirs = JSON.parse(execFileSync(interpreter, ['-c', sort], { input: JSON.stringify(names), encoding: 'utf8' })) as string[];
    const normal = (text: string): string => {
      const parsed = readMasterFile(`${text} 60 A 192.0.2.1`, { origin: '.' }).records[0];
      return (parsed as ResourceRecord).name.toLowerCase();
    };
    expect([...names].sort(compareNames).map((name) => name.toLowerCase())).toEqual(theirs.map(normal));
  });
});

test.skipIf(!installed('tshark'))('tshark reads every message, and has nothing against any', () => {
  const r = ownRun(13);
  const file = join(folder, 'run.pcapng');
  writeFileSync(file, writePcapng(r));
  const lines = (...words: string[]): string[] =>
    run('tshark', '-r', file, ...words)
      .split('\n')
      .filter((line) => line !== '');
  expect(lines('-Y', 'dns')).toHaveLength(r.messages.rows);
  expect(lines('-Y', '_ws.malformed || _ws.expert.severity >= warning')).toEqual([]);
  const types = new Set(lines('-T', 'fields', '-e', 'dns.resp.type', '-Y', 'dns.resp.type').flatMap((line) => line.split(',')));
  for (const type of ['43', '46', '47', '48']) expect(types).toContain(type);
  expect(lines('-Y', 'dns.flags.authenticated == 1')).toHaveLength(questions.length);
});
