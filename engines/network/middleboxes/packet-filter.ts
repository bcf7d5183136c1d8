/**
 * A firewall: a stateful packet filter in front of a host.
 *
 * Theory of operation. What the host sends always goes out, and begins a conversation, of TCP by a SYN. What comes and belongs to
 * a conversation that has not lapsed comes in. Of the rest, the first rule that fits decides, and where none does, what the
 * firewall says of all that comes in. A SYN that was let in begins a conversation, too, so that its connection outlives no rule.
 */
import type { Nanoseconds } from '../../quantities.ts';
import type { FilterVerdict, FirewallService, Transport } from '../scenario.ts';
import { pairOf } from '../tcp/opening.ts';
import { type Header, opens } from './header.ts';
import type { NatSurroundings } from './nat.ts';
import { IDLE_TIMEOUTS, Session } from './session.ts';

/** Conversations that may be kept before those that have lapsed are looked for. */
const FIRST_SWEEP = 1_024;

type FilterSurroundings = Pick<NatSurroundings, 'indexOf' | 'addressOf' | 'holderOf'>;

interface Rule {
  readonly verdict: FilterVerdict;
  readonly transport: Transport | null;
  readonly ports: FirewallService['rules'][number]['ports'];
  /** Addresses. */
  readonly from: ReadonlySet<string>;
}

export class PacketFilter {
  readonly host: number;
  readonly #incoming: FilterVerdict;
  readonly #rules: readonly Rule[];
  /** By the host's port and the other side's endpoint (tcp/opening.ts). */
  readonly #sessions: Record<Transport, Map<number, Session>> = { tcp: new Map(), udp: new Map() };
  readonly #surroundings: FilterSurroundings;
  #nextSweep = FIRST_SWEEP;

  constructor(service: FirewallService, surroundings: FilterSurroundings) {
    const { addressOf, indexOf } = surroundings;
    this.#surroundings = surroundings;
    this.host = indexOf(service.host);
    this.#incoming = service.incoming;
    this.#rules = service.rules.map(({ verdict, transport, ports, from }) => ({
      verdict,
      transport,
      ports,
      from: new Set(from.map((name) => addressOf(indexOf(name)))),
    }));
  }

  /** The host sends it. The conversation that it belongs to, if it belongs to one. */
  leaving({ transport, fromPort, to, toPort, flags }: Header, now: Nanoseconds): Session | null {
    return this.#pass(transport, pairOf(fromPort, this.#surroundings.holderOf(to), toPort), true, flags, now);
  }

  /** It has come for the host. */
  arriving(header: Header, now: Nanoseconds): { readonly verdict: FilterVerdict; readonly session: Session | null } {
    const { transport, from, fromPort, toPort, flags } = header;
    const pair = pairOf(toPort, this.#surroundings.holderOf(from), fromPort);
    const known = this.#sessions[transport].get(pair);
    if (known?.isAlive(now)) {
      known.pass(now, false, flags);
      return { verdict: 'allow', session: known };
    }
    const verdict = this.#verdict(header);
    // Answers to datagrams go out anyway: a server that lets everyone in keeps nothing of them.
    const session = verdict === 'allow' && transport === 'tcp' ? this.#pass(transport, pair, false, flags, now) : null;
    return { verdict, session };
  }

  /** The host lost power. */
  crash(): void {
    for (const sessions of Object.values(this.#sessions)) {
      for (const session of sessions.values()) session.forget();
      sessions.clear();
    }
  }

  #verdict({ transport, from, forged, toPort }: Header): FilterVerdict {
    const source = forged?.source ?? this.#surroundings.addressOf(from);
    for (const rule of this.#rules) {
      if (rule.transport !== null && rule.transport !== transport) continue;
      if (rule.from.size > 0 && !rule.from.has(source)) continue;
      if (rule.ports.length > 0 && !rule.ports.some(([first, last]) => toPort >= first && toPort <= last)) continue;
      return rule.verdict;
    }
    return this.#incoming;
  }

  #pass(transport: Transport, pair: number, outwards: boolean, flags: number, now: Nanoseconds): Session | null {
    const sessions = this.#sessions[transport];
    let session = sessions.get(pair) ?? null;
    if (!session?.isAlive(now)) {
      if (!opens({ transport, flags })) return null;
      session = new Session(transport, IDLE_TIMEOUTS, now);
      this.#sweep(now);
      sessions.set(pair, session);
    }
    session.pass(now, outwards, flags);
    return session;
  }

  #sweep(now: Nanoseconds): void {
    if (this.#sessions.tcp.size + this.#sessions.udp.size < this.#nextSweep) return;
    for (const sessions of Object.values(this.#sessions)) {
      for (const [pair, session] of sessions) if (!session.isAlive(now)) sessions.delete(pair);
    }
    this.#nextSweep = Math.max(FIRST_SWEEP, 2 * (this.#sessions.tcp.size + this.#sessions.udp.size));
  }
}
