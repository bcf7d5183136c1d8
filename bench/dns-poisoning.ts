/**
 * Cache poisoning as a measurement: how many seeds of one race a second, with real 16-bit IDs and one port, and whether success keeps
 * to the odds. No peer simulates the race packet by packet; the formula alone would be none.
 */
import { oddsOfAttempt } from '../engines/dns/attack/odds.ts';
import type { Run } from '../engines/run.ts';
import { simulate } from '../engines/simulation.ts';
import { compile } from '../server/language/compile.ts';
import type { Result } from './result.ts';

const SEEDS = 1_000;
/** 50 ms from the resolver to the zone and back. */
const TEXT = `
network { latency 5 ms }
host ns.bank.org { latency 20 ms }
zone bank.org on ns.bank.org { www A 192.0.2.1 }
resolver dns.isp.org { source-ports 1 }
host attacker { up 1 Gbps  address 203.0.113.6 }
attacker poisons dns.isp.org with www.bank.org A 203.0.113.6 { method classic  rate 20000 per s  attempts 1 }
`;
const WINDOW = 50e6;
const RATE = 20_000;

export function bench(): Result[] {
  const { scenario, diagnostics } = compile([{ uri: 'memory:///poisoning.netscenario', text: TEXT }], new Map());
  if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message);
  const poisoned = (run: Run): boolean => run.steps[0]?.succeeded === true;
  simulate(scenario);
  let successes = 0;
  let forged = 0;
  const begun = performance.now();
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = simulate({ ...scenario, seed });
    if (poisoned(run)) successes++;
    forged += run.series.find(({ metric }) => metric === 'forged answers')?.values.at(-1) ?? 0;
  }
  const seconds = (performance.now() - begun) / 1000;
  const odds = oddsOfAttempt({ servers: 1, ports: 1, ids: 65_536 }, RATE, WINDOW);
  // Four standard deviations of the binomial distribution: beyond, something is broken.
  if (Math.abs(successes - SEEDS * odds) > 4 * Math.sqrt(SEEDS * odds * (1 - odds))) {
    throw new Error(`${successes} of ${SEEDS} races were won; the odds are ${odds}`);
  }
  const none = { peer: null, peerName: '' };
  return [
    { name: 'poisoning races with 16-bit IDs and one port', unit: 'seeds/s', ours: SEEDS / seconds, ...none, moreIsBetter: true },
    { name: 'forged answers in them', unit: 'thousand/s', ours: forged / seconds / 1000, ...none, moreIsBetter: true },
    { name: `races won of ${SEEDS} (by RFC 5452 §7.2: ${(SEEDS * odds).toFixed(1)})`, unit: 'races', ours: successes, ...none },
  ];
}
