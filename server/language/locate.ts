/** Where an offset stands: as people count, and in a program. */
import { analysisAt } from './alternatives.ts';
import type { Diagnostic, SourceText } from './compilation.ts';
import type { Analysis } from './compile.ts';

export interface Location {
  /** Both from 1; the column counts UTF-16 code units. */
  readonly line: number;
  readonly column: number;
}

/** Within the source that the diagnostic is of; 1:1 where its text is not among them. */
export function locate({ uri, start }: Pick<Diagnostic, 'uri' | 'start'>, sources: readonly SourceText[]): Location {
  const before = (sources.find((source) => source.uri === uri)?.text ?? '').slice(0, start);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}

/** Index of a source of the program, by its URI; −1 where it has none of that name. */
export const indexOfSource = ({ program: { sources } }: Pick<Analysis, 'program'>, uri: string): number =>
  sources.findIndex((source) => source.uri === uri);

/** A place in a program. */
export interface Here {
  /** Of the alternative in whose block the place stands. */
  readonly analysis: Analysis;
  /** Index of the source in that analysis. */
  readonly source: number;
  readonly offset: number;
}

/** null where the program has no such source. */
export function placeIn(analysis: Analysis, uri: string, offset: number): Here | null {
  const first = analysis.program.sources[indexOfSource(analysis, uri)];
  if (!first) return null;
  const own = analysisAt(analysis, first.tree, offset);
  return { analysis: own, source: indexOfSource(own, uri), offset };
}
