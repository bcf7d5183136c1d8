/**
 * SASL mechanisms (RFC 4422) as mail uses them, without a network and without a protocol: what each side says next, in octets.
 *
 * Theory of operation. A mechanism is a table of two functions. The client's answers one challenge after another; `null` for the
 * first says that it can begin on its own (an initial response, RFC 4422 §3.3). The server's is given all responses so far and says
 * what is still missing, or who it was. Neither has a state: an exchange is the list of what was said (exchange.ts).
 */

/** Octets, one char each: the password is its user's UTF-8. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** Whom a server knows. */
export interface Account {
  /** What the server calls its user. */
  readonly name: string;
  readonly password: string;
}

/** By what a client calls itself (an authentication identity, octets); null for nobody. */
export type Accounts = (user: string) => Account | null;

export type Verdict =
  /** Octets of the next challenge. */
  | { readonly kind: 'challenge'; readonly octets: string }
  | { readonly kind: 'success'; readonly account: Account }
  /** `malformed`: the response is none of this mechanism. `refused`: no such user, or not its password; which, is nobody's business. */
  | { readonly kind: 'failure'; readonly reason: 'malformed' | 'refused' };

export interface Mechanism {
  readonly standard: string;
  /** Whether the client speaks first: an initial response may stand in the command (RFC 4422 §3.3, §5). */
  readonly clientFirst: boolean;
  /** Whether who listens learns the password. */
  readonly clear: boolean;
  /** The client's `turn`-th response (from 0) to that challenge; null where it has none. */
  respond(credentials: Credentials, challenge: string, turn: number): string | null;
  /** `responses` so far, in order; `nonce`: a challenge of this exchange's own, for mechanisms that have one. */
  judge(responses: readonly string[], accounts: Accounts, nonce: string): Verdict;
}

export const MALFORMED: Verdict = { kind: 'failure', reason: 'malformed' };
export const REFUSED: Verdict = { kind: 'failure', reason: 'refused' };
