/** What a scenario can say about load. */
import type { Nanoseconds } from '../../quantities.ts';
import type { DomainName } from '../scenario.ts';

/** A host looks names up at random times (a Poisson process). Done when all of its lookups are. */
export interface LoadAction {
  readonly kind: 'dns.load';
  readonly host: string;
  /** At least one; each lookup is for one of them, all equally likely. */
  readonly names: readonly DomainName[];
  readonly type: string;
  /** Lookups a second on average, above 0. */
  readonly rate: number;
  /** Lookups begin within this time. */
  readonly duration: Nanoseconds;
}
