/**
 * Every kind of answer as one table: a world in which real servers give it, what it looks like on the wire, and what resolver and
 * stub make of it. The test runs each; docs/dns.md shows the table.
 */
import type { Scenario, Service } from '../scenario.ts';
import type { ResolverService, UpdateAction } from './scenario.ts';
import { nameServer, resolver, resolveStep, textbook, UMASS_ZONE, updateStep, zone } from './scenario-for-tests.ts';
import type { Message } from './wire/message.ts';

export interface AnswerKind {
  readonly kind: string;
  /** How it comes about. */
  readonly produced: string;
  /** What is made of it. */
  readonly consumed: string;
  readonly standard: string;
  readonly scenario: Scenario;
  /** The host whose response it is, and what that holds. */
  readonly from: string;
  readonly message: object;
  /** What the step comes to, and where it tells of the answer what the host notes. */
  readonly outcome: string;
  readonly note?: string;
}

const LOCAL = 'dns.nyu.edu';
const TLD = 'a.edu-servers.net';
const SERVER = 'dns.cs.umass.edu';

const EDU = '$TTL 1d\n@ SOA a.edu-servers.net. h 1 1 1 1 900\n';
const GLUE = 'umass NS dns.cs.umass\ndns.cs.umass A 10.0.0.5\n';

interface World {
  readonly name?: string;
  readonly type?: string;
  readonly steps?: Scenario['steps'];
  /** Records of edu. besides its SOA. */
  readonly edu?: string;
  /** Records of umass.edu. besides the textbook’s. */
  readonly umass?: string;
  /** Who serves umass.edu. */
  readonly servers?: readonly string[];
  readonly resolver?: Partial<ResolverService>;
  readonly services?: readonly Service[];
  readonly seed?: number;
}

/** The textbook’s world with the changes. It has one more host, `other.edu` at 10.0.0.6, for whatever it is given to serve. */
function world(changes: World): Scenario {
  const { name = 'gaia.cs.umass.edu.', type = 'A', servers = [SERVER], seed = 1 } = changes;
  const base = textbook(changes.steps ?? [resolveStep(name, type)], { hosts: { 'other.edu': { nameservers: [] } }, seed });
  const services = base.services.flatMap((service): Service[] => {
    if (service.kind === 'dns.resolver') return [resolver(service.host, changes.resolver)];
    if (service.kind !== 'dns.zone') return [service];
    if (service.origin === 'edu.' && changes.edu !== undefined) return [zone('edu.', [TLD], EDU + changes.edu)];
    if (service.origin !== 'umass.edu.') return [service];
    return servers.length === 0 ? [] : [zone('umass.edu.', servers, UMASS_ZONE + (changes.umass ?? ''))];
  });
  return { ...base, services: [...services, ...(changes.services ?? [])] };
}

const sections = (answers: readonly string[], authorities: readonly string[] = []): { answers: object[]; authorities: object[] } => ({
  answers: answers.map((type) => ({ data: { type } })),
  authorities: authorities.map((type) => ({ data: { type } })),
});

const addresses = (count: number): string => Array.from({ length: count }, (_, i) => `farm A 192.0.2.${i}\n`).join('');
const aliases = (count: number): string => Array.from({ length: count }, (_, i) => `a${i} CNAME a${i + 1}\n`).join('');
const change = (parts: Partial<UpdateAction>): Scenario['steps'] => [updateStep(parts)];
const flags = (message: Partial<Message>): Partial<Message> => message;

export const answerKinds: readonly AnswerKind[] = [
  {
    kind: 'positive',
    produced: 'an authority that has the record; AA is set',
    consumed: 'the answer, cached for its TTL',
    standard: 'RFC 1035 §4.1.1',
    scenario: world({}),
    from: SERVER,
    message: { ...flags({ authoritative: true, responseCode: 'NOERROR' }), ...sections(['A']) },
    outcome: '128.119.245.12',
  },
  {
    kind: 'alias within the zone',
    produced: 'CNAME and the record behind it in one answer',
    consumed: 'both are cached, the stub follows the chain',
    standard: 'RFC 1034 §3.6.2, §4.3.2 step 3a',
    scenario: world({ name: 'www.umass.edu.' }),
    from: SERVER,
    message: { ...flags({ authoritative: true }), ...sections(['CNAME', 'A']) },
    outcome: '128.119.245.12',
  },
  {
    kind: 'alias into another zone',
    produced: 'the CNAME alone: the server does not serve its target',
    consumed: 'the resolver goes on with the target from the closest servers that it knows',
    standard: 'RFC 1034 §5.3.3 step 4c',
    scenario: world({
      name: 'far.umass.edu.',
      edu: `${GLUE}elsewhere NS other\nother A 10.0.0.6\n`,
      services: [zone('elsewhere.edu.', ['other.edu'], '$TTL 60\n@ SOA a b 1 1 1 1 1\nwww A 192.0.2.80')],
    }),
    from: SERVER,
    message: { ...flags({ authoritative: true }), ...sections(['CNAME']) },
    outcome: '192.0.2.80',
  },
  {
    kind: 'alias in a circle',
    produced: 'the chain, each record once',
    consumed: 'SERVFAIL: it has no end',
    standard: 'RFC 1034 §3.6.2',
    scenario: world({ name: 'one.umass.edu.', umass: 'one CNAME two\ntwo CNAME one\n' }),
    from: SERVER,
    message: { ...flags({ authoritative: true, responseCode: 'NOERROR' }), ...sections(['CNAME', 'CNAME']) },
    outcome: 'SERVFAIL',
    note: 'dns.nyu.edu: cannot resolve one.umass.edu A: the aliases of one.umass.edu go in a circle',
  },
  {
    kind: 'chain of aliases that is too long',
    produced: 'as much of it as one answer follows',
    consumed: 'SERVFAIL: work for one question is bounded',
    standard: 'RFC 1034 §5.3.3',
    scenario: world({ name: 'a0.umass.edu.', umass: `${aliases(40)}a40 A 192.0.2.1\n` }),
    from: SERVER,
    message: { ...flags({ authoritative: true }), ...sections(new Array(16).fill('CNAME')) },
    outcome: 'SERVFAIL',
    note: 'dns.nyu.edu: cannot resolve a0.umass.edu A: more than 16 aliases in a row',
  },
  {
    kind: 'wildcard',
    produced: 'the wildcard’s records under the name that was asked for',
    consumed: 'as any other answer',
    standard: 'RFC 4592 §3.3.1',
    scenario: world({ name: 'any.thing.wild.umass.edu.' }),
    from: SERVER,
    message: flags({
      authoritative: true,
      answers: [{ name: 'any.thing.wild.umass.edu.', ttl: 3600, data: { type: 'A', address: '128.119.2.2' } }],
    }),
    outcome: '128.119.2.2',
  },
  {
    kind: 'NXDOMAIN',
    produced: 'no such name: the SOA says how long that may be cached',
    consumed: 'cached for all types of the name',
    standard: 'RFC 2308 §2.1, §5',
    scenario: world({ name: 'nothing.umass.edu.' }),
    from: SERVER,
    message: { ...flags({ authoritative: true, responseCode: 'NXDOMAIN' }), ...sections([], ['SOA']) },
    outcome: 'NXDOMAIN',
    note: 'dns.nyu.edu: caches nothing.umass.edu: NXDOMAIN for 5 min',
  },
  {
    kind: 'NODATA',
    produced: 'the name exists, the type does not: NOERROR, no answer, the SOA',
    consumed: 'cached for that type',
    standard: 'RFC 2308 §2.2, §5',
    scenario: world({ type: 'TXT' }),
    from: SERVER,
    message: { ...flags({ authoritative: true, responseCode: 'NOERROR' }), ...sections([], ['SOA']) },
    outcome: 'NODATA',
    note: 'dns.nyu.edu: caches gaia.cs.umass.edu TXT: NODATA for 5 min',
  },
  {
    kind: 'referral with glue',
    produced: 'NS records of the cut, without AA, and the servers’ addresses',
    consumed: 'the resolver asks one of them',
    standard: 'RFC 1034 §4.3.2 step 3b, §4.2.1',
    scenario: world({}),
    from: TLD,
    message: { ...flags({ authoritative: false }), ...sections([], ['NS']), additionals: [{ data: { type: 'A', address: '10.0.0.5' } }] },
    outcome: '128.119.245.12',
  },
  {
    kind: 'referral without glue',
    produced: 'NS records of servers elsewhere, whose addresses are not the zone’s to give',
    consumed: 'the resolver looks a server’s address up first',
    standard: 'RFC 1034 §5.3.3 step 3',
    scenario: world({
      name: 'www.elsewhere.edu.',
      edu: `${GLUE}elsewhere NS ns.umass\n`,
      umass: 'ns A 10.0.0.6\n',
      services: [zone('elsewhere.edu.', ['other.edu'], '$TTL 60\n@ SOA a b 1 1 1 1 1\nwww A 192.0.2.80')],
    }),
    from: TLD,
    message: { ...flags({ authoritative: false, additionals: [] }), ...sections([], ['NS']) },
    outcome: '192.0.2.80',
  },
  {
    kind: 'lame delegation',
    produced: 'REFUSED: a server that the zone above names does not serve the zone',
    consumed: 'the resolver asks another one',
    standard: 'RFC 1034 §5.3.3 step 4d, RFC 9499 §7',
    scenario: world({ edu: `${GLUE}umass NS other\nother A 10.0.0.6\n`, services: [nameServer('other.edu')], seed: 3 }),
    from: 'other.edu',
    message: { ...flags({ responseCode: 'REFUSED' }), ...sections([]) },
    outcome: '128.119.245.12',
    note: 'dns.nyu.edu: gets REFUSED and asks elsewhere',
  },
  {
    kind: 'referral upwards',
    produced: 'a server that holds a zone further up in place of the one that it should serve',
    consumed: 'of no use: a referral must lead nearer to the name',
    standard: 'RFC 1034 §5.3.3 step 4b',
    scenario: world({ servers: [], services: [zone('edu.', [SERVER], EDU + GLUE)] }),
    from: SERVER,
    message: { ...flags({ authoritative: false, responseCode: 'NOERROR' }), ...sections([], ['NS']) },
    outcome: 'SERVFAIL',
    note: 'dns.nyu.edu: gets a reply that leads nowhere (a lame server)',
  },
  {
    kind: 'truncated',
    produced: 'more than a datagram holds: whole record sets that fit, and TC',
    consumed: 'resolver and stub ask the same server again over TCP',
    standard: 'RFC 2181 §9, RFC 7766 §5',
    scenario: world({ name: 'alias.umass.edu.', umass: `alias CNAME farm\n${addresses(40)}` }),
    from: SERVER,
    message: { ...flags({ truncated: true, authoritative: true }), ...sections(['CNAME']) },
    outcome: Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`).join(', '),
    note: 'engineering.nyu.edu: gets a truncated reply and asks again over TCP',
  },
  {
    kind: 'SERVFAIL of an authority',
    produced: 'a server that is out of order',
    consumed: 'the resolver asks another one, and remembers the failure where there is none',
    standard: 'RFC 2308 §7.1, RFC 9520 §3.2',
    scenario: world({ services: [nameServer(SERVER, { answers: 'SERVFAIL' })] }),
    from: SERVER,
    message: flags({ responseCode: 'SERVFAIL', answers: [] }),
    outcome: 'SERVFAIL',
    note: 'dns.nyu.edu: gets SERVFAIL',
  },
  {
    kind: 'SERVFAIL of a resolver',
    produced: 'no server of the zone gives a usable answer',
    consumed: 'the stub reports it: only silence is asked again',
    standard: 'RFC 1035 §4.1.1, RFC 9520 §2',
    scenario: world({ servers: [], services: [nameServer(SERVER)] }),
    from: LOCAL,
    message: flags({ responseCode: 'SERVFAIL', recursionAvailable: true, answers: [] }),
    outcome: 'SERVFAIL',
    note: 'dns.nyu.edu: cannot resolve gaia.cs.umass.edu A: no server of umass.edu gives a usable answer',
  },
  {
    kind: 'REFUSED',
    produced: 'a server that will not answer those who ask',
    consumed: 'the stub reports it',
    standard: 'RFC 1035 §4.1.1',
    scenario: world({ services: [nameServer(LOCAL, { answers: 'REFUSED' })] }),
    from: LOCAL,
    message: flags({ responseCode: 'REFUSED', answers: [] }),
    outcome: 'REFUSED',
  },
  {
    kind: 'FORMERR',
    produced: 'a server that does not know EDNS and is asked with it',
    consumed: 'the resolver asks again without, and remembers that',
    standard: 'RFC 6891 §6.2.2, §7',
    scenario: world({ resolver: { edns: 1232 }, services: [nameServer(SERVER, { edns: null })] }),
    from: SERVER,
    message: flags({ responseCode: 'FORMERR', answers: [] }),
    outcome: '128.119.245.12',
    note: 'dns.nyu.edu: gets FORMERR: the server does not know EDNS; asks again without it, for 15 min',
  },
  {
    kind: 'NOTIMP',
    produced: 'a server that does not do this kind of query',
    consumed: 'the resolver asks another one',
    standard: 'RFC 1035 §4.1.1',
    scenario: world({ services: [nameServer(SERVER, { answers: 'NOTIMP' })] }),
    from: SERVER,
    message: flags({ responseCode: 'NOTIMP', answers: [] }),
    outcome: 'SERVFAIL',
    note: 'dns.nyu.edu: gets NOTIMP',
  },
  {
    kind: 'BADVERS',
    produced: 'a server that does not do this version of EDNS; the code’s upper bits travel in the OPT record',
    consumed: 'the resolver asks another one',
    standard: 'RFC 6891 §6.1.3, §9',
    scenario: world({ resolver: { edns: 1232 }, services: [nameServer(SERVER, { answers: 'BADVERS' })] }),
    from: SERVER,
    message: flags({ responseCode: 'BADVERS', answers: [], edns: { payload: 1232, version: 0, dnssecOk: false, options: [] } }),
    outcome: 'SERVFAIL',
    note: 'dns.nyu.edu: gets BADVERS',
  },
  {
    kind: 'update made',
    produced: 'the zone’s server, with the new version in force',
    consumed: 'the operator’s step is done',
    standard: 'RFC 2136 §3.8',
    scenario: world({ steps: change({}) }),
    from: SERVER,
    message: flags({ opcode: 'UPDATE', responseCode: 'NOERROR' }),
    outcome: 'umass.edu changed',
  },
  {
    kind: 'update refused',
    produced: 'the zone’s server, to a host that may not change the zone',
    consumed: 'the step fails',
    standard: 'RFC 2136 §3.3',
    scenario: world({ steps: change({ host: 'engineering.nyu.edu' }) }),
    from: SERVER,
    message: flags({ opcode: 'UPDATE', responseCode: 'REFUSED' }),
    outcome: 'REFUSED: engineering.nyu.edu may not change umass.edu',
  },
  {
    kind: 'NOTAUTH',
    produced: 'a server that is no authority for the zone to be changed',
    consumed: 'the step fails',
    standard: 'RFC 2136 §3.1.2',
    scenario: world({ steps: change({ server: TLD }) }),
    from: TLD,
    message: flags({ opcode: 'UPDATE', responseCode: 'NOTAUTH' }),
    outcome: 'NOTAUTH',
  },
  {
    kind: 'NOTZONE',
    produced: 'the zone’s server, to a change of a name outside the zone',
    consumed: 'the step fails',
    standard: 'RFC 2136 §3.4.1.3',
    scenario: world({ steps: change({ removed: [{ name: 'www.nyu.edu.', type: 'A' }] }) }),
    from: SERVER,
    message: flags({ opcode: 'UPDATE', responseCode: 'NOTZONE' }),
    outcome: 'NOTZONE',
  },
  {
    kind: 'YXRRSET',
    produced: 'the server of a top-level domain, to the registration of a name that is taken',
    consumed: 'the registrar’s step fails',
    standard: 'RFC 2136 §3.2.3',
    scenario: world({
      steps: [
        {
          ...resolveStep('.'),
          action: {
            kind: 'dns.register',
            host: TLD,
            name: 'umass.edu.',
            zone: 'edu.',
            server: TLD,
            servers: [{ name: 'other.edu.', address: '10.0.0.6' }],
          },
        },
      ],
    }),
    from: TLD,
    message: flags({ opcode: 'UPDATE', responseCode: 'YXRRSET' }),
    outcome: 'umass.edu is taken',
  },
];

/** The table as docs/dns.md has it. */
export function answerKindsTable(): string {
  const rows = answerKinds.map(({ kind, produced, consumed, standard }) => `| ${kind} | ${produced} | ${consumed} | ${standard} |`);
  return ['| answer | who gives it | what is made of it | standard |', '|---|---|---|---|', ...rows].join('\n');
}
