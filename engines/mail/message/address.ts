/**
 * Mail addresses and paths as SMTP writes them (RFC 5321 §4.1.2), with the limits of §4.5.3.1:
 * local part 64 octets, domain 255, path 256 with its brackets.
 */

export interface Mailbox {
  /** As written, with the quotes of a quoted local part. */
  readonly localPart: string;
  /** As written; an address literal with its square brackets. */
  readonly domain: string;
}

export interface AddressError {
  readonly error: string;
}

const LOCAL_PART_LIMIT = 64;
const DOMAIN_LIMIT = 255;
const PATH_LIMIT = 256;

const ATEXT = /[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]/;
const DOT_STRING = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?:\.[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*$/;
const SUB_DOMAIN = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;

/** `alice@crepes.fr` without angle brackets; all of `text` must be the address. */
export function parseMailbox(text: string): Mailbox | AddressError {
  const end = localPartEnd(text, 0);
  if (end === 0) return { error: 'an address begins with its local part' };
  const localPart = text.slice(0, end);
  if (text[end] !== '@')
    return { error: text.includes('@') ? `${quoted(text[end] ?? '')} cannot stand in a local part` : 'the address has no @' };
  const problem = domainProblem(text.slice(end + 1));
  if (problem) return { error: problem };
  if (!localPart.startsWith('"') && !DOT_STRING.test(localPart)) return { error: 'dots in a local part stand between other characters' };
  if (localPart.length > LOCAL_PART_LIMIT) return { error: `a local part has at most ${LOCAL_PART_LIMIT} octets` };
  return { localPart, domain: text.slice(end + 1) };
}

/** What is wrong with a domain or address literal; null if nothing. */
export function domainProblem(domain: string): string | null {
  if (domain.length > DOMAIN_LIMIT) return `a domain has at most ${DOMAIN_LIMIT} octets`;
  if (domain.startsWith('[')) return /^\[[!-Z^-~]+\]$/.test(domain) ? null : 'the address literal is not closed by ]';
  if (domain === '') return 'the domain is missing';
  for (const label of domain.split('.')) {
    if (!SUB_DOMAIN.test(label)) return `${quoted(label)} is no part of a domain`;
    if (label.length > 63) return 'a part of a domain has at most 63 octets';
  }
  return null;
}

/** Where the local part that begins at `start` ends: a dot-string's or quoted string's characters. Equal to `start` if there is none. */
function localPartEnd(text: string, start: number): number {
  let i = start;
  if (text[i] === '"') {
    for (i++; i < text.length; i++) {
      const char = text[i] as string;
      if (char === '\\') i++;
      else if (char === '"') return i + 1;
      if (char < ' ' || char > '~') break;
    }
    return start;
  }
  while (i < text.length && (text[i] === '.' || ATEXT.test(text[i] as string))) i++;
  return i;
}

export interface Path {
  /** Empty for the null reverse-path `<>`. */
  readonly mailbox: string;
  /** Where the mailbox stands in the text, without brackets and source route. */
  readonly mailboxStart: number;
  /** Behind the closing bracket. */
  readonly end: number;
}

/**
 * `<alice@crepes.fr>`, `<>`, or with a source route, which is read over (RFC 5321 §4.1.1.3): `<@a,@b:alice@crepes.fr>`.
 * The bare `<postmaster>` is a path, too (§4.5.1).
 */
export function scanPath(text: string, start: number): Path | AddressError {
  if (text[start] !== '<') return { error: 'a path stands in angle brackets' };
  let i = start + 1;
  if (text[i] === '>') return { mailbox: '', mailboxStart: i, end: i + 1 };
  if (text[i] === '@') {
    const colon = text.indexOf(':', i);
    if (colon < 0) return { error: 'a source route ends with a colon' };
    for (const hop of text.slice(i, colon).split(',')) {
      const problem = hop.startsWith('@') ? domainProblem(hop.slice(1)) : 'every hop of a source route begins with @';
      if (problem) return { error: problem };
    }
    i = colon + 1;
  }
  const local = localPartEnd(text, i);
  const close = text.indexOf('>', local);
  if (close < 0) return { error: 'the path is not closed by >' };
  if (close + 1 - start > PATH_LIMIT) return { error: `a path has at most ${PATH_LIMIT} octets` };
  const mailbox = text.slice(i, close);
  if (mailbox.toLowerCase() !== 'postmaster') {
    const parsed = parseMailbox(mailbox);
    if ('error' in parsed) return parsed;
  }
  return { mailbox, mailboxStart: i, end: close + 1 };
}

/** The domain of an address in lower case; empty where it has none. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1 || address.length).toLowerCase();
}

/**
 * One spelling for all that name the same mailbox here: quotes that are not needed left out, and no difference of case
 * (the standard leaves the local part's case to the host that keeps the mailbox, §2.4).
 */
export function canonicalAddress(address: string): string {
  const at = address.lastIndexOf('@');
  if (at < 0) return address.toLowerCase();
  let localPart = address.slice(0, at);
  if (localPart.startsWith('"')) {
    const inside = localPart.slice(1, -1).replace(/\\(.)/g, '$1');
    if (DOT_STRING.test(inside)) localPart = inside;
  }
  return `${localPart}${address.slice(at)}`.toLowerCase();
}

function quoted(text: string): string {
  return `“${text.replace(/[^ -~]/g, '?').slice(0, 40)}”`;
}
