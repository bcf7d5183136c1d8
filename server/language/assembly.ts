/**
 * The statements of a whole program, in order: those of its documents, with the files they import in their places.
 *
 * A file is imported once, where it is first named; one that is a document of the program is not imported at all.
 */
import type { Code } from './codes.ts';
import { MAXIMUM_FILE_SIZE, type SourceText } from './compilation.ts';
import type { Name } from './entry.ts';
import type { Program } from './program.ts';
import { Site } from './site.ts';
import type { SlotSyntax } from './syntax.ts';
import { isReadable, treeOf } from './trees.ts';
import { fileName, resolveUri } from './uri.ts';

/** Imports within imports go this deep. */
const MAXIMUM_IMPORT_DEPTH = 64;

/** Texts of imported files, so that their trees are kept with them. */
const fileTexts = new WeakMap<Uint8Array, SourceText>();

/** What is known while the documents are gone through. */
interface Assembly {
  readonly program: Program;
  readonly sites: Site[];
  /** URIs of the document and the files within which the next statement stands, outermost first. */
  readonly importing: string[];
  readonly imported: Set<string>;
  readonly documents: ReadonlySet<string>;
}

/** Adds the documents to the program and gives their statements. Problems of parsing and importing are reported. */
export function assemble(program: Program, sources: readonly SourceText[]): readonly Site[] {
  const documents = new Set(sources.map((source) => source.uri));
  const assembly: Assembly = { program, sites: [], importing: [], imported: new Set(), documents };
  sources.forEach((source, cell) => {
    addSource(source, cell, assembly);
  });
  return assembly.sites;
}

function addSource(source: SourceText, cell: number, assembly: Assembly): void {
  const { program, sites, importing } = assembly;
  const index = program.sources.length;
  const readable = isReadable(source.text);
  const tree = treeOf(source);
  program.sources.push({ uri: source.uri, text: readable ? source.text : '', tree, cell, imported: importing.length > 0 });
  if (!readable) reportUnreadable(program, source.text, index);
  for (const { start, end, code, message, fixes, severity } of tree.problems) {
    program.report(code as Code, { source: index, start, end }, message, { fixes, severity });
  }
  importing.push(source.uri);
  for (const statement of tree.statements) {
    const site = new Site(program, index, statement);
    sites.push(site);
    if (statement.entry?.id === 'import' && statement.complete) importFile(site, cell, assembly);
  }
  importing.pop();
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
  addSource(source, cell, assembly);
  const errors = tree.problems.length;
  if (errors > 0) {
    site.report(
      'import-has-errors',
      name,
      `\`${name.text}\` has ${errors === 1 ? 'an error' : `${errors} errors`}; what is broken there is missing here.`,
    );
  }
}
