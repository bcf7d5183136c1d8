/** The Authentication-Results field (RFC 8601): what a server found of a message, for those behind it. */
import { withoutFields } from '../message/message-format.ts';
import type { DkimVerdict } from './dkim.ts';
import type { DmarcVerdict } from './dmarc.ts';
import type { SpfVerdict } from './spf.ts';

export interface Findings {
  /** Of the envelope’s sender, or of HELO for a notification. */
  readonly spf: (SpfVerdict & { readonly identity: string; readonly by: 'mailfrom' | 'helo' }) | null;
  readonly dkim: readonly DkimVerdict[] | null;
  readonly dmarc: DmarcVerdict | null;
}

/** The field without its last CRLF; `server` is the name by which the receiver knows its own (§2.5). */
export function authenticationResults(server: string, { spf, dkim, dmarc }: Findings): string {
  const results: string[] = [];
  if (spf) results.push(`spf=${spf.result} smtp.${spf.by}=${token(spf.identity)}`);
  if (dkim) {
    if (dkim.length === 0) results.push('dkim=none');
    for (const { result, domain, selector } of dkim)
      results.push(domain === '' ? `dkim=${result}` : `dkim=${result} header.d=${token(domain)} header.s=${token(selector)}`);
  }
  if (dmarc) results.push(`dmarc=${dmarc.result}${dmarc.fromDomain === null ? '' : ` header.from=${token(dmarc.fromDomain)}`}`);
  if (results.length === 0) results.push('none');
  return [`Authentication-Results: ${server};`, ...results.map((result, i) => ` ${result}${i < results.length - 1 ? ';' : ''}`)].join(
    '\r\n',
  );
}

/** A value as it may stand there (§2.2): an address or a name as it is, anything else in quotes. */
function token(text: string): string {
  if (/^(?:[A-Za-z0-9!#$%&'*+\-/?^_`{|}~.]*@)?[A-Za-z0-9._-]+$/.test(text)) return text;
  return `"${text.replace(/[^ -~]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}

/** §5: what came in under the receiver’s own name is forged, and must go. */
export function withoutForgedResults(octets: string, server: string): string {
  const own = withoutLastDot(server);
  return withoutFields(
    octets,
    ({ name, value }) => name.toLowerCase() === 'authentication-results' && withoutLastDot(serverOf(value)) === own,
  );
}

function withoutLastDot(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

/** The authserv-id (§2.2): a token or a quoted string behind white space and comments, which may be nested; without its quotes. */
function serverOf(value: string): string {
  let at = 0;
  for (let depth = 0; at < value.length; at++) {
    const char = value[at] as string;
    if (char === '(') depth++;
    else if (depth > 0 && char === ')') depth--;
    else if (depth > 0 && char === '\\') at++;
    else if (depth === 0 && !/\s/.test(char)) break;
  }
  if (value[at] !== '"') return /[^\s;()"]*/.exec(value.slice(at))?.[0] ?? '';
  let id = '';
  for (at++; at < value.length && value[at] !== '"'; at++) {
    if (value[at] === '\\') at++;
    id += value[at] ?? '';
  }
  return id.trim();
}
