import { describe, expect, test } from 'vitest';
import type { Run } from '../../run.ts';
import type { Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import type { QuerySettings } from '../scenario.ts';
import { resolver, resolveStep, textbook } from '../scenario-for-tests.ts';
import { decode } from '../wire/decode.ts';

const RESOLVER = 'dns.nyu.edu';

/** Twenty lookups, eight at a time where `together`; what the resolver asked: its IDs and ports in the order of asking. */
function asked(queries: QuerySettings | undefined, together = false): { ids: number[]; ports: number[]; run: Run } {
  const group: Step = {
    parent: -1,
    timing: { kind: 'then' },
    action: { kind: 'together' },
    text: 'together',
    at: { source: 0, start: 0, end: 0 },
  };
  const names = Array.from({ length: 20 }, (_, i) => resolveStep(`n${i}.wild.umass.edu.`));
  const steps = together ? [group, ...names.map((step) => ({ ...step, parent: 0 }))] : names;
  const scenario = textbook(steps);
  const run = simulate({
    ...scenario,
    services: scenario.services.map((one) => (one.kind === 'dns.resolver' && queries ? resolver(RESOLVER, { queries }) : one)),
  });
  const host = run.hosts.findIndex(({ name }) => name === RESOLVER);
  const ids: number[] = [];
  const ports: number[] = [];
  for (let i = 0; i < run.messages.rows; i++) {
    if (run.messages.from[i] !== host || run.strings[run.messages.kind[i] as number] !== 'query') continue;
    const start = run.messages.start[i] as number;
    const decoded = decode(run.bytes.slice(start, start + (run.messages.length[i] as number)));
    if (!decoded.ok) throw new Error(decoded.error);
    ids.push(decoded.message.id);
    ports.push(run.connections.clientPort[run.messages.connection[i] as number] as number);
  }
  return { ids, ports, run };
}

describe('where queries come from (RFC 5452 §9.2)', () => {
  test('by default, every query has a port of its own and an ID of 16 bits', () => {
    const { ids, ports } = asked(undefined);
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ports).size).toBe(ports.length);
    expect(Math.max(...ids)).toBeGreaterThan(4_096);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(49_152);
  });

  test('all IDs and ports, said, are the same as nothing said', () => {
    const all = asked({ ids: 65_536, order: 'random', ports: 16_384 });
    expect(all.run.fingerprint).toBe(asked(undefined).run.fingerprint);
  });

  test('few IDs and ports are drawn from the first ones', () => {
    const { ids, ports } = asked({ ids: 8, order: 'random', ports: 2 });
    expect(Math.max(...ids)).toBeLessThan(8);
    expect(new Set(ids).size).toBeGreaterThan(4);
    expect(new Set(ports)).toEqual(new Set([49_152, 49_153]));
  });

  test('sequential IDs follow one another, and go round', () => {
    const { ids } = asked({ ids: 10, order: 'sequential', ports: 16_384 });
    expect(ids.slice(1).every((id, i) => id === ((ids[i] as number) + 1) % 10)).toBe(true);
  });

  test('queries that are out at the same time from one port each get their own replies', () => {
    const { run, ports } = asked({ ids: 65_536, order: 'random', ports: 1 }, true);
    expect(new Set(ports)).toEqual(new Set([49_152]));
    const outcomes = run.steps.slice(1).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(Array.from({ length: 20 }, () => '128.119.2.2'));
    expect(run.series.some(({ metric }) => metric === 'mismatched replies')).toBe(false);
  });
});
