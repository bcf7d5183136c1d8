/**
 * What can differ between two runs: kinds of events, each with its time and its fields.
 *
 * Most kinds are rows of a table that both runs recorded in the order of time, so events are paired row by row: up to the first
 * difference, the tables are the same.
 */

import { type Conversations, connectionsByHosts, messagesByHosts, statesByHost } from '../conversations.ts';
import { formatSize, formatValue } from '../format.ts';
import type { Ingredient } from '../ingredients.ts';
import { fateOf } from '../network/capture/fates.ts';
import { flagNames } from '../network/wire/tcp.ts';
import type { Nanoseconds } from '../quantities.ts';
import type { Run } from '../run.ts';
import {
  type Column,
  content,
  type FieldOfKind,
  fieldsOf,
  hostOf,
  options,
  pairSteps,
  type Runs,
  rowwise,
  type Side,
  stringOf,
} from './fields.ts';
import { showTime } from './moment.ts';

export interface EventKind {
  /** For people and JSON: `message sent`. */
  readonly name: string;
  /** Among events of one time: what arrives, what hosts make of it, what ends, what begins, what is sent. */
  readonly rank: number;
  /** Number of rows in A and in B. */
  readonly rows: readonly [number, number];
  /** When the event took place; NaN for one that never did, which is told when the first event of its row took place. */
  at(side: Side, row: number): Nanoseconds;
  readonly fields: readonly FieldOfKind[];
  /** Where rows are not those of the table: which one of the table it is. */
  place?(side: Side, row: number): number;
  /** One line without the time. */
  show(side: Side, row: number): string;
  /** The table whose rows these are: `messages`. */
  readonly table: string;
  /** By row of B: the row of A that is the same thing whatever its fields say (a step), or a number below 0. Absent: rows are in the order of time. */
  readonly pairs?: Int32Array;
  /** True for a second event of a row (that a message was received), which takes place later than the first. */
  readonly follows?: boolean;
  /** Left out of the context of other kinds of events: too many. */
  readonly fine?: boolean;
}

const RANKS = [
  'packet arrival',
  'connection established',
  'message received',
  'connection ended',
  'state',
  'metric',
  'step ended',
  'check',
  'step started',
  'connection opened',
  'message sent',
  'packet sent',
  'link crossed',
  'stretch sent',
] as const;
const rank = (name: (typeof RANKS)[number]): number => RANKS.indexOf(name);

/** The kinds that the ingredients ask for, of the events of two runs. */
export function kindsOf(runs: Runs, ingredients: ReadonlySet<Ingredient>): EventKind[] {
  const [a, b] = runs;
  const has = (name: Ingredient): boolean => ingredients.has(name);
  const { number, reference, time, text, host, cause } = fieldsOf(runs, ingredients);
  const steps = pairSteps(runs);
  const both = <T>(get: (run: Run) => T): readonly [T, T] => [get(a), get(b)];

  const kinds: EventKind[] = [];

  if (has('steps')) {
    const rows = both(({ steps: { length } }) => length);
    const value = <T>(name: string, get: (step: Run['steps'][number]) => T): FieldOfKind =>
      rowwise({
        name,
        same: (i, j) => get(a.steps[i] as Run['steps'][number]) === get(b.steps[j] as Run['steps'][number]),
        show: (side, row) => `“${get(runs[side].steps[row] as Run['steps'][number])}”`,
      });
    const startedAt = both((run) => run.steps.map((step) => step.startedAt));
    const endedAt = both((run) => run.steps.map((step) => step.endedAt));
    const textOf = (side: Side, row: number): string => runs[side].steps[row]?.text ?? '';
    // A step that never began is told when the run ends.
    const atOf = (times: readonly [number[], number[]], side: Side, row: number) => {
      const at = times[side][row] as number;
      return Number.isNaN(at) ? runs[side].duration : at;
    };
    kinds.push({
      name: 'step started',
      table: 'steps',
      pairs: steps,
      rank: rank('step started'),
      rows,
      at: (side, row) => atOf(startedAt, side, row),
      fields: [value('text', (step) => step.text), value('together with', (step) => step.parent), time('started at', startedAt)],
      show: (side, row) =>
        Number.isNaN(startedAt[side][row] as number) ? `“${textOf(side, row)}” never began` : `begins: “${textOf(side, row)}”`,
    });
    kinds.push({
      name: 'step ended',
      table: 'steps',
      pairs: steps,
      follows: true,
      rank: rank('step ended'),
      rows,
      at: (side, row) => atOf(endedAt, side, row),
      fields: [
        time('ended at', endedAt),
        value('outcome', (step) => step.outcome),
        value('succeeded', (step) => (step.succeeded ? 'yes' : 'no')),
      ],
      show: (side, row) => {
        const step = runs[side].steps[row] as Run['steps'][number];
        return Number.isNaN(step.endedAt)
          ? `“${step.text}” never ended`
          : `ends: “${step.text}”: ${step.outcome || (step.succeeded ? 'done' : 'failed')}`;
      },
    });
  }

  if (has('checks')) {
    const get = (side: Side, row: number) => runs[side].checks[row] as Run['checks'][number];
    const value = (name: string, of: (check: Run['checks'][number]) => string): FieldOfKind =>
      rowwise({
        name,
        same: (i, j) => of(get(0, i)) === of(get(1, j)),
        show: (side, row) => `“${of(get(side, row))}”`,
      });
    kinds.push({
      name: 'check',
      table: 'checks',
      pairs: Int32Array.from(b.checks, (_, row) => (row < a.checks.length ? row : -2)),
      rank: rank('check'),
      rows: both(({ checks }) => checks.length),
      at: (side, row) => (Number.isNaN(get(side, row).decidedAt) ? runs[side].duration : get(side, row).decidedAt),
      fields: [
        value('text', (check) => check.text),
        value('result', (check) => (check.passed ? 'passed' : 'failed')),
        ...(has('metrics') ? [value('expected', (check) => check.expected), value('measured', (check) => check.measured)] : []),
        ...(has('times')
          ? [
              time(
                'decided at',
                both((run) => run.checks.map((check) => check.decidedAt)),
              ),
            ]
          : []),
      ],
      show: (side, row) => {
        const check = get(side, row);
        return `${check.passed ? 'holds' : 'fails'}: “${check.text}”: expected ${check.expected}, measured ${check.measured}`;
      },
    });
  }

  if (has('messages') || has('bytes')) {
    const m = both((run) => run.messages);
    const column = (name: keyof Run['messages'] & string) => [m[0][name], m[1][name]] as unknown as readonly [Column, Column];
    const show = (side: Side, row: number): string => {
      const run = runs[side];
      const { from, to, protocol, kind, label } = run.messages;
      return `${hostOf(run, from[row]!)} → ${hostOf(run, to[row]!)}  ${stringOf(run, protocol[row]!)} ${stringOf(run, kind[row]!)}  ${stringOf(run, label[row]!)}`;
    };
    const sent = has('messages')
      ? [
          time('sent at', column('sentAt')),
          host('from', column('from')),
          host('to', column('to')),
          text('protocol', column('protocol')),
          text('kind', column('kind')),
          text('label', column('label')),
          ...(['protocol', 'kind', 'label'] as const).map((name) => text(`${name} inside`, [insideOf(a, name), insideOf(b, name)])),
          reference('connection', column('connection')),
          ...cause(column('step')),
        ]
      : [];
    kinds.push({
      name: 'message sent',
      table: 'messages',
      rank: rank('message sent'),
      rows: both(({ messages }) => messages.rows),
      at: (side, row) => m[side].sentAt[row] as number,
      fields: has('bytes') ? [...sent, content(runs)] : [...sent, number('length', column('length'), formatSize)],
      show: (side, row) => `${show(side, row)}  (${formatSize(m[side].length[row] as number)})`,
    });
    if (has('messages')) {
      kinds.push({
        name: 'message received',
        table: 'messages',
        follows: true,
        rank: rank('message received'),
        rows: both(({ messages }) => messages.rows),
        at: (side, row) => m[side].receivedAt[row] as number,
        fields: [time('received at', column('receivedAt'))],
        show: (side, row) => `received: ${show(side, row)}`,
      });
    }
  }

  if (has('states')) {
    const s = both((run) => run.states);
    const column = (name: keyof Run['states'] & string) => [s[0][name], s[1][name]] as unknown as readonly [Column, Column];
    kinds.push({
      name: 'state',
      table: 'states',
      rank: rank('state'),
      rows: both(({ states }) => states.rows),
      at: (side, row) => s[side].at[row] as number,
      fields: [
        time('changed at', column('at')),
        host('host', column('host')),
        text('store', column('store')),
        text('key', column('key')),
        text('value', column('value')),
        time('lapses at', column('expiresAt')),
        text('note', column('note')),
        ...cause(column('step')),
      ],
      show: (side, row) => {
        const run = runs[side];
        const { host: on, store, key, value, note } = run.states;
        const change = value[row]! < 0 ? 'removed' : stringOf(run, value[row]!);
        const what =
          stringOf(run, store[row]!) === ''
            ? stringOf(run, note[row]!)
            : `${stringOf(run, store[row]!)}: ${stringOf(run, key[row]!)}: ${change}`;
        return `${hostOf(run, on[row]!)}: ${what}`;
      },
    });
  }

  if (has('connections')) {
    const c = both((run) => run.connections);
    const column = (name: keyof Run['connections'] & string) => [c[0][name], c[1][name]] as unknown as readonly [Column, Column];
    const show = (side: Side, row: number): string => {
      const run = runs[side];
      const { transport, client, clientPort, server, serverPort } = run.connections;
      return `${stringOf(run, transport[row]!).toUpperCase()} ${hostOf(run, client[row]!)}:${clientPort[row]} – ${hostOf(run, server[row]!)}:${serverPort[row]}`;
    };
    const rows = both(({ connections }) => connections.rows);
    kinds.push({
      name: 'connection opened',
      table: 'connections',
      rank: rank('connection opened'),
      rows,
      at: (side, row) => c[side].openedAt[row] as number,
      fields: [
        time('opened at', column('openedAt')),
        text('transport', column('transport')),
        host('client', column('client')),
        number('client port', column('clientPort')),
        host('server', column('server')),
        number('server port', column('serverPort')),
        host('client as the server sees it', column('clientSeen')),
        number('client port as the server sees it', column('clientSeenPort')),
        host('server as the client addresses it', column('serverSeen')),
        number('server port as the client addresses it', column('serverSeenPort')),
        number('client’s initial sequence number', column('clientIsn')),
        text('forged source', column('forgedSource')),
      ],
      show: (side, row) => `opened: ${show(side, row)}`,
    });
    kinds.push({
      name: 'connection established',
      table: 'connections',
      follows: true,
      rank: rank('connection established'),
      rows,
      at: (side, row) => c[side].establishedAt[row] as number,
      fields: [time('established at', column('establishedAt')), number('server’s initial sequence number', column('serverIsn'))],
      show: (side, row) => `established: ${show(side, row)}`,
    });
    kinds.push({
      name: 'connection ended',
      table: 'connections',
      follows: true,
      rank: rank('connection ended'),
      rows,
      at: (side, row) => c[side].closedAt[row] as number,
      fields: [time('ended at', column('closedAt')), text('ending', column('ending'))],
      show: (side, row) => `${stringOf(runs[side], c[side].ending[row]!)}: ${show(side, row)}`,
    });
  }

  if (has('packets')) {
    const p = both((run) => run.packets);
    const column = (name: keyof Run['packets'] & string) => [p[0][name], p[1][name]] as unknown as readonly [Column, Column];
    const show = (side: Side, row: number): string => {
      const run = runs[side];
      const { connection, fromServer, flags, length, retransmission } = run.packets;
      const c = run.connections;
      const ends = [hostOf(run, c.client[connection[row]!]!), hostOf(run, c.server[connection[row]!]!)];
      if (fromServer[row]) ends.reverse();
      const transport = stringOf(run, c.transport[connection[row]!]!).toUpperCase();
      const names = flagNames(flags[row]!);
      return `${ends.join(' → ')}  ${transport} packet${names ? ` ${names}` : ''}, ${formatSize(length[row]!)}${retransmission[row] ? ', sent again' : ''}`;
    };
    const rows = both(({ packets }) => packets.rows);
    kinds.push({
      name: 'packet sent',
      table: 'packets',
      fine: true,
      rank: rank('packet sent'),
      rows,
      at: (side, row) => p[side].sentAt[row] as number,
      fields: [
        time('sent at', column('sentAt')),
        number('direction', column('fromServer'), (value) => (value ? 'from the server' : 'from the client')),
        number('flags', column('flags'), (value) => flagNames(value) || 'none'),
        number('sequence number', column('sequence')),
        number('acknowledgment number', column('acknowledgment')),
        number('window', column('window')),
        number('place in the stream', column('streamStart'), (value) => `byte ${value}`),
        number('payload', column('length'), formatSize),
        number('sent again', column('retransmission'), (value) => (value ? 'yes' : 'no')),
        options(runs),
        reference('connection', column('connection')),
        reference('message', column('message')),
        reference('copy of packet', column('copyOf')),
        ...cause(column('step')),
      ],
      show,
    });
    kinds.push({
      name: 'packet arrival',
      table: 'packets',
      fine: true,
      follows: true,
      rank: rank('packet arrival'),
      rows,
      // Of a packet that did not arrive it is not known when that was decided.
      at: (side, row) =>
        Number.isNaN(p[side].receivedAt[row] as number) ? (p[side].sentAt[row] as number) : (p[side].receivedAt[row] as number),
      fields: [
        time('received at', column('receivedAt')),
        { ...number('fate', column('fate')), show: (side, row) => fateOf(p[side], row) },
        host('dropped by', column('droppedBy')),
      ],
      show: (side, row) => `${fateOf(p[side], row)}: ${show(side, row)}`,
    });
    // Of a stretch it is told when it has gone out: here in the order in which the crossings took place.
    const ordered = both(({ crossings }) => (crossings.packet.some((packet) => packet < 0) ? byTime(crossings.at) : null));
    const crossing = (name: 'at' | 'link' | 'reverse' | 'packet'): readonly [Column, Column] =>
      [a, b].map(({ crossings }, side) => {
        const order = ordered[side as Side];
        return order ? Float64Array.from(order, (row) => crossings[name][row] as number) : crossings[name];
      }) as unknown as readonly [Column, Column];
    const x = { at: crossing('at'), link: crossing('link'), reverse: crossing('reverse'), packet: crossing('packet') };
    const links = x.link.map((column) => Float64Array.from(column, (link) => Math.max(link, -1))) as unknown as readonly [Column, Column];
    const nats = x.link.map((column) => Float64Array.from(column, (link) => (link < 0 ? -1 - link : -1))) as unknown as typeof links;
    kinds.push({
      name: 'link crossed',
      table: 'crossings',
      fine: true,
      rank: rank('link crossed'),
      rows: both(({ crossings }) => crossings.rows),
      at: (side, row) => x.at[side][row] as number,
      fields: [
        time('crossed at', x.at),
        number('link', links, (value) => (value < 0 ? 'none' : `number ${value}`)),
        host('NAT', nats),
        number('reverse', x.reverse),
        // Stretches are numbered in the order in which they end.
        reference(
          'packet',
          [x.packet[0], x.packet[1]].map((column) => Float64Array.from(column, (packet) => Math.max(packet, -1))) as never,
        ),
      ],
      show: (side, row) => {
        const run = runs[side];
        const link = run.links[x.link[side][row] as number];
        const ends = [hostOf(run, link?.a ?? -1), hostOf(run, link?.b ?? -1)];
        if (x.reverse[side][row]) ends.reverse();
        const packet = x.packet[side][row] as number;
        const what = packet < 0 ? 'the first bit of a stretch' : show(side, packet);
        const nat = nats[side][row] as number;
        if (nat >= 0) return `translated by ${hostOf(run, nat)}: ${what}`;
        return `leaves ${ends.join(' for ')}: ${what}`;
      },
    });
  }

  if (has('flows')) {
    const f = both((run) => run.flows);
    // Recorded when they end or when they begin: here in the order in which they begin.
    const order = both((run) => byStart(run.flows));
    const column = (name: keyof Run['flows'] & string) =>
      both((run) => Float64Array.from(byStart(run.flows), (row) => (run.flows[name] as Column)[row] as number));
    const startedAt = column('startedAt');
    kinds.push({
      name: 'stretch sent',
      table: 'flows',
      fine: true,
      rank: rank('stretch sent'),
      rows: both(({ flows }) => flows.rows),
      at: (side, row) => startedAt[side][row] as number,
      fields: [
        time('began at', startedAt),
        time('ended at', column('endedAt')),
        number('direction', column('fromServer'), (value) => (value ? 'from the server' : 'from the client')),
        number('place in the stream', column('streamStart'), (value) => `byte ${value}`),
        number('length', column('length'), formatSize),
        time('delay', column('delay')),
        reference('connection', column('connection')),
        ...cause(column('step')),
      ],
      show: (side, row) => {
        const run = runs[side];
        const place = order[side][row] as number;
        const connection = f[side].connection[place] as number;
        const ends = [hostOf(run, run.connections.client[connection]!), hostOf(run, run.connections.server[connection]!)];
        if (f[side].fromServer[place]) ends.reverse();
        return `${ends.join(' → ')}  ${formatSize(f[side].length[place]!)} until ${showTime(f[side].endedAt[place]!)}`;
      },
    });
  }

  if (has('metrics')) kinds.push(...series(runs, time, number));
  return has('times') ? kinds : kinds.flatMap((kind) => byConversation(runs, kind, kinds));
}

const CONVERSATIONS: Readonly<Record<string, (run: Run) => Conversations>> = {
  messages: messagesByHosts,
  connections: connectionsByHosts,
  states: statesByHost,
};

/** Without times: the kinds of one table for each conversation, in which the order counts; rows of others stay as they are. */
function byConversation(runs: Runs, kind: EventKind, kinds: readonly EventKind[]): EventKind[] {
  const of = CONVERSATIONS[kind.table];
  if (!of) return [kind];
  // All kinds of a table stay together, conversation by conversation.
  if (kind.follows) return [];
  const group = [kind, ...kinds.filter(({ table, follows }) => table === kind.table && follows)];
  const [a, b] = [of(runs[0]), of(runs[1])];
  const none = new Int32Array(0);
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((name) => {
    const places = [a.get(name) ?? none, b.get(name) ?? none] as const;
    return group.map((each) => within(each, places));
  });
}

/** The same kind of events, for some rows only. */
function within(kind: EventKind, places: readonly [Int32Array, Int32Array]): EventKind {
  const place = (side: Side, row: number): number => places[side][row] as number;
  return {
    ...kind,
    rows: [places[0].length, places[1].length],
    at: (side, row) => kind.at(side, place(side, row)),
    place,
    // Connections are numbered in the order in which they open, which does not count.
    fields: kind.fields
      .filter(({ reference }) => !reference)
      .map((field) =>
        rowwise({
          ...field,
          same: (i, j) => field.same(place(0, i), place(1, j)),
          show: (side, row) => field.show(side, place(side, row)),
        }),
      ),
    show: (side, row) => kind.show(side, place(side, row)),
  };
}

/** Metrics: one kind of events a series, since only its own samples are in order. */
function series(
  [a, b]: Runs,
  time: (name: string, columns: readonly [Column, Column]) => FieldOfKind,
  number: (name: string, columns: readonly [Column, Column]) => FieldOfKind,
): EventKind[] {
  const key = (one: Run['series'][number]): string => JSON.stringify([one.metric, ...one.subjects]);
  const pairs = new Map<string, [Run['series'][number] | undefined, Run['series'][number] | undefined]>();
  for (const one of a.series) pairs.set(key(one), [one, undefined]);
  for (const one of b.series) {
    const pair = pairs.get(key(one));
    if (pair) pair[1] = one;
    else pairs.set(key(one), [undefined, one]);
  }
  const none = new Float64Array(0);
  return [...pairs.values()].map((pair) => {
    const { metric, subjects, unit } = (pair[0] ?? pair[1]) as Run['series'][number];
    const at = [pair[0]?.at ?? none, pair[1]?.at ?? none] as const;
    const values = [pair[0]?.values ?? none, pair[1]?.values ?? none] as const;
    const value = (side: Side, row: number): string => {
      const exact = values[side][row] as number;
      return unit === 'ns' ? showTime(exact) : formatValue(exact, unit);
    };
    return {
      name: 'metric',
      table: 'metrics',
      fine: true,
      rank: rank('metric'),
      rows: [at[0].length, at[1].length],
      at: (side, row) => at[side][row] as number,
      fields: [
        time('measured at', at),
        {
          ...number('value', values),
          // Where rounding hides a difference, the number itself.
          show: (side, row) => `${value(side, row)}${unit === 'ns' || unit === '' ? '' : ` (${values[side][row]})`}`,
        },
      ],
      show: (side, row) => `${metric}${subjects.length > 0 ? ` of ${subjects.join(', ')}` : ''} = ${value(side, row)}`,
    };
  });
}

/** By message: an index into `strings` of what it carries under protection, or −1. */
function insideOf({ messages, innerMessages }: Run, name: 'protocol' | 'kind' | 'label'): Int32Array {
  return messages.inner.map((row) => (row < 0 ? -1 : (innerMessages[name][row] as number)));
}

/** Rows in the order of time. */
function byTime(at: Float64Array): Uint32Array {
  const order = new Uint32Array(at.length);
  for (let row = 0; row < at.length; row++) order[row] = row;
  return order.sort((x, y) => (at[x] as number) - (at[y] as number) || x - y);
}

function byStart({ rows, startedAt, connection, fromServer }: Run['flows']): Uint32Array {
  const order = new Uint32Array(rows);
  for (let row = 0; row < rows; row++) order[row] = row;
  return order.sort(
    (x, y) =>
      (startedAt[x] as number) - (startedAt[y] as number) ||
      (connection[x] as number) - (connection[y] as number) ||
      (fromServer[x] as number) - (fromServer[y] as number) ||
      x - y,
  );
}
