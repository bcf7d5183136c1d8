/** Finds where mail for a domain goes (RFC 5321 §5.1): mail exchangers by preference, their addresses one by one as needed. */
import { type AddressLookup, addressesOf, mailExchangersOf } from '../../dns/stub-resolver.ts';
import type { Process } from '../../kernel/process.ts';
import type { Address, Host } from '../../network/host.ts';
import type { Problem } from '../smtp/client.ts';

/** A mail server that mail may go to. */
export interface Exchanger {
  /** What its certificate has to be for; of an address literal, the address. */
  readonly name: string;
  readonly addresses: readonly Address[];
}

/**
 * Exchangers to try, in order. One is looked up only when those before it did not serve, so `next` is a process; null
 * after the last one. A problem is that of one exchanger: the next one may still do.
 */
export interface Route {
  next(): Process<Exchanger | Problem | null>;
}

export function* routeTo(host: Host, domain: string): Process<Route | Problem> {
  const literal = /^\[(\d+\.\d+\.\d+\.\d+)\]$/.exec(domain);
  if (literal) return routeVia(host, literal[1] as string);
  const found = yield* mailExchangersOf(host, domain);
  switch (found.kind) {
    case 'exchangers': {
      const own = found.exchangers.find((exchanger) => plain(exchanger.host) === host.name.toLowerCase());
      // Only what is preferred to ourselves: everything else would send the message round in a loop.
      const better = found.exchangers.filter((exchanger) => !own || exchanger.preference < own.preference);
      if (better.length === 0) return permanent(`mail for ${domain} loops back to this server`, '5.4.6');
      return routeOver(
        host,
        domain,
        shuffleEqual(host, better).map((exchanger) => plain(exchanger.host)),
      );
    }
    case 'null MX':
      return permanent(`${domain} takes no mail (null MX)`, '5.1.10');
    default:
      return lookupProblem(domain, found);
  }
}

/** To one server, whatever the domain (a smart host, an address literal). */
export function routeVia(host: Host, server: string): Route {
  return routeOver(host, server, [server]);
}

function routeOver(host: Host, domain: string, exchangers: readonly string[]): Route {
  let at = 0;
  return {
    *next() {
      const exchanger = exchangers[at++];
      if (exchanger === undefined) return null;
      const addresses = yield* lookUpServer(host, exchanger);
      if ('reason' in addresses) return addresses;
      if (!addresses.includes(host.address)) return { name: exchanger, addresses };
      at = exchangers.length; // this server under another name: the rest is not preferred to it
      return permanent(`mail for ${domain} loops back to this server`, '5.4.6');
    },
  };
}

/** A mail server's addresses by its name. */
export function* lookUpServer(host: Host, name: string): Process<readonly Address[] | Problem> {
  const found = yield* addressesOf(host, name);
  return found.kind === 'addresses' ? found.addresses : lookupProblem(name, found);
}

/** Exchangers of equal preference share the load (RFC 5321 §5.1: at random). */
function shuffleEqual<T extends { readonly preference: number }>(host: Host, exchangers: readonly T[]): T[] {
  const shuffled = [...exchangers];
  const random = host.random('mail exchanger order');
  for (let i = shuffled.length - 1; i > 0; i--) {
    const first = shuffled.findIndex((one) => one.preference === shuffled[i]?.preference);
    const other = first + random.below(i - first + 1);
    [shuffled[i], shuffled[other]] = [shuffled[other] as T, shuffled[i] as T];
  }
  return shuffled;
}

/** What a failed lookup means for mail: no such name is final, everything else may be better later. */
function lookupProblem(name: string, found: Exclude<AddressLookup, { kind: 'addresses' }>): Problem {
  switch (found.kind) {
    case 'NXDOMAIN':
      return permanent(`no such domain: ${name}`, '5.1.2');
    case 'NODATA':
      return permanent(`${name} has no address for mail`, '5.4.4');
    case 'error':
      return { kind: 'temporary', reason: `DNS lookup of ${name} failed: ${found.code}`, reply: null, status: '4.4.3' };
    case 'timeout':
      return { kind: 'temporary', reason: `DNS lookup of ${name} got no answer`, reply: null, status: '4.4.3' };
  }
}

function permanent(reason: string, status: string): Problem {
  return { kind: 'permanent', reason, reply: null, status };
}

/** Without the root's dot, lower case. */
function plain(name: string): string {
  return name.replace(/\.$/, '').toLowerCase();
}
