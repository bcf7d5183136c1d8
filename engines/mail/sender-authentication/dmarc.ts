/**
 * DMARC (RFC 7489): what the domain in the From field wants done with mail that neither SPF nor DKIM vouches for in its name.
 *
 * Theory of operation. SPF vouches for the envelope's domain, DKIM for a signature's; a person sees the From field. DMARC passes where a
 * domain that was vouched for is aligned with the one in From: the same, or (relaxed) of the same organisation. Elsewhere the
 * domain's policy says what it wants: nothing, quarantine or reject, for so many per cent of the messages.
 */
import type { Process } from '../../kernel/process.ts';
import { domainsNamed } from '../message/address-list.ts';
import { decodeMessage } from '../message/message-format.ts';
import { organisationalDomain } from '../message/organisational-domain.ts';
import type { DkimVerdict } from './dkim.ts';
import { type Ask, textsAt } from './domain-lookup.ts';
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
  /** The author’s domain that decided; null where none did, but the form of the From field. */
  readonly fromDomain: string | null;
  /** What is to be done; `none` unless the result is `fail`. */
  readonly disposition: DmarcPolicy;
}

export interface Vouching {
  /** Of the envelope. */
  readonly spf: { readonly result: SpfResult; readonly domain: string };
  readonly dkim: readonly DkimVerdict[];
}

/** Domains in From that are looked up; with more, the field counts as unreadable. */
const AUTHORS_LIMIT = 10;

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

/**
 * Each author’s domain is checked, and the strictest policy that fails decides (§6.6.1), or whoever adds an author would get round it.
 * A From field that is missing, there twice or cannot be read fails, too. `draw`: 0 (included) to 100 (excluded), for policies that go
 * for some of the messages; called when one does.
 */
export function* checkDmarc(ask: Ask, octets: string, vouching: Vouching, draw: () => number): Process<DmarcVerdict> {
  const { domains, problem } = authorsOf(octets);
  const verdicts: DmarcVerdict[] = [];
  for (const domain of domains.slice(0, AUTHORS_LIMIT)) verdicts.push(yield* checkDomain(ask, domain, vouching, draw));
  if (problem) verdicts.push({ result: 'fail', fromDomain: null, ...problem });
  return verdicts.toSorted((a, b) => severity(b) - severity(a))[0] as DmarcVerdict;
}

/** What decides for a message is the worst that is found. */
function severity({ result, disposition }: DmarcVerdict): number {
  const results: readonly DmarcResult[] = ['pass', 'none', 'permerror', 'temperror', 'fail'];
  return results.indexOf(result) + ['none', 'quarantine', 'reject'].indexOf(disposition);
}

function* checkDomain(ask: Ask, fromDomain: string, vouching: Vouching, draw: () => number): Process<DmarcVerdict> {
  const verdict = (result: DmarcResult, reason: string, disposition: DmarcPolicy = 'none'): DmarcVerdict => ({
    result,
    reason,
    fromDomain,
    disposition,
  });
  const organisation = organisationalDomain(fromDomain);
  let found = yield* policyAt(ask, fromDomain);
  if (found === null && organisation !== fromDomain) found = yield* policyAt(ask, organisation);
  if (found === 'temporary') return verdict('temperror', 'the lookup of the policy failed');
  if (found === null) return verdict('none', `${fromDomain} has no policy`);
  if (found === 'several') return verdict('none', `${fromDomain} has more than one policy, which is as good as none`);
  if (found === 'malformed') return verdict('permerror', `the policy of ${fromDomain} cannot be read`);
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

type Policy = { readonly record: DmarcRecord; readonly domain: string } | 'temporary' | 'several' | 'malformed';

/** null: nothing there, and the organisational domain is to be asked. §6.6.3: several records, or one without a policy, end the search. */
function* policyAt(ask: Ask, domain: string): Process<Policy | null> {
  const texts = yield* textsAt(ask, `_dmarc.${domain}`);
  if (texts === 'temporary') return 'temporary';
  const [text, ...more] = texts.filter(isDmarcRecord);
  if (text === undefined) return null;
  if (more.length > 0) return 'several';
  const record = parseDmarcRecord(text);
  return record ? { record, domain } : 'malformed';
}

/** §3.1: who vouches for the domain; null for nobody. */
function aligned(fromDomain: string, { spf, dkim }: Vouching, record: DmarcRecord): string | null {
  const same = (domain: string, strict: boolean): boolean =>
    domain.toLowerCase() === fromDomain || (!strict && organisationalDomain(domain) === organisationalDomain(fromDomain));
  const signature = dkim.find(({ result, domain }) => result === 'pass' && same(domain, record.strictDkim));
  if (signature) return `the signature of ${signature.domain} is aligned with ${fromDomain}`;
  return spf.result === 'pass' && same(spf.domain, record.strictSpf) ? `the envelope’s ${spf.domain} is aligned with ${fromDomain}` : null;
}

/** The domain of the one author, in lower case; null unless there is one From field that can be read and whose addresses are of one domain. */
export function fromDomainOf(octets: string): string | null {
  const { domains, problem } = authorsOf(octets);
  return problem === null && domains.length === 1 ? (domains[0] as string) : null;
}

interface Authors {
  /** Of whatever a reader might take for an address, in all From fields; lower case, each once. */
  readonly domains: readonly string[];
  /** Why they are not to be relied on, and what is done for that. */
  readonly problem: Pick<DmarcVerdict, 'reason' | 'disposition'> | null;
}

/**
 * Who a message says it is from. §6.6.1: messages without a From field or with two are refused, as receivers do. One that cannot be
 * read is put aside: RFC 6854 allows groups there, with no address at all.
 */
function authorsOf(octets: string): Authors {
  const fields = decodeMessage(octets).fields.filter(({ name }) => name.toLowerCase() === 'from');
  const read = fields.map(({ value }) => domainsNamed(value));
  const domains = [...new Set(read.flatMap((one) => one.domains))];
  if (fields.length === 0) return { domains, problem: { reason: 'there is no From field', disposition: 'reject' } };
  if (fields.length > 1) return { domains, problem: { reason: 'there is more than one From field', disposition: 'reject' } };
  const readable = read.every((one) => one.readable) && domains.length > 0 && domains.length <= AUTHORS_LIMIT;
  return { domains, problem: readable ? null : { reason: 'the From field cannot be read', disposition: 'quarantine' } };
}
