/**
 * DMARC (RFC 7489): what the domain in the From field wants done with mail that neither SPF nor DKIM vouches for in its name.
 *
 * Theory of operation. SPF vouches for the envelope's domain, DKIM for a signature's; a person sees the From field. DMARC passes where a
 * domain that was vouched for is aligned with the one in From: the same, or (relaxed) of the same organisation. Elsewhere the
 * domain's policy says what it wants: nothing, quarantine or reject, for so many per cent of the messages.
 */
import type { Process } from '../../kernel/process.ts';
import { domainOf, parseMailbox } from '../message/address.ts';
import { decodeMessage } from '../message/message-format.ts';
import type { DkimVerdict } from './dkim.ts';
import { type Ask, textsAt } from './domain-lookup.ts';
import { organisationalDomain } from './organisational-domain.ts';
import type { SpfResult } from './spf.ts';
import { parseTagList } from './tag-list.ts';

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';
export type DmarcResult = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror';

export interface DmarcRecord {
  readonly policy: DmarcPolicy;
  readonly subdomainPolicy: DmarcPolicy;
  readonly strictDkim: boolean;
  readonly strictSpf: boolean;
  /** 0 to 100. */
  readonly percent: number;
}

export interface DmarcVerdict {
  readonly result: DmarcResult;
  readonly reason: string;
  /** The domain in the From field; null where there is not exactly one. */
  readonly fromDomain: string | null;
  /** What is to be done; `none` unless the result is `fail`. */
  readonly disposition: DmarcPolicy;
}

export interface Vouching {
  /** Of the envelope. */
  readonly spf: { readonly result: SpfResult; readonly domain: string };
  readonly dkim: readonly DkimVerdict[];
}

/** §6.6.3: whether a text at `_dmarc.DOMAIN` is a DMARC record at all. */
export function isDmarcRecord(text: string): boolean {
  return /^v[\t ]*=[\t ]*DMARC1[\t ]*(?:;|$)/.test(text);
}

/** §6.3. null for a record without a policy, and without an address for reports that would make it one that only watches. Unknown tags and values count as left out. */
export function parseDmarcRecord(text: string): DmarcRecord | null {
  const tags = parseTagList(text);
  if (!tags) return null;
  const policyIn = (name: string): DmarcPolicy | null => {
    const value = tags.get(name)?.toLowerCase();
    return value === 'none' || value === 'quarantine' || value === 'reject' ? value : null;
  };
  // §6.6.3: with a bad p= or sp= but somewhere to report to, it only watches.
  const broken = policyIn('p') === null || (tags.has('sp') && policyIn('sp') === null);
  if (broken && !/mailto:/i.test(tags.get('rua') ?? '')) return null;
  const policy = broken ? 'none' : (policyIn('p') as DmarcPolicy);
  const percent = tags.get('pct') ?? '';
  return {
    policy,
    subdomainPolicy: broken ? 'none' : (policyIn('sp') ?? policy),
    strictDkim: tags.get('adkim')?.toLowerCase() === 's',
    strictSpf: tags.get('aspf')?.toLowerCase() === 's',
    percent: /^[0-9]{1,3}$/.test(percent) && Number(percent) <= 100 ? Number(percent) : 100,
  };
}

/** `draw`: 0 (included) to 100 (excluded), for policies that go for some of the messages; called when one does. */
export function* checkDmarc(ask: Ask, octets: string, vouching: Vouching, draw: () => number): Process<DmarcVerdict> {
  const fromDomain = fromDomainOf(octets);
  const verdict = (result: DmarcResult, reason: string, disposition: DmarcPolicy = 'none'): DmarcVerdict => ({
    result,
    reason,
    fromDomain,
    disposition,
  });
  // §6.6.1: without one author's domain there is nothing to align with.
  if (fromDomain === null) return verdict('permerror', 'there is not exactly one domain in the From field');
  const organisation = organisationalDomain(fromDomain);
  let found = yield* policyAt(ask, fromDomain);
  if (found === null && organisation !== fromDomain) found = yield* policyAt(ask, organisation);
  if (found === 'temporary') return verdict('temperror', 'the lookup of the policy failed');
  if (found === null) return verdict('none', `${fromDomain} has no policy`);
  const { record, domain } = found;
  const vouchedBy = aligned(fromDomain, vouching, record);
  if (vouchedBy !== null) return verdict('pass', vouchedBy);
  const policy = domain === fromDomain ? record.policy : record.subdomainPolicy;
  const spared = record.percent < 100 && policy !== 'none' && draw() >= record.percent;
  // §6.6.4: what a policy does not go for gets the next milder one.
  const disposition = spared ? (policy === 'reject' ? 'quarantine' : 'none') : policy;
  return verdict(
    'fail',
    `nothing vouches for ${fromDomain}, which wants p=${policy}${spared ? ` for ${record.percent} %` : ''}`,
    disposition,
  );
}

function* policyAt(ask: Ask, domain: string): Process<{ record: DmarcRecord; domain: string } | 'temporary' | null> {
  const texts = yield* textsAt(ask, `_dmarc.${domain}`);
  if (texts === 'temporary') return 'temporary';
  const records = texts.filter(isDmarcRecord);
  // §6.6.3: several records are as good as none.
  const record = records.length === 1 ? parseDmarcRecord(records[0] as string) : null;
  return record && { record, domain };
}

/** §3.1: who vouches for the domain; null for nobody. */
function aligned(fromDomain: string, { spf, dkim }: Vouching, record: DmarcRecord): string | null {
  const same = (domain: string, strict: boolean): boolean =>
    domain.toLowerCase() === fromDomain || (!strict && organisationalDomain(domain) === organisationalDomain(fromDomain));
  const signature = dkim.find(({ result, domain }) => result === 'pass' && same(domain, record.strictDkim));
  if (signature) return `the signature of ${signature.domain} is aligned with ${fromDomain}`;
  return spf.result === 'pass' && same(spf.domain, record.strictSpf) ? `the envelope’s ${spf.domain} is aligned with ${fromDomain}` : null;
}

/** The domain of the one author, in lower case; null unless there is one From field whose addresses are of one domain. */
export function fromDomainOf(octets: string): string | null {
  const fields = decodeMessage(octets).fields.filter(({ name }) => name.toLowerCase() === 'from');
  if (fields.length !== 1) return null;
  const domains = new Set(addressesIn(fields[0]?.value as string).map(domainOf));
  const [domain] = domains;
  return domains.size === 1 && domain ? domain : null;
}

/** Addresses in a From field's value (RFC 5322 §3.4): those in angle brackets, or bare; display names and comments left out. The first 10,000 octets count. */
function addressesIn(value: string): string[] {
  const bare = withoutQuotations(value.slice(0, 10_000));
  return bare.split(',').flatMap((part) => {
    const open = part.lastIndexOf('<');
    const close = part.indexOf('>', open);
    const text = open >= 0 ? part.slice(open + 1, close < 0 ? undefined : close) : part;
    const address = text.replace(/[ \t]+/g, '');
    const parsed = parseMailbox(address);
    return 'error' in parsed ? [] : [address];
  });
}

/** Without comments; quoted strings become a letter, since what stands in them is a name or a local part. */
function withoutQuotations(text: string): string {
  let out = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (depth === 0 && char === '"') {
      for (at++; at < text.length && text[at] !== '"'; at++) if (text[at] === '\\') at++;
      out += 'x';
    } else if (char === '(') depth++;
    else if (depth > 0 && char === '\\') at++;
    else if (depth > 0 && char === ')') depth--;
    else if (depth === 0) out += char;
  }
  return out;
}
