/**
 * From texts to a Scenario.
 *
 * Theory of operation: each text is parsed by itself (a tree depends on its text alone, and is kept for as long as the
 * caller keeps the SourceText). The program is then assembled over the trees in order, imports in their place: parameters
 * are noted, settings and declarations build the tables, then what they refer to is checked, then steps, expectations and
 * views are built, and last everything that was left out is filled in.
 */
import type { Scenario, Service } from '../../engines/scenario.ts';
import type { Code } from './codes.ts';
import { type Compilation, type FileTable, MAXIMUM_FILE_SIZE, type SourceText } from './compilation.ts';
import { assignAddresses } from './defaults/addresses.ts';
import { addParentZones, completeZones, localServers, offerRecursion, rootHints } from './defaults/dns.ts';
import { completeMail } from './defaults/mail.ts';
import { accessDefaults } from './defaults/network.ts';
import { hostHints, mailHostWarnings, parameterHints } from './defaults/warnings.ts';
import type { Name } from './entry.ts';
import { type evaluate, slotValues } from './evaluate.ts';
import { mailboxKey } from './mail-message.ts';
import { parse } from './parser.ts';
import { form } from './pattern.ts';
import { type AccessLink, Program } from './program.ts';
import { Site } from './site.ts';
import type { NameSyntax, SlotSyntax, Statement, SyntaxTree } from './syntax.ts';
import { resolveUri } from './uri.ts';
import { protocols } from './vocabulary.ts';

/** Imports within imports go this deep. */
const MAXIMUM_IMPORT_DEPTH = 64;

const emptyTree: SyntaxTree = { text: '', statements: [], problems: [], comments: [] };
const trees = new WeakMap<SourceText, SyntaxTree>();
const fileTexts = new WeakMap<Uint8Array, SourceText>();

/** The syntax tree of a document; parsed once for each SourceText object. */
export function treeOf(source: SourceText): SyntaxTree {
  let tree = trees.get(source);
  if (!tree) {
    tree = isReadable(source.text) ? parse(source.text) : emptyTree;
    trees.set(source, tree);
  }
  return tree;
}

function isReadable(text: string): boolean {
  return text.length <= MAXIMUM_FILE_SIZE && !text.includes('\0');
}

/** What `compile` gives, and the tables behind it, for the editor's features. */
export interface Analysis extends Compilation {
  readonly program: Program;
}

/** Compiles the documents of one program: a file, or the cells of a notebook from the first to the one that runs. Never throws. */
export function compile(sources: readonly SourceText[], files: FileTable): Compilation {
  const { scenario, diagnostics, missing } = analyse(sources, files, false);
  return { scenario, diagnostics, missing };
}

/** Like `compile`, keeping what the editor's features ask for. */
export function analyse(sources: readonly SourceText[], files: FileTable, tracking = true): Analysis {
  const program = new Program(files, protocols, tracking);
  const sites: Site[] = [];
  const importing: string[] = [];
  const imported = new Set<string>();
  const documents = new Set(sources.map((source) => source.uri));
  for (let cell = 0; cell < sources.length; cell++) gather(program, sources[cell]!, cell, sites, importing, imported, documents);

  for (const site of sites) noteParameter(site);
  for (const site of sites) if (isDeclaration(site.statement)) build(site);
  for (const check of program.later) check();
  completeMail(program);
  // Steps, expectations and views may name servers that the language fills in. A lookup alone calls for them, too.
  let served = program.needsDns ? fillInServers(program) : null;
  for (const site of sites) {
    site.stepsAbove = program.steps.length;
    if (site.statement.entry?.role === 'step') build(site);
  }
  if (program.needsDns) served ??= fillInServers(program);
  for (const site of sites) if (!isDeclaration(site.statement) && site.statement.entry?.role !== 'step') build(site);
  mailHostWarnings(program);
  if (program.needsDns) offerRecursion(program);
  assignAddresses(program);
  if (program.needsDns) completeZones(program);
  // What is unused may be used in a statement that is broken: hints wait until no error is left.
  if (!program.hasErrors()) {
    hostHints(program);
    parameterHints(program);
  }

  const order = new Map(program.sources.map((source, index) => [source.uri, index]));
  program.diagnostics.sort((a, b) => order.get(a.uri)! - order.get(b.uri)! || a.start - b.start || a.end - b.end);
  return {
    scenario: scenarioOf(program, served ?? new Map()),
    diagnostics: program.diagnostics,
    missing: [...program.missing],
    program,
  };
}

// Assembling ---------------------------------------------------------------------------------------------------------

/** Adds a document, and the files it imports in their places, to the program; gives its index. */
function gather(
  program: Program,
  source: SourceText,
  cell: number,
  sites: Site[],
  importing: string[],
  imported: Set<string>,
  documents: ReadonlySet<string>,
): number {
  const tree = treeOf(source);
  const index = program.sources.length;
  program.sources.push({ uri: source.uri, text: tree === emptyTree ? '' : source.text, tree, cell, imported: importing.length > 0 });
  if (tree === emptyTree) reportUnreadable(program, source.text, index);
  for (const problem of tree.problems) {
    const { start, end, code, message, fixes, severity } = problem;
    program.report(code as Code, { source: index, start, end }, message, { fixes, severity });
  }
  importing.push(source.uri);
  for (const statement of tree.statements) {
    const site = new Site(program, index, statement);
    sites.push(site);
    if (statement.entry?.id === 'import' && statement.complete) importFile(site, cell, sites, importing, imported, documents);
  }
  importing.pop();
  return index;
}

function reportUnreadable(program: Program, text: string, source: number): void {
  const at = { source, start: 0, end: 0 };
  if (text.length > MAXIMUM_FILE_SIZE) {
    program.report('text-too-large', at, `This document has ${Math.ceil(text.length / 1048576)} MiB of text; at most 16 MiB are read.`);
  } else {
    const nul = text.indexOf('\0');
    program.report('binary-text', { source, start: nul, end: nul + 1 }, 'This document is no text: it holds NUL characters.');
  }
}

function importFile(
  site: Site,
  cell: number,
  sites: Site[],
  importing: string[],
  imported: Set<string>,
  documents: ReadonlySet<string>,
): void {
  const { program } = site;
  const syntax = site.statement.slots.FILE as SlotSyntax;
  if (syntax.kind !== 'text') {
    site.report('missing-file', syntax, 'Expected the file’s name in quotes: an import comes before parameters have values.');
    return;
  }
  const name: Name = { text: syntax.value, start: syntax.start, end: syntax.end };
  const uri = resolveUri(program.sources[site.source]!.uri, name.text);
  if (importing.includes(uri)) {
    const chain = [...importing.slice(importing.indexOf(uri)), uri].map(fileName).join(' → ');
    site.report('import-cycle', name, `This import goes round in a circle: ${chain}.`);
    return;
  }
  if (imported.has(uri) || documents.has(uri)) return;
  if (importing.length >= MAXIMUM_IMPORT_DEPTH) {
    site.report('too-deep', name, `Imports within imports go ${MAXIMUM_IMPORT_DEPTH} deep at most.`);
    return;
  }
  const file = program.file(name, site);
  if (!file) {
    program.incomplete = true;
    return;
  }
  imported.add(uri);
  let source = fileTexts.get(file.bytes);
  if (source?.uri !== uri) {
    source = { uri, text: new TextDecoder().decode(file.bytes) };
    fileTexts.set(file.bytes, source);
  }
  if (!isReadable(source.text)) {
    program.incomplete = true;
    site.report(
      'malformed-file',
      name,
      `\`${name.text}\` is no scenario: ${source.text.length > MAXIMUM_FILE_SIZE ? 'it is larger than 16 MiB' : 'it holds NUL characters'}.`,
    );
    return;
  }
  const tree = treeOf(source);
  gather(program, source, cell, sites, importing, imported, documents);
  const errors = tree.problems.length;
  if (errors > 0) {
    site.report(
      'import-has-errors',
      name,
      `\`${name.text}\` has ${errors === 1 ? 'an error' : `${errors} errors`}; what is broken there is missing here.`,
    );
  }
}

function fileName(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}

function isDeclaration({ entry }: Statement): boolean {
  return entry !== null && (entry.role === 'declaration' || entry.role === 'setting');
}

function noteParameter(site: Site): void {
  const { statement, program } = site;
  if (statement.entry?.id !== 'let') return;
  const name = statement.slots.NAME as NameSyntax | undefined;
  if (!name) return;
  if (!statement.complete) {
    program.excused.add(`let ${name.text}`);
    return;
  }
  if (program.parameters.has(name.text)) return;
  program.parameters.set(name.text, {
    name: name.text,
    place: site.place(name),
    statement: site.at,
    expression: statement.slots.VALUE as Parameters<typeof evaluate>[0],
    site,
    value: null,
    state: 'fresh',
    used: false,
  });
}

/** Gives a statement its meaning. */
function build(site: Site): void {
  const { statement, program } = site;
  const { entry } = statement;
  if (!entry) return;
  if (!statement.complete) {
    excuse(site);
    return;
  }
  const given = slotValues(entry.slots, statement.slots, site);
  const block = blockValues(site);
  if (!given) {
    excuse(site);
    return;
  }
  const index = program.steps.length;
  entry.build(given as never, block as never, site);
  if (entry.block !== 'steps' || program.steps.length === index) return;
  for (const child of statement.block ?? []) {
    if (child.entry && child.entry.role !== 'step') {
      program.report(
        'wrong-block',
        { source: site.source, start: child.start, end: child.headEnd },
        `Only steps stand in this block; \`${form(child.entry)}\` stands outside it.`,
      );
      continue;
    }
    build(new Site(program, site.source, child, index));
  }
}

function blockValues(site: Site): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const { statement } = site;
  const properties = statement.entry!.properties;
  if (!properties || !statement.block) return values;
  for (const item of statement.block) {
    if (!item.complete || !item.entry) continue;
    let key = '';
    for (const name in properties) {
      // Entries may share a property; within one entry it is unique.
      if (properties[name] === (item.entry as unknown)) key = name;
    }
    const property = properties[key]!;
    const given = slotValues(property.slots, item.slots, site);
    if (!given) continue;
    if (property.repeatable) {
      const all = (values[key] ?? []) as unknown[];
      values[key] = [...all, given];
    } else if (key in values) {
      const first = statement.block.find((other) => other.entry === item.entry)!;
      site.report('duplicate-property', item, `\`${key}\` is written twice in this block.`, {
        fixes: [{ title: 'Remove it', edits: [{ start: item.start, end: item.end, text: '' }] }],
        related: [{ ...site.place(first), message: 'It is here for the first time.' }],
      });
    } else values[key] = given;
  }
  return values;
}

/** The names that a broken declaration would have declared are not reported as unknown where they are used. */
function excuse(site: Site): void {
  const { statement, program } = site;
  if (statement.entry?.role !== 'declaration') return;
  const names = (syntax: SlotSyntax | undefined): NameSyntax[] =>
    syntax?.kind === 'name' ? [syntax] : syntax?.kind === 'list' ? (syntax.items as NameSyntax[]) : [];
  const { NAME, HOST, ADDRESS } = statement.slots;
  for (const name of [...names(NAME), ...names(HOST)]) {
    if (name.indices) program.excusedPrefixes.add(name.indices[0]!.before.toLowerCase());
    else program.excused.add(name.text.toLowerCase());
  }
  for (const address of names(ADDRESS)) program.excused.add(`mailbox ${mailboxKey(address.text)}`);
}

// Filling in, and out ------------------------------------------------------------------------------------------------

/** Adds the servers above the declared zones and a local one; gives the local server of each host, by lower-case name. */
function fillInServers(program: Program): Map<string, string> {
  addParentZones(program);
  return localServers(program);
}

function scenarioOf(program: Program, served: ReadonlyMap<string, string>): Scenario {
  const access: AccessLink = { ...accessDefaults, ...program.network };
  const hints = rootHints(program);
  const services: Service[] = [];
  for (const { origin, servers, records, implicit, at } of program.zones.values()) {
    services.push({ kind: 'dns.zone', origin, servers, records, implicit, at });
  }
  for (const server of program.nameServers.values()) services.push({ ...server, hints });
  for (const { host, cache, walk, implicit, at } of program.resolvers.values()) {
    services.push({ kind: 'dns.resolver', host, cache, walk, hints, implicit, at });
  }
  for (const server of program.mailServers.values()) {
    const { host, domains, dialect, maximumSize, retry, expiry, at } = server;
    const first = domains[0] ?? host;
    services.push({
      kind: 'mail.server',
      host,
      domains,
      greeting: server.greeting ?? first,
      helo: server.helo ?? first,
      dialect,
      maximumSize,
      retry,
      expiry,
      at,
    });
  }
  services.push(...program.mailboxes.values());
  const first = program.sources[0];
  return {
    format: 1,
    title: program.title ?? (first ? titleOf(first.uri) : 'Untitled'),
    seed: program.seed ?? 1,
    fidelity: 'packets',
    sources: program.sources.map((source) => source.uri),
    hosts: [...program.hosts.values()].map((host) => {
      const server = served.get(host.name.toLowerCase());
      const address = server === undefined ? null : (program.hosts.get(server.toLowerCase())?.address ?? null);
      return {
        name: host.name,
        address: host.address!,
        nameservers: address === null ? [] : [address],
        ...access,
        ...host.access,
        implicit: host.implicit,
        at: host.at,
      };
    }),
    links: program.links,
    services,
    steps: program.steps,
    expectations: program.expectations,
    views: program.views,
  };
}

/** `Mail` for `file:///w/Mail.netscenario`. */
function titleOf(uri: string): string {
  const name = fileName(uri.replace(/[?#].*$/, '')).replace(/\.netscenario(\.md)?$/, '');
  try {
    return decodeURIComponent(name) || 'Untitled';
  } catch {
    return name;
  }
}
