/** Sessions over TLS (RFC 4217): what is said, who sees it, and what becomes of a session whose server cannot be trusted. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { contentOf, innerOf } from '../message-content.ts';
import { writePcapng } from '../network/capture/pcapng.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import type { ServerCertificate } from '../tls/scenario.ts';
import type { DataMode, FtpServerService, FtpSessionAction } from './scenario.ts';
import { type FtpTest, ftpScenario, get, outcomes, put, session } from './scenario-for-tests.ts';

const README = 'Hello\nworld\n';
const operations = [get('readme.txt'), put('up.bin', { source: { kind: 'size', size: 50_000 } })];

function run(service: Partial<FtpServerService>, action: Partial<FtpSessionAction>, rest: Partial<FtpTest> = {}): Run {
  return simulate(ftpScenario({ steps: [session(operations, action)], service, ...rest }));
}

/** Commands and replies, `🔒` before those that were protected; of the handshakes nothing. */
function dialogue(made: Run): string[] {
  const { messages, strings } = made;
  const lines: string[] = [];
  for (let row = 0; row < messages.rows; row++) {
    const inner = innerOf(made, row);
    const protocol = inner?.protocol ?? strings[messages.protocol[row]!];
    if (protocol === 'ftp') lines.push(inner ? `🔒 ${inner.label}` : strings[messages.label[row]!]!);
  }
  return lines;
}

/** Everything that travelled, as an eavesdropper has it. */
function overheard(made: Run): Buffer {
  return Buffer.concat(Array.from({ length: made.messages.rows }, (_, row) => bytesOf(contentOf(made, row))));
}

const notes = ({ states, strings }: Run) => Array.from(states.note, (note) => strings[note] ?? '').filter((note) => note.startsWith('TLS'));

describe.each(['packets', 'flows'] as const)('over TLS at fidelity %s', (fidelity) => {
  test('the control connection is secured before the user is named, and each data connection after PROT P', () => {
    const made = run({ tls: 'required' }, { tls: true, mode: 'extended passive' }, { fidelity });
    expect(dialogue(made).map((line) => line.replace(/\|\|\|\d+\|/, '|||…|'))).toEqual([
      '220 server FTP server ready',
      'AUTH TLS',
      '234 Begin TLS negotiation',
      '🔒 PBSZ 0',
      '🔒 200 PBSZ=0',
      '🔒 PROT P',
      '🔒 200 Protection level set to P',
      '🔒 USER ann',
      '🔒 331 Password required for ann',
      '🔒 PASS secret',
      '🔒 230 User ann logged in',
      '🔒 TYPE I',
      '🔒 200 Type set to I',
      '🔒 EPSV',
      '🔒 229 Entering Extended Passive Mode (|||…|)',
      '🔒 RETR readme.txt',
      '🔒 125 Data connection already open; BINARY transfer of readme.txt starting',
      '🔒 226 Transfer complete',
      '🔒 EPSV',
      '🔒 229 Entering Extended Passive Mode (|||…|)',
      '🔒 STOR up.bin',
      '🔒 125 Data connection already open; BINARY transfer of up.bin starting',
      '🔒 226 Transfer complete',
      '🔒 QUIT',
      '🔒 221 Goodbye',
    ]);
    expect(made.steps[0]).toMatchObject({ succeeded: true });
  });

  test.each<DataMode>(['active', 'passive', 'extended active', 'extended passive'])(
    'nothing of password and files is overheard in %s mode',
    (mode) => {
      const clear = overheard(run({ tls: 'offered' }, { mode }, { fidelity }));
      const secured = run({ tls: 'offered' }, { mode, tls: true }, { fidelity });
      for (const secret of ['PASS secret', README, 'readme.txt']) {
        expect(clear.includes(secret), secret).toBe(true);
        expect(overheard(secured).includes(secret), secret).toBe(false);
      }
      expect(secured.steps[0]).toMatchObject({ succeeded: true });
    },
  );

  test.each<[flaw: ServerCertificate, why: string]>([
    [{ names: ['server'], flaw: 'expired' }, 'the certificate of “server” expired at 2025-12-31 00:00:00 UTC'],
    [{ names: ['server'], flaw: 'self-signed' }, '“server” vouches for itself, and is not trusted'],
    [{ names: ['other.example'], flaw: null }, 'the certificate is for other.example, not for server'],
  ])('a server with certificate %j is not told who is there', (certificate, why) => {
    const made = run({ tls: 'required', certificate }, { tls: true }, { fidelity });
    expect(outcomes(made)).toEqual([[`TLS failed: ${why}`, false]]);
    expect(dialogue(made)).toEqual(['220 server FTP server ready', 'AUTH TLS', '234 Begin TLS negotiation']);
    expect(notes(made)).toContain(`TLS with server failed: ${why}`);
    expect(notes(made).length).toBe(2);
    expect(made.strings[made.connections.ending[0]!]).toBe('closed');
  });
});

test('a client that wants TLS says no password to a server that has none', () => {
  const made = run({ tls: 'off' }, { tls: true });
  expect(outcomes(made)).toEqual([['502 AUTH is not implemented', false]]);
  expect(dialogue(made)).toEqual(['220 server FTP server ready', 'AUTH TLS', '502 AUTH is not implemented', 'QUIT', '221 Goodbye']);
});

test('a client in clear says no password to a server that requires TLS', () => {
  const made = run({ tls: 'required' }, { tls: false });
  expect(outcomes(made)).toEqual([['530 Secure the connection with AUTH TLS first', false]]);
  expect(dialogue(made)).not.toContain('PASS secret');
});

test('equal scenarios give equal runs, and another seed other keys', () => {
  const scenario = ftpScenario({ steps: [session(operations, { tls: true })], service: { tls: 'offered' } });
  const [first, second, other] = [simulate(scenario), simulate(scenario), simulate({ ...scenario, seed: 2 })];
  expect(second.fingerprint).toBe(first.fingerprint);
  expect(other.fingerprint).not.toBe(first.fingerprint);
});

describe.skipIf(spawnSync('tshark', ['--version']).status !== 0)('tshark', () => {
  function tshark(made: Run, withoutSecrets: boolean, ...options: string[]): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'ftps-'));
    try {
      const file = join(folder, 'run.pcapng');
      writeFileSync(file, writePcapng(made, { withoutSecrets }));
      return execFileSync('tshark', ['-r', file, '-o', 'tcp.check_checksum:TRUE', ...options], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      })
        .split('\n')
        .filter((line) => line !== '');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  const commands = ['-Y', 'ftp.request', '-T', 'fields', '-e', 'ftp.request.command'];

  test.each(['packets', 'flows'] as const)('opens the session with the secrets of the capture, and not without them (%s)', (fidelity) => {
    const made = run({ tls: 'offered' }, { tls: true }, { fidelity });
    expect(tshark(made, false, ...commands)).toEqual([
      'AUTH',
      'PBSZ',
      'PROT',
      'USER',
      'PASS',
      'TYPE',
      'PASV',
      'RETR',
      'PASV',
      'STOR',
      'QUIT',
    ]);
    expect(tshark(made, true, ...commands)).toEqual(['AUTH']);
    expect(tshark(made, false, '-Y', 'tcp.checksum.status == "Bad" || _ws.malformed')).toEqual([]);
  });
});
