/** DKIM-Signature fields (RFC 6376 §3.5): reading and writing their tags. */
import { decodeBase64, encodeBase64 } from '../../base64.ts';
import { domainProblem } from '../message/address.ts';
import type { Canonicalisation } from './canonicalisation.ts';
import type { DkimAlgorithm } from './dkim-key.ts';
import { elements, parseTagList, unfolded } from './tag-list.ts';

export interface DkimSignature {
  readonly algorithm: DkimAlgorithm;
  readonly headerForm: Canonicalisation;
  readonly bodyForm: Canonicalisation;
  /** d=, in lower case. */
  readonly domain: string;
  readonly selector: string;
  /** i=: `@` and the domain where it is left out. */
  readonly identity: string;
  /** h=, in lower case, in their order; names may occur more than once. */
  readonly fields: readonly string[];
  /** l=: how much of the canonical body is signed; null for all of it. */
  readonly bodyLength: number | null;
  /** t= and x=, in seconds since 1970; null where they are left out. */
  readonly signedAt: number | null;
  readonly expiresAt: number | null;
  /** Octets. */
  readonly bodyHash: string;
  readonly signature: string;
}

/** The tags of a field's value; a text says what is wrong (§6.1.1). */
export function parseSignature(value: string): DkimSignature | string {
  const tags = parseTagList(value);
  if (!tags) return 'the signature is no list of tags';
  for (const name of ['v', 'a', 'b', 'bh', 'd', 'h', 's']) if (!tags.has(name)) return `the signature has no ${name}=`;
  const tag = (name: string): string => tags.get(name) as string;
  if (tag('v') !== '1') return 'the signature is of another version';
  const algorithm = tag('a').toLowerCase();
  // RFC 8301 §3.1: rsa-sha1 proves nothing any more.
  if (algorithm !== 'rsa-sha256' && algorithm !== 'ed25519-sha256') return `signatures by ${algorithm.slice(0, 40)} are not taken`;
  const [headerForm, bodyForm = 'simple'] = (tags.get('c') ?? 'simple/simple').toLowerCase().split('/');
  if (!isForm(headerForm) || !isForm(bodyForm)) return 'the canonicalisation is not known';
  const domain = tag('d').toLowerCase();
  const selector = tag('s').toLowerCase();
  if (domainProblem(domain) || domain.startsWith('[') || domainProblem(selector) || selector.startsWith('['))
    return 'd= or s= is no domain name';
  const identity = tags.get('i') ?? `@${domain}`;
  const identityDomain = identity.slice(identity.lastIndexOf('@') + 1).toLowerCase();
  if (!identity.includes('@') || (identityDomain !== domain && !identityDomain.endsWith(`.${domain}`))) return 'i= does not lie in d=';
  const fields = elements(tag('h').toLowerCase());
  if (!fields.includes('from')) return 'the From field is not signed'; // §5.4
  if (tags.has('q') && !elements(tag('q')).includes('dns/txt')) return 'the key is not to be had from DNS';
  const bodyLength = numberIn(tags.get('l'), 76);
  const signedAt = numberIn(tags.get('t'), 12);
  const expiresAt = numberIn(tags.get('x'), 12);
  if (bodyLength === undefined || signedAt === undefined || expiresAt === undefined) return 'l=, t= or x= is no number';
  if (signedAt !== null && expiresAt !== null && expiresAt < signedAt) return 'it expired before it was made';
  const base64 = /^[A-Za-z0-9+/]+={0,2}$/;
  const [hash, signature] = [unfolded(tag('bh')), unfolded(tag('b'))];
  if (!base64.test(hash) || !base64.test(signature)) return 'b= or bh= is no base64';
  return {
    algorithm,
    headerForm,
    bodyForm,
    domain,
    selector,
    identity,
    fields,
    bodyLength,
    signedAt,
    expiresAt,
    bodyHash: decodeBase64(hash),
    signature: decodeBase64(signature),
  };
}

/** The field without its last CRLF, folded before each tag or group of tags; with an empty b= where `signature` is. */
export function writeSignature(signature: DkimSignature): string {
  const { algorithm, headerForm, bodyForm, domain, selector, fields, bodyLength, signedAt, expiresAt, bodyHash } = signature;
  const times = [
    signedAt === null ? '' : ` t=${signedAt};`,
    expiresAt === null ? '' : ` x=${expiresAt};`,
    bodyLength === null ? '' : ` l=${bodyLength};`,
  ];
  const lines = [
    `DKIM-Signature: v=1; a=${algorithm}; c=${headerForm}/${bodyForm};`,
    ` d=${domain}; s=${selector};${times.join('')}`,
    ...foldedList(fields),
    ` bh=${encodeBase64(bodyHash)};`,
    ` b=${encodeBase64(signature.signature).replace(/(.{70})(?=.)/g, '$1\r\n  ')}`,
  ];
  return lines.join('\r\n');
}

function foldedList(fields: readonly string[]): string[] {
  const lines: string[] = [];
  let line = ' h=';
  for (const [i, field] of fields.entries()) {
    const next = field + (i < fields.length - 1 ? ':' : ';');
    if (line.length + next.length > 76) {
      lines.push(line);
      line = '  ';
    }
    line += next;
  }
  return [...lines, line];
}

function isForm(text: string | undefined): text is Canonicalisation {
  return text === 'simple' || text === 'relaxed';
}

/** null where it is left out, undefined where it is none. */
function numberIn(text: string | undefined, digits: number): number | null | undefined {
  if (text === undefined) return null;
  return /^[0-9]+$/.test(text) && text.length <= digits ? Number(text) : undefined;
}
