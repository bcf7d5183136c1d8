/**
 * A NAT: hosts behind it share its address, told apart by ports (RFC 2663 §4.1.2, as RFC 4787 and 5382 want it to behave).
 *
 * Theory of operation. A packet from inside gets the NAT's address and its mapping's port as its source; one that comes for a
 * mapped port gets the endpoint behind it as its destination. One from inside for a mapped port gets both: a hairpin (RFC 4787
 * §6). A mapping is made by the first packet out, of TCP by a SYN, and lives as long as one of its sessions does; who may come in
 * by it is the filter's rule. What comes for a port without a mapping is the router's own, where something on the router waits
 * for it. A source that cannot lie on the side where the packet comes from is forged, and the packet is dropped (RFC 2827). Nothing
 * above the ports is looked at or changed: there is no application-level gateway.
 */
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import type { Recorder, Series } from '../../recorder.ts';
import type { NatFiltering, NatService, Transport } from '../scenario.ts';
import { endpointOf, type Header, opens } from './header.ts';
import { type Mapping, MappingTable } from './mapping-table.ts';
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
  readonly timer: Timer | null;
  readonly phase: string;
}

const STORE = 'nat table';
const TRANSPORTS = ['tcp', 'udp'] as const;

export class Nat {
  readonly host: number;
  readonly #service: NatService;
  readonly #surroundings: NatSurroundings;
  readonly #inside: ReadonlySet<number>;
  readonly #insideAddresses: ReadonlySet<string>;
  readonly #tables: Record<Transport, MappingTable>;
  readonly #told = new Map<Mapping, Told>();
  readonly #forwarded: number;
  readonly #series: Series;
  /** Forwarded ports that somebody has come in by. */
  readonly #used = new Set<Mapping>();

  constructor(service: NatService, surroundings: NatSurroundings) {
    this.#service = service;
    this.#surroundings = surroundings;
    this.host = surroundings.indexOf(service.host);
    this.#inside = new Set(service.inside.map(surroundings.indexOf));
    this.#insideAddresses = new Set([...this.#inside].map(surroundings.addressOf));
    this.#tables = { tcp: this.#freshTable('tcp'), udp: this.#freshTable('udp') };
    this.#forwarded = this.#size;
    this.#series = surroundings.recorder.seriesOf('mappings', [service.host]);
    this.#measure();
    for (const transport of TRANSPORTS) for (const mapping of this.#tables[transport].all) this.#tell(transport, mapping);
  }

  get inside(): ReadonlySet<number> {
    return this.#inside;
  }

  /** True for a port of its address that stands for a host behind it. */
  maps(transport: Transport, port: number): boolean {
    return this.#tables[transport].at(port) !== undefined;
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
      for (const mapping of [...this.#tables[transport].all]) {
        if (mapping.forwarded) for (const session of mapping.sessions.values()) session.forget();
        else this.#forget(transport, mapping, undefined);
        mapping.sessions.clear();
      }
    }
  }

  #freshTable(transport: Transport): MappingTable {
    const table = new MappingTable();
    for (const forward of this.#service.forwards) {
      if (forward.transport === transport) table.add(this.#surroundings.indexOf(forward.host), forward.hostPort, forward.port, true);
    }
    return table;
  }

  #outwards(header: Header): { readonly header: Header; readonly session: Session } | null {
    const { transport, from, fromPort, to, toPort, flags } = header;
    const table = this.#tables[transport];
    const { now } = this.#surroundings.kernel;
    let mapping = table.of(from, fromPort);
    let session = mapping && this.#sessionOf(mapping, to, toPort);
    if (!session) {
      if (!opens(header)) return null;
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
    const mapping = this.#tables[transport].at(toPort);
    if (!mapping) return unsolicited === 'refused' || this.#surroundings.awaits(this.host, header) ? 'own' : 'dropped';
    let session = this.#sessionOf(mapping, from, fromPort);
    if (!session) {
      // Its own TCP knows no such connection, and answers RST.
      if (!opens(header) || !this.#admits(mapping, from)) return unsolicited === 'refused' ? 'own' : 'dropped';
      session = this.#open(transport, mapping, from, fromPort);
      if (mapping.forwarded && !this.#used.has(mapping)) this.#noteUse(transport, mapping);
    }
    session.pass(this.#surroundings.kernel.now, false, flags);
    return { header: { ...header, to: mapping.host, toPort: mapping.port }, sessions: [...passed, session] };
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
    mapping.sessions.set(endpointOf(this.#surroundings.holderOf(host), port), session);
    this.#tell(transport, mapping);
    return session;
  }

  #map(transport: Transport, host: number, port: number): Mapping | undefined {
    const table = this.#tables[transport];
    const outerPort = table.freePort(port, (candidate) => this.#surroundings.usesPort(this.host, transport, candidate));
    if (outerPort === null) return undefined;
    const mapping = table.add(host, port, outerPort, false);
    this.#measure();
    return mapping;
  }

  /** When the last of its sessions lapses; sessions that have are let go. */
  #lapsesAt(mapping: Mapping): number {
    const { now } = this.#surroundings.kernel;
    let latest = Number.NEGATIVE_INFINITY;
    for (const [endpoint, session] of mapping.sessions) {
      if (session.isAlive(now)) latest = Math.max(latest, session.lapsesAt(now));
      else mapping.sessions.delete(endpoint);
    }
    return latest;
  }

  /** Tells the run of a mapping where something has changed; that it lives on is told only when the time told before is over. */
  #tell(transport: Transport, mapping: Mapping): void {
    const phase = transport === 'udp' || mapping.forwarded ? '' : phaseOf(mapping);
    const told = this.#told.get(mapping);
    if (told?.phase === phase) return;
    const outer = this.#outerEndpoint(mapping);
    const value = mapping.forwarded ? `${outer}, forwarded` : phase === '' ? outer : `${outer}, ${phase}`;
    const note = told || mapping.forwarded ? undefined : `${this.#keyOf(transport, mapping)} is ${outer} outside`;
    if (told?.timer) this.#surroundings.kernel.cancel(told.timer);
    this.#tellOf(transport, mapping, phase, value, note);
  }

  #tellOf(transport: Transport, mapping: Mapping, phase: string, value: string, note?: string): void {
    const { kernel } = this.#surroundings;
    const key = this.#keyOf(transport, mapping);
    const expiresAt = mapping.forwarded ? undefined : this.#lapsesAt(mapping);
    this.#state(key, value, note, expiresAt);
    const lookAgain = (): void => {
      if (this.#lapsesAt(mapping) > kernel.now) this.#tellOf(transport, mapping, phase, value);
      else this.#forget(transport, mapping, `${key} is forgotten`);
    };
    const timer = expiresAt === undefined ? null : kernel.schedule(Math.max(expiresAt - kernel.now, 0), lookAgain, { background: true });
    this.#told.set(mapping, { timer, phase });
  }

  #forget(transport: Transport, mapping: Mapping, note: string | undefined): void {
    const timer = this.#told.get(mapping)?.timer;
    if (timer) this.#surroundings.kernel.cancel(timer);
    this.#told.delete(mapping);
    this.#tables[transport].remove(mapping);
    for (const session of mapping.sessions.values()) session.forget();
    this.#state(this.#keyOf(transport, mapping), null, note, undefined);
    this.#measure();
  }

  #state(key: string, value: string | null, note: string | undefined, expiresAt: number | undefined): void {
    const { kernel, recorder } = this.#surroundings;
    recorder.state(kernel.now, this.host, STORE, key, value, kernel.cause, note, expiresAt);
  }

  /** The first time that somebody comes in by a forwarded port. */
  #noteUse(transport: Transport, mapping: Mapping): void {
    const { kernel, recorder } = this.#surroundings;
    this.#used.add(mapping);
    const note = `${this.#outerEndpoint(mapping)} leads to ${this.#keyOf(transport, mapping)} inside`;
    recorder.state(kernel.now, this.host, '', '', null, kernel.cause, note);
  }

  #measure(): void {
    const { kernel, recorder } = this.#surroundings;
    recorder.addTo(this.#series, kernel.now, this.#size - this.#forwarded);
  }

  /** As the state timeline names it: `TCP 192.168.0.2:50000`. */
  #keyOf(transport: Transport, { host, port }: Mapping): string {
    return `${transport.toUpperCase()} ${this.#surroundings.addressOf(host)}:${port}`;
  }

  #outerEndpoint({ outerPort }: Mapping): string {
    return `${this.#surroundings.addressOf(this.host)}:${outerPort}`;
  }

  get #size(): number {
    return this.#tables.tcp.size + this.#tables.udp.size;
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
