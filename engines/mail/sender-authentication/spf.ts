/**
 * The Sender Policy Framework (RFC 7208): whether a host may send mail for a domain. `checkHost` is §4's check_host().
 *
 * Theory of operation. The directives of the domain's record are tried from left to right until one matches; its qualifier is the
 * result. Terms that look names up are counted over the whole check, records that are included or redirected to among them: at
 * most ten (§4.6.4), and at most two of their lookups may come to nothing, so that a record cannot make its readers work for
 * ever. All lookups go through `ask`.
 */
import { ipv4Bytes, ipv6Bytes, ipv6Text, reverseName } from '../../dns/ip-address.ts';
import type { RecordData } from '../../dns/records.ts';
import type { Process } from '../../kernel/process.ts';
import { type Ask, absoluteName, recordsOf, textsAt } from './domain-lookup.ts';
import { expandMacros, fittedName, type MacroValues, macroProblem, usesMacro } from './spf-macro.ts';
import { isSpfRecord, parseSpfRecord, type Qualifier, type SpfMechanism } from './spf-record.ts';

/** §2.6. */
export type SpfResult = 'none' | Qualifier | 'temperror' | 'permerror';

export interface SpfVerdict {
  readonly result: SpfResult;
  /** One line: the directive that decided, or what is wrong. */
  readonly reason: string;
  /** The domain's own words for a refusal (§6.2); null where it has none. */
  readonly explanation: string | null;
}

export interface SpfIdentity {
  /** Of the client: IPv4 or IPv6. */
  readonly address: string;
  /** MAIL FROM; with the null reverse-path, `postmaster@` and the name in HELO (§2.4). */
  readonly sender: string;
  /** As the client named itself. */
  readonly helo: string;
  /** Of the host that checks, for explanations. */
  readonly receiver: string;
  /** Seconds since 1970, for explanations. */
  readonly now: number;
}

/** §4.6.4. */
const LOOKUPS_LIMIT = 10;
const VOID_LOOKUPS_LIMIT = 2;
const NAMES_LIMIT = 10;

/** What ends a check at once. */
class Stop {
  readonly result: 'temperror' | 'permerror';
  readonly reason: string;

  constructor(result: 'temperror' | 'permerror', reason: string) {
    this.result = result;
    this.reason = reason;
  }
}

export function* checkHost(ask: Ask, identity: SpfIdentity, domain: string): Process<SpfVerdict> {
  return yield* new Check(ask, identity).run(domain);
}

class Check {
  readonly #ask: Ask;
  readonly #identity: SpfIdentity;
  readonly #bytes: readonly number[];
  readonly #four: boolean;
  #lookups = 0;
  #voids = 0;

  constructor(ask: Ask, identity: SpfIdentity) {
    this.#ask = ask;
    this.#identity = identity;
    const bytes = ipv4Bytes(identity.address) ?? ipv6Bytes(identity.address) ?? [];
    // §5: an IPv4 address that is written as an IPv6 one is an IPv4 address.
    const mapped = bytes.length === 16 && bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
    this.#bytes = mapped ? bytes.slice(12) : bytes;
    this.#four = this.#bytes.length === 4;
  }

  *run(domain: string, nested = false): Process<SpfVerdict> {
    const verdict = (result: SpfResult, reason: string, explanation: string | null = null): SpfVerdict => ({ result, reason, explanation });
    // §4.3
    if (absoluteName(domain) === null || !domain.replace(/\.$/, '').includes('.'))
      return verdict('none', `${domain} is no domain that could have a policy`);
    const texts = yield* textsAt(this.#ask, domain);
    if (texts === 'temporary') return verdict('temperror', `the lookup of ${domain} failed`);
    const records = texts.filter(isSpfRecord);
    if (records.length === 0) return verdict('none', `${domain} has no SPF record`);
    if (records.length > 1) return verdict('permerror', `${domain} has ${records.length} SPF records`);
    const record = parseSpfRecord(records[0] as string);
    if ('error' in record) return verdict('permerror', record.error);
    for (const { qualifier, mechanism, text } of record.directives) {
      const matches = yield* this.#matches(mechanism, domain);
      if (matches instanceof Stop) return verdict(matches.result, matches.reason);
      if (!matches) continue;
      // §6.2: of an included record, nobody reads the explanation.
      const explanation = qualifier === 'fail' && !nested ? yield* this.#explain(record.explanation, domain) : null;
      return verdict(qualifier, `${text} of ${domain}`, explanation);
    }
    if (record.redirect === null) return verdict('neutral', `no directive of ${domain} matches`); // §4.7
    const stop = this.#count('redirect');
    if (stop) return verdict(stop.result, stop.reason);
    const target = yield* this.#expand(record.redirect, domain);
    const redirected = yield* this.run(target, nested);
    return redirected.result === 'none' ? verdict('permerror', `redirect to ${target}, which has no SPF record`) : redirected;
  }

  /** §5 */
  *#matches(mechanism: SpfMechanism, domain: string): Process<boolean | Stop> {
    switch (mechanism.kind) {
      case 'all':
        return true;
      case 'ip4':
      case 'ip6':
        return within(this.#bytes, mechanism.network, mechanism.prefix);
    }
    const stop = this.#count(mechanism.kind);
    if (stop) return stop;
    const target = mechanism.domain === null ? domain : yield* this.#expand(mechanism.domain, domain);
    switch (mechanism.kind) {
      case 'include': {
        const { result, reason } = yield* this.run(target, true);
        if (result === 'temperror' || result === 'permerror') return new Stop(result, reason);
        return result === 'none' ? new Stop('permerror', `include of ${target}, which has no SPF record`) : result === 'pass';
      }
      case 'exists': {
        // §5.7: A, whatever the client's address is.
        const found = yield* this.#records(target, 'A');
        return found instanceof Stop ? found : found.length > 0;
      }
      case 'a':
        return yield* this.#hasAddress(target, mechanism);
      case 'mx': {
        const exchangers = yield* this.#records(target, 'MX');
        if (exchangers instanceof Stop) return exchangers;
        if (exchangers.length > NAMES_LIMIT) return new Stop('permerror', `${target} has more than ${NAMES_LIMIT} mail exchangers`);
        for (const { exchange } of exchangers) {
          const has = yield* this.#hasAddress(exchange, mechanism);
          if (has !== false) return has;
        }
        return false;
      }
      case 'ptr':
        return (yield* this.#validatedNames(target)).length > 0;
    }
  }

  *#hasAddress(name: string, { prefix4, prefix6 }: { prefix4: number; prefix6: number }): Process<boolean | Stop> {
    const found = yield* this.#records(name, this.#four ? 'A' : 'AAAA');
    if (found instanceof Stop) return found;
    return found.some(({ address }) => within(this.#bytes, addressBytes(address), this.#four ? prefix4 : prefix6));
  }

  /** Names of the client's address that lead back to it, and are `domain` or end with it (§5.5). Errors there count as no name. */
  *#validatedNames(domain: string): Process<string[]> {
    const pointers = yield* this.#records(this.#reverseName(), 'PTR');
    if (pointers instanceof Stop) return [];
    const validated: string[] = [];
    const below = domain.replace(/\.$/, '').toLowerCase();
    for (const { target } of pointers.slice(0, NAMES_LIMIT)) {
      const name = target.replace(/\.$/, '');
      const lower = name.toLowerCase();
      if (below !== '' && lower !== below && !lower.endsWith(`.${below}`)) continue;
      const found = yield* recordsOf(this.#ask, target, this.#four ? 'A' : 'AAAA');
      const addresses = found.kind === 'records' ? found.records : [];
      if (addresses.some(({ address }) => within(this.#bytes, addressBytes(address), this.#bytes.length * 8))) validated.push(name);
    }
    return validated;
  }

  #reverseName(): string {
    if (this.#four) return reverseName(this.#bytes.join('.')) as string;
    return `${[...this.#nibbles].reverse().join('.')}.ip6.arpa.`;
  }

  get #nibbles(): string[] {
    return this.#bytes.flatMap((byte) => [(byte >> 4).toString(16), (byte & 15).toString(16)]);
  }

  /** Of a term that counts; a lookup that comes to nothing is counted (§4.6.4). */
  *#records<T extends 'A' | 'AAAA' | 'MX' | 'PTR'>(name: string, type: T): Process<Stop | readonly Extract<RecordData, { type: T }>[]> {
    const found = yield* recordsOf(this.#ask, name, type);
    if (found.kind === 'temporary') return new Stop('temperror', `the lookup of ${name} failed`);
    if (found.kind === 'records') return found.records;
    if (++this.#voids > VOID_LOOKUPS_LIMIT) return new Stop('permerror', `more than ${VOID_LOOKUPS_LIMIT} lookups came to nothing`);
    return [];
  }

  #count(term: string): Stop | null {
    return ++this.#lookups > LOOKUPS_LIMIT
      ? new Stop('permerror', `${term} is more than the ${LOOKUPS_LIMIT} terms that may look names up`)
      : null;
  }

  *#expand(spec: string, domain: string): Process<string> {
    return fittedName(expandMacros(spec, yield* this.#values(spec, domain)));
  }

  /** §7.2 */
  *#values(spec: string, domain: string): Process<MacroValues> {
    const { address, sender, helo, receiver, now } = this.#identity;
    const at = sender.lastIndexOf('@');
    const local = at > 0 ? sender.slice(0, at) : 'postmaster';
    const senderDomain = at < 0 ? sender : sender.slice(at + 1);
    return {
      s: `${local}@${senderDomain}`,
      l: local,
      o: senderDomain,
      d: domain.replace(/\.$/, ''),
      i: this.#four ? this.#bytes.join('.') : this.#nibbles.join('.'),
      // §7.3: which of the names is told is not for anybody to rely on; the domain's own before others.
      p: usesMacro(spec, 'p') ? yield* this.#validatedName(domain) : 'unknown',
      v: this.#four ? 'in-addr' : 'ip6',
      h: helo,
      c: this.#four ? this.#bytes.join('.') : ipv6Text(this.#bytes.length === 16 ? this.#bytes : (ipv6Bytes(address) ?? [])),
      r: receiver,
      t: String(now),
    };
  }

  *#validatedName(domain: string): Process<string> {
    const names = yield* this.#validatedNames('');
    const bare = domain.replace(/\.$/, '').toLowerCase();
    const own = names.find((name) => name.toLowerCase() === bare) ?? names.find((name) => name.toLowerCase().endsWith(`.${bare}`));
    return own ?? names[0] ?? 'unknown';
  }

  /** §6.2: whatever goes wrong, there is no explanation. */
  *#explain(spec: string | null, domain: string): Process<string | null> {
    if (spec === null) return null;
    const texts = yield* textsAt(this.#ask, yield* this.#expand(spec, domain));
    const text = texts === 'temporary' || texts.length !== 1 ? undefined : texts[0];
    if (text === undefined || macroProblem(text, true) !== null) return null;
    return expandMacros(text, yield* this.#values(text, domain));
  }
}

function addressBytes(address: string): readonly number[] {
  return ipv4Bytes(address) ?? ipv6Bytes(address) ?? [];
}

/** Whether the first `prefix` bits agree; never for addresses of two families. */
function within(address: readonly number[], network: readonly number[], prefix: number): boolean {
  if (address.length === 0 || address.length !== network.length) return false;
  for (let i = 0; i * 8 < prefix; i++) {
    const bits = Math.min(8, prefix - i * 8);
    if (((address[i] as number) ^ (network[i] as number)) >> (8 - bits) !== 0) return false;
  }
  return true;
}
