/** Our OpenPGP against GnuPG, both ways; each test has a keyring of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { randomStream } from '../../../kernel/random.ts';
import { EPOCH } from '../../../quantities.ts';
import { decodeArmor, encodeArmor } from './armor.ts';
import { decodePublicKey, encodePublicKey, encodeSecretKey, generateKey, type OpenPgpPublicKey } from './keys.ts';
import { decryptMessage, encryptMessage, signText, verifyDetached } from './message.ts';
import { makeSignature, SIGNATURE_TYPES } from './signature.ts';

const absent = spawnSync('gpg', ['--version']).error !== undefined;
if (absent) console.warn('gpg is not installed: its verdict on OpenPGP is not asked for');

const TEXT = Buffer.from('Content-Type: text/plain\r\n\r\nDo you like ketchup?\r\nHow about pickles?\r\n');
const alice = generateKey('Alice <alice@crepes.fr>', EPOCH, randomStream(1, 'alice'));
const bob = generateKey('bob@hamburger.edu', EPOCH, randomStream(1, 'bob'));
const eve = generateKey('eve@example.net', EPOCH, randomStream(1, 'eve'));

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpg-'));
});
afterEach(() => {
  spawnSync('gpgconf', ['--homedir', folder, '--kill', 'all']);
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What it writes, and what it says. */
function gpg(args: readonly string[], input: Uint8Array | string = '') {
  const options = ['--homedir', folder, '--batch', '--yes', '--trust-model', 'always', '--ignore-time-conflict', '--no-auto-key-locate'];
  const { stdout, stderr, status } = spawnSync('gpg', [...options, ...args], { input, timeout: 60_000 });
  return { stdout, said: stderr.toString(), status };
}

/** At which gpg signs. */
const machineTime = (): number => Math.floor(Date.now() / 1000);

const inArmor = (text: Uint8Array) => {
  const armored = decodeArmor(text.toString());
  if ('error' in armored) throw new Error(armored.error);
  return armored.bytes;
};

describe.skipIf(absent)('gpg', () => {
  test('imports our keys, public and secret', () => {
    expect(gpg(['--import'], encodeArmor('PUBLIC KEY BLOCK', encodePublicKey(alice))).said).toContain('imported');
    const { stdout } = gpg(['--with-colons', '--fingerprint', '--list-keys']);
    expect(stdout.toString()).toContain(Buffer.from(alice.primary.fingerprint).toString('hex').toUpperCase());
    expect(stdout.toString()).toContain('Alice <alice@crepes.fr>');
    expect(gpg(['--import'], encodeArmor('PRIVATE KEY BLOCK', encodeSecretKey(bob))).said).toContain('secret keys imported: 1');
    expect(gpg(['--check-signatures']).said).not.toMatch(/bad/i);
  });

  test('verifies what we sign, and finds changes', () => {
    gpg(['--import'], encodePublicKey(alice));
    const signature = file('signature.asc', encodeArmor('SIGNATURE', signText(alice, TEXT, EPOCH)));
    expect(gpg(['--verify', signature, file('text', TEXT)]).said).toContain('Good signature from "Alice <alice@crepes.fr>"');
    const altered = gpg(['--verify', signature, file('altered', TEXT.toString().replace('ketchup', 'mustard'))]);
    expect([altered.said, altered.status]).toEqual([expect.stringContaining('BAD signature'), 1]);
  });

  test('decrypts what we encrypt, and verifies the signature inside', () => {
    gpg(['--import'], encodePublicKey(alice));
    gpg(['--import'], encodeSecretKey(bob));
    const message = encryptMessage(TEXT, [eve, bob], alice, EPOCH, randomStream(1, 'session'));
    const { stdout, said } = gpg(['--decrypt'], encodeArmor('MESSAGE', message));
    expect(stdout).toEqual(TEXT);
    expect(said).toContain('Good signature from "Alice <alice@crepes.fr>"');
    expect(said).not.toContain('WARNING: message was not integrity protected');
    const altered = Uint8Array.from(message);
    altered[message.length - 30] = altered[message.length - 30]! ^ 1;
    expect(gpg(['--decrypt'], altered).status).not.toBe(0);
  });

  test('cannot decrypt what is for others', () => {
    gpg(['--import'], encodeSecretKey(eve));
    const message = encryptMessage(TEXT, [bob], null, EPOCH, randomStream(1, 'session'));
    expect(gpg(['--decrypt'], message).said).toContain('No secret key');
  });
});

describe.skipIf(absent)('we', () => {
  test.each([[['--armor']], [[]], [['--textmode', '--digest-algo', 'SHA512']]])('verify what gpg signs %j', (options) => {
    gpg(['--import'], encodeSecretKey(alice));
    const { stdout } = gpg([...options, '--detach-sign'], TEXT);
    const signature = options.includes('--armor') ? inArmor(stdout) : stdout;
    expect(verifyDetached(signature, TEXT, [eve, alice], machineTime())).toMatchObject({
      valid: true,
      by: { userId: 'Alice <alice@crepes.fr>' },
    });
    expect(verifyDetached(signature, TEXT.subarray(1), [alice], machineTime())).toMatchObject({
      valid: false,
      reason: expect.stringContaining('altered'),
    });
    expect(verifyDetached(signature, TEXT, [eve], machineTime())).toMatchObject({ valid: false, reason: 'by a key that is not known' });
  });

  test.each([
    [['--cipher-algo', 'AES256']],
    [['--cipher-algo', 'AES128', '--sign', '-u', 'alice@crepes.fr']],
    [['--armor', '--textmode', '--sign', '-u', 'alice@crepes.fr']],
  ])('decrypt what gpg encrypts to our keys %j', (options) => {
    gpg(['--import'], encodeSecretKey(alice));
    gpg(['--import'], encodePublicKey(bob));
    const { stdout, said } = gpg([...options, '--encrypt', '-r', 'bob@hamburger.edu'], TEXT);
    expect(said).not.toContain('failed');
    const opened = decryptMessage(options.includes('--armor') ? inArmor(stdout) : stdout, bob, [alice], machineTime());
    if ('problem' in opened) throw new Error(opened.problem);
    expect(Buffer.from(opened.content).toString().replace(/\r?\n/g, '\r\n')).toBe(TEXT.toString());
    if (options.includes('--sign')) expect(opened.signature).toMatchObject({ valid: true });
    else expect(opened.signature).toBeNull();
  });

  test('write to a key that gpg made, and verify by it', () => {
    gpg(['--passphrase', '', '--quick-generate-key', 'carol@example.org', 'ed25519', 'sign,cert', 'never']);
    const fingerprint = /^fpr:+([0-9A-F]{40})/m.exec(gpg(['--with-colons', '--list-keys']).stdout.toString())![1]!;
    gpg(['--passphrase', '', '--quick-add-key', fingerprint, 'cv25519', 'encr', 'never']);
    const carol = decodePublicKey(gpg(['--export', 'carol@example.org']).stdout) as OpenPgpPublicKey;
    expect(carol).toMatchObject({ userId: 'carol@example.org' });
    expect(Buffer.from(carol.primary.fingerprint).toString('hex').toUpperCase()).toBe(fingerprint);
    expect(gpg(['--decrypt'], encryptMessage(TEXT, [carol], null, EPOCH, randomStream(1, 'session'))).stdout).toEqual(TEXT);
    expect(verifyDetached(gpg(['--detach-sign'], TEXT).stdout, TEXT, [carol], machineTime())).toMatchObject({ valid: true });
  });
});

test('keys are read as they were written, and only with their own signatures', () => {
  const encoded = encodePublicKey(alice);
  expect(decodePublicKey(encoded)).toEqual({ userId: alice.userId, primary: alice.primary, encryption: alice.encryption });
  for (const i of [40, 70, 100, encoded.length - 30]) {
    const altered = Uint8Array.from(encoded);
    altered[i] = altered[i]! ^ 1;
    expect(decodePublicKey(altered)).not.toEqual(decodePublicKey(encoded));
  }
});

describe('a signature', () => {
  type Subpackets = Parameters<typeof makeSignature>[4];
  const HOUR = Uint8Array.of(0, 0, 0x0e, 0x10);
  const at = (now: number, others: Subpackets = []) =>
    verifyDetached(makeSignature(alice, SIGNATURE_TYPES.binary, [TEXT], EPOCH, others), TEXT, [alice], now);

  test.each<[string, number, Subpackets]>([
    ['from when it is made', EPOCH, []],
    ['within its time', EPOCH + 3599, [[3, HOUR]]],
    ['for ever where it says so', EPOCH + 1e8, [[3, new Uint8Array(4)]]],
    [
      'with critical subpackets that are looked at',
      EPOCH,
      [
        [0x83, HOUR],
        [0x9b, Uint8Array.of(3)],
      ],
    ],
    [
      'with others that are not critical',
      EPOCH,
      [
        [20, new Uint8Array(8)],
        [9, HOUR],
      ],
    ],
  ])('is valid %s', (_, now, others) => expect(at(now, others)).toMatchObject({ valid: true, signedAt: EPOCH }));

  test.each<[string, number, Subpackets, string]>([
    ['before it is made', EPOCH - 1, [], 'it is dated in the future'],
    ['when its time is over', EPOCH + 3600, [[3, HOUR]], 'it has expired'],
    ['with a critical notation', EPOCH, [[0x80 | 20, new Uint8Array(8)]], 'its subpacket 20 is critical, and not understood'],
    ['with a critical subpacket that has only a name here', EPOCH, [[0x80 | 9, HOUR]], 'its subpacket 9 is critical, and not understood'],
  ])('is not valid %s', (_, now, others, reason) => expect(at(now, others)).toEqual({ valid: false, reason }));

  test('within an encrypted message has its time, too', () => {
    const message = encryptMessage(TEXT, [bob], alice, EPOCH, randomStream(1, 'session'));
    expect(decryptMessage(message, bob, [alice], EPOCH - 1)).toMatchObject({
      signature: { valid: false, reason: 'it is dated in the future' },
    });
  });
});

test('any changed byte of an encrypted message is found, and nobody else reads it', () => {
  const message = encryptMessage(TEXT, [bob], alice, EPOCH, randomStream(1, 'session'));
  expect(decryptMessage(message, bob, [alice], EPOCH)).toMatchObject({ signature: { valid: true } });
  expect(decryptMessage(message, eve, [alice], EPOCH)).toEqual({ problem: 'encrypted for others' });
  for (let i = 0; i < message.length; i++) {
    const altered = Uint8Array.from(message);
    altered[i] = altered[i]! ^ 0x10;
    expect(decryptMessage(altered, bob, [alice], EPOCH)).toHaveProperty('problem');
  }
});

test('armor that was altered is not taken', () => {
  const armored = encodeArmor('MESSAGE', TEXT);
  expect(armored.split('\r\n').slice(0, 2)).toEqual(['-----BEGIN PGP MESSAGE-----', '']);
  expect(decodeArmor(armored)).toMatchObject({ type: 'MESSAGE', bytes: Uint8Array.from(TEXT) });
  expect(decodeArmor(armored.replace('Q29u', 'Q29v'))).toEqual({ error: 'the checksum does not fit the data' });
});
