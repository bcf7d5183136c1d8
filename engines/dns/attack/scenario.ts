/** What a scenario can say about attacks on DNS. */
import type { Nanoseconds } from '../../quantities.ts';
import type { RecordData } from '../records.ts';
import type { DomainName } from '../scenario.ts';

/**
 * `classic`: forges answers for the name itself, and must wait for the real one to expire when it lost the race. `kaminsky`: forges
 * answers for siblings that nobody ever asked for, which bring along a name server for the whole zone, so that it can try again
 * at once.
 */
export type PoisoningMethod = 'classic' | 'kaminsky';

/** A host off the path tries to get a false record into a resolver's cache (RFC 5452 §2). Done when it is in, or all attempts are made. */
export interface PoisonAction {
  readonly kind: 'dns.poison';
  readonly host: string;
  /** Host name. */
  readonly resolver: string;
  readonly name: DomainName;
  readonly data: RecordData;
  readonly method: PoisoningMethod;
  /** Forged answers a second, above 0. */
  readonly rate: number;
  /** Races at most, at least 1. */
  readonly attempts: number;
}

/** A host sends queries for names that nobody has cached, evenly spaced. Done after `duration`. */
export interface FloodAction {
  readonly kind: 'dns.flood';
  readonly host: string;
  /** Host name. */
  readonly server: string;
  /** Random names below this one; null: random top-level names. */
  readonly below: DomainName | null;
  /** Each query claims to come from another address. */
  readonly forged: boolean;
  /** Queries a second, above 0. */
  readonly rate: number;
  readonly duration: Nanoseconds;
}

export type AttackAction = PoisonAction | FloodAction;
