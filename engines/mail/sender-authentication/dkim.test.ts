import { describe, expect, test } from 'vitest';
import type { RecordData } from '../../dns/records.ts';
import { prependFields } from '../message/message-format.ts';
import { canonicalBody, canonicalField, unsignedField } from './canonicalisation.ts';
import { signDkim, verifyDkim } from './dkim.ts';
import { keyRecord, parseKeyRecord } from './dkim-key.ts';
import { parseSignature } from './dkim-signature.ts';
import { askIn, finish } from './names-for-tests.ts';
import { parseTagList } from './tag-list.ts';

const NOW = 1_767_225_600;
const MESSAGE = 'From: alice@crepes.fr\r\nSubject: Condiments\r\n\r\nDo you like ketchup?\r\n';
const KEY = keyRecord('crepes.fr', 'mail');

const field = (raw: string) => ({ start: 0, end: raw.length });

/** RFC 6376 §3.4.5. */
describe('canonical forms', () => {
  const a = 'A: X\r\n';
  const b = 'B : Y\t\r\n\tZ  \r\n';
  const body = ' C \r\nD \t E\r\n\r\n\r\n';
  test('relaxed', () => {
    expect(canonicalField(a, field(a), 'relaxed')).toBe('a:X\r\n');
    expect(canonicalField(b, field(b), 'relaxed')).toBe('b:Y Z\r\n');
    expect(canonicalBody(body, 'relaxed')).toBe(' C\r\nD E\r\n');
  });
  test('simple', () => {
    expect(canonicalField(b, field(b), 'simple')).toBe(b);
    expect(canonicalBody(body, 'simple')).toBe(' C \r\nD \t E\r\n');
  });
  test('of no body', () => {
    expect(canonicalBody('', 'simple')).toBe('\r\n');
    expect(canonicalBody('\r\n\r\n', 'relaxed')).toBe('');
  });
  test.each([
    ['DKIM-Signature: a=x; b=abc;\r\n\tbh=def\r\n', 'dkim-signature:a=x; b=; bh=def'],
    ['DKIM-Signature: bh=b=;\r\n b =\r\n  abc\r\n def\r\n', 'dkim-signature:bh=b=; b ='],
  ])('%j without its b=', (raw, expected) => expect(unsignedField(raw, field(raw), 'relaxed')).toBe(expected));
});

test.each([
  ['v=1; a = b c ;', { v: '1', a: 'b c' }],
  ['a=b==', { a: 'b==' }],
  ['a=', { a: '' }],
  ['', null],
  ['a=1; a=2', null],
  ['a=1;; b=2', null],
  ['1a=x', null],
  ['a=é', null],
])('the tags of %j', (text, expected) => expect(parseTagList(text) && Object.fromEntries(parseTagList(text) as never)).toEqual(expected));

test.each([
  ['v=DKIM1; p=', 'the key is revoked'],
  ['v=DKIM2; p=AAAA', 'the key record is of another version'],
  ['k=rsa; v=DKIM1; p=AAAA', 'the key record is of another version'],
  ['v=DKIM1', 'the key record has no key'],
  ['k=dsa; p=AAAA', 'keys of type dsa are not known'],
  ['h=sha1; p=AAAA', 'the key is not for SHA-256'],
  ['s=tlsrpt; p=AAAA', 'the key is not for mail'],
  ['p=!', 'the key is no base64'],
  ['k=ed25519; p=AAAA', 'an Ed25519 key has 32 bytes'],
  ['p=AAAA', 'the RSA key is malformed'],
  [
    'p=MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAJ+1KQDPd0xsd5o5L5n5zHPcpQE0R3AeS3Bp1yO4yZ1dV8kFvS0E7nrk+Jv0p3QmS0QXh1mJbW3p8Q8mYcO0lXsCAwEAAQ==',
    'an RSA key of 512 bits is too short',
  ],
])('the key record %j: %s', (record, problem) => expect(parseKeyRecord(record)).toBe(problem));

const GOOD = 'v=1; a=ed25519-sha256; d=crepes.fr; s=mail; h=from; bh=YQ==; b=YQ==';
test.each([
  [GOOD.replace('v=1', 'v=2'), 'the signature is of another version'],
  [GOOD.replace('; s=mail', ''), 'the signature has no s='],
  [GOOD.replace('ed25519-sha256', 'rsa-sha1'), 'signatures by rsa-sha1 are not taken'],
  [`${GOOD}; c=loose`, 'the canonicalisation is not known'],
  [GOOD.replace('h=from', 'h=subject'), 'the From field is not signed'],
  [`${GOOD}; i=@bank.com`, 'i= does not lie in d='],
  [`${GOOD}; q=http`, 'the key is not to be had from DNS'],
  [`${GOOD}; l=x`, 'l=, t= or x= is no number'],
  [`${GOOD}; t=2; x=1`, 'it expired before it was made'],
  [GOOD.replace('bh=YQ==', 'bh=?'), 'b= or bh= is no base64'],
])('the signature %j: %s', (value, problem) => expect(parseSignature(value)).toBe(problem));

describe('a message is verified', () => {
  const signed = prependFields(MESSAGE, [signDkim(MESSAGE, { domain: 'crepes.fr', selector: 'mail', now: NOW })]);
  const texts = (...strings: string[]): RecordData[] =>
    strings.map((text) => ({ type: 'TXT', strings: [text.slice(0, 20), text.slice(20)] }));
  const verdict = (octets: string, records: readonly (RecordData | 'TIMEOUT')[], now = NOW) =>
    finish(verifyDkim(askIn({ 'mail._domainkey.crepes.fr': records }), octets, now)).map(({ result, reason }) => `${result}: ${reason}`);

  test.each<[string, string, readonly (RecordData | 'TIMEOUT')[], string[]]>([
    ['as it was signed', signed, texts(KEY), ['pass: ed25519-sha256, 3 fields']],
    ['without a signature', MESSAGE, texts(KEY), []],
    ['with another body', signed.replace('ketchup', 'mustard'), texts(KEY), ['fail: the body was changed']],
    [
      'with another subject',
      signed.replace('Condiments', 'Sauces'),
      texts(KEY),
      ['fail: a signed header field was changed, or another key made it'],
    ],
    ['without a key', signed, [], ['permerror: there is no such key']],
    ['when nobody answers', signed, ['TIMEOUT'], ['temperror: the lookup of the key failed']],
    ['with a revoked key', signed, texts('v=DKIM1; k=ed25519; p='), ['permerror: the key is revoked']],
    ['by a domain that tries it out', signed, texts(`${KEY}; t=y`), ['neutral: the domain only tries DKIM out']],
    ['after its time', signed.replace('; t=', '; x=1767225599; t='), texts(KEY), ['permerror: the signature has expired']],
  ])('%s', (_what, octets, records, expected) => {
    const shown = verdict(octets, records);
    if (_what === 'after its time') expect(shown[0]).toMatch(/expired/);
    else expect(shown).toEqual(expected);
  });

  test('signed twice, each signature for itself', () => {
    const twice = prependFields(signed, [signDkim(signed, { domain: 'bank.com', selector: 'mail', now: NOW })]);
    expect(verdict(twice, texts(KEY))).toEqual(['permerror: there is no such key', 'pass: ed25519-sha256, 3 fields']);
  });
});
