import { describe, expect, it } from 'vitest';
import { fingerprint } from './fingerprint.ts';
import { ALL_INGREDIENTS, type Ingredient, parseIngredients } from './ingredients.ts';
import { recordedRun } from './recorded-run-for-tests.ts';
import type { Run } from './run.ts';

const run = recordedRun();

/** A change of one thing, and the ingredients that it shows in; `times` alone of them changes what the others say of time. */
const changes: readonly [string, (run: Run) => Run, readonly Ingredient[]][] = [
  ['title', (r) => ({ ...r, title: 'another' }), ['scenario']],
  ['outcome', (r) => ({ ...r, steps: r.steps.map((step) => ({ ...step, outcome: 'bounced' })) }), ['steps']],
  ['verdict', (r) => ({ ...r, checks: r.checks.map((check) => ({ ...check, passed: false })) }), ['checks']],
  ['stretch', (r) => ({ ...r, flows: { ...r.flows, length: changed(r.flows.length, 0, 9) } }), ['flows']],
  ['label', (r) => ({ ...r, strings: r.strings.map((text) => (text === 'MX? hamburger.edu' ? 'A?' : text)) }), ['messages']],
  ['receipt', (r) => ({ ...r, messages: { ...r.messages, receivedAt: changed(r.messages.receivedAt, 2, Number.NaN) } }), ['messages']],
  ['content', (r) => ({ ...r, bytes: changed(r.bytes, r.messages.start[3]!, 7) }), ['bytes']],
  ['label inside', (r) => ({ ...r, strings: r.strings.map((text) => (text === 'GET /' ? 'POST /' : text)) }), ['messages']],
  ['secret', (r) => ({ ...r, strings: r.strings.map((text) => (text === '22'.repeat(32) ? '33'.repeat(32) : text)) }), ['bytes']],
  ['record number', (r) => ({ ...r, innerMessages: { ...r.innerMessages, sequence: changed(r.innerMessages.sequence, 1, 2) } }), ['bytes']],
  ['state', (r) => ({ ...r, states: { ...r.states, value: changed(r.states.value, 0, -1) } }), ['states']],
  ['metric', (r) => ({ ...r, series: r.series.map((one) => ({ ...one, values: changed(one.values, 0, 9) })) }), ['metrics']],
  ['port', (r) => ({ ...r, connections: { ...r.connections, clientPort: changed(r.connections.clientPort, 1, 9) } }), ['connections']],
  [
    'port outside',
    (r) => ({ ...r, connections: { ...r.connections, clientSeenPort: changed(r.connections.clientSeenPort, 1, 9) } }),
    ['connections'],
  ],
  [
    'address outside',
    (r) => ({ ...r, connections: { ...r.connections, serverSeen: changed(r.connections.serverSeen, 0, 2) } }),
    ['connections'],
  ],
  ['dropped by', (r) => ({ ...r, packets: { ...r.packets, droppedBy: changed(r.packets.droppedBy, 0, 1) } }), ['packets']],
  ['translation', (r) => ({ ...r, crossings: { ...r.crossings, link: changed(r.crossings.link, 0, -2) } }), ['packets']],
  ['window', (r) => ({ ...r, packets: { ...r.packets, window: changed(r.packets.window, 3, 9) } }), ['packets']],
];

function changed<Column extends { slice(): Column; [row: number]: number }>(column: Column, row: number, value: number): Column {
  const copy = column.slice();
  copy[row] = value;
  return copy;
}

describe('a fingerprint over one ingredient', () => {
  it.each(changes)('%s: changes with what it takes in, and with nothing else', (_name, change, shows) => {
    const other = change(run);
    const seen = ALL_INGREDIENTS.filter((name) => fingerprint(run, [name]) !== fingerprint(other, [name]));
    expect(seen).toEqual(shows);
    expect(fingerprint(other)).not.toBe(fingerprint(run));
  });

  it('leaves times alone unless they are asked for', () => {
    const later = { ...run, messages: { ...run.messages, sentAt: changed(run.messages.sentAt, 4, run.messages.sentAt[4]! + 1) } };
    expect(fingerprint(later, ['messages', 'bytes'])).toBe(fingerprint(run, ['messages', 'bytes']));
    expect(fingerprint(later, ['messages', 'times'])).not.toBe(fingerprint(run, ['messages', 'times']));
    expect(fingerprint(later, ['states', 'times'])).toBe(fingerprint(run, ['states', 'times']));
  });

  it('does not know where texts and bytes lie', () => {
    const strings = ['one more text', ...run.strings];
    const shifted = <Table extends object>(table: Table, ...columns: (keyof Table)[]): Table => ({
      ...table,
      ...Object.fromEntries(columns.map((name) => [name, (table[name] as Int32Array).map((index) => (index < 0 ? -1 : index + 1))])),
    });
    const bytes = new Uint8Array(run.bytes.length + 8);
    bytes.set(run.bytes, 8);
    const moved: Run = {
      ...run,
      strings,
      bytes,
      messages: {
        ...shifted(run.messages, 'protocol', 'kind', 'label'),
        start: run.messages.start.map((start, row) => (run.messages.bulk[row] === 0 ? start + 8 : start)),
      },
      innerMessages: shifted(run.innerMessages, 'protocol', 'kind', 'label'),
      secrets: shifted(run.secrets, 'suite', 'label', 'clientRandom', 'secret'),
      connections: shifted(run.connections, 'transport', 'protocol', 'ending'),
      states: shifted(run.states, 'store', 'key', 'value', 'note'),
      packets: { ...run.packets, optionsStart: run.packets.optionsStart.map((start) => start + 8) },
    };
    const all = ALL_INGREDIENTS.filter((name) => name !== 'scenario');
    expect(fingerprint(moved, all)).toBe(fingerprint(run, all));
  });
});

it('a fingerprint over all of them is the run’s own', () => {
  const { fingerprint: _, ...before } = run;
  const own = fingerprint(before);
  expect(fingerprint({ ...before, fingerprint: own } as Run)).toBe(own);
  expect(fingerprint(run, [...ALL_INGREDIENTS].reverse())).toBe(own);
});

it.each([
  ['bytes, messages', ['messages', 'bytes']],
  ['all', ALL_INGREDIENTS],
  ['mesages', 'there is no ingredient “mesages”; there are scenario, steps, '],
  [',', 'name at least one ingredient: '],
  ['times', '“times” goes with others'],
])('%j is read as it is meant', (list, expected) => {
  const read = parseIngredients(list);
  if (typeof expected === 'string') expect(read).toContain(expected);
  else expect(read).toEqual(expected);
});
