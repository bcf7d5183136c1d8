import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { EPOCH } from '../../quantities.ts';
import * as trace from '../rfc8448-for-tests.ts';
import { authorityForTests, credentialsForTests, NAME, randomForTests } from '../session-for-tests.ts';
import { type CertificateAuthority, certificateAuthority, intermediate, issue, SERVER_VALIDITY } from './authority.ts';
import { decodeCertificate, dissectCertificate } from './certificate.ts';
import { type CertificateContent, encodeCertificate } from './encoding.ts';
import { publicKeyOf } from './signature.ts';
import { isFor, verifyChain } from './verification.ts';

const SCHEMES = ['ecdsa_secp256r1_sha256', 'ed25519'] as const;
const DAY = 86_400;

const decoded = (der: Uint8Array) => {
  const result = decodeCertificate(der);
  if ('refusal' in result) throw new Error(result.refusal.text);
  return result.certificate;
};

/** `openssl verify` at a time of the simulation. */
function opensslVerify(root: Uint8Array, chain: readonly Uint8Array[], name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const pem = (der: Uint8Array) => new X509Certificate(der).toString();
  try {
    const path = (file: string, ders: readonly Uint8Array[]) => {
      writeFileSync(join(folder, file), ders.map(pem).join(''));
      return join(folder, file);
    };
    const below = chain.length > 1 ? ['-untrusted', path('below.pem', chain.slice(1))] : [];
    const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-attime', String(EPOCH), '-verify_hostname', name];
    return execFileSync('openssl', [...args, '-CAfile', path('root.pem', [root]), ...below, path('leaf.pem', chain.slice(0, 1))], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    console.warn('openssl is not installed: certificates are not checked with it');
    return false;
  }
})();

describe.each(SCHEMES)('certificates with %s', (scheme) => {
  const root = certificateAuthority(randomForTests, 'Root', scheme);
  const { certificates } = issue(root, { names: [NAME, 'www.server.example', '10.0.0.2'], scheme });

  test('are what Node reads', () => {
    const leaf = new X509Certificate(certificates[0]!);
    const authority = new X509Certificate(root.certificate);
    expect([leaf.subject, leaf.issuer, leaf.ca, authority.ca]).toEqual([`CN=${NAME}`, 'CN=Root', false, true]);
    expect(leaf.subjectAltName).toBe(`DNS:${NAME}, DNS:www.server.example, IP Address:10.0.0.2`);
    expect(leaf.validFromDate.getTime() / 1000).toBe(SERVER_VALIDITY.notBefore);
    expect(leaf.validToDate.getTime() / 1000).toBe(SERVER_VALIDITY.notAfter);
    expect(leaf.checkIssued(authority) && leaf.verify(authority.publicKey)).toBe(true);
    expect(leaf.checkHost(NAME)).toBe(NAME);
  });

  test.skipIf(!hasOpenssl)('are verified by OpenSSL, with and without an authority in between', () => {
    expect(opensslVerify(root.certificate, certificates, NAME)).toMatch(/leaf.pem: OK/);
    const below = intermediate(root, 'Below');
    const chain = [...issue(below, { names: [NAME] }).certificates, below.certificate];
    expect(opensslVerify(root.certificate, chain, NAME)).toMatch(/leaf.pem: OK/);
    expect(() => opensslVerify(root.certificate, chain, 'other.example')).toThrow();
  });

  test('are read as they were written', () => {
    const leaf = decoded(certificates[0]!);
    expect(leaf).toMatchObject({
      subjectName: NAME,
      issuerName: 'Root',
      names: [NAME, 'www.server.example'],
      addresses: ['10.0.0.2'],
      ...SERVER_VALIDITY,
    });
    expect(leaf).toMatchObject({
      authority: false,
      keyUsage: [0],
      purposes: ['1.3.6.1.5.5.7.3.1'],
      signatureScheme: scheme,
      unknownCritical: [],
    });
    expect(decoded(root.certificate)).toMatchObject({ authority: true, keyUsage: [5, 6], purposes: null, names: [] });
  });

  test('are the same for equal orders, and others for others', () => {
    const again = certificateAuthority(randomForTests, 'Root', scheme);
    expect(again.certificate).toEqual(root.certificate);
    expect(issue(again, { names: [NAME, 'www.server.example', '10.0.0.2'], scheme }).certificates).toEqual(certificates);
    expect(issue(again, { names: ['a'], scheme }).key.secret).not.toEqual(issue(again, { names: ['b'], scheme }).key.secret);
  });
});

test('a certificate of another kind is read, as far as it is understood', () => {
  // RSA, without a subjectAltName (RFC 8448 §3).
  const der = trace.serverFlight.subarray(40 + 4 + 1 + 3 + 3, 40 + 4 + 1 + 3 + 3 + 432);
  const certificate = decoded(der);
  expect(certificate).toMatchObject({
    subjectName: 'rsa',
    publicKey: null,
    signatureScheme: null,
    names: [],
    notBefore: 1_469_841_839,
    notAfter: 1_785_374_639,
  });
  expect(verifyChain([der], { trust: [der], serverName: 'rsa', now: 1_600_000_000 })).toMatchObject({ alert: 'unsupported_certificate' });
});

describe('verifyChain', () => {
  const root = authorityForTests();
  const good = { trust: [root.certificate], serverName: NAME, now: EPOCH };
  const { certificates } = credentialsForTests();
  const below = intermediate(root, 'Below');
  const leafBelow = issue(below, { names: [NAME] }).certificates;

  /** A certificate with something changed, signed by an authority. */
  const made = (signer: CertificateAuthority, changes: Partial<CertificateContent>) =>
    encodeCertificate(
      {
        ...SERVER_VALIDITY,
        serial: Uint8Array.of(1),
        issuerName: signer.name,
        subjectName: NAME,
        publicKey: publicKeyOf(credentialsForTests().key),
        names: [NAME],
        addresses: [],
        authority: false,
        keyIdentifier: new Uint8Array(20),
        issuerKeyIdentifier: new Uint8Array(20),
        ...changes,
      },
      signer.key,
    );
  const stranger = certificateAuthority(randomForTests, 'Stranger');
  const impostor = certificateAuthority((purpose) => randomForTests(`other ${purpose}`));
  const altered = certificates[0]!.slice();
  altered[altered.length - 1]! ^= 1;

  test.each<[string, Uint8Array[], Partial<typeof good>]>([
    ['signed by a root that is trusted', [...certificates], {}],
    ['with the root behind it', [...certificates, root.certificate], {}],
    ['with an authority in between', [...leafBelow, below.certificate], {}],
    ['with something behind it that has no place there', [...certificates, stranger.certificate], {}],
    ['with one of several roots', [...certificates], { trust: [stranger.certificate, root.certificate] }],
    ['that is trusted itself', [...certificates], { trust: [...certificates] }],
    ['at its first second', [...certificates], { now: SERVER_VALIDITY.notBefore }],
    ['at its last second', [...certificates], { now: SERVER_VALIDITY.notAfter }],
    ['for the name in any case, with a dot at its end', [...certificates], { serverName: 'SERVER.example.' }],
  ])('takes a certificate %s', (_, chain, changes) => {
    expect(verifyChain(chain, { ...good, ...changes })).toHaveProperty('certificate');
  });

  test.each<[string, Uint8Array[], Partial<typeof good>, string, RegExp]>([
    ['is not there', [], {}, 'decode_error', /no certificate/],
    ['is none', [Uint8Array.of(0x30, 0x03, 1, 2, 3)], {}, 'bad_certificate', /./],
    ['is in a chain without an end', new Array(9).fill(certificates[0]), {}, 'bad_certificate', /9 certificates/],
    [
      'is signed by nobody that is trusted',
      [...certificates],
      { trust: [stranger.certificate] },
      'unknown_ca',
      /“Simulation Root CA”.*not trusted/,
    ],
    ['vouches for itself', [made({ ...stranger, name: NAME }, {})], {}, 'unknown_ca', /vouches for itself/],
    ['lacks the one in between', [...leafBelow], {}, 'unknown_ca', /“Below”/],
    ['is not valid yet', [...certificates], { now: SERVER_VALIDITY.notBefore - 1 }, 'certificate_expired', /not valid before 2025-12-02/],
    ['has expired', [...certificates], { now: SERVER_VALIDITY.notAfter + 1 }, 'certificate_expired', /expired at 2026-12-02/],
    [
      'has an authority that has expired',
      [...leafBelow, below.certificate],
      { now: EPOCH + 20 * 365 * DAY },
      'certificate_expired',
      /expired/,
    ],
    [
      'is for another name',
      [...certificates],
      { serverName: 'other.example' },
      'bad_certificate',
      /is for server.example, not for other.example/,
    ],
    ['is for a name, not an address', [...certificates], { serverName: '10.0.0.2' }, 'bad_certificate', /not for 10.0.0.2/],
    ['was altered', [altered], {}, 'bad_certificate', /did not sign/],
    [
      'is signed by one that only has the name of the root',
      [...issue(impostor, { names: [NAME] }).certificates],
      {},
      'bad_certificate',
      /did not sign/,
    ],
    [
      'is signed by a server',
      [made({ ...root, name: NAME, key: credentialsForTests().key }, {}), ...certificates],
      {},
      'unknown_ca',
      /no authority/,
    ],
    ['is an authority’s', [root.certificate], { serverName: 'Simulation Root CA' }, 'unsupported_certificate', /not for servers/],
  ])('refuses one that %s', (_, chain, changes, alert, text) => {
    const result = verifyChain(chain, { ...good, ...changes });
    expect(result).toMatchObject({ alert });
    expect('text' in result && result.text).toMatch(text);
  });
});

describe.skipIf(!hasOpenssl)('certificates that OpenSSL made', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const at = (file: string) => join(folder, file);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' });
  const P256 = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];

  function root(name: string, ...extensions: string[]): Uint8Array {
    const more = extensions.flatMap((one) => ['-addext', one]);
    openssl('req', '-x509', ...P256, '-nodes', '-keyout', at(`${name}.key`), '-out', at(`${name}.pem`), '-subj', `/CN=${name}`, ...more);
    return new X509Certificate(readFileSync(at(`${name}.pem`))).raw;
  }

  function signed(name: string, by: string, extensions: readonly string[], key: readonly string[] = P256): Uint8Array {
    writeFileSync(at('extensions'), extensions.join('\n'));
    openssl('req', '-new', ...key, '-nodes', '-keyout', at(`${name}.key`), '-out', at('request'), '-subj', `/CN=${name}`);
    openssl(
      'x509',
      '-req',
      '-in',
      at('request'),
      '-CA',
      at(`${by}.pem`),
      '-CAkey',
      at(`${by}.key`),
      '-CAcreateserial',
      '-extfile',
      at('extensions'),
      '-out',
      at(`${name}.pem`),
    );
    return new X509Certificate(readFileSync(at(`${name}.pem`))).raw;
  }

  test('are taken, or refused for what they lack', () => {
    const trust = [root('Root', 'basicConstraints=critical,CA:TRUE,pathlen:0')];
    const san = `subjectAltName=DNS:${NAME}`;
    const judged = (...chain: Uint8Array[]) => {
      const result = verifyChain(chain, { trust, serverName: NAME, now: Math.floor(Date.now() / 1000) + 1 });
      return 'alert' in result ? `${result.alert}: ${result.text}` : result.certificate.subjectName;
    };
    expect(judged(signed('a', 'Root', [san]))).toBe('a');
    expect(judged(signed('b', 'Root', [san], ['-newkey', 'ed25519']))).toBe('b');
    expect(judged(signed('c', 'Root', [san, '1.2.3.4=critical,DER:0500']))).toMatch(
      /^unsupported_certificate: .*critical extension 1\.2\.3\.4/,
    );
    expect(judged(signed('d', 'Root', [san, '1.2.3.4=DER:0500']))).toBe('d');
    expect(judged(signed('e', 'Root', [san, 'nameConstraints=critical,permitted;DNS:example']))).toMatch(/^unsupported_certificate/);
    expect(judged(signed('f', 'Root', [san, 'extendedKeyUsage=clientAuth']))).toMatch(/^unsupported_certificate: .*not for servers/);
    expect(judged(signed(NAME, 'Root', ['keyUsage=digitalSignature']))).toMatch(/^bad_certificate: the certificate is for no name/);
    expect(judged(signed('g', 'Root', [san], ['-newkey', 'rsa:2048']))).toMatch(/^unsupported_certificate: the server has a key/);
    // One that is no authority, but does not say what its key is for, signs another.
    const server = signed('h', 'Root', [san]);
    expect(judged(signed('i', 'h', [san]), server)).toBe('unknown_ca: “h” is no authority');
    // The root lets no authority stand below the one it vouches for.
    const below = signed('Below', 'Root', ['basicConstraints=critical,CA:TRUE']);
    expect(judged(signed('j', 'Below', [san]), below)).toMatch(/^unknown_ca: “Root” may vouch for 0 authorities below it, not for 1/);
  });
});

test.each<[string, string, boolean]>([
  ['mail.example.org', 'mail.example.org', true],
  ['*.example.org', 'mail.example.org', true],
  ['*.example.org', 'example.org', false],
  ['*.example.org', 'a.b.example.org', false],
  ['*.org', 'example.org', false],
  ['m*.example.org', 'mail.example.org', false],
  ['mail.*.org', 'mail.example.org', false],
  ['*', 'org', false],
  ['10.0.0.1', '10.0.0.1', false],
])('a certificate for %s, wanted for %s: %s', (name, wanted, expected) => {
  expect(isFor({ names: [name], addresses: [] }, wanted)).toBe(expected);
});

describe('any bytes', () => {
  const [der] = credentialsForTests().certificates;

  test('are a certificate or are refused, and their fields lie within them', () => {
    const mutated = fc.array(fc.record({ at: fc.nat(der!.length - 1), byte: fc.nat(255) }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        fc.oneof(
          mutated.map((list) => {
            const copy = der!.slice();
            for (const { at, byte } of list) copy[at] = byte;
            return copy;
          }),
          fc.uint8Array({ maxLength: 80 }),
          fc.nat(der!.length).map((length) => der!.slice(0, length)),
        ),
        (bytes) => {
          const result = decodeCertificate(bytes);
          expect('certificate' in result || result.refusal.alert === 'bad_certificate').toBe(true);
          for (const { start, end } of dissectCertificate(bytes)) expect(0 <= start && start <= end && end <= bytes.length).toBe(true);
        },
      ),
    );
  });

  test('that follow a certificate are too many', () => {
    expect(decodeCertificate(Uint8Array.from([...der!, 0]))).toMatchObject({ refusal: { alert: 'bad_certificate' } });
  });
});

test('a certificate is taken to pieces', () => {
  const [der] = credentialsForTests().certificates;
  const values: string[] = [];
  const walk = (fields: ReturnType<typeof dissectCertificate>): void => {
    for (const field of fields) {
      expect(field.malformed).toBeUndefined();
      values.push(`${field.name}: ${field.value}`);
      walk(field.children ?? []);
    }
  };
  walk(dissectCertificate(der!));
  expect(values).toEqual(
    expect.arrayContaining([
      'Certificate: server.example',
      'issuer: Simulation Root CA',
      'notBefore: 2025-12-02 00:00:00 UTC',
      'notAfter: 2026-12-02 00:00:00 UTC',
      'algorithm: ecdsa-with-SHA256 (1.2.840.10045.4.3.2)',
      'dNSName: server.example',
      'KeyPurposeId: serverAuth (1.3.6.1.5.5.7.3.1)',
    ]),
  );
});
