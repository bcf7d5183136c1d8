/** Who leads to whom: from a zone to the zones that it delegates and back, from a name to the steps that it has a part in. */
import type { TextRange } from './compilation.ts';
import { declarationsAmong, identityOf, mentionAt, mentionsOfName, type NameIdentity } from './mentions.ts';
import type { Program, ProgramZone } from './program.ts';
import type { Statement } from './syntax.ts';
import { statementsAround } from './tree-slots.ts';

export interface HierarchyItem {
  readonly kind: 'name' | 'zone' | 'step';
  readonly name: string;
  /** What it is, so that it can be asked about further; null for a step. */
  readonly identity: NameIdentity | null;
  readonly source: number;
  readonly range: TextRange;
  readonly selection: TextRange;
}

/** An item, and the places in the other one's text that lead there. */
export interface Call {
  readonly item: HierarchyItem;
  readonly ranges: readonly TextRange[];
}

export function itemAt(program: Program, source: number, offset: number): HierarchyItem | null {
  const mention = mentionAt(program, source, offset);
  return mention && itemOf(identityOf(mention, program), program);
}

/** null for what nobody declares. */
export function itemOf(identity: NameIdentity, program: Program): HierarchyItem | null {
  const [declared] = declarationsAmong(mentionsOfName(identity, program), program);
  if (!declared) return null;
  const { source, mention } = declared;
  const around = statementsAround(program.sources[source]!.tree.statements, mention.start)[0];
  const zone = zoneOf(identity, program);
  const range = around ? { start: around.start, end: around.end } : mention;
  return {
    kind: zone ? 'zone' : 'name',
    name: mention.text,
    identity,
    source,
    range,
    selection: { start: mention.start, end: mention.end },
  };
}

function zoneOf({ space, key }: NameIdentity, program: Program): ProgramZone | null {
  const zone = space === 'domain' ? program.zones.get(key === '.' ? key : `${key}.`) : undefined;
  return zone && !zone.implicit ? zone : null;
}

/** What leads to an item: the zone above it, and the steps in which it has a part. */
export function incoming(identity: NameIdentity, program: Program): Call[] {
  const calls: Call[] = [];
  const zone = zoneOf(identity, program);
  const above = zone && zoneAbove(zone, program);
  const item = above && itemOfZone(above, program);
  if (item) calls.push({ item, ranges: [item.selection] });
  const steps = new Map<Statement, { source: number; ranges: TextRange[] }>();
  for (const { source, mention } of mentionsOfName(identity, program)) {
    const around = statementsAround(program.sources[source]!.tree.statements, mention.start);
    const step = around.findLast(({ entry }) => entry?.role === 'step');
    if (!step) continue;
    const known = steps.get(step);
    const range = { start: mention.start, end: mention.end };
    if (known) known.ranges.push(range);
    else steps.set(step, { source, ranges: [range] });
  }
  for (const [step, { source, ranges }] of steps) {
    const head = { start: step.start, end: step.headEnd };
    const name = program.sources[source]!.text.slice(head.start, head.end).replace(/\s+/g, ' ');
    calls.push({
      item: { kind: 'step', name, identity: null, source, range: { start: step.start, end: step.end }, selection: head },
      ranges,
    });
  }
  return calls;
}

/** What a zone leads to: the zones right below it. */
export function outgoing(identity: NameIdentity, program: Program): Call[] {
  const zone = zoneOf(identity, program);
  const from = zone && itemOfZone(zone, program);
  if (!from) return [];
  const below = [...program.zones.values()].filter((other) => !other.implicit && other.delegated && zoneAbove(other, program) === zone);
  return below.flatMap((other) => {
    const item = itemOfZone(other, program);
    return item ? [{ item, ranges: [from.selection] }] : [];
  });
}

function zoneAbove({ origin }: ProgramZone, program: Program): ProgramZone | null {
  const dot = origin.indexOf('.');
  return origin === '.' ? null : program.zoneAbove(origin.slice(dot + 1).toLowerCase() || '.');
}

function itemOfZone({ origin }: ProgramZone, program: Program): HierarchyItem | null {
  const lower = origin.toLowerCase();
  return itemOf({ space: 'domain', key: lower.length > 1 ? lower.slice(0, -1) : lower }, program);
}
