/**
 * A simulation: a Scenario in, a Run out. Deterministic: the same scenario gives the same run, byte for byte, everywhere.
 *
 * It is run in slices, so that whoever drives it can report progress and stop in between; `simulate` runs it whole.
 * A run ends when no step is left to start and nothing but background timers is pending.
 */
import { fingerprint } from './fingerprint.ts';
import { formatValue } from './format.ts';
import { Kernel } from './kernel/kernel.ts';
import type { Process } from './kernel/process.ts';
import { metrics } from './metrics.ts';
import { SimulatedNetwork } from './network/simulated-network.ts';
import type { Installed, Judgement, StepOutcome } from './protocol.ts';
import { protocols } from './protocols.ts';
import type { Nanoseconds } from './quantities.ts';
import { Recorder } from './recorder.ts';
import type { Check, MessageTable, MetricSeries, Run } from './run.ts';
import type { Action, Comparison, Expectation, MetricExpectation, Scenario } from './scenario.ts';
import { Schedule } from './schedule.ts';
import { ENGINE_VERSION } from './version.ts';

/** More events than any lesson needs; a scenario that never comes to an end is stopped here. */
export const MAXIMUM_EVENTS = 50_000_000;

export class Simulation {
  readonly #scenario: Scenario;
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #installed: readonly Installed[];
  readonly #schedule: Schedule;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#kernel = new Kernel(scenario.seed);
    this.#recorder = new Recorder(metrics);
    const network = new SimulatedNetwork(this.#kernel, scenario, this.#recorder);
    const world = {
      scenario,
      host: (name: string) => network.host(name),
      boot: network.boot.bind(network),
    };
    const networkSteps: Installed = { perform: (action) => (action.kind === 'network.crash' ? network.perform(action) : undefined) };
    this.#installed = [networkSteps, ...protocols.map((protocol) => protocol.install(world))];
    this.#schedule = new Schedule(this.#kernel, scenario.steps, (action) => this.#perform(action));
    this.#schedule.begin();
  }

  /** Virtual time so far. */
  get now(): Nanoseconds {
    return this.#kernel.now;
  }

  /** Events executed so far. */
  get events(): number {
    return this.#kernel.events;
  }

  /** Runs up to that many events; true while there is more to do. */
  advance(events: number): boolean {
    return this.#kernel.run(events);
  }

  /** What happened so far, with every expectation judged. */
  finish(): Run {
    const tables = this.#recorder.tables();
    const run: Omit<Run, 'fingerprint'> = {
      format: 1,
      engine: ENGINE_VERSION,
      title: this.#scenario.title,
      seed: this.#scenario.seed,
      duration: this.#kernel.now,
      sources: this.#scenario.sources,
      strings: tables.strings,
      hosts: this.#scenario.hosts.map(({ name, address, implicit }) => ({ name, address, implicit })),
      steps: this.#schedule.report(),
      connections: tables.connections,
      messages: tables.messages,
      packets: tables.packets,
      states: tables.states,
      series: tables.series,
      checks: this.#scenario.expectations.map((expectation) => this.#check(expectation, tables)),
      views: this.#scenario.views,
      statistics: {
        events: this.#kernel.events,
        packets: tables.packets.rows,
        packetsLost: this.#recorder.packetsLost,
        retransmissions: this.#recorder.retransmissions,
        messageBytes: this.#recorder.messageBytes,
      },
      bytes: tables.bytes,
    };
    return { ...run, fingerprint: fingerprint(run) };
  }

  #perform(action: Action): Process<StepOutcome> {
    for (const installed of this.#installed) {
      const process = installed.perform?.(action);
      if (process) return process;
    }
    throw new Error(`no engine performs “${action.kind}”`);
  }

  #check(expectation: Expectation, tables: { series: readonly MetricSeries[]; messages: MessageTable }): Check {
    const judgement = this.#judge(expectation, tables.series);
    const decidedAt = judgement.decidedAt ?? Number.NaN;
    return {
      text: expectation.text,
      at: expectation.at,
      passed: judgement.passed,
      expected: judgement.expected,
      measured: judgement.measured,
      decidedAt,
      message: lastMessageAt(tables.messages, decidedAt),
    };
  }

  #judge(expectation: Expectation, series: readonly MetricSeries[]): Judgement {
    const { expected } = expectation;
    if (expected.kind === 'metric') return judgeMetric(expected, series);
    for (const installed of this.#installed) {
      const judgement = installed.judge?.(expected);
      if (judgement) return judgement;
    }
    throw new Error(`no engine judges “${expected.kind}”`);
  }
}

/** Runs a scenario to its end. Throws an Error that says so when it does not end within `maximumEvents`. */
export function simulate(scenario: Scenario, maximumEvents = MAXIMUM_EVENTS): Run {
  const simulation = new Simulation(scenario);
  if (simulation.advance(maximumEvents)) throw new Error(notEnding(simulation));
  return simulation.finish();
}

/** For the author, when a simulation was stopped at a limit of events. */
export function notEnding(simulation: Simulation): string {
  return `the run did not end within ${simulation.events} events (${formatValue(simulation.now, 'ns')} of simulated time): give repeating steps an “until”, or raise the limit`;
}

function judgeMetric(expected: MetricExpectation, series: readonly MetricSeries[]): Judgement {
  const definition = metrics.find((metric) => metric.name === expected.metric)!;
  const wanted = `${expected.comparison} ${formatValue(expected.value, definition.unit)}`;
  const found = series.find((one) => one.metric === expected.metric && sameSubjects(one.subjects, expected.subjects));
  const last = found ? found.values.length - 1 : -1;
  if (!found || last < 0) return { passed: false, expected: wanted, measured: `no ${expected.metric} was measured` };
  const value = found.values[last] as number;
  return {
    passed: compare(value, expected.comparison, expected.value),
    expected: wanted,
    measured: formatValue(value, definition.unit),
    decidedAt: found.at[last] as number,
  };
}

/** Host, domain and mail names are compared without case and without the root's trailing dot. */
function sameSubjects(a: readonly string[], b: readonly string[]): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/\.$/, '');
  return a.length === b.length && a.every((name, i) => plain(name) === plain(b[i]!));
}

export function compare(value: number, comparison: Comparison, bound: number): boolean {
  switch (comparison) {
    case '<':
      return value < bound;
    case '<=':
      return value <= bound;
    case '=':
      return value === bound;
    case '>=':
      return value >= bound;
    case '>':
      return value > bound;
    case '!=':
      return value !== bound;
  }
}

function lastMessageAt(messages: MessageTable, time: Nanoseconds): number {
  for (let i = messages.rows - 1; i >= 0; i--) if (messages.receivedAt[i] === time) return i;
  return -1;
}
