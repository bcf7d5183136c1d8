/**
 * The program under construction: everything that the statements of all documents have declared so far, and the
 * diagnostics. The vocabulary's `build` functions fill it; `defaults/` fills in what was left out; `compile.ts` turns it
 * into a Scenario.
 */
import type { ResourceRecord } from '../../engines/dns/records.ts';
import type { NameServerService, Walk } from '../../engines/dns/scenario.ts';
import type { MailboxService, MailServerService } from '../../engines/mail/scenario.ts';
import type { BitsPerSecond, Bytes, Nanoseconds, Ratio } from '../../engines/quantities.ts';
import type { Expectation, LinkDeclaration, SourceRange, Step, View } from '../../engines/scenario.ts';
import { type Code, codes } from './codes.ts';
import type { Diagnostic, FileContent, FileTable, QuickFix, Severity, TextRange } from './compilation.ts';
import type { Name, Value } from './entry.ts';
import type { Site } from './site.ts';
import { nearest } from './spelling.ts';
import type { Expression, SyntaxTree } from './syntax.ts';
import { resolveUri } from './uri.ts';

export interface FixInput {
  readonly title: string;
  /** In the document of the diagnostic unless `source` says otherwise. */
  readonly edits: readonly (TextRange & { readonly text: string; readonly source?: number })[];
  readonly preferred?: boolean;
}

export interface ReportOptions {
  readonly severity?: Severity;
  readonly fixes?: readonly FixInput[];
  readonly related?: readonly (SourceRange & { readonly message: string })[];
}

export interface ProgramSource {
  readonly uri: string;
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
  queue: Bytes;
}

export interface ProgramHost {
  readonly name: string;
  /** Where a `host` line declares it; null where it exists by what it runs. */
  declaration: SourceRange | null;
  /** First place that made it exist; null for those that the language filled in. */
  readonly at: SourceRange | null;
  readonly access: Partial<AccessLink>;
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
  readonly at: SourceRange | null;
}

export interface ProgramResolver {
  readonly host: string;
  serves: string[];
  readonly cache: number;
  readonly walk: Walk;
  readonly implicit: boolean;
  readonly at: SourceRange | null;
}

export interface ProgramMailServer extends Omit<MailServerService, 'kind' | 'domains' | 'greeting' | 'helo'> {
  domains: string[];
  greeting: string | null;
  helo: string | null;
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
}

/** A value that the author left to the language, for inlay hints. */
export interface DefaultNote {
  /** Where it would be written: behind this place. */
  readonly at: SourceRange;
  /** `address 10.0.0.1`. */
  readonly value: string;
  readonly why: string;
}

/** A place where a declared name stands: for hover, references, rename. */
export interface Occurrence {
  readonly symbol: 'host' | 'zone' | 'mailbox' | 'parameter';
  readonly name: string;
  readonly at: SourceRange;
  readonly declares: boolean;
}

const MAXIMUM_NAMES = 100_000;
/** Diagnostics of one document. Whoever has more reads the first ones first. */
const maximumDiagnostics = 1_000;

export class Program {
  readonly sources: ProgramSource[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly missing = new Set<string>();
  readonly files: FileTable;
  readonly later: (() => void)[] = [];

  title: string | null = null;
  seed: number | null = null;
  readonly network: Partial<AccessLink> = {};
  /** By lower-case name: names of hosts differ in nothing but case no more than names in DNS. */
  readonly hosts = new Map<string, ProgramHost>();
  readonly links: LinkDeclaration[] = [];
  /** By lower-case origin. */
  readonly zones = new Map<string, ProgramZone>();
  readonly resolvers = new Map<string, ProgramResolver>();
  readonly nameServers = new Map<string, Omit<NameServerService, 'hints'>>();
  readonly mailServers = new Map<string, ProgramMailServer>();
  /** Host of the first mail server of a domain, by the domain in lower case. */
  readonly serverOfDomain = new Map<string, string>();
  /** By address in lower case. */
  readonly mailboxes = new Map<string, MailboxService>();
  readonly parameters = new Map<string, Parameter>();
  /** Settings and declarations by key, for duplicates. */
  readonly declared = new Map<string, SourceRange>();
  /** Names in broken declarations: nothing is said about those who refer to them. */
  readonly excused = new Set<string>();
  /** Beginnings of such names, where their range does not hold: `peer` of `peer[1..m]`. */
  readonly excusedPrefixes = new Set<string>();
  /** An import is not there (yet), so what seems unknown may be declared in it. */
  incomplete = false;
  readonly steps: Step[] = [];
  readonly expectations: Expectation[] = [];
  readonly views: View[] = [];
  readonly notes: DefaultNote[] = [];
  readonly occurrences: Occurrence[] = [];
  /** Domains of mail addresses that were checked. */
  readonly goodDomains = new Set<string>();
  /** Set while servers that DNS brings with it can still be filled in: their names in lower case, and the filling in. */
  fillIn: { names(): ReadonlySet<string>; now(): void } | null = null;
  /** Something asks DNS, so its hierarchy is needed. */
  needsDns = false;
  /** A step asks for a recursive walk. */
  walksRecursively = false;
  /** Parameters being evaluated within each other. */
  parameterDepth = 0;

  /** Message protocols that views know. */
  readonly protocols: readonly string[];

  readonly #reported: number[] = [];

  readonly #tracking: boolean;

  /** `tracking`: keeps the occurrences of names, for hover, references and rename. */
  constructor(files: FileTable, protocols: readonly string[], tracking: boolean) {
    this.#tracking = tracking;
    this.files = files;
    this.protocols = protocols;
  }

  report(code: Code, at: SourceRange, message: string, { severity, fixes = [], related }: ReportOptions = {}): void {
    const uriOf = (source: number) => this.sources[source]!.uri;
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
      fixes: fixes.map(
        ({ title, edits, preferred }): QuickFix => ({
          title,
          edits: edits.map(({ start, end, text, source }) => ({ uri: uriOf(source ?? at.source), start, end, text })),
          ...(preferred ? { preferred } : {}),
        }),
      ),
      ...(related
        ? { related: related.map(({ source, start, end, message: why }) => ({ uri: uriOf(source), start, end, message: why })) }
        : {}),
    });
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
      fixes: code === 'duplicate-setting' ? [{ title: 'Remove it', edits: [{ start, end, text: '' }] }] : [],
    });
    return false;
  }

  /** Notes where a declared name stands, when somebody wants to know. */
  occurs(symbol: Occurrence['symbol'], name: string, at: SourceRange, declares: boolean): void {
    if (this.#tracking) this.occurrences.push({ symbol, name, at, declares });
  }

  isExcused(key: string): boolean {
    if (this.excused.has(key)) return true;
    for (const prefix of this.excusedPrefixes) if (key.startsWith(prefix)) return true;
    return false;
  }

  // Hosts ------------------------------------------------------------------------------------------------------------

  /** A `host` line. */
  declareHost(name: Name, site: Site): ProgramHost | null {
    const place = site.place(name);
    if (!this.checkHostName(name, site)) return null;
    const key = name.text.toLowerCase();
    if (!this.declareOnce(`host ${key}`, `Host \`${name.text}\``, place)) return null;
    this.occurs('host', key, place, true);
    const known = this.hosts.get(key);
    if (known) {
      known.declaration = place;
      return known;
    }
    return this.#addHost(name.text, place, place, false);
  }

  /** A declaration that a host owns (`zone … on HOST`): the host exists by it. Gives the host's name. */
  ownHost(name: Name, site: Site): string | null {
    if (!this.checkHostName(name, site)) return null;
    const key = name.text.toLowerCase();
    const place = site.place(name);
    this.occurs('host', key, place, false);
    const host = this.hosts.get(key) ?? this.#addHost(name.text, null, place, false);
    host.used = true;
    return host.name;
  }

  /** Declared hosts, for suggestions; none when there are too many to compare with. */
  #hostNames(): string[] {
    const names: string[] = [];
    if (this.hosts.size <= 5000) for (const { name, implicit } of this.hosts.values()) if (!implicit) names.push(name);
    return names;
  }

  /** A host that the language fills in. */
  implicitHost(name: string, address: string | null, access: Partial<AccessLink> = {}): ProgramHost {
    const known = this.hosts.get(name.toLowerCase());
    if (known) {
      // The author declared it, for its access link say: it is the same server all the same.
      known.address ??= address;
      known.used = true;
      return known;
    }
    const host = this.#addHost(name, null, null, true);
    Object.assign(host.access, access);
    host.address = address;
    host.used = true;
    return host;
  }

  #addHost(name: string, declaration: SourceRange | null, at: SourceRange | null, implicit: boolean): ProgramHost {
    const host: ProgramHost = { name, declaration, at, access: {}, address: null, addressAt: null, used: false, implicit };
    this.hosts.set(name.toLowerCase(), host);
    return host;
  }

  checkHostName(name: Name, site: Site): boolean {
    const { text } = name;
    const plain = text.endsWith('.') ? text.slice(0, -1) : text;
    const labels = plain.split('.');
    let why: string | null = null;
    if (text.includes('@')) why = 'it is a mail address; a host name has no @';
    else if (text.endsWith('.')) why = 'it ends with a dot; leave the dot out';
    else if (plain.length > 253) why = 'it is longer than 253 characters';
    else if (labels.some((label) => label === '')) why = 'it has two dots in a row, or one at its start';
    else if (labels.some((label) => label.length > 63)) why = 'the text between two dots is longer than 63 characters';
    else if (!/^[A-Za-z0-9_.-]*$/.test(plain))
      why = 'it has other characters than letters, digits, hyphens and dots (write an international name in its xn-- form)';
    else if (labels.some((label) => label.startsWith('-') || label.endsWith('-'))) why = 'a label begins or ends with a hyphen';
    else if (/^\d+$/.test(labels[labels.length - 1]!)) why = 'it reads like an address: its last label is a number';
    if (why === null) return true;
    this.excused.add(text.toLowerCase());
    site.report('malformed-name', name, `\`${text}\` cannot name a host: ${why}.`);
    return false;
  }

  resolveHost(name: Name, site: Site): string | null {
    const key = name.text.toLowerCase();
    // A server that DNS brings with it may be named where nothing else asks for DNS.
    if (!this.hosts.has(key) && this.fillIn?.names().has(key)) this.fillIn.now();
    const host = this.hosts.get(key);
    if (host) {
      host.used = true;
      const place = site.place(name);
      this.occurs('host', key, place, false);
      this.checkAbove('Host', host.name, host.at, place);
      return host.name;
    }
    if (this.incomplete || this.isFull(site.source) || this.isExcused(key)) return null;
    if (!this.checkHostName(name, site)) return null;
    this.excused.add(key);
    const meant = nearest(name.text, this.#hostNames());
    site.report(
      'unknown-host',
      name,
      `There is no host \`${name.text}\`.${meant ? ` Did you mean \`${meant}\`?` : ' Declare it by a `host` line.'}`,
      {
        fixes: [
          ...(meant
            ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }]
            : []),
          { title: `Declare host \`${name.text}\``, edits: [this.declarationEdit(`host ${name.text}`, 'host', site)], preferred: !meant },
        ],
      },
    );
    return null;
  }

  /**
   * In a notebook, what only a later cell declares is not there when the earlier one runs. `otherwise` tells what happens then,
   * where the earlier cell runs all the same.
   */
  checkAbove(what: string, name: string, declaration: SourceRange | null, use: SourceRange, otherwise?: string): void {
    if (!declaration) return;
    if (this.sources[declaration.source]!.cell <= this.sources[use.source]!.cell) return;
    const message = `${what} \`${name}\` is declared only further down, and a notebook runs from top to bottom: ${otherwise ?? 'declare it in this cell or above'}.`;
    this.report('declared-below', use, message, {
      severity: otherwise === undefined ? 'error' : 'warning',
      related: [{ ...declaration, message: 'It is declared here.' }],
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

  /** An edit that adds a declaration: behind the last one of its kind in the document, or before the statement. */
  declarationEdit(line: string, id: string, site: Site): TextRange & { text: string } {
    const { text, tree } = this.sources[site.source]!;
    let last: number | null = null;
    for (const statement of tree.statements) if (statement.entry?.id === id && statement.complete) last = statement.end;
    if (last !== null) {
      const lineEnd = text.indexOf('\n', last);
      const at = lineEnd < 0 ? text.length : lineEnd;
      return { start: at, end: at, text: `\n${line}` };
    }
    const own = tree.statements.find((statement) => statement.end >= site.statement.start) ?? site.statement;
    const at = text.lastIndexOf('\n', own.start - 1) + 1;
    return { start: at, end: at, text: `${line}\n` };
  }

  // Files ------------------------------------------------------------------------------------------------------------

  /** The content of a file that a statement names; null when it is missing (to be handed in) or unreadable (reported). */
  file(name: Name, site: Site): { uri: string; bytes: Uint8Array } | null {
    const uri = resolveUri(this.sources[site.source]!.uri, name.text);
    const content = this.fileAt(uri);
    if (content === null) return null;
    if (content.kind === 'unreadable') {
      site.report('missing-file', name, `Cannot read \`${name.text}\`: ${content.reason}.`);
      return null;
    }
    return { uri, bytes: content.bytes };
  }

  fileAt(uri: string): FileContent | null {
    const content = this.files.get(uri);
    if (content) return content;
    this.missing.add(uri);
    return null;
  }

  static readonly maximumNames = MAXIMUM_NAMES;
}
