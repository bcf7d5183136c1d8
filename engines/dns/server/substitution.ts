/** DNAME: a whole tree of names stands for another (RFC 6672). */
import { ancestors, canonical, depth, fromLabels, isSubdomain, labels, MAX_NAME, sameName, wireLength } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { recordsAt, type Zone } from './zone.ts';

/** The DNAME record above `name`, the topmost one of the zone; its owner itself is not substituted (RFC 6672 §2.3). */
export function substitutionFor(zone: Zone, name: DomainName): ResourceRecord | undefined {
  const above = ancestors(canonical(name))
    .slice(1)
    .filter((ancestor) => zone.nodes.has(ancestor));
  for (let i = above.length - 1; i >= 0; i--) {
    const record = recordsAt(zone, above[i] as DomainName, 'DNAME')[0];
    if (record) return record;
  }
  return undefined;
}

/** `name` with the record's owner replaced by its target; undefined where that takes more than 255 bytes (RFC 6672 §2.2). */
export function substitute(name: DomainName, { name: owner, data }: ResourceRecord): DomainName | undefined {
  if (data.type !== 'DNAME') return undefined;
  const prefix = labels(name).slice(0, depth(name) - depth(owner));
  const result = fromLabels([...prefix, ...labels(data.target)]);
  return wireLength(result) > MAX_NAME ? undefined : result;
}

/** Whether an alias is the one that a DNAME record makes (RFC 6672 §2.2, §3.1). */
export function makes(dname: ResourceRecord, alias: ResourceRecord): boolean {
  if (dname.data.type !== 'DNAME' || alias.data.type !== 'CNAME') return false;
  if (sameName(dname.name, alias.name) || !isSubdomain(alias.name, dname.name)) return false;
  const target = substitute(alias.name, dname);
  return target !== undefined && sameName(target, alias.data.target);
}
