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
import { alternativeAt, analysesOf, isSameAlternative } from '../language/alternatives.ts';
import type { Analysis } from '../language/compile.ts';
import { declarationsAmong, type Found, identityOf, mentionAt, mentionsOfName, type NameIdentity } from '../language/mentions.ts';
import * as language from '../language/rename.ts';
import type { Program, Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';
import { filesRead } from './files-read.ts';
import { type Here, hereAt } from './here.ts';

/** A mention of a name, and the tables that it was found by. */
interface Place extends Found {
  readonly program: Program;
  readonly analysis: Analysis;
}

/** Where a name stands, and which of these places declare it. */
interface Places {
  readonly all: readonly Place[];
  readonly declaring: readonly Place[];
}

/** In a program, in all its alternatives. No place is told twice. */
function placesIn(program: Program, analyses: readonly Analysis[], identity: NameIdentity): Places {
  const each = analyses.map((analysis) => {
    const found = mentionsOfName(identity, analysis.program);
    const asPlaces = (some: readonly Found[]): Place[] => some.map((one) => ({ ...one, program, analysis }));
    return { all: asPlaces(found), declaring: asPlaces(declarationsAmong(found, analysis.program)) };
  });
  return together(each);
}

/** In this program, and in every open one that shares a document which declares it. */
function everywhere(programs: Programs, { program, analyses }: Here, identity: NameIdentity): Places {
  const own = placesIn(program, analyses, identity);
  const others = programs.sharing(program, new Set(own.declaring.map(uriOf)));
  return together([own, ...others.map((other) => placesIn(other, analysesOf(programs.analysis(other)), identity))]);
}

const uriOf = ({ source, analysis }: Place): string => analysis.program.sources[source]!.uri;
const keyOf = (place: Place): string => `${place.mention.start} ${uriOf(place)}`;

const together = (each: readonly Places[]): Places => ({
  all: distinct(each.flatMap(({ all }) => all)),
  declaring: distinct(each.flatMap(({ declaring }) => declaring)),
});

function distinct(places: readonly Place[]): Place[] {
  const seen = new Set<string>();
  return places.filter((place) => {
    const key = keyOf(place);
    return !seen.has(key) && seen.add(key);
  });
}

/** The name at a place; null where none stands. */
function identityAt({ analysis, source, offset }: Here): NameIdentity | null {
  const mention = mentionAt(analysis.program, source, offset);
  return mention && identityOf(mention, analysis.program);
}

const locationOf = (programs: Programs, { program, analysis, source, mention }: Place): Location => {
  const document = programs.documentOf(program, analysis, source);
  return { uri: document.uri, range: rangeOf(document, mention.start, mention.end) };
};

/** Within the block of an alternative, what another one declares is not meant. */
export async function definition(programs: Programs, parameters: TextDocumentPositionParams): Promise<Location[]> {
  await filesRead(programs, parameters.textDocument.uri, 'its program');
  const here = hereAt(programs, parameters);
  const identity = here && identityAt(here);
  if (!here || !identity) return [];
  const own = alternativeAt(here.analysis, here.source, here.offset);
  const { declaring } = placesIn(here.program, here.analyses, identity);
  const meant = declaring.filter(({ analysis, source, mention }) => {
    const other = alternativeAt(analysis, source, mention.start);
    return own === null || other === null || isSameAlternative(own, other);
  });
  return (meant.length > 0 ? meant : declaring).map((one) => locationOf(programs, one));
}

export async function references(
  programs: Programs,
  parameters: TextDocumentPositionParams,
  withDeclarations: boolean,
): Promise<Location[]> {
  await filesRead(programs, parameters.textDocument.uri, 'all programs');
  const here = hereAt(programs, parameters);
  const identity = here && identityAt(here);
  if (!here || !identity) return [];
  const { all, declaring } = everywhere(programs, here, identity);
  const left = new Set(withDeclarations ? [] : declaring.map(keyOf));
  return all.filter((one) => !left.has(keyOf(one))).map((one) => locationOf(programs, one));
}

export function highlights(programs: Programs, parameters: TextDocumentPositionParams): DocumentHighlight[] {
  const here = hereAt(programs, parameters);
  const identity = here && identityAt(here);
  if (!here || !identity) return [];
  const { program, analysis, source, analyses } = here;
  const { all, declaring } = placesIn(program, analyses, identity);
  const written = new Set(declaring.map(keyOf));
  const { uri } = analysis.program.sources[source]!;
  const document = programs.documentOf(program, analysis, source);
  return all
    .filter((one) => uriOf(one) === uri)
    .map((one) => ({
      range: rangeOf(document, one.mention.start, one.mention.end),
      kind: written.has(keyOf(one)) ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
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
  const { program, analysis, analyses } = here;
  const documents = new Set(placesIn(program, analyses, name.identity).declaring.map(uriOf));
  const from = analysis.program.sources[here.source]!.uri;
  const changes: Record<string, TextEdit[]> = {};
  const done = new Set<string>();
  const programsOf = [
    { program, analyses },
    ...programs.sharing(program, documents).map((other) => ({ program: other, analyses: analysesOf(programs.analysis(other)) })),
  ];
  for (const { program: one, analyses: each } of programsOf) {
    for (const compiled of each) {
      const renaming = language.rename(compiled.program, name, to, from);
      if (!renaming.ok) throw new ResponseError(ErrorCodes.InvalidRequest, renaming.why);
      for (const { source, start, end, text } of renaming.edits) {
        const document = programs.documentOf(one, compiled, source);
        // What programs and alternatives share is changed once. Two edits of one name that differ begin alike, or end alike.
        const keys = [`from ${start} ${document.uri}`, `to ${end} ${document.uri}`];
        if (keys.some((key) => done.has(key))) continue;
        for (const key of keys) done.add(key);
        changes[document.uri] ??= [];
        changes[document.uri]!.push({ range: rangeOf(document, start, end), newText: text });
      }
    }
  }
  return { changes };
}

function target({ analysis, source, offset }: Here): language.Renameable {
  const found = language.renameTarget(analysis.program, source, offset);
  if (found.ok) return found.name;
  throw new ResponseError(ErrorCodes.InvalidRequest, found.why);
}
