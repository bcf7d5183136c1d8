/**
 * SPF records (RFC 7208 §4.6, §12): the mechanisms in their order, and the modifiers. Reading is total: an error anywhere makes the
 * whole record one (§4.6). Limit: the 65,535 octets of a DNS message.
 */
import { ipv4Bytes, ipv6Bytes } from '../../dns/ip-address.ts';
import { macroProblem } from './spf-macro.ts';

export type Qualifier = 'pass' | 'fail' | 'softfail' | 'neutral';

export type SpfMechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include' | 'exists'; readonly domain: string }
  /** `domain` null: the one that is checked. */
  | { readonly kind: 'a' | 'mx'; readonly domain: string | null; readonly prefix4: number; readonly prefix6: number }
  | { readonly kind: 'ptr'; readonly domain: string | null }
  | { readonly kind: 'ip4' | 'ip6'; readonly network: readonly number[]; readonly prefix: number };

export interface SpfDirective {
  readonly qualifier: Qualifier;
  readonly mechanism: SpfMechanism;
  /** As written, with its qualifier. */
  readonly text: string;
}

export interface SpfRecord {
  readonly directives: readonly SpfDirective[];
  /** Domain specifications, macros not expanded; null without that modifier. */
  readonly redirect: string | null;
  readonly explanation: string | null;
}

export interface SpfRecordError {
  readonly error: string;
}

/** §4.5: which of the texts at a name are SPF records at all. */
export function isSpfRecord(text: string): boolean {
  return /^v=spf1(?: |$)/i.test(text);
}

const QUALIFIERS: Readonly<Record<string, Qualifier>> = { '+': 'pass', '-': 'fail', '~': 'softfail', '?': 'neutral' };

/** `text` begins with `v=spf1`. */
export function parseSpfRecord(text: string): SpfRecord | SpfRecordError {
  const directives: SpfDirective[] = [];
  const modifiers = new Map<string, string>();
  for (const term of text.slice('v=spf1'.length).split(' ')) {
    if (term === '') continue;
    const modifier = /^([A-Za-z][A-Za-z0-9_.-]*)=(.*)$/s.exec(term);
    if (modifier) {
      const [name, value] = [(modifier[1] as string).toLowerCase(), modifier[2] as string];
      const known = name === 'redirect' || name === 'exp';
      const problem = known ? domainProblem(value) : macroProblem(value);
      if (problem) return { error: `${term}: ${problem}` };
      // §6: these at most once; others are not understood, and ignored.
      if (known && modifiers.has(name)) return { error: `${name}= occurs twice` };
      modifiers.set(name, value);
      continue;
    }
    const directive = parseDirective(term);
    if ('error' in directive) return directive;
    directives.push(directive);
  }
  return { directives, redirect: modifiers.get('redirect') ?? null, explanation: modifiers.get('exp') ?? null };
}

function parseDirective(term: string): SpfDirective | SpfRecordError {
  const parts = /^([+\-~?]?)([A-Za-z][A-Za-z0-9_.-]*)(?:(:)([\s\S]*?))?((?:\/[0-9]+)?(?:\/\/[0-9]+)?)$/.exec(term);
  const wrong = (why: string): SpfRecordError => ({ error: `${term}: ${why}` });
  if (!parts) return wrong('no mechanism or modifier');
  const [, sign, name, colon, argument = '', prefixes = ''] = parts as unknown as [string, string, string, string?, string?, string?];
  const qualifier = QUALIFIERS[sign] ?? 'pass';
  const made = (mechanism: SpfMechanism | SpfRecordError): SpfDirective | SpfRecordError =>
    'error' in mechanism ? mechanism : { qualifier, mechanism, text: term };
  const domain = colon === undefined ? null : argument;
  const kind = name.toLowerCase();
  switch (kind) {
    case 'all':
      return domain !== null || prefixes !== '' ? wrong('all stands alone') : made({ kind });
    case 'include':
    case 'exists': {
      // Slashes are no prefix here: they may stand in the domain.
      if (domain === null) return wrong('needs a domain');
      const whole = argument + prefixes;
      const problem = domainProblem(whole);
      return problem ? wrong(problem) : made({ kind, domain: whole });
    }
    case 'ptr': {
      const whole = domain === null ? null : argument + prefixes;
      const problem = whole === null ? (prefixes === '' ? null : 'takes no prefix') : domainProblem(whole);
      return problem ? wrong(problem) : made({ kind, domain: whole });
    }
    case 'a':
    case 'mx': {
      const lengths = prefixLengths(prefixes);
      if (!lengths) return wrong('a prefix is 0 to 32, behind // 0 to 128, without leading zeros');
      const problem = domain === null ? null : domainProblem(domain);
      return problem ? wrong(problem) : made({ kind, domain, ...lengths });
    }
    case 'ip4':
    case 'ip6': {
      const network = kind === 'ip4' ? ipv4Bytes(argument) : ipv6Bytes(argument);
      const bits = kind === 'ip4' ? 32 : 128;
      if (!network || prefixes.startsWith('//')) return wrong('no such network');
      const prefix = prefixes === '' ? bits : lengthOf(prefixes.slice(1), bits);
      return prefix === null ? wrong(`a prefix is 0 to ${bits}, without leading zeros`) : made({ kind, network, prefix });
    }
    default:
      return wrong('no such mechanism');
  }
}

function prefixLengths(text: string): { prefix4: number; prefix6: number } | null {
  const parts = /^(?:\/([0-9]+))?(?:\/\/([0-9]+))?$/.exec(text);
  if (!parts) return null;
  const prefix4 = parts[1] === undefined ? 32 : lengthOf(parts[1], 32);
  const prefix6 = parts[2] === undefined ? 128 : lengthOf(parts[2], 128);
  return prefix4 === null || prefix6 === null ? null : { prefix4, prefix6 };
}

function lengthOf(digits: string, greatest: number): number | null {
  return /^(0|[1-9][0-9]{0,2})$/.test(digits) && Number(digits) <= greatest ? Number(digits) : null;
}

/** §7.1, domain-spec: macros and text, and at its end a top label or a macro. */
function domainProblem(spec: string): string | null {
  const problem = macroProblem(spec);
  if (problem) return problem;
  if (spec === '') return 'the domain is missing';
  if (/%(?:\{[^}]*\}|%|_|-)$/.test(spec)) return spec.endsWith('}') ? null : 'a domain ends with a top-level label or a macro';
  const top = /\.([^.]*)\.?$/.exec(spec)?.[1] ?? '';
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(top) && !/^[0-9]+$/.test(top)
    ? null
    : 'a domain ends with a top-level label or a macro';
}
