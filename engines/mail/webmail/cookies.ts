/**
 * Cookies (RFC 6265): what a server sets, what a user agent keeps and brings back.
 *
 * Theory of operation. A server writes `Set-Cookie` (§4.1) and reads `Cookie` (§4.2). A user agent reads `Set-Cookie` by the lenient
 * algorithm of §5.2, keeps what may be kept (§5.3), and sends with each request the cookies that fit its host, path and scheme (§5.4).
 * There is no list of public suffixes: a cookie for a whole top-level domain is refused, one for `co.uk` is not. Attributes that
 * RFC 6265 does not know (SameSite) are read over.
 * Limits: 4,096 octets a cookie, 50 cookies a domain, 1,000 in all (§6.1 asks for no less, but for 3,000 in all); the oldest go first.
 */

import { ipv4Bytes } from '../../dns/ip-address.ts';
import { virtualTimeOf } from '../../http/wire/date.ts';
import type { Url } from '../../http/wire/request-target.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { parseCookieDate } from './cookie-date.ts';

export interface Cookie {
  readonly name: string;
  readonly value: string;
  /** Lower case. */
  readonly domain: string;
  /** Without a Domain attribute: for that host alone. */
  readonly hostOnly: boolean;
  readonly path: string;
  /** Only over https. */
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** null: until the user agent ends. */
  readonly expiresAt: Nanoseconds | null;
  readonly createdAt: Nanoseconds;
}

const SIZE_LIMIT = 4096;
const COOKIES_OF_DOMAIN = 50;
const COOKIES_LIMIT = 1_000;

/** §5.2 with §5.3: the cookie that a response of `url` sets; null where there is none, or it may not be kept. One that is over deletes. */
export function parseSetCookie(line: string, url: Url, now: Nanoseconds): Cookie | null {
  if (line.length > SIZE_LIMIT) return null;
  const [pair = '', ...attributes] = line.split(';');
  const equals = pair.indexOf('=');
  if (equals < 0) return null;
  const name = blankless(pair.slice(0, equals));
  if (name === '') return null;
  let domain = '';
  let path = '';
  let secure = false;
  let httpOnly = false;
  let maxAge: Nanoseconds | null = null;
  let expires: Nanoseconds | null = null;
  for (const attribute of attributes) {
    const at = attribute.indexOf('=');
    const value = at < 0 ? '' : blankless(attribute.slice(at + 1));
    switch (blankless(at < 0 ? attribute : attribute.slice(0, at)).toLowerCase()) {
      case 'expires': {
        const instant = parseCookieDate(value);
        if (instant !== null) expires = virtualTimeOf(instant);
        break;
      }
      case 'max-age':
        // §5.2.2; what lies beyond all time is clipped.
        if (/^-?\d+$/.test(value)) maxAge = now + Math.min(Number(value), 1e9) * SECOND;
        break;
      case 'domain':
        if (value !== '') domain = value.replace(/^\./, '').toLowerCase();
        break;
      case 'path':
        path = value.startsWith('/') ? value : '';
        break;
      case 'secure':
        secure = true;
        break;
      case 'httponly':
        httpOnly = true;
        break;
    }
  }
  // §5.3, steps 5 and 6: nobody sets cookies for others, or for a whole top-level domain.
  if (domain !== '' && (!domainMatches(url.host, domain) || (!domain.includes('.') && domain !== url.host))) return null;
  return {
    name,
    value: blankless(pair.slice(equals + 1)),
    domain: domain === '' ? url.host : domain,
    hostOnly: domain === '',
    path: path === '' ? defaultPath(url.path) : path,
    secure,
    httpOnly,
    expiresAt: maxAge ?? expires,
    createdAt: now,
  };
}

/** Without spaces and tabs around it. */
function blankless(text: string): string {
  return text.replace(/^[ \t]+/, '').replace(/(?<![ \t])[ \t]+$/, '');
}

/** §5.1.4. */
function defaultPath(path: string): string {
  const [plain = '/'] = path.split('?', 1);
  const slash = plain.lastIndexOf('/');
  return slash <= 0 ? '/' : plain.slice(0, slash);
}

/** §5.1.3. */
function domainMatches(host: string, domain: string): boolean {
  return host === domain || (host.endsWith(`.${domain}`) && !ipv4Bytes(host));
}

/** §5.1.4. */
function pathMatches(target: string, path: string): boolean {
  const [plain = '/'] = target.split('?', 1);
  return plain === path || (plain.startsWith(path) && (path.endsWith('/') || plain[path.length] === '/'));
}

/** A user agent's cookies (§5.3). */
export class CookieJar {
  #cookies: Cookie[] = [];

  /** What a response's `Set-Cookie` fields say, each on its own. */
  store(lines: readonly string[], url: Url, now: Nanoseconds): void {
    for (const line of lines) {
      const cookie = parseSetCookie(line, url, now);
      if (!cookie) continue;
      const old = this.#cookies.find((one) => one.name === cookie.name && one.domain === cookie.domain && one.path === cookie.path);
      const others = this.#cookies.filter((one) => one !== old && !isOver(one, now));
      if (isOver(cookie, now)) {
        this.#cookies = others;
        continue;
      }
      // §5.3, step 11.3: it stays as old as the one that it takes the place of.
      const kept = [...others, { ...cookie, createdAt: old?.createdAt ?? cookie.createdAt }];
      const ofDomain = kept.filter(({ domain }) => domain === cookie.domain);
      const surplus = ofDomain.length > COOKIES_OF_DOMAIN ? ofDomain[0] : kept.length > COOKIES_LIMIT ? kept[0] : undefined;
      this.#cookies = kept.filter((one) => one !== surplus);
    }
  }

  /** The value of `Cookie` for a request (§5.4): longer paths first, then the older ones; null where no cookie fits. */
  header(url: Url, now: Nanoseconds): string | null {
    const fitting = this.#cookies.filter(
      (cookie) =>
        !isOver(cookie, now) &&
        (cookie.hostOnly ? url.host === cookie.domain : domainMatches(url.host, cookie.domain)) &&
        pathMatches(url.path, cookie.path) &&
        (!cookie.secure || url.scheme === 'https'),
    );
    if (fitting.length === 0) return null;
    const sorted = fitting.toSorted((a, b) => b.path.length - a.path.length || a.createdAt - b.createdAt);
    return sorted.map(({ name, value }) => `${name}=${value}`).join('; ');
  }

  get size(): number {
    return this.#cookies.length;
  }
}

function isOver({ expiresAt }: Cookie, now: Nanoseconds): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** A server's view of `Cookie` (§4.2): the first of that name; null without one. */
export function cookieIn(header: string, name: string): string | null {
  for (const pair of header.slice(0, 64 * 1024).split(';')) {
    const equals = pair.indexOf('=');
    if (equals >= 0 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim();
  }
  return null;
}

export interface CookieAttributes {
  readonly secure: boolean;
  /** Seconds; 0 deletes; absent: until the user agent ends. */
  readonly maxAge?: number;
}

/** `Set-Cookie` for the whole site, out of reach of scripts and of other sites' forms (RFC 6265 §4.1; SameSite: draft-ietf-httpbis-rfc6265bis §4.1.2.7). `name` and `value` are tokens. */
export function setCookie(name: string, value: string, { secure, maxAge }: CookieAttributes): string {
  const age = maxAge === undefined ? [] : [`Max-Age=${maxAge}`];
  return [`${name}=${value}`, 'Path=/', ...age, ...(secure ? ['Secure'] : []), 'HttpOnly', 'SameSite=Lax'].join('; ');
}
