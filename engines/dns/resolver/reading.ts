/**
 * How a resolver reads a reply: as an answer, an alias to go on with, a denial, or a referral (RFC 1034 §5.3.3 step 4).
 *
 * What is believed: only records at or below the zone whose servers were asked (the bailiwick); addresses of name servers
 * only from there, too (authority.ts).
 */
import { type Credentials, INSECURE, NOTHING_YET, together } from '../dnssec/credentials.ts';
import type { ReplyVerdict } from '../dnssec/validation.ts';
import { depth, isSubdomain, ROOT, sameName } from '../domain-name.ts';
import { MAX_ALIASES } from '../limits.ts';
import { type ResourceRecord, recordSets } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { makes } from '../server/substitution.ts';
import type { Message, Question, ResponseCode } from '../wire/message.ts';
import { takeAuthority } from './authority.ts';
import { credibility } from './cache.ts';
import { type Delegation, delegationOf } from './delegation.ts';
import type { ResolverState, Settled } from './resolution.ts';

/** Codes that say something about the server, not about the name. */
const SERVER_TROUBLE: readonly ResponseCode[] = ['SERVFAIL', 'REFUSED', 'FORMERR', 'NOTIMP', 'NOTAUTH', 'BADVERS'];

/**
 * What a reply from a server of `zone` means, its believable records cached; a text says why it is of no use. `verdict`: what
 * validation says of it, where there is any.
 */
export function understand(
  state: ResolverState,
  question: Question,
  zone: DomainName,
  message: Message,
  verdict: (ReplyVerdict & { readonly ok: true }) | undefined,
): Settled | Delegation | string {
  const { cache } = state;
  const code = message.responseCode;
  if (code !== 'NOERROR' && code !== 'NXDOMAIN') {
    return SERVER_TROUBLE.includes(code) ? `gets ${code}` : `gets the unexpected code ${code}`;
  }
  if (message.truncated) return 'gets a reply that is truncated even over TCP';
  const inBailiwick = (record: ResourceRecord): boolean => isSubdomain(record.name, zone);
  const trust = message.authoritative ? credibility.authoritative : credibility.answer;

  // The answer section, read as a chain that begins at the name (RFC 1034 §3.6.2).
  const chain: ResourceRecord[] = [];
  let credentials = NOTHING_YET;
  const store = (set: readonly ResourceRecord[]): void => {
    const own = verdict?.credentials(set);
    cache.store(set, trust, true, own);
    credentials = together(credentials, own ?? unchecked(set, message.answers));
  };
  const denial = verdict?.denial ?? { ...INSECURE, proof: message.authorities.filter(proves) };
  let name = question.name;
  let ended = false;
  for (let aliases = 0; aliases <= MAX_ALIASES; aliases++) {
    const here = message.answers.filter((record) => sameName(record.name, name) && inBailiwick(record));
    // The signatures of what stands at a name go with it, not beside it.
    const records = here.filter(({ data }) => data.type === question.type || (question.type === 'ANY' && data.type !== 'RRSIG'));
    if (records.length > 0) {
      for (const record of records) chain.push(record);
      for (const set of recordSets(records)) store(set);
      // RFC 8109 §4.2: the servers' addresses come along.
      if (name === ROOT && question.type === 'NS') {
        const servers = records.flatMap(({ data }) => (data.type === 'NS' ? [data.server] : []));
        const addresses = message.additionals.filter(
          ({ name: owner, data }) => data.type === 'A' && servers.some((s) => sameName(s, owner)),
        );
        for (const set of recordSets(addresses)) cache.store(set, credibility.glue);
      }
      ended = true;
      break;
    }
    const alias = here.find((record) => record.data.type === 'CNAME');
    if (alias?.data.type !== 'CNAME' || chain.includes(alias)) break;
    // RFC 6672 §3.1: the DNAME record that an alias is made from comes before it.
    const source = message.answers.find((record) => inBailiwick(record) && makes(record, alias));
    if (source) {
      chain.push(source);
      store([source]);
    }
    chain.push(alias);
    store([alias]);
    name = alias.data.target;
  }
  if (ended) {
    // NS records beside an answer are signed, but nobody needs them enough to check them.
    if (!verdict) takeAuthority(cache, zone, name, message);
    // That nothing is closer than a wildcard.
    if (!verdict) credentials = { ...credentials, proof: message.authorities.filter(proves) };
    return { kind: 'records', records: chain, alias: undefined, credentials };
  }

  const soa = message.authorities.find((record) => record.data.type === 'SOA' && inBailiwick(record) && isSubdomain(name, record.name));
  const denied = code === 'NXDOMAIN' || soa !== undefined;
  // RFC 2308 §2.1, §2.2: a denial speaks of the chain's last name. One outside the bailiwick is asked for again elsewhere.
  if (denied && isSubdomain(name, zone)) {
    const kind = code === 'NXDOMAIN' ? 'NXDOMAIN' : 'NODATA';
    cache.storeNegative(name, question.type, kind, soa, verdict?.denial);
    if (chain.length === 0) return { kind, soa, credentials: denial };
  }
  // Going on with the alias finds the denial just cached, or asks.
  if (chain.length > 0) return { kind: 'records', records: chain, alias: name, credentials };

  const servers = message.authorities.filter(
    (record) => record.data.type === 'NS' && inBailiwick(record) && isSubdomain(name, record.name),
  );
  const cut = servers[0]?.name;
  if (cut !== undefined && depth(cut) > depth(zone)) {
    const set = servers.filter((record) => sameName(record.name, cut));
    const glue = message.additionals.filter(
      (record) =>
        record.data.type === 'A' && inBailiwick(record) && set.some((s) => s.data.type === 'NS' && sameName(s.data.server, record.name)),
    );
    cache.store(set, credibility.glue, true);
    for (const addresses of recordSets(glue)) cache.store(addresses, credibility.glue);
    const known = verdict?.delegation;
    if (known && known.ds.length > 0) cache.store(known.ds, credibility.authority, true, known.credentials);
    else if (known?.credentials.security === 'secure') cache.storeUnsigned(cut, known.credentials);
    return delegationOf(state, set, glue);
  }
  if (message.authoritative) return { kind: 'NODATA', soa: undefined, credentials: denial };
  return 'gets a reply that leads nowhere (a lame server)';
}

/** What nobody has checked is given on with its signatures, to those who want to check it themselves (RFC 4035 §3.2.2). */
function unchecked(set: readonly ResourceRecord[], answers: readonly ResourceRecord[]): Credentials {
  const { name, data } = set[0] as ResourceRecord;
  const signs = (record: ResourceRecord): boolean =>
    record.data.type === 'RRSIG' && record.data.typeCovered === data.type && sameName(record.name, name);
  return { ...INSECURE, signatures: answers.filter(signs) };
}

/** Records of an authority section that a denial with DNSSEC is made of, the SOA record aside. */
function proves({ data }: ResourceRecord): boolean {
  return data.type === 'NSEC' || (data.type === 'RRSIG' && (data.typeCovered === 'NSEC' || data.typeCovered === 'SOA'));
}
