/** Names that nobody has asked for, so that no cache holds them. */
import type { Host } from '../../network/host.ts';
import { ROOT } from '../domain-name.ts';
import type { DomainName } from '../scenario.ts';

/** A name of one random label below another, or at the top level: one of 2^32. */
export function randomName(host: Host, below: DomainName): DomainName {
  const label = `x${host.random('dns random names').uint32().toString(16).padStart(8, '0')}`;
  return below === ROOT ? `${label}.` : `${label}.${below}`;
}
