/** Fingerprints: equal runs have equal ones, on every machine and in the browser. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Run } from './run.ts';
import { encode } from './run-codec.ts';

/**
 * Lower-case hex SHA-256 over all that happened. Where the author wrote it (`sources`, source ranges) is no part of it:
 * a comment more in the text is the same run.
 */
export function fingerprint(run: Omit<Run, 'fingerprint'>): string {
  return bytesToHex(
    sha256(
      encode({
        ...run,
        sources: [],
        declared: run.declared.map((declaration) => ({ ...declaration, source: -1 })),
        steps: run.steps.map((step) => ({ ...step, at: null })),
        checks: run.checks.map((check) => ({ ...check, at: null })),
        views: run.views.map((view) => view.view),
      }),
    ),
  );
}
