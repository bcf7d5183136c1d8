/** What a validating resolver knows of data that it holds (RFC 4035 §4.3), beside the data itself. */
import type { ResourceRecord } from '../records.ts';

/** Bogus data is never held, and what cannot be decided is treated as bogus (RFC 4035 §4.3, §5.5). */
export type Security = 'secure' | 'insecure';

export interface Credentials {
  readonly security: Security;
  /** RRSIG records of the data. */
  readonly signatures: readonly ResourceRecord[];
  /** NSEC records and their signatures: that there is no data, or none closer than a wildcard. */
  readonly proof: readonly ResourceRecord[];
}

export const INSECURE: Credentials = { security: 'insecure', signatures: [], proof: [] };
/** Of nothing at all, to begin with. */
export const NOTHING_YET: Credentials = { security: 'secure', signatures: [], proof: [] };

/** Of an answer put together from both: as weak as its weakest part. */
export function together(a: Credentials, b: Credentials): Credentials {
  return {
    security: a.security === 'secure' ? b.security : a.security,
    signatures: [...a.signatures, ...b.signatures],
    proof: [...a.proof, ...b.proof],
  };
}
