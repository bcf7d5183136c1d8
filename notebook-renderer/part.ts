/**
 * The part of a run that an output is about.
 *
 * Running a notebook cell runs every cell above it too, and shows what this one added: the messages, notes and metrics of its
 * steps, its checks, its views. Messages that no step caused belong to the first cell that has steps.
 */

import { formatSize } from '../engines/format.ts';
import { firstBytes, innerOf } from '../engines/message-content.ts';
import { arrivedOf } from '../engines/network/capture/arrived.ts';
import { streamIndex } from '../engines/network/capture/streams.ts';
import type { Run, RunStep } from '../engines/run.ts';
import type { View } from '../engines/scenario.ts';
import type { Output } from './output.ts';

export interface Part {
  readonly run: Run;
  /** Rows of the run's tables, in the order of the run. */
  readonly messages: Int32Array;
  readonly states: Int32Array;
  readonly connections: Int32Array;
  readonly packets: Int32Array;
  readonly steps: readonly number[];
  readonly checks: readonly number[];
  readonly views: readonly View[];
  /** When its first step began and its last event happened. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** By connection of the run: the step on whose behalf it was opened, or −1. */
  readonly connectionStep: Int32Array;
  /** True where the cell only declares: it has neither steps nor checks nor views of its own. */
  readonly declaresOnly: boolean;
}

export function partOf({ run, focus }: Output): Part {
  const mine = (at: { readonly source: number }) => focus === null || at.source === focus;
  const steps = range(run.steps.length).filter((i) => mine(run.steps[i]!.at));
  const firstSource = run.steps.reduce((first, step) => Math.min(first, step.at.source), Infinity);
  const ownsStepless = focus === null || focus === firstSource;
  const stepIsMine = new Uint8Array(run.steps.length);
  for (const step of steps) stepIsMine[step] = 1;
  const belongs = (step: number) => (step < 0 ? ownsStepless : stepIsMine[step] === 1);

  const connectionStep = stepsOfConnections(run);
  const rows = (count: number, step: Int32Array) => Int32Array.from(range(count).filter((i) => belongs(step[i]!)));
  const messages = rows(run.messages.rows, run.messages.step);
  const states = rows(run.states.rows, run.states.step);
  const checks = range(run.checks.length).filter((i) => mine(run.checks[i]!.at));
  const views = run.views.filter((view) => mine(view.at));

  let startedAt = Infinity;
  let endedAt = 0;
  const include = (from: number, to: number) => {
    if (from < startedAt) startedAt = from;
    if (to > endedAt) endedAt = to;
  };
  for (const step of steps) include(run.steps[step]!.startedAt, run.steps[step]!.endedAt);
  for (const i of messages) include(run.messages.sentAt[i]!, run.messages.receivedAt[i]!);
  for (const i of messages) include(run.messages.sentAt[i]!, run.messages.sentAt[i]!);
  for (const i of states) include(run.states.at[i]!, run.states.at[i]!);
  if (focus === null) include(0, run.duration);

  return {
    run,
    messages,
    states,
    connections: rows(run.connections.rows, connectionStep),
    packets: rows(run.packets.rows, run.packets.step),
    steps,
    checks,
    views,
    startedAt: startedAt === Infinity ? 0 : startedAt,
    endedAt,
    connectionStep,
    declaresOnly: steps.length === 0 && checks.length === 0 && views.length === 0 && messages.length === 0,
  };
}

function stepsOfConnections(run: Run): Int32Array {
  const steps = new Int32Array(run.connections.rows).fill(-1);
  const known = new Uint8Array(run.connections.rows);
  for (const table of [run.packets, run.messages]) {
    for (let i = 0; i < table.rows; i++) {
      const connection = table.connection[i]!;
      if (connection < 0 || known[connection]) continue;
      known[connection] = 1;
      steps[connection] = table.step[i]!;
    }
  }
  return steps;
}

export const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** A message as plain values. */
export interface Message {
  readonly index: number;
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly lost: boolean;
  /** What became of one that was not received as a whole: `lost`, `4.2 MB of 10 MB arrived`; empty for others. */
  readonly fate: string;
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  readonly kind: string;
  readonly label: string;
  readonly step: number;
  readonly connection: number;
  readonly length: number;
  readonly bulk: boolean;
  /** What it carries under protection; null where it is in clear. */
  readonly inner: { readonly protocol: string; readonly kind: string; readonly label: string } | null;
}

export function messageAt(run: Run, index: number): Message {
  const m = run.messages;
  return {
    index,
    sentAt: m.sentAt[index]!,
    receivedAt: m.receivedAt[index]!,
    lost: Number.isNaN(m.receivedAt[index]!),
    fate: fateOf(run, index),
    from: hostName(run, m.from[index]!),
    to: hostName(run, m.to[index]!),
    protocol: text(run, m.protocol[index]!),
    kind: text(run, m.kind[index]!),
    label: text(run, m.label[index]!),
    step: m.step[index]!,
    connection: m.connection[index]!,
    length: m.length[index]!,
    bulk: m.bulk[index] !== 0,
    inner: innerOf(run, index),
  };
}

/** What became of a message that was not received as a whole; empty for one that was. */
export function fateOf(run: Run, index: number): string {
  const { receivedAt, length } = run.messages;
  if (!Number.isNaN(receivedAt[index]!)) return '';
  const arrived = arrivedOf(run, index) ?? 0;
  if (arrived === 0) return 'lost';
  return arrived < length[index]! ? `${formatSize(arrived)} of ${formatSize(length[index]!)} arrived` : 'arrived, and was not read';
}

/** The first `limit` bytes of a message. */
export function messageBytes(run: Run, index: number, limit = Infinity): Uint8Array {
  return firstBytes(run, index, limit);
}

/** The line for a message's arrow: what travels, with a lock where only the two ends can read it. */
export const arrowLabel = (run: Run, index: number): string =>
  `${isProtected(run, index) ? LOCK : ''}${text(run, run.messages.label[index]!)}`;

export const isProtected = (run: Run, index: number): boolean => run.messages.inner[index]! >= 0;

const LOCK = '🔒 ';

/** A string of the run's table; −1 is the empty text. */
export const text = (run: Run, index: number): string => run.strings[index] ?? '';

export const hostName = (run: Run, index: number): string => run.hosts[index]?.name ?? `host ${index}`;

/** Messages that answer another one are drawn dashed, as UML draws replies. */
export const isAnswer = (kind: string): boolean => kind === 'response' || kind === 'reply' || kind === 'answer';

/** One line for people and screen readers: `2.3 ms: alice-pc to mail.crepes.fr: MAIL FROM:<alice@crepes.fr>`; where it is protected, what is inside, too. */
export function describeMessage(message: Message, moment: string): string {
  return `${moment}: ${message.from} to ${message.to}: ${message.label}${message.inner ? `, inside: ${message.inner.label}` : ''}${message.lost ? `, ${message.fate}` : ''}`;
}

/** Messages any of whose bytes were sent more than once. */
export function retransmittedMessages(run: Run): ReadonlySet<number> {
  const found = new Set<number>();
  const { retransmission, rows } = run.packets;
  for (let i = 0; i < rows; i++) {
    if (retransmission[i] === 1) for (const message of streamIndex(run).messagesOf(i)) found.add(message);
  }
  return found;
}

export function outcomeOf({ startedAt, endedAt, outcome }: RunStep): string {
  if (outcome !== '') return outcome;
  if (Number.isNaN(startedAt)) return 'never began';
  return Number.isNaN(endedAt) ? 'not done when the run ended' : 'done';
}
