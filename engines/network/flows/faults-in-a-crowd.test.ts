/** Whatever fails while many flows share a line, each of them has an end in words. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { Action, HostDeclaration, LinkDeclaration, Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { lineForTests, scenarioForTests, tcpForTests } from '../scenario-for-tests.ts';

const AT = { source: 0, start: 0, end: 0 };
const at = (milliseconds: number, action: Action): Step => ({
  parent: -1,
  timing: { kind: 'at', time: milliseconds * MILLISECOND },
  action,
  text: action.kind,
  at: AT,
});

const SENDERS = 5;
const sender = fc.nat(SENDERS - 1).map((i) => `s${i}`);
const downFor = fc.integer({ min: 1, max: 4000 }).map((milliseconds) => milliseconds * MILLISECOND);
const anyHost = fc.oneof(sender, fc.constant('server'));

const fault: fc.Arbitrary<Step> = fc
  .tuple(
    fc.integer({ min: 0, max: 3000 }),
    fc.oneof(
      fc.record({ kind: fc.constant('network.link-failure' as const), a: anyHost, b: fc.constant(null), downFor }),
      fc.record({ kind: fc.constant('network.link-failure' as const), a: fc.constant('s0'), b: fc.constant('server'), downFor }),
      fc.record({ kind: fc.constant('network.crash' as const), host: anyHost, downFor }),
      fc.record({
        kind: fc.constant('network.partition' as const),
        from: fc.array(sender, { minLength: 1, maxLength: 2 }),
        to: fc.constant(['server']),
        oneWay: fc.boolean(),
        healsAfter: downFor,
      }),
    ),
  )
  .map(([time, action]) => at(time, action));

const direct: LinkDeclaration = { ...lineForTests, latency: 5 * MILLISECOND, a: 's0', b: 'server', rate: 10e6, at: AT };

test('faults of every kind, at any time', () => {
  fc.assert(
    fc.property(
      fc.array(fault, { minLength: 1, maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 2_000_000 }), { minLength: 2, maxLength: SENDERS }),
      fc.record({
        loss: fc.constantFrom(0, 0.002, 0.02),
        queue: fc.constantFrom(16_384, 262_144),
        congestionControl: fc.constantFrom('newreno' as const, 'cubic' as const),
        selectiveAcknowledgments: fc.boolean(),
      }),
      (faults, sizes, { loss, queue, ...tcp }) => {
        const properties: Partial<HostDeclaration> = { up: 8e6, tcp: { ...tcpForTests, ...tcp } };
        const hosts: Record<string, Partial<HostDeclaration>> = { server: { down: 20e6, loss, queue } };
        for (let i = 0; i < SENDERS; i++) hosts[`s${i}`] = properties;
        const transfers = sizes.map((size, i) => at(0, { kind: 'transfer.send', from: `s${i}`, to: 'server', size }));
        const scenario = scenarioForTests(hosts, { steps: [...transfers, ...faults], links: [direct] });
        const run = simulate({ ...scenario, fidelity: 'flows' });
        for (const step of run.steps.slice(0, sizes.length)) {
          expect(step.outcome).not.toBe('');
          expect(step.endedAt).toBeLessThan(1000 * SECOND);
          expect(step.endedAt).toBeGreaterThanOrEqual(step.startedAt);
        }
      },
    ),
    { numRuns: 600, seed: 3 },
  );
});
