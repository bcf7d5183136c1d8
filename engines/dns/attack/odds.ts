/**
 * The odds of poisoning a cache by forged answers (RFC 5452 §7).
 *
 * A forged answer is believed when it has the query's ID, comes to its port, and claims to come from the server that was asked.
 * Of N servers, P ports and I IDs, all equally likely, one guess is right with probability 1 / (N · P · I); of F different guesses
 * that arrive before the real answer does, one is with probability F / (N · P · I) (RFC 5452 §7.2, for one outstanding query: D = 1).
 */
import { type Nanoseconds, SECOND } from '../../quantities.ts';

/** All that can be guessed. */
export interface Unknowns {
  /** Servers of the zone that the resolver may have asked. */
  readonly servers: number;
  readonly ports: number;
  readonly ids: number;
}

export function combinations({ servers, ports, ids }: Unknowns): number {
  return servers * ports * ids;
}

/** Of one attempt: `rate` forged answers a second, all different, whole ones, while the real one takes `window`. 0 to 1. */
export function oddsOfAttempt(unknowns: Unknowns, rate: number, window: Nanoseconds): number {
  const guesses = Math.floor((rate * window) / SECOND);
  return Math.min(1, guesses / combinations(unknowns));
}

/** Of at least one of so many attempts (RFC 5452 §7.2: 1 − (1 − p)^n). 0 to 1. */
export function oddsOfAttempts(odds: number, attempts: number): number {
  // Powers by squaring: those of Math are not the same on every machine.
  let rest = 1;
  let base = 1 - odds;
  for (let left = attempts; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) rest *= base;
    base *= base;
  }
  return 1 - rest;
}

/** `12.5 %`; where that would say nothing, `1 in 5,000,000`. */
export function oddsText(odds: number): string {
  if (odds === 0) return 'none';
  if (odds >= 0.001) return `${Number((odds * 100).toPrecision(3))} %`;
  return `1 in ${String(Math.round(1 / odds)).replaceAll(/\B(?=(\d{3})+$)/g, ',')}`;
}
