/**
 * The stub resolver of a host (RFC 1034 §5.3.1): what any engine uses to look a name up. It asks the host's local name
 * servers, one after the other, twice, with RD set, five seconds each (the custom of resolv.conf); one whose reply is
 * truncated is asked again over TCP (RFC 7766 §5), on a connection that is closed with the reply.
 */
import type { Process } from '../kernel/process.ts';
import type { Address, Host } from '../network/host.ts';
import { type Nanoseconds, SECOND } from '../quantities.ts';
import { canonical, displayName, parseName, ROOT, sameName } from './domain-name.ts';
import { ipv4Bytes } from './ip-address.ts';
import { presentation } from './presentation.ts';
import { typeCalled } from './record-format.ts';
import type { ResourceRecord } from './records.ts';
import { askOverTcp, openQuery } from './resolver/exchange.ts';
import type { Reply } from './resolver/reply.ts';
import { ServerStreams } from './resolver/streams.ts';
import type { DomainName } from './scenario.ts';
import type { Message, QueryOptions, ResponseCode } from './wire/message.ts';

export type Lookup =
  | {
      readonly kind: 'answer';
      /** The records asked for, in the order of the answer; aliases are in `aliases`. */
      readonly records: readonly ResourceRecord[];
      readonly aliases: readonly ResourceRecord[];
      /** The name at the end of the aliases. */
      readonly canonicalName: DomainName;
    }
  /** NXDOMAIN: there is no such name. NODATA: the name has no record of that type (RFC 2308 §2). */
  | { readonly kind: 'NXDOMAIN' | 'NODATA' }
  /** The local server could not or would not say. */
  | { readonly kind: 'error'; readonly code: ResponseCode }
  /** No local server answered, or the host has none. */
  | { readonly kind: 'timeout' };

export interface LookupOptions {
  /** For each attempt; 5 s by default. */
  readonly timeout?: Nanoseconds;
  /** Rounds through the local servers; 2 by default. */
  readonly attempts?: number;
  /** EDNS, DO, CD; none by default. */
  readonly query?: QueryOptions;
}

/** A finished lookup, as the host's log keeps it. */
export interface PastLookup {
  readonly name: DomainName;
  readonly type: string;
  readonly lookup: Lookup;
  readonly at: Nanoseconds;
}

/** The last lookup of each name and type, oldest first. */
const logs = new WeakMap<Host, Map<string, PastLookup>>();

/** Who is told of a host's lookups. */
const followers = new WeakMap<Host, (host: Host, past: PastLookup) => void>();

/** From now on, `told` hears of each lookup of that host when it is over. */
export function followLookups(host: Host, told: (host: Host, past: PastLookup) => void): void {
  followers.set(host, told);
}

/** Looks a name up. `name` may lack the trailing dot; an unlawful name is answered like one that does not exist. */
export function* lookup(host: Host, name: string, written: string, options: LookupOptions = {}): Process<Lookup> {
  const type = typeCalled(written);
  const parsed = parseName(name);
  if (!parsed.ok) return { kind: 'NXDOMAIN' };
  const began = host.now();
  const found = yield* askLocalServers(host, parsed.name, type, options);
  host.narrator.measure('lookup time', [host.name, canonical(parsed.name)], host.now() - began);
  const past: PastLookup = { name: parsed.name, type, lookup: found, at: host.now() };
  remember(host, past);
  followers.get(host)?.(host, past);
  return found;
}

function* askLocalServers(host: Host, name: DomainName, type: string, options: LookupOptions): Process<Lookup> {
  const { timeout = 5 * SECOND, attempts = 2 } = options;
  const outstanding = host.nameservers.length > 0 ? yield* openQuery(host, { name, type }, true, options.query) : undefined;
  if (!outstanding) return { kind: 'timeout' };
  const streams = new ServerStreams(host);
  try {
    let error: Lookup | undefined;
    for (let attempt = 0; attempt < attempts; attempt++) {
      for (const server of host.nameservers) {
        outstanding.send(server);
        let reply: Reply = yield* outstanding.reply(timeout);
        if (reply.kind === 'response' && reply.message.truncated) {
          reply = yield* askOverTcp(host, streams, reply.from, outstanding.message, timeout);
        }
        if (reply.kind !== 'response') continue;
        const found = understand(name, type, reply.message);
        if (found.kind !== 'error') return found;
        error = found;
      }
      // A server's error is an answer: only silence is asked again.
      if (error) return error;
    }
    return { kind: 'timeout' };
  } finally {
    outstanding.close();
    streams.close();
  }
}

function understand(name: DomainName, type: string, message: Message): Lookup {
  if (message.responseCode === 'NXDOMAIN') return { kind: 'NXDOMAIN' };
  if (message.responseCode !== 'NOERROR') return { kind: 'error', code: message.responseCode };
  // A truncated or a referring reply holds no whole answer: the local server cannot serve us.
  if (message.truncated) return { kind: 'error', code: 'SERVFAIL' };
  const aliases: ResourceRecord[] = [];
  let at = name;
  for (;;) {
    const here = message.answers.filter((record) => sameName(record.name, at));
    const records = here.filter((record) => type === 'ANY' || record.data.type === type);
    if (records.length > 0) return { kind: 'answer', records, aliases, canonicalName: at };
    const alias = here.find((record) => record.data.type === 'CNAME');
    if (alias?.data.type !== 'CNAME' || aliases.includes(alias)) break;
    aliases.push(alias);
    at = alias.data.target;
  }
  const referral = !message.authoritative && !message.recursionAvailable && message.authorities.some((record) => record.data.type === 'NS');
  return referral ? { kind: 'error', code: 'SERVFAIL' } : { kind: 'NODATA' };
}

/** What a lookup came to, in one line: the data of its records, or the name of the error. */
export function lookupText(found: Lookup): string {
  switch (found.kind) {
    case 'answer':
      return found.records.map((record) => presentation(record.data, displayName)).join(', ');
    case 'error':
      return found.code;
    case 'timeout':
      return 'TIMEOUT';
    default:
      return found.kind;
  }
}

/** The last lookup of a name on this host, of that type or, with null, of whatever type was last. */
export function lastLookup(host: Host, name: DomainName, type: string | null): PastLookup | undefined {
  let last: PastLookup | undefined;
  for (const past of logs.get(host)?.values() ?? []) {
    if (sameName(past.name, name) && (type === null || past.type === type)) last = past;
  }
  return last;
}

function remember(host: Host, past: PastLookup): void {
  let log = logs.get(host);
  if (!log) {
    log = new Map();
    logs.set(host, log);
  }
  const key = `${canonical(past.name)} ${past.type}`;
  log.delete(key);
  log.set(key, past);
}

/** What a search for addresses came to: at least one address, or why there is none. */
export type AddressLookup = { readonly kind: 'addresses'; readonly addresses: readonly Address[] } | Exclude<Lookup, { kind: 'answer' }>;

/** IPv4 addresses of a host by name; a dotted address is its own. */
export function* addressesOf(host: Host, name: string): Process<AddressLookup> {
  if (ipv4Bytes(name)) return { kind: 'addresses', addresses: [name] };
  const found = yield* lookup(host, name, 'A');
  if (found.kind !== 'answer') return found;
  return { kind: 'addresses', addresses: found.records.flatMap(({ data }) => (data.type === 'A' ? [data.address] : [])) };
}

export interface MailExchanger {
  readonly preference: number;
  readonly host: DomainName;
}

/** Where mail for a domain goes (RFC 5321 §5.1). */
export type MailExchangers =
  /** Lowest preference first; equal ones in the answer's order. `implicit`: no MX record, the domain's own host takes it. */
  | { readonly kind: 'exchangers'; readonly exchangers: readonly MailExchanger[]; readonly implicit: boolean }
  /** The domain takes no mail at all (RFC 7505 §3). */
  | { readonly kind: 'null MX' }
  | Exclude<Lookup, { kind: 'answer' }>;

/** RFC 5321 §5.1: the MX records; where the domain exists but has none, its own address serves as an MX of preference 0. */
export function* mailExchangersOf(host: Host, domain: string): Process<MailExchangers> {
  const found = yield* lookup(host, domain, 'MX');
  if (found.kind === 'NODATA') {
    const address = yield* lookup(host, domain, 'A');
    if (address.kind !== 'answer') return address;
    return { kind: 'exchangers', exchangers: [{ preference: 0, host: domain.endsWith('.') ? domain : `${domain}.` }], implicit: true };
  }
  if (found.kind !== 'answer') return found;
  const exchangers = found.records.flatMap(({ data }) =>
    data.type === 'MX' ? [{ preference: data.preference, host: data.exchange }] : [],
  );
  if (exchangers.length === 1 && exchangers[0]?.host === ROOT) return { kind: 'null MX' };
  exchangers.sort((a, b) => a.preference - b.preference);
  return { kind: 'exchangers', exchangers: exchangers.filter((exchanger) => exchanger.host !== ROOT), implicit: false };
}
