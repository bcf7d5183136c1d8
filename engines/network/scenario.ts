/** What a scenario can say about the network itself, beyond its hosts and links. */
import type { Nanoseconds } from '../quantities.ts';

/** A host loses power: its processes and connections are gone, its disk stays. */
export interface CrashAction {
  readonly kind: 'network.crash';
  readonly host: string;
  /** How long it stays down before it boots again; null for the rest of the run. The step is done when the host is down. */
  readonly downFor: Nanoseconds | null;
}

export type NetworkAction = CrashAction;
