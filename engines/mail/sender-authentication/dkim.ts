/**
 * DomainKeys Identified Mail (RFC 6376): a domain signs header fields and body of a message, and whoever receives it verifies that
 * with the key that the domain publishes. Works on messages as they are stored: dots single, lines ended by CRLF.
 * Limit: the first ten signatures of a message are looked at.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { Process } from '../../kernel/process.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { decodeMessage, type HeaderField, type Message } from '../message/message-format.ts';
import { canonicalBody, canonicalField, unsignedField } from './canonicalisation.ts';
import { parseKeyRecord, signWith, verifies } from './dkim-key.ts';
import { type DkimSignature, parseSignature, writeSignature } from './dkim-signature.ts';
import { type Ask, textsAt } from './domain-lookup.ts';

/** RFC 8601 §2.7.1. */
export type DkimResult = 'none' | 'pass' | 'fail' | 'neutral' | 'temperror' | 'permerror';

export interface DkimVerdict {
  readonly result: DkimResult;
  readonly reason: string;
  /** Of the signature; empty where it cannot be read. */
  readonly domain: string;
  readonly selector: string;
}

const SIGNATURES_LIMIT = 10;

/** A verdict a signature, in their order; none for a message without. `now`: seconds since 1970. */
export function* verifyDkim(ask: Ask, octets: string, now: number): Process<DkimVerdict[]> {
  const message = decodeMessage(octets);
  const signatures = message.fields.filter(({ name }) => name.toLowerCase() === 'dkim-signature').slice(0, SIGNATURES_LIMIT);
  const verdicts: DkimVerdict[] = [];
  for (const field of signatures) verdicts.push(yield* verifyOne(ask, octets, message, field, now));
  return verdicts;
}

/** §6.1 */
function* verifyOne(ask: Ask, octets: string, message: Message, field: HeaderField, now: number): Process<DkimVerdict> {
  const signature = parseSignature(octets.slice(field.valueStart, field.end));
  if (typeof signature === 'string') return { result: 'permerror', reason: signature, domain: '', selector: '' };
  const { domain, selector } = signature;
  const verdict = (result: DkimResult, reason: string): DkimVerdict => ({ result, reason, domain, selector });
  if (signature.expiresAt !== null && signature.expiresAt < now) return verdict('permerror', 'the signature has expired');
  const texts = yield* textsAt(ask, `${selector}._domainkey.${domain}`);
  if (texts === 'temporary') return verdict('temperror', 'the lookup of the key failed');
  if (texts.length === 0) return verdict('permerror', 'there is no such key');
  // §3.6.2.2: of several records any may be taken.
  const key = parseKeyRecord(texts[0] as string);
  if (typeof key === 'string') return verdict('permerror', key);
  if (key.type !== signature.algorithm.slice(0, signature.algorithm.indexOf('-')))
    return verdict('permerror', 'the key is of another type');
  if (key.strict && signature.identity.slice(signature.identity.lastIndexOf('@') + 1).toLowerCase() !== domain)
    return verdict('permerror', 'the key is for the very domain only');
  const body = canonicalBody(octets.slice(message.bodyStart), signature.bodyForm);
  if (signature.bodyLength !== null && signature.bodyLength > body.length)
    return verdict('permerror', 'the body is shorter than what was signed');
  const hash = octetsOf(sha256(bytesOfOctets(body.slice(0, signature.bodyLength ?? undefined))));
  if (hash !== signature.bodyHash) return verdict('fail', 'the body was changed');
  const signed = signedData(octets, message, signature) + unsignedField(octets, field, signature.headerForm);
  if (!verifies(key, bytesOfOctets(signed), bytesOfOctets(signature.signature)))
    return verdict('fail', 'a signed header field was changed, or another key made it');
  return key.testing
    ? verdict('neutral', 'the domain only tries DKIM out')
    : verdict('pass', `${signature.algorithm}, ${signature.fields.length} fields`);
}

/** §3.7, §5.4.2: the fields that h= names, of several of a name the last first; what is not there counts as nothing. */
function signedData(octets: string, message: Message, { fields, headerForm }: DkimSignature): string {
  const left = new Map<string, HeaderField[]>();
  for (const field of message.fields) {
    const name = field.name.toLowerCase();
    const known = left.get(name);
    if (known) known.push(field);
    else left.set(name, [field]);
  }
  let data = '';
  for (const name of fields) {
    const field = left.get(name)?.pop();
    if (field) data += canonicalField(octets, field, headerForm);
  }
  return data;
}

export interface SigningSettings {
  readonly domain: string;
  readonly selector: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/** §5.4.1: what a reader goes by. */
const SIGNED = [
  'from',
  'reply-to',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
];

/**
 * The DKIM-Signature field to put in front, without its last CRLF. Both forms are relaxed, as most do it: servers on the way may fold and
 * pad. From is signed once more than it occurs, so that nobody can add another (§8.15).
 */
export function signDkim(octets: string, { domain, selector, now }: SigningSettings): string {
  const message = decodeMessage(octets);
  const there = message.fields.map(({ name }) => name.toLowerCase());
  const fields = [...SIGNED.flatMap((name) => there.filter((one) => one === name)), 'from'];
  const unsigned: DkimSignature = {
    algorithm: 'ed25519-sha256',
    headerForm: 'relaxed',
    bodyForm: 'relaxed',
    domain,
    selector,
    identity: `@${domain}`,
    fields,
    bodyLength: null,
    signedAt: now,
    expiresAt: null,
    bodyHash: octetsOf(sha256(bytesOfOctets(canonicalBody(octets.slice(message.bodyStart), 'relaxed')))),
    signature: '',
  };
  const field = `${writeSignature(unsigned)}\r\n`;
  const data = signedData(octets, message, unsigned) + unsignedField(field, { start: 0, end: field.length }, 'relaxed');
  return writeSignature({ ...unsigned, signature: octetsOf(signWith(domain, selector, bytesOfOctets(data))) });
}
