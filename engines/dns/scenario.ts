/** What a scenario can say about DNS. */
import type { SourceRange } from '../scenario.ts';
import type { RecordOrder } from './record-order.ts';
import type { ResourceRecord } from './records.ts';

/** Names are absolute, in presentation form with the trailing dot, lower case kept as written (`gaia.cs.umass.edu.`; the root is `.`). */
export type DomainName = string;

/** A zone and the hosts that serve it. SOA, NS, host addresses, delegations and glue are among its records already. */
export interface ZoneService {
  readonly kind: 'dns.zone';
  readonly origin: DomainName;
  /** Host names. */
  readonly servers: readonly string[];
  readonly records: readonly ResourceRecord[];
  /** True where the language filled the zone in (the root, a top-level domain). */
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

/** How a resolver walks the hierarchy: asking each server in turn, or handing the whole question to the root. */
export type Walk = 'iteratively' | 'recursively';

/** A local DNS server: answers stub resolvers, caches, walks the hierarchy. */
export interface ResolverService {
  readonly kind: 'dns.resolver';
  readonly host: string;
  /** Greatest number of cached record sets. 0 caches nothing. */
  readonly cache: number;
  readonly walk: Walk;
  /** In which order it gives the records of a set that it caches. Absent: `cyclic`. */
  readonly order?: RecordOrder;
  /** Root hints: names and addresses of the root servers (RFC 1034 §5.3.2). */
  readonly hints: readonly { readonly name: DomainName; readonly address: string }[];
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

/** Settings of a host that serves zones; without one, a server offers no recursion. */
export interface NameServerService {
  readonly kind: 'dns.server';
  readonly host: string;
  /** Offers recursion (RA): a query with RD is answered by asking further on the client's behalf (RFC 1034 §4.3.1). */
  readonly recursion: boolean;
  /** In which order it gives the records of a set of its zones. Absent: `cyclic`. */
  readonly order?: RecordOrder;
  readonly hints: readonly { readonly name: DomainName; readonly address: string }[];
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

export type DnsService = ZoneService | ResolverService | NameServerService;

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
}

export type DnsAction = ResolveAction;

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
