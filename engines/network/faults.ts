/**
 * What a scenario does to its network: hosts crash and boot, links fail and recover, groups of hosts are cut off from one
 * another. Each is a step that is done when the fault has happened; what undoes it later is nobody's step to wait for.
 *
 * A fault of the same thing takes the place of the one before: a link that fails for 10 s, and 5 s later again for 10 s, is
 * down for 15 s. Partitions add up.
 */
import { formatDuration } from '../format.ts';
import type { Kernel, Timer } from '../kernel/kernel.ts';
import type { StepOutcome } from '../protocol.ts';
import type { Nanoseconds } from '../quantities.ts';
import type { Recorder } from '../recorder.ts';
import type { Scenario } from '../scenario.ts';
import type { LinkDirection } from './link.ts';
import type { Partition, Partitions } from './partitions.ts';
import type { LinkFailureAction, LinkRecoveryAction, NetworkAction, PartitionAction } from './scenario.ts';
import type { Topology } from './topology.ts';

/** What faults need of the network. */
export interface FaultyNetwork {
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly topology: Topology;
  readonly partitions: Partitions;
  /** Throws for a name that the scenario does not declare. */
  indexOf(host: string): number;
  readonly nameOf: (host: number) => string;
  isUp(host: number): boolean;
  crash(name: string): void;
  restore(name: string): void;
  /** Links or partitions have changed. */
  routesChanged(): void;
}

interface Line {
  /** `link a <-> b`, or `a` for an access link. */
  readonly name: string;
  readonly directions: readonly LinkDirection[];
  /** Hosts on whose lifelines it is told, and what each one loses. */
  readonly ends: readonly (readonly [host: number, lost: string])[];
}

export class Faults {
  readonly #network: FaultyNetwork;
  readonly #links: Scenario['links'];
  /** What is going to be undone, by what it is about. */
  readonly #undoing = new Map<string, Timer>();

  constructor(network: FaultyNetwork, links: Scenario['links']) {
    this.#network = network;
    this.#links = links;
  }

  perform(action: NetworkAction): StepOutcome {
    switch (action.kind) {
      case 'network.crash':
        return this.#crash(action.host, action.downFor);
      case 'network.restart':
        return this.#restart(action.host);
      case 'network.link-failure':
        return this.#fail(action);
      case 'network.link-recovery':
        return this.#recover(action);
      case 'network.partition':
        return this.#part(action);
      case 'network.healing':
        return this.#healAll();
    }
  }

  #crash(name: string, downFor: Nanoseconds | null): StepOutcome {
    const host = this.#network.indexOf(name);
    const wasUp = this.#network.isUp(host);
    this.#network.crash(name);
    if (wasUp) this.#tell(host, 'power', 'host', 'down', 'crashes');
    this.#undoAfter(`host ${name}`, downFor, () => this.#boot(name));
    return done(`${name} is down ${lasting(downFor)}`);
  }

  #restart(name: string): StepOutcome {
    this.#cancel(`host ${name}`);
    return this.#boot(name) ? done(`${name} boots`) : { outcome: `${name} was up already`, succeeded: false };
  }

  /** False for a host that is up. */
  #boot(name: string): boolean {
    const host = this.#network.indexOf(name);
    if (this.#network.isUp(host)) return false;
    this.#network.restore(name);
    this.#tell(host, 'power', 'host', 'up', 'boots');
    return true;
  }

  #fail(action: LinkFailureAction): StepOutcome {
    const line = this.#line(action);
    const { kernel, topology } = this.#network;
    const wasUp = line.directions.some(({ up }) => up);
    for (const direction of line.directions) direction.fail(kernel.now);
    if (wasUp) {
      topology.changed();
      this.#network.routesChanged();
      for (const [host, lost] of line.ends) this.#tell(host, 'links', lost, 'down', `${lost} fails`);
    }
    this.#undoAfter(line.name, action.downFor, () => this.#restoreLine(line));
    return done(`${line.name} is down ${lasting(action.downFor)}`);
  }

  #recover(action: LinkRecoveryAction): StepOutcome {
    const line = this.#line(action);
    this.#cancel(line.name);
    return this.#restoreLine(line) ? done(`${line.name} works again`) : { outcome: `${line.name} was not down`, succeeded: false };
  }

  /** False for a line that is up. */
  #restoreLine(line: Line): boolean {
    if (line.directions.every(({ up }) => up)) return false;
    for (const direction of line.directions) direction.recover();
    this.#network.topology.changed();
    this.#network.routesChanged();
    for (const [host, lost] of line.ends) this.#tell(host, 'links', lost, 'up', `${lost} recovers`);
    return true;
  }

  #part({ from, to, oneWay, healsAfter }: PartitionAction): StepOutcome {
    const indexes = (names: readonly string[]): number[] => names.map((name) => this.#network.indexOf(name));
    const partition = this.#network.partitions.add(indexes(from), indexes(to), oneWay);
    this.#network.routesChanged();
    for (const host of partition.from) this.#note(host, `cut off from ${to.join(', ')}`);
    if (!oneWay) for (const host of partition.to) this.#note(host, `cut off from ${from.join(', ')}`);
    if (healsAfter !== null) this.#later(healsAfter, () => this.#heal(partition));
    const cut = oneWay
      ? `nothing from ${from.join(', ')} reaches ${to.join(', ')}`
      : `${from.join(', ')} and ${to.join(', ')} are cut off from each other`;
    return done(`${cut} ${lasting(healsAfter)}`);
  }

  #healAll(): StepOutcome {
    const { active } = this.#network.partitions;
    for (const partition of active) this.#heal(partition);
    return active.length > 0 ? done('all hosts reach one another again') : { outcome: 'there was no partition', succeeded: false };
  }

  /** Nothing where it was healed before; who is still cut off by another partition is not told of. */
  #heal(partition: Partition): void {
    const { partitions, nameOf } = this.#network;
    if (!partitions.heal(partition)) return;
    this.#network.routesChanged();
    const tell = (host: number, others: ReadonlySet<number>, separate: (other: number) => boolean): void => {
      const reached = [...others].filter((other) => !separate(other));
      if (reached.length > 0) this.#note(host, `reaches ${reached.map(nameOf).join(', ')} again`);
    };
    const { from, to, oneWay } = partition;
    for (const host of from) tell(host, to, (other) => partitions.separate(host, other));
    if (!oneWay) for (const host of to) tell(host, from, (other) => partitions.separate(host, other));
  }

  #line({ a, b }: LinkFailureAction | LinkRecoveryAction): Line {
    const { topology } = this.#network;
    const hostA = this.#network.indexOf(a);
    if (b === null) return { name: `the access link of ${a}`, directions: topology.accessOf(hostA), ends: [[hostA, 'access link']] };
    const link = this.#links.findIndex((one) => (one.a === a && one.b === b) || (one.a === b && one.b === a));
    if (link < 0) throw new Error(`no link joins ${a} and ${b}`);
    const ends = [
      [hostA, `link to ${b}`],
      [this.#network.indexOf(b), `link to ${a}`],
    ] as const;
    return { name: `link ${a} <-> ${b}`, directions: topology.directionsOf(link), ends };
  }

  #undoAfter(what: string, delay: Nanoseconds | null, undo: () => unknown): void {
    this.#cancel(what);
    if (delay === null) return;
    const timer = this.#later(delay, () => {
      this.#undoing.delete(what);
      undo();
    });
    this.#undoing.set(what, timer);
  }

  #cancel(what: string): void {
    const timer = this.#undoing.get(what);
    if (timer !== undefined) this.#network.kernel.cancel(timer);
    this.#undoing.delete(what);
  }

  /** The step that planned it is not kept waiting, but it is the cause of what happens then. */
  #later(delay: Nanoseconds, happen: () => void): Timer {
    const { kernel } = this.#network;
    const { cause } = kernel;
    kernel.cause = -1;
    const timer = kernel.schedule(delay, () => {
      kernel.cause = cause;
      happen();
    });
    kernel.cause = cause;
    return timer;
  }

  #tell(host: number, store: string, key: string, value: string | null, note: string): void {
    const { kernel, recorder } = this.#network;
    recorder.state(kernel.now, host, store, key, value, kernel.cause, note);
  }

  #note(host: number, text: string): void {
    this.#tell(host, '', '', null, text);
  }
}

const done = (outcome: string): StepOutcome => ({ outcome, succeeded: true });

const lasting = (duration: Nanoseconds | null): string => (duration === null ? 'until further notice' : `for ${formatDuration(duration)}`);
