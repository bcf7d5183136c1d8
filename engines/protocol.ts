/**
 * What a protocol folder offers to the rest of the engines. `engines/protocols.ts` lists them all: adding a protocol is
 * its folder, its words in the language's vocabulary, and one line there, in metrics.ts and in dissect.ts.
 */
import type { Kernel } from './kernel/kernel.ts';
import type { Process } from './kernel/process.ts';
import type { Host } from './network/host.ts';
import type { Listener } from './network/wiretap.ts';
import type { BitsPerSecond, Nanoseconds } from './quantities.ts';
import type { Unit } from './run.ts';
import type { Action, ExpectationKind, Scenario } from './scenario.ts';
import type { Trust } from './tls/simulated-trust.ts';

/** One entry of a metrics catalogue. Completion, hover, expectations, plots and the reference page all come from it. */
export interface MetricDefinition {
  /** In the language's words: `delivery time`. Unique over all protocols. */
  readonly name: string;
  readonly unit: Unit;
  /** What each subject is, with the word that stands before it in the language: `delivery time of MAIL-ADDRESS to MAIL-ADDRESS`. */
  readonly subjects: readonly { readonly preposition: 'of' | 'to' | 'for' | 'by' | 'at'; readonly type: SubjectType }[];
  /**
   * What its values are: each one something by itself (a time that something took; the default), a level that holds until the next
   * value, or a total so far, of which statistics would say nothing.
   */
  readonly course?: 'level' | 'total';
  /** Name of the metric, of the same unit, that says what theory allows of it at most, or at least; its subjects are among this one's. */
  readonly bound?: string;
  /** Name of a total of time with the same subjects, for whoever draws this one: while that grows, the picture stood still. */
  readonly interruptedBy?: string;
  /** One line. */
  readonly doc: string;
  readonly standard?: string;
  /** A whole program in which something is expected of it; where it is left out, one is made up. */
  readonly example?: string;
}

export type SubjectType = 'host' | 'mail-address' | 'domain-name' | 'torrent' | 'clip' | 'cdn';

export interface Protocol {
  readonly name: string;
  readonly metrics: readonly MetricDefinition[];
  /** Sets the scenario's services of this protocol up on their hosts, before the first step. */
  install(world: World): Installed;
}

/** What a protocol is given to set itself up in. */
export interface World {
  readonly scenario: Scenario;
  /** For what is simulated without hosts’ messages; roles have their Host. */
  readonly kernel: Kernel;
  /** Whom its hosts trust, and what servers show them. */
  readonly trust: Trust;
  /** Throws for a name that is not in the scenario: the language has checked them all. */
  host(name: string): Host;
  /** Runs `role` on that host now and again each time it boots after a crash. Roles of a host boot in the order they were given. */
  boot(hostName: string, name: string, role: (host: Host) => Process): void;
  /** From now on, `listener` is told of each message that passes the access line of that host, when all of it has arrived. */
  tap(hostName: string, listener: Listener): void;
  /** The path that packets take now from one host to another, at its best; null where none leads there. */
  path(from: string, to: string): PathFigures | null;
  /** From now on, connections to that port of `server` reach `attacker` instead, but for those that the attacker makes. */
  divert(server: string, port: number, attacker: string): void;
}

/** What a path offers when nobody else uses it; of lines that change, the best that they ever offer. */
export interface PathFigures {
  /** Of its slowest line. */
  readonly rate: BitsPerSecond;
  /** One way. */
  readonly latency: Nanoseconds;
}

export interface StepOutcome {
  /** One line for the author. */
  readonly outcome: string;
  readonly succeeded: boolean;
}

export interface Judgement {
  readonly passed: boolean;
  /** For people: `is 128.119.245.12`, `1 message`. */
  readonly expected: string;
  readonly measured: string;
  /** Virtual time of the decision, if one moment decided it. */
  readonly decidedAt?: Nanoseconds;
}

export interface Installed {
  /** Runs a step of this protocol; undefined for other protocols' steps. The process is spawned on no host: it survives crashes. */
  perform?(action: Action): Process<StepOutcome> | undefined;
  /** Judges an expectation of this protocol, as things are at this moment of the run; undefined for others. */
  judge?(expected: ExpectationKind): Judgement | undefined;
}
