/** DKIM beside other implementations: mailauth verifies what we sign; Debian’s python3-dkim verifies it, too, and signs what we verify. */
import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { dkimVerify } from 'mailauth/lib/dkim/verify';
import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../../base64.ts';
import { prependFields } from '../message/message-format.ts';
import { drafts, messageOf } from '../message/mime-for-tests.ts';
import { signDkim, verifyDkim } from './dkim.ts';
import { keyRecord } from './dkim-key.ts';
import { askIn, finish } from './names-for-tests.ts';

const NOW = 1_767_225_600;
const KEY = keyRecord('crepes.fr', 'mail');

const sign = (octets: string): string => prependFields(octets, [signDkim(octets, { domain: 'crepes.fr', selector: 'mail', now: NOW })]);

const messages = [
  'From: Alice <alice@crepes.fr>\r\nTo: bob@hamburger.edu\r\nSubject: Condiments\r\nSubject: twice\r\n\r\nDo you like ketchup?\r\n\r\n\r\n',
  'From: alice@crepes.fr\r\nSubject:  folded\r\n\t and  spaced \r\n\r\n  two  blanks \t\r\n.\r\n',
  'From: alice@crepes.fr\r\n\r\n',
  'From: alice@crepes.fr\r\nSubject: no body at all\r\n',
  ...fc.sample(drafts, { seed: 3, numRuns: 20 }).map(messageOf),
];

/** What a server on the way may do to a message that is signed in relaxed form. */
const refolded = (octets: string): string =>
  `Received: from somewhere\r\n${octets.replace('Subject: Condiments', 'SUBJECT:\r\n  Condiments ')}`;
const changed = (octets: string): string => octets.replace('ketchup', 'mustard');

const python = '/usr/bin/python3';
const present = spawnSync(python, ['-c', 'import dkim, nacl.signing, cryptography']).status === 0;

/** Verifies messages, one in base64 a line, with that key; writes true or false. */
const VERIFIER = `
import base64, dkim, sys
for line in sys.stdin:
    try: print(str(dkim.verify(base64.b64decode(line), dnsfunc=lambda *a, **k: sys.argv[1].encode())).lower())
    except dkim.DKIMException as error: print(error)
`;

/** Signs messages in every way; writes JSON: record, message in base64. */
const SIGNER = `
import base64, dkim, json, sys, nacl.signing
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import *
rsa_key = rsa.generate_private_key(65537, 2048)
pem = rsa_key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
info = base64.b64encode(rsa_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
bare = base64.b64encode(rsa_key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1)).decode()
ed = nacl.signing.SigningKey(bytes(range(32)))
secret = base64.b64encode(bytes(ed)); public = base64.b64encode(bytes(ed.verify_key)).decode()
ways = [(b'rsa-sha256', pem, 'v=DKIM1; k=rsa; p=' + info), (b'rsa-sha256', pem, 'p=' + bare), (b'ed25519-sha256', secret, 'v=DKIM1; k=ed25519; p=' + public)]
for line in sys.stdin:
    message = base64.b64decode(line)
    for algorithm, key, record in ways:
        for header in (b'simple', b'relaxed'):
            for body in (b'simple', b'relaxed'):
                for length in (False, True):
                    field = dkim.sign(message, b's', b'crepes.fr', key, canonicalize=(header, body), signature_algorithm=algorithm, length=length)
                    print(json.dumps([record, base64.b64encode(field + message).decode()]))
`;

function run(program: string, lines: readonly string[], ...words: string[]): string[] {
  const input = `${lines.map(encodeBase64).join('\n')}\n`;
  return execFileSync(python, ['-c', program, ...words], { input, encoding: 'utf8', maxBuffer: 2 ** 28 })
    .trim()
    .split('\n');
}

const verdicts = (octets: string, name: string, record: string) =>
  finish(verifyDkim(askIn({ [name]: [{ type: 'TXT', strings: [record] }] }), octets, NOW)).map(({ result }) => result);

test('what we sign, we verify; changed, no more', () => {
  for (const octets of messages) expect(verdicts(sign(octets), 'mail._domainkey.crepes.fr', KEY)).toEqual(['pass']);
  const signed = sign(messages[0] as string);
  expect(verdicts(refolded(signed), 'mail._domainkey.crepes.fr', KEY)).toEqual(['pass']);
  expect(verdicts(changed(signed), 'mail._domainkey.crepes.fr', KEY)).toEqual(['fail']);
  expect(verdicts(signed, 'mail._domainkey.crepes.fr', keyRecord('crepes.fr', 'other'))).toEqual(['fail']);
  // From was signed once more than it occurred.
  expect(verdicts(prependFields(signed, ['From: boss@bank.com']), 'mail._domainkey.crepes.fr', KEY)).toEqual(['fail']);
});

describe('mailauth', () => {
  const verify = async (octets: string): Promise<string[]> => {
    const resolver = async (name: string, type: string) => {
      if (name === 'mail._domainkey.crepes.fr' && type === 'TXT') return [[KEY]];
      throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
    };
    const { results } = await dkimVerify(Buffer.from(octets, 'latin1'), { resolver, curTime: new Date(NOW * 1000) });
    return results.map(({ status }: { status: { result: string } }) => status.result);
  };

  test('verifies what we sign', async () => {
    // It does not read a message without the empty line behind its fields.
    const whole = messages.filter((octets) => octets.includes('\r\n\r\n'));
    for (const octets of whole) expect(await verify(sign(octets)), octets).toEqual(['pass']);
    expect(await verify(refolded(sign(messages[0] as string)))).toEqual(['pass']);
    expect(await verify(changed(sign(messages[0] as string)))).not.toEqual(['pass']);
  });
});

describe.skipIf(!present)('python3-dkim', () => {
  test('verifies what we sign', () => {
    const signed = messages.map(sign);
    const first = signed[0] as string;
    expect(run(VERIFIER, [...signed, refolded(first), changed(first)], KEY)).toEqual([...signed.map(() => 'true'), 'true', 'false']);
  });

  test('signs what we verify, in every way', () => {
    const cases = run(SIGNER, messages.slice(0, 3)).map((line): [string, string] => JSON.parse(line));
    expect(cases.length).toBe(3 * 3 * 8);
    for (const [record, message] of cases) {
      const octets = decodeBase64(message);
      expect(verdicts(octets, 's._domainkey.crepes.fr', record), octets).toEqual(['pass']);
    }
    // What stands behind the length that was signed is not protected (RFC 6376 §8.2); of an empty body, nothing stands before it.
    for (const [record, message] of cases.slice(0, 48)) {
      const octets = decodeBase64(message);
      const limited = / l=\d/.test(octets.slice(0, octets.indexOf('From:')));
      expect(verdicts(`${octets}PS\r\n`, 's._domainkey.crepes.fr', record)).toEqual([limited ? 'pass' : 'fail']);
    }
    const [record, message] = cases[0] as [string, string];
    expect(verdicts(changed(decodeBase64(message)), 's._domainkey.crepes.fr', record)).toEqual(['fail']);
  });
});
