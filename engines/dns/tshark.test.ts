/** What we send, as tshark reads it. Needs tshark on the machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writePcapng } from '../network/capture/pcapng.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { recursing, resolveStep, textbook, zone } from './scenario-for-tests.ts';

const present = spawnSync('tshark', ['--version']).status === 0;

function tshark(run: Run, ...options: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'dns-'));
  try {
    const file = join(folder, 'run.pcapng');
    writeFileSync(file, writePcapng(run));
    const checks = ['ip.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    return execFileSync('tshark', ['-r', file, ...checks, ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const TYPES = `$TTL 1h
@ SOA dns.cs h 1 1h 15m 1w 5m
@ NS dns.cs
@ MX 10 mail
@ TXT "v=spf1 -all" "second string"
@ CAA 128 issue "ca.example.net"
@ TYPE65280 \\# 4 deadbeef
dns.cs A 10.0.0.5
mail A 192.0.2.1
mail AAAA 2001:db8::1
www CNAME mail
12 PTR mail
_smtp._tcp SRV 1 2 25 mail
* TXT anything
`;
const questions: [name: string, type: string][] = [
  ['umass.edu.', 'SOA'],
  ['umass.edu.', 'NS'],
  ['umass.edu.', 'MX'],
  ['umass.edu.', 'TXT'],
  ['umass.edu.', 'CAA'],
  ['umass.edu.', 'TYPE65280'],
  ['mail.umass.edu.', 'AAAA'],
  ['www.umass.edu.', 'A'],
  ['12.umass.edu.', 'PTR'],
  ['_smtp._tcp.umass.edu.', 'SRV'],
  ['x.umass.edu.', 'TXT'],
  ['x.umass.edu.', 'A'],
  ['nothing.', 'A'],
];

describe.skipIf(!present)('tshark', () => {
  test('prints the names and addresses of both walks', () => {
    for (const walk of ['iteratively', 'recursively'] as const) {
      const services = ['a.root-servers.net', 'a.edu-servers.net'].map(recursing);
      const run = simulate(textbook([resolveStep('gaia.cs.umass.edu.')], { walk, services }));
      const lines = tshark(run, '-T', 'fields', '-e', 'dns.qry.name', '-e', 'dns.flags.response', '-e', 'dns.a');
      expect(lines).toHaveLength(8);
      expect(lines.every((line) => line.startsWith('gaia.cs.umass.edu\t'))).toBe(true);
      // Newer versions print a flag as True, older ones as 1.
      expect(lines.at(-1)).toMatch(/^gaia.cs.umass.edu\t(1|True)\t128.119.245.12$/);
    }
  });

  test('finds every type of record and every kind of answer well formed', () => {
    const scenario = textbook(questions.map(([name, type]) => resolveStep(name, type)));
    const services = scenario.services.map((s) =>
      s.kind === 'dns.zone' && s.origin === 'umass.edu.' ? zone(s.origin, s.servers, TYPES) : s,
    );
    const run = simulate({ ...scenario, services });
    expect(tshark(run, '-Y', 'dns')).toHaveLength(run.messages.rows);
    expect(
      tshark(run, '-Y', '_ws.malformed || _ws.expert.severity >= warning || ip.checksum.status == "Bad" || udp.checksum.status == "Bad"'),
    ).toEqual([]);
    const types = new Set(tshark(run, '-T', 'fields', '-e', 'dns.resp.type', '-Y', 'dns.resp.type').flatMap((line) => line.split(',')));
    expect([...types].map(Number).sort((a, b) => a - b)).toEqual([1, 2, 5, 6, 12, 15, 16, 28, 33, 257, 65280]);
    const texts = tshark(
      run,
      '-T',
      'fields',
      '-e',
      'dns.txt',
      '-e',
      'dns.srv.target',
      '-e',
      'dns.mx.mail_exchange',
      '-e',
      'dns.caa.value',
      '-e',
      'dns.aaaa',
    ).join(' ');
    for (const text of ['v=spf1 -all,second string', 'mail.umass.edu', 'ca.example.net', '2001:db8::1']) expect(texts).toContain(text);
  });
});
