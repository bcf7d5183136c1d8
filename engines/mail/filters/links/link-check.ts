/** Whether a link leads where it seems to: the signs of phishing that can be seen without following it. */
import { ipv4Bytes } from '../../../dns/ip-address.ts';
import { organisationalDomain } from '../../message/organisational-domain.ts';
import { authorityIn, type Link } from './links.ts';
import { skeleton } from './look-alike.ts';
import { unicodeName } from './punycode.ts';

export type Suspicion =
  /** A host is shown, and the link leads to another one. */
  | { readonly kind: 'other host'; readonly host: string; readonly shown: string }
  /** The host looks like one that is protected, and is not. */
  | { readonly kind: 'look-alike'; readonly host: string; readonly like: string }
  /** What stands before the `@` looks like a host, and is none (RFC 3986 §7.6). */
  | { readonly kind: 'user information'; readonly host: string; readonly shown: string }
  /** An address in the place of a name (RFC 3986 §7.4). */
  | { readonly kind: 'address'; readonly host: string }
  | { readonly kind: 'blocked'; readonly host: string };

export interface LinkSettings {
  /** Domains that others like to pass for. */
  readonly protected: readonly string[];
  /** Domains that links may not lead to, with what is below them. */
  readonly blocked: readonly string[];
}

/** null: nothing to be said against it. */
export function suspicionOf(link: Link, settings: LinkSettings): Suspicion | null {
  const { host, userInformation } = link;
  if (host === null) return null;
  const domain = organisationalDomain(host);
  if (settings.blocked.some((blocked) => isBelow(host, blocked.toLowerCase()))) return { kind: 'blocked', host };
  const shown = hostShown(link.shown);
  if (shown !== null && organisationalDomain(shown) !== domain) return { kind: 'other host', host, shown };
  if (userInformation !== null && looksLikeHost(userInformation)) return { kind: 'user information', host, shown: userInformation };
  const like = settings.protected.find((one) => one.toLowerCase() !== domain && skeleton(one) === skeleton(domain));
  if (like !== undefined) return { kind: 'look-alike', host, like };
  return ipv4Bytes(host) ? { kind: 'address', host } : null;
}

/** `leads to evil.example, shows www.bank.example`. */
export function wordsOf(suspicion: Suspicion): string {
  const { kind, host } = suspicion;
  switch (kind) {
    case 'other host':
      return `shows ${suspicion.shown}, leads to ${host}`;
    case 'look-alike':
      return `${host}${unicodeName(host) === host ? '' : ` (${unicodeName(host)})`} looks like ${suspicion.like}`;
    case 'user information':
      return `seems to be ${suspicion.shown}, leads to ${host}`;
    case 'address':
      return `leads to the bare address ${host}`;
    case 'blocked':
      return `leads to ${host}, which is on the block list`;
  }
}

/** A host that the text of a link shows: of a URL, or of what looks like a host's name; null where it shows neither. */
function hostShown(text: string): string | null {
  const { host } = authorityIn(text);
  if (host !== null) return host;
  const first = text.trim().split(/[\s/?#:]/, 1)[0] as string;
  return looksLikeHost(first) ? first.toLowerCase() : null;
}

function looksLikeHost(text: string): boolean {
  return /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}]{2,24}$/u.test(text.slice(0, 300));
}

function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
