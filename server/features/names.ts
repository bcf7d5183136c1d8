/** Where the name at a position stands: definition, references, highlights, rename; across cells, imports and open programs. */
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  ErrorCodes,
  type Location,
  type Range,
  ResponseError,
  type TextDocumentPositionParams,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import type { Analysis } from '../language/compile.ts';
import { declarationsAmong, type Found, identityOf, mentionAt, mentionsOfName, type NameIdentity } from '../language/mentions.ts';
import * as language from '../language/rename.ts';
import type { Program, Programs } from '../programs.ts';
import { rangeOf } from './diagnostics.ts';
import { filesRead } from './files-read.ts';

/** What the cursor is on, in the program that it is part of. */
interface Here {
  readonly program: Program;
  readonly analysis: Analysis;
  /** Index of the source in the analysis. */
  readonly source: number;
  readonly offset: number;
}

function hereAt(programs: Programs, { textDocument, position }: TextDocumentPositionParams): Here | null {
  const place = programs.place(textDocument.uri, position);
  if (!place) return null;
  const analysis = programs.analysis(place.program);
  const source = analysis.program.sources.findIndex(({ uri }) => uri === place.source.uri);
  return { program: place.program, analysis, source, offset: place.offset };
}

interface Everywhere extends Found {
  readonly program: Program;
  readonly analysis: Analysis;
}

/** The name's mentions in this program, and in every open one that shares a document which declares it. No place is told twice. */
function everywhere(programs: Programs, { program, analysis }: Here, identity: NameIdentity): Everywhere[] {
  const own = mentionsOfName(identity, analysis.program).map((found) => ({ ...found, program, analysis }));
  const declaring = new Set(declarationsAmong(own, analysis.program).map(({ source }) => analysis.program.sources[source]!.uri));
  const all = [...own];
  for (const other of programs.sharing(program, declaring)) {
    const otherAnalysis = programs.analysis(other);
    for (const found of mentionsOfName(identity, otherAnalysis.program)) all.push({ ...found, program: other, analysis: otherAnalysis });
  }
  const seen = new Set<string>();
  return all.filter(({ source, mention, analysis: { program: tables } }) => {
    const place = `${mention.start} ${tables.sources[source]!.uri}`;
    return !seen.has(place) && seen.add(place);
  });
}

const locationOf = (programs: Programs, { program, analysis, source, mention }: Everywhere): Location => {
  const document = programs.documentOf(program, analysis, source);
  return { uri: document.uri, range: rangeOf(document, mention.start, mention.end) };
};

export async function definition(programs: Programs, parameters: TextDocumentPositionParams): Promise<Location[]> {
  await filesRead(programs, parameters.textDocument.uri, 'its program');
  const here = hereAt(programs, parameters);
  const mention = here && mentionAt(here.analysis.program, here.source, here.offset);
  if (!here || !mention) return [];
  const { program, analysis } = here;
  const found = mentionsOfName(identityOf(mention, analysis.program), analysis.program);
  return declarationsAmong(found, analysis.program).map((one) => locationOf(programs, { ...one, program, analysis }));
}

export async function references(
  programs: Programs,
  parameters: TextDocumentPositionParams,
  withDeclarations: boolean,
): Promise<Location[]> {
  await filesRead(programs, parameters.textDocument.uri, 'all programs');
  const here = hereAt(programs, parameters);
  const mention = here && mentionAt(here.analysis.program, here.source, here.offset);
  if (!here || !mention) return [];
  const found = everywhere(programs, here, identityOf(mention, here.analysis.program));
  const declaring = withDeclarations ? [] : declarationsAmong(found, here.analysis.program).map((one) => one.mention);
  return found.filter((one) => !declaring.includes(one.mention)).map((one) => locationOf(programs, one));
}

export function highlights(programs: Programs, parameters: TextDocumentPositionParams): DocumentHighlight[] {
  const here = hereAt(programs, parameters);
  const mention = here && mentionAt(here.analysis.program, here.source, here.offset);
  if (!here || !mention) return [];
  const { program, analysis, source } = here;
  const found = mentionsOfName(identityOf(mention, analysis.program), analysis.program);
  const declaring = declarationsAmong(found, analysis.program);
  const document = programs.documentOf(program, analysis, source);
  return found
    .filter((one) => one.source === source)
    .map((one) => ({
      range: rangeOf(document, one.mention.start, one.mention.end),
      kind: declaring.includes(one) ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}

export async function prepareRename(
  programs: Programs,
  parameters: TextDocumentPositionParams,
): Promise<{ range: Range; placeholder: string } | null> {
  await filesRead(programs, parameters.textDocument.uri, 'its program');
  const here = hereAt(programs, parameters);
  if (!here) return null;
  const { range, text } = target(here);
  return { range: rangeOf(programs.documentOf(here.program, here.analysis, here.source), range.start, range.end), placeholder: text };
}

/** Fails with the reason, which editors show, where the name cannot be changed so. */
export async function rename(programs: Programs, parameters: TextDocumentPositionParams, to: string): Promise<WorkspaceEdit | null> {
  await filesRead(programs, parameters.textDocument.uri, 'all programs');
  const here = hereAt(programs, parameters);
  if (!here) return null;
  const name = target(here);
  const { program, analysis } = here;
  const declaring = declarationsAmong(mentionsOfName(name.identity, analysis.program), analysis.program);
  const documents = new Set(declaring.map(({ source }) => analysis.program.sources[source]!.uri));
  const changes: Record<string, TextEdit[]> = {};
  const done = new Set<string>();
  for (const one of [program, ...programs.sharing(program, documents)]) {
    const compiled = programs.analysis(one);
    const renaming = language.rename(compiled.program, name, to, analysis.program.sources[here.source]!.uri);
    if (!renaming.ok) throw new ResponseError(ErrorCodes.InvalidRequest, renaming.why);
    const edited = new Set<string>();
    for (const { source, start, end, text } of renaming.edits) {
      const document = programs.documentOf(one, compiled, source);
      if (done.has(document.uri)) continue;
      edited.add(document.uri);
      changes[document.uri] ??= [];
      changes[document.uri]!.push({ range: rangeOf(document, start, end), newText: text });
    }
    for (const uri of edited) done.add(uri);
  }
  return { changes };
}

function target({ analysis, source, offset }: Here): language.Renameable {
  const found = language.renameTarget(analysis.program, source, offset);
  if (found.ok) return found.name;
  throw new ResponseError(ErrorCodes.InvalidRequest, found.why);
}
