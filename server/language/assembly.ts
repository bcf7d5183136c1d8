/**
 * The statements of a whole program, in order: those of its documents, with the files they import in their places.
 *
 * A file is imported once, where it is first named; one that is a document of the program is not imported at all.
 */
import { isSameAlternative } from './alternatives.ts';
import type { Code } from './codes.ts';
import { MAXIMUM_FILE_SIZE, type SourceText } from './compilation.ts';
import { type Name, standsIn } from './entry.ts';
import { fileAt, fileUri } from './files.ts';
import { form } from './pattern.ts';
import type { Program } from './program.ts';
import { Site } from './site.ts';
import type { NameSyntax, SlotSyntax } from './syntax.ts';
import { isRead, isReadable, treeFor } from './trees.ts';
import { fileName } from './uri.ts';

/** Imports within imports go this deep. */
const MAXIMUM_IMPORT_DEPTH = 64;

/** Texts of imported files, so that their trees are kept with them. */
const fileTexts = new WeakMap<Uint8Array, SourceText>();

/** What is known while the documents are gone through. */
interface Assembly {
  readonly program: Program;
  readonly sites: Site[];
  readonly imports: Import[];
  /** URIs of the document and the files within which the next statement stands, outermost first. */
  readonly importing: string[];
  readonly imported: Set<string>;
  readonly documents: ReadonlySet<string>;
}

/** A file that was imported. It and what it imports are `sources` of the program, from `first` on. */
export interface Import {
  readonly site: Site;
  readonly name: Name;
  readonly first: number;
  readonly end: number;
}

/** Adds the documents to the program and gives their statements and imports. Problems of parsing and importing are reported. */
export function assemble(
  program: Program,
  sources: readonly SourceText[],
): { readonly sites: readonly Site[]; readonly imports: readonly Import[] } {
  const documents = new Set(sources.map((source) => source.uri));
  const assembly: Assembly = { program, sites: [], imports: [], importing: [], imported: new Set(), documents };
  sources.forEach((source, cell) => {
    addSource(source, cell, assembly);
  });
  return assembly;
}

function addSource(source: SourceText, cell: number, assembly: Assembly): void {
  const { program, sites, importing } = assembly;
  const index = program.sources.length;
  const tree = treeFor(source, program.variant.alternative);
  const readable = isRead(tree);
  program.sources.push({
    uri: source.uri,
    document: source,
    text: readable ? source.text : '',
    tree,
    cell,
    imported: importing.length > 0,
  });
  if (!readable) reportUnreadable(program, source.text, index);
  for (const { start, end, code, message, fixes, severity, firstWord } of tree.problems) {
    if (firstWord) continue;
    program.report(code as Code, { source: index, start, end }, message, { fixes, severity });
  }
  importing.push(source.uri);
  for (const statement of tree.statements) {
    const site = Site.of(statement, program, index);
    sites.push(site);
    if (statement.entry?.id === 'import' && statement.complete) importFile(site, cell, assembly);
    if (statement.entry?.block === 'statements') addAlternative(site, cell, assembly);
  }
  importing.pop();
}

/** The statements of an alternative's block, where it is the one that holds. */
function addAlternative(site: Site, cell: number, assembly: Assembly): void {
  const { program, sites } = assembly;
  const { statement, source } = site;
  const name = statement.slots.NAME;
  if (name?.kind !== 'name') return;
  const { alternatives, variant } = program;
  const called = nameOfAlternative(name, site);
  const blocks = alternatives.get(called) ?? [];
  alternatives.set(called, [...blocks, { source, ...(statement.braces ?? name) }]);
  const [first] = alternatives.keys();
  if (called !== (variant.alternative ?? first)) return;
  for (const child of statement.block ?? []) {
    if (child.entry && !standsIn(statement.entry!, child.entry)) {
      const at = { source, start: child.start, end: child.headEnd };
      program.report('wrong-block', at, `\`${form(child.entry)}\` stands outside the block of an alternative.`);
      continue;
    }
    const inner = Site.of(child, program, source);
    sites.push(inner);
    if (child.entry?.id === 'import' && child.complete) importFile(inner, cell, assembly);
  }
}

/** As its first block is called. A further one that differs in case is one of the same, and reported. */
function nameOfAlternative({ text, start, end }: NameSyntax, site: Site): string {
  const { alternatives } = site.program;
  if (alternatives.has(text)) return text;
  const first = [...alternatives.keys()].find((known) => isSameAlternative(known, text));
  if (first === undefined) return text;
  const [block] = alternatives.get(first)!;
  site.report(
    'duplicate-declaration',
    { start, end },
    `\`${text}\` and \`${first}\` are one name: letters differ in case only. Write \`${first}\` for another block of it, or name it otherwise.`,
    {
      related: [{ ...block!, message: 'It is here for the first time.' }],
      fixes: [{ title: `Change to \`${first}\``, edits: [{ start, end, text: first }], preferred: true }],
    },
  );
  return first;
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

function importFile(site: Site, cell: number, assembly: Assembly): void {
  const { program, importing, imported, documents } = assembly;
  const syntax = site.statement.slots.FILE as SlotSyntax;
  if (syntax.kind !== 'text') {
    // Said once: its value is not asked for again.
    if (syntax.kind === 'parameter') program.excused.add(`let ${syntax.name}`);
    site.report('missing-file', syntax, 'Expected the file’s name in quotes: `import "common.netscenario"`.', {
      fixes:
        syntax.kind === 'parameter'
          ? [{ title: 'Put it in quotes', edits: [{ start: syntax.start, end: syntax.end, text: `"${syntax.name}"` }], preferred: true }]
          : [],
    });
    return;
  }
  const name: Name = { text: syntax.value, start: syntax.start, end: syntax.end };
  const uri = fileUri(name, site);
  if (uri === null) {
    program.incomplete = true;
    return;
  }
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
  const file = fileAt(uri, name, site);
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
  const first = program.sources.length;
  addSource(source, cell, assembly);
  assembly.imports.push({ site, name, first, end: program.sources.length });
}

/** Where a file with errors is imported, it is said; once all checks are done. */
export function reportBrokenImports(program: Program, imports: readonly Import[]): void {
  if (imports.length === 0) return;
  const errors = new Map<string, number>();
  for (const { uri, severity } of program.diagnostics) if (severity === 'error') errors.set(uri, (errors.get(uri) ?? 0) + 1);
  for (const { site, name, first, end } of imports) {
    const [own, ...others] = program.sources.slice(first, end).map(({ uri }) => errors.get(uri) ?? 0);
    const broken =
      own! > 0 ? `has ${own === 1 ? 'an error' : `${own} errors`}` : others.some((count) => count > 0) ? 'imports what has errors' : null;
    if (broken !== null) site.report('import-has-errors', name, `\`${name.text}\` ${broken}; what is broken there is missing here.`);
  }
}
