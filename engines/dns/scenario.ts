/** What a scenario can say about DNS. */
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { SourceRange } from '../scenario.ts';
import type { AttackAction } from './attack/scenario.ts';
import type { LoadAction } from './load/scenario.ts';
import type { RecordOrder } from './record-order.ts';
import type { ResourceRecord } from './records.ts';
import type { ResponseCode } from './wire/message.ts';

/** Names are absolute, in presentation form with the trailing dot, lower case kept as written (`gaia.cs.umass.edu.`; the root is `.`). */
export type DomainName = string;

/** A zone and the hosts that serve it. SOA, NS, host addresses, delegations and glue are among its records already. */
export interface ZoneService {
  readonly kind: 'dns.zone';
  readonly origin: DomainName;
  /** Host names. */
  readonly servers: readonly string[];
  readonly records: readonly ResourceRecord[];
  /** Host names of those who may change it (RFC 2136 §3.3). */
  readonly operators: readonly string[];
  /** True where the language filled the zone in (the root, a top-level domain). */
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

/** How a resolver walks the hierarchy: asking each server in turn, or handing the whole question to the root. */
export type Walk = 'iteratively' | 'recursively';

/** What a server can do, and what it grants. What is beyond is dropped. */
export interface ServerLimits {
  /** Queries that it can answer a second; null for any number. */
  readonly capacity: number | null;
  /** Queries that may wait for their turn. */
  readonly backlog: number;
  /** Queries a second that it takes from one client address; null for any number. */
  readonly perClient: number | null;
}

/** What somebody off the path has to guess of a resolver's queries (RFC 5452 §9.2). */
export interface QuerySettings {
  /** IDs are drawn from so many: 1 to 65,536. */
  readonly ids: number;
  /** `sequential`: each is the one before it plus one, as in servers of old. */
  readonly order: 'random' | 'sequential';
  /** Queries leave from so many ports, drawn at random: 1 to 16,384, all that are ephemeral; of fewer, those from 49152 on. */
  readonly ports: number;
  /** A query that so many replies did not match is asked again over TCP (RFC 5452 §9.3), 1 or more; absent: none is. */
  readonly tcpAfter?: number;
}

/** A local DNS server: answers stub resolvers, caches, walks the hierarchy. */
export interface ResolverService {
  readonly kind: 'dns.resolver';
  readonly host: string;
  /** Greatest number of cached record sets. 0 caches nothing. */
  readonly cache: number;
  readonly walk: Walk;
  /** Validates what it learns (RFC 4035 §5), with the root's keys as trust anchor. */
  readonly dnssec: boolean;
  /** Asks with EDNS(0), for UDP messages of so many bytes (RFC 6891 §6.2.3); null: without. */
  readonly edns: Bytes | null;
  /** Asks each server about no more of the name than it needs to lead on (RFC 9156). */
  readonly minimise: boolean;
  /** In which order it gives the records of a set that it caches. Absent: `cyclic`. */
  readonly order?: RecordOrder;
  /** Root hints: names and addresses of the root servers (RFC 1034 §5.3.2). */
  readonly hints: readonly { readonly name: DomainName; readonly address: string }[];
  /** Absent: none. */
  readonly limits?: ServerLimits;
  /** Absent: all IDs and ports, at random. */
  readonly queries?: QuerySettings;
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

/** Settings of a host that serves zones; without one, a server offers no recursion. */
export interface NameServerService {
  readonly kind: 'dns.server';
  readonly host: string;
  /** Offers recursion (RA): a query with RD is answered by asking further on the client's behalf (RFC 1034 §4.3.1). */
  readonly recursion: boolean;
  /** Greatest UDP message with EDNS(0) that it sends and takes; null: it does not know EDNS and says FORMERR (RFC 6891 §7). */
  readonly edns: Bytes | null;
  /** The code that every query gets in place of an answer; null for answers. */
  readonly answers: ResponseCode | null;
  /** In which order it gives the records of a set of its zones. Absent: `cyclic`. */
  readonly order?: RecordOrder;
  readonly hints: readonly { readonly name: DomainName; readonly address: string }[];
  /** Absent: none. */
  readonly limits?: ServerLimits;
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

/** Signs a zone (RFC 4035 §2) and keeps it signed; the zone above gets the DS record of its key. */
export interface SigningService {
  readonly kind: 'dns.signing';
  /** The zone's origin. */
  readonly zone: DomainName;
  /** 13: ECDSA P-256 with SHA-256, 15: Ed25519. */
  readonly algorithm: number;
  /** How long a signature holds, at least 4 s. */
  readonly validity: Nanoseconds;
  /** Signs anew in time; false: only when the run begins. */
  readonly resign: boolean;
  /** The DS record that the zone above has: of the zone's key, of one that it does not have any more, or none. */
  readonly ds: 'right' | 'wrong' | 'missing';
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

export type DnsService = ZoneService | ResolverService | NameServerService | SigningService;

/**
 * A host's stub resolver asks its local server for a name. Done when the answer, an error or the stub's last timeout is in.
 * Where `walk` is given, the local server is first set to walk this way from now on (an operator's switch, told in the run).
 */
export interface ResolveAction {
  readonly kind: 'dns.resolve';
  readonly host: string;
  readonly name: DomainName;
  /** `A`, `MX`, … */
  readonly type: string;
  readonly walk: Walk | null;
  /** `with dnssec`: DO, for the signatures and the AD bit; `without validation`: CD, for what comes, bogus or not; null: a plain query. */
  readonly checking: 'with dnssec' | 'without validation' | null;
}

/** From now on a name server answers with an address of its own choice for a name of its zones, without a signature. */
export interface ForgeAction {
  readonly kind: 'dns.forge';
  readonly host: string;
  readonly name: DomainName;
  readonly address: string;
}

/** An operator's host changes a zone, all at once or not at all (RFC 2136). Done when the server's response or the last timeout is in. */
export interface UpdateAction {
  readonly kind: 'dns.update';
  readonly host: string;
  readonly zone: DomainName;
  /** Host name of the zone's primary server. */
  readonly server: string;
  /** Put in the place of the sets of their names and types. */
  readonly replaced: readonly ResourceRecord[];
  /** Deleted before: a set, or with null all sets of the name. */
  readonly removed: readonly { readonly name: DomainName; readonly type: string | null }[];
}

/** A registrar's host enters a delegation and its glue into the zone above. Done as an update is; a name that is taken is refused. */
export interface RegisterAction {
  readonly kind: 'dns.register';
  readonly host: string;
  readonly name: DomainName;
  /** The zone above, and the host name of its primary server. */
  readonly zone: DomainName;
  readonly server: string;
  /** Name servers of the new domain. */
  readonly servers: readonly { readonly name: DomainName; readonly address: string }[];
}

export type DnsAction = ResolveAction | UpdateAction | RegisterAction | ForgeAction | AttackAction | LoadAction;

/**
 * The last answer that a host's stub resolver got for a name: `is` matches any record's data in presentation form
 * (`128.119.245.12`, `10 mail.crepes.fr.`; the trailing dot may be left out) or a response code (`NXDOMAIN`, `SERVFAIL`, `NODATA`, `TIMEOUT`).
 */
export interface AnswerExpectation {
  readonly kind: 'dns.answer';
  readonly host: string;
  readonly name: DomainName;
  /** null: whatever type was asked last. */
  readonly type: string | null;
  readonly is: string;
}

export type DnsExpectation = AnswerExpectation;
