/** Answers of more than a datagram holds: asked for again over TCP (RFC 7766 §5), or with EDNS(0) from the start (RFC 6891). */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../quantities.ts';
import { simulate } from '../simulation.ts';
import type { ResolverService } from './scenario.ts';
import { arrows, bytesOfMessage, nameServer, notes, resolver, resolveStep, textbook, UMASS_ZONE, zone } from './scenario-for-tests.ts';
import { decode } from './wire/decode.ts';
import type { Message } from './wire/message.ts';

interface Changes {
  readonly steps?: ReturnType<typeof resolveStep>[];
  readonly resolver?: Partial<ResolverService>;
  readonly services?: ReturnType<typeof nameServer>[];
  readonly loss?: number;
  readonly seed?: number;
}

/** umass.edu. with a host of that many addresses. */
const farm = (addresses: number, { steps = [resolveStep('farm.umass.edu.')], loss = 0, seed = 1, ...changes }: Changes = {}) => {
  const lines = Array.from({ length: addresses }, (_, i) => `farm A 192.0.${Math.floor(i / 250)}.${i % 250}\n`);
  const hosts = { lone: { nameservers: ['10.0.0.5'] }, 'dns.cs.umass.edu': { latency: 5_000_000, loss } };
  const scenario = textbook(steps, { hosts, seed, ...(changes.services ? { services: changes.services } : {}) });
  const services = scenario.services.map((s) => {
    if (s.kind === 'dns.resolver') return resolver(s.host, changes.resolver);
    return s.kind === 'dns.zone' && s.origin === 'umass.edu.'
      ? zone(s.origin, s.servers, `${UMASS_ZONE}alias CNAME farm\n${lines.join('')}`)
      : s;
  });
  return simulate({ ...scenario, services });
};

/** The message in that row, without its length where it went over TCP. */
const messageIn = (run: ReturnType<typeof farm>, row: number): Message => {
  const bytes = bytesOfMessage(run, row);
  const decoded = decode(run.strings[run.messages.kind[row] as number]?.endsWith('over TCP') ? bytes.subarray(2) : bytes);
  if (!decoded.ok) throw new Error(decoded.error);
  return decoded.message;
};
const shown = (addresses: number): string => `farm.umass.edu A 192.0.0.0, 192.0.0.1, 192.0.0.2, 192.0.0.3 and ${addresses - 4} more`;

describe('without EDNS', () => {
  test('29 addresses fit into 512 bytes: the textbook’s messages, and no TCP', () => {
    const run = farm(29);
    expect(run.messages.rows).toBe(8);
    for (let row = 0; row < 8; row++) expect(messageIn(run, row)).toMatchObject({ truncated: false });
    expect(run.connections.rows).toBe(8 / 2);
  });

  test.each([40, 200, 4000])('%i addresses: whoever gets a truncated reply asks the same server again over TCP', (addresses) => {
    const run = farm(addresses);
    expect(run.steps[0]?.outcome.split(', ')).toHaveLength(addresses);
    expect(run.steps[0]?.succeeded).toBe(true);
    expect(arrows(run).slice(5, 14)).toEqual([
      'dns.nyu.edu → dns.cs.umass.edu: farm.umass.edu A?',
      'dns.cs.umass.edu → dns.nyu.edu: truncated',
      'dns.nyu.edu → dns.cs.umass.edu: farm.umass.edu A?',
      `dns.cs.umass.edu → dns.nyu.edu: ${shown(addresses)}`,
      'dns.nyu.edu → engineering.nyu.edu: truncated',
      'engineering.nyu.edu → dns.nyu.edu: farm.umass.edu A?',
      `dns.nyu.edu → engineering.nyu.edu: ${shown(addresses)}`,
    ]);
    expect(notes(run).filter((note) => note.endsWith('gets a truncated reply and asks again over TCP'))).toHaveLength(2);
    // 2 length, 12 header, 20 question, records of 16 each.
    expect(run.messages.length.at(-1)).toBe(2 + 12 + 20 + addresses * 16);
    expect(messageIn(run, 6)).toMatchObject({ truncated: true, answers: [] });
    expect(messageIn(run, 8)).toMatchObject({ truncated: false });
  });

  test('an answer beyond what TCP carries is truncated there, too: SERVFAIL, and the run says why', () => {
    const run = farm(4200);
    expect(run.steps[0]).toMatchObject({ outcome: 'SERVFAIL', succeeded: false });
    expect(notes(run)).toContain('dns.nyu.edu: gets a reply that is truncated even over TCP');
    expect(notes(run)).toContain('dns.nyu.edu: cannot resolve farm.umass.edu A: no server of umass.edu gives a usable answer');
  });

  test('whole record sets that fit stay in the truncated reply (RFC 2181 §9)', () => {
    const run = farm(40, { steps: [resolveStep('alias.umass.edu.')] });
    const truncated = messageIn(run, 6);
    expect(truncated).toMatchObject({ truncated: true, answers: [{ data: { type: 'CNAME', target: 'farm.umass.edu.' } }] });
    expect(run.steps[0]?.outcome.split(', ')).toHaveLength(40);
  });

  test('a host that asks an authoritative server itself does the same', () => {
    const run = farm(40, { steps: [resolveStep('farm.umass.edu.', 'A', { kind: 'then' }, null, 'lone')] });
    expect(run.messages.rows).toBe(4);
    expect(run.steps[0]?.outcome.split(', ')).toHaveLength(40);
  });

  test('loss costs time and no answer', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      const run = farm(400, { loss: 0.1, seed });
      expect(run.steps[0]?.outcome.split(', ')).toHaveLength(400);
    }
  });

  test('an open connection is used for the next question, and closed when it has been idle (RFC 7766 §6.2.1, §6.2.3)', () => {
    const again = (seconds: number) => resolveStep('alias.umass.edu.', 'A', { kind: 'after', delay: seconds * SECOND });
    const streams = (seconds: number): number => {
      const run = farm(40, { steps: [resolveStep('farm.umass.edu.'), again(seconds)], resolver: { cache: 0 } });
      const { connections, strings, hosts } = run;
      expect(run.steps.every(({ succeeded }) => succeeded)).toBe(true);
      return Array.from({ length: connections.rows }, (_, i) => i).filter(
        (i) => strings[connections.transport[i] as number] === 'tcp' && hosts[connections.client[i] as number]?.name === 'dns.nyu.edu',
      ).length;
    };
    expect(streams(1)).toBe(1);
    expect(streams(20)).toBe(2);
  });
});

describe('with EDNS', () => {
  const edns = { edns: 1232 };

  test('what fits into the payload that both sides take goes over UDP (RFC 6891 §6.2.3)', () => {
    const run = farm(40, { resolver: edns });
    expect(arrows(run)[5]).toBe('dns.nyu.edu → dns.cs.umass.edu: farm.umass.edu A?, EDNS up to 1232 B');
    expect(messageIn(run, 6)).toMatchObject({ truncated: false, edns: { payload: 1232, version: 0 } });
    // 12 header, 20 question, 40 records of 16, 11 OPT (RFC 6891 §6.1.2).
    expect(run.messages.length[6]).toBe(12 + 20 + 40 * 16 + 11);
    expect(run.messages.rows).toBe(8 + 2);
  });

  test.each([
    ['the resolver’s', { edns: 600 }, []],
    ['the server’s', { edns: 4096 }, [nameServer('dns.cs.umass.edu', { edns: 600 })]],
  ])('%s payload bounds the reply', (_, settings, services) => {
    const run = farm(40, { resolver: settings, services });
    expect(messageIn(run, 6)).toMatchObject({ truncated: true, answers: [] });
    expect(run.steps[0]?.outcome.split(', ')).toHaveLength(40);
  });

  test('a server that does not know EDNS is asked without it, and the resolver remembers (RFC 6891 §6.2.2, §7)', () => {
    const old = [nameServer('dns.cs.umass.edu', { edns: null })];
    const run = farm(4, {
      resolver: { ...edns, cache: 10 },
      services: old,
      steps: [
        resolveStep('farm.umass.edu.'),
        resolveStep('www.umass.edu.'),
        resolveStep('short.umass.edu.', 'A', { kind: 'at', time: 901 * SECOND }),
      ],
    });
    expect(arrows(run).slice(5, 14)).toEqual([
      'dns.nyu.edu → dns.cs.umass.edu: farm.umass.edu A?, EDNS up to 1232 B',
      'dns.cs.umass.edu → dns.nyu.edu: FORMERR',
      'dns.nyu.edu → dns.cs.umass.edu: farm.umass.edu A?',
      'dns.cs.umass.edu → dns.nyu.edu: farm.umass.edu A 192.0.0.0, 192.0.0.1, 192.0.0.2, 192.0.0.3',
      'dns.nyu.edu → engineering.nyu.edu: farm.umass.edu A 192.0.0.0, 192.0.0.1, 192.0.0.2, 192.0.0.3',
      'engineering.nyu.edu → dns.nyu.edu: www.umass.edu A?',
      'dns.nyu.edu → dns.cs.umass.edu: www.umass.edu A?',
      'dns.cs.umass.edu → dns.nyu.edu: www.umass.edu CNAME gaia.cs.umass.edu, gaia.cs.umass.edu A 128.119.245.12',
      'dns.nyu.edu → engineering.nyu.edu: www.umass.edu CNAME gaia.cs.umass.edu, gaia.cs.umass.edu A 128.119.245.12',
    ]);
    expect(notes(run)).toContain('dns.nyu.edu: gets FORMERR: the server does not know EDNS; asks again without it, for 15 min');
    // It may know EDNS by then.
    expect(arrows(run).slice(14)).toContain('dns.nyu.edu → dns.cs.umass.edu: short.umass.edu A?, EDNS up to 1232 B');
  });
});
