/** Our CMS against `openssl cms`, both ways. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { randomStream } from '../../../kernel/random.ts';
import { EPOCH } from '../../../quantities.ts';
import type { Credentials } from '../../../tls/certificate/authority.ts';
import { decodeCertificate } from '../../../tls/certificate/certificate.ts';
import { privateKeyInfo } from '../../../tls/certificate/encoding.ts';
import { publicKeyOf, sign } from '../../../tls/certificate/signature.ts';
import { SimulatedTrust } from '../../../tls/simulated-trust.ts';
import { type CmsContent, decodeCms } from './content-info.ts';
import { decryptCms, encryptCms } from './enveloped-data.ts';
import { SIGNED_DATA } from './identifiers.ts';
import { signCms, verifyCms } from './signed-data.ts';

const absent = spawnSync('openssl', ['version']).error !== undefined;
if (absent) console.warn('openssl is not installed: its verdict on S/MIME is not asked for');

const folder = mkdtempSync(join(tmpdir(), 'cms-'));
afterAll(() => rmSync(folder, { recursive: true }));

const trust = new SimulatedTrust(1);
const alice = trust.mailCredentials('alice@crepes.fr');
const bob = trust.mailCredentials('bob@hamburger.edu');
const carol = trust.mailCredentials('carol@hamburger.edu');
const NOW = EPOCH;
const TEXT = Buffer.from('Content-Type: text/plain\r\n\r\nDo you like ketchup?\r\n');

const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString('base64')
    .replace(/.{64}(?!$)/g, '$&\n')}\n-----END ${label}-----\n`;

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const certificateFile = (name: string, { certificates }: Credentials) => file(`${name}.crt`, pem('CERTIFICATE', certificates[0]!));
const keyFile = (name: string, { key }: Credentials) => file(`${name}.key`, pem('PRIVATE KEY', privateKeyInfo(key, publicKeyOf(key))));
const root = () => file('root.crt', pem('CERTIFICATE', trust.roots[0]!));
const openssl = (args: readonly string[], input?: Uint8Array) =>
  execFileSync('openssl', [...args], { input, stdio: ['pipe', 'pipe', 'pipe'] });

function read<K extends CmsContent['kind']>(der: Uint8Array, kind: K): Extract<CmsContent, { kind: K }> {
  const content = decodeCms(der);
  if ('error' in content || content.kind !== kind) throw new Error(JSON.stringify(content));
  return content as Extract<CmsContent, { kind: K }>;
}

const certificateOf = ({ certificates }: Credentials) => {
  const decoded = decodeCertificate(certificates[0]!);
  if (!('certificate' in decoded)) throw new Error(decoded.refusal.text);
  return decoded.certificate;
};

describe.skipIf(absent)('openssl', () => {
  const verifying = ['cms', '-verify', '-binary', '-inform', 'DER', '-purpose', 'smimesign', '-attime', String(NOW)];

  test.each([true, false])('verifies what we sign (detached: %s)', (detached) => {
    const signed = file('signed.der', signCms(TEXT, alice, NOW, detached));
    const beside = detached ? ['-content', file('content', TEXT)] : [];
    expect(openssl([...verifying, '-in', signed, '-CAfile', root(), ...beside])).toEqual(TEXT);
  });

  test('finds an altered content', () => {
    const signed = file('signed.der', signCms(TEXT, alice, NOW, true));
    const altered = file('altered', TEXT.toString().replace('ketchup', 'mustard'));
    expect(() => openssl([...verifying, '-in', signed, '-CAfile', root(), '-content', altered])).toThrow(/digest|verif/i);
  });

  test.each(['GCM', 'CBC'] as const)('decrypts what we encrypt by %s, for each recipient', (mode) => {
    const recipients = [certificateOf(bob), certificateOf(carol)];
    const encrypted = file('encrypted.der', encryptCms(TEXT, recipients, randomStream(1, 'test'), mode));
    for (const [name, who] of [
      ['bob', bob],
      ['carol', carol],
    ] as const) {
      const as = ['-recip', certificateFile(name, who), '-inkey', keyFile(name, who)];
      expect(openssl(['cms', '-decrypt', '-binary', '-inform', 'DER', '-in', encrypted, ...as])).toEqual(TEXT);
    }
    const others = ['-recip', certificateFile('alice', alice), '-inkey', keyFile('alice', alice)];
    expect(() => openssl(['cms', '-decrypt', '-inform', 'DER', '-in', encrypted, ...others])).toThrow();
  });
});

describe.skipIf(absent)('we', () => {
  const signing = ['cms', '-sign', '-binary', '-outform', 'DER', '-md', 'sha256'];
  const signer = () => ['-signer', certificateFile('alice', alice), '-inkey', keyFile('alice', alice)];

  test.each([[['-nodetach']], [[]], [['-nodetach', '-noattr']]])('verify what openssl signs %j', (options) => {
    const signed = read(openssl([...signing, ...options, ...signer()], TEXT), 'signed');
    const detached = signed.content ? null : TEXT;
    // It signs at the time of the machine, which is of no account here.
    expect(verifyCms(signed, detached, trust.roots, NOW)).toMatchObject({
      valid: true,
      certificate: { mailAddresses: ['alice@crepes.fr'] },
    });
    const changed = Uint8Array.from(TEXT);
    changed[30] = changed[30]! ^ 1;
    const altered = signed.content
      ? verifyCms({ ...signed, content: changed }, null, trust.roots, NOW)
      : verifyCms(signed, changed, trust.roots, NOW);
    expect(altered).toMatchObject({ valid: false });
  });

  test.each([
    [['-aes128']],
    [['-aes-256-cbc', '-keyopt', 'ecdh_kdf_md:sha256']],
    [['-aes-128-gcm']],
    [['-aes-256-gcm', '-keyopt', 'ecdh_kdf_md:sha256']],
  ])('decrypt what openssl encrypts %j', ([cipher, ...options]) => {
    const encrypted = openssl(
      ['cms', '-encrypt', '-binary', '-outform', 'DER', cipher!, '-recip', certificateFile('bob', bob), ...options],
      TEXT,
    );
    const enveloped = read(encrypted, 'enveloped');
    const opened = decryptCms(enveloped, bob);
    expect('content' in opened && Buffer.from(opened.content)).toEqual(TEXT);
    expect(decryptCms(enveloped, carol)).toEqual({ problem: 'encrypted for others' });
  });
});

test('any changed byte of what is encrypted is found', () => {
  const encrypted = encryptCms(TEXT, [certificateOf(bob)], randomStream(1, 'test'));
  expect(decryptCms(read(encrypted, 'enveloped'), bob)).toMatchObject({ authenticated: true });
  let found = 0;
  for (let i = 0; i < encrypted.length; i++) {
    const altered = Uint8Array.from(encrypted);
    altered[i] = altered[i]! ^ 0x01;
    const content = decodeCms(altered);
    const opened = 'error' in content || content.kind !== 'enveloped' ? { problem: 'unreadable' } : decryptCms(content, bob);
    if ('problem' in opened) found++;
    // A version or a length of a parameter may read otherwise; the text never does.
    else expect(Buffer.from(opened.content)).toEqual(TEXT);
  }
  expect(found / encrypted.length).toBeGreaterThan(0.9);
});

test('who is not trusted is told', () => {
  const signed = read(signCms(TEXT, new SimulatedTrust(2).mailCredentials('alice@crepes.fr'), NOW, false), 'signed');
  expect(verifyCms(signed, null, trust.roots, NOW)).toMatchObject({ valid: false, reason: expect.stringContaining('did not sign') });
  expect(verifyCms(read(signCms(TEXT, alice, NOW, false), 'signed'), null, trust.roots, NOW + 3 * 365 * 86_400)).toMatchObject({
    valid: false,
    reason: expect.stringContaining('expired'),
  });
});

test('a content that was put into a detached signature does not stand for what lies beside it', () => {
  const { content } = read(signCms(TEXT, alice, NOW, false), 'signed');
  const signed = { ...read(signCms(TEXT, alice, NOW, true), 'signed'), content };
  expect(verifyCms(signed, TEXT, trust.roots, NOW)).toMatchObject({ valid: true });
  expect(verifyCms(signed, Buffer.from('Do you like mustard?\r\n'), trust.roots, NOW)).toMatchObject({
    valid: false,
    reason: 'the message was altered after it was signed',
  });
});

describe('without signed attributes', () => {
  const attributed = () => read(signCms(TEXT, alice, NOW, false), 'signed');

  test('no signed attributes of another message are the content', () => {
    const signed = attributed();
    const [signer] = signed.signers;
    const content = signer!.signedAttributes!.der;
    const substituted = { ...signed, content, signers: [{ ...signer!, signedAttributes: null }] };
    expect(verifyCms(substituted, null, trust.roots, NOW)).toEqual({ valid: false, reason: 'signed attributes stand for the content' });
  });

  test('only plain data is signed', () => {
    const signed = attributed();
    const signers = [{ ...signed.signers[0]!, signedAttributes: null, signature: sign(alice.key, TEXT) }];
    expect(verifyCms({ ...signed, signers }, null, trust.roots, NOW)).toMatchObject({ valid: true });
    expect(verifyCms({ ...signed, contentType: SIGNED_DATA, signers }, null, trust.roots, NOW)).toEqual({
      valid: false,
      reason: 'a signature of other than plain data needs signed attributes',
    });
  });

  test('a text may begin as a SET does', () => {
    const text = Buffer.from(`1\x0a0\x08${' '.repeat(8)}`);
    const signed = attributed();
    const signers = [{ ...signed.signers[0]!, signedAttributes: null, signature: sign(alice.key, text) }];
    expect(verifyCms({ ...signed, content: text, signers }, null, trust.roots, NOW)).toMatchObject({ valid: true });
  });
});
