/**
 * A simulation: a Scenario in, a Run out. Deterministic: the same scenario gives the same run, byte for byte, everywhere.
 *
 * It is run in slices, so that whoever drives it can report progress and stop in between; `simulate` runs it whole.
 * A run ends when no step is left to start and nothing but background timers is pending.
 */
import { compare } from './comparison.ts';
import { fingerprint } from './fingerprint.ts';
import { count, formatValue } from './format.ts';
import { Kernel } from './kernel/kernel.ts';
import type { Process } from './kernel/process.ts';
import { isCount, metrics } from './metrics.ts';
import { SimulatedNetwork } from './network/simulated-network.ts';
import { plainName } from './plain-name.ts';
import type { Installed, Judgement, StepOutcome } from './protocol.ts';
import { protocols } from './protocols.ts';
import type { Bytes, Nanoseconds } from './quantities.ts';
import { Recorder } from './recorder.ts';
import type { Check, Declaration, MessageTable, Run, RunLink } from './run.ts';
import type { Action, Expectation, MetricExpectation, Scenario, Service, StatisticExpectation } from './scenario.ts';
import { Schedule } from './schedule.ts';
import { addSamples, type Samples, statisticOf } from './statistics.ts';
import { SimulatedTrust } from './tls/simulated-trust.ts';
import { ENGINE_VERSION } from './version.ts';

/** What a run may take before it is stopped: a scenario that never comes to an end must not take the machine with it. */
export interface RunLimits {
  /** Events. */
  readonly maximumEvents: number;
  /** What is recorded, as `Simulation.recorded` tells it. The memory that a run needs is about twice that, and some hundred megabytes. */
  readonly maximumRecorded: Bytes;
}

/** More than any lesson needs. */
export const DEFAULT_LIMITS: RunLimits = { maximumEvents: 50_000_000, maximumRecorded: 512 * 2 ** 20 };

/** A run was stopped at one of its limits; the message is for the author of the scenario. */
export class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

/** Events between two looks at what is recorded. */
const SLICE = 1_000;

export class Simulation {
  readonly #scenario: Scenario;
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #installed: readonly Installed[];
  readonly #schedule: Schedule;
  /** By expectation, once judged. */
  readonly #judgements: (Judgement | undefined)[];

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#kernel = new Kernel(scenario.seed);
    this.#recorder = new Recorder(metrics);
    const network = new SimulatedNetwork(this.#kernel, scenario, this.#recorder);
    const world = {
      scenario,
      trust: new SimulatedTrust(scenario.seed),
      host: (name: string) => network.host(name),
      boot: network.boot.bind(network),
      tap: network.tap.bind(network),
      divert: network.divert.bind(network),
      path: network.path.bind(network),
    };
    this.#installed = [network, ...protocols.map((protocol) => protocol.install(world))];
    this.#schedule = new Schedule(this.#kernel, scenario.steps, (action) => this.#perform(action));
    this.#judgements = scenario.expectations.map(() => undefined);
    scenario.expectations.forEach((expectation, i) => {
      this.#schedule.whenOver(expectation.after, () => {
        this.#judgements[i] = this.#judge(expectation);
      });
    });
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

  /** About what the run holds so far: rows of tables, bytes of messages, texts. */
  get recorded(): Bytes {
    return this.#recorder.recorded;
  }

  /**
   * Whether a run that has more to do is at a limit: null, or what to tell the author. To be asked between slices; a
   * slice may be `maximumEvents − events` long at most.
   */
  limitReached({ maximumEvents, maximumRecorded }: RunLimits): string | null {
    const far = `${formatValue(this.now, 'ns')} of simulated time`;
    const advice = 'let it do less (an earlier “until”, smaller transfers), choose “fidelity flows”, or raise the limit';
    if (this.events >= maximumEvents) return `the run did not end within ${count(maximumEvents, 'event')} (${far}): ${advice}`;
    if (this.recorded < maximumRecorded) return null;
    const recorded = `${count(this.#recorder.messageCount, 'message')} and ${count(this.#recorder.packetCount, 'packet')}`;
    const mebibytes = maximumRecorded / 2 ** 20;
    const limit = Number.isInteger(mebibytes) ? `${mebibytes} MiB` : formatValue(maximumRecorded, 'B');
    return `the run has recorded ${limit} (${recorded} in ${far}) and had not ended: ${advice}`;
  }

  /** Runs up to that many events; true while there is more to do. */
  advance(events: number): boolean {
    return this.#kernel.run(events);
  }

  /** What happened, with every expectation judged. The end: the run's tables are the recorder's own, so nothing may be run afterwards. */
  finish(): Run {
    const tables = this.#recorder.tables();
    const run: Omit<Run, 'fingerprint'> = {
      format: 3,
      engine: ENGINE_VERSION,
      title: this.#scenario.title,
      seed: this.#scenario.seed,
      fidelity: this.#scenario.fidelity,
      duration: this.#kernel.now,
      sources: this.#scenario.sources,
      strings: tables.strings,
      hosts: this.#scenario.hosts.map(({ name, address, implicit }) => ({ name, address, implicit })),
      links: linksOf(this.#scenario),
      declared: declarations(this.#scenario),
      steps: this.#schedule.report(),
      connections: tables.connections,
      messages: tables.messages,
      innerMessages: tables.innerMessages,
      secrets: tables.secrets,
      packets: tables.packets,
      crossings: tables.crossings,
      flows: tables.flows,
      states: tables.states,
      series: tables.series,
      checks: this.#scenario.expectations.map((expectation, i) =>
        this.#check(expectation, this.#judgements[i] ?? this.#judge(expectation), tables.messages),
      ),
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

  #check({ text, at }: Expectation, judgement: Judgement, messages: MessageTable): Check {
    const { passed, expected, measured, decidedAt = Number.NaN } = judgement;
    return { text, at, passed, expected, measured, decidedAt, message: lastMessageAt(messages, decidedAt) };
  }

  #judge({ expected, after }: Expectation): Judgement {
    if (expected.kind === 'metric') return judgeMetric(expected, this.#recorder);
    if (expected.kind === 'statistic') {
      const since = expected.inLastStep ? this.#schedule.startOfStepAbove(after) : -1;
      return judgeStatistic(expected, this.#recorder, since, this.#kernel.now);
    }
    for (const installed of this.#installed) {
      const judgement = installed.judge?.(expected);
      if (judgement) return judgement;
    }
    throw new Error(`no engine judges “${expected.kind}”`);
  }
}

/** Runs a scenario to its end. Throws LimitReached when that does not come within the limits. */
export function simulate(scenario: Scenario, limits: RunLimits = DEFAULT_LIMITS): Run {
  const simulation = new Simulation(scenario);
  while (simulation.advance(Math.min(SLICE, limits.maximumEvents - simulation.events))) {
    const reached = simulation.limitReached(limits);
    if (reached !== null) throw new LimitReached(reached);
  }
  return simulation.finish();
}

function linksOf({ hosts, links }: Scenario): RunLink[] {
  const index = new Map(hosts.map(({ name }, i) => [name, i]));
  return links.map(({ a, b }) => ({ a: index.get(a) ?? -1, b: index.get(b) ?? -1 }));
}

function declarations({ hosts, services }: Scenario): Declaration[] {
  const index = new Map(hosts.map(({ name }, i) => [name, i]));
  const indexes = (names: readonly string[]): number[] => names.map((host) => index.get(host) ?? -1);
  return [
    ...hosts.map(({ name, implicit, at }, i) => ({ kind: 'host', name, hosts: [i], implicit, source: at?.source ?? -1 })),
    ...services.map((service) => {
      const { name, on } = placeOf(service);
      const implicit = 'implicit' in service && service.implicit;
      return { kind: service.kind, name, hosts: indexes(on), implicit, source: service.at?.source ?? -1 };
    }),
    ...services.flatMap((service) =>
      service.kind === 'network.nat'
        ? [
            {
              kind: 'network.inside',
              name: service.host,
              hosts: indexes(service.inside),
              implicit: false,
              source: service.at?.source ?? -1,
            },
          ]
        : [],
    ),
  ];
}

function placeOf(service: Service): { name: string; on: readonly string[] } {
  switch (service.kind) {
    case 'dns.signing':
      return { name: service.zone, on: [] };
    case 'dns.zone':
      return { name: service.origin, on: service.servers };
    case 'http.website':
    case 'mail.webmail':
      return { name: service.name, on: [service.host] };
    case 'mail.mailbox':
      return { name: service.address, on: [service.host] };
    default:
      return { name: service.host, on: [service.host] };
  }
}

function judgeMetric(expected: MetricExpectation, recorder: Recorder): Judgement {
  const definition = metrics.find((metric) => metric.name === expected.metric)!;
  const { unit } = definition;
  const wanted = `${expected.comparison} ${formatValue(expected.value, unit)}`;
  const last = recorder.lastValue(expected.metric, expected.subjects);
  if (!last && isCount(definition))
    return { passed: compare(0, expected.comparison, expected.value), expected: wanted, measured: formatValue(0, unit) };
  if (!last) return { passed: false, expected: wanted, measured: 'nothing' };
  const passed = compare(last.value, expected.comparison, expected.value);
  return { passed, expected: wanted, measured: formatValue(last.value, unit), decidedAt: last.at };
}

function judgeStatistic(expected: StatisticExpectation, recorder: Recorder, since: Nanoseconds, now: Nanoseconds): Judgement {
  const { metric, statistic, comparison, value } = expected;
  const { unit, course } = metrics.find(({ name }) => name === metric)!;
  const pools = expected.subjects.map((names) => names && new Set(names.map(plainName)));
  const samples: Samples = { values: [], weights: [] };
  for (const { at, values } of recorder.seriesWhere(metric, (subjects) => subjects.every((subject, i) => pools[i]?.has(subject) ?? true))) {
    addSamples(samples, at.done(), values.done(), course === 'level', since, now);
  }
  const wanted = `${statistic} ${comparison} ${formatValue(value, unit)}`;
  const found = statisticOf(samples, statistic);
  if (Number.isNaN(found)) return { passed: false, expected: wanted, measured: 'nothing' };
  const over = `${statistic} of ${count(samples.values.length, 'value')}${course === 'level' ? `, over ${formatValue(now - Math.max(0, since), 'ns')}` : ''}`;
  return {
    passed: compare(found, comparison, value),
    expected: wanted,
    measured: `${formatValue(unit === 'ns' ? Math.round(found) : found, unit)} (${over})`,
  };
}

function lastMessageAt(messages: MessageTable, time: Nanoseconds): number {
  for (let i = messages.rows - 1; i >= 0; i--) if (messages.receivedAt[i] === time) return i;
  return -1;
}
