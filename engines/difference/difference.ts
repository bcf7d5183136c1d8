/**
 * Where two runs part: the first event, in virtual time, that differs, and how much differs after it.
 *
 * One pass over the columns of both runs, side by side. Rows that were recorded in the order of time cannot differ earlier
 * than the first row that does; what follows from the rows before it (that they were received) may still differ earlier than that.
 */
import { ALL_INGREDIENTS, type Ingredient } from '../ingredients.ts';
import type { Nanoseconds } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { FieldOfKind, Side } from './fields.ts';
import { type EventKind, kindsOf } from './kinds.ts';

export interface Difference {
  readonly kind: EventKind;
  /** Rows in A and in B; −1 where the run has no such event. */
  readonly rows: readonly [number, number];
  /** The earlier of the two. */
  readonly at: Nanoseconds;
  /** What differs, where both have it. */
  readonly fields: readonly FieldOfKind[];
}

/** How the rows of one table compare. Rows are matched again after one too many or too few, within a few rows. */
export interface TableSummary {
  readonly table: string;
  readonly same: number;
  /** The same but for their times. */
  readonly moved: number;
  readonly changed: number;
  readonly onlyA: number;
  readonly onlyB: number;
}

export interface RunComparison {
  readonly runs: readonly [Run, Run];
  readonly kinds: readonly EventKind[];
  /** Whether times count. */
  readonly timed: boolean;
  /** null: no event differs. */
  readonly first: Difference | null;
  /** Of each table that was compared and is not empty in both. */
  readonly tables: readonly TableSummary[];
  /** What the runs are of, where it differs: one line each. Empty unless `scenario` was asked for. */
  readonly scenario: readonly string[];
}

export function compareRuns(a: Run, b: Run, ingredients: readonly Ingredient[] = ALL_INGREDIENTS): RunComparison {
  const chosen = new Set(ingredients);
  const kinds = kindsOf([a, b], chosen);
  const groups = groupsOf(kinds);
  return {
    runs: [a, b],
    kinds,
    timed: chosen.has('times'),
    first: firstDifference(groups),
    tables: summaries(groups),
    scenario: chosen.has('scenario') ? scenarioDifferences(a, b) : [],
  };
}

/** Events that share their rows: the first is the one that the rows are in order of. */
type Group = readonly [EventKind, ...EventKind[]];

function groupsOf(kinds: readonly EventKind[]): Group[] {
  const groups: [EventKind, ...EventKind[]][] = [];
  for (const kind of kinds) {
    if (kind.follows) groups.at(-1)?.push(kind);
    else groups.push([kind]);
  }
  return groups;
}

function firstDifference(groups: readonly Group[]): Difference | null {
  let best: Difference | null = null;
  const earliest = (kind: EventKind, i: number, j: number): Nanoseconds =>
    earlier(i < 0 ? Number.NaN : kind.at(0, i), j < 0 ? Number.NaN : kind.at(1, j));
  const consider = (group: Group, kind: EventKind, i: number, j: number): void => {
    const own = earliest(kind, i, j);
    const at = Number.isNaN(own) ? earliest(group[0], i, j) : own;
    if (best && (at > best.at || (at === best.at && kind.rank >= best.kind.rank))) return;
    best = { kind, rows: [i, j], at, fields: i < 0 || j < 0 ? [] : kind.fields.filter((field) => !field.same(i, j)) };
  };
  for (const group of groups) {
    const [leading, ...following] = group;
    const { pairs, rows } = leading;
    if (pairs) {
      const met = new Uint8Array(rows[0]);
      for (let j = 0; j < rows[1]; j++) {
        const i = pairs[j] as number;
        if (i < 0) consider(group, leading, -1, j);
        else {
          met[i] = 1;
          for (const kind of group) if (!allSame(kind, i, j)) consider(group, kind, i, j);
        }
      }
      for (let i = 0; i < rows[0]; i++) if (!met[i]) consider(group, leading, i, -1);
      continue;
    }
    const shorter = Math.min(rows[0], rows[1]);
    let end = shorter;
    for (const field of leading.fields) end = field.firstDifferent(0, end);
    if (end < shorter) consider(group, leading, ...parting(leading, end));
    else if (end < rows[0]) consider(group, leading, end, -1);
    else if (end < rows[1]) consider(group, leading, -1, end);
    for (const kind of following) {
      for (const field of kind.fields) {
        for (let row = field.firstDifferent(0, end); row < end; row = field.firstDifferent(row + 1, end)) consider(group, kind, row, row);
      }
    }
  }
  return best;
}

/** At a row that differs: whether one of the runs has one event more here, or the event is another one in both. */
function parting(kind: EventKind, row: number): [number, number] {
  const [inA, inB] = kind.rows;
  // Only its time differs, or both go on alike after it: it is the same event, changed.
  if (alike(kind, row, row) || (row + 1 < inA && row + 1 < inB && alike(kind, row + 1, row + 1))) return [row, row];
  const moreInA = row + 1 < inA && alike(kind, row + 1, row);
  const moreInB = row + 1 < inB && alike(kind, row, row + 1);
  if (moreInA && !moreInB) return [row, -1];
  if (moreInB && !moreInA) return [-1, row];
  return [row, row];
}

function allSame({ fields }: EventKind, i: number, j: number): boolean {
  for (let k = 0; k < fields.length; k++) if (!(fields[k] as FieldOfKind).same(i, j)) return false;
  return true;
}

/** The same event, perhaps at another time. */
function alike({ fields }: EventKind, i: number, j: number): boolean {
  for (let k = 0; k < fields.length; k++) {
    const field = fields[k] as FieldOfKind;
    if (!field.time && !field.reference && !field.same(i, j)) return false;
  }
  return true;
}

const earlier = (a: Nanoseconds, b: Nanoseconds): Nanoseconds => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.min(a, b));

/** Rows looked ahead for the event that two tables have in common again. */
const AHEAD = 16;
/** After so many rows without one, it is looked for only now and then: the tables have nothing in common any more. */
const PATIENCE = 64;

const LEAST_BLOCK = 16;

function summaries(groups: readonly Group[]): TableSummary[] {
  const found = new Map<string, { -readonly [K in keyof TableSummary]: TableSummary[K] }>();
  for (const group of groups) {
    const [{ table, rows, pairs }] = group;
    if (rows[0] + rows[1] === 0) continue;
    let summary = found.get(table);
    if (!summary) {
      summary = { table, same: 0, moved: 0, changed: 0, onlyA: 0, onlyB: 0 };
      found.set(table, summary);
    }
    const groupAlike = (i: number, j: number): boolean => group.every((kind) => alike(kind, i, j));
    const groupMoved = (i: number, j: number): boolean =>
      group.some(({ fields }) => fields.some((field) => field.time && !field.same(i, j)));
    const count = (i: number, j: number): void => {
      if (!groupAlike(i, j)) (summary as { changed: number }).changed++;
      else if (groupMoved(i, j)) (summary as { moved: number }).moved++;
      else (summary as { same: number }).same++;
    };
    if (pairs) {
      let paired = 0;
      for (let j = 0; j < rows[1]; j++) {
        if ((pairs[j] as number) < 0) summary.onlyB++;
        else {
          paired++;
          count(pairs[j] as number, j);
        }
      }
      summary.onlyA += rows[0] - paired;
      continue;
    }
    let i = 0;
    let j = 0;
    let failures = 0;
    // While both are in step, rows that are the same are counted in blocks, which grow as long as that goes well.
    let block = LEAST_BLOCK;
    const compared = group.flatMap(({ fields }) => fields.filter((field) => !field.reference));
    while (i < rows[0] && j < rows[1]) {
      if (i === j) {
        const limit = Math.min(i + block, rows[0], rows[1]);
        let end = limit;
        for (const field of compared) end = field.firstDifferent(i, end);
        block = end === limit ? block * 2 : LEAST_BLOCK;
        if (end > i) {
          summary.same += end - i;
          failures = 0;
          i = end;
          j = end;
          continue;
        }
      }
      if (groupAlike(i, j)) failures = 0;
      else if (failures < PATIENCE || failures % AHEAD === 0) {
        let ahead = 1;
        for (; ahead <= AHEAD; ahead++) {
          if (i + ahead < rows[0] && groupAlike(i + ahead, j)) {
            summary.onlyA += ahead;
            i += ahead;
            break;
          }
          if (j + ahead < rows[1] && groupAlike(i, j + ahead)) {
            summary.onlyB += ahead;
            j += ahead;
            break;
          }
        }
        if (ahead > AHEAD) failures++;
      } else failures++;
      count(i++, j++);
    }
    summary.onlyA += rows[0] - i;
    summary.onlyB += rows[1] - j;
  }
  return [...found.values()];
}

function scenarioDifferences(a: Run, b: Run): string[] {
  const lines: string[] = [];
  const told = (what: string, of: (run: Run) => string | number): void => {
    if (of(a) !== of(b)) lines.push(`${what} ${of(b)}, was ${of(a)}`);
  };
  told('engine', ({ engine }) => engine);
  told('title', ({ title }) => `“${title}”`);
  told('seed', ({ seed }) => seed);
  told('fidelity', ({ fidelity }) => fidelity);
  const listed = (what: string, of: (run: Run) => readonly string[]): void => {
    const [left, right] = [new Set(of(a)), new Set(of(b))];
    for (const one of left) if (!right.has(one)) lines.push(`${what} ${one}: only in A`);
    for (const one of right) if (!left.has(one)) lines.push(`${what} ${one}: only in B`);
  };
  listed('host', ({ hosts }) => hosts.map(({ name, address }) => `${name} (${address})`));
  listed('link', ({ hosts, links }) => links.map((link) => `${hosts[link.a]?.name} <-> ${hosts[link.b]?.name}`));
  listed('declaration', ({ declared }) => declared.filter(({ kind }) => kind !== 'host').map(({ kind, name }) => `${kind} ${name}`));
  listed('view', ({ views }) => views.map(({ view }) => JSON.stringify(view)));
  return lines;
}

/** An event of one run. */
export interface EventOf {
  readonly kind: EventKind;
  readonly side: Side;
  readonly row: number;
  readonly at: Nanoseconds;
}

/**
 * The events of one run around a difference, `count` before it and `count` after it, in order. What there is too much of
 * (packets, samples of metrics) is left out, unless the difference is one of that.
 */
export function eventsAround({ kinds, first }: RunComparison, side: Side, count: number): { before: EventOf[]; after: EventOf[] } {
  const before: EventOf[] = [];
  const after: EventOf[] = [];
  if (!first || count === 0) return { before, after };
  const own = first.rows[side];
  const ownAt = own >= 0 ? first.kind.at(side, own) : Number.NaN;
  const pivot = { at: Number.isNaN(ownAt) ? first.at : ownAt, kind: first.kind, row: own >= 0 ? own : first.rows[1 - side]! - 0.5 };
  for (const kind of kinds) {
    if (kind.fine && !first.kind.fine) continue;
    if (kind.fine && kind.table !== first.kind.table) continue;
    for (let row = 0; row < kind.rows[side]; row++) {
      const at = kind.at(side, row);
      if (Number.isNaN(at) || (kind === first.kind && row === own)) continue;
      const event: EventOf = { kind, side, row, at };
      const list = order(event, pivot) < 0 ? before : after;
      if (list === before) {
        if (before.length < count || order(event, before[0] as EventOf) > 0) insert(before, event, count, 'last');
      } else if (after.length < count || order(event, after.at(-1) as EventOf) < 0) insert(after, event, count, 'first');
    }
  }
  return { before, after };
}

type Place = Pick<EventOf, 'at' | 'kind' | 'row'>;

const order = (x: Place, y: Place): number => x.at - y.at || x.kind.rank - y.kind.rank || x.row - y.row;

function insert(list: EventOf[], event: EventOf, most: number, kept: 'first' | 'last'): void {
  let place = list.length;
  while (place > 0 && order(event, list[place - 1] as EventOf) < 0) place--;
  list.splice(place, 0, event);
  if (list.length > most) {
    if (kept === 'last') list.shift();
    else list.pop();
  }
}
