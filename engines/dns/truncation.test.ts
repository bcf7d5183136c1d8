/** Answers of more than 512 bytes: asked for again with EDNS(0) (RFC 6891), and refused where even that is not enough. */
import { expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { arrows, bytesOfMessage, notes, resolveStep, textbook, UMASS_ZONE, zone } from './scenario-for-tests.ts';
import { decode } from './wire/decode.ts';

/** umass.edu. with a host of that many addresses. */
const farm = (addresses: number, steps = [resolveStep('farm.umass.edu.')]) => {
  const lines = Array.from({ length: addresses }, (_, i) => `farm A 192.0.${Math.floor(i / 250)}.${i % 250}\n`);
  const scenario = textbook(steps, { hosts: { lone: { nameservers: ['10.0.0.5'] } } });
  const services = scenario.services.map((s) =>
    s.kind === 'dns.zone' && s.origin === 'umass.edu.' ? zone(s.origin, s.servers, UMASS_ZONE + lines.join('')) : s,
  );
  return simulate({ ...scenario, services });
};

test('29 addresses fit into 512 bytes: the textbook’s messages, no EDNS', () => {
  const run = farm(29);
  expect(run.messages.rows).toBe(8);
  for (let row = 0; row < 8; row++) expect(decode(bytesOfMessage(run, row))).toMatchObject({ ok: true, message: { truncated: false } });
  expect(arrows(run).join('\n')).not.toContain('EDNS');
});

test('40 addresses: whoever gets a truncated reply asks the same server again with EDNS(0)', () => {
  const run = farm(40);
  expect(run.steps[0]?.outcome.split(', ')).toHaveLength(40);
  expect(run.steps[0]?.succeeded).toBe(true);
  const shown = 'farm.umass.edu A 192.0.0.0, 192.0.0.1, 192.0.0.2, 192.0.0.3 and 36 more';
  expect(arrows(run).slice(5)).toEqual([
    'dns.nyu.edu → dns.cs.umass.edu: farm.umass.edu A?',
    'dns.cs.umass.edu → dns.nyu.edu: truncated',
    'dns.nyu.edu → dns.cs.umass.edu: farm.umass.edu A?, EDNS up to 1232 B',
    `dns.cs.umass.edu → dns.nyu.edu: ${shown}`,
    'dns.nyu.edu → engineering.nyu.edu: truncated',
    'engineering.nyu.edu → dns.nyu.edu: farm.umass.edu A?, EDNS up to 1232 B',
    `dns.nyu.edu → engineering.nyu.edu: ${shown}`,
  ]);
  expect(notes(run).filter((note) => note.endsWith('gets a truncated reply and asks again with EDNS(0), for up to 1232 B'))).toHaveLength(
    2,
  );
  // 12 header, 20 question, 40 records of 16, 11 OPT (RFC 6891 §6.1.2).
  expect(run.messages.length.at(-1)).toBe(12 + 20 + 40 * 16 + 11);
  const ids = [5, 7].map((row) => decode(bytesOfMessage(run, row)));
  expect(ids).toMatchObject([{ message: { questions: [{ type: 'A' }] } }, { message: { edns: { payload: 1232, version: 0 } } }]);
});

test('200 addresses: truncated even so, SERVFAIL, and the run says why', () => {
  const run = farm(200);
  expect(run.steps[0]).toMatchObject({ outcome: 'SERVFAIL', succeeded: false });
  expect(notes(run)).toContain('dns.nyu.edu: gets a reply that is truncated even so: the rest would need TCP; asks elsewhere');
  expect(notes(run)).toContain('dns.nyu.edu: cannot resolve farm.umass.edu. A: no server of umass.edu gives a usable answer');
});

test('a host that asks an authoritative server itself does the same', () => {
  const step = [resolveStep('farm.umass.edu.', 'A', { kind: 'then' }, null, 'lone')];
  const run = farm(40, step);
  expect(run.messages.rows).toBe(4);
  expect(run.steps[0]?.outcome.split(', ')).toHaveLength(40);
  const refused = farm(200, step);
  expect(refused.steps[0]?.outcome).toBe('SERVFAIL');
  expect(notes(refused)).toContain('lone: gets a reply that is truncated even so: the rest would need TCP');
});

test('a lost reply with EDNS is asked for again', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const lines = Array.from({ length: 40 }, (_, i) => `farm A 192.0.2.${i}\n`).join('');
    const scenario = textbook([resolveStep('farm.umass.edu.')], { seed, hosts: { 'dns.cs.umass.edu': { loss: 0.2 } } });
    const services = scenario.services.map((s) =>
      s.kind === 'dns.zone' && s.origin === 'umass.edu.' ? zone(s.origin, s.servers, UMASS_ZONE + lines) : s,
    );
    const run = simulate({ ...scenario, services });
    expect(run.steps[0]?.outcome).toMatch(/^192\.0\.2\.0, .*, 192\.0\.2\.39$/);
  }
});
