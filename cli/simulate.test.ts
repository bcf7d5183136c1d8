import { expect, it } from 'vitest';
import type { Action } from '../engines/scenario.ts';
import { LimitReached } from '../engines/simulation.ts';
import { compile } from '../server/language/compile.ts';
import { simulate } from './simulate.ts';

const { scenario } = compile(
  [
    {
      uri: 'file:///w/a.netscenario',
      text: 'host a\nzone example.org on ns.example.org { www A 192.0.2.80 }\na resolves www.example.org A\n',
    },
  ],
  new Map(),
);

it('runs to the end within the limits', () => {
  expect(simulate(scenario, {}, null).steps[0]).toMatchObject({ outcome: '192.0.2.80', succeeded: true });
});

it('stops at a limit', () => {
  expect(() => simulate(scenario, { maximumEvents: 3 }, null)).toThrow(LimitReached);
});

it('lets a fault of the engines through as what it is', () => {
  const [step] = scenario.steps;
  const action = { kind: 'carrier-pigeon' } as unknown as Action;
  let fault: unknown;
  try {
    simulate({ ...scenario, steps: [{ ...step!, action } as never] }, {}, null);
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(Error);
  expect(fault).not.toBeInstanceOf(LimitReached);
  expect((fault as Error).message).toContain('carrier-pigeon');
});
