/** The place that a request is about, in the program that it is part of as that is now. */
import type { TextDocumentPositionParams } from 'vscode-languageserver';
import { analysesOf } from '../language/alternatives.ts';
import type { Analysis } from '../language/compile.ts';
import { type Here as PlaceInProgram, placeIn } from '../language/locate.ts';
import type { Program, Programs } from '../programs.ts';

export interface Here extends PlaceInProgram {
  readonly program: Program;
  /** The analyses of all alternatives, that of the place first. */
  readonly analyses: readonly Analysis[];
}

export function hereAt(programs: Programs, { textDocument, position }: TextDocumentPositionParams): Here | null {
  const place = programs.place(textDocument.uri, position);
  if (!place) return null;
  const { program, source, offset } = place;
  const whole = programs.analysis(program);
  const found = placeIn(whole, source.uri, offset);
  if (!found) return null;
  const others = analysesOf(whole).filter((one) => one !== found.analysis);
  return { ...found, program, analyses: [found.analysis, ...others] };
}
