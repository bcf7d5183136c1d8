/**
 * The program under construction: everything that the statements of all documents have declared so far, and the
 * diagnostics. The vocabulary's `build` functions fill it; `defaults/` fills in what was left out; `compile.ts` turns it
 * into a Scenario.
 */

import type { BitmessagePeerService } from '../../engines/bitmessage/scenario.ts';
import type { TorrentService } from '../../engines/bittorrent/scenario.ts';
import type { CdnService } from '../../engines/cdn/scenario.ts';
import type { Film } from '../../engines/dash/film.ts';
import type { RecordOrder } from '../../engines/dns/record-order.ts';
import type { ResourceRecord } from '../../engines/dns/records.ts';
import type { NameServerService, QuerySettings, ServerLimits, SigningService, Walk } from '../../engines/dns/scenario.ts';
import type { FtpServerService } from '../../engines/ftp/scenario.ts';
import type { BrowserService, WebCacheService, WebsiteService } from '../../engines/http/scenario.ts';
import type { MailFilterService } from '../../engines/mail/filters/scenario.ts';
import type { MailboxService, MailServerService } from '../../engines/mail/scenario.ts';
import type { DkimSigningService, SenderCheckService } from '../../engines/mail/sender-authentication/scenario.ts';
import type { WebmailService } from '../../engines/mail/webmail/scenario.ts';
import type { AccessNetworkService, FirewallService, NatService } from '../../engines/network/scenario.ts';
import type { BitsPerSecond, Bytes, Nanoseconds, Ratio } from '../../engines/quantities.ts';
import type {
  BandwidthTrace,
  Expectation,
  LinkDeclaration,
  Scenario,
  SourceRange,
  Step,
  TcpSettings,
  View,
} from '../../engines/scenario.ts';
import type { SweepPlan, SweepPlot } from '../../engines/sweep/plan.ts';
import type { Clip } from '../../engines/video/coding/scenario.ts';
import { type Code, codes } from './codes.ts';
import type { Diagnostic, FileContent, FileTable, QuickFix, Severity, SourceText, TextRange } from './compilation.ts';
import { duplicateFixes, moveUp } from './declaration-fixes.ts';
import { declarationEdit } from './declaration-place.ts';
import type { Declarations } from './declarations.ts';
import type { DeclaredChanges } from './declared-changes.ts';
import type { ProgramAccess } from './defaults/mail-access.ts';
import type { Value } from './entry.ts';
import type { RecordName } from './mentions.ts';
import type { Site } from './site.ts';
import type { Expression, SyntaxTree } from './syntax.ts';
import { Names, type Reads, type ReadsNoted, Table } from './table.ts';
import { PLAIN, type Variant } from './variant.ts';

export interface FixInput {
  readonly title: string;
  /** In the document of the diagnostic unless `source` says otherwise. */
  readonly edits: readonly (TextRange & { readonly text: string; readonly source?: number })[];
  readonly preferred?: boolean;
}

export interface ReportOptions {
  readonly severity?: Severity;
  /** A function is called when somebody asks for them, not at every key: while the program is that of the texts as they are. */
  readonly fixes?: readonly FixInput[] | (() => readonly FixInput[]);
  readonly related?: readonly (SourceRange & { readonly message: string })[];
}

export interface ProgramSource {
  readonly uri: string;
  /** As it was handed in, or read. */
  readonly document: SourceText;
  /** Its text; empty where it cannot be parsed. */
  readonly text: string;
  readonly tree: SyntaxTree;
  /** Index of the document of the caller's list that it is, or was imported by. */
  readonly cell: number;
  readonly imported: boolean;
}

/** An access link's properties, as far as they were given. */
export interface AccessLink {
  up: BitsPerSecond;
  down: BitsPerSecond;
  latency: Nanoseconds;
  jitter: Nanoseconds;
  loss: Ratio;
  duplicates: Ratio;
  reordering: boolean;
  queue: Bytes;
  trace: BandwidthTrace | null;
}

export interface ProgramHost {
  readonly name: string;
  /** Where a `host` line declares it; null where it exists by what it runs. */
  declaration: SourceRange | null;
  /** First place that made it exist; null for those that the language filled in. */
  readonly at: SourceRange | null;
  /** This and `tcp` are other objects where something more has a say. */
  access: Partial<AccessLink>;
  tcp: Partial<TcpSettings>;
  /** The router of the NAT that it is behind; null for none. */
  behind: string | null;
  address: string | null;
  addressAt: SourceRange | null;
  /** Something refers to it. */
  used: boolean;
  readonly implicit: boolean;
}

export interface ProgramZone {
  /** Absolute, with the trailing dot. */
  readonly origin: string;
  /** Host names. */
  readonly servers: readonly string[];
  readonly records: ResourceRecord[];
  readonly implicit: boolean;
  readonly fromFile: boolean;
  /** False for one that the zone above does not lead to, until a registrar enters it there. */
  readonly delegated: boolean;
  readonly at: SourceRange | null;
  /** Without its block, for words that could stand behind it; null for one that no statement declares. */
  readonly head: SourceRange | null;
}

/** An address that several hosts share: the name it goes by, and those hosts. */
export interface ProgramAnycast {
  /** The host under this name stands for all of them, and has the address. */
  readonly name: string;
  /** Host names. */
  readonly instances: readonly string[];
  readonly at: SourceRange;
}

export interface ProgramResolver {
  readonly host: string;
  serves: string[];
  readonly cache: number;
  readonly walk: Walk;
  readonly dnssec: boolean;
  readonly limits?: ServerLimits | undefined;
  readonly queries?: QuerySettings | undefined;
  readonly edns: Bytes | null;
  readonly minimise: boolean;
  readonly order?: RecordOrder;
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

export interface ProgramNameServer extends Omit<NameServerService, 'kind' | 'hints' | 'recursion'> {
  /** null: not said. */
  readonly recursion: boolean | null;
  /** Hosts that may change the zones that it is the primary of. */
  readonly updatesFrom: string[];
}

/** What a step enters into the zone above; addresses that it leaves out are filled in with the servers' own. */
export interface ProgramRegistration {
  readonly registrar: string;
  readonly zone: ProgramZone;
  readonly servers: { readonly name: string; address: string }[];
}

export interface ProgramMailServer extends Omit<MailServerService, 'kind' | 'domains' | 'greeting' | 'helo'> {
  domains: string[];
  greeting: string | null;
  helo: string | null;
}

export type ProgramWebmail = { -readonly [K in keyof WebmailService]: WebmailService[K] };

/** With what its block says last. */
export type ProgramWebsite = { -readonly [K in keyof WebsiteService]: WebsiteService[K] };

export interface ProgramWebCache extends Omit<WebCacheService, 'serves'> {
  readonly serves: string[];
}

/** With what is known of its hosts last. */
export type ProgramTorrent = { -readonly [K in keyof TorrentService]: TorrentService[K] };
export interface ProgramAccessNetwork extends AccessNetworkService {
  readonly inside: string[];
}

export interface ProgramCdn extends CdnService {
  /** Of its nodes' addresses, in seconds. */
  readonly ttl: number;
  /** Videos that it delivers, in lower case. */
  readonly films: readonly string[];
}

/** A sweep, or a comparison, and the expectations of its points. */
export interface ProgramSweep {
  readonly plan: Omit<SweepPlan, 'plots' | 'expectations'>;
  readonly plots: SweepPlot[];
  readonly expectations: Expectation[];
}

/** What can be streamed, or played. */
export interface ProgramFilm {
  readonly name: string;
  readonly duration: Nanoseconds;
  /** In which it is streamed where nothing is said; null for a clip, whose coding decides. */
  readonly rate: BitsPerSecond | null;
  /** null for a film without pictures. */
  readonly clip: Omit<Clip, 'seed'> | null;
  readonly at: SourceRange;
}

/** A video for adaptive streaming. */
export interface ProgramVideo {
  readonly film: Film;
  /** Names of the websites that it is on, in lower case. */
  readonly sites: readonly string[];
  /** By the CDNs that deliver it: the name that they serve it by, and the website of their origin. */
  readonly deliveries: { readonly origin: string; readonly by: string }[];
}

export interface Parameter {
  readonly name: string;
  readonly place: SourceRange;
  readonly statement: SourceRange;
  readonly expression: Expression;
  readonly site: Site;
  value: Value | null;
  state: 'fresh' | 'busy' | 'done';
  used: boolean;
  /** A sweep over it; null where there is none. */
  swept: SourceRange | null;
}

/** A value that the author left to the language, for inlay hints. */
export interface DefaultNote {
  readonly kind: 'address' | 'default';
  /** Where it would be written: behind this place. */
  readonly at: SourceRange;
  /** `address 10.0.0.1`. */
  readonly value: string;
  readonly why: string;
}

/** Diagnostics of one document. Whoever has more reads the first ones first. */
const maximumDiagnostics = 1_000;

export class Program {
  readonly #noted: ReadsNoted = { into: null };
  sources: ProgramSource[] = [];
  diagnostics: Diagnostic[] = [];
  readonly missing = new Set<string>();
  files: FileTable;
  /** What was looked up there, and found; undefined for what is not known yet. */
  readonly lookups = new Map<string, FileContent | undefined>();
  readonly later: (() => void)[] = [];
  /** What may name servers that the language fills in. */
  readonly afterSteps: (() => void)[] = [];

  title: string | null = null;
  seed: number | null = null;
  fidelity: Scenario['fidelity'] = 'packets';
  readonly network: Partial<AccessLink> = {};
  readonly tcp: Partial<TcpSettings> = {};
  /** By lower-case name: names of hosts differ in nothing but case no more than names in DNS. */
  readonly hosts = this.#table<ProgramHost>('hosts');
  readonly links: LinkDeclaration[] = [];
  readonly nats: NatService[] = [];
  readonly firewalls: FirewallService[] = [];
  readonly accessNetworks: ProgramAccessNetwork[] = [];
  /** Properties that ask for what only fidelity `packets` simulates. */
  readonly packetsOnly: { readonly property: 'reordering' | 'duplicates' | 'nagle'; readonly at: SourceRange }[] = [];
  /** Properties of access links that nothing but packets feels: of these hosts, or, where it is null, of all that do not say otherwise. */
  readonly packetProperties: {
    readonly property: 'jitter' | 'reordering' | 'loss' | 'duplicates' | 'trace';
    readonly at: SourceRange;
    readonly hosts: readonly string[] | null;
  }[] = [];
  /** By lower-case origin. */
  readonly zones = this.#table<ProgramZone>('zones');
  /** Where records stand that the blocks of zones say; those of files are not in it. */
  readonly recordPlaces = new WeakMap<ResourceRecord, SourceRange>();
  /** By lower-case name. */
  readonly anycasts = this.#table<ProgramAnycast>('anycasts');
  /** How many servers the root has, and how many com and net; 0 where nobody said. */
  readonly rootServers = { root: 0, generic: 0 };
  readonly resolvers = this.#table<ProgramResolver>('resolvers');
  /** By lower-case origin. */
  readonly signings = this.#table<Omit<SigningService, 'kind'>>('signings');
  readonly nameServers = this.#table<ProgramNameServer>('nameServers');
  readonly registrations: ProgramRegistration[] = [];
  readonly mailServers = this.#table<ProgramMailServer>('mailServers');
  /** By the host's lower-case name, where its mail server's block was read. */
  readonly mailAccess = this.#table<ProgramAccess>('mailAccess');
  /** Host of the first mail server of a domain, by the domain in lower case. */
  readonly serverOfDomain = this.#table<string>('serverOfDomain');
  /** By address in lower case. */
  readonly mailboxes = this.#table<MailboxService>('mailboxes');
  /** By host in lower case. */
  readonly bitmessagePeers = this.#table<BitmessagePeerService>('bitmessagePeers');
  readonly mailFilters = this.#table<MailFilterService>('mailFilters');
  /** By name in lower case. */
  readonly webmails = this.#table<ProgramWebmail>('webmails');
  /** By host in lower case. */
  readonly senderChecks = this.#table<SenderCheckService>('senderChecks');
  readonly dkimSignings: DkimSigningService[] = [];
  readonly ftpServers = this.#table<FtpServerService>('ftpServers');
  /** By name in lower case. */
  readonly websites = this.#table<ProgramWebsite>('websites');
  /** By host in lower case. */
  readonly webCaches = this.#table<ProgramWebCache>('webCaches');
  readonly webBrowsers = this.#table<BrowserService>('webBrowsers');
  /** By name, in lower case. */
  readonly torrents = this.#table<ProgramTorrent>('torrents');
  /** By name in lower case. */
  readonly cdns = this.#table<ProgramCdn>('cdns');
  /** Clips and videos, by name in lower case. */
  readonly films = this.#table<ProgramFilm>('films');
  /** What of these is played in segments, by name in lower case. */
  readonly videos = this.#table<ProgramVideo>('videos');
  readonly parameters = new Map<string, Parameter>();
  /** Settings and declarations by key, for duplicates. */
  readonly declared = this.#table<SourceRange>('declared');
  /** Names in broken declarations: nothing is said about those who refer to them. */
  readonly excused = new Names('excused', this.#noted);
  /** Beginnings of such names, where their range does not hold: `peer` of `peer[1..m]`. */
  readonly excusedPrefixes = new Set<string>();
  /** An import is not there (yet), so what seems unknown may be declared in it. */
  incomplete = false;
  readonly steps: Step[] = [];
  readonly expectations: Expectation[] = [];
  readonly views: View[] = [];
  readonly sweeps: ProgramSweep[] = [];
  /** The one in whose block the statement stands that is being built; null for none. */
  sweep: ProgramSweep | null = null;
  /** Where the blocks of each alternative stand, by its name; the first one holds unless told otherwise. */
  readonly alternatives = new Map<string, SourceRange[]>();
  /** Which point of a sweep the program is compiled for. */
  readonly variant: Variant;
  readonly notes: DefaultNote[] = [];
  /** The names in the blocks of zones, in program order but for imports: for references and rename. */
  readonly recordNames: RecordName[] = [];
  /** Domains of mail addresses that were checked. */
  readonly goodDomains = new Set<string>();
  /** Set while servers that DNS brings with it can still be filled in: their names in lower case, and the filling in. */
  fillIn: { names(): ReadonlySet<string>; now(): void } | null = null;
  /** Something asks DNS, so its hierarchy is needed. */
  needsDns = false;
  /** A step asks for a recursive walk. */
  walksRecursively = false;
  /** How often something was reported, or a parameter, a file or others’ steps asked for: without these, values follow from the text alone. */
  judgements = 0;
  /** The same object as in an earlier program where nothing is declared otherwise than there. */
  declarations: Declarations = { identity: {}, statements: [], sources: [], incomplete: false };
  /** While it is noted which hosts a statement refers to: their keys. */
  lookedUp: string[] | null = null;
  /** That of the texts before their last edit, which is used up; null where nothing is taken over. */
  before: Program | null;
  /** Against what was declared before the last edit; null where nothing of it can be used. */
  changes: DeclaredChanges | null = null;
  /** While declarations and settings are built. */
  declaring = false;
  /** Who plays films, by that many steps. */
  viewers: { readonly steps: number; readonly films: ReadonlyMap<string, readonly number[]> } | null = null;
  /** Parameters being evaluated within each other. */
  parameterDepth = 0;

  /** Message protocols that views know. */
  readonly protocols: readonly string[];

  #reported: number[] = [];

  constructor(files: FileTable, protocols: readonly string[], variant: Variant = PLAIN, before: Program | null = null) {
    this.before = before;
    this.variant = variant;
    this.files = files;
    this.protocols = protocols;
  }

  #table<V>(name: string): Table<V> {
    return new Table(name, this.#noted);
  }

  /** While `build` runs, notes what it looks up in tables. */
  noting(reads: Reads, build: () => void): void {
    this.#noted.into = reads;
    build();
    this.#noted.into = null;
  }

  /** Without documents, and without what was said about them; who looks at those of before still has them. */
  beginAnew(files: FileTable): void {
    this.files = files;
    this.sources = [];
    this.diagnostics = [];
    this.alternatives.clear();
    this.#reported = [];
  }

  report(code: Code, at: SourceRange, message: string, { severity, fixes = [], related }: ReportOptions = {}): void {
    this.judgements++;
    const { sources } = this;
    const uriOf = (source: number) => sources[source]!.uri;
    const quickFixes = (some: readonly FixInput[]): QuickFix[] =>
      some.map(({ title, edits, preferred }) => ({
        title,
        edits: edits.map(({ start, end, text, source }) => ({ uri: uriOf(source ?? at.source), start, end, text })),
        ...(preferred ? { preferred } : {}),
      }));
    let known = typeof fixes === 'function' ? null : quickFixes(fixes);
    const reported = (this.#reported[at.source] ?? 0) + 1;
    this.#reported[at.source] = reported;
    if (reported > maximumDiagnostics) return;
    this.diagnostics.push({
      uri: uriOf(at.source),
      start: at.start,
      end: at.end,
      severity: severity ?? codes[code].severity,
      code,
      message,
      get fixes() {
        known ??= quickFixes((fixes as () => readonly FixInput[])());
        return known;
      },
      ...(related
        ? { related: related.map(({ source, start, end, message: why }) => ({ uri: uriOf(source), start, end, message: why })) }
        : {}),
    });
  }

  /** How much was reported so far, kept or not. */
  get reports(): number {
    return this.#reported.reduce((all, one) => all + one, 0);
  }

  /** The document has so many diagnostics that further ones are not kept: no need to think of fixes for them. */
  isFull(source: number): boolean {
    return (this.#reported[source] ?? 0) >= maximumDiagnostics;
  }

  hasErrors(): boolean {
    return this.diagnostics.some((diagnostic) => diagnostic.severity === 'error');
  }

  /** True the first time; reports the second one, with where the first is. */
  declareOnce(
    key: string,
    what: string,
    at: SourceRange,
    code: 'duplicate-declaration' | 'duplicate-setting' = 'duplicate-declaration',
  ): boolean {
    const first = this.declared.get(key);
    if (!first) {
      this.declared.set(key, at);
      return true;
    }
    const { start, end } = at;
    this.report(code, at, `${what} is ${code === 'duplicate-setting' ? 'set' : 'declared'} twice.`, {
      related: [{ ...first, message: 'It is here for the first time.' }],
      fixes:
        code === 'duplicate-setting' ? [{ title: 'Remove it', edits: [{ start, end, text: '' }] }] : () => duplicateFixes(this, first, at),
    });
    return false;
  }

  isExcused(key: string): boolean {
    if (this.excused.has(key)) return true;
    for (const prefix of this.excusedPrefixes) if (key.startsWith(prefix)) return true;
    return false;
  }

  /**
   * In a notebook, what only a later cell declares is not there when the earlier one runs. `otherwise` tells what happens then,
   * where the earlier cell runs all the same.
   */
  checkAbove(what: string, name: string, declaration: SourceRange | null, use: SourceRange, otherwise?: string): void {
    if (!declaration) return;
    const { cell } = this.sources[declaration.source]!;
    if (cell <= this.sources[use.source]!.cell) return;
    const message = `${what} \`${name}\` is declared only further down, in cell ${cell + 1}, and a notebook runs from top to bottom: ${otherwise ?? 'declare it in this cell or above'}.`;
    this.report('declared-below', use, message, {
      severity: otherwise === undefined ? 'error' : 'warning',
      related: [{ ...declaration, message: 'It is declared here.' }],
      fixes: () => moveUp(this, declaration, use),
    });
  }

  /** The declared zone nearest above a name (absolute, lower case); null where none is. */
  zoneAbove(name: string): ProgramZone | null {
    for (let rest = name; ; rest = rest.slice(rest.indexOf('.') + 1)) {
      const zone = this.zones.get(rest);
      if (zone && !zone.implicit) return zone;
      if (rest.indexOf('.') === rest.length - 1) return null;
    }
  }

  /** A use of a name that lies in a zone, or of the zone. */
  usesZone(absoluteName: string, use: SourceRange): void {
    const zone = this.zoneAbove(absoluteName.toLowerCase());
    if (!zone) return;
    const shown = zone.origin.length > 1 ? zone.origin.slice(0, -1) : zone.origin;
    this.checkAbove('Zone', shown, zone.at, use, 'until then, nobody answers for it');
  }

  /** An edit that adds a declaration, of the entry `id`, for what the statement lacks. */
  declarationEdit(line: string, id: string, { source, statement }: Site): TextRange & { text: string } {
    return declarationEdit(this.sources[source]!.tree, line, id, statement);
  }
}
