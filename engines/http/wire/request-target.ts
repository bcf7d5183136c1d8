/** Request targets (RFC 9112 §3.2) and the URI that a request is for (§3.3). Octets; the schemes http and https. */

export type RequestTarget =
  /** `/index.html?a=b`: the usual one. */
  | { readonly form: 'origin'; readonly path: string }
  /** `http://www.example.org/index.html`: to a proxy. */
  | { readonly form: 'absolute'; readonly url: Url }
  /** `www.example.org:80`: of CONNECT. */
  | { readonly form: 'authority'; readonly host: string; readonly port: number }
  /** `*`: of OPTIONS, the server as a whole. */
  | { readonly form: 'asterisk' };

export type Scheme = 'http' | 'https';

/** An http or https URI without user information and fragment (RFC 9110 §4.2). */
export interface Url {
  readonly scheme: Scheme;
  /** Lower case. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Absolute path and query, `/` at least. */
  readonly path: string;
}

export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;
/** RFC 9110 §4.2.1, §4.2.2. */
export const DEFAULT_PORTS: Readonly<Record<Scheme, number>> = { http: HTTP_PORT, https: HTTPS_PORT };

/** RFC 3986 §3.3, §3.4: what a path with its query is made of. */
const PATH = /^\/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*$/;
const AUTHORITY = /^([A-Za-z0-9._~!$&'()*+,;=%-]+)(?::(\d{0,5}))?$/;

/** null: no target in any of the four forms, or not one that the method has. */
export function decodeTarget(method: string, text: string): RequestTarget | null {
  if (method === 'CONNECT') {
    const authority = decodeAuthority(text);
    return authority && /:\d+$/.test(text) ? { form: 'authority', ...authority } : null;
  }
  if (text === '*') return method === 'OPTIONS' ? { form: 'asterisk' } : null;
  if (text.startsWith('/')) return PATH.test(text) ? { form: 'origin', path: text } : null;
  const url = decodeUrl(text);
  return url && !text.includes('#') ? { form: 'absolute', url } : null;
}

export function encodeTarget(target: RequestTarget): string {
  switch (target.form) {
    case 'origin':
      return target.path;
    case 'absolute':
      return encodeUrl(target.url);
    case 'authority':
      return `${target.host}:${target.port}`;
    case 'asterisk':
      return '*';
  }
}

/** `www.example.org`, `www.example.org:8080` (RFC 3986 §3.2). A port that is missing or empty is the scheme's. null: neither. */
export function decodeAuthority(text: string, scheme: Scheme = 'http'): { readonly host: string; readonly port: number } | null {
  const parts = AUTHORITY.exec(text);
  if (!parts || text.length > 300) return null;
  const port = parts[2] === undefined || parts[2] === '' ? DEFAULT_PORTS[scheme] : Number(parts[2]);
  return port >= 1 && port <= 65535 ? { host: (parts[1] as string).toLowerCase(), port } : null;
}

/** The authority as Host has it: without the port where it is the scheme's (RFC 9110 §7.2). */
export function authorityOf({ scheme, host, port }: Omit<Url, 'path'>): string {
  return port === DEFAULT_PORTS[scheme] ? host : `${host}:${port}`;
}

/** An absolute http or https URI; its fragment is dropped. User information is an error (RFC 9110 §4.2.4). */
export function decodeUrl(text: string): Url | null {
  const parts = /^(https?):\/\/([^/?#]*)([^#]*)/i.exec(text);
  if (!parts) return null;
  const scheme = (parts[1] as string).toLowerCase() as Scheme;
  const authority = decodeAuthority(parts[2] as string, scheme);
  const rest = parts[3] as string;
  const path = rest.startsWith('/') ? rest : `/${rest}`;
  return authority && PATH.test(path) ? { scheme, ...authority, path } : null;
}

export function encodeUrl(url: Url): string {
  return `${url.scheme}://${authorityOf(url)}${url.path}`;
}

/** RFC 9110 §4.3.1. */
export function isSameOrigin(a: Url, b: Url): boolean {
  return a.scheme === b.scheme && a.host === b.host && a.port === b.port;
}

/** A reference against the URI that it stands in (RFC 3986 §5.2); null for other schemes and what is no URI. */
export function resolveReference(base: Url, reference: string): Url | null {
  const text = reference.replace(/#.*$/s, '');
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text)) return decodeUrl(text);
  if (text.startsWith('//')) return decodeUrl(`${base.scheme}:${text}`);
  const [basePath = '/'] = base.path.split('?', 1);
  if (text === '') return base;
  if (text.startsWith('?')) return checked(base, basePath + text);
  const query = text.indexOf('?');
  const path = query < 0 ? text : text.slice(0, query);
  const joined = path.startsWith('/') ? path : basePath.slice(0, basePath.lastIndexOf('/') + 1) + path;
  return checked(base, withoutDots(joined) + (query < 0 ? '' : text.slice(query)));
}

function checked(base: Url, path: string): Url | null {
  return PATH.test(path) ? { ...base, path } : null;
}

/** RFC 3986 §5.2.4. */
function withoutDots(path: string): string {
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  segments.forEach((segment, i) => {
    const last = i === segments.length - 1;
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
    if (last && (segment === '.' || segment === '..')) kept.push('');
  });
  return `/${kept.join('/')}`;
}
