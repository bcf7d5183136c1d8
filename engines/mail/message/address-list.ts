/**
 * The addresses in a header field (RFC 5322 §3.4, §4.4) as ENVELOPE tells them (RFC 3501 §7.4.2). Total: what is no address is
 * read as a name. Limits: the first 20,000 octets of a field, 1,000 addresses, comments 20 deep.
 */
import { domainProblem } from './address.ts';

export interface Address {
  /** Octets, without quotes, encoded words as they are; null for none. */
  readonly name: string | null;
  /** The source route of old (RFC 5322 §4.4); null for none. */
  readonly route: string | null;
  /** null: the end of a group, or with no host its beginning. */
  readonly mailbox: string | null;
  readonly host: string | null;
}

const FIELD_LIMIT = 20_000;
const ADDRESSES_LIMIT = 1000;
const COMMENT_DEPTH_LIMIT = 20;

type Token =
  | { readonly kind: 'word'; readonly text: string; readonly spaced: boolean }
  | { readonly kind: 'special'; readonly char: string };

export function parseAddressList(value: string): Address[] {
  const addresses: Address[] = [];
  let words: Token[] = [];
  let angle: Token[] | null = null;
  let inAngle = false;
  let comment: string | null = null;
  const finish = () => {
    const address = addressOf(words, angle, comment);
    if (address && addresses.length < ADDRESSES_LIMIT) addresses.push(address);
    words = [];
    angle = null;
    inAngle = false;
    comment = null;
  };
  for (const token of tokens(value.slice(0, FIELD_LIMIT), (text) => (comment = text))) {
    if (token.kind === 'word') {
      (inAngle && angle ? angle : words).push(token);
      continue;
    }
    switch (token.char) {
      case '<':
        angle = [];
        inAngle = true;
        break;
      case '>':
        inAngle = false;
        break;
      case ',':
        // Within brackets it stands between the hosts of a source route.
        if (inAngle && angle) (angle as Token[]).push(token);
        else finish();
        break;
      case ':':
        if (inAngle && angle) (angle as Token[]).push(token);
        else {
          addresses.push({ name: null, route: null, mailbox: joinWords(words), host: null });
          words = [];
        }
        break;
      case ';':
        finish();
        addresses.push({ name: null, route: null, mailbox: null, host: null });
        break;
      default:
        (inAngle && angle ? angle : words).push(token);
    }
  }
  finish();
  return addresses.slice(0, ADDRESSES_LIMIT);
}

/**
 * `alice@crepes.fr` of a field that names just this one address, in whatever way anybody reads it: `alice@crepes.fr` or
 * `Alice <alice@crepes.fr>`, with comments or not. Else null: for several, groups, source routes, an address as a name without quotes,
 * text behind the brackets, and whatever else readers may take for one address or another. Quotes of the local part are left out. Total.
 */
export function soleAddress(value: string): string | null {
  if (value.length > FIELD_LIMIT) return null;
  const all = [...tokens(value, () => {})];
  const is = (token: Token | undefined, char: string): boolean => token?.kind === 'special' && token.char === char;
  const open = all.findIndex((token) => is(token, '<'));
  if (open >= 0 && !(all.slice(0, open).every(({ kind }) => kind === 'word') && is(all.at(-1), '>'))) return null;
  const [mailbox, at, ...host] = open < 0 ? all : all.slice(open + 1, -1);
  if (mailbox?.kind !== 'word' || !is(at, '@')) return null;
  const domain = textOf(host);
  // The colons of an IPv6 address in brackets are tokens by themselves.
  const whole = (host.length === 1 && host[0]?.kind === 'word') || /^\[[\dA-Za-z:.]+\]$/.test(domain);
  return whole ? `${mailbox.text}@${domain}` : null;
}

/**
 * The domains of whatever a reader of the field might take for an address, in angle brackets or bare, in lower case and in their order;
 * quoted names and comments have none. `readable`: it is a list of addresses (§3.4), each with a domain; one that stands where none may,
 * as in a name without quotes, counts too, but makes it unreadable, and so does a field beyond the limit. Total.
 */
export function domainsNamed(value: string): { readonly domains: readonly string[]; readonly readable: boolean } {
  const domains: string[] = [];
  let readable = value.length <= FIELD_LIMIT;
  for (const part of partsOf([...tokens(value.slice(0, FIELD_LIMIT), () => {})])) {
    const signs = part.flatMap((token, i) => (token.kind === 'special' && token.char === '@' ? [i] : []));
    const valid = signs.map((at) => domainBehind(part, at)).filter((domain) => domainProblem(domain) === null);
    if (signs.length !== 1 || valid.length !== 1) readable = false;
    domains.push(...valid);
  }
  return { domains, readable };
}

/** What stands between commas. */
function partsOf(all: readonly Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of all) {
    if (token.kind === 'special' && token.char === ',') parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** In lower case, without a dot at its end. White space may stand around its dots (obs-domain, §4.4); an address literal goes to its bracket. */
function domainBehind(part: readonly Token[], at: number): string {
  let domain = '';
  for (const token of part.slice(at + 1)) {
    const literal = domain.startsWith('[') && !domain.endsWith(']');
    if (token.kind === 'special') {
      if (!literal || token.char !== ':') break;
      domain += ':';
    } else {
      if (domain !== '' && token.spaced && !domain.endsWith('.') && !token.text.startsWith('.')) break;
      domain += token.text;
    }
  }
  return domain.toLowerCase().replace(/\.$/, '');
}

function addressOf(words: readonly Token[], angle: readonly Token[] | null, comment: string | null): Address | null {
  if (angle) {
    const colon = angle.findIndex((token) => token.kind === 'special' && token.char === ':');
    const route = colon < 0 ? null : textOf(angle.slice(0, colon));
    const name = joinWords(words);
    return { name: name === '' ? null : name, route, ...splitAt(angle.slice(colon + 1)) };
  }
  if (words.length === 0) return null;
  return { name: comment, route: null, ...splitAt(words) };
}

function splitAt(tokens: readonly Token[]): { mailbox: string; host: string | null } {
  const at = tokens.findLastIndex((token) => token.kind === 'special' && token.char === '@');
  if (at < 0) return { mailbox: textOf(tokens), host: null };
  return { mailbox: textOf(tokens.slice(0, at)), host: textOf(tokens.slice(at + 1)) };
}

const textOf = (tokens: readonly Token[]): string => tokens.map((token) => (token.kind === 'word' ? token.text : token.char)).join('');
const joinWords = (tokens: readonly Token[]): string =>
  tokens
    .map((token) => (token.kind === 'word' ? `${token.spaced ? ' ' : ''}${token.text}` : token.char))
    .join('')
    .trim();

function* tokens(text: string, comment: (text: string) => void): Generator<Token> {
  let spaced = false;
  for (let at = 0; at < text.length; ) {
    const char = text[at] as string;
    if (char === ' ' || char === '\t' || char === '\r' || char === '\n') {
      spaced = true;
      at++;
    } else if (char === '(') {
      const end = commentEnd(text, at);
      comment(text.slice(at + 1, end - 1).trim());
      spaced = true;
      at = end;
    } else if (char === '"') {
      let end = at + 1;
      while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
      yield { kind: 'word', text: text.slice(at + 1, end).replace(/\\(.)/g, '$1'), spaced };
      spaced = false;
      at = end + 1;
    } else if ('<>,:;@'.includes(char)) {
      yield { kind: 'special', char };
      spaced = false;
      at++;
    } else {
      let end = at + 1;
      while (end < text.length && !' \t\r\n("<>,:;@'.includes(text[end] as string)) end++;
      yield { kind: 'word', text: text.slice(at, end), spaced };
      spaced = false;
      at = end;
    }
  }
}

/** Behind the closing parenthesis; of one that is not closed, the end. */
function commentEnd(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(' && depth < COMMENT_DEPTH_LIMIT) depth++;
    else if (text[at] === ')' && --depth === 0) return at + 1;
  }
  return text.length;
}
