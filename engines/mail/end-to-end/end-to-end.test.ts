/** Protected messages: what recipients, others and servers make of them, whole S/MIME messages before openssl, and of a run what its wire holds. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import { checkFields } from '../../fuzz-target.ts';
import { randomStream } from '../../kernel/random.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { EPOCH } from '../../quantities.ts';
import { simulate } from '../../simulation.ts';
import { privateKeyInfo } from '../../tls/certificate/encoding.ts';
import { publicKeyOf } from '../../tls/certificate/signature.ts';
import { SimulatedTrust } from '../../tls/simulated-trust.ts';
import { composeMessage } from '../message/composition.ts';
import { dissectContent } from '../message/dissect.ts';
import { prependFields } from '../message/message-format.ts';
import { contentOf, parseMime } from '../message/mime.ts';
import type { EndToEndProtection, ProtectionFormat } from '../scenario.ts';
import { aliceSends, mailScenario } from '../scenario-for-tests.ts';
import { KeyRing } from './key-ring.ts';
import { readableBytes, tamper } from './onlooker.ts';
import { protect } from './protection.ts';
import { readMail } from './reading.ts';

const ALICE = 'alice@crepes.fr';
const BOB = 'bob@hamburger.edu';
const EVE = 'eve@example.net';
const ring = new KeyRing(1, new SimulatedTrust(1));

function message(body = 'Do you like ketchup?\n.dots too\n', attachment = false): string {
  return composeMessage(
    {
      kind: 'parts',
      subject: 'Condiments',
      headers: [],
      body,
      ...(attachment ? { attachments: [{ name: 'menu.txt', source: { kind: 'octets', octets: 'crêpes' } }] } : {}),
    },
    { from: ALICE, to: [BOB], date: 'Thu, 01 Jan 2026 00:00:00 +0000', messageId: '<1@alice-pc>' },
    'extended',
  );
}

const by = (sign: ProtectionFormat | null, encrypt: ProtectionFormat | null, signer = ALICE): EndToEndProtection => ({
  sign: sign && { format: sign, by: signer },
  encrypt,
});
const protectedBy = (protection: EndToEndProtection, octets = message()) =>
  protect(octets, protection, [BOB], ring, EPOCH, randomStream(1, 'protection'));
const read = (octets: string, reader = BOB) => readMail(octets, reader, ring, EPOCH);

const WAYS: readonly (readonly [ProtectionFormat | null, ProtectionFormat | null])[] = [
  ['smime', null],
  ['openpgp', null],
  [null, 'smime'],
  [null, 'openpgp'],
  ['smime', 'smime'],
  ['openpgp', 'openpgp'],
  ['smime', 'openpgp'],
  ['openpgp', 'smime'],
];

describe.each(WAYS)('a message signed by %s and encrypted by %s', (sign, encrypt) => {
  const octets = protectedBy(by(sign, encrypt));

  test('is read by its recipient, and by others where it is only signed', () => {
    const signature = sign ? { kind: 'valid', by: ALICE } : { kind: 'missing' };
    expect(read(octets)).toEqual({ text: 'Do you like ketchup?\r\n.dots too\r\n', problem: null, encrypted: encrypt !== null, signature });
    if (encrypt) expect(read(octets, EVE)).toMatchObject({ text: null, problem: 'encrypted for others' });
    else expect(read(octets, EVE).text).toContain('ketchup');
  });

  test('keeps its fields in clear, and of its text nothing where it is encrypted', () => {
    expect(octets).toContain('Subject: Condiments\r\n');
    expect(octets.includes('ketchup')).toBe(encrypt === null);
    expect(readableBytes(octets)).toBe(encrypt ? 0 : 33);
    for (const line of octets.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
    expect(octets).toMatch(/^[\x01-\x7f]*$/);
  });

  test('survives what servers put in front', () => {
    expect(read(prependFields(octets, ['Return-Path: <alice@crepes.fr>', 'Received: from there']))).toEqual(read(octets));
  });

  test('tells when a server tampers with it', () => {
    const altered = tamper(octets, { replace: 'ketchup', by: 'mustard' });
    expect(altered).not.toBe(octets);
    const found = read(altered);
    if (encrypt) expect(found).toMatchObject({ text: null, problem: 'what is encrypted was altered on the way' });
    else expect(found).toMatchObject({ signature: { kind: 'invalid', reason: 'the message was altered after it was signed' } });
  });

  test('has its parts, with their places, in the inspector', () => {
    const bytes = bytesOfOctets(`${octets.replaceAll('\r\n.', '\r\n..')}.\r\n`);
    const fields = dissectContent(bytes);
    checkFields(fields, bytes.length);
    const names = new Set<string>();
    const visit = (all: readonly Field[]): void => {
      for (const { name, malformed, children = [] } of all) {
        expect([name, malformed ?? false]).toEqual([name, false]);
        names.add(name);
        visit(children);
      }
    };
    visit(fields);
    const outer = encrypt ?? sign;
    const expected = {
      smime: encrypt ? ['AuthEnvelopedData', 'encryptedContent', 'mac'] : ['SignedData', 'messageDigest', 'Certificate', 'signature'],
      openpgp: encrypt ? ['wrapped session key', 'encrypted data'] : ['Signature', 'issuer fingerprint', 'R'],
    }[outer as ProtectionFormat];
    for (const name of expected.filter((one) => one !== 'messageDigest')) expect([...names]).toContain(name);
  });
});

describe('a signature', () => {
  test.each(['smime', 'openpgp'] as const)('by %s of somebody else proves nothing about the author', (format) => {
    expect(read(protectedBy(by(format, null, EVE))).signature).toEqual({ kind: 'invalid', reason: `signed by ${EVE}, not by ${ALICE}` });
  });

  describe.each(['smime', 'openpgp'] as const)('by %s', (format) => {
    const octets = protectedBy(by(format, null));
    const from = (...fields: string[]) => read(octets.replace(/^From: .*$/m, fields.join('\r\n'))).signature;

    test.each([
      'From: Alice <alice@crepes.fr>',
      'From: "<eve@example.net>, Alice" <ALICE@crepes.fr>',
      'From: (eve@example.net) "alice"@crepes.fr (Alice)',
      'from:\r\n <alice@crepes.fr>',
    ])('is the author’s in %j', (field) => expect(from(field)).toEqual({ kind: 'valid', by: ALICE }));

    test.each([
      ['From: eve@example.net', 'From: alice@crepes.fr'],
      ['From: alice@crepes.fr', 'From: alice@crepes.fr'],
      ['From: eve@example.net, alice@crepes.fr'],
      ['From: eve@example.net <alice@crepes.fr>'],
      ['From: <eve@example.net> <alice@crepes.fr>'],
      ['From: <alice@crepes.fr> eve@example.net'],
      ['From: Friends: alice@crepes.fr;'],
      ['From: eve@example.net (<alice@crepes.fr>'],
      ['From: <@example.net:alice@crepes.fr>'],
      [`From: alice@crepes.fr${' '.repeat(20_000)}, eve@example.net`],
      ['From: Alice'],
      ['X-From: alice@crepes.fr'],
    ])('is nobody’s in %j', (...fields) => expect(from(...fields).kind).toBe('invalid'));
  });

  test('covers an attachment, too', () => {
    const octets = protectedBy(by('smime', null), message('See the menu.', true));
    expect(read(octets)).toMatchObject({ text: 'See the menu.\r\n', signature: { kind: 'valid' } });
    expect(read(octets.replace('menu.txt', 'menu.exe')).signature.kind).toBe('invalid');
  });

  test('is missing where there is none, and a message without one reads as it stands', () => {
    expect(read(message())).toEqual({
      text: 'Do you like ketchup?\r\n.dots too\r\n',
      problem: null,
      encrypted: false,
      signature: { kind: 'missing' },
    });
    expect(read(tamper(message(), { replace: 'ketchup', by: 'mustard' })).text).toContain('mustard');
  });
});

describe('what is malformed', () => {
  test.each<[string, string, RegExp]>([
    ['no CMS', 'Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n', /ContentInfo/],
    [
      'no armor',
      'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b\r\n\r\n--b\r\n\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n',
      /armored block/,
    ],
    [
      'cover in cover without end',
      protectedBy(
        by(null, 'smime'),
        Array.from({ length: 9 }).reduce<string>((inner) => protectedBy(by(null, 'smime'), inner), message()),
      ),
      /more than 8 times/,
    ],
  ])('is told: %s', (_, octets, problem) => {
    expect(read(octets)).toMatchObject({ text: null, problem: expect.stringMatching(problem) });
  });
});

const openssl = spawnSync('openssl', ['version']).error === undefined;
if (!openssl) console.warn('openssl is not installed: it does not judge whole messages');

describe.skipIf(!openssl)('openssl, given whole messages', () => {
  const pem = (label: string, der: Uint8Array) =>
    `-----BEGIN ${label}-----\n${Buffer.from(der)
      .toString('base64')
      .replace(/.{64}(?!$)/g, '$&\n')}\n-----END ${label}-----\n`;

  function cms(octets: string, ...args: string[]): { stdout: string; said: string } {
    const folder = mkdtempSync(join(tmpdir(), 'smime-'));
    try {
      const file = (name: string, content: string) => {
        writeFileSync(join(folder, name), content, 'latin1');
        return join(folder, name);
      };
      const { key, certificates } = ring.credentials(BOB);
      file('root.crt', pem('CERTIFICATE', ring.roots[0]!));
      file('bob.crt', pem('CERTIFICATE', certificates[0]!));
      file('bob.key', pem('PRIVATE KEY', privateKeyInfo(key, publicKeyOf(key))));
      const made = spawnSync('openssl', ['cms', ...args, '-in', file('message.eml', octets)], { cwd: folder });
      return { stdout: made.stdout.toString('latin1'), said: made.stderr.toString() };
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const verify = (octets: string) => cms(octets, '-verify', '-CAfile', 'root.crt', '-purpose', 'smimesign', '-attime', String(EPOCH));
  const decrypt = (octets: string) => cms(octets, '-decrypt', '-recip', 'bob.crt', '-inkey', 'bob.key');

  test('verifies multipart/signed, and finds tampering', () => {
    const octets = protectedBy(by('smime', null));
    expect(verify(octets)).toMatchObject({ stdout: expect.stringContaining('ketchup'), said: expect.stringMatching(/successful/) });
    expect(verify(tamper(octets, { replace: 'ketchup', by: 'mustard' })).said).toMatch(/digest failure|verify error/);
  });

  test('decrypts application/pkcs7-mime, and verifies what was signed inside', () => {
    const inside = decrypt(protectedBy(by('smime', 'smime'))).stdout;
    expect(inside).toContain('multipart/signed');
    expect(verify(inside).said).toMatch(/successful/);
  });
});

describe('in a run', () => {
  const run = (endToEnd?: EndToEndProtection) =>
    simulate(mailScenario({ dialect: 'extended', steps: [aliceSends([BOB], {}, endToEnd ? { endToEnd } : {})] }));
  const wire = ({ bytes }: { bytes: Uint8Array }) => octetsOf(bytes);

  test('the wire and the servers hold the text of a message that is not encrypted, and of another nothing', () => {
    expect(wire(run())).toContain('How about pickles?');
    for (const format of ['smime', 'openpgp'] as const) {
      const made = run(by(format, format));
      expect(wire(made)).not.toContain('pickles');
      const bytes = made.series.filter(({ metric }) => metric === 'readable bytes').map(({ values }) => values.at(-1));
      expect(bytes).toEqual([0, 0]);
      // The envelope is for the servers: whom it names, they know.
      expect(made.series.filter(({ metric }) => metric === 'correspondents learned').map(({ values }) => values.at(-1))).toEqual([2, 2]);
    }
  });

  test('the same seed gives the same octets, another one others', () => {
    expect(run(by('smime', 'openpgp')).bytes).toEqual(run(by('smime', 'openpgp')).bytes);
  });
});

test('an attachment of ciphertext is named as S/MIME agents look for it', () => {
  const octets = protectedBy(by(null, 'smime'));
  const entity = parseMime(octets);
  expect([entity.type, entity.encoding, entity.disposition?.value]).toEqual(['application/pkcs7-mime', 'base64', 'attachment']);
  expect(octets).toMatch(/smime-type=authEnveloped-data;\s+name=smime\.p7m/i);
  expect(contentOf(octets, entity).charCodeAt(0)).toBe(0x30);
});
