/**
 * Which sweep a result is of: a hash over everything that a point depends on besides its number. The text is in it as it stands,
 * and what the files that it names hold, as the scenarios made of them tell; names of documents are not, so that the same files in
 * another folder, or on another machine, are the same sweep.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { encodedParts } from '../run-codec.ts';
import type { Scenario } from '../scenario.ts';
import { ENGINE_VERSION } from '../version.ts';
import type { SweepPlan } from './plan.ts';

/** `scenarios`: the one of each alternative, or the only one; `index`: among the program's sweeps. Lower-case hex SHA-256. */
export function identityOf(texts: readonly string[], scenarios: readonly Scenario[], plan: SweepPlan, index: number): string {
  const hash = sha256.create();
  // Where it stands is in the texts.
  const { at: _, ...measured } = plan;
  const data = {
    engine: ENGINE_VERSION,
    texts,
    scenarios: scenarios.map((scenario) => ({ ...scenario, sources: [] })),
    plan: measured,
    index,
  };
  for (const part of encodedParts(data)) hash.update(part);
  return bytesToHex(hash.digest());
}
