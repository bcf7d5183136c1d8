/** What a scenario can say about the network itself, beyond its hosts and links. */
import type { Nanoseconds } from '../quantities.ts';

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

export type NetworkAction = CrashAction | RestartAction | LinkFailureAction | LinkRecoveryAction | PartitionAction | HealingAction;
