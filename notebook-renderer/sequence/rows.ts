/**
 * What a sequence diagram tells, from top to bottom: one row an event, in order of time.
 *
 * Rows are columns of numbers, so that a diagram of a million messages costs a few arrays. `subject` points into the table
 * that the row's kind names. Where several things happen at one time, causes stand before effects: a step, what a host noted,
 * a connection, its segments, and the message that was sent then. Of steps that start at one time, each stands above what it
 * did then, and below what the steps before it did.
 */
import { streamIndex } from '../../engines/network/capture/streams.ts';
import type { Run } from '../../engines/run.ts';
import { type Part, text } from '../part.ts';
import { type Filter, filterMessages, hostTest } from './filter.ts';

/** A row's kind is a number in the columns. */
export const STEP = 0;
export const NOTE = 1;
export const OPENING = 2;
export const SEGMENT = 3;
export const MESSAGE = 4;
/** A connection that ended otherwise than by both sides closing it. */
export const BREAK = 5;
/** A step goes on after another one's messages stood in between. */
export const RESUMED = 6;
/** By kind, among events of the same time: what a host notes when its connection breaks stands below that. */
const RANK = [0, 2, 3, 4, 5, 1, 0] as const;
export type RowKind = typeof STEP | typeof NOTE | typeof OPENING | typeof SEGMENT | typeof MESSAGE | typeof BREAK | typeof RESUMED;

export interface Rows {
  readonly count: number;
  readonly kind: Uint8Array;
  /** STEP, RESUMED: index into `steps`; NOTE: `states`; OPENING, BREAK: `connections`; SEGMENT: `packets`; MESSAGE: `messages`. */
  readonly subject: Int32Array;
  readonly at: Float64Array;
  /** Rows that show messages, in order: what a reader steps through with the keys. */
  readonly messages: Int32Array;
}

export interface Told {
  readonly filter: Filter;
  /** Shows TCP segments as arrows of their own. */
  readonly segments: boolean;
  /** Greatest number of messages told. */
  readonly limit?: number;
}

const ENDINGS_WORTH_A_ROW = new Set(['refused', 'timed out', 'reset']);

export function tellRows(part: Part, { filter, segments, limit = Infinity }: Told): Rows {
  const { run } = part;
  const all = filterMessages(part, filter);
  const messages = all.length > limit ? all.subarray(0, limit) : all;
  const until = messages.length < all.length ? run.messages.sentAt[messages.at(-1)!]! : Infinity;
  const between = hostTest(part, filter);
  const unfiltered = filter.protocols === null && filter.text.trim() === '';

  const used = new Uint8Array(run.connections.rows);
  for (const i of messages) {
    const connection = run.messages.connection[i]!;
    if (connection >= 0) used[connection] = 1;
  }
  const c = run.connections;
  const connections = part.connections.filter(
    (i) => text(run, c.transport[i]!) === 'tcp' && (used[i] === 1 || (unfiltered && between(c.client[i]!, c.server[i]!))),
  );
  const seen = unfiltered && filter.hosts === null ? null : hostsOfMessages(part, messages);
  const notes = part.states.filter((i) => {
    const host = run.states.host[i]!;
    return run.states.note[i]! >= 0 && filter.text.trim() === '' && (seen === null || (seen[host] === 1 && between(host, host)));
  });
  const told = new Uint8Array(run.connections.rows);
  for (const i of connections) told[i] = 1;
  const packets = segments ? visibleSegments(part, told) : new Int32Array();
  const breaks = connections.filter((i) => ENDINGS_WORTH_A_ROW.has(text(run, c.ending[i]!)) && !Number.isNaN(c.closedAt[i]!));
  // Where only some hosts are looked at, those of a group that do nothing there are left out.
  const active = filter.hosts === null ? null : new Set([...messages].map((i) => run.messages.step[i]!));
  const steps =
    filter.text.trim() !== ''
      ? []
      : part.steps.filter((i) => !Number.isNaN(run.steps[i]!.startedAt) && (active === null || active.has(i) || !isOfGroup(run, i)));

  /** The first step that starts at a time. */
  const starts = new Map<number, number>();
  for (const i of steps) if (!starts.has(run.steps[i]!.startedAt)) starts.set(run.steps[i]!.startedAt, i);
  /** 0 for what a step that began earlier does at the moment when others start; these follow one by one. */
  const turn = (at: number, step: number) => {
    const first = starts.get(at);
    if (first === undefined) return 0;
    if (step < 0) return first + 1;
    return run.steps[step]!.startedAt < at ? 0 : step + 1;
  };
  const events = merge(
    [
      { kind: STEP, subjects: Int32Array.from(steps), at: (i) => run.steps[i]!.startedAt, step: (i) => i },
      { kind: NOTE, subjects: notes, at: (i) => run.states.at[i]!, step: (i) => run.states.step[i]! },
      { kind: OPENING, subjects: connections, at: (i) => c.openedAt[i]!, step: (i) => part.connectionStep[i]! },
      { kind: SEGMENT, subjects: packets, at: (i) => run.packets.sentAt[i]!, step: (i) => run.packets.step[i]! },
      { kind: MESSAGE, subjects: messages, at: (i) => run.messages.sentAt[i]!, step: (i) => run.messages.step[i]! },
      { kind: BREAK, subjects: breaks, at: (i) => c.closedAt[i]!, step: (i) => part.connectionStep[i]! },
    ],
    turn,
    until,
  );
  return withResumedSteps(part, events, steps);
}

/** One host's share of a step that is written for several: `viewer[1..12] looks up …`. */
function isOfGroup({ steps }: Run, index: number): boolean {
  const { at, parent } = steps[index]!;
  const whole = steps[parent]?.at;
  return whole !== undefined && at.source === whole.source && at.start === whole.start && at.end === whole.end;
}

/** Segments that say more than the arrows of the messages: no payload, part of a message or of several, sent again, or lost. */
function visibleSegments({ run, packets }: Part, told: Uint8Array): Int32Array {
  const p = run.packets;
  return packets.filter((i) => {
    if (!told[p.connection[i]!]) return false;
    if (p.length[i] === 0 || p.retransmission[i] === 1 || Number.isNaN(p.receivedAt[i]!)) return true;
    const [message, another] = streamIndex(run).messagesOf(i);
    return message === undefined || another !== undefined || run.messages.length[message] !== p.length[i];
  });
}

interface Events {
  readonly kind: RowKind;
  readonly subjects: Int32Array;
  readonly at: (subject: number) => number;
  readonly step: (subject: number) => number;
}

/** Hosts that send or are sent one of these messages: 1 by index. */
function hostsOfMessages({ run }: Part, messages: Int32Array): Uint8Array {
  const seen = new Uint8Array(run.hosts.length);
  for (const i of messages) {
    seen[run.messages.from[i]!] = 1;
    seen[run.messages.to[i]!] = 1;
  }
  return seen;
}

/** By time, then turn, then kind, then place in the run. */
function merge(
  sources: readonly Events[],
  turnOf: (at: number, step: number) => number,
  until: number,
): { kind: Uint8Array; subject: Int32Array; at: Float64Array; count: number } {
  const total = sources.reduce((sum, { subjects }) => sum + subjects.length, 0);
  const kind = new Uint8Array(total);
  const subject = new Int32Array(total);
  const at = new Float64Array(total);
  const turn = new Uint32Array(total);
  let count = 0;
  for (const source of sources) {
    for (const i of source.subjects) {
      const time = source.at(i);
      if (Number.isNaN(time) || time > until) continue;
      kind[count] = source.kind;
      subject[count] = i;
      turn[count] = turnOf(time, source.step(i));
      at[count++] = time;
    }
  }
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  // Within a source the rows stand in the run's order already, so the index settles ties of time and kind.
  order.sort((a, b) => at[a]! - at[b]! || turn[a]! - turn[b]! || RANK[kind[a]!]! - RANK[kind[b]!]! || a - b);
  return {
    count,
    kind: Uint8Array.from(order, (i) => kind[i]!),
    subject: Int32Array.from(order, (i) => subject[i]!),
    at: Float64Array.from(order, (i) => at[i]!),
  };
}

type Merged = ReturnType<typeof merge>;

/** Adds a line where an earlier step's messages go on after a later one began, unless steps are so interleaved that it would only be noise. */
function withResumedSteps({ run, connectionStep }: Part, events: Merged, steps: readonly number[]): Rows {
  const stepOf = (row: number): number => {
    const i = events.subject[row]!;
    switch (events.kind[row] as RowKind) {
      case STEP:
        return i;
      case MESSAGE:
        return run.messages.step[i]!;
      case NOTE:
        return run.states.step[i]!;
      case SEGMENT:
        return run.packets.step[i]!;
      default:
        return connectionStep[i]!;
    }
  };
  const resumed: number[] = [];
  let current = -1;
  for (let row = 0; row < events.count; row++) {
    const step = stepOf(row);
    if (step < 0 || step === current) continue;
    if (events.kind[row] !== STEP && current >= 0 && events.kind[row] === MESSAGE) resumed.push(row);
    if (events.kind[row] === STEP || events.kind[row] === MESSAGE) current = step;
  }
  const insert = steps.length > 0 && resumed.length <= 2 * steps.length ? resumed : [];
  const count = events.count + insert.length;
  const kind = new Uint8Array(count);
  const subject = new Int32Array(count);
  const at = new Float64Array(count);
  const messages: number[] = [];
  let next = 0;
  let to = 0;
  for (let row = 0; row < events.count; row++) {
    if (insert[next] === row) {
      kind[to] = RESUMED;
      subject[to] = stepOf(row);
      at[to++] = events.at[row]!;
      next++;
    }
    if (events.kind[row] === MESSAGE) messages.push(to);
    kind[to] = events.kind[row]!;
    subject[to] = events.subject[row]!;
    at[to++] = events.at[row]!;
  }
  return { count, kind, subject, at, messages: Int32Array.from(messages) };
}
