import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fingerprint } from '../fingerprint.ts';
import { ALL_INGREDIENTS } from '../ingredients.ts';
import { MILLISECOND } from '../quantities.ts';
import { recordedRun } from '../recorded-run-for-tests.ts';
import { PACKET_FATES, type Run } from '../run.ts';
import { describeDifference } from './describe.ts';
import { compareRuns } from './difference.ts';
import { kindsOf } from './kinds.ts';

const run = recordedRun();

type Columns = { slice(): Columns; [row: number]: number };
type TableName = 'connections' | 'messages' | 'innerMessages' | 'packets' | 'crossings' | 'flows' | 'states';

/** The run with one value of one column set anew. */
function edited(base: Run, table: TableName, column: string, row: number, value: (before: number) => number): Run {
  const columns = base[table] as unknown as Record<string, Columns>;
  const copy = columns[column]!.slice();
  copy[row] = value(copy[row]!);
  return { ...base, [table]: { ...base[table], [column]: copy } };
}

interface Edit {
  /** The kind of event that it changes, and when that took place. */
  readonly kind: string;
  readonly at: number;
  readonly apply: (base: Run) => Run;
}

const rows = (table: TableName) => Array.from({ length: run[table].rows }, (_, row) => row);
const inTable = (table: TableName, kind: string, timeColumn: string, column: string, change: (before: number) => number): Edit[] =>
  rows(table)
    .map((row) => ({
      kind,
      at: (run[table] as unknown as Record<string, Columns>)[timeColumn]![row]!,
      apply: (base: Run) => edited(base, table, column, row, change),
    }))
    .filter(({ at }) => !Number.isNaN(at));

const EDITS: readonly Edit[] = [
  ...inTable('messages', 'message sent', 'sentAt', 'label', (label) => (label + 1) % run.strings.length),
  ...inTable('messages', 'message sent', 'sentAt', 'sentAt', (at) => at + 1),
  ...inTable('messages', 'message received', 'receivedAt', 'receivedAt', (at) => at + 1),
  ...rows('messages')
    .filter((row) => run.messages.bulk[row] === 0)
    .map((row) => ({
      kind: 'message sent',
      at: run.messages.sentAt[row]!,
      apply: (base: Run) => {
        const bytes = base.bytes.slice();
        bytes[run.messages.start[row]! + 3]! ^= 1;
        return { ...base, bytes };
      },
    })),
  // What is inside of protected messages; the second is bulk content, which is sealed otherwise under another number.
  ...[
    ['label', 0],
    ['kind', 1],
    ['sequence', 1],
  ].map(([column, row]) => ({
    kind: 'message sent',
    at: run.messages.sentAt[run.messages.inner.indexOf(row as number)]!,
    apply: (base: Run) => edited(base, 'innerMessages', column as string, row as number, (before) => (before + 1) % run.strings.length),
  })),
  ...inTable('states', 'state', 'at', 'value', () => 0),
  ...inTable('connections', 'connection ended', 'closedAt', 'closedAt', (at) => at + 1),
  ...inTable('connections', 'connection opened', 'openedAt', 'clientPort', (port) => port + 1),
  ...inTable('connections', 'connection opened', 'openedAt', 'clientSeenPort', (port) => port + 1),
  ...inTable('connections', 'connection opened', 'openedAt', 'serverSeen', (server) => server + 1),
  ...inTable('connections', 'connection opened', 'openedAt', 'forgedSource', (text) => text + 1),
  ...inTable('connections', 'connection established', 'establishedAt', 'serverIsn', (isn) => isn + 1),
  ...inTable('packets', 'packet sent', 'sentAt', 'window', (window) => window - 1),
  ...inTable('packets', 'packet arrival', 'receivedAt', 'fate', () => PACKET_FATES.indexOf('queue full')),
  ...inTable('packets', 'packet arrival', 'receivedAt', 'droppedBy', () => 1),
  ...inTable('crossings', 'link crossed', 'at', 'link', () => -2),
  ...inTable('crossings', 'link crossed', 'at', 'reverse', (reverse) => 1 - reverse),
  ...inTable('flows', 'stretch sent', 'startedAt', 'length', (length) => length + 1),
  ...run.series.flatMap((series, i) =>
    Array.from(series.at, (at, sample) => ({
      kind: 'metric',
      at,
      apply: (base: Run) => ({
        ...base,
        series: base.series.map((one, k) =>
          k === i ? { ...one, values: one.values.map((value, s) => (s === sample ? value + 1 : value)) } : one,
        ),
      }),
    })),
  ),
  ...run.steps.map((step, i) => ({
    kind: 'step ended',
    at: step.endedAt,
    apply: (base: Run) => ({ ...base, steps: base.steps.map((one, k) => (k === i ? { ...one, outcome: 'failed' } : one)) }),
  })),
  ...run.checks.map((check) => ({
    kind: 'check',
    at: check.decidedAt,
    apply: (base: Run) => ({ ...base, checks: base.checks.map((one) => ({ ...one, passed: false })) }),
  })),
];

const rankOf = (kind: string) => kindsOf([run, run], new Set(ALL_INGREDIENTS)).find(({ name }) => name === kind)!.rank;

describe('the first difference', () => {
  test('of a run and itself is none', () => {
    const { first, tables, scenario } = compareRuns(run, recordedRun());
    expect([first, scenario]).toEqual([null, []]);
    expect(tables.every(({ moved, changed, onlyA, onlyB }) => moved + changed + onlyA + onlyB === 0)).toBe(true);
    expect(tables.find(({ table }) => table === 'messages')?.same).toBe(run.messages.rows);
  });

  test('after one edit is that one', () => {
    for (const { kind, at, apply } of EDITS) {
      const { first } = compareRuns(run, apply(run));
      expect([first?.kind.name, first?.at]).toEqual([kind, at]);
    }
  });

  test('after two edits is the earlier one', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EDITS), fc.constantFrom(...EDITS), fc.boolean(), (one, other, swapped) => {
        const [earlier] = [one, other].sort((x, y) => x.at - y.at || rankOf(x.kind) - rankOf(y.kind));
        const changed = one === other ? one.apply(run) : other.apply(one.apply(run));
        const { first } = swapped ? compareRuns(changed, run) : compareRuns(run, changed);
        expect([first?.kind.name, first?.at]).toEqual([earlier!.kind, earlier!.at]);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  test('does not depend on how texts are numbered', () => {
    const strings = ['in front', ...run.strings];
    const shift = (column: Int32Array) => column.map((index) => (index < 0 ? index : index + 1));
    const { messages, innerMessages, secrets, connections, states } = run;
    const moved: Run = {
      ...run,
      strings,
      messages: { ...messages, protocol: shift(messages.protocol), kind: shift(messages.kind), label: shift(messages.label) },
      innerMessages: {
        ...innerMessages,
        protocol: shift(innerMessages.protocol),
        kind: shift(innerMessages.kind),
        label: shift(innerMessages.label),
      },
      secrets: { ...secrets, suite: shift(secrets.suite), secret: shift(secrets.secret) },
      connections: { ...connections, transport: shift(connections.transport), ending: shift(connections.ending) },
      states: { ...states, store: shift(states.store), key: shift(states.key), value: shift(states.value), note: shift(states.note) },
    };
    expect(compareRuns(run, moved).first).toBeNull();
  });
});

/** The run without one message. */
function without(base: Run, row: number): Run {
  const columns = Object.entries(base.messages).map(([name, column]) => [
    name,
    typeof column === 'number' ? column - 1 : (column as Float64Array).filter((_, i) => i !== row),
  ]);
  return { ...base, messages: Object.fromEntries(columns) };
}

describe('a description', () => {
  it('says what bulk content was sealed with', () => {
    const other = edited(run, 'innerMessages', 'sequence', 1, () => 7);
    expect(describeDifference(compareRuns(run, other), 0)!.fields).toEqual([expect.stringMatching(/^byte 5 0x.., was 0x/)]);
    expect(
      describeDifference(
        compareRuns(
          run,
          edited(run, 'innerMessages', 'label', 0, () => 0),
        ),
        0,
      )!.fields,
    ).toEqual([expect.stringMatching(/^label inside “.*”, was “GET \/”$/)]);
  });

  it('names a message that only one run has, and what comes before and next', () => {
    const told = describeDifference(compareRuns(run, without(run, 3), ['messages', 'times']), 2)!;
    expect(told).toMatchObject({ kind: 'message sent', at: 23 * MILLISECOND, b: null });
    expect(told.a).toEqual({
      at: 23 * MILLISECOND,
      time: '23 ms',
      text: 'mail.crepes.fr → mail.hamburger.edu  smtp command  HELO crepes.fr  (16 B)',
    });
    expect(told.before.map(({ time }) => time)).toEqual(['20 ms', '22 ms']);
    expect(told.after.map(({ run: side, time }) => `${side} ${time}`)).toEqual(['A 25 ms', 'both 26 ms', 'B 28 ms']);
    const { tables } = compareRuns(run, without(run, 3), ['messages', 'times']);
    expect(tables).toEqual([{ table: 'messages', same: run.messages.rows - 1, moved: 0, changed: 0, onlyA: 1, onlyB: 0 }]);
  });

  it('tells fields with what they were, and the first byte that differs with its place', () => {
    const [label] = EDITS;
    const told = describeDifference(compareRuns(run, label!.apply(run)), 0)!;
    expect(told.fields.length).toBe(1);
    expect(told.fields[0]).toMatch(/^label “.*”, was “MX\? hamburger\.edu”$/);
    const later = edited(run, 'messages', 'sentAt', 2, (at) => at + 100_000);
    expect(describeDifference(compareRuns(run, later), 0)!.fields).toEqual(['sent at 20.1 ms, was 20 ms']);
    const bytes = run.bytes.slice();
    bytes[run.messages.start[3]! + 5] = 0x58;
    expect(describeDifference(compareRuns(run, { ...run, bytes }), 0)!.fields).toEqual(['byte 5 0x58, was 0x63 (domain)']);
  });

  it('leaves packets out of the context of messages, and shows them around packets', () => {
    const packet = edited(run, 'packets', 'window', 5, () => 1);
    const told = describeDifference(compareRuns(run, packet), 3)!;
    expect(told.kind).toBe('packet sent');
    expect(told.fields).toEqual(['window 1, was 65535']);
    expect(told.before.some(({ text }) => text.includes('TCP packet'))).toBe(true);
  });
});

it('counts what differs altogether, and says what the runs are of', () => {
  const shifted = { ...run, seed: 2, messages: { ...run.messages, sentAt: run.messages.sentAt.map((at, row) => (row < 4 ? at : at + 7)) } };
  const { tables, scenario } = compareRuns(run, shifted);
  expect(tables.find(({ table }) => table === 'messages')).toMatchObject({ same: 4, moved: run.messages.rows - 4, changed: 0 });
  expect(scenario).toEqual(['seed 2, was 1']);
});

it('compares what it is asked to and nothing else', () => {
  const later = edited(run, 'messages', 'sentAt', 2, (at) => at + 1);
  expect(compareRuns(run, later, ['messages', 'bytes', 'steps']).first).toBeNull();
  expect(compareRuns(run, later, ['states', 'times']).first).toBeNull();
  expect(compareRuns(run, later, ['messages', 'times']).first?.kind.name).toBe('message sent');
});

it('pairs the steps of two scenarios, of which one has a step more', () => {
  const [one, two] = run.steps as [Run['steps'][number], Run['steps'][number]];
  const more = { ...run, steps: [one, { ...two, text: 'and another' }, two] };
  const { first, tables } = compareRuns(
    run,
    { ...more, messages: { ...run.messages, step: run.messages.step.map((step) => (step === 1 ? 2 : step)) } },
    ['steps', 'messages', 'times'],
  );
  expect([first?.kind.name, first?.rows]).toEqual(['step started', [-1, 1]]);
  expect(tables.find(({ table }) => table === 'messages')).toMatchObject({ changed: 0, moved: 0 });
});

it('without times, takes the order between each two hosts, and not of independent conversations', () => {
  // Two lookups and the dialogue go between the same hosts; a third host's message may stand anywhere.
  const third = (row: number, at: number) => {
    const to = run.messages.to.slice();
    to[row] = 2;
    const sentAt = run.messages.sentAt.slice();
    sentAt[row] = at;
    return { ...run, messages: { ...run.messages, to, sentAt } };
  };
  const swap = (base: Run, x: number, y: number): Run => ({
    ...base,
    messages: Object.fromEntries(
      Object.entries(base.messages).map(([name, column]) => {
        if (typeof column === 'number') return [name, column];
        const copy = (column as Float64Array).slice();
        [copy[x], copy[y]] = [copy[y]!, copy[x]!];
        return [name, copy];
      }),
    ) as unknown as Run['messages'],
  });
  const early = third(2, 20 * MILLISECOND);
  const late = swap(early, 2, 3);
  expect(compareRuns(early, late, ['messages', 'bytes']).first).toBeNull();
  expect(fingerprint(early, ['messages', 'bytes'])).toBe(fingerprint(late, ['messages', 'bytes']));
  expect(fingerprint(early, ['messages', 'times'])).not.toBe(fingerprint(late, ['messages', 'times']));
  const swapped = swap(run, 3, 4);
  expect(compareRuns(run, swapped, ['messages', 'bytes']).first?.kind.name).toBe('message sent');
  expect(fingerprint(run, ['messages'])).not.toBe(fingerprint(swapped, ['messages']));
});
