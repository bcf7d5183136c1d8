/**
 * Fingerprints: equal runs have equal ones, on every machine and in the browser.
 *
 * One over some ingredients only must not change with the others: without times the order of events counts within conversations
 * only. What a run keeps as an index is therefore written as what it
 * stands for: texts in the order in which they come up, hosts by name, contents themselves and not where they lie.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { connectionsByHosts, inOrder, messagesByHosts, statesByHost } from './conversations.ts';
import { ALL_INGREDIENTS, type Ingredient } from './ingredients.ts';
import type { Run } from './run.ts';
import { encodedParts } from './run-codec.ts';

type Fingerprinted = Omit<Run, 'fingerprint'>;

/**
 * Lower-case hex SHA-256 over all that happened, or over the ingredients given. Where the author wrote it (`sources`, source
 * ranges) is no part of it: a comment more in the text is the same run. All ingredients give `Run.fingerprint`, in which the
 * engine's version and the statistics count as well.
 */
export function fingerprint(run: Fingerprinted, ingredients: readonly Ingredient[] = ALL_INGREDIENTS): string {
  const chosen = new Set(ingredients);
  const hash = sha256.create();
  for (const part of encodedParts(chosen.size === ALL_INGREDIENTS.length ? whole(run) : selected(run, chosen))) hash.update(part);
  if (chosen.has('bytes') && chosen.size < ALL_INGREDIENTS.length) {
    const { start, length, bulk } = run.messages;
    for (const row of orders(run, chosen).messages) {
      const from = start[row] as number;
      if (bulk[row] === 0) hash.update(run.bytes.subarray(from, from + (length[row] as number)));
    }
  }
  return bytesToHex(hash.digest());
}

function whole(run: Fingerprinted) {
  // A whole run is a Fingerprinted, too, and brings its own.
  const { fingerprint: _, ...happened } = run as Run;
  return {
    ...happened,
    sources: [],
    declared: run.declared.map((declaration) => ({ ...declaration, source: -1 })),
    steps: run.steps.map((step) => ({ ...step, at: null })),
    checks: run.checks.map((check) => ({ ...check, at: null })),
    views: run.views.map((view) => view.view),
  };
}

/** Rows in the order in which they count. */
function orders(run: Fingerprinted, chosen: ReadonlySet<Ingredient>): Record<'messages' | 'states' | 'connections', Int32Array> {
  const own = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);
  const timed = chosen.has('times');
  const of = run as Run;
  return {
    messages: timed ? own(run.messages.rows) : inOrder(messagesByHosts(of)),
    states: timed ? own(run.states.rows) : inOrder(statesByHost(of)),
    connections: timed ? own(run.connections.rows) : inOrder(connectionsByHosts(of)),
  };
}

/** The columns of a table with its rows in another order. */
function reordered<Table extends { readonly rows: number }>(table: Table, order: Int32Array): Table {
  const columns = Object.entries(table).map(([name, column]) => [
    name,
    typeof column === 'number'
      ? column
      : (column as Float64Array).map((_, row) => (column as Float64Array)[order[row] as number] as number),
  ]);
  return Object.fromEntries(columns) as Table;
}

/** Plain data that holds what was chosen and nothing else. */
function selected(run: Fingerprinted, chosen: ReadonlySet<Ingredient>): object {
  const texts = new Texts(run.strings);
  const data: Record<string, unknown> = {};
  const timed = <T>(times: T): T | null => (chosen.has('times') ? times : null);
  const caused = (step: Int32Array): Int32Array | null => (chosen.has('steps') ? step : null);
  const arrived = (receivedAt: Float64Array): Uint8Array => Uint8Array.from(receivedAt, (at) => (Number.isNaN(at) ? 0 : 1));
  const order = orders(run, chosen);
  const names = run.hosts.map(({ name }) => name);
  // Hosts are numbered as they come up, too: one more that takes no part changes nothing.
  const hosts = new Texts(names);
  if (chosen.has('scenario')) {
    const { title, seed, fidelity, links, views } = run;
    data.scenario = { title, seed, fidelity, hosts: run.hosts, links, declared: whole(run).declared, views: views.map(({ view }) => view) };
  }
  if (chosen.has('steps')) {
    data.steps = run.steps.map(({ text, parent, startedAt, endedAt, outcome, succeeded }) => ({
      text,
      parent,
      begun: !Number.isNaN(startedAt),
      ended: !Number.isNaN(endedAt),
      times: timed([startedAt, endedAt]),
      outcome,
      succeeded,
    }));
  }
  if (chosen.has('checks')) {
    data.checks = run.checks.map(({ text, passed, expected, measured, decidedAt }) => ({
      text,
      passed,
      measured: chosen.has('metrics') ? [expected, measured] : null,
      times: timed(decidedAt),
    }));
  }
  const { innerMessages, secrets } = run;
  const inside = (rows: Int32Array, column: Int32Array): Int32Array => rows.map((row) => (row < 0 ? -1 : (column[row] as number)));
  if (chosen.has('messages')) {
    const m = reordered(run.messages, order.messages);
    data.messages = {
      from: hosts.renumbered(m.from),
      to: hosts.renumbered(m.to),
      protocol: texts.renumbered(m.protocol),
      kind: texts.renumbered(m.kind),
      label: texts.renumbered(m.label),
      inside: [innerMessages.protocol, innerMessages.kind, innerMessages.label].map((column) => texts.renumbered(inside(m.inner, column))),
      arrived: arrived(m.receivedAt),
      step: caused(m.step),
      times: timed([m.sentAt, m.receivedAt]),
    };
  }
  if (chosen.has('bytes')) {
    // The literal ones follow, end to end.
    const { start, length, bulk, inner } = reordered(run.messages, order.messages);
    const secret = inside(inner, innerMessages.secret);
    data.bytes = {
      // What generated content is sealed with, where it is.
      secrets: [secrets.suite, secrets.secret].map((column) => texts.renumbered(inside(secret, column))),
      sequence: Float64Array.from(inner, (row) => (row < 0 ? -1 : (innerMessages.sequence[row] as number))),
      length,
      bulk,
      offsets: start.map((offset, row) => (bulk[row] === 0 ? 0 : offset)),
    };
  }
  if (chosen.has('states')) {
    const s = reordered(run.states, order.states);
    data.states = {
      host: hosts.renumbered(s.host),
      store: texts.renumbered(s.store),
      key: texts.renumbered(s.key),
      value: texts.renumbered(s.value),
      note: texts.renumbered(s.note),
      step: caused(s.step),
      times: timed([s.at, s.expiresAt]),
    };
  }
  if (chosen.has('metrics')) {
    const named = run.series.map(({ metric, subjects, unit, at, values }) => ({ metric, subjects, unit, values, times: timed(at) }));
    // Which of them has its first value first is a matter of time.
    const name = ({ metric, subjects }: (typeof named)[number]): string => JSON.stringify([metric, ...subjects]);
    data.metrics = chosen.has('times') ? named : named.sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }
  if (chosen.has('connections')) {
    const c = reordered(run.connections, order.connections);
    data.connections = {
      transport: texts.renumbered(c.transport),
      client: hosts.renumbered(c.client),
      server: hosts.renumbered(c.server),
      ports: [c.clientPort, c.serverPort, c.clientSeenPort, c.serverSeenPort],
      seen: [hosts.renumbered(c.clientSeen), hosts.renumbered(c.serverSeen)],
      isns: [c.clientIsn, c.serverIsn],
      ending: texts.renumbered(c.ending),
      forgedSource: texts.renumbered(c.forgedSource),
      established: arrived(c.establishedAt),
      times: timed([c.openedAt, c.establishedAt, c.closedAt]),
    };
  }
  if (chosen.has('packets')) {
    const { sentAt, receivedAt, optionsStart, step, droppedBy, ...headers } = run.packets;
    const { packet, link, reverse, at } = run.crossings;
    // A NAT is an index of a host, too: those that take no part change nothing.
    const nats = hosts.renumbered(link.map((one) => (one < 0 ? -1 - one : -1)));
    const options = Array.from(optionsStart, (start, row) => start + (headers.optionsLength[row] as number));
    data.packets = {
      ...headers,
      options: joined(Array.from(options, (end, row) => run.bytes.subarray(optionsStart[row], end))),
      droppedBy: hosts.renumbered(droppedBy),
      crossings: [packet, link.map((one) => Math.max(one, -1)), nats, reverse],
      step: caused(step),
      times: timed([sentAt, receivedAt, at]),
    };
  }
  if (chosen.has('flows')) {
    const { startedAt, endedAt, delay, step, ...stretches } = run.flows;
    data.flows = { ...stretches, step: caused(step), times: timed([startedAt, endedAt, delay]) };
  }
  if (chosen.has('times')) data.duration = run.duration;
  return { ...data, texts: texts.used, hosts: hosts.used };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Numbers texts in the order in which they are first used. */
class Texts {
  readonly #all: readonly string[];
  readonly #numbers: Int32Array;
  readonly used: string[] = [];

  constructor(all: readonly string[]) {
    this.#all = all;
    this.#numbers = new Int32Array(all.length).fill(-1);
  }

  /** A column of indexes in the new numbers; −1 stays. */
  renumbered(column: Int32Array): Int32Array {
    return column.map((index) => {
      if (index < 0) return -1;
      if (this.#numbers[index] === -1) this.#numbers[index] = this.used.push(this.#all[index] ?? '') - 1;
      return this.#numbers[index] as number;
    });
  }
}
