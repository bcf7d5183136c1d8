/**
 * A NAT: hosts behind it share its address, told apart by ports (RFC 2663 §4.1.2, as RFC 4787 and 5382 want it to behave).
 *
 * Theory of operation. A packet from inside gets the NAT's address and its mapping's port as its source; one that comes for a
 * mapped port gets the endpoint behind it as its destination. One from inside for a mapped port gets both: a hairpin (RFC 4787
 * §6). A mapping is made by the first packet out, of TCP by a SYN, and lives as long as one of its sessions does; who may come in
 * by it is the filter's rule. For a forwarded port, anyone's first packet makes it, from either side. What comes for a port without
 * a mapping is the router's own, where something on the router waits for it. Sessions that have lapsed are let go when the last
 * one of their mapping has, and whenever there are twice as many as were left the last time. A source that cannot lie on the side where the packet comes from is forged, and the packet is dropped (RFC 2827). Nothing
 * above the ports is looked at or changed: there is no application-level gateway.
 */
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import { SECOND } from '../../quantities.ts';
import type { Recorder, Series } from '../../recorder.ts';
import type { NatFiltering, NatService, Transport } from '../scenario.ts';
import { endpointOf, type Header, opens } from './header.ts';
import { type Mapping, MappingTable } from './mapping-table.ts';
import { PortForwards } from './port-forwards.ts';
import { Session } from './session.ts';

/** What a NAT needs of the network that it stands in. */
export interface NatSurroundings {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly indexOf: (host: string) => number;
  readonly addressOf: (host: number) => string;
  readonly nameOf: (host: number) => string;
  /** One of the hosts that share a host's address: the same for all of them. */
  readonly holderOf: (host: number) => number;
  /** A process on that host waits for such a packet. */
  awaits(host: number, header: Header): boolean;
  /** Something on that host uses the port. */
  usesPort(host: number, transport: Transport, port: number): boolean;
}

/** What becomes of a packet at a NAT: it is for the router itself, goes on with other endpoints, has no mapping, or a forged source. */
export type Translation = { readonly header: Header; readonly sessions: readonly Session[] } | 'own' | 'dropped' | 'forged';

/** When a mapping is told to lapse, and what was told of it. */
interface Told {
  readonly timer: Timer;
  readonly phase: string;
}

const STORE = 'nat table';
const TRANSPORTS = ['tcp', 'udp'] as const;
/** Sessions that it keeps, of all its mappings; what would begin one more is dropped. */
export const MAXIMUM_SESSIONS = 65_536;
/** Sessions that may be kept before those that have lapsed are looked for. */
const FIRST_SWEEP = 1_024;

export class Nat {
  readonly host: number;
  readonly #service: NatService;
  readonly #surroundings: NatSurroundings;
  readonly #inside: ReadonlySet<number>;
  readonly #insideAddresses: ReadonlySet<string>;
  readonly #tables: Record<Transport, MappingTable>;
  readonly #told = new Map<Mapping, Told>();
  readonly #forwards: Record<Transport, PortForwards>;
  readonly #series: Series;
  /** Forwarded ports that somebody has come in by. */
  readonly #used: Record<Transport, Set<number>> = { tcp: new Set(), udp: new Set() };
  /** Mappings of ports that are not forwarded. */
  #learnt = 0;
  #kept = 0;
  #nextSweep = FIRST_SWEEP;
  /** When a full table is looked through again; past for one that has never been full. */
  #fullUntil = Number.NEGATIVE_INFINITY;

  constructor(service: NatService, surroundings: NatSurroundings) {
    this.#service = service;
    this.#surroundings = surroundings;
    this.host = surroundings.indexOf(service.host);
    this.#inside = new Set(service.inside.map(surroundings.indexOf));
    this.#insideAddresses = new Set([...this.#inside].map(surroundings.addressOf));
    this.#tables = { tcp: new MappingTable(), udp: new MappingTable() };
    const { forwards } = service;
    this.#forwards = {
      tcp: new PortForwards('tcp', forwards, surroundings.indexOf),
      udp: new PortForwards('udp', forwards, surroundings.indexOf),
    };
    this.#series = surroundings.recorder.seriesOf('mappings', [service.host]);
    this.#measure();
    for (const transport of TRANSPORTS) this.#tellForwards(transport);
  }

  get inside(): ReadonlySet<number> {
    return this.#inside;
  }

  /** How many it keeps, some of which may have lapsed. */
  get sessions(): number {
    return this.#kept;
  }

  /** True for a port of its address that stands for a host behind it. */
  maps(transport: Transport, port: number): boolean {
    return this.#tables[transport].at(port) !== undefined || this.#forwards[transport].at(port) !== null;
  }

  /** The packet comes from behind it. */
  faces({ from, forged }: Header): boolean {
    return this.#inside.has(forged?.sender ?? from);
  }

  /** A packet for it, or for someone beyond it. */
  translate(header: Header): Translation {
    const outwards = this.faces(header);
    if (header.forged && !this.#mayComeFrom(header.forged.source, outwards)) return 'forged';
    if (!outwards) return this.#inwards(header, []);
    const hairpin = header.to === this.host;
    if (hairpin && !this.maps(header.transport, header.toPort)) return 'own';
    if (hairpin && !this.#service.hairpinning) return 'dropped';
    const out = this.#outwards(header);
    if (!out) return 'dropped';
    return hairpin ? this.#inwards(out.header, [out.session]) : { header: out.header, sessions: [out.session] };
  }

  /** Whether a source may lie behind the NAT, or else beyond it: RFC 2827 §3, and the same the other way. */
  #mayComeFrom(source: string, behind: boolean): boolean {
    return behind === this.#insideAddresses.has(source) && source !== this.#surroundings.addressOf(this.host);
  }

  /** The router lost power: what it had learnt is gone, what it was told is not. */
  crash(): void {
    for (const transport of TRANSPORTS) {
      for (const mapping of [...this.#tables[transport].all]) this.#forget(transport, mapping, undefined);
    }
  }

  #outwards(header: Header): { readonly header: Header; readonly session: Session } | null {
    const { transport, from, fromPort, to, toPort, flags } = header;
    const table = this.#tables[transport];
    const { now } = this.#surroundings.kernel;
    let mapping = table.of(from, fromPort);
    let session = mapping && this.#sessionOf(mapping, to, toPort);
    if (!session) {
      if (!opens(header) || !this.#hasRoom()) return null;
      mapping ??= this.#map(transport, from, fromPort);
      if (!mapping) return null;
      session = this.#open(transport, mapping, to, toPort);
    }
    session.pass(now, true, flags);
    return { header: { ...header, from: this.host, fromPort: (mapping as Mapping).outerPort, forged: null }, session };
  }

  #inwards(header: Header, passed: readonly Session[]): Translation {
    const { transport, from, fromPort, toPort, flags } = header;
    const { unsolicited } = this.#service;
    const table = this.#tables[transport];
    let mapping = table.at(toPort);
    const forward = mapping ? null : this.#forwards[transport].at(toPort);
    if (!mapping && !forward) return unsolicited === 'refused' || this.#surroundings.awaits(this.host, header) ? 'own' : 'dropped';
    let session = mapping && this.#sessionOf(mapping, from, fromPort);
    if (!session) {
      // Its own TCP knows no such connection, and answers RST.
      if (!opens(header) || (mapping && !this.#admits(mapping, from))) return unsolicited === 'refused' ? 'own' : 'dropped';
      if (!this.#hasRoom()) return 'dropped';
      if (forward) mapping = table.add(forward.host, forward.port, toPort, true);
      session = this.#open(transport, mapping as Mapping, from, fromPort);
      if ((mapping as Mapping).forwarded && !this.#used[transport].has(toPort)) this.#noteUse(transport, mapping as Mapping);
    }
    session.pass(this.#surroundings.kernel.now, false, flags);
    const { host, port } = mapping as Mapping;
    return { header: { ...header, to: host, toPort: port }, sessions: [...passed, session] };
  }

  /** Whether someone whom the mapping has no session with may come in by it (RFC 4787 §5). */
  #admits(mapping: Mapping, from: number): boolean {
    const filtering: NatFiltering = mapping.forwarded ? 'endpoint-independent' : this.#service.filtering;
    if (filtering !== 'address-dependent') return filtering === 'endpoint-independent';
    const { now } = this.#surroundings.kernel;
    const holder = this.#surroundings.holderOf(from);
    for (const [endpoint, session] of mapping.sessions) {
      if (Math.floor(endpoint / 65_536) === holder && session.isAlive(now)) return true;
    }
    return false;
  }

  #sessionOf(mapping: Mapping, host: number, port: number): Session | undefined {
    const session = mapping.sessions.get(endpointOf(this.#surroundings.holderOf(host), port));
    return session?.isAlive(this.#surroundings.kernel.now) ? session : undefined;
  }

  #open(transport: Transport, mapping: Mapping, host: number, port: number): Session {
    const { now } = this.#surroundings.kernel;
    const session = new Session(transport, this.#service.timeouts, now, () => this.#tell(transport, mapping));
    const endpoint = endpointOf(this.#surroundings.holderOf(host), port);
    if (!mapping.sessions.has(endpoint)) this.#kept++;
    mapping.sessions.set(endpoint, session);
    this.#tell(transport, mapping);
    return session;
  }

  #map(transport: Transport, host: number, port: number): Mapping | undefined {
    const table = this.#tables[transport];
    const forwards = this.#forwards[transport];
    const forwarded = forwards.of(host, port);
    if (forwarded !== null) return table.add(host, port, forwarded, true);
    const taken = (candidate: number) => forwards.at(candidate) !== null || this.#surroundings.usesPort(this.host, transport, candidate);
    const outerPort = table.freePort(port, taken);
    if (outerPort === null) return undefined;
    const mapping = table.add(host, port, outerPort, false);
    this.#learnt++;
    this.#measure();
    return mapping;
  }

  /** When the last of its sessions lapses; sessions that have are let go. */
  #lapsesAt(mapping: Mapping): number {
    const { now } = this.#surroundings.kernel;
    let latest = Number.NEGATIVE_INFINITY;
    for (const [endpoint, session] of mapping.sessions) {
      if (session.isAlive(now)) latest = Math.max(latest, session.lapsesAt(now));
      else if (mapping.sessions.delete(endpoint)) this.#kept--;
    }
    return latest;
  }

  /** Whether one more session can begin. */
  #hasRoom(): boolean {
    const { kernel, recorder } = this.#surroundings;
    if (this.#kept < this.#nextSweep) return true;
    if (kernel.now < this.#fullUntil) return false;
    for (const transport of TRANSPORTS) for (const mapping of this.#tables[transport].all) this.#lapsesAt(mapping);
    this.#nextSweep = Math.min(Math.max(FIRST_SWEEP, 2 * this.#kept), MAXIMUM_SESSIONS);
    if (this.#kept < MAXIMUM_SESSIONS) return true;
    if (this.#fullUntil < 0) {
      const note = `has no room for more than ${MAXIMUM_SESSIONS} conversations, and drops what would begin one`;
      recorder.state(kernel.now, this.host, '', '', null, kernel.cause, note);
    }
    this.#fullUntil = kernel.now + SECOND;
    return false;
  }

  /**
   * Tells the run of a mapping where something has changed; that it lives on is told only when the time told before is over. Of
   * forwarded ports, what the router was told was told at the beginning.
   */
  #tell(transport: Transport, mapping: Mapping): void {
    const phase = transport === 'udp' || mapping.forwarded ? '' : phaseOf(mapping);
    const told = this.#told.get(mapping);
    if (told?.phase === phase) return;
    const outer = this.#outerEndpoint(mapping.outerPort);
    const note = told ? undefined : `${this.#keyOf(transport, mapping)} is ${outer} outside`;
    if (told) this.#surroundings.kernel.cancel(told.timer);
    this.#tellOf(transport, mapping, phase, note);
  }

  #tellOf(transport: Transport, mapping: Mapping, phase: string, note?: string): void {
    const { kernel } = this.#surroundings;
    const key = this.#keyOf(transport, mapping);
    const outer = this.#outerEndpoint(mapping.outerPort);
    const lapsesAt = this.#lapsesAt(mapping);
    if (!mapping.forwarded) this.#state(key, phase === '' ? outer : `${outer}, ${phase}`, note, lapsesAt);
    const lookAgain = (): void => {
      if (this.#lapsesAt(mapping) > kernel.now) this.#tellOf(transport, mapping, phase);
      else this.#forget(transport, mapping, `${key} is forgotten`);
    };
    const timer = kernel.schedule(Math.max(lapsesAt - kernel.now, 0), lookAgain, { background: true });
    this.#told.set(mapping, { timer, phase });
  }

  #tellForwards(transport: Transport): void {
    for (const { host, port, outerPort, count } of this.#forwards[transport].all) {
      const range = (first: number) => (count === 1 ? String(first) : `${first}-${first + count - 1}`);
      const key = this.#keyOf(transport, { host, port: range(port) });
      this.#state(key, `${this.#outerEndpoint(range(outerPort))}, forwarded`, undefined, undefined);
    }
  }

  #forget(transport: Transport, mapping: Mapping, note: string | undefined): void {
    const timer = this.#told.get(mapping)?.timer;
    if (timer) this.#surroundings.kernel.cancel(timer);
    this.#told.delete(mapping);
    this.#tables[transport].remove(mapping);
    for (const session of mapping.sessions.values()) session.forget();
    this.#kept -= mapping.sessions.size;
    mapping.sessions.clear();
    if (mapping.forwarded) return;
    this.#state(this.#keyOf(transport, mapping), null, note, undefined);
    this.#learnt--;
    this.#measure();
  }

  #state(key: string, value: string | null, note: string | undefined, expiresAt: number | undefined): void {
    const { kernel, recorder } = this.#surroundings;
    recorder.state(kernel.now, this.host, STORE, key, value, kernel.cause, note, expiresAt);
  }

  /** The first time that somebody comes in by a forwarded port. */
  #noteUse(transport: Transport, mapping: Mapping): void {
    const { kernel, recorder } = this.#surroundings;
    this.#used[transport].add(mapping.outerPort);
    const note = `${this.#outerEndpoint(mapping.outerPort)} leads to ${this.#keyOf(transport, mapping)} inside`;
    recorder.state(kernel.now, this.host, '', '', null, kernel.cause, note);
  }

  #measure(): void {
    const { kernel, recorder } = this.#surroundings;
    recorder.addTo(this.#series, kernel.now, this.#learnt);
  }

  /** As the state timeline names it: `TCP 192.168.0.2:50000`. */
  #keyOf(transport: Transport, { host, port }: { readonly host: number; readonly port: number | string }): string {
    return `${transport.toUpperCase()} ${this.#surroundings.addressOf(host)}:${port}`;
  }

  #outerEndpoint(port: number | string): string {
    return `${this.#surroundings.addressOf(this.host)}:${port}`;
  }
}

/** Of its sessions, the phase that keeps it longest. */
function phaseOf({ sessions }: Mapping): string {
  let found = '';
  for (const { phase } of sessions.values()) {
    if (phase === 'established') return phase;
    if (found === '' || phase === 'partially open') found = phase;
  }
  return found;
}
