/** Zones that we sign: their NSEC chain, and what BIND's and NLnet Labs' tools say of them. Those need bind9-utils and ldnsutils. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DAY } from '../../quantities.ts';
import { writeMasterFile } from '../master-file/writer.ts';
import type { ResourceRecord } from '../records.ts';
import type { Zone } from '../server/zone.ts';
import { verifySet } from './signature.ts';
import { signZone } from './signed-zone.ts';
import { calendarTime } from './signer.ts';
import { CHILD, DAYS_14, recordsOf, signer, zoneOfText } from './zones-for-tests.ts';

const plain = zoneOfText('example.', CHILD);

test('NSEC records go round the names with records of their own and the cuts, in canonical order (RFC 4035 §2.3)', () => {
  const zone = signer('example.').at(plain, 0);
  const chain = recordsOf(zone).flatMap(({ name, ttl, data }) =>
    data.type === 'NSEC' ? [`${name} ${ttl} ${data.next} ${data.types.join(' ')}`] : [],
  );
  expect(chain.sort()).toEqual(
    [
      'example. 300 _sip._tcp.example. NS SOA MX RRSIG NSEC DNSKEY CAA',
      'deep.empty.example. 300 Mail.example. TXT RRSIG NSEC',
      'Mail.example. 300 ns1.example. A AAAA RRSIG NSEC',
      'ns1.example. 300 safe.example. A RRSIG NSEC',
      'safe.example. 300 strange.example. NS DS RRSIG NSEC',
      'strange.example. 300 sub.example. RRSIG NSEC TYPE65280',
      'sub.example. 300 *.wild.example. NS RRSIG NSEC',
      '_sip._tcp.example. 300 deep.empty.example. SRV RRSIG NSEC',
      '*.wild.example. 300 www.example. A TXT RRSIG NSEC',
      'www.example. 300 example. CNAME RRSIG NSEC',
    ].sort(),
  );
});

test('delegations and glue are not signed, DS sets and denials at cuts are (RFC 4035 §2.2)', () => {
  const zone = signer('example.').at(plain, 0);
  const covered = (name: string): string[] =>
    (zone.nodes.get(name)?.get('RRSIG') ?? []).map(({ data }) => (data.type === 'RRSIG' ? data.typeCovered : '')).sort();
  expect(covered('sub.example.')).toEqual(['NSEC']);
  expect(covered('safe.example.')).toEqual(['DS', 'NSEC']);
  expect(covered('ns.sub.example.')).toEqual([]);
  expect(covered('example.')).toEqual(['CAA', 'DNSKEY', 'MX', 'NS', 'NSEC', 'SOA']);
});

test('is signed anew when a quarter of the time is left, and every signature holds at every time', () => {
  const operator = signer('example.', 15);
  const signaturesAt = (day: number): readonly ResourceRecord[] =>
    operator
      .at(plain, day * DAY)
      .nodes.get('mail.example.')
      ?.get('RRSIG') ?? [];
  expect(signaturesAt(10)).toBe(signaturesAt(0));
  expect(signaturesAt(11)).not.toEqual(signaturesAt(0));
  for (const day of [0, 10, 11, 20, 60, 100]) {
    const set = plain.nodes.get('mail.example.')?.get('A') ?? [];
    const now = calendarTime(day * DAY);
    expect(verifySet(set, signaturesAt(day), 'example.', [operator.keys.zsk.record], now, { verifications: 0, digests: 0 })).toMatchObject({
      ok: true,
    });
  }
});

const present = (tool: string): boolean => spawnSync('sh', ['-c', `command -v ${tool}`]).status === 0;

function check(tool: string, zone: Zone, words: (file: string) => string[]): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'dnssec-'));
  try {
    const file = join(folder, 'zone');
    writeFileSync(file, writeMasterFile(recordsOf(zone), zone.origin));
    const { status, stdout, stderr } = spawnSync(tool, words(file), { encoding: 'utf8' });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A day of the run. */
const TIME = '20260102000000';

describe.each([13, 15])('a zone signed with algorithm %i', (algorithm) => {
  const zone = signer('example.', algorithm).at(plain, DAY);

  test.skipIf(!present('ldns-verify-zone'))('ldns-verify-zone accepts', () => {
    expect(check('ldns-verify-zone', zone, (file) => ['-t', TIME, file])).toMatchObject({
      status: 0,
      output: expect.stringContaining('Zone is verified and complete'),
    });
  });

  test.skipIf(!present('ldns-verify-zone'))('ldns-verify-zone refuses with another address in it', () => {
    const nodes = new Map(zone.nodes);
    const node = new Map(nodes.get('ns1.example.'));
    node.set('A', [{ name: 'ns1.example.', ttl: 3600, data: { type: 'A', address: '192.0.2.54' } }]);
    nodes.set('ns1.example.', node);
    expect(check('ldns-verify-zone', { ...zone, nodes }, (file) => ['-t', TIME, file]).status).not.toBe(0);
  });

  // It goes by the machine's clock.
  test.skipIf(!present('dnssec-verify'))('dnssec-verify accepts', () => {
    const now = Math.floor(Date.now() / 1000);
    const current = signZone(plain, signer('example.', algorithm).keys, { inception: now - 3600, expiration: now + 86_400 });
    const { status, output } = check('dnssec-verify', current, (file) => ['-o', 'example.', file]);
    expect(output).toContain('Zone fully signed');
    expect(status).toBe(0);
  });
});

test.skipIf(!present('dnssec-dsfromkey'))('the DS record is the one that dnssec-dsfromkey makes', () => {
  const operator = signer('example.');
  const folder = mkdtempSync(join(tmpdir(), 'dnssec-'));
  try {
    const file = join(folder, 'keys');
    writeFileSync(file, writeMasterFile([{ name: 'example.', ttl: DAYS_14, data: operator.keys.ksk.record }], 'example.'));
    const made = execFileSync('dnssec-dsfromkey', ['-2', '-f', file, 'example.'], { encoding: 'utf8' }).trim().split(/\s+/);
    const { keyTag, algorithm, digestType, digest } = operator.ds;
    expect(made.slice(3)).toEqual([String(keyTag), String(algorithm), String(digestType), digest.toUpperCase()]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
