/** Fingerprints: equal runs have equal ones, on every machine and in the browser. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { Run } from './run.ts';
import { encodedParts } from './run-codec.ts';

/**
 * Lower-case hex SHA-256 over all that happened. Where the author wrote it (`sources`, source ranges) is no part of it:
 * a comment more in the text is the same run.
 */
export function fingerprint(run: Omit<Run, 'fingerprint'>): string {
  const hash = sha256.create();
  const happened = {
    ...run,
    sources: [],
    declared: run.declared.map((declaration) => ({ ...declaration, source: -1 })),
    steps: run.steps.map((step) => ({ ...step, at: null })),
    checks: run.checks.map((check) => ({ ...check, at: null })),
    views: run.views.map((view) => view.view),
  };
  for (const part of encodedParts(happened)) hash.update(part);
  return bytesToHex(hash.digest());
}
