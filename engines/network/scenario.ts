/** What a scenario can say about the network itself, beyond its hosts and links. */
import type { Nanoseconds } from '../quantities.ts';
import type { SourceRange } from '../scenario.ts';

/** A host loses power: its processes and connections are gone, its disk stays. */
export interface CrashAction {
  readonly kind: 'network.crash';
  readonly host: string;
  /** How long it stays down before it boots again; null: until it is restarted, or for the rest of the run. The step is done when the host is down. */
  readonly downFor: Nanoseconds | null;
}

/** A host that is down boots. */
export interface RestartAction {
  readonly kind: 'network.restart';
  readonly host: string;
}

/** An explicit link, or with `b` null the access link of `a`, fails both ways: what is on it and what waits for it is lost. */
export interface LinkFailureAction {
  readonly kind: 'network.link-failure';
  readonly a: string;
  readonly b: string | null;
  /** null: until it recovers, or for the rest of the run. The step is done when the link is down. */
  readonly downFor: Nanoseconds | null;
}

/** A link that failed works again. */
export interface LinkRecoveryAction {
  readonly kind: 'network.link-recovery';
  readonly a: string;
  readonly b: string | null;
}

/** From now on, nothing that one group of hosts sends reaches the other. */
export interface PartitionAction {
  readonly kind: 'network.partition';
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** True: only what `from` sends to `to` is held back. False: both ways. */
  readonly oneWay: boolean;
  /** null: until partitions are healed, or for the rest of the run. */
  readonly healsAfter: Nanoseconds | null;
}

/** Every partition ends. */
export interface HealingAction {
  readonly kind: 'network.healing';
}

/** Transports that NATs and firewalls tell apart. */
export type Transport = 'tcp' | 'udp';

/** Ports of a NAT's address that always lead to a host behind it. */
export interface PortForward {
  readonly transport: Transport;
  /** 1 to 65535. No two forwards of a NAT have a transport and port, or a transport, host and host port, in common. */
  readonly port: number;
  /** The last one: `port` itself where it is one port. */
  readonly lastPort: number;
  /** One of the hosts behind it. */
  readonly host: string;
  /** Where `port` leads to; the ports behind it lead to those behind this one. */
  readonly hostPort: number;
}

/** Who may send to a mapping that a host behind a NAT has made: RFC 4787 §5. */
export type NatFiltering = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent';

/** How long a conversation may be idle before it is forgotten. */
export interface IdleTimeouts {
  /** RFC 4787 §4.3: not less than 2 min. */
  readonly udp: Nanoseconds;
  /** RFC 5382 §5: not less than 2 h 4 min for a connection that is open both ways. */
  readonly established: Nanoseconds;
  /** RFC 5382 §5: not less than 4 min for one that is about to open or to end. */
  readonly transitory: Nanoseconds;
}

/** A router that hosts share the address of: they reach the rest of the network through it alone. */
export interface NatService {
  readonly kind: 'network.nat';
  readonly host: string;
  /** Each behind no other NAT, and none of them one itself. Their access links lead to the router. */
  readonly inside: readonly string[];
  readonly forwards: readonly PortForward[];
  readonly filtering: NatFiltering;
  /** Hosts behind it reach one another by its address, too (RFC 4787 §6). */
  readonly hairpinning: boolean;
  /** What becomes of what comes for no mapping: nothing, or RST to a TCP segment. */
  readonly unsolicited: 'dropped' | 'refused';
  readonly timeouts: IdleTimeouts;
  readonly at: SourceRange | null;
}

/** `block` drops without a word; `reject` answers a TCP segment with RST. */
export type FilterVerdict = 'allow' | 'block' | 'reject';

/** What a firewall does with what comes to its host and belongs to no conversation that it knows. */
export interface FilterRule {
  readonly verdict: FilterVerdict;
  /** null: both. */
  readonly transport: Transport | null;
  /** Ports that it comes for, first and last; empty: all. */
  readonly ports: readonly (readonly [first: number, last: number])[];
  /** Hosts by whose addresses it comes; empty: all. */
  readonly from: readonly string[];
}

/** A stateful packet filter in front of a host: what the host sends goes out, and the answers come in. */
export interface FirewallService {
  readonly kind: 'network.firewall';
  readonly host: string;
  /** What no rule says anything about. */
  readonly incoming: FilterVerdict;
  /** The first one that fits counts. */
  readonly rules: readonly FilterRule[];
  readonly at: SourceRange | null;
}

/** An access network: its router, and the hosts in it, which reach one another and the rest of the network through the router. Nothing is translated. */
export interface AccessNetworkService {
  readonly kind: 'network.access-network';
  /** The router: its own access link leads to the core. */
  readonly host: string;
  /** Each in no other access network, behind no NAT, and none of them a router itself. Their access links lead to the router. */
  readonly inside: readonly string[];
  readonly at: SourceRange | null;
}

export type NetworkService = NatService | FirewallService | AccessNetworkService;

export type NetworkAction = CrashAction | RestartAction | LinkFailureAction | LinkRecoveryAction | PartitionAction | HealingAction;
