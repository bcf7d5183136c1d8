/**
 * The contract in: a Scenario says what to run.
 *
 * Plain, structured-cloneable data: no functions, classes or cycles; it crosses worker boundaries, is saved and is
 * diffed. The language builds it and checks everything that can be checked from the text, so the engines never guess:
 * every host a service or step names is in `hosts`, every default is filled in, every value is in its unit.
 */
import type { BitmessageAction, BitmessageService } from './bitmessage/scenario.ts';
import type { DashAction } from './dash/scenario.ts';
import type { DnsAction, DnsExpectation, DnsService } from './dns/scenario.ts';
import type { FtpAction, FtpExpectation, FtpService } from './ftp/scenario.ts';
import type { HttpAction, HttpService } from './http/scenario.ts';
import type { MailAction, MailExpectation, MailService } from './mail/scenario.ts';
import type { NetworkAction, NetworkService } from './network/scenario.ts';
import type { BitsPerSecond, Bytes, Nanoseconds, Ratio } from './quantities.ts';
import type { Statistic } from './statistics.ts';
import type { TransferAction } from './transfer/scenario.ts';
import type { Clip, Encoding } from './video/coding/scenario.ts';
import type { VideoAction } from './video/scenario.ts';

export interface Scenario {
  readonly format: 1;
  readonly title: string;
  /** 0 to 2^32 − 1. */
  readonly seed: number;
  readonly fidelity: 'packets' | 'flows';
  /** The documents (URIs) that the text came from, in program order; `SourceRange.source` points here. */
  readonly sources: readonly string[];
  readonly hosts: readonly HostDeclaration[];
  readonly links: readonly LinkDeclaration[];
  readonly services: readonly Service[];
  readonly steps: readonly Step[];
  readonly expectations: readonly Expectation[];
  readonly views: readonly View[];
}

/** Where in the author's text something was said: UTF-16 offsets, end exclusive. */
export interface SourceRange {
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

/** What a line does to the packets that travel over it, each way alike, besides its rate. */
export interface LineDeclaration {
  /** One-way delay. */
  readonly latency: Nanoseconds;
  /** Greatest extra one-way delay, drawn evenly for each packet. */
  readonly jitter: Nanoseconds;
  /** Share of packets lost, each way. */
  readonly loss: Ratio;
  /** Share of packets that arrive twice, each way. */
  readonly duplicates: Ratio;
  /** True: jitter lets packets overtake one another. False: a packet never arrives before one that was sent earlier. */
  readonly reordering: boolean;
  /** Room of the drop-tail queue in front of the line, each way. */
  readonly queue: Bytes;
  /** How its rate changes over time, in place of the constant one: of a link both ways, of an access link on the way down; null for never. */
  readonly trace: BandwidthTrace | null;
}

/** What a line offers over time; after the last period it begins again with the first. At least one period has a rate above 0. */
export type BandwidthTrace = readonly TracePeriod[];

export interface TracePeriod {
  /** Above 0. */
  readonly duration: Nanoseconds;
  /** 0: nothing passes, packets wait in the queue. */
  readonly rate: BitsPerSecond;
  /** One-way delay in this period; null for the line's own. */
  readonly latency: Nanoseconds | null;
}

/** How a host's TCP behaves. */
export interface TcpSettings {
  /** `newreno`: RFC 5681 and 6582; `cubic`: RFC 9438. */
  readonly congestionControl: 'newreno' | 'cubic';
  /** Offers and uses selective acknowledgments (RFC 2018, 6675). */
  readonly selectiveAcknowledgments: boolean;
  /** RFC 9293 §3.7.4: a small segment waits while others are unacknowledged. */
  readonly nagle: boolean;
  /** What a connection holds for an application that does not read: bounds the window offered. 1 to 2^30. */
  readonly receiveBuffer: Bytes;
}

/** A host and its access link to the core of the network. */
export interface HostDeclaration extends LineDeclaration {
  readonly name: string;
  /** Dotted IPv4. Hosts that have the same one share it: packets to it reach the nearest of them (anycast, RFC 4786). */
  readonly address: string;
  /** Addresses of its local DNS servers, in the order to be tried, as in resolv.conf. */
  readonly nameservers: readonly string[];
  readonly up: BitsPerSecond;
  readonly down: BitsPerSecond;
  readonly tcp: TcpSettings;
  /** True where the language filled the host in (a root server, a local resolver). */
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

/** A direct link between two hosts, both ways alike; `a` and `b` are host names. */
export interface LinkDeclaration extends LineDeclaration {
  readonly a: string;
  readonly b: string;
  readonly rate: BitsPerSecond;
  readonly at: SourceRange | null;
}

/** What runs on hosts. One line a protocol. */
export type Service = NetworkService | DnsService | MailService | BitmessageService | FtpService | HttpService;

/** What a step does. One line a protocol. */
export type Action =
  | NetworkAction
  | TransferAction
  | DnsAction
  | MailAction
  | BitmessageAction
  | FtpAction
  | HttpAction
  | DashAction
  | VideoAction
  | { readonly kind: 'together' };

export type Timing =
  /** At an absolute time of the run. */
  | { readonly kind: 'at'; readonly time: Nanoseconds }
  /** When the step before it (with the same parent) is done; the first one starts at once. */
  | { readonly kind: 'then' }
  /** That long after the step before it is done. */
  | { readonly kind: 'after'; readonly delay: Nanoseconds }
  /** Like `then`, and again every `interval`, counted from its first start, while the run's time is before `until`. */
  | { readonly kind: 'every'; readonly interval: Nanoseconds; readonly until: Nanoseconds };

export interface Step {
  /** Index of the `together` step that holds this one, or −1. A `together` step is done when all of its steps are; they start side by side. */
  readonly parent: number;
  readonly timing: Timing;
  readonly action: Action;
  /** The statement as the author wrote it, on one line; viewers show it as the cause of messages. */
  readonly text: string;
  readonly at: SourceRange;
}

/** What is compared with what. `=` compares numbers exactly and text without case. */
export type Comparison = '<' | '<=' | '=' | '>=' | '>' | '!=';

/** `expect METRIC of SUBJECT < VALUE`: compares the last value measured so far. */
export interface MetricExpectation {
  readonly kind: 'metric';
  /** Name in an engine's metrics catalogue, such as `delivery time`. */
  readonly metric: string;
  /** As the catalogue's entry orders them: host names, mail addresses, domain names. */
  readonly subjects: readonly string[];
  readonly comparison: Comparison;
  /** In the metric's unit as the catalogue states it (times in nanoseconds). */
  readonly value: number;
}

/** `expect STATISTIC METRIC of SUBJECTS < VALUE`: compares a statistic of what was measured so far; without any value it does not hold. */
export interface StatisticExpectation {
  readonly kind: 'statistic';
  readonly statistic: Statistic;
  readonly metric: string;
  /** As the catalogue's entry orders them, each with all whose values are pooled; null: whoever it is. */
  readonly subjects: readonly (readonly string[] | null)[];
  /** Only what was measured since the step above began. */
  readonly inLastStep: boolean;
  readonly comparison: Comparison;
  /** In the metric's unit, as of MetricExpectation. */
  readonly value: number;
}

/** What is expected. One line a protocol. */
export type ExpectationKind = MetricExpectation | StatisticExpectation | DnsExpectation | MailExpectation | FtpExpectation;

export interface Expectation {
  readonly expected: ExpectationKind;
  /** How many steps stand above it: it is judged as soon as all of them are done, and at the end of the run if they never are. */
  readonly after: number;
  readonly text: string;
  readonly at: SourceRange;
}

/** What the author asked to see; viewers show everything where there is none. */
export type ViewKind =
  | { readonly kind: 'sequence'; readonly hosts: readonly string[]; readonly protocols: readonly string[] }
  | { readonly kind: 'transcript'; readonly hosts: readonly [string, string] }
  /** The pictures of a clip, as each of the encodings transmits them; without any, as they are. */
  | { readonly kind: 'frames'; readonly clip: Clip; readonly encodings: readonly Encoding[] }
  /** Metrics over time, all in one picture. */
  | { readonly kind: 'plot'; readonly curves: readonly PlottedMetric[] };

/** A metric, of one subject or of several: a line each. */
export interface PlottedMetric {
  /** Name in an engine's metrics catalogue. */
  readonly metric: string;
  /** As the catalogue's entry orders them; null: whoever it is. */
  readonly subjects: readonly (readonly string[] | null)[];
}

export interface View {
  readonly view: ViewKind;
  readonly at: SourceRange;
}
