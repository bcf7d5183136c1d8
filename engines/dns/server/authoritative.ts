/**
 * The authoritative server's answer: a pure function of its zones and the query, by the algorithm of RFC 1034 §4.3.2 with the
 * wildcards of RFC 4592, the substitution of names of RFC 6672 and the negative answers of RFC 2308.
 */
import { withSignatures, zoneOf } from '../dnssec/signed-answer.ts';
import { ancestors, canonical, wildcardBelow } from '../domain-name.ts';
import { MAX_ALIASES } from '../limits.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { EDNS_PAYLOAD, type Edns, IN, type Message, type ResponseCode, response } from '../wire/message.ts';
import { substitute, substitutionFor } from './substitution.ts';
import { delegationFor, recordsAt, type Zone, zoneFor } from './zone.ts';

export interface AnswerOptions {
  /** The RA flag: this server offers recursion. */
  readonly recursionAvailable?: boolean;
  /** The UDP payload that the server says it takes; null: it knows no EDNS. Without it, 1232 bytes. */
  readonly edns?: number | null;
}

/** The response to a query (not to a response). AA, referrals, negative and error answers as the standards have them. */
export function answer(zones: readonly Zone[], query: Message, options: AnswerOptions = {}): Message {
  const message = refusal(query, options.edns) ?? withSignatures(zones, query, search(zones, query));
  return withEdns(query, { ...message, recursionAvailable: options.recursionAvailable ?? false }, options.edns);
}

/** RFC 6891 §6.1.1: who asks with EDNS is answered with EDNS; others never see it. */
export function withEdns(query: Message, message: Message, payload: number | null = EDNS_PAYLOAD): Message {
  if (!query.edns || payload === null) return message;
  const edns: Edns = { payload, version: 0, dnssecOk: query.edns.dnssecOk, options: message.edns?.options ?? [] };
  return { ...message, edns };
}

/** The error that the OPT record of a message earns, whatever the message asks for; undefined where there is nothing to object to. */
export function ednsObjection(query: Message, payload: number | null = EDNS_PAYLOAD): Message | undefined {
  if (!query.edns) return undefined;
  // RFC 6891 §7: who does not know OPT.
  if (payload === null) return response(query, 'FORMERR');
  // RFC 6891 §6.1.3
  return query.edns.version > 0 ? response(query, 'BADVERS') : undefined;
}

/** The error that a query earns before anything is looked up; undefined for one in order. */
export function refusal(query: Message, payload: number | null = EDNS_PAYLOAD): Message | undefined {
  if (query.opcode !== 'QUERY') return response(query, 'NOTIMP', { questions: query.questions.slice(0, 1) });
  const objection = ednsObjection(query, payload);
  if (objection) return objection;
  // RFC 9619: a QUERY has one question.
  const question = query.questions[0];
  if (query.questions.length !== 1 || !question) return response(query, 'FORMERR');
  if ((question.class ?? IN) !== IN) return response(query, 'REFUSED');
  // Zone transfers and the mailbox types of RFC 883 are not offered.
  if (['AXFR', 'IXFR', 'MAILA', 'MAILB'].includes(question.type)) return response(query, 'REFUSED');
  return undefined;
}

function search(zones: readonly Zone[], query: Message): Message {
  const question = query.questions[0] as { name: DomainName; type: string };
  const answers: ResourceRecord[] = [];
  let name = question.name;
  for (let aliases = 0; ; aliases++) {
    const zone = zoneOf(zones, name, question.type);
    if (!zone) {
      // RFC 1034 §4.3.2 step 3a: an alias out of our zones ends here; the asker goes on.
      return answers.length > 0 ? found(query, zones, answers) : response(query, 'REFUSED');
    }
    const delegation = delegationFor(zone, name);
    // RFC 4035 §3.1.4.1: DS records lie on the parent's side of a cut.
    const atParent =
      question.type === DS && delegation !== undefined && canonical((delegation[0] as ResourceRecord).name) === canonical(name);
    if (delegation && !atParent) return referral(query, zones, answers, delegation);
    const substitution = substitutionFor(zone, name);
    if (substitution) {
      const target = substitute(name, substitution);
      if (target === undefined) return response(query, 'YXDOMAIN', { authoritative: true, answers: [...answers, substitution] });
      const repeated = answers.some((record) => record.data.type === 'CNAME' && canonical(record.name) === canonical(name));
      if (repeated || aliases >= MAX_ALIASES) return found(query, zones, answers);
      // RFC 6672 §3.1: the CNAME is for those who do not know the type.
      answers.push(substitution, { name, ttl: substitution.ttl, data: { type: 'CNAME', target } });
      name = target;
      continue;
    }
    const node = findNode(zone, name);
    if (!node) return negative(query, zone, answers, 'NXDOMAIN');
    const cname = node.get('CNAME')?.[0];
    if (cname && !AT_ALIASES.has(question.type) && cname.data.type === 'CNAME') {
      const repeated = answers.some((record) => record.data.type === 'CNAME' && canonical(record.name) === canonical(name));
      if (repeated || aliases >= MAX_ALIASES) return found(query, zones, answers);
      answers.push({ ...cname, name });
      name = cname.data.target;
      continue;
    }
    const records = question.type === 'ANY' ? everything(node, query) : (node.get(question.type) ?? []);
    if (records.length === 0) return negative(query, zone, answers, 'NOERROR');
    // What a wildcard gives takes the name that was asked for (RFC 1034 §4.3.2 step 3c).
    for (const record of records) answers.push(canonical(record.name) === canonical(name) ? record : { ...record, name });
    return found(query, zones, answers);
  }
}

const DS = 'DS';

/** Types that stand beside an alias (RFC 4035 §2.5), or are asked for with it. */
const AT_ALIASES: ReadonlySet<string> = new Set(['CNAME', 'ANY', 'RRSIG', 'NSEC']);

/** What stands at a name; denials only for those who want DNSSEC (RFC 4035 §3.1), who get the signatures with the sets. */
function everything(node: ReadonlyMap<string, readonly ResourceRecord[]>, query: Message): ResourceRecord[] {
  return [...node].flatMap(([type, set]) => (type === 'RRSIG' || (type === 'NSEC' && !query.edns?.dnssecOk) ? [] : set));
}

/** The records at a name, or those of the wildcard that covers it (RFC 4592 §2.2.1, §3.3.1); undefined where the name does not exist. */
function findNode(zone: Zone, name: DomainName): ReadonlyMap<string, readonly ResourceRecord[]> | undefined {
  const exact = zone.nodes.get(canonical(name));
  if (exact) return exact;
  const encloser = ancestors(canonical(name)).find((n) => zone.nodes.has(n));
  if (encloser === undefined) return undefined;
  return zone.nodes.get(wildcardBelow(encloser));
}

function found(query: Message, zones: readonly Zone[], answers: readonly ResourceRecord[]): Message {
  return response(query, 'NOERROR', { authoritative: true, answers, additionals: additional(zones, answers, answers) });
}

/** RFC 1034 §4.3.2 step 3b. AA speaks for the first owner name: after an alias of ours it stays set (RFC 1035 §4.1.1). */
function referral(
  query: Message,
  zones: readonly Zone[],
  answers: readonly ResourceRecord[],
  delegation: readonly ResourceRecord[],
): Message {
  return response(query, 'NOERROR', {
    authoritative: answers.length > 0,
    answers,
    authorities: delegation,
    additionals: additional(zones, delegation, answers),
  });
}

/** RFC 2308 §2.1, §2.2, §3: the SOA says how long the answer may be cached. */
function negative(query: Message, zone: Zone, answers: readonly ResourceRecord[], code: ResponseCode): Message {
  const soa = zone.soa;
  const authorities = soa?.data.type === 'SOA' ? [{ ...soa, ttl: Math.min(soa.ttl, soa.data.minimum) }] : [];
  return response(query, code, { authoritative: true, answers, authorities });
}

/** RFC 1034 §4.3.2 step 6: addresses of the hosts that the records name, authoritative or glue, as far as they are known here. */
function additional(zones: readonly Zone[], records: readonly ResourceRecord[], present: readonly ResourceRecord[]): ResourceRecord[] {
  const found: ResourceRecord[] = [];
  const seen = new Set<DomainName>(present.filter((r) => r.data.type === 'A' || r.data.type === 'AAAA').map((r) => canonical(r.name)));
  for (const record of records) {
    const host = hostNamedBy(record);
    if (host === undefined || seen.has(canonical(host))) continue;
    seen.add(canonical(host));
    const nearest = zoneFor(zones, host);
    // The nearest zone knows best; glue may also lie in another of our zones, above a cut.
    let addresses = addressesIn(nearest, host);
    for (let i = 0; addresses.length === 0 && i < zones.length; i++) addresses = addressesIn(zones[i], host);
    for (const address of addresses) found.push(address);
  }
  return found;
}

function addressesIn(zone: Zone | undefined, host: DomainName): ResourceRecord[] {
  return zone ? [...recordsAt(zone, host, 'A'), ...recordsAt(zone, host, 'AAAA')] : [];
}

function hostNamedBy({ data }: ResourceRecord): DomainName | undefined {
  if (data.type === 'NS') return data.server;
  if (data.type === 'MX') return data.exchange;
  return data.type === 'SRV' ? data.target : undefined;
}
